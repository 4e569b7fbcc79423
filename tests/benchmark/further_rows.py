"""What else a county full of clues has: letters, warnings, and the trail of it all."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from clues.models import Clue, LetterParty, Referral, ReferralCopy, RiskWarning, WarningParty
from departments.models import Department
from records import trail
from records.actor import Actor
from records.models import TrailEntry
from tests.benchmark.measure import array_of, multiply, texts
from tests.statistics import analyze


def fill(clue: Clue, count: int, clerk: Actor) -> None:
    """A letter and a trail entry about each of the ``count`` clues after ``clue``, a warning about
    the subject of each fifth."""
    clues = f"(SELECT * FROM clues_clue WHERE id > {clue.pk} AND id <= {clue.pk + count}) s"
    _fill_letters(clue, clues)
    _fill_warnings(clue, clues)
    _fill_trail(clue, clues, clerk)
    if connection.in_atomic_block:
        analyze()
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _fill_letters(clue: Clue, clues: str) -> None:
    letter = Referral.objects.create(
        kind="clue_transfer",
        number="淮阳样函〔2026〕0 号",
        title="关于移送样品线索的函",
        body="现将线索移送你单位办理。",
        state=Referral.State.ANSWERED,
        clue=clue,
        sender=clue.holder,
        to=Department.objects.exclude(pk=clue.holder_id).first(),
        region_code=clue.region_code,
    )
    offices = Department.objects.filter(region__code=clue.region_code).order_by("pk")
    keys, many = array_of(offices.values_list("pk", flat=True)), len(offices)
    multiply(
        "clues_referral",
        letter.pk,
        clues,
        {
            "number": "'淮阳样函〔2026〕' || s.id || ' 号'",
            "title": "'关于移送' || s.title || '线索的函'",
            "state": "CASE WHEN s.state <> 'closed' THEN 'received' WHEN s.id % 90 = 0 "
            "THEN 'returned' ELSE 'answered' END",
            "clue_id": "s.id",
            "subject_id": "s.subject_id",
            "sender_id": "s.receiver_id",
            "to_id": "s.holder_id",
            "copied_to": f"CASE WHEN s.id % 10 = 0 THEN ARRAY[({keys})[1 + s.id / 10 % {many}]] "
            "ELSE '{}' END",
            "confidential": "s.confidential",
            "created_at": "s.received_at",
            "sent_at": "s.received_at",
            "received_at": "s.received_at + interval '1 day'",
            "answered_at": "CASE WHEN s.state = 'closed' "
            "THEN s.received_at + interval '9 days' END",
        },
    )
    multiply(
        "clues_letterparty",
        LetterParty.objects.get(letter=letter, department=clue.holder).pk,
        "(SELECT r.*, d FROM clues_referral r, LATERAL (SELECT DISTINCT unnest("
        f"ARRAY[sender_id, to_id] || copied_to)) AS concerned (d) WHERE r.id <> {letter.pk}) s",
        {
            "letter_id": "s.id",
            "department_id": "s.d",
            "copied": "s.d = ANY (s.copied_to)",
            **{name: f"s.{name}" for name in ("created_at", *Referral.objects.all().REPEATED)},
        },
    )
    copy = ReferralCopy.objects.create(referral=letter, department=clue.holder)
    multiply(
        "clues_referralcopy",
        copy.pk,
        "(SELECT id, copied_to[1] AS d FROM clues_referral WHERE copied_to <> '{}') s",
        {
            "referral_id": "s.id",
            "department_id": "s.d",
            "read_at": "CASE WHEN s.id % 1000 > 0 THEN now() END",
        },
    )


def _fill_warnings(clue: Clue, clues: str) -> None:
    warning = RiskWarning.objects.create(
        number="YJ411603-2025-0",
        level="serious",
        origin=RiskWarning.Origin.RULE,
        title="样品预警",
        content="样品预警的内容。",
        state=RiskWarning.State.CLOSED,
        outcome=RiskWarning.Outcome.NOTHING,
        owner=clue.holder,
        region_code=clue.region_code,
    )
    levels = texts(("major", "serious", "general"))
    multiply(
        "clues_riskwarning",
        warning.pk,
        f"{clues[:-3]} AND id % 5 = 0) s",
        {
            "number": "'YJ411603-2025-' || lpad(s.id::text, 7, '0')",
            "level": f"({levels})[1 + s.id / 5 % 3]",
            "title": "s.subject_name || '一个月内投诉达到三件'",
            "state": "CASE WHEN s.id % 250 = 0 THEN 'received' ELSE 'closed' END",
            "raised_at": "s.received_at",
            "closed_at": "CASE WHEN s.id % 250 > 0 THEN s.received_at + interval '9 days' END",
            "subject_id": "s.subject_id",
            "township_id": "s.township_id",
            "owner_id": "s.holder_id",
            "known_to": "CASE s.holder_id WHEN s.receiver_id THEN ARRAY[s.holder_id] "
            "ELSE ARRAY[s.holder_id, s.receiver_id] END",
            "confidential": "s.confidential",
            "clue_id": "s.id",
            "group_key": "s.id::text",
        },
    )
    party = WarningParty.objects.create(warning=warning, department=clue.holder)
    multiply(
        "clues_warningparty",
        party.pk,
        f"(SELECT *, unnest(known_to) AS d FROM clues_riskwarning WHERE id <> {warning.pk}) s",
        {
            "warning_id": "s.id",
            "department_id": "s.d",
            **{name: f"s.{name}" for name in ("raised_at", *RiskWarning.objects.all().REPEATED)},
            "read_at": "CASE WHEN s.id % 100 > 0 THEN now() END",
        },
    )


def _fill_trail(clue: Clue, clues: str, clerk: Actor) -> None:
    entry = trail.record(clerk, "clue.note", "登记办理情况", clue, opinion="已现场核实")
    about = ContentType.objects.get_for_model(Clue).pk
    assert entry.target_type_id == about
    multiply(
        TrailEntry._meta.db_table,
        entry.pk,
        clues,
        {
            "target_id": "s.id",
            "target_name": "s.number || ' ' || s.title",
            "department_id": "s.holder_id",
            "at": "s.received_at",
        },
    )
