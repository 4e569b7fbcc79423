"""Merging two entries that are one subject: everything in one transaction, with its trace (S1).

The merged entry stays as a row that points to the survivor. What names it for good (draws,
assessments, sent letters, the trail) goes on naming it; everything else names the survivor from
now on, by the rules in ``credit.services.references``.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from credit.acts.duplicates import DUPLICATE_ACTS
from credit.models import DuplicatePair, Subject, SubjectChange, SubjectMerge
from credit.selectors.directory import as_input, scope_of
from credit.services import labels
from credit.services.directory import in_words
from credit.services.events import mark_stale
from credit.services.references import REFERENCES, Merging
from records import clock, trail
from records.actor import Actor
from records.acts import deadlock_in_words
from records.errors import Conflict, Refused

TAKEABLE = ("name", "industry_class", "address", "township", "status")
"""Facts of which the survivor keeps its own or takes over the other's. It always keeps its
identifier and its grade, and has the categories of both."""


def approve(actor: Actor, pk: int, opinion: str = "") -> Subject:
    """Merge a pair as it was proposed; returns the survivor.

    Both subjects are locked in the order of their ids. Raises ``NotAllowed``; ``Conflict`` when
    the pair is not proposed any more or one of the two was merged meanwhile; ``Refused`` with
    every obstacle in words.
    """
    with deadlock_in_words(), transaction.atomic():
        pair = _pair(pk)
        DUPLICATE_ACTS.check(actor, "approve", pair, opinion)
        subjects = _locked(pair)
        with DUPLICATE_ACTS.take(actor, "approve", pk, opinion=opinion) as pair:
            merged, survivor = pair.merged, pair.remaining
            if merged is None or survivor is None:
                raise Conflict("还没有提出保留哪一个对象。")
            merged, survivor = subjects[merged.pk], subjects[survivor.pk]
            ensure_mergeable(survivor, merged)
            pair.decided_by, pair.decided_at = actor.name, clock.now()
            pair.decision = opinion.strip()
            _merge(Merging(actor, survivor, merged, pair.reason), pair)
    return survivor


def obstacles(survivor: Subject, merged: Subject) -> list[str]:
    """Why two subjects cannot be merged now, in words."""
    found = []
    for one in (survivor, merged):
        if one.status == Subject.Status.MERGED:
            found.append(f"“{one}”已并入其他对象")
    if survivor.region_id != merged.region_id:
        found.append("两个对象不属于同一区划")
    if survivor.is_natural_person != merged.is_natural_person:
        found.append("自然人（含自建房）与单位、车辆、项目不能合并")
    for reference in REFERENCES.values():
        found += reference.obstacles(survivor, merged)
    return found


def ensure_mergeable(survivor: Subject, merged: Subject) -> None:
    """Raise ``Refused`` with all that stands in the way."""
    if found := obstacles(survivor, merged):
        raise Refused(f"不能合并：{'；'.join(found)}。", code="obstacle")


def _pair(pk: int) -> DuplicatePair:
    pair = DuplicatePair.objects.select_related("region", "first", "second").filter(pk=pk).first()
    if pair is None:
        raise Refused("疑似重复对象不存在或已被删除。", code="not_found")
    return pair


def _locked(pair: DuplicatePair) -> dict[int, Subject]:
    ids = [pair.first_id, pair.second_id]
    for reference in REFERENCES.values():
        reference.hold(ids, pair.region.code)
    rows: QuerySet[Subject] = Subject.objects.select_for_update(of=("self",))
    found = rows.select_related("region", "township").filter(pk__in=ids).order_by("pk")
    return {subject.pk: subject for subject in found}


def _merge(merging: Merging, pair: DuplicatePair) -> None:
    survivor, merged = merging.survivor, merging.merged
    trace = SubjectMerge(
        merged=merged,
        survivor=survivor,
        pair=pair,
        proposed_by=pair.proposed_by,
        decided_by=merging.actor.name,
        reason=pair.reason,
        before={str(one.pk): trail.snapshot(one) for one in (survivor, merged)},
    )
    trace.save()
    for reference in REFERENCES.values():
        reference.carry_out(merging)
    for rows in merging.found:
        rows.merge = trace
        rows.save()
    source = f"重复合并：{merging.reason}"
    _keep_facts(merging, pair.taken, source)
    for one in (survivor, merged):
        labels.repeat(merging.actor, one, source)
    merged.status, merged.merged_into = Subject.Status.MERGED, survivor
    merged.save(update_fields=("status", "merged_into", "updated_at"))
    _tell(merging, source)
    mark_stale({survivor.pk})


def _keep_facts(merging: Merging, taken: list[str], source: str) -> None:
    """Let the survivor have what was chosen of the other, and the categories of both."""
    survivor, merged = merging.survivor, merging.merged
    scope = scope_of(survivor.region.code)
    before = in_words(as_input(survivor), scope)
    for name in taken:
        setattr(survivor, name, getattr(merged, name))
    both = dict.fromkeys((*survivor.categories, *merged.categories))
    survivor.categories = list(both)
    survivor.save()
    after = in_words(as_input(survivor), scope)
    SubjectChange.objects.bulk_create(
        _line(merging, survivor, name, before[name], after[name], source)
        for name in after
        if before[name] != after[name]
    )


def _tell(merging: Merging, source: str) -> None:
    """A line of history and an entry of the trail at both."""
    survivor, merged = merging.survivor, merging.merged
    came, went = _named(merged), _named(survivor)
    SubjectChange.objects.bulk_create(
        (
            _line(merging, survivor, "merged", "", f"并入 {came}", source),
            _line(merging, merged, "merged", "", f"已并入 {went}", source),
        )
    )
    ids = {"merged": merged.pk, "survivor": survivor.pk}
    for subject, label in ((survivor, f"并入{merged}"), (merged, f"并入{survivor}（已合并）")):
        trail.record(
            merging.actor,
            "subject.merge",
            label[:80],
            subject,
            opinion=merging.reason,
            after=ids,
        )


def _named(subject: Subject) -> str:
    return f"{subject.shown_name}（{subject.shown_identifier}，编号 {subject.pk}）"


def _line(
    merging: Merging, subject: Subject, field: str, old: str, new: str, source: str
) -> SubjectChange:
    return SubjectChange(
        subject=subject,
        actor_name=merging.actor.name,
        department_name=merging.actor.department_name,
        field=field,
        old=old[:300],
        new=new[:300],
        source=source[:100],
    )
