"""Forms about subjects that stand twice in the directory."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from credit.likeness import REASONS
from credit.models import DuplicatePair, Subject
from credit.models.duplicates import BY_HAND
from credit.models.subject import identified
from credit.services.merging import TAKEABLE
from credit.validation import IDENTIFIER_LENGTH
from records.middleware import actor_of
from records.search import indexed

_MOST_NAMED = 1_000


class DuplicateFilter(django_filters.FilterSet):
    """The filters of the list; without a state those that nobody has decided."""

    q = django_filters.CharFilter(label="名称或标识", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=(("all", "全部"), *DuplicatePair.State.choices),
        method="in_state",
        empty_label="待处理",
    )
    reason = django_filters.ChoiceFilter(
        label="相似之处",
        choices=(*REASONS.items(), (BY_HAND, "人工登记")),
        method="for_reason",
        empty_label="全部",
    )

    def filter_queryset(self, queryset: Any) -> QuerySet[DuplicatePair]:
        found: Any = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.waiting()

    def matching(
        self, queryset: QuerySet[DuplicatePair], name: str, value: str
    ) -> QuerySet[DuplicatePair]:
        if not value.strip():
            return queryset
        known = Subject.objects.visible_to(actor_of(self.request))
        named = known.filter(indexed(Subject, value) | identified(value))
        pks = list(named.order_by("-id").values_list("pk", flat=True)[:_MOST_NAMED])
        return queryset.filter(Q(first__in=pks) | Q(second__in=pks))

    def in_state(
        self, queryset: QuerySet[DuplicatePair], name: str, value: str
    ) -> QuerySet[DuplicatePair]:
        return queryset if value == "all" else queryset.filter(state=value)

    def for_reason(
        self, queryset: QuerySet[DuplicatePair], name: str, value: str
    ) -> QuerySet[DuplicatePair]:
        return queryset.filter(reasons__contains=[value])


class ProposeForm(forms.Form):
    """Which of the two stays, and which facts it has in the end."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    survivor = forms.ChoiceField(label="保留哪一个", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="合并理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="怎样核实两者是同一对象，如核对登记档案、现场核查。",
    )

    def __init__(self, pair: DuplicatePair, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = pair
        sides = ((pair.first_id, "对象一"), (pair.second_id, "对象二"))
        named = [
            (str(subject.pk), f"{label}：{subject.shown_name}（{subject.shown_identifier}）")
            for (_, label), subject in zip(sides, (pair.first, pair.second), strict=True)
        ]
        self.fields["survivor"].choices = named  # type: ignore[attr-defined]
        for name in TAKEABLE:
            self.fields[f"from_{name}"] = forms.ChoiceField(
                label=str(Subject._meta.get_field(name).verbose_name),
                choices=[("", "随保留的对象"), *((str(pk), label) for pk, label in sides)],
                required=False,
            )

    @property
    def stays(self) -> int:
        """The id of the one that stays."""
        return int(self.cleaned_data["survivor"])

    @property
    def taken(self) -> list[str]:
        """The facts chosen from the one that goes."""
        chosen = ((name, self.cleaned_data[f"from_{name}"]) for name in TAKEABLE)
        return [name for name, pk in chosen if pk and int(pk) != self.stays]


class TellForm(forms.Form):
    """Under which identifier a subject stands once more."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    identifier = forms.CharField(label="另一个对象的标识", max_length=IDENTIFIER_LENGTH + 20)
    reason = forms.CharField(label="理由", max_length=300)
