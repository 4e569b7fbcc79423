"""The kinds of letters between departments: who sends them to whom, what they carry, which answers
they allow, their clocks and the clause they rest on. Adding a kind is adding a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from departments.profile import Number, TimeLimit
from departments.roles import Function
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区调整"

DRAFT_DUE = TimeLimit("clues.letter.draft", 3, "拟稿", Unit.WORKING_DAY, _PRACTICE)
REVIEW_DUE = TimeLimit("clues.letter.review", 2, "签发", Unit.WORKING_DAY, _PRACTICE)
RECEIVE_DUE = TimeLimit("clues.letter.receive", 2, "签收", Unit.WORKING_DAY, _PRACTICE)
SUPPLEMENT_DUE = TimeLimit("clues.letter.supplement", 3, "补充材料", Unit.WORKING_DAY, _PRACTICE)
RETURNED_DUE = TimeLimit("clues.letter.returned", 2, "处理退回函件", Unit.WORKING_DAY, _PRACTICE)
EXTENSION_MOST = Number(
    "clues.letter.extension_most", 10, "函件答复一次延期的上限", "个工作日", _PRACTICE
)
"""The head who answers may extend once by at most this; beyond, the coordination office."""


class Reach(StrEnum):
    """Where the addressee of a letter is, seen from the sender's region."""

    REGION = "region"
    UP_OR_DOWN = "up_or_down"
    OTHER = "other"

    @property
    def words(self) -> str:
        """For the person who chooses the addressee."""
        return {
            Reach.REGION: "本地区的部门",
            Reach.UP_OR_DOWN: "上级或下级地区的部门",
            Reach.OTHER: "其他地区（非上下级）的部门",
        }[self]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of letter.

    ``word`` stands in the letter's number (淮市监〔移〕2026 …). ``senders`` and ``receivers`` are
    functions of which a department must fill one; empty: any department. ``evidence`` names what
    must be attached before it can be signed. ``answers`` are the answers allowed, by code; none:
    receiving it ends it. ``answer_due`` runs from receipt. ``answer_evidence`` names what must be
    attached to an answer, by its code; ``copies_back`` is the kind of letter by which that is
    copied back to the sender. ``copies`` are the functions whose departments get a copy by rule.
    ``led_by`` is the kind of stop whose procedure prepares and moves the letter, so that it has no
    clocks of its own; empty: the letter is its own procedure.
    """

    code: str
    label: str
    word: str
    source: str
    senders: frozenset[Function] = frozenset()
    receivers: frozenset[Function] = frozenset()
    reach: Reach = Reach.REGION
    evidence: tuple[str, ...] = ()
    needs_subject: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    answer_due: TimeLimit | None = None
    answer_evidence: Mapping[str, str] = field(default_factory=dict)
    copies_back: str = ""
    receive_due: TimeLimit = RECEIVE_DUE
    copies: frozenset[Function] = frozenset()
    led_by: str = ""

    def __post_init__(self) -> None:
        if self.answers and not self.led_by and self.answer_due is None:
            raise ValueError(f"{self.code} 需要答复，但没有答复期限")
        if not self.answer_evidence.keys() <= self.answers.keys():
            raise ValueError(f"{self.code} 的答复附件对应不上答复")


ASSISTANCE_DUE = TimeLimit(
    "clues.assistance",
    10,
    "答复协助请求",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（四）；{_PRACTICE}",
)
APPRAISAL_DUE = TimeLimit(
    "clues.appraisal",
    15,
    "出具技术鉴定意见",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（四）；{_PRACTICE}",
)
LICENCE_DUE = TimeLimit(
    "clues.licence_sanction",
    15,
    "作出许可类处罚决定并抄告",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（四）；{_PRACTICE}",
)
CROSS_REGION_DUE = TimeLimit(
    "clues.cross_region",
    15,
    "答复跨区域协作函",
    Unit.WORKING_DAY,
    f"赣府厅字〔2023〕60号（十三）；{_PRACTICE}",
)
UP_DOWN_DUE = TimeLimit(
    "clues.up_down",
    10,
    "答复上下级来函",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（五）；{_PRACTICE}",
)
SUPERVISION_DUE = TimeLimit(
    "clues.supervision",
    5,
    "反馈督办事项",
    Unit.WORKING_DAY,
    f"淮政办〔2025〕1号 四（二）；{_PRACTICE}",
)
EMERGENCY_RECEIVE_DUE = TimeLimit(
    "clues.emergency_call",
    2,
    "响应紧急到场通知",
    Unit.HOUR,
    f"郯政发〔2023〕1号（六）；{_PRACTICE}",
)

_KINDS = (
    Kind(
        code="clue_transfer",
        label="线索移送函",
        word="移",
        source="郯政发〔2023〕1号（九）",
        evidence=("证据材料",),
        answers={"handled": "已办结"},
        led_by="clue",
    ),
    Kind(
        code="joint_verification",
        label="联合核查通知",
        word="联",
        source="淮政办〔2025〕1号（九）",
        answers={"done": "已核查"},
        led_by="joint",
    ),
    Kind(
        code="assistance",
        label="协助函",
        word="协",
        source="郯政发〔2023〕1号（四）",
        answers={"done": "已协助", "partly": "部分协助", "unable": "无法协助"},
        answer_due=ASSISTANCE_DUE,
    ),
    Kind(
        code="appraisal",
        label="技术鉴定委托函",
        word="鉴",
        source="郯政发〔2023〕1号（四）",
        evidence=("待鉴定材料",),
        answers={"given": "已出具意见", "unable": "不具备鉴定条件"},
        answer_due=APPRAISAL_DUE,
        answer_evidence={"given": "鉴定意见书"},
    ),
    Kind(
        code="licence_sanction",
        label="许可类处罚建议函",
        word="许",
        source="郯政发〔2023〕1号（四）",
        evidence=("违法事实证明材料",),
        needs_subject=True,
        answers={
            "revoked": "已吊销许可",
            "suspended": "已暂扣许可",
            "lowered": "已降低资质等级",
            "refused": "不予处罚",
        },
        answer_due=LICENCE_DUE,
        answer_evidence=dict.fromkeys(("revoked", "suspended", "lowered"), "处理决定"),
        copies_back="decision_copy",
    ),
    Kind(
        code="decision_copy",
        label="处理决定抄告函",
        word="告",
        source="郯政发〔2023〕1号（四）（五）",
        evidence=("处理决定",),
        copies=frozenset({Function.LEGAL}),
    ),
    Kind(
        code="criminal_handover",
        label="涉嫌犯罪案件移送书",
        word="刑",
        source="《行政执法机关移送涉嫌犯罪案件的规定》第六条",
        receivers=frozenset({Function.POLICE}),
        evidence=("调查报告", "涉案物品清单", "检验报告或鉴定意见", "其他有关材料"),
        answers={"filed": "决定立案", "not_filed": "不予立案"},
        copies=frozenset({Function.PROCURATORATE}),
        led_by="crime",
    ),
    Kind(
        code="filing_review",
        label="不予立案复议申请",
        word="复",
        source="《行政执法机关移送涉嫌犯罪案件的规定》第九条",
        receivers=frozenset({Function.POLICE}),
        answers={"filed": "决定立案", "upheld": "维持不予立案决定"},
        copies=frozenset({Function.PROCURATORATE}),
        led_by="crime",
    ),
    Kind(
        code="filing_oversight",
        label="立案监督建议书",
        word="监",
        source="《行政执法机关移送涉嫌犯罪案件的规定》第九条",
        receivers=frozenset({Function.PROCURATORATE}),
        answers={"ordered": "已通知立案", "filed": "公安机关已立案", "dismissed": "不立案理由成立"},
        led_by="crime",
    ),
    Kind(
        code="administrative_handover",
        label="案件移送行政处理函",
        word="行",
        source="《行政执法机关移送涉嫌犯罪案件的规定》第十三条",
        senders=frozenset({Function.POLICE}),
        answers={"handled": "已依法处理"},
        copies=frozenset({Function.PROCURATORATE}),
        led_by="crime",
    ),
    Kind(
        code="dispute_submission",
        label="争议协调申请",
        word="议",
        source="郯政发〔2023〕1号（十一）",
        receivers=frozenset({Function.LEGAL, Function.ESTABLISHMENT}),
        answers={"decided": "已作出协调决定"},
        led_by="dispute",
    ),
    Kind(
        code="advice_to_correct",
        label="履职建议书",
        word="建",
        source="郯政发〔2023〕1号（十一）",
        answers={"accepted": "采纳", "rejected": "不采纳"},
        led_by="refusal",
    ),
    Kind(
        code="refusal_report",
        label="不履职情况报告",
        word="报",
        source="郯政发〔2023〕1号（十一）",
        receivers=frozenset({Function.GOVERNMENT}),
        answers={"ordered": "已责令改正", "dismissed": "不予支持"},
        led_by="refusal",
    ),
    Kind(
        code="criticism",
        label="通报批评",
        word="通",
        source="郯政发〔2023〕1号（十一）",
        senders=frozenset({Function.GOVERNMENT}),
        led_by="refusal",
    ),
    Kind(
        code="share",
        label="信息共享函",
        word="享",
        source="郯政发〔2023〕1号（十）",
        led_by="share",
    ),
    Kind(
        code="supervision",
        label="督办函",
        word="督",
        source="淮政办〔2025〕1号 四（二）",
        senders=frozenset({Function.COORDINATION}),
        answers={"done": "已整改", "explained": "说明情况"},
        answer_due=SUPERVISION_DUE,
    ),
    Kind(
        code="cross_region",
        label="跨区域协作函",
        word="区",
        source="赣府厅字〔2023〕60号（十三）",
        reach=Reach.OTHER,
        answers={"done": "已协助", "partly": "部分协助", "unable": "无法协助"},
        answer_due=CROSS_REGION_DUE,
        copies=frozenset({Function.COORDINATION}),
    ),
    Kind(
        code="up_down",
        label="上下级协作函",
        word="上",
        source="郯政发〔2023〕1号（五）；赣府厅字〔2023〕60号（十二）",
        reach=Reach.UP_OR_DOWN,
        answers={"replied": "已答复", "unable": "无法办理"},
        answer_due=UP_DOWN_DUE,
        copies=frozenset({Function.COORDINATION}),
    ),
    Kind(
        code="emergency_call",
        label="紧急到场通知",
        word="急",
        source="郯政发〔2023〕1号（六）",
        receive_due=EMERGENCY_RECEIVE_DUE,
        answers={"present": "已到场", "coming": "正在赶赴现场", "unable": "不能到场"},
        led_by="clue",
    ),
)

KINDS: dict[str, Kind] = {kind.code: kind for kind in _KINDS}
KIND_CHOICES = [(kind.code, kind.label) for kind in _KINDS]
FREE_KINDS: dict[str, Kind] = {code: kind for code, kind in KINDS.items() if not kind.led_by}
"""The kinds that departments write of their own accord."""
