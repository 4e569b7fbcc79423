from __future__ import annotations

import re
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from clues.models import Clue, Complainant, Receipt
from clues.services import clue_answer, intake, website
from clues.tests.samples import photo
from records.errors import Refused
from records.models import OutboxMessage, TrailEntry

pytestmark = pytest.mark.django_db

FORM = "/public/complaints/"
FOLLOW = "/public/complaints/follow/"
CONTENT = "中心大街某副食店十一月二十日仍在出售过期牛奶。"


@pytest.fixture(autouse=True)
def _nothing_counted(county):
    cache.clear()


def send(client, **changed):
    given = {"content": CONTENT, "sent_key": str(uuid.uuid4()), **changed}
    return client.post(FORM, given)


def receipt_of(response):
    """Number and code as the receipt shows them."""
    shown = re.findall(r'<dd class="mono">([^<]+)</dd>', response.content.decode())
    return dict(zip(("number", "code"), shown, strict=True))


def test_a_visitor_complains_and_follows_the_clue_to_its_answer(client, actor):
    answer = send(client, name="邢望舒", files=[photo()])
    ours = receipt_of(answer)
    clue = Clue.objects.get(number=ours["number"])

    assert clue.channel == Clue.Channel.WEBSITE
    assert clue.receiver.functions.filter(function="coordination").exists()
    assert "已受理，正在研判" in client.post(FOLLOW, ours).content.decode()
    # No phone, no message: it is told where it looks.
    assert not OutboxMessage.objects.filter(topic="clue.told").exists()

    clue_answer.propose(
        actor("xzsp_clerk"), clue.pk, outcome="corrected", answer="过期牛奶已下架封存。", files=[]
    )
    before = client.post(FOLLOW, ours).content.decode()
    clue_answer.approve(actor("xzsp_head"), clue.pk)
    after = client.post(FOLLOW, ours).content.decode()

    assert "过期牛奶已下架封存" not in before
    assert "过期牛奶已下架封存" in after
    assert "请您评价" not in before
    assert "请您评价" in after


def closed(actor, number):
    clue = Clue.objects.get(number=number)
    clue_answer.propose(
        actor("xzsp_clerk"), clue.pk, outcome="corrected", answer="已改正。", files=[]
    )
    return clue_answer.approve(actor("xzsp_head"), clue.pk)


def test_the_same_send_twice_is_one_complaint_with_one_receipt(client):
    key = str(uuid.uuid4())
    first, again = (receipt_of(send(client, sent_key=key)) for _ in range(2))
    assert first == again
    assert Clue.objects.count() == 1


def test_a_code_opens_its_own_complaint_only(client):
    ours, others = (receipt_of(send(client)) for _ in range(2))
    assert ours["code"] != others["code"]
    for number, code in (
        (ours["number"], others["code"]),
        (ours["number"], ""),
        ("XS411603-2026-999999", ours["code"]),
    ):
        answer = client.post(FOLLOW, {"number": number, "code": code})
        assert answer.status_code == 422
        assert "过期牛奶" not in answer.content.decode()


def test_a_code_may_be_typed_as_it_is_read(client):
    ours = receipt_of(send(client))
    typed = f" {ours['code'][:5].lower()} {ours['code'][5:]}".replace("0", "o").replace("1", "l")
    answer = client.post(FOLLOW, {"number": ours["number"].lower(), "code": typed})
    assert answer.status_code == 200


def test_neither_code_nor_contact_stands_anywhere_else(client):
    ours = receipt_of(send(client, name="邢望舒", phone="13987605432"))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            query = f"SELECT count(*) FROM {name} t WHERE t::text LIKE %s"
            cursor.execute(query, [f"%{ours['code']}%"])
            assert cursor.fetchone()[0] == 0, table
    assert not TrailEntry.objects.filter(after__icontains="13987605432").exists()
    message = OutboxMessage.objects.get(topic="clue.told")
    assert message.payload["phone"] == "13987605432"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"content": " "}, "id_content_error"),
        ({"phone": "12"}, "电话"),
        ({"occurred_on": "2999-01-01"}, "发生日期不能晚于今天"),
        ({"township": "999999"}, "选择"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, changed, said):
    answer = send(client, subject_name="某副食店", **changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="某副食店"' in page
    assert not Clue.objects.exists()


def test_a_file_that_is_none_changes_nothing(client):
    answer = send(client, files=[SimpleUploadedFile("现场.jpg", b"<script>alert(1)</script>")])
    assert answer.status_code == 422
    assert "类型不在允许范围内" in answer.content.decode()
    assert not Clue.objects.exists()
    assert not Receipt.objects.exists()


def test_an_address_sends_no_flood(client, county):
    most = 10
    answers = [send(client).status_code for _ in range(most + 1)]
    assert answers == [200] * most + [422]
    other = client.post(
        FORM, {"content": CONTENT, "sent_key": str(uuid.uuid4())}, REMOTE_ADDR="198.51.100.7"
    )
    assert other.status_code == 200


def test_codes_are_not_found_by_trying(client):
    ours = receipt_of(send(client))
    for _ in range(30):
        client.post(FOLLOW, {"number": ours["number"], "code": "0000000000"})
    answer = client.post(FOLLOW, ours)
    assert answer.status_code == 422
    assert "查询次数过多" in answer.content.decode()


def test_the_answered_are_rated_once(client, actor, client_of):
    ours = receipt_of(send(client))
    rating = {**ours, "rate": "1", "rating": "poor", "note": "没有人联系过我。"}
    client.post(FOLLOW, rating)
    assert Receipt.objects.get().rating == ""

    clue = closed(actor, ours["number"])
    assert client.post(FOLLOW, {**rating, "rating": ""}).status_code == 422
    client.post(FOLLOW, rating)
    client.post(FOLLOW, {**rating, "rating": "good"})

    receipt = Receipt.objects.get()
    assert (receipt.rating, receipt.rating_note) == ("poor", "没有人联系过我。")
    page = client_of("xzsp_clerk").get(clue.get_absolute_url()).content.decode()
    assert "不满意" in page
    assert "没有人联系过我。" in page
    assert TrailEntry.objects.filter(verb="clue.rate").count() == 1


def test_a_merged_complaint_is_answered_and_rated_with_the_main_one(client, actor):
    one, other = (receipt_of(send(client)) for _ in range(2))
    numbers = [Clue.objects.get(number=each["number"]).pk for each in (one, other)]
    intake.merge(actor("xzsp_clerk"), numbers[1], numbers[0], "同一问题")
    assert "已受理" in client.post(FOLLOW, other).content.decode()
    closed(actor, one["number"])
    page = client.post(FOLLOW, other).content.decode()
    assert "已办结" in page
    assert other["number"] in page
    assert "请您评价" in page


def test_nobody_rates_before_the_answer(client):
    ours = receipt_of(send(client))
    course = website.follow("411603", None, ours["number"], ours["code"])
    with pytest.raises(Refused, match="办结之后"):
        website.rate(course, None, "good", "")
    assert Complainant.objects.get().wants_answer
