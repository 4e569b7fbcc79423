"""Pages of hand-overs of suspected crimes (L7)."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from clues.acts.crime import CRIME_ACTS
from clues.forms import crime as forms
from clues.models import Clue, CrimeHandover
from clues.selectors import procedures as selectors
from clues.selectors.steps import crime_steps
from clues.services.crime import HANDLERS
from clues.services.crime import begin as beginning
from clues.services.crime import department as services
from clues.views.procedures import (
    BeginView,
    Button,
    Page,
    ProcedureListView,
    StepView,
    may_begin,
)
from departments.actors import fills_in
from departments.models import User
from departments.roles import Function
from records.actor import Actor
from records.middleware import actor_of
from records.views import ActView


def is_police(actor: Actor) -> bool:
    """A clerk or head of the police, who hand cases over the other way."""
    return fills_in(actor, Function.POLICE, actor.region_code)


class CrimeListView(ProcedureListView):
    """All hand-overs between departments, police and procuratorate."""

    title = "行刑衔接"
    note = "涉嫌犯罪的案件移送公安机关，抄送检察院；不追究刑事责任的移送行政处理。每一步都有时限。"
    url_name = "clues:crime-list"
    empty = "查处违法行为时发现涉嫌犯罪的，在这里指定专案组、审批并移送。"
    filter_class = forms.CrimeFilter
    sheet = selectors.CRIME_SHEET
    groups = selectors.CRIME_GROUPS

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return selectors.crimes(actor)

    def buttons(self, actor: Actor) -> list[Button]:
        if is_police(actor):
            return [Button("移送行政处理", reverse("clues:crime-back"))]
        if may_begin(actor):
            return [Button("移送涉嫌犯罪案件", reverse("clues:crime-new"))]
        return []


def _case(data: dict[str, Any], clue: Clue | None) -> beginning.Case:
    return beginning.Case(
        title=data["title"],
        facts=data["facts"],
        suspect=data["suspect"],
        clue_id=clue.pk if clue else None,
    )


class CrimeNewView(BeginView):
    """Name case officers for a suspected crime."""

    title = "移送涉嫌犯罪案件"
    note = "立即指定两名以上执法人员组成专案组核实（国务院令第310号第五条）。"
    button = "指定专案组"
    list_url = "clues:crime-list"
    form_class = forms.CaseForm

    def may(self, actor: Actor) -> bool:
        return may_begin(actor) and not is_police(actor)

    def begin(self, actor: Actor, data: dict[str, Any], clue: Clue | None) -> CrimeHandover:
        return beginning.begin(
            actor,
            _case(data, clue),
            [person.pk for person in data["officers"]],
            key=data["key"],
        )


class CrimeBackView(BeginView):
    """The police hand a case over for an administrative penalty."""

    title = "移送行政处理"
    note = "没有犯罪事实或者不需要追究刑事责任，但应当追究行政责任的，及时移送（第十三条）。"
    button = "送负责人签发"
    list_url = "clues:crime-list"
    form_class = forms.BackForm
    refusal = "只有公安机关可以移送行政处理。"

    def may(self, actor: Actor) -> bool:
        return is_police(actor)

    def begin(self, actor: Actor, data: dict[str, Any], clue: Clue | None) -> CrimeHandover:
        return beginning.begin_back(
            actor,
            _case(data, clue),
            data["department"].pk,
            data["files"],
            key=data["key"],
        )


class CrimeView(View):
    """One hand-over: whose turn it is, steps, facts, documents, letters, and the course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        case = get_object_or_404(
            CrimeHandover.objects.visible_to(actor)
            .select_related("department", "police", "procuratorate", "subject", "clue")
            .prefetch_related(Prefetch("officers", User.objects.order_by("pk"))),
            pk=pk,
        )
        letters = selectors.visible_letters(actor, case)
        context = {
            "case": case,
            "acts": CRIME_ACTS.buttons(actor, case),
            "turns": selectors.turns(case),
            "steps": crime_steps(case),
            "documents": selectors.checklist(case),
            "letters": letters,
            "clue": visible_clue(actor, case.clue),
            "entries": selectors.course(case, letters),
        }
        return render(request, "clues/crime.html", context)


def visible_clue(actor: Actor, clue: Clue | None) -> Clue | None:
    """The clue, if the person sees it."""
    if clue is None or not Clue.objects.visible_to(actor).filter(pk=clue.pk).exists():
        return None
    return clue


class CrimeActView(ActView):
    """The acts that need no more than an opinion."""

    table = CRIME_ACTS
    handlers = HANDLERS
    detail_url = "clues:crime"


PAGES: dict[str, Page] = {
    "officers": Page(
        forms.OfficersForm,
        lambda actor, pk, data: beginning.change_officers(
            actor, pk, [person.pk for person in data["officers"]]
        ),
        "调整专案组",
        "专案组应当有两名以上本部门行政执法人员（第五条）。",
    ),
    "report": Page(
        forms.ReportForm,
        lambda actor, pk, data: services.report(
            actor, pk, data["report"], offence=data["offence"], penalties=data["penalties"]
        ),
        "报负责人审批",
        "负责人自接到报告之日起三日内决定是否移送（第五条）。",
    ),
    "attach": Page(
        forms.AttachForm,
        lambda actor, pk, data: services.attach(actor, pk, **data),
        "上传",
        "四类材料齐全后才能签发移送书；没有涉案物品或鉴定的，上传书面说明（第六条）。",
    ),
    "reword": Page(
        forms.RewordForm,
        lambda actor, pk, data: services.reword(actor, pk, **data),
        "保存",
        "移送书由负责人签发后编定文号。",
    ),
    "supplement": Page(
        forms.SupplementForm,
        lambda actor, pk, data: services.supplement(actor, pk, **data),
        "提交补正材料",
        "提交后，公安机关的立案审查期限恢复计算。",
    ),
    "deliver": Page(
        forms.DeliverForm,
        lambda actor, pk, data: services.deliver(actor, pk, **data),
        "移交公安机关",
        "自接到立案通知书之日起三日内移交，并办结交接手续（第十二条）。",
    ),
}


class CrimeStepView(StepView):
    """The acts with a page of their own."""

    table = CRIME_ACTS
    pages = PAGES
