"""A page of fifty of the API for somebody logged in, against a view that returns a constant."""

from __future__ import annotations

from credit.models import Subject
from departments.models import Region
from tests.benchmark.asking import CONSTANT, cookies_of, get, platform
from tests.benchmark.measure import Report, in_turn, multiply, numbers

PAGE = 50
_REPEATS = 60
LISTS = (
    ("subjects", "/api/v1/subjects/", "mzj_clerk"),
    ("clues", "/api/v1/clues/", "xzsp_clerk"),
)


def run(size: int) -> Report:
    """Measure on ``size`` more subjects and the clues that are there."""
    _fill(size)
    report = Report("api_list", size)
    with platform() as answer:
        for what, address, username in LISTS:
            cookies = cookies_of(username)
            own, reference = in_turn(
                lambda: answer(get(address, cookies)),  # noqa: B023
                lambda: answer(get(CONSTANT, cookies)),  # noqa: B023
                _REPEATS,
            )
            # A quarter of its requests in a second are four times its time.
            report.add(f"{PAGE} {what}", own, "a view that returns a constant", reference, 4)
    return report


def _fill(size: int) -> None:
    first = Subject.objects.create(
        region=Region.objects.get(code="411603"),
        id_kind="uscc",
        identifier="LIST-0",
        name="淮阳区样品养老院",
        categories=["nursing-home"],
        grade="B",
    )
    multiply(
        "credit_subject",
        first.pk,
        numbers(max(size, PAGE)),
        {"identifier": "'LIST-' || i", "labels": "'{}'"},
    )
