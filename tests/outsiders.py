"""A world with something hidden of every kind, each with a word of its own, to hold against what
outsiders read: visitors of the public site and other systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clues.models import Complainant
from clues.services import website
from clues.tests.samples import make_clue
from credit.models import Subject
from credit.services import sanctions, whitelist
from credit.services.sanctions import SanctionInput
from credit.tests.sanction_samples import said, signed, subjects
from departments.models import Department, Region
from inspections.models import Draw, Inspector, PlanItem, YearPlan
from inspections.services import draws, results
from inspections.tests.draw_world import NONCES, WHO, fill_directories, plan_item, promise
from inspections.tests.result_samples import checked_story, result_of
from matters.models import CheckItem, Duty, Matter, MatterVersion
from records import clock, periods

PERSON = ("尉迟知微", "CY411603198001011234", "鱼市口三巷七号")
"""Name, identifier and address of a natural person who was visited."""

SECRETS = {
    "保密线索": ("钦天监密报", "钦天监密报的内容"),
    "反映人": ("闻人举报", "13911112222"),
    "未签发的结果": ("起草中的结论说明",),
    "办理意见": ("负责人内部意见",),
    "拟稿的惩戒": ("尚未认定的事实", "尚未认定的依据"),
    "实施中惩戒的事实": ("提供虚假材料骗取补贴",),
    "已解除的惩戒": ("解除了的依据",),
    "申请中的白名单": ("白名单申请理由",),
    "未公布的计划项目": ("尚未公布的联合检查",),
    "编制中的事项": ("编制中的监管事项",),
    "停用的部门": ("撤销了的部门",),
    "停用的检查事项": ("停用了的检查事项",),
    "检查要点": ("内部检查要点",),
}
"""Words that stand in what nobody outside may read, by what it is."""


def hidden_world(county: Region, actor: Callable[..., Any]) -> Any:
    """Visits published, corrected, withdrawn and in preparation, of a person too; clues, sanctions,
    white list, plans and matters, hidden and not."""
    story = checked_story(county, homes=3)
    YearPlan.objects.update(published_at=clock.now())
    clerk, head = actor("mzj_clerk"), actor("mzj_head")
    name, identifier, address = PERSON
    visited = result_of(story, position=1).part.task.subject
    Subject.objects.filter(pk=visited.pk).update(
        id_kind="person", name=name, identifier=identifier, address=f"淮阳区{address}"
    )
    for position in (0, 1):
        _publish(story, position, "no_problem")
        reason = f"{name}的结果漏记一项" if position else "漏记一项"
        results.correct(clerk, result_of(story, position=position).pk, reason)
        _publish(story, position, "ordered_to_correct")
    results.withdraw(head, result_of(story, position=1).pk, f"{name}（{identifier}）认定有误")
    results.submit(clerk, result_of(story, position=2).pk, ["no_problem"], "起草中的结论说明")
    make_clue(
        clerk, confidential=True, named=(head,), title="钦天监密报", content="钦天监密报的内容"
    )
    website.complain(
        county,
        "192.0.2.1",
        sent_key="00000000-0000-0000-0000-000000000001",
        content="消防通道堵塞。",
        complainant_name="闻人举报",
        complainant_phone="13911112222",
        **dict.fromkeys(("subject_name", "place"), ""),
        **dict.fromkeys(("occurred_on", "township")),
        files=[],
    )
    assert Complainant.objects.filter(phone="13911112222").exists()
    _draws(story, actor)
    _credit(county, actor)
    _in_preparation(story, actor)
    return story


def _publish(story: Any, position: int, code: str) -> None:
    clerk, head = story.actor("mzj_clerk"), story.actor("mzj_head")
    found = result_of(story, position=position)
    results.submit(clerk, found.pk, [code], "起草中的结论说明")
    results.approve(head, found.pk, "负责人内部意见")
    assert results.publish_next()


def _draws(story: Any, actor: Callable[..., Any]) -> None:
    """A draw whose visits are over, with people in its pool, beside one that is announced."""
    Draw.objects.filter(pk=story.draw.pk).update(state=Draw.State.ANNOUNCED)
    Inspector.objects.update(user=None)
    fill_directories(story.region, 120)
    another = Subject.objects.filter(id_kind="person", categories__len__gt=0).exclude(
        identifier=PERSON[1]
    )
    Subject.objects.filter(pk__in=another.values("pk")).update(address=f"淮阳区{PERSON[2]}")
    item = plan_item(story.region, 50)
    clerk = actor("mzj_clerk")
    draw = draws.announce(clerk, item.pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    draws.freeze(clerk, draw.pk)
    for party, username in WHO.items():
        draws.reveal(actor(username), draw.pk, party, NONCES[party])
    yesterday = periods.day_after(clock.today(), -1)
    PlanItem.objects.filter(pk=item.pk).update(period_start=yesterday, period_end=yesterday)


def _credit(county: Region, actor: Callable[..., Any]) -> None:
    """A sanction in force, one ended, one drafted; one on the white list, one applied for."""
    firm, released, drafted, listed, applied = subjects(county, 5)
    signed(actor, firm)
    ended = signed(actor, released)
    ended.basis = "解除了的依据"
    ended.save(update_fields=("basis",))
    sanctions.revoke(actor("fgw_clerk"), ended.pk, "认定有误")
    sanctions.lift(actor("fgw_head"), ended.pk)
    given = said(actor)
    words = {"facts": "尚未认定的事实", "basis": "尚未认定的依据"}
    sanctions.draft(actor("fgw_clerk"), drafted.pk, SanctionInput(**vars(given) | words))
    entry = whitelist.apply(actor("mzj_clerk"), listed.pk, None, 12, "白名单申请理由")
    whitelist.sign(actor("mzj_head"), entry.pk)
    whitelist.approve(actor("fgw_head"), entry.pk)
    whitelist.apply(actor("mzj_clerk"), applied.pk, None, 12, "白名单申请理由")


def _in_preparation(story: Any, actor: Callable[..., Any]) -> None:
    version = story.item.matter_version
    lead = story.departments["MZJ"]
    for position, (department, part) in enumerate(
        ((lead, "lead"), (story.departments["WJW"], "enforcing"))
    ):
        Duty.objects.create(
            version=version, department=department, part=part, position=position, description="检查"
        )
    PlanItem.objects.create(
        plan=story.item.plan,
        number=99,
        state="filed",
        title="尚未公布的联合检查",
        matter_version=version,
        lead=lead,
        categories=["nursing-home"],
        period_start=story.item.period_start,
        period_end=story.item.period_end,
        draw_at=clock.now(),
    )
    matter = Matter.objects.create(region=story.region, code="HY-98", number=98)
    MatterVersion.objects.create(
        matter=matter,
        number=1,
        state="draft",
        name="编制中的监管事项",
        change_reason="首次",
        lead=lead,
        created_by_id=actor("mzj_clerk").user_id,
    )
    Department.objects.create(
        region=story.region, name="撤销了的部门", short_name="撤销了的部门", is_active=False
    )
    CheckItem.objects.filter(department=lead).update(guidance="内部检查要点")
    CheckItem.objects.create(
        department=lead,
        code="X-1",
        title="停用了的检查事项",
        categories=["nursing-home"],
        is_active=False,
    )


def hidden_words() -> list[str]:
    """The words of the world, and every natural person and inspector in it."""
    people = Subject.objects.filter(id_kind__in=("person", "house"))
    words = [word for group in SECRETS.values() for word in group]
    words += [*PERSON, *people.values_list("identifier", flat=True)]
    words += people.filter(id_kind="person").values_list("name", flat=True)
    return [*words, *Inspector.objects.values_list("licence", flat=True)]
