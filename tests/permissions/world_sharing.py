"""The sharing catalogue, shared records, requests and warnings of the matrix: 民政 provides and
answers for the warning, 卫健 receives."""

from __future__ import annotations

from django.utils import timezone

from clues.acts.sharing import ENTRY_STAGES, RECORD_STAGES, REQUEST_STAGES
from clues.acts.warnings import WARNING_STAGES
from clues.models import (
    RiskWarning,
    SharedRecord,
    SharingEntry,
    SharingRequest,
    WarningReport,
    WarningRule,
    WarningRuleVersion,
)
from clues.services.sharing import catalogue, records, requests
from clues.services.sharing.catalogue import EntryInput
from clues.services.warnings import raising, reports
from clues.tests import sharing_samples, warning_samples
from clues.tests.samples import person
from tests.permissions.world import COUNTY, World
from tests.permissions.world_clues import again, department_of

_E = SharingEntry.State
_R = SharedRecord.State
_Q = SharingRequest.State
_W = RiskWarning.State
_V = WarningRuleVersion.State


def add_sharing(world: World) -> None:
    """Each of them in every state that its acts ask for."""
    _sharing(world)
    _rules(world)
    _warnings(world)


def _sharing(world: World) -> None:
    clerk, head = person("mzj_clerk"), person("mzj_head")
    partner = department_of("wjw_head")
    given = EntryInput(**sharing_samples.GIVEN, receivers=(partner.pk,))
    entry = catalogue.confirm(head, catalogue.create(clerk, given).pk)
    pending = records.register(
        clerk, entry.pk, title="处罚决定", content="罚款。", event_on=timezone.localdate()
    )
    shared = again(pending, RECORD_STAGES, title="已共享的处罚决定")
    # One version of a row at a time is in preparation, so that each state has a row of its own.
    world.add(
        entry=entry,
        entry_draft=again(entry, ENTRY_STAGES, state=_E.DRAFT),
        entry_confirm=again(entry, ENTRY_STAGES, state=_E.CONFIRM),
        record_pending=pending,
        record_shared=records.share(clerk, shared.pk),
    )
    words = dict.fromkeys(("title", "purpose", "basis", "content"), "养老机构许可信息")
    asked = requests.create(person("wjw_clerk"), department_of("mzj_head").pk, **words)
    sent = requests.sign(person("wjw_head"), asked.pk)
    world.add(
        request_review=again(sent, REQUEST_STAGES, state=_Q.REVIEW, signed_at=None),
        request_sent=sent,
        request_proposed=again(sent, REQUEST_STAGES, state=_Q.PROPOSED),
    )


def _rules(world: World) -> None:
    for name, state in {"draft": _V.DRAFT, "submitted": _V.SUBMITTED, "rule": _V.IN_FORCE}.items():
        rule = WarningRule.objects.create(region_code=COUNTY)
        world.add(**{f"rule_{name}": warning_samples.rule(rule=rule, state=state)})


def _warnings(world: World) -> None:
    coordination = department_of("xzsp_head")
    own, partner = department_of("mzj_head"), department_of("wjw_head")
    states = {
        "raised": _W.RAISED,
        "received": _W.RECEIVED,
        "study": _W.STUDY,
        "review": _W.REVIEW,
        "feedback": _W.FEEDBACK,
    }
    for number, (name, state) in enumerate(states.items(), start=1):
        warning = RiskWarning.objects.create(
            region_code=COUNTY,
            number=f"YJ-{number}",
            level="serious",
            state=state,
            title="养老机构食堂多次投诉",
            content="三十天内投诉三次。",
            subject=world.things["subject"],
            owner=own,
            study_lead=coordination if state == _W.STUDY else None,
        )
        raising.push(person("xzsp_head"), warning, [own, partner])
        WARNING_STAGES.enter(person("xzsp_head"), warning)
        world.add(**{f"warning_{name}": warning})
    today = timezone.localdate()
    report = reports.write(COUNTY, WarningReport.Period.MONTH, today.replace(day=1), today)
    world.add(warning_report=report)
