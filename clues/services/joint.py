"""Joint verification: the lead department of a clue's matter asks others, each verifies its part,
and one conclusion comes of it (L4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from clues.acts.common import clerk
from clues.acts.joint import JOINT_ACTS, JOINT_STAGES, PART_ACTS, PART_STAGES
from clues.models import Clue, JointVerification, Referral, VerificationPart
from clues.rules import joint as rules
from clues.services.letters import led
from clues.services.uploads import Files, keep_files
from clues.stages import hold_clue_of
from departments.models import Department
from departments.profile import number
from matters.models import MatterVersion
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused

_J = JointVerification.State
_P = VerificationPart.State
_LONGEST = {"purpose": 2000, "task": 1000, "finding": 5000, "conclusion": 5000}


@dataclass(frozen=True)
class Asked:
    """What one department is to verify, and within how many working days."""

    department: Department
    task: str
    days: int


def lead_of(clue: Clue) -> Department:
    """Who organises joint verification: the lead department of the matter in force; without a
    matter, or when the coordination office assigned the clue, whoever holds it."""
    if clue.assigned or clue.matter_id is None:
        return clue.holder
    version = (
        MatterVersion.objects.in_force()
        .filter(matter_id=clue.matter_id)
        .select_related("lead")
        .first()
    )
    return version.lead if version else clue.holder


def open_joint_of(clue: Clue) -> JointVerification | None:
    """The joint verification of a clue that is not ended."""
    return clue.joint_verifications.filter(state__in=JointVerification.OPEN_STATES).first()


def begin(actor: Actor, clue_id: int, purpose: str, asked: Sequence[Asked]) -> JointVerification:
    """Put the parts of a joint verification before the head of the lead department.

    Raises ``NotAllowed`` for others than its clerks, ``Conflict`` when one is open already or
    the clue is not being handled, ``Refused`` with the field at fault.
    """
    with transaction.atomic():
        clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue_id)
        if not clerk(actor, clue, clue.holder_id):
            raise NotAllowed(
                "只有办理该线索的部门可以发起联合核查。", verb="joint.begin", target=clue
            )
        if clue.state != Clue.State.HANDLING:
            raise Conflict("线索不在办理中，不能发起联合核查。")
        if open_joint_of(clue):
            raise Conflict("该线索已有未结束的联合核查。")
        lead = lead_of(clue)
        if lead.pk != clue.holder_id:
            raise Refused(
                f"该线索所涉事项由{lead.name}牵头，请移送该部门组织联合核查，"
                "或请综合协调组指定承办部门。"
            )
        joint = JointVerification.objects.create(
            region_code=clue.region_code,
            confidential=clue.confidential,
            clue=clue,
            lead=lead,
            state=_J.REVIEW,
            purpose=_words(purpose, "purpose", "核查要求"),
            drafted_by_id=actor.user_id,
        )
        _plan(joint, asked)
        JOINT_STAGES.enter(actor, joint)
        trail.record(
            actor,
            "joint.begin",
            "拟联合核查",
            joint,
            after={"parts": [f"{one.department.name}：{one.task}" for one in asked]},
        )
    return joint


def edit(actor: Actor, pk: int, purpose: str, asked: Sequence[Asked]) -> JointVerification:
    """Change what has not been signed; it is before the head again."""
    with JOINT_ACTS.take(actor, "edit", pk) as joint:
        joint.purpose = _words(purpose, "purpose", "核查要求")
        joint.parts.all().delete()
        _plan(joint, asked)
    return joint


def open_up(actor: Actor, pk: int, opinion: str = "") -> JointVerification:
    """Sign: every department gets its letter and its clock; the lead's own part is accepted."""
    with JOINT_ACTS.take(actor, "open", pk, opinion=opinion) as joint:
        joint.opened_at, joint.opened_by = clock.now(), actor.name
        for part in joint.parts.select_related("department"):
            part.joint = joint
            _send(actor, part)
    return joint


def reject(actor: Actor, pk: int, opinion: str) -> JointVerification:
    """Give the plan back to the clerk."""
    with JOINT_ACTS.take(actor, "reject", pk, opinion=opinion) as joint:
        pass
    return joint


def accept(actor: Actor, pk: int, opinion: str = "") -> VerificationPart:
    """Take a part over; its days run from now."""
    with _part(actor, "accept", pk, opinion) as part:
        if part.letter:
            led.mark(actor, part.letter, Referral.State.RECEIVED)
    return part


