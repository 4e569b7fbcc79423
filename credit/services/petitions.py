"""Objections and credit repairs from the application to the answer told (S3): a department takes
it in and up, the department that what it names comes from verifies, its head signs, the applicant
is told. An objection is told by the credit group, a repair by the department it was handed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from credit.acts.petitions import PETITION_ACTS, may_enter
from credit.models import Petition, PetitionItem, Subject
from credit.rules import petitions as rules
from credit.services import petition_effects as effects
from credit.services.petition_items import (
    Candidate,
    candidates,
    candidates_again,
    departments_of,
)
from credit.validation import fingerprint
from departments.profile import TimeLimit, must_fill, number, time_limit
from departments.roles import Function
from records import clock, deadlines, evidence, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.evidence import MOST_FILES
from records.periods import months_before

State, Outcome = Petition.State, Petition.Outcome
Files = Collection["UploadedFile[Any]"]

DOCUMENT = {Petition.Kind.OBJECTION: "异议申请书", Petition.Kind.REPAIR: "信用修复承诺书"}
PROOF = {Petition.Kind.OBJECTION: "证明材料", Petition.Kind.REPAIR: "义务履行证明"}
"""What the papers of each kind are called."""
FOUND = "核查材料"


@dataclass(frozen=True)
class PetitionInput:
    """What an application says; ``items`` name things as ``credit.services.petition_items`` offers
    them (``event:12``)."""

    kind: str
    applicant: str
    contact: str
    reason: str
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered about one thing, and why."""

    outcome: str
    note: str = ""


def must_enter(actor: Actor) -> int:
    """The department for which the person takes petitions in; ``NotAllowed`` without one."""
    if actor.department_id is None or not may_enter(actor):
        raise NotAllowed("只有部门经办人可以登记异议和信用修复申请。", verb="petition.enter")
    return actor.department_id


@transaction.atomic
def enter(
    actor: Actor, subject_id: int, said: PetitionInput, documents: Files, proofs: Files = ()
) -> Petition:
    """Take in a subject's application with its papers, in the name of the actor's department.

    Raises ``NotAllowed``; ``Conflict`` when something named is under way already; ``Refused``
    naming the field of what is missing, or the day from which a repair may be applied for.
    """
    department = must_enter(actor)
    # Two petitions about the same thing wait for each other here.
    subject = (
        Subject.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .filter(pk=subject_id)
        .first()
    )
    if subject is None:
        raise Refused("没有这一监管对象。", field="subject", code="not_found")
    _ensure_sound(said, documents, proofs)
    chosen = _chosen(said, candidates(actor, subject, said.kind))
    _ensure_not_under_way(subject, chosen)
    if said.kind == Petition.Kind.REPAIR:
        _ensure_repairable(subject, chosen)
    petition = Petition.objects.create(
        region=subject.region,
        subject=subject,
        kind=said.kind,
        department_id=department,
        verifier_id=chosen[0].verifier_id,
        holder_id=department,
        applicant=said.applicant.strip(),
        contact=said.contact.strip(),
        reason=said.reason.strip(),
        created_at=clock.now(),
        entered_by=actor.name,
    )
    _name(petition, chosen)
    kind = Petition.Kind(said.kind)
    _keep(actor, petition, documents, DOCUMENT[kind], "documents")
    _keep(actor, petition, proofs, PROOF[kind], "proofs")
    trail.record(actor, "petition.enter", f"登记{kind.label}申请", petition)
    _start(actor, petition, rules.ACCEPT_DUE, department)
    return petition


def seen_mark(petition: Petition) -> str:
    """What a form carries so that what somebody else corrected meanwhile is not overwritten."""
    items = tuple(sorted(item.named for item in petition.items.all()))
    return fingerprint((petition.applicant, petition.contact, petition.reason, items))


