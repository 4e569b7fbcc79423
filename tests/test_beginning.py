"""A test that commits leaves nothing behind."""

from __future__ import annotations

import pytest

from clues.models import Clue
from clues.services import intake
from departments.models import Department, DepartmentAlias
from records.models import TrailEntry
from tests import beginning

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_written_changed_and_deleted_is_put_back(actor) -> None:  # type: ignore[no-untyped-def]
    departments = list(Department.objects.order_by("pk").values())
    clerk = actor("mzj_clerk")
    intake.register(clerk, channel="hotline", content="甲", occurred_on=None)
    Department.objects.filter(pk=clerk.department_id).update(name="改了")
    DepartmentAlias.objects.all().delete()
    assert TrailEntry.objects.exists()

    beginning.put_back()

    assert list(Department.objects.order_by("pk").values()) == departments
    assert DepartmentAlias.objects.exists()
    assert not Clue.objects.exists() and not TrailEntry.objects.exists()


def test_the_next_test_has_its_county(county) -> None:  # type: ignore[no-untyped-def]
    assert county.departments.exists()
