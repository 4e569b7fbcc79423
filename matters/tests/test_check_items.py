from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from departments.models import Department
from matters import check_items
from matters.check_items import ItemContent
from matters.models import CheckItem
from records.errors import NotAllowed, Refused
from records.excel import read
from records.models import TrailEntry

CATALOGUE = "/matters/check-items/"


@pytest.fixture
def civil(county) -> Department:
    return Department.objects.get(name="区民政局")


def item(**changes: Any) -> ItemContent:
    values: dict[str, Any] = {
        "code": "MZJ-900",
        "title": "收费公示与合同",
        "categories": ["nursing-home"],
    }
    return ItemContent(**values | changes)


def row(**changes: Any) -> dict[str, Any]:
    values = {
        "department": "区民政局",
        "code": "MZJ-900",
        "title": "收费公示与合同",
        "guidance": "看收费标准是否公示。",
        "legal_basis": "养老机构管理办法第十七条",
        "categories": ["养老机构"],
    }
    return values | changes


def test_a_clerk_adds_and_changes_items_of_its_department(civil, actor) -> None:
    made = check_items.create(actor("mzj_clerk"), civil, item())
    changed = check_items.change(
        actor("mzj_head"), made.pk, item(title="收费公示", is_active=False)
    )
    assert (changed.title, changed.is_active) == ("收费公示", False)
    entry = TrailEntry.objects.get(verb="check_item.change")
    assert entry.before == {"title": "收费公示与合同", "is_active": True}
    assert entry.region_code == "411603"


@pytest.mark.parametrize("username", ["wjw_clerk", "xzsp_head", "mzj_inspector1", "system_admin"])
def test_others_do_not_keep_the_catalogue(civil, actor, username: str) -> None:
    existing = CheckItem.objects.filter(department=civil).first()
    assert existing is not None
    with pytest.raises(NotAllowed):
        check_items.create(actor(username), civil, item())
    with pytest.raises(NotAllowed):
        check_items.change(actor(username), existing.pk, item(code=existing.code))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "MZJ-001"}, "code"),
        ({"categories": []}, "categories"),
        ({"categories": ["unknown"]}, "categories"),
    ],
)
def test_impossible_items_are_refused_at_the_field(civil, actor, changes, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_items.create(actor("mzj_clerk"), civil, item(**changes))
    assert refusal.value.field == field


def test_a_code_that_is_given_twice_at_the_same_moment_is_refused_in_words(
    civil, actor, monkeypatch
) -> None:
    """The second has looked before the first wrote."""
    check_items.create(actor("mzj_clerk"), civil, item())
    monkeypatch.setattr(check_items, "_check", lambda *_: None)
    with pytest.raises(Refused, match="已被使用") as refusal:
        check_items.create(actor("mzj_clerk"), civil, item())
    assert refusal.value.field == "code"


def test_a_file_adds_new_items_changes_known_ones_and_keeps_the_rest(
    civil, bring_in, sheet_of
) -> None:
    first, second = CheckItem.objects.filter(department=civil)[:2]
    names = {"nursing-home": "养老机构"}
    same = {
        "code": second.code,
        "title": second.title,
        "guidance": second.guidance,
        "legal_basis": second.legal_basis,
        "categories": [names[code] for code in second.categories],
    }
    content = sheet_of("check_items", [row(), row(code=first.code, title="新的说法"), row(**same)])
    job = bring_in(content, "check_items", "mzj_clerk")
    assert job.summary["result"] == "检查事项已导入：新增 1 项，修改 1 项，不变 1 项。"
    first.refresh_from_db()
    assert first.title == "新的说法"
    assert CheckItem.objects.get(department=civil, code="MZJ-900").categories == ["nursing-home"]


def test_mistakes_are_told_by_row_and_column(civil, bring_in, sheet_of) -> None:
    before = CheckItem.objects.count()
    content = sheet_of(
        "check_items",
        [
            row(),
            row(code="A1", department="区民正局"),
            row(code="A2", department="区卫健委"),
            row(code="A3", categories=["养老院", "餐饮服务单位"]),
            row(code="A4", title="长" * 101),
            row(code="MZJ-900"),
        ],
    )
    job = bring_in(content, "check_items", "mzj_clerk")
    assert job.state == "refused"
    told = [(error["row"], error["column"], error["message"]) for error in job.errors]
    assert [place for *place, _ in told] == [[3, "A"], [4, "A"], [5, "F"], [6, "C"], [7, "B"]]
    assert "是否为“区民政局”" in told[0][2]
    assert told[1][2] == "只能导入本部门的检查事项"
    assert told[2][2].startswith("没有对象类别“养老院”")
    assert CheckItem.objects.count() == before


def test_the_coordination_office_imports_for_every_department(civil, bring_in, sheet_of) -> None:
    rows = [row(), row(department="卫健委", code="WJW-900")]
    assert bring_in(sheet_of("check_items", rows), "check_items", "xzsp_clerk").state == "done"
    assert CheckItem.objects.filter(code__in=("MZJ-900", "WJW-900")).count() == 2


def test_a_retired_item_stays_retired_when_its_file_comes_again(
    civil, actor, client_of, bring_in
) -> None:
    made = check_items.create(actor("mzj_clerk"), civil, item(is_active=False))
    exported = client_of("mzj_clerk").get(CATALOGUE, {"export": "xlsx"}).content
    job = bring_in(exported, "check_items", "mzj_clerk")
    count = CheckItem.objects.filter(department=civil).count()
    assert job.summary["result"] == f"检查事项已导入：新增 0 项，修改 0 项，不变 {count} 项。"
    made.refresh_from_db()
    assert made.is_active is False


def test_the_catalogue_opens_with_ones_own_department(civil, client_of) -> None:
    client = client_of("mzj_clerk")
    own = client.get(CATALOGUE).context
    assert {each.department for each in own["page"]} == {civil}
    assert own["may_add"] is True
    other = Department.objects.get(name="区卫生健康委员会")
    theirs = client.get(CATALOGUE, {"department": other.pk}).context
    assert {each.department for each in theirs["page"]} == {other}
    assert theirs["may_add"] is False
    everything = client.get(CATALOGUE, {"department": "all"}).context
    assert everything["total"].value == CheckItem.objects.count()
    found = client.get(CATALOGUE, {"department": "all", "category": "nursing-home"}).context
    assert all("nursing-home" in each.categories for each in found["page"])
    exported = client.get(CATALOGUE, {"export": "xlsx"}).content
    assert len(read(check_items.SHEET, exported, "检查事项.xlsx").rows) == len(own["page"])


def test_items_are_added_and_changed_in_the_browser(civil, client_of) -> None:
    client = client_of("mzj_clerk")
    address = reverse("matters:check-item-new")
    data = {"code": "MZJ-900", "title": "收费公示", "categories": ["nursing-home"]}
    wrong = client.post(address, data | {"code": "MZJ-001"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["code"] == ["编号“MZJ-001”已被使用。"]
    assert client.post(address, data | {"is_active": "on"}).status_code == 302
    made = CheckItem.objects.get(code="MZJ-900")
    page = reverse("matters:check-item", args=[made.pk])
    assert client.get(page).status_code == 200
    client.post(page, data | {"title": "长" * 100})
    made.refresh_from_db()
    assert (made.title, made.is_active) == ("长" * 100, False)
    assert client_of("wjw_clerk").get(page).status_code == 403
    assert client_of("wjw_clerk").post(page, data).status_code == 403
    assert client_of("mzj_inspector1").get(address).status_code == 403
