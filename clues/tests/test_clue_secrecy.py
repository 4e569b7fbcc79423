"""A confidential clue: whoever is not named finds nothing of it anywhere, and can do nothing."""

from __future__ import annotations

import pytest

from clues.models import Clue, ClueUserPermission, Referral, Stop
from clues.services import clue_secrecy, clue_transfer, clues
from clues.services.letters import drafts
from clues.tests.letter_samples import drafted
from clues.tests.samples import make_clue, transferred
from departments.models import Department, User
from records.concealment import reveal
from records.errors import NotAllowed, Refused
from records.models import Deadline, TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(actor):
    return Department.objects.select_related("region").get(pk=actor("mzj_clerk").department_id)


@pytest.fixture
def concealed(actor, home) -> Clue:
    """A clue on its way, then concealed by the head of the department that holds it."""
    clue = transferred(actor("scjg_clerk"), actor("scjg_head"), home, title="举报内部人员收受好处")
    return clue_secrecy.conceal(actor("mzj_head"), clue.pk, "涉及内部人员")


def test_all_that_belongs_to_it_is_concealed_with_it(concealed, actor):
    assert concealed.confidential
    assert not Stop.objects.filter(clue=concealed, confidential=False).exists()
    assert Referral.objects.get(clue=concealed).confidential
    names = [*Stop.objects.filter(clue=concealed).values_list("about", flat=True)]
    names += Deadline.objects.filter(target_id=concealed.pk).values_list("target_name", flat=True)
    assert names
    assert not any("收受好处" in name for name in names)


def test_the_heads_concerned_go_on_and_their_clerks_know_nothing(concealed, actor):
    assert concealed in Clue.objects.visible_to(actor("scjg_head"))
    assert concealed in Clue.objects.visible_to(actor("mzj_head"))
    for outsider in ("mzj_clerk", "scjg_clerk", "xzsp_clerk", "xzsp_head", "wjw_head"):
        who = actor(outsider)
        assert concealed not in Clue.objects.visible_to(who)
        assert not Stop.objects.visible_to(who).filter(clue=concealed).exists()
        assert not Referral.objects.visible_to(who).filter(clue=concealed).exists()
        assert not reveal(TrailEntry.objects.filter(target_id=concealed.pk), who).exists()
        with pytest.raises(NotAllowed):
            clue_transfer.receive(who, concealed.pk)
    clue_transfer.receive(actor("mzj_head"), concealed.pk)


def test_coordination_that_is_not_named_assigns_nothing(concealed, actor, home):
    with pytest.raises(NotAllowed):
        clue_transfer.assign(actor("xzsp_head"), concealed.pk, department=home, opinion="指定办理")


def test_whose_turn_it_is_at_what_was_begun_because_of_it_goes_on(actor, home):
    clue = transferred(actor("scjg_clerk"), actor("scjg_head"), home)
    letter = drafted(clerk="xzsp_clerk", to="xfdd_clerk", clue=clue)
    clue_secrecy.conceal(actor("mzj_head"), clue.pk, "涉及内部人员")
    with pytest.raises(NotAllowed):
        drafts.discard(actor("xzsp_clerk"), letter.pk, "不再需要")
    drafts.discard(actor("xzsp_head"), letter.pk, "不再需要")
    assert (
        not Stop.objects.open()
        .filter(clue=clue, department=actor("xzsp_head").department_id)
        .exists()
    )


def test_a_head_names_people_of_departments_concerned_only(concealed, actor, person):
    head = actor("mzj_head")
    with pytest.raises(NotAllowed):
        clue_secrecy.name(actor("mzj_clerk"), concealed.pk, people=[person("mzj_clerk").pk])
    with pytest.raises(Refused, match="相关部门"):
        clue_secrecy.name(head, concealed.pk, people=[person("wjw_clerk").pk])
    with pytest.raises(Refused):
        clue_secrecy.name(head, concealed.pk, people=[])
    clue_secrecy.name(head, concealed.pk, people=[person("mzj_clerk").pk])
    clue_transfer.receive(actor("mzj_clerk"), concealed.pk)


def test_what_was_merged_into_it_is_concealed_too(actor):
    clerk, head = actor("scjg_clerk"), actor("scjg_head")
    clue = clues.handle(clerk, make_clue(clerk).pk)
    other = make_clue(clerk)
    Clue.objects.filter(pk=other.pk).update(state="merged", merged_into=clue)
    clue_secrecy.conceal(head, clue.pk, "涉及举报人安全")
    assert not Clue.objects.visible_to(actor("xzsp_clerk")).exists()
    assert Clue.objects.visible_to(clerk).count() == 2


def test_totals_of_outsiders_stay_the_same(actor):
    clerk = actor("scjg_clerk")
    make_clue(clerk)
    before = Clue.objects.visible_to(actor("xzsp_clerk")).count()
    hidden = make_clue(clerk, confidential=True)
    assert Clue.objects.visible_to(actor("xzsp_clerk")).count() == before
    assert hidden.pk >= 2**52
    assert hidden.number.startswith("MX")


def test_clerks_of_other_departments_are_not_offered(concealed, actor):
    offered = set(clue_secrecy.candidates(concealed).values_list("department_id", flat=True))
    concerned = {actor("scjg_head").department_id, actor("mzj_head").department_id}
    assert offered == concerned
    named = ClueUserPermission.objects.filter(content_object=concealed).values("user_id")
    assert set(User.objects.filter(pk__in=named).values_list("username", flat=True)) >= {
        "scjg_head",
        "mzj_head",
    }


def test_pages_know_nothing_of_it(concealed, client_of):
    client = client_of("xzsp_head")
    for path in ("", "assign/", "talk/", "act/receive/"):
        url = f"/clues/{concealed.pk}/{path}"
        answer = client.post(url) if "act" in path else client.get(url)
        assert answer.status_code == 404, path
    listed = client.post("/clues/bulk/assign/", {"selected": [concealed.pk]}, follow=True)
    assert "收受好处" not in listed.content.decode()
    assert concealed.number not in listed.content.decode()
