from __future__ import annotations

from dataclasses import replace

import pytest

from departments.actors import actor_for
from departments.models import Department, User
from matters import bulk, services
from matters.acts import MATTER_ACTS
from matters.models import MatterVersion, SubjectCategory
from matters.services import Part, content_of
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage, TrailEntry

NURSING = 19
REACHABLE = ["draft", "legal_review", "reviewed", "in_force", "abolished"]

# act → (states it leaves, who may). mzj is the lead of matter 19.
MATRIX: dict[str, tuple[set[str], set[str]]] = {
    "edit": ({"draft"}, {"xzsp_clerk", "xzsp_head", "mzj_clerk", "mzj_head"}),
    "submit": ({"draft"}, {"xzsp_clerk", "xzsp_head", "mzj_clerk", "mzj_head"}),
    "approve": ({"legal_review"}, {"sfj_head"}),
    "return": ({"legal_review"}, {"sfj_clerk", "sfj_head"}),
    "put_in_force": ({"reviewed"}, {"xzsp_head"}),
    "revise": ({"in_force"}, {"xzsp_clerk", "xzsp_head", "mzj_clerk", "mzj_head"}),
    "abolish": ({"in_force"}, {"xzsp_head"}),
}
TARGETS = {
    "submit": "legal_review",
    "approve": "reviewed",
    "return": "draft",
    "put_in_force": "in_force",
    "abolish": "abolished",
}


def do(actor, code: str, version: MatterVersion, opinion: str = "同意") -> MatterVersion:
    if code == "edit":
        return services.update_draft(actor, version.pk, content_of(version))
    if code == "revise":
        return services.revise(actor, version.pk, opinion)
    return services.HANDLERS[code](actor, version.pk, opinion)


def test_the_matrix_covers_every_act() -> None:
    assert {act.code for act in MATTER_ACTS.acts} == set(MATRIX)


@pytest.mark.parametrize("state", REACHABLE)
def test_every_person_is_offered_exactly_the_acts_of_the_matrix(
    drafts, advance, state: str
) -> None:
    version = advance(drafts[NURSING], state)
    for user in User.objects.select_related("department__region", "township"):
        offered = {act.code for act in MATTER_ACTS.allowed(actor_for(user), version)}
        expected = {
            code
            for code, (states, people) in MATRIX.items()
            if state in states and user.username in people
        }
        assert offered == expected, user.username


@pytest.mark.parametrize("code", MATRIX)
def test_who_may_not_is_refused_and_nothing_changes(drafts, advance, actor, code: str) -> None:
    states, people = MATRIX[code]
    version = advance(drafts[NURSING], *states)
    for username in ("nync_head", "wjw_head", "mzj_inspector1", "system_admin", "xzsp_clerk"):
        if username in people:
            continue
        with pytest.raises(NotAllowed):
            do(actor(username), code, version)
    assert MatterVersion.objects.get(pk=version.pk).state == version.state


@pytest.mark.parametrize(
    ("code", "state"),
    [(code, state) for code in MATRIX for state in REACHABLE if state not in MATRIX[code][0]],
)
def test_from_a_wrong_state_the_act_is_a_conflict_that_names_the_state(
    drafts, advance, actor, code: str, state: str
) -> None:
    people = MATRIX[code][1]
    version = advance(drafts[NURSING], state)
    person = actor(sorted(people)[-1])
    with pytest.raises(Conflict, match=version.get_state_display()):
        do(person, code, version)
    assert MatterVersion.objects.count() == 19


@pytest.mark.parametrize("code", TARGETS)
def test_an_act_leads_to_its_state_and_leaves_a_trail_entry(
    drafts, advance, actor, code: str
) -> None:
    states, people = MATRIX[code]
    version = advance(drafts[NURSING], *states)
    username = sorted(people)[-1]
    changed = do(actor(username), code, version, "意见写在这里")
    assert changed.state == TARGETS[code]
    entry = TrailEntry.objects.filter(verb=f"matter.{code}").latest("id")
    assert entry.opinion == "意见写在这里"
    assert entry.actor_name == actor(username).name
    assert (entry.before["state"], entry.after["state"]) == (version.state, changed.state)


@pytest.mark.parametrize(
    ("code", "username"),
    [("approve", "sfj_head"), ("return", "sfj_clerk"), ("abolish", "xzsp_head")],
)
def test_acts_that_need_a_reason_refuse_blanks(
    drafts, advance, actor, code: str, username: str
) -> None:
    version = advance(drafts[NURSING], *MATRIX[code][0])
    with pytest.raises(Refused) as refusal:
        do(actor(username), code, version, "  ")
    assert refusal.value.field == "opinion"


