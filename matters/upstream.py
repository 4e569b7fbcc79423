"""Matters of the lists above: taking them in, claiming them as drafts of the own list (M3, G1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max

from departments.models import Department, Region
from matters.acts import UPSTREAM_ACTS, version_in_preparation
from matters.importing import Names
from matters.models import (
    Duty,
    Matter,
    MatterVersion,
    SubjectCategory,
    UpstreamMatter,
    UpstreamVersion,
)
from matters.parsing import categories_in, matter_code
from matters.services import CURRENT, Content, Part, content_of, ensure_sound, open_version
from records import clock, trail
from records.actor import Actor
from records.became import CREATED, UNCHANGED, UPDATED
from records.errors import Conflict, NotAllowed, Refused
from records.locks import wait_turn

_U = UpstreamMatter.State
_BATCH = 1000
_ABOVE = (2, 4, 6)
"""How many digits the codes of provinces, cities and counties have (GB/T 2260)."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A version of an upstream matter as the upper level tells it. ``number`` grows with every
    change; ``legal_bases`` has one to a line. One that is ``withdrawn`` needs no content."""

    issuer: str
    code: str
    number: int
    withdrawn: bool
    name: str
    subjects_text: str = ""
    content: str = ""
    legal_bases: str = ""
    exercise_level: str = ""
    lead: str = ""
    partners: tuple[str, ...] = ()
    document: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.issuer, self.code


@dataclass(frozen=True)
class Fault:
    """What is wrong with one of those told: its place, the field, the words."""

    index: int
    field: str
    message: str


_CONTENT = (
    *("withdrawn", "name", "subjects_text", "content", "legal_bases", "exercise_level"),
    *("lead", "partners", "document"),
)


def faults(region_code: str, told: Sequence[Told]) -> list[Fault]:
    """Everything that keeps them from being taken in; one query."""
    return _faults(region_code, told, _known(region_code, told))


def _faults(
    region_code: str, told: Sequence[Told], known: Mapping[tuple[str, str], UpstreamMatter]
) -> list[Fault]:
    found: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    above = {region_code[:digits] for digits in _ABOVE if digits < len(region_code)}
    for index, each in enumerate(told):
        if each.key in seen:
            found.append(Fault(index, "code", "同一次报送中事项编码重复"))
        seen.add(each.key)
        if each.issuer not in above:
            found.append(Fault(index, "issuer", "应为本区划上级的区划代码"))
        if not each.withdrawn:
            found += [
                Fault(index, name, "必填，不能为空")
                for name, value in (
                    ("subjects", each.subjects_text),
                    ("content", each.content),
                    ("lead", each.lead),
                )
                if not value
            ]
        found += [Fault(index, *words) for words in _against(each, known.get(each.key))]
    return found


def _against(told: Told, there: UpstreamMatter | None) -> list[tuple[str, str]]:
    """What is wrong with a version beside the one that was told before: field and words."""
    if there is None or there.latest is None:
        return [("withdrawn", "没有收到过这个事项，无从取消")] if told.withdrawn else []
    last = there.latest.number
    if told.number < last:
        return [("version", f"已收到更新的版本 {last}")]
    if told.number == last and not _same(told, there.latest):
        return [("version", f"版本 {last} 已收到而内容不同，有变化时版本号应增大")]
    return []


def receive(actor: Actor, source: str, told: Sequence[Told]) -> list[str]:
    """Keep what an upper level tells; returns what became of each: created, updated or unchanged.

    ``told`` must be without ``faults``; one that is not raises ``Refused``. Writes in a handful
    of statements per thousand, and one trail entry.
    """
    region = Region.objects.get(code=actor.region_code)
    with transaction.atomic():
        # Two calls at once would both find a matter new, or a version the last.
        wait_turn(f"matters.upstream {region.code}")
        known = _known(region.code, told, locked=True)
        if found := _faults(region.code, told, known):
            raise Refused(f"第 {found[0].index + 1} 项：{found[0].message}。", field=found[0].field)
        outcomes = [_outcome(each, known.get(each.key)) for each in told]
        fresh = [each for each, became in zip(told, outcomes, strict=True) if became == CREATED]
        created = UpstreamMatter.objects.bulk_create(
            (UpstreamMatter(region=region, issuer=t.issuer, code=t.code) for t in fresh),
            batch_size=_BATCH,
        )
        known |= {(each.issuer, each.code): each for each in created}
        changed = [t for t, became in zip(told, outcomes, strict=True) if became != UNCHANGED]
        now = clock.now()
        versions = UpstreamVersion.objects.bulk_create(
            (
                UpstreamVersion(
                    matter=known[each.key],
                    number=each.number,
                    source=source[:40],
                    told_at=now,
                    **_content(each, known[each.key].latest),
                )
                for each in changed
            ),
            batch_size=_BATCH,
        )
        for version in versions:
            upstream = version.matter
            upstream.state = _state_after(upstream, version)
            upstream.latest, upstream.told_at = version, now
        UpstreamMatter.objects.bulk_update(
            [version.matter for version in versions],
            ["state", "latest", "told_at"],
            batch_size=_BATCH,
        )
        if changed:
            trail.record(
                actor,
                "upstream_matter.receive",
                f"收到上级事项 {len(fresh)} 项新增、{len(changed) - len(fresh)} 项变化",
                opinion=source,
                region_code=region.code,
            )
    return outcomes


def _outcome(told: Told, there: UpstreamMatter | None) -> str:
    if there is None or there.latest is None:
        return CREATED
    return UNCHANGED if there.latest.number == told.number else UPDATED


def _state_after(upstream: UpstreamMatter, version: UpstreamVersion) -> str:
    """Where an upstream matter stands once a version has come."""
    if version.withdrawn:
        return _U.WITHDRAWN if upstream.matter_id is not None else _U.ENDED
    if upstream.matter_id is not None or upstream.state == _U.DECLINED:
        return _U.CHANGED
    return _U.CHANGED if upstream.settled is not None else _U.NEW


def _known(
    region_code: str, told: Sequence[Told], *, locked: bool = False
) -> dict[tuple[str, str], UpstreamMatter]:
    found = UpstreamMatter.objects.filter(
        region__code=region_code, code__in={each.code for each in told}
    ).select_related("latest")
    if locked:
        # Where each stands must not change until its new version is written beside it.
        found = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    return {(each.issuer, each.code): each for each in found}


def _content(told: Told, last: UpstreamVersion | None) -> dict[str, object]:
    """The columns of a version; a withdrawal repeats what it leaves out."""
    values = {name: getattr(told, name) for name in _CONTENT}
    if told.withdrawn and last is not None:
        values = {n: v if v or n == "withdrawn" else getattr(last, n) for n, v in values.items()}
    return values | {"partners": list(values["partners"])}


def _same(told: Told, version: UpstreamVersion) -> bool:
    said = _content(told, version)
    return all(said[name] == getattr(version, name) for name in _CONTENT)


@dataclass(frozen=True)
class Match:
    """A department as the upper level names it, and the region's own that is known under that
    name; ``is_lead`` tells the leading one."""

    printed: str
    department_id: int | None
    is_lead: bool


def matches(upstream: UpstreamMatter) -> list[Match]:
    """The departments of the newest version, lead first, each with the own one that has the name,
    the name behind the region's own level (区教育体育局 for 教育体育局), or an alias that says the
    name or the code."""
    names, level = Names.of(upstream.region.code), upstream.region.name[-1]
    version = upstream.latest
    assert version is not None
    printed = [(version.lead, True), *((name, False) for name in version.partners)]
    found = (
        (name, names.find(name) or names.find(level + name), lead) for name, lead in printed if name
    )
    return [Match(name, own.pk if own else None, lead) for name, own, lead in found]


def matters_to_change(upstream: UpstreamMatter) -> list[MatterVersion]:
    """The versions in force of the region's own matters that it may be brought to: that which it
    was claimed as, else any."""
    own = MatterVersion.objects.in_force().filter(matter__region=upstream.region)
    if upstream.matter_id is not None:
        own = own.filter(matter_id=upstream.matter_id)
    found = own.select_related("matter").prefetch_related("matter__versions")
    return [each for each in found if version_in_preparation(each) is None]


def claim(
    actor: Actor,
    pk: int,
    *,
    lead_id: int,
    partner_ids: Sequence[int],
    own_id: int | None = None,
    seen: int | None = None,
) -> MatterVersion:
    """Make the newest version a draft of the own list: a new matter, or the next version of the
    own one whose version in force is ``own_id``; what the upper level does not say stays.

    Raises ``Refused`` at the field for departments that are not the region's or named twice, or a
    name that another matter has; ``Conflict`` when the own matter is being changed already, and
    with the code ``newer_version`` when the version ``seen`` is not the newest any more.
    """
    if actor.user_id is None:
        raise NotAllowed("事项由登录的人员起草。", verb="upstream_matter.claim")
    with UPSTREAM_ACTS.take(actor, "claim", pk) as upstream:
        told = upstream.latest
        assert told is not None
        if seen is not None:
            _must_be_newest(told, seen)
        own = _own(upstream, own_id)
        parts = _parts(lead_id, partner_ids, own)
        if own is None:
            matter, content = _next_matter(upstream.region), _first_content(told, lead_id, parts)
        else:
            content = replace(
                content_of(own),
                name=told.name,
                subjects_text=told.subjects_text,
                content=told.content,
                legal_bases=told.legal_bases or own.legal_bases,
                lead_id=lead_id,
                partners=parts,
            )
            matter = own.matter
        ensure_sound(content, matter)
        reason = f"认领上级事项 {upstream.code} 版本 {told.number}"
        draft = open_version(actor, matter, content, reason, told.document or told.source)
        upstream.matter, upstream.settled = matter, told.number
    return draft


def may_be_new(upstream: UpstreamMatter) -> bool:
    """Whether it may become a new own matter: it was never claimed, or what it was claimed as is
    abolished."""
    if upstream.matter_id is None:
        return True
    return not MatterVersion.objects.filter(matter=upstream.matter_id, state__in=CURRENT).exists()


def _own(upstream: UpstreamMatter, own_id: int | None) -> MatterVersion | None:
    """The version in force to go on from; None for a new matter."""
    if own_id is None:
        if not may_be_new(upstream):
            raise Conflict(
                "已认领的事项在原事项上修改；原事项正在办理的，可以直接改那份草稿，或办结后再认领。"
            )
        return None
    for each in matters_to_change(upstream):
        if each.pk == own_id:
            return each
    raise Conflict("该事项未生效，或者正在修改，请刷新页面后重新选择。")


def _parts(lead_id: int, partner_ids: Sequence[int], own: MatterVersion | None) -> list[Part]:
    """The partners' parts: as they are in the own matter, others by whether they enforce."""
    held = {part.department_id: part for part in content_of(own).partners} if own else {}
    departments = Department.objects.filter(pk__in=partner_ids, enforces=True)
    enforcing = set(departments.values_list("pk", flat=True))
    return [
        held.get(pk) or Part(pk, Duty.Part.ENFORCING if pk in enforcing else Duty.Part.ASSISTING)
        for pk in partner_ids
    ]


