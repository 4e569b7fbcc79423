"""The pages of the draw, who sees what, and what the public may read when."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from inspections.draw import verify
from inspections.models import Draw, DrawCode, PlanItem
from inspections.selectors import draw_pages
from inspections.services import draws
from inspections.tests.draw_world import (
    NONCES,
    WHO,
    fill_directories,
    plan_item,
    promise,
)
from records.models import TrailEntry


@pytest.fixture
def item(county):
    fill_directories(county, 120)
    return plan_item(county)


@pytest.fixture
def announced(item, actor):
    return draws.announce(actor("mzj_clerk"), item.pk)


@pytest.fixture
def frozen(announced, actor):
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), announced.pk, party, promise(announced, party))
    return draws.freeze(actor("mzj_clerk"), announced.pk)


@pytest.fixture
def done(frozen, actor):
    for party, username in WHO.items():
        frozen = draws.reveal(actor(username), frozen.pk, party, NONCES[party])
    return frozen


def url(name, draw):
    return reverse(f"inspections:{name}", args=[draw.pk])


def text_of(response):
    return response.content.decode()


def test_the_whole_draw_by_the_pages(item, client_of):
    clerk = client_of("mzj_clerk")
    start = clerk.get(reverse("inspections:draw-start", args=[item.pk]))
    assert "将要冻结的名单" in text_of(start) and "公告抽取" in text_of(start)
    answer = clerk.post(reverse("inspections:draw-start", args=[item.pk]), follow=True)
    draw = Draw.objects.get()
    assert "已公告第 1 号抽取" in text_of(answer)

    for party, username in WHO.items():
        page = client_of(username).get(url("draw-party", draw))
        assert 'data-nonce="commit"' in text_of(page)
        data = {"party": party, "commitment": promise(draw, party), "phone": "1"}
        answer = client_of(username).post(url("draw-party", draw), data, follow=True)
        assert "已承诺" in text_of(answer)
    assert "冻结名单" in text_of(clerk.get(url("draw", draw)))
    answer = clerk.post(url("draw", draw) + "act/freeze/", follow=True)
    assert "已完成：冻结名单" in text_of(answer)
    for party, username in WHO.items():
        page = text_of(client_of(username).get(url("draw", draw)))
        assert 'data-nonce="reveal"' in page
        data = {"party": party, "nonce": NONCES[party]}
        client_of(username).post(url("draw-party", draw), data)

    draw.refresh_from_db()
    assert draw.state == Draw.State.DONE
    page = text_of(clerk.get(url("draw", draw)))
    chosen = draw.selected.filter(is_reserve=False).select_related("subject")
    assert all(row.subject.shown_name in page and row.ticket[:12] in page for row in chosen)
    assert "编组派人" in page and "data:image/svg+xml" in page
    assert draw.certificate_hash in page
    for name in ("draw-paper", "draw-verification", "draw-party"):
        assert client_of("mzj_clerk").get(url(name, draw)).status_code == 200
    assert "通过" in text_of(clerk.get(url("draw-verification", draw)))


def test_a_wrong_nonce_comes_back_in_words_on_the_same_page(frozen, client_of):
    data = {"party": "lead", "nonce": "e" * 64}
    answer = client_of("mzj_clerk").post(url("draw-party", frozen), data)
    assert answer.status_code == 422
    assert "与民政局冻结前提交的承诺不符" in text_of(answer)
    answer = client_of("mzj_clerk").post(url("draw-party", frozen), data | {"phone": "1"})
    assert answer.status_code == 422 and "phone-bar" in text_of(answer)


def test_who_has_nothing_to_do_with_a_draw_does_not_know_of_it(done, client_of):
    for name in ("draw", "draw-live", "draw-party", "draw-paper", "draw-bundle"):
        assert client_of("nync_clerk").get(url(name, done)).status_code == 404
    page = text_of(client_of("nync_clerk").get(reverse("inspections:draw-list")))
    assert done.item.title not in page
    for username in ("wjw_clerk", "jjz_witness", "xzsp_clerk", "sfj_clerk"):
        assert client_of(username).get(url("draw", done)).status_code == 200


def test_a_forged_freeze_is_refused_and_written_down(announced, actor, client_of):
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), announced.pk, party, promise(announced, party))
    answer = client_of("wjw_head").post(url("draw", announced) + "act/freeze/")
    assert answer.status_code == 403
    assert TrailEntry.objects.filter(verb="draw.freeze", outcome="denied").count() == 1
    assert client_of("nync_head").post(url("draw", announced) + "act/freeze/").status_code == 404


def test_a_party_is_void_with_reason_and_named_in_public(frozen, client_of):
    address = url("draw", frozen) + "act/void/"
    client_of("mzj_head").post(address, {"opinion": "", "party": "legal"})
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.FROZEN
    client_of("mzj_head").post(address, {"opinion": "司法局未揭示", "party": "legal"})
    frozen.refresh_from_db()
    assert (frozen.state, frozen.void_party) == (Draw.State.VOID, "legal")

    page = text_of(Client().get(reverse("public:draws")))
    assert "司法局 1 次" in page
    page = text_of(Client().get(reverse("public:draw", args=[frozen.number])))
    assert "司法局未揭示" in page


def test_the_reason_of_a_void_draw_names_no_inspector(frozen, client_of):
    name = DrawCode.objects.filter(draw=frozen, inspector__isnull=False)[0].inspector.name
    address = url("draw", frozen) + "act/void/"
    answer = client_of("mzj_head").post(
        address, {"opinion": f"{name}请假", "party": ""}, follow=True
    )
    assert f"不能写自然人的姓名：{name}" in text_of(answer)
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.FROZEN


def test_the_living_part_is_silent_until_something_happens(announced, actor, client_of):
    client = client_of("mzj_clerk")
    live = url("draw-live", announced)
    assert client.get(live, {"seen": "announced-0-0"}).status_code == 204
    draws.commit_nonce(actor("sfj_head"), announced.pk, "legal", promise(announced, "legal"))
    answer = client.get(live, {"seen": "announced-0-0"})
    assert answer.status_code == 200 and "seen=announced-1-0" in text_of(answer)
    for party in ("lead", "witness"):
        draws.commit_nonce(actor(WHO[party]), announced.pk, party, promise(announced, party))
    answer = client.get(live, {"seen": "announced-1-0"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_polling_stops_when_the_draw_is_over(done, frozen, client_of):
    assert "every 2s" not in text_of(client_of("mzj_clerk").get(url("draw", done)))


def test_the_rows_of_pool_and_exclusions_are_paged(done, client_of):
    client = client_of("mzj_clerk")
    page = text_of(client.get(url("draw", done) + "rows/pool/"))
    assert f"共 {done.counts['pool']} 户" in page and "from=100" in page
    for code, count in done.counts["excluded"].items():
        page = text_of(client.get(url("draw", done) + "rows/excluded/", {"only": code}))
        assert f"共 {count} 户" in page
    assert client.get(url("draw", done) + "rows/pool/", {"from": "²"}).status_code == 200
    assert client.get(url("draw", done) + "rows/secrets/").status_code == 404


def test_lists_cost_the_same_for_one_and_many(
    county, actor, client_of, django_assert_max_num_queries
):
    fill_directories(county, 40)
    clerk = client_of("mzj_clerk")
    sizes = []
    for number in range(1, 8):
        draws.announce(actor("mzj_clerk"), plan_item(county, number).pk)
        if number in (1, 7):
            with django_assert_max_num_queries(60) as captured:
                clerk.get(reverse("inspections:draw-list"))
            sizes.append(len(captured))
    assert sizes[0] == sizes[1]


def test_the_export_is_what_is_shown(done, client_of):
    answer = client_of("mzj_clerk").get(
        reverse("inspections:draw-list"), {"export": "xlsx", "state": "done"}
    )
    assert answer["Content-Type"].endswith("sheet")
    assert zipfile.is_zipfile(io.BytesIO(answer.content))


def test_the_public_sees_no_names_before_the_visits_are_over(done):
    page = text_of(Client().get(reverse("public:draw", args=[done.number])))
    assert done.commit_hash in page and "登记在案" in page
    for row in done.selected.select_related("subject"):
        assert row.subject.name not in page and row.subject.identifier not in page
    for secret in (done.seed, *NONCES.values(), json.loads(done.commit)["pool"]["digest"]):
        assert secret not in page
    bundle = Client().get(reverse("public:draw-bundle", args=[done.number]))
    assert bundle.status_code == 404


def test_afterwards_everything_but_people_stands_open(done):
    PlanItem.objects.filter(pk=done.item_id).update(
        period_start=timezone.localdate() - dt.timedelta(days=9),
        period_end=timezone.localdate() - dt.timedelta(days=1),
    )
    page = text_of(Client().get(reverse("public:draw", args=[done.number])))
    for row in done.selected.filter(is_reserve=False).select_related("subject"):
        masked = row.subject.is_natural_person
        assert (row.subject.name in page) is not masked
    for assignment in done.selected.first().assignments.select_related("inspector"):
        assert assignment.inspector.licence not in page
        assert f">{assignment.inspector.name}<" not in page
    bundle = Client().get(reverse("public:draw-bundle", args=[done.number]))
    assert bundle.content == draws.bundle(Draw.objects.get(pk=done.pk))


def upload(content, commit=""):
    file = SimpleUploadedFile("抽取包.zip", content, "application/zip")
    return Client().post(reverse("public:verify"), {"bundle": file, "commit": commit})


def test_anybody_verifies_an_uploaded_bundle(done):
    bundle = draws.bundle(done)
    page = text_of(upload(bundle, done.commit_hash))
    assert "通过" in page and "与本平台登记的" in page and "不符" not in page
    assert "不通过" in text_of(upload(bundle, "0" * 64))

    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["pool.tsv"] = files["pool.tsv"].replace(b"\tA\n", b"\tB\n", 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    page = text_of(upload(out.getvalue(), done.commit_hash))
    assert "不通过" in page and "pool.tsv" in page


def test_what_is_no_bundle_is_refused_in_words(county):
    answer = upload(b"not a zip")
    assert answer.status_code == 422 and "这不是 zip 文件" in text_of(answer)
    assert "请选择抽取包" in text_of(Client().post(reverse("public:verify")))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pool.tsv", b"0" * (101 << 20))
    assert "解开后过大" in text_of(upload(bomb.getvalue()))


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bundle_is_packed_in_no_other_way(county, kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.writestr("certificate.json", b"{}" * 500)
    broken = bytearray(out.getvalue())
    broken[60:70] = bytes(10)
    for data in (out.getvalue(), bytes(broken)):
        answer = upload(data)
        assert answer.status_code == 422 and "压缩方式不对" in text_of(answer)
        assert not verify.verify_bundle(data)[-1].ok


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\xe5\x90\x8d", b"\xff\xff\xff"), (b"PK\x01\x02\x14\x03", b"PK\x01\x02\x14\x03\xff")],
)
def test_a_zip_that_cannot_be_listed_is_none(county, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("名", b"{}")
    data = out.getvalue().replace(old, new)
    assert "这不是 zip 文件" in text_of(upload(data))
    assert not verify.verify_bundle(data)[-1].ok


def test_what_waits_for_whom(announced, actor):
    def words(username):
        return [work.what for work in draws.pending_draw_work(actor(username))]

    assert words("mzj_clerk") == words("jjz_witness") == ["提交抽取承诺"]
    assert words("wjw_clerk") == words("mzj_inspector1") == words("audit_admin") == []
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), announced.pk, party, promise(announced, party))
    assert words("mzj_head") == ["冻结抽取名单"]
    draws.freeze(actor("mzj_clerk"), announced.pk)
    assert words("sfj_clerk") == words("mzj_clerk") == ["揭示随机数"]


def test_a_published_item_waits_to_be_started(item, actor):
    (work,) = draws.pending_draw_work(actor("mzj_head"))
    assert (work.what, work.about) == ("启动随机抽取", item.title)
    assert work.url == reverse("inspections:draw-start", args=[item.pk])


def test_the_same_over_rest(item, client_of):
    clerk = client_of("mzj_clerk")
    answer = clerk.post("/api/v1/draws/", {"item": item.pk}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    pk, number = answer.json()["id"], answer.json()["number"]
    draw = Draw.objects.get(pk=pk)

    def act(username, code, **data):
        return client_of(username).post(
            f"/api/v1/draws/{pk}/acts/{code}/", data, content_type="application/json"
        )

    for party, username in WHO.items():
        assert "commit" in client_of(username).get(f"/api/v1/draws/{pk}/").json()["acts"]
        answer = act(username, "commit", party=party, commitment=promise(draw, party))
        assert answer.status_code == 200
    assert act("sfj_head", "freeze").status_code == 403
    assert act("nync_head", "freeze").status_code == 404
    assert act("mzj_clerk", "freeze").json()["state"] == "frozen"
    assert act("mzj_clerk", "freeze").status_code == 409
    wrong = act("mzj_clerk", "reveal", party="lead", nonce="d" * 64)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "nonce"
    for party, username in WHO.items():
        answer = act(username, "reveal", party=party, nonce=NONCES[party])
    assert answer.json()["state"] == "done"
    bundle = clerk.get(f"/api/v1/draws/{pk}/bundle/")
    assert bundle.content == draws.bundle(Draw.objects.get(pk=pk))
    listed = clerk.get("/api/v1/draws/").json()["results"]
    assert [row["number"] for row in listed] == [number]
    assert client_of("nync_clerk").get("/api/v1/draws/").json()["results"] == []


def test_the_whole_result_is_taken_along_in_excel(done, client_of):
    answer = client_of("mzj_clerk").get(done.get_absolute_url() + "?export=xlsx")

    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    chosen = [row for row in rows[1:] if row[2] == "抽中"]
    assert rows[0][:4] == ("等级", "名次", "结果", "抽签值")
    assert len(rows) - 1 == done.selected.count()
    assert len(chosen) == done.selected.filter(is_reserve=False).count()
    assert all(row[8] for row in chosen)


def test_a_large_result_is_shown_in_part_and_says_so(done):
    whole = draw_pages.results(done)

    part = draw_pages.results(done, most=1)

    assert [group.code for group in part] == [group.code for group in whole]
    for shown, full in zip(part, whole, strict=True):
        assert (shown.chosen, shown.reserves) == (full.chosen[:1], full.reserves[:1])
        assert (shown.chosen_total, shown.reserves_total) == (len(full.chosen), len(full.reserves))
    assert any(group.reserves_total > 1 for group in part)
