"""Labels of subjects, by rule and by hand: neither touches what the other gave (S1).

A rule is brought to all subjects of its region step by step inside the database; a step and how
far it came are one transaction, so that a killed run goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from credit import industries
from credit.acts import LABEL_RULE_ACTS, SUBJECT_ACTS, may_keep_directory
from credit.models import CreditEvent, Label, LabelRule, Subject, SubjectLabel
from credit.rules.events import EVENT_KINDS
from departments.models import Region
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused
from records.periods import beginning, months_before
from records.queue import wake_after_commit

LABEL_TASK = "credit.label_subjects"
STEP = 20_000
LONGEST_LABEL = 30
LONGEST_REASON = 80
MOST_MONTHS = 120
MOST_TIMES = 1_000

_MARK = """
INSERT INTO credit_subjectlabel (subject_id, label_id, rule_id, reason, actor_name, at)
SELECT found.id, %s, %s, '', '', %s FROM ({found}) AS found(id)
ON CONFLICT DO NOTHING
"""
# Brings the repeated words of a range of subjects to what holds, with a line of history for each.
_REPEAT = """
WITH held AS (
  SELECT s.id, s.labels AS old,
         coalesce(
           array_agg(DISTINCT l.name ORDER BY l.name) FILTER (WHERE l.name IS NOT NULL), '{}'
         ) AS new
  FROM credit_subject s
  LEFT JOIN credit_subjectlabel m ON m.subject_id = s.id
  LEFT JOIN credit_label l ON l.id = m.label_id
  WHERE s.region_id = %s AND s.id BETWEEN %s AND %s
  GROUP BY s.id
), changed AS (
  UPDATE credit_subject s SET labels = held.new, updated_at = %s
  FROM held WHERE s.id = held.id AND held.old::text[] <> held.new::text[]
  RETURNING s.id, held.old, held.new
)
INSERT INTO credit_subjectchange
  (subject_id, at, actor_name, department_name, field, old, new, source)
SELECT id, %s, %s, %s, 'labels',
       left(array_to_string(old, '、'), 300), left(array_to_string(new, '、'), 300), %s
