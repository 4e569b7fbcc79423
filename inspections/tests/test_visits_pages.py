from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from departments.models import Region
from inspections.models import CheckIn, JointTask, Result, TaskItem
from inspections.tests.visit_samples import PNG, SIGNATURE, Story, make_story
from matters.models import CheckItem
from records import evidence
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, homes=1)


def _png(name: str = "a.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_a_whole_visit_on_two_phones(story: Story, client_of) -> None:
    task = story.notified()
    one, two = client_of("mzj_inspector1"), client_of("mzj_inspector2")
    base = f"/inspections/m/{task.pk}/"
    assert task.subject.name in one.get("/inspections/m/").content.decode()
    page = one.get(base).content.decode()
    assert "到场签到" in page and "data:image/svg+xml" in page
    assert f"http://testserver/public/visits/{task.token}/" in page
    one.post(base, {"latitude": "33.731234567", "longitude": "114.88"})
    assert "还须 1 人" in one.get(base).content.decode()
    two.post(base, {"latitude": "", "longitude": ""})
    part = story.part(task, "MZJ")
    first, second = part.items.all()
    answer = one.post(
        f"/inspections/m/items/{first.pk}/",
        {
            "outcome": "problem",
            "note": "夜间无人值守",
            "photos": [_png(), _png("b.png", PNG + b"1")],
        },
    )
    assert answer["Location"] == f"/inspections/m/items/{second.pk}/"
    two.post(f"/inspections/m/items/{second.pk}/", {"outcome": "no_problem", "note": ""})
    assert evidence.of(part).count() == 2
    for client in (one, two):
        client.post(f"{base}sign/own/", {"image": SIGNATURE})
    one.post(f"{base}sign/subject/", {"signer": "王院长", "image": SIGNATURE})
    summary = one.get(f"{base}submit/").content.decode()
    for words in ("萧文远", "袁丽娜", "王院长", "夜间无人值守", "2 张照片"):
        assert words in summary
    one.post(f"{base}submit/", {"client_key": str(uuid.uuid4())})
    assert Result.objects.filter(part=part).count() == 1
    assert "本部门检查已提交" in one.get(base).content.decode()
    assert one.post(f"{base}submit/").status_code == 302
    assert Result.objects.count() == 1


def test_whoever_is_not_sent_gets_403_and_a_trace(story: Story, client_of) -> None:
    task = story.notified()
    for who in ("scjg_inspector1", "mzj_clerk"):
        assert client_of(who).post(f"/inspections/m/{task.pk}/").status_code == 403
    assert client_of("nync_clerk").post(f"/inspections/m/{task.pk}/").status_code == 404
    assert TrailEntry.objects.filter(outcome="denied", target_id=task.pk).count() == 2
    assert not CheckIn.objects.exists()


def test_another_departments_item_is_refused(story: Story, client_of) -> None:
    task = story.on_site()
    item = story.part(task, "WJW").items.first()
    client = client_of("mzj_inspector1")
    url = f"/inspections/m/items/{item.pk}/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"outcome": "no_problem"}).status_code == 403
    item.refresh_from_db()
    assert item.outcome == ""


def test_a_wrong_day_asks_for_the_reason(story: Story, client_of) -> None:
    task = story.notified(timezone.localdate() + dt.timedelta(days=3))
    client, url = client_of("mzj_inspector1"), f"/inspections/m/{task.pk}/"
    answer = client.post(url)
    assert answer.status_code == 422
    assert "须写明理由" in answer.content.decode()
    assert client.post(url, {"reason": "天气原因提前"}).status_code == 302


def test_refused_input_is_kept_in_the_form(story: Story, client_of) -> None:
    task = story.on_site()
    item = story.part(task, "MZJ").items.first()
    client, url = client_of("mzj_inspector1"), f"/inspections/m/items/{item.pk}/"
    answer = client.post(url, {"outcome": "problem", "note": ""})
    assert answer.status_code == 422
    assert "须写明具体情况" in answer.content.decode()
    text = SimpleUploadedFile("记录.txt", b"hello", content_type="image/png")
    answer = client.post(url, {"outcome": "problem", "note": "缺灭火器", "photos": text})
    assert "类型不在允许范围内" in answer.content.decode()
    assert "缺灭火器" in answer.content.decode()


def test_the_same_send_again_adds_nothing(story: Story, client_of) -> None:
    task = story.on_site()
    item = story.part(task, "MZJ").items.first()
    key = str(uuid.uuid4())
    for _ in range(2):
        client_of("mzj_inspector1").post(
            f"/inspections/m/items/{item.pk}/",
            {"outcome": "no_problem", "note": "好", "photos": _png(), "client_key": key},
        )
    assert evidence.of(item.part).count() == 1
    assert TrailEntry.objects.filter(verb="task-part.record").count() == 1


def test_a_refusal_to_sign_is_written_down(story: Story, client_of) -> None:
    part = story.recorded()
    client, url = client_of("mzj_inspector1"), f"/inspections/m/{part.task_id}/sign/subject/"
    answer = client.post(url, {"signer": "王院长", "image": "", "refused_reason": ""})
    assert answer.status_code == 422
    assert "王院长" in answer.content.decode()
    client.post(url, {"signer": "王院长", "refused_reason": "对第一项有异议"})
    assert part.signatures.get(side="subject").refused_reason == "对第一项有异议"
    client.post(f"/inspections/m/{part.task_id}/reopen/", {"opinion": "改第一项"})
    assert not part.signatures.exists()


def test_pages_cost_the_same_for_few_and_many_items(
    county: Region, client_of, django_assert_num_queries
) -> None:
    task = make_story(county, homes=1).on_site()
    client = client_of("mzj_inspector1")
    urls = [f"/inspections/m/{task.pk}/", f"/inspections/m/{task.pk}/items/"]
    counts = []
    for url in urls:
        client.get(url)
        with django_assert_num_queries(100, exact=False) as few:
            client.get(url)
        counts.append(len(few.captured_queries))
    part = task.parts.first()
    have = part.items.values_list("check_item_id", flat=True)
    TaskItem.objects.bulk_create(
        TaskItem(part=part, check_item=entry, title=entry.title)
        for entry in CheckItem.objects.exclude(pk__in=have)[:20]
    )
    for url, count in zip(urls, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(url)


def test_my_visits_are_grouped_and_others_have_none(story: Story, client_of) -> None:
    task = story.notified()
    assert "今天" in client_of("mzj_inspector1").get("/inspections/m/").content.decode()
    JointTask.objects.filter(pk=task.pk).update(
        visit_on=timezone.localdate() - dt.timedelta(days=1)
    )
    assert "已过约定日期" in client_of("mzj_inspector1").get("/inspections/m/").content.decode()
    assert "不在执法人员名录中" in client_of("mzj_clerk").get("/inspections/m/").content.decode()
