"""What forms share, and the filters of the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from records.errors import Refused
from records.models import TrailEntry


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Show a refusal at the field that it means, or above the form when it has no such field.

    A form whose fields have other names than the service's says so in ``refusal_fields``.
    """
    names: Mapping[str, str] = getattr(form, "refusal_fields", {})
    field = names.get(refusal.field or "", refusal.field or "")
    form.add_error(field if field in form.fields else None, refusal.message)


def typed_day(form: forms.BaseForm, name: str) -> dt.date | None:
    """The day typed into a date field of a form that is not validated yet, for what the form asks
    besides; None when none was typed, or it is no day."""
    field = form.fields[name]
    typed = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    try:
        day: dt.date | None = field.clean(typed)
    except forms.ValidationError:
        return None
    return day


class TrailFilter(forms.Form):
    """The filters of the trail page; an invalid value narrows nothing."""

    who = forms.CharField(label="操作人或部门", required=False, max_length=60)
    label = forms.CharField(label="动作", required=False, max_length=60)
    target = forms.CharField(label="对象", required=False, max_length=100)
    outcome = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), *TrailEntry.Outcome.choices]
    )
    since = forms.DateField(
        label="自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def narrow(self, entries: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of ``records.selectors.visible_trail`` that match what was filled in."""
        self.is_valid()
        values: dict[str, Any] = {k: v for k, v in self.cleaned_data.items() if v}
        if who := values.get("who"):
            entries = entries.filter(actor_name__contains=who) | entries.filter(
                department_name__contains=who
            )
        if label := values.get("label"):
            entries = entries.filter(label__contains=label)
        if target := values.get("target"):
            entries = entries.filter(shown_target__contains=target)
        if outcome := values.get("outcome"):
            entries = entries.filter(outcome=outcome)
        if since := values.get("since"):
            entries = entries.filter(at__date__gte=since)
        if until := values.get("until"):
            entries = entries.filter(at__date__lte=until)
        return entries
