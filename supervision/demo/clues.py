"""Fills the clues, letters and procedures of the demo county with life, through the services.

Every act is done by the account that would do it, now; what a service lets happen earlier (the
receipt of a clue, the talk) happened earlier, so that some clocks are near their end or past it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils import timezone

from clues.models import Clue
from clues.services import clue_answer, clue_emergency, clue_transfer, intake
from clues.services import clues as handling
from clues.services.clue_emergency import Emergency
from departments.models import Region
from records import clock
from records.actor import Actor
from records.periods import ago, ahead
from supervision.demo.county import DATA
from supervision.demo.letters import load_letters
from supervision.demo.procedures import load_procedures
from supervision.demo.sharing import load_sharing
from supervision.demo.stage import Cast, upload

GRID_TOWNSHIP = "411603101"


@dataclass(frozen=True, slots=True)
class ClueRow:
    """One clue: ``receiver`` and ``to`` are the beginnings of accounts (``scjg`` of
    ``scjg_clerk``), ``reached`` is how far it came (a key of ``_ROADS``), ``days`` how long ago it
    was received; ``{name}`` in the texts is the subject's. ``complainant``: name and telephone."""

    channel: str
    category: str
    receiver: str
    to: str
    reached: str
    days: int
    title: str
    content: str
    complainant: tuple[str, ...]


@cache
def clue_rows() -> tuple[ClueRow, ...]:
    """The table of clues."""
    rows = json.loads((DATA / "clues.json").read_text(encoding="utf-8"))["clues"]
    return tuple(ClueRow(**{**row, "complainant": tuple(row["complainant"])}) for row in rows)


def load_clues(region: Region, say: Callable[[str], None]) -> None:
    """Write the stories; the directories must be there. ``say`` is told what was written."""
    cast = Cast(region.code)
    loaded = [_walk(cast, row) for row in clue_rows()]
    _confidential(cast)
    _emergency(cast)
    merged = next(clue for clue in loaded if clue.state == Clue.State.RECEIVED)
    _duplicate(cast, merged)
    load_letters(cast)
    load_procedures(cast)
    load_sharing(cast)
    say(f"线索：{Clue.objects.count()} 条，及其函件、核查、争议、预警和共享信息")


def _walk(cast: Cast, row: ClueRow) -> Clue:
    """Take a clue in and lead it as far as its row says."""
    grid = row.channel == Clue.Channel.GRID
    reporter = cast.who(row.receiver) if grid else cast.clerk(row.receiver)
    subject = cast.subject(row.category, GRID_TOWNSHIP if grid else "")
    names = ("complainant_name", "complainant_phone")
    clue = intake.register(
        reporter,
        channel=row.channel,
        title=row.title.format(name=subject.name),
        content=row.content.format(name=subject.name),
        received_at=_ago(row.days),
        occurred_on=timezone.localtime(_ago(row.days)).date(),
        township=subject.township,
        place=subject.address,
        subject=subject,
        subject_name=subject.name,
        files=[upload()],
        **dict(zip(names, row.complainant, strict=False)),
    )
    for step in _ROADS[row.reached]:
        step(cast, row, clue)
    clue.refresh_from_db()
    return clue


def _ago(days: int) -> dt.datetime:
    """A moment of the working past: so many days before now."""
    return ago(clock.now(), days=days)


def _talk(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.talk(
        cast.clerk(row.receiver),
        clue.pk,
        department=cast.department(row.to),
        talked_at=_ago(max(row.days - 1, 0)),
        note="已电话沟通，对方认为属其职责范围，同意接收。",
    )


def _prepare(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue.refresh_from_db()
    draft = clue_transfer.letter_draft(clue)
    clue_transfer.prepare(cast.clerk(row.receiver), clue.pk, **draft, files=[])


def _transfer(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.transfer(cast.head(row.receiver), clue.pk, "同意移送。")


def _receive(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.receive(cast.clerk(row.to), clue.pk)


def _return(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.send_back(
        cast.head(row.to), clue.pk, "所述行为不属于本部门职责清单范围，请移送有管辖权的部门。"
    )


def _ask_more(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.ask_supplement(cast.clerk(row.to), clue.pk, "请补充购货凭证和产品外包装照片。")


def _handle(cast: Cast, row: ClueRow, clue: Clue) -> None:
    handling.handle(cast.clerk(row.to), clue.pk)


def _propose(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_answer.propose(
        cast.clerk(row.to),
        clue.pk,
        outcome=Clue.Outcome.CORRECTED,
        answer="经现场核查，反映情况基本属实，已责令当事人限期改正，本部门将复查改正情况。",
        files=[upload("责令改正通知书.pdf")],
    )


def _approve(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_answer.approve(cast.head(row.to), clue.pk, "同意答复。")


_Step = Callable[[Cast, ClueRow, Clue], None]
_TRANSFERRED: tuple[_Step, ...] = (_talk, _prepare, _transfer)
_ROADS: dict[str, tuple[_Step, ...]] = {
    "received": (),
    "talked": (_talk,),
    "prepared": (_talk, _prepare),
    "transferred": _TRANSFERRED,
    "returned": (*_TRANSFERRED, _return),
    "handling": (*_TRANSFERRED, _receive),
    "supplement": (*_TRANSFERRED, _receive, _ask_more),
    "proposed": (*_TRANSFERRED, _receive, _propose),
    "closed": (*_TRANSFERRED, _receive, _propose, _approve),
    "own": (_handle,),
    "own-closed": (_handle, _propose, _approve),
}


def _confidential(cast: Cast) -> None:
    """An inside report that only those named may know of."""
    subject = cast.subject("medical-institution")
    intake.register(
        cast.head("wjw"),
        channel=Clue.Channel.VISIT,
        title=f"内部人员举报{subject.name}套取医保基金",
        content=f"举报人称{subject.name}虚构住院天数，要求对身份严格保密。",
        received_at=_ago(2),
        subject=subject,
        subject_name=subject.name,
        confidential=True,
        complainant_name="安子谦",
        complainant_phone="13900000021",
    )


def _emergency(cast: Cast) -> None:
    """A danger dealt with on the spot, with those concerned called in."""
    subject = cast.subject("gas-user")
    clue = clue_emergency.register_emergency(
        cast.clerk("cgj"),
        Emergency(
            title=f"{subject.name}燃气泄漏",
            danger="后厨燃气浓度报警，闻到明显气味，店内有二十余名顾客。",
            since=ahead(clock.now(), hours=-2),
            measures="已关闭总阀、开窗通风、疏散顾客，拉起警戒线。",
            place=subject.address,
            township=subject.township,
            subject_name=subject.name,
            evidence_at_risk="现场软管破损处须尽快勘验",
            called=[cast.department("xfdd"), cast.department("scjg")],
        ),
    )
    letter = clue.letters.get(to=cast.department("xfdd"))
    clue_emergency.respond(cast.clerk("xfdd"), letter.pk, answer="present", note="已到场检测。")


def _duplicate(cast: Cast, clue: Clue) -> None:
    """The same thing reported again, merged into the first report."""
    receiver: Actor = cast.clerk("xzsp")
    again = intake.register(
        receiver,
        channel=Clue.Channel.HOTLINE,
        title=clue.title,
        content=f"另一来电人反映同一问题：{clue.content}",
        received_at=clock.now(),
        subject=clue.subject,
        subject_name=clue.subject_name,
        complainant_name="付小满",
        complainant_phone="13900000022",
    )
    intake.merge(receiver, again.pk, clue.pk, "反映对象和事项相同。")
