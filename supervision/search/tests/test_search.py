import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.tests.samples import make_clue
from credit.models import Subject
from inspections.models import Inspector, JointTask
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import make_story
from supervision.search import initials
from supervision.search.groups import CAP
from supervision.search.models import NameInitials, Renamed

pytestmark = pytest.mark.django_db


def found(client, text, **query):
    page = client.get("/search/", {"q": text, **query})
    assert page.status_code == 200
    return {group.label: group for group in page.context["found"]}


def titles(client, text, label, **query):
    group = found(client, text, **query).get(label)
    return [hit.title for hit in group.hits] if group else []


def subject(county, name, kind="uscc", identifier="91411603MA0000001X", **over):
    return Subject.objects.create(
        region=county,
        id_kind=kind,
        identifier=identifier,
        name=name,
        categories=["nursing-home"],
        grade="B",
        **over,
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("淮阳区幸福养老院", "HYQXFYLY"),
        ("中国银行（淮阳支行）", "ZGYHHYZH"),
        ("重庆火锅 88 号", "CQHG88H"),
        ("ABC超市", "ABCCS"),
        ("", ""),
    ],
)
def test_initials_are_read_as_words(name, letters):
    assert initials.initials_of(name) == letters


@pytest.mark.parametrize(
    "text", ["幸福", "淮阳区幸福养老院", "xfyly", "HYQXF", "91411603MA0000001X"]
)
def test_a_business_is_found_by_part_of_its_name_initials_and_code(county, client_of, text):
    subject(county, "淮阳区幸福养老院")
    subject(county, "淮阳区康乐敬老院", identifier="91411603MA0000002X")
    assert titles(client_of("mzj_clerk"), text, "对象") == ["淮阳区幸福养老院"]


def test_a_new_name_is_found_at_once_and_the_old_one_no_more(county, client_of):
    one = subject(county, "淮阳区幸福养老院")
    client = client_of("mzj_clerk")
    assert titles(client, "xfyly", "对象")
    Subject.objects.filter(pk=one.pk).update(name="淮阳区康乐敬老院")
    assert Renamed.objects.filter(kind="subject", object_id=one.pk).count() == 1
    assert titles(client, "xfyly", "对象") == []
    assert titles(client, "kljly", "对象") == ["淮阳区康乐敬老院"]
    Subject.objects.filter(pk=one.pk).update(address="别处")
    assert not Renamed.objects.exists()
    Subject.objects.filter(pk=one.pk).delete()
    initials.follow()
    assert not NameInitials.objects.filter(kind="subject", object_id=one.pk).exists()


def test_a_natural_person_has_no_initials_and_is_shown_masked(county, client_of):
    subject(county, "欧阳小明", kind="person", identifier="DA-0001")
    client = client_of("mzj_clerk")
    assert "对象" not in found(client, "oyxm")
    (shown,) = titles(client, "欧阳小明", "对象")
    assert "小明" not in shown
    assert titles(client, "DA-000", "对象") == []


def test_each_kind_is_found_and_leads_to_its_page(county, client_of, actor):
    story = checked_story(county, homes=2)
    result = published(story)
    task = result.part.task
    clue = make_clue(actor("xzsp_clerk"), title="路灯长期不亮")
    inspector = Inspector.objects.filter(department__region=county).first()
    client = client_of("xzsp_head")
    for text, label in (
        (task.code, "任务"),
        (task.subject.name, "任务"),
        (task.subject.name, "结果"),
        (task.subject.name, "对象"),
        (story.item.title if hasattr(story, "item") else task.item.title, "计划"),
        (task.item.title, "抽取"),
        (task.item.matter_version.name, "事项"),
        (clue.number, "线索"),
        ("路灯", "线索"),
        (inspector.name, "人员"),
        (inspector.licence, "人员"),
    ):
        group = found(client, text).get(label)
        assert group and group.hits, (text, label)
        # The sample draw has no texts to show, which its page says.
        expected = 409 if label == "抽取" else 200
        assert client.get(group.hits[0].url, follow=True).status_code == expected


def test_nobody_finds_what_they_may_not_see(county, client_of, actor):
    story = make_story(county, homes=2)
    story.dispatch()
    code = JointTask.objects.first().code
    make_clue(actor("xzsp_clerk"), title="保密举报内容", confidential=True)
    assert titles(client_of("xzsp_clerk"), "保密举报", "线索")
    assert "线索" not in found(client_of("xzsp_head"), "保密举报")
    assert "任务" in found(client_of("mzj_clerk"), code)
    assert "任务" not in found(client_of("nync_clerk"), code)
    for username in ("system_admin", "security_admin", "audit_admin"):
        assert found(client_of(username), "养老") == {}


def test_a_group_is_capped_and_its_own_page_shows_more(county, client_of):
    Subject.objects.bulk_create(
        Subject(
            region=county,
            id_kind="site",
            identifier=f"S-{number:04d}",
            name=f"太昊陵工地{number}",
            categories=["nursing-home"],
            grade="B",
        )
        for number in range(CAP + 20)
    )
    client = client_of("mzj_clerk")
    for text in ("太昊陵", "thlgd"):
        group = found(client, text)["对象"]
        assert (str(group.total), len(group.hits)) == (f"{CAP}+", 5)
        assert len(found(client, text, kind="subjects")["对象"].hits) == CAP


def test_a_search_costs_the_same_for_many_hits(county, client_of):
    client = client_of("xzsp_head")
    subject(county, "太昊陵工地")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert found(client, "太昊陵工地")
        return len(caught)

    queries()
    few = queries()
    for number in range(4):
        subject(county, f"太昊陵工地{number}", identifier=f"91411603MA000001{number}X")
    queries()
    assert queries() == few <= 45


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'", "a" * 500, "\\", "（", "9" * 40])
def test_odd_words_are_answered(county, client_of, text):
    found(client_of("mzj_clerk"), text)


def test_an_unknown_kind_is_not_found(county, client_of):
    assert client_of("mzj_clerk").get("/search/?q=1&kind=nothing").status_code == 404
