"""Two compulsory measures of the demo's season: one from the application to the end, one that was
carried out first and stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from clues.models import CompulsoryMeasure
from clues.rules.measures import SEIZE, steps_of
from clues.services.measures import begin, ending, term
from clues.services.measures.begin import CarriedOut, ItemData, MeasureData
from credit.models import Subject
from departments.models import Department
from inspections.models import Inspector
from records import clock
from records.actor import Actor
from supervision.demo.stage import Story, upload


class Days(Protocol):
    """The season's accounts and days, as ``season.SeasonCast`` has them."""

    year: int

    def ago(self, days: int, at: str = ...) -> dt.datetime: ...
    def clerk(self, name: str) -> Actor: ...
    def head(self, name: str) -> Actor: ...
    def department(self, name: str) -> Department: ...
    def subject(self, category: str) -> Subject: ...


def measures(cast: Days) -> Iterator[Story]:
    """The stories of both."""
    yield _pesticide(cast)
    yield _meat(cast)


def _pesticide(cast: Days) -> Story:
    """Approved, carried out, tested, extended, confiscated in part, closed."""
    clerk, head = cast.clerk("nync"), cast.head("nync")
    shop = cast.subject("pesticide")
    items = (
        _item("标签未标注有效成分含量的除草剂", "6", "箱", "每箱 20 瓶"),
        _item("登记证号与产品不符的杀虫剂", "14", "瓶", "200 毫升装"),
    )
    yield cast.ago(34, "09:30")
    found = begin.apply(
        clerk,
        MeasureData(
            subject=shop,
            kind=SEIZE,
            reason="检查时发现在售农药标签未标注有效成分含量，涉嫌经营假农药，需要扣押并送检。",
            basis="《农药管理条例》第四十一条",
            items=items,
        ),
        [upload("现场检查笔录.pdf")],
    )
    yield cast.ago(34, "10:05")
    begin.approve(head, found.pk, "证据充分，同意扣押。")
    yield cast.ago(34, "15:20")
    begin.carry_out(clerk, found.pk, _on_the_spot(cast, "nync", shop, f"淮农强〔{cast.year}〕1号"))
    yield cast.ago(33, "09:00")
    test = term.TestData(
        what="农药有效成分含量检测",
        institution="市农产品质量安全检测中心",
        days=12,
        told_on=clock.today(),
    )
    term.test(clerk, found.pk, test)
    yield cast.ago(27, "11:00")
    term.end_test(clerk, found.pk, "除草剂有效成分含量不合格，杀虫剂合格。")
    yield cast.ago(20, "09:10")
    term.ask_extension(clerk, found.pk, 15, "供货企业在外省，协查函尚未回复。")
    yield cast.ago(20, "16:00")
    term.grant_extension(head, found.pk, "同意延长。")
    yield cast.ago(19, "10:30")
    term.tell_extension(clerk, found.pk)
    yield cast.ago(12, "09:40")
    sound = found.items.get(unit="瓶")
    ending.dispose(
        clerk,
        found.pk,
        ending.Disposal(
            outcome="confiscate",
            reason="除草剂经检测为不合格产品，依法没收；杀虫剂检测合格，与违法行为无关，退还当事人。",
            ground="unrelated",
            document=f"淮农罚〔{cast.year}〕7号",
            items={sound.pk: "lift"},
        ),
    )
    yield cast.ago(12, "15:10")
    ending.decide(head, found.pk, "同意。")
    yield cast.ago(11, "10:00")
    ending.close(
        clerk,
        found.pk,
        fulfilled_on=clock.today(),
        fulfilment="除草剂移交罚没物品仓库，杀虫剂退还当事人，当事人签收。",
        files=[upload("没收物品移交单.pdf"), upload("退还清单.pdf")],
    )


def _meat(cast: Days) -> Story:
    """Carried out at once, approved the same evening, tested since."""
    clerk, head = cast.clerk("scjg"), cast.head("scjg")
    shop = cast.subject("catering")
    yield cast.ago(3, "17:40")
    found: CompulsoryMeasure = begin.apply_urgent(
        clerk,
        MeasureData(
            subject=shop,
            kind=SEIZE,
            reason="后厨冷柜存放无检疫证明的冻肉，当事人正在转移，情况紧急，当场扣押。",
            basis="《中华人民共和国食品安全法》第一百一十条",
            items=(_item("无检疫证明的冻牛肉", "86.5", "公斤", "无标签，冷柜存放"),),
            term_days=20,
        ),
        _on_the_spot(cast, "scjg", shop, f"淮市监强〔{cast.year}〕1号"),
    )
    yield cast.ago(3, "19:30")
    begin.ratify(head, found.pk, "情况属实，补办批准。")
    yield cast.ago(2, "09:20")
    test = term.TestData(
        what="兽药残留和致病菌检验",
        institution="市检验检测中心",
        days=10,
        told_on=clock.today(),
    )
    term.test(clerk, found.pk, test)


def _item(name: str, quantity: str, unit: str, note: str) -> ItemData:
    return ItemData(
        name=name, quantity=Decimal(quantity), unit=unit, place="本局罚没物品仓库", note=note
    )


def _on_the_spot(cast: Days, name: str, shop: Subject, document: str) -> CarriedOut:
    own = Inspector.objects.filter(department=cast.department(name)).licensed_on(clock.today())
    return CarriedOut(
        at=clock.now(),
        place=shop.shown_address or shop.shown_name,
        document=document,
        officers=list(own.order_by("pk")[:2]),
        presence=CompulsoryMeasure.Presence.PARTY,
        signature=CompulsoryMeasure.Signature.SIGNED,
        statement="当事人对扣押的物品和数量没有异议，称不清楚供货方资质。",
        steps=tuple(steps_of(SEIZE)),
        record=[upload("现场笔录.pdf")],
        papers=[upload("扣押决定书和清单.pdf")],
    )
