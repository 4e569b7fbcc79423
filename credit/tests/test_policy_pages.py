"""The pages of differentiated supervision: drafted, typed in percent, refused at the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from credit.models import SupervisionPolicy
from credit.policy_validation import GRADES
from credit.services import policies
from credit.tests.test_policies import drafted, matter  # noqa: F401
from departments.models import Region
from matters.models import Matter
from records.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(county: Region, actor: Callable[[str], Actor]) -> SupervisionPolicy:
    return drafted(actor("fgw_clerk"))


def typed(policy: SupervisionPolicy, key: str, ratios: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": policy.name, "reason": "年度修订", "industries": "64，6513"}
    for grade, ratio in zip(GRADES, ratios, strict=True):
        values[f"ratio-{key}-{grade}"] = ratio
        values[f"frequency-{key}-{grade}"] = "1"
        values[f"way-{key}-{grade}"] = "on_site"
    return values


def edit(client: Client, policy: SupervisionPolicy, values: dict[str, Any]) -> Any:
    return client.post(f"/credit/policies/{policy.pk}/edit/", values)


def test_a_first_draft_begins_with_what_the_platform_does(
    county: Region, client_of: Callable[[str], Client]
) -> None:
    answer = client_of("fgw_clerk").post(
        "/credit/policies/add/", {"name": "差异化监管方案", "reason": "首次编制"}
    )
    made = SupervisionPolicy.objects.get()
    assert answer.headers["Location"] == f"/credit/policies/{made.pk}/edit/"
    ratios = dict(made.rows.values_list("grade", "ratio_bp"))
    assert ratios == {"A": 300, "B": 1000, "C": 3000, "D": 10000}


def test_what_is_typed_is_kept_and_shown(
    policy: SupervisionPolicy,
    matter: Matter,  # noqa: F811
    client_of: Callable[[str], Client],
) -> None:
    client = client_of("fgw_clerk")
    values = typed(policy, "general", ("3.25", "10", "30", "100")) | typed(
        policy, str(matter.pk), ("0", "", "", "")
    )
    values |= {"matters": [matter.pk], f"trigger-{matter.pk}-A": "on"}
    assert edit(client, policy, values).status_code == 302
    found = policies.held(policy.region.code, matter.pk, policy=policy)
    assert (found["A"].ratio_bp, found["B"].ratio_bp) == (0, 1000)
    policy.refresh_from_db()
    assert policy.new_industries == ["64", "6513"]
    page = client.get(policy.get_absolute_url()).content.decode()
    assert "3.25%" in page and "企业年报公示信息检查" in page
    assert "触发式" in page and "按通用" in page
    sheet = client.get(f"{policy.get_absolute_url()}?export=xlsx")
    assert sheet.headers["Content-Type"].endswith("sheet")


def test_what_is_wrong_stands_at_its_field(
    policy: SupervisionPolicy, client_of: Callable[[str], Client]
) -> None:
    values = typed(policy, "general", ("30", "10", "30", "100"))
    answer = edit(client_of("fgw_clerk"), policy, values)
    assert answer.status_code == 422
    assert "风险高的比例不能更低" in str(answer.context["form"].errors["ratio-general-B"])
    assert 'value="30"' in answer.content.decode()


def test_a_matter_is_added_with_everything_typed_kept(
    policy: SupervisionPolicy,
    matter: Matter,  # noqa: F811
    client_of: Callable[[str], Client],
) -> None:
    values = typed(policy, "general", ("7.77", "10", "30", "100"))
    values |= {"more": "1", "add_matter": str(matter.pk)}
    answer = edit(client_of("fgw_clerk"), policy, values)
    page = answer.content.decode()
    assert answer.status_code == 200 and 'value="7.77"' in page
    assert f'name="ratio-{matter.pk}-A"' in page and f'name="trigger-{matter.pk}-A"' in page
    assert policies.as_input(policy).rows[0].ratio_bp == 200


def test_the_head_puts_it_in_force(
    policy: SupervisionPolicy, client_of: Callable[[str], Client]
) -> None:
    act = f"{policy.get_absolute_url()}act"
    client_of("fgw_clerk").post(f"{act}/submit/")
    assert "签发差异化监管方案" in client_of("fgw_head").get("/").content.decode()
    assert "签发生效" in client_of("fgw_head").get(policy.get_absolute_url()).content.decode()
    client_of("fgw_head").post(f"{act}/enforce/")
    policy.refresh_from_db()
    assert policy.state == "in_force"
    assert str(policy) in client_of("mzj_clerk").get("/credit/policies/").content.decode()


def test_over_rest_a_draft_is_edited_and_faults_are_told(
    policy: SupervisionPolicy, client_of: Callable[[str], Client]
) -> None:
    client = client_of("fgw_clerk")
    rows = [
        {"matter": None, "grade": grade, "ratio_bp": bp}
        for grade, bp in zip(GRADES, (100, 900, 2000, 9000), strict=True)
    ]
    body = {"name": "方案", "reason": "修订", "rows": rows}
    door = f"/api/v1/policies/{policy.pk}/acts/edit/"
    answer = client.post(door, body, content_type="application/json")
    assert [row["ratio_bp"] for row in answer.json()["rows"]] == [100, 900, 2000, 9000]
    body["rows"] = rows[:3]
    answer = client.post(door, body, content_type="application/json")
    assert answer.status_code == 422 and "缺少 D 级" in answer.json()["detail"]
    page = client.get(f"/inspections/policies/{policy.pk}/simulation/")
    assert page.status_code == 200


def test_a_version_is_begun_over_rest(county, client_of) -> None:
    body = {"name": "差异化监管方案", "reason": "首次编制"}
    door = "/api/v1/policies/"
    refused = client_of("mzj_clerk").post(door, {}, content_type="application/json")
    assert refused.status_code == 403
    client = client_of("fgw_clerk")
    answer = client.post(door, body, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], len(made["rows"])) == ("draft", 4)
    assert "submit" in made["acts"]
    assert client.post(door, body, content_type="application/json").status_code == 409
