"""What REST calls send to begin a hand-over, a dispute, a refusal or a joint verification."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clues.models import CrimeHandover, Dispute
from departments.models import Department
from records.api_files import UploadIdsField

_LARGEST_ID = 2**63 - 1
_MOST = 20


def _id(label: str, **kwargs: Any) -> serializers.IntegerField:
    """A key; the services refuse what the caller must not name."""
    return serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text=label, **kwargs)


class _Ids(serializers.ListField):
    """Some keys."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        child = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID)
        super().__init__(child=child, max_length=_MOST, help_text=label, **kwargs)


def _words(label: str, most: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=most, help_text=label, **kwargs)


class _BeginInput(serializers.Serializer[Any]):
    """What every beginning of a procedure takes."""

    client_key = serializers.UUIDField(
        required=False, help_text="发送编号；同一人重复发送返回已建立的案件"
    )
    title = _words("标题", 100)
    facts = _words("情况", 5000)
    clue = _id("所据线索", required=False)


class CrimeInput(_BeginInput):
    """A suspected crime to verify, or a case that the police hand over for a penalty."""

    direction = serializers.ChoiceField(
        choices=CrimeHandover.Direction.choices,
        default=CrimeHandover.Direction.TO_POLICE,
        help_text="方向：移送公安机关，或者公安机关移送行政处理",
    )
    suspect = _words("当事人", 120)
    officers = _Ids("专案组成员的用户编号（移送公安机关）", default=list)
    department = _id("行政执法机关（移送行政处理）", required=False)
    files = UploadIdsField(help_text="案件材料（移送行政处理）：预先上传的文件编号")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        back = given["direction"] == CrimeHandover.Direction.TO_DEPARTMENT
        if back and "department" not in given:
            raise serializers.ValidationError({"department": "请填写行政执法机关。"})
        return given


class DisputeInput(_BeginInput):
    """A dispute to be raised."""

    about = serializers.ChoiceField(choices=Dispute.About.choices, help_text="争议类别")
    departments = _Ids("争议的其他部门")
    matter = _id("监管事项", required=False)


class RefusalInput(_BeginInput):
    """The written advice to a department that does not do its duty."""

    addressee = _id("被建议部门")
    basis = _words("履职依据", 300)
    advice = _words("履职建议", 5000)
    matter = _id("监管事项", required=False)
    files = UploadIdsField(help_text="未履职情况材料：预先上传的文件编号")


class PartInput(serializers.Serializer[Any]):
    """What one department is to verify."""

    department = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.filter(is_active=True).select_related("region"),
        help_text="核查部门",
    )
    task = _words("核查内容", 1000)
    days = serializers.IntegerField(min_value=1, max_value=365, help_text="核查期限，工作日")


class JointInput(serializers.Serializer[Any]):
    """A joint verification to be signed by the head of the lead department."""

    clue = _id("线索")
    purpose = _words("核查要求", 2000)
    parts = PartInput(many=True, help_text="核查分工")
