"""What other systems are told and may tell: every field of feeds, messages and pushed items.

The fields are those of ``gateway_fields.txt``, which says of each who may read it: who adds one
enters it there. In a world with something hidden of every kind other systems are told everything
that there is to tell; nothing hidden may stand in it, and masks stand where the table says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.serializers.json import DjangoJSONEncoder

from clues.models import RiskWarning
from clues.services import complainants, intake, penalties
from clues.services.warnings import response
from clues.tests import measure_samples as measures
from clues.tests.joint_samples import penalty_data
from credit.models import Subject
from credit.rules import default_set
from credit.services import evaluations, indicators
from credit.tests import petition_samples
from departments.models import Department, Region
from inspections.services import draws
from inspections.tests.draw_world import plan_item
from matters import services as matters
from matters.models import MatterVersion
from records import adapters
from records.actor import Actor
from records.masking import MASK
from records.models import OutboxMessage
from records.outbox_names import COMPLAINT_CHANNEL, TOPICS
from supervision.gateway import feed
from supervision.gateway.api import pushes
from supervision.gateway.api.feeds import FeedView
from supervision.gateway.feeds import FEEDS
from supervision.gateway.tests.conftest import System, system  # noqa: F401
from tests.outsiders import PERSON, hidden_words, hidden_world

pytestmark = pytest.mark.django_db

Who = Callable[[str], Actor]
Fields = dict[str, str]

HERE = Path(__file__).parent
VIEWS = FeedView.__subclasses__()
SHAPES = {view.intake.shape.name: view.intake.shape for view in pushes.PushView.__subclasses__()}
TOLD_TO_SYSTEMS = {"尚未公布的联合检查", "解除了的依据"}
"""What systems are told and the public is not: plan items that are filed, how a sanction ended."""


def _table() -> dict[str, Fields]:
    """By heading the fields, each with its kind."""
    found: dict[str, Fields] = {}
    for line in (HERE / "gateway_fields.txt").read_text().splitlines():
        if line.startswith("["):
            heading, _, when = line[1:].partition("]")
            assert when.strip() and heading not in found, line
            found[heading] = {}
        elif line and not line.startswith("#"):
            kind, _, names = line.partition(": ")
            for name in names.split():
                assert name not in found[heading], (heading, name)
                found[heading][name] = kind
    return found


TABLE = _table()
FLOWS = {
    "feed": {"open", "masked", "words"},
    "message": {"open", "masked", "words", "business", "contact"},
    "written": {"open", "business"},
    "push": {"told", "inside"},
}
"""The kinds of fields by flow."""


def fields(flow: str) -> dict[str, Fields]:
    """The tables of one flow by what is told."""
    return {
        heading.removeprefix(f"{flow} "): rows
        for heading, rows in TABLE.items()
        if heading.startswith(f"{flow} ")
    }


def leaves(told: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every field with its value, those of rows inside with where they stand."""
    for name, value in told.items():
        yield f"{above}{name}", value
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, Mapping):
                yield from leaves(row, f"{above}{name}.")


def test_every_flow_has_its_table() -> None:
    assert set(fields("feed")) == {each.kind for each in FEEDS} == {v.feed.kind for v in VIEWS}
    assert set(fields("message")) == set(TOPICS)
    assert set(fields("push")) == set(SHAPES)
    kinds = {flow: {k for rows in fields(flow).values() for k in rows.values()} for flow in FLOWS}
    assert kinds == FLOWS


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_pushed_item_has_the_fields_of_the_table(name: str) -> None:
    assert set(SHAPES[name].fields) == set(fields("push")[name])


def test_the_interface_is_described_with_the_fields_of_the_table() -> None:
    described = yaml.safe_load((HERE.parent / "docs/openapi.yaml").read_text())
    schemas = described["components"]["schemas"]

    def names(schema: Mapping[str, Any], above: str = "") -> Iterator[str]:
        for name, each in schema["properties"].items():
            yield f"{above}{name}"
            inside = each.get("items", {}).get("$ref", "").rpartition("/")[2]
            if inside:
                yield from names(schemas[inside], f"{above}{name}.")

    for view in VIEWS:
        name = view.serializer.__name__.removesuffix("Serializer")
        assert set(names(schemas[name])) == set(fields("feed")[view.feed.kind]), name
    for name, rows in fields("push").items():
        assert set(names(schemas[name])) == set(rows), name


def test_systems_are_told_the_fields_of_the_table_and_nothing_hidden(
    county: Region, actor: Who
) -> None:
    hidden_world(county, actor)
    tell_the_rest(county, actor)
    flows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for heading, told in (*_fed(), *_sent()):
        flows[heading].append(told)
    assert set(flows) == {each for each in TABLE if not each.startswith("push ")}
    hidden = set(hidden_words()) - TOLD_TO_SYSTEMS
    leaked = []
    seen: dict[str, set[str]] = {}
    starred: dict[str, set[str]] = {}
    for heading, things in flows.items():
        seen[heading], starred[heading] = set(), set()
        for name, value in (leaf for told in things for leaf in leaves(told)):
            text = json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
            seen[heading].add(name)
            starred[heading] |= {name} if MASK in text else set()
            if TABLE[heading].get(name) != "contact":
                leaked += [(heading, name, word) for word in hidden if word in text]
    assert leaked == []
    assert seen == {heading: set(TABLE[heading]) for heading in flows}
    assert starred == {
        heading: {n for n, kind in TABLE[heading].items() if kind in ("masked", "words")}
        for heading in flows
    }


