from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matters import importing, selectors, services
from matters.models import CheckItem, Duty, Matter, MatterVersion
from records.excel import read
from records.models import TrailEntry
from supervision.demo.workbooks import matters_workbook

LIST = "/matters/"


def text_of(response) -> str:  # type: ignore[no-untyped-def]
    return response.content.decode()


def names_in(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [version.name for version in response.context["page"]]


def edit_data(response) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    """What a browser would post from the edit page without a change."""
    form, partners = response.context["form"], response.context["partners"]
    data: dict[str, Any] = {
        name: value for name, value in form.initial.items() if value not in (None, False)
    }
    for name, value in partners.management_form.initial.items():
        data[f"partners-{name}"] = value
    for line in partners:
        for name, value in line.initial.items():
            data[f"{line.prefix}-{name}"] = value
    return data


def test_an_empty_list_tells_the_coordination_office_how_to_begin(client_of) -> None:
    page = text_of(client_of("xzsp_clerk").get(LIST))
    assert "还没有监管事项" in page
    assert reverse("records:import-new", args=["matters"]) in page
    assert reverse("records:import-template", args=["matters"]) in page
    assert "导入清单" not in text_of(client_of("nync_clerk").get(LIST))


def test_the_list_is_narrowed_by_its_filters(drafts, advance, client_of) -> None:
    advance(drafts[19], "in_force")
    client = client_of("xzsp_clerk")
    assert len(names_in(client.get(LIST))) == 19
    assert names_in(client.get(LIST, {"state": "in_force"})) == ["养老机构安全综合监管"]
    assert names_in(client.get(LIST, {"q": "典当行"})) == ["地方金融组织非法金融活动行为监管"]
    lead = drafts[5].lead_id
    assert [v.lead_id for v in client.get(LIST, {"lead": lead}).context["page"]] == [lead, lead]
    MatterVersion.objects.filter(pk=drafts[3].pk).update(group="livelihood")
    assert names_in(client.get(LIST, {"group": "livelihood"})) == ["自建房安全综合监管"]
    empty = client.get(LIST, {"q": "没有这样的词"})
    assert "没有符合条件的事项" in text_of(empty)
    assert client.get(LIST, {"state": "nonsense", "after": "???"}).status_code == 200


def test_superseded_versions_are_listed_only_when_asked_for(
    drafts, advance, actor, client_of
) -> None:
    first = advance(drafts[19], "in_force")
    advance(services.revise(actor("mzj_clerk"), first.pk, "修改"), "in_force")
    client = client_of("mzj_clerk")
    shown = client.get(LIST, {"q": "养老机构"}).context["page"]
    assert [version.number for version in shown] == [2]
    shown = client.get(LIST, {"state": "superseded"}).context["page"]
    assert [version.number for version in shown] == [1]


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("xzsp_clerk", True),
        ("sfj_clerk", True),
        ("mzj_clerk", True),
        ("wjw_clerk", True),
        ("nync_clerk", False),
    ],
)
def test_a_draft_is_for_those_concerned_what_is_in_force_for_every_department(
    drafts, advance, client_of, username: str, sees: bool
) -> None:
    address = drafts[19].get_absolute_url()
    client = client_of(username)
    assert client.get(address).status_code == (200 if sees else 404)
    assert ("养老机构安全综合监管" in names_in(client.get(LIST))) is sees
    advance(drafts[19], "in_force")
    assert client.get(address).status_code == 200


def test_administrators_see_no_matter(drafts, client_of) -> None:
    client = client_of("system_admin")
    assert client.get(LIST).status_code == 403
    assert client.get(drafts[19].get_absolute_url()).status_code == 403


def test_visitors_are_sent_to_log_in(drafts, client) -> None:
    response = client.get(LIST)
    assert response.status_code == 302
    assert reverse("login") in response["Location"]


def queries(client, address: str, **params: Any) -> int:  # type: ignore[no-untyped-def]
    client.get(address, params)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, params).status_code == 200
    return len(captured)


def test_the_list_costs_the_same_for_3_rows_and_for_19(drafts, client_of) -> None:
    client = client_of("xzsp_head")
    many = queries(client, LIST)
    many_exported = queries(client, LIST, export="full")
    kept = [drafts[number].pk for number in (1, 2, 3)]
    Duty.objects.exclude(version__in=kept).delete()
    MatterVersion.objects.exclude(pk__in=kept).delete()
    assert len(names_in(client.get(LIST))) == 3
    assert queries(client, LIST) == many <= 14
    assert queries(client, LIST, export="full") == many_exported


