"""Fills the clues, letters and procedures of the demo county with life, through the services.

Every act is done by the account that would do it, on the day on which it would: the past weeks up
to the day of loading, so that some clocks have run out, some end today, and most have time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from clues.models import Clue, Told
from clues.services import clue_answer, clue_emergency, clue_transfer, complainants, intake
from clues.services import clues as handling
from clues.services.clue_emergency import Emergency
from departments.models import Region
from records import clock
from records.periods import ahead
from supervision.demo.county import DATA
from supervision.demo.letters import letters
from supervision.demo.procedures import procedures
from supervision.demo.sharing import sharing
from supervision.demo.stage import Cast, Story, play, upload

GRID_TOWNSHIP = "411603101"


@dataclass(frozen=True, slots=True)
class ClueRow:
    """One clue: ``receiver`` and ``to`` are the beginnings of accounts (``scjg`` of
    ``scjg_clerk``), ``reached`` is how far it came (a key of ``_ROADS``), ``days`` how many working
    days ago it was received and each step was done, ``told`` when the complainant was told of the
    transfer; ``{name}`` in the texts is the subject's. ``complainant``: name and telephone."""

    channel: str
    category: str
    receiver: str
    to: str
    reached: str
    days: tuple[int, ...]
    title: str
    content: str
    complainant: tuple[str, ...]
    told: int | None = None


@cache
def clue_rows() -> tuple[ClueRow, ...]:
    """The table of clues."""
    rows = json.loads((DATA / "clues.json").read_text(encoding="utf-8"))["clues"]
    return tuple(
        ClueRow(**{**row, "days": tuple(row["days"]), "complainant": tuple(row["complainant"])})
        for row in rows
    )


def load_clues(region: Region, say: Callable[[str], None]) -> None:
    """Write the stories; the directories must be there. ``say`` is told what was written."""
    cast = Cast(region.code)
    play(
        (
            *(walk(cast, row) for row in clue_rows()),
            _confidential(cast),
            _emergency(cast),
            _duplicate(cast),
            *letters(cast),
            *procedures(cast),
            *sharing(cast),
        )
    )
    say(f"线索：{Clue.objects.count()} 条，及其函件、核查、争议、预警和共享信息")


def walk(cast: Cast, row: ClueRow) -> Story:
    """Take a clue in and lead it as far as its row says."""
    acts = [*zip(row.days[1:], _ROADS[row.reached], strict=True)]
    if row.told is not None:
        transferred = _ROADS[row.reached].index(_transfer)
        acts.insert(transferred + 1, (row.told, _tell))
    yield cast.back(row.days[0], _HOURS[0])
    clue = _take_in(cast, row)
    for hour, (days, step) in zip(_HOURS[1:], acts, strict=False):
        yield cast.back(days, hour)
        step(cast, row, clue)


def _take_in(cast: Cast, row: ClueRow) -> Clue:
    grid = row.channel == Clue.Channel.GRID
    reporter = cast.who(row.receiver) if grid else cast.clerk(row.receiver)
    subject = cast.subject(row.category, GRID_TOWNSHIP if grid else "")
    names = ("complainant_name", "complainant_phone")
    return intake.register(
        reporter,
        channel=row.channel,
        title=row.title.format(name=subject.name),
        content=row.content.format(name=subject.name),
        received_at=clock.now(),
        occurred_on=clock.today(),
        township=subject.township,
        place=subject.address,
        subject=subject,
        subject_name=subject.name,
        files=[upload()],
        **dict(zip(names, row.complainant, strict=False)),
    )


def _talk(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.talk(
        cast.clerk(row.receiver),
        clue.pk,
        department=cast.department(row.to),
        talked_at=clock.now(),
        note="已电话沟通，对方认为属其职责范围，同意接收。",
    )


def _prepare(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue.refresh_from_db()
    draft = clue_transfer.letter_draft(clue)
    clue_transfer.prepare(cast.clerk(row.receiver), clue.pk, **draft, files=[])


def _transfer(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue_transfer.transfer(cast.head(row.receiver), clue.pk, "同意移送。")


def _tell(cast: Cast, row: ClueRow, clue: Clue) -> None:
    clue.refresh_from_db()
    text = complainants.suggested_text(
        clue, Told.Step.TRANSFERRED, department=cast.department(row.to)
    )
    clue_answer.tell(cast.clerk(row.receiver), clue.pk, text=text)


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


_HOURS = ("08:50", "09:40", "10:30", "11:10", "14:50", "15:30", "16:10", "16:50")
"""When the steps of a clue are done, the earlier ones earlier in the day."""

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


def _confidential(cast: Cast) -> Story:
    """An inside report that only those named may know of."""
    yield cast.back(2, "11:20")
    subject = cast.subject("medical-institution")
    intake.register(
        cast.head("wjw"),
        channel=Clue.Channel.VISIT,
        title=f"内部人员举报{subject.name}套取医保基金",
        content=f"举报人称{subject.name}虚构住院天数，要求对身份严格保密。",
        received_at=clock.now(),
        subject=subject,
        subject_name=subject.name,
        confidential=True,
        complainant_name="安子谦",
        complainant_phone="13900000021",
    )


def _emergency(cast: Cast) -> Story:
    """A danger dealt with on the spot, with those concerned called in."""
    yield cast.back(0, "23:59")
    subject = cast.subject("gas-user")
    clue = clue_emergency.register_emergency(
        cast.clerk("cgj"),
        Emergency(
            title=f"{subject.name}燃气泄漏",
            danger="后厨燃气浓度报警，闻到明显气味，现场有二十余人。",
            since=ahead(clock.now(), hours=-2),
            measures="已关闭总阀、开窗通风、疏散人员，拉起警戒线。",
            place=subject.address,
            township=subject.township,
            subject_name=subject.name,
            evidence_at_risk="现场软管破损处须尽快勘验",
            called=[cast.department("xfdd"), cast.department("scjg")],
        ),
    )
    letter = clue.letters.get(to=cast.department("xfdd"))
    clue_emergency.respond(cast.clerk("xfdd"), letter.pk, answer="present", note="已到场检测。")


def _duplicate(cast: Cast) -> Story:
    """The same thing reported again, merged into the first report."""
    yield cast.back(0, "09:10")
    clue = Clue.objects.filter(state=Clue.State.RECEIVED, receiver=cast.department("xzsp"))[0]
    receiver = cast.clerk("xzsp")
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
    yield cast.back(0, "09:20")
    intake.merge(receiver, again.pk, clue.pk, "反映对象和事项相同。")
