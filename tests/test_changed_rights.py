"""What becomes of an open session when the person's account, department or password changes: the
very next request has the new rights."""

import pytest
from django.urls import reverse

from clues.tests.samples import make_clue
from departments.models import Department

pytestmark = pytest.mark.django_db

PAGES = ("clues:clue-list", "clues:inbox", "clues:letter-list", "matters:list", "records:imports")


@pytest.fixture
def clue(actor):
    return make_clue(actor("scjg_clerk"))


@pytest.fixture
def client(client_of, clue):
    found = client_of("scjg_clerk")
    assert found.get(f"/clues/{clue.pk}/").status_code == 200
    return found


def is_signed_out(client) -> bool:
    answer = client.get(reverse("dashboard:workbench"))
    return answer.status_code == 302 and answer.url.startswith(reverse("login"))


def test_a_deactivated_account_is_signed_out(client, person, clue):
    user = person("scjg_clerk")
    user.is_active = False
    user.save()
    assert is_signed_out(client)
    assert client.post(f"/clues/{clue.pk}/act/handle/").status_code == 302
    clue.refresh_from_db()
    assert clue.state == "received"


def test_a_new_password_signs_other_sessions_out(client, person):
    user = person("scjg_clerk")
    user.set_password("Another-2026-password")
    user.save()
    assert is_signed_out(client)


def test_a_person_moved_elsewhere_has_the_rights_of_there(client, client_of, person, clue, actor):
    moved = person("scjg_clerk")
    moved.department = person("mzj_clerk").department
    moved.save()
    assert client.get(f"/clues/{clue.pk}/").status_code == 404
    assert client.post(f"/clues/{clue.pk}/act/handle/").status_code == 404
    assert clue.number not in client.get(reverse("clues:clue-list")).content.decode()
    theirs = make_clue(actor("mzj_clerk"))
    assert client.post(f"/clues/{theirs.pk}/act/handle/").status_code == 302
    theirs.refresh_from_db()
    assert theirs.state == "handling"


def test_a_head_who_is_head_no_more_signs_nothing(client_of, person, actor):
    office = Department.objects.get(pk=person("mzj_clerk").department_id)
    from clues.tests.samples import prepared

    letter_waits = prepared(actor("scjg_clerk"), office)
    head, former = person("scjg_head"), client_of("scjg_head")
    head.roles = ["clerk"]
    head.save()
    assert former.post(f"/clues/{letter_waits.pk}/act/transfer/").status_code == 403
    letter_waits.refresh_from_db()
    assert letter_waits.state == "talked"


def test_nobody_acts_for_a_closed_department(client, person, clue):
    Department.objects.filter(pk=person("scjg_clerk").department_id).update(is_active=False)
    for name in PAGES:
        answer = client.get(reverse(name))
        assert answer.status_code in (200, 403)
        assert clue.number not in answer.content.decode()
    assert client.get(reverse("dashboard:workbench")).status_code in (200, 403)
    assert client.get(f"/clues/{clue.pk}/").status_code == 404
    assert client.post(f"/clues/{clue.pk}/act/handle/").status_code == 404
    assert client.get("/api/v1/clues/").status_code == 403
    assert client.post("/clues/add/", {"title": "甲"}).status_code == 403
