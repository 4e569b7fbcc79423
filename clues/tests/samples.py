"""Clues at every point of their life, brought there through the services."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from clues.acts.clue import CLUE_STAGES
from clues.models import Clue, Complainant
from clues.services import clue_answer, clue_transfer, clues
from clues.services.knowledge import concern, name_people
from clues.services.numbers import clue_numbers
from departments.actors import actor_for
from departments.models import Department, User
from records.actor import Actor
from records.workdays import SHANGHAI

NOTE = "已电话说明情况，对方同意接收。"


def person(username: str) -> Actor:
    """The actor behind a demo account."""
    return actor_for(User.objects.get(username=username))


def moment(text: str) -> dt.datetime:
    """``2026-09-28 10:00`` in Shanghai."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def at(text: str) -> Iterator[dt.datetime]:
    """Let it be this moment for the code inside."""
    now = moment(text)
    with mock.patch("django.utils.timezone.now", return_value=now):
        yield now


def department(code_or_name: str) -> Department:
    """A department of the demo county by its short name."""
    return Department.objects.select_related("region").get(
        short_name=code_or_name, region__code="411603"
    )


def photo(name: str = "现场照片.jpg") -> SimpleUploadedFile:
    """A small picture as a form hands it over."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


def make_clue(
    actor: Actor, *, complainant: bool = True, named: tuple[Actor, ...] = (), **over: Any
) -> Clue:
    """A clue just received by the actor's department, with somebody who wants an answer.

    ``named`` are people who may know of it besides the actor when ``confidential`` is given.
    """
    own = Department.objects.get(pk=actor.department_id)
    confidential = over.get("confidential", False)
    with transaction.atomic():
        (number,) = clue_numbers(actor.region_code, confidential=confidential)
        facts: dict[str, Any] = {
            "region_code": actor.region_code,
            "number": number,
            "channel": Clue.Channel.HOTLINE,
            "title": "幸福养老院食堂使用过期食材",
            "content": "群众反映该院食堂冰柜中存放过期冻肉，并用于老人餐食。",
            "subject_name": "淮阳区幸福养老院",
            "place": "城关回族镇文昌大道 12 号",
            "received_at": timezone.now(),
            "receiver": own,
            "holder": own,
            "reporter_id": actor.user_id,
            **over,
        }
        clue = Clue.objects.create(**facts)
        concern(clue, own)
        if confidential:
            name_people(clue, [actor.user_id, *(one.user_id for one in named)])
        if complainant:
            Complainant.objects.create(
                clue=clue, name="何秀兰", phone="13800001234", address="城关回族镇"
            )
        CLUE_STAGES.enter(actor, clue)
    return clue


def talked(
    actor: Actor, to: Department, *, talked_at: dt.datetime | None = None, **over: Any
) -> Clue:
    """A clue whose first receiver talked to the department it belongs to."""
    clue = make_clue(actor, **over)
    return clue_transfer.talk(
        actor, clue.pk, department=to, talked_at=talked_at or timezone.now(), note=NOTE
    )


def prepared(actor: Actor, to: Department, **over: Any) -> Clue:
    """The same with evidence and a letter before the head."""
    clue = talked(actor, to, **over)
    draft = clue_transfer.letter_draft(clue)
    return clue_transfer.prepare(actor, clue.pk, **draft, files=[photo()])


def transferred(actor: Actor, head: Actor, to: Department, **over: Any) -> Clue:
    """A clue on its way to the department it belongs to, signed by the sender's head."""
    return clue_transfer.transfer(head, prepared(actor, to, **over).pk)


def handling(actor: Actor, head: Actor, receiver: Actor, **over: Any) -> Clue:
    """A clue received and handled by the department it was transferred to."""
    to = Department.objects.select_related("region").get(pk=receiver.department_id)
    return clue_transfer.receive(receiver, transferred(actor, head, to, **over).pk)


def proposed(actor: Actor, head: Actor, receiver: Actor, **over: Any) -> Clue:
    """The same with an answer before the handling department's head."""
    return propose_answer(receiver, handling(actor, head, receiver, **over))


def propose_answer(actor: Actor, clue: Clue) -> Clue:
    """Put an answer before the holder's head."""
    return clue_answer.propose(
        actor,
        clue.pk,
        outcome=Clue.Outcome.CORRECTED,
        answer="现场封存过期食材 3 公斤，已责令限期改正。",
        files=[],
    )


def closed(actor: Actor, head: Actor, receiver: Actor, closer: Actor, **over: Any) -> Clue:
    """A clue answered and closed by the handling department (``closer`` is its head)."""
    return clue_answer.approve(closer, proposed(actor, head, receiver, **over).pk)


def own_handling(actor: Actor, **over: Any) -> Clue:
    """A clue that its first receiver handles itself."""
    return clues.handle(actor, make_clue(actor, **over).pk)


def together(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads that start at the same moment; results or exceptions."""
    gate = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        gate.wait()
        try:
            return step()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))
