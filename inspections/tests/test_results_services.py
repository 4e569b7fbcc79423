import datetime as dt

import pytest
from django.utils import timezone

from departments.models import User
from inspections.acts.results import RESULT_ACTS
from inspections.models import JointTask, Publication, Result, TaskItem
from inspections.models.tasks import Signature
from inspections.rules import PUBLICATION_DUE
from inspections.services import public_words, results
from inspections.tests.result_samples import (
    checked_story,
    published,
    result_of,
    submitted,
    turn_into_person,
)
from records import deadlines, outbox
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, OutboxMessage, TrailEntry
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db

OWN = {"mzj_clerk", "mzj_head", "mzj_inspector1", "mzj_inspector2"}
MATRIX = {
    "submit": ({"draft"}, OWN),
    "approve": ({"submitted"}, {"mzj_head"}),
    "return": ({"submitted"}, {"mzj_head"}),
    "correct": ({"published"}, {"mzj_clerk", "mzj_head"}),
    "withdraw": ({"published"}, {"mzj_head"}),
    "publish": ({"approved"}, {"系统"}),
    "supersede": ({"published"}, {"系统"}),
}
"""Act → the states it leaves and who may do it with a result of the department MZJ."""


@pytest.fixture
def story(county):
    return checked_story(county)


def test_every_act_every_role_every_state(story):
    """All demo accounts, and the system, against the table above."""
    result = result_of(story)
    actors = {user.username: story.actor(user.username) for user in User.objects.all()}
    actors["系统"] = SYSTEM
    assert {act.code for act in RESULT_ACTS.acts} == set(MATRIX)
    wrong = []
    for code, (states, people) in MATRIX.items():
        for name, actor in actors.items():
            for state in Result.State.values:
                result.state = state
                expected = None if name in people else NotAllowed
                if expected is None and state not in states:
                    expected = Conflict
                try:
                    RESULT_ACTS.check(actor, code, result, "理由")
                    got = None
                except (NotAllowed, Conflict) as error:
                    got = type(error)
                if got is not expected:
                    wrong.append((code, name, state, got))
    assert wrong == []


@pytest.mark.parametrize("code", ["return", "correct", "withdraw"])
def test_a_reason_is_demanded_and_kept_short(story, code):
    result = submitted(story) if code == "return" else published(story)
    head = story.actor("mzj_head")

    with pytest.raises(Refused) as caught:
        results.HANDLERS[code](head, result.pk, "  ")

    assert caught.value.field == "opinion"
    if code != "return":
        with pytest.raises(Refused, match="2000"):
            results.HANDLERS[code](head, result.pk, "长" * 2001)


def test_a_result_is_entered_approved_and_published(story, django_capture_on_commit_callbacks):
    result = submitted(story, ["to_be_handled", "ordered_to_correct", "to_be_handled"])
    assert result.codes == ["ordered_to_correct", "to_be_handled"]
    assert (result.state, result.entered_by.username) == ("submitted", "mzj_clerk")

    results.approve(story.actor("mzj_head"), result.pk)
    assert not Publication.objects.exists()
    assert results.publish_next() is True
    assert results.publish_next() is False

    result.refresh_from_db()
    assert (result.state, result.approved_by.username) == ("published", "mzj_head")
    publication = result.publication
    subject = result.part.task.subject
    assert publication.subject_name == subject.name
    assert publication.results == ["发现问题已责令改正", "发现问题待后续处理"]
    assert publication.draw_number == story.draw.number
    assert publication.announcement.payload["results"] == publication.results
    verbs = TrailEntry.objects.filter(target_id=result.pk, verb__startswith="result.")
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "result.submit",
        "result.approve",
        "result.publish",
    ]


@pytest.mark.parametrize(
    ("codes", "remark", "field", "words"),
    [
        ([], "", "codes", "至少选择一项"),
        (["no_problem", "unreachable"], "", "codes", "不能与其他结果"),
        (["made_up"], "", "codes", "不适用"),
        (["no_problem"], "长" * 1001, "remark", "1000"),
    ],
)
def test_an_unsound_conclusion_is_refused_at_its_field(story, codes, remark, field, words):
    with pytest.raises(Refused, match=words) as caught:
        results.submit(story.actor("mzj_clerk"), result_of(story).pk, codes, remark)

    assert caught.value.field == field
    assert result_of(story).state == "draft"


def test_what_was_found_on_site_stands_against_the_conclusion(story):
    result = result_of(story)
    TaskItem.objects.filter(pk=result.part.items.first().pk).update(outcome="problem")

    with pytest.raises(Refused, match="有 1 个检查事项"):
        results.submit(story.actor("mzj_clerk"), result.pk, ["no_problem"], "")


