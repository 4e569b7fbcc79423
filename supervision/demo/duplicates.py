"""One business of the demo county that stands in the directory twice, as happens when a shop is
registered anew: a clerk has proposed to merge the two, a head is to decide."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from credit.models import Subject
from credit.selectors.directory import as_input
from credit.services import duplicates, events
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.services.lookalikes import tell_duplicate
from departments.models import Region
from records import clock
from records.actor import SYSTEM
from records.periods import day_after
from supervision.demo.directories import SEED
from supervision.demo.identifiers import unified_code
from supervision.demo.stage import Cast

_REASON = "个体工商户转为企业后重新登记，经营者和地址未变，已与登记机关核对"


def load_duplicates(region: Region, say: Callable[[str], None]) -> None:
    """Enter the second entry and the proposal; the directory and the facts of ``load_credit`` must
    be there. ``say`` is told the pair."""
    cast = Cast(region.code)
    shop = Subject.objects.select_related("township").get(pk=_shop(region).pk)
    name = shop.name.removeprefix("周口市").removesuffix("店")
    code = unified_code(random.Random(SEED), "91", "411603")
    entry = replace(as_input(shop), identifier=code, name=f"{name}店有限公司")
    upsert_subjects(SYSTEM, [entry], "市场主体登记系统", region_code=region.code)
    again = Subject.objects.get(region=region, identifier=code)
    day = day_after(clock.today(), -40)
    title = "未按期公示年度报告，列入经营异常名录"
    events.tell(SYSTEM, [Told(again.pk, "abnormal", day, title, "市场主体登记系统", code)])
    clerk = cast.clerk("xzsp")
    pair = tell_duplicate(clerk, shop.pk, code, "登记系统推送时发现")
    duplicates.propose(clerk, pair.pk, again.pk, (), _REASON)
    say(f"疑似重复对象：{pair}")


def _shop(region: Region) -> Subject:
    """A shop in business about which something is known."""
    shops = Subject.objects.filter(
        region=region, identifier__startswith="92", name__endswith="店", status="open"
    )
    return shops.filter(credit_events__isnull=False).order_by("pk")[0]
