"""A natural person among the subjects is shown in full to nobody who has not given a reason: no
page, export or REST answer holds the name, the identifier or the address."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clues.models import Clue
from clues.selectors.clues import similar
from clues.services import intake
from clues.tests.samples import person
from credit.models import CreditEvent, Subject, SubjectChange
from credit.services import events
from credit.services.events import Told
from inspections.tests import visit_samples
from records import clock
from records.actor import SYSTEM
from records.models import TrailEntry
from supervision.portraits.tests.samples import happen
from tests.test_concealment import answer_of, everything

pytestmark = pytest.mark.django_db

NAME, NUMBER, ADDRESS = "尉迟知微", "411603-CY-008761", "周口市淮阳区城关镇西关村鱼市口三巷七号"
HIDDEN = (NAME, NUMBER, "鱼市口三巷七号")
READERS = ("mzj_clerk", "xzsp_head", "fgw_clerk", "wjw_inspector1", "audit_admin")
"""Who leads the visit, who oversees, the credit group, a partner's inspector, an administrator."""


@pytest.fixture
def known(county) -> Subject:  # type: ignore[no-untyped-def]
    """A person whom departments visit, write about, fine and hear of, under a notice."""
    story = visit_samples.make_story(county, homes=1)
    subject = story.draw.selected.get(is_reserve=False).subject
    Subject.objects.filter(pk=subject.pk).update(
        id_kind="person", name=NAME, identifier=NUMBER, address=ADDRESS
    )
    subject.refresh_from_db()
    story.on_site()
    happen(subject, 1)
    SubjectChange.objects.create(
        subject=subject, field="name", old=NAME, new=f"{NAME}甲", actor_name="甲", source="试验"
    )
    SubjectChange.objects.create(
        subject=subject,
        field="address",
        old=ADDRESS,
        new=f"{ADDRESS}后",
        actor_name="甲",
        source="",
    )
    told = Told(
        subject.pk, "dishonest", clock.today(), f"{NAME}（{NUMBER}）拒不履行", "外部：法院", "1"
    )
    events.tell(SYSTEM, [told])
    events.lift(SYSTEM, CreditEvent.objects.get(source_key="1").pk, clock.today(), "已履行")
    intake.register(
        person("mzj_clerk"), channel="visit", content="来访反映无证上岗。", subject=subject
    )
    return subject


def about(subject: Subject) -> list[str]:
    """The addresses of one subject, and of what is about it, that lists do not have."""
    task = subject.tasks.get()
    keys = [
        ("portraits:portrait", subject),
        ("portraits:timeline", subject),
        ("credit:subject-card", subject),
        ("credit:subject-history", subject),
        ("credit:subject-labels", subject),
        ("subject-detail", subject),
        ("inspections:task", task),
        ("task-detail", task),
        ("clues:penalty", subject.penalties.get()),
        ("penalty-detail", subject.penalties.get()),
    ]
    found = [reverse(name, args=[target.pk]) for name, target in keys]
    found += [f"{found[1]}?export=xlsx", f"{found[3]}?export=xlsx"]
    found += [f"{reverse('clues:clue-subjects')}?subject_name={NAME[:2]}"]
    found += [clue.get_absolute_url() for clue in Clue.objects.filter(subject=subject)]
    return found


@pytest.mark.parametrize("username", READERS)
def test_nobody_reads_a_person_in_full(username, known, client_of):
    client = client_of(username)
    own_visits = reverse("inspections:my-visits")
    seen = {where: each for where, each in everything(client).items() if where != own_visits}
    seen |= {address: answer_of(client, address) for address in about(known)}
    for address, (_, content) in seen.items():
        text = content.decode(errors="replace") if isinstance(content, bytes) else str(content)
        for word in HIDDEN:
            assert word not in text, (address, word)


def test_what_is_masked_can_be_told_apart(known, client_of):
    page = client_of("mzj_clerk").get(reverse("credit:subject-list")).content.decode()
    assert "尉***" in page
    assert "8761" in page


def test_a_business_is_not_masked(known, client_of):
    Subject.objects.filter(pk=known.pk).update(id_kind="uscc")
    page = client_of("mzj_clerk").get(known.get_absolute_url()).content.decode()
    assert all(word in page for word in (NAME, NUMBER, ADDRESS))


@pytest.mark.parametrize("username", ["wjw_head", "nync_clerk", "xzsp_clerk"])
def test_a_reason_shows_it_once_and_leaves_a_trace(username, known, client_of):
    client = client_of(username)
    address = reverse("credit:subject-unmask", args=[known.pk])
    refused = client.post(address, {"opinion": " "}, follow=True)
    assert "请填写查看完整信息的理由" in refused.content.decode()
    assert NAME not in refused.content.decode()
    assert not TrailEntry.objects.filter(verb="subject.unmask").exists()

    shown = client.post(address, {"opinion": "核对当事人身份"})
    assert all(word in shown.content.decode() for word in (NAME, NUMBER, ADDRESS))
    assert shown["Cache-Control"] == "no-store"
    entry = TrailEntry.objects.get(verb="subject.unmask")
    assert (entry.target_id, entry.opinion) == (known.pk, "核对当事人身份")
    assert NAME not in entry.target_name
    assert NAME not in client.get(known.get_absolute_url()).content.decode()


def test_rest_shows_it_for_a_reason_only(known, client_of):
    client = client_of("mzj_clerk")
    address = reverse("subject-unmask", args=[known.pk])
    assert client.post(address, {}, content_type="application/json").status_code == 400
    shown = client.post(address, {"opinion": "核对"}, content_type="application/json")
    assert (shown.json()["name"], shown.json()["identifier"]) == (NAME, NUMBER)
    assert TrailEntry.objects.filter(verb="subject.unmask").count() == 1


def test_who_opens_the_entry_to_change_it_leaves_a_trace(known, client_of):
    page = client_of("mzj_clerk").get(reverse("credit:subject-edit", args=[known.pk]))
    assert NAME in page.content.decode()
    assert TrailEntry.objects.get(verb="subject.unmask").opinion == "修改名录信息"


def test_asking_for_the_head_of_that_page_leaves_the_same_trace(known, client_of):
    client_of("mzj_clerk").head(reverse("credit:subject-edit", args=[known.pk]))
    assert TrailEntry.objects.filter(verb="subject.unmask").count() == 1


def test_an_inspector_finds_who_and_where_on_the_own_visit(known, client_of):
    client: Client = client_of("mzj_inspector1")
    task = known.tasks.get()
    page = client.get(reverse("inspections:visit", args=[task.pk])).content.decode()
    assert NAME in page
    assert ADDRESS in page


def test_the_identifier_is_found_when_written_in_full_only(known):
    def found(text: str) -> bool:
        return Subject.objects.matching(text).filter(pk=known.pk).exists()

    assert found(NUMBER)
    assert not found(NUMBER[:-1])
    assert found(NAME[:2])


def test_two_people_masked_alike_are_not_taken_for_one(known):
    assert similar(person("mzj_clerk"), subject_name=known.shown_name) == []
