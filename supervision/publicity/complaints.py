"""Complaining without a login: the form, the receipt, and how it stands (L1)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from clues.forms.files import PHOTOS, FilesField, FilesInput
from clues.models import Receipt
from clues.models.receipt import LONGEST_RATING_NOTE
from clues.services import website
from clues.services.intake_facts import CONTENT_LENGTH
from credit.selectors.directory import townships_of
from departments.models import Region
from records.errors import Refused
from records.evidence import DOCUMENT_TYPES
from records.forms import show_refusal
from supervision.publicity.base import PublicView


class ComplaintForm(forms.Form):
    """What a visitor saw, where, who did it, and how to reach the visitor."""

    refusal_fields = {"complainant_phone": "phone"}

    content = forms.CharField(
        label="反映的问题",
        max_length=CONTENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="什么时间、什么地点、谁、做了什么。",
    )
    subject_name = forms.CharField(
        label="被反映的单位或者个人",
        max_length=120,
        required=False,
        help_text="门店招牌或者营业执照上的名称，不清楚的可以不填。",
    )
    occurred_on = forms.DateField(
        label="发生日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    township = forms.ModelChoiceField(
        label="乡镇街道", required=False, queryset=Region.objects.none(), empty_label="不清楚"
    )
    place = forms.CharField(label="地点", max_length=200, required=False)
    files = FilesField(  # type: ignore[assignment]
        label="照片和材料",
        required=False,
        widget=FilesInput(
            attrs={"accept": f"{PHOTOS},{','.join(DOCUMENT_TYPES)}", "multiple": True}
        ),
        help_text=f"照片或 PDF，最多 {website.MOST_FILES} 个，每个不超过 20 MB。",
    )
    name = forms.CharField(
        label="姓名",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label="联系电话",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text="需要核实时联系您，办理情况也发送到这里。",
    )
    sent_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, region: Region, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].queryset = townships_of(region.code)  # type: ignore[attr-defined]
        self.fields["sent_key"].initial = uuid.uuid4

    def facts(self) -> dict[str, Any]:
        """The fields for ``website.complain``."""
        given = dict(self.cleaned_data)
        given["complainant_name"] = given.pop("name")
        given["complainant_phone"] = given.pop("phone")
        return given


class FollowForm(forms.Form):
    """Number and code of a receipt."""

    number = forms.CharField(
        label="编号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="回执上以 XS 开头的编号。",
    )
    code = forms.CharField(
        label="查询码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="回执上的 10 位查询码，不分大小写。",
    )


class RatingForm(forms.Form):
    """How content a complainant is."""

    rating = forms.ChoiceField(
        label="对办理结果", choices=Receipt.Rating.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="说明",
        max_length=LONGEST_RATING_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@method_decorator(never_cache, name="dispatch")
class ComplaintView(PublicView):
    """Take a complaint in. The receipt is the answer itself: its code is shown this once, and a
    repeat of the same send shows the same."""

    place = "public:complaint"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(ComplaintForm(self.region))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ComplaintForm(self.region, request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form)
        try:
            sent = website.complain(self.region, request.META.get("REMOTE_ADDR"), **form.facts())
        except Refused as refusal:
            show_refusal(form, refusal)
            return self._show(form)
        return self.show("public/complaint/receipt.html", {"sent": sent})

    def _show(self, form: ComplaintForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return self.show("public/complaint/form.html", {"form": form}, status=status)


@method_decorator((never_cache, sensitive_post_parameters("code")), name="dispatch")
class FollowView(PublicView):
    """How a complaint stands, for who holds its receipt; once it is answered, rate the handling.

    Number and code travel in the body only, so that no log and no history keeps them.
    """

    place = "public:complaint"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._ask(FollowForm(initial={"number": self.asked("number")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FollowForm(request.POST)
        if not form.is_valid():
            return self._ask(form)
        try:
            course = self._course(form)
        except Refused as refusal:
            show_refusal(form, refusal)
            return self._ask(form)
        if "rating" not in request.POST and "rate" not in request.POST:
            return self._tell(form, course, RatingForm())
        rating = RatingForm(request.POST)
        if rating.is_valid():
            try:
                website.rate(course, request.META.get("REMOTE_ADDR"), **rating.cleaned_data)
            except Refused as refusal:
                show_refusal(rating, refusal)
            else:
                course = self._course(form)
        return self._tell(form, course, rating)

    def _course(self, form: FollowForm) -> website.Course:
        return website.follow(
            self.region.code,
            self.request.META.get("REMOTE_ADDR"),
            form.cleaned_data["number"],
            form.cleaned_data["code"],
        )

    def _ask(self, form: FollowForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return self.show("public/complaint/follow.html", {"form": form}, status=status)

    def _tell(self, form: FollowForm, course: website.Course, rating: RatingForm) -> HttpResponse:
        context = {"form": form, "course": course, "rating": rating}
        status = 422 if rating.errors else 200
        return self.show("public/complaint/course.html", context, status=status)
