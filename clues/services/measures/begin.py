"""Applying for a compulsory measure, approving it, carrying it out (行政强制法第十八、十九条)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from clues.acts.measures import MEASURE_ACTS, MEASURE_STAGES
from clues.models import Clue, CompulsoryMeasure, MeasureItem
from clues.rules import measures as rules
from clues.services.clue_secrecy import follow_clue
from clues.services.decisions import hold_clue_for, must_enforce
from clues.services.procedures import procedure_number, sent_before, told
from clues.services.uploads import Files, LabelledFiles, keep_files, keep_labelled
from clues.stages import open_side
from credit.models import Subject
from credit.services.origins import restate
from departments.models import Department
from departments.profile import number, time_limit
from inspections.models import Inspector
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, Refused

_S = CompulsoryMeasure.State
_WHAT = "行政强制措施"
_SERIES = "QZ"
_DOCUMENT_ONCE = "measure_document_once"
MOST_ITEMS = 100
_MOST_QUANTITY = Decimal(10) ** 12
APPLICATION, RECORD, PAPERS = "申请材料", "现场笔录", "决定书、清单和现场照片"
"""Labels of the files."""
DELIVER = "deliver"
"""Code of the stop at which a freeze is to be told to the party."""


@dataclass(frozen=True, kw_only=True)
class ItemData:
    """A line of the list; see ``MeasureItem``."""

    name: str
    quantity: Decimal
    unit: str
    place: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MeasureData:
    """What a clerk applies for; without ``term_days`` the whole term that the law allows."""

    subject: Subject
    kind: str
    reason: str
    basis: str
    items: Sequence[ItemData]
    term_days: int | None = None
    clue: Clue | None = None


@dataclass(frozen=True, kw_only=True)
class CarriedOut:
    """How it was done on the spot: when, where, by whom, with which steps (``rules.STEPS``), and
    the written record of it (``record``), which has to be there."""

    at: dt.datetime
    place: str
    document: str
    officers: Sequence[Inspector]
    presence: str
    signature: str
    statement: str = ""
    steps: Collection[str] = ()
    items: Sequence[ItemData] | None = None
    record: Files = ()
    papers: Files = field(default=())


def must_enter(actor: Actor) -> Department:
    """The department in whose name the actor applies. Raises ``NotAllowed``."""
    return must_enforce(actor, "measure.apply", _WHAT)


def apply(
    actor: Actor, data: MeasureData, files: Files = (), *, key: uuid.UUID | None = None
) -> CompulsoryMeasure:
    """Put a measure of the actor's department before its head, who approves it before it is
    carried out. ``key`` is the id of the form: sent twice, it applies once.

    Raises ``NotAllowed``, or ``Refused`` with the field at fault.
    """
    department = must_enter(actor)
    with transaction.atomic():
        measure, is_new = _begun(actor, department, data, key)
        if is_new:
            MEASURE_STAGES.enter(actor, measure)
            keep_files(actor, measure, files, APPLICATION)
            trail.record(
                actor, "measure.apply", "申请强制措施", measure, after=trail.snapshot(measure)
            )
    return measure


def apply_urgent(
    actor: Actor,
    data: MeasureData,
    carried: CarriedOut,
    files: Files = (),
    *,
    key: uuid.UUID | None = None,
) -> CompulsoryMeasure:
    """Report a measure that had to be carried out at once; its head approves it afterwards or lifts
    it, within the hours that run since then. Raises as ``apply`` and ``carry_out``."""
    department = must_enter(actor)
    measure: CompulsoryMeasure | None = None
    try:
        with transaction.atomic():
            measure, is_new = _begun(actor, department, data, key, urgent=True)
            if is_new:
                keep_files(actor, measure, files, APPLICATION)
                _do(actor, measure, carried)
                measure.state = _S.URGENT
                measure.save()
                MEASURE_STAGES.enter(actor, measure)
                trail.record(
                    actor,
                    "measure.urgent",
                    "先行实施强制措施，报告负责人",
                    measure,
                    after=trail.snapshot(measure),
                )
    except IntegrityError as error:
        raise _in_words(error) from error
    return measure


def edit(actor: Actor, pk: int, data: MeasureData, files: Files = ()) -> CompulsoryMeasure:
    """Change what has not been approved; it is before the head again. Files are added to those
    that are there. Raises as ``apply``."""
    with transaction.atomic():
        hold_clue_for(actor, data.clue, "measure.edit", _WHAT)
        with MEASURE_ACTS.take(actor, "edit", pk) as measure:
            follow_clue(measure, data.clue)
            _fill(measure, data)
            _list(measure, data.items)
            keep_files(actor, measure, files, APPLICATION)
    return measure


def approve(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The head approves it before it is carried out (第十八条第一项)."""
    with MEASURE_ACTS.take(actor, "approve", pk, opinion=opinion) as measure:
        measure.approved_at, measure.approved_by = clock.now(), actor.name
    return measure


