"""The step bars of hand-overs, disputes and refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from clues.models import CrimeHandover, Dispute, Refusal


@dataclass(frozen=True)
class Step:
    """One step: ``state`` is done, current, todo or failed."""

    label: str
    state: str
    at: dt.datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class _Plan:
    """A step with the states in which it is the present one."""

    label: str
    states: tuple[str, ...]
    at: dt.datetime | None = None


def _bar(
    plans: Sequence[_Plan],
    state: str,
    *,
    ended: str = "",
    failed: str = "",
    at: dt.datetime | None = None,
) -> list[Step]:
    """Steps before the present one are done. ``ended`` names the last step of a course that came
    to its end, ``failed`` of one that broke off, and ``at`` is when it did."""
    present = next((n for n, plan in enumerate(plans) if state in plan.states), len(plans))
    steps = [
        Step(
            plan.label,
            "done" if n < present else "current" if n == present else "todo",
            plan.at if n < present else None,
        )
        for n, plan in enumerate(plans)
    ]
    if ended or failed:
        reached = [step for step in steps if step.at is not None]
        return [
            *(reached if failed else steps),
            Step(ended or failed, "failed" if failed else "done", at),
        ]
    return steps


def crime_steps(case: CrimeHandover) -> list[Step]:
    """The course of a hand-over; what comes after the police decided depends on what they did."""
    s = CrimeHandover.State
    label = case.get_state_display()
    if not case.goes_out:
        back = [
            _Plan("公安机关签发", (s.BACK_DRAFT,), case.sent_at),
            _Plan("行政机关签收", (s.BACK_SENT,), case.sent_at),
            _Plan("行政处理", (s.ADMINISTRATIVE,), case.closed_at),
        ]
        failed = label if case.state == s.CANCELLED else ""
        return _bar(back, case.state, failed=failed, at=case.closed_at)
    plans = [
        _Plan("专案组核实", (s.INVESTIGATING, s.ENDING), case.reported_at),
        _Plan("负责人审批", (s.REPORTED,), case.approved_at),
        _Plan("移送", (s.APPROVED,), case.sent_at),
        _Plan("公安机关签收", (s.TRANSFERRED,), case.received_at),
        _Plan("立案审查", (s.REVIEWING, s.SUPPLEMENT), case.decided_at),
    ]
    if case.state in (s.REFUSED, s.ENDED, s.FORWARDED):
        return _bar(plans, case.state, failed=label, at=case.closed_at)
    objecting = (*CrimeHandover.OBJECTING, s.RECONSIDERING, s.REASONS, s.ORDERED)
    if case.state in objecting:
        plans += [_Plan("异议和监督", objecting), _Plan("立案或行政处理", ())]
    elif case.state in CrimeHandover.RETURNED:
        plans += [
            _Plan("移送行政处理", (s.BACK_SENT,), case.decided_at),
            _Plan("行政处理", (s.ADMINISTRATIVE,), case.closed_at),
        ]
    else:
        plans += [
            _Plan("移交涉案物品", (s.FILED,), case.delivered_at),
            _Plan("办结交接", (s.DELIVERED,), case.closed_at),
        ]
    return _bar(plans, case.state)


def dispute_steps(dispute: Dispute) -> list[Step]:
    """Common action, talk, decision (T 11)."""
    s = Dispute.State
    if dispute.state in (s.DROPPED, s.WITHDRAWN):
        plans = [_Plan("提出争议", (s.DRAFT,), dispute.raised_at)]
        label = dispute.get_state_display()
        return _bar(plans, dispute.state, failed=label, at=dispute.closed_at)
    plans = [
        _Plan("提出争议", (s.DRAFT,), dispute.raised_at),
        _Plan("先行共同处置", (s.TOGETHER,), _all_acted_at(dispute)),
    ]
    if dispute.about != Dispute.About.NEW_FORM or dispute.state in (s.CONFIRMING, s.SETTLED):
        plans.append(_Plan("协商", (s.NEGOTIATING, s.CONFIRMING), dispute.submitted_at))
    else:
        plans.append(_Plan("提请研判", (s.NEGOTIATING,), dispute.submitted_at))
    if dispute.state != s.SETTLED:
        plans.append(_Plan("协调决定", (s.SUBMITTED,), dispute.closed_at))
    ended = "协商一致" if dispute.state == s.SETTLED else ""
    return _bar(plans, dispute.state, ended=ended, at=dispute.closed_at)


def _all_acted_at(dispute: Dispute) -> dt.datetime | None:
    """When the last department recorded what it did; None while one has not."""
    moments = [party.done_at for party in dispute.parties.all()]
    return max((moment for moment in moments if moment), default=None) if all(moments) else None


def refusal_steps(refusal: Refusal) -> list[Step]:
    """Advice, government, criticism, accountability (T 11)."""
    s = Refusal.State
    plans = [
        _Plan("履职建议书", (s.DRAFT,), refusal.advised_at),
        _Plan("对方答复和改正", (s.ADVISED, s.CORRECTING, s.SHOWN), refusal.unresolved_at),
        _Plan("报告政府", (s.UNRESOLVED,), refusal.reported_at),
        _Plan("责令改正", (s.REPORTED, s.ORDERED, s.ORDER_SHOWN), refusal.uncorrected_at),
        _Plan("通报批评", (s.UNCORRECTED,), refusal.criticised_at),
        _Plan("追责", (s.CRITICISED, s.REFERRED), refusal.closed_at),
    ]
    label = refusal.get_state_display()
    if refusal.state == s.CORRECTED:
        reached = [plan for plan in plans if plan.at and plan.at != refusal.closed_at]
        return _bar(reached, refusal.state, ended=label, at=refusal.closed_at)
    if refusal.state in (s.DROPPED, s.WITHDRAWN, s.DISMISSED):
        return _bar(plans, refusal.state, failed=label, at=refusal.closed_at)
    return _bar(plans, refusal.state)
