"""What the page of a subject shows of its sanctions, its places on the white list,
and what it objected to or asked to be repaired."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from credit.acts.petitions import may_enter
from credit.acts.sanctions import may_initiate
from credit.acts.whitelist import may_apply
from credit.models import Subject
from credit.selectors import petitions, sanctions, whitelist
from records.actor import Actor


def measures_against(actor: Actor, subject: Subject) -> dict[str, Any]:
    """For ``credit/_measures_against.html``: what the person may know of, and where they may
    begin; an empty address where they may not."""
    pages = {
        "sanction_url": ("credit:sanction-new", may_initiate(actor)),
        "white_list_url": ("credit:white-list-apply", may_apply(actor, None)),
        "objection_url": ("credit:objection-new", may_enter(actor)),
        "repair_url": ("credit:repair-new", may_enter(actor)),
    }
    return {
        "sanctions": sanctions.of_subject(actor, subject),
        "white_list": whitelist.of_subject(actor, subject),
        "petitions": petitions.of_subject(actor, subject),
        **{
            name: reverse(url, args=[subject.pk]) if may else ""
            for name, (url, may) in pages.items()
        },
    }
