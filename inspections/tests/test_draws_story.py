"""The whole draw, from the announcement to a bundle that the independent verifier accepts."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from credit.models import Subject, SubjectChange
from inspections import draw as dr
from inspections.models import Draw, DrawCode, Inspector, PlanItem, Recusal
from inspections.services import draws
from inspections.services.draws.stored import FIELDS
from inspections.tests.draw_world import (
    NONCES,
    WHO,
    department,
    fill_directories,
    plan_item,
    promise,
)
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage, TrailEntry
from records.trail import entries_of

VERIFIER = Path(dr.__file__).with_name("verify.py")


@pytest.fixture
def region(county):
    fill_directories(county)
    return county


@pytest.fixture
def item(region):
    return plan_item(region)


def commit_all(draw, actor):
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))


def frozen(item, actor):
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    commit_all(draw, actor)
    return draws.freeze(actor("mzj_clerk"), draw.pk)


def finished(item, actor):
    draw = frozen(item, actor)
    for party, username in WHO.items():
        draw = draws.reveal(actor(username), draw.pk, party, NONCES[party])
    return draw


def check(bundle: bytes, commit_hash: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, path, "--commit", commit_hash],
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )


def test_three_parties_draw_and_the_verifier_accepts_the_bundle(item, actor, tmp_path):
    draw = finished(item, actor)

    assert draw.state == Draw.State.DONE
    answer = check(draws.bundle(draw), draw.commit_hash, tmp_path)
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.splitlines()[-1] == "通过"
    assert all(finding.ok for finding in draws.verification(draw))

    chosen = draw.selected.filter(is_reserve=False)
    commit = json.loads(draw.commit)
    strata = commit["pool"]["strata"]
    for grade, bp in (("A", 300), ("B", 1000), ("C", 3000), ("D", 10000)):
        assert chosen.filter(stratum=grade).count() == -(-strata[grade]["count"] * bp // 10000)
        assert draw.counts["strata"][grade]["quota"] == chosen.filter(stratum=grade).count()
    assert set(chosen.values_list("subject__status", flat=True)) == {"open"}
    for row in chosen.prefetch_related("assignments__inspector"):
        by_department: dict[int, int] = {}
        for assignment in row.assignments.all():
            key = assignment.inspector.department_id
            by_department[key] = by_department.get(key, 0) + 1
        assert by_department == {department(c).pk: 2 for c in ("MZJ", "WJW", "XFDD", "SCJG")}
        assert row.team is not None

    pool = Subject.objects.filter(status="open").count()
    assert commit["pool"]["count"] == draw.counts["pool"] == pool
    assert pool + commit["excluded"]["count"] == draw.counts["directory"] == 300


def test_every_step_leaves_a_trace_and_tells_the_province(item, actor):
    draw = finished(item, actor)

    verbs = list(entries_of(draw).order_by("id").values_list("verb", flat=True))
    assert verbs == [
        "draw.announce",
        *["draw.commit"] * 3,
        "draw.freeze",
        *["draw.reveal"] * 3,
        "draw.complete",
    ]
    frozen_message, done_message = OutboxMessage.objects.order_by("created_at")
    assert (frozen_message.topic, done_message.topic) == ("draw.frozen", "draw.done")
    assert frozen_message.payload["commit"] == draw.commit_hash
    assert done_message.payload["certificate"] == draw.certificate_hash
    assert not any("selected" in m.payload or "pool" in m.payload for m in (frozen_message,))


def test_level_0_is_drawn_by_the_system_alone(region, actor, tmp_path):
    item = plan_item(region, draw_level=PlanItem.Level.SYSTEM)
    draw = draws.announce(actor("mzj_head"), item.pk)
    party = draw.parties.get()
    assert (party.code, party.commitment) == ("system", promise_of(draw, party.nonce))

    draw = draws.freeze(actor("mzj_head"), draw.pk)

    assert draw.state == Draw.State.DONE
    assert check(draws.bundle(draw), draw.commit_hash, tmp_path).returncode == 0


def promise_of(draw, nonce):
    return dr.commitment(draw.number, "system", nonce)


def test_singly_staffed_full_coverage_takes_everybody_open(region, actor, tmp_path):
    item = plan_item(
        region, full_coverage=True, staffing=PlanItem.Staffing.SINGLY, categories=["nursing-home"]
    )
    draw = finished(item, actor)

    open_homes = Subject.objects.filter(categories__contains=["nursing-home"], status="open")
    assert open_homes.exists()
    assert set(draw.selected.values_list("subject_id", flat=True)) == set(
        open_homes.values_list("pk", flat=True)
    )
    assert check(draws.bundle(draw), draw.commit_hash, tmp_path).returncode == 0


def test_a_total_is_spread_over_the_grades(region, actor, tmp_path):
    draw = finished(plan_item(region, quota=20), actor)

    assert draw.selected.filter(is_reserve=False).count() == 20
    assert sum(row["quota"] for row in draw.counts["strata"].values()) == 20
    assert check(draws.bundle(draw), draw.commit_hash, tmp_path).returncode == 0


@pytest.mark.parametrize("name", FIELDS)
def test_a_stored_text_that_was_changed_is_noticed(item, actor, name):
    draw = finished(item, actor)
    field = FIELDS[name]
    Draw.objects.filter(pk=draw.pk).update(**{field: getattr(draw, field) + "\n"})

    with pytest.raises(dr.InputError) as caught:
        draws.frozen_of(Draw.objects.get(pk=draw.pk))
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seed":"', '"seed":"0'),
        ('"level":1', '"level":0'),
        ('"bp":300', '"bp":400'),
        ('"state":"done"', '"state":"dune"'),
        ('"team":1', '"team":9'),
        ('"draw":1,', '"draw":2,'),
    ],
)
def test_a_certificate_that_was_changed_is_refused(item, actor, tmp_path, old, new):
    draw = finished(item, actor)
    assert old in draw.certificate
    draw.certificate = draw.certificate.replace(old, new, 1)

    answer = check(draws.bundle(draw), draw.commit_hash, tmp_path)

    assert answer.returncode == 1
    assert answer.stdout.splitlines()[-1].startswith("不通过")


def test_a_wrong_nonce_is_refused_in_words_and_nothing_is_kept(item, actor):
    draw = frozen(item, actor)

    with pytest.raises(Refused, match="与民政局冻结前提交的承诺不符") as caught:
        draws.reveal(actor("mzj_clerk"), draw.pk, "lead", "f" * 64)

    assert caught.value.field == "nonce"
    assert draw.parties.get(code="lead").nonce == ""
    assert not entries_of(draw).filter(verb="draw.reveal").exists()


@pytest.mark.parametrize("nonce", ["", "a1", "g" * 64, "a1" * 33])
def test_what_is_no_nonce_is_refused(item, actor, nonce):
    draw = frozen(item, actor)
    with pytest.raises(Refused, match="64 个字符"):
        draws.reveal(actor("mzj_clerk"), draw.pk, "lead", nonce)


def test_nobody_commits_or_reveals_twice(item, actor):
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    draws.commit_nonce(actor("mzj_clerk"), draw.pk, "lead", promise(draw, "lead"))
    with pytest.raises(Conflict, match="已经提交过承诺"):
        draws.commit_nonce(actor("mzj_head"), draw.pk, "lead", "1" * 64)
    with pytest.raises(Refused, match="与另一方的相同"):
        draws.commit_nonce(actor("sfj_head"), draw.pk, "legal", promise(draw, "lead"))
    for party in ("legal", "witness"):
        draws.commit_nonce(actor(WHO[party]), draw.pk, party, promise(draw, party))
    draws.freeze(actor("mzj_clerk"), draw.pk)

    draws.reveal(actor("mzj_clerk"), draw.pk, "lead", NONCES["lead"])
    with pytest.raises(Conflict, match="已经揭示过"):
        draws.reveal(actor("mzj_clerk"), draw.pk, "lead", NONCES["lead"])


def test_nobody_speaks_for_another_party(item, actor):
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    with pytest.raises(NotAllowed):
        draws.commit_nonce(actor("mzj_clerk"), draw.pk, "legal", promise(draw, "legal"))
    with pytest.raises(NotAllowed):
        draws.commit_nonce(actor("wjw_clerk"), draw.pk, "lead", promise(draw, "lead"))
    with pytest.raises(NotAllowed):
        draws.commit_nonce(actor("mzj_inspector1"), draw.pk, "lead", promise(draw, "lead"))


def test_the_freeze_waits_for_every_commitment(item, actor):
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    draws.commit_nonce(actor("mzj_clerk"), draw.pk, "lead", promise(draw, "lead"))
    with pytest.raises(Conflict):
        draws.freeze(actor("mzj_clerk"), draw.pk)
    with pytest.raises(Conflict):
        draws.reveal(actor("mzj_clerk"), draw.pk, "lead", NONCES["lead"])


def test_only_the_lead_starts_and_freezes(item, actor):
    for username in ("wjw_head", "xzsp_head", "mzj_inspector1", "nync_head", "system_admin"):
        with pytest.raises(NotAllowed):
            draws.announce(actor(username), item.pk)
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    commit_all(draw, actor)
    with pytest.raises(NotAllowed):
        draws.freeze(actor("sfj_head"), draw.pk)


def test_an_occurrence_is_drawn_once(item, actor):
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    with pytest.raises(Conflict, match="尚未结束"):
        draws.announce(actor("mzj_clerk"), item.pk)
    commit_all(draw, actor)
    draws.freeze(actor("mzj_clerk"), draw.pk)
    for party, username in WHO.items():
        draws.reveal(actor(username), draw.pk, party, NONCES[party])
    with pytest.raises(Conflict, match="只能抽取一次"):
        draws.announce(actor("mzj_clerk"), item.pk)
    with pytest.raises(Conflict):
        draws.void(actor("mzj_head"), draw.pk, "想重抽")


def test_an_unpublished_item_is_not_drawn(region, actor):
    item = plan_item(region, state=PlanItem.State.FILED)
    with pytest.raises(Conflict, match="公布后"):
        draws.announce(actor("mzj_clerk"), item.pk)


def test_completing_again_changes_nothing(item, actor):
    draw = finished(item, actor)
    entries = TrailEntry.objects.count()

    again = draws.complete(draw.pk)

    assert again.certificate == draw.certificate
    assert TrailEntry.objects.count() == entries
    assert OutboxMessage.objects.filter(topic="draw.done").count() == 1


def test_a_refusal_makes_the_draw_void_and_the_occurrence_free(item, actor, tmp_path):
    draw = frozen(item, actor)
    with pytest.raises(Refused):
        draws.void(actor("mzj_head"), draw.pk, "  ")
    with pytest.raises(NotAllowed):
        draws.void(actor("mzj_clerk"), draw.pk, "法制组拒绝揭示", "legal")
    draw = draws.void(actor("scjg_head"), draw.pk, "法制组拒绝揭示", "legal")

    assert (draw.state, draw.void_party) == (Draw.State.VOID, "legal")
    answer = check(draws.bundle(draw), draw.commit_hash, tmp_path)
    assert answer.returncode == 0, answer.stdout
    assert OutboxMessage.objects.filter(topic="draw.void").get().payload["party"] == "legal"
    again = draws.announce(actor("mzj_clerk"), item.pk)
    assert (again.number, again.occurrence) == (draw.number + 1, draw.occurrence)


def test_a_draw_given_up_before_its_freeze_never_enters_the_chain(region, actor, tmp_path):
    first = draws.announce(actor("mzj_clerk"), plan_item(region).pk)
    draws.void(actor("mzj_head"), first.pk, "参与方未到场")
    second = finished(plan_item(region, 2), actor)
    third = frozen(plan_item(region, 3, categories=["nursing-home"]), actor)

    assert [d.number for d in (first, second, third)] == [1, 2, 3]
    assert [d.chain_position for d in (second, third)] == [1, 2]
    assert json.loads(second.commit)["previous"] == "0" * 64
    assert json.loads(third.commit)["previous"] == second.commit_hash
    path = tmp_path / "void.zip"
    path.write_bytes(draws.bundle(Draw.objects.get(pk=first.pk)))
    answer = subprocess.run([sys.executable, VERIFIER, path], capture_output=True, timeout=60)
    assert answer.returncode == 0


def test_people_and_houses_stand_under_codes_of_this_draw_only(region, actor):
    first = finished(plan_item(region), actor)
    second = frozen(plan_item(region, 2), actor)

    for subject in Subject.objects.filter(id_kind__in=("person", "house")):
        for text in (first.pool_tsv, first.excluded_tsv, first.certificate):
            assert subject.identifier not in text
    for inspector in Inspector.objects.all():
        assert inspector.licence not in first.officers_tsv
    codes = [
        set(DrawCode.objects.filter(draw=d).values_list("code", flat=True)) for d in (first, second)
    ]
    assert codes[0] and not codes[0] & codes[1]
    drawn = first.selected.filter(subject__id_kind="house").first()
    code = DrawCode.objects.get(draw=first, subject=drawn.subject).code
    assert f'["{code}","{drawn.ticket}"]' in first.certificate


def test_an_identifier_the_format_cannot_carry_gets_a_code(region, actor):
    odd = Subject.objects.filter(id_kind="vehicle", status="open").first()
    odd.identifier = "豫P·12345"
    odd.save()
    draw = frozen(plan_item(region), actor)
    assert DrawCode.objects.filter(draw=draw, subject=odd).exists()


def test_who_was_drawn_for_the_same_check_items_is_not_drawn_again(region, actor):
    first = finished(plan_item(region), actor)
    second = finished(plan_item(region, 2), actor)

    drawn = set(first.selected.filter(is_reserve=False).values_list("subject_id", flat=True))
    again = set(second.selected.values_list("subject_id", flat=True))
    assert drawn and not drawn & again
    assert second.counts["excluded"]["frequency"] == len(drawn)
    rules = json.loads(second.rules_json)
    assert "年度同一检查事项" in rules["exclusions"]["frequency"]


def test_other_check_items_do_not_exclude(region, actor):
    finished(plan_item(region), actor)
    other = plan_item(region, 2)
    for part in other.parts.all():
        part.check_items.clear()
    assert "frequency" not in frozen(other, actor).counts["excluded"]


def test_the_yearly_cap_on_visits_counts_where_the_region_sets_it(region, actor):
    region.rule_values.create(key="inspections.yearly_visits", value=1, source="试点办法")
    first = finished(plan_item(region), actor)
    other = plan_item(region, 2)
    for part in other.parts.all():
        part.check_items.clear()
    drawn = first.selected.filter(is_reserve=False).count()
    assert frozen(other, actor).counts["excluded"]["visits"] == drawn


def test_closed_and_ungraded_subjects_are_listed_with_their_reason(region, actor):
    Subject.objects.filter(pk=Subject.objects.filter(status="open").first().pk).update(grade="")
    draw = frozen(plan_item(region), actor)

    expected = {
        status: Subject.objects.filter(status=status).count()
        for status in ("closed", "deregistered", "revoked", "moved")
    }
    assert draw.counts["excluded"] == {k: v for k, v in expected.items() if v} | {"ungraded": 1}
    assert draw.excluded_tsv.count("\n") == sum(draw.counts["excluded"].values())


def test_only_licensed_officers_on_duty_for_the_whole_area_stand_in_the_draw(region, actor):
    draw = frozen(plan_item(region), actor)
    today = timezone.localdate()
    able = Inspector.objects.filter(
        is_active=True, valid_from__lte=today, valid_until__gte=today, townships=[]
    )
    in_draw = DrawCode.objects.filter(draw=draw, subject=None)
    assert set(in_draw.values_list("inspector_id", flat=True)) == set(
        able.values_list("pk", flat=True)
    )
    row = next(r for r in draw.counts["officers"] if r["name"] == str(department("SCJG")))
    assert row["limited"] > 0
    assert row["able"] == able.filter(department=department("SCJG")).count()


def test_a_department_without_officers_stops_the_freeze_with_numbers(item, actor):
    keep = Inspector.objects.filter(department=department("WJW"), townships=[]).first()
    Inspector.objects.filter(department=department("WJW")).exclude(pk=keep.pk).update(
        is_active=False
    )
    Inspector.objects.filter(pk=keep.pk).update(is_active=True, valid_until=timezone.localdate())
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    commit_all(draw, actor)

    with pytest.raises(Refused, match=r"卫健委.*只有 1 名.*至少需要 2 名"):
        draws.freeze(actor("mzj_clerk"), draw.pk)

    draw.refresh_from_db()
    assert (draw.state, draw.commit, draw.chain_position) == (Draw.State.ANNOUNCED, "", None)
    assert not DrawCode.objects.filter(draw=draw).exists()


def test_recusals_are_kept_and_unstaffable_subjects_excluded_by_name(item, actor):
    subject = Subject.objects.filter(status="open", grade="D").first()
    spared = Subject.objects.filter(status="open", grade="D").last()
    staff = Inspector.objects.filter(department=department("MZJ"), is_active=True)
    Recusal.objects.bulk_create(
        Recusal(inspector=one, subject=subject, reason="近亲属在该单位任职") for one in staff
    )
    barred = staff.licensed_on(timezone.localdate()).filter(townships=[]).first()
    Recusal.objects.create(inspector=barred, subject=spared, reason="曾在该单位工作")

    draw = finished(item, actor)

    assert draw.counts["excluded"]["recusal"] == 1
    assert not draw.selected.filter(subject=subject).exists()
    chosen = draw.selected.get(subject=spared)
    assert not chosen.assignments.filter(inspector=barred).exists()


def test_changes_since_filing_are_counted_and_attributed(region, actor):
    item = plan_item(region, filed_at=timezone.now() + dt.timedelta(seconds=0))
    subjects = list(Subject.objects.all()[:3])
    for subject, who in zip(subjects, ("民政局", "民政局", ""), strict=True):
        SubjectChange.objects.create(
            subject=subject, actor_name="甲", department_name=who, field="grade", source="导入"
        )
    SubjectChange.objects.create(
        subject=subjects[0], actor_name="甲", department_name="民政局", field="name", source="导入"
    )
    draw = frozen(item, actor)

    assert json.loads(draw.commit)["changed_since_filing"] == 3
    assert draw.counts["changes"]["by"] == [["民政局", 2], ["系统", 1]]


def test_a_scheduled_draw_is_not_frozen_by_hand_before_its_time(region, actor):
    item = plan_item(
        region,
        draw_mode=PlanItem.DrawMode.SCHEDULED,
        draw_at=timezone.now() + dt.timedelta(hours=2),
    )
    draw = draws.announce(SYSTEM, item.pk)
    commit_all(draw, actor)
    with pytest.raises(Conflict, match="自动冻结，不能提前"):
        draws.freeze(actor("mzj_clerk"), draw.pk)
