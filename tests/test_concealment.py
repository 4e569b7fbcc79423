"""Nothing tells of a confidential clue to those not named: every page, total, export and API list
is byte for byte the same with and without it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clues import stages
from clues.acts.letters import LETTER_ACTS
from clues.models import Clue, Referral, Stop
from clues.services import clue_secrecy, disputes, joint, penalties, refusals
from clues.services.crime import begin as crime
from clues.tests import joint_samples, letter_samples, measure_samples, procedure_samples
from clues.tests.samples import (
    handling,
    make_clue,
    own_handling,
    photo,
    prepared,
    transferred,
)
from departments.models import User
from records import deadlines, evidence, outbox, trail
from records.errors import Refused
from records.models import Deadline, Evidence, OutboxMessage, TrailEntry

pytestmark = pytest.mark.django_db

STRANGERS = (
    "xzsp_clerk",
    "xzsp_head",
    "sfj_head",
    "nync_clerk",
    "nync_head",
    "wjw_clerk",
    "xinzhan_officer",
)
"""Overseers, people who take no part, a colleague of somebody named, a township."""

READERS = ("xzsp_head", "nync_clerk", "wjw_clerk", "xinzhan_officer")
"""One of each: reading all there is takes its time."""

SKIPPED = {"password_change_done", "logout", "health"}
_CHANGING = (
    # A form carries a key of its own, by which it is known when it is sent twice.
    re.compile(rb'<input type="hidden" name="(client_|sent_)?key"[^>]*>'),
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(rb'"X-CSRFToken": ?"[^"]*"'),
    re.compile(rb"X-CSRFToken&quot;: &quot;[^&]*&quot;"),
    re.compile(rb'nonce="[^"]*"'),
    # The desk and the wall say when they were drawn.
    re.compile(rb"&amp;since=\d+"),
    re.compile("更新于 <time[^>]*>[^<]*</time>".encode()),
)


def named_lists(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The names of all addresses without arguments."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name in ("admin",):
                continue
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named_lists(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name and not entry.pattern.regex.groups:
            yield prefix + entry.name


def lists() -> list[str]:
    names = sorted(set(named_lists(get_resolver())) - SKIPPED)
    return [name for name in names if not name.endswith("schema")]


def bare(content: bytes) -> bytes:
    """A page without what differs between any two requests."""
    for changing in _CHANGING:
        content = changing.sub(b"", content)
    return content


def answer_of(client: Client, address: str) -> tuple[int, Any]:
    """What somebody gets to see, comparable between two requests."""
    response = client.get(address)
    content = b"".join(response) if response.streaming else response.content
    if response.get("Content-Type", "").startswith("application/vnd.openxmlformats"):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return response.status_code, [list(sheet.values) for sheet in book]
    return response.status_code, bare(content)


def everything(client: Client) -> dict[str, tuple[int, Any]]:
    """What a person gets from every list page, its export, and every REST list."""
    seen = {}
    for name in lists():
        address = reverse(name)
        seen[address] = answer_of(client, address)
        if b"export=xlsx" in seen[address][1]:
            exported = f"{address}?export=xlsx"
            seen[exported] = answer_of(client, exported)
    return seen


@pytest.fixture
def world(county, actor: Callable[..., Any], monkeypatch) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    """Ordinary clues at every step; time stands still."""
    moment = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    clerk, head = actor("mzj_clerk"), actor("mzj_head")
    receiver = actor("wjw_head")
    department = User.objects.get(username="wjw_head").department
    make_clue(clerk)
    transferred(clerk, head, department)
    handling(clerk, head, receiver)
    measure_samples.officers("mzj_clerk")
    return {
        "clerk": clerk,
        "head": head,
        "receiver": receiver,
        "department": department,
        "subject": joint_samples.subject(),
    }


def conceal_something(world: dict[str, Any]) -> list[Clue]:
    """Confidential clues between two departments, with all that comes with them."""
    named = {"confidential": True, "named": (world["head"], world["receiver"])}
    clerk, head, receiver = world["clerk"], world["head"], world["receiver"]
    secrets = [
        make_clue(clerk, **named),
        prepared(clerk, world["department"], **named),
        transferred(clerk, head, world["department"], **named),
        handling(clerk, head, receiver, **named),
    ]
    secrets.append(own_handling(clerk, **named))
    _procedures_about(secrets[-1], world)
    for secret in secrets:
        evidence.keep(clerk, secret, photo(), "现场.jpg")
        outbox.post(outbox.PROVINCE, "clue.test", {"title": secret.title}, "411603", about=secret)
        deadline = deadlines.running_of(secret).first()
        if deadline is not None:
            deadlines.extend(head, deadline.pk, 1, "案情复杂")
        Deadline.objects.filter(target_id=secret.pk).update(due_at="2020-01-01T00:00:00Z")
    OutboxMessage.objects.filter(topic="clue.test").update(dead_at=timezone.now())
    return secrets


def _procedures_about(secret: Clue, world: dict[str, Any]) -> None:
    """Whatever may belong to a clue: what is about a confidential one is confidential."""
    clerk, head = world["clerk"], world["head"]
    officers = User.objects.filter(username__in=("mzj_inspector1", "mzj_inspector2"))
    joint.open_up(head, joint_samples.drafted(secret, "mzj_clerk", "wjw_clerk").pk)
    belonging = [
        letter_samples.sent(clerk="mzj_clerk", to="wjw_clerk", clue=secret),
        crime.begin(clerk, procedure_samples.case(secret), [each.pk for each in officers]),
        disputes.begin(
            clerk, procedure_samples.question(clue_id=secret.pk), [world["department"].pk]
        ),
        refusals.begin(
            clerk,
            procedure_samples.complaint(clue_id=secret.pk),
            world["department"].pk,
            [photo()],
        ),
        penalties.sign(
            head,
            penalties.enter(
                clerk,
                joint_samples.penalty_data(subject=world["subject"], clue=secret),
            ).pk,
        ),
        measure_samples.in_force("mzj", subject=world["subject"], clue=secret),
        measure_samples.urgent("mzj", document="2号", subject=world["subject"], clue=secret),
    ]
    assert all(each.confidential for each in belonging)


@pytest.mark.parametrize("username", READERS)
def test_no_list_tells_of_a_confidential_clue(username, world, client_of):
    client = client_of(username)
    everything(client)  # What is cached or noted on the first visit is there both times.
    before = everything(client)
    conceal_something(world)
    after = everything(client)

    different = [
        address
        for address, seen in before.items()
        if seen != after[address] and not tells_of_own_exports(address)
    ]
    assert different == []


def tells_of_own_exports(address: str) -> bool:
    """The trail also lists what the reader did while looking; it has a test of its own."""
    return address.startswith(reverse("records:trail"))


@pytest.mark.parametrize("username", ["xzsp_clerk", "xzsp_head"])
def test_the_trail_of_the_coordination_office_has_no_entry_of_it(username, world, client_of):
    secrets = conceal_something(world)
    client = client_of(username)
    page = client.get(reverse("records:trail"), {"who": world["clerk"].name})

    told = {entry.target_name for entry in page.context["page"]}
    assert told
    assert not any("保密" in name or "MX" in name for name in told)
    for secret in secrets:
        found = client.get(reverse("records:trail"), {"target": secret.number})
        assert found.context["total"].value == 0


def test_the_audit_administrator_sees_that_something_was_done_but_not_what_with(
    world, client_of, actor
):
    clue = make_clue(world["clerk"], title="某厂夜间排污")
    trail.record(world["clerk"], "clue.note", "补记", clue, opinion="线人是隔壁店主")
    Clue.objects.filter(pk=clue.pk).update(confidential=True)
    client = client_of("audit_admin")

    page = client.get(reverse("records:trail"), {"label": "补记"})
    (entry,) = page.context["page"]
    assert (entry.actor_name, entry.shown_target) == (world["clerk"].name, "保密对象")
    for words in (clue.title, "线人是隔壁店主"):
        assert words not in page.content.decode()
    exported = client.get(reverse("records:trail"), {"label": "补记", "export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(exported))).active
    assert clue.title not in str([list(row) for row in sheet.values])
    for query in ({"target": "排污"}, {"target": clue.number}):
        found = client.get(reverse("records:trail"), query | {"label": "补记"})
        assert found.context["total"].value == 0


@pytest.mark.parametrize("username", STRANGERS)
def test_its_pages_files_and_clocks_do_not_exist_for_strangers(username, world, client_of):
    client = client_of(username)
    secret = conceal_something(world)[-1]
    letter = Referral.objects.filter(clue=secret).first()
    assert letter is not None
    doors = [
        secret.get_absolute_url(),
        letter.get_absolute_url(),
        reverse("records:file", args=[Evidence.objects.filter(target_id=secret.pk).first().pk]),
        reverse("records:deadline", args=[deadlines.running_of(secret).first().pk]),
        reverse("clues:stop", args=[stages.main_stop(secret).pk]),
        reverse("clues:supervise", args=[stages.main_stop(secret).pk]),
    ]
    for door in doors:
        assert client.get(door).status_code == 404, door


@pytest.mark.parametrize("username", ["xzsp_head", "wjw_clerk", "nync_head"])
def test_trying_to_act_on_it_is_answered_as_if_it_were_not_there(username, world, client_of):
    client = client_of(username)
    secret = conceal_something(world)[-1]
    letter = Referral.objects.filter(clue=secret).first()
    assert letter is not None
    for thing, codes in ((secret, ("approve", "receive")), (letter, sorted(_codes()))):
        for code in codes:
            there = client.post(f"{thing.get_absolute_url()}act/{code}/", {"opinion": "x"})
            absent = thing.get_absolute_url().replace(str(thing.pk), str(thing.pk - 1))
            nowhere = client.post(f"{absent}act/{code}/", {"opinion": "x"})
            assert there.status_code == nowhere.status_code == 404
            assert bare(there.content) == bare(nowhere.content)
    assert not TrailEntry.objects.filter(target_id=secret.pk, outcome="denied").exists()


FORGED = (
    ("clues:clue-merge", {"into": "pk", "number": "", "opinion": "同一事项"}),
    ("clues:clue-merge", {"into": "", "number": "number", "opinion": "同一事项"}),
    ("clues:penalty-new", {"clue": "number"}),
    ("clues:measure-new", {"clue": "number"}),
    ("clues:shared-record-add", {"clue": "number"}),
    ("clues:crime-new", {"clue": "pk"}),
    ("clues:dispute-new", {"clue": "pk"}),
    ("clues:refusal-new", {"clue": "pk"}),
    ("clues:letter-new", {"clue": "pk"}),
)
"""Forms in which somebody may write a clue that they only guess: by its key or its number."""


@pytest.mark.parametrize(("name", "fields"), FORGED)
def test_a_guessed_clue_is_refused_as_one_that_does_not_exist(name, fields, world, client_of):
    """Whether it is asked for in the address or sent with the form."""
    secret = make_clue(world["clerk"], confidential=True, named=(world["head"],))
    own = own_handling(world["receiver"])
    on = {"clues:clue-merge": [own.pk], "clues:letter-new": ["assistance"]}.get(name, [])
    client = client_of("wjw_clerk")

    def tried(pk: int, number: str) -> list[tuple[int, bytes]]:
        words = {"pk": str(pk), "number": number}
        sent = {field: words.get(value, value) for field, value in fields.items()}
        address = reverse(name, args=on)
        seen = []
        for response in (client.get(address, sent), client.post(address, sent)):
            content = bare(response.content)
            for word in words.values():
                content = content.replace(word.encode(), b"")
            seen.append((response.status_code, content))
        return seen

    assert tried(secret.pk, secret.number) == tried(secret.pk - 1, f"{secret.number}9")


def _codes() -> set[str]:
    return {act.code for act in LETTER_ACTS.acts if not act.form}


def test_ids_and_numbers_of_the_others_show_no_gap(world, actor):
    clerk = world["clerk"]
    before = make_clue(clerk)
    hidden = make_clue(clerk, confidential=True)
    after = make_clue(clerk)

    assert after.pk == before.pk + 1
    assert int(after.number[-6:]) == int(before.number[-6:]) + 1
    stops = {clue.pk: stages.main_stop(clue) for clue in (before, after)}
    assert stops[after.pk].pk == stops[before.pk].pk + 1
    assert stops[after.pk].deadline_id == stops[before.pk].deadline_id + 1
    assert hidden.pk >= 2**52


def test_a_penalty_moved_to_a_secret_clue_becomes_as_secret(world, client_of):
    clerk, head = world["clerk"], world["head"]
    given = joint_samples.penalty_data(subject=world["subject"], number="淮民罚〔2025〕3号")
    penalty = penalties.enter(clerk, given)
    penalties.reject(head, penalty.pk, "请注明线索")
    secret = make_clue(clerk, confidential=True, named=(head,))
    everyone = [client_of(name) for name in ("mzj_inspector1", "wjw_clerk", "xzsp_head")]
    penalties.edit(clerk, penalty.pk, replace(given, clue=secret))
    penalty = penalties.sign(head, penalty.pk)

    assert penalty.confidential
    stops = Stop.objects.of(penalty)
    assert {(stop.clue_id, stop.confidential) for stop in stops} == {(secret.pk, True)}
    for client in everyone:
        assert client.get(penalty.get_absolute_url()).status_code == 404
        for page in ("clues:penalty-list", "clues:inbox"):
            assert "淮民罚" not in client.get(reverse(page)).content.decode()
    trail_page = everyone[-1].get(reverse("records:trail"), {"target": "淮民罚"})
    assert trail_page.context["total"].value == 0
    named = [*stops.values_list("about", flat=True)]
    named += Deadline.objects.filter(target_id=penalty.pk).values_list("target_name", flat=True)
    assert not any("淮民罚" in name for name in named)


def test_what_is_secret_is_not_taken_out_of_its_clue(world):
    clerk, head = world["clerk"], world["head"]
    secret = make_clue(clerk, confidential=True, named=(head,))
    given = joint_samples.penalty_data(subject=world["subject"], clue=secret)
    penalty = penalties.enter(clerk, given)
    for other in (None, make_clue(clerk), make_clue(clerk, confidential=True, named=(head,))):
        with pytest.raises(Refused) as refusal:
            penalties.edit(clerk, penalty.pk, replace(given, clue=other))
        assert refusal.value.field == "clue"
    penalty.refresh_from_db()
    assert (penalty.clue_id, penalty.confidential) == (secret.pk, True)


@pytest.mark.parametrize("username", ["xzsp_head", "wjw_clerk"])
def test_a_clue_concealed_later_is_answered_as_a_number_never_given(username, world, client_of):
    """It keeps its number, which the complainant and the papers carry; guessing it tells nothing
    that guessing another would not."""
    clue = own_handling(world["clerk"])
    clue_secrecy.conceal(world["head"], clue.pk, "涉及举报人安全")
    client = client_of(username)
    never = re.sub(r"\d{6}$", "999999", clue.number)
    words = clue.number.encode()

    def answers(number: str) -> list[tuple[int, bytes]]:
        asked = [
            client.get(reverse("clues:clue-list"), {"text": number}),
            client.get(reverse("clues:board-rows"), {"text": number}),
            client.get(reverse("clues:letter-list"), {"text": number}),
            client.get(reverse("clue-list"), {"text": number}),
            client.post(reverse("clues:penalty-new"), {"clue": number}),
        ]
        return [(a.status_code, bare(a.content).replace(number.encode(), words)) for a in asked]

    assert answers(clue.number) == answers(never)
    absent = clue.get_absolute_url().replace(str(clue.pk), str(2**51))
    for address in (clue.get_absolute_url(), absent):
        assert client.get(address).status_code == 404
    follows = make_clue(world["clerk"])
    assert int(follows.number[-6:]) == int(clue.number[-6:]) + 1


def test_who_is_named_sees_it_everywhere(world, client_of):
    secrets = conceal_something(world)
    client = client_of("mzj_head")

    assert client.get(secrets[0].get_absolute_url()).status_code == 200
    page = client.get(reverse("clues:inbox"))
    assert str(secrets[0]) in page.content.decode()
    assert (
        client.get(
            reverse("records:deadline", args=[deadlines.running_of(secrets[0]).first().pk])
        ).status_code
        == 200
    )
