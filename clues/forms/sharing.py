"""Filters and forms of information sharing; the services decide."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from clues.forms.files import files_field
from clues.models import Clue, SharedRecord, SharingEntry, SharingRequest
from clues.selectors import sharing as selectors
from clues.services.sharing import adapters, events
from clues.services.sharing.catalogue import EntryInput
from departments.models import Department
from records import clock
from records.actor import Actor
from records.middleware import actor_of

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _Filter(django_filters.FilterSet):
    """A filter bar that knows who asks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor: Actor | None = actor_of(self.request) if self.request is not None else None
        if self.actor is not None and "provider" in self.filters:
            self.filters["provider"].queryset = selectors.providers(self.actor)

    def _own(self) -> int | None:
        return self.actor.department_id if self.actor else None


class EntryFilter(_Filter):
    """Text, category, provider, way and state of the catalogue; those in force unless asked."""

    q = django_filters.CharFilter(label="名称、内容或编号", method="matching", max_length=60)
    category = django_filters.ChoiceFilter(
        label="信息类别", choices=SharingEntry.Category.choices, empty_label="全部"
    )
    provider = django_filters.ModelChoiceFilter(
        label="提供部门", queryset=Department.objects.none(), empty_label="全部"
    )
    way = django_filters.ChoiceFilter(
        label="共享方式", choices=SharingEntry.Way.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=SharingEntry.State.choices, empty_label="全部"
    )

    class Meta:
        model = SharingEntry
        fields: ClassVar[list[str]] = []

    def matching(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(
            Q(title__icontains=value) | Q(content__icontains=value) | Q(number__istartswith=value)
        )


class RecordFilter(_Filter):
    """Text, provider, category, timing, direction and the day the information was made."""

    q = django_filters.CharFilter(label="标题", field_name="title", lookup_expr="icontains")
    direction = django_filters.ChoiceFilter(
        label="方向",
        method="going",
        choices=[("given", "本部门提供"), ("received", "本部门接收"), ("unread", "待本部门阅收")],
        empty_label="全部",
    )
    timing = django_filters.ChoiceFilter(
        label="时限情况", choices=list(selectors.TIMINGS.items()), empty_label="全部"
    )
    category = django_filters.ChoiceFilter(
        label="信息类别",
        field_name="entry__category",
        choices=SharingEntry.Category.choices,
        empty_label="全部",
    )
    provider = django_filters.ModelChoiceFilter(
        label="提供部门", queryset=Department.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(
        label="形成日期自", field_name="event_on", lookup_expr="gte", widget=_DAY
    )
    until = django_filters.DateFilter(
        label="至", field_name="event_on", lookup_expr="lte", widget=_DAY
    )

    class Meta:
        model = SharedRecord
        fields: ClassVar[list[str]] = []

    def going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "given":
            return rows.filter(provider_id=self._own())
        received = rows.filter(receipts__department_id=self._own())
        if value == "unread":
            return rows.filter(receipts__department_id=self._own(), receipts__read_at=None)
        return received


class StatisticsFilter(_Filter):
    """The period and the category that the statistics cover."""

    since = django_filters.DateFilter(
        label="形成日期自", field_name="event_on", lookup_expr="gte", widget=_DAY
    )
    until = django_filters.DateFilter(
        label="至", field_name="event_on", lookup_expr="lte", widget=_DAY
    )
    category = django_filters.ChoiceFilter(
        label="信息类别",
        field_name="entry__category",
        choices=SharingEntry.Category.choices,
        empty_label="全部",
    )

    class Meta:
        model = SharedRecord
        fields: ClassVar[list[str]] = []


class RequestFilter(_Filter):
    """Text, state and direction of requests."""

    q = django_filters.CharFilter(label="所需信息", field_name="title", lookup_expr="icontains")
    direction = django_filters.ChoiceFilter(
        label="方向",
        method="going",
        choices=[("sent", "本部门申请"), ("asked", "向本部门申请")],
        empty_label="全部",
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=SharingRequest.State.choices, empty_label="全部"
    )

    class Meta:
        model = SharingRequest
        fields: ClassVar[list[str]] = []

    def going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        side = "requester_id" if value == "sent" else "provider_id"
        return rows.filter(**{side: self._own()})


class EntryForm(forms.Form):
    """One version of a catalogue entry."""

    category = forms.ChoiceField(label="信息类别", choices=SharingEntry.Category.choices)
    title = forms.CharField(label="信息名称", max_length=100)
    content = forms.CharField(
        label="信息内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明包含哪些字段。",
    )
    for_all = forms.BooleanField(label="本地区全部部门", required=False)
    receivers = forms.ModelMultipleChoiceField(
        label="接收部门",
        required=False,
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="没有选全部部门的，逐个选择。",
    )
    way = forms.ChoiceField(label="共享方式", choices=SharingEntry.Way.choices)
    adapter = forms.ChoiceField(
        label="基础库",
        required=False,
        choices=[("", "不适用"), *adapters.CHOICES],
        help_text="通过基础库接口共享的才选。",
    )
    procedure = forms.CharField(
        label="共享程序", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    limit_days = forms.IntegerField(label="共享期限（工作日）", initial=5, min_value=1)
    frequency = forms.ChoiceField(label="共享频率", choices=SharingEntry.Frequency.choices)
    secrecy = forms.ChoiceField(
        label="使用限制", choices=SharingEntry.Secrecy.choices, initial="internal"
    )
    signed_by_head = forms.BooleanField(
        label="由负责人签发共享",
        required=False,
        help_text="不选的由经办人推送；以函件共享的一律由负责人签发。",
    )
    opens_on = forms.ChoiceField(
        label="自动登记",
        required=False,
        choices=[("", "不自动登记"), *events.CHOICES],
        help_text="平台上发生该事项时自动登记一条待共享信息。",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = selectors.others(actor)
        self.fields["receivers"].queryset = others  # type: ignore[attr-defined]

    def given(self) -> EntryInput:
        """What was filled in, for the service."""
        data = dict(self.cleaned_data)
        data["receivers"] = tuple(department.pk for department in data["receivers"])
        return EntryInput(**data)

    @staticmethod
    def initial_of(entry: SharingEntry) -> dict[str, Any]:
        """An entry as the form shows it."""
        names = [name for name in EntryInput.__dataclass_fields__ if name != "receivers"]
        values = {name: getattr(entry, name) for name in names}
        return {**values, "receivers": list(entry.receivers.all())}


class RecordForm(forms.Form):
    """Registering what is to be shared."""

    refusal_fields: ClassVar[dict[str, str]] = {"clue_id": "clue"}

    entry = forms.ModelChoiceField(
        label="共享目录", queryset=SharingEntry.objects.none(), empty_label="请选择"
    )
    title = forms.CharField(label="标题", max_length=100)
    content = forms.CharField(
        label="内容", max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    event_on = forms.DateField(
        label="形成或者收到日期",
        widget=_DAY,
        help_text="共享期限从次日起算。",
    )
    clue = forms.CharField(
        label="线索编号", required=False, max_length=40, help_text="由线索产生的填写。"
    )
    files = files_field("附件")  # type: ignore[assignment]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        self.fields["entry"].queryset = selectors.registrable(actor)  # type: ignore[attr-defined]
        self.fields["event_on"].initial = clock.today

    def clean_clue(self) -> Clue | None:
        """The clue with the number, among those the person knows of."""
        number = self.cleaned_data["clue"].strip()
        if not number:
            return None
        clue: Clue | None = Clue.objects.visible_to(self._actor).filter(number=number).first()
        if clue is None:
            raise forms.ValidationError("没有找到这条线索。")
        return clue


class CompleteForm(forms.Form):
    """Putting the content of a record right before it is shared."""

    content = forms.CharField(
        label="内容", max_length=5000, widget=forms.Textarea(attrs={"rows": 8})
    )
    files = files_field("补充附件")  # type: ignore[assignment]


class RequestForm(forms.Form):
    """Asking another department for information."""

    provider = forms.ModelChoiceField(
        label="向哪个部门申请", queryset=Department.objects.none(), empty_label="请选择"
    )
    title = forms.CharField(label="所需信息", max_length=100)
    purpose = forms.CharField(label="用途", max_length=300)
    basis = forms.CharField(
        label="依据", max_length=300, help_text="法律法规、文件或者办理的案件。"
    )
    content = forms.CharField(
        label="具体要求", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = selectors.others(actor)
        self.fields["provider"].queryset = others  # type: ignore[attr-defined]


class ProposeForm(forms.Form):
    """The answer to a request, for the head to sign."""

    grants = forms.TypedChoiceField(
        label="答复意见",
        choices=[("yes", "同意提供"), ("no", "不予提供")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="答复",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不予提供的写明理由。",
    )
    content = forms.CharField(
        label="提供的信息",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="同意提供的填写；负责人签发后对方才能看到。",
    )
    files = files_field("附件")  # type: ignore[assignment]
