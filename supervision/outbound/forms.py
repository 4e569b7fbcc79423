"""What the administrator fills in about a link, and the filters of the acts."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from departments.models import Department, Region
from records.actor import Actor
from records.outbox_names import TARGETS
from supervision.outbound.models import ActReport, OutboundLink
from supervision.outbound.rules import LONGEST_WAIT
from supervision.outbound.selectors import STATUSES
from supervision.outbound.services.links import LinkInput

_REASON = 300
_DATE = forms.DateInput(attrs={"type": "date"})


class LinkForm(forms.Form):
    """A link as it stands or is to be; its secret is never filled in."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    url = forms.CharField(label="接收地址", max_length=500)
    credential = forms.ChoiceField(label="身份凭证", choices=OutboundLink.Credential.choices)
    key_id = forms.CharField(
        label="密钥编号", required=False, max_length=100, help_text="签名用，由对方签发。"
    )
    secret = forms.CharField(
        label="密钥或令牌",
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="保存后不再显示。不更换就留空；更换接收地址的主机或凭证方式后要重新填写。",
    )
    connect_seconds = forms.IntegerField(
        label="连接时限（秒）", min_value=1, max_value=LONGEST_WAIT, initial=5
    )
    answer_seconds = forms.IntegerField(
        label="应答时限（秒）", min_value=1, max_value=LONGEST_WAIT, initial=10
    )
    reason = forms.CharField(label="理由", max_length=_REASON)

    @classmethod
    def of(cls, link: OutboundLink) -> LinkForm:
        """The form filled with what holds."""
        names = ("url", "credential", "key_id", "connect_seconds", "answer_seconds")
        return cls(initial={name: getattr(link, name) for name in names})

    def given(self) -> LinkInput:
        """The link as filled in."""
        values = {name: self.cleaned_data[name] for name in LinkInput.__annotations__}
        return LinkInput(**values)


class NewLinkForm(LinkForm):
    """A link to be set up."""

    target = forms.ChoiceField(label="接收系统", choices=tuple(TARGETS.items()))
    region = forms.ModelChoiceField(
        label="区划",
        queryset=Region.objects.none(),
        help_text="用于本区划及其下级；下级另有对接的，用下级的。",
    )
    field_order = ("target", "region")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.exclude(  # type: ignore[attr-defined]
            level=Region.Level.TOWNSHIP
        )


class ActFilter(forms.Form):
    """The filters of the acts; an invalid value narrows nothing."""

    kind = forms.ChoiceField(label="行为类别", required=False, choices=ActReport.Kind.choices)
    status = forms.ChoiceField(
        label="报送情况", required=False, choices=[("", "全部"), *STATUSES.items()]
    )
    department = forms.ModelChoiceField(
        label="实施机关",
        required=False,
        queryset=Department.objects.none(),
        empty_label="全部",
    )
    since = forms.DateField(label="自", required=False, widget=_DATE)
    until = forms.DateField(label="至", required=False, widget=_DATE)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = (  # type: ignore[attr-defined]
            Department.objects.within(actor.region_code).filter(enforces=True)
        )
        self.is_valid()

    @property
    def chosen_kind(self) -> str:
        """The kind of acts that is listed."""
        return self._value("kind") or ActReport.Kind.CHECK.value

    def narrow(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """The acts that match what was filled in, the status apart."""
        day, department = {
            ActReport.Kind.PENALTY: ("decided_on", "department"),
            ActReport.Kind.MEASURE: ("carried_out_at__date", "department"),
        }.get(ActReport.Kind(self.chosen_kind), ("part__submitted_at__date", "part__department"))
        names = {"department": department, "since": f"{day}__gte", "until": f"{day}__lte"}
        values = {name: self._value(key) for key, name in names.items()}
        return found.filter(**{name: value for name, value in values.items() if value})

    def narrow_status(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Those with the status that was chosen."""
        status = self._value("status")
        return found.filter(report_status=status) if status else found

    def _value(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name)
