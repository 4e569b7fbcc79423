"""Taking clues in, from whatever source, and joining those that are the same (L1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from clues import likeness
from clues.acts.clue import CLUE_ACTS, CLUE_STAGES
from clues.models import Clue, Complainant, Told
from clues.services import complainants
from clues.services.clue_steps import LED_BY_THE_HOLDER, must_have_ended
from clues.services.intake_facts import Facts
from clues.services.knowledge import concern, name_heads, name_people
from clues.services.numbers import clue_numbers
from clues.services.uploads import Files, keep_files
from credit.validation import fingerprint
from departments.actors import is_staff_member
from departments.models import Department, User
from departments.profile import must_fill
from departments.roles import STAFF, Function, Role
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

FILES_LABEL = "登记材料"
"""The label of evidence files that came with the registration."""


def may_register(actor: Actor) -> bool:
    """Everybody who works in a department or for a township."""
    return is_staff_member(actor) and actor.has_role(*STAFF, Role.TOWNSHIP)


def receiving_department(actor: Actor) -> Department:
    """Who receives what the person registers: their own department, or the coordination office
    when nobody there could go on with it (a township office without clerks).

    Raises ``Refused`` when the profile names no coordination office.
    """
    assert actor.department_id is not None
    own = Department.objects.select_related("region").get(pk=actor.department_id)
    offices = User.objects.filter(
        department=own, is_active=True, roles__overlap=[Role.CLERK, Role.HEAD]
    )
    if offices.exists():
        return own
    return must_fill(actor.region_code, Function.COORDINATION)


def register(actor: Actor, *, files: Files = (), **facts: Any) -> Clue:
    """Enter a clue; ``facts`` are the fields of ``Facts``, ``files`` its photos and papers.

    The receiving department becomes its first receiver and holder, its clock starts and the
    complainant is told, all in one transaction. The same ``client_key`` of the same person, or
    the same ``external_number`` of the same channel, gives the clue that is there already.

    Raises ``NotAllowed``; ``Refused`` naming the field at fault.
    """
    if not may_register(actor):
        raise NotAllowed("您没有登记线索的权限。", verb="clue.register")
    given = Facts(**facts)
    given.check(now=clock.now(), today=clock.today())
    before = registered_before(actor, given)
    if before is not None:
        return before
    receiver = receiving_department(actor)
    try:
        with transaction.atomic():
            clue = enter(actor, given, receiver, files)
            if given.has_complainant:
                take_complainant(actor, clue, given)
            return clue
    except IntegrityError:
        # Somebody, or the same person twice, was faster.
        after = registered_before(actor, given)
        if after is None:
            raise
        return after


def registered_before(actor: Actor, facts: Facts) -> Clue | None:
    """The clue that a send repeats, None when it is a new one.

    Raises ``Conflict`` when another department holds a clue with the source's number that the
    person cannot see. Of confidential clues nothing is told: they do not block the number.
    """
    if facts.client_key is not None:
        sent: Clue | None = Clue.objects.filter(
            reporter_id=actor.user_id, client_key=facts.client_key
        ).first()
        if sent is not None:
            return sent
    if not facts.external_number.strip():
        return None
    same = Clue.objects.filter(
        region_code=actor.region_code,
        channel=facts.channel,
        external_number=facts.external_number.strip(),
    )
    kind = "-confidential" if facts.confidential else "confidential"
    visible: Clue | None = same.visible_to(actor).order_by(kind, "pk").first()
    if visible is not None:
        return visible
    if same.filter(confidential=False).exists():
        raise Conflict(
            "这个来源编号已由其他部门登记。需要了解办理情况的，请联系综合协调组。",
            field="external_number",
        )
    return None


def written(
    actor: Actor, facts: Facts, receiver: Department, number: str, received_at: dt.datetime
) -> Clue:
    """A clue with what is told of it, not saved yet."""
    return Clue(
        region_code=actor.region_code,
        confidential=facts.confidential,
        number=number,
        channel=facts.channel,
        external_number=facts.external_number.strip(),
        title=facts.heading,
        content=facts.content.strip(),
        received_at=received_at,
        occurred_on=facts.occurred_on,
        township=facts.township,
        place=facts.place.strip(),
        latitude=facts.latitude,
        longitude=facts.longitude,
        subject=facts.subject,
        subject_name=str(facts.subject) if facts.subject else facts.subject_name.strip(),
        matter=facts.matter,
        receiver=receiver,
        holder=receiver,
        reporter_id=actor.user_id,
        evidence_at_risk=facts.evidence_at_risk.strip(),
        emergency=facts.emergency,
        bands=likeness.bands(text_of(facts.heading, facts.content)),
        client_key=facts.client_key,
    )


def enter(actor: Actor, facts: Facts, receiver: Department, files: Files) -> Clue:
    """Write a checked clue down and start its course, inside the caller's transaction; who may,
    and whether it is a repeat, is the caller's to know."""
    received_at = facts.received_at or clock.now()
    (number,) = clue_numbers(actor.region_code, confidential=facts.confidential, at=received_at)
    clue = written(actor, facts, receiver, number, received_at)
    clue.save()
    concern(clue, receiver, actor.department_id)
    if clue.confidential:
        name_people(clue, [actor.user_id])
        name_heads(clue, [receiver])
    trail.record(
        actor,
        "clue.register",
        "登记线索",
        clue,
        after={"number": number, "channel": clue.channel, "receiver": receiver.pk},
    )
    keep_files(actor, clue, files, FILES_LABEL)
    CLUE_STAGES.enter(actor, clue)
    return clue


