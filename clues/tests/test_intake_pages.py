"""Pages of intake: entering at the desk and on the phone, hints, list, merging, contacts."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from clues.models import Clue, Stop, Told
from clues.services.knowledge import concern
from clues.tests.intake_samples import CONTENT, entered
from clues.tests.warning_samples import subject
from records import evidence
from records.models import Deadline, TrailEntry
from records.periods import ahead

pytestmark = pytest.mark.django_db

DESK = {
    "channel": "hotline",
    "title": "食堂卫生差",
    "content": CONTENT,
    "complainant_name": "张三丰",
    "complainant_phone": "138 0000 1234",
    "wants_answer": "on",
}


def picture(name: str = "a.jpg", colour: str = "red") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


def numbers(response) -> set[str]:
    return {row.clue.number for row in response.context["rows"]}


# Entering


def test_the_desk_form_registers_and_tells(client_of):
    client = client_of("nync_clerk")
    shown = client.get("/clues/add/").content.decode()
    assert "【编号】" in shown
    response = client.post("/clues/add/", DESK | {"files": [picture(), picture("b.jpg", "blue")]})
    clue = Clue.objects.get()
    assert response.status_code == 302 and response["Location"] == clue.get_absolute_url()
    assert clue.complainant.phone == "13800001234"
    assert evidence.of(clue).count() == 2
    assert clue.title in Told.objects.get().text


def test_the_words_for_the_complainant_can_be_changed_before_sending(client_of):
    client_of("nync_clerk").post("/clues/add/", DESK | {"told_text": "编号【编号】，请耐心等待。"})
    told = Told.objects.get()
    assert told.text == f"编号{told.clue.number}，请耐心等待。"


def test_untouched_words_name_the_title(client_of):
    client = client_of("nync_clerk")
    usual = client.get("/clues/add/").context["form"]["told_text"].value()
    client.post("/clues/add/", DESK | {"told_text": usual})
    assert "“食堂卫生差”" in Told.objects.get().text


def test_an_error_keeps_what_was_typed(client_of):
    response = client_of("nync_clerk").post(
        "/clues/add/", DESK | {"complainant_phone": "12", "place": "东街 3 号"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "东街 3 号" in page and "食堂卫生差" in page
    assert "电话号码应为" in page
    assert not Clue.objects.exists()


def test_an_unsuitable_file_is_said_at_its_field(client_of):
    response = client_of("nync_clerk").post(
        "/clues/add/", DESK | {"files": [SimpleUploadedFile("a.exe", b"MZ")]}
    )
    assert response.status_code == 422
    assert "类型不在允许范围内" in str(response.context["form"].errors["files"])


def test_the_same_form_sent_twice_is_one_clue(client_of):
    client, key = client_of("nync_clerk"), str(uuid.uuid4())
    first = client.post("/clues/add/", DESK | {"client_key": key})
    second = client.post("/clues/add/", DESK | {"client_key": key})
    assert first["Location"] == second["Location"]
    assert Clue.objects.count() == 1


def test_a_source_number_entered_again_leads_to_the_clue(client_of):
    client = client_of("nync_clerk")
    client.post("/clues/add/", DESK | {"external_number": "A1", "client_key": str(uuid.uuid4())})
    again = client.post(
        "/clues/add/",
        DESK | {"external_number": "A1", "client_key": str(uuid.uuid4())},
        follow=True,
    )
    assert "没有重复登记" in again.content.decode()


def test_a_forged_subject_of_another_county_is_refused(client_of):
    response = client_of("nync_clerk").post("/clues/add/", DESK | {"subject": "999999999"})
    assert response.status_code == 422
    assert "subject" in response.context["form"].errors


def test_a_name_written_out_links_the_subject_it_means(client_of):
    home = subject(name="夕阳红养老院")
    facts = DESK | {"subject": "", "subject_name": home.name}
    client_of("nync_clerk").post("/clues/add/", facts)
    assert Clue.objects.get().subject == home


def test_a_name_that_two_subjects_bear_links_neither(client_of):
    for _ in range(2):
        subject(name="夕阳红养老院")
    facts = DESK | {"subject": "", "subject_name": "夕阳红养老院"}
    client_of("nync_clerk").post("/clues/add/", facts)
    assert Clue.objects.get().subject is None


def test_a_township_officer_reports_on_the_phone(client_of, actor):
    client = client_of("xinzhan_officer")
    page = client.get("/clues/m/add/")
    assert page.context["form"]["township"].value() is not None
    response = client.post(
        "/clues/m/add/",
        {
            "content": "河边堆放垃圾",
            "latitude": "33.731001",
            "longitude": "114.882002",
            "files": [picture()],
        },
        follow=True,
    )
    clue = Clue.objects.get()
    assert (clue.channel, clue.title) == ("grid", "河边堆放垃圾")
    assert str(clue.latitude) == "33.731001"
    assert clue.number in response.content.decode()


def test_an_inspector_reports_a_finding_without_a_place(client_of):
    response = client_of("mzj_inspector1").post(
        "/clues/m/add/", {"content": "灶台无人", "latitude": "x", "longitude": "NaN"}
    )
    assert response.status_code == 302
    clue = Clue.objects.get()
    assert (clue.channel, clue.latitude) == ("check", None)


@pytest.mark.parametrize("url", ["/clues/add/", "/clues/m/add/", "/clues/subjects/"])
def test_who_is_no_staff_is_refused(client_of, url):
    assert client_of("jjz_witness").get(url).status_code == 403


# Hints


def test_hints_name_the_likely_duplicate(client_of, actor):
    clue = entered(actor("nync_clerk"))
    same = {"title": clue.title, "content": CONTENT}
    page = client_of("nync_clerk").post("/clues/similar/", same).content.decode()
    assert clue.number in page and "文字相似 100%，同一天受理" in page
    other = client_of("wjw_clerk").post("/clues/similar/", same).content.decode()
    assert clue.number not in other


@pytest.mark.parametrize("body", [{}, {"subject": "x", "complainant_phone": "abc"}])
def test_hints_bear_half_filled_forms(client_of, body):
    assert client_of("nync_clerk").post("/clues/similar/", body).status_code == 200


# The list


def test_the_list_costs_the_same_with_one_and_with_many(client_of, actor):
    client, clerk = client_of("nync_clerk"), actor("nync_clerk")
    entered(clerk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/clues/").status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _ in range(20):
        entered(clerk)
    assert queries() == one


def test_filters_narrow_and_combine(client_of, actor, county):
    clerk, client = actor("nync_clerk"), client_of("nync_clerk")
    old = entered(clerk, received_at=ahead(timezone.now(), days=-40), subject_name="穗禾烩面店")
    grid = entered(clerk, channel="grid", title="河道垃圾", external_number="A-77")
    today = timezone.localdate().isoformat()
    assert numbers(client.get("/clues/?channel=grid")) == {grid.number}
    assert numbers(client.get("/clues/?q=烩面")) == {old.number}
    assert numbers(client.get("/clues/?q=A-77")) == {grid.number}
    assert numbers(client.get(f"/clues/?q={grid.number.lower()}")) == {grid.number}
    assert numbers(client.get(f"/clues/?since={today}")) == {grid.number}
    assert numbers(client.get(f"/clues/?until={today}")) == {old.number, grid.number}
    assert numbers(client.get("/clues/?state=open")) == {old.number, grid.number}
    assert numbers(client.get(f"/clues/?holder={clerk.department_id}&q=河道")) == {grid.number}
    nothing = client.get(f"/clues/?state=closed&since={today}")
    assert nothing.context["rows"] == []
    assert "没有符合条件" in nothing.content.decode()


def test_only_late_ones(client_of, actor):
    clerk = actor("nync_clerk")
    late, _ = entered(clerk), entered(clerk)
    stop = Stop.objects.open().of(late).get()
    Deadline.objects.filter(pk=stop.deadline_id).update(due_at=ahead(timezone.now(), days=-1))
    assert numbers(client_of("nync_clerk").get("/clues/?overdue=on")) == {late.number}


@pytest.mark.parametrize(
    "query",
    [
        "state=x",
        "township=1",
        "holder=abc",
        "since=yesterday",
        "after=%00x",
        "q=%25_'",
        "until=9999-12-31",
    ],
)
@pytest.mark.parametrize("path", ["/clues/", "/clues/letters/"])
def test_odd_filters_do_no_harm(client_of, path, query):
    assert client_of("nync_clerk").get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("page", ["edit", "merge"])
def test_a_form_that_is_opened_too_late_is_told_so(client_of, actor, page):
    clue = entered(actor("nync_clerk"))
    Clue.objects.filter(pk=clue.pk).update(
        state="closed", outcome=Clue.Outcome.values[0], closed_at=timezone.now()
    )
    for answer in (
        client_of("nync_clerk").get(f"/clues/{clue.pk}/{page}/"),
        client_of("nync_clerk").post(f"/clues/{clue.pk}/{page}/", {}),
    ):
        assert answer.status_code == 409
        assert "当前状态为“" in answer.content.decode()


@pytest.mark.parametrize("username", ["nync_clerk", "xzsp_clerk"])
def test_paging_shows_every_clue_once(client_of, actor, username):
    clerk = actor("nync_clerk")
    moment = timezone.now()
    for at in range(120):
        entered(clerk, received_at=ahead(moment, hours=-(at // 7)), complainant_phone="")
    client, seen, url = client_of(username), [], "/clues/"
    while url:
        page = client.get(url).context["page"]
        seen += [clue.pk for clue in page]
        url = f"/clues/?after={page.next_key}" if page.next_key else ""
    assert len(seen) == len(set(seen)) == 120
    times = [Clue.objects.get(pk=pk).received_at for pk in (seen[0], seen[60], seen[-1])]
    assert times == sorted(times, reverse=True)


def test_the_export_is_what_is_shown_with_contacts_masked(client_of, actor):
    entered(actor("nync_clerk"))
    entered(actor("nync_clerk"), channel="grid")
    response = client_of("nync_clerk").get("/clues/?channel=hotline&export=xlsx")
    cells = [
        [str(cell) for cell in row]
        for row in load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    ]
    text = "".join(cell for row in cells for cell in row)
    assert len(cells) == 2
    assert "张**" in text and "138****1234" in text
    assert "张三丰" not in text and "13800001234" not in text


def test_totals_and_rows_tell_nothing_of_confidential_clues(client_of, actor):
    entered(actor("nync_head"))
    before = client_of("nync_clerk").get("/clues/")
    entered(actor("nync_head"), confidential=True)
    after = client_of("nync_clerk").get("/clues/")
    assert str(after.context["total"]) == str(before.context["total"]) == "1"
    overseer = client_of("xzsp_head").get("/clues/")
    assert str(overseer.context["total"]) == "1"
    assert str(client_of("nync_head").get("/clues/").context["total"]) == "2"


# Putting right and merging


def test_the_edit_page_shows_and_saves(client_of, actor):
    clue = entered(actor("nync_clerk"), place="东街")
    client, url = client_of("nync_clerk"), f"/clues/{clue.pk}/edit/"
    form = client.get(url).context["form"]
    assert form["place"].value() == "东街"
    body = {
        "title": clue.title,
        "content": clue.content,
        "place": "西街",
        "seen": form["seen"].value(),
    }
    assert client.post(url, body).status_code == 302
    assert Clue.objects.get().place == "西街"
    again = client.post(url, body | {"place": "南街"})
    assert again.status_code == 422
    assert "其他人修改了" in again.content.decode()


def test_the_merge_page_suggests_and_merges(client_of, actor):
    clerk, client = actor("nync_clerk"), client_of("nync_clerk")
    main, other = entered(clerk), entered(clerk)
    url = f"/clues/{other.pk}/merge/"
    assert [each.clue for each in client.get(url).context["similar"]] == [main]
    assert client.post(url, {"opinion": "同一件事"}).status_code == 422
    assert client.post(url, {"number": "XS1", "opinion": "同一件事"}).status_code == 422
    done = client.post(url, {"into": main.pk, "opinion": "同一件事"})
    assert done["Location"] == main.get_absolute_url()
    assert Clue.objects.get(pk=other.pk).state == "merged"


def test_merging_by_number(client_of, actor):
    clerk = actor("nync_clerk")
    main, other = entered(clerk), entered(clerk)
    body = {"number": main.number.lower(), "opinion": "同一件事"}
    assert client_of("nync_clerk").post(f"/clues/{other.pk}/merge/", body).status_code == 302


@pytest.mark.parametrize("page", ["edit/", "merge/"])
def test_pages_of_acts_keep_to_the_right_people(client_of, actor, page):
    clue = entered(actor("nync_clerk"))
    concern(clue, actor("wjw_clerk").department_id)
    url = f"/clues/{clue.pk}/{page}"
    assert client_of("mzj_clerk").get(url).status_code == 404
    assert client_of("wjw_clerk").get(url).status_code == 403
    assert client_of("xzsp_clerk").get(url).status_code == 403
    hidden = entered(actor("nync_head"), confidential=True)
    assert client_of("xzsp_clerk").get(f"/clues/{hidden.pk}/{page}").status_code == 404


# Contacts


def test_the_contact_is_masked_until_a_reason_is_given(client_of, actor):
    clue = entered(actor("nync_clerk"))
    client, url = client_of("nync_clerk"), f"/clues/{clue.pk}/complainant/"
    detail = client.get(clue.get_absolute_url()).content.decode()
    assert "138****1234" in detail and "13800001234" not in detail
    assert client.post(url, {"opinion": ""}).status_code == 302
    shown = client.post(url, {"opinion": "核实地点"})
    assert "13800001234" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert TrailEntry.objects.filter(verb="clue.unmask", opinion="核实地点").count() == 1


def test_the_contact_is_not_for_others(client_of, actor):
    clue = entered(actor("nync_clerk"))
    url = f"/clues/{clue.pk}/complainant/"
    assert client_of("wjw_clerk").post(url, {"opinion": "x"}).status_code == 404
    refused = client_of("xzsp_clerk").post(url, {"opinion": "x"})
    assert refused.status_code == 403
    assert not re.search("13800001234|张三丰", refused.content.decode())