def _first_content(told: UpstreamVersion, lead_id: int, parts: Sequence[Part]) -> Content:
    categories = {each.code: each for each in SubjectCategory.objects.all()}
    keywords = {code: each.keywords for code, each in categories.items()}
    return Content(
        name=told.name,
        subjects_text=told.subjects_text,
        content=told.content,
        legal_bases=told.legal_bases,
        lead_id=lead_id,
        partners=parts,
        category_ids=[categories[code].pk for code in categories_in(told.subjects_text, keywords)],
    )


def _next_matter(region: Region) -> Matter:
    """A new matter with the next number; numbers are given one at a time."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    last = Matter.objects.filter(region=region).aggregate(last=Max("number"))["last"] or 0
    code = matter_code(region.code, last + 1)
    return Matter.objects.create(region=region, code=code, number=last + 1)


def keep(actor: Actor, pk: int, opinion: str, seen: int | None) -> UpstreamMatter:
    """Leave the own matter as it is beside a changed one above."""
    return _settle(actor, "keep", pk, opinion, seen)


def decline(actor: Actor, pk: int, opinion: str, seen: int | None) -> UpstreamMatter:
    """Not to take it over."""
    return _settle(actor, "decline", pk, opinion, seen)


def end(actor: Actor, pk: int, opinion: str, seen: int | None) -> UpstreamMatter:
    """Take note that the upper level has withdrawn it."""
    return _settle(actor, "end", pk, opinion, seen)


def _settle(actor: Actor, code: str, pk: int, opinion: str, seen: int | None) -> UpstreamMatter:
    """``seen`` is the newest version that the person saw: what came since is not settled."""
    with UPSTREAM_ACTS.take(actor, code, pk, opinion=opinion) as upstream:
        assert upstream.latest is not None
        _must_be_newest(upstream.latest, seen)
        upstream.settled = seen
    return upstream


def _must_be_newest(told: UpstreamVersion, seen: int | None) -> None:
    if seen != told.number:
        words = f"上级已经下发版本 {told.number}，请看过新版本后重新办理。"
        raise Conflict(words, code="newer_version")


HANDLERS: Mapping[str, Callable[[Actor, int, str, int | None], UpstreamMatter]] = {
    "keep": keep,
    "decline": decline,
    "end": end,
}
"""The acts that need no more than an opinion, and the version that the person saw."""
