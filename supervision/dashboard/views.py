"""The first page of every person, and the one screen at the desk and on the wall."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views import View

from departments.actors import oversees
from departments.models import Department, Region
from records import clock
from records.actor import Actor
from records.errors import NotAllowed
from records.excel import Column, Sheet, kinds
from records.exports import export, export_list
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import YEARS, key_of
from records.periods import beginning, day_after
from supervision.dashboard import board as boards
from supervision.dashboard import rollups, workbench
from supervision.dashboard.annual import annual
from supervision.dashboard.figures import BY_KEY, FIGURES, Figure, rows_of

FRESHEN = 500
"""Changes that a page counts itself, so that who did something sees it; more are left to the
schedule."""

STOP_POLLING = 286
"""htmx asks no more."""


class WorkbenchView(View):
    """What waits for me, by deadline; beside it what I handed on and the week's visits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        context = {
            "lanes": workbench.lanes(actor),
            "handed_on": workbench.handed_on(actor),
            "visits": workbench.coming_visits(actor),
            "note": getattr(request.user, "demo_note", ""),
        }
        return render(request, "dashboard/workbench.html", context)


def _overseer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not oversees(actor, actor.region_code):
        raise NotAllowed("统筹看板供综合协调组和各专项工作组使用。", verb="coordination.view")
    return actor


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = _overseer(request)
    rollups.fold(FRESHEN)
    colour = request.GET.get("map", "")
    now = clock.now()
    board = boards.board(actor, colour)
    return {"board": board, "colour": colour, "now": now, "year": clock.today().year}


class CoordinationView(View):
    """Where joint supervision stands in the region, with the rows behind every figure."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = _context(request)
        if request.GET.get("export") == "xlsx":
            return export(request, FIGURE_SHEET, figure_rows(context["board"]), "统筹看板.xlsx")
        return render(request, "dashboard/coordination.html", context | _polling("desk"))


class AnnualView(View):
    """The summary of a year as a paper."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        actor = _overseer(request)
        if year not in YEARS or year > clock.today().year:
            raise Http404
        context = {
            "annual": annual(actor, year),
            "region": Region.objects.get(code=actor.region_code),
            "issuer": actor.department_name,
            "today": clock.today(),
        }
        return render(request, "dashboard/annual.html", context)


class WallView(View):
    """The same on a screen of 1920 × 1080 that is read from across the room."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "dashboard/wall.html", _context(request) | _polling("wall"))


def _polling(place: str, since: int | None = None) -> dict[str, Any]:
    return {"place": place, "since": since or int(time.time())}


class LiveView(View):
    """The changing part of desk and wall, asked for again and again: nothing, while it shows what
    was ``seen``. A desk that nobody touches stops asking when its session would have ended (a
    wall does not), or the asking would keep it signed in for ever (R2)."""

    def get(self, request: HttpRequest, place: str) -> HttpResponse:
        if place not in _LIVE:
            raise Http404
        since = key_of(request.GET.get("since", "")) or int(time.time())
        context = _context(request)
        if place == "desk" and time.time() - since > settings.SESSION_COOKIE_AGE:
            return HttpResponse(status=STOP_POLLING)
        if request.GET.get("seen") == context["board"].mark:
            return HttpResponse(status=204)
        return render(request, _LIVE[place], context | _polling(place, since))


_LIVE = {"desk": "dashboard/_desk.html", "wall": "dashboard/_wall.html"}


class FigureView(View):
    """The rows behind one figure: exactly those it counts, of a place or a choice if asked."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        actor = _overseer(request)
        figure = BY_KEY.get(key)
        if figure is None:
            raise Http404
        asked = _Asked(figure, request)
        rows = asked.rows(actor)
        heads = [head for head, _ in figure.listing.columns]
        if request.GET.get("export") == "xlsx":
            sheet = Sheet(
                figure.title,
                [
                    Column(f"c{number}", head, kinds.text(300), width=24)
                    for number, head in enumerate(heads)
                ],
            )

            def cells(shown: QuerySet[Any]) -> Iterator[dict[str, str]]:
                for _, line in _lines(figure, shown):
                    yield {f"c{number}": str(cell) for number, cell in enumerate(line)}

            rows = rows.order_by("-pk")
            return export_list(request, sheet, rows, cells, f"{asked.group.title}.xlsx")
        page = requested_page(request, rows, ("-pk",))
        context = {
            "figure": figure,
            "title": asked.group.title,
            "place": "、".join(str(place) for place in asked.places),
            "heads": heads,
            "lines": [
                (url, list(zip(heads, line, strict=True))) for url, line in _lines(figure, page)
            ],
            "page": page,
            "total": capped_count(rows),
            "tabs": asked.tabs,
            "export_url": f"?{urlencode({**request.GET.dict(), 'export': 'xlsx'})}",
        }
        return render(request, "dashboard/figure.html", context)


