"""Holding figures that are kept twice against each other, and keeping what was found."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import transaction

from records import clock, periods
from records.actor import Actor
from records.locks import wait_turn
from records.queue import wake_after_commit
from supervision.reconciling.acts import RECONCILIATION_ACTS
from supervision.reconciling.comparisons import COMPARISONS
from supervision.reconciling.models import Reconciliation
from supervision.reconciling.rules import KEPT_DAYS
from supervision.reconciling.selectors import due_since

LOOK_TASK = "reconciling.look"
log = structlog.get_logger(__name__)


@transaction.atomic
def reconcile(kind: str, wanted_by: str = "") -> Reconciliation:
    """Compare one kind and keep what was found, in one transaction; old results of it go."""
    now = clock.now()
    found = COMPARISONS[kind]()
    run = Reconciliation.objects.create(
        kind=kind,
        at=now,
        compared=found.compared,
        differed=found.differed,
        rows=found.rows,
        wanted_by=wanted_by,
    )
    old = Reconciliation.objects.filter(kind=kind, at__lt=periods.ago(now, days=KEPT_DAYS))
    old.exclude(pk=run.pk).delete()
    return run


def look() -> int:
    """Reconcile what is due or was asked for; returns how many kinds. A kind whose comparison
    fails keeps no other from its turn, and is told by the workbench when it stays without."""
    return sum(_alone(_if_due, kind) for kind in Reconciliation.Kind)


def note(kind: Reconciliation.Kind) -> None:
    """Reconcile a kind just before what differs is mended, which a comparison that fails does not
    hold up."""
    _alone(reconcile, kind)


def _alone(act: Callable[[str], object], kind: Reconciliation.Kind) -> bool:
    try:
        return bool(act(kind))
    except Exception:
        log.exception("reconciling.failed", kind=kind.value)
        return False


@transaction.atomic
def _if_due(kind: str) -> bool:
    # Who waited finds it done.
    wait_turn(f"reconciling {kind}")
    last = Reconciliation.objects.filter(kind=kind).order_by("-id").first()
    if last is None:
        reconcile(kind)
        return True
    asked = Reconciliation.objects.filter(kind=kind, asked_at__gte=last.at).order_by("-asked_at")
    by = asked.values_list("asked_by", flat=True).first()
    if by is None and last.at >= due_since(clock.now()):
        return False
    reconcile(kind, by or "")
    return True


def again(actor: Actor, pk: int, opinion: str = "") -> Reconciliation:
    """Let a worker reconcile the kind of a result anew.

    Raises ``NotAllowed``; ``Conflict`` when that was asked of this result before.
    """
    with RECONCILIATION_ACTS.take(actor, "again", pk, opinion=opinion) as run:
        run.asked_at = clock.now()
        run.asked_by = actor.name
        wake_after_commit(LOOK_TASK)
    return run


HANDLERS = {"again": again}
