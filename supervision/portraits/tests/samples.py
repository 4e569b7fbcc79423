"""A subject to which something of every kind has happened."""

from __future__ import annotations

from clues.models import Clue, RiskWarning
from clues.services import penalties
from clues.services.crime import begin as crime
from clues.tests import joint_samples, letter_samples, procedure_samples
from clues.tests.samples import department, own_handling, person
from credit.models import CreditEvent, Subject, SubjectChange
from departments.models import Region
from inspections.tests import result_samples
from records import clock

OFFICERS = ("scjg_inspector1", "scjg_inspector2")


def busy(region: Region) -> Subject:
    """Visited and found faultless, complained of, fined, warned of, written about."""
    story = result_samples.checked_story(region)
    subject = result_samples.published(story).part.task.subject
    happen(subject, 1)
    return subject


def happen(subject: Subject, serial: int) -> None:
    """One more thing of every kind that needs no draw."""
    about = own_handling(person("mzj_clerk"), subject=subject, title=f"群众反映之{serial}")
    joint_samples.opened(about, "mzj_clerk", "wjw_clerk")
    joint_samples.fined(
        subject=subject, number=f"淮市监罚〔2025〕{serial}号", act=f"违法行为之{serial}"
    )
    letter_samples.sent(subject=subject, title=f"关于该单位的函之{serial}")
    other = own_handling(person("scjg_clerk"), subject=subject, title=f"检查移交之{serial}")
    hand_over(other, serial)
    warn(subject, serial)
    CreditEvent.objects.create(
        subject=subject,
        kind="public_rating",
        happened_on=clock.today(),
        title=f"公共信用综合评价之{serial}",
        source="省信用平台",
        source_key=f"portrait-{subject.pk}-{serial}",
        recorded_at=clock.now(),
    )
    for field in ("industry_class", "grade"):
        SubjectChange.objects.create(
            subject=subject, field=field, old="B", new=f"A{serial}", actor_name="甲", source="试验"
        )


def hand_over(clue: Clue, serial: int) -> None:
    """A case begun about a clue."""
    case = procedure_samples.case(clue, title=f"涉嫌犯罪之{serial}")
    crime.begin(person("scjg_clerk"), case, procedure_samples.officers(*OFFICERS))


def warn(subject: Subject, serial: int) -> RiskWarning:
    """A warning sent down about the subject, with the civil affairs department."""
    owner = department("民政局")
    return RiskWarning.objects.create(
        region_code=subject.region.code,
        number=f"YJ-TEST-{subject.pk}-{serial}",
        origin=RiskWarning.Origin.PROVINCE,
        level="serious",
        title=f"投诉集中之{serial}",
        content="三十日内多次投诉。",
        subject=subject,
        owner=owner,
        known_to=[owner.pk],
    )


def conceal(subject: Subject) -> Clue:
    """A confidential clue about the subject between two departments, with what comes with it."""
    head, receiver = person("mzj_head"), person("wjw_head")
    secret = own_handling(
        person("mzj_clerk"),
        subject=subject,
        title="线人举报该单位",
        confidential=True,
        named=(head, receiver),
    )
    joint_samples.opened(secret, "mzj_clerk", "wjw_clerk")
    letter_samples.sent(clerk="mzj_clerk", to="wjw_clerk", clue=secret, subject=subject)
    crime.begin(
        person("mzj_clerk"),
        procedure_samples.case(secret),
        procedure_samples.officers("mzj_inspector1", "mzj_inspector2"),
    )
    entered = penalties.enter(
        person("mzj_clerk"), joint_samples.penalty_data(subject=subject, clue=secret)
    )
    penalties.sign(head, entered.pk)
    return secret
