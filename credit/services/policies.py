"""Drawing up the differentiated supervision policy, putting it in force, and what it says (S5)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from string import ascii_uppercase

from django.db import transaction
from django.db.models import F, Q, Value

from credit.acts.policy import POLICY_ACTS, may_draft_policy
from credit.models import PolicyRow, SupervisionPolicy
from credit.policy_validation import PolicyComplaint, RowInput, complaints
from credit.validation import fingerprint
from departments.models import Region
from matters.models import MatterVersion
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

State = SupervisionPolicy.State

LONGEST_NAME = 100
LONGEST_REASON = 300


@dataclass(frozen=True)
class PolicyInput:
    """All that a policy says."""

    name: str
    reason: str
    industries: tuple[str, ...]
    rows: Sequence[RowInput]


@dataclass(frozen=True)
class Held:
    """What the policy says for one grade in one matter.

    ``ratio_bp`` in basis points, ``frequency`` draws a year (0: no limit), ``way`` a value of
    ``MatterVersion.Way``; ``triggered`` are the industry classes (their beginnings) whose firms
    are left to triggers, empty where none is; ``source`` names the version in words.
    """

    ratio_bp: int
    frequency: int
    way: str
    triggered: tuple[str, ...]
    source: str

    def leaves_to_triggers(self, industry_class: str) -> bool:
        """Whether firms of this industry class, which may begin with the letter of its section, are
        only checked when something triggers it."""
        return industry_class.lstrip(ascii_uppercase).startswith(self.triggered)


class UnsoundPolicy(Refused):
    """A policy that may not hold; ``complaints`` says all that is wrong with it."""

    def __init__(self, found: Sequence[PolicyComplaint]) -> None:
        self.complaints = found
        super().__init__("；".join(each.message for each in found[:5]) + "。")


def held(
    region_code: str, matter_id: int, *, policy: SupervisionPolicy | None = None
) -> dict[str, Held]:
    """What holds in a region for a matter, by grade; in two queries at the most.

    The policy in force of the region, or of the nearest region above it; with ``policy`` what that
    one would say. A matter's row goes before the general one. Empty where no policy is in force.
    """
    return held_for(region_code, [matter_id], policy=policy)[matter_id]


def held_for(
    region_code: str, matter_ids: Collection[int], *, policy: SupervisionPolicy | None = None
) -> dict[int, dict[str, Held]]:
    """The same for several matters, in as many queries."""
    holds: dict[int, dict[str, Held]] = {pk: {} for pk in matter_ids}
    found = policy or policy_in_force(region_code)
    if found is None:
        return holds
    rows = found.rows.filter(Q(matter=None) | Q(matter__in=matter_ids))
    for row in rows.order_by(F("matter_id").asc(nulls_first=True)):
        about = "通用" if row.matter_id is None else "本事项"
        said = Held(
            row.ratio_bp,
            row.frequency,
            row.way,
            tuple(found.new_industries) if row.trigger_only else (),
            f"{found}·{about}",
        )
        for pk in matter_ids if row.matter_id is None else (row.matter_id,):
            holds[pk][row.grade] = said
    return holds


def policy_in_force(region_code: str) -> SupervisionPolicy | None:
    """The policy in force of the region or of the nearest region above it."""
    return (
        SupervisionPolicy.objects.in_force()
        .annotate(asked=Value(region_code))
        .filter(asked__startswith=F("region__code"))
        .select_related("region")
        .order_by("-region__code")
        .first()
    )


def matters_of(region_code: str) -> dict[int, str]:
    """The matters of a region that are in force, by id with their names, in their order."""
    return dict(
        MatterVersion.objects.in_force()
        .filter(matter__region__code=region_code)
        .order_by("matter__number")
        .values_list("matter_id", "name")
    )


def as_input(policy: SupervisionPolicy) -> PolicyInput:
    """A stored policy in the form in which it is written."""
    rows = policy.rows.order_by(F("matter_id").asc(nulls_first=True), "grade")
    said = [
        RowInput(row.matter_id, row.grade, row.ratio_bp, row.frequency, row.way, row.trigger_only)
        for row in rows
    ]
    return PolicyInput(policy.name, policy.reason, tuple(policy.new_industries), said)


def seen_mark(policy: SupervisionPolicy) -> str:
    """What a form carries so that what somebody else saved meanwhile is not overwritten."""
    return fingerprint(as_input(policy))


def must_draft(actor: Actor) -> int:
    """The department in whose name the actor draws up policies. Raises ``NotAllowed``."""
    if actor.department_id is None or not may_draft_policy(actor):
        raise NotAllowed("只有联合信用监管组可以编制差异化监管方案。", verb="policy.draft")
    return actor.department_id


@transaction.atomic
def draft(actor: Actor, name: str, reason: str, rows: Sequence[RowInput] = ()) -> SupervisionPolicy:
    """Begin a new version as a copy of the one in force; the first begins with ``rows``.

    Raises ``NotAllowed``; ``Refused`` without name or reason; ``Conflict`` when a version is being
    prepared already.
    """
    department = must_draft(actor)
    name, reason = _words(name, reason)
    # Versions of one region are numbered one after the other.
    region = Region.objects.select_for_update().get(code=actor.region_code)
    versions = SupervisionPolicy.objects.filter(region=region)
    begun = versions.filter(state__in=SupervisionPolicy.PREPARING).first()
    if begun is not None:
        raise Conflict(f"“{begun}”正在编制，请先完成或作废它。")
    last = versions.order_by("-version").first()
    current = versions.in_force().first()
    made = SupervisionPolicy.objects.create(
        region=region,
        department_id=department,
        version=last.version + 1 if last else 1,
        name=name,
        reason=reason,
        new_industries=current.new_industries if current else [],
        created_at=clock.now(),
    )
    if current:
        # What a matter that is no more had of its own is not carried on.
        known = matters_of(region.code)
        rows = [row for row in as_input(current).rows if row.matter is None or row.matter in known]
    _write_rows(made, rows)
    trail.record(
        actor,
        "policy.draft",
        "编制差异化监管方案",
        made,
        opinion=reason,
        region_code=region.code,
    )
    return made


def edit(actor: Actor, pk: int, said: PolicyInput, *, seen: str = "") -> SupervisionPolicy:
    """Write down a draft anew. ``seen`` is the ``seen_mark`` of what the person saw.

    Raises ``NotAllowed``; ``Conflict`` when somebody saved meanwhile; ``UnsoundPolicy`` with
    everything that is wrong.
    """
    with POLICY_ACTS.take(actor, "edit", pk) as policy:
        if seen and seen != seen_mark(policy):
            raise Conflict("页面打开之后方案已被他人修改，请返回查看最新内容后重新修改。")
        policy.name, policy.reason = _words(said.name, said.reason)
        _ensure_sound(policy, said)
        policy.new_industries = list(said.industries)
        policy.rows.all().delete()
        _write_rows(policy, said.rows)
    return policy


def submit(actor: Actor, pk: int, opinion: str = "") -> SupervisionPolicy:
    """Give a sound draft to the head. Raises ``UnsoundPolicy`` otherwise."""
    with POLICY_ACTS.take(actor, "submit", pk, opinion=opinion) as policy:
        _ensure_sound(policy, as_input(policy))
    return policy


def enforce(actor: Actor, pk: int, opinion: str = "") -> SupervisionPolicy:
    """Put a policy in force in place of the one before; what was frozen stays as it is."""
    with POLICY_ACTS.take(actor, "enforce", pk, opinion=opinion) as policy:
        _ensure_sound(policy, as_input(policy))
        before = (
            SupervisionPolicy.objects.in_force()
            .select_for_update()
            .filter(region_id=policy.region_id)
            .first()
        )
        policy.take_place(actor, before, "policy.retire", "停用原方案")
    return policy


HANDLERS: Mapping[str, Callable[[Actor, int, str], SupervisionPolicy]] = {
    "submit": submit,
    "return": POLICY_ACTS.plain("return"),
    "enforce": enforce,
    "discard": POLICY_ACTS.plain("discard"),
}


def _words(name: str, reason: str) -> tuple[str, str]:
    name, reason = name.strip(), reason.strip()
    if not name:
        raise Refused("请填写名称。", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(f"名称不能超过 {LONGEST_NAME} 个字。", field="name")
    if not reason:
        raise Refused("请填写编制或修订理由。", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"理由不能超过 {LONGEST_REASON} 个字。", field="reason")
    return name, reason


def _write_rows(policy: SupervisionPolicy, rows: Sequence[RowInput]) -> None:
    PolicyRow.objects.bulk_create(
        PolicyRow(of=policy, matter_id=values.pop("matter"), **values)
        for values in map(asdict, rows)
    )


def _ensure_sound(policy: SupervisionPolicy, said: PolicyInput) -> None:
    found = complaints(said.rows, matters_of(policy.region_code), said.industries)
    if found:
        raise UnsoundPolicy(found)
