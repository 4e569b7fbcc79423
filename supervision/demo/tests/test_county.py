"""The committed data agree with each other and with the published list."""

import re

from supervision.demo import county


def _departments_by_form() -> dict[str, str]:
    forms: dict[str, str] = {}
    for row in county.departments():
        for form in {row.name, row.short_name, *row.aliases}:
            assert form not in forms, f"{form} names two departments"
            forms[form] = row.name
    return forms


def _read_categories(text: str) -> set[str]:
    keywords = [(word, row.code) for row in county.categories() for word in row.keywords]
    found = set()
    for word, code in sorted(keywords, key=lambda pair: -len(pair[0])):
        if word in text:
            found.add(code)
            text = text.replace(word, " ")
    return found


def test_region_has_its_parents_and_19_units() -> None:
    assert [row.code for row in county.regions()] == ["41", "4116", "411603"]
    assert county.regions()[-1].aliases == ("411626",)
    units = county.townships()
    assert len(units) == 19
    assert sum(len(unit.villages) for unit in units) == 475
    assert all(unit.code.startswith("411603") for unit in units)
    assert {unit.name for unit in units if unit.urban} == {"柳湖街道", "王店街道", "城关回族镇"}


def test_departments_are_the_41_of_the_list_and_five_more() -> None:
    rows = county.departments()
    assert len([row for row in rows if row.listed]) == 41
    assert {row.function: row.name for row in rows if row.function} == {
        "coordination": "区行政审批和政务信息管理局",
        "legal": "区司法局",
        "inspection": "区市场监督管理局",
        "credit": "区发展和改革委员会",
        "establishment": "区委机构编制委员会办公室",
        "witness": "区纪委监委派驻纪检监察组",
        "police": "区公安局",
        "procuratorate": "区人民检察院",
        "government": "区人民政府办公室",
    }
    assert len({row.code for row in rows}) == 46
    assert all(re.fullmatch(r"[A-Z]+", row.code) for row in rows)


def test_companies_party_offices_and_institutions_do_not_enforce() -> None:
    enforcing = {row.name for row in county.departments() if row.enforces}
    assert len(enforcing) == 25
    assert not any(row.enforces for row in county.departments() if row.kind == "国有企业")
    assert not any(row.enforces for row in county.departments() if row.kind == "党的机构")
    assert not enforcing & {"区气象局", "区金融服务中心", "区审计局", "开发区管理委员会"}


def test_printed_cells_resolve_to_149_duties_of_41_departments() -> None:
    forms = _departments_by_form()
    duties = []
    for row in county.matters():
        lead = forms[row.lead_cell]
        cooperating = [forms[cell] for cell in re.split(r"[、,,]", row.cooperating_cell)]
        assert lead == row.lead
        assert cooperating == list(row.cooperating)
        duties += [lead, *cooperating]
    assert len(duties) == 149
    assert len(set(duties)) == 41


def test_keywords_find_the_categories_of_every_matter() -> None:
    for row in county.matters():
        expected = {c.code for c in county.categories() if row.no in c.matters}
        assert expected, row.name
        assert _read_categories(row.subjects) == expected, row.name


def test_each_keyword_and_name_belongs_to_one_category() -> None:
    words = [word for row in county.categories() for word in row.keywords]
    assert len(words) == len(set(words))
    titles = [row.name for row in county.categories()]
    assert len(titles) == len(set(titles))
    assert not any("、" in title for title in titles)


def test_check_items_belong_to_enforcing_departments_and_known_categories() -> None:
    enforcing = {row.code for row in county.departments() if row.enforces}
    known = {row.code for row in county.categories()}
    items = county.check_items()
    assert len({item.code for item in items}) == len(items)
    assert {item.department for item in items} == enforcing
    assert all(set(item.categories) <= known for item in items)
    assert all(item.title and item.guidance and item.law for item in items)
    assert all(re.fullmatch(r"第[一二三四五六七八九十百]+条|", item.article) for item in items)


def test_every_enforcing_lead_has_items_for_its_matter() -> None:
    codes = {row.name: row for row in county.departments()}
    for matter in county.matters():
        lead = codes[matter.lead]
        served = {c.code for c in county.categories() if matter.no in c.matters}
        items = [
            item
            for item in county.check_items()
            if item.department == lead.code and served & set(item.categories)
        ]
        assert len(items) >= 2 or not lead.enforces, matter.name


def test_nursing_homes_have_items_of_all_who_visit_them() -> None:
    visiting = {i.department for i in county.check_items() if "nursing-home" in i.categories}
    assert visiting == {"MZJ", "WJW", "XFDD", "SCJG", "ZJJ", "ZRZY", "CGJ", "CZJ"}
