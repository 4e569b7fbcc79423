"""Forms of objections and credit repairs: taking one in, answering it, the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from credit.models import Petition, PetitionItem, Subject
from credit.services.petition_items import Candidate
from credit.services.petitions import DOCUMENT, PROOF, Answer, PetitionInput
from departments.models import Department
from records.evidence import MOST_FILES
from records.middleware import actor_of


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files."""

    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"accept": "image/*,application/pdf", "multiple": True})
        super().__init__(widget=widget, help_text="照片或 PDF，每个不超过 20 MB。", **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = [super(FilesField, self).clean(each, initial) for each in data or (None,)]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多上传 {MOST_FILES} 个文件。")
        return [file for file in files if file]


class PetitionForm(forms.Form):
    """What a subject asks, about which things, with its papers."""

    refusal_fields: ClassVar = {"subject": "", "kind": ""}

    items = forms.MultipleChoiceField(
        label="所针对的内容",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择所针对的内容。"},
    )
    reason = forms.CharField(
        label="申请事由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    applicant = forms.CharField(label="申请人", max_length=60)
    contact = forms.CharField(label="联系方式", max_length=60)
    documents = FilesField()
    proofs = FilesField(required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        kind: str,
        subject: Subject,
        offered: Sequence[Candidate],
        departments: Mapping[int, Department],
        *args: Any,
        papers_there: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = Petition.Kind(kind)
        fields: dict[str, Any] = self.fields
        fields["items"].choices = [
            (each.value, _words(self.kind, subject, each, departments)) for each in offered
        ]
        fields["items"].help_text = "一件申请针对同一部门核查的内容；由不同部门核查的分别登记。"
        fields["documents"].label = DOCUMENT[self.kind]
        fields["proofs"].label = PROOF[self.kind]
        fields["proofs"].required = self.kind == Petition.Kind.REPAIR
        if papers_there:
            for name in ("documents", "proofs"):
                fields[name].required = False
                fields[name].label = f"补充{fields[name].label}"
        fields["reason"].help_text = (
            "写明怎样纠正失信行为、履行法定责任义务。"
            if self.kind == Petition.Kind.REPAIR
            else "写明哪里与事实不符，或者为什么已经失效。"
        )

    def said(self) -> PetitionInput:
        """What the valid form says."""
        values = self.cleaned_data
        return PetitionInput(
            self.kind.value,
            values["applicant"],
            values["contact"],
            values["reason"],
            values["items"],
        )


def _words(
    kind: str, subject: Subject, each: Candidate, departments: Mapping[int, Department]
) -> str:
    words = f"{subject.masked(each.title)}（{departments[each.verifier_id].name}核查）"
    if kind != Petition.Kind.REPAIR:
        return words
    if each.obstacle:
        return f"{words}：{each.obstacle}"
    return f"{words}：{each.repairable_from} 起可以申请修复" if each.repairable_from else words


class AnswerForm(forms.Form):
    """What was found of each thing that a petition names."""

    refusal_fields: ClassVar = {"items": ""}

    finding = forms.CharField(
        label="核查意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    files = FilesField(label="核查材料", required=False)

    def __init__(self, petition: Petition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(petition.items.all())
        self.fields["finding"].initial = petition.finding
        answers = PetitionItem.ANSWERS[petition.kind]
        choices = [(code, PetitionItem.Outcome(code).label) for code in answers]
        for item in self.items:
            self.fields[f"outcome-{item.pk}"] = forms.ChoiceField(
                label="核查结果", choices=[("", "请选择"), *choices], initial=item.outcome
            )
            self.fields[f"note-{item.pk}"] = forms.CharField(
                label="说明", required=False, max_length=300, initial=item.note
            )

    def answers(self) -> dict[int, Answer]:
        """What the valid form says of each thing."""
        values = self.cleaned_data
        return {
            item.pk: Answer(values[f"outcome-{item.pk}"], values[f"note-{item.pk}"])
            for item in self.items
        }

    @property
    def lines(self) -> list[tuple[PetitionItem, forms.BoundField, forms.BoundField]]:
        """Each thing with its two fields."""
        return [(item, self[f"outcome-{item.pk}"], self[f"note-{item.pk}"]) for item in self.items]


class PetitionFilter(django_filters.FilterSet):
    """The filters of the list, shared by page, export and API."""

    q = django_filters.CharFilter(label="监管对象", method="matching", max_length=60)
    kind = django_filters.ChoiceFilter(
        label="种类", choices=Petition.Kind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=Petition.State.choices, empty_label="全部"
    )
    outcome = django_filters.ChoiceFilter(
        label="结果", choices=Petition.Outcome.choices, empty_label="全部"
    )
    department = django_filters.ModelChoiceFilter(
        label="受理部门", queryset=Department.objects.none(), empty_label="全部"
    )
    verifier = django_filters.ModelChoiceFilter(
        label="核查部门", queryset=Department.objects.none(), empty_label="全部"
    )
    turn = django_filters.BooleanFilter(
        label="待本部门办理", method="waiting", widget=forms.CheckboxInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = actor_of(self.request).region_code if self.request else ""
        here = Department.objects.within(code) if code else Department.objects.none()
        filters: dict[str, Any] = self.filters
        filters["department"].queryset = filters["verifier"].queryset = here

    def matching(self, queryset: QuerySet[Petition], name: str, value: str) -> QuerySet[Petition]:
        return queryset.filter(subject__name__contains=value.strip())

    def waiting(self, queryset: QuerySet[Petition], name: str, value: bool) -> QuerySet[Petition]:
        if not value or self.request is None:
            return queryset
        return queryset.filter(holder_id=actor_of(self.request).department_id)
