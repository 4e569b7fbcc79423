"""What is done about a warning, from its receipt until somebody has said what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clues.acts.warnings import WARNING_ACTS, WARNING_STAGES, coordination_of
from clues.models import Campaign, Clue, RiskWarning, WarningParty
from clues.services import campaigns, intake
from clues.services.knowledge import concern, name_heads
from clues.services.warnings.raising import note_parties, push, warning_number
from credit.models import Subject
from credit.services.origins import restate
from departments.actors import fills_in
from departments.models import Department, Region
from departments.profile import must_fill
from departments.roles import Function
from inspections.models import JointTask
from inspections.services.dispatch import PartPlan
from inspections.services.selected import start_selected
from matters.models import Matter, MatterVersion
from records import clock, outbox, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

_S = RiskWarning.State
_O = RiskWarning.Outcome


def may_enter(actor: Actor) -> bool:
    """Who enters what the nation or the province sends: the coordination office."""
    return fills_in(actor, Function.COORDINATION, actor.region_code)


def from_above(
    actor: Actor,
    *,
    origin: str,
    external_number: str,
    level: str,
    title: str,
    content: str,
    owner: Department | None = None,
    subject: Subject | None = None,
    township: Region | None = None,
    matter: Matter | None = None,
) -> RiskWarning:
    """Enter a warning sent down by the nation or the province (H12). Its ``owner`` is the lead
    department of the matter, else the coordination office, unless given.

    The same number of the same origin gives the warning that is there. Raises ``NotAllowed``;
    ``Refused`` naming the field.
    """
    if not may_enter(actor):
        raise NotAllowed("只有综合协调组可以登记上级预警。", verb="warning.enter")
    if origin not in (RiskWarning.Origin.NATIONAL, RiskWarning.Origin.PROVINCE):
        raise Refused("请选择预警来源。", field="origin")
    for field, value, words in (
        ("external_number", external_number, "来源编号"),
        ("title", title, "标题"),
        ("content", content, "内容"),
    ):
        if not value.strip():
            raise Refused(f"请填写{words}。", field=field)
    before = _entered_before(actor, origin, external_number)
    if before is not None:
        return before
    if owner is None:
        owner = _lead_of(matter) or must_fill(actor.region_code, Function.COORDINATION)
    try:
        with transaction.atomic():
            now = clock.now()
            warning = RiskWarning.objects.create(
                region_code=actor.region_code,
                number=warning_number(actor.region_code, now),
                origin=origin,
                external_number=external_number.strip(),
                level=level,
                title=title.strip(),
                content=content.strip(),
                subject=subject,
                township=township or (subject.township if subject else None),
                matter=matter,
                owner=owner,
                raised_at=now,
            )
            trail.record(actor, "warning.enter", "登记上级预警", warning)
            push(actor, warning, [owner])
            WARNING_STAGES.enter(actor, warning)
    except IntegrityError:
        # The same warning came in at the same moment.
        faster = _entered_before(actor, origin, external_number)
        if faster is None:
            raise
        return faster
    return warning


def receive(actor: Actor, pk: int, opinion: str = "") -> RiskWarning:
    """Take the warning in hand."""
    with WARNING_ACTS.take(actor, "receive", pk, opinion=opinion) as warning:
        warning.parties.filter(department_id=warning.owner_id, read_at=None).update(
            read_at=clock.now(), read_by=actor.name
        )
    return warning


def note(actor: Actor, pk: int, opinion: str = "") -> RiskWarning:
    """Say that one's department knows of the warning."""
    with WARNING_ACTS.take(actor, "read", pk, opinion=opinion) as warning:
        own = warning.parties.filter(department=actor.department_id)
        own.filter(read_at=None).update(read_at=clock.now(), read_by=actor.name)
    return warning


def assign(actor: Actor, pk: int, owner: Department, opinion: str) -> RiskWarning:
    """Give the warning to another department, with the reason; its clock starts anew."""
    with WARNING_ACTS.take(actor, "assign", pk, opinion=opinion) as warning:
        if not opinion.strip():
            raise Refused("请填写调整理由。", field="opinion")
        if owner.pk == warning.owner_id:
            raise Refused(f"该预警已由{owner.name}负责。", field="owner")
        if owner.region.code != warning.region_code:
            raise Refused("只能调整给本地区的部门。", field="owner")
        warning.parties.filter(part=WarningParty.Part.OWNER).update(part=WarningParty.Part.TOLD)
        warning.owner = owner
        _let_know(warning, [owner], WarningParty.Part.OWNER)
    return warning


