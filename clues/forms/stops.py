"""Filters of inbox, outbox and the board's rows, and the forms of acts on stops."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from clues.models import Stop
from clues.selectors.stops import colleagues
from departments.models import Department, Region, User
from records.actor import Actor
from records.deadline_levels import LEVELS

_ALL = [("", "全部")]


class StopFilter(forms.Form):
    """The filters of a list of stops; an invalid value narrows nothing.

    The level is chosen by the tabs above the list, which count what the other filters leave.
    """

    about = forms.CharField(label="事由", required=False, max_length=60)
    kind = forms.ChoiceField(label="类别", required=False, choices=[*_ALL, *Stop.KINDS.items()])
    level = forms.ChoiceField(required=False, choices=[*_ALL, *LEVELS.items()])

    def __init__(self, actor: Actor, stops: QuerySet[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.stops = stops
        self.fields["level"].widget = forms.HiddenInput()
        self._offer()
        self.is_valid()

    def _offer(self) -> None:
        """Fill the choices that depend on the rows."""

    def narrowed(self) -> QuerySet[Any]:
        """The stops that match what was filled in, of every level."""
        chosen = self.cleaned_data
        stops = self.stops
        if about := chosen.get("about"):
            stops = stops.filter(about__contains=about)
        if kind := chosen.get("kind"):
            stops = stops.filter(kind=kind)
        return stops

    @property
    def chosen_level(self) -> str:
        return self.cleaned_data.get("level") or ""

    def of_level(self, stops: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the level that a tab asks for."""
        return stops.filter(level=self.chosen_level) if self.chosen_level else stops

    def _departments(self, field: str) -> QuerySet[Department]:
        ids = self.stops.order_by().values(f"{field}_id")
        return Department.objects.filter(pk__in=ids).order_by("name")


class InboxFilter(StopFilter):
    """Who sent it, and who is responsible."""

    sender = forms.ModelChoiceField(
        label="来自部门", required=False, empty_label="全部", queryset=Department.objects.none()
    )
    person = forms.ChoiceField(
        label="责任人",
        required=False,
        choices=[*_ALL, ("mine", "我负责的"), ("none", "未指定")],
    )

    def _offer(self) -> None:
        self.fields["sender"].queryset = self._departments("sender")  # type: ignore[attr-defined]

    def narrowed(self) -> QuerySet[Any]:
        stops = super().narrowed()
        if sender := self.cleaned_data.get("sender"):
            stops = stops.filter(sender=sender)
        match self.cleaned_data.get("person"):
            case "mine":
                stops = stops.filter(person_id=self.actor.user_id)
            case "none":
                stops = stops.filter(person=None)
        return stops


class OutboxFilter(StopFilter):
    """Who has it now."""

    department = forms.ModelChoiceField(
        label="现在何处", required=False, empty_label="全部", queryset=Department.objects.none()
    )

    def _offer(self) -> None:
        offered = self._departments("department")
        self.fields["department"].queryset = offered  # type: ignore[attr-defined]

    def narrowed(self) -> QuerySet[Any]:
        stops = super().narrowed()
        if department := self.cleaned_data.get("department"):
            stops = stops.filter(department=department)
        return stops


class BoardFilter(OutboxFilter):
    """The rows behind the board's figures."""

    region = forms.ModelChoiceField(
        label="地区", required=False, empty_label="全部", queryset=Region.objects.none()
    )
    waits = forms.CharField(label="等待事项", required=False, max_length=60)
    returned = forms.BooleanField(label="曾被退回", required=False)

    def _offer(self) -> None:
        super()._offer()
        departments = self.fields["department"].queryset  # type: ignore[attr-defined]
        offered = Region.objects.filter(pk__in=departments.order_by().values("region_id"))
        self.fields["region"].queryset = offered.order_by("code")  # type: ignore[attr-defined]
        if len(offered) < 2:
            del self.fields["region"]

    def narrowed(self) -> QuerySet[Any]:
        stops = super().narrowed()
        chosen = self.cleaned_data
        if region := chosen.get("region"):
            stops = stops.filter(department__region=region)
        if waits := chosen.get("waits"):
            stops = stops.filter(waits=waits)
        if chosen.get("returned"):
            stops = stops.filter(clue__times_returned__gt=0)
        return stops


class AssignForm(forms.Form):
    """Who of the own department is responsible from now on."""

    person = forms.ModelChoiceField(label="责任人", queryset=User.objects.none())

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = colleagues(actor)  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda user: user.name  # type: ignore[attr-defined]


class SuperviseForm(forms.Form):
    """What a supervision letter asks for beyond telling where the thing lies."""

    text = forms.CharField(
        label="督办要求",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="停在何处、自何时起、逾期多久由系统写入函中，这里写补充的要求。",
    )
