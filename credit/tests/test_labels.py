"""Labels by rule and by hand: neither touches the other, and every change leaves its trace."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from credit.models import LabelRule, Subject, SubjectChange, SubjectLabel
from credit.services import events, labels
from credit.services.directory import grade_subject, upsert_subjects
from credit.services.events import Told
from credit.services.labels import RuleInput
from credit.tests.entries import HOME, entries
from records import clock
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

pytestmark = pytest.mark.django_db

REGION = "411603"


@pytest.fixture
def directory(county) -> Subject:
    upsert_subjects(SYSTEM, [*entries(30), HOME], "名录导入", region_code=REGION)
    return Subject.objects.get(identifier=HOME.identifier)


@pytest.fixture
def keeper(actor):
    return actor("xzsp_clerk")


def rule(keeper, **over) -> LabelRule:
    given = {
        "label": "养老机构",
        "reason": "专项",
        "categories": ("nursing-home", "catering"),
    } | over
    return labels.make_rule(keeper, RuleInput(**given))


def labelled(name: str) -> set[int]:
    return set(Subject.objects.filter(labels__contains=[name]).values_list("pk", flat=True))


def tell(subject: Subject, number: int, *, days_ago: int = 10, until: dt.date | None = None):
    day = clock.today() - dt.timedelta(days=days_ago)
    fact = Told(subject.pk, "finding", day, "发现问题", "test", str(number), until=until)
    events.tell(SYSTEM, [fact])


def test_a_rule_labels_whom_it_fits_and_a_second_run_changes_nothing(directory, keeper) -> None:
    made = rule(keeper)
    assert labels.apply_due() == 1
    fitting = Subject.objects.filter(categories__overlap=["nursing-home", "catering"])
    assert labelled("养老机构") == set(fitting.values_list("pk", flat=True)) != set()
    changes = SubjectChange.objects.filter(field="labels")
    assert changes.count() == fitting.count()
    line = changes.get(subject=directory)
    assert (line.old, line.new, line.source, line.field_label) == (
        "",
        "养老机构",
        "标签规则：养老机构",
        "标签",
    )
    LabelRule.objects.update(applied_at=None)
    assert labels.apply_due() == 1
    assert changes.count() == fitting.count()
    assert labels.apply_due() == 0
    made.refresh_from_db()
    assert (made.reached, made.applied_at is not None) == (0, True)


def test_all_conditions_must_hold(directory, keeper) -> None:
    rule(keeper, grades=("B",), industry="851")
    rule(keeper, label="高风险养老", grades=("D",))
    rule(keeper, label="采矿", industry="06")
    labels.apply_due()
    directory.refresh_from_db()
    assert directory.labels == ["养老机构"]


def test_records_count_within_their_months_and_while_they_hold(directory, keeper) -> None:
    rule(keeper, label="多次违规", categories=(), event="finding", at_least=2, months=6)
    tell(directory, 1)
    tell(directory, 2, days_ago=300)
    tell(directory, 3, until=clock.today())
    labels.apply_due()
    assert labelled("多次违规") == set()
    tell(directory, 4, days_ago=20)
    LabelRule.objects.update(applied_at=None)
    labels.apply_due()
    assert labelled("多次违规") == {directory.pk}


def test_who_no_longer_fits_loses_the_label(directory, keeper, actor) -> None:
    rule(keeper, grades=("B",))
    labels.apply_due()
    assert directory.pk in labelled("养老机构")
    grade_subject(actor("fgw_clerk"), directory.pk, "A", "复评")
    LabelRule.objects.update(applied_at=clock.now() - dt.timedelta(days=1))
    assert labels.apply_due() == 1
    assert directory.pk not in labelled("养老机构")
    last = SubjectChange.objects.filter(subject=directory, field="labels").first()
    assert (last.old, last.new) == ("养老机构", "")


def test_rule_and_hand_do_not_touch_each_other(directory, keeper, actor) -> None:
    clerk = actor("nync_clerk")
    labels.add(clerk, directory.pk, "养老机构", "现场核对")
    made = rule(keeper)
    labels.apply_due()
    assert SubjectLabel.objects.filter(subject=directory).count() == 2
    labels.remove(clerk, directory.pk, "养老机构", "已由规则加上")
    directory.refresh_from_db()
    assert directory.labels == ["养老机构"]
    labels.add(clerk, directory.pk, "养老机构", "再次核对")
    labels.stop(keeper, made.pk, "专项结束")
    labels.apply_due()
    assert labelled("养老机构") == {directory.pk}
    assert labels.apply_due() == 0
    labels.resume(keeper, made.pk)
    labels.apply_due()
    assert len(labelled("养老机构")) > 1


def test_a_killed_run_goes_on_where_it_stood(directory, keeper, monkeypatch) -> None:
    monkeypatch.setattr(labels, "STEP", 7)
    made = rule(keeper)
    done: list[int] = []
    whole = labels._bring

    def killed(rule: LabelRule) -> int | None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(rule.reached)
        return whole(rule)

    monkeypatch.setattr(labels, "_bring", killed)
    with pytest.raises(KeyboardInterrupt):
        labels.apply_due()
    made.refresh_from_db()
    assert made.reached > 0
    monkeypatch.setattr(labels, "_bring", whole)
    labels.apply_due()
    fitting = Subject.objects.filter(categories__overlap=["nursing-home", "catering"])
    assert len(labelled("养老机构")) == fitting.count()
    assert SubjectChange.objects.filter(field="labels").count() == fitting.count()


def test_by_hand_leaves_history_and_trail(directory, actor) -> None:
    labels.add(actor("nync_clerk"), directory.pk, " 重点 监管 ", "多次投诉")
    directory.refresh_from_db()
    assert directory.labels == ["重点 监管"]
    line = SubjectChange.objects.get(field="labels")
    assert (line.new, line.source) == ("重点 监管", "人工标签：多次投诉")
    entry = TrailEntry.objects.get(verb="subject.label")
    assert (entry.opinion, entry.after["labels"]) == ("多次投诉", ["重点 监管"])


@pytest.mark.parametrize("name", ["", "  ", "长" * 31, "一、二"])
def test_an_odd_label_is_refused(directory, actor, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        labels.add(actor("nync_clerk"), directory.pk, name, "理由")
    assert refusal.value.field == "label"


def test_twice_by_hand_and_taking_what_is_not_there(directory, actor) -> None:
    clerk = actor("nync_clerk")
    labels.add(clerk, directory.pk, "重点", "理由")
    with pytest.raises(Conflict):
        labels.add(clerk, directory.pk, "重点", "理由")
    with pytest.raises(Conflict):
        labels.remove(clerk, directory.pk, "没有", "理由")


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"categories": ()}, None),
        ({"reason": " "}, "reason"),
        ({"industry": "Q8"}, "industry"),
        ({"event": "no-such"}, "event"),
        ({"event": "finding", "at_least": 0}, "at_least"),
        ({"event": "finding", "months": 121}, "months"),
    ],
)
def test_an_unsound_rule_is_refused(county, keeper, over, field) -> None:
    with pytest.raises(Refused) as refusal:
        rule(keeper, **over)
    assert refusal.value.field == field


def test_a_rule_without_conditions_is_impossible(county, keeper) -> None:
    made = rule(keeper)
    with pytest.raises(IntegrityError):
        LabelRule.objects.filter(pk=made.pk).update(categories=[])


def test_only_those_who_keep_the_directory_rule(county, actor) -> None:
    with pytest.raises(NotAllowed):
        rule(actor("nync_clerk"))


def test_the_list_filters_by_label_and_the_file_has_a_column(directory, keeper, client_of) -> None:
    rule(keeper)
    labels.apply_due()
    client = client_of("nync_clerk")
    page = client.get("/credit/subjects/?label=养老机构").context["page"]
    assert {subject.pk for subject in page} == labelled("养老机构")
    file = client.get("/credit/subjects/?label=养老机构&export=xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]
    rows = [list(row) for row in sheet.values]
    head = next(row for row in rows if "标签" in row)
    cells = [row[head.index("标签")] for row in rows[rows.index(head) + 1 :]]
    assert cells == ["养老机构"] * len(page.rows)


def test_pages_of_rules_and_labels(directory, client_of, keeper) -> None:
    client = client_of("xzsp_clerk")
    form = {"label": "养老机构", "categories": ["nursing-home"], "at_least": 1, "months": 12}
    assert client.post("/credit/labels/add/", form).status_code == 422
    assert client.post("/credit/labels/add/", form | {"reason": "专项"}).status_code == 302
    made = LabelRule.objects.get()
    listed = client.get("/credit/labels/").content.decode()
    assert "类别为" in listed
    labels.apply_due()
    url = f"/credit/subjects/{directory.pk}/labels/"
    assert client.post(url, {"label": "重点", "reason": "投诉"}).status_code == 302
    shown = client.get(url).content.decode()
    assert "规则" in shown and "投诉" in shown
    client.post(f"{url}remove/", {"label": "重点", "opinion": "已整改"})
    directory.refresh_from_db()
    assert directory.labels == ["养老机构"]
    client.post(f"/credit/labels/{made.pk}/act/stop/", {"opinion": "结束"})
    assert LabelRule.objects.get().state == "stopped"


def test_the_whole_history_pages_and_exports(directory, client_of, actor) -> None:
    clerk = actor("nync_clerk")
    for number in range(60):
        labels.add(clerk, directory.pk, f"标签{number}", "核对")
    client = client_of("nync_clerk")
    url = f"/credit/subjects/{directory.pk}/history/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(url).context["page"]) == 50
        return len(captured)

    queries()
    few = queries()
    for number in range(60, 70):
        labels.add(clerk, directory.pk, f"标签{number}", "核对")
    assert queries() == few
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{url}?export=xlsx").content))
    rows = [row for row in sheet.worksheets[0].values if HOME.identifier in row]
    assert len(rows) == 71
    assert TrailEntry.objects.filter(verb="export").exists()


def test_the_same_rule_sent_twice_stands_once(keeper) -> None:
    made = rule(keeper)
    with pytest.raises(Conflict, match="条件与此相同"):
        rule(keeper, reason="又点了一次")
    assert list(LabelRule.objects.all()) == [made]
    rule(keeper, months=made.months + 1)
