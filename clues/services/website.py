"""Complaints sent on the public site, followed by number and code, and rated in the end (L1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from clues.models import Clue, Receipt, Told
from clues.models.receipt import LONGEST_RATING_NOTE
from clues.rules.intake import COMPLAINTS_AN_HOUR, QUERIES_AN_HOUR
from clues.services import intake
from clues.services.intake_facts import Facts
from clues.services.uploads import Files
from departments.models import Region
from departments.profile import must_fill, number
from departments.roles import Function
from records import clock, limits, trail
from records.actor import Actor
from records.errors import Refused

MOST_FILES = 5
VISITOR = "网上反映人"

_CODE_LENGTH = 10
_READABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_TYPED = str.maketrans("OIL", "011", " -")

_WORDS: Mapping[str, str] = {
    Clue.State.RECEIVED: "已受理，正在研判由哪个部门办理。",
    Clue.State.TALKED: "已受理，正在研判由哪个部门办理。",
    Clue.State.TRANSFERRED: "已移送承办部门，等待签收。",
    Clue.State.RETURNED: "正在确定承办部门。",
    Clue.State.DISPUTED: "正在确定承办部门。",
    Clue.State.HANDLING: "正在办理。",
    Clue.State.SUPPLEMENT: "正在办理。",
    Clue.State.CLOSED: "已办结。",
}


@dataclass(frozen=True)
class Sent:
    """A complaint that was taken in: its number, and the code that nobody else knows."""

    number: str
    code: str


@dataclass(frozen=True)
class Course:
    """How a complaint stands, in words for who sent it; ``told`` as it was told, oldest first."""

    receipt: Receipt
    words: str
    told: list[Told]

    @property
    def may_rate(self) -> bool:
        return _course_of(self.receipt.clue).state == Clue.State.CLOSED and not self.receipt.rating


def visitor(region_code: str, address: str | None) -> Actor:
    """Whoever uses the public site of a county: nobody by name."""
    return Actor(name=VISITOR, region_code=region_code, address=address)


def complain(
    region: Region, address: str | None, *, sent_key: UUID, files: Files = (), **facts: Any
) -> Sent:
    """Take in what a visitor complains of; ``facts`` are fields of ``Facts``. The coordination
    office is the first receiver. The same ``sent_key`` again is the same complaint.

    Raises ``Refused`` naming the field at fault, for more than ``MOST_FILES`` files, and when
    more came from the network address within the hour than is allowed.
    """
    given = Facts(channel=Clue.Channel.WEBSITE, **facts)
    given.check(now=clock.now(), today=clock.today())
    if len(files) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件。", field="files")
    code = _code_of(sent_key)
    if before := _sent_before(sent_key):
        return Sent(before, code)
    most = number(region.code, COMPLAINTS_AN_HOUR)
    if address and not limits.allow("complaint", address, most):
        raise Refused(
            f"同一网络一小时内最多提交 {most} 件，请稍后再试，紧急情况请拨打 12345。", code="limit"
        )
    receiver = must_fill(region.code, Function.COORDINATION)
    actor = visitor(region.code, address)
    try:
        with transaction.atomic():
            clue = intake.enter(actor, given, receiver, files)
            Receipt.objects.create(clue=clue, sent_key=sent_key, code_mark=_mark(clue.number, code))
            intake.take_complainant(actor, clue, given)
    except IntegrityError:
        # The same complaint, sent twice at once.
        sent = _sent_before(sent_key)
        if sent is None:
            raise
        return Sent(sent, code)
    return Sent(clue.number, code)


def follow(region_code: str, address: str | None, number_: str, code: str) -> Course:
    """The course of a complaint for who knows its number and code.

    Raises ``Refused`` in the same words for a number that is not there and for a wrong code, and
    after too many tries from the network address.
    """
    most = number(region_code, QUERIES_AN_HOUR)
    if address and not limits.allow("follow", address, most):
        raise Refused("查询次数过多，请一小时后再试。", code="limit")
    typed = number_.strip().upper()
    receipt = Receipt.objects.select_related("clue").filter(clue__number=typed).first()
    mark = _mark(typed, code.upper().translate(_TYPED))
    if receipt is None or not constant_time_compare(mark, receipt.code_mark):
        raise Refused("编号或者查询码不对，请核对回执。", field="code")
    clue = receipt.clue
    words = _WORDS[_course_of(clue).state]
    return Course(receipt, words, list(clue.told.all()))


@transaction.atomic
def rate(course: Course, address: str | None, rating: str, note: str) -> None:
    """Keep how content the complainant is with the handling; once, after the answer.

    Raises ``Refused`` before the answer, for a second rating and for an unknown one.
    """
    if rating not in Receipt.Rating.values:
        raise Refused("请选择满意、基本满意或者不满意。", field="rating")
    if len(note.strip()) > LONGEST_RATING_NOTE:
        raise Refused(f"评价说明最多 {LONGEST_RATING_NOTE} 个字。", field="note")
    receipt = (
        Receipt.objects.select_for_update(of=("self",))
        .select_related("clue")
        .get(pk=course.receipt.pk)
    )
    if _course_of(receipt.clue).state != Clue.State.CLOSED:
        raise Refused("办结之后才能评价。")
    if receipt.rating:
        raise Refused("已经评价过了。")
    receipt.rating, receipt.rating_note = rating, note.strip()
    receipt.rated_at = clock.now()
    receipt.save()
    clue = receipt.clue
    trail.record(
        visitor(clue.region_code, address),
        "clue.rate",
        "反映人评价",
        clue,
        opinion=receipt.rating_note,
        after={"rating": rating},
    )


def _course_of(clue: Clue) -> Clue:
    """The clue whose course a merged one shares."""
    while clue.merged_into is not None:
        clue = clue.merged_into
    return clue


def _sent_before(sent_key: UUID) -> str | None:
    found = Receipt.objects.filter(sent_key=sent_key)
    return found.values_list("clue__number", flat=True).first()


def _code_of(sent_key: UUID) -> str:
    """Follows from the key of the send, so that a repeat is told the same; 50 bits in letters and
    digits that are not taken for one another."""
    digest = salted_hmac("clues.website", str(sent_key), algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:_CODE_LENGTH].translate(_READABLE)


def _mark(number_: str, code: str) -> str:
    return hashlib.sha256(f"{number_} {code}".encode()).hexdigest()
