"""The body of a bulk write to the subjects' directory by another system."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from credit.models import Subject
from credit.services.directory import faults
from credit.validation import (
    ADDRESS_LENGTH,
    IDENTIFIER_LENGTH,
    NAME_LENGTH,
    SubjectInput,
    normalise_identifier,
)
from matters.models import SubjectCategory
from records.actor import Actor

MOST_ROWS = 1_000


class SubjectRowSerializer(serializers.Serializer[Any]):
    """One entry; what it leaves out is empty."""

    id_kind = serializers.ChoiceField(choices=SubjectCategory.IdKind.choices, help_text="标识类型")
    identifier = serializers.CharField(
        max_length=IDENTIFIER_LENGTH + 20, help_text="统一社会信用代码或其他标识"
    )
    name = serializers.CharField(max_length=NAME_LENGTH, help_text="名称")
    categories = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=50,
        help_text="对象类别代码，主要类别在前",
    )
    grade = serializers.ChoiceField(
        choices=Subject.Grade.choices,
        help_text="信用风险等级；已在名录中的须与现等级相同，由信用评价得出的任何人不能改变",
    )
    status = serializers.ChoiceField(
        choices=Subject.ENTERED, default=Subject.Status.OPEN, help_text="状态"
    )
    industry_class = serializers.CharField(
        max_length=6, default="", allow_blank=True, help_text="行业代码（GB/T 4754）"
    )
    address = serializers.CharField(
        max_length=ADDRESS_LENGTH, default="", allow_blank=True, help_text="地址"
    )
    township = serializers.CharField(
        max_length=12, default="", allow_blank=True, help_text="乡镇街道代码"
    )


class UpsertSerializer(serializers.Serializer[Any]):
    """All rows are written or none; ``source`` stands in the history of every field changed."""

    subjects = SubjectRowSerializer(many=True, max_length=MOST_ROWS, help_text="监管对象，逐行")
    source = serializers.CharField(
        max_length=80, help_text="数据来源，写入变更历史，如“市场主体登记系统”"
    )

    def entries(self) -> list[SubjectInput]:
        """The rows as the directory takes them."""
        return [_entry(row) for row in self.validated_data["subjects"]]


class AliasSerializer(serializers.Serializer[Any]):
    """An identifier of a subject that was merged into another."""

    identifier = serializers.CharField(
        source="shown_identifier", help_text="所送标识，其对象已并入其他对象"
    )
    merged_into = serializers.IntegerField(
        source="survivor.pk", help_text="并入的监管对象编号，内容写入该对象"
    )
    merged_into_identifier = serializers.CharField(
        source="survivor.shown_identifier", help_text="并入的监管对象标识"
    )


class UpsertedSerializer(serializers.Serializer[Any]):
    """What became of the rows."""

    created = serializers.IntegerField(help_text="新增条数")
    updated = serializers.IntegerField(help_text="更新条数")
    unchanged = serializers.IntegerField(help_text="无变化条数")
    aliases = AliasSerializer(many=True, help_text="标识已并入其他对象的各条，没有的为空")


def ensure_faultless(actor: Actor, rows: list[SubjectInput]) -> None:
    """Raise ``ValidationError`` that names every row and field at fault, the first row being 0."""
    found: dict[int, dict[str, list[str]]] = {}
    for number, fault in faults(actor, rows):
        found.setdefault(number, {}).setdefault(fault.field, []).append(fault.message)
    if found:
        raise serializers.ValidationError(
            {f"subjects[{number}]": fields for number, fields in found.items()}
        )


def _entry(row: dict[str, Any]) -> SubjectInput:
    return SubjectInput(
        id_kind=row["id_kind"],
        identifier=normalise_identifier(row["identifier"]),
        name=row["name"],
        categories=tuple(row["categories"]),
        grade=row["grade"],
        status=row["status"],
        industry_class=row["industry_class"],
        address=row["address"],
        township_code=row["township"],
    )
