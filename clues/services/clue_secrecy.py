"""Making a clue confidential, and naming who may know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from clues.models import Clue, ClueParty, ClueUserPermission, Concealable, Stop
from clues.services.clue_steps import step, with_merged
from clues.services.knowledge import name_heads, name_people
from credit.services.origins import restate, tells
from departments.models import User
from departments.roles import STAFF
from records import trail
from records.actor import Actor
from records.errors import Refused
from records.models import Deadline


def conceal(actor: Actor, pk: int, opinion: str) -> Clue:
    """Make a clue, what was merged into it and all that belongs to them confidential. The trail
    stays as it is, but is shown to nobody else; so does the number, by which the complainant and
    the papers know the clue. What was said of its subject is struck from the credit records. The
    heads of the departments concerned, and of those whose turn it is at something that belongs to
    it, are named, so that the handling goes on."""
    with step(actor, "conceal", pk, opinion) as clue:
        clue.confidential = True
        for each in with_merged(clue):
            each.confidential = True
            Clue.objects.filter(pk=each.pk).update(confidential=True)
            turns = Stop.objects.open().filter(clue=each).values_list("department_id", flat=True)
            name_heads(each, [*_concerned(each), *turns, clue.holder_id])
            name_people(each, [actor.user_id, clue.handler_id])
            _hide_names([each])
            for belonging in _belonging_to(each):
                _hide_names(belonging)
                restate(actor, *filter(tells, belonging))
    return clue


def follow_clue(instance: Concealable, clue: Clue | None) -> None:
    """Let an object that now belongs to ``clue`` be as confidential as it, with its stops and
    deadlines. Call it inside the act that changes the clue, which holds the clue locked.

    Raises ``Refused`` where a confidential object would leave those who were named for it.
    """
    own: Any = instance
    if own.confidential and own.clue != clue:
        raise Refused("保密线索的记录不能改挂其他线索。", field="clue")
    own.clue = clue
    own.confidential = clue is not None and clue.confidential
    Stop.objects.of(own).update(clue=clue, confidential=own.confidential)
    if own.confidential:
        _hide_names([own])


def candidates(clue: Clue) -> QuerySet[User]:
    """Who may be named: people at work in the departments concerned; ``named`` tells who is."""
    named = ClueUserPermission.objects.filter(content_object=clue, user_id=OuterRef("pk"))
    return (
        User.objects.filter(
            department_id__in=_concerned(clue), is_active=True, roles__overlap=sorted(STAFF)
        )
        .annotate(named=Exists(named))
        .select_related("department")
        .order_by("department_id", "pk")
    )


def name(actor: Actor, pk: int, *, people: Iterable[int]) -> Clue:
    """Name people, by their ids, to know a confidential clue. Raises ``Refused`` for nobody, or
    for somebody from a department that is not concerned."""
    with step(actor, "name", pk) as clue:
        chosen = set(people)
        allowed = candidates(clue).filter(pk__in=chosen)
        if not chosen:
            raise Refused("请选择知悉人。", field="people")
        named = list(allowed)
        if len(named) != len(chosen):
            raise Refused("知悉人只能是线索相关部门的在岗人员。", field="people")
        for each in with_merged(clue):
            name_people(each, chosen)
        trail.record(
            actor,
            "clue.named",
            "指定知悉人：" + "、".join(person.name for person in named)[:60],
            clue,
            after={"people": sorted(chosen)},
        )
    return clue


def _concerned(clue: Clue) -> list[int]:
    ids = ClueParty.objects.filter(clue=clue).values_list("department_id", flat=True)
    return [*ids]


def _belonging_to(clue: Clue) -> Iterator[list[models.Model]]:
    """Everything of this floor that hangs on the clue, made confidential, model by model."""
    for model in apps.get_app_config("clues").get_models():
        hangs_on_clue = any(field.name == "clue" for field in model._meta.concrete_fields)
        if not issubclass(model, Concealable) or not hangs_on_clue:
            continue
        rows: QuerySet[Any] = model._default_manager.all()
        rows = rows.filter(clue=clue)
        rows.update(confidential=True)
        if model is not Stop:
            yield list(rows.all())


def _hide_names(objects: Iterable[models.Model]) -> None:
    """Stops and deadlines carry the name of what they are about: take the speaking one away."""
    for one in objects:
        about = str(one)
        target = {
            "target_type": ContentType.objects.get_for_model(one),
            "target_id": one.pk,
        }
        Stop.objects.filter(**target).update(about=about[:200])
        Deadline.objects.filter(**target).update(target_name=about[:300])
