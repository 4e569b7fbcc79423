"""A joint sanction from its draft to its end (S7): who initiates names subject, facts, basis,
measures, term and implementing departments; its head signs; they receive, act and feed back; it
ends with its term, by credit repair or because it is revoked, and the measures are released."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from credit.acts.sanctions import SANCTION_ACTS, may_initiate
from credit.models import CreditEvent, Sanction, SanctionMeasure, SanctionPart, Subject
from credit.rules import sanctions as rules
from credit.rules.measures import MEASURES
from credit.services.sanction_grounds import ensure_still_sound
from credit.services.whitelist import wake_review
from departments.models import Department, Region
from departments.profile import TimeLimit, number, time_limit
from records import clock, deadlines, outbox, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused
from records.outbox import CREDIT_CHINA, CREDIT_PUBLICITY
from records.periods import months_before

State = Sanction.State
Part = SanctionPart.State


@dataclass(frozen=True, slots=True)
class MeasureInput:
    """One measure: its code, the basis in this case, and the departments that are to take it."""

    code: str
    basis: str
    departments: Sequence[int]


@dataclass(frozen=True)
class SanctionInput:
    """All that a sanction says; ``event`` is the credit event that it rests on, if one does."""

    trigger: str
    facts: str
    basis: str
    months: int
    measures: Sequence[MeasureInput]
    event: int | None = None


@transaction.atomic
def draft(actor: Actor, subject_id: int, said: SanctionInput) -> Sanction:
    """Draw up a sanction of a subject in the name of the actor's department.

    Raises ``NotAllowed``; ``Conflict`` when the department prepares one of the subject already;
    ``Refused`` naming the field of what is missing or wrong.
    """
    department = must_initiate(actor)
    # Two drafts at once wait for each other here.
    subject = (
        Subject.objects.visible_to(actor)
        .current()
        .select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .filter(pk=subject_id)
        .first()
    )
    if subject is None:
        raise Refused("没有这一监管对象。", field="subject", code="not_found")
    preparing = Sanction.objects.filter(
        subject=subject, department_id=department, state__in=(State.DRAFT, State.REVIEW)
    ).first()
    if preparing is not None:
        raise Conflict(f"本部门对该对象的失信惩戒正在拟办（编号 {preparing.pk}），请先完成它。")
    region = Region.objects.get(code=actor.region_code)
    _ensure_sound(said, subject, region.code)
    sanction = Sanction(
        region=region,
        subject=subject,
        department_id=department,
        created_at=clock.now(),
        drafted_by=actor.name,
    )
    _write(sanction, said)
    trail.record(actor, "sanction.draft", "拟办失信惩戒", sanction)
    return sanction


def must_initiate(actor: Actor) -> int:
    """The department for which the person may draw up sanctions; ``NotAllowed`` without one."""
    if actor.department_id is None or not may_initiate(actor):
        raise NotAllowed("只有部门经办人可以发起失信惩戒。", verb="sanction.draft")
    return actor.department_id


def edit(actor: Actor, pk: int, said: SanctionInput) -> Sanction:
    """Write a draft anew."""
    with SANCTION_ACTS.take(actor, "edit", pk) as sanction:
        _ensure_sound(said, sanction.subject, sanction.region.code)
        _write(sanction, said)
    return sanction


def submit(actor: Actor, pk: int, opinion: str = "") -> Sanction:
    """Put a draft before the head of the department."""
    with SANCTION_ACTS.take(actor, "submit", pk, opinion=opinion) as sanction:
        _start(actor, sanction, rules.SIGN_DUE, sanction)
    return sanction


def sign(actor: Actor, pk: int, opinion: str = "") -> Sanction:
    """The head signs: the term and the clocks of the implementing departments begin.

    Raises ``Refused`` as ``ensure_still_sound``.
    """
    with SANCTION_ACTS.take(actor, "sign", pk, opinion=opinion) as sanction:
        ensure_still_sound(sanction)
        today = clock.today()
        sanction.signed_at, sanction.signed_by = clock.now(), actor.name
        sanction.since, sanction.until = today, months_before(today, -sanction.months)
        deadlines.meet(sanction, rules.SIGN_DUE.key)
        _start(actor, sanction, rules.INFORM_DUE, sanction)
        for part in sanction.parts.all():
            part.state = Part.WAITING
            part.save(update_fields=("state",))
            _start(actor, sanction, rules.RECEIVE_DUE, part)
            trail.record(actor, "sanction_part.hand_out", f"下达{part.department}", part)
        _push(sanction, "sanction.signed")
        wake_review()
    return sanction


def send_back(actor: Actor, pk: int, opinion: str) -> Sanction:
    """The head wants it changed."""
    with SANCTION_ACTS.take(actor, "return", pk, opinion=opinion) as sanction:
        deadlines.cancel(sanction, rules.SIGN_DUE.key)
    return sanction


def inform(actor: Actor, pk: int, opinion: str) -> Sanction:
    """Note how and when the sanctioned were told."""
    with SANCTION_ACTS.take(actor, "inform", pk, opinion=opinion) as sanction:
        sanction.informed_at, sanction.informed_how = clock.now(), opinion.strip()
        deadlines.meet(sanction, rules.INFORM_DUE.key)
    return sanction


def repair(actor: Actor, pk: int, opinion: str) -> Sanction:
    """Prepare the end of a sanction because the subject's credit is repaired; whether it is, a
    petition has established (``credit.services.petition_effects``)."""
    with SANCTION_ACTS.take(
        actor, "repair", pk, opinion=opinion, label="拟按信用修复解除"
    ) as sanction:
        _propose_end(actor, sanction, State.REPAIRED, opinion)
    return sanction


def revoke(actor: Actor, pk: int, opinion: str) -> Sanction:
    """Prepare the end of a sanction that should not stand."""
    with SANCTION_ACTS.take(actor, "revoke", pk, opinion=opinion) as sanction:
        _propose_end(actor, sanction, State.REVOKED, opinion)
    return sanction


def keep(actor: Actor, pk: int, opinion: str) -> Sanction:
    """The head does not agree to its end: it goes on."""
    with SANCTION_ACTS.take(actor, "keep", pk, opinion=opinion) as sanction:
        sanction.lifting, sanction.end_reason = "", ""
        deadlines.meet(sanction, rules.SIGN_DUE.key)
    return sanction


def lift(actor: Actor, pk: int, opinion: str = "") -> Sanction:
    """The head ends it as prepared."""
    with SANCTION_ACTS.take(actor, "lift", pk, opinion=opinion) as sanction:
        _end(actor, sanction, sanction.lifting)
    return sanction


def end_due() -> int:
    """End the sanctions whose last day is over; returns how many."""
    due = Sanction.objects.in_force().filter(until__lt=clock.today())
    ended = 0
    for pk in due.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            sanction = due.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if sanction is None:
                continue
            sanction.end_reason = f"惩戒期限至 {sanction.until} 届满。"
            _end(SYSTEM, sanction, State.EXPIRED)
            sanction.save()
            trail.record(
                SYSTEM, "sanction.expire", "期满解除", sanction, opinion=sanction.end_reason
            )
            ended += 1
    return ended


HANDLERS: Mapping[str, Callable[[Actor, int, str], Sanction]] = {
    "submit": submit,
    "sign": sign,
    "return": send_back,
    "inform": inform,
    "revoke": revoke,
    "lift": lift,
    "keep": keep,
    "discard": SANCTION_ACTS.plain("discard"),
}
"""The acts that need no more than an opinion."""


def _propose_end(actor: Actor, sanction: Sanction, how: str, reason: str) -> None:
    if not reason.strip():
        raise Refused("请填写解除理由。", field="reason")
    sanction.lifting, sanction.end_reason = how, reason.strip()
    _start(actor, sanction, rules.SIGN_DUE, sanction)


def _end(actor: Actor, sanction: Sanction, how: str) -> None:
    """What was acted upon is to be released, what was not is closed; the clocks end."""
    sanction.state, sanction.ended_at = how, clock.now()
    deadlines.meet(sanction, rules.SIGN_DUE.key)
    deadlines.cancel(sanction, rules.INFORM_DUE.key)
    parts = sanction.parts.select_related("department").prefetch_related("measures")
    for part in parts.select_for_update(of=("self",)).order_by("pk"):
        deadlines.cancel(part)
        part.state = Part.RELEASING if _acted_upon(part) else Part.CLOSED
        part.save(update_fields=("state",))
        if part.state == Part.RELEASING:
            _start(actor, sanction, rules.RELEASE_DUE, part)
        trail.record(
            actor,
            "sanction_part.end",
            f"通知{part.department}解除措施"
            if part.state == Part.RELEASING
            else f"终止{part.department}的任务",
            part,
            opinion=sanction.end_reason,
        )
    _push(sanction, "sanction.ended", outcome=how)


def _acted_upon(part: SanctionPart) -> bool:
    """Whether measures may be in effect: they are, or nobody has said yet that they are not."""
    if part.state in (Part.RECEIVED, Part.REVIEW):
        return True
    return part.state == Part.REPORTED and any(each.applied for each in part.measures.all())


def _start(
    actor: Actor, sanction: Sanction, rule: TimeLimit, target: Sanction | SanctionPart
) -> None:
    held = time_limit(sanction.region.code, rule)
    deadlines.start(
        actor,
        target,
        rule=held.key,
        title=held.title,
        source=held.source,
        limit=held.limit,
        department_id=target.department_id,
        region_code=sanction.region.code,
    )


def _push(sanction: Sanction, topic: str, *, outcome: str = "") -> None:
    """Tell the public credit systems of a business; nothing of a natural person goes out."""
    subject = sanction.subject
    if subject.is_natural_person or sanction.since is None or sanction.until is None:
        return
    codes = SanctionMeasure.objects.filter(part__sanction=sanction)
    titles = {MEASURES[code].title for code in codes.values_list("code", flat=True)}
    payload = {
        "sanction": sanction.pk,
        "identifier": subject.identifier,
        "name": subject.name,
        "department": sanction.department.name,
        "basis": sanction.basis,
        "measures": sorted(titles),
        "since": sanction.since.isoformat(),
        "until": sanction.until.isoformat(),
    }
    if outcome:
        payload |= {"outcome": outcome, "reason": sanction.end_reason}
    for target in (CREDIT_PUBLICITY, CREDIT_CHINA):
        outbox.post(
            target,
            topic,
            payload,
            sanction.region.code,
            about=sanction,
            thread=f"sanction:{sanction.pk}",
        )


def _write(sanction: Sanction, said: SanctionInput) -> None:
    sanction.trigger, sanction.event_id = said.trigger, said.event
    sanction.facts, sanction.basis = said.facts.strip(), said.basis.strip()
    sanction.months = said.months
    sanction.save()
    sanction.parts.all().delete()
    wanted = sorted({pk for measure in said.measures for pk in measure.departments})
    parts = {
        part.department_id: part
        for part in SanctionPart.objects.bulk_create(
            SanctionPart(sanction=sanction, department_id=pk) for pk in wanted
        )
    }
    SanctionMeasure.objects.bulk_create(
        SanctionMeasure(part=parts[pk], code=measure.code, basis=measure.basis.strip())
        for measure in said.measures
        for pk in sorted(measure.departments)
    )


def _ensure_sound(said: SanctionInput, subject: Subject, region_code: str) -> None:
    if said.trigger not in Sanction.Trigger.values:
        raise Refused("请选择触发情形。", field="trigger")
    for field, label, value, most in (
        ("facts", "失信事实", said.facts, 1000),
        ("basis", "认定依据", said.basis, 300),
    ):
        if not value.strip():
            raise Refused(f"请填写{label}。", field=field)
        if len(value.strip()) > most:
            raise Refused(f"{label}不超过 {most} 字。", field=field)
    most_months = number(region_code, rules.MOST_MONTHS)
    if not 1 <= said.months <= most_months:
        raise Refused(f"惩戒期限应在 1 到 {most_months} 个月之间。", field="months")
    if (
        said.event is not None
        and not CreditEvent.objects.filter(pk=said.event, subject=subject).exists()
    ):
        raise Refused("所选信用记录不是该对象的。", field="event")
    _ensure_sound_measures(said.measures, subject, region_code)


def _ensure_sound_measures(
    measures: Sequence[MeasureInput], subject: Subject, region_code: str
) -> None:
    if not measures:
        raise Refused("请至少选择一项惩戒措施。", field="measures")
    told = [(measure.code, pk) for measure in measures for pk in measure.departments]
    if len(set(told)) != len(told):
        raise Refused("同一部门的同一惩戒措施只能列一次。", field="measures")
    asked = {pk for measure in measures for pk in measure.departments}
    here = set(
        Department.objects.filter(
            pk__in=asked, region__code=region_code, is_active=True
        ).values_list("pk", flat=True)
    )
    for said in measures:
        measure = MEASURES.get(said.code)
        if measure is None:
            raise Refused(f"没有“{said.code}”这种惩戒措施。", field="measures")
        if not measure.is_task:
            raise Refused(f"“{measure.title}”由有关组织自主决定，不能下达。", field="measures")
        if measure.persons_only and subject.id_kind != "person":
            raise Refused(f"“{measure.title}”只能对自然人实施。", field="measures")
        if not said.basis.strip():
            raise Refused(f"请填写“{measure.title}”的依据。", field="measures")
        if len(said.basis.strip()) > 300:
            raise Refused(f"“{measure.title}”的依据不超过 300 字。", field="measures")
        if not said.departments:
            raise Refused(f"请选择“{measure.title}”的实施部门。", field="measures")
        if not set(said.departments) <= here:
            raise Refused(f"“{measure.title}”的实施部门应是本地区的部门。", field="measures")
