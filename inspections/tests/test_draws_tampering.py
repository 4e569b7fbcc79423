"""Whatever the owner of the database changes in a finished draw, the verification names it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from inspections.models import Draw, DrawAssignment, DrawParty, DrawSelected, Inspector
from inspections.services import draws
from inspections.tests.draw_world import NONCES, WHO, fill_directories, plan_item, promise

TEXTS = (
    "commit",
    "commit_hash",
    "pool_tsv",
    "excluded_tsv",
    "officers_tsv",
    "recusals_tsv",
    "townships_tsv",
    "rules_json",
    "verifier_py",
    "certificate",
    "certificate_hash",
    "seed",
)


@pytest.fixture
def draw(county, actor) -> Draw:
    fill_directories(county, 120)
    found = draws.announce(actor("mzj_clerk"), plan_item(county).pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), found.pk, party, promise(found, party))
    draws.freeze(actor("mzj_clerk"), found.pk)
    for party, username in WHO.items():
        draws.reveal(actor(username), found.pk, party, NONCES[party])
    found.refresh_from_db()
    assert found.state == Draw.State.DONE
    assert not failed(found)
    return found


def failed(draw: Draw) -> list[str]:
    draw.refresh_from_db()
    return [finding.field for finding in draws.verification(draw) if not finding.ok]


def test_every_text_is_bound(draw, client_of):
    page = reverse("inspections:draw-verification", args=[draw.pk])
    bundle = reverse("inspections:draw-bundle", args=[draw.pk])
    clerk = client_of("mzj_clerk")
    pages = [reverse(f"inspections:{name}", args=[draw.pk]) for name in ("draw", "draw-paper")]
    pages.append(reverse("public:draw", args=[draw.number]))
    told = 0
    for name in TEXTS:
        kept = getattr(draw, name)
        edited = kept[:-2] + ("b" if kept[-2:-1] != "b" else "c") + kept[-1:]
        for changed in {"", "x", edited} - {kept}:
            Draw.objects.filter(pk=draw.pk).update(**{name: changed})
            assert failed(draw), (name, changed[-20:])
            assert "不通过" in clerk.get(page).content.decode()
            assert clerk.get(bundle).status_code == 200
            for shown in pages:
                answer = clerk.get(shown)
                assert answer.status_code in (200, 409), (name, changed[-20:], shown)
                told += "抽取记录已损坏" in answer.content.decode()
        Draw.objects.filter(pk=draw.pk).update(**{name: kept})
    assert told
    Draw.objects.filter(pk=draw.pk).update(counts={})
    answer = clerk.get(pages[0])
    assert (answer.status_code, "抽取记录已损坏" in answer.content.decode()) == (409, True)
    assert not failed(draw)


def test_another_subject_in_a_drawn_place_is_found(draw):
    chosen = draw.selected.filter(is_reserve=False).first()
    reserve = draw.selected.filter(is_reserve=True).first()
    outsider = reserve.subject_id
    reserve.delete()
    DrawSelected.objects.filter(pk=chosen.pk).update(subject=outsider)
    assert failed(draw) == ["database.selected", "database.staffing"]


def test_a_subject_spared_is_found(draw):
    chosen = draw.selected.filter(is_reserve=False).first()
    DrawSelected.objects.filter(pk=chosen.pk).update(is_reserve=True)
    assert failed(draw) == ["database.selected"]
    DrawAssignment.objects.filter(selected=chosen).delete()
    chosen.delete()
    assert failed(draw) == ["database.selected", "database.staffing"]


def test_another_officer_is_found(draw):
    sent = DrawAssignment.objects.filter(selected__draw=draw).first()
    other = (
        Inspector.objects.filter(department=sent.inspector.department)
        .exclude(pk__in=sent.selected.assignments.values("inspector"))
        .first()
    )
    DrawAssignment.objects.filter(pk=sent.pk).update(inspector=other)
    assert failed(draw) == ["database.staffing"]


def test_another_nonce_is_found(draw):
    DrawParty.objects.filter(draw=draw, code="lead").update(nonce="f" * 64)
    assert failed(draw) == ["database.nonces"]
