"""A county with subjects, and sanctions at different points."""

from __future__ import annotations

from collections.abc import Callable

from credit.models import Sanction, Subject
from credit.services import sanctions
from credit.services.directory import upsert_subjects
from credit.services.sanctions import MeasureInput, SanctionInput
from credit.tests.entries import entries
from departments.models import Region
from records.actor import SYSTEM, Actor

Who = Callable[[str], Actor]


def subjects(county: Region, count: int = 3) -> list[Subject]:
    """Businesses of the county, in business and of the best grade."""
    upsert_subjects(SYSTEM, entries(40), "试验", region_code=county.code)
    firms = Subject.objects.filter(id_kind="uscc").order_by("pk")
    Subject.objects.filter(pk__in=firms.values("pk")[:count]).update(grade="A", status="open")
    return list(firms[:count])


def said(who: Who, *, trigger: str = "hand", event: int | None = None) -> SanctionInput:
    """Two measures by two departments: one by both, one by the second alone."""
    first, second = who("scjg_clerk").department_id, who("mzj_clerk").department_id
    assert first is not None and second is not None
    return SanctionInput(
        trigger=trigger,
        facts="提供虚假材料骗取补贴，已作出处理决定。",
        basis="《企业信息公示暂行条例》",
        months=12,
        measures=(
            MeasureInput("watch", "本部门监管办法", (first, second)),
            MeasureInput("funds", "资金管理办法", (second,)),
        ),
        event=event,
    )


def signed(who: Who, subject: Subject) -> Sanction:
    """A sanction by the credit group's department, handed out."""
    made = sanctions.draft(who("fgw_clerk"), subject.pk, said(who))
    sanctions.submit(who("fgw_clerk"), made.pk)
    return sanctions.sign(who("fgw_head"), made.pk, "同意")
