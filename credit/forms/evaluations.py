"""The filters of evaluations and of their results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F, QuerySet

from credit.models import Evaluation, Subject
from credit.services.outcomes import NEW
from matters.selectors import category_names

_ALL = ("", "全部")


class EvaluationFilter(forms.Form):
    """Which runs are listed; those after single records only when asked for."""

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "动态评价以外"), *Evaluation.Kind.choices]
    )

    def narrow(self, found: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
        self.is_valid()
        if kind := self.cleaned_data.get("kind"):
            return found.filter(kind=kind)
        return found.exclude(kind=Evaluation.Kind.EVENT)


class ResultFilter(forms.Form):
    """Which results of a run are listed."""

    changed = forms.BooleanField(label="只看等级变化的", required=False)
    before = forms.ChoiceField(label="原等级", required=False)
    grade = forms.ChoiceField(
        label="本次等级", required=False, choices=[_ALL, *Subject.Grade.choices]
    )
    veto = forms.BooleanField(label="只看一票否决的", required=False)
    category = forms.ChoiceField(label="类别", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = category_names()
        self.fields["before"].choices = [_ALL, *Subject.Grade.choices, (NEW, "未评价")]  # type: ignore[attr-defined]
        self.fields["category"].choices = [_ALL, *self.categories.items()]  # type: ignore[attr-defined]

    def narrow(self, found: QuerySet[Any]) -> QuerySet[Any]:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "changed" in given:
            found = found.exclude(before=NEW).exclude(before=F("grade"))
        if "veto" in given:
            found = found.filter(veto__isnull=False)
        if "category" in given:
            found = found.filter(subject__categories__contains=[given["category"]])
        return found.filter(**{n: given[n] for n in ("before", "grade") if n in given})
