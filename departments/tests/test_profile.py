"""Which number holds where, and who fills which function."""

from __future__ import annotations

import pytest

from departments import profile
from departments.admin import RuleValueForm
from departments.models import Department, DepartmentAlias, FunctionAssignment, Region, RuleValue
from departments.profile import Number, TimeLimit
from departments.roles import Function
from records.errors import Refused
from records.workdays import Limit, Unit


@pytest.fixture
def rule(monkeypatch) -> Number:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(profile, "RULES", {})
    return Number("test.visits", 2, "每年检查上限", "次", "默认依据")


def override(code: str, value: int) -> None:
    RuleValue.objects.create(
        region=Region.objects.get(code=code), key="test.visits", value=value, source=f"{code} 规定"
    )


def test_default_holds_where_nobody_says_otherwise(county, rule) -> None:  # type: ignore[no-untyped-def]
    found = profile.resolve("411603", rule)
    assert (found.value, found.source, found.overridden) == (2, "默认依据", False)


def test_nearest_superior_wins(county, rule) -> None:  # type: ignore[no-untyped-def]
    override("41", 3)
    assert profile.number("411603", rule) == 3
    override("4116", 4)
    assert profile.number("411603", rule) == 4
    override("411603", 5)
    found = profile.resolve("411603", rule)
    assert (found.value, found.source, found.overridden) == (5, "411603 规定", True)
    assert profile.number("4116", rule) == 4, "a subordinate's number does not rise"


def test_neighbours_number_does_not_hold_here(county, rule) -> None:  # type: ignore[no-untyped-def]
    Region.objects.create(code="411602", name="川汇区", full_name="川汇区", level="county")
    override("411602", 9)
    assert profile.number("411603", rule) == 2


def test_time_limit_keeps_its_unit(county, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(profile, "RULES", {})
    rule = TimeLimit("test.visits", 20, "公示", Unit.WORKING_DAY, "默认依据")
    override("411603", 10)
    found = profile.time_limit("411603", rule)
    assert found.limit == Limit(10, Unit.WORKING_DAY)
    assert found.source == "411603 规定"


def test_rules_can_be_chosen_by_their_words(rule) -> None:  # type: ignore[no-untyped-def]
    assert profile.choices() == [("test.visits", "每年检查上限（次，缺省 2）")]


def test_function_is_filled_by_the_profile_not_by_a_name(county) -> None:  # type: ignore[no-untyped-def]
    other = Department.objects.get(name="区发展和改革委员会")
    FunctionAssignment.objects.filter(function=Function.COORDINATION).update(department=other)
    assert profile.filling("411603", Function.COORDINATION) == other


def test_missing_function_is_refused_in_words(county) -> None:  # type: ignore[no-untyped-def]
    FunctionAssignment.objects.filter(function=Function.WITNESS).delete()
    assert profile.filling("411603", Function.WITNESS) is None
    with pytest.raises(Refused, match="纪检监察见证"):
        profile.must_fill("411603", Function.WITNESS)


def test_misprint_is_an_alias_of_the_department(county) -> None:  # type: ignore[no-untyped-def]
    alias = DepartmentAlias.objects.get(region=county, alias="区人力资源和社会保障社局")
    assert alias.department.name == "区人力资源和社会保障局"


@pytest.mark.parametrize(("said", "holds"), [(90, 30), (30, 30), (15, 15), (0, 1)])
def test_a_region_stays_within_what_the_law_allows(county, monkeypatch, said, holds) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(profile, "RULES", {})
    rule = TimeLimit(
        "test.visits", 30, "扣押期限", Unit.CALENDAR_DAY, "某法第一条", most=30, least=1
    )
    form = RuleValueForm(
        {"region": county.pk, "key": "test.visits", "value": said, "source": "区规定"}
    )
    assert form.is_valid() == (said == holds)
    if said != holds:
        assert "某法第一条" in form.errors["value"][0]
    override("411603", said)
    assert profile.resolve("411603", rule).value == holds
