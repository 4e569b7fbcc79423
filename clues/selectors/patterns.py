"""Where clues gather: counts per industry, kind of subject, area or matter against the period
before, always of what the reader may see and never of confidential clues (L12)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.db.models.functions import Cast

from clues.models import Clue
from clues.rules import warnings as w
from clues.services.warnings.raising import labels
from departments.models import Region
from departments.profile import number
from matters.models import SubjectCategory
from records.actor import Actor
from records.periods import ahead

CATEGORY = "category"
WAYS: tuple[tuple[str, str], ...] = (
    (CATEGORY, "对象类别"),
    (w.INDUSTRY, "行业"),
    (w.TOWNSHIP, "乡镇街道"),
    (w.MATTER, "监管事项"),
)
_PATHS = {
    w.INDUSTRY: "subject__industry_class",
    w.TOWNSHIP: "township_id",
    w.MATTER: "matter_id",
}
_MOST = 50


@dataclass(frozen=True)
class Pattern:
    """The clues of one group in the period, and in as many days before it."""

    key: str
    label: str
    now: int
    before: int
    subjects: int

    @property
    def times(self) -> float | None:
        """How many times as many as before; None when there was none."""
        return self.now / self.before if self.before else None

    @property
    def tone(self) -> str:
        """Twice as many as before and more wants a look."""
        return "bad" if self.now >= 2 * self.before else "warn" if self.now > self.before else ""

    @property
    def course(self) -> str:
        if not self.before:
            return "上期没有"
        if self.now == self.before:
            return "与上期持平"
        return f"为上期的 {self.now / self.before:.1f} 倍"


def patterns(actor: Actor, by: str, now: dt.datetime, days: int) -> list[Pattern]:
    """The groups with the most clues in the last ``days``, most grown first. Two queries."""
    since = ahead(now, days=-days)
    least = number(actor.region_code, w.PATTERN_LEAST)
    recent = Q(listed_at__gt=since)
    found = (
        _keyed(_clues(actor, ahead(now, days=-2 * days), now), by)
        .values("key")
        .annotate(
            now=Count("pk", filter=recent),
            before=Count("pk", filter=~recent),
            subjects=Count("subject_id", filter=recent, distinct=True),
        )
        .filter(now__gte=least)
        .order_by("-now", "key")[:_MOST]
    )
    rows = list(found)
    names = _labels(by, [row["key"] for row in rows])
    listed = [Pattern(label=names.get(row["key"], row["key"]), **row) for row in rows]
    return sorted(listed, key=lambda each: (-(each.now - each.before), -each.now, each.key))


def clues_of(actor: Actor, by: str, key: str, now: dt.datetime, days: int) -> QuerySet[Clue]:
    """The clues behind the number of one group."""
    found = _clues(actor, ahead(now, days=-days), now)
    if by == CATEGORY:
        return found.filter(subject__categories__contains=[key])
    return found.filter(**{_PATHS[by]: key})


def label_of(by: str, key: str) -> str:
    """What a group is called; raises ``ValueError`` for what can be none."""
    return _labels(by, [key]).get(key, key)


def township_code(key: str) -> str:
    """The code of the township unit whose group has the key; empty when there is none."""
    return Region.objects.filter(pk=int(key)).values_list("code", flat=True).first() or ""


def _clues(actor: Actor, since: dt.datetime, until: dt.datetime) -> QuerySet[Clue]:
    found: QuerySet[Clue] = (
        Clue.objects.listed_for(actor)
        .filter(
            region_code=actor.region_code,
            confidential=False,
            listed_at__gt=since,
            listed_at__lte=until,
        )
        .exclude(state=Clue.State.MERGED)
    )
    return found


def _keyed(clues: QuerySet[Clue], by: str) -> QuerySet[Any]:
    clues = clues.order_by()
    if by == CATEGORY:
        unnested = Func(F("subject__categories"), function="unnest", output_field=CharField())
        return clues.filter(subject__isnull=False).annotate(key=unnested)
    path = _PATHS[by]
    return (
        clues.filter(**{f"{path}__isnull": False})
        .exclude(**({path: ""} if by == w.INDUSTRY else {"pk": None}))
        .annotate(key=Cast(F(path), CharField()))
    )


def _labels(by: str, keys: list[str]) -> dict[str, str]:
    if by == CATEGORY:
        return dict(SubjectCategory.objects.filter(code__in=keys).values_list("code", "name"))
    return labels(by, keys)
