"""What the demo's stories share: who acts, about whom, and the papers they attach."""

from __future__ import annotations

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from clues.paper.model import Paper
from clues.paper.pdf import to_pdf
from credit.models import Subject
from departments.actors import actor_for
from departments.models import Department, User
from records.actor import Actor


class Cast:
    """The demo accounts as actors, each read once."""

    def __init__(self, region_code: str) -> None:
        self._region_code = region_code
        self._actors: dict[str, Actor] = {}
        self._used: dict[str, int] = {}

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