def edit(
    actor: Actor,
    pk: int,
    said: PetitionInput,
    documents: Files = (),
    proofs: Files = (),
    *,
    seen: str,
) -> Petition:
    """Correct an application that nobody has taken up yet; the papers are added to its own.
    ``seen`` is the ``seen_mark`` of what the person had before them.

    Raises as ``enter``, and ``Conflict`` when somebody else corrected it since; its kind stays.
    """
    with PETITION_ACTS.take(actor, "edit", pk) as petition:
        if seen != seen_mark(petition):
            raise Conflict("页面打开之后这件申请已被他人修改，请返回查看最新内容后重新修改。")
        said = replace(said, kind=petition.kind)
        _ensure_said(said)
        _ensure_few(documents, proofs)
        subject = (
            Subject.objects.select_for_update(of=("self",), no_key=True)
            .select_related("region")
            .get(pk=petition.subject_id)
        )
        held = {item.named: item for item in petition.items.all()}
        if set(said.items) != held.keys():
            chosen = _chosen(said, candidates_again(actor, petition))
            added = [each for each in chosen if each.value not in held]
            _ensure_not_under_way(subject, added)
            if petition.is_repair:
                _ensure_repairable(subject, added)
            before = [str(item) for item in held.values()]
            petition.items.exclude(
                pk__in=[held[each.value].pk for each in chosen if each.value in held]
            ).delete()
            _name(petition, added)
            petition.verifier_id = chosen[0].verifier_id
            trail.record(
                actor,
                "petition.items",
                "更改所针对的内容",
                petition,
                before={"items": before},
                after={"items": [str(item) for item in petition.items.all()]},
            )
        petition.applicant = said.applicant.strip()
        petition.contact = said.contact.strip()
        petition.reason = said.reason.strip()
        kind = Petition.Kind(petition.kind)
        _keep(actor, petition, documents, DOCUMENT[kind], "documents")
        _keep(actor, petition, proofs, PROOF[kind], "proofs")
    return petition


def accept(actor: Actor, pk: int, opinion: str = "") -> Petition:
    """The head takes it up: it goes to the verifying department, whose clock begins."""
    with PETITION_ACTS.take(actor, "accept", pk, opinion=opinion) as petition:
        petition.accepted_at = clock.now()
        petition.holder = petition.verifier
        deadlines.meet(petition, rules.ACCEPT_DUE.key)
        _start(actor, petition, _verifying(petition), petition.verifier_id)
        if not petition.is_repair and number(petition.region.code, rules.SUSPENDS):
            effects.suspend(actor, petition)
    return petition


def decline(actor: Actor, pk: int, opinion: str) -> Petition:
    """The head does not take it up; the applicant is to be told why."""
    with PETITION_ACTS.take(actor, "decline", pk, opinion=opinion) as petition:
        petition.outcome, petition.decision = Outcome.DECLINED, opinion.strip()
        petition.decided_at, petition.decided_by = clock.now(), actor.name
        deadlines.meet(petition, rules.ACCEPT_DUE.key)
        _start(actor, petition, rules.INFORM_DUE, petition.department_id)
    return petition


def answer(
    actor: Actor, pk: int, finding: str, answers: Mapping[int, Answer], files: Files = ()
) -> Petition:
    """Prepare the answer: ``answers`` by the key of each thing named.

    Raises ``Refused`` without a finding, or for a thing without an answer.
    """
    with PETITION_ACTS.take(actor, "answer", pk) as petition:
        if not finding.strip():
            raise Refused("请填写核查意见。", field="finding")
        if len(finding.strip()) > 1000:
            raise Refused("核查意见不超过 1000 字。", field="finding")
        items = list(petition.items.all())
        for item in items:
            said = answers.get(item.pk)
            if said is None or said.outcome not in PetitionItem.ANSWERS[petition.kind]:
                raise Refused(f"请选择“{item}”的核查结果。", field="items")
            if len(said.note.strip()) > 300:
                raise Refused(f"“{item}”的说明不超过 300 字。", field="items")
            item.outcome, item.note = said.outcome, said.note.strip()
        PetitionItem.objects.bulk_update(items, ("outcome", "note"))
        _keep(actor, petition, files, FOUND, "files")
        petition.finding = finding.strip()
    return petition