def open_study(
    actor: Actor, pk: int, departments: Sequence[Department], opinion: str = ""
) -> RiskWarning:
    """Call the departments together to study the warning (J7). Raises ``Refused`` for fewer than
    one besides the coordination office."""
    with WARNING_ACTS.take(actor, "study", pk, opinion=opinion) as warning:
        invited = {d.pk: d for d in departments} | {warning.owner_id: warning.owner}
        invited.pop(actor.department_id or 0, None)
        if not invited:
            raise Refused("请选择参加会商的部门。", field="departments")
        warning.study_lead_id = coordination_of(warning)
        warning.study_opened_at = clock.now()
        _let_know(warning, list(invited.values()), WarningParty.Part.STUDY)
    return warning


def conclude_study(
    actor: Actor, pk: int, *, held_on: dt.date, minutes: str, conclusion: str
) -> RiskWarning:
    """Enter the minutes and the conclusion; the owner goes on from there."""
    with WARNING_ACTS.take(actor, "conclude", pk) as warning:
        if held_on > clock.today():
            raise Refused("会商日期不能晚于今天。", field="held_on")
        opened = warning.study_opened_at
        if opened is not None and held_on < timezone.localtime(opened).date():
            raise Refused("会商日期不能早于发起会商的日期。", field="held_on")
        if not minutes.strip():
            raise Refused("请填写会商纪要。", field="minutes")
        if not conclusion.strip():
            raise Refused("请填写会商结论。", field="conclusion")
        warning.study_held_on = held_on
        warning.study_minutes = minutes.strip()
        warning.study_conclusion = conclusion.strip()
    return warning


def become_clue(actor: Actor, pk: int, *, title: str, content: str) -> RiskWarning:
    """Enter a clue from the warning, received by the owner."""
    with WARNING_ACTS.take(actor, "clue", pk, label="转为线索") as warning:
        warning.outcome_clue = intake.register(
            actor,
            channel=Clue.Channel.WARNING,
            title=title,
            content=content,
            external_number=warning.number,
            subject=warning.subject,
            township=warning.township,
            matter=warning.matter,
            confidential=warning.confidential,
        )
        # Without the clue's number, which must not stay readable when the clue is concealed.
        _settle(actor, warning, _O.CLUE, "已登记线索")
    return warning


def checkable(actor: Actor, warning: RiskWarning) -> QuerySet[JointTask]:
    """The visits that may settle the warning: such as the person sees, still to be made, of its
    subject where it has one."""
    open_states = (
        JointTask.State.PROPOSED,
        JointTask.State.DISPATCHED,
        JointTask.State.SCHEDULED,
        JointTask.State.NOTIFIED,
        JointTask.State.IN_PROGRESS,
    )
    tasks = JointTask.objects.visible_to(actor).filter(
        state__in=open_states, region__code=warning.region_code
    )
    if warning.subject_id is not None:
        return tasks.filter(subject_id=warning.subject_id)
    if warning.township_id is not None:
        return tasks.filter(subject__township_id=warning.township_id)
    return tasks


def join_check(actor: Actor, pk: int, task_id: int, text: str) -> RiskWarning:
    """Settle the warning by a visit that is on its way."""
    with WARNING_ACTS.take(actor, "check", pk, opinion=text) as warning:
        task = checkable(actor, warning).filter(pk=task_id).first()
        if task is None:
            raise Refused("请选择该对象尚未完成的检查任务。", field="task")
        _settle(actor, warning, _O.CHECK, text.strip() or f"纳入检查任务 {task.code}", task)
    return warning


def start_check(
    actor: Actor,
    pk: int,
    part: PartPlan,
    visit_on: dt.date,
    reason: str,
    over_cap_reason: str = "",
) -> RiskWarning:
    """Settle the warning by a visit of the owner's own, proposed now; its head approves it.

    Raises as ``inspections.services.selected.start_selected``; ``Refused`` without a subject.
    """
    with WARNING_ACTS.take(actor, "check", pk, opinion=reason) as warning:
        if warning.subject is None:
            raise Refused("该预警没有具体监管对象，请选择已有的检查任务。", field="task")
        version = MatterVersion.objects.in_force().filter(matter=warning.matter).first()
        task = start_selected(
            actor,
            warning.subject,
            warning.owner,
            [part],
            visit_on,
            reason,
            origin=JointTask.Origin.WARNING,
            matter_version=version,
            over_cap_reason=over_cap_reason,
        )
        _settle(actor, warning, _O.CHECK, f"发起检查 {task.code}：{reason.strip()}", task)
    return warning


