"""One act on many matter versions: what it would do, and doing it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from matters.acts import MATTER_ACTS
from matters.models import MatterVersion
from matters.services import HANDLERS, missing_for_review
from records.actor import Actor
from records.bulk import BulkRow
from records.errors import NotAllowed, Refused

BULK_ACTS = ("submit", "approve", "put_in_force")
MOST_AT_ONCE = 200


def plan(actor: Actor, code: str, pks: Iterable[int]) -> list[BulkRow[MatterVersion]]:
    """What the act would do to each chosen version that the person may know of.

    Raises ``Refused`` when nothing or too much is chosen, ``NotAllowed`` when the person may do
    the act to none of them, whatever their state.
    """
    ids = set(pks)
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 项，请分次选择。")
    versions = list(
        MatterVersion.objects.visible_to(actor)
        .filter(pk__in=ids)
        .select_related("matter__region", "lead")
        .prefetch_related("duties", "categories", "matter__versions")
        .order_by("matter__number", "-number")
    )
    if not versions:
        raise Refused("请先在列表中选择事项。")
    act = MATTER_ACTS[code]
    if not any(act.who(actor, version) for version in versions):
        raise NotAllowed(f"您没有执行“{act.label}”的权限。", verb=f"matter.{code}")
    return [BulkRow(version, _obstacle(actor, code, version)) for version in versions]


def carry_out(
    actor: Actor, code: str, pks: Iterable[int], opinion: str
) -> list[BulkRow[MatterVersion]]:
    """Do the act to every chosen version with which it is possible, in one transaction.

    Answers with all rows, those skipped with the reason. Raises as ``plan``, and ``Refused``
    when the act needs an opinion and there is none; then nothing was done.
    """
    act = MATTER_ACTS[code]
    if act.reason and not opinion.strip():
        raise Refused(f"“{act.label}”必须填写{act.reason_label}。", field="opinion")
    rows: list[BulkRow[MatterVersion]] = []
    with transaction.atomic():
        for row in plan(actor, code, pks):
            words = row.obstacle
            if not words:
                try:
                    HANDLERS[code](actor, row.target.pk, opinion)
                except Refused as changed_since:
                    words = changed_since.message
            rows.append(BulkRow(row.target, words))
    return rows


def _obstacle(actor: Actor, code: str, version: MatterVersion) -> str:
    act = MATTER_ACTS[code]
    if not MATTER_ACTS.possible(act, version):
        return f"当前状态为“{version.get_state_display()}”"
    if not act.who(actor, version):
        return "您没有这项权限"
    return missing_for_review(version) if code == "submit" else ""
