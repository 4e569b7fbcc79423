"""The clues and letters of the matrix: 民政 receives and leads, 卫健 is sent things, one clue is
secret. Objects in a state of their own are copies of those that the services made."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from itertools import count
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from clues.acts.clue import CLUE_STAGES
from clues.acts.letters import LETTER_STAGES
from clues.models import Clue, Referral
from clues.rules.kinds import KINDS
from clues.services import clue_emergency
from clues.services.knowledge import concern
from clues.services.letters import drafts, sending
from clues.services.letters.drafts import Content
from clues.stages import Stages, main_stop
from clues.tests import letter_samples as letters
from clues.tests.samples import make_clue, person, prepared, transferred
from departments.models import Department, User
from records import deadlines
from records.actor import SYSTEM
from tests.permissions.world import World

M = TypeVar("M", bound=models.Model)
_numbers = count(1)
_C = Clue.State
_R = Referral.State


def again(made: M, stages: Stages[Any], **differs: Any) -> M:
    """The same object once more, in another state, lying where that state lies."""
    other = copy.copy(made)
    other.pk = None
    other._state = models.base.ModelState()
    for key in ("key", "client_key"):
        if getattr(other, key, None):
            differs.setdefault(key, uuid.uuid4())
    if getattr(other, "number", ""):
        differs.setdefault("number", f"{made.number}-{next(_numbers)}")  # type: ignore[attr-defined]
    for name, value in differs.items():
        setattr(other, name, value)
    other.save()
    stages.enter(SYSTEM, other)
    return other


def department_of(username: str) -> Department:
    department = User.objects.select_related("department__region").get(username=username).department
    assert department is not None
    return department


def pause(thing: models.Model) -> None:
    """Let the clock of the object's present stop stand still."""
    stop = main_stop(thing)
    assert stop is not None and stop.deadline_id is not None
    deadlines.pause(SYSTEM, stop.deadline_id, "矩阵测试")


def add_clues(world: World) -> None:
    """Clues and letters in every state that their acts ask for."""
    _clues(world)
    _letters(world)


def _clues(world: World) -> None:
    clerk, head = person("mzj_clerk"), person("mzj_head")
    partner = department_of("wjw_head")
    clue = make_clue(clerk)
    waiting = prepared(clerk, partner)
    sent = transferred(clerk, head, partner)
    secret = make_clue(clerk, confidential=True, named=(head,))
    states = {
        "talked": {"state": _C.TALKED, "talked_at": timezone.now(), "talked_with": partner},
        "handling": {"state": _C.HANDLING, "holder": partner},
        "own": {"state": _C.HANDLING},
        "paused": {"state": _C.HANDLING, "holder": partner},
        "supplement": {"state": _C.SUPPLEMENT, "holder": partner},
        "proposed": {"state": _C.HANDLING, "holder": partner, "answer_proposed": True},
        "closed": {
            "state": _C.CLOSED,
            "holder": partner,
            "outcome": Clue.Outcome.CORRECTED,
            "answer": "已责令改正。",
            "closed_at": timezone.now(),
        },
    }
    for name, differs in states.items():
        made = again(clue, CLUE_STAGES, **differs)
        for department in {made.receiver, made.holder}:
            concern(made, department)
        if made.holder == partner:
            letter = Referral.objects.get(clue=sent)
            again(letter, LETTER_STAGES, clue=made, state=_R.RECEIVED)
        world.add(**{f"clue_{name}": made})
    pause(world.things["clue_paused"])
    called = clue_emergency.register_emergency(
        clerk,
        clue_emergency.Emergency(
            title="养老院燃气泄漏",
            danger="厨房燃气泄漏",
            since=timezone.now() - dt.timedelta(minutes=10),
            measures="已关闭阀门，疏散老人。",
            place="城关回族镇",
            called=[partner],
        ),
    )
    world.add(
        clue=clue,
        clue_prepared=waiting,
        clue_sent=sent,
        clue_secret=secret,
        clue_urgent=called,
        call=Referral.objects.get(clue=called, kind="emergency_call"),
        letter=Referral.objects.get(clue=sent),
        letter_prepared=Referral.objects.get(clue=waiting),
        stop=main_stop(clue),
        stop_sent=main_stop(sent),
        stop_secret=main_stop(secret),
    )


def _letters(world: World) -> None:
    clerk, head = person("mzj_clerk"), person("mzj_head")
    to = {"clerk": "mzj_clerk", "to": "wjw_clerk"}
    copied = [department_of("nync_clerk")]
    draft = letters.drafted(**to, copies=copied)
    sent = letters.sent(**to, copies=copied, title="请协助核查消防通道的函")
    received = letters.received(**to, title="请协助核查食堂的函")
    answer = next(iter(KINDS["assistance"].answers))
    outside = drafts.draft(
        clerk,
        "assistance",
        Content(
            title="请协助核查燃气的函",
            body="请派员。",
            to=None,
            outside="周口市燃气公司",
            files=letters.content(None).files,
        ),
    )
    drafts.submit(clerk, outside.pk)
    secret = drafts.draft(
        clerk,
        "assistance",
        letters.content(department_of("wjw_head")),
        clue=world.things["clue_secret"],
    )
    world.add(
        letter_draft=draft,
        stop_draft=main_stop(draft),
        letter_review=again(draft, LETTER_STAGES, state=_R.REVIEW),
        letter_sent=sent,
        letter_returned=again(sent, LETTER_STAGES, state=_R.RETURNED),
        letter_received=received,
        letter_paused=again(received, LETTER_STAGES),
        letter_supplement=again(received, LETTER_STAGES, state=_R.SUPPLEMENT),
        letter_answering=again(
            received, LETTER_STAGES, answer_proposed=True, answer=answer, answer_text="属实。"
        ),
        letter_outside=sending.sign(head, outside.pk),
        letter_secret=secret,
        letter_across=letters.sent(
            "cross_region", "mzj_clerk", "distant_head", subject=letters.subject()
        ),
    )
    pause(world.things["letter_paused"])
