"""Beginning a hand-over of a suspected crime, to the police or back from them (L7)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from clues.acts.crime import CRIME_ACTS, CRIME_STAGES
from clues.models import Clue, CrimeHandover
from clues.rules import crime as rules
from clues.services.knowledge import name_people
from clues.services.procedures import (
    clue_for,
    department_for,
    must_work_in_department,
    note_on_clue,
    procedure_number,
    put_forward,
    sent_before,
    told,
)
from clues.services.uploads import keep_files
from departments.models import Department, User
from departments.profile import must_fill, number
from departments.roles import STAFF, Function
from records import trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

_S = CrimeHandover.State
BACK_LABEL = "案件材料"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known when a hand-over begins."""

    title: str
    facts: str
    suspect: str
    offence: str = ""
    clue_id: int | None = None


@transaction.atomic
def begin(
    actor: Actor, case: Case, officer_ids: Collection[int], *, key: uuid.UUID | None = None
) -> CrimeHandover:
    """Name the case officers who verify a suspected crime (第五条).

    Raises ``Refused`` when there are too few officers, the clue is not in the department's hands
    or is being handed over already, or the region names no police.
    """
    department_id = must_work_in_department(actor, "crime.begin")
    key = key or uuid.uuid4()
    if (before := sent_before(CrimeHandover, actor, key)) is not None:
        return before
    clue = clue_for(actor, case.clue_id)
    if clue is not None:
        _must_hold(clue, department_id)
    police = must_fill(actor.region_code, Function.POLICE)
    if police.pk == department_id:
        raise Refused("公安机关请使用“移送行政处理”。")
    handover = _create(
        actor, case, clue, key, department_id=department_id, police=police, state=_S.INVESTIGATING
    )
    _name_officers(handover, officer_ids)
    CRIME_STAGES.enter(actor, handover)
    trail.record(actor, "crime.begin", "指定专案组核实涉嫌犯罪案件", handover)
    note_on_clue(actor, handover, "指定专案组核实")
    return handover


@transaction.atomic
def begin_back(
    actor: Actor,
    case: Case,
    department_id: int,
    files: Iterable[UploadedFile[Any]] = (),
    *,
    key: uuid.UUID | None = None,
) -> CrimeHandover:
    """The police prepare to hand a case over to a department for an administrative penalty
    (第十三条). Raises ``NotAllowed`` for everybody but the police of the region."""
    own = must_work_in_department(actor, "crime.begin_back")
    police = must_fill(actor.region_code, Function.POLICE)
    if police.pk != own:
        raise NotAllowed("只有公安机关可以移送行政处理。", verb="crime.begin_back")
    key = key or uuid.uuid4()
    if (before := sent_before(CrimeHandover, actor, key)) is not None:
        return before
    department = department_for(department_id, actor.region_code, "department")
    if department.pk == own:
        raise Refused("请选择公安机关以外的行政执法机关。", field="department")
    handover = _create(
        actor,
        case,
        clue_for(actor, case.clue_id),
        key,
        department_id=department.pk,
        police=police,
        state=_S.BACK_DRAFT,
        direction=CrimeHandover.Direction.TO_DEPARTMENT,
    )
    keep_files(actor, handover, files, BACK_LABEL)
    put_forward(
        actor,
        handover,
        "administrative_handover",
        sender=police,
        to=department,
        title=f"{handover.suspect}案移送行政处理",
        body=handover.facts,
    )
    CRIME_STAGES.enter(actor, handover)
    trail.record(actor, "crime.begin_back", "拟移送行政处理", handover)
    note_on_clue(actor, handover, "公安机关拟移送行政处理")
    return handover


def change_officers(actor: Actor, pk: int, officer_ids: Collection[int]) -> CrimeHandover:
    """Name other case officers before they have reported."""
    with CRIME_ACTS.take(actor, "officers", pk) as case:
        _name_officers(case, officer_ids)
    return case


def _create(
    actor: Actor,
    case: Case,
    clue: Clue | None,
    key: uuid.UUID,
    *,
    department_id: int,
    police: Department,
    state: str,
    direction: str = CrimeHandover.Direction.TO_POLICE,
) -> CrimeHandover:
    confidential = clue is not None and clue.confidential
    return CrimeHandover.objects.create(
        key=key,
        number=procedure_number("XJ", actor.region_code, confidential=confidential),
        region_code=actor.region_code,
        confidential=confidential,
        direction=direction,
        state=state,
        title=told(case.title, "案件名称", "title"),
        facts=told(case.facts, "涉嫌犯罪的事实", "facts"),
        suspect=told(case.suspect, "当事人", "suspect"),
        offence=case.offence.strip(),
        clue=clue,
        subject=clue.subject if clue else None,
        department_id=department_id,
        police=police,
        created_by_id=actor.user_id,
    )


def _must_hold(clue: Clue, department_id: int) -> None:
    if clue.holder_id != department_id or clue.state != Clue.State.HANDLING:
        raise Refused("只有正在办理该线索的部门可以据此移送涉嫌犯罪案件。", field="clue")
    running = CrimeHandover.objects.filter(
        clue=clue, direction=CrimeHandover.Direction.TO_POLICE
    ).exclude(state__in=CrimeHandover.REPEATABLE)
    if running.exists():
        raise Refused("该线索已经在办理涉嫌犯罪案件移送。", field="clue")


def _name_officers(case: CrimeHandover, officer_ids: Collection[int]) -> None:
    people = User.objects.filter(
        pk__in=officer_ids,
        department_id=case.department_id,
        is_active=True,
        roles__overlap=sorted(STAFF),
    )
    least = number(case.region_code, rules.CASE_OFFICERS)
    if people.count() < least:
        raise Refused(f"专案组应当指定 {least} 名以上本部门行政执法人员。", field="officers")
    case.officers.set(people)
    if case.confidential and case.clue is not None:
        name_people(case.clue, [person.pk for person in people])
