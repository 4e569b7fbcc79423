"""Supervision acts and what the province is told of them (G4)."""

from __future__ import annotations

import pytest

from clues.models import Complainant, Penalty
from clues.services import clue_secrecy, penalties
from clues.tests.samples import make_clue
from clues.tests.test_penalties import enter
from inspections.models import Result
from inspections.services import results
from inspections.tests.result_samples import (
    approved,
    checked_story,
    published,
    turn_into_person,
)
from records import clock, outbox
from records.models import OutboxMessage
from supervision.outbound import selectors
from supervision.outbound.models import ActReport
from supervision.outbound.services import reports

pytestmark = pytest.mark.django_db


def told(target=outbox.PROVINCE):
    """What was written of supervision acts, oldest first."""
    found = OutboxMessage.objects.filter(target=target, topic__startswith="supervision_act.")
    return [(each.topic.partition(".")[2], each.payload) for each in found.order_by("place")]


def statuses(actor, kind="check"):
    return selectors.counts(selectors.acts(actor("xzsp_clerk"), kind))


def test_a_check_is_reported_once_and_follows_its_result(county, actor):
    story = checked_story(county)
    first = published(story)
    results.correct(story.actor("mzj_clerk"), first.pk, "漏记")
    approved(story, ["ordered_to_correct"])
    results.publish_next()
    second = Result.objects.get(part=first.part, version=2)
    results.withdraw(story.actor("mzj_head"), second.pk, "认定有误")

    (new, before), (corrected, after), (gone, end) = told()

    assert (new, corrected, gone) == ("reported", "corrected", "withdrawn")
    assert len({each["record"] for each in (before, after, end)}) == 1
    assert [each["version"] for each in (before, after, end)] == [1, 2, 3]
    assert (before["result"], after["result"]) == (["no_problem"], ["ordered_to_correct"])
    task = first.part.task
    assert before["subject_identifier"] == task.subject.identifier
    assert before["document_number"] == task.code
    assert before["matter_name"] == task.matter_name
    assert before["way"] == "draw"
    assert "subject_name" not in end
    assert ActReport.objects.count() == 1


def test_what_is_said_again_is_not_told_again(county, actor):
    result = published(checked_story(county))

    assert reports.report_result(result) is None
    assert reports.report_missing() == 0
    assert len(told()) == 1


def test_a_natural_person_is_masked(county, actor):
    story = checked_story(county)
    subject = turn_into_person(approved(story))
    results.publish_next()

    ((_, payload),) = told()

    assert subject.name not in str(payload)
    assert subject.identifier not in str(payload)
    assert payload["subject_name"] == subject.shown_name


def test_a_penalty_is_reported_when_signed_and_withdrawn_with_it(county, actor):
    penalty = enter()
    assert told() == []
    penalties.sign(actor("wjw_head"), penalty.pk)
    penalties.withdraw(actor("wjw_head"), penalty.pk, "事实不清")

    (_, payload), (last, _) = told()

    assert payload["act_type"] == "2"
    assert payload["document_number"] == penalty.number
    assert payload["fine_fen"] == penalty.amount
    assert last == "withdrawn"
    assert [topic for topic, _ in told(outbox.CREDIT_CHINA)] == ["reported", "withdrawn"]


def test_what_is_published_elsewhere_holds_no_complainant_and_no_number_of_a_person(county, actor):
    clue = make_clue(actor("wjw_clerk"))
    Complainant.objects.update_or_create(clue=clue, defaults={"name": "赵反映"})
    penalty = enter(clue=clue)
    Penalty.objects.filter(pk=penalty.pk).update(
        act="经赵反映举报，负责人（身份证 411603198001011234）拒不配合，电话13812345678"
    )
    penalties.sign(actor("wjw_head"), penalty.pk)

    for target in (outbox.PROVINCE, outbox.CREDIT_CHINA):
        ((_, payload),) = told(target)
        assert payload["unlawful_act"] == (
            "经赵**举报，负责人（身份证 **************1234）拒不配合，电话*******5678"
        )


def test_what_becomes_confidential_is_taken_back_and_not_listed(county, actor):
    clue = make_clue(actor("wjw_clerk"))
    penalty = enter(clue=clue)
    penalties.sign(actor("wjw_head"), penalty.pk)
    assert statuses(actor, "penalty")["waiting"] == 1

    clue_secrecy.conceal(actor("wjw_head"), clue.pk, "涉及举报人安全")

    assert [topic for topic, _ in told()] == ["reported", "withdrawn"]
    assert not any(statuses(actor, "penalty").values())
    assert reports.report_missing() == 0


def test_acts_from_before_are_missing_until_they_are_reported(county, actor):
    published(checked_story(county))
    penalties.sign(actor("wjw_head"), enter().pk)
    ActReport.objects.all().delete()
    OutboxMessage.objects.filter(topic__startswith="supervision_act.").delete()
    assert statuses(actor)["missing"] == statuses(actor, "penalty")["missing"] == 1

    assert reports.report_missing("37") == 0
    assert reports.report_missing("4116") == 2

    assert statuses(actor)["waiting"] == statuses(actor, "penalty")["waiting"] == 1
    assert len(told()) == 2


def test_a_report_that_says_something_old_counts_as_missing(county, actor):
    result = published(checked_story(county))
    Result.objects.filter(pk=result.pk).update(state="withdrawn")
    assert statuses(actor)["missing"] == 1

    assert reports.report_missing() == 1

    assert told()[-1][0] == "withdrawn"
    assert statuses(actor)["waiting"] == 1


def test_the_list_says_what_became_of_each_report(county, actor):
    published(checked_story(county))
    penalties.sign(actor("wjw_head"), enter().pk)
    report = ActReport.objects.get(kind="check")
    OutboxMessage.objects.filter(pk=report.message_id).update(dead_at=clock.now())
    fine = ActReport.objects.get(kind="penalty")
    OutboxMessage.objects.filter(pk=fine.message_id).update(delivered_at=clock.now())

    assert statuses(actor)["refused"] == 1
    assert statuses(actor, "penalty")["sent"] == 1


def test_every_message_has_a_shape_that_its_system_takes(county, actor):
    """What is written for a target can be put in that target's words."""
    from records.adapters import adapter_of

    story = checked_story(county)
    first = published(story)
    results.correct(story.actor("mzj_clerk"), first.pk, "漏记")
    approved(story, ["ordered_to_correct"])
    results.publish_next()
    penalties.sign(actor("wjw_head"), enter().pk)
    penalties.withdraw(actor("wjw_head"), Penalty.objects.get().pk, "事实不清")

    messages = OutboxMessage.objects.all()

    assert {each.target for each in messages} == {
        outbox.PROVINCE,
        outbox.CREDIT_PUBLICITY,
        outbox.CREDIT_CHINA,
    }
    for message in messages:
        assert adapter_of(message.target).takes(message.topic)
        assert str(message.pk).encode() in adapter_of(message.target).body(message)
    (added, _) = messages.filter(target=outbox.CREDIT_CHINA).order_by("place")
    content = adapter_of(outbox.CREDIT_CHINA).content(added)
    assert content["fine_yuan"] == f"{Penalty.objects.get().amount / 100:.2f}"