def send_back(actor: Actor, pk: int, opinion: str) -> Petition:
    """The head wants it looked at again; the clock runs on."""
    with PETITION_ACTS.take(actor, "return", pk, opinion=opinion) as petition:
        return petition


def confirm(actor: Actor, pk: int, opinion: str = "") -> Petition:
    """The verifier's head signs the answer: it takes effect now, the subject is judged anew, and
    the applicant is to be told.

    Raises ``Conflict`` when a sanction that is to end is being ended otherwise.
    """
    with PETITION_ACTS.take(actor, "confirm", pk, opinion=opinion) as petition:
        effects.carry_out(actor, petition)
        petition.outcome = _outcome(petition)
        petition.decided_at, petition.decided_by = clock.now(), actor.name
        deadlines.meet(petition, _verifying(petition).key)
        teller = petition.department_id
        if not petition.is_repair:
            teller = must_fill(petition.region.code, Function.CREDIT).pk
        petition.holder_id = teller
        _start(actor, petition, rules.INFORM_DUE, teller)
    return petition


def inform(actor: Actor, pk: int, opinion: str) -> Petition:
    """Note how and when the applicant was told; that closes it."""
    with PETITION_ACTS.take(actor, "inform", pk, opinion=opinion) as petition:
        petition.informed_at, petition.informed_how = clock.now(), opinion.strip()
        petition.holder = None
        deadlines.meet(petition, rules.INFORM_DUE.key)
        if petition.state == State.DECIDED:
            petition.state = State.CLOSED
    return petition


def withdraw(actor: Actor, pk: int, opinion: str) -> Petition:
    """The applicant does not want it any more: everything stays as it was."""
    with PETITION_ACTS.take(actor, "withdraw", pk, opinion=opinion) as petition:
        effects.release(actor, petition)
        petition.holder = None
        deadlines.cancel(petition)
    return petition


def revoke(actor: Actor, pk: int, opinion: str) -> Petition:
    """Take a repair back that was got by false commitments: what it ended counts again, and no
    repair is taken in for years. The applicant is to be told."""
    with PETITION_ACTS.take(actor, "revoke", pk, opinion=opinion) as petition:
        effects.undo(actor, petition, opinion)
        petition.decision, petition.revoked_at = opinion.strip(), clock.now()
        petition.informed_at, petition.informed_how = None, ""
        petition.holder = petition.department
        deadlines.cancel(petition)
        _start(actor, petition, rules.INFORM_DUE, petition.department_id)
    return petition


HANDLERS: Mapping[str, Callable[[Actor, int, str], Petition]] = {
    "accept": accept,
    "decline": decline,
    "return": send_back,
    "confirm": confirm,
    "inform": inform,
    "withdraw": withdraw,
    "revoke": revoke,
}
"""The acts that need no more than an opinion."""


def _verifying(petition: Petition) -> TimeLimit:
    return rules.DECIDE_DUE if petition.is_repair else rules.VERIFY_DUE


def _outcome(petition: Petition) -> str:
    answers = set(petition.items.values_list("outcome", flat=True))
    return answers.pop() if len(answers) == 1 else Outcome.PARTLY.value


def _start(actor: Actor, petition: Petition, rule: TimeLimit, department_id: int) -> None:
    held = time_limit(petition.region.code, rule)
    deadlines.start(
        actor,
        petition,
        rule=held.key,
        title=held.title,
        source=held.source,
        limit=held.limit,
        department_id=department_id,
        region_code=petition.region.code,
    )


def _keep(actor: Actor, petition: Petition, files: Files, label: str, field: str) -> None:
    for file in files:
        try:
            evidence.keep(actor, petition, cast(BinaryIO, file), file.name or "", label=label)
        except Refused as refusal:
            raise Refused(refusal.message, field=field) from None


