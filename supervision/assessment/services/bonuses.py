"""Extra points by hand, with evidence (N三4): proposed by the coordination office's clerk, granted
by its head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from records import clock, evidence, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.evidence import MOST_FILES
from supervision.assessment.acts import BONUS_ACTS, assesses
from supervision.assessment.models import Bonus, LineScore, Round, Score
from supervision.assessment.services.computing import recount
from supervision.assessment.services.facts import row_of

PROOF = "证明材料"


@transaction.atomic
def propose(
    actor: Actor,
    score_id: int,
    title: str,
    reason: str,
    points: int,
    files: Sequence[UploadedFile[Any]],
) -> Bonus:
    """Propose extra points (hundredths) for a department.

    Raises ``NotAllowed``; ``Refused`` at the field without title, reason, evidence, or with more
    points than the scheme's cap; ``Conflict`` when the round is frozen, or the same waits for the
    head already, as after a second click.
    """
    score = Score.objects.select_related("round__region", "department").get(pk=score_id)
    if not assesses(actor, score.region_code):
        raise NotAllowed(
            "只有综合协调组可以提出考核加分。", verb="assessment_bonus.propose", target=score
        )
    line = _extra_line(score)
    if not title.strip():
        raise Refused("请填写加分事项。", field="title")
    if not reason.strip():
        raise Refused("请填写加分理由。", field="reason")
    if not 0 < points <= line.line.weight:
        most = f"{line.line.weight / 100:.2f}"
        raise Refused(f"加分应大于 0，且不超过方案规定的上限 {most}。", field="points")
    if not files:
        raise Refused("请上传证明材料。", field="files")
    if len(files) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件。", field="files")
    Round.objects.select_for_update().get(pk=score.round_id)
    waiting = Bonus.objects.filter(of=score, title=title.strip(), state=Bonus.State.PROPOSED)
    if waiting.exists():
        raise Conflict(f"“{title.strip()}”的加分已经提出，正待负责人批准。")
    bonus = Bonus.objects.create(
        of=score, title=title.strip(), reason=reason.strip(), points=points
    )
    trail.record(
        actor,
        "assessment_bonus.propose",
        "提出考核加分",
        bonus,
        opinion=reason.strip(),
        after={"points": points},
    )
    for file in files:
        evidence.keep(actor, bonus, cast(BinaryIO, file), file.name or "", label=PROOF)
    return bonus


def grant(actor: Actor, pk: int, opinion: str = "") -> Bonus:
    """Grant extra points; they count at once."""
    with BONUS_ACTS.take(actor, "grant", pk, opinion=opinion) as bonus:
        Round.objects.select_for_update().get(pk=bonus.of.round_id)
        line = _extra_line(bonus.of)
        bonus.decided_at = clock.now()
        row = row_of(bonus)
        row.line = line
        row.save()
        recount(line)
    return bonus


def decline(actor: Actor, pk: int, opinion: str) -> Bonus:
    """Do not grant them, with the reason."""
    with BONUS_ACTS.take(actor, "decline", pk, opinion=opinion) as bonus:
        bonus.decided_at = clock.now()
    return bonus


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {"grant": grant, "decline": decline}


def _extra_line(score: Score) -> LineScore:
    """The line that extra points count in. Raises ``Conflict`` when the round is frozen or being
    computed, and ``Refused`` when its scheme knows no extra points."""
    of = Round.objects.get(pk=score.round_id)
    if of.state == Round.State.FROZEN:
        raise Conflict("考核已定稿，不能再加分。")
    if of.state in Round.UNDER_WAY:
        raise Conflict("正在测算，完成后才能加分，请稍候再试。")
    line = (
        LineScore.objects.select_related("line", "of").filter(of=score, line__kind="extra").first()
    )
    if line is None:
        raise Refused("本期考核方案没有加分项。")
    return line
