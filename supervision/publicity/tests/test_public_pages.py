import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Region
from inspections.models import PlanItem, Publication, Result, YearPlan
from inspections.services import results
from inspections.tests.result_samples import (
    approved,
    checked_story,
    published,
    result_of,
    submitted,
    turn_into_person,
)
from matters.models import Duty, MatterVersion

pytestmark = pytest.mark.django_db

LIST = "/public/results/"


@pytest.fixture
def story(county):
    story = checked_story(county)
    YearPlan.objects.update(published_at=timezone.now())
    return story


def text_of(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def publish_all():
    Result.objects.filter(state="draft").update(
        state="approved", codes=["no_problem"], approved_at=timezone.now()
    )
    while results.publish_next():
        pass


@pytest.mark.parametrize("step", [result_of, submitted, approved])
def test_nothing_is_public_before_publication(story, client, step):
    result = step(story)
    subject = result.part.task.subject

    for path in ("/public/", LIST, "/public/plans/", "/public/matters/"):
        assert subject.name not in text_of(client, path)
    assert subject.name not in text_of(client, LIST, q=subject.name).replace(
        f'value="{subject.name}"', ""
    )
    assert client.get(f"{LIST}{result.pk}/").status_code == 404


def test_a_publication_is_found_by_each_of_its_words(story, client):
    result = published(story)
    publication = result.publication
    words = (
        publication.subject_name[3:6],
        publication.subject_identifier.lower(),
        publication.department_name[-3:],
        publication.matter_name[:3],
    )

    for word in words:
        page = client.get(LIST, {"q": word}).context["page"]
        assert list(page) == [publication], word
    assert not client.get(LIST, {"q": "%"}).context["page"].rows
    assert "没有找到" in text_of(client, LIST, q="查无此名")


def test_the_page_of_a_publication_tells_how_to_verify_and_object(story, client):
    publication = published(story).publication

    text = text_of(client, publication.get_absolute_url())

    assert publication.subject_identifier in text
    assert f"第 {story.draw.number} 号随机抽取" in text
    assert "任何人都能重新算出同样的结果" in text
    assert f'href="/public/draws/{story.draw.number}/"' in text
    assert "提出异议" in text


def test_correction_and_withdrawal_stay_readable(story, client):
    first = published(story)
    results.correct(story.actor("mzj_clerk"), first.pk, "漏记 <b>一项</b>")
    second = published(story, ["ordered_to_correct"])
    old, new = first.publication, second.publication

    listed = client.get(LIST).context["page"]
    assert list(listed) == [new]
    text = text_of(client, old.get_absolute_url())
    assert "本公示已更正" in text and new.get_absolute_url() in text
    assert "漏记 &lt;b&gt;一项&lt;/b&gt;" in text and "<b>一项" not in text
    assert old.get_absolute_url() in text_of(client, new.get_absolute_url())

    results.withdraw(story.actor("mzj_head"), second.pk, "认定有误")
    text = text_of(client, new.get_absolute_url())
    assert "本公示已撤销" in text and "认定有误" in text
    assert "已撤销：认定有误" in text_of(client, LIST)


def test_natural_persons_are_masked_on_every_page(story, client):
    subject = turn_into_person(result_of(story))
    publication = published(story).publication

    for path in ("/public/", LIST, publication.get_absolute_url()):
        text = text_of(client, path)
        assert "欧***" in text
        assert subject.name not in text and subject.identifier not in text
    assert not client.get(LIST, {"q": subject.name}).context["page"].rows


def test_pages_of_results_go_on_and_cost_the_same(county, client):
    checked_story(county)
    publish_all()
    costs = []
    for more in (0, 12):
        if more:
            checked_story(county, homes=more)
            publish_all()
        for path in ("/public/", LIST):
            with CaptureQueriesContext(connection) as queries:
                text_of(client, path)
            costs.append(len(queries))
    assert costs[:2] == costs[2:]

    seen = []
    after = ""
    while True:
        page = client.get(LIST, {"after": after}).context["page"]
        seen += [row.pk for row in page]
        after = page.next_key
        if not after:
            break
    newest_first = Publication.objects.order_by("-published_at", "-id")
    assert seen == list(newest_first.values_list("pk", flat=True))
    assert len(seen) == 26


def test_matters_in_force_show_their_duties_and_others_do_not_exist(story, client):
    version = MatterVersion.objects.get()
    version.subjects_text = "养老机构 <i>全部</i>"
    version.save()
    for position, (code, part) in enumerate((("MZJ", "lead"), ("WJW", "enforcing"))):
        Duty.objects.create(
            version=version,
            department=story.departments[code],
            part=part,
            position=position,
            description="检查医务室" if part == "enforcing" else "",
        )
    url = f"/public/matters/{version.matter_id}/"

    listed = text_of(client, "/public/matters/")
    assert version.name in listed and "1 个" in listed
    text = text_of(client, url)
    for words in (version.lead.name, story.departments["WJW"].name, "检查医务室", "派执法人员"):
        assert words in text
    assert "<i>全部" not in text

    MatterVersion.objects.update(state="legal_review")
    assert version.name not in text_of(client, "/public/matters/")
    assert client.get(url).status_code == 404


def test_plans_show_published_items_only(story, client):
    plan = YearPlan.objects.get()
    hidden = PlanItem.objects.create(
        plan=plan,
        number=99,
        state="filed",
        title="尚未公布的检查",
        matter_version=story.item.matter_version,
        lead=story.item.lead,
        categories=["nursing-home"],
        period_start=timezone.localdate(),
        period_end=timezone.localdate() + dt.timedelta(days=9),
        draw_at=timezone.now(),
    )
    url = f"/public/plans/{plan.year}/"

    assert "1 项" in text_of(client, "/public/plans/")
    text = text_of(client, url)
    assert story.item.title in text and hidden.title not in text
    assert story.departments["WJW"].short_name in text and "养老机构" in text

    YearPlan.objects.update(published_at=None)
    assert client.get(url).status_code == 404
    assert str(plan.year) + " 年度</a>" not in text_of(client, "/public/plans/")


def test_a_visitor_may_cache_a_page_and_nobody_anothers(story, client_of):
    visitor = Client().get(LIST)
    staff = client_of("mzj_clerk").get(LIST)

    assert "public" in visitor.headers["Cache-Control"]
    assert "max-age=60" in visitor.headers["Cache-Control"]
    assert not visitor.cookies
    assert "private" in staff.headers["Cache-Control"]
    assert "public" not in staff.headers["Cache-Control"]


def test_several_counties_are_chosen_by_code(story, client):
    published(story)
    city = Region.objects.get(code="4116")
    other = Region.objects.create(
        code="411699", name="外县", full_name="周口市外县", level="county", parent=city
    )
    assert result_of(story).part.task.subject.name in text_of(client, LIST)

    there = client.get(LIST, {"region": other.code})

    assert there.context["page"].rows == []
    assert there.context["region_name"] == "周口市外县"
    assert f'href="/public/results/?region={other.code}"' in there.content.decode()
    assert client.get(LIST, {"region": "999999"}).status_code == 404
    assert "周口市外县" in text_of(client, "/public/")
    own = Publication.objects.get().get_absolute_url()
    assert client.get(own, {"region": other.code}).context["region_name"] != "周口市外县"


def test_empty_pages_say_what_belongs_there(county, client):
    for path in ("/public/", LIST, "/public/matters/", "/public/plans/"):
        assert "还没有" in text_of(client, path)
    assert client.get("/public/plans/1999/").status_code == 404


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"before": "%%"}, {"q": "\x00", "region": "\x00"}, {"q": "'" * 99}]
)
def test_odd_addresses_do_no_harm(story, client, query):
    published(story)

    assert client.get(LIST, query).status_code == 200