def test_a_detail_page_costs_the_same_for_2_departments_and_for_20(drafts, client_of) -> None:
    client = client_of("xzsp_head")
    wide, narrow = drafts[2].get_absolute_url(), drafts[9].get_absolute_url()
    assert queries(client, wide) == queries(client, narrow) <= 22


def test_long_lists_are_paged_by_key_without_loss(drafts, client_of) -> None:
    for number in range(100, 160):
        matter = Matter.objects.create(
            region_id=drafts[1].matter.region_id, code=f"X{number}", number=number
        )
        MatterVersion.objects.create(
            matter=matter,
            number=1,
            name=f"事项{number}",
            subjects_text="养老机构",
            content="检查",
            change_reason="首次",
            lead_id=drafts[1].lead_id,
            source="清单",
            created_by_id=drafts[1].created_by_id,
        )
    client = client_of("xzsp_clerk")
    first = client.get(LIST)
    second = client.get(LIST, {"after": first.context["page"].next_key})
    both = names_in(first) + names_in(second)
    assert len(both) == len(set(both)) == 79
    back = client.get(LIST, {"before": second.context["page"].previous_key})
    assert names_in(back) == names_in(first)


def test_the_detail_page_shows_the_duties_with_check_items_that_fit(drafts, client_of) -> None:
    response = client_of("mzj_clerk").get(drafts[19].get_absolute_url())
    matrix = {row.duty.department.name: row for row in response.context["matrix"]}
    assert len(matrix) == 8
    assert next(iter(matrix)) == "区民政局"
    for name, row in matrix.items():
        fitting = CheckItem.objects.filter(
            department__name=name, categories__contains=["nursing-home"]
        )
        assert [item.code for item in row.items] == sorted(item.code for item in fitting)
    assert matrix["区民政局"].items
    page = text_of(response)
    assert "送合法性审核" in page
    assert "冯雅静" in page


def test_a_retired_check_item_leaves_the_matrix(drafts, client_of) -> None:
    client = client_of("mzj_clerk")
    address = drafts[19].get_absolute_url()
    before = client.get(address).context["item_count"]
    item = client.get(address).context["matrix"][0].items[0]
    CheckItem.objects.filter(pk=item.pk).update(is_active=False)
    assert client.get(address).context["item_count"] == before - 1


def test_an_act_is_posted_and_shown_in_the_timeline(drafts, client_of) -> None:
    client = client_of("mzj_clerk")
    version = drafts[19]
    response = client.post(f"{version.get_absolute_url()}act/submit/", {"opinion": ""}, follow=True)
    (message,) = response.context["messages"]
    assert str(message) == f"已完成：送合法性审核（{version}）。"
    version.refresh_from_db()
    assert version.state == "legal_review"
    assert response.context["entries"][0].verb == "送合法性审核"


def test_a_forged_act_gets_403_and_a_trail_entry(drafts, advance, client_of) -> None:
    version = advance(drafts[19], "in_force")
    address = f"{version.get_absolute_url()}act/abolish/"
    assert client_of("nync_head").post(address, {"opinion": "废止"}).status_code == 403
    version.refresh_from_db()
    assert version.state == "in_force"
    entry = TrailEntry.objects.get(verb="matter.abolish")
    assert (entry.outcome, entry.actor_name) == ("denied", "何雨岚")
    assert client_of("nync_head").post(f"{version.get_absolute_url()}act/x/").status_code == 404


def test_an_act_too_late_comes_back_in_words(drafts, advance, client_of) -> None:
    version = advance(drafts[19], "legal_review")
    address = f"{version.get_absolute_url()}act/submit/"
    response = client_of("mzj_clerk").post(address, follow=True)
    assert "当前状态为“合法性审核中”" in text_of(response)


