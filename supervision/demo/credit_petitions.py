"""Objections and credit repairs of the demo county: an objection being verified, a repair that was
granted and told, and one that waits to be taken up."""

from __future__ import annotations

from collections.abc import Callable

from credit.models import CreditEvent, Petition
from credit.services import evaluations, petitions
from credit.services.petitions import Answer, PetitionInput
from departments.models import Region
from records import clock
from records.periods import months_before
from supervision.demo.stage import Cast, Story, play, upload

_OLD_ENOUGH = 5
"""Months after which a fine may be repaired, whatever day of the stories it is."""


def load_petitions(region: Region, say: Callable[[str], None]) -> None:
    """Write the stories; the facts of ``load_credit`` must be there. ``say`` is told how many."""
    cast = Cast(region.code)
    fined = CreditEvent.objects.filter(
        kind="penalty",
        happened_on__lte=months_before(clock.today(), _OLD_ENOUGH),
        subject__region=region,
        subject__id_kind="uscc",
        subject__grade="B",
        subject__status="open",
    )
    events = list(fined.order_by("-subject_id", "pk").distinct("subject_id")[:3])
    stories = (_granted, _objected, _entered)
    play(tell(cast, event) for tell, event in zip(stories, events, strict=False))
    evaluations.judge_stale()
    say(f"异议与修复：{Petition.objects.filter(region=region).count()} 件")


def _granted(cast: Cast, event: CreditEvent) -> Story:
    """The fine was paid: granted and told a week ago."""
    yield cast.back(15, "10:00")
    made = _repair(cast, "scjg", event, "罚款已全部缴纳，违法行为已改正。")
    yield cast.back(14, "09:20")
    petitions.accept(cast.head("scjg"), made.pk, "材料齐全，同意受理")
    yield cast.back(9, "15:10")
    answers = {item.pk: Answer("granted", "已核对缴款凭证") for item in made.items.all()}
    finding = "经核查，罚款已缴纳，整改到位，公示期已满三个月。"
    petitions.answer(cast.clerk("fgw"), made.pk, finding, answers)
    yield cast.back(8, "11:00")
    petitions.confirm(cast.head("fgw"), made.pk, "准予修复")
    yield cast.back(7, "16:00")
    petitions.inform(cast.clerk("scjg"), made.pk, "当面送达信用修复决定，申请人签收。")


def _objected(cast: Cast, event: CreditEvent) -> Story:
    """The business says the fine is another's; the credit group verifies."""
    yield cast.back(5, "14:30")
    said = PetitionInput(
        "objection",
        "法定代表人",
        "0394-2660000",
        "处罚决定书载明的当事人与本单位名称相近，统一社会信用代码不同，请核查更正。",
        [f"event:{event.pk}"],
    )
    papers = [upload("异议申请书.pdf")], [upload("营业执照.pdf")]
    made = petitions.enter(cast.clerk("scjg"), event.subject_id, said, *papers)
    yield cast.back(4, "10:10")
    petitions.accept(cast.head("scjg"), made.pk, "受理，请核查")


def _entered(cast: Cast, event: CreditEvent) -> Story:
    """Taken in yesterday, before the head."""
    yield cast.back(1, "15:30")
    _repair(cast, "scjg", event, "已缴纳罚款并完成整改，申请信用修复。")


def _repair(cast: Cast, name: str, event: CreditEvent, reason: str) -> Petition:
    said = PetitionInput("repair", "法定代表人", "0394-2660001", reason, [f"event:{event.pk}"])
    papers = [upload("信用修复承诺书.pdf")], [upload("缴款凭证.pdf")]
    return petitions.enter(cast.clerk(name), event.subject_id, said, *papers)
