"""The demo's procedures: joint verification, hand-over of a crime, disputes, a refusal of duty,
warnings, a penalty."""

from __future__ import annotations

from clues.models import Clue, Dispute, Penalty, RiskWarning
from clues.rules.warnings import MAJOR, SERIOUS
from clues.services import clues as handling
from clues.services import disputes, intake, joint, penalties, refusals
from clues.services.crime import begin as crime
from clues.services.crime import department as crime_department
from clues.services.crime import justice
from clues.services.disputes import Question
from clues.services.joint import Asked
from clues.services.penalties import PenaltyData
from clues.services.refusals import Complaint
from clues.services.warnings import response, rules
from departments.models import User
from records import clock
from records.periods import day_after
from supervision.demo.stage import Cast, Story, upload


def procedures(cast: Cast) -> list[Story]:
    """One or two of each procedure, at different points of their way."""
    return [
        _joint(cast),
        _crime(cast),
        _duties_dispute(cast),
        _enforcement_dispute(cast),
        _refusal(cast),
        _warnings(cast),
        _penalty(cast),
    ]


def _own_clue(cast: Cast, name: str, category: str, title: str, content: str) -> Clue:
    """A clue that a department took in and handles itself."""
    subject = cast.subject(category)
    clue = intake.register(
        cast.clerk(name),
        channel=Clue.Channel.CHECK,
        title=title.format(name=subject.name),
        content=content.format(name=subject.name),
        township=subject.township,
        place=subject.address,
        subject=subject,
        subject_name=subject.name,
        files=[upload()],
    )
    return handling.handle(cast.clerk(name), clue.pk)


def _joint(cast: Cast) -> Story:
    yield cast.back(9, "15:00")
    clue = _own_clue(
        cast,
        "mzj",
        "nursing-home",
        "{name}存在多项安全隐患",
        "检查发现{name}食堂、消防和电梯均有隐患，须几个部门一起核查。",
    )
    yield cast.back(8, "09:30")
    found = joint.begin(
        cast.clerk("mzj"),
        clue.pk,
        "请共同核查并提出处理意见。",
        [
            Asked(cast.department("mzj"), "核查护理人员配备和夜间值守", 8),
            Asked(cast.department("scjg"), "核查食堂和电梯", 5),
            Asked(cast.department("xfdd"), "核查消防设施和疏散通道", 5),
        ],
    )
    yield cast.back(7, "10:20")
    joint.open_up(cast.head("mzj"), found.pk, "同意。")
    yield cast.back(6, "09:00")
    joint.accept(cast.clerk("xfdd"), found.parts.get(department=cast.department("xfdd")).pk)
    yield cast.back(6, "10:50")
    part = found.parts.get(department=cast.department("scjg"))
    joint.accept(cast.clerk("scjg"), part.pk)
    yield cast.back(3, "14:40")
    joint.report(
        cast.clerk("scjg"),
        part.pk,
        "食堂留样不全；一部电梯使用标志过期。",
        [upload("核查记录.pdf")],
    )
    yield cast.back(2, "09:30")
    joint.confirm(cast.head("scjg"), part.pk)


def _crime(cast: Cast) -> Story:
    yield cast.back(6, "16:30")
    clue = _own_clue(
        cast,
        "scjg",
        "catering",
        "{name}使用非食品原料加工食品",
        "现场检出非食品原料，数量较大，涉嫌犯罪。",
    )
    yield cast.back(5, "09:10")
    officers = User.objects.filter(username__in=("scjg_clerk", "scjg_inspector1"))
    case = crime.begin(
        cast.clerk("scjg"),
        crime.Case(
            title=clue.title,
            facts="加工过程中添加非食品原料，成品已部分销售。",
            suspect=clue.subject_name,
            clue_id=clue.pk,
        ),
        list(officers.values_list("pk", flat=True)),
    )
    yield cast.back(4, "10:00")
    crime_department.report(
        cast.clerk("scjg"),
        case.pk,
        "经核实，主观明知、数量较大，建议移送公安机关。",
        offence="生产、销售有毒、有害食品罪",
    )
    for label in crime_department.DOCUMENTS:
        crime_department.attach(cast.clerk("scjg"), case.pk, label, [upload(f"{label}.pdf")])
    yield cast.back(3, "15:10")
    crime_department.approve(cast.head("scjg"), case.pk, "同意移送。")
    yield cast.back(2, "14:40")
    crime_department.transfer(cast.head("scjg"), case.pk)
    yield cast.back(1, "09:00")
    justice.receive(cast.clerk("gaj"), case.pk)


