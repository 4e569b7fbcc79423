"""Letters of supervision: what they say, and when one is under way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clues.services import clue_transfer
from clues.services.letters import drafts, sending
from clues.services.letters.supervising import supervise
from clues.tests import letter_samples as letters
from clues.tests.samples import at, department, make_clue, moment, person, transferred
from records.errors import Conflict
from records.models import Deadline

pytestmark = pytest.mark.django_db


def test_supervision_of_what_was_entered_late_says_both_days_in_one_unit(county, client_of):
    with at("2026-10-21 10:00"):
        clue = make_clue(person("mzj_clerk"), received_at=moment("2026-09-28 09:00"))
        Deadline.objects.update(
            started_at=moment("2026-09-28 09:00"), due_at=moment("2026-10-08 23:59")
        )
        letter = supervise(person("xzsp_clerk"), clue)
    first, second = letter.body.split("\n")[:2]
    assert first.endswith(
        "由你单位负责“研判并沟通”，期限自 2026年9月28日 起算，"
        "于 2026年10月21日 在平台登记，至今未办结。"
    )
    # 9, 10, 12 … 16, 19, 20, 21 October.
    assert (
        second == "期限 3 个工作日（由本地区设定），应于 2026年10月8日 前办结，已逾期 10 个工作日。"
    )


def test_a_letter_of_supervision_that_came_back_is_still_under_way(county):
    clue = make_clue(person("mzj_clerk"))
    letter = supervise(person("xzsp_clerk"), clue)
    drafts.submit(person("xzsp_clerk"), letter.pk)
    sending.sign(person("xzsp_head"), letter.pk)
    sending.give_back(person("mzj_head"), letter.pk, "不属于本局职责")
    with pytest.raises(Conflict, match="已有督办函"):
        supervise(person("xzsp_clerk"), clue)


def test_open_letters_are_those_that_wait_for_somebody(county, client_of, actor):
    returned = letters.sent(title="被退回的函")
    sending.give_back(person("xfdd_head"), returned.pk, "请补充对象")
    clue = transferred(actor("scjg_clerk"), actor("scjg_head"), department("民政局"))
    clue_transfer.send_back(actor("mzj_head"), clue.pk, "不属于本局职责")
    text = client_of("xzsp_head").get(reverse("clues:letter-list"), {"state": "open"})
    rows = [row.letter.title for row in text.context["rows"]]
    assert rows == ["被退回的函"]


def test_a_letter_is_named_by_its_number_in_the_title(county):
    sent = letters.sent(title="关于协助核查某企业超范围经营有关情况和往来账目的函")
    letter = supervise(person("xzsp_clerk"), sent)
    assert letter.title == f"关于督办“{sent.number}”的函"
    assert sent.title in letter.body
    clue = make_clue(person("mzj_clerk"), title="长" * 100)
    assert supervise(person("xzsp_clerk"), clue).title.endswith("”的函")
