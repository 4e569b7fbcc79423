"""Reasons that the public reads: no natural person is named in them (I12).

Whoever writes one is told which name must go, so that it says what it has to in other words. When
it is published, what is left is masked: names that were entered since, and complainants, whom the
refusal itself would betray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from credit.models.subject import NATURAL_PERSONS
from inspections.models import Draw, DrawCode, JointTask
from inspections.models.tasks import Signature, TaskOfficer
from records.errors import Refused
from records.masking import names_in, private_numbers, without_persons

UNTOLD: list[Callable[[JointTask], Iterable[str]]] = []
"""Names that a visit is connected with and that its people need not know; higher floors register
theirs."""


def of_visit(task: JointTask) -> list[str]:
    """Who was there: the inspectors, and who signed for the subject. The subject itself is masked
    wherever it stands."""
    inspectors = TaskOfficer.objects.filter(part__task=task).values_list("inspector__name")
    signers = Signature.objects.filter(part__task=task, side=Signature.Side.SUBJECT)
    names = {name for (name,) in inspectors.union(signers.values_list("signer"))}
    return sorted(name for name in names if name and name not in task.subject.name)


def of_draw(draw: Draw) -> list[str]:
    """The inspectors of the draw, and the natural persons among its candidates."""
    codes = DrawCode.objects.filter(draw=draw)
    people = codes.filter(subject__id_kind__in=NATURAL_PERSONS).values_list("subject__name")
    inspectors = codes.filter(inspector__isnull=False).values_list("inspector__name")
    return sorted(name for (name,) in inspectors.union(people))


def ensure_nameless(reason: str, names: Iterable[str]) -> None:
    """Raise ``Refused`` when a reason that will be published names one of these people, or holds
    the number of an identity card or mobile phone."""
    if found := names_in(reason, names):
        raise Refused(
            f"理由将向社会公开，不能写自然人的姓名：{'、'.join(found)}。"
            "请改用“检查人员”“现场负责人”等说法。",
            field="opinion",
        )
    if numbers := private_numbers(reason):
        raise Refused(
            f"理由将向社会公开，不能写身份证号码、手机号码：{'、'.join(numbers)}。", field="opinion"
        )


def nameless(reason: str, task: JointTask) -> str:
    """A reason as it is published."""
    untold = (name for names in UNTOLD for name in names(task))
    return without_persons(reason, [*of_visit(task), *untold])
