"""The sharing catalogue: a clerk draws up an entry or a new version, the head confirms it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from clues.acts.sharing import ENTRY_ACTS, ENTRY_STAGES
from clues.models import SharingEntry
from clues.rules.sharing import SHARE_DUE
from clues.services.numbers import next_values
from clues.services.sharing.adapters import ADAPTERS
from clues.services.sharing.events import EVENTS
from departments.actors import is_clerk_of
from departments.models import Department
from departments.profile import time_limit
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused


@dataclass(frozen=True, kw_only=True)
class EntryInput:
    """What a clerk fills in; ``receivers`` are ids of departments, empty for all of the region."""

    category: str
    title: str
    content: str
    way: str
    procedure: str
    limit_days: int
    frequency: str
    secrecy: str
    for_all: bool = False
    receivers: tuple[int, ...] = ()
    adapter: str = ""
    signed_by_head: bool = False
    opens_on: str = ""


@transaction.atomic
def create(actor: Actor, given: EntryInput) -> SharingEntry:
    """Put a new entry of one's own department before its head.

    Raises ``NotAllowed`` unless a clerk or head, ``Refused`` naming the field.
    """
    if actor.department_id is None or not is_clerk_of(actor, actor.department_id):
        raise NotAllowed("只有部门经办人可以编制共享目录。", verb="sharing_entry.create")
    # Two equal forms sent at once meet here.
    Department.objects.select_for_update(no_key=True).get(pk=actor.department_id)
    same = SharingEntry.objects.filter(
        provider_id=actor.department_id,
        title=given.title.strip(),
        state__in=(*SharingEntry.OPEN_STATES, SharingEntry.State.CURRENT),
    )
    if same.exists():
        raise Conflict("本部门已有同名的共享目录，请在原目录上编制新版本。", field="title")
    region_code = actor.region_code
    (value,) = next_values(f"sharing:{region_code}")
    entry = SharingEntry(
        region_code=region_code,
        provider_id=actor.department_id,
        number=f"GX{region_code}-{value:04d}",
    )
    return _draw_up(actor, entry, given, "编制共享目录")


def edit(actor: Actor, pk: int, given: EntryInput) -> SharingEntry:
    """Change an entry that the head returned and put it before the head again."""
    with ENTRY_ACTS.take(actor, "edit", pk) as entry:
        _fill(actor, entry, given)
    return entry


@transaction.atomic
def renew(actor: Actor, pk: int, given: EntryInput) -> SharingEntry:
    """Put a new version of an entry before the head; the present one holds until then.

    Returns the new version. Raises ``Conflict`` when one is already in preparation.
    """
    with ENTRY_ACTS.take(actor, "renew", pk) as present:
        versions = SharingEntry.objects.filter(number=present.number)
        if versions.filter(state__in=SharingEntry.OPEN_STATES).exists():
            raise Conflict("该目录已有新版本在编制中。")
        last = versions.order_by("-version").values_list("version", flat=True)[0]
        entry = SharingEntry(
            region_code=present.region_code,
            provider_id=present.provider_id,
            number=present.number,
            version=last + 1,
        )
        _draw_up(actor, entry, given, f"编制第 {last + 1} 版")
    return entry


def confirm(actor: Actor, pk: int, opinion: str = "") -> SharingEntry:
    """The head puts the version into force; the one before is replaced."""
    with ENTRY_ACTS.take(actor, "confirm", pk, opinion=opinion) as entry:
        replaced = SharingEntry.objects.select_for_update().filter(
            number=entry.number, state=SharingEntry.State.CURRENT
        )
        for each in replaced:
            each.state = SharingEntry.State.REPLACED
            each.save(update_fields=("state",))
            trail.record(actor, "sharing_entry.replace", f"由第 {entry.version} 版替代", each)
        entry.confirmed_by = actor.name
        entry.confirmed_at = clock.now()
    return entry


HANDLERS: Mapping[str, Callable[[Actor, int, str], SharingEntry]] = {
    "confirm": confirm,
    **{code: ENTRY_ACTS.plain(code) for code in ("return", "drop", "end")},
}


def _draw_up(actor: Actor, entry: SharingEntry, given: EntryInput, label: str) -> SharingEntry:
    entry.drafted_by_id = actor.user_id
    _fill(actor, entry, given)
    ENTRY_STAGES.enter(actor, entry)
    trail.record(actor, "sharing_entry.create", label, entry, after=asdict(given))
    return entry


def _fill(actor: Actor, entry: SharingEntry, given: EntryInput) -> None:
    """Take over what was filled in, save, and set the receivers. Raises ``Refused``."""
    receivers = _checked(entry, given)
    values: dict[str, Any] = asdict(given)
    del values["receivers"]
    for name, value in values.items():
        setattr(entry, name, value.strip() if isinstance(value, str) else value)
    if entry.way == SharingEntry.Way.LETTER:
        entry.signed_by_head = True
    entry.save()
    entry.receivers.set(receivers)


def _checked(entry: SharingEntry, given: EntryInput) -> list[Department]:
    """The receiving departments, after the whole entry was found consistent."""
    most = time_limit(entry.region_code, SHARE_DUE)
    if not 1 <= given.limit_days <= most.limit.amount:
        raise Refused(
            f"共享期限为 1 至 {most.limit.amount} 个工作日（{most.source}）。", field="limit_days"
        )
    for field in ("title", "content", "procedure"):
        if not getattr(given, field).strip():
            raise Refused("请填写此项。", field=field)
    by_adapter = given.way == SharingEntry.Way.ADAPTER
    if by_adapter and given.adapter not in ADAPTERS:
        raise Refused("通过基础库接口共享的，请选择基础库。", field="adapter")
    if not by_adapter and given.adapter:
        raise Refused("只有通过基础库接口共享的才选择基础库。", field="adapter")
    if given.opens_on and (given.opens_on not in EVENTS or by_adapter):
        raise Refused("该共享方式不能按此事项自动登记。", field="opens_on")
    if given.for_all:
        if given.receivers:
            raise Refused("已选本地区全部部门，不用再逐个选择。", field="receivers")
        if given.secrecy == SharingEntry.Secrecy.RESTRICTED:
            raise Refused("仅限指定部门使用的信息须逐个选择接收部门。", field="for_all")
        if given.way == SharingEntry.Way.LETTER:
            raise Refused("以函件共享的须逐个选择接收部门。", field="for_all")
        return []
    if not given.receivers:
        raise Refused("请选择接收部门，或者选择本地区全部部门。", field="receivers")
    found = Department.objects.filter(
        pk__in=given.receivers, region__code=entry.region_code, is_active=True
    ).exclude(pk=entry.provider_id)
    departments = list(found)
    if len(departments) != len(set(given.receivers)):
        raise Refused("接收部门须是本地区的其他部门。", field="receivers")
    return departments
