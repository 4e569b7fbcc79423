"""Joint sanctions of the demo county: one being carried out, one before its head, and subjects
for whom one may still be proposed.

The white list stays empty: that is left to a visitor of the demo who leads a matter in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from credit.models import CreditEvent, Sanction, SanctionPart
from credit.services import sanction_parts, sanctions
from credit.services.sanction_parts import Taken
from credit.services.sanctions import MeasureInput, SanctionInput
from departments.models import Region
from supervision.demo.stage import Cast, Story, play

_WATCH = "《市场监督管理严重违法失信名单管理办法》关于列为重点监管对象的规定"
_BENEFITS = "《市场监督管理严重违法失信名单管理办法》关于不适用告知承诺制的规定"
_FUNDS = "本级财政性资金项目申报管理规定中的信用条款"


def load_sanctions(region: Region, say: Callable[[str], None]) -> None:
    """Write the stories; the facts of ``load_credit`` must be there. ``say`` is told how many."""
    cast = Cast(region.code)
    listed = CreditEvent.objects.filter(
        kind="dishonest", subject__region=region, subject__id_kind="uscc", subject__status="open"
    )
    events = list(listed.select_related("subject").order_by("subject_id")[:2])
    play(tell(cast, event) for tell, event in zip((_carried_out, _unsigned), events, strict=False))
    say(f"失信惩戒：{Sanction.objects.filter(region=region).count()} 件")


def _carried_out(cast: Cast, event: CreditEvent) -> Story:
    """Signed three weeks ago: one department has fed back, one is acting, one is late."""
    yield cast.back(16, "09:10")
    measures = [("watch", _WATCH, ("scjg", "mzj")), ("benefits", _BENEFITS, ("xzsp",))]
    made = sanctions.draft(cast.clerk("fgw"), event.subject_id, _said(cast, event, measures))
    sanctions.submit(cast.clerk("fgw"), made.pk)
    yield cast.back(15, "10:20")
    sanctions.sign(cast.head("fgw"), made.pk, "同意")
    yield cast.back(14, "09:30")
    sanctions.inform(cast.clerk("fgw"), made.pk, "直接送达失信惩戒告知书，当事人签收。")
    sanction_parts.receive(cast.clerk("scjg"), _part(cast, made, "scjg").pk)
    yield cast.back(13, "15:40")
    sanction_parts.receive(cast.clerk("xzsp"), _part(cast, made, "xzsp").pk)
    yield cast.back(6, "11:00")
    part = _part(cast, made, "scjg")
    taken = {each.pk: Taken(True, "已列入重点监管对象名单") for each in part.measures.all()}
    sanction_parts.report(cast.clerk("scjg"), part.pk, "已列入重点监管对象，提高检查频次。", taken)
    yield cast.back(5, "16:30")
    sanction_parts.approve(cast.head("scjg"), part.pk)


def _unsigned(cast: Cast, event: CreditEvent) -> Story:
    """Drawn up yesterday, before the head."""
    yield cast.back(1, "14:00")
    measures = [("watch", _WATCH, ("scjg",)), ("funds", _FUNDS, ("fgw", "czj"))]
    made = sanctions.draft(cast.clerk("fgw"), event.subject_id, _said(cast, event, measures))
    sanctions.submit(cast.clerk("fgw"), made.pk)


def _said(
    cast: Cast, event: CreditEvent, measures: Sequence[tuple[str, str, Sequence[str]]]
) -> SanctionInput:
    return SanctionInput(
        trigger=Sanction.Trigger.LISTED,
        facts="被列入严重违法失信名单，名单信息在国家企业信用信息公示系统公示，至今没有移出。",
        basis="列入严重违法失信名单决定书",
        months=12,
        measures=[
            MeasureInput(code, basis, [_department(cast, name) for name in names])
            for code, basis, names in measures
        ],
        event=event.pk,
    )


def _department(cast: Cast, name: str) -> int:
    found = cast.head(name).department_id
    assert found is not None
    return found


def _part(cast: Cast, sanction: Sanction, name: str) -> SanctionPart:
    return sanction.parts.get(department_id=_department(cast, name))
