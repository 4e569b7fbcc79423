"""What is pushed: outcome by outcome, all or none, once for each idempotency key."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.db import connection

from clues.models import Clue, RiskWarning
from credit.models import CreditEvent, Subject, SubjectChange
from departments.models import Region
from matters.models import UpstreamMatter
from records import clock
from records.errors import Conflict
from records.models import TrailEntry
from supervision.demo.identifiers import unified_code
from supervision.gateway import answers
from supervision.gateway.api import pushes
from supervision.gateway.models import GatewayAnswer

KEY = "call-0001"


def subject(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id_kind": "uscc",
        "identifier": unified_code(random.Random(number), "91", "411603"),
        "name": f"周口市淮阳区第{number}养老院",
        "categories": ["nursing-home"],
        "grade": "B",
        **other,
    }


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [item["outcome"] for item in answer.json()["items"]]


def test_each_item_is_told_what_became_of_it(system) -> None:  # type: ignore[no-untyped-def]
    items = [subject(1), subject(2, name=""), subject(3, township="999"), subject(1)]
    answer = system.call("POST", "subjects/", items, key=KEY)
    assert outcomes(answer) == ["created", "refused", "refused", "refused"]
    found = {item["index"]: item.get("errors") for item in answer.json()["items"]}
    assert [each["field"] for each in found[1]] == ["name"]
    assert [each["field"] for each in found[2]] == ["township"]
    (twice,) = found[3]
    assert twice["field"] == "identifier" and subject(1)["identifier"] in twice["message"]
    assert (answer.json()["accepted"], answer.json()["refused"]) == (1, 3)
    assert Subject.objects.get().name == subject(1)["name"]


def test_what_a_directory_never_holds_is_refused_in_its_own_words(system) -> None:  # type: ignore[no-untyped-def]
    (told,) = system.call("POST", "subjects/", [subject(1, status="merged")], key=KEY).json()[
        "items"
    ]
    (error,) = told["errors"]
    assert error["field"] == "status" and "merged" not in error["message"]


def test_a_push_changes_what_is_there_and_leaves_a_trace(system) -> None:  # type: ignore[no-untyped-def]
    system.call("POST", "subjects/", [subject(1), subject(2)], key=KEY)
    left = {name: value for name, value in subject(2, address="新站镇").items() if name != "grade"}
    answer = system.call("POST", "subjects/", [subject(1), left], key="call-0002")
    assert outcomes(answer) == ["unchanged", "updated"]
    line = SubjectChange.objects.get(field="address")
    assert (line.new, line.source) == ("新站镇", system.client.name)
    entry = TrailEntry.objects.filter(verb="subject.upsert").first()
    assert entry is not None and entry.actor_name == f"{system.client.name}（接口）"


def test_what_names_a_merged_subject_reaches_its_survivor(system) -> None:  # type: ignore[no-untyped-def]
    system.call("POST", "subjects/", [subject(1), subject(2)], key=KEY)
    stays, goes = Subject.objects.order_by("pk")
    Subject.objects.filter(pk=goes.pk).update(status="merged", merged_into=stays)
    late = subject(2, name="淮阳区康宁养老院")
    del late["grade"]
    answer = system.call("POST", "subjects/", [late], key="call-0002")
    assert outcomes(answer) == ["updated"]
    stays.refresh_from_db()
    assert stays.name == "淮阳区康宁养老院"
    # The survivor's own row says more.
    answer = system.call("POST", "subjects/", [late, subject(1)], key="call-0003")
    assert outcomes(answer) == ["unchanged", "updated"]
    # One that is refused says nothing.
    answer = system.call("POST", "subjects/", [late, subject(1, name="")], key="call-0004")
    assert outcomes(answer) == ["updated", "refused"]


def test_a_grade_is_not_changed_by_a_push(system) -> None:  # type: ignore[no-untyped-def]
    system.call("POST", "subjects/", [subject(1)], key=KEY)
    answer = system.call("POST", "subjects/", [subject(1, grade="A")], key="call-0002")
    assert outcomes(answer) == ["refused"]
    assert Subject.objects.get().grade == "B"
    answer = system.call("POST", "subjects/", [subject(2, grade=None)], key="call-0003")
    ((error,),) = (item["errors"] for item in answer.json()["items"])
    assert error["field"] == "grade" and "新增的对象必须填写" in error["message"]


def test_who_is_judged_while_a_push_is_taken_in_is_pushed_again(system, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """What was looked up does not hold any more: the call is no mistake of its sender."""
    system.call("POST", "subjects/", [subject(1), subject(2)], key=KEY)
    look = pushes.held

    def judged_afterwards(*args: Any) -> Any:
        monkeypatch.setattr(pushes, "held", look)
        found = look(*args)
        Subject.objects.filter(identifier=subject(1)["identifier"]).update(grade="A")
        return found

    monkeypatch.setattr(pushes, "held", judged_afterwards)
    left = [subject(1, grade=None, address="新站镇"), subject(2, address="新站镇")]
    answer = system.call("POST", "subjects/", left, key="call-0002")
    assert answer.status_code == 409 and answer["Retry-After"]
    assert not Subject.objects.exclude(address="").exists()
    assert outcomes(system.call("POST", "subjects/", left, key="call-0002")) == ["updated"] * 2


def test_all_or_none_writes_none_when_one_is_at_fault(system) -> None:  # type: ignore[no-untyped-def]
    address = "subjects/?all_or_none=1"
    answer = system.call("POST", address, [subject(1), subject(2, name="")], key=KEY)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["items[1].name"]
    assert not Subject.objects.exists() and not GatewayAnswer.objects.exists()
    # What was put right may come under the same key.
    answer = system.call("POST", address, [subject(1), subject(2)], key=KEY)
    assert outcomes(answer) == ["created", "created"]


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ({}, "items"),
        (None, "items"),
        ([1] * 10_001, "items"),
    ],
)
def test_what_is_no_list_of_items_is_refused(system, items, field) -> None:  # type: ignore[no-untyped-def]
    answer = system.call("POST", "subjects/", items or [], key=KEY)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "item", [1, None, [], {}, {"name": 1}, {"name": "\ud800"}, {"name": "a\0"}, {"nobody": 1}]
)
def test_an_item_of_any_form_is_refused_in_words(system, item) -> None:  # type: ignore[no-untyped-def]
    for resource in ("subjects", "clues", "warnings", "credit-facts", "matters"):
        answer = system.call("POST", f"{resource}/", [item], key=f"{KEY}-{resource}")
        assert outcomes(answer) == ["refused"]
        assert all(each["message"] for each in answer.json()["items"][0]["errors"])


@pytest.mark.parametrize("name", ["tonwship", "\ud800", "a\0"])
def test_a_field_that_does_not_exist_is_named(system, name) -> None:  # type: ignore[no-untyped-def]
    (told,) = system.call("POST", "subjects/", [subject(1, **{name: "x"})], key=KEY).json()["items"]
    assert [each["message"] for each in told["errors"]] == ["没有这个字段。"]
    many = dict.fromkeys(map(str, range(50)), 1)
    answer = system.call("POST", "subjects/", [subject(1, **many)], key="call-0002")
    (told,) = answer.json()["items"]
    assert len(told["errors"]) == 10


@pytest.mark.parametrize("text", ["甲\x07乙", "甲\uffff乙", "甲\x9b乙"])
def test_what_no_file_may_hold_is_refused_as_in_an_import(system, text) -> None:  # type: ignore[no-untyped-def]
    (told,) = system.call("POST", "subjects/", [subject(1, name=text)], key=KEY).json()["items"]
    assert told["errors"] == [{"field": "name", "message": "含有不能保存的字符。"}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"items": [}', "第 1 行第 12 列"),
        ('{"items": ["甲"]}'.encode("gbk"), "不是 UTF-8"),
        ('{"items": [' + "9" * 5000 + "]}", "过大的数字"),
        ("[" * 100_000, "嵌套过深"),
    ],
)
def test_a_broken_body_is_told_in_words(system, body, words) -> None:  # type: ignore[no-untyped-def]
    body = body if isinstance(body, bytes) else body.encode()
    headers = system.headers("POST", "subjects/", body, KEY)
    answer = system.send("POST", "subjects/", body, headers)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("charset", ["gbk", "utf-7", "unicode_escape"])
def test_no_header_that_is_not_signed_changes_what_is_read(system, charset) -> None:  # type: ignore[no-untyped-def]
    body = json.dumps({"items": [subject(1, name="甲+AGE-\\u0062")]}, ensure_ascii=False).encode()
    headers = system.headers("POST", "subjects/", body, KEY)
    headers["Content-Type"] = f"application/json; charset={charset}"
    assert outcomes(system.send("POST", "subjects/", body, headers)) == ["created"]
    assert Subject.objects.latest("pk").name == "甲+AGE-\\u0062"


def test_a_key_must_be_there(system) -> None:  # type: ignore[no-untyped-def]
    answer = system.call("POST", "subjects/", [subject(1)])
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_the_same_again_gets_the_same_and_does_nothing(system) -> None:  # type: ignore[no-untyped-def]
    first = system.call("POST", "subjects/", [subject(1)], key=KEY)
    entries = TrailEntry.objects.count()
    again = system.call("POST", "subjects/", [subject(1)], key=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert TrailEntry.objects.count() == entries


def test_another_body_under_the_same_key_is_refused(system) -> None:  # type: ignore[no-untyped-def]
    system.call("POST", "subjects/", [subject(1)], key=KEY)
    answer = system.call("POST", "subjects/", [subject(2)], key=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_call_that_still_runs_is_waited_for(system, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def busy(*_: Any) -> None:
        raise answers.StillRunning("同一幂等键的调用正在办理，请稍后用同一幂等键重发。")

    monkeypatch.setattr(answers, "before", busy)
    answer = system.call("POST", "subjects/", [subject(1)], key=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert int(answer["Retry-After"]) >= 1


@pytest.mark.django_db(transaction=True)
def test_a_running_call_holds_its_key_until_it_ends(system) -> None:  # type: ignore[no-untyped-def]
    from django.db import transaction

    other = connection.copy()
    try:
        with transaction.atomic():
            answers.before(system.client, KEY, "a")
            with other.cursor() as cursor:
                assert not _lock(cursor, system.client, KEY)
                assert _lock(cursor, system.client, "another")
        with other.cursor() as cursor:
            assert _lock(cursor, system.client, KEY)
    finally:
        other.close()


def _lock(cursor: Any, client: Any, key: str) -> bool:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [answers.lock_of(client, key)])
    return cursor.fetchone()[0]


def test_a_call_that_died_half_way_leaves_nothing(system, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def die(*_: Any) -> None:
        raise Conflict("数据库连接中断。")

    with monkeypatch.context() as patch:
        patch.setattr(answers, "keep", die)
        assert system.call("POST", "subjects/", [subject(1)], key=KEY).status_code == 409
    assert not Subject.objects.exists()
    assert outcomes(system.call("POST", "subjects/", [subject(1)], key=KEY)) == ["created"]


def test_clues_come_to_the_coordination_office_once(system) -> None:  # type: ignore[no-untyped-def]
    item = pushes.CLUE.example
    later = {**item, "external_number": "2", "subject_identifier": "91411603MA0000000X"}
    answer = system.call("POST", "clues/", [item, later, item], key=KEY)
    assert outcomes(answer) == ["created", "refused", "refused"]
    clue = Clue.objects.get()
    assert clue.external_number == item["external_number"] and clue.reporter_id is None
    assert clue.receiver == system.client.region.functions.get(function="coordination").department
    assert outcomes(system.call("POST", "clues/", [item], key="again")) == ["unchanged"]


def test_a_push_says_nothing_of_a_confidential_clue(system, actor) -> None:  # type: ignore[no-untyped-def]
    from clues.services import intake

    item = pushes.CLUE.example
    intake.register(
        actor("mzj_clerk"),
        channel=item["channel"],
        external_number=item["external_number"],
        content="保密",
        confidential=True,
    )
    assert outcomes(system.call("POST", "clues/", [item], key=KEY)) == ["created"]


def test_upstream_matters_come_in_versions(system) -> None:  # type: ignore[no-untyped-def]
    item = pushes.MATTER.example
    assert outcomes(system.call("POST", "matters/", [item], key=KEY)) == ["created"]
    changed = item | {"version": 2, "subjects": "养老机构、养老设施"}
    below = changed | {"issuer": "411603101"}
    answer = system.call("POST", "matters/", [changed, below, item], key="b")
    assert outcomes(answer) == ["updated", "refused", "refused"]
    refused = answer.json()["items"][1]["errors"]
    assert refused == [{"field": "issuer", "message": "应为本区划上级的区划代码。"}]
    found = UpstreamMatter.objects.get(code=item["code"])
    assert [version.number for version in found.versions.all()] == [2, 1]
    assert outcomes(system.call("POST", "matters/", [changed], key="c")) == ["unchanged"]


def test_warnings_and_facts_are_taken_in(system) -> None:  # type: ignore[no-untyped-def]
    answer = system.call("POST", "warnings/", [pushes.WARNING.example], key=KEY)
    assert outcomes(answer) == ["created"] and RiskWarning.objects.count() == 1
    assert outcomes(system.call("POST", "warnings/", [pushes.WARNING.example], key="b")) == [
        "unchanged"
    ]
    system.call("POST", "subjects/", [subject(1)], key="c")
    fact = {**pushes.FACT.example, "identifier": subject(1)["identifier"]}
    wrong = {**fact, "key": "2", "value": "Z"}
    assert outcomes(system.call("POST", "credit-facts/", [fact, wrong], key="d")) == [
        "created",
        "refused",
    ]
    event = CreditEvent.objects.get()
    assert event.source == f"外部：{system.client.name}"
    again = [fact, fact | {"key": "3"}]
    assert outcomes(system.call("POST", "credit-facts/", again, key="e")) == [
        "unchanged",
        "created",
    ]
    changed = [fact | {"value": "B"}, fact | {"key": "3", "title": "另一种说法"}]
    assert outcomes(system.call("POST", "credit-facts/", changed, key="f")) == ["updated"] * 2


def test_a_number_that_another_county_holds_refuses_its_item_only(system) -> None:  # type: ignore[no-untyped-def]
    system.call("POST", "subjects/", [subject(1)], key=KEY)
    neighbour = Region.objects.exclude(pk=system.client.region_id).filter(level="county")[0]
    theirs = Subject.objects.get()
    theirs.pk, theirs.region, theirs.identifier = None, neighbour, "X-1"
    theirs.save(force_insert=True)
    CreditEvent.objects.create(
        subject=theirs,
        kind="national_risk",
        happened_on="2026-03-01",
        recorded_at=clock.now(),
        title="甲",
        source=f"外部：{system.client.name}",
        source_key="1",
    )
    fact = {**pushes.FACT.example, "identifier": subject(1)["identifier"]}
    items = [fact | {"key": "1"}, fact | {"key": "2"}]
    answer = system.call("POST", "credit-facts/", items, key="d")
    assert outcomes(answer) == ["refused", "created"]
    assert [each["field"] for each in answer.json()["items"][0]["errors"]] == ["key"]
    assert CreditEvent.objects.get(source_key="1").subject_id == theirs.pk