def give_back(actor: Actor, pk: int, opinion: str) -> VerificationPart:
    """Return a part to the lead department, once, with the reason."""
    with _part(actor, "return", pk, opinion) as part:
        part.is_return_spent = True
        if part.letter:
            led.mark(actor, part.letter, Referral.State.RETURNED, text=opinion.strip())
    return part


def report(actor: Actor, pk: int, finding: str, files: Files = ()) -> VerificationPart:
    """Put what was found before the department's head, with the evidence for it."""
    with _part(actor, "report", pk) as part:
        part.finding = _words(finding, "finding", "核查情况")
        keep_files(actor, part, files, "核查材料")
    return part


def confirm(actor: Actor, pk: int, opinion: str = "") -> VerificationPart:
    """Sign what was found; the last part hands over to the lead for the conclusion."""
    with transaction.atomic():
        with _part(actor, "confirm", pk, opinion) as part:
            part.confirmed_at, part.confirmed_by = clock.now(), actor.name
            if part.letter:
                led.mark(
                    actor, part.letter, Referral.State.ANSWERED, answer="done", text=part.finding
                )
        _gather(actor, part.joint_id)
    return part


def rework(actor: Actor, pk: int, opinion: str) -> VerificationPart:
    """Give the report back to the clerk."""
    with _part(actor, "rework", pk, opinion) as part:
        pass
    return part


def change(actor: Actor, pk: int, asked: Asked, reason: str) -> VerificationPart:
    """The lead's head gives a part another task, time or department: a new letter goes out."""
    with _part(actor, "change", pk, reason) as part:
        _check(part.joint, asked)
        others = part.joint.parts.exclude(pk=part.pk).exclude(state=_P.DROPPED)
        if others.filter(department=asked.department).exists():
            raise Refused(f"{asked.department.name}已有一项分工。", field="department")
        if asked.department.pk != part.department_id:
            part.is_return_spent, part.finding = False, ""
        _end_letter(actor, part, reason)
        part.department, part.task, part.days = asked.department, asked.task.strip(), asked.days
        part.letter = _letter(actor, part)
    return part


def drop(actor: Actor, pk: int, opinion: str) -> VerificationPart:
    """Give a part up; one at least stays, else the whole is to be cancelled."""
    with transaction.atomic():
        with _part(actor, "drop", pk, opinion) as part:
            if not part.joint.parts.exclude(pk=part.pk).exclude(state=_P.DROPPED).exists():
                raise Refused("这是最后一项分工。不再核查的，请取消联合核查。")
            _end_letter(actor, part, opinion)
        _gather(actor, part.joint_id)
    return part


def conclude(actor: Actor, pk: int, conclusion: str) -> JointVerification:
    """Put the one conclusion before the lead's head."""
    with JOINT_ACTS.take(actor, "conclude", pk) as joint:
        joint.conclusion = _words(conclusion, "conclusion", "核查结论")
    return joint


def sign(actor: Actor, pk: int, opinion: str = "") -> JointVerification:
    """Sign the conclusion; the clue may be answered from now on."""
    with JOINT_ACTS.take(actor, "sign", pk, opinion=opinion) as joint:
        joint.concluded_at, joint.concluded_by = clock.now(), actor.name
        trail.record(actor, "clue.verified", "联合核查结论", joint.clue, opinion=joint.conclusion)
    return joint


def revise(actor: Actor, pk: int, opinion: str) -> JointVerification:
    """Give the conclusion back to the clerk."""
    with JOINT_ACTS.take(actor, "revise", pk, opinion=opinion) as joint:
        pass
    return joint


def cancel(actor: Actor, pk: int, opinion: str) -> JointVerification:
    """End it without a conclusion; parts that run are dropped and their letters withdrawn."""
    with JOINT_ACTS.take(actor, "cancel", pk, opinion=opinion) as joint:
        running = joint.parts.filter(state__in=VerificationPart.OPEN_STATES).order_by("pk")
        for part in running.select_for_update(of=("self",)).select_related("letter"):
            part.joint = joint
            _end_letter(actor, part, opinion)
            part.state = _P.DROPPED
            PART_STAGES.enter(actor, part)
            part.save()
            trail.record(actor, "part.drop", "取消分工", part, opinion=opinion.strip())
    return joint


