"""Joint verifications, visits, penalties, campaigns, crimes, disputes and refusals of the matrix:
民政 leads, accuses and raises, 卫健 is asked and refuses."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clues.acts.campaigns import CAMPAIGN_STAGES
from clues.acts.crime import CRIME_STAGES
from clues.acts.disputes import DISPUTE_STAGES
from clues.acts.joint import JOINT_STAGES, PART_STAGES, VISIT_STAGES
from clues.acts.penalties import PENALTY_STAGES
from clues.acts.refusals import REFUSAL_STAGES
from clues.models import (
    Campaign,
    Clue,
    ClueVisit,
    CompulsoryMeasure,
    CrimeHandover,
    Dispute,
    JointVerification,
    Penalty,
    Refusal,
    VerificationPart,
)
from clues.services import campaigns, disputes, penalties, refusals
from clues.services.crime import begin as crime_begin
from clues.services.letters import led
from clues.services.measures import term
from clues.stages import main_stop
from clues.tests import joint_samples
from clues.tests import measure_samples as measures
from clues.tests import procedure_samples as samples
from clues.tests.samples import own_handling, person, photo
from departments.models import User
from records.models import Deadline
from tests.permissions.world import CATEGORY, World
from tests.permissions.world_clues import again, department_of

_J = JointVerification.State
_P = VerificationPart.State
_V = ClueVisit.State
_N = Penalty.State
_A = Campaign.State
_C = CrimeHandover.State
_D = Dispute.State
_F = Refusal.State


def add_procedures(world: World) -> None:
    """Each procedure in every state that its acts ask for."""
    _joint(world)
    _penalties(world)
    _measures(world)
    _campaigns(world)
    _crimes(world)
    _disputes(world)
    _refusals(world)


def _make_overdue(thing: CrimeHandover | Dispute | Refusal) -> None:
    stop = main_stop(thing)
    assert stop is not None
    Deadline.objects.filter(pk=stop.deadline_id).update(due_at="2020-01-01T00:00:00Z")


def _joint(world: World) -> None:
    clerk = person("mzj_clerk")
    waiting = joint_samples.drafted(None, "mzj_clerk", "wjw_clerk")
    going = joint_samples.opened(None, "mzj_clerk", "wjw_clerk")
    part = going.parts.get(department=department_of("wjw_head"))
    world.add(joint_review=waiting, joint_open=going, vpart_sent=part)
    for name, state in {"concluding": _J.CONCLUDING, "signing": _J.SIGNING}.items():
        clue = own_handling(clerk)
        made = again(
            going, JOINT_STAGES, clue=clue, state=state, conclusion="情况属实。", letter=None
        )
        world.add(**{f"joint_{name}": made})
    holders = {
        "accepted": (world.things["joint_concluding"], _P.ACCEPTED),
        "review": (world.things["joint_signing"], _P.REVIEW),
    }
    for name, (holder, state) in holders.items():
        made = again(
            part,
            PART_STAGES,
            joint=holder,
            clue=holder.clue,
            state=state,
            finding="发现过期冻肉。",
            letter=None,
        )
        world.add(**{f"vpart_{name}": made})
    clue: Clue = world.things["clue_handling"]
    asked = ClueVisit.objects.create(
        region_code=clue.region_code,
        clue=clue,
        task=world.things["task_sent"],
        proposed_by=department_of("wjw_head"),
        request="一并查看食堂。",
    )
    VISIT_STAGES.enter(person("wjw_clerk"), asked)
    sent = again(asked, VISIT_STAGES, task=world.things["task_undecided"], state=_V.PROPOSED)
    world.add(cvisit_review=asked, cvisit_proposed=sent)


def _penalties(world: World) -> None:
    entered = penalties.enter(
        person("mzj_clerk"), joint_samples.penalty_data(subject=world.things["subject"])
    )
    in_force = again(entered, PENALTY_STAGES, act_key="other", state=_N.IN_FORCE)
    world.add(penalty_review=entered, penalty=in_force)


def _measures(world: World) -> None:
    def one(code: str, **over: Any) -> CompulsoryMeasure:
        done = {"document": f"淮民强〔2026〕{code}号"}
        return measures.in_force("mzj", done, subject=world.things["subject"], **over)

    clerk, head, subject = person("mzj_clerk"), person("mzj_head"), world.things["subject"]
    asked = {"days": 10, "reason": "案情复杂"}
    extended = term.ask_extension(clerk, one("extended").pk, **asked)
    world.add(
        measure_review=measures.applied("mzj", subject=subject),
        measure_approved=measures.approved("mzj", subject=subject),
        measure_urgent=measures.urgent("mzj", subject=subject),
        measure_in_force=one("in_force"),
        measure_freeze=one("freeze", kind="freeze"),
        measure_tested=measures.under_test(one("tested"), "mzj"),
        measure_extended=term.grant_extension(head, extended.pk),
        measure_extending=term.ask_extension(clerk, one("extending").pk, **asked),
        measure_disposing=measures.disposing(one("disposing"), "mzj"),
        measure_decided=measures.decided(one("decided"), "mzj"),
        measure_closed=measures.closed(one("closed"), "mzj"),
    )


def _campaigns(world: World) -> None:
    made = campaigns.propose(
        person("mzj_clerk"),
        title="养老机构食堂专项整治",
        reason="多起投诉反映食堂使用过期食材。",
        categories=[CATEGORY],
    )
    world.add(
        campaign_review=made,
        campaign_proposed=again(made, CAMPAIGN_STAGES, state=_A.PROPOSED),
        campaign_accepted=again(
            made, CAMPAIGN_STAGES, state=_A.ACCEPTED, lead=department_of("mzj_head")
        ),
    )


def _crimes(world: World) -> None:
    officers = User.objects.filter(username__in=("mzj_inspector1", "mzj_inspector2"))
    begun = crime_begin.begin(
        person("mzj_clerk"), samples.case(), list(officers.values_list("pk", flat=True))
    )
    now = timezone.now()
    common = {"offence": "生产、销售有毒、有害食品罪", "procuratorate": department_of("jcy_head")}
    reported = common | {"reported_at": now}
    approved = reported | {"approved_at": now}
    sent = approved | {"sent_at": now}
    states = {
        _C.ENDING: common,
        _C.REPORTED: reported,
        _C.APPROVED: approved,
        _C.TRANSFERRED: sent,
        _C.REVIEWING: sent,
        _C.SUPPLEMENT: sent,
        _C.FILED: sent,
        _C.DELIVERED: sent,
        _C.ACCEPTED: sent,
        _C.NOT_FILED: sent,
        _C.RECONSIDERING: sent,
        _C.OVERSIGHT: sent,
        _C.REASONS: sent,
        _C.WEIGHING: sent,
        _C.ADMINISTRATIVE: sent,
    }
    world.add(crime_investigating=begun)
    for state, differs in states.items():
        made = again(begun, CRIME_STAGES, state=state, **differs)
        made.officers.set(officers)
        world.add(**{f"crime_{state}": made})
    draft = crime_begin.begin_back(
        person("gaj_clerk"), samples.case(), department_of("mzj_head").pk, [photo()]
    )
    back = again(draft, CRIME_STAGES, state=_C.BACK_SENT, sent_at=now)
    world.add(crime_back_draft=draft, crime_back_sent=back)
    letter = led.prepare(
        person("mzj_clerk"),
        world.things["crime_approved"],
        kind="criminal_handover",
        sender=department_of("mzj_head"),
        to=department_of("gaj_head"),
        title="涉嫌犯罪案件移送书",
        body="现将案件移送你局。",
    )
    world.add(crime_letter=letter)


def _disputes(world: World) -> None:
    now = timezone.now()
    begun = disputes.begin(
        person("mzj_clerk"),
        samples.question(Dispute.About.ENFORCEMENT),
        [department_of("wjw_head").pk],
    )
    office = department_of("sfj_head")
    raised = {"raised_at": now}
    submitted = raised | {"office": office, "legal": office, "submitted_at": now}
    own = {"proposed": department_of("wjw_head"), "proposal": "由卫健委负责。"}
    states = {
        "together": (_D.TOGETHER, raised),
        "overdue": (_D.TOGETHER, raised),
        "negotiating": (_D.NEGOTIATING, raised),
        "prepared": (_D.NEGOTIATING, raised),
        "confirming": (_D.CONFIRMING, raised),
        "submitted": (_D.SUBMITTED, submitted),
        "proposed": (_D.SUBMITTED, submitted | own),
    }
    world.add(dispute_draft=begun)
    for name, (state, differs) in states.items():
        made = again(begun, DISPUTE_STAGES, state=_D.DRAFT)
        for department in ("mzj_head", "wjw_head"):
            made.parties.create(department=department_of(department), asked_at=now)
        made.talks.create(
            held_on=timezone.localdate(), participants="双方", minutes="交换意见。", by="民政局"
        )
        for field, value in differs.items():
            setattr(made, field, value)
        made.state = state
        made.save()
        DISPUTE_STAGES.enter(person("mzj_clerk"), made)
        world.add(**{f"dispute_{name}": made})
    _make_overdue(world.things["dispute_overdue"])
    disputes.prepare(
        person("mzj_clerk"), world.things["dispute_prepared"].pk, "申请协调。", [photo()]
    )


def _refusals(world: World) -> None:
    now = timezone.now()
    begun = refusals.begin(
        person("mzj_clerk"), samples.complaint(), department_of("wjw_head").pk, [photo()]
    )
    advised = {"advised_at": now}
    reported = advised | {"government": department_of("zfb_head"), "reported_at": now}
    referred = reported | {"discipline": department_of("jjz_witness"), "referred_at": now}
    states = {
        "advised": (_F.ADVISED, advised),
        "late": (_F.ADVISED, advised),
        "correcting": (_F.CORRECTING, advised),
        "shown": (_F.SHOWN, advised),
        "unresolved": (_F.UNRESOLVED, advised),
        "report_prepared": (_F.UNRESOLVED, advised),
        "reported": (_F.REPORTED, reported),
        "ordered": (_F.ORDERED, reported),
        "order_late": (_F.ORDERED, reported),
        "order_shown": (_F.ORDER_SHOWN, reported),
        "uncorrected": (_F.UNCORRECTED, reported),
        "criticism_prepared": (_F.UNCORRECTED, reported),
        "criticised": (_F.CRITICISED, reported),
        "noticed": (_F.CRITICISED, reported),
        "referred": (_F.REFERRED, referred),
    }
    world.add(refusal_draft=begun)
    for name, (state, differs) in states.items():
        world.add(**{f"refusal_{name}": again(begun, REFUSAL_STAGES, state=state, **differs)})
    for name in ("late", "order_late"):
        _make_overdue(world.things[f"refusal_{name}"])
    for name, kind, sender, to in (
        ("report_prepared", "refusal_report", "mzj", "zfb"),
        ("criticism_prepared", "criticism", "zfb", "wjw"),
        ("noticed", "criticism", "zfb", "wjw"),
    ):
        led.prepare(
            person(f"{sender}_clerk"),
            world.things[f"refusal_{name}"],
            kind=kind,
            sender=department_of(f"{sender}_head"),
            to=department_of(f"{to}_head"),
            title="关于履职情况的函",
            body="情况如下。",
        )