def test_a_draft_is_edited_in_the_browser(drafts, client_of) -> None:
    client = client_of("mzj_clerk")
    address = reverse("matters:edit", args=[drafts[19].pk])
    data = edit_data(client.get(address))
    data |= {"name": "养老机构综合监管", "ratio_percent": "7.5", "partners-0-remove": "on"}
    data |= {"partners-1-part": "data", "theme": "养老一件事"}
    response = client.post(address, data)
    assert response.status_code == 302, response.context["form"].errors
    version = MatterVersion.objects.get(pk=drafts[19].pk)
    assert (version.name, version.theme, version.ratio_bp) == (
        "养老机构综合监管",
        "养老一件事",
        750,
    )
    assert version.duties.count() == 7
    assert version.duties.all()[1].part == "data"
    assert list(version.categories.values_list("code", flat=True)) == ["nursing-home"]


def test_mistakes_in_a_draft_keep_what_was_typed(drafts, client_of) -> None:
    client = client_of("mzj_clerk")
    address = reverse("matters:edit", args=[drafts[19].pk])
    data = edit_data(client.get(address)) | {"name": "自建房安全综合监管", "theme": "养老一件事"}
    response = client.post(address, data)
    assert response.status_code == 422
    assert response.context["form"].errors["name"] == ["与现有事项 3 名称相同。"]
    assert 'value="养老一件事"' in text_of(response)
    data |= {"name": "", "ratio_percent": "101"}
    errors = client.post(address, data).context["form"].errors
    assert set(errors) == {"name", "ratio_percent"}
    assert MatterVersion.objects.get(pk=drafts[19].pk).theme == ""


def test_the_edit_page_is_for_drafts_and_for_those_who_prepare(drafts, advance, client_of) -> None:
    address = reverse("matters:edit", args=[drafts[19].pk])
    assert client_of("wjw_clerk").get(address).status_code == 403
    assert client_of("nync_clerk").get(address).status_code == 404
    assert client_of("wjw_clerk").post(address, {}).status_code == 403
    advance(drafts[19], "in_force")
    response = client_of("mzj_clerk").get(address, follow=True)
    assert "当前状态为“生效”" in text_of(response)


