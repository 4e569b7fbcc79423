"""From a scheme to a frozen quarter: who does what, what is counted, what an appeal changes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.models import Clue, Receipt, Referral, Refusal
from departments.models import Region
from records import clock
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, TrailEntry
from supervision.assessment.models import Appeal, Scheme, ScoreRow
from supervision.assessment.services import appeals, bonuses, rounds, schemes
from supervision.assessment.services.schemes import Weight
from supervision.assessment.tests.samples import (
    AFTER,
    clue_of,
    computed,
    day,
    line_of,
    owed,
    scheme_in_force,
    score_of,
    third_quarter,
)

PDF = b"%PDF-1.4\n%%EOF\n"


def test_only_the_coordination_office_draws_up_and_its_head_signs(county, actor) -> None:  # type: ignore[no-untyped-def]
    for name in ("mzj_head", "fgw_clerk", "system_admin"):
        with pytest.raises(NotAllowed):
            schemes.draft(actor(name), "方案", "理由")
    made = schemes.draft(actor("xzsp_clerk"), "方案", "理由")
    with pytest.raises(Conflict):
        schemes.draft(actor("xzsp_clerk"), "方案", "理由")
    with pytest.raises(NotAllowed):
        schemes.enforce(actor("xzsp_clerk"), made.pk)
    schemes.enforce(actor("xzsp_head"), made.pk)
    second = schemes.draft(actor("xzsp_clerk"), "方案", "调整分值")
    assert schemes.weights_of(second) == schemes.weights_of(made)
    schemes.enforce(actor("xzsp_head"), second.pk)
    made.refresh_from_db()
    assert (made.state, second.version) == ("retired", 2)


def test_weights_must_sum_to_a_hundred_before_they_hold(county, actor) -> None:  # type: ignore[no-untyped-def]
    made = schemes.draft(actor("xzsp_clerk"), "方案", "理由")
    schemes.edit(actor("xzsp_clerk"), made.pk, {"clues_in_time": Weight(9_950)})
    with pytest.raises(Refused, match=r"合计应为 100\.00，现为 99\.50"):
        schemes.enforce(actor("xzsp_head"), made.pk)
    with pytest.raises(Refused, match="分值应在 0 至 100"):
        schemes.edit(actor("xzsp_clerk"), made.pk, {"clues_in_time": Weight(10_001)})
    schemes.edit(actor("xzsp_clerk"), made.pk, {"clues_in_time": Weight(10_000)})
    schemes.enforce(actor("xzsp_head"), made.pk)
    with pytest.raises(Conflict):
        schemes.edit(actor("xzsp_clerk"), made.pk, {"clues_in_time": Weight(10_000)})


def test_a_county_without_a_scheme_goes_by_that_of_its_city(county, actor) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match="没有生效的考核方案"), clock.at(AFTER):
        rounds.begin(actor("xzsp_clerk"), 2026, 3)
    city = Region.objects.get(code="4116")
    theirs = Scheme.objects.create(region=city, version=1, name="市", reason="", state="in_force")
    assert Scheme.objects.holding_in("411603").first() == theirs
    own = Scheme.objects.create(region=county, version=1, name="区", reason="", state="in_force")
    assert Scheme.objects.holding_in("411603").first() == own


def test_a_row_is_what_was_due_in_the_period_and_met_what_was_done_in_time(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    owed(mzj, day(7, 20), day(7, 19))
    owed(mzj, day(8, 20), day(8, 21))
    owed(mzj, day(9, 30, 17))
    owed(mzj, day(6, 30), day(6, 29))
    owed(mzj, day(10, 2), day(9, 29))
    owed(mzj, day(9, 1), day(8, 1), cancelled_at=day(8, 1))
    owed(mzj, day(9, 1), day(8, 1), rule="clues.letter.review")
    owed(mzj, day(9, 1), day(8, 31), rule="clues.assistance")
    of = third_quarter(actor)
    line = line_of(of, mzj, "clues_in_time")
    assert (line.rows, line.met, line.score) == (3, 1, 500)
    notes = dict(line.facts.values_list("due_at__month", "note"))
    assert notes == {7: "", 8: "逾期 1 个工作日", 9: "逾期 2 个工作日"}
    assert line_of(of, mzj, "letters_answered").score == 1_000
    score = score_of(of, mzj)
    # 15.00 of 25.00 points can be judged; the other lines share their weights.
    assert (score.base, score.total, score.rank) == (6_000, 6_000, 1)
    idle = score_of(of, actor("czj_head"))
    assert (idle.base, idle.total, idle.rank) == (None, None, None)


def test_what_is_not_yet_due_counts_only_once_it_is_done(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    owed(mzj, day(9, 20))
    open_one = owed(mzj, day(9, 10))
    scheme_in_force(actor)
    with clock.at(day(9, 1)):
        of = computed(rounds.begin(actor("xzsp_clerk"), 2026, 3))
        assert score_of(of, mzj).total is None
        open_one.met_at = day(8, 31)
        open_one.save()
        computed(rounds.compute(actor("xzsp_clerk"), of.pk))
        assert score_of(of, mzj).total == 10_000
        with pytest.raises(Refused, match="尚未结束"):
            rounds.publish(actor("xzsp_head"), of.pk)
        with pytest.raises(Refused, match="还没有开始"):
            rounds.begin(actor("xzsp_clerk"), 2026, 4)
        with pytest.raises(Conflict):
            rounds.begin(actor("xzsp_clerk"), 2026, 3)
    with clock.at(AFTER):
        computed(rounds.compute(actor("xzsp_clerk"), of.pk))
    assert score_of(of, mzj).total == 5_000


def test_ratings_letters_of_supervision_and_refusals_count(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    for number, rating in enumerate(("good", "fair", "poor")):
        Receipt.objects.create(
            clue=clue_of(mzj),
            sent_key=f"00000000-0000-0000-0000-00000000000{number}",
            rating=rating,
            rated_at=day(8, 8),
        )
    letter = {"region_code": "411603", "kind": "supervision", "title": "督办", "body": "督办"}
    parties = {"sender_id": actor("xzsp_clerk").department_id, "to_id": mzj.department_id}
    Referral.objects.create(**letter, **parties, number="1", state="sent", sent_at=day(8, 1))
    Referral.objects.create(**letter, **parties, state="draft")
    refusal = {
        "region_code": "411603",
        "department_id": actor("wjw_head").department_id,
        "addressee_id": mzj.department_id,
        "basis": "依据",
        "order": "责令改正",
        "reported_at": day(8, 2),
    }
    Refusal.objects.create(**refusal, number="1", state="ordered")
    Refusal.objects.create(**refusal, number="2", state="dismissed")
    owed(mzj, day(8, 1), rule="clues.returned", started_at=day(7, 28))
    of = third_quarter(actor)
    assert line_of(of, mzj, "satisfied").met == 2
    assert line_of(of, mzj, "supervised").score == -100
    assert line_of(of, mzj, "refused").score == -300
    assert line_of(of, mzj, "wrongly_passed").score == -50
    score = score_of(of, mzj)
    assert (score.base, score.deducted, score.total) == (6_660, 450, 6_210)


def test_what_is_confidential_is_not_assessed(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    owed(mzj, day(8, 1), day(7, 30))
    late = owed(mzj, day(8, 1))
    Clue.objects.filter(pk=late.target_id).update(confidential=True)
    of = third_quarter(actor)
    assert line_of(of, mzj, "clues_in_time").rows == 1


def test_an_accepted_appeal_leaves_the_row_out_and_counts_anew(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj, wjw = actor("mzj_head"), actor("wjw_head")
    office, head = actor("xzsp_clerk"), actor("xzsp_head")
    owed(mzj, day(8, 1), day(7, 30))
    owed(mzj, day(8, 2))
    owed(wjw, day(8, 1), day(7, 30))
    of = third_quarter(actor)
    assert (score_of(of, mzj).total, score_of(of, mzj).rank) == (5_000, 2)
    line = line_of(of, mzj, "clues_in_time")
    words = "材料由外单位延误，情况属实。" * 50
    with clock.at(AFTER):
        with pytest.raises(Refused, match="不在申诉期内"):
            appeals.raise_appeal(mzj, line.pk, None, "理由")
        with pytest.raises(NotAllowed):
            rounds.publish(office, of.pk)
        computed(rounds.publish(head, of.pk))
        line = line_of(of, mzj, "clues_in_time")
        row = line.facts.get(met=False)
        for other in (wjw, actor("mzj_clerk"), head):
            with pytest.raises(NotAllowed):
                appeals.raise_appeal(other, line.pk, row.pk, "理由")
        appeal = appeals.raise_appeal(mzj, line.pk, row.pk, "对方迟迟没有提供材料。")
        with pytest.raises(Conflict):
            appeals.raise_appeal(mzj, line.pk, row.pk, "再次申诉")
        due = Deadline.objects.get(rule="assessment.decide", met_at=None)
        assert due.department_id == head.department_id
        with pytest.raises(Refused, match="必须填写采纳理由"):
            appeals.propose(office, "accept", appeal.pk, "")
        appeals.propose(office, "accept", appeal.pk, words)
        with pytest.raises(NotAllowed):
            appeals.sign_accept(office, appeal.pk)
        appeals.sign_accept(head, appeal.pk)
    row.refresh_from_db()
    due.refresh_from_db()
    assert row.left_out == words and due.met_at
    line.refresh_from_db()
    assert (line.rows, line.met) == (1, 1)
    assert (score_of(of, mzj).total, score_of(of, mzj).rank) == (10_000, 1)
    verbs = TrailEntry.objects.filter(verb__startswith="assessment_appeal.").order_by("id")
    assert list(verbs.filter(outcome="done").values_list("verb", flat=True)) == [
        "assessment_appeal.raise",
        "assessment_appeal.accept",
        "assessment_appeal.sign-accept",
    ]


def test_a_whole_line_left_out_is_not_scored(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj, head = actor("mzj_head"), actor("xzsp_head")
    owed(mzj, day(8, 2))
    owed(mzj, day(8, 2), day(8, 1), rule="clues.assistance")
    of = third_quarter(actor)
    with clock.at(AFTER):
        computed(rounds.publish(head, of.pk))
        line = line_of(of, mzj, "clues_in_time")
        appeal = appeals.raise_appeal(mzj, line.pk, None, "系统故障。")
        appeals.propose(head, "accept", appeal.pk, "属实。")
        appeals.sign_accept(head, appeal.pk)
    line.refresh_from_db()
    assert line.score is None and score_of(of, mzj).total == 10_000


def test_frozen_only_after_the_time_for_appeals_and_then_for_good(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj, office, head = actor("mzj_head"), actor("xzsp_clerk"), actor("xzsp_head")
    late = owed(mzj, day(8, 2))
    of = third_quarter(actor)
    with clock.at(AFTER):
        computed(rounds.publish(head, of.pk))
        with pytest.raises(Refused, match="申诉期尚未届满"):
            rounds.freeze(head, of.pk)
        line = line_of(of, mzj, "clues_in_time")
        appeal = appeals.raise_appeal(mzj, line.pk, line.facts.get().pk, "理由")
    # Five working days after Friday 9 October; Saturday the 10th is worked.
    of.refresh_from_db()
    assert of.appeals_until == day(10, 15).replace(hour=23, minute=59, second=59)
    with clock.at(day(10, 16)):
        with pytest.raises(Refused, match="不在申诉期内"):
            appeals.raise_appeal(mzj, line.pk, None, "理由")
        with pytest.raises(Refused, match="还有 1 件申诉"):
            rounds.freeze(head, of.pk)
        appeals.propose(office, "reject", appeal.pk, "期限由本部门耽误。")
        appeals.sign_reject(head, appeal.pk)
        with pytest.raises(NotAllowed):
            rounds.freeze(office, of.pk)
        rounds.freeze(head, of.pk)
        late.delete()
        for change in (rounds.compute, rounds.publish, rounds.freeze):
            with pytest.raises(Conflict):
                change(head, of.pk)
        with pytest.raises(Conflict, match="已定稿"):
            bonuses.propose(office, score_of(of, mzj).pk, "创新", "理由", 100, [_proof()])
    assert ScoreRow.objects.filter(line__of__round=of).count() == 1
    assert Appeal.objects.get().state == "rejected" and score_of(of, mzj).total == 0


def _proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("表彰决定.pdf", PDF, content_type="application/pdf")


def test_extra_points_need_evidence_and_the_head_and_survive_a_new_computation(  # type: ignore[no-untyped-def]
    county, actor
) -> None:
    mzj, office, head = actor("mzj_head"), actor("xzsp_clerk"), actor("xzsp_head")
    owed(mzj, day(8, 2), day(8, 1))
    of = third_quarter(actor)
    score = score_of(of, mzj)
    with clock.at(AFTER):
        for files, points, words in (([], 100, "证明材料"), ([_proof()], 501, "上限 5.00")):
            with pytest.raises(Refused, match=words):
                bonuses.propose(office, score.pk, "创新做法", "全市推广", points, files)
        with pytest.raises(NotAllowed):
            bonuses.propose(mzj, score.pk, "创新做法", "全市推广", 300, [_proof()])
        made = [
            bonuses.propose(office, score.pk, f"创新做法{n}", "全市推广", 300, [_proof()])
            for n in range(2)
        ]
        with pytest.raises(NotAllowed):
            bonuses.grant(office, made[0].pk)
        bonuses.grant(head, made[0].pk)
        assert score_of(of, mzj).total == 10_300
        bonuses.grant(head, made[1].pk)
        # Both together reach the cap of the scheme.
        assert score_of(of, mzj).total == 10_500
        computed(rounds.compute(office, of.pk))
    assert score_of(of, mzj).total == 10_500


def test_a_computation_asks_as_much_for_many_departments_as_for_one(county, actor) -> None:  # type: ignore[no-untyped-def]
    office = actor("xzsp_clerk")
    owed(actor("mzj_clerk"), day(8, 2), day(8, 1))
    of = third_quarter(actor)

    def queries() -> int:
        with (
            clock.at(AFTER),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            computed(rounds.compute(office, of.pk))
        return len(seen)

    few = queries()
    for name in ("wjw", "scjg", "sfj", "fgw", "gaj"):
        for _ in range(3):
            owed(actor(f"{name}_head"), day(8, 2))
    assert queries() == few
