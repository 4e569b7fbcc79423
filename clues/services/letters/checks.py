"""What the rules of a kind demand of a letter, checked in words that name the field."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from clues.models import Referral
from clues.rules.kinds import FREE_KINDS, KINDS, Kind, Reach
from departments.models import Department, FunctionAssignment
from departments.roles import Function
from records import evidence
from records.errors import Refused

OTHER_FILES = "其他材料"
"""The label of files that no rule asks for."""


def free_kind(code: str) -> Kind:
    """The kind that a department may write of its own accord; ``Refused`` for any other."""
    if code not in FREE_KINDS:
        known = KINDS.get(code)
        raise Refused(
            f"{known.label}由相应的办理程序生成，不能单独拟写。" if known else "没有这种函件。",
            field="kind",
        )
    return FREE_KINDS[code]


def may_send(functions: Iterable[str], kind: Kind) -> bool:
    """Whether a department with these functions may send letters of a kind."""
    return not kind.senders or not kind.senders.isdisjoint(functions)


def addressees(sender: Department, kind: Kind) -> QuerySet[Department]:
    """The departments to which the sender may address a letter of a kind."""
    code = sender.region.code
    above = [code[:length] for length in range(1, len(code))]
    up_or_down = Q(region__code__in=above) | (
        Q(region__code__startswith=code) & ~Q(region__code=code)
    )
    where = {
        Reach.REGION: Q(region__code=code),
        Reach.UP_OR_DOWN: up_or_down,
        Reach.OTHER: ~Q(region__code=code) & ~up_or_down,
    }[kind.reach]
    found = Department.objects.filter(where, is_active=True).exclude(pk=sender.pk)
    if kind.receivers:
        filled = FunctionAssignment.objects.filter(function__in=kind.receivers)
        found = found.filter(pk__in=filled.values("department_id"))
    return found.select_related("region").order_by("region__code", "pk")


def check_addressee(sender: Department, kind: Kind, to: Department | None, outside: str) -> None:
    """``Refused`` unless there is one addressee to whom the kind may go."""
    if (to is None) == (not outside):
        raise Refused("收函部门和平台外收函单位须填写一项，且只填一项。", field="to")
    if to is None:
        if kind.receivers:
            raise Refused(f"{kind.label}只能发给平台内的部门。", field="outside")
        return
    if to.pk == sender.pk:
        raise Refused("收函部门不能是本部门。", field="to")
    if not addressees(sender, kind).filter(pk=to.pk).exists():
        functions = "、".join(str(Function(each).label) for each in sorted(kind.receivers))
        whom = f"承担“{functions}”职能的部门" if functions else kind.reach.words
        raise Refused(f"{kind.label}只能发给{whom}，“{to.name}”不是。", field="to")


def check_ready(letter: Referral) -> None:
    """``Refused`` unless everything that the kind demands before the signature is there."""
    spec = letter.spec
    functions = letter.sender.functions.values_list("function", flat=True)
    if not may_send(functions, spec):
        names = "、".join(str(Function(each).label) for each in sorted(spec.senders))
        raise Refused(f"{spec.label}只能由{names}发出。", field="kind")
    check_addressee(letter.sender, spec, letter.to, letter.outside)
    if spec.needs_subject and letter.subject_id is None:
        raise Refused(f"{spec.label}必须写明监管对象。", field="subject")
    missing = missing_evidence(letter, spec.evidence)
    if missing:
        raise Refused(
            f"{spec.label}还缺少必附材料：{'、'.join(missing)}。请先上传。", field="evidence"
        )


def missing_evidence(letter: Referral, labels: Iterable[str]) -> list[str]:
    """Which of the labels no file of the letter has."""
    present = set(evidence.of(letter).values_list("label", flat=True))
    return [label for label in labels if label not in present]
