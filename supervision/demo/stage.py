"""What the demo's stories share: who acts, about whom, when, and the papers they attach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable
from functools import cache
from heapq import heapify, heappop, heappush

from django.core.files.uploadedfile import SimpleUploadedFile

from clues.paper.model import Paper
from clues.paper.pdf import to_pdf
from credit.models import Subject
from departments.actors import actor_for
from departments.models import Department, User
from records import clock, deadlines
from records.actor import Actor
from records.workdays import SHANGHAI, add_working_days

Story = Generator[dt.datetime, None, None]
"""Something that happened: between its acts it yields the moment of the next."""


def play(stories: Iterable[Story]) -> None:
    """Let the stories happen side by side in the order of time, each act at its moment. What lies
    ahead of the present happens now."""
    coming = [
        (moment, number, story)
        for number, story in enumerate(stories)
        if (moment := next(story, None)) is not None
    ]
    heapify(coming)
    while coming:
        moment, number, story = heappop(coming)
        with clock.at(min(moment, clock.now())):
            following = next(story, None)
        if following is not None:
            heappush(coming, (following, number, story))


class Cast:
    """The demo accounts as actors, each read once, and the days on which they act."""

    def __init__(self, region_code: str) -> None:
        self._region_code = region_code
        self._actors: dict[str, Actor] = {}
        self._used: dict[str, int] = {}
        self._today = clock.today()

    def back(self, days: int, at: str = "10:00") -> dt.datetime:
        """A time of the day so many working days before the present one."""
        day = add_working_days(self._today, -days, deadlines.calendar())
        return dt.datetime.combine(day, dt.time.fromisoformat(at), SHANGHAI)

    def who(self, username: str) -> Actor:
        """The actor behind an account (``mzj_clerk``)."""
        if username not in self._actors:
            self._actors[username] = actor_for(
                User.objects.select_related("department__region", "township").get(username=username)
            )
        return self._actors[username]

    def clerk(self, name: str) -> Actor:
        """The clerk of the department whose accounts begin with ``name`` (``mzj``)."""
        return self.who(f"{name}_clerk")

    def head(self, name: str) -> Actor:
        """Its head."""
        return self.who(f"{name}_head")

    def department(self, name: str) -> Department:
        """The department itself."""
        return Department.objects.select_related("region").get(pk=self.clerk(name).department_id)

    def subject(self, category: str, township: str = "") -> Subject:
        """The next subject of a kind that no story has used, in the township if one is named and
        has one."""
        found = Subject.objects.filter(
            region__code=self._region_code, categories__contains=[category], status="open"
        ).select_related("township")
        local = found.filter(township__code=township) if township else found
        chosen = local if local.exists() else found
        number = self._used.get(category, 0)
        self._used[category] = number + 1
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: number + 1])
        return found.get(pk=ids[-1])


@cache
def _paper() -> bytes:
    text = "情况属实，随附现场照片和询问记录。本材料为演示数据，所涉名称均为虚构。"
    return to_pdf(Paper(title="现场情况说明", body=(text,)))


def upload(name: str = "现场情况说明.pdf") -> SimpleUploadedFile:
    """A paper as a form hands it over."""
    return SimpleUploadedFile(name, _paper(), content_type="application/pdf")
