"""What a department has not signed is its own affair: overseers do not read of it in passing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clues.models import Referral
from clues.services.letters import drafts, sending
from clues.tests import letter_samples as letters
from clues.tests.samples import person
from records.models import Deadline
from supervision.dashboard import coordination

pytestmark = pytest.mark.django_db

TITLE = "关于借调执法人员的函"


def trail_page(client) -> str:
    return client.get(reverse("records:trail"), {"target": "借调"}).content.decode()


@pytest.mark.parametrize("write", [letters.drafted, letters.in_review])
def test_an_unsigned_letter_is_neither_in_the_trail_nor_among_the_late(write, county, client_of):
    client, chief = client_of("xzsp_head"), person("xzsp_head")
    letter = write(title=TITLE)
    Deadline.objects.update(due_at="2020-01-01T00:00:00Z")
    assert TITLE not in trail_page(client)
    assert coordination.overdue_deadlines(chief) == []
    assert next(one for one in coordination.figures(chief) if "逾期" in one.label).value == "0"
    own = client_of("audit_admin").get(reverse("records:trail"), {"target": "借调"})
    assert TITLE in own.content.decode()

    if letter.state == Referral.State.DRAFT:
        drafts.submit(person("mzj_clerk"), letter.pk)
    sending.sign(person("mzj_head"), letter.pk)
    Deadline.objects.filter(met_at=None).update(due_at="2020-01-01T00:00:00Z")
    assert TITLE in trail_page(client)
    (late,) = coordination.overdue_deadlines(chief)
    assert TITLE in late.target_name


def test_the_coordination_office_reads_of_its_own_drafts(county, client_of):
    letter = letters.in_review("supervision", "xzsp_clerk", "mzj_clerk", title=TITLE)
    Deadline.objects.update(due_at="2020-01-01T00:00:00Z")
    assert TITLE in trail_page(client_of("xzsp_head"))
    (late,) = coordination.overdue_deadlines(person("xzsp_head"))
    assert late.target_id == letter.pk


def test_a_draft_given_up_is_never_told(county, client_of):
    letter = letters.drafted(title=TITLE)
    drafts.discard(person("mzj_clerk"), letter.pk)
    assert TITLE not in trail_page(client_of("xzsp_head"))
