"""The bodies of the calls about compulsory measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from clues.api.named import visible
from clues.models import Clue, CompulsoryMeasure
from clues.rules import measures as rules
from clues.services.measures.begin import MOST_ITEMS, CarriedOut, ItemData, MeasureData
from clues.services.measures.ending import Disposal
from credit.models import Subject
from inspections.models import Inspector
from records import uploads
from records.actor import Actor
from records.api_files import UploadIdsField

_LARGEST_ID = 2**63 - 1
_MOST_OFFICERS = 50


def _id(help_text: str, **kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=_LARGEST_ID, help_text=help_text, **kwargs
    )


class MeasureItemInput(serializers.Serializer[Any]):
    """A line of the list."""

    name = serializers.CharField(max_length=120, help_text="名称；冻结的填写账号")
    quantity = serializers.DecimalField(
        max_digits=15, decimal_places=3, min_value=Decimal("0.001"), help_text="数量或金额"
    )
    unit = serializers.CharField(max_length=20, help_text="单位")
    place = serializers.CharField(max_length=120, help_text="存放地点或金融机构")
    note = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="规格、特征、状况"
    )


class MeasureEditInput(serializers.Serializer[Any]):
    """What is applied for."""

    subject = _id("当事人（监管对象）")
    clue = _id("来源线索", required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(CompulsoryMeasure.Kind.choices, help_text="措施种类")
    term_days = serializers.IntegerField(
        min_value=1,
        max_value=rules.LONGEST_OTHER,
        required=False,
        allow_null=True,
        default=None,
        help_text="期限（天），不填的按法定最长期限",
    )
    reason = serializers.CharField(max_length=2000, help_text="采取措施的理由")
    basis = serializers.CharField(max_length=300, help_text="法律、法规依据")
    items = MeasureItemInput(many=True, max_length=MOST_ITEMS, help_text="清单")
    files = UploadIdsField(help_text="申请材料：预先上传的文件编号")


class MeasureApplicationInput(MeasureEditInput):
    """An application."""

    client_key = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="提交编号，重复提交只申请一次"
    )


class MeasureSpotInput(serializers.Serializer[Any]):
    """How it was done on the spot."""

    at = serializers.DateTimeField(help_text="实施时间")
    place = serializers.CharField(max_length=200, help_text="实施地点；冻结的填写金融机构")
    document = serializers.CharField(max_length=60, help_text="决定书文号")
    officers = serializers.ListField(
        child=_id("执法人员"), max_length=_MOST_OFFICERS, help_text="执法人员，两名以上"
    )
    presence = serializers.ChoiceField(CompulsoryMeasure.Presence.choices, help_text="到场情况")
    signature = serializers.ChoiceField(CompulsoryMeasure.Signature.choices, help_text="笔录签名")
    statement = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, default="", help_text="陈述和申辩"
    )
    steps = serializers.ListField(
        child=serializers.ChoiceField([(code, step.label) for code, step in rules.STEPS.items()]),
        max_length=len(rules.STEPS),
        help_text="已经履行的现场程序",
    )
    record = UploadIdsField(help_text="现场笔录：预先上传的文件编号")
    papers = UploadIdsField(help_text="决定书、清单和现场照片：预先上传的文件编号")


class MeasureCarryOutInput(MeasureSpotInput):
    """The same, with the list as it became on the spot."""

    items = MeasureItemInput(many=True, max_length=MOST_ITEMS, help_text="清单")


class UrgentMeasureInput(MeasureApplicationInput):
    """A measure that was carried out first."""

    carried_out = MeasureSpotInput(help_text="实施情况")


class MeasureExtensionInput(serializers.Serializer[Any]):
    """More time."""

    days = serializers.IntegerField(
        min_value=1, max_value=rules.LONGEST_OTHER, help_text="延长天数"
    )
    reason = serializers.CharField(max_length=500, help_text="延长理由")


class MeasureTestInput(serializers.Serializer[Any]):
    """A test."""

    what = serializers.CharField(max_length=200, help_text="检测事项")
    institution = serializers.CharField(max_length=100, help_text="检测机构")
    days = serializers.IntegerField(
        min_value=1, max_value=rules.LONGEST_TEST, help_text="期间（天）"
    )
    told_on = serializers.DateField(help_text="书面告知当事人日期")


class MeasureItemOutcomeInput(serializers.Serializer[Any]):
    """A line that ends otherwise than the rest."""

    item = _id("清单项")
    outcome = serializers.ChoiceField(CompulsoryMeasure.OUTCOMES, help_text="处理结果")


class MeasureDisposalInput(serializers.Serializer[Any]):
    """How the measure is to end."""

    outcome = serializers.ChoiceField(CompulsoryMeasure.OUTCOMES, help_text="处理结果")
    ground = serializers.ChoiceField(
        CompulsoryMeasure.GROUNDS,
        required=False,
        allow_blank=True,
        default="",
        help_text="解除情形，解除的才填写",
    )
    reason = serializers.CharField(max_length=1000, help_text="处理理由和依据")
    document = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="", help_text="处理决定文号"
    )
    items = MeasureItemOutcomeInput(
        many=True,
        required=False,
        default=list,
        max_length=MOST_ITEMS,
        help_text="与上述处理结果不同的清单项",
    )


class MeasureCloseInput(serializers.Serializer[Any]):
    """What was done."""

    fulfilled_on = serializers.DateField(help_text="执行日期")
    fulfilment = serializers.CharField(max_length=500, help_text="执行情况")
    files = UploadIdsField(help_text="处理决定和凭证：预先上传的文件编号")


def data_of(actor: Actor, given: dict[str, Any]) -> MeasureData:
    """What an application says; raises ``ValidationError`` for what the caller does not see."""
    subject = visible(Subject, actor, given.pop("subject"), "subject")
    clue = visible(Clue, actor, given.pop("clue"), "clue")
    items = [ItemData(**line) for line in given.pop("items")]
    return MeasureData(subject=subject, clue=clue, items=items, **given)


@contextmanager
def carried_out(actor: Actor, given: dict[str, Any]) -> Iterator[CarriedOut]:
    """What is said of the spot, with its files open."""
    officers = Inspector.objects.filter(pk__in=given.pop("officers"))
    lines = given.pop("items", None)
    items = None if lines is None else [ItemData(**line) for line in lines]
    with (
        uploads.opened(actor, given.pop("record")) as record,
        uploads.opened(actor, given.pop("papers")) as papers,
    ):
        yield CarriedOut(
            **given, officers=list(officers), items=items, record=record, papers=papers
        )


def disposal_of(given: dict[str, Any]) -> Disposal:
    """How the call says that the measure is to end."""
    items = {line["item"]: line["outcome"] for line in given.pop("items")}
    return Disposal(**given, items=items)
