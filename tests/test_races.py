"""People who act at the same moment on the same things: one wins, the others get words, and
nobody is left with a deadlock."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier

import pytest
from django.db import OperationalError, transaction

from clues.models import Campaign, Clue, Stop, WarningRuleVersion
from clues.services import campaigns, clue_bulk, clue_transfer, intake, stop_bulk
from clues.services.warnings import rules
from clues.tests import joint_samples
from clues.tests.samples import department, make_clue, prepared, together, transferred
from clues.tests.test_sent_twice import RULE
from credit.models import CreditEvent, Evaluation, Petition, Subject, SubjectChange
from credit.rules import default_set
from credit.services import adjustments, directory, evaluations, events, indicators, petitions
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tests import petition_samples, sanction_samples
from credit.tests.entries import HOME, entries
from credit.tests.standings import indicator_set
from inspections.models import Result
from inspections.services import results
from inspections.tests.result_samples import checked_story, published
from matters import bulk, services, upstream
from matters.models import MatterVersion, UpstreamMatter
from matters.tests.conftest import advance, bring_in, drafts  # noqa: F401
from records import clock
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage
from records.trail import entries_of

pytestmark = pytest.mark.django_db(transaction=True)


def winners(outcomes: list[object]) -> list[int]:
    """Which of the steps had an effect; the others must have been refused in words."""
    losers = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, (Refused, NotAllowed)) for one in losers), losers
    return [place for place, one in enumerate(outcomes) if not isinstance(one, Exception)]


def test_a_clue_goes_one_way(county, actor):
    clerk, head, office = actor("scjg_clerk"), actor("scjg_head"), department("民政局")
    main, clue = make_clue(clerk), prepared(clerk, office)
    won = winners(
        together(
            lambda: clue_transfer.transfer(head, clue.pk),
            lambda: intake.merge(clerk, clue.pk, main.pk, "同一件事"),
        )
    )
    clue.refresh_from_db()
    assert [clue.state] == [("transferred", "merged")[place] for place in won]

    arrived = transferred(clerk, head, office)
    theirs, their_head = actor("mzj_clerk"), actor("mzj_head")
    won = winners(
        together(
            lambda: clue_transfer.receive(theirs, arrived.pk),
            lambda: clue_transfer.send_back(their_head, arrived.pk, "不属本部门职责"),
        )
    )
    arrived.refresh_from_db()
    assert won
    assert arrived.state == ("returned" if 1 in won else "handling")
    assert Stop.objects.of(arrived).open().filter(code="main").count() == 1

    # Many clues, chosen in different orders and through different lists.
    pks = [transferred(clerk, head, office).pk for _ in range(6)]
    stops = list(Stop.objects.open().filter(clue__in=pks, department=office).order_by("-pk"))

    outcomes = together(
        lambda: clue_bulk.carry_out(theirs, "receive", pks),
        lambda: clue_bulk.carry_out(their_head, "receive", reversed(pks)),
        lambda: stop_bulk.receive(theirs, [stop.pk for stop in stops]),
        lambda: stop_bulk.assign(their_head, [stop.pk for stop in stops], theirs.user_id),
    )

    winners(outcomes)
    for clue in Clue.objects.filter(pk__in=pks):
        assert clue.state == "handling"
        assert entries_of(clue).filter(verb="clue.receive").count() == 1


def test_one_rule_version_and_one_campaign_stand(county, actor):
    clerk, head = actor("xzsp_clerk"), actor("xzsp_head")
    first = rules.draft(clerk, RULE)
    rules.submit(clerk, first.pk)
    assert winners(together(*[lambda: rules.enforce(head, first.pk)] * 2)) in ([0], [1])
    assert len(winners(together(*[lambda: rules.revise(clerk, first.pk, RULE)] * 2))) == 1
    second = WarningRuleVersion.objects.get(rule=first.rule, number=2)
    rules.submit(clerk, second.pk)
    outcomes = together(
        lambda: rules.enforce(head, second.pk), lambda: rules.end(head, first.pk, "不再需要")
    )
    assert 0 in winners(outcomes)
    assert WarningRuleVersion.objects.in_force().filter(rule=first.rule).get() == second

    wanted = {"title": "餐饮油烟专项", "reason": "投诉集中。", "categories": []}
    campaign = campaigns.propose(clerk, **wanted, township_code="411603101")
    assert len(winners(together(*[lambda: campaigns.sign(head, campaign.pk)] * 2))) == 1
    assert Campaign.objects.get(pk=campaign.pk).state == "proposed"


def test_a_list_is_put_in_force_once(county, drafts, advance, actor):  # noqa: F811
    chosen = [drafts[number] for number in (1, 2, 3)]
    for version in chosen:
        advance(version, "reviewed")
    pks, head = [version.pk for version in chosen], actor("xzsp_head")

    winners(
        together(
            lambda: bulk.carry_out(head, "put_in_force", pks, ""),
            lambda: bulk.carry_out(head, "put_in_force", list(reversed(pks)), ""),
            lambda: services.put_in_force(head, pks[1]),
        )
    )

    for version in chosen:
        assert entries_of(version).filter(verb="matter.put_in_force").count() == 1
    assert MatterVersion.objects.filter(pk__in=pks, state="in_force").count() == 3


def test_a_result_is_corrected_or_withdrawn(county, actor):
    story = checked_story(county)
    result = published(story)
    clerk, head = story.actor("mzj_clerk"), story.actor("mzj_head")
    won = winners(
        together(
            lambda: results.correct(clerk, result.pk, "漏记"),
            lambda: results.correct(head, result.pk, "漏记"),
            lambda: results.withdraw(head, result.pk, "认定有误"),
        )
    )
    assert won
    drafts_left = Result.objects.filter(part=result.part, version=result.version + 1).count()
    assert drafts_left == (0 if won == [2] else 1)


def test_an_objection_is_entered_and_answered_once(county, actor):
    subject = sanction_samples.subjects(county)[0]
    event = petition_samples.fact(subject)

    def enter(kind):
        return lambda: petition_samples.entered(actor, subject, kind, f"event:{event.pk}")

    assert len(winners(together(enter("objection"), enter("repair")))) == 1
    made = Petition.objects.get()
    petitions.accept(actor("mzj_head"), made.pk)
    outcome = "granted" if made.is_repair else "corrected"
    petition_samples.answered(actor, made, outcome)
    clerk, head = actor("mzj_clerk"), actor("fgw_head")
    won = winners(
        together(
            lambda: petitions.confirm(head, made.pk),
            lambda: petitions.confirm(head, made.pk),
            lambda: petitions.withdraw(clerk, made.pk, "申请人放弃"),
        )
    )
    assert len(won) == 1
    made.refresh_from_db()
    counts = CreditEvent.objects.filter(pk=event.pk, until=None).exists()
    assert (made.state, counts) == (("withdrawn", True) if won == [2] else ("decided", False))


def test_what_is_told_while_its_subject_is_judged_is_not_forgotten(county):
    subject = joint_samples.subject(1)
    first, second = (
        Told(subject.pk, "penalty", clock.today(), "罚款", "试验", key) for key in ("1", "2")
    )
    events.tell(SYSTEM, [first])
    with transaction.atomic():
        events.tell(SYSTEM, [second])
        assert together(evaluations.judge_stale) == [0]
    assert evaluations.judge_stale() == 1


def test_a_grade_set_by_hand_while_its_subject_is_judged_holds(county, actor):
    upsert_subjects(SYSTEM, [HOME], "名录导入", region_code=county.code)
    subject = Subject.objects.get(identifier=HOME.identifier)
    clerk = actor("fgw_clerk")
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(actor("fgw_head"), made.pk)
    evaluations.go_on(made.evaluations.get().pk)
    for key in ("1", "2"):
        fact = Told(subject.pk, "dishonest", clock.today(), "列入名单", "试验", key)
        events.tell(SYSTEM, [fact])
        said = "CB"[int(key) - 1]
        outcomes = together(
            lambda said=said: adjustments.adjust(clerk, subject.pk, said, "集中整治"),
            evaluations.judge_stale,
        )
        assert winners(outcomes) == [0, 1], outcomes
        subject.refresh_from_db()
        assert (subject.grade, subject.standings.get(matter=None).grade) == (said, said)


def test_a_subject_that_two_files_bring_at_once_is_entered_once(county, actor, monkeypatch):
    """Whoever comes second finds another's entry where there was none, and overwrites nothing."""
    clerk = actor("xzsp_clerk")
    write = directory.upsert

    def beaten(*args, **more):
        monkeypatch.setattr(directory, "upsert", write)
        assert winners(together(lambda: upsert_subjects(clerk, [HOME], "接口"))) == [0]
        return write(*args, **more)

    monkeypatch.setattr(directory, "upsert", beaten)
    with pytest.raises(Conflict, match="刚刚由他人录入"):
        upsert_subjects(clerk, [*entries(2), replace(HOME, grade="D")], "名录导入")
    subject = Subject.objects.get()
    assert (subject.identifier, subject.grade) == (HOME.identifier, "B")
    assert SubjectChange.objects.filter(subject=subject, field="created").count() == 1


