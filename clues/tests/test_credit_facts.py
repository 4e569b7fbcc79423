"""What clues, penalties, warnings and crimes say of their subjects, and what they never betray."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from clues.models import Clue, Penalty
from clues.services import clue_answer, clue_secrecy, clues, crime, penalties
from clues.services.warnings import response
from clues.tests.joint_samples import clue_at, fined, subject
from clues.tests.procedure_samples import reviewing
from clues.tests.samples import at, person, propose_answer
from clues.tests.warning_samples import complaints, day, raised, rule
from clues.tests.warning_samples import subject as warned_subject
from credit.models import CreditEvent, Stale, Subject
from credit.services.origins import restate_all
from inspections.models import JointTask

pytestmark = pytest.mark.django_db


def told(about: Subject | None = None) -> list[tuple[str, int]]:
    """Kinds and amounts of what is known, of one subject when given."""
    events = CreditEvent.objects.order_by("kind")
    if about is not None:
        events = events.filter(subject=about)
    return list(events.values_list("kind", "amount"))


def concluded(outcome: str = Clue.Outcome.CORRECTED, **over) -> Clue:
    """A clue about a home that its department handled to the end."""
    clue = clue_at(**{"subject": subject()} | over)
    clue_answer.propose(
        person("mzj_clerk"), clue.pk, outcome=outcome, answer="已核实处理。", files=[]
    )
    return clue_answer.approve(person("mzj_head"), clue.pk)


@pytest.mark.parametrize("outcome", ["corrected", "penalised", "criminal"])
def test_a_founded_clue_is_a_complaint(county, outcome: str) -> None:
    clue = concluded(outcome)
    event = CreditEvent.objects.get()
    assert (event.kind, event.subject, event.happened_on) == (
        "complaint",
        clue.subject,
        clue.closed_at.astimezone().date(),
    )


@pytest.mark.parametrize("outcome", ["nothing", "mediated", "elsewhere", "unfound"])
def test_an_unfounded_clue_says_nothing(county, outcome: str) -> None:
    concluded(outcome)
    assert told() == []


@pytest.mark.parametrize(
    ("channel", "kinds"),
    [("warning", [("warning", 1)]), ("national", [("warning", 1)]), ("check", [])],
)
def test_what_counts_elsewhere_is_no_complaint_too(county, channel: str, kinds: list) -> None:
    concluded(channel=channel)
    assert told() == kinds


def test_a_clue_without_a_subject_says_nothing(county) -> None:
    concluded(subject=None)
    assert told() == []


def test_the_record_tells_nothing_of_the_complaint_itself(county) -> None:
    clue = concluded()
    event = CreditEvent.objects.get()
    said = f"{event.title}{event.basis}"
    for secret in (clue.title, clue.content, clue.number, clue.answer):
        assert secret not in said


def test_a_reopened_clue_takes_it_back_and_the_new_end_counts(county) -> None:
    clue = concluded()
    Stale.objects.all().delete()
    clues.reopen(person("mzj_head"), clue.pk, "发现新情况")
    assert told() == []
    assert Stale.objects.filter(subject=clue.subject).exists()
    propose_answer(person("mzj_clerk"), clue)
    clue_answer.approve(person("mzj_head"), clue.pk)
    assert told() == [("complaint", 1)]


def test_a_fine_counts_in_yuan_when_it_is_signed(county) -> None:
    fined(amount=123_401)
    event = CreditEvent.objects.get()
    assert (event.kind, event.amount, event.basis) == ("penalty", 1_235, "淮市监罚〔2025〕1号")
    assert event.happened_on.month == 6


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("warning", ("penalty", 0)),
        ("confiscation", ("penalty", 0)),
        ("licence", ("penalty_heavy", 1)),
        ("restriction", ("penalty_heavy", 1)),
        ("detention", ("penalty_heavy", 1)),
    ],
)
def test_other_penalties_count_once(county, kind: str, said: tuple[str, int]) -> None:
    fined(kind=kind, amount=None)
    assert told() == [said]


def test_a_penalty_withdrawn_says_nothing(county) -> None:
    penalty = fined()
    penalties.withdraw(person("scjg_head"), penalty.pk, "复议撤销")
    assert told() == []


def test_what_one_decision_imposes_counts_as_one_penalty(county) -> None:
    fine = fined(amount=500_050)
    taken = fined(kind=Penalty.Kind.CONFISCATION, amount=None)
    fined(kind=Penalty.Kind.RESTRICTION, amount=None)
    assert told() == [("penalty", 5_001), ("penalty_heavy", 1)]
    assert restate_all() == 0
    penalties.withdraw(person("scjg_head"), fine.pk, "复议撤销罚款")
    assert told() == [("penalty", 0), ("penalty_heavy", 1)]
    penalties.withdraw(person("scjg_head"), taken.pk, "复议撤销没收")
    assert told() == [("penalty_heavy", 1)]


def test_a_filed_crime_counts_until_it_turns_out_to_be_none(county) -> None:
    clue = clue_at("scjg_clerk", subject=subject())
    case = reviewing(clue)
    assert told() == []
    crime.HANDLERS["file"](person("gaj_head"), case.pk, "予以立案。")
    assert told(subject()) == [("crime", 1)]
    type(case).objects.filter(pk=case.pk).update(state="accepted")
    crime.HANDLERS["give-back"](person("gaj_head"), case.pk, "不需要追究刑事责任。")
    assert told() == []


def test_a_warning_acted_upon_counts_until_the_visit_is_called_off(county, actor) -> None:
    with at("2026-11-20 09:00") as now:
        complaints(warned_subject(), [day("11-10"), day("11-11"), day("11-12")])
        (warning,) = raised(rule(), now)
        clerk = actor("mzj_clerk")
        response.receive(clerk, warning.pk)
        task = JointTask.objects.create(
            region=county,
            code="GA2026-1",
            origin=JointTask.Origin.CLUE,
            reason="多次投诉",
            subject=warning.subject,
            lead=warning.owner,
        )
        done = response.join_check(clerk, warning.pk, task.pk, "多次投诉，现场核查")
        assert told(done.subject) == [("warning", 1)]
        response.check_called_off(clerk, task, "对象已停业")
    assert told() == []


def test_a_dismissed_warning_says_nothing(county, actor) -> None:
    with at("2026-11-20 09:00") as now:
        complaints(warned_subject(), [day("11-10"), day("11-11"), day("11-12")])
        (warning,) = raised(rule(), now)
        response.receive(actor("mzj_clerk"), warning.pk)
        response.dismiss(actor("mzj_clerk"), warning.pk, "重复反映。")
        response.sign_dismissal(actor("mzj_head"), warning.pk)
    assert told() == []


def test_what_is_confidential_is_never_told(county) -> None:
    head, scjg = person("mzj_head"), person("scjg_head")
    secret = {"confidential": True, "named": (head, scjg, person("gaj_head"))}
    concluded(**secret)
    clue = clue_at("scjg_clerk", subject=subject(), **secret)
    fined(clue=clue)
    assert (told(), Stale.objects.count()) == ([], 0)
    assert restate_all() == 0
    assert told() == []


def test_what_becomes_confidential_is_struck_without_a_trace(county) -> None:
    clue = clue_at("scjg_clerk", subject=subject())
    fined(clue=clue)
    crime.HANDLERS["file"](person("gaj_head"), reviewing(clue).pk, "予以立案。")
    fined(act="未按规定公示食品经营许可", number="淮市监罚〔2025〕9号", amount=100)
    assert told() == [("crime", 1), ("penalty", 5_000), ("penalty", 1)]

    clue_secrecy.conceal(person("scjg_head"), clue.pk, "涉及举报人安全")

    assert told() == [("penalty", 1)]
    assert restate_all() == 0
    assert told() == [("penalty", 1)]


def test_the_command_tells_what_was_there_before_once(county, capsys) -> None:
    concluded()
    fined()
    CreditEvent.objects.all().delete()
    for expected in (2, 0):
        call_command("credit_backfill")
        assert f"新增或更新信用记录 {expected} 条" in capsys.readouterr().out
    assert told() == [("complaint", 1), ("penalty", 5_000)]