class _Asked:
    """What a request wants of a figure's rows; what is unknown is not there (404)."""

    def __init__(self, figure: Figure, request: HttpRequest) -> None:
        self.figure = figure
        self.of_whole = request.GET.get("of") == "whole" and figure.whole is not None
        self.group = figure.whole if self.of_whole and figure.whole else figure.part
        self.code = request.GET.get("code", "")
        self.age = request.GET.get("age", "")
        self.township = self._place(request, "township", Region.objects.all())
        self.department = self._place(request, "department", Department.objects.all())
        split = self.group.split
        known = {code for code, _, _ in split.choices} if split else set()
        if self.code and self.code not in known:
            raise Http404
        if self.age and (
            figure.key != "clues" or self.age not in {each[0] for each in boards.AGES}
        ):
            raise Http404

    def _place(self, request: HttpRequest, name: str, known: QuerySet[Any]) -> Any:
        text = request.GET.get(name, "")
        if not text:
            return None
        place = known.filter(pk=key_of(text)).first()
        if place is None or not getattr(self.figure.listing, name):
            raise Http404
        return place

    @property
    def places(self) -> list[Any]:
        return [place for place in (self.township, self.department) if place is not None]

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """The rows asked for that the person may see."""
        listing = self.figure.listing
        found = rows_of(self.group, listing.rows(actor), clock.today().year, self.code)
        for name, place in (("township", self.township), ("department", self.department)):
            if place is not None:
                found = found.filter(**{getattr(listing, name): place.pk})
        if self.age:
            first, last = boards.received_between(self.age)
            found = found.filter(received_at__lt=beginning(day_after(last)))
            if first is not None:
                found = found.filter(received_at__gte=beginning(first))
        return found.select_related(*listing.related).prefetch_related(*listing.prefetched)

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """A share's rows and what they are a share of; what a number splits into."""
        place = {
            "township": self.township and self.township.pk,
            "department": self.department and self.department.pk,
        }
        figure = self.figure
        tabs: list[tuple[str, dict[str, Any], bool]] = []
        if figure.whole is not None:
            tabs.append((figure.part.title, {}, not self.of_whole))
        base = {"of": "whole"} if figure.whole is not None else {}
        group = figure.whole or figure.part
        active = self.of_whole == bool(base) and not self.age
        tabs.append((group.title, base, active and not self.code))
        if group.split is not None:
            for code, label, _ in group.split.choices:
                tabs.append((label, base | {"code": code}, active and self.code == code))
        return [
            {"label": label, "url": figure.url(**query, **place), "active": active}
            for label, query, active in tabs
        ]


def _lines(figure: Figure, rows: Any) -> Iterator[tuple[str, list[Any]]]:
    """Each row's address and its cells."""
    shows: list[Callable[[Any], Any]] = [show for _, show in figure.listing.columns]
    for row in rows:
        about = getattr(row, "target", row)
        url = getattr(about, "get_absolute_url", str)
        yield ("" if url is str else url()), [show(row) for show in shows]


FIGURE_SHEET = Sheet(
    "统筹看板",
    [
        Column("figure", "指标", kinds.text(60), width=16),
        Column("place", "范围", kinds.text(100), width=28),
        Column("value", "数值", kinds.text(20), width=10),
        Column("unit", "单位", kinds.text(10), width=8),
        Column("part", "分子", kinds.text(20), width=10),
        Column("whole", "分母", kinds.text(20), width=10),
        Column("definition", "口径", kinds.text(200), width=60),
        Column("source", "数据来源", kinds.text(60), width=24),
    ],
)


def figure_rows(board: boards.Board) -> Iterator[dict[str, Any]]:
    """The figures as rows of Excel: of the region, then by department."""
    tiles = [("全部", board.tiles[figure.key]) for figure in FIGURES]
    tiles += [(row.department.name, tile) for row in board.departments for tile in row.tiles]
    for place, tile in tiles:
        yield {
            "figure": tile.title,
            "place": place,
            "value": tile.value,
            "unit": tile.unit,
            "part": str(tile.part),
            "whole": "" if tile.whole is None else str(tile.whole),
            "definition": tile.figure.definition,
            "source": tile.figure.source,
        }
