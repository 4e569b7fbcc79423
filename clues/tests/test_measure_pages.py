"""Compulsory measures on their pages and over REST, and what strangers are told of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clues.models import CompulsoryMeasure
from clues.rules.measures import STEPS, steps_of
from clues.services import clue_secrecy
from clues.services.measures import begin, ending, term
from clues.tests import measure_samples as samples
from clues.tests.joint_samples import clue_at, subject
from clues.tests.samples import own_handling, person, photo
from credit.models import Subject
from credit.selectors import timeline
from records import clock

pytestmark = pytest.mark.django_db
LIST = "/clues/measures/"
TYPED = "处理意见尚未签发，没收"


def page_of(client: Any, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def lines(*names: str) -> dict[str, str]:
    """The list as the form sends it, with a blank line."""
    sent = {"items-TOTAL_FORMS": str(len(names) + 1), "items-INITIAL_FORMS": "0"}
    for number, name in enumerate(names):
        line = {"name": name, "quantity": "2", "unit": "箱", "place": "区局仓库", "note": ""}
        sent |= {f"items-{number}-{field}": value for field, value in line.items()}
    blank = {field: "" for field in ("name", "quantity", "unit", "place", "note")}
    return sent | {f"items-{len(names)}-{field}": value for field, value in blank.items()}


def application(**over: str) -> dict[str, Any]:
    return {
        "key": "7b7c0b2e-7d5e-4f7a-9a43-0c9d6a1f0001",
        "subject": subject().pk,
        "subject_name": subject().name,
        "clue": "",
        "kind": "seize",
        "term_days": "",
        "reason": "现场发现来源不明的冻肉。",
        "basis": "《中华人民共和国食品安全法》第一百一十条",
        **over,
    }


def spot(**over: Any) -> dict[str, Any]:
    return {
        "at": timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M"),
        "place": "福利院食堂",
        "document": "淮市监强〔2026〕9号",
        "officers": [each.pk for each in samples.officers()],
        "presence": "party",
        "signature": "signed",
        "statement": "",
        "steps": list(steps_of("seize")),
        "record": [photo("现场笔录.jpg")],
        **over,
    }


def test_from_the_clue_to_the_end_on_the_pages(county, client_of) -> None:
    clue = clue_at("scjg_clerk", subject=subject())
    clerk, head = client_of("scjg_clerk"), client_of("scjg_head")
    assert "申请强制措施" in page_of(clerk, clue.get_absolute_url())
    typed = page_of(clerk, f"{LIST}add/?clue={clue.pk}")
    assert clue.number in typed and subject().name in typed
    sent = application(clue=clue.number) | lines("冻肉", "冰柜")
    for _ in range(2):  # The form sent twice applies once.
        assert clerk.post(f"{LIST}add/", sent).status_code == 302
    found = CompulsoryMeasure.objects.get()
    url = found.get_absolute_url()
    assert (found.clue, found.items.count(), found.term_days) == (clue, 2, 30)
    head.post(f"{url}act/approve/")
    answer = clerk.post(f"{url}carry-out/", spot(record=[]) | lines("冻肉"))
    assert answer.status_code == 422 and "请上传现场笔录" in answer.content.decode()
    assert clerk.post(f"{url}carry-out/", spot() | lines("冻肉", "冰柜", "台秤")).status_code == 302
    assert found.items.count() == 3
    assert "现场笔录.jpg" in page_of(head, url)
    clerk.post(f"{url}ask-extension/", {"days": "10", "reason": "需要外地协查"})
    head.post(f"{url}act/grant-extension/")
    clerk.post(f"{url}act/tell-extension/")
    day = timezone.localdate().isoformat()
    test = {"what": "冻肉检验", "institution": "市检验中心", "days": "5", "told_on": day}
    clerk.post(f"{url}test/", test)
    assert "检测中" in page_of(clerk, url)
    clerk.post(f"{url}act/end-test/", {"opinion": "不合格"})
    scale = found.items.get(name="台秤")
    sent = {"outcome": "destroy", "ground": "unrelated", "reason": "检验不合格。", "document": ""}
    clerk.post(f"{url}dispose/", sent | {f"item_{scale.pk}": "lift"})
    head.post(f"{url}act/decide/")
    done = {
        "fulfilled_on": day,
        "fulfilment": "已销毁，台秤退还。",
        "files": [photo("销毁记录.jpg")],
    }
    clerk.post(f"{url}close/", done)
    found.refresh_from_db()
    assert (found.state, found.extended_days) == ("closed", 10)
    text = page_of(client_of("nync_clerk"), url)
    for words in ("销毁", "30+10 天", "市检验中心", "销毁记录.jpg", "已销毁，台秤退还。"):
        assert words in text
    assert "办理过程" not in text


def test_an_urgent_one_is_reported_on_its_page(county, client_of) -> None:
    sent = application() | spot(steps=["papers"]) | lines("冻肉")
    answer = client_of("scjg_clerk").post(f"{LIST}urgent/", sent)
    assert answer.status_code == 422 and "第十八条第四项" in answer.content.decode()
    assert not CompulsoryMeasure.objects.exists()
    sent |= spot() | {"record": [photo("现场笔录.jpg")]}
    assert client_of("scjg_clerk").post(f"{LIST}urgent/", sent).status_code == 302
    found = CompulsoryMeasure.objects.get()
    assert found.state == "urgent"
    page = page_of(client_of("scjg_head"), found.get_absolute_url())
    assert "补办批准" in page and "立即解除" in page
    assert client_of("nync_clerk").get(found.get_absolute_url()).status_code == 404


def test_an_application_is_corrected_and_what_was_typed_kept(county, client_of) -> None:
    found = samples.applied()
    url = f"{found.get_absolute_url()}edit/"
    client = client_of("scjg_clerk")
    assert "冻猪肉" in page_of(client, url)
    answer = client.post(url, application(reason="改写的理由", term_days="31") | lines("冻肉"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "期限应为 1 至 30 天" in text and "改写的理由" in text
    half = lines("冻肉") | {"items-1-name": "冰柜"}
    assert "请填写单位" in client.post(url, application() | half).content.decode()
    assert client.post(url, application(term_days="15") | lines("冻肉")).status_code == 302
    found.refresh_from_db()
    assert found.term_days == 15


def test_the_list_filters_and_exports_what_it_shows(county, client_of) -> None:
    samples.in_force()
    samples.closed(samples.in_force(done={"document": "2号"}, kind="seal"))
    client = client_of("nync_clerk")
    assert client.get(LIST).context["total"].value == 2
    for query, number in (
        ("kind=seal", 1),
        ("open=on", 1),
        ("state=closed", 1),
        ("text=2号", 1),
        ("own=on", 0),
        ("state=nonsense&kind=x", 2),
    ):
        assert client.get(f"{LIST}?{query}").context["total"].value == number, query
    assert client.get(f"{LIST}?export=xlsx")["Content-Type"].endswith("sheet")


def test_a_list_costs_the_same_however_long(county, client_of) -> None:
    client = client_of("xzsp_head")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
            assert client.get(f"{LIST}?export=xlsx").status_code == 200
        return len(queries)

    samples.in_force()
    cost()
    one = cost()
    for number in range(2, 5):
        samples.in_force(done={"document": f"{number}号"})
    assert cost() == one


def test_what_the_head_has_not_signed_is_told_to_nobody_else(county, client_of) -> None:
    asked = term.ask_extension(person("scjg_clerk"), samples.in_force().pk, 12, "协查未回")
    proposed = samples.disposing(
        samples.in_force(done={"document": "2号"}), outcome="confiscate", ground="", reason=TYPED
    )
    own, other = client_of("scjg_head"), client_of("xzsp_head")
    for found, words in ((asked, "协查未回"), (proposed, TYPED)):
        for url in (found.get_absolute_url(), f"/api/v1/measures/{found.pk}/"):
            assert words in own.get(url).content.decode()
            answer = other.get(url)
            assert answer.status_code == 200 and words not in answer.content.decode()
            assert found.get_state_display() not in answer.content.decode()
        told = other.get(f"/api/v1/measures/{found.pk}/").json()
        assert (told["state"], told["outcome"], told["asked_days"]) == ("in_force", "", None)
        assert [line["outcome"] for line in told["items"]] == [""]
        for address in (LIST, "/api/v1/measures/"):
            query = {"state": found.state}
            assert found.number not in other.get(address, query).content.decode()
            assert found.number in own.get(address, query).content.decode()
            found_there = other.get(address, {"state": "in_force"}).content.decode()
            assert found.number in found_there
    ending.decide(person("scjg_head"), proposed.pk)
    assert TYPED in page_of(other, proposed.get_absolute_url())


def test_nobody_reads_a_person_in_full(county, client_of) -> None:
    whole = subject()
    Subject.objects.filter(pk=whole.pk).update(id_kind="person", name="尉迟敬明")
    whole.refresh_from_db()
    named = samples.item(name="尉迟敬明的冷藏车", place="尉迟敬明住处", note="尉迟敬明自用")
    found = samples.in_force(
        subject=whole,
        items=[named],
        reason="尉迟敬明拒不提供票据。",
        done={"statement": "尉迟敬明称是代管。"},
    )
    client = client_of("scjg_clerk")
    addresses = (LIST, found.get_absolute_url(), f"/api/v1/measures/{found.pk}/")
    for address in addresses:
        assert "尉迟敬明" not in client.get(address).content.decode()
    assert "尉***" in page_of(client, found.get_absolute_url())


def test_a_confidential_one_does_not_exist_for_others(county, client_of) -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = own_handling(clerk)
    found = samples.in_force(clue=clue, reason="线人举报的冻库")
    secret = own_handling(clerk, confidential=True, named=(head,))
    hidden = samples.in_force(clue=secret, done={"document": "9号"})
    clue_secrecy.conceal(head, clue.pk, "保护举报人")
    client = client_of("xzsp_head")
    for each in (found, hidden):
        assert client.get(each.get_absolute_url()).status_code == 404
        assert each.document not in page_of(client, LIST)
        assert each.document in page_of(client_of("scjg_head"), LIST)


def test_the_portrait_tells_of_it(county) -> None:
    found = samples.closed(samples.in_force(done={"document": "2号"}))
    samples.urgent()
    source = next(each for each in timeline.SOURCES.values() if each.code == "measure")
    seen = source.rows(person("nync_clerk"), subject())
    assert list(seen) == [found]
    line = source.line(found)
    assert (line.title, line.state) == ("扣押财物：冻猪肉", "已办结")
    assert line.note.startswith("解除，")


def test_the_whole_course_over_rest(county, client_of) -> None:
    def call(username: str, address: str, **body: Any) -> tuple[int, dict[str, Any]]:
        client = client_of(username)
        url = f"/api/v1/{address}"
        answer = client.post(url, body, content_type="application/json")
        return answer.status_code, answer.json()

    def upload(name: str) -> str:
        answer = client_of("scjg_clerk").post("/api/v1/uploads/", {"file": photo(name)})
        return str(answer.json()["id"])

    line = {"name": "冻肉", "quantity": "2.5", "unit": "箱", "place": "仓库"}
    said = {
        "subject": subject().pk,
        "kind": "seize",
        "reason": "来源不明",
        "basis": "《中华人民共和国食品安全法》第一百一十条",
        "items": [line],
        "client_key": "7b7c0b2e-7d5e-4f7a-9a43-0c9d6a1f0002",
    }
    status, made = call("scjg_clerk", "measures/", **said)
    assert (status, made["state"], made["acts"]) == (201, "review", ["edit", "drop"])
    assert call("scjg_clerk", "measures/", **said)[0] == 200
    acts = f"measures/{made['id']}/acts"
    edited = {key: value for key, value in said.items() if key != "client_key"}
    assert call("scjg_clerk", f"{acts}/edit/", **edited | {"term_days": 20})[1]["term_days"] == 20
    call("scjg_head", f"{acts}/approve/")
    done = {
        "at": clock.now().isoformat(),
        "place": "食堂",
        "document": "淮市监强〔2026〕3号",
        "officers": [each.pk for each in samples.officers()],
        "presence": "witness",
        "signature": "refused",
        "steps": list(STEPS),
    }
    status, refused = call("scjg_clerk", f"{acts}/carry-out/", **done, items=[line])
    assert (status, refused["errors"][0]["field"]) == (422, "record")
    record = [upload("现场笔录.jpg")]
    status, told = call("scjg_clerk", f"{acts}/carry-out/", **done, items=[line], record=record)
    assert (status, told["state"], len(told["officers"])) == (200, "in_force", 2)
    assert told["turns"][0]["waits"] == "在期限内作出处理决定"
    status, refused = call("scjg_clerk", f"{acts}/ask-extension/", days=31, reason="复杂")
    assert (status, refused["errors"][0]["field"]) == (422, "days")
    call("scjg_clerk", f"{acts}/ask-extension/", days=30, reason="复杂")
    call("scjg_head", f"{acts}/grant-extension/")
    call("scjg_clerk", f"{acts}/tell-extension/")
    day = timezone.localdate().isoformat()
    test = {"what": "检验", "institution": "中心", "days": 3, "told_on": day}
    assert len(call("scjg_clerk", f"{acts}/test/", **test)[1]["tests"]) == 1
    item = told["items"][0]["id"]
    ending_as = {"outcome": "lift", "ground": "no_violation", "reason": "合格"}
    call("scjg_clerk", f"{acts}/dispose/", **ending_as, items=[{"item": item, "outcome": "lift"}])
    assert call("scjg_head", f"{acts}/decide/")[1]["decided_at"]
    status, told = call("scjg_clerk", f"{acts}/close/", fulfilled_on=day, fulfilment="已退还")
    assert (status, told["state"], told["acts"]) == (200, "closed", [])
    urgent = edited | {"carried_out": done | {"document": "4号", "record": [upload("b.jpg")]}}
    status, told = call("scjg_clerk", "measures/urgent/", **urgent)
    assert (status, told["state"], told["urgent"]) == (201, "urgent", True)
    assert call("nync_head", f"measures/{told['id']}/acts/ratify/")[0] == 404
    assert begin.ratify(person("scjg_head"), told["id"]).state == "in_force"