def _fed() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for view in VIEWS:
        for change in feed.read(view.feed, "411603", "", feed.MOST_ROWS).changes:
            if change.instance is not None:
                yield f"feed {view.feed.kind}", view.serializer(change.instance).data


def _sent() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every message, and how it is written where the receiver has words of its own."""
    for message in OutboxMessage.objects.all():
        yield f"message {message.topic}", message.payload
        adapter = adapters.adapter_of(message.target)
        written = adapter.content(message)
        if adapter.takes(message.topic) and written != message.payload:
            yield f"written {message.target}", written
        if message.topic == "clue.told":
            assert message.target == COMPLAINT_CHANNEL


def tell_the_rest(county: Region, actor: Who) -> None:
    """What the world has not told yet, of the natural person in it where that can be."""
    one = Subject.objects.get(name=PERSON[0])
    about = f"{PERSON[0]}（{PERSON[1]}）住{one.address}"
    _fine(actor, one, about)
    measures.closed(measures.in_force("wjw", subject=one, basis=f"{about}适用的规定"), "wjw")
    _warn(actor, one, about)
    clue = intake.register(
        actor("mzj_clerk"),
        channel="hotline",
        external_number="ZK-1",
        content="消防通道堵塞。",
        complainant_name="闻人举报",
        complainant_phone="13911112222",
    )
    assert complainants.of(clue) is not None
    firm = Subject.objects.filter(id_kind="uscc", status="open").order_by("pk")[0]
    for number, subject in enumerate((one, firm)):
        event = petition_samples.fact(subject, str(number))
        petition_samples.decided(
            actor, petition_samples.objected(actor, subject, event), "corrected"
        )
    made = indicators.draft(actor("fgw_clerk"), None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(actor("fgw_clerk"), made.pk)
    indicators.enforce(actor("fgw_head"), made.pk)
    evaluations.go_on(made.evaluations.get().pk)
    draw = draws.announce(actor("mzj_clerk"), plan_item(county, 51).pk)
    draws.void(actor("scjg_head"), draw.pk, "参与方拒绝揭示", "legal")
    version = MatterVersion.objects.in_force().order_by("-pk")[0]
    MatterVersion.objects.filter(pk=version.pk).update(state=MatterVersion.State.REVIEWED)
    matters.put_in_force(actor("xzsp_head"), version.pk)
    matters.abolish(actor("xzsp_head"), version.pk, "职能取消")


def _fine(actor: Who, one: Subject, about: str) -> None:
    """Penalties on the person and on a business; one of each kind of telling."""
    firm = Subject.objects.filter(id_kind="uscc").order_by("pk")[0]
    for number, subject in enumerate((one, firm)):
        given = penalty_data(
            subject=subject,
            act=f"{about}无证上岗" if subject == one else "无证经营",
            number=f"淮卫罚{number}号",
        )
        made = penalties.enter(actor("wjw_clerk"), given)
        penalties.sign(actor("wjw_head"), made.pk)
    penalties.withdraw(actor("wjw_head"), made.pk, "事实不清")


def _warn(actor: Who, one: Subject, about: str) -> None:
    """A warning from above about the person, studied and settled by words about them."""
    owner = Department.objects.get(short_name="民政局", region__code="411603")
    warning = response.from_above(
        actor("xzsp_clerk"),
        origin="province",
        external_number="HN-1",
        level="serious",
        title="从业人员风险",
        content=about,
        owner=owner,
        subject=one,
    )
    response.receive(actor("mzj_clerk"), warning.pk)
    RiskWarning.objects.filter(pk=warning.pk).update(study_conclusion=f"{about}无风险")
    response.dismiss(actor("mzj_clerk"), warning.pk, f"{about}已离岗")
    response.sign_dismissal(actor("mzj_head"), warning.pk)
    response.feed_back(actor("xzsp_head"), warning.pk)


PUSHED = {
    "subjects/": ("PushedSubject", "name address"),
    "matters/": ("PushedMatter", "name subjects content lead exercise_level document"),
    "credit-facts/": ("PushedFact", "title key basis"),
    "warnings/": ("PushedWarning", "external_number title content"),
    "clues/": (
        "PushedClue",
        "external_number title content place subject_name complainant_name complainant_phone",
    ),
}
"""By resource the texts of an item that can say anything."""
PHONE = "13912345678"


def test_what_is_pushed_goes_no_further_than_the_table_says(system: System) -> None:  # noqa: F811
    words: dict[str, tuple[str, str]] = {}
    for address, (name, texts) in PUSHED.items():
        said = {field: f"{address}{field}" for field in texts.split()}
        said |= {field: PHONE for field in said if field.endswith("phone")}
        words |= {word: (name, field) for field, word in said.items()}
        item = SHAPES[name].example | said
        answer = system.call("POST", address, [item], key=address)
        assert answer.json()["accepted"] == 1, answer.content.decode()
    everything = [each for _, each in (*_fed(), *_sent())]
    told = json.dumps(everything, ensure_ascii=False, cls=DjangoJSONEncoder)
    found = {where for word, where in words.items() if word in told}
    assert {TABLE[f"push {name}"][field] for name, field in found} == {"told"}
    assert {field for name, field in found if name == "PushedClue"} == {
        "external_number",
        "title",
        "complainant_name",
        "complainant_phone",
    }
