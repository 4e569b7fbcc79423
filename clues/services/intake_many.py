"""Taking many clues in at once, as other systems tell them: set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from clues.acts.clue import CLUE_STAGES
from clues.models import Clue, ClueParty, Complainant
from clues.services import complainants
from clues.services.intake import may_register, receiving_department, written
from clues.services.intake_facts import Facts
from clues.services.numbers import clue_numbers
from departments.models import Department
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed

_BATCH = 1000


def register_each(actor: Actor, told: Sequence[Facts]) -> list[bool]:
    """Enter the clues of other systems, each by its number there; tells of each whether it is new.

    The same as ``intake.register`` one by one, in a few statements per thousand beside the
    messages to complainants. What is told is neither confidential nor the send of a form. Raises
    ``NotAllowed``; ``Refused`` for the first that is not in order; ``Conflict`` when somebody
    enters one of them at this moment.
    """
    if not may_register(actor):
        raise NotAllowed("您没有登记线索的权限。", verb="clue.register")
    now, today = clock.now(), clock.today()
    for facts in told:
        facts.check(now=now, today=today)
        assert facts.external_number.strip() and not facts.confidential
    receiver = receiving_department(actor)
    try:
        with transaction.atomic():
            return _register(actor, told, receiver)
    except IntegrityError as error:
        raise Conflict("同一来源编号的线索正在登记，请稍后重发。") from error


def _register(actor: Actor, told: Sequence[Facts], receiver: Department) -> list[bool]:
    by_year: dict[int, list[Facts]] = defaultdict(list)
    there = _there(actor, told)
    news = []
    for facts in told:
        number = _number(facts)
        news.append(number not in there)
        if number not in there:
            there.add(number)
            received_at = facts.received_at or clock.now()
            by_year[timezone.localtime(received_at).year].append(facts)
    clues: list[Clue] = []
    fresh: list[Facts] = []
    for _, of_year in sorted(by_year.items()):
        clues += _clues(actor, of_year, receiver)
        fresh += of_year
    _enter(actor, clues, fresh, receiver)
    return news


def _number(facts: Facts) -> tuple[str, str]:
    return facts.channel, facts.external_number.strip()


def _there(actor: Actor, told: Sequence[Facts]) -> set[tuple[str, str]]:
    numbers = [facts.external_number.strip() for facts in told]
    # Confidential ones do not block a number, and nothing is told of them.
    found = Clue.objects.filter(
        region_code=actor.region_code, external_number__in=numbers, confidential=False
    )
    return set(found.values_list("channel", "external_number"))


def _clues(actor: Actor, told: Sequence[Facts], receiver: Department) -> list[Clue]:
    """The clues of one year, with their numbers, not written yet."""
    moments = [facts.received_at or clock.now() for facts in told]
    numbers = clue_numbers(actor.region_code, confidential=False, count=len(told), at=moments[0])
    return [
        written(actor, facts, receiver, number, received_at)
        for facts, received_at, number in zip(told, moments, numbers, strict=True)
    ]


def _enter(
    actor: Actor, clues: Sequence[Clue], told: Sequence[Facts], receiver: Department
) -> None:
    """Write clues down and start their course, as ``intake.enter``."""
    Clue.objects.bulk_create(clues, batch_size=_BATCH)
    concerned = {pk for pk in (receiver.pk, actor.department_id) if pk is not None}
    ClueParty.objects.bulk_create(
        (ClueParty(clue=clue, department_id=pk) for clue in clues for pk in sorted(concerned)),
        batch_size=_BATCH,
    )
    trail.record_changes(
        actor,
        "clue.register",
        "登记线索",
        (
            (
                clue,
                {},
                {"number": clue.number, "channel": clue.channel, "receiver": receiver.pk},
            )
            for clue in clues
        ),
    )
    CLUE_STAGES.begin(actor, clues)
    people = Complainant.objects.bulk_create(
        (
            Complainant(
                clue=clue,
                name=facts.complainant_name.strip(),
                phone=facts.phone(),
                address=facts.complainant_address.strip(),
                wants_answer=facts.wants_answer,
            )
            for clue, facts in zip(clues, told, strict=True)
            if facts.has_complainant
        ),
        batch_size=_BATCH,
    )
    complainants.tell_new(actor, people)