def test_a_returned_result_is_entered_again(story):
    result = submitted(story)
    results.return_for_change(story.actor("mzj_head"), result.pk, "结论与记录不符")
    result.refresh_from_db()
    assert (result.state, result.submitted_at) == ("draft", None)

    submitted(story, ["ordered_to_correct"])

    assert result_of(story).state == "submitted"


def test_a_correction_replaces_what_stood_and_keeps_it(story):
    first = published(story)
    new = results.correct(story.actor("mzj_clerk"), first.pk, "漏记一项问题")
    assert (new.version, new.state, new.codes) == (2, "draft", [])
    assert Result.objects.get(pk=first.pk).state == "published"
    for act in (results.correct, results.withdraw):
        with pytest.raises(Conflict):
            act(story.actor("mzj_head"), first.pk, "再来一次")

    second = published(story, ["ordered_to_correct"])

    first.refresh_from_db()
    assert (first.state, second.state) == ("corrected", "published")
    old, current = first.publication, second.publication
    assert (old.results, old.end_reason) == (["未发现问题"], "漏记一项问题")
    assert old.ended_at is not None and old.is_corrected
    assert (current.corrects, current.ended_at) == (old, None)
    assert list(Publication.objects.standing()) == [current]
    message = current.announcement
    assert (message.topic, message.payload["corrects"]) == ("result.corrected", old.pk)


def test_a_withdrawn_publication_stays_with_its_reason(story):
    result = published(story)

    results.withdraw(story.actor("mzj_head"), result.pk, "检查对象认定有误")

    result.refresh_from_db()
    publication = result.publication
    assert result.state == "withdrawn"
    assert (publication.state_label, publication.end_reason) == ("已撤销", "检查对象认定有误")
    assert publication.retraction.payload["reason"] == "检查对象认定有误"
    with pytest.raises(Conflict):
        results.correct(story.actor("mzj_head"), result.pk, "恢复")


@pytest.mark.parametrize("ending", ["correct", "withdraw"])
def test_natural_persons_are_masked_in_all_that_leaves(story, ending):
    subject = turn_into_person(result_of(story))
    first = published(story, ["ordered_to_correct"])
    reason = f"{subject.name}（{subject.identifier}）提出异议属实"
    results.HANDLERS[ending](story.actor("mzj_head"), first.pk, reason)
    if ending == "correct":
        published(story)

    kept = str(list(Publication.objects.values())) + str(
        list(OutboxMessage.objects.values_list("payload", flat=True))
    )
    assert "欧***" in kept
    assert subject.name not in kept
    assert subject.identifier not in kept


def test_only_subjects_with_a_unified_code_are_told_to_the_publicity_system(story):
    turn_into_person(result_of(story))

    result = published(story)

    assert result.publication.announcement is None
    told = OutboxMessage.objects.filter(topic__startswith="result.")
    assert told.get().target == outbox.PROVINCE


@pytest.mark.parametrize("person", [False, True])
def test_the_province_is_told_of_every_publication_and_its_end(story, person):
    subject = result_of(story).part.task.subject
    if person:
        subject = turn_into_person(result_of(story))
    first = published(story)
    results.correct(story.actor("mzj_clerk"), first.pk, f"{subject.name}提出异议")
    second = published(story, ["ordered_to_correct"])
    results.withdraw(story.actor("mzj_head"), second.pk, "认定有误")

    told = OutboxMessage.objects.filter(target=outbox.PROVINCE, topic__startswith="result.")
    topics = {message.topic: message.payload for message in told}
    assert len(told) == 3
    assert set(topics) == {"result.published", "result.corrected", "result.withdrawn"}
    assert topics["result.corrected"]["corrects"] == first.publication.pk
    assert topics["result.withdrawn"]["reason"] == "认定有误"
    assert all((subject.name in str(payload)) != person for payload in topics.values())
    assert all((subject.identifier in str(payload)) != person for payload in topics.values())


def test_the_last_publication_closes_the_visit(county):
    story = checked_story(county)
    task = JointTask.objects.get()
    published(story)
    task.refresh_from_db()
    assert task.state == "checked"

    other = result_of(story, "WJW")
    results.submit(story.actor("wjw_clerk"), other.pk, ["no_problem"], "")
    results.approve(story.actor("wjw_head"), other.pk)
    results.publish_next()

    task.refresh_from_db()
    assert task.state == "closed"


