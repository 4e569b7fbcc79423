"""Pages of joint verification, visits, penalties and campaigns, and who sees them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clues.models import Campaign, ClueVisit, JointVerification, Penalty
from clues.services import campaigns, penalties
from clues.tests.joint_samples import (
    clue_at,
    department_of,
    drafted,
    fined,
    opened,
    part_of,
    penalty_data,
    subject,
    verified,
)
from clues.tests.samples import own_handling, person, photo
from inspections.models import JointTask
from inspections.tests.plan_story import inspectors, matter
from inspections.tests.visit_samples import make_story

pytestmark = pytest.mark.django_db


def rows(*parts: tuple[str, str, str]) -> dict[str, str]:
    """The rows of parts as the form sends them: account, task, days."""
    sent = {"parts-TOTAL_FORMS": str(len(parts)), "parts-INITIAL_FORMS": "0"}
    for number, (username, task, days) in enumerate(parts):
        department = str(department_of(username).pk) if username else ""
        sent |= {
            f"parts-{number}-department": department,
            f"parts-{number}-task": task,
            f"parts-{number}-days": days,
        }
    return sent


def test_a_clerk_plans_and_the_head_opens(county, client_of) -> None:
    clue = clue_at()
    url = f"/clues/{clue.pk}/joint/"
    page = client_of("mzj_clerk").get(url)
    assert page.status_code == 200
    sent = {"purpose": "查清食堂"} | rows(
        ("mzj_clerk", "查台账", ""), ("wjw_clerk", "查健康证", "4"), ("", "", "")
    )
    assert client_of("mzj_clerk").post(url, sent).status_code == 302
    found = JointVerification.objects.get()
    assert [(part.task, part.days) for part in found.parts.all()] == [
        ("查台账", 10),
        ("查健康证", 4),
    ]
    page = client_of("mzj_head").get(found.get_absolute_url()).content.decode()
    assert "签发并发起核查" in page
    client_of("mzj_head").post(f"{found.get_absolute_url()}act/open/", {"opinion": ""})
    found.refresh_from_db()
    assert found.state == "verifying"
    again = client_of("mzj_head").post(f"{found.get_absolute_url()}act/open/", follow=True)
    assert "不能执行" in again.content.decode()


def test_a_bad_plan_keeps_what_was_typed(county, client_of) -> None:
    clue = clue_at()
    answer = client_of("mzj_clerk").post(
        f"/clues/{clue.pk}/joint/", {"purpose": "查清食堂"} | rows(("", "", ""))
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and "至少安排一个部门" in page and "查清食堂" in page


def test_a_department_reports_on_the_page(county, client_of) -> None:
    found = opened()
    pk = part_of(found, "scjg_clerk")
    client = client_of("scjg_clerk")
    assert "接收分工" in client.get(found.get_absolute_url()).content.decode()
    client.post(f"/clues/joint/parts/{pk}/act/accept/")
    assert client.get(f"/clues/joint/parts/{pk}/report/").status_code == 200
    client.post(f"/clues/joint/parts/{pk}/report/", {"finding": "属实"})
    page = client_of("scjg_head").get(found.get_absolute_url()).content.decode()
    assert "签发核查情况" in page and "属实" in page
    client_of("scjg_head").post(f"/clues/joint/parts/{pk}/act/confirm/")
    assert client_of("mzj_head").get(f"/clues/joint/parts/{pk}/change/").status_code == 302


def test_the_head_changes_a_part_on_its_page(county, client_of) -> None:
    found = opened()
    pk = part_of(found, "scjg_clerk")
    assert client_of("scjg_head").get(f"/clues/joint/parts/{pk}/change/").status_code == 403
    sent = {
        "department": department_of("wjw_clerk").pk,
        "task": "查健康证",
        "days": "3",
        "opinion": "职责在卫健",
    }
    client_of("mzj_head").post(f"/clues/joint/parts/{pk}/change/", sent)
    assert found.parts.get(pk=pk).department == department_of("wjw_clerk")


def test_the_conclusion_is_written_beside_the_findings(county, client_of) -> None:
    found = opened()
    verified(found, "mzj")
    verified(found, "scjg")
    url = f"{found.get_absolute_url()}conclude/"
    page = client_of("mzj_clerk").get(url).content.decode()
    assert "scjg：发现过期冻肉 3 公斤。" in page
    client_of("mzj_clerk").post(url, {"conclusion": "属实"})
    client_of("mzj_head").post(f"{found.get_absolute_url()}act/sign/")
    clue_page = client_of("mzj_clerk").get(f"/clues/{found.clue_id}/before-visit/")
    assert "属实" in clue_page.content.decode()


@pytest.mark.parametrize("path", ["", "edit/", "conclude/"])
def test_who_has_nothing_to_do_with_it_does_not_find_it(county, client_of, path) -> None:
    found = drafted(None, "mzj_clerk", "wjw_clerk")
    assert client_of("nync_clerk").get(f"{found.get_absolute_url()}{path}").status_code == 404


def test_before_a_visit_the_clue_offers_what_there_is(county, client_of) -> None:
    story = make_story(county, codes=("MZJ", "WJW"))
    task = story.dispatch(timezone.localdate())[0]
    clue = clue_at("wjw_clerk", subject=task.subject)
    fined(subject=task.subject)
    client = client_of("wjw_clerk")
    page = client.get(f"/clues/{clue.pk}/before-visit/").content.decode()
    assert task.code in page and "淮市监罚〔2025〕1号" in page and "并入已有任务" in page
    url = f"/clues/{clue.pk}/visits/join/"
    assert task.code in client.get(url).content.decode()
    client.post(url, {"task": task.pk, "request": "一并查医务室"})
    visit = ClueVisit.objects.get()
    assert "签发请求" in client_of("wjw_head").get(visit.get_absolute_url()).content.decode()
    client_of("wjw_head").post(f"{visit.get_absolute_url()}act/sign/")
    client_of("mzj_head").post(f"{visit.get_absolute_url()}act/agree/")
    visit.refresh_from_db()
    assert visit.state == "agreed"


def test_a_joint_inspection_is_started_from_the_clue(county, client_of) -> None:
    story = make_story(county, codes=("MZJ", "WJW"))
    chosen = story.draw.selected.first().subject
    clue = clue_at(subject=chosen)
    partner = story.departments["WJW"].pk
    url = f"/clues/{clue.pk}/visits/start/?departments={partner}"
    page = client_of("mzj_clerk").get(url)
    form = page.context["form"]
    sent = {"visit_on": timezone.localdate().isoformat(), "reason": "群众反映"}
    for department, items, officers in form.rows():
        sent[f"items_{department.pk}"] = [items.field.choices[0][0]]
        sent[f"officers_{department.pk}"] = officers.initial
        assert len(officers.initial) == 2
    assert client_of("mzj_clerk").post(url, {**sent, "reason": ""}).status_code == 422
    answer = client_of("mzj_clerk").post(url, sent)
    task = JointTask.objects.get(origin="clue")
    assert answer.url == task.get_absolute_url() and task.parts.count() == 2
    assert client_of("wjw_clerk").get(url).status_code == 404


def test_penalties_are_entered_listed_and_exported(county, client_of) -> None:
    clue = clue_at("scjg_clerk", subject=subject())
    client = client_of("scjg_clerk")
    page = client.get(f"/clues/penalties/add/?clue={clue.pk}").content.decode()
    assert clue.number in page and subject().name in page
    sent = {
        "subject": subject().pk,
        "subject_name": subject().name,
        "clue": clue.number,
        "act": "使用过期食材",
        "occurred_from": "2025-05-01",
        "occurred_to": "2025-05-02",
        "number": "淮市监罚〔2025〕9号",
        "decided_on": "2025-06-01",
        "kind": "fine",
        "amount": "5000.50",
    }
    client.post("/clues/penalties/add/", sent)
    penalty = Penalty.objects.get()
    assert (penalty.amount, penalty.clue) == (500_050, clue)
    assert client.post("/clues/penalties/add/", sent).status_code == 422
    client_of("scjg_head").post(f"{penalty.get_absolute_url()}act/sign/")
    second = client_of("wjw_clerk").post(
        "/clues/penalties/add/", sent | {"number": "淮卫罚1号", "clue": ""}
    )
    assert "不得再次罚款" in second.content.decode() and "淮卫罚1号" in second.content.decode()
    assert "5,000.50 元" in client_of("nync_clerk").get("/clues/penalties/").content.decode()
    exported = client_of("nync_clerk").get("/clues/penalties/?export=xlsx")
    assert exported["Content-Type"].endswith("sheet")
    assert client_of("nync_clerk").get(f"{penalty.get_absolute_url()}edit/").status_code == 403


def test_an_entry_is_corrected_on_its_page(county, client_of) -> None:
    penalty = penalties.enter(person("scjg_clerk"), penalty_data())
    url = f"{penalty.get_absolute_url()}edit/"
    form = client_of("scjg_clerk").get(url)
    assert penalty.number in form.content.decode()
    sent = {name: value or "" for name, value in form.context["form"].initial.items()}
    client_of("scjg_clerk").post(url, sent | {"files": [photo("决定书.jpg")]})
    assert "决定书.jpg" in client_of("scjg_head").get(penalty.get_absolute_url()).content.decode()
    page = client_of("scjg_head").get(penalty.get_absolute_url()).content.decode()
    assert "同一时期的其他处罚" in page and "5,000.00 元" in page
    penalties.sign(person("scjg_head"), penalty.pk)
    assert client_of("scjg_clerk").get(url).status_code == 302


def test_a_campaign_goes_from_the_form_to_the_plan(county, client_of) -> None:
    version = matter(category="nursing-home")
    inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    client = client_of("mzj_head")
    assert client.get("/clues/campaigns/add/").status_code == 200
    sent = {"title": "食堂专项", "categories": ["nursing-home"], "reason": "投诉上升"}
    client.post("/clues/campaigns/add/", sent)
    campaign = Campaign.objects.get()
    url = campaign.get_absolute_url()
    assert client_of("xzsp_head").get(f"{url}accept/").status_code == 200
    client_of("xzsp_head").post(f"{url}accept/", {"version": version.pk, "decision": "同意"})
    assert "食堂专项" in client_of("mzj_clerk").get("/clues/campaigns/").content.decode()
    form = client_of("mzj_clerk").get(f"{url}plan/").context["form"]
    sent = {name: form[name].value() for name in form.fields}
    answer = client_of("mzj_clerk").post(f"{url}plan/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert "食堂专项" in client_of("mzj_clerk").get(answer.url).content.decode()
    assert "已编制计划项目" in client_of("mzj_clerk").get(url).content.decode()


@pytest.mark.parametrize("path", ["joint/", "penalties/", "campaigns/"])
def test_a_list_costs_the_same_however_long(county, client_of, path) -> None:
    client = client_of("xzsp_head")

    def fill(number: int) -> None:
        opened(clue_at(external_number=f"X-{number}"))
        fined(act=f"行为{number}", number=f"罚{number}")
        campaigns.propose(
            person("mzj_head"), title=f"专项{number}", reason="上升", categories=["nursing-home"]
        )

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/clues/{path}").status_code == 200
        return len(queries)

    fill(1)
    cost()
    one = cost()
    for number in range(2, 5):
        fill(number)
    assert cost() == one


def test_lists_and_pages_do_not_betray_confidential_rows(county, client_of) -> None:
    clerk, head = person("mzj_clerk"), person("mzj_head")
    clue = own_handling(clerk, confidential=True, named=(head,), title="某院虐待老人")
    found = opened(clue)
    penalties.enter(clerk, penalty_data(clue=clue, act="虐待"))
    for username in ("xzsp_head", "scjg_clerk"):
        client = client_of(username)
        for path in ("joint/", "penalties/", "joint/?export=xlsx"):
            page = client.get(f"/clues/{path}")
            assert b"\xe8\x99\x90" not in page.content
        assert client.get(found.get_absolute_url()).status_code == 404
    assert "某院虐待老人" in client_of("mzj_head").get("/clues/joint/").content.decode()