JOINT_HANDLERS = {
    "open": open_up,
    "reject": reject,
    "sign": sign,
    "revise": revise,
    "cancel": cancel,
}
PART_HANDLERS = {
    "accept": accept,
    "return": give_back,
    "confirm": confirm,
    "rework": rework,
    "drop": drop,
}


@contextmanager
def _part(actor: Actor, code: str, pk: int, opinion: str = "") -> Iterator[VerificationPart]:
    """Take an act on a part; its clue and its joint verification are locked first, so that nobody
    waits crosswise."""
    with transaction.atomic():
        hold_clue_of(VerificationPart, pk)
        joint = (
            JointVerification.objects.select_for_update(of=("self",))
            .select_related("clue", "lead")
            .filter(parts=pk)
            .first()
        )
        if joint is None:
            raise Refused("核查分工不存在。", code="not_found")
        with PART_ACTS.take(actor, code, pk, opinion=opinion) as part:
            part.joint = joint
            yield part


def _plan(joint: JointVerification, asked: Sequence[Asked]) -> None:
    if not asked:
        raise Refused("请至少安排一个部门核查。", field="parts")
    departments = {one.department.pk for one in asked}
    if len(departments) < len(asked):
        raise Refused("同一部门只能安排一项分工，请合并填写。", field="parts")
    if departments == {joint.lead_id}:
        raise Refused("联合核查至少要有一个其他部门参加。", field="parts")
    for one in asked:
        _check(joint, one)
        VerificationPart.objects.create(
            region_code=joint.region_code,
            confidential=joint.confidential,
            joint=joint,
            clue_id=joint.clue_id,
            department=one.department,
            task=one.task.strip(),
            days=one.days,
        )


def _check(joint: JointVerification, one: Asked) -> None:
    _words(one.task, "task", f"{one.department.name}的核查内容")
    most = number(joint.region_code, rules.PART_DAYS_MOST)
    if not 1 <= one.days <= most:
        words = f"{one.department.name}的核查期限应在 1 到 {most} 个工作日之间。"
        raise Refused(words, field="days")
    if one.department.region.code != joint.region_code:
        raise Refused("只能安排本地区的部门核查，其他地区请发跨区域协作函。", field="department")


def _send(actor: Actor, part: VerificationPart) -> None:
    """Bring a planned part to its department; the lead has no letter to itself."""
    part.letter = _letter(actor, part)
    part.state = _P.SENT if part.letter else _P.ACCEPTED
    PART_STAGES.enter(actor, part)
    part.save()
    label = f"发出核查分工：{part.department.short_name}"
    trail.record(actor, "part.send", label, part, after={"task": part.task})


def _letter(actor: Actor, part: VerificationPart) -> Referral | None:
    joint = part.joint
    if part.department_id == joint.lead_id:
        return None
    return led.send(
        actor,
        joint,
        kind="joint_verification",
        sender=joint.lead,
        to=part.department,
        title=f"关于联合核查“{joint.clue.title[:80]}”的通知",
        body=(
            f"{joint.purpose}\n\n请你单位核查：{part.task}\n\n"
            f"请自接收之日起 {part.days} 个工作日内报送核查情况和有关材料。"
        ),
        clue=joint.clue,
        subject=joint.clue.subject,
    )


def _end_letter(actor: Actor, part: VerificationPart, reason: str) -> None:
    if part.letter and part.letter.state in (Referral.State.SENT, Referral.State.RECEIVED):
        led.mark(actor, part.letter, Referral.State.WITHDRAWN, text=reason.strip())


def _gather(actor: Actor, joint_id: int) -> None:
    """Once no part runs any more it is the lead's turn to conclude."""
    joint = JointVerification.objects.select_related("clue").get(pk=joint_id)
    if joint.parts.filter(state__in=VerificationPart.OPEN_STATES).exists():
        return
    joint.state = _J.CONCLUDING
    # The lead has got all parts together, whoever sent the last one.
    JOINT_STAGES.enter(SYSTEM, joint)
    joint.save(update_fields=("state",))
    trail.record(actor, "joint.gathered", "各部门核查情况已齐", joint)


def _words(text: str, name: str, label: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(f"请填写{label}。", field=name)
    if len(words) > _LONGEST[name]:
        raise Refused(f"{label}不能超过 {_LONGEST[name]} 个字。", field=name)
    return words
