"""Hand-overs, disputes and refusals brought to any point of their course through the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from clues.models import Clue, CrimeHandover, Dispute, Refusal, Stop
from clues.services import crime, disputes, refusals
from clues.services.crime import begin as crime_begin
from clues.services.crime import department as at_department
from clues.services.disputes import Question
from clues.services.refusals import Complaint
from clues.stages import main_stop
from clues.tests.samples import department, person, photo
from departments.models import User
from records.actor import Actor
from records.models import Deadline
from records.workdays import SHANGHAI

Do = Callable[[Actor, Any], Any]


def due(instance: Any) -> str:
    """When the present step must be done, in Shanghai, as ``2026-10-04 23:59``."""
    stop = main_stop(instance)
    assert stop is not None and stop.deadline is not None and stop.deadline.due_at is not None
    return stop.deadline.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def turn(instance: Any) -> tuple[str, str]:
    """Whose turn it is and what is waited for."""
    stop = main_stop(instance)
    assert stop is not None
    return str(stop.department), stop.waits


def officers(*usernames: str) -> list[int]:
    return [User.objects.get(username=each).pk for each in usernames]


def case(clue: Clue | None = None, **over: Any) -> crime_begin.Case:
    values: dict[str, Any] = {
        "title": "周口某食品店销售有毒有害食品",
        "facts": "现场查获添加工业原料的卤制品 320 公斤，货值 12 万元。",
        "suspect": "周口某食品店",
        "clue_id": clue.pk if clue else None,
    }
    return crime_begin.Case(**values | over)


def begun(clue: Clue | None = None) -> CrimeHandover:
    """Case officers of the market supervision department are at work."""
    people = officers("scjg_inspector1", "scjg_inspector2")
    return crime_begin.begin(person("scjg_clerk"), case(clue), people)


def _report(actor: Actor, pk: int) -> Any:
    return at_department.report(
        actor,
        pk,
        "检验不合格，负责人陈述属实，货值达到追诉标准。",
        offence="生产、销售有毒、有害食品罪",
        penalties="责令停止销售，查封库存。",
    )


def attach_all(actor: Actor, pk: int) -> None:
    for label in at_department.DOCUMENTS:
        at_department.attach(actor, pk, label, [photo(f"{label}.jpg")])


def reported(clue: Clue | None = None) -> CrimeHandover:
    return _report(person("scjg_inspector1"), begun(clue).pk)


def approved(clue: Clue | None = None) -> CrimeHandover:
    pk = reported(clue).pk
    attach_all(person("scjg_clerk"), pk)
    return crime.HANDLERS["approve"](person("scjg_head"), pk, "")


def transferred(clue: Clue | None = None) -> CrimeHandover:
    return crime.HANDLERS["transfer"](person("scjg_head"), approved(clue).pk, "")


def reviewing(clue: Clue | None = None) -> CrimeHandover:
    return crime.HANDLERS["receive"](person("gaj_clerk"), transferred(clue).pk, "")


def not_filed(clue: Clue | None = None) -> CrimeHandover:
    return crime.HANDLERS["not-file"](person("gaj_head"), reviewing(clue).pk, "没有犯罪事实。")


def sent_back(username: str = "gaj_clerk", to: str = "市场监管局") -> CrimeHandover:
    return crime_begin.begin_back(person(username), case(), department(to).pk, [photo()])


def _with_opinion(handlers: Mapping[str, Any]) -> dict[str, Do]:
    return {
        code: lambda actor, pk, do=do: do(actor, pk, "情况属实，依规定办理。")
        for code, do in handlers.items()
    }


CRIME_DOES: dict[str, Do] = {
    **_with_opinion(crime.HANDLERS),
    "officers": lambda actor, pk: crime_begin.change_officers(
        actor, pk, officers("scjg_inspector1", "scjg_clerk")
    ),
    "report": _report,
    "attach": attach_all,
    "reword": lambda actor, pk: at_department.reword(actor, pk, "移送书", "正文"),
    "supplement": lambda actor, pk: at_department.supplement(actor, pk, "已补正。", [photo()]),
    "deliver": lambda actor, pk: at_department.deliver(actor, pk, "全部移交。", [photo()]),
}


def question(about: str = Dispute.About.DUTIES, **over: Any) -> Question:
    values: dict[str, Any] = {
        "about": about,
        "title": "养老机构内设食堂的日常监管",
        "facts": "对内设食堂由谁日常检查，两部门认识不一致。",
    }
    return Question(**values | over)


def drafted(about: str = Dispute.About.DUTIES, clue: Clue | None = None) -> Dispute:
    """The civil affairs department disputes with market supervision."""
    return disputes.begin(
        person("mzj_clerk"),
        question(about, clue_id=clue.pk if clue else None),
        [department("市场监管局").pk],
    )


def raised(about: str = Dispute.About.DUTIES, clue: Clue | None = None) -> Dispute:
    return disputes.raise_dispute(person("mzj_head"), drafted(about, clue).pk)


def acted_together(about: str = Dispute.About.DUTIES, clue: Clue | None = None) -> Dispute:
    pk = raised(about, clue).pk
    disputes.handle(person("mzj_clerk"), pk, "已到现场查看食堂。")
    return disputes.handle(person("scjg_clerk"), pk, "已封存过期食材。")


def _talk(actor: Actor, pk: int, agreed: str | None = None) -> Dispute:
    return disputes.talk(
        actor,
        pk,
        held_on=dt.date(2026, 9, 1),
        participants="民政局曾佳颖、市场监管局傅明涛",
        minutes="双方就内设食堂监管交换意见。",
        agreed_id=department(agreed).pk if agreed else None,
    )


def talked(about: str = Dispute.About.DUTIES, clue: Clue | None = None) -> Dispute:
    return _talk(person("mzj_clerk"), acted_together(about, clue).pk)


def agreed(clue: Clue | None = None) -> Dispute:
    pk = acted_together(clue=clue).pk
    return _talk(person("scjg_clerk"), pk, "市场监管局")


def submitted(about: str = Dispute.About.DUTIES, clue: Clue | None = None) -> Dispute:
    new_form = about == Dispute.About.NEW_FORM
    pk = acted_together(about, clue).pk if new_form else talked(about, clue).pk
    disputes.prepare(person("mzj_clerk"), pk, "协商不成，申请协调。", [photo()])
    return disputes.submit(person("mzj_head"), pk)


DISPUTE_DOES: dict[str, Do] = {
    **_with_opinion(disputes.HANDLERS),
    "handle": lambda actor, pk: disputes.handle(actor, pk, "已到现场处置。"),
    "talk": lambda actor, pk: _talk(actor, pk, "市场监管局"),
    "prepare": lambda actor, pk: disputes.prepare(actor, pk, "申请协调。"),
    "propose": lambda actor, pk: disputes.propose(
        actor, pk, department("市场监管局").pk, "由市场监管局负责。"
    ),
}


def complaint(**over: Any) -> Complaint:
    values: dict[str, Any] = {
        "title": "未对内设食堂开展日常检查",
        "facts": "三次函告后仍未派员检查。",
        "basis": "《中华人民共和国食品安全法》第六条",
        "advice": "请于收到本建议书后组织一次检查。",
    }
    return Complaint(**values | over)


def prepared_advice(clue: Clue | None = None) -> Refusal:
    """The civil affairs department against market supervision."""
    return refusals.begin(
        person("mzj_clerk"),
        complaint(clue_id=clue.pk if clue else None),
        department("市场监管局").pk,
        [photo()],
    )


def advised(clue: Clue | None = None) -> Refusal:
    return refusals.advise(person("mzj_head"), prepared_advice(clue).pk)


def unresolved(clue: Clue | None = None) -> Refusal:
    return refusals.reject(person("scjg_head"), advised(clue).pk, "不属于本部门职责。")


def on_report(clue: Clue | None = None) -> Refusal:
    pk = unresolved(clue).pk
    refusals.prepare_report(person("mzj_clerk"), pk, "对方仍不履职，报请区政府处理。")
    return refusals.report(person("mzj_head"), pk)


def ordered(clue: Clue | None = None) -> Refusal:
    return refusals.order(person("zfb_head"), on_report(clue).pk, "限期组织检查。")


def criticised(clue: Clue | None = None) -> Refusal:
    pk = ordered(clue).pk
    refusals.show_order(person("scjg_head"), pk, "正在安排。")
    refusals.HANDLERS["not-corrected"](person("zfb_head"), pk, "没有实际检查。")
    refusals.prepare_criticism(person("zfb_clerk"), pk, "通报批评。")
    return refusals.criticise(person("zfb_head"), pk)


REFUSAL_DOES: dict[str, Do] = {
    **_with_opinion(refusals.HANDLERS),
    "show": lambda actor, pk: refusals.show(actor, pk, "已检查。", [photo()]),
    "show-order": lambda actor, pk: refusals.show_order(actor, pk, "已检查。"),
    "prepare-report": lambda actor, pk: refusals.prepare_report(actor, pk, "报告。"),
    "prepare-criticism": lambda actor, pk: refusals.prepare_criticism(actor, pk, "通报。"),
}


def overdue(instance: Any) -> None:
    """Let the time for the present step, or at a stop, have run out an hour ago."""
    stop = instance if isinstance(instance, Stop) else main_stop(instance)
    assert stop is not None
    past = timezone.now() - dt.timedelta(hours=1)
    Deadline.objects.filter(pk=stop.deadline_id).update(due_at=past)
