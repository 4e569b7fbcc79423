"""What the system administrator fills in about clients and keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from departments.models import Region
from supervision.gateway.models import GatewayClient, GatewayKey, Scope
from supervision.gateway.services.clients import ClientInput

MOST_CALLS = 60_000
LONGEST_REASON = 300


class ClientForm(forms.Form):
    """A client as it stands or is to be."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    name = forms.CharField(
        label="名称", max_length=40, help_text="写入留痕，如“省‘互联网+监管’平台”。"
    )
    contact = forms.CharField(label="联系人和电话", max_length=100)
    scopes = forms.MultipleChoiceField(
        label="权限范围", choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        label="允许的网段",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个，如 10.1.2.0/24；不填则不限来源。",
    )
    calls_per_minute = forms.IntegerField(
        label="每分钟调用次数", min_value=1, max_value=MOST_CALLS, initial=300
    )
    reason = forms.CharField(label="理由", max_length=LONGEST_REASON)

    @classmethod
    def of(cls, client: GatewayClient) -> ClientForm:
        """The form filled with what holds."""
        names = ("name", "contact", "scopes", "calls_per_minute")
        values = {name: getattr(client, name) for name in names}
        return cls(initial=values | {"networks": "\n".join(client.networks)})

    def given(self) -> ClientInput:
        """The client as filled in."""
        values = self.cleaned_data
        return ClientInput(
            name=values["name"],
            contact=values["contact"],
            scopes=values["scopes"],
            networks=values["networks"].split(),
            calls_per_minute=values["calls_per_minute"],
        )


class NewClientForm(ClientForm):
    """A client to be registered, for one region."""

    region = forms.ModelChoiceField(
        label="区划",
        queryset=Region.objects.none(),
        help_text="只收取和提供本区划的数据。",
    )
    field_order = ("name", "region")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.exclude(  # type: ignore[attr-defined]
            level=Region.Level.TOWNSHIP
        )


class ReplaceKeyForm(forms.Form):
    """Why a key is made; ``key_id`` was given when the page was opened."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    key_id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    reason = forms.CharField(label="理由", max_length=LONGEST_REASON)


class IssueKeyForm(ReplaceKeyForm):
    """A first or further key."""

    algorithm = forms.ChoiceField(label="签名算法", choices=GatewayKey.Algorithm.choices)
    field_order = ("algorithm", "reason")