def _name(petition: Petition, chosen: Sequence[Candidate]) -> None:
    PetitionItem.objects.bulk_create(
        PetitionItem(petition=petition, title=each.title[:300], **each.fields) for each in chosen
    )


def _ensure_sound(said: PetitionInput, documents: Files, proofs: Files) -> None:
    _ensure_said(said)
    kind = Petition.Kind(said.kind)
    if not documents:
        raise Refused(f"请上传{DOCUMENT[kind]}。", field="documents")
    if kind == Petition.Kind.REPAIR and not proofs:
        raise Refused(f"请上传{PROOF[kind]}。", field="proofs")
    _ensure_few(documents, proofs)


def _ensure_few(documents: Files, proofs: Files) -> None:
    for field, files in (("documents", documents), ("proofs", proofs)):
        if len(files) > MOST_FILES:
            raise Refused(f"一次最多上传 {MOST_FILES} 个文件。", field=field)


def _ensure_said(said: PetitionInput) -> None:
    if said.kind not in Petition.Kind.values:
        raise Refused("请选择异议或者信用修复。", field="kind")
    for field, label, value, most in (
        ("applicant", "申请人", said.applicant, 60),
        ("contact", "联系方式", said.contact, 60),
        ("reason", "申请事由", said.reason, 1000),
    ):
        if not value.strip():
            raise Refused(f"请填写{label}。", field=field)
        if len(value.strip()) > most:
            raise Refused(f"{label}不超过 {most} 字。", field=field)


def _chosen(said: PetitionInput, found: Sequence[Candidate]) -> list[Candidate]:
    """What the application names; all of it comes from one department."""
    if not said.items:
        raise Refused("请选择所针对的内容。", field="items")
    offered = {each.value: each for each in found}
    unknown = [value for value in said.items if value not in offered]
    if unknown:
        raise Refused("所选内容不是该对象的，或者不能提出这类申请。", field="items")
    chosen = [offered[value] for value in dict.fromkeys(said.items)]
    departments = departments_of(chosen)
    if len(departments) > 1:
        names = "、".join(sorted(each.name for each in departments.values()))
        raise Refused(f"所选内容分别由{names}核查，请分别登记。", field="items")
    return chosen


def _ensure_not_under_way(subject: Subject, chosen: Sequence[Candidate]) -> None:
    """Each thing is in one open petition at most, whatever it asks."""
    under_way = PetitionItem.objects.filter(
        petition__subject=subject, petition__state__in=Petition.OPEN
    ).select_related("petition")
    named = {item.named: item.petition for item in under_way}
    for each in chosen:
        if each.value in named:
            raise Conflict(f"“{each.title}”的{named[each.value]}正在办理。")


def _ensure_repairable(subject: Subject, chosen: Sequence[Candidate]) -> None:
    today = clock.today()
    if first := _banned_until(subject):
        raise Refused(
            f"该对象因虚假承诺被撤销过信用修复，{first} 起才可以再次申请。", field="items"
        )
    for each in chosen:
        if each.obstacle:
            raise Refused(f"“{each.title}”{each.obstacle}。", field="items")
        if each.repairable_from is not None and today < each.repairable_from:
            raise Refused(
                f"“{each.title}”的最短公示期未满，{each.repairable_from} 起可以申请修复。",
                field="items",
            )


def _banned_until(subject: Subject) -> dt.date | None:
    """The first day on which a repair may be applied for again; None when it may today."""
    last = (
        Petition.objects.filter(subject=subject, revoked_at__isnull=False)
        .order_by("-revoked_at")
        .first()
    )
    if last is None or last.revoked_at is None:
        return None
    day = timezone.localtime(last.revoked_at).date()
    first = months_before(day, -number(subject.region.code, rules.BANNED_MONTHS))
    return first if clock.today() < first else None
