"""What outsiders read: every public page, download and feed, with nothing in them that is hidden.

A world holds something hidden of every kind, each with a word of its own. A visitor follows every
link of the public site; a system reads every feed. None of the words may appear anywhere, and the
fields of each page, dataset and feed are those of the tables below: who shows a new one adds it
here and says by that that everybody may read it.
"""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from clues.models import Complainant
from clues.services import website
from clues.tests.samples import make_clue
from credit.models import Subject
from credit.services import sanctions, whitelist
from credit.services.sanctions import SanctionInput
from credit.tests.sanction_samples import said, signed, subjects
from departments.models import Department, Region
from inspections.models import Draw, Inspector, JointTask, PlanItem, YearPlan
from inspections.services import draws, results
from inspections.tests.draw_world import NONCES, WHO, fill_directories, plan_item, promise
from inspections.tests.result_samples import checked_story, result_of
from inspections.tests.visit_samples import make_story
from matters.models import CheckItem, Duty, Matter, MatterVersion
from records import clock, periods
from supervision.gateway import feed
from supervision.gateway.api.feeds import FeedView
from supervision.publicity.datasets import DATASETS
from supervision.publicity.urls import urlpatterns

pytestmark = pytest.mark.django_db

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

TABLE = (Path(__file__).parent / "public_fields.txt").read_text().splitlines()
PAGES = dict(line.split(": ", 1) for line in TABLE if not line.startswith("#"))
"""The headings of columns and the names of facts and fields on each page that links lead to."""

VISIT = "检查事项 检查内容和依据 检查日期 目前情况 依据 地址 执法人员和执法证号 牵头部门 部门"
"""Those behind the code on the notice of a visit, for who holds the notice."""

NOT_PAGES = {"download", "draw-bundle", "verifier"}

FIELDS = {
    "results": "id subject identifier matter department checked_on results draw published_at state "
    "ended_at end_reason corrects",
    "matters": "number name group lead hotline partners subjects content legal_bases source "
    "in_force_at",
    "departments": "department hotline matter_number matter part description legal_bases",
    "plans": "year number title matter lead partners period_start period_end draw_at",
    "draws": "number title lead level state frozen_at commit_hash finished_at certificate_hash "
    "void_reason",
    "white-list": "subject identifier department matter since until",
    "sanctions": "subject identifier department basis measures since until",
}
"""The columns of each download."""

_STATE = "state state_label"
FEEDS = {
    "matter": f"code number region_code name group subjects_text content legal_bases "
    f"exercise_level way ratio_bp full_coverage lead duties {_STATE} in_force_at ended_at "
    "duties.department duties.part duties.part_label",
    "plan": f"year number version region_code title matter_code lead parts categories "
    f"full_coverage period_start period_end draw_at {_STATE} "
    "parts.department parts.state parts.state_label",
    "task": f"code region_code origin subject_name subject_identifier lead parts visit_on "
    f"dispatched_at {_STATE} parts.department parts.state parts.state_label",
    "result": f"task_code version region_code subject_name subject_identifier matter_name "
    f"department checked_on codes results published_at ended_at end_reason {_STATE}",
    "clue": f"number region_code channel external_number received_at receiver holder {_STATE} "
    "outcome outcome_label merged_into closed_at",
}
"""What each feed of the gateway tells of an object; ``a.b`` is a field of the rows in ``a``."""

TOLD_TO_SYSTEMS = {"尚未公布的联合检查"}
"""What the province is told before the public: plan items once they are filed."""


@pytest.fixture
def world(county: Region, actor: Callable[..., Any]) -> Any:
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


VIEWS = FeedView.__subclasses__()

_LINK = re.compile(r'(?:href|action)="(/public/[^"#]*)')


def read_all() -> Iterator[tuple[str, str, str]]:
    """Every page and download that a visitor reaches: address, name, text."""
    client = Client()
    waiting, seen = ["/public/"], {"/public/"}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        assert answer.status_code == 200, address
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = _unpacked(raw) if raw[:2] == b"PK" else raw.decode()
        yield address, resolve(address.partition("?")[0]).url_name or "", text
        if not answer["Content-Type"].startswith("text/html"):
            continue
        for found in map(html.unescape, _LINK.findall(text)):
            if found not in seen and _is_address(found):
                seen.add(found)
                waiting.append(found)


