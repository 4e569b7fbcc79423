"""How random walks do each act, with content that the services take, and what they may begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from clues.acts.campaigns import CAMPAIGN_ACTS
from clues.acts.clue import CLUE_ACTS
from clues.acts.crime import CRIME_ACTS
from clues.acts.disputes import DISPUTE_ACTS
from clues.acts.emergency import CALL_ACTS
from clues.acts.joint import JOINT_ACTS, PART_ACTS, VISIT_ACTS
from clues.acts.letters import LETTER_ACTS
from clues.acts.measures import MEASURE_ACTS
from clues.acts.penalties import PENALTY_ACTS
from clues.acts.refusals import REFUSAL_ACTS
from clues.acts.sharing import ENTRY_ACTS, RECORD_ACTS, REQUEST_ACTS
from clues.acts.warnings import WARNING_ACTS
from clues.models import Clue, Referral, SharingEntry, VerificationPart
from clues.services import (
    campaigns,
    clue_answer,
    clue_emergency,
    clue_secrecy,
    clue_transfer,
    clues,
    disputes,
    intake,
    joint,
    measures,
    penalties,
    refusals,
    visits,
)
from clues.services.crime import begin as crime_begin
from clues.services.joint import Asked
from clues.services.letters import answering, drafts
from clues.services.letters import handlers as letter_handlers
from clues.services.measures import begin, ending, term
from clues.services.sharing import catalogue, records, requests
from clues.services.warnings import response
from clues.tests import letter_samples, measure_samples, procedure_samples
from clues.tests.joint_samples import penalty_data
from clues.tests.samples import department, photo
from clues.tests.sharing_samples import given
from clues.tests.world import Do, Pick, Room
from departments.models import Department, User
from matters.models import MatterVersion
from records.actor import Actor

WORDS = "情况属实，依规定办理。"
PLACES = ("民政局", "市场监管局", "卫健委")


def plain(handlers: Mapping[str, Callable[[Actor, int, str], Any]]) -> dict[str, Do]:
    """Acts that take nothing but an opinion."""

    def of(handler: Callable[[Actor, int, str], Any]) -> Do:
        return lambda actor, pk: handler(actor, pk, WORDS)

    return {code: of(handler) for code, handler in handlers.items()}


def clue_room(pick: Pick) -> Room:
    def somewhere() -> Department:
        return department(pick(PLACES))

    def named(pk: int) -> list[User]:
        return list(clue_secrecy.candidates(Clue.objects.get(pk=pk)))

    def prepare(actor: Actor, pk: int) -> Clue:
        draft = clue_transfer.letter_draft(Clue.objects.get(pk=pk))
        return clue_transfer.prepare(actor, pk, **draft, files=[photo()])

    def edit(actor: Actor, pk: int) -> Clue:
        seen = intake.fingerprint_of(Clue.objects.get(pk=pk))
        return intake.edit(actor, pk, seen=seen, place="文昌大道 14 号")

    def merge(actor: Actor, pk: int) -> Clue:
        others = list(Clue.objects.values_list("pk", flat=True).order_by("pk"))
        return intake.merge(actor, pk, pick(others), "反映同一食堂。")

    return Room(
        CLUE_ACTS,
        {
            **plain(clues.HANDLERS),
            "edit": edit,
            "merge": merge,
            "prepare": prepare,
            "talk": lambda actor, pk: clue_transfer.talk(
                actor, pk, department=somewhere(), talked_at=timezone.now(), note="已沟通。"
            ),
            "supplement": lambda actor, pk: clue_transfer.supplement(
                actor, pk, note="补充照片。", files=[photo()]
            ),
            "propose": lambda actor, pk: clue_answer.propose(
                actor, pk, outcome=Clue.Outcome.CORRECTED, answer="已责令改正。", files=[]
            ),
            "tell": lambda actor, pk: clue_answer.tell(actor, pk, text="已移送有关部门办理。"),
            "extend": lambda actor, pk: clues.extend(actor, pk, amount=3, opinion=WORDS),
            "assign": lambda actor, pk: clue_transfer.assign(
                actor, pk, department=somewhere(), opinion=WORDS
            ),
            "name": lambda actor, pk: clue_secrecy.name(
                actor, pk, people=[pick([one.pk for one in named(pk)])]
            ),
            "add-evidence": lambda actor, pk: clue_transfer.add_evidence(
                actor, pk, files=[photo()]
            ),
        },
    )


def letter_room(pick: Pick) -> Room:
    def answer(actor: Actor, pk: int) -> Referral:
        spec = Referral.objects.get(pk=pk).spec
        code = pick(sorted(spec.answers)) if spec.answers else ""
        label = spec.answer_evidence.get(code)
        files = {label: [photo(f"{label}.jpg")]} if label else {}
        return answering.propose(actor, pk, code, "已派员到场，情况属实。", files)

    def enter_answer(actor: Actor, pk: int) -> Referral:
        code = pick([*sorted(Referral.objects.get(pk=pk).spec.answers), ""])
        files = {answering.OUTSIDE_LABEL: [photo()]}
        return answering.enter_answer(actor, pk, code, "来函已复。", files)

    def edit(actor: Actor, pk: int) -> Referral:
        letter = Referral.objects.select_related("to__region").get(pk=pk)
        outside = letter.outside
        to = None if outside else letter.to
        return drafts.edit(actor, pk, letter_samples.content(to, letter.kind, outside=outside))

    return Room(
        LETTER_ACTS,
        {
            **plain(letter_handlers.HANDLERS),
            "edit": edit,
            "draft-answer": answer,
            "enter-answer": enter_answer,
            "supplement": lambda actor, pk: answering.supplement(actor, pk, "补充说明。"),
            "extend": lambda actor, pk: answering.extend(actor, pk, 3, WORDS),
        },
    )


def call_room(pick: Pick) -> Room:
    return Room(
        CALL_ACTS,
        {
            "respond": lambda actor, pk: clue_emergency.respond(
                actor, pk, answer=pick(("present", "coming", "unable")), note="道路中断。"
            )
        },
    )


def joint_room(pick: Pick) -> Room:
    return Room(
        JOINT_ACTS,
        {
            **plain(joint.JOINT_HANDLERS),
            "edit": lambda actor, pk: joint.edit(actor, pk, "请共同核查。", _asked(pick)),
            "conclude": lambda actor, pk: joint.conclude(actor, pk, "情况属实。"),
        },
    )


def part_room(pick: Pick) -> Room:
    def change(actor: Actor, pk: int) -> VerificationPart:
        return joint.change(actor, pk, Asked(department(pick(PLACES)), "另查食堂", 3), WORDS)

    return Room(
        PART_ACTS,
        {
            **plain(joint.PART_HANDLERS),
            "report": lambda actor, pk: joint.report(actor, pk, "发现过期冻肉。"),
            "change": change,
        },
    )


def _asked(pick: Pick) -> list[Asked]:
    chosen = pick((("民政局", "市场监管局"), ("市场监管局",), ("卫健委",), PLACES))
    return [Asked(department(name), "核查食堂", 5) for name in chosen]


def visit_room(_: Pick) -> Room:
    return Room(VISIT_ACTS, plain(visits.VISIT_HANDLERS))


def dispute_room(_: Pick) -> Room:
    return Room(DISPUTE_ACTS, procedure_samples.DISPUTE_DOES)


def crime_room(_: Pick) -> Room:
    return Room(CRIME_ACTS, procedure_samples.CRIME_DOES)


def refusal_room(_: Pick) -> Room:
    return Room(REFUSAL_ACTS, procedure_samples.REFUSAL_DOES)


def penalty_room(pick: Pick) -> Room:
    def edit(actor: Actor, pk: int) -> Any:
        clue = PENALTY_ACTS.model.objects.get(pk=pk).clue
        return penalties.edit(actor, pk, penalty_data(clue=clue, number=_number(pick)))

    return Room(PENALTY_ACTS, {**plain(penalties.HANDLERS), "edit": edit})


def measure_room(pick: Pick) -> Room:
    def edit(actor: Actor, pk: int) -> Any:
        clue = MEASURE_ACTS.model.objects.get(pk=pk).clue
        return begin.edit(actor, pk, measure_samples.measure_data(clue=clue))

    def carry_out(actor: Actor, pk: int) -> Any:
        clerk = "wjw_clerk" if actor.department_id == department("卫健委").pk else "scjg_clerk"
        done = measure_samples.carried_out(clerk, document=f"强{pk}号")
        return begin.carry_out(actor, pk, done)

    return Room(
        MEASURE_ACTS,
        {
            **plain(measures.HANDLERS),
            "edit": edit,
            "carry-out": carry_out,
            "ask-extension": lambda actor, pk: term.ask_extension(
                actor, pk, pick(range(1, 32)), WORDS
            ),
            "test": lambda actor, pk: term.test(
                actor,
                pk,
                term.TestData(
                    what="检验", institution="中心", days=5, told_on=timezone.localdate()
                ),
            ),
            "dispose": lambda actor, pk: ending.dispose(
                actor,
                pk,
                measure_samples.disposal(outcome=pick(("lift", "transfer")), ground="")
                if pick((True, False))
                else measure_samples.disposal(),
            ),
            "close": lambda actor, pk: ending.close(
                actor, pk, fulfilled_on=timezone.localdate(), fulfilment=WORDS
            ),
        },
    )


def _number(pick: Pick) -> str:
    return f"淮市监罚〔2025〕{pick(range(1, 9))}号"


def campaign_room(_: Pick) -> Room:
    def plan(actor: Actor, pk: int) -> Any:
        today = timezone.localdate()
        return campaigns.plan(
            actor,
            pk,
            period_start=today,
            period_end=today.replace(month=12, day=31),
            draw_at=timezone.now() + dt.timedelta(hours=1),
        )

    return Room(
        CAMPAIGN_ACTS,
        {
            **plain(campaigns.HANDLERS),
            "plan": plan,
            "accept": lambda actor, pk: campaigns.accept(
                actor, pk, MatterVersion.objects.get(), WORDS
            ),
        },
    )


def warning_room(pick: Pick) -> Room:
    def start_check(actor: Actor, pk: int) -> Any:
        task = response.checkable(actor, WARNING_ACTS.model.objects.get(pk=pk)).first()
        return response.join_check(actor, pk, task.pk if task else 0, WORDS)

    return Room(
        WARNING_ACTS,
        {
            **plain(response.HANDLERS),
            "study": lambda actor, pk: response.open_study(
                actor, pk, [department(pick(PLACES))], WORDS
            ),
            "conclude": lambda actor, pk: response.conclude_study(
                actor, pk, held_on=timezone.localdate(), minutes=WORDS, conclusion=WORDS
            ),
            "clue": lambda actor, pk: response.become_clue(
                actor, pk, title="三次投诉食堂", content="三件投诉反映同一食堂。"
            ),
            "check": start_check,
            "campaign": lambda actor, pk: response.propose_campaign(
                actor, pk, title="食堂专项", reason=WORDS, categories=["nursing-home"]
            ),
            "assign": lambda actor, pk: response.assign(actor, pk, department(pick(PLACES)), WORDS),
        },
    )


def entry_room(pick: Pick) -> Room:
    def what() -> Any:
        receivers = pick((("民政局",), ("民政局", "卫健委"), ()))
        letter = bool(receivers) and pick((True, False))
        way = SharingEntry.Way.LETTER if letter else SharingEntry.Way.PLATFORM
        return given(*receivers, for_all=not receivers, way=way)

    return Room(
        ENTRY_ACTS,
        {
            **plain(catalogue.HANDLERS),
            "edit": lambda actor, pk: catalogue.edit(actor, pk, what()),
            "renew": lambda actor, pk: catalogue.renew(actor, pk, what()),
        },
    )


def record_room(_: Pick) -> Room:
    return Room(
        RECORD_ACTS,
        {
            **plain(records.HANDLERS),
            "complete": lambda actor, pk: records.complete(actor, pk, "罚款三千元。"),
        },
    )


def request_room(pick: Pick) -> Room:
    return Room(
        REQUEST_ACTS,
        {
            **plain(requests.HANDLERS),
            "propose": lambda actor, pk: requests.propose(
                actor, pk, grants=pick((True, False)), answer="可以提供。", content="证号 1 至 8。"
            ),
        },
    )


# -- what is begun because of a clue ---------------------------------------------------------------


def _open_clue(pick: Pick, actor: Actor) -> Clue:
    """One of those that are in the department's hands, else any."""
    every = Clue.objects.order_by("pk")
    return pick(list(every.filter(holder_id=actor.department_id)) or list(every))


