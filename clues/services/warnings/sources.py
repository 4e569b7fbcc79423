"""What can be counted: each source of events tells where its rows are and how they group.

Another capability adds one by ``register(EventSource(...))`` in its app's ``ready``; nothing else
has to change for it to be chosen in a rule, tried on history and shown behind a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import DecimalField, F, Model, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from clues.models import Clue, Penalty, Referral, RiskWarning
from clues.rules import warnings as rules
from credit.models import Subject, SubjectChange
from inspections.models import JointTask, TaskItem
from records.actor import Actor
from records.concealment import oversee, reveal
from records.models import Deadline, TrailEntry
from records.moments import LocalMidnight

_NOBODY = Actor(name="预警统计")
"""Somebody named for no confidential clue: what is hidden from them is never counted."""


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """A kind of event.

    ``label`` names it in a list, ``phrase`` in a sentence ("被检查"), ``unit`` counts it.
    ``rows`` are the events of one region, never confidential ones. The other names are paths of
    the query: ``at`` the moment of the event (``day`` a date column that narrows it down),
    ``groups`` the keys it can be grouped by, ``category`` the list of the subject's categories,
    ``channel`` that of a clue, ``amount`` what can be summed, in ``amount_unit``. ``visible``
    narrows rows to what a person may see. ``retold`` finds the events about which something was
    recorded since: needed where rows are entered later than they happened, or change.
    """

    code: str
    label: str
    phrase: str
    unit: str
    rows: Callable[[str], QuerySet[Any]]
    at: str
    groups: Mapping[str, str]
    visible: Callable[[QuerySet[Any], Actor], QuerySet[Any]]
    day: str = ""
    category: str = ""
    channel: str = ""
    amount: str = ""
    amount_unit: str = ""
    retold: Callable[[QuerySet[TrailEntry]], Q] | None = None
    related: tuple[str, ...] = ()
    describe: Callable[[Any], tuple[str, Model | None]] = field(default=lambda row: (str(row), row))


SOURCES: dict[str, EventSource] = {}


def register(source: EventSource) -> EventSource:
    """Make a source of events known; its code is written into rules, so it stays."""
    SOURCES[source.code] = source
    return source


def about(model: type[Model], path: str = "pk__in") -> Callable[[QuerySet[TrailEntry]], Q]:
    """The events whose object (``path``) the trail has entries about."""

    def found(entries: QuerySet[TrailEntry]) -> Q:
        content_type = ContentType.objects.get_for_model(model)
        return Q(**{path: entries.filter(target_type=content_type).values("target_id")})

    return found


def _seen(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    return rows.filter(pk__in=rows.model.objects.visible_to(actor).values("pk"))


def _seen_through(path: str, model: Any) -> Callable[[QuerySet[Any], Actor], QuerySet[Any]]:
    def seen(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return rows.filter(**{f"{path}__in": model.objects.visible_to(actor).values("pk")})

    return seen


def _groups_of_subject(path: str) -> dict[str, str]:
    return {
        rules.SUBJECT: f"{path}_id",
        rules.TOWNSHIP: f"{path}__township_id",
        rules.INDUSTRY: f"{path}__industry_class",
    }


def _matter_of(task: str) -> Coalesce:
    """The matter of a visit: its own when it was started by selection, else its plan item's."""
    return Coalesce(f"{task}matter_version__matter_id", f"{task}item__matter_version__matter_id")


register(
    EventSource(
        code="clue",
        label="收到投诉举报等线索",
        phrase="被投诉举报",
        unit="件",
        rows=lambda region: Clue.objects.filter(region_code=region, confidential=False).exclude(
            state=Clue.State.MERGED
        ),
        at="received_at",
        groups={
            rules.SUBJECT: "subject_id",
            rules.TOWNSHIP: "township_id",
            rules.INDUSTRY: "subject__industry_class",
            rules.MATTER: "matter_id",
            rules.DEPARTMENT: "holder_id",
        },
        category="subject__categories",
        channel="channel",
        visible=_seen,
        retold=about(Clue),
        related=("holder",),
    )
)
register(
    EventSource(
        code="returned",
        label="线索被退回",
        phrase="被退回",
        unit="次",
        rows=lambda region: Referral.objects.filter(
            region_code=region,
            confidential=False,
            clue__confidential=False,
            kind="clue_transfer",
            state=Referral.State.RETURNED,
        ).annotate(returned_at=Coalesce("answered_at", "received_at", "sent_at")),
        at="returned_at",
        groups={
            rules.CLUE: "clue_id",
            rules.SUBJECT: "clue__subject_id",
            rules.TOWNSHIP: "clue__township_id",
            rules.MATTER: "clue__matter_id",
            rules.DEPARTMENT: "to_id",
        },
        channel="clue__channel",
        visible=_seen,
        retold=about(Referral),
        related=("clue", "to"),
    )
)
register(
    EventSource(
        code="visit",
        label="入企检查",
        phrase="被检查",
        unit="次",
        rows=lambda region: JointTask.objects.filter(
            region__code=region,
            state__in=(
                JointTask.State.IN_PROGRESS,
                JointTask.State.CHECKED,
                JointTask.State.CLOSED,
            ),
            visit_on__isnull=False,
        ).annotate(visit_at=LocalMidnight(F("visit_on")), visit_matter=_matter_of("")),
        at="visit_at",
        day="visit_on",
        groups={
            **_groups_of_subject("subject"),
            rules.MATTER: "visit_matter",
            rules.DEPARTMENT: "lead_id",
        },
        category="subject__categories",
        visible=_seen,
        retold=about(JointTask),
        related=("subject", "region"),
    )
)