def text_of(title: str, content: str) -> str:
    """The text by which clues are compared; a title that only repeats the content's beginning
    does not count twice."""
    return content if content.strip().startswith(title.strip()) else f"{title}\n{content}"


def take_complainant(actor: Actor, clue: Clue, facts: Facts) -> None:
    """Keep who complained and tell them that the clue was received; as ``enter``."""
    Complainant.objects.create(
        clue=clue,
        name=facts.complainant_name.strip(),
        phone=facts.phone(),
        address=facts.complainant_address.strip(),
        wants_answer=facts.wants_answer,
    )
    step = Told.Step.RECEIVED
    text = facts.told_text.strip() or complainants.suggested_text(clue, step)
    complainants.tell(actor, clue, step, text)


EDITABLE = (
    "title",
    "content",
    "occurred_on",
    "township",
    "place",
    "subject",
    "subject_name",
    "matter",
    "evidence_at_risk",
)
"""What the holder may put right until the clue is judged; the source's facts stay."""


def edit(actor: Actor, clue_id: int, *, seen: str, **changes: Any) -> Clue:
    """Put the registered facts right: values by the names of ``EDITABLE``.

    ``seen`` is the ``fingerprint`` of the values that the person had before them. Raises
    ``Conflict`` when somebody else saved meanwhile, and as the act table says.
    """
    with CLUE_ACTS.take(actor, "edit", clue_id) as clue:
        if seen != fingerprint_of(clue):
            raise Conflict("您打开之后，其他人修改了本线索。请刷新页面，核对后再改。")
        facts = Facts(**{"channel": clue.channel, **_editable(clue), **changes})
        facts.check(now=clock.now(), today=clock.today())
        for name in EDITABLE:
            value = getattr(facts, name)
            setattr(clue, name, value.strip() if isinstance(value, str) else value)
        clue.title = facts.heading
        if facts.subject is not None:
            clue.subject_name = str(facts.subject)
        clue.bands = likeness.bands(text_of(clue.title, clue.content))
    return clue


def fingerprint_of(clue: Clue) -> str:
    """A mark of the editable values as they stand."""
    return fingerprint(_editable(clue))


def _editable(clue: Clue) -> dict[str, Any]:
    return {name: getattr(clue, name) for name in EDITABLE}


def merge(actor: Actor, clue_id: int, into_id: int, reason: str) -> Clue:
    """Join a clue to the main one of the same matter; returns the merged clue.

    From then on the main clue's course and answer are those of both: its departments gain those
    of the other, and ``complainants.tell_all`` reaches both complainants. Raises ``NotAllowed``
    and ``Conflict`` as the act table says; ``Refused`` when the main clue is not visible, not
    open, the same, one of them is confidential and the other not, or a procedure of the merged
    clue has not ended.
    """
    with transaction.atomic():
        # Two people who merge two clues into each other meet here in the same order.
        both = Clue.objects.visible_to(actor).filter(pk__in=(clue_id, into_id))
        locked = {
            row.pk: row
            for row in Clue.objects.select_for_update(of=("self",))
            .filter(pk__in=both.values("pk"))
            .order_by("pk")
        }
        if clue_id not in locked:
            raise Refused("线索不存在。", code="not_found")
        with CLUE_ACTS.take(actor, "merge", clue_id, opinion=reason) as clue:
            into = locked.get(into_id)
            if into is None:
                raise Refused("要并入的线索不存在。", field="into")
            _check_merge(clue, into, reason)
            must_have_ended(clue, (*LED_BY_THE_HOLDER, "visit", "dispute"), "并案")
            clue.merged_into = into
        concern(into, *clue.parties.values_list("department_id", flat=True))
        trail.record(
            actor,
            "clue.absorb",
            f"并入线索 {clue.number}",
            into,
            opinion=reason.strip(),
            after={"merged": clue.pk},
        )
    return clue


def _check_merge(clue: Clue, into: Clue, reason: str) -> None:
    if into.pk == clue.pk:
        raise Refused("不能并入线索本身。", field="into")
    if not into.is_open:
        raise Refused(
            f"{into.number} 已经{into.get_state_display().removeprefix('已')}，不能再并入。",
            field="into",
        )
    if into.confidential != clue.confidential:
        raise Refused("保密线索和普通线索不能并案。", field="into")
    if not reason.strip():
        raise Refused("请填写并案理由。", field="opinion")