FROM changed
"""


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """The conditions of a rule as somebody enters them; an empty one is none."""

    label: str
    reason: str
    categories: tuple[str, ...] = ()
    industry: str = ""
    grades: tuple[str, ...] = ()
    event: str = ""
    at_least: int = 1
    months: int = 12


def add(actor: Actor, pk: int, name: str, reason: str) -> Subject:
    """Give a subject a label by hand. Raises ``NotAllowed``, or ``Refused`` without a label or a
    reason, or when it was given by hand already."""
    with SUBJECT_ACTS.take(actor, "label", pk, opinion=reason, label="加标签") as subject:
        label = _label(subject.region, name)
        _, added = SubjectLabel.objects.get_or_create(
            subject=subject,
            label=label,
            rule=None,
            defaults={"reason": _reason(reason), "actor_name": actor.name},
        )
        if not added:
            raise Conflict(f"标签“{label}”已由人工加上。", field="label")
        repeat(actor, subject, f"人工标签：{reason.strip()}")
    return subject


def remove(actor: Actor, pk: int, name: str, reason: str) -> Subject:
    """Take back a label that was given by hand; one that a rule gives as well stays.

    Raises ``NotAllowed``, or ``Refused`` without a reason or when it was not given by hand.
    """
    with SUBJECT_ACTS.take(actor, "label", pk, opinion=reason, label="取消标签") as subject:
        by_hand = SubjectLabel.objects.filter(subject=subject, label__name=name, rule=None)
        gone, _ = by_hand.delete()
        if not gone:
            raise Conflict(f"标签“{name}”不是人工加的，或已取消。", field="label")
        repeat(actor, subject, f"人工标签：{reason.strip()}")
    return subject


@transaction.atomic
def make_rule(actor: Actor, given: RuleInput) -> LabelRule:
    """Put a rule in force for the actor's region; a worker brings it to the subjects.

    Raises ``NotAllowed``, or ``Refused`` naming the field at fault: also when there is a rule that
    gives the same label on the same conditions.
    """
    if not may_keep_directory(actor):
        raise NotAllowed("您没有制定标签规则的权限。", verb="label_rule.make")
    _ensure_sound(given)
    label = _label(Region.objects.get(code=actor.region_code), given.label)
    conditions: dict[str, Any] = {
        "categories": sorted(given.categories),
        "industry": given.industry,
        "grades": sorted(given.grades),
        "event": given.event,
        "at_least": given.at_least,
        "months": given.months,
    }
    # Who sends the same form twice waits here for the first.
    Label.objects.select_for_update(no_key=True).get(pk=label.pk)
    known = LabelRule.objects.filter(label=label, **conditions).first()
    if known is not None:
        raise Conflict(f"{known}的条件与此相同（{known.get_state_display()}）。", field="label")
    rule = LabelRule.objects.create(
        label=label, **conditions, reason=given.reason.strip(), created_by=actor.name
    )
    trail.record(
        actor,
        "label_rule.make",
        "制定标签规则",
        rule,
        opinion=given.reason.strip(),
        after=trail.snapshot(rule),
        region_code=actor.region_code,
    )
    wake_after_commit(LABEL_TASK)
    return rule


def stop(actor: Actor, pk: int, opinion: str) -> LabelRule:
    """Take back all labels that a rule gave."""
    return _turn(actor, "stop", pk, opinion)


def resume(actor: Actor, pk: int, opinion: str = "") -> LabelRule:
    """Let a stopped rule label again."""
    return _turn(actor, "resume", pk, opinion)


HANDLERS: Mapping[str, Callable[[Actor, int, str], LabelRule]] = {"stop": stop, "resume": resume}


def due() -> QuerySet[LabelRule]:
    """The rules to be brought to the subjects: new, changed, under way, or of another day."""
    of_another_day = Q(applied_at__lt=beginning(clock.today()))
    in_force = Q(state=LabelRule.State.IN_FORCE)
    return LabelRule.objects.filter(Q(applied_at=None) | (in_force & of_another_day)).order_by("pk")


def apply_due() -> int:
    """Bring every rule that is due to its subjects; returns how many rules were looked at."""
    rules = list(due().values_list("pk", flat=True))
    for pk in rules:
        while _step(pk):
            pass
    return len(rules)


def _step(pk: int) -> bool:
    """Do the next step of a rule; false when it is done, or another worker has it in hand."""
    with transaction.atomic():
        rule = (
            due()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("label__region")
            .filter(pk=pk)
            .first()
        )
        if rule is None:
            return False
        last = _bring(rule)
        if last is None:
            rule.reached, rule.applied_at = 0, clock.now()
        else:
            rule.reached = last
        rule.save(update_fields=("reached", "applied_at"))
    return last is not None


def _bring(rule: LabelRule) -> int | None:
    """Label the next subjects; the last of them, None when there are none left. They are locked
    first, so that what is labelled by hand meanwhile is seen."""
    region = rule.label.region
    rows = Subject.objects.filter(region=region, pk__gt=rule.reached).order_by("pk")
    locked = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True)[:STEP])
    if not locked:
        return None
    first, last = locked[0], locked[-1]
    found = _matching(rule, first, last)
    gone, _ = (
        SubjectLabel.objects.filter(rule=rule, subject_id__gte=first, subject_id__lte=last)
        .exclude(subject_id__in=found)
        .delete()
    )
    now = clock.now()
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(found=sql), [rule.label_id, rule.pk, now, *params])
        added = cursor.rowcount
    if gone or added:
        _repeat(SYSTEM, region.pk, first, last, f"标签规则：{rule.label.name}")
    return last


def _matching(rule: LabelRule, first: int, last: int) -> QuerySet[Subject, int]:
    """The keys of those in a range of subjects that meet all conditions of a rule."""
    found = Subject.objects.current().filter(region=rule.label.region, pk__gte=first, pk__lte=last)
    if rule.state == LabelRule.State.STOPPED:
        found = found.filter(pk__lt=first)
    if rule.categories:
        found = found.filter(categories__overlap=rule.categories)
    if rule.industry:
        found = found.filter(industry_class__regex=f"^[A-T]?{rule.industry}")
    if rule.grades:
        found = found.filter(grade__in=rule.grades)
    if rule.event:
        found = found.filter(pk__in=_with_events(rule, first, last))
    return found.order_by().values_list("pk", flat=True)


def _with_events(rule: LabelRule, first: int, last: int) -> QuerySet[CreditEvent, int]:
    today = clock.today()
    return (
        CreditEvent.objects.of_kind(rule.event)
        .filter(
            Q(until=None) | Q(until__gt=today),
            subject_id__gte=first,
            subject_id__lte=last,
            happened_on__gt=months_before(today, rule.months),
            happened_on__lte=today,
        )
        .order_by()
        .values("subject")
        .annotate(times=Count("pk"))
        .filter(times__gte=rule.at_least)
        .values_list("subject", flat=True)
    )


def repeat(actor: Actor, subject: Subject, source: str) -> None:
    """Bring ``labels`` of a locked subject to what holds, in the database and in hand; a change
    leaves a line of history that names ``source``."""
    _repeat(actor, subject.region_id, subject.pk, subject.pk, source)
    subject.refresh_from_db(fields=("labels",))


def _repeat(actor: Actor, region_id: int, first: int, last: int, source: str) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _REPEAT,
            [
                *(region_id, first, last, now, now),
                *(actor.name, actor.department_name, source[:100]),
            ],
        )


def _turn(actor: Actor, code: str, pk: int, opinion: str) -> LabelRule:
    with LABEL_RULE_ACTS.take(actor, code, pk, opinion=opinion) as rule:
        rule.reached, rule.applied_at = 0, None
        wake_after_commit(LABEL_TASK)
    return rule


def _label(region: Region, name: str) -> Label:
    words = " ".join(name.split())
    if not words:
        raise Refused("请填写标签。", field="label")
    if len(words) > LONGEST_LABEL:
        raise Refused(f"标签最多 {LONGEST_LABEL} 个字。", field="label")
    if "、" in words or "," in words or "，" in words:
        raise Refused("一次只填一个标签，不要用顿号或逗号。", field="label")
    label, _ = Label.objects.get_or_create(region=region, name=words)
    return label


def _reason(reason: str) -> str:
    words = reason.strip()
    if len(words) > LONGEST_REASON:
        raise Refused(f"理由最多 {LONGEST_REASON} 个字。", field="opinion")
    return words


def _ensure_sound(given: RuleInput) -> None:
    if not given.reason.strip():
        raise Refused("请填写制定理由。", field="reason")
    if not (given.categories or given.industry or given.grades or given.event):
        raise Refused("请至少填写一个条件，否则所有对象都会加上标签。")
    if given.industry and not (given.industry.isascii() and given.industry.isdigit()):
        raise Refused("行业代码只填数字，如 62 或 6210。", field="industry")
    if given.industry and (message := industries.complaint(given.industry)):
        raise Refused(f"{message}。", field="industry")
    if given.event and given.event not in EVENT_KINDS:
        raise Refused(f"没有“{given.event}”这种信用记录。", field="event")
    if not 1 <= given.at_least <= MOST_TIMES:
        raise Refused(f"次数应在 1 到 {MOST_TIMES} 之间。", field="at_least")
    if not 1 <= given.months <= MOST_MONTHS:
        raise Refused(f"月数应在 1 到 {MOST_MONTHS} 之间。", field="months")
