"""Entering and changing an inspector by hand, and recusals."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from credit.validation import fingerprint, normalise_identifier
from departments.models import User
from departments.roles import Role
from inspections.acts.directory import keeps_inspectors_of
from inspections.models import Inspector
from inspections.services.directory import Scope, as_input
from inspections.validation import LICENCE_LENGTH, NAME_LENGTH, InspectorInput
from records.actor import Actor

_SEPARATORS = re.compile(r"[\u3001\uff0c\uff1b,;\s]+")


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class InspectorForm(forms.Form):
    """All facts of an inspector; the licence number is asked for when the entry is new."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    licence = forms.CharField(label="执法证号", max_length=LICENCE_LENGTH)
    name = forms.CharField(label="姓名", max_length=NAME_LENGTH)
    department = forms.TypedChoiceField(
        label="所属部门", coerce=int, help_text="只列出具有行政执法资格的部门。"
    )
    valid_from = forms.DateField(label="证件有效期起", widget=_Day())
    valid_until = forms.DateField(label="证件有效期止", widget=_Day())
    specialities = forms.CharField(
        label="专业",
        required=False,
        max_length=200,
        help_text="多项用顿号分隔，如 食品、特种设备。",
    )
    townships = forms.MultipleChoiceField(
        label="负责乡镇街道",
        required=False,
        help_text="一个都不选表示全区。",
        widget=forms.CheckboxSelectMultiple,
    )
    user = forms.TypedChoiceField(
        label="账号",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="在手机上检查时使用的账号，须是本部门的执法检查人员账号。",
    )
    reason = forms.CharField(label="修改理由", max_length=200)

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        scope: Scope,
        inspector: Inspector | None = None,
        **kwargs: Any,
    ) -> None:
        if inspector is not None:
            kwargs["initial"] = _initial(inspector)
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            (pk, sender.name)
            for pk, sender in scope.senders.items()
            if sender.enforces and keeps_inspectors_of(actor, pk, scope.region.code)
        ]
        self.fields["townships"].choices = list(scope.townships.items())  # type: ignore[attr-defined]
        if inspector is None:
            del self.fields["user"]
            self.fields["reason"].label = "新增理由"
        else:
            del self.fields["licence"]
            self.fields["user"].choices = [  # type: ignore[attr-defined]
                ("", "未关联"),
                *_accounts(inspector),
            ]

    def clean_specialities(self) -> tuple[str, ...]:
        words = _SEPARATORS.split(self.cleaned_data["specialities"])
        return tuple(dict.fromkeys(word for word in words if word))

    def clean_townships(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["townships"])

    def entry(self) -> InspectorInput:
        """A new entry as filled in."""
        values = self.cleaned_data
        return InspectorInput(
            licence=normalise_identifier(values["licence"]),
            name=values["name"],
            department_id=values["department"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
            specialities=values["specialities"],
            townships=values["townships"],
        )

    def changed_values(self) -> dict[str, Any]:
        """What was changed in this form, for ``update_inspector``."""
        names = {"department": "department_id", "user": "user_id"}
        wanted = (
            "name",
            "department",
            "valid_from",
            "valid_until",
            "specialities",
            "townships",
            "user",
        )
        changed = set(self.changed_data)
        return {
            names.get(name, name): self.cleaned_data[name] for name in wanted if name in changed
        }


class RecusalForm(forms.Form):
    """A chosen subject and why the inspector must not check it."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    subject = forms.IntegerField(error_messages={"required": "请先查找并选择监管对象。"})
    reason = forms.CharField(label="回避事由", max_length=200, help_text="如：近亲属在该单位任职。")


def _accounts(inspector: Inspector) -> list[tuple[int, str]]:
    free = Q(
        department_id=inspector.department_id,
        roles__contains=[Role.INSPECTOR],
        is_active=True,
        inspector=None,
    )
    users = User.objects.filter(free | Q(pk=inspector.user_id)).order_by("username")
    return [(user.pk, f"{user.name}（{user.username}）") for user in users]


def _initial(inspector: Inspector) -> dict[str, Any]:
    entry = as_input(inspector)
    days: dict[str, dt.date] = {
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
    }
    return {
        "name": entry.name,
        "department": entry.department_id,
        "specialities": "、".join(entry.specialities),
        "townships": list(entry.townships),
        "user": inspector.user_id or "",
        "seen": fingerprint(entry),
        **days,
    }
