"""What the forms of procedures share, and the filters of their lists."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from clues.models import Clue
from clues.models.procedure import Procedure
from clues.selectors import procedures as selectors
from departments.models import Department
from matters.models import Matter, MatterVersion
from records.actor import Actor
from records.middleware import actor_of


def words(label: str, rows: int = 5, most: int = 5000, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class MatterChoice(forms.ModelChoiceField):
    """A matter of the region by the name of its version in force."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Matter.objects.none(),
            label="监管事项",
            required=False,
            empty_label="不涉及具体事项",
            **kwargs,
        )
        self.names: dict[int, str] = {}

    def offer(self, actor: Actor) -> None:
        """Offer the matters that the person sees."""
        versions = MatterVersion.objects.visible_to(actor).filter(
            state=MatterVersion.State.IN_FORCE, matter__region__code=actor.region_code
        )
        self.names = dict(versions.values_list("matter_id", "name"))
        self.queryset = Matter.objects.filter(pk__in=self.names).order_by("number")

    def label_from_instance(self, obj: Any) -> str:
        return self.names.get(obj.pk, str(obj))


class DepartmentChoice(forms.ModelChoiceField):
    """A department by its full name."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(Department.objects.none(), label=label, empty_label="请选择", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class DepartmentsChoice(forms.ModelMultipleChoiceField):
    """Several departments to tick."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            Department.objects.none(),
            label=label,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class BeginForm(forms.Form):
    """A form that begins a procedure; ``key`` lets it create only one though sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, actor: Actor, clue: Clue | None, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "key": uuid.uuid4(),
            **self.suggestions(clue),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.clue = clue
        for field in self.fields.values():
            if isinstance(field, MatterChoice):
                field.offer(actor)
            elif isinstance(field, DepartmentChoice | DepartmentsChoice):
                field.queryset = selectors.other_departments(actor)

    def suggestions(self, clue: Clue | None) -> dict[str, Any]:
        """What stands in the form beforehand, from the clue."""
        if clue is None:
            return {}
        return {"title": clue.title, "facts": clue.content, "matter": clue.matter_id}


class StepForm(forms.Form):
    """A form of one act on a procedure; it knows the procedure and the person."""

    def __init__(self, actor: Actor, procedure: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.suggestions(procedure), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.procedure = procedure
        self.prepare(procedure)

    def suggestions(self, procedure: Any) -> dict[str, Any]:
        """What stands in the form beforehand."""
        return {}

    def prepare(self, procedure: Any) -> None:
        """Fill in the choices that depend on the procedure."""


class ProcedureFilter(django_filters.FilterSet):
    """The filter bar of a list of procedures; subclasses give states and groups."""

    groups: ClassVar[tuple[selectors.Group, ...]] = ()
    q = django_filters.CharFilter(method="search", label="标题或编号", max_length=100)
    own = django_filters.BooleanFilter(
        method="waiting_here", label="只看待本部门办理", widget=forms.CheckboxInput
    )
    overdue = django_filters.BooleanFilter(
        method="late", label="只看逾期", widget=forms.CheckboxInput
    )

    @classmethod
    def get_filters(cls) -> Any:
        """The ticks come last in the bar, after the choices of the subclass."""
        filters = super().get_filters()
        for name in ("own", "overdue"):
            filters.move_to_end(name)
        return filters

    def search(self, found: QuerySet[Procedure], name: str, value: str) -> QuerySet[Procedure]:
        return selectors.matching(found, value)

    def in_group(self, found: QuerySet[Procedure], name: str, value: str) -> QuerySet[Procedure]:
        states = next((group.states for group in self.groups if group.code == value), ())
        return found.filter(state__in=states)

    def waiting_here(
        self, found: QuerySet[Procedure], name: str, value: bool | None
    ) -> QuerySet[Procedure]:
        if not value or self.request is None:
            return found
        return selectors.at_own_department(found, actor_of(self.request))

    def late(
        self, found: QuerySet[Procedure], name: str, value: bool | None
    ) -> QuerySet[Procedure]:
        return selectors.overdue(found) if value else found


def group_filter(groups: tuple[selectors.Group, ...]) -> django_filters.ChoiceFilter:
    """The choice of a group of states."""
    return django_filters.ChoiceFilter(
        method="in_group",
        label="进展",
        empty_label="全部",
        choices=[(group.code, group.label) for group in groups],
    )
