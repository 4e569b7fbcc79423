"""From a warning to what comes of it: whose turn, study, outcomes, feedback, secrecy."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from clues.acts.warnings import WARNING_ACTS
from clues.models import Clue, RiskWarning, Stop, WarningReport
from clues.rules import warnings as w
from clues.selectors import warnings as selectors
from clues.services import clue_secrecy
from clues.services.warnings import reports, response, rules
from clues.tests.samples import at, moment, own_handling
from clues.tests.warning_samples import COUNTY, complaints, day, raised, rule, subject
from departments.models import Department, Region
from matters.models import SubjectCategory
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def warning(county: Region) -> RiskWarning:
    """A serious warning about a nursing home, raised on a Friday, for 民政局."""
    return make()


def make(level: str = w.SERIOUS) -> RiskWarning:
    with at("2026-11-20 09:00") as now:
        channel = {w.MINOR: "grid", w.SERIOUS: "hotline", w.MAJOR: "media"}[level]
        complaints(subject(), [day("11-10"), day("11-11"), day("11-12")], channel=channel)
        (found,) = raised(rule(level=level, channels=[channel]), now)
    return found


def stop_of(warning: RiskWarning) -> Stop | None:
    return Stop.objects.open().of(warning).select_related("deadline", "department").first()


def test_level_decides_the_clocks(county: Region) -> None:
    # Friday morning: two working days end on Tuesday, 24 hours on Saturday.
    serious = stop_of(make())
    assert serious.deadline.due_at == moment("2026-11-24 23:59:59")
    major = stop_of(make(w.MAJOR))
    assert major.deadline.due_at == moment("2026-11-21 09:00")
    minor = stop_of(make(w.MINOR))
    assert minor.deadline.due_at == moment("2026-11-25 23:59:59")


def test_received_then_made_a_clue(warning: RiskWarning, actor) -> None:
    with at("2026-11-23 09:00"):
        response.receive(actor("mzj_clerk"), warning.pk)
        assert stop_of(warning).deadline.due_at == moment("2026-12-07 23:59:59")
        done = response.become_clue(
            actor("mzj_clerk"), warning.pk, title="三次投诉食堂", content="三件投诉反映同一食堂。"
        )
    clue = done.outcome_clue
    assert (clue.channel, clue.subject) == (Clue.Channel.WARNING, warning.subject)
    assert clue.holder == warning.owner
    assert (done.state, done.outcome) == ("closed", "clue")
    assert stop_of(warning) is None
    assert not Deadline.objects.filter(
        target_id=warning.pk, rule__startswith="clues.warning", met_at=None
    ).exists()
    with pytest.raises(Conflict):
        response.become_clue(actor("mzj_clerk"), warning.pk, title="再来", content="再来一次。")
    assert Clue.objects.filter(channel="warning").count() == 1


def test_the_number_of_its_clue_shows_to_who_sees_the_clue(
    warning: RiskWarning, actor, client_of
) -> None:
    response.receive(actor("mzj_clerk"), warning.pk)
    done = response.become_clue(
        actor("mzj_clerk"), warning.pk, title="三次投诉食堂", content="三件投诉反映同一食堂。"
    )
    number, url = done.outcome_clue.number, warning.get_absolute_url()
    assert number in client_of("xzsp_clerk").get(url).content.decode()
    clue_secrecy.conceal(actor("mzj_head"), done.outcome_clue_id, "涉及举报人安全。")
    page = client_of("xzsp_clerk").get(url).content.decode()
    assert "已登记线索" in page and number not in page
    export = selectors.export_rows(actor("xzsp_clerk"), [reload(warning)], {})
    assert number not in str(list(export))
    assert number in client_of("mzj_head").get(url).content.decode()


def test_nothing_needs_a_reason_and_the_head(warning: RiskWarning, actor) -> None:
    response.receive(actor("mzj_clerk"), warning.pk)
    with pytest.raises(Refused):
        response.dismiss(actor("mzj_clerk"), warning.pk, " ")
    response.dismiss(actor("mzj_clerk"), warning.pk, "三件为同一人重复反映，已核实不属实。")
    assert stop_of(warning).for_head
    with pytest.raises(NotAllowed):
        response.sign_dismissal(actor("mzj_clerk"), warning.pk)
    response.reject_dismissal(actor("mzj_head"), warning.pk, "再核实一次。")
    response.dismiss(actor("mzj_clerk"), warning.pk, "已再次核实不属实。")
    done = response.sign_dismissal(actor("mzj_head"), warning.pk)
    assert (done.outcome, done.outcome_text) == ("nothing", "已再次核实不属实。")
    assert stop_of(warning) is None


def test_why_nothing_shall_be_done_is_read_by_others_once_signed(
    warning: RiskWarning, actor, client_of
) -> None:
    reason = "三件为同一人重复反映，已核实不属实。"
    response.receive(actor("mzj_clerk"), warning.pk)
    response.dismiss(actor("mzj_clerk"), warning.pk, reason)

    def read_by(name: str) -> list[bool]:
        page = client_of(name).get(warning.get_absolute_url()).content.decode()
        row = next(selectors.export_rows(actor(name), [reload(warning)], {}))
        return [reason in page, reason in row["outcome_text"]]

    assert read_by("mzj_head") == [True, True]
    assert read_by("xzsp_clerk") == [False, False]
    response.sign_dismissal(actor("mzj_head"), warning.pk)
    assert read_by("xzsp_clerk") == [True, True]


def test_major_warning_is_studied_before_anything_is_decided(county: Region, actor) -> None:
    warning = make(w.MAJOR)
    response.receive(actor("mzj_clerk"), warning.pk)
    offered = {act.code for act in WARNING_ACTS.allowed(actor("mzj_clerk"), reload(warning))}
    assert offered == set()
    waiting = stop_of(warning)
    assert (waiting.waits, waiting.sender) == ("发起联合会商", warning.owner)
    assert waiting.department.functions.filter(function="coordination").exists()
    with pytest.raises(Conflict):
        response.dismiss(actor("mzj_clerk"), warning.pk, "不需要")
    with pytest.raises(NotAllowed):
        response.open_study(actor("mzj_clerk"), warning.pk, [])
    health = Department.objects.get(short_name="卫健委", region__code=COUNTY)
    response.open_study(actor("xzsp_clerk"), warning.pk, [health])
    assert stop_of(warning).waits == "联合会商研判"
    assert RiskWarning.objects.visible_to(actor("wjw_clerk")).filter(pk=warning.pk).exists()
    with pytest.raises(Refused):
        response.conclude_study(
            actor("xzsp_clerk"),
            warning.pk,
            held_on=timezone.localdate() + dt.timedelta(days=1),
            minutes="到会三部门。",
            conclusion="开展检查。",
        )
    response.conclude_study(
        actor("xzsp_clerk"),
        warning.pk,
        held_on=timezone.localdate(),
        minutes="到会三部门。",
        conclusion="开展检查。",
    )
    assert stop_of(warning).department == warning.owner
    offered = {act.code for act in WARNING_ACTS.allowed(actor("mzj_clerk"), reload(warning))}
    assert offered == {"clue", "check", "campaign", "dismiss"}


def reload(warning: RiskWarning) -> RiskWarning:
    return RiskWarning.objects.get(pk=warning.pk)


def test_campaign_is_proposed_once(warning: RiskWarning, actor) -> None:
    response.receive(actor("mzj_clerk"), warning.pk)
    categories = [SubjectCategory.objects.first().code]
    campaign = response.propose_campaign(
        actor("mzj_clerk"), warning.pk, title="食堂专项", reason="投诉集中", categories=categories
    )
    assert campaign.warning == warning
    assert reload(warning).outcome == "campaign"
    with pytest.raises(Conflict):
        response.propose_campaign(
            actor("mzj_clerk"), warning.pk, title="食堂专项", reason="再提", categories=categories
        )


def test_warning_from_above_is_settled_and_fed_back(county: Region, actor) -> None:
    def enter() -> RiskWarning:
        return response.from_above(
            actor("xzsp_clerk"),
            origin="national",
            external_number="GJ-2026-7",
            level=w.SERIOUS,
            title="养老机构食品安全风险",
            content="监测发现同批次食材不合格。",
            owner=Department.objects.get(short_name="民政局", region__code=COUNTY),
        )

    warning = enter()
    assert enter().pk == warning.pk
    with pytest.raises(NotAllowed):
        response.from_above(
            actor("mzj_clerk"),
            origin="national",
            external_number="GJ-2026-8",
            level=w.MINOR,
            title="甲",
            content="乙",
        )
    response.receive(actor("mzj_clerk"), warning.pk)
    response.dismiss(actor("mzj_clerk"), warning.pk, "本区未采购该批次食材。")
    response.sign_dismissal(actor("mzj_head"), warning.pk)
    stop = stop_of(warning)
    assert (stop.waits, stop.for_head) == ("反馈上级预警", True)
    assert stop.department.functions.filter(function="coordination").exists()
    with pytest.raises(NotAllowed):
        response.feed_back(actor("xzsp_clerk"), warning.pk)
    response.feed_back(actor("xzsp_head"), warning.pk)
    message = OutboxMessage.objects.get(topic="warning.settled")
    assert message.payload["external_number"] == "GJ-2026-7"
    assert message.payload["outcome"] == "nothing"
    assert reload(warning).state == "closed"
    with pytest.raises(Conflict):
        response.feed_back(actor("xzsp_head"), warning.pk)
    assert OutboxMessage.objects.filter(topic="warning.settled").count() == 1


def test_coordination_gives_it_to_another_department(warning: RiskWarning, actor) -> None:
    health = Department.objects.select_related("region").get(
        short_name="卫健委", region__code=COUNTY
    )
    with pytest.raises(Refused):
        response.assign(actor("xzsp_clerk"), warning.pk, health, " ")
    response.assign(actor("xzsp_clerk"), warning.pk, health, "属医疗服务投诉。")
    assert stop_of(warning).department == health
    with pytest.raises(NotAllowed):
        response.receive(actor("mzj_clerk"), warning.pk)
    response.receive(actor("wjw_clerk"), warning.pk)


def test_warning_about_a_clue_is_concealed_with_it(county: Region, actor) -> None:
    clue = own_handling(actor("mzj_clerk"))
    warning = make()
    RiskWarning.objects.filter(pk=warning.pk).update(clue=clue)
    others = RiskWarning.objects.visible_to(actor("xzsp_clerk"))
    assert others.filter(pk=warning.pk).exists()
    clue_secrecy.conceal(actor("mzj_head"), clue.pk, "涉及举报人安全。")
    assert not others.filter(pk=warning.pk).exists()
    assert str(reload(warning)) == f"保密预警 {warning.number}"


def test_only_departments_told_and_overseers_see_it(warning: RiskWarning, actor) -> None:
    def sees(username: str) -> bool:
        return RiskWarning.objects.visible_to(actor(username)).filter(pk=warning.pk).exists()

    assert sees("mzj_clerk") and sees("xzsp_head")
    assert not sees("wjw_clerk") and not sees("xinzhan_officer")


def test_rule_is_drafted_by_the_clerk_and_put_in_force_by_the_head(county: Region, actor) -> None:
    values = {
        "name": "重复检查",
        "source": "visit",
        "measure": w.COUNT,
        "group_by": w.SUBJECT,
        "window_days": 60,
        "threshold": 2,
        "at_least": 1,
        "quiet_days": 15,
        "level": w.SERIOUS,
        "push_to": [w.LEAD, "coordination"],
        "plan": "核对计划。",
        "change_reason": "减少重复检查",
    }
    clerk, head = actor("xzsp_clerk"), actor("xzsp_head")
    with pytest.raises(NotAllowed):
        rules.draft(actor("mzj_head"), values)
    for field, wrong in (
        ("group_by", w.CLUE),
        ("measure", w.SUM),
        ("measure", w.RATIO),
        ("push_to", []),
        ("channels", ["hotline"]),
    ):
        with pytest.raises(Refused):
            rules.draft(clerk, values | {field: wrong})
    first = rules.draft(clerk, values)
    assert rules.sentence_of(first) == (
        "同一监管对象 60 天内被检查 2 次及以上 → 较大预警，推送至事项牵头部门、综合协调组"
    )
    rules.submit(clerk, first.pk)
    with pytest.raises(NotAllowed):
        rules.enforce(clerk, first.pk)
    rules.enforce(head, first.pk)
    with pytest.raises(Conflict):
        rules.change(clerk, first.pk, values)
    second = rules.revise(clerk, first.pk, values | {"threshold": 3, "change_reason": "放宽"})
    with pytest.raises(Conflict):
        rules.revise(clerk, first.pk, values)
    rules.submit(clerk, second.pk)
    rules.enforce(head, second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_force")
    assert (first.threshold, second.threshold) == (2, 3)


def test_presets_are_adopted_once(county: Region, actor) -> None:
    adopted = rules.adopt_presets(actor("xzsp_head"))
    assert len(adopted) == 8
    assert {version.state for version in adopted} == {"in_force"}
    outer = next(v for v in adopted if v.rule.preset == "visits_township")
    assert outer.counted_rule.preset == "visits"
    assert rules.adopt_presets(actor("xzsp_head")) == []


def test_clerk_adopts_for_the_head_to_decide(county: Region, actor) -> None:
    adopted = rules.adopt_presets(actor("xzsp_clerk"))
    assert {version.state for version in adopted} == {"submitted"}


def test_month_report_says_what_happened_and_is_written_once(county: Region, actor) -> None:
    with at("2026-10-20 09:00") as now:
        complaints(subject(), [day("10-10"), day("10-11"), day("10-12")])
        version = rule(in_force_at=now, level=w.MAJOR)
        (late,) = raised(version, now)
        complaints(subject("乙"), [day("10-10"), day("10-11"), day("10-12")])
        version.evaluated_at = None
        version.save()
        (dismissed,) = raised(version, now)
        RiskWarning.objects.filter(pk=dismissed.pk).update(
            level=w.MINOR, state="closed", outcome="nothing", settled_at=now, closed_at=now
        )
        Deadline.objects.filter(target_id=dismissed.pk).update(met_at=now)
    with at("2026-11-01 06:10"):
        assert reports.write_due(dt.date(2026, 11, 1)) == 1
        assert reports.write_due(dt.date(2026, 11, 1)) == 0
    report = WarningReport.objects.get()
    facts = report.figures
    assert (report.starts_on, report.ends_on) == (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert (facts["total"], facts["before"], facts["settled"]) == (2, 0, 1)
    assert (facts["in_time"], facts["late"]) == (1, 1)
    assert facts["by_level"] == [["重大", 1], ["较大", 0], ["一般", 1]]
    assert facts["by_township"] == [["新站镇", 2]]
    assert facts["notable"] == [late.pk]
    assert report.receivers.filter(department=late.owner).exists()
    RiskWarning.objects.filter(pk=late.pk).update(confidential=True)
    assert reports.notable_of(report) == []


def test_quarter_report_follows_the_quarter(county: Region) -> None:
    rule(in_force_at=day("09-10"))
    assert reports.write_due(dt.date(2026, 10, 3)) == 2