def local(year, month, day, hour=10):
    return dt.datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("submitted_at", "period_end", "due_on"),
    [
        (local(2026, 3, 2), dt.date(2026, 3, 20), dt.date(2026, 3, 30)),
        (local(2026, 3, 12), dt.date(2026, 3, 2), dt.date(2026, 3, 30)),
        (local(2026, 3, 2, 23), dt.date(2026, 3, 2), dt.date(2026, 3, 30)),
    ],
)
def test_the_clock_runs_from_submission_or_the_end_of_the_period(
    story, submitted_at, period_end, due_on
):
    Deadline.objects.all().delete()
    result = result_of(story)
    result.part.submitted_at = submitted_at
    result.part.task.item.period_end = period_end

    deadline = results.start_publication_clock(SYSTEM, result)

    assert timezone.localtime(deadline.due_at).date() == due_on
    assert deadline.source == PUBLICATION_DUE.source
    assert ("截止日期" in deadline.title) is (period_end < submitted_at.date())


def test_publication_meets_the_clock_and_a_return_does_not_stop_it(story):
    result = submitted(story)
    results.return_for_change(story.actor("mzj_head"), result.pk, "补充")
    assert deadlines.running_of(result).count() == 1

    result = published(story)

    clock = Deadline.objects.get(target_id=result.pk, rule=PUBLICATION_DUE.key)
    assert clock.met_at == result.published_at


def test_a_result_that_cannot_be_published_holds_up_no_other(county, monkeypatch):
    story = checked_story(county, homes=2)
    bad, good = result_of(story), result_of(story, position=1)
    Result.objects.update(state="approved", codes=["no_problem"], approved_at=timezone.now())
    Result.objects.exclude(pk__in=(bad.pk, good.pk)).update(state="draft", approved_at=None)
    Result.objects.filter(pk=bad.pk).update(approved_at=local(2026, 1, 5))
    copy = results._copy_for_public

    def broken(result, now):
        if result.pk == bad.pk:
            raise ValueError("broken")
        return copy(result, now)

    monkeypatch.setattr(results, "_copy_for_public", broken)
    failed: set[int] = set()
    while results.publish_next(failed):
        pass

    assert failed == {bad.pk}
    assert Result.objects.get(pk=good.pk).state == "published"
    assert Result.objects.get(pk=bad.pk).state == "approved"
    with pytest.raises(ValueError, match="broken"):
        results.publish_next()


def test_the_workbench_names_drafts_for_clerks_and_approvals_for_heads(county):
    story = checked_story(county, homes=2)
    submitted(story)

    clerk = results.pending_result_work(story.actor("mzj_clerk"))
    head = results.pending_result_work(story.actor("mzj_head"))

    second = result_of(story, position=1)
    assert [(row.what, row.url) for row in clerk] == [
        ("录入检查结果", f"/inspections/results/{second.pk}/edit/")
    ]
    assert clerk[0].chip is not None
    assert clerk[0].due_at == Deadline.objects.get(target_id=second.pk).due_at
    assert sorted(row.what for row in head) == ["审核检查结果", "录入检查结果"]
    for username in ("mzj_inspector1", "nync_head", "jjz_witness", "system_admin"):
        assert results.pending_result_work(story.actor(username)) == []


def test_stopped_pushes_are_work_for_the_coordination_office(story):
    published(story)
    office = story.actor("xzsp_clerk")
    assert outbox.pending_dead(office) == []

    OutboxMessage.objects.update(dead_at=timezone.now())

    assert [row.what for row in outbox.pending_dead(office)] == ["对外推送失败"]
    assert outbox.pending_dead(story.actor("mzj_clerk")) == []


@pytest.fixture
def visited(story):
    """A published result whose visit was signed for by one person and made by another."""
    result = published(story)
    Signature.objects.create(
        part=result.part, side="subject", signer="钱多多", refused_reason="签字笔没有墨水"
    )
    return result


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("钱多多提供的材料有误", "钱多多"),
        ("{inspector} 漏记一项", "{inspector}"),
        ("负责人身份证 411603198001011234 录入有误", "411603198001011234"),
        ("联系 13812345678 核实", "13812345678"),
    ],
)
def test_a_reason_that_the_public_reads_names_nobody(story, visited, reason, named):
    inspector = visited.part.officers.first().name
    reason, named = reason.format(inspector=inspector), named.format(inspector=inspector)
    for act, who in ((results.correct, "mzj_clerk"), (results.withdraw, "mzj_head")):
        with pytest.raises(Refused, match=named) as refusal:
            act(story.actor(who), visited.pk, reason)
        assert refusal.value.field == "opinion"
    assert Result.objects.get(part=visited.part).state == "published"


def test_who_must_not_be_told_of_is_masked_when_the_reason_is_published(
    story, visited, monkeypatch
):
    monkeypatch.setattr(public_words, "UNTOLD", [lambda task: ["赵反映"]])
    results.withdraw(story.actor("mzj_head"), visited.pk, "赵反映反映的情况不实")
    assert Publication.objects.get(result=visited).end_reason == "赵**反映的情况不实"