def test_workers_who_share_a_run_judge_everybody_once(county, monkeypatch):
    """Two workers, each with two steps at once, bring out what one alone does."""
    upsert_subjects(SYSTEM, entries(30), "名录导入", region_code=county.code)
    subjects = Subject.objects.order_by("pk").values_list("pk", flat=True)
    fines = [
        Told(pk, "penalty", clock.today(), "罚款", "试验", str(pk), 60_000) for pk in subjects[::3]
    ]
    events.tell(SYSTEM, fines)
    line = {"event": "penalty", "measure": "count", "weight": 6_000, "full_at": 2}
    by_set = indicator_set(county, line)
    monkeypatch.setattr(evaluations, "STEP", 4)
    digests = set()
    for lanes, workers in ((1, 1), (2, 2)):
        monkeypatch.setattr(evaluations, "LANES", lanes)
        run = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
        work = [lambda pk=run.pk: evaluations.go_on(pk)] * workers
        assert winners(together(*work)) == list(range(workers))
        run.refresh_from_db()
        assert (run.state, run.done, sum(run.counts.values())) == ("done", run.total, run.total)
        assert run.assessments.values("subject").distinct().count() == run.total > 0
        assert OutboxMessage.objects.filter(payload__evaluation=run.pk).count() == 1
        digests.add(run.digest)
    assert len(digests) == 1


