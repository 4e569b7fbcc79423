"""The shared bases of the catalogue (J 5), each with an adapter.

A connected adapter reads the base as it stands, at most the region's rows; one that is not
connected says so in words and reads nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from credit.models import Subject
from inspections.models import Publication
from matters.models import SubjectCategory

_UNCONNECTED = (
    "尚未接入：取得基础库主管单位的接口授权和地址后由系统管理员接入，在此之前不提供数据。"
)


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One shared base. ``columns`` are key and heading of what a row shows; ``rows`` gives the
    region's objects, ``ordering`` their order (its last field unique), ``cells`` an object's row.
    """

    code: str
    label: str
    note: str
    columns: tuple[tuple[str, str], ...] = ()
    ordering: tuple[str, ...] = ()
    rows: Callable[[str], models.QuerySet[Any]] | None = None
    cells: Callable[[Any], dict[str, Any]] = lambda _: {}

    @property
    def connected(self) -> bool:
        return self.rows is not None


def _acts(region_code: str) -> models.QuerySet[Publication]:
    in_force = Publication.objects.filter(ended_at=None)
    return in_force.filter(region__code__startswith=region_code)


def _act_cells(publication: Publication) -> dict[str, Any]:
    return {
        "subject": publication.subject_name,
        "identifier": publication.subject_identifier,
        "matter": publication.matter_name,
        "department": publication.department_name,
        "checked_on": publication.checked_on,
        "results": "；".join(publication.results),
        "published_on": timezone.localtime(publication.published_at).date(),
    }


def _graded(region_code: str) -> models.QuerySet[Subject]:
    """Businesses only: a natural person's grade is in no shared base."""
    businesses = Subject.objects.current().filter(id_kind=SubjectCategory.IdKind.USCC)
    return businesses.filter(region__code__startswith=region_code)


def _credit_cells(subject: Subject) -> dict[str, Any]:
    return {
        "name": subject.name,
        "identifier": subject.identifier,
        "grade": subject.get_grade_display(),
        "status": subject.get_status_display(),
        "updated_on": timezone.localtime(subject.updated_at).date(),
    }


ADAPTERS: dict[str, Adapter] = {
    adapter.code: adapter
    for adapter in (
        Adapter(code="persons", label="人口基础库", note=_UNCONNECTED),
        Adapter(code="legal_persons", label="法人基础库", note=_UNCONNECTED),
        Adapter(code="geography", label="空间地理基础库", note=_UNCONNECTED),
        Adapter(code="licences", label="电子证照库", note=_UNCONNECTED),
        Adapter(
            code="public_credit",
            label="公共信用信息库",
            note="已接入：读取本平台监管对象名录中的信用风险等级，只含有统一社会信用代码的对象。",
            columns=(
                ("name", "名称"),
                ("identifier", "统一社会信用代码"),
                ("grade", "信用风险等级"),
                ("status", "登记状态"),
                ("updated_on", "更新日期"),
            ),
            ordering=("id",),
            rows=_graded,
            cells=_credit_cells,
        ),
        Adapter(
            code="supervision_acts",
            label="监管行为信息库",
            note="已接入：读取本平台已经公示的检查结果，自然人的姓名和标识已隐去。",
            columns=(
                ("subject", "检查对象"),
                ("identifier", "标识"),
                ("matter", "监管事项"),
                ("department", "检查部门"),
                ("checked_on", "检查日期"),
                ("results", "检查结果"),
                ("published_on", "公示日期"),
            ),
            ordering=("-published_at", "-id"),
            rows=_acts,
            cells=_act_cells,
        ),
    )
}
CHOICES = [(adapter.code, adapter.label) for adapter in ADAPTERS.values()]
