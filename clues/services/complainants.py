"""Who complained: told at each step, shown masked, unmasked with a reason (L1–L3, T 5 (8))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from clues.acts.common import clerk
from clues.models import Clue, Complainant, Receipt, Told
from departments.models import Department
from inspections.models import JointTask
from records import clock, outbox, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.masking import masked_name, masked_phone
from records.outbox_names import COMPLAINT_CHANNEL

NUMBER_MARK = "【编号】"
"""Stands for the number of a clue in a text that is written before the clue has one."""


def of(clue: Clue) -> Complainant | None:
    """The complainant of one clue, None when nobody complained."""
    return Complainant.objects.filter(clue_id=clue.pk).first()


def all_of(clue: Clue) -> list[Complainant]:
    """The complainant of a clue and those of all clues merged into it, also by way of others."""
    ids, found = {clue.pk}, {clue.pk}
    while found:
        merged = Clue.objects.filter(merged_into_id__in=found)
        found = set(merged.values_list("pk", flat=True)) - ids
        ids |= found
    rows = Complainant.objects.filter(clue_id__in=ids).select_related("clue")
    return list(rows.order_by("clue_id"))


def named_in_visit(task: JointTask) -> list[str]:
    """Who complained of what a visit looks into, by name."""
    found = Complainant.objects.filter(clue__visits__task=task).exclude(name="")
    return list(found.values_list("name", flat=True))


def obstacle(complainant: Complainant | None) -> str:
    """Why nobody can be told, in words; empty when somebody can."""
    if complainant is None:
        return "没有反映人，无须告知。"
    if not complainant.wants_answer:
        return "反映人表示不需要答复，不发送告知。"
    if not complainant.phone and not reads_on_site(complainant):
        return "反映人匿名或没有留下电话，无法发送告知。"
    return ""


def reads_on_site(complainant: Complainant) -> bool:
    """Whether the complainant follows the clue on the public site, where it reads what it is
    told."""
    return Receipt.objects.filter(clue_id=complainant.clue_id).exists()


def suggested_text(
    clue: Clue, step: str, *, department: Department | None = None, answer: str = ""
) -> str:
    """What a step usually tells, for the clerk to see and change before it is sent.

    ``department`` is who took the clue over (``TRANSFERRED``), ``answer`` the final one
    (``ANSWERED``).
    """
    named = f"“{clue.title}”" if clue.title else "问题"
    about = f"您反映的{named}（编号 {clue.number or NUMBER_MARK}）"
    day = _in_words(clock.today())
    receiver = clue.receiver.name
    ask = f"咨询电话：{clue.receiver.hotline}。" if clue.receiver.hotline else ""
    if step == Told.Step.RECEIVED:
        return f"您好，{about}已由{receiver}于{day}受理，办理情况将及时告知您。{ask}"
    if step == Told.Step.TRANSFERRED:
        to = (department or clue.holder).name
        moved = _in_words(_transferred_on(clue))
        return f"您好，{about}属于{to}的职责，已于{moved}移送该部门办理，由其答复您。{ask}"
    if step == Told.Step.ANSWERED:
        given = answer or clue.answer
        return f"您好，{about}已办结。{clue.get_outcome_display()}。{given}".replace("。。", "。")
    return f"您好，{about}正在由{clue.holder.name}办理。{ask}"


def _transferred_on(clue: Clue) -> dt.date:
    """The day of the last letter of transfer; telling of it may come days later."""
    letters = clue.letters.filter(kind="clue_transfer", sent_at__isnull=False)
    sent_at = letters.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return timezone.localtime(sent_at).date() if sent_at else clock.today()


def _in_words(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def tell(actor: Actor, clue: Clue, step: str, text: str, *, by_act: bool = False) -> Told | None:
    """Tell the complainant of one clue: kept word for word, sent through the outbox.

    Call it inside the act's transaction; ``by_act``: telling is the act itself, which stands in
    the trail already. Returns None, and says so in the trail, when nobody can
    be told. Raises ``Refused`` for an empty text.
    """
    if not text.strip():
        raise Refused("请填写告知反映人的内容。", field="text")
    complainant = of(clue)
    label = Told.Step(step).label
    if problem := obstacle(complainant):
        if complainant is not None:
            trail.record(actor, "clue.not-told", f"{label}未发送", clue, opinion=problem)
        return None
    assert complainant is not None
    told = Told.objects.create(
        clue=clue,
        step=step,
        text=text.strip().replace(NUMBER_MARK, clue.number),
        by=actor.department_name or clue.receiver.name,
    )
    _send(complainant, told)
    if not by_act:
        trail.record(actor, "clue.tell", label, clue, after={"step": step})
    return told


def tell_new(actor: Actor, complainants: Sequence[Complainant]) -> None:
    """Tell the complainants of clues that were entered just now that these were received, in the
    usual words; as ``tell``, in a few statements per thousand beside the messages."""
    step = Told.Step.RECEIVED
    untold = [(each.clue, words) for each in complainants if (words := obstacle(each))]
    for problem in dict.fromkeys(words for _, words in untold):
        clues = [clue for clue, words in untold if words == problem]
        trail.record_each(actor, "clue.not-told", f"{step.label}未发送", clues, opinion=problem)
    silent = {clue.pk for clue, _ in untold}
    reached = [each for each in complainants if each.clue_id not in silent]
    told = Told.objects.bulk_create(
        (
            Told(
                clue=each.clue,
                step=step,
                text=suggested_text(each.clue, step),
                by=actor.department_name or each.clue.receiver.name,
            )
            for each in reached
        ),
        batch_size=1000,
    )
    for complainant, said in zip(reached, told, strict=True):
        _send(complainant, said)
    clues = [each.clue for each in reached]
    trail.record_each(actor, "clue.tell", step.label, clues, after={"step": step})


def _send(complainant: Complainant, told: Told) -> None:
    """Put what a complainant is told into the outbox, for those who left a telephone number."""
    clue = complainant.clue
    if complainant.phone:
        outbox.post(
            COMPLAINT_CHANNEL,
            "clue.told",
            {
                "number": clue.number,
                "channel": clue.channel,
                "external_number": clue.external_number,
                "step": told.step,
                "text": told.text,
                "name": complainant.name,
                "phone": complainant.phone,
            },
            clue.region_code,
            about=clue,
        )


def tell_all(actor: Actor, clue: Clue, step: str, text: str, *, by_act: bool = False) -> list[Told]:
    """As ``tell``, also to the complainants of the clues merged into it, each under the number
    that they know."""
    if not text.strip():
        raise Refused("请填写告知反映人的内容。", field="text")
    told = []
    for complainant in all_of(clue):
        own = complainant.clue
        words = text.replace(clue.number, own.number) if clue.number else text
        if sent := tell(actor, own, step, words, by_act=by_act and own.pk == clue.pk):
            told.append(sent)
    return told


def masked(complainant: Complainant) -> dict[str, str]:
    """Name, phone and address as everybody sees them; the address is only said to be there."""
    return {
        "name": masked_name(complainant.name) if complainant.name else "匿名",
        "phone": masked_phone(complainant.phone),
        "address": "已登记" if complainant.address else "",
    }


def may_unmask(actor: Actor, clue: Clue) -> bool:
    """Clerks and heads of the departments that received and handle the clue."""
    return clerk(actor, clue, clue.holder_id) or clerk(actor, clue, clue.receiver_id)


@transaction.atomic
def unmask(actor: Actor, clue_id: int, reason: str) -> Complainant:
    """The complainant in full, for a reason that the trail keeps.

    Raises ``Refused`` when the clue is not visible, nobody complained or the reason is missing,
    ``NotAllowed`` for other departments.
    """
    clue = Clue.objects.visible_to(actor).filter(pk=clue_id).first()
    if clue is None:
        raise Refused("线索不存在。", code="not_found")
    if not may_unmask(actor, clue):
        raise NotAllowed(
            "只有首接部门和当前责任部门可以查看反映人的联系方式。", verb="clue.unmask", target=clue
        )
    if not reason.strip():
        raise Refused("请填写查看联系方式的理由。", field="opinion")
    complainant = of(clue)
    if complainant is None:
        raise Refused("本线索没有反映人。")
    trail.record(actor, "clue.unmask", "查看反映人联系方式", clue, opinion=reason.strip())
    return complainant
