"""Choosing a subject by typing its name: a visible field searches, a hidden one holds the key."""

from __future__ import annotations

from django import forms
from django.urls import reverse_lazy

from credit.models import Subject
from records.actor import Actor
from records.params import key_of

SEARCHES = {
    "autocomplete": "off",
    "hx-get": reverse_lazy("clues:clue-subjects"),
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#subject-choices",
}
"""What makes an input offer the subjects that its words find."""


def name_field(label: str) -> forms.CharField:
    """The field that the name is typed into."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs=SEARCHES),
        help_text="输入名称或统一社会信用代码，在下面选择。",
    )


def found(actor: Actor, text: str) -> Subject | None:
    """The subject under a key as it was sent, if the person may see it."""
    key = key_of(text)
    return Subject.objects.visible_to(actor).filter(pk=key).first() if key else None


def chosen(actor: Actor, text: str) -> Subject | None:
    """As ``found``, None when nothing was chosen. Raises ``ValidationError`` for any other key."""
    subject = found(actor, text)
    if text and subject is None:
        raise forms.ValidationError("所选的监管对象不存在，请重新选择。")
    return subject
