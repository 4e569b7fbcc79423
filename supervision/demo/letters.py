"""The demo's letters of most kinds, at different points of their way."""

from __future__ import annotations

from clues.models import Referral
from clues.services.letters import answering, drafts, sending
from clues.services.letters.drafts import Content
from departments.models import Department
from supervision.demo.stage import Cast, upload


def load_letters(cast: Cast) -> None:
    """Write the letters that departments send of their own accord."""
    site = cast.subject("construction-site")
    clinic = cast.subject("medical-beauty")
    shop = cast.subject("pesticide")
    helped = _sent(cast, "assistance", "cgj", "gaj", "请协助核实当事人身份信息")
    _answered(cast, helped, "gaj", "done", "当事人身份信息已核实，见附件。", {})
    noise = _sent(cast, "assistance", "zjj", "sthj", f"请协助对{site.name}开展噪声监测")
    _received(cast, noise, "sthj")
    _sent(
        cast,
        "appraisal",
        "cgj",
        "zjj",
        "委托对一处加层自建房作结构安全鉴定",
        files={"待鉴定材料": [upload("房屋图纸和照片.pdf")]},
    )
    licence = _sent(
        cast,
        "licence_sanction",
        "scjg",
        "wjw",
        f"建议对{clinic.name}作出许可类处罚",
        subject=clinic,
        files={"违法事实证明材料": [upload("调查报告.pdf")]},
    )
    _answered(
        cast,
        licence,
        "wjw",
        "suspended",
        "经审查，决定暂扣诊疗科目许可三个月。",
        {"处理决定": [upload("处理决定书.pdf")]},
    )
    _sent(
        cast,
        "decision_copy",
        "scjg",
        "nync",
        f"抄告对{shop.name}的处理决定",
        subject=shop,
        files={"处理决定": [upload("处理决定书.pdf")]},
    )
    across = _sent(cast, "cross_region", "scjg", "xh_scjg", "请协助核查一批次食品的生产企业")
    sending.receive(cast.clerk("xh_scjg"), across.pk)
    answering.propose(
        cast.clerk("xh_scjg"), across.pk, "done", "经查，该企业证照齐全，留样复检合格。"
    )
    up = _sent(cast, "up_down", "scjg", "zk_scjg", "关于网络餐饮检查标准的请示")
    _received(cast, up, "zk_scjg")
    _sent(cast, "up_down", "zk_scjg", "scjg", "请核查一起投诉并反馈结果")
    wanted = Content(
        title="请协助提供在建工程名册",
        body="因联合检查需要，请提供名册。",
        to=cast.department("zjj"),
    )
    drafts.draft(cast.clerk("sthj"), "assistance", wanted)


def _sent(cast: Cast, kind: str, sender: str, to: str, title: str, **more: object) -> Referral:
    addressee: Department = cast.department(to)
    body = f"因工作需要，{title}。请在规定期限内办理并函复，联系人见平台。"
    content = Content(title=title, body=body, to=addressee, **more)  # type: ignore[arg-type]
    letter = drafts.draft(cast.clerk(sender), kind, content)
    drafts.submit(cast.clerk(sender), letter.pk)
    return sending.sign(cast.head(sender), letter.pk, "同意发出。")


def _received(cast: Cast, letter: Referral, by: str) -> None:
    sending.receive(cast.clerk(by), letter.pk)


def _answered(
    cast: Cast, letter: Referral, by: str, answer: str, text: str, files: dict[str, list[object]]
) -> None:
    _received(cast, letter, by)
    answering.propose(cast.clerk(by), letter.pk, answer, text, files)  # type: ignore[arg-type]
    answering.answer(cast.head(by), letter.pk, "同意答复。")