def test_a_revision_shows_its_differences(drafts, advance, client_of) -> None:
    version = advance(drafts[19], "in_force")
    client = client_of("mzj_clerk")
    address = reverse("matters:revise", args=[version.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    response = client.post(address, {"reason": "增加数据提供部门"})
    draft = MatterVersion.objects.get(matter=version.matter, number=2)
    assert response["Location"] == reverse("matters:edit", args=[draft.pk])
    data = edit_data(client.get(response["Location"]))
    client.post(response["Location"], data | {"partners-0-part": "data", "theme": "养老"})
    page = client.get(draft.get_absolute_url())
    newest = page.context["line"][0]
    said = {each.label: (each.before, each.after) for each in newest.differences}
    assert said == {
        "一件事主题": ("", "养老"),
        "配合（执法）": ("财政局", ""),
        "配合（数据提供）": ("", "财政局"),
    }
    assert "与版本 1 相比有 3 处不同" in text_of(page)
    assert "正在修改" in text_of(client.get(version.get_absolute_url()))
    again = client.get(address, follow=True)
    assert "不能执行“修改事项”" in text_of(again)
    others = client_of("nync_clerk").get(version.get_absolute_url())
    assert [step.version.number for step in others.context["line"]] == [1]
    assert "正在修改" not in text_of(others)


def test_a_bulk_act_is_previewed_and_then_done(drafts, advance, client_of) -> None:
    advance(drafts[1], "legal_review")
    client = client_of("xzsp_clerk")
    address = reverse("matters:bulk", args=["submit"])
    selected = {"selected": [drafts[number].pk for number in (1, 2, 3)]}
    preview = client.post(address, selected)
    assert [v.matter.number for v in preview.context["possible"]] == [2, 3]
    assert [row.target.matter.number for row in preview.context["skipped"]] == [1]
    assert MatterVersion.objects.filter(state="legal_review").count() == 1
    done = client.post(address, selected | {"confirm": "1"}, follow=True)
    assert "已完成：送合法性审核 2 项。" in text_of(done)
    assert "未办理“职业学校学生实习综合监管”" in text_of(done)
    assert MatterVersion.objects.filter(state="legal_review").count() == 3


def test_a_bulk_approval_needs_its_opinion(drafts, advance, client_of) -> None:
    advance(drafts[1], "legal_review")
    client = client_of("sfj_head")
    address = reverse("matters:bulk", args=["approve"])
    data = {"selected": [drafts[1].pk], "confirm": "1"}
    response = client.post(address, data)
    assert response.status_code == 422
    assert response.context["form"].errors["opinion"] == ["“审核通过”必须填写审核意见。"]
    client.post(address, data | {"opinion": "符合法定职责"})
    assert MatterVersion.objects.get(pk=drafts[1].pk).state == "reviewed"


def test_a_forged_bulk_act_is_403_and_an_unknown_one_404(drafts, advance, client_of) -> None:
    advance(drafts[1], "in_force")
    data = {"selected": [drafts[1].pk], "confirm": "1"}
    client = client_of("nync_clerk")
    assert client.post(reverse("matters:bulk", args=["submit"]), data).status_code == 403
    assert client.post(reverse("matters:bulk", args=["abolish"]), data).status_code == 404
    assert client.get(reverse("matters:bulk", args=["submit"])).status_code == 405
    nothing = client_of("xzsp_clerk").post(reverse("matters:bulk", args=["submit"]), follow=True)
    assert "请先在列表中选择事项" in text_of(nothing)


def test_bulk_acts_are_offered_to_those_who_may(drafts, advance, client_of) -> None:
    advance(drafts[1], "legal_review")
    advance(drafts[2], "reviewed")

    def offered(username: str) -> list[str]:
        acts = client_of(username).get(LIST).context["bulk_acts"]
        return [act["label"] for act in acts]

    assert offered("xzsp_clerk") == ["送合法性审核"]
    assert offered("xzsp_head") == ["送合法性审核", "公布生效"]
    assert offered("sfj_head") == ["审核通过"]
    assert offered("xfdd_head") == []


def test_the_six_column_export_is_imported_again_with_the_same_duties(
    drafts, client_of, bring_in
) -> None:
    def said() -> list[Any]:
        versions = MatterVersion.objects.prefetch_related("duties__department", "categories")
        ordered = versions.order_by("matter__number")
        return [
            (
                version.matter.code,
                version.name,
                version.subjects_text,
                version.content,
                [(duty.department.name, duty.part) for duty in version.duties.all()],
                [category.code for category in version.categories.all()],
            )
            for version in ordered
        ]

    before = said()
    client = client_of("xzsp_clerk")
    exported = client.get(LIST, {"export": "list"}).content
    assert TrailEntry.objects.filter(verb="export").count() == 1
    MatterVersion.objects.all().delete()
    Matter.objects.all().delete()
    assert bring_in(exported).state == "done"
    assert said() == before


def test_the_six_column_export_takes_the_newest_version_of_each_matter(
    drafts, advance, actor, client_of
) -> None:
    version = advance(drafts[19], "in_force")
    services.revise(actor("mzj_clerk"), version.pk, "修改")
    exported = client_of("xzsp_clerk").get(LIST, {"export": "list"}).content
    parsed = read(importing.SHEET, exported, "清单.xlsx")
    assert parsed.ok
    assert [row.values["number"] for row in parsed.rows] == list(range(1, 20))


def test_the_full_export_holds_what_is_shown_row_by_row(drafts, advance, client_of) -> None:
    advance(drafts[19], "in_force")
    client = client_of("xzsp_clerk")
    content = client.get(LIST, {"export": "full", "q": "养老"}).content
    (row,) = read(selectors.FULL_SHEET, content, "事项.xlsx").rows
    assert row.values["state"] == "生效"
    assert row.values["lead"] == "区民政局"
    assert row.values["ratio"] == "按信用风险等级确定"
    assert "区消防救援大队" in row.values["enforcing"]


def test_pages_hold_no_inline_script_or_style(drafts, client_of) -> None:
    client = client_of("mzj_clerk")
    addresses = (LIST, drafts[19].get_absolute_url(), reverse("matters:edit", args=[drafts[19].pk]))
    for address in (*addresses, reverse("matters:check-items")):
        page = text_of(client.get(address))
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page)
        assert not re.search(r"\s(style|onclick)=", page)


def test_the_published_workbook_is_read_with_its_title(county) -> None:
    parsed = read(importing.SHEET, matters_workbook(), "清单.xlsx")
    assert parsed.ok
    assert len(parsed.rows) == 19
