"""Who a decision is about, and the clue it was found by: what the forms of penalties and measures
share."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from clues.forms import subject_choice
from clues.models import Clue
from credit.models import Subject
from records.actor import Actor


class PartyForm(forms.Form):
    """The party, chosen among the subjects that the person sees, and the clue by its number."""

    refusal_fields: ClassVar = {"subject": "subject_name"}

    subject = forms.CharField(required=False, widget=forms.HiddenInput)
    subject_name = subject_choice.name_field("当事人")
    clue = forms.CharField(
        label="来源线索",
        required=False,
        max_length=40,
        help_text="由线索查办的填写线索编号；不是的留空。",
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_subject(self) -> Subject | None:
        found = subject_choice.found(self.actor, self.cleaned_data["subject"])
        if found is None:
            self.add_error("subject_name", "请输入名称并选择当事人。")
        return found

    def clean_clue(self) -> Clue | None:
        text = self.cleaned_data["clue"].strip()
        if not text:
            return None
        found = Clue.objects.visible_to(self.actor).filter(number=text).first()
        if found is None:
            raise forms.ValidationError("没有这个编号的线索，或者您无权查看。")
        return found