def _items(region: str) -> QuerySet[TaskItem]:
    return TaskItem.objects.filter(
        part__task__region__code=region, part__submitted_at__isnull=False
    ).annotate(item_matter=_matter_of("part__task__"))


_ITEM: dict[str, Any] = {
    "at": "part__submitted_at",
    "groups": {
        **_groups_of_subject("part__task__subject"),
        rules.MATTER: "item_matter",
        rules.DEPARTMENT: "part__department_id",
    },
    "category": "part__task__subject__categories",
    "visible": _seen_through("part__task", JointTask),
    "related": ("part__task__subject", "part__task__region"),
    "describe": lambda row: (f"{row.part.task.subject}：{row.title}", row.part.task),
}
register(
    EventSource(
        code="problem",
        label="检查发现的问题",
        phrase="检查发现问题",
        unit="项",
        rows=lambda region: _items(region).filter(outcome=TaskItem.Outcome.PROBLEM),
        **_ITEM,
    )
)
register(
    EventSource(
        code="item",
        label="已检查的事项",
        phrase="已检查事项",
        unit="项",
        rows=lambda region: _items(region).filter(
            outcome__in=(TaskItem.Outcome.PROBLEM, TaskItem.Outcome.NO_PROBLEM)
        ),
        **_ITEM,
    )
)
register(
    EventSource(
        code="penalty",
        label="行政处罚",
        phrase="被行政处罚",
        unit="次",
        rows=lambda region: Penalty.objects.filter(
            region_code=region, confidential=False, state=Penalty.State.IN_FORCE
        ).annotate(
            decided_at=LocalMidnight(F("decided_on")),
            yuan=Cast(Coalesce("amount", 0), DecimalField(max_digits=20, decimal_places=2)) / 100,
        ),
        at="decided_at",
        day="decided_on",
        groups={**_groups_of_subject("subject"), rules.DEPARTMENT: "department_id"},
        category="subject__categories",
        amount="yuan",
        amount_unit="元罚款",
        visible=_seen,
        retold=about(Penalty),
        related=("subject",),
    )
)


def _changes(region: str, changed: str) -> QuerySet[SubjectChange]:
    return SubjectChange.objects.filter(subject__region__code=region, field=changed)


def _describe_change(row: SubjectChange) -> tuple[str, Model | None]:
    return f"{row.subject}：{row.field_label} {row.shown_old or '—'} → {row.shown_new}", row.subject


_CHANGE: dict[str, Any] = {
    "at": "at",
    "groups": _groups_of_subject("subject"),
    "category": "subject__categories",
    "visible": _seen_through("subject", Subject),
    "related": ("subject",),
    "describe": _describe_change,
}
register(
    EventSource(
        code="grade_fall",
        label="信用风险等级变差",
        phrase="信用风险等级变差",
        unit="次",
        # Grades are letters, A the best.
        rows=lambda region: _changes(region, "grade").filter(new__gt=F("old")).exclude(old=""),
        **_CHANGE,
    )
)
register(
    EventSource(
        code="status_change",
        label="经营状态变化",
        phrase="经营状态变化",
        unit="次",
        rows=lambda region: _changes(region, "status").exclude(old=""),
        **_CHANGE,
    )
)


def _overdue(region: str) -> QuerySet[Deadline]:
    late = Deadline.objects.filter(region_code=region, cancelled_at=None, due_at__isnull=False)
    return reveal(late.filter(Q(met_at=None) | Q(met_at__gt=F("due_at"))), _NOBODY)


def _overseen(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    # The row names the object, such as a letter that another department has not signed yet.
    return oversee(rows, actor)


register(
    EventSource(
        code="overdue",
        label="办理逾期",
        phrase="办理逾期",
        unit="次",
        rows=_overdue,
        at="due_at",
        groups={rules.DEPARTMENT: "department_id"},
        visible=_overseen,
        related=("department",),
        describe=lambda row: (f"{row.department}：{row.title}（{row.target_name}）", None),
    )
)
register(
    EventSource(
        code="warning",
        label="已发出的预警",
        phrase="发生预警",
        unit="起",
        rows=lambda region: RiskWarning.objects.filter(
            region_code=region, confidential=False, origin=RiskWarning.Origin.RULE
        ),
        at="raised_at",
        groups={
            rules.SUBJECT: "subject_id",
            rules.TOWNSHIP: "township_id",
            rules.MATTER: "matter_id",
            rules.DEPARTMENT: "owner_id",
        },
        visible=_seen,
    )
)
