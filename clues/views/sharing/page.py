"""What the pages of information sharing have in common: tabs, lists, forms of what is new."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from departments.actors import is_clerk_of
from records.actor import Actor
from records.errors import NotAllowed
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page

_TABS = (
    ("共享目录", "clues:sharing-list"),
    ("共享信息", "clues:shared-record-list"),
    ("信息申请", "clues:sharing-request-list"),
    ("共享统计", "clues:sharing-statistics"),
)


def tabs(active: str) -> list[dict[str, Any]]:
    """The tabs of the list pages; ``active`` is the address name of the one shown."""
    return [
        {"label": label, "url": reverse(name), "active": name == active} for label, name in _TABS
    ]


def may_prepare(actor: Actor) -> bool:
    """Whether the person enters something in the name of a department."""
    return actor.department_id is not None and is_clerk_of(actor, actor.department_id)


def page_context(request: HttpRequest, found: Any, order: tuple[str, ...]) -> dict[str, Any]:
    """What every list page shows of the rows that its filter found."""
    return {
        "filter": found,
        "page": requested_page(request, found.qs, order),
        "total": capped_count(found.qs),
        "filtered": any(found.form.cleaned_data.values()) if found.form.is_bound else False,
        "may_prepare": may_prepare(actor_of(request)),
    }


class NewPage(FormPage):
    """A form that makes something new, for the clerks of any department."""

    verb: ClassVar[str]
    listed_at: ClassVar[str]
    """The address name of the list that the page is left for."""

    def target(self, actor: Actor) -> Any:
        return None

    def check(self, actor: Actor, target: Any) -> None:
        if not may_prepare(actor):
            raise NotAllowed(f"只有部门经办人可以{self.title}。", verb=self.verb)

    def back(self, target: Any) -> str:
        return reverse(self.listed_at)