def test_a_draft_without_categories_or_partners_is_not_sent_to_review(drafts, actor) -> None:
    drafts[NURSING].categories.clear()
    with pytest.raises(Refused, match="还没有选择对象类别"):
        services.submit(actor("mzj_clerk"), drafts[NURSING].pk)
    drafts[18].duties.exclude(part="lead").delete()
    with pytest.raises(Refused, match="还没有配合部门"):
        services.submit(actor("xzsp_clerk"), drafts[18].pk)


def test_putting_in_force_tells_the_province(drafts, advance) -> None:
    version = advance(drafts[NURSING], "in_force")
    assert version.in_force_at is not None
    message = OutboxMessage.objects.get(target="province", topic="matter.in_force")
    assert message.payload["code"] == "411603-ZHJG-019"
    assert message.payload["in_force_at"] == version.in_force_at.isoformat()
    parts = {row["name"]: row["part"] for row in message.payload["departments"]}
    assert len(parts) == 8
    assert parts["区民政局"] == "lead"
    assert parts["区消防救援大队"] == "enforcing"


def test_abolishing_tells_the_province_and_says_since_when(drafts, advance) -> None:
    version = advance(drafts[NURSING], "abolished")
    message = OutboxMessage.objects.get(topic="matter.abolished")
    assert message.payload["reason"] == "职能取消"
    assert version.ended_at is not None


def test_a_revision_takes_the_place_of_the_version_before_it(drafts, advance, actor) -> None:
    first = advance(drafts[NURSING], "in_force")
    reason = "消防职责划转。" * 100
    second = services.revise(actor("mzj_clerk"), first.pk, reason)
    assert (second.number, second.state, second.change_reason) == (2, "draft", reason)
    assert content_of(second) == content_of(first)
    second = advance(second, "in_force")
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_force")
    assert first.ended_at == second.in_force_at
    assert MatterVersion.objects.filter(matter=first.matter, state="in_force").count() == 1
    assert TrailEntry.objects.filter(verb="matter.supersede", target_id=first.pk).exists()


def test_only_one_version_is_prepared_at_a_time(drafts, advance, actor) -> None:
    version = advance(drafts[NURSING], "in_force")
    services.revise(actor("mzj_clerk"), version.pk, "第一次修改")
    with pytest.raises(Conflict, match=r"版本 2 正在办理\（草稿\）"):
        services.revise(actor("xzsp_clerk"), version.pk, "第二次修改")
    with pytest.raises(NotAllowed):
        services.revise(actor("nync_clerk"), version.pk, "无权修改")
    assert MatterVersion.objects.filter(matter=version.matter).count() == 2


def test_an_edited_draft_says_what_was_entered_and_the_trail_what_it_said_before(
    drafts, actor
) -> None:
    version = drafts[NURSING]
    health = Department.objects.get(name="区卫生健康委员会")
    finance = Department.objects.get(name="区财政局")
    content = replace(
        content_of(version),
        name="养老机构服务与安全综合监管",
        ratio_bp=1250,
        partners=[
            Part(health.pk, "enforcing", description="医务室和传染病防控"),
            Part(finance.pk, "data"),
        ],
        category_ids=list(
            SubjectCategory.objects.filter(code__in=("nursing-home", "catering")).values_list(
                "pk", flat=True
            )
        ),
    )
    services.update_draft(actor("mzj_clerk"), version.pk, content)
    version = MatterVersion.objects.get(pk=version.pk)
    assert (version.name, version.ratio_text) == ("养老机构服务与安全综合监管", "12.5%")
    assert [(duty.department_id, duty.part) for duty in version.duties.all()] == [
        (version.lead_id, "lead"),
        (health.pk, "enforcing"),
        (finance.pk, "data"),
    ]
    assert version.duties.get(department=health).printed == "卫健委"
    fields, lists = TrailEntry.objects.filter(verb="matter.edit").order_by("-id")[:2]
    assert fields.before["name"] == "养老机构安全综合监管"
    assert lists.before["categories"] == ["养老机构"]
    assert lists.after["categories"] == ["养老机构", "餐饮服务单位"]
    assert "卫健委(配合（执法）)：医务室和传染病防控" in lists.after["duties"]


