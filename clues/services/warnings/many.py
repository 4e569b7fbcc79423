"""Taking many warnings of the nation and the province in at once: set-based."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from clues.acts.warnings import WARNING_STAGES
from clues.models import RiskWarning, WarningParty
from clues.services.warnings.raising import warning_numbers
from clues.services.warnings.response import may_enter
from credit.models import Subject
from departments.models import Department, Region
from departments.profile import must_fill
from departments.roles import Function
from matters.models import Matter, MatterVersion
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed

_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class FromAbove:
    """A warning as ``from_above`` takes it."""

    origin: str
    external_number: str
    level: str
    title: str
    content: str
    subject: Subject | None = None
    township: Region | None = None
    matter: Matter | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.origin, self.external_number


def enter_each(actor: Actor, told: Sequence[FromAbove]) -> list[bool]:
    """Enter warnings from above, each by its number there; tells of each whether it is new.

    The same as ``from_above`` one by one, in a few statements per thousand. Raises ``NotAllowed``;
    ``Conflict`` when somebody enters one of them at this moment.
    """
    if not may_enter(actor):
        raise NotAllowed("只有综合协调组可以登记上级预警。", verb="warning.enter")
    try:
        with transaction.atomic():
            return _enter(actor, told)
    except IntegrityError as error:
        raise Conflict("同一来源编号的预警正在登记，请稍后重发。") from error


def _enter(actor: Actor, told: Sequence[FromAbove]) -> list[bool]:
    there = _there(actor, told)
    news = []
    fresh = []
    for each in told:
        news.append(each.key not in there)
        if each.key not in there:
            there.add(each.key)
            fresh.append(each)
    if not fresh:
        return news
    now = clock.now()
    office = must_fill(actor.region_code, Function.COORDINATION)
    leads = _leads(fresh)
    warnings = RiskWarning.objects.bulk_create(
        (
            _warning(actor, each, number, leads.get(each.matter.pk if each.matter else 0, office))
            for each, number in zip(
                fresh, warning_numbers(actor.region_code, now, len(fresh)), strict=True
            )
        ),
        batch_size=_BATCH,
    )
    WarningParty.objects.bulk_create(
        (
            WarningParty(
                warning=warning, department_id=warning.owner_id, part=WarningParty.Part.OWNER
            )
            for warning in warnings
        ),
        batch_size=_BATCH,
    )
    trail.record_each(actor, "warning.enter", "登记上级预警", warnings)
    trail.record_changes(
        actor,
        "warning.push",
        "推送预警",
        ((warning, {}, {"to": warning.owner.name}) for warning in warnings),
    )
    WARNING_STAGES.begin(actor, warnings)
    return news


def _there(actor: Actor, told: Sequence[FromAbove]) -> set[tuple[str, str]]:
    found = RiskWarning.objects.filter(
        region_code=actor.region_code,
        external_number__in=[each.external_number for each in told],
        confidential=False,
    )
    return set(found.values_list("origin", "external_number"))


def _leads(told: Sequence[FromAbove]) -> dict[int, Department]:
    """The lead departments of the matters that are in force."""
    matters = {each.matter.pk for each in told if each.matter}
    found = MatterVersion.objects.in_force().filter(matter__in=matters).select_related("lead")
    return {version.matter_id: version.lead for version in found}


def _warning(actor: Actor, told: FromAbove, number: str, owner: Department) -> RiskWarning:
    subject = told.subject
    return RiskWarning(
        region_code=actor.region_code,
        number=number,
        origin=told.origin,
        external_number=told.external_number,
        level=told.level,
        title=told.title,
        content=told.content,
        subject=subject,
        township=told.township or (subject.township if subject else None),
        matter=told.matter,
        owner=owner,
        known_to=[owner.pk],
    )
