"""What the public site hands out for machines: CSV and JSON, row by row from the database."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from departments.models import Region
from inspections.models import Draw
from matters.models import Duty
from records import clock
from supervision.publicity import selectors

BATCH = 500
_FORMULA = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
"""Spreadsheets take the wide forms for the narrow ones."""


@dataclass(frozen=True)
class Field:
    """One column: its name in JSON, its heading in CSV, and what it means."""

    name: str
    heading: str
    meaning: str = ""


@dataclass(frozen=True)
class Dataset:
    """A table for the public; ``rows`` gives a county's values in the order of ``fields``.

    ``stamp`` tells cheaply whether the rows are still the same, where there may be very many.
    """

    key: str
    title: str
    about: str
    fields: tuple[Field, ...]
    rows: Callable[[Region], Iterator[tuple[Any, ...]]]
    stamp: Callable[[Region], Any] | None = None


def mark_of(dataset: Dataset, region: Region) -> str:
    """The same as long as the rows are: a digest of the stamp, or else of all of them."""
    digest = hashlib.sha256(region.code.encode())
    for part in (dataset.stamp(region),) if dataset.stamp else dataset.rows(region):
        digest.update(json.dumps(part, default=str).encode())
    return digest.hexdigest()[:32]


def as_csv(dataset: Dataset, region: Region) -> Iterator[str]:
    """CSV with headings, in UTF-8 with a mark that spreadsheets know it by. What a spreadsheet
    would take for a formula begins with an apostrophe."""
    line = io.StringIO()
    writer = csv.writer(line)

    def written(values: Iterable[Any]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(map(_in_a_cell, values))
        return line.getvalue()

    yield "\ufeff" + written(field.heading for field in dataset.fields)
    for row in dataset.rows(region):
        yield written(row)


def as_json(dataset: Dataset, region: Region) -> Iterator[str]:
    """One object: which dataset, of which county, made when, and its ``rows``."""
    head = {
        "dataset": dataset.key,
        "title": dataset.title,
        "region": region.code,
        "region_name": region.full_name,
        "generated_at": _shown(clock.now()),
    }
    names = [field.name for field in dataset.fields]
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    between = "\n"
    for row in dataset.rows(region):
        values: Mapping[str, Any] = dict(zip(names, map(_shown, row), strict=True))
        yield between + json.dumps(values, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _shown(value: Any) -> Any:
    if hasattr(value, "tzinfo"):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat() if hasattr(value, "isoformat") else value


def _in_a_cell(value: Any) -> Any:
    shown = _shown(value)
    if isinstance(shown, list):
        shown = "；".join(shown)
    if isinstance(shown, str) and shown.startswith(_FORMULA):
        return f"'{shown}"
    return "" if shown is None else shown


def _results(region: Region) -> Iterator[tuple[Any, ...]]:
    found = selectors.every_publication(region).order_by("-published_at", "-id")
    for each in found.iterator(chunk_size=BATCH):
        yield (
            each.pk,
            each.subject_name,
            each.subject_identifier,
            each.matter_name,
            each.department_name,
            each.checked_on,
            list(each.results),
            each.draw_number,
            each.published_at,
            each.state_label,
            each.ended_at,
            each.end_reason,
            each.corrects_id,
        )


def _results_stamp(region: Region) -> list[Any]:
    """Publications are only added, corrected and withdrawn; each is counted, whichever of two at
    the same time ended first, and leaves its moment."""
    return list(
        selectors.every_publication(region)
        .aggregate(
            n=Count("pk"), ended=Count("ended_at"), first=Max("published_at"), last=Max("ended_at")
        )
        .values()
    )


def _matters(region: Region) -> Iterator[tuple[Any, ...]]:
    found = selectors.matter_details().filter(matter__region=region)
    for version in found.order_by("matter__number").iterator(chunk_size=BATCH):
        partners = [
            duty.department.name for duty in version.duties.all() if duty.part != Duty.Part.LEAD
        ]
        yield (
            version.matter.number,
            version.name,
            version.get_group_display(),
            version.lead.name,
            version.lead.hotline,
            partners,
            version.subjects_text,
            version.content,
            version.legal_bases.splitlines(),
            version.source,
            version.in_force_at,
        )


def _departments(region: Region) -> Iterator[tuple[Any, ...]]:
    for duty in selectors.every_duty(region).iterator(chunk_size=BATCH):
        yield (
            duty.department.name,
            duty.department.hotline,
            duty.version.matter.number,
            duty.version.name,
            duty.get_part_display(),
            duty.description,
            duty.version.legal_bases.splitlines(),
        )


def _plans(region: Region) -> Iterator[tuple[Any, ...]]:
    found: QuerySet[Any] = selectors.published_items(region).order_by("-plan__year", "number")
    for item in found.iterator(chunk_size=BATCH):
        yield (
            item.plan.year,
            item.number,
            item.title,
            item.matter_version.name,
            item.lead.name,
            [part.department.name for part in item.partners if part.department_id != item.lead_id],
            item.period_start,
            item.period_end,
            item.draw_at,
        )


def _draws(region: Region) -> Iterator[tuple[Any, ...]]:
    found = selectors.every_draw(region).order_by("-number")
    for draw in found.iterator(chunk_size=BATCH):
        done = draw.state == Draw.State.DONE
        yield (
            draw.number,
            draw.item.title,
            draw.item.lead.name,
            draw.get_level_display(),
            draw.get_state_display(),
            draw.frozen_at,
            draw.commit_hash,
            draw.finished_at,
            draw.certificate_hash if done else "",
            draw.void_reason,
        )


def _white_list(region: Region) -> Iterator[tuple[Any, ...]]:
    found: QuerySet[Any] = selectors.white_list(region).order_by(*selectors.CREDIT_ORDERING)
    for entry in found.iterator(chunk_size=BATCH):
        yield (
            entry.subject.name,
            entry.subject.identifier,
            entry.department.name,
            entry.matter_name or "该部门牵头的全部事项",
            entry.since,
            entry.until,
        )


def _sanctions(region: Region) -> Iterator[tuple[Any, ...]]:
    found = selectors.sanctions(region).order_by(*selectors.CREDIT_ORDERING)
    for sanction in found.iterator(chunk_size=BATCH):
        yield (
            sanction.subject.name,
            sanction.subject.identifier,
            sanction.department.name,
            sanction.basis,
            selectors.measures(sanction),
            sanction.since,
            sanction.until,
        )


_SUBJECT = (
    Field("subject", "对象名称"),
    Field("identifier", "标识", "统一社会信用代码；没有的为登记的标识"),
)
_TERM = (Field("since", "自", "首日"), Field("until", "至", "末日"))

DATASETS = {
    each.key: each
    for each in (
        Dataset(
            "results",
            "检查结果公示",
            "各部门公示的检查结果，包括已更正和已撤销的。自然人和房屋的名称、标识已隐去。",
            (
                Field("id", "公示编号", "公示页地址中的编号"),
                *_SUBJECT,
                Field("matter", "监管事项"),
                Field("department", "检查部门"),
                Field("checked_on", "检查日期"),
                Field("results", "检查结果", "一项或者几项"),
                Field("draw", "抽取编号", "不是随机抽取产生的为空"),
                Field("published_at", "公示时间"),
                Field("state", "状态", "公示中、已更正、已撤销"),
                Field("ended_at", "更正或撤销时间"),
                Field("end_reason", "更正或撤销理由"),
                Field("corrects", "更正自", "所更正的公示的编号"),
            ),
            _results,
            _results_stamp,
        ),
        Dataset(
            "matters",
            "事项清单",
            "现行的跨部门综合监管事项，一个事项一行。",
            (
                Field("number", "序号"),
                Field("name", "事项名称"),
                Field("group", "领域"),
                Field("lead", "牵头部门"),
                Field("hotline", "牵头部门电话"),
                Field("partners", "配合部门", "一个或者几个"),
                Field("subjects", "监管对象"),
                Field("content", "主要任务"),
                Field("legal_bases", "法律依据", "一条或者几条"),
                Field("source", "来源文件"),
                Field("in_force_at", "生效时间"),
            ),
            _matters,
        ),
        Dataset(
            "departments",
            "部门职责",
            "各部门在现行事项中的职责，一个部门在一个事项中一行。",
            (
                Field("department", "部门"),
                Field("hotline", "咨询投诉电话"),
                Field("matter_number", "事项序号"),
                Field("matter", "监管事项"),
                Field("part", "职责"),
                Field("description", "职责说明"),
                Field("legal_bases", "法律依据", "事项的法律依据，一条或者几条"),
            ),
            _departments,
        ),
        Dataset(
            "plans",
            "年度计划",
            "已公布的年度联合检查计划项目。",
            (
                Field("year", "年度"),
                Field("number", "序号"),
                Field("title", "计划名称"),
                Field("matter", "监管事项"),
                Field("lead", "牵头部门"),
                Field("partners", "配合部门", "一个或者几个"),
                Field("period_start", "检查开始日期"),
                Field("period_end", "检查截止日期"),
                Field("draw_at", "抽取时间"),
            ),
            _plans,
        ),
        Dataset(
            "draws",
            "随机抽取",
            "每次随机抽取，包括作废的。名单在检查全部结束后随抽取包公开。",
            (
                Field("number", "抽取编号"),
                Field("title", "计划名称"),
                Field("lead", "牵头部门"),
                Field("level", "公信级别"),
                Field("state", "状态"),
                Field("frozen_at", "冻结时间"),
                Field("commit_hash", "登记哈希", "冻结时公布的 SHA-256，十六进制"),
                Field("finished_at", "完成时间"),
                Field("certificate_hash", "证书哈希", "抽取证书的 SHA-256，十六进制"),
                Field("void_reason", "作废原因"),
            ),
            _draws,
        ),
        Dataset(
            "white-list",
            "白名单",
            "目前在列的经营主体。",
            (*_SUBJECT, Field("department", "牵头部门"), Field("matter", "适用事项"), *_TERM),
            _white_list,
        ),
        Dataset(
            "sanctions",
            "失信惩戒",
            "目前正在实施联合惩戒的经营主体；解除或者修复后不再列出。",
            (
                *_SUBJECT,
                Field("department", "发起部门"),
                Field("basis", "认定依据"),
                Field("measures", "惩戒措施", "一项或者几项"),
                *_TERM,
            ),
            _sanctions,
        ),
    )
}