def test_full_coverage_leaves_no_ratio(drafts, actor) -> None:
    content = replace(content_of(drafts[NURSING]), full_coverage=True, ratio_bp=500)
    version = services.update_draft(actor("mzj_clerk"), drafts[NURSING].pk, content)
    assert (version.ratio_bp, version.ratio_text) == (None, "全覆盖")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"partners": "lead"}, "lead", "不能同时是配合部门"),
        ({"partners": "twice"}, "partners", "同一部门只能填写一次"),
        ({"partners": "second lead"}, "partners", "一个事项只有一个牵头部门"),
        ({"partners": "elsewhere"}, "partners", "必须是本地区的部门"),
        ({"ratio_bp": 0}, "ratio_percent", "抽查比例"),
        ({"ratio_bp": 10_001}, "ratio_percent", "抽查比例"),
        ({"category_ids": [10**9]}, "categories", "对象类别不存在"),
        ({"name": "自建房安全综合监管"}, "name", "与现有事项 3 名称相同"),
        ({"lead_id": "other"}, "lead", "只有综合协调组可以更换牵头部门"),
    ],
)
def test_an_impossible_draft_is_refused_at_the_field(
    drafts, actor, county, changes: dict, field: str, words: str
) -> None:
    version = drafts[NURSING]
    content = content_of(version)
    other = Department.objects.get(name="区水利局")
    elsewhere = Department.objects.create(region=county.parent, name="市水利局", short_name="水")
    partners = {
        "lead": [Part(version.lead_id, "assisting")],
        "twice": [Part(other.pk, "assisting"), Part(other.pk, "data")],
        "second lead": [Part(other.pk, "lead")],
        "elsewhere": [Part(elsewhere.pk, "assisting")],
    }
    if "partners" in changes:
        changes = {"partners": partners[changes["partners"]]}
    if "lead_id" in changes:
        changes = {"lead_id": other.pk}
    with pytest.raises(Refused, match=words) as refusal:
        services.update_draft(actor("mzj_clerk"), version.pk, replace(content, **changes))
    assert refusal.value.field == field
    assert MatterVersion.objects.get(pk=version.pk).duties.count() == 8


def test_the_coordination_office_hands_the_lead_to_another_department(drafts, actor) -> None:
    other = Department.objects.get(name="区水利局")
    content = replace(content_of(drafts[NURSING]), lead_id=other.pk, lead_printed="")
    version = services.update_draft(actor("xzsp_clerk"), drafts[NURSING].pk, content)
    assert version.duties.get(part="lead").department == other


def test_many_go_through_review_and_into_force_together(drafts, actor) -> None:
    pks = [version.pk for version in drafts.values()]
    for code, username, opinion in (
        ("submit", "xzsp_clerk", ""),
        ("approve", "sfj_head", "符合法定职责"),
        ("put_in_force", "xzsp_head", ""),
    ):
        rows = bulk.carry_out(actor(username), code, pks, opinion)
        assert [row.obstacle for row in rows] == [""] * 19
    assert MatterVersion.objects.filter(state="in_force").count() == 19
    assert OutboxMessage.objects.filter(topic="matter.in_force").count() == 19
    assert TrailEntry.objects.filter(verb="matter.approve").count() == 19


def test_those_not_possible_are_skipped_with_the_reason(drafts, advance, actor) -> None:
    advance(drafts[1], "legal_review")
    drafts[2].categories.clear()
    pks = [drafts[number].pk for number in (1, 2, 3)]
    rows = bulk.carry_out(actor("xzsp_clerk"), "submit", pks, "")
    assert [row.obstacle for row in rows] == [
        "当前状态为“合法性审核中”",
        "“劳动用工综合监管”还没有选择对象类别，无法确定检查对象。",
        "",
    ]
    states = MatterVersion.objects.filter(pk__in=pks).order_by("matter__number")
    assert [version.state for version in states] == ["legal_review", "draft", "legal_review"]


def test_a_lead_department_submits_its_own_only(drafts, actor) -> None:
    pks = [drafts[7].pk, drafts[19].pk]
    rows = bulk.carry_out(actor("mzj_clerk"), "submit", pks, "")
    assert [row.target.matter.number for row in rows] == [19]


def test_a_bulk_act_without_right_selection_or_opinion_does_nothing(drafts, advance, actor) -> None:
    version = advance(drafts[NURSING], "legal_review")
    with pytest.raises(NotAllowed):
        bulk.carry_out(actor("xzsp_head"), "approve", [version.pk], "同意")
    with pytest.raises(Refused, match="必须填写审核意见"):
        bulk.carry_out(actor("sfj_head"), "approve", [version.pk], " ")
    with pytest.raises(Refused, match="请先在列表中选择事项"):
        bulk.carry_out(actor("sfj_head"), "approve", [], "同意")
    with pytest.raises(Refused, match="一次最多"):
        bulk.plan(actor("sfj_head"), "approve", range(201))
    assert MatterVersion.objects.get(pk=version.pk).state == "legal_review"
