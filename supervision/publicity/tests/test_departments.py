"""Each department tells the public its duties, legal bases, procedures and telephone (T八)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from departments.models import Department, FunctionAssignment, Region, RuleValue
from departments.roles import Function
from inspections.tests.result_samples import checked_story
from matters.models import Duty, MatterVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Any:
    """民政 leads a matter in which 卫健 sends inspectors."""
    story = checked_story(county)
    version = MatterVersion.objects.get()
    for position, (code, part) in enumerate((("MZJ", "lead"), ("WJW", "enforcing"))):
        Duty.objects.create(
            version=version,
            department=story.departments[code],
            part=part,
            position=position,
            description=f"{code}的职责说明",
        )
    return story


def page(department: Department) -> str:
    answer = Client().get(f"/public/departments/{department.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_department_tells_what_it_does_by_which_law_and_how(story) -> None:  # type: ignore[no-untyped-def]
    lead, partner = story.departments["MZJ"], story.departments["WJW"]
    Department.objects.filter(pk=lead.pk).update(hotline="0394-2660000")
    FunctionAssignment.objects.update_or_create(
        region=story.region,
        function=Function.CREDIT,
        defaults={"department": lead, "source": "淮政办〔2025〕1号 一"},
    )
    text = page(lead)
    for words in (
        "tel:0394-2660000",
        "养老机构安全综合监管",
        "养老机构管理办法 第三十二条",
        "联合信用监管组",
        "淮政办〔2025〕1号 一",
        "20 个工作日内",
        "3 个工作日内",
        "郯政发〔2023〕1号（八）",
    ):
        assert words in text, words
    text = page(partner)
    assert "WJW的职责说明" in text and "配合（执法）" in text and lead.name in text
    listed = Client().get("/public/departments/").content.decode()
    assert listed.index(lead.name) < listed.index(partner.name)
    assert "tel:0394-2660000" in listed


def test_the_limits_are_those_of_the_region(story) -> None:  # type: ignore[no-untyped-def]
    RuleValue.objects.create(
        region=story.region, key="clues.handle", value=12, source="本区办理规定"
    )
    text = page(story.departments["MZJ"])
    assert "12 个工作日内" in text and "本区办理规定" in text


def test_what_is_in_preparation_or_dissolved_is_not_told(story) -> None:  # type: ignore[no-untyped-def]
    lead = story.departments["MZJ"]
    MatterVersion.objects.update(state="legal_review")
    assert "养老机构安全综合监管" not in page(lead)
    Department.objects.filter(pk=lead.pk).update(is_active=False)
    assert Client().get(f"/public/departments/{lead.pk}/").status_code == 404
    assert lead.name not in Client().get("/public/departments/").content.decode()
