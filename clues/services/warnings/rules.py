"""Warning rules: drafted by the coordination office, put in force by its head, tried beforehand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from clues.acts.warnings import RULE_ACTS
from clues.models import Clue, WarningRule, WarningRuleVersion
from clues.rules import warnings as w
from clues.rules.warning_presets import PRESETS, Preset
from clues.services.turns import wait_turn
from clues.services.warnings.counting import over
from clues.services.warnings.sources import SOURCES
from clues.watch import Point, Words, sentence, spaced
from departments.actors import fills_in
from departments.models import Region
from departments.profile import number
from departments.roles import Function, Role
from matters.models import MatterVersion, SubjectCategory
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.periods import ahead, beginning, month_after
from records.queue import wake_after_commit

EVALUATE_TASK = "clues.evaluate_warnings"
TRIAL_MONTHS = 12
_MOST_TRIED = 500

FIELDS = (
    "name",
    "source",
    "measure",
    "against",
    "group_by",
    "window_days",
    "threshold",
    "at_least",
    "quiet_days",
    "categories",
    "channels",
    "townships",
    "matters",
    "counted_rule",
    "level",
    "push_to",
    "plan",
    "change_reason",
)
"""What a version says; the values that ``draft`` and ``change`` take."""


def may_draft(actor: Actor) -> bool:
    """Clerks and the head of the coordination office."""
    return fills_in(actor, Function.COORDINATION, actor.region_code)


def checked(values: Mapping[str, Any]) -> None:
    """Raise ``Refused`` for the first part of a rule that does not fit the others."""
    source = SOURCES.get(values["source"])
    if source is None:
        raise Refused("请选择统计内容。", field="source")
    if values["group_by"] not in source.groups:
        raise Refused(
            f"“{source.label}”不能按{dict(w.GROUPS)[values['group_by']]}统计。", field="group_by"
        )
    if values["measure"] == w.SUM and not source.amount:
        raise Refused(f"“{source.label}”没有可以合计的金额。", field="measure")
    if values["measure"] == w.RATIO:
        against = SOURCES.get(values.get("against") or "")
        if against is None or against.code == source.code:
            raise Refused("请选择占比的分母，且不同于统计内容。", field="against")
        if values["group_by"] not in against.groups:
            group = dict(w.GROUPS)[values["group_by"]]
            raise Refused(f"“{against.label}”不能按{group}统计。", field="against")
        if values["threshold"] > 100:
            raise Refused("占比的预警值不能超过 100%。", field="threshold")
    if not values["push_to"]:
        raise Refused("请至少选择一个推送对象。", field="push_to")
    for name, usable in (("categories", source.category), ("channels", source.channel)):
        if values.get(name) and not usable:
            raise Refused(f"“{source.label}”不能按此条件筛选。", field=name)
    if values.get("counted_rule") is not None and source.code != "warning":
        raise Refused("只有统计已发出的预警时才能指定规则。", field="counted_rule")


@transaction.atomic
def draft(actor: Actor, values: Mapping[str, Any]) -> WarningRuleVersion:
    """A new rule as a draft; the same form sent twice gives the same one. Raises ``NotAllowed``;
    ``Refused`` naming the field."""
    if not may_draft(actor):
        raise NotAllowed("只有综合协调组可以拟定预警规则。", verb="warning_rule.draft")
    checked(values)
    wait_turn(actor)
    drafted = WarningRuleVersion(state=WarningRuleVersion.State.DRAFT, number=1)
    _set(drafted, values)
    known = WarningRuleVersion.objects.filter(
        rule__region_code=actor.region_code,
        drafted_by_id=actor.user_id,
        **{name: getattr(drafted, name) for name in ("state", "number", *FIELDS)},
    ).first()
    if known is not None:
        return known
    rule = WarningRule.objects.create(region_code=actor.region_code)
    return _enter(actor, rule, 1, values, WarningRuleVersion.State.DRAFT)


def change(actor: Actor, pk: int, values: Mapping[str, Any]) -> WarningRuleVersion:
    """Change a draft."""
    checked(values)
    with RULE_ACTS.take(actor, "edit", pk) as version:
        _no_circle(version.rule_id, values)
        _set(version, values)
    return version


@transaction.atomic
def revise(actor: Actor, pk: int, values: Mapping[str, Any]) -> WarningRuleVersion:
    """Draft the next version of a rule; the one in force stays so until the head decides.

    Raises ``Conflict`` while another version is being prepared.
    """
    checked(values)
    _no_circle(WarningRuleVersion.objects.get(pk=pk).rule_id, values)
    with RULE_ACTS.take(actor, "revise", pk) as version:
        rule = WarningRule.objects.select_for_update().get(pk=version.rule_id)
        newest = rule.versions.order_by("-number").first()
        if newest is None or rule.versions.filter(state__in=WarningRuleVersion.PREPARING).exists():
            raise Conflict("该规则已有新版本正在拟定。")
        new = _enter(actor, rule, newest.number + 1, values, WarningRuleVersion.State.DRAFT)
    return new


def submit(actor: Actor, pk: int, opinion: str = "") -> WarningRuleVersion:
    with RULE_ACTS.take(actor, "submit", pk, opinion=opinion) as version:
        pass
    return version


def send_back(actor: Actor, pk: int, opinion: str) -> WarningRuleVersion:
    with RULE_ACTS.take(actor, "return", pk, opinion=opinion) as version:
        pass
    return version


def enforce(actor: Actor, pk: int, opinion: str = "") -> WarningRuleVersion:
    """Put a version in force; the one before is superseded. Evaluation begins at once, with the
    last window of days."""
    with RULE_ACTS.take(actor, "enforce", pk, opinion=opinion) as version:
        now = clock.now()
        WarningRuleVersion.objects.filter(
            rule_id=version.rule_id, state=WarningRuleVersion.State.IN_FORCE
        ).update(state=WarningRuleVersion.State.SUPERSEDED, ended_at=now)
        version.in_force_at = now
        wake_after_commit(EVALUATE_TASK)
    return version


def end(actor: Actor, pk: int, opinion: str) -> WarningRuleVersion:
    with RULE_ACTS.take(actor, "end", pk, opinion=opinion) as version:
        version.ended_at = clock.now()
    return version


def discard(actor: Actor, pk: int, opinion: str = "") -> WarningRuleVersion:
    with RULE_ACTS.take(actor, "discard", pk, opinion=opinion) as version:
        pass
    return version


HANDLERS: dict[str, Callable[[Actor, int, str], WarningRuleVersion]] = {
    "submit": submit,
    "return": send_back,
    "enforce": enforce,
    "end": end,
    "discard": discard,
}


def missing_presets(region_code: str) -> list[Preset]:
    """The ready-made rules that the region has not adopted yet."""
    known = set(
        WarningRule.objects.filter(region_code=region_code).values_list("preset", flat=True)
    )
    return [preset for preset in PRESETS if preset.code not in known]


@transaction.atomic
def adopt_presets(actor: Actor) -> list[WarningRuleVersion]:
    """Enter the ready-made rules that the region lacks: in force when the head of the
    coordination office adopts them, else waiting for the head. Idempotent."""
    if not may_draft(actor):
        raise NotAllowed("只有综合协调组可以采用预置规则。", verb="warning_rule.adopt")
    state = WarningRuleVersion.State.SUBMITTED
    if actor.has_role(Role.HEAD):
        state = WarningRuleVersion.State.IN_FORCE
        wake_after_commit(EVALUATE_TASK)
    quiet = number(actor.region_code, w.QUIET_DAYS)
    adopted = []
    for preset in missing_presets(actor.region_code):
        try:
            with transaction.atomic():
                rule = WarningRule.objects.create(region_code=actor.region_code, preset=preset.code)
        except IntegrityError:
            continue
        values = {name: getattr(preset, name) for name in FIELDS if hasattr(preset, name)}
        values |= {"push_to": list(preset.push_to), "quiet_days": quiet}
        values["change_reason"] = "采用预置规则"
        values["counted_rule"] = (
            WarningRule.objects.filter(region_code=actor.region_code, preset=preset.counts).first()
            if preset.counts
            else None
        )
        adopted.append(_enter(actor, rule, 1, values, state))
    return adopted


@dataclass(frozen=True)
class Trial:
    """What a rule would have raised: per month (first day, number) and the points themselves,
    newest first, at most ``_MOST_TRIED`` of them; ``total`` counts all."""

    since: dt.datetime
    months: list[tuple[dt.date, int]]
    points: list[Point]
    total: int


@transaction.atomic
def trial(version: WarningRuleVersion, now: dt.datetime) -> Trial:
    """Run a rule over the last months, as if every warning had been closed at once.

    The version need not be saved. Who calls this has checked that the reader oversees the region.
    """
    today = timezone.localtime(now).date()
    first = month_after(today, -TRIAL_MONTHS)
    since = beginning(first)
    raised = list(spaced(over(version, since, now), version.quiet_days))
    counts = Counter(timezone.localtime(point.at).date().replace(day=1) for point in raised)
    months = [
        month
        for offset in range(TRIAL_MONTHS + 1)
        if (month := month_after(first, offset)) <= today
    ]
    newest = sorted(raised, key=lambda point: (point.at, point.key), reverse=True)
    return Trial(
        since, [(month, counts[month]) for month in months], newest[:_MOST_TRIED], len(raised)
    )


def words(version: WarningRuleVersion, names: Names | None = None) -> Words:
    """The rule in words, with the names of what it is limited to."""
    source = SOURCES[version.source]
    against = SOURCES.get(version.against)
    return Words(
        group=dict(w.GROUPS)[version.group_by],
        window_days=version.window_days,
        phrase=source.phrase,
        unit=source.unit,
        measure=version.measure,
        threshold=version.threshold,
        at_least=version.at_least,
        against=against.phrase if against else "",
        against_unit=against.unit if against else "",
        amount_unit=source.amount_unit,
        level=dict(w.LEVELS)[version.level],
        push_to=tuple(label for code, label in w.PUSH_TARGETS if code in version.push_to),
        only=tuple((names or Names([version])).limits(version)),
    )


def sentence_of(version: WarningRuleVersion) -> str:
    """The rule as one sentence."""
    return sentence(words(version))


def sentences_of(versions: Sequence[WarningRuleVersion]) -> list[str]:
    """The sentence of each rule, in a fixed number of queries."""
    names = Names(versions)
    return [sentence(words(version, names)) for version in versions]


def quiet_ends(version: WarningRuleVersion, closed_at: dt.datetime) -> dt.datetime:
    """Until when a closed warning of the rule is not raised again for its group."""
    return ahead(closed_at, days=version.quiet_days)


class Names:
    """The names of what some rules are limited to, read once for all of them."""

    def __init__(self, versions: Sequence[WarningRuleVersion]) -> None:
        self.categories = dict(
            SubjectCategory.objects.filter(
                code__in={code for version in versions for code in version.categories}
            ).values_list("code", "name")
        )
        self.townships = dict(
            Region.objects.filter(
                code__in={code for version in versions for code in version.townships}
            ).values_list("code", "name")
        )
        self.matters = dict(
            MatterVersion.objects.in_force()
            .filter(matter_id__in={pk for version in versions for pk in version.matters})
            .values_list("matter_id", "name")
        )
        # The newest version's name is the last to be written.
        self.rules = dict(
            WarningRuleVersion.objects.filter(
                rule__in=[version.counted_rule_id for version in versions]
            )
            .order_by("number")
            .values_list("rule_id", "name")
        )

    def limits(self, version: WarningRuleVersion) -> list[str]:
        """What the rule counts only, in words."""
        channels = dict(Clue.Channel.choices)
        found = [
            "、".join(self.categories.get(code, code) for code in version.categories),
            "、".join(str(channels.get(code, code)) for code in version.channels),
            "、".join(self.townships.get(code, code) for code in version.townships),
            "、".join(self.matters.get(pk, str(pk)) for pk in version.matters),
        ]
        if version.counted_rule_id is not None:
            found.append(f"规则“{self.rules[version.counted_rule_id]}”")
        return [text for text in found if text]


def _enter(
    actor: Actor, rule: WarningRule, number_: int, values: Mapping[str, Any], state: str
) -> WarningRuleVersion:
    version = WarningRuleVersion(
        rule=rule, number=number_, state=state, drafted_by_id=actor.user_id
    )
    _set(version, values)
    if state == WarningRuleVersion.State.IN_FORCE:
        version.in_force_at = clock.now()
    version.save()
    trail.record(
        actor,
        "warning_rule.draft",
        "采用预置规则" if rule.preset and number_ == 1 else "拟定预警规则",
        version,
        opinion=version.change_reason,
        after=trail.snapshot(version),
    )
    return version


def _set(version: WarningRuleVersion, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(version, name, values[name])
    if version.measure != w.RATIO:
        version.against = ""
    version.threshold = Decimal(version.threshold)


def _no_circle(rule_id: int, values: Mapping[str, Any]) -> None:
    counted = values.get("counted_rule")
    if counted is not None and counted.pk == rule_id:
        raise Refused("规则不能统计自己发出的预警。", field="counted_rule")