def _unpacked(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def _is_address(found: str) -> bool:
    try:
        resolve(found.partition("?")[0])
    except Resolver404:
        return False
    return True


def hidden_words() -> list[str]:
    """The words of the world, and every natural person and inspector in it."""
    people = Subject.objects.filter(id_kind__in=("person", "house"))
    words = [word for group in SECRETS.values() for word in group]
    words += [*PERSON, *people.values_list("identifier", flat=True)]
    words += people.filter(id_kind="person").values_list("name", flat=True)
    return [*words, *Inspector.objects.values_list("licence", flat=True)]


_TAGS = re.compile(r"<[^>]+>")
_LABELS = re.compile(r"<(th(?=[^>]*scope=\"col\")|dt|label|legend)[^>]*>(.*?)</", re.S)


def labels(text: str) -> set[str]:
    """The headings of columns, names of facts and of fields; the teams of a draw are listed under
    the departments' names, which are none."""
    found = {_TAGS.sub("", each).strip() for _, each in _LABELS.findall(text)}
    return found - set(Department.objects.values_list("name", flat=True)) - {""}


def test_a_visitor_reads_the_fields_of_the_table_and_nothing_hidden(world) -> None:  # type: ignore[no-untyped-def]
    hidden = hidden_words()
    told: dict[str, list[str]] = {}
    shown: dict[str, set[str]] = {}
    for address, name, text in read_all():
        if words := [word for word in hidden if word in text]:
            told[address] = words
        shown.setdefault(name, set()).update(labels(text))
    assert told == {}
    # No link leads to a visit: its address is on the notice only.
    assert set(shown) == {pattern.name for pattern in urlpatterns} - {"visit"}
    found = {name: " ".join(sorted(each)) for name, each in shown.items() if name not in NOT_PAGES}
    assert found == {name: " ".join(sorted(words.split())) for name, words in PAGES.items()}


def test_the_code_of_a_visit_leads_to_its_notice_only(county) -> None:  # type: ignore[no-untyped-def]
    task = make_story(county, homes=1).on_site()
    text = Client().get(reverse("public:visit", args=[task.token])).content.decode()
    assert labels(text) == set(VISIT.split())
    JointTask.objects.filter(pk=task.pk).update(state=JointTask.State.CANCELLED)
    assert (
        labels(Client().get(reverse("public:visit", args=[task.token])).content.decode()) == set()
    )


def test_downloads_have_the_columns_of_the_table() -> None:
    columns = {key: [field.name for field in each.fields] for key, each in DATASETS.items()}
    assert columns == {key: words.split() for key, words in FIELDS.items()}


def test_feeds_tell_the_fields_of_the_table_and_nothing_hidden(world) -> None:  # type: ignore[no-untyped-def]
    hidden = set(hidden_words()) - TOLD_TO_SYSTEMS
    assert {view.feed.kind for view in VIEWS} == set(FEEDS)
    for view in VIEWS:
        page = feed.read(view.feed, "411603", "", feed.MOST_ROWS)
        told = [
            view.serializer(change.instance).data
            for change in page.changes
            if change.instance is not None
        ]
        assert told, view.feed.kind
        text = json.dumps(told, ensure_ascii=False, default=str)
        assert [word for word in hidden if word in text] == [], view.feed.kind
        assert set().union(*map(_keys, told)) == set(FEEDS[view.feed.kind].split())


def _keys(told: Mapping[str, Any]) -> set[str]:
    """The names of all fields, those of rows inside with where they stand."""
    found = set(told)
    for name, value in told.items():
        for row in value if isinstance(value, list) else ():
            if isinstance(row, Mapping):
                found |= {f"{name}.{key}" for key in row}
    return found


def test_no_rest_answer_without_a_login(world, client) -> None:  # type: ignore[no-untyped-def]
    for address in (
        "matters",
        "subjects",
        "results",
        "clues",
        "tasks",
        "draws",
        "department-scores",
    ):
        answer = client.get(f"/api/v1/{address}/")
        assert answer.status_code in (401, 403), address
        assert not set(answer.json()) & {"results", "count"}