def begin_joint(pick: Pick, actor: Actor) -> Any:
    return joint.begin(actor, _open_clue(pick, actor).pk, "请共同核查。", _asked(pick))


def begin_crime(pick: Pick, actor: Actor) -> Any:
    team = User.objects.filter(department_id=actor.department_id).order_by("pk")
    officers = [user.pk for user in team if {"clerk", "inspector"} & set(user.roles)][:2]
    return crime_begin.begin(actor, procedure_samples.case(_open_clue(pick, actor)), officers)


def begin_dispute(pick: Pick, actor: Actor) -> Any:
    about = pick(("duties", "enforcement", "new_form"))
    question = procedure_samples.question(about, clue_id=_open_clue(pick, actor).pk)
    return disputes.begin(actor, question, [department(pick(PLACES)).pk])


def begin_refusal(pick: Pick, actor: Actor) -> Any:
    complaint = procedure_samples.complaint(clue_id=_open_clue(pick, actor).pk)
    return refusals.begin(actor, complaint, department(pick(PLACES)).pk, [photo()])


def begin_letter(pick: Pick, actor: Actor) -> Any:
    to = pick((*PLACES, ""))
    outside = "" if to else "省检验院"
    content = letter_samples.content(department(to) if to else None, outside=outside)
    return drafts.draft(actor, "assistance", content, clue=_open_clue(pick, actor))


def begin_penalty(pick: Pick, actor: Actor) -> Any:
    clue = _open_clue(pick, actor)
    return penalties.enter(actor, penalty_data(clue=clue, number=_number(pick)))


def begin_sharing(pick: Pick, actor: Actor) -> Any:
    entries = list(SharingEntry.objects.values_list("pk", flat=True).order_by("pk"))
    return records.register(
        actor,
        pick([*entries, 0]),
        title="某超市销售过期食品案",
        content="罚款二千元。",
        event_on=timezone.localdate(),
        clue_id=pick([None, *Clue.objects.values_list("pk", flat=True).order_by("pk")]),
    )
