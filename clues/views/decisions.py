"""What the form pages of penalties and measures share: the party, and the clue they start from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clues.forms.parties import PartyForm
from clues.models import Clue
from credit.models import Subject
from records.actor import Actor
from records.params import key_of


def from_clue(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the clue in ``?clue=`` tells of the party; nothing when the person does not see it."""
    key = key_of(request.GET.get("clue", ""))
    found = Clue.objects.visible_to(actor).select_related("subject")
    clue = found.filter(pk=key).first() if key else None
    if clue is None:
        return {}
    name = clue.subject.shown_name if clue.subject else clue.subject_name
    return {"clue": clue.number, "subject": clue.subject_id or "", "subject_name": name}


def party_context(form: PartyForm) -> dict[str, Any]:
    """What the page shows of the party chosen so far, and whether its clue is confidential."""
    key = key_of(str(form["subject"].value() or ""))
    clues = Clue.objects.visible_to(form.actor).filter(confidential=True)
    return {
        "subjects": list(Subject.objects.visible_to(form.actor).filter(pk=key)) if key else [],
        "chosen": key,
        "secret": clues.filter(number=form["clue"].value() or "").exists(),
    }