def reject(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """Give an application back to the clerk."""
    with MEASURE_ACTS.take(actor, "reject", pk, opinion=opinion) as measure:
        pass
    return measure


def refuse(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """The head does not approve it."""
    with MEASURE_ACTS.take(actor, "refuse", pk, opinion=opinion) as measure:
        measure.closed_at = clock.now()
    return measure


def drop(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """Give a measure up that was never carried out."""
    with MEASURE_ACTS.take(actor, "drop", pk, opinion=opinion) as measure:
        measure.closed_at = clock.now()
    return measure


@transaction.atomic
def ratify(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The head approves a measure that was carried out first (第十九条)."""
    with MEASURE_ACTS.take(actor, "ratify", pk, opinion=opinion) as measure:
        measure.approved_at, measure.approved_by = clock.now(), actor.name
    restate(actor, measure)
    return measure


def carry_out(actor: Actor, pk: int, carried: CarriedOut) -> CompulsoryMeasure:
    """Enter how an approved measure was carried out; its term begins.

    Raises ``Refused`` at the field for fewer officers than the law asks for, for a step that was
    left out, without the written record, or for a time before the approval.
    """
    try:
        with transaction.atomic():
            with MEASURE_ACTS.take(actor, "carry-out", pk) as measure:
                # Forms tell times by the minute.
                approved_at = (measure.approved_at or clock.now()).replace(second=0, microsecond=0)
                if carried.at < approved_at:
                    raise Refused("实施时间不能早于批准时间。", field="at")
                _do(actor, measure, carried)
            restate(actor, measure)
    except IntegrityError as error:
        raise _in_words(error) from error
    return measure


def _begun(
    actor: Actor,
    department: Department,
    data: MeasureData,
    key: uuid.UUID | None,
    *,
    urgent: bool = False,
) -> tuple[CompulsoryMeasure, bool]:
    """The measure with its list, and whether it is new: what the form sent before otherwise."""
    key = key or uuid.uuid4()
    if (before := sent_before(CompulsoryMeasure, actor, key)) is not None:
        return before, False
    hold_clue_for(actor, data.clue, "measure.apply", _WHAT)
    confidential = data.clue is not None and data.clue.confidential
    region_code = department.region.code
    measure = CompulsoryMeasure(
        key=key,
        region_code=region_code,
        confidential=confidential,
        number=procedure_number(_SERIES, region_code, confidential=confidential),
        department=department,
        clue=data.clue,
        created_by_id=actor.user_id,
        urgent=urgent,
    )
    _fill(measure, data)
    measure.save()
    _list(measure, data.items)
    return measure, True


def _fill(measure: CompulsoryMeasure, data: MeasureData) -> None:
    if data.kind not in rules.KINDS:
        raise Refused("请选择措施种类。", field="kind")
    term = time_limit(measure.region_code, rules.TERMS[data.kind])
    days = term.limit.amount if data.term_days is None else data.term_days
    if data.kind != rules.OTHER and not 0 < days <= term.limit.amount:
        raise Refused(f"期限应为 1 至 {term.limit.amount} 天（{term.source}）。", field="term_days")
    if data.kind == rules.OTHER and not 0 < days <= rules.LONGEST_OTHER:
        raise Refused(f"期限应为 1 至 {rules.LONGEST_OTHER} 天。", field="term_days")
    measure.subject = data.subject
    measure.kind = data.kind
    measure.facts = told(data.reason, "采取措施的理由", "reason")
    measure.basis = told(data.basis, "法律、法规依据", "basis")
    measure.term_days = days
    _check_items(data.items)
    first = data.items[0].name.strip()
    more = f"等 {len(data.items)} 项" if len(data.items) > 1 else ""
    # An account number stands in the list only.
    what = "" if data.kind == rules.FREEZE else f"：{data.subject.masked(first)[:60]}{more}"
    measure.title = f"{rules.KINDS[data.kind]}{what}"


def _check_items(items: Sequence[ItemData]) -> None:
    if not items:
        raise Refused("请填写清单，至少一项。", field="items")
    if len(items) > MOST_ITEMS:
        raise Refused(f"清单最多 {MOST_ITEMS} 项。", field="items")
    for line, item in enumerate(items, 1):
        if not (item.name.strip() and item.unit.strip() and item.place.strip()):
            raise Refused(
                f"清单第 {line} 项应写明名称、数量、单位和存放地点（金融机构）。", field="items"
            )
        if not 0 < item.quantity < _MOST_QUANTITY:
            raise Refused(f"清单第 {line} 项的数量应大于 0。", field="items")


def _list(measure: CompulsoryMeasure, items: Sequence[ItemData]) -> None:
    """Write the list anew."""
    measure.items.all().delete()
    MeasureItem.objects.bulk_create(
        MeasureItem(
            measure=measure,
            name=item.name.strip(),
            quantity=item.quantity,
            unit=item.unit.strip(),
            place=item.place.strip(),
            note=item.note.strip(),
        )
        for item in items
    )


def _do(actor: Actor, measure: CompulsoryMeasure, carried: CarriedOut) -> None:
    """Write down how a measure was carried out, with what has to be there by 第十八条."""
    if carried.at > clock.now():
        raise Refused("实施时间不能晚于现在。", field="at")
    day = timezone.localtime(carried.at).date()
    licensed = Inspector.objects.licensed_on(day).filter(department_id=measure.department_id)
    officers = list(licensed.filter(pk__in=[officer.pk for officer in carried.officers]))
    least = number(measure.region_code, rules.OFFICERS)
    if len(officers) < least:
        raise Refused(
            f"应当由 {least} 名以上本部门持有有效执法证件的人员实施（{rules.OFFICERS.source}）。",
            field="officers",
        )
    for code, step in rules.steps_of(measure.kind).items():
        if code not in carried.steps:
            raise Refused(f"没有“{step.label}”（{rules.LAW}{step.source}）。", field="steps")
    if not carried.record:
        raise Refused(f"请上传现场笔录（{rules.LAW}第十八条第七项）。", field="record")
    if carried.presence not in CompulsoryMeasure.Presence.values:
        raise Refused("请选择到场情况。", field="presence")
    if carried.signature not in CompulsoryMeasure.Signature.values:
        raise Refused("请选择笔录签名情况。", field="signature")
    measure.carried_out_at = carried.at
    measure.place = told(carried.place, "实施地点", "place")
    measure.document = "".join(told(carried.document, "决定书文号", "document").split())
    measure.presence, measure.signature = carried.presence, carried.signature
    measure.statement = carried.statement.strip()
    measure.steps = [code for code in rules.steps_of(measure.kind) if code in carried.steps]
    measure.officers.set(officers)
    if carried.items is not None:
        _check_items(carried.items)
        _list(measure, carried.items)
    files: LabelledFiles = {RECORD: carried.record, PAPERS: carried.papers}
    keep_labelled(actor, measure, files)
    if measure.kind == rules.FREEZE:
        open_side(
            actor,
            measure,
            DELIVER,
            kind="measure",
            waits="向当事人交付冻结决定书",
            department_id=measure.department_id,
            clock=rules.FREEZE_DELIVERY,
            since=carried.at,
        )


def _in_words(error: IntegrityError) -> Exception:
    if _DOCUMENT_ONCE in str(error):
        return Conflict("该决定书文号已经登记，请核对。", field="document")
    return error
