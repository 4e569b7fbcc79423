"""Every form that begins something, sent three times at the same moment: one effect."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import models

from clues.models import (
    Campaign,
    Clue,
    CompulsoryMeasure,
    CrimeHandover,
    JointVerification,
    Penalty,
    Referral,
    Refusal,
    RiskWarning,
    SharedRecord,
    SharingEntry,
    SharingRequest,
    WarningRule,
)
from clues.rules import warnings as w
from clues.services import campaigns, joint, penalties, refusals
from clues.services.clue_emergency import register_emergency
from clues.services.crime import begin as crime_begin
from clues.services.measures import begin as measures
from clues.services.sharing import catalogue
from clues.services.warnings import response, rules
from clues.tests import procedure_samples
from clues.tests.intake_samples import entered
from clues.tests.joint_samples import penalty_data
from clues.tests.measure_samples import measure_data
from clues.tests.samples import department, own_handling, person, photo, together
from clues.tests.sharing_samples import entry, given, record, request
from clues.tests.test_clue_emergency import emergency
from records.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)

RULE = {
    "name": "重复检查",
    "source": "visit",
    "measure": w.COUNT,
    "group_by": w.SUBJECT,
    "window_days": 60,
    "threshold": Decimal(2),
    "at_least": 1,
    "quiet_days": 15,
    "level": w.SERIOUS,
    "push_to": [w.LEAD, "coordination"],
    "plan": "核对计划。",
    "change_reason": "减少重复检查",
}


def one_effect(model: type[models.Model], begin: Callable[[], object], effects: int = 1) -> None:
    """Send it three times at once: the rows of one sending, the same answer or words to others."""
    before = model._default_manager.count()
    results = together(*[begin] * 3)
    made = [one for one in results if not isinstance(one, Exception)]
    words = [one for one in results if isinstance(one, Exception)]
    assert made, words
    assert all(one == made[0] for one in made)
    assert all(isinstance(one, Refused) for one in words), words
    assert model._default_manager.count() == before + effects


def test_each_form_has_one_effect(county):
    clerk, head, office = person("scjg_clerk"), person("scjg_head"), person("xzsp_clerk")
    key = uuid.uuid4()
    one_effect(Clue, lambda: entered(clerk, client_key=key))
    danger = emergency(files=[])
    one_effect(Referral, lambda: register_emergency(clerk, danger), effects=2)

    clue = own_handling(clerk)
    asked = [joint.Asked(department("民政局"), "核查资质", 5)]
    one_effect(JointVerification, lambda: joint.begin(clerk, clue.pk, "查清事实", asked))
    complaint, other = procedure_samples.complaint(), department("卫健委").pk
    begun = uuid.uuid4()
    one_effect(Refusal, lambda: refusals.begin(clerk, complaint, other, [photo()], key=begun))
    case = procedure_samples.case()
    officers = procedure_samples.officers("scjg_inspector1", "scjg_inspector2")
    sent = uuid.uuid4()
    one_effect(CrimeHandover, lambda: crime_begin.begin(clerk, case, officers, key=sent))
    fine = penalty_data()
    one_effect(Penalty, lambda: penalties.enter(clerk, fine))
    signed = Penalty.objects.get()
    one_effect(Penalty, lambda: penalties.sign(head, signed.pk), effects=0)

    wanted, typed = measure_data(), uuid.uuid4()
    one_effect(CompulsoryMeasure, lambda: measures.apply(clerk, wanted, key=typed))

    one_effect(SharingRequest, request)
    drawn = given("民政局")
    one_effect(SharingEntry, lambda: catalogue.create(clerk, drawn))
    listed = entry("民政局", title="另一项目录")
    one_effect(SharedRecord, lambda: record(listed))

    one_effect(WarningRule, lambda: rules.draft(office, RULE))
    presets = len(rules.missing_presets("411603"))
    together(*[lambda: rules.adopt_presets(office)] * 3)
    assert WarningRule.objects.count() == 1 + presets
    above = {"origin": "province", "external_number": "S-1", "level": w.MAJOR}
    one_effect(
        RiskWarning, lambda: response.from_above(office, **above, title="风险", content="请处置。")
    )
    drive = {"title": "餐饮油烟专项", "reason": "投诉集中。", "categories": []}
    drive |= {"township_code": "411603101"}
    one_effect(Campaign, lambda: campaigns.propose(clerk, **drive))
    warning = RiskWarning.objects.get()
    one_effect(Campaign, lambda: campaigns.propose(office, **drive, warning_id=warning.pk))
