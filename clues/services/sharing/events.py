"""What comes about on the platform and opens a shared record by itself, where a catalogue entry of
the department says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.utils import timezone

from clues.models import Penalty, SharingEntry
from clues.services.sharing.records import register_from
from inspections.models import Publication


@dataclass(frozen=True, kw_only=True)
class Event:
    """One kind of occurrence: rows of ``model`` for which ``happened`` holds. ``provider`` is the
    id of the department whose information it is; ``facts`` its title, content and day."""

    code: str
    label: str
    model: type[models.Model]
    happened: Callable[[Any], bool]
    provider: Callable[[Any], int]
    facts: Callable[[Any], dict[str, Any]]


def _published(publication: Publication) -> dict[str, Any]:
    day = timezone.localtime(publication.published_at).date()
    return {
        "title": f"{publication.subject_name}检查结果",
        "content": (
            f"检查对象：{publication.subject_name}（{publication.subject_identifier}）\n"
            f"监管事项：{publication.matter_name}\n"
            f"检查日期：{publication.checked_on}\n"
            f"检查结果：{'；'.join(publication.results)}"
        ),
        "event_on": day,
    }


def _penalised(penalty: Penalty) -> dict[str, Any]:
    return {
        "title": f"{penalty.subject}行政处罚决定",
        "content": (
            f"当事人：{penalty.subject}（{penalty.subject.shown_identifier}）\n"
            f"违法行为：{penalty.act}\n"
            f"处罚种类：{penalty.get_kind_display()}\n"
            f"决定书文号：{penalty.number}"
        ),
        "event_on": penalty.decided_on,
    }


EVENTS: dict[str, Event] = {
    event.code: event
    for event in (
        Event(
            code="result_published",
            label="检查结果公示时",
            model=Publication,
            happened=lambda publication: publication.ended_at is None,
            provider=lambda publication: publication.result.part.department_id,
            facts=_published,
        ),
        Event(
            code="penalty_in_force",
            label="行政处罚决定生效时",
            model=Penalty,
            # What belongs to a confidential clue is shared by nobody but its head.
            happened=lambda penalty: (
                penalty.state == Penalty.State.IN_FORCE and not penalty.confidential
            ),
            provider=lambda penalty: penalty.department_id,
            facts=_penalised,
        ),
    )
}
CHOICES = [(event.code, event.label) for event in EVENTS.values()]


def connect() -> None:
    """Watch the models of all events; called once when the app is ready."""
    for event in EVENTS.values():
        post_save.connect(
            _receiver(event), sender=event.model, weak=False, dispatch_uid=f"share:{event.code}"
        )


def open_records(event: Event, instance: models.Model) -> None:
    """Register the occurrence under each catalogue entry that asks for it; once per entry."""
    entries = SharingEntry.objects.current().filter(
        opens_on=event.code, provider_id=event.provider(instance)
    )
    for entry in entries:
        register_from(entry, instance, **event.facts(instance))


def _receiver(event: Event) -> Callable[..., None]:
    def receive(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
        if not raw and event.happened(instance):
            open_records(event, instance)

    return receive