def test_both_halves_of_a_run_are_done_by_several_at_once(county, monkeypatch):
    """Each step waits until another one is under way beside it."""
    upsert_subjects(SYSTEM, entries(8), "名录导入", region_code=county.code)
    line = {"event": "penalty", "measure": "count", "weight": 6_000, "full_at": 2}
    by_set = indicator_set(county, line)
    total = Subject.objects.filter(status__in=evaluations.JUDGED).count()
    monkeypatch.setattr(evaluations, "STEP", -(-total // 4))
    monkeypatch.setattr(evaluations, "LANES", 2)
    for name in ("assess_range", "apply_range"):
        monkeypatch.setattr(evaluations, name, paired(getattr(evaluations, name)))
    run = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
    assert run.steps.count() == 4
    assert evaluations.go_on(run.pk)
    run.refresh_from_db()
    assert run.state == Evaluation.State.DONE


def paired(step):
    side_by_side = Barrier(2, timeout=30)

    def both(*args, **kwargs):
        side_by_side.wait()
        return step(*args, **kwargs)

    return both


def test_nobody_settles_an_upper_matter_while_its_new_version_is_written(
    county, actor, monkeypatch
):
    """Else a version that comes while somebody claims would find nobody's claim."""
    clerk = actor("xzsp_clerk")
    told = {"issuer": "41", "code": "41-1", "name": "综合监管", "subjects_text": "养老机构"}
    told |= {"content": "消防", "lead": "民政厅", "withdrawn": False}
    upstream.receive(clerk, "省平台", [upstream.Told(number=1, **told)])
    (found,) = UpstreamMatter.objects.all()
    become = upstream._outcome

    def refused_meanwhile(*args):
        (refusal,) = together(take_at_once)
        assert isinstance(refusal, OperationalError)
        return become(*args)

    def take_at_once():
        with transaction.atomic():
            UpstreamMatter.objects.select_for_update(nowait=True).get(pk=found.pk)

    monkeypatch.setattr(upstream, "_outcome", refused_meanwhile)
    upstream.receive(clerk, "省平台", [upstream.Told(number=2, **told)])
    found.refresh_from_db()
    assert found.latest.number == 2