def _duties_dispute(cast: Cast) -> Story:
    yield cast.back(6, "11:00")
    clue = _own_clue(
        cast,
        "cgj",
        "gas-user",
        "{name}气瓶间改建",
        "{name}在建筑首层改建气瓶间，由谁查处有不同认识。",
    )
    yield cast.back(4, "15:40")
    dispute = disputes.begin(
        cast.clerk("cgj"),
        Question(
            about=Dispute.About.DUTIES,
            title="建筑内改建气瓶间的查处职责",
            facts="城管部门认为属于改变建筑使用功能，住建部门认为属于燃气使用管理。",
            clue_id=clue.pk,
        ),
        [cast.department("zjj").pk],
    )
    yield cast.back(3, "10:30")
    disputes.raise_dispute(cast.head("cgj"), dispute.pk, "先行共同处置。")
    yield cast.back(2, "09:50")
    disputes.handle(cast.clerk("cgj"), dispute.pk, "已责令暂停使用气瓶间。")


def _enforcement_dispute(cast: Cast) -> Story:
    yield cast.back(12, "10:40")
    other = disputes.begin(
        cast.clerk("sthj"),
        Question(
            about=Dispute.About.ENFORCEMENT,
            title="餐饮油烟投诉的执法管辖",
            facts="对居民楼下餐饮油烟由哪个部门立案认识不一致。",
        ),
        [cast.department("cgj").pk],
    )
    yield cast.back(11, "09:30")
    disputes.raise_dispute(cast.head("sthj"), other.pk)
    yield cast.back(10, "16:00")
    for name in ("sthj", "cgj"):
        disputes.handle(cast.clerk(name), other.pk, "已派员到场，要求商户先行停用设备。")
    yield cast.back(7, "15:30")
    disputes.talk(
        cast.clerk("sthj"),
        other.pk,
        held_on=clock.today(),
        participants="双方分管负责人",
        minutes="就立案管辖未达成一致，同意提请协调。",
    )
    yield cast.back(6, "09:40")
    disputes.prepare(cast.clerk("sthj"), other.pk, "协商未能一致，现提请协调，明确执法管辖。")
    yield cast.back(5, "14:20")
    disputes.submit(cast.head("sthj"), other.pk, "同意提请。")


def _refusal(cast: Cast) -> Story:
    yield cast.back(9, "10:00")
    refusal = refusals.begin(
        cast.clerk("xfdd"),
        Complaint(
            title="对占用消防车通道的违法停车未予处理",
            facts="先后两次函请处理，均未答复，通道至今被占用。",
            basis="《中华人民共和国消防法》第二十八条",
            advice="请在期限内派员处理并函复结果。",
        ),
        cast.department("zjj").pk,
    )
    yield cast.back(8, "09:20")
    refusals.advise(cast.head("xfdd"), refusal.pk, "同意。")
    yield cast.back(4, "16:10")
    refusals.reject(cast.head("zjj"), refusal.pk, "该路段不在本部门管理范围。")


def _warnings(cast: Cast) -> Story:
    yield cast.back(20, "09:00")
    rules.adopt_presets(cast.head("xzsp"))
    yield cast.back(4, "10:10")
    store = cast.subject("retail-pharmacy")
    warning = response.from_above(
        cast.clerk("xzsp"),
        origin=RiskWarning.Origin.PROVINCE,
        external_number="演示-0001",
        level=SERIOUS,
        title=f"{store.name}处方药销售异常",
        content="近三十日处方药销量较同类药店高出四倍，处方上传率不足一成。",
        owner=cast.department("scjg"),
        subject=store,
    )
    yield cast.back(3, "09:30")
    response.receive(cast.clerk("scjg"), warning.pk)
    yield cast.back(0, "08:40")
    home = cast.subject("nursing-home")
    response.from_above(
        cast.clerk("xzsp"),
        origin=RiskWarning.Origin.NATIONAL,
        external_number="演示-0002",
        level=MAJOR,
        title=f"{home.name}投诉集中",
        content="近六十日收到同一养老机构投诉七件，均涉及餐食和用药。",
        owner=cast.department("mzj"),
        subject=home,
    )


def _penalty(cast: Cast) -> Story:
    """A fine in force; where the catalogue says so it opens a shared record by itself."""
    yield cast.back(3, "10:30")
    today = clock.today()
    penalty = penalties.enter(
        cast.clerk("scjg"),
        PenaltyData(
            subject=cast.subject("catering"),
            act="使用超过保质期的食品原料",
            occurred_from=day_after(today, -20),
            occurred_to=day_after(today, -18),
            number=f"演示罚〔{today.year}〕1号",
            kind=Penalty.Kind.FINE,
            amount=500_000,
            decided_on=today,
        ),
    )
    yield cast.back(2, "15:00")
    penalties.sign(cast.head("scjg"), penalty.pk, "同意。")
