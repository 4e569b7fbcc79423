"""The demo's letters of most kinds, at different points of their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator

from clues.models import Referral
from clues.services.letters import answering, drafts, sending
from clues.services.letters.drafts import Content
from departments.models import Department
from supervision.demo.stage import Cast, Story, upload


def letters(cast: Cast) -> list[Story]:
    """The letters that departments send of their own accord."""
    return [
        _identity(cast),
        _noise(cast),
        _appraisal(cast),
        _licence(cast),
        _decision(cast),
        _across(cast),
        _up(cast),
        _down(cast),
        _wanted(cast),
    ]


def _identity(cast: Cast) -> Story:
    letter = yield from _sent(cast, 12, "assistance", "cgj", "gaj", "请协助核实当事人身份信息")
    yield from _answered(cast, letter, 11, 7, "gaj", "done", "当事人身份信息已核实，见附件。", {})


def _noise(cast: Cast) -> Story:
    name = cast.subject("construction-site").name
    title = f"请协助对{name}开展噪声监测"
    letter = yield from _sent(cast, 6, "assistance", "zjj", "sthj", title)
    yield from _received(cast, letter, 5, "sthj")


def _appraisal(cast: Cast) -> Story:
    yield from _sent(
        cast,
        1,
        "appraisal",
        "cgj",
        "zjj",
        "委托对一处加层自建房作结构安全鉴定",
        files={"待鉴定材料": [upload("房屋图纸和照片.pdf")]},
    )


def _licence(cast: Cast) -> Story:
    clinic = cast.subject("medical-beauty")
    letter = yield from _sent(
        cast,
        15,
        "licence_sanction",
        "scjg",
        "wjw",
        f"建议对{clinic.name}作出许可类处罚",
        subject=clinic,
        files={"违法事实证明材料": [upload("调查报告.pdf")]},
    )
    yield from _answered(
        cast,
        letter,
        14,
        9,
        "wjw",
        "suspended",
        "经审查，决定暂扣诊疗科目许可三个月。",
        {"处理决定": [upload("处理决定书.pdf")]},
    )


def _decision(cast: Cast) -> Story:
    shop = cast.subject("pesticide")
    yield from _sent(
        cast,
        5,
        "decision_copy",
        "scjg",
        "nync",
        f"抄告对{shop.name}的处理决定",
        subject=shop,
        files={"处理决定": [upload("处理决定书.pdf")]},
    )


def _across(cast: Cast) -> Story:
    title = "请协助核查一批次食品的生产企业"
    letter = yield from _sent(cast, 8, "cross_region", "scjg", "xh_scjg", title)
    yield from _received(cast, letter, 6, "xh_scjg")
    yield cast.back(1, "15:20")
    text = "经查，该企业证照齐全，留样复检合格。"
    answering.propose(cast.clerk("xh_scjg"), letter.pk, "done", text)


def _up(cast: Cast) -> Story:
    title = "关于网络餐饮检查标准的请示"
    letter = yield from _sent(cast, 4, "up_down", "scjg", "zk_scjg", title)
    yield from _received(cast, letter, 3, "zk_scjg")


def _down(cast: Cast) -> Story:
    yield from _sent(cast, 3, "up_down", "zk_scjg", "scjg", "请核查一起投诉并反馈结果")


def _wanted(cast: Cast) -> Story:
    """A letter that is not finished yet."""
    yield cast.back(2, "16:40")
    wanted = Content(
        title="请协助提供在建工程名册",
        body="因联合检查需要，请提供名册。",
        to=cast.department("zjj"),
    )
    drafts.draft(cast.clerk("sthj"), "assistance", wanted)


def _sent(
    cast: Cast, days: int, kind: str, sender: str, to: str, title: str, **more: object
) -> Generator[dt.datetime, None, Referral]:
    yield cast.back(days, "09:20")
    addressee: Department = cast.department(to)
    body = f"因工作需要，{title}。请在规定期限内办理并函复，联系人见平台。"
    content = Content(title=title, body=body, to=addressee, **more)  # type: ignore[arg-type]
    letter = drafts.draft(cast.clerk(sender), kind, content)
    drafts.submit(cast.clerk(sender), letter.pk)
    yield cast.back(days, "11:40")
    return sending.sign(cast.head(sender), letter.pk, "同意发出。")


def _received(cast: Cast, letter: Referral, days: int, by: str) -> Story:
    yield cast.back(days, "14:30")
    sending.receive(cast.clerk(by), letter.pk)


def _answered(
    cast: Cast,
    letter: Referral,
    received: int,
    answered: int,
    by: str,
    answer: str,
    text: str,
    files: dict[str, list[object]],
) -> Story:
    yield from _received(cast, letter, received, by)
    yield cast.back(answered, "10:10")
    answering.propose(cast.clerk(by), letter.pk, answer, text, files)  # type: ignore[arg-type]
    yield cast.back(answered, "16:20")
    answering.answer(cast.head(by), letter.pk, "同意答复。")
