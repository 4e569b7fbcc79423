"""The demo's sharing catalogue with records and requests."""

from __future__ import annotations

from clues.models import SharingEntry
from clues.services.sharing import catalogue, records, requests
from clues.services.sharing.catalogue import EntryInput
from supervision.demo.stage import Cast, Story, upload

_C = SharingEntry.Category
_PROCEDURE = "经办人登记并核对内容，按目录规定推送；接收部门签阅后用于本部门监管。"
_BASES = (
    (_C.CASE, "persons", "gaj", "人口基础信息", "restricted"),
    (_C.LICENCE, "legal_persons", "xzsp", "法人基础信息", "internal"),
    (_C.APPRAISAL, "geography", "zjj", "空间地理基础信息", "internal"),
    (_C.LICENCE, "licences", "xzsp", "电子证照信息", "internal"),
    (_C.PENALTY, "public_credit", "fgw", "公共信用信息", "internal"),
    (_C.SUPERVISION, "supervision_acts", "xzsp", "监管行为信息", "public"),
)
"""The shared bases: category, adapter, provider, title, restriction on use."""

_ENTRIES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (
        _C.LICENCE,
        "xzsp",
        "食品经营许可变动",
        "许可证号、主体名称、许可项目、有效期。",
        ("scjg", "mzj"),
    ),
    (
        _C.PENALTY,
        "scjg",
        "市场监管行政处罚决定",
        "当事人、违法事实、处罚种类和幅度。",
        ("mzj", "wjw"),
    ),
    (_C.SUPERVISION, "scjg", "检查结果", "对象、检查日期、检查结果和处理意见。", ("mzj", "xfdd")),
    (
        _C.COMPLAINT,
        "xzsp",
        "12345 投诉举报汇总",
        "按对象汇总的投诉件数和主要问题。",
        ("scjg", "mzj"),
    ),
    (_C.APPRAISAL, "nync", "农资抽检结果", "样品、检验项目、结论。", ("scjg",)),
    (_C.CASE, "cgj", "违法建设线索", "位置、当事人、初步核查情况。", ("zjj",)),
    (_C.STANDARD, "sfj", "执法依据和裁量基准变动", "文件名称、文号、施行日期、要点。", ()),
)
"""What is registered case by case: category, provider, title, content, receivers."""


_TOLD: tuple[tuple[str, str, str, int, int, int | None], ...] = (
    ("xzsp", "食品经营许可变动", "本周新办和注销食品经营许可 12 件", 2, 1, 1),
    ("xzsp", "12345 投诉举报汇总", "上月投诉举报按对象汇总", 15, 9, 8),
    ("nync", "农资抽检结果", "秋季肥料抽检结果", 3, 2, None),
    ("cgj", "违法建设线索", "巡查发现屋顶搭建线索 3 件", 9, 7, None),
    ("sfj", "执法依据和裁量基准变动", "市场监管领域裁量基准更新", 1, 1, 0),
)
"""Provider, entry and title of records, and how many working days ago each came about, was
registered and was shared: one read, one late, one owed, one overdue."""


def sharing(cast: Cast) -> list[Story]:
    """The catalogue, records at different points, and requests."""
    told = [_record(cast, *row) for row in _TOLD]
    return [_catalogue(cast), *told, _granted(cast), _waiting(cast)]


def _catalogue(cast: Cast) -> Story:
    yield cast.back(24, "09:00")
    for category, adapter, provider, title, secrecy in _BASES:
        _entry(
            cast,
            provider,
            EntryInput(
                category=category,
                title=title,
                content="按基础库的数据项提供。",
                way=SharingEntry.Way.ADAPTER,
                adapter=adapter,
                procedure="接收部门在平台查询，导出留痕。",
                limit_days=5,
                frequency=SharingEntry.Frequency.DAILY,
                secrecy=secrecy,
                for_all=secrecy != SharingEntry.Secrecy.RESTRICTED,
                receivers=(
                    (cast.department("scjg").pk, cast.department("mzj").pk)
                    if secrecy == SharingEntry.Secrecy.RESTRICTED
                    else ()
                ),
            ),
        )
    for row in _ENTRIES:
        _plain_entry(cast, *row)


def _entry(cast: Cast, provider: str, given: EntryInput) -> SharingEntry:
    entry = catalogue.create(cast.clerk(provider), given)
    return catalogue.confirm(cast.head(provider), entry.pk)


def _plain_entry(
    cast: Cast, category: str, provider: str, title: str, content: str, receivers: tuple[str, ...]
) -> SharingEntry:
    opens_on = {_C.PENALTY: "penalty_in_force", _C.SUPERVISION: "result_published"}
    return _entry(
        cast,
        provider,
        EntryInput(
            category=category,
            title=title,
            content=content,
            way=SharingEntry.Way.PLATFORM,
            procedure=_PROCEDURE,
            limit_days=5,
            frequency=SharingEntry.Frequency.AT_ONCE,
            secrecy=SharingEntry.Secrecy.INTERNAL,
            for_all=not receivers,
            receivers=tuple(cast.department(name).pk for name in receivers),
            opens_on=opens_on.get(_C(category), ""),
        ),
    )


def _record(
    cast: Cast,
    provider: str,
    entry: str,
    title: str,
    event: int,
    registered: int,
    shared: int | None,
) -> Story:
    yield cast.back(registered, "10:20")
    record = records.register(
        cast.clerk(provider),
        SharingEntry.objects.get(title=entry).pk,
        title=title,
        content=f"{title}，明细见附件。",
        event_on=cast.back(event).date(),
        files=[upload("明细.pdf")],
    )
    if shared is None:
        return
    yield cast.back(shared, "15:00")
    records.share(cast.clerk(provider), record.pk)
    if title.startswith("本周"):
        yield cast.back(0, "09:30")
        records.read(cast.clerk("scjg"), record.pk)


def _granted(cast: Cast) -> Story:
    yield cast.back(6, "09:50")
    asked = requests.create(
        cast.clerk("mzj"),
        cast.department("wjw").pk,
        title="养老机构内设医疗机构名单",
        purpose="核对联合检查对象",
        basis="年度联合检查计划",
        content="名称、地址、执业许可证号和有效期。",
    )
    yield cast.back(6, "15:10")
    requests.sign(cast.head("mzj"), asked.pk)
    yield cast.back(4, "10:00")
    requests.propose(
        cast.clerk("wjw"),
        asked.pk,
        grants=True,
        answer="同意提供，限本次联合检查使用。",
        content="内设医疗机构名单见附件。",
        files=[upload("名单.pdf")],
    )
    yield cast.back(3, "11:00")
    requests.approve(cast.head("wjw"), asked.pk)


def _waiting(cast: Cast) -> Story:
    yield cast.back(2, "10:40")
    waiting = requests.create(
        cast.clerk("yjgl"),
        cast.department("gaj").pk,
        title="危货运输驾驶人违法记录",
        purpose="核查安全生产线索",
        basis="办理中的线索",
        content="近一年的违法记录汇总。",
    )
    yield cast.back(1, "09:10")
    requests.sign(cast.head("yjgl"), waiting.pk)
