import datetime as dt
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clues.models import Clue, Receipt
from clues.tests.samples import make_clue
from credit.models import Subject
from departments.models import Department, Region
from inspections.models import JointTask, Result, TaskPart
from inspections.tests.result_samples import checked_story, published
from records import clock
from supervision.dashboard import rollups
from supervision.dashboard.models import Rollup, Touched
from supervision.reconciling.models import Reconciliation

pytestmark = pytest.mark.django_db
COUNTY = "411603"


def agrees() -> bool:
    rollups.fold_all()
    return rollups.differences() == []


def test_what_happens_is_counted_by_all_township_and_department(county, actor):
    story = checked_story(county, homes=3)
    result = published(story)
    task = result.part.task

    rollups.fold_all()
    totals = rollups.totals(COUNTY)
    year = clock.today().year

    assert totals.everything[f"published:{year}"] == 1
    assert totals.by_department[result.part.department_id][f"published:{year}"] == 1
    visits = sum(n for key, n in totals.everything.items() if key.startswith("visit:"))
    assert visits == 3
    by_town = totals.by_township.get(task.subject.township_id, {})
    assert task.subject.township_id is None or any(key.startswith("visit:") for key in by_town)
    assert rollups.differences() == []


def test_a_rollback_leaves_no_mark_and_no_count(county):
    checked_story(county, homes=2)
    rollups.fold_all()
    before = rollups.totals(COUNTY).everything
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Subject.objects.update(grade="D")
        assert Touched.objects.exists()
        raise ZeroDivisionError
    assert not Touched.objects.exists()
    assert rollups.totals(COUNTY).everything == before
    assert rollups.differences() == []


def test_a_change_that_counts_for_nothing_leaves_no_mark(county):
    checked_story(county, homes=2)
    rollups.fold_all()
    Subject.objects.update(address="别处")
    JointTask.objects.update(reason="")
    assert not Touched.objects.exists()


def test_a_subject_that_moves_takes_its_visits_and_results_along(county):
    story = checked_story(county, homes=2)
    subject = published(story).part.task.subject
    here, there = Region.objects.filter(parent=county).order_by("-code")[:2]
    Subject.objects.filter(pk=subject.pk).update(township=here)
    rollups.fold_all()
    Subject.objects.filter(pk=subject.pk).update(township=there)
    rollups.fold_all()
    towns = rollups.totals(COUNTY).by_township
    assert here.pk not in towns
    assert towns[there.pk][f"published:{clock.today().year}"] == 1
    assert rollups.differences() == []


def test_a_clue_that_becomes_confidential_counts_no_more(county, actor):
    clue = make_clue(actor("xzsp_clerk"))
    Receipt.objects.create(
        clue=clue, sent_key="0" * 32, code_mark="x", rating="good", rated_at=clock.now()
    )
    rollups.fold_all()
    assert rollups.total(COUNTY, ["clue:received"]) == 1
    assert rollups.total(COUNTY, ["rating:good"]) == 1
    Clue.objects.filter(pk=clue.pk).update(confidential=True)
    rollups.fold_all()
    assert rollups.total(COUNTY, ["clue:received", "rating:good"]) == 0
    assert not Rollup.objects.filter(measure__startswith="waiting:").exists()


def test_after_a_random_walk_the_counters_say_what_the_tables_say(county, actor):
    story = checked_story(county, homes=4)
    published(story)
    clues = [make_clue(actor("xzsp_clerk")) for _ in range(4)]
    towns = [*Region.objects.filter(parent=county), None]
    departments = list(Department.objects.filter(region=county)[:6])
    rng = random.Random(20261122)

    def pick(model):
        return rng.choice(list(model.objects.values_list("pk", flat=True)))

    def undone():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            rng.choice(steps[:-1])()
            raise ZeroDivisionError

    def part_gone():
        part = rng.choice(list(TaskPart.objects.filter(results=None)) or [None])
        if part is not None:
            part.items.all().delete()
            part.task_officers.all().delete()
            part.delete()

    def merged():
        # As a merge moves what names the one to the other.
        one, other = rng.sample(list(Subject.objects.order_by("pk")), 2)
        JointTask.objects.filter(subject=one).update(subject=other)

    steps = [
        lambda: Subject.objects.filter(pk=pick(Subject)).update(township=rng.choice(towns)),
        lambda: Subject.objects.filter(pk=pick(Subject)).update(grade=rng.choice("ABCD")),
        lambda: Subject.objects.filter(pk=pick(Subject)).update(
            status=rng.choice(("open", "closed"))
        ),
        lambda: JointTask.objects.filter(pk=pick(JointTask)).update(
            state=rng.choice(JointTask.State.values),
            visit_on=rng.choice((None, dt.date(2025, 5, 1), dt.date(2026, 5, 1))),
        ),
        lambda: JointTask.objects.filter(pk=pick(JointTask)).update(lead=rng.choice(departments)),
        lambda: Result.objects.filter(pk=pick(Result)).update(
            state=rng.choice(("published", "corrected", "withdrawn")),
            published_at=clock.now(),
            codes=rng.choice((["no_problem"], ["to_be_handled"])),
        ),
        lambda: Clue.objects.filter(pk=rng.choice(clues).pk).update(
            state=rng.choice(Clue.OPEN_STATES),
            confidential=rng.random() < 0.3,
            township=rng.choice(towns),
            holder=rng.choice(departments),
        ),
        merged,
        part_gone,
        lambda: TaskPart.objects.filter(pk=pick(TaskPart)).update(
            state=rng.choice(TaskPart.State.values)
        ),
        rollups.fold,
        undone,
    ]
    for number in range(120):
        rng.choice(steps)()
        if number % 20 == 0:
            assert agrees(), number
    assert agrees()


def test_the_command_tells_what_differs_and_repairs_it(county, capsys):
    checked_story(county, homes=2)
    rollups.fold_all()
    call_command("reconcile_figures")
    assert "一致" in capsys.readouterr().out
    Rollup.objects.filter(scope="").update(many=77)
    with pytest.raises(CommandError, match="不一致"):
        call_command("reconcile_figures")
    assert "汇总数 77" in capsys.readouterr().out
    call_command("reconcile_figures", repair=True)
    assert rollups.differences() == []
    kept = Reconciliation.objects.order_by("id").values_list("kind", "differed")
    assert [kind for kind, _ in kept] == ["figures"] * 4
    assert [bool(differed) for _, differed in kept] == [False, True, True, False]


@pytest.mark.django_db(transaction=True)
def test_folds_beside_uncommitted_work_miss_nothing(county):
    """A subject moves while a visit to it is being entered: whoever commits last, both count."""
    checked_story(county, homes=2)
    rollups.fold_all()
    task = JointTask.objects.first()
    there = Region.objects.filter(parent=county).last()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE credit_subject SET township_id = %s WHERE id = %s",
                [there.pk, task.subject_id],
            )
            TaskPart.objects.filter(task=task).update(state="sent")
            rollups.fold_all()
            other.commit()
    finally:
        other.close()
    rollups.fold_all()
    assert rollups.differences() == []
    assert rollups.totals(COUNTY).by_township[there.pk]["part:sent"] == task.parts.count()
