"""The public site over many published results: each page beside the plain SQL of its rows, and a
whole answer of one process beside the page that shows no rows at all."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.test import Client

from credit.models import Subject
from departments.models import Department, Region, User
from inspections.models import JointTask, Publication, Result, TaskPart
from matters.models import Matter, MatterVersion
from records import clock
from supervision.publicity import selectors
from supervision.publicity.datasets import DATASETS, mark_of
from tests.benchmark.measure import (
    Report,
    database_seconds,
    multiply,
    numbers,
    page_after,
    page_seconds,
    seconds,
    sql_seconds,
)

_PLAIN = "SELECT * FROM inspections_publication WHERE region_id = %s ORDER BY id DESC LIMIT 51"
_SCAN = "SELECT id FROM inspections_publication WHERE subject_name LIKE '%%龘龘%%'"
_PAGES = ("", "results/", "matters/", "departments/", "plans/", "draws/", "white-list/", "data/")


def run(size: int) -> Report:
    """Measure with ``size`` published results."""
    first = _fill(size)
    region = first.region
    report = Report("public_pages", size)
    found, order = selectors.publications(region), selectors.RESULT_ORDERING
    plain = sql_seconds(_PLAIN, [region.pk])
    page = page_seconds(found, order)
    report.add("results, first page", page, "plain page by SQL", plain, 2)
    later = page_seconds(found, order, page_after(found, order))
    report.add("results, a later page", later, "its first page", page, 3)
    scan = sql_seconds(_SCAN, repeats=3)
    for what, text, reach in (
        ("a word that nobody has", "龘龘", 0.01),
        ("a whole code", first.subject_identifier, 0.01),
        ("what everybody has", "养老", 1),
    ):
        took = page_seconds(found.matching(text), order)
        report.add(f"results by {what}", took, "reading all names", scan, reach)
    stamp = database_seconds(lambda: mark_of(DATASETS["results"], region))
    report.add("mark of the results' download", stamp, "reading all names", scan, 3)
    visitor = Client()
    bare = seconds(partial(visitor.get, "/public/verify/"))
    for name in (*_PAGES, f"results/{first.pk}/"):
        address = f"/public/{name}"
        assert visitor.get(address).status_code == 200, address
        whole = seconds(partial(visitor.get, address))
        report.add(f"{address}, {1 / whole:.0f} a second", whole, "a page without rows", bare, 4)
    return report


def _fill(size: int) -> Publication:
    """A published result, copied ``size`` times with names and codes of their own."""
    region = Region.objects.get(code="411603")
    user = User.objects.get(username="mzj_clerk")
    lead = Department.objects.get(pk=user.department_id)
    part = _visit(region, lead, user)
    result = Result.objects.create(part=part, state=Result.State.PUBLISHED, codes=["no_problem"])
    first = Publication.objects.create(
        result=result,
        region=region,
        subject_name="淮阳区样品养老院",
        subject_identifier="PUBLIC-0",
        matter_name="养老机构安全综合监管",
        department_name=lead.name,
        checked_on=clock.today(),
        results=["未发现问题"],
        published_at=clock.now() - dt.timedelta(days=400),
    )
    task = part.task_id
    multiply(
        "inspections_jointtask",
        task,
        numbers(size),
        {"code": "'PUBLIC-V' || i", "token": "'v' || i"},
    )
    visits = "(SELECT id, substr(token, 2)::bigint AS i FROM inspections_jointtask WHERE code LIKE"
    multiply("inspections_taskpart", part.pk, f"{visits} 'PUBLIC-V%') AS s", {"task_id": "s.id"})
    parts = (
        "(SELECT p.id FROM inspections_taskpart p JOIN inspections_jointtask k ON k.id = p.task_id "
        "WHERE k.code LIKE 'PUBLIC-V%') AS s"
    )
    multiply("inspections_result", result.pk, parts, {"part_id": "s.id"})
    made = (
        "(SELECT id, row_number() OVER (ORDER BY id) AS i FROM inspections_result "
        f"WHERE part_id <> {part.pk}) AS s"
    )
    multiply(
        "inspections_publication",
        first.pk,
        made,
        {
            "result_id": "s.id",
            "subject_name": "'淮阳区第' || s.i || '养老院'",
            "subject_identifier": "'PUBLIC-' || s.i",
            "published_at": "t.published_at + s.i * interval '31 seconds'",
        },
    )
    return first


def _visit(region: Region, lead: Department, user: User) -> TaskPart:
    matter = Matter.objects.create(region=region, code="PUBLIC", number=9_000)
    version = MatterVersion.objects.create(
        matter=matter,
        number=1,
        state=MatterVersion.State.IN_FORCE,
        name="养老机构安全综合监管",
        change_reason="首次公布",
        lead=lead,
        created_by=user,
    )
    subject = Subject.objects.create(
        region=region,
        id_kind="uscc",
        identifier="PUBLIC-S",
        name="淮阳区样品养老院",
        categories=["nursing-home"],
    )
    task = JointTask.objects.create(
        region=region,
        origin=JointTask.Origin.WARNING,
        matter_version=version,
        subject=subject,
        lead=lead,
        code="PUBLIC-1",
        reason="样品",
    )
    return TaskPart.objects.create(task=task, department=lead)