def check_called_off(actor: Actor, task: JointTask, reason: str) -> None:
    """Open the warnings again that were settled by a visit which does not take place, unless
    their rule has raised a newer one for the same group. Call it inside the act that calls the
    visit off."""
    settled = RiskWarning.objects.select_for_update(of=("self",)).filter(
        outcome_task=task, state__in=(_S.CLOSED, _S.FEEDBACK)
    )
    for warning in settled.order_by("pk"):
        newer = RiskWarning.objects.filter(
            rule__isnull=False, rule=warning.rule_id, group_key=warning.group_key
        ).exclude(state=_S.CLOSED)
        if newer.exclude(pk=warning.pk).exists():
            continue
        warning.state, warning.outcome, warning.outcome_text = _S.RECEIVED, "", ""
        warning.outcome_task = warning.settled_at = warning.closed_at = None
        warning.save()
        restate(actor, warning)
        WARNING_STAGES.enter(actor, warning)
        trail.record(
            actor, "warning.reopened", "检查未进行，预警须重新处置", warning, opinion=reason
        )


def propose_campaign(
    actor: Actor, pk: int, *, title: str, reason: str, categories: list[str]
) -> Campaign:
    """Settle the warning by proposing a campaign; returns the proposal."""
    with WARNING_ACTS.take(actor, "campaign", pk) as warning:
        campaign = campaigns.propose(
            actor,
            title=title,
            reason=reason,
            categories=categories,
            township_code=warning.township.code if warning.township else "",
            warning_id=warning.pk,
        )
        _settle(actor, warning, _O.CAMPAIGN, f"提出专项整治建议：{campaign.title}")
    return campaign


def dismiss(actor: Actor, pk: int, opinion: str) -> RiskWarning:
    """Propose to do nothing, with the reason, to the head."""
    with WARNING_ACTS.take(actor, "dismiss", pk, opinion=opinion) as warning:
        warning.outcome_text = opinion.strip()
    return warning


def sign_dismissal(actor: Actor, pk: int, opinion: str = "") -> RiskWarning:
    """The head agrees that nothing is done."""
    with WARNING_ACTS.take(actor, "sign", pk, opinion=opinion) as warning:
        _settle(actor, warning, _O.NOTHING, warning.outcome_text)
    return warning


def reject_dismissal(actor: Actor, pk: int, opinion: str) -> RiskWarning:
    """The head wants the warning dealt with."""
    with WARNING_ACTS.take(actor, "reject", pk, opinion=opinion) as warning:
        warning.outcome_text = ""
    return warning


def feed_back(actor: Actor, pk: int, opinion: str = "") -> RiskWarning:
    """Tell the platform above what came of its warning, a natural person masked; that closes it."""
    with WARNING_ACTS.take(actor, "feed_back", pk, opinion=opinion) as warning:
        now = clock.now()
        masked = warning.subject.masked if warning.subject else str
        outbox.post(
            outbox.PROVINCE,
            "warning.settled",
            {
                "number": warning.number,
                "origin": warning.origin,
                "external_number": warning.external_number,
                "level": warning.level,
                "owner": warning.owner.name,
                "outcome": warning.outcome,
                "outcome_text": masked(warning.outcome_text),
                "studied": bool(warning.study_conclusion),
                "study_conclusion": masked(warning.study_conclusion),
                "settled_at": warning.settled_at.isoformat() if warning.settled_at else None,
                "signed_by": actor.name,
                "signed_at": now.isoformat(),
            },
            warning.region_code,
            about=warning,
        )
        warning.closed_at = now
    return warning


HANDLERS: dict[str, Callable[[Actor, int, str], Any]] = {
    "receive": receive,
    "read": note,
    "dismiss": dismiss,
    "sign": sign_dismissal,
    "reject": reject_dismissal,
    "feed_back": feed_back,
}


def _settle(
    actor: Actor, warning: RiskWarning, outcome: str, text: str, task: JointTask | None = None
) -> None:
    now = clock.now()
    warning.outcome, warning.outcome_text = outcome, text
    warning.outcome_task = task
    warning.settled_at = now
    if warning.is_from_above:
        warning.state = _S.FEEDBACK
    else:
        warning.state, warning.closed_at = _S.CLOSED, now
    restate(actor, warning)


def _let_know(warning: RiskWarning, departments: Sequence[Department], part: str) -> None:
    for department in departments:
        if part == WarningParty.Part.STUDY and department.pk == warning.owner_id:
            continue
        WarningParty.objects.update_or_create(
            warning=warning,
            department=department,
            defaults={"part": part, "read_at": None, "read_by": ""},
        )
    note_parties(warning)
    if warning.clue is not None:
        if warning.confidential:
            name_heads(warning.clue, departments)
        concern(warning.clue, *departments)


def _entered_before(actor: Actor, origin: str, external_number: str) -> RiskWarning | None:
    return (
        RiskWarning.objects.visible_to(actor)
        .filter(
            region_code=actor.region_code, origin=origin, external_number=external_number.strip()
        )
        .first()
    )


def _lead_of(matter: Matter | None) -> Department | None:
    if matter is None:
        return None
    version = MatterVersion.objects.in_force().filter(matter=matter).select_related("lead").first()
    return version.lead if version else None
