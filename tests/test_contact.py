"""Who complained and where they can be reached stands in two places: with the clue's complainant
and in the messages to them. Everything else knows them masked or not at all."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clues.models import Clue
from clues.services import clue_answer, clue_transfer, complainants, intake
from clues.tests.samples import department, photo
from records import clock, outbox
from records.models import OutboxMessage
from records.outbox_names import COMPLAINT_CHANNEL
from tests.counterpart import listening
from tests.test_concealment import everything

pytestmark = pytest.mark.django_db

NAME, PHONE, ADDRESS = "尉迟知微", "13987605432", "鱼市口三巷七号"
CONTACT = (NAME, PHONE, ADDRESS)
BODY = {
    "channel": "hotline",
    "content": "城关镇某食堂使用过期食材，请核查。",
    "complainant_name": NAME,
    "complainant_phone": PHONE,
    "complainant_address": ADDRESS,
    "wants_answer": True,
}


@pytest.fixture
def walked(actor: Callable[[str], Any], client_of: Callable[[str], Client], caplog) -> Clue:  # type: ignore[no-untyped-def]
    """A complaint taken in over REST and brought to its answer; all that was logged is kept."""
    caplog.set_level(logging.DEBUG)
    address = reverse("clue-list")
    made = client_of("scjg_clerk").post(address, BODY, content_type="application/json")
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    clerk, head = actor("scjg_clerk"), actor("scjg_head")
    clue_transfer.talk(
        clerk, pk, department=department("民政局"), talked_at=timezone.now(), note="同意接收"
    )
    draft = clue_transfer.letter_draft(Clue.objects.get(pk=pk))
    clue_transfer.prepare(clerk, pk, **draft, files=[photo()])
    clue_transfer.transfer(head, pk)
    clue_answer.tell(clerk, pk, text="您反映的问题已移送区民政局办理。")
    clue_transfer.receive(actor("mzj_clerk"), pk)
    complainants.unmask(actor("mzj_clerk"), pk, "需要核对反映的时间")
    clue_answer.propose(
        actor("mzj_clerk"), pk, outcome="corrected", answer="已责令改正。", files=[]
    )
    clue_answer.approve(actor("mzj_head"), pk)
    return Clue.objects.get(pk=pk)


def tables_with(word: str) -> set[str]:
    """The tables of which a row holds the word anywhere."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            query = f"SELECT EXISTS (SELECT FROM {name} t WHERE t::text LIKE %s)"
            cursor.execute(query, [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_the_database_holds_the_contact_in_two_tables(walked):
    kept = {"clues_complainant", "records_outboxmessage"}
    assert tables_with(PHONE) == tables_with(NAME) == kept
    assert tables_with(ADDRESS) == {"clues_complainant"}
    messages = OutboxMessage.objects.filter(payload__phone=PHONE)
    assert set(messages.values_list("target", flat=True)) == {COMPLAINT_CHANNEL}
    assert [one.about for one in messages] == [walked] * 3
    assert OutboxMessage.objects.filter(payload__icontains=PHONE).count() == 3


def test_nothing_that_is_logged_names_them(walked, caplog, capsys, client_of, monkeypatch):
    client = client_of("scjg_clerk")
    client.raise_request_exception = False
    wrong = BODY | {"complainant_phone": f"{PHONE}9x", "channel": "nonsense"}
    client.post(reverse("clue-list"), wrong, content_type="application/json")
    client.post(reverse("clues:clue-add"), wrong)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(intake, "register", broken)
    failed = client.post(reverse("clue-list"), BODY, content_type="application/json")
    assert failed.status_code == 500
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    logged += "".join(capsys.readouterr())
    assert "request_finished" in logged
    assert "the disk is full" in logged
    for word in CONTACT:
        assert word not in logged
        assert word not in failed.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"complainant_phone": f"{PHONE}x"}, "complainant_phone"),
        ({"complainant_phone": PHONE * 4}, "complainant_phone"),
        ({"complainant_name": NAME * 20}, "complainant_name"),
        ({"channel": "nonsense"}, "channel"),
        ({"received_at": "2999-01-01T00:00:00+08:00"}, "received_at"),
    ],
)
def test_a_refusal_does_not_repeat_them(wrong, field, county, client_of):
    client = client_of("scjg_clerk")
    answer = client.post(reverse("clue-list"), BODY | wrong, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not any(word in answer.content.decode() for word in CONTACT)


def test_a_source_number_held_elsewhere_does_not_tell_whose_it_is(county, client_of):
    body = BODY | {"external_number": "DH-1"}
    address = reverse("clue-list")
    client_of("scjg_clerk").post(address, body, content_type="application/json")
    other = body | {"complainant_name": "", "complainant_phone": "", "complainant_address": ""}
    answer = client_of("wjw_clerk").post(address, other, content_type="application/json")
    assert answer.status_code in (400, 409)
    assert not any(word in answer.content.decode() for word in CONTACT)


@pytest.mark.parametrize("username", ["scjg_clerk", "mzj_head", "xzsp_head", "audit_admin"])
def test_no_list_export_or_interface_names_them(username, walked, client_of):
    client = client_of(username)
    seen = everything(client)
    addresses = [walked.get_absolute_url(), reverse("clue-detail", args=[walked.pk])]
    seen |= {one: (200, client.get(one).content) for one in addresses}
    for address, (_, content) in seen.items():
        text = content.decode(errors="replace") if isinstance(content, bytes) else str(content)
        for word in CONTACT:
            assert word not in text, address


def test_the_paper_of_the_transfer_does_not_carry_them(walked, client_of):
    letter = walked.letters.get(kind="clue_transfer")
    client = client_of("mzj_clerk")
    word = client.get(reverse("clues:letter-print", args=[letter.pk, "docx"]))
    content = io.BytesIO(b"".join(word) if word.streaming else word.content)
    assert not any(each in letter.body for each in CONTACT)
    assert content.getvalue()
    listed = client.get(reverse("clues:clue-list"), {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(listed)))
    (row,) = list(book.active.iter_rows(min_row=2, values_only=True))[-1:]
    assert "139****5432" in row


def test_what_the_channel_answers_is_not_shown(walked, client_of, settings):
    with listening() as channel:
        settings.OUTBOX_TARGETS = {COMPLAINT_CHANNEL: {"url": channel.url, "token": ""}}
        channel.script.extend([422, 422, 422])
        OutboxMessage.objects.update(next_attempt_at=clock.now())
        while outbox.deliver_next():
            pass
    assert len(channel.received) == 3
    assert channel.received[0]["payload"]["phone"] == PHONE
    errors = OutboxMessage.objects.values_list("last_error", flat=True)
    assert all("HTTP 422" in error for error in errors)
    for name in ("xzsp_head", "system_admin"):
        page = client_of(name).get(reverse("records:outbox")).content.decode()
        assert "HTTP 422" in page
        assert not any(word in page for word in CONTACT)
