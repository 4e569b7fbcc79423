"""Showing a natural person in full, once, for a reason that the trail keeps (R2)."""

from __future__ import annotations

from django.db import transaction

from credit.models import Subject
from departments.actors import is_staff_member
from departments.roles import STAFF, Role
from records import trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

VERB = "subject.unmask"
LABEL = "查看完整信息"


def may_unmask(actor: Actor, subject: Subject) -> bool:
    """People of the departments and township offices that see the subject (the caller looks it up
    by ``visible_to``); there must be something masked."""
    works_here = is_staff_member(actor) and actor.has_role(*STAFF, Role.TOWNSHIP)
    return works_here and subject.is_natural_person


@transaction.atomic
def unmask(actor: Actor, pk: int, reason: str) -> Subject:
    """A natural person among the subjects, for a page that shows it in full this once.

    Raises ``Refused`` when the subject is not visible, is not masked or the reason is missing,
    ``NotAllowed`` for people who work for no department.
    """
    subject = (
        Subject.objects.visible_to(actor).filter(pk=pk).select_related("region", "township").first()
    )
    if subject is None:
        raise Refused("监管对象不存在。", code="not_found")
    if not subject.is_natural_person:
        raise Refused("该监管对象的信息没有遮盖，无须申请查看。")
    if not may_unmask(actor, subject):
        raise NotAllowed("您没有查看完整信息的权限。", verb=VERB, target=subject)
    if not reason.strip():
        raise Refused("请填写查看完整信息的理由。", field="opinion")
    trail.record(actor, VERB, LABEL, subject, opinion=reason.strip())
    return subject
