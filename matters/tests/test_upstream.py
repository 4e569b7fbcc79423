"""Matters of the lists above: told in versions, claimed, compared, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from departments.models import Department, DepartmentAlias
from matters import upstream
from matters.models import Matter, MatterVersion, UpstreamMatter, UpstreamVersion
from matters.upstream import Told
from matters.worklist import pending_upstream_matters
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


def told(number: int = 1, **other: Any) -> Told:
    values: dict[str, Any] = {
        "issuer": "41",
        "code": "41-ZHJG-007",
        "number": number,
        "withdrawn": False,
        "name": "养老服务机构综合监管",
        "subjects_text": "养老机构",
        "content": "备案和消防",
        "legal_bases": "《养老机构管理办法》 第三十四条",
        "lead": "河南省民政厅",
        "partners": ("河南省消防救援总队", "MZ-0042"),
    }
    return Told(**values | other)


@pytest.fixture
def tell(actor):  # type: ignore[no-untyped-def]
    """Tell versions as the gateway does; returns what became of them."""
    return lambda *versions: upstream.receive(actor("xzsp_clerk"), "省平台", versions)


@pytest.fixture
def claim(actor):  # type: ignore[no-untyped-def]
    """Claim as the coordination clerk, led by the civil affairs bureau."""

    def run(pk: int, *partners: Department, **more: Any) -> MatterVersion:
        lead = Department.objects.get(name__endswith="民政局", region__code="411603")
        keys = [each.pk for each in partners]
        return upstream.claim(actor("xzsp_clerk"), pk, lead_id=lead.pk, partner_ids=keys, **more)

    return run


def state() -> str:
    return UpstreamMatter.objects.get().state


def test_versions_are_kept_and_repeats_change_nothing(tell) -> None:  # type: ignore[no-untyped-def]
    assert tell(told(), told(code="41-ZHJG-008", name="甲")) == ["created", "created"]
    assert tell(told()) == ["unchanged"]
    assert tell(told(3, content="备案、消防和食品")) == ["updated"]
    found = UpstreamMatter.objects.get(code="41-ZHJG-007")
    assert [each.number for each in found.versions.all()] == [3, 1]
    assert found.latest is not None and found.latest.content == "备案、消防和食品"
    assert (found.state, found.settled) == ("new", None)
    assert TrailEntry.objects.filter(verb="upstream_matter.receive").count() == 2


@pytest.mark.parametrize(
    ("later", "field"),
    [
        (told(1), "version"),
        (told(2, content="不同"), "version"),
        (told(3, issuer="42"), "issuer"),
        (told(3, issuer="411603"), "issuer"),
        (told(3, issuer="4"), "issuer"),
        (told(3, lead=""), "lead"),
        (told(3, code="41-ZHJG-009", withdrawn=True), "withdrawn"),
    ],
)
def test_what_does_not_fit_is_named(county, tell, later, field) -> None:  # type: ignore[no-untyped-def]
    tell(told(2))
    assert [fault.field for fault in upstream.faults(county.code, [later])] == [field]
    with pytest.raises(Refused) as refused:
        tell(later)
    assert refused.value.field == field
    assert UpstreamVersion.objects.count() == 1


def test_a_claim_is_a_draft_with_the_upper_levels_words(tell, claim, actor) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    found = UpstreamMatter.objects.get()
    fire = Department.objects.get(name__endswith="消防救援大队", region__code="411603")
    draft = claim(found.pk, fire)
    assert (draft.state, draft.number, draft.name) == ("draft", 1, "养老服务机构综合监管")
    assert draft.legal_bases == "《养老机构管理办法》 第三十四条"
    assert [duty.department for duty in draft.duties.all()] == [draft.lead, fire]
    assert [each.code for each in draft.categories.all()] == ["nursing-home"]
    found.refresh_from_db()
    assert (found.state, found.settled, found.matter) == ("claimed", 1, draft.matter)
    with pytest.raises(Conflict):
        claim(found.pk, fire)
    assert Matter.objects.count() == 1


def test_departments_are_found_by_name_and_by_code(tell, county) -> None:  # type: ignore[no-untyped-def]
    own = Department.objects.filter(region=county)[:2]
    DepartmentAlias.objects.create(region=county, department=own[0], alias="河南省民政厅")
    DepartmentAlias.objects.create(region=county, department=own[1], alias="MZ-0042")
    tell(told())
    found = upstream.matches(UpstreamMatter.objects.select_related("latest", "region").get())
    assert [(each.department_id, each.is_lead) for each in found] == [
        (own[0].pk, True),
        (None, False),
        (own[1].pk, False),
    ]


def test_departments_are_found_by_the_name_behind_the_own_level(tell, county) -> None:  # type: ignore[no-untyped-def]
    tell(told(lead="民政局", partners=("市场监督管理局", "区公安局", "海关")))
    found = upstream.matches(UpstreamMatter.objects.select_related("latest", "region").get())
    names = dict(Department.objects.filter(region=county).values_list("pk", "name"))
    assert [names.get(each.department_id) for each in found] == [
        "区民政局",
        "区市场监督管理局",
        "区公安局",
        None,
    ]


def test_a_change_is_proposed_and_becomes_the_next_version(tell, claim, advance, actor) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    pk = UpstreamMatter.objects.get().pk
    fire = Department.objects.get(name__endswith="消防救援大队", region__code="411603")
    own = advance(claim(pk, fire), "in_force")
    assert pending_upstream_matters(actor("xzsp_clerk")) == []
    tell(told(2, content="备案、消防和食品"))
    assert state() == "changed"
    assert len(pending_upstream_matters(actor("xzsp_clerk"))) == 1
    assert pending_upstream_matters(actor("mzj_clerk")) == []
    with pytest.raises(Refused):
        claim(pk, fire)
    draft = claim(pk, fire, own_id=own.pk)
    assert (draft.matter, draft.number, draft.content) == (own.matter, 2, "备案、消防和食品")
    assert state() == "claimed"
    # Another change while the own matter is being changed: it waits.
    tell(told(3, content="备案"))
    with pytest.raises(Conflict):
        claim(pk, fire, own_id=own.pk)
    with pytest.raises(Conflict):
        claim(pk, fire)
    assert upstream.keep(actor("xzsp_head"), pk, "下次一并修改", 3).settled == 3
    assert state() == "claimed"


def test_what_was_abolished_here_may_be_claimed_anew(tell, claim, advance) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    pk = UpstreamMatter.objects.get().pk
    fire = Department.objects.get(name__endswith="消防救援大队", region__code="411603")
    advance(claim(pk, fire), "abolished")
    tell(told(2))
    draft = claim(pk, fire)
    assert (draft.number, draft.matter.number) == (1, 2)
    assert UpstreamMatter.objects.get().matter == draft.matter


def test_nobody_claims_a_version_that_came_while_the_page_was_open(tell, client_of) -> None:  # type: ignore[no-untyped-def]
    tell(told(partners=("消防救援大队",)))
    found = UpstreamMatter.objects.get()
    client, address = client_of("xzsp_clerk"), reverse("matters:upstream-claim", args=[found.pk])
    form = client.get(address).context["form"]
    lead, fire = (
        Department.objects.get(name__endswith=name, region__code="411603").pk
        for name in ("民政局", "消防救援大队")
    )
    typed = {"seen": form["seen"].value(), "own": "", "lead": lead, "partner_0": fire}
    tell(told(2, partners=("公安局",)))
    answer = client.post(address, typed, follow=True)
    assert "上级已经下发版本 2" in answer.content.decode()
    assert not Matter.objects.exists()
    assert client.post(address, typed | {"seen": 2}).status_code == 302
    assert Matter.objects.count() == 1


def test_nobody_settles_a_version_that_came_while_the_page_was_open(tell, client_of) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    found = UpstreamMatter.objects.get()
    client, page = client_of("xzsp_clerk"), reverse("matters:upstream", args=[found.pk])
    act = reverse("matters:upstream-act", args=[found.pk, "decline"])
    assert '<input type="hidden" name="seen" value="1">' in client.get(page).text
    tell(told(2, content="备案"))
    words = ">本地区没有养老机构</textarea>"
    for seen in ("1", "", "x"):
        answer = client.post(act, {"opinion": "本地区没有养老机构", "seen": seen}, follow=True)
        assert "上级已经下发版本 2，请看过新版本后重新办理" in answer.text
        assert (state(), UpstreamMatter.objects.get().settled) == ("new", None)
        # What was typed stands in the dialog when it is opened next, once.
        assert words in answer.text and words not in client.get(page).text
    client.post(act, {"opinion": "本地区没有养老机构", "seen": "2"})
    assert (state(), UpstreamMatter.objects.get().settled) == ("declined", 2)


def test_what_is_declined_or_withdrawn(tell, claim, actor) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    pk = UpstreamMatter.objects.get().pk
    upstream.decline(actor("xzsp_clerk"), pk, "本地区没有养老机构", 1)
    tell(told(2, content="备案"))
    assert state() == "changed"
    fire = Department.objects.get(name__endswith="消防救援大队", region__code="411603")
    own = claim(pk, fire)
    assert tell(told(3, withdrawn=True, content="", lead="")) == ["updated"]
    latest = UpstreamMatter.objects.get().latest
    assert latest is not None and (latest.withdrawn, latest.content) == (True, "备案")
    assert tell(told(3, withdrawn=True, content="", lead="")) == ["unchanged"]
    assert state() == "withdrawn"
    upstream.end(actor("xzsp_clerk"), pk, "待人大意见后废止", 3)
    assert state() == "ended"
    own.refresh_from_db()
    assert own.state == "draft"
    # One that nobody had claimed asks for nothing when it goes.
    tell(told(code="other"))
    tell(told(2, code="other", withdrawn=True))
    assert UpstreamMatter.objects.get(code="other").state == "ended"


def test_only_the_coordination_office_settles(tell, actor) -> None:  # type: ignore[no-untyped-def]
    tell(told())
    pk = UpstreamMatter.objects.get().pk
    with pytest.raises(NotAllowed):
        upstream.decline(actor("mzj_head"), pk, "理由", 1)
    assert UpstreamMatter.objects.visible_to(actor("mzj_clerk")).count() == 1


def test_the_pages_from_the_list_to_the_draft(tell, client_of) -> None:  # type: ignore[no-untyped-def]
    tell(told(), told(code="x", name="乙事项", subjects_text="商场"))
    pk = UpstreamMatter.objects.get(code="41-ZHJG-007").pk
    client = client_of("xzsp_clerk")
    page = client.get(reverse("matters:upstream-list"), {"state": "new", "q": "养老"})
    assert "养老服务机构综合监管" in page.text and "乙事项" not in page.text
    detail = client.get(reverse("matters:upstream", args=[pk]))
    assert "河南省民政厅" in detail.text and "认领为事项草稿" in detail.text
    claim_url = reverse("matters:upstream-claim", args=[pk])
    form = client.get(claim_url)
    assert "河南省消防救援总队" in form.text and "MZ-0042" in form.text
    answer = client.post(claim_url, {"lead": ""})
    assert answer.status_code == 422
    lead = Department.objects.get(name__endswith="民政局", region__code="411603")
    fire = Department.objects.get(name__endswith="消防救援大队", region__code="411603")
    twice = client.post(claim_url, {"lead": lead.pk, "partner_0": lead.pk, "partner_1": "0"})
    assert twice.status_code == 422 and "牵头部门不能同时是配合部门" in twice.text
    unsaid = client.post(claim_url, {"lead": lead.pk, "partner_0": fire.pk, "partner_1": ""})
    assert unsaid.status_code == 422 and not MatterVersion.objects.exists()
    values = {"lead": lead.pk, "partner_0": fire.pk, "partner_1": fire.pk, "own": ""}
    answer = client.post(claim_url, values)
    draft = MatterVersion.objects.get()
    assert answer.url == draft.get_absolute_url()
    assert draft.duties.count() == 2
    tell(told(2, name="养老服务机构和养老设施综合监管"))
    page = client.get(reverse("matters:upstream", args=[pk]))
    assert "与版本 1 相比有 1 处不同" in page.text
    answer = client.post(
        reverse("matters:upstream-act", args=[pk, "keep"]), {"opinion": "名称不变", "seen": 2}
    )
    assert answer.status_code == 302
    assert UpstreamMatter.objects.get(pk=pk).settled == 2


def test_the_list_asks_as_often_for_many_rows_as_for_one(
    tell, client_of, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, address = client_of("mzj_clerk"), reverse("matters:upstream-list")
    tell(told())
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    tell(*(told(code=str(number), name=f"事项{number}") for number in range(20)))
    with django_assert_max_num_queries(len(one)):
        client.get(address)
