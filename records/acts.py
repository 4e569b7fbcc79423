"""Acts: the one table per aggregate that says who may do what from which state.

The same table checks a service call, draws the buttons of a page, lists what the API offers and
feeds the permission matrix of the tests. A service reads::

    @transaction.atomic
    def submit(actor: Actor, pk: int, opinion: str) -> MatterVersion:
        with MATTER_ACTS.take(actor, "submit", pk, opinion=opinion) as version:
            version.submitted_at = clock.now()
        return version

``take`` locks the row, checks right, state and reason, lets the block change the object, then
sets the target state, saves and writes the trail entry: all in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import OperationalError, models, transaction
from django.urls import reverse

from records import trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

M = TypeVar("M", bound=models.Model)

LONGEST_OPINION = 2000
"""Characters of the words that go with an act. Whoever writes more is told; nothing is cut."""
_DEADLOCK = "40P01"


def refuse_long(opinion: str, label: str = "意见", field: str = "opinion") -> None:
    """Raise ``Refused`` for more than ``LONGEST_OPINION`` characters."""
    # A browser counts a line break as one character, and sends two.
    length = len(opinion.strip().replace("\r\n", "\n"))
    if length > LONGEST_OPINION:
        raise Refused(f"{label}不能超过 {LONGEST_OPINION} 个字，现有 {length} 个字。", field=field)


@contextmanager
def deadlock_in_words() -> Iterator[None]:
    """Raise ``Conflict`` when the database ended what is done inside because two people waited
    for each other."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != _DEADLOCK:
            raise
        raise Conflict("其他人正在同时办理同一事项，本次操作未生效。请刷新页面后重试。") from error


@dataclass(frozen=True, kw_only=True)
class Act(Generic[M]):
    """One act on an aggregate.

    ``sources`` are the states it may leave (empty: any), ``target`` the state it leads to (None:
    unchanged). ``who`` decides by the actor and the object; it must not query per call more
    than the object's own relations. ``reason`` demands an opinion, whose input is named
    ``reason_label``. ``confirm`` tells what will follow and is asked before the act,
    which makes it an official one: without it and without a reason, a press does it. ``form`` is
    the URL name of the page with the act's own fields, for acts that need more than an opinion.
    """

    code: str
    label: str
    who: Callable[[Actor, M], bool]
    sources: tuple[str, ...] = ()
    target: str | None = None
    when: Callable[[M], bool] = lambda _: True
    reason: bool = False
    reason_label: str = "意见"
    confirm: str = ""
    style: str = "plain"
    form: str = ""


@dataclass(frozen=True)
class ActTable(Generic[M]):
    """All acts on one model. ``name`` prefixes the verbs of the trail (``matter.submit``)."""

    name: str
    model: type[M]
    acts: tuple[Act[M], ...]
    state_field: str = "state"
    _by_code: Mapping[str, Act[M]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {act.code: act for act in self.acts})
        REGISTRY[self.name] = self

    def __getitem__(self, code: str) -> Act[M]:
        return self._by_code[code]

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def possible(self, act: Act[M], instance: M) -> bool:
        """Whether the state of the object allows the act, whoever asks."""
        state = getattr(instance, self.state_field, None)
        return (not act.sources or state in act.sources) and act.when(instance)

    def allowed(
        self, actor: Actor, instance: M, among: Container[str] | None = None
    ) -> list[Act[M]]:
        """The acts this person may do now (``among`` these codes), in the order of the table: the
        buttons of a page."""
        asked = self.acts if among is None else [a for a in self.acts if a.code in among]
        return [a for a in asked if self.possible(a, instance) and a.who(actor, instance)]

    def buttons(
        self, actor: Actor, instance: M, without: Container[str] = ()
    ) -> list[dict[str, Any]]:
        """The same for the component ``act_buttons``; acts with a page of their own link to it.

        ``without`` names acts that the page offers in another place. One button stands out: the
        first primary act in the order of the table is the usual next one.
        """
        offered = [act for act in self.allowed(actor, instance) if act.code not in without]
        usual = next((act for act in offered if act.style == "primary"), None)
        return [
            {
                "code": act.code,
                "label": act.label,
                "style": act.style if act.style != "primary" or act is usual else "plain",
                "reason": act.reason or ("optional" if act.confirm else False),
                "reason_label": act.reason_label,
                "confirm": act.confirm,
                "url": reverse(act.form, args=[instance.pk]) if act.form else "",
            }
            for act in offered
        ]

    def authorise(self, actor: Actor, code: str, instance: M) -> Act[M]:
        """Raise ``NotAllowed`` (403) unless the act is this person's, whatever the state: what a
        page asks before it looks at what was typed."""
        act = self._by_code[code]
        if not act.who(actor, instance):
            raise NotAllowed(
                f"您没有对“{instance}”执行“{act.label}”的权限。",
                verb=f"{self.name}.{code}",
                target=instance,
            )
        return act

    def check(self, actor: Actor, code: str, instance: M, opinion: str = "") -> Act[M]:
        """Raise unless the act is allowed now.

        Raises ``NotAllowed`` (403) when the person may not, ``Conflict`` (409) when the state
        does not allow it, ``Refused`` (422) when the reason is missing or longer than
        ``LONGEST_OPINION``. An act with a page of its own takes whole texts, of which that page's
        form knows how long they may be.
        """
        act = self.authorise(actor, code, instance)
        if not self.possible(act, instance):
            display = getattr(instance, f"get_{self.state_field}_display", None)
            state = f"当前状态为“{display()}”，" if display else ""
            raise Conflict(f"{state}不能执行“{act.label}”。请刷新页面查看最新情况。")
        if act.reason and not opinion.strip():
            raise Refused(f"“{act.label}”必须填写{act.reason_label}。", field="opinion")
        if not act.form:
            refuse_long(opinion, act.reason_label)
        return act

    @contextmanager
    def take(
        self, actor: Actor, code: str, pk: Any, *, opinion: str = "", label: str = ""
    ) -> Iterator[M]:
        """Do one act: lock, check, let the block change the object, save, leave the trace.

        Raises ``Refused`` when the object does not exist, ``Conflict`` when the database ended
        the act because two people waited for each other, otherwise as ``check``.
        """
        with deadlock_in_words(), self._take(actor, code, pk, opinion, label) as instance:
            yield instance

    def plain(self, code: str) -> Callable[[Actor, Any, str], M]:
        """The service of an act that changes nothing but the state; raises as ``take``."""

        def carry_out(actor: Actor, pk: Any, opinion: str = "") -> M:
            with self.take(actor, code, pk, opinion=opinion) as instance:
                return instance

        return carry_out

    @contextmanager
    def _take(self, actor: Actor, code: str, pk: Any, opinion: str, label: str) -> Iterator[M]:
        with transaction.atomic():
            instance = self.model._default_manager.select_for_update(of=("self",)).filter(pk=pk)
            locked = instance.first()
            if locked is None:
                raise Refused(
                    f"{self.model._meta.verbose_name}不存在或已被删除。", code="not_found"
                )
            act = self.check(actor, code, locked, opinion)
            before = trail.snapshot(locked)
            yield locked
            if act.target is not None:
                setattr(locked, self.state_field, act.target)
            locked.save()
            after = trail.snapshot(locked)
            changed = [name for name, value in after.items() if before[name] != value]
            trail.record(
                actor,
                f"{self.name}.{code}",
                label or act.label,
                locked,
                opinion=opinion.strip(),
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )


REGISTRY: dict[str, ActTable[Any]] = {}
