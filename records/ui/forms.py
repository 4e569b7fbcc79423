"""Components of forms and official acts: fields, errors, uploads, confirmation, nonces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from records import typed
from records.acts import LONGEST_OPINION
from records.ui.base import draw, get, inner

register = template.Library()

BUTTON_STYLES = {"primary": "btn btn-primary", "danger": "btn btn-outline-danger", "plain": "btn"}
STYLE_ORDER = {"primary": 0, "plain": 1, "danger": 2}
FIELD_CLASSES = {
    "input": "form-control",
    "select": "form-select",
    "check": "form-check-input",
    "file": "drop-input",
}


def _kind(bound: BoundField) -> str:
    """Say how a field is drawn: input, select, check, choices, file or hidden."""
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "select" if isinstance(widget, forms.Select) else "input"


def _in_words(select: SafeString, word: str) -> SafeString:
    """Say what an empty choice means where the form left Django's row of dashes."""
    return mark_safe(select.replace(f">{BLANK_CHOICE_DASH[0][1]}<", f">{word}<"))


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, rule: Any = "", label: Any = "", help: Any = "", compact: bool = False
) -> dict[str, Any]:
    """One field of a form with label, help, rule note and error. See components/field.html."""
    kind = _kind(bound)
    base = bound.auto_id or bound.html_name
    help = help or bound.help_text
    notes = {"rule": rule, "helptext": help, "error": bound.errors}
    described = " ".join(f"{base}_{part}" for part, there in notes.items() if there)
    attrs: dict[str, Any] = {}
    # Django puts a class of radio buttons on their frame too, so these are styled by .choices.
    if kind in FIELD_CLASSES:
        own = bound.field.widget.attrs.get("class", "")
        wrong = "is-invalid" if bound.errors else ""
        attrs["class"] = " ".join(part for part in (FIELD_CLASSES[kind], own, wrong) if part)
    if described:
        attrs["aria-describedby"] = described
    widget = bound.as_widget(attrs=attrs)
    if kind == "select":
        widget = _in_words(widget, "全部" if compact else "请选择")
    return {
        "field": bound,
        "kind": kind,
        "widget": widget,
        "base": base,
        "label": label or bound.label,
        "help": help,
        "rule": rule,
        "compact": compact,
        "accept": bound.field.widget.attrs.get("accept", ""),
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(*parts: BaseForm, title: str = "") -> dict[str, Any]:
    """All errors of one or more forms on top of the page, each a link to its field; ``title`` for
    a form that saves nothing."""
    rows = []
    for form in parts:
        rows += [{"target": "", "label": "", "error": error} for error in form.non_field_errors()]
        for bound in form:
            target = f"{bound.auto_id or bound.html_name}_group"
            rows += [
                {"target": target, "label": bound.label, "error": error} for error in bound.errors
            ]
    chosen = any(form.files for form in parts)
    wrong = sum(1 for row in rows if row["target"])
    return {"rows": rows, "wrong": wrong, "files": chosen, "title": title}


@register.simple_block_tag(end_name="end_fieldset")
def fieldset(content: str, legend: Any, note: Any = "") -> SafeString:
    """A group of fields that belong together. See components/fieldset.html."""
    return draw("fieldset", content=content, legend=legend, note=note)


@register.simple_block_tag(end_name="end_form_actions")
def form_actions(
    content: str, label: Any = "保存", cancel_url: str = "", note: Any = ""
) -> SafeString:
    """The bar at the end of a form. See components/form_actions.html."""
    return draw("form_actions", extra=inner(content), label=label, cancel_url=cancel_url, note=note)


@register.inclusion_tag("components/file_drop.html")
def file_drop(
    name: str,
    label: Any = "选择文件",
    accept: str = "",
    multiple: bool = False,
    help: Any = "",
    required: bool = True,
    capture: bool = False,
) -> dict[str, Any]:
    """A place to drop files in a form written by hand. See components/file_drop.html."""
    return {
        "name": name,
        "base": f"id_{name}",
        "label": label,
        "accept": accept,
        "multiple": multiple,
        "help": help,
        "required": required,
        "capture": capture,
    }


@register.inclusion_tag("components/act_buttons.html", takes_context=True)
def act_buttons(
    context: Context, acts: Iterable[Any], obj_url: str, seen: Any = ""
) -> dict[str, Any]:
    """Buttons of the acts allowed now. See components/act_buttons.html."""
    rows = [
        {
            "code": get(act, "code"),
            "label": get(act, "label"),
            "icon": get(act, "icon"),
            "style": get(act, "style", "plain"),
            "button": BUTTON_STYLES.get(get(act, "style", "plain"), "btn"),
            "reason": get(act, "reason", False),
            "reason_label": get(act, "reason_label"),
            "confirm": get(act, "confirm"),
            "follows": get(act, "follows", ()) or (),
            "url": get(act, "url"),
            "post_url": f"{obj_url}act/{get(act, 'code')}/",
            "seen": seen,
            "typed": "",
        }
        for act in acts
    ]
    for row in rows:
        if row["reason"] and not row["url"]:
            row["typed"] = typed.take(context.get("request"), row["post_url"])
    rows.sort(key=lambda row: STYLE_ORDER.get(row["style"], 1))
    return {"acts": rows, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def longest_opinion() -> int:
    """How many characters the words of an act may have, for the control they are typed into."""
    return LONGEST_OPINION


@register.simple_block_tag(takes_context=True, end_name="end_confirm_act")
def confirm_act(
    context: Context,
    content: str,
    label: Any,
    url: str,
    code: str = "act",
    confirm: Any = "",
    style: str = "plain",
    reason: bool | str = False,
    reason_label: Any = "",
    follows: Iterable[Any] = (),
    icon_name: str = "",
) -> SafeString:
    """One act whose dialog has fields of its own. See components/act_dialog.html."""
    act = {
        "code": code,
        "label": label,
        "icon": icon_name,
        "style": style,
        "button": BUTTON_STYLES.get(style, "btn"),
        "reason": reason,
        "reason_label": reason_label,
        "confirm": confirm,
        "follows": follows,
        "post_url": url,
        "typed": typed.take(context.get("request"), url) if reason else "",
    }
    return draw("act_dialog", act=act, extra=inner(content), csrf_token=context.get("csrf_token"))


@register.inclusion_tag("components/nonce_commit.html")
def nonce_commit(draw_number: int, party_code: str, party_name: str) -> dict[str, Any]:
    """Make a party's random number in its browser. See components/nonce_commit.html."""
    return {"draw_number": draw_number, "party_code": party_code, "party_name": party_name}


@register.inclusion_tag("components/nonce_reveal.html")
def nonce_reveal(
    draw_number: int, party_code: str, party_name: str, commitment: str
) -> dict[str, Any]:
    """Hand over the random number kept before. See components/nonce_reveal.html."""
    return {
        "draw_number": draw_number,
        "party_code": party_code,
        "party_name": party_name,
        "commitment": commitment,
    }


@register.inclusion_tag("components/signature.html")
def signature(name: str, label: Any, required: bool = True) -> dict[str, Any]:
    """A field to sign with finger or pen. See components/signature.html."""
    return {"name": name, "label": label, "required": required, "base": f"signature-{name}"}
