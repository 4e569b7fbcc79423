"""What published results say of their subjects (S4)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from credit.services.events import Told
from credit.services.origins import Origin
from inspections.models import Result
from inspections.result_codes import CREDIT_KINDS, codes_for


def _facts(result: Result) -> list[Told]:
    """One fact for each kind that the conclusions amount to, of the day of the visit."""
    if result.state != Result.State.PUBLISHED:
        return []
    part, task = result.part, result.part.task
    known = codes_for(task.subject.id_kind)
    words: dict[str, list[str]] = {}
    for code in result.codes:
        if code in CREDIT_KINDS and code in known:
            words.setdefault(CREDIT_KINDS[code], []).append(known[code])
    moment = part.submitted_at or result.published_at
    return [
        Told(
            subject_id=task.subject_id,
            kind=kind,
            day=timezone.localtime(moment).date(),
            title=f"{task.matter_name}：{'；'.join(said)}（{part.department.name}）",
            matter_id=task.matter.matter_id if task.matter else None,
            basis=task.code,
        )
        for kind, said in words.items()
    ]


def _published() -> QuerySet[Result]:
    return Result.objects.filter(state=Result.State.PUBLISHED).select_related(
        "part__department",
        "part__task__subject",
        "part__task__item__matter_version",
        "part__task__matter_version",
    )


RESULTS: Origin[Result] = Origin(
    source="inspections.result",
    label="联合检查结果",
    model=Result,
    kinds=tuple(dict.fromkeys(CREDIT_KINDS.values())),
    rows=_published,
    facts=_facts,
    department="part__department",
)
