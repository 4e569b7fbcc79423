"""The interface components: what they escape, where they post, and that pages can carry them."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory

from records.paging import Count

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
ICONS = Path(settings.BASE_DIR) / "node_modules/@tabler/icons/icons/outline"


def render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    template = Template("{% load ui %}" + source)
    return template.render(Context({"request": request, "csrf_token": "tok", **context}))


def test_a_word_from_outside_is_escaped_in_chip_link_and_block_components():
    evil = "<script>alert(1)</script>"
    html = render(
        "{% chip x %}{% department_link d %}{% page_head x note=x %}{% end_page_head %}"
        "{% fact x %}{{ x }}{% end_fact %}{% copy_button x %}{% bytes_fold x x %}",
        x=evil,
        d=SimpleNamespace(name=evil, url="/d/"),
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") >= 7


def test_markup_inside_a_block_component_is_kept():
    html = render('{% page_head "计划" %}<a class="btn" href="/x/">新增</a>{% end_page_head %}')
    assert '<a class="btn" href="/x/">新增</a>' in html


@pytest.mark.parametrize(
    ("level", "tone"),
    [("overdue", "bad"), ("today", "warn"), ("paused", "info"), ("met", "ok"), ("ok", "neutral")],
)
def test_a_deadline_chip_has_colour_icon_word_and_calculation(level, tone):
    deadline = SimpleNamespace(
        chip_text="剩 3 个工作日", chip_level=level, explanation_url="/deadlines/7/"
    )
    html = render("{% deadline_chip d %}", d=deadline)
    assert f"chip-{tone}" in html
    assert "<svg" in html and "剩 3 个工作日" in html
    assert 'href="/deadlines/7/"' in html and "data-dialog" in html


def test_no_deadline_draws_nothing():
    assert render("{% deadline_chip d %}", d=None) == ""


def test_acts_post_to_their_own_address_with_the_token_and_ask_when_they_must():
    acts = [
        {"code": "return", "label": "退回", "style": "danger", "reason": True},
        {"code": "remind", "label": "催办", "style": "plain"},
        {"code": "approve", "label": "同意", "style": "primary", "confirm": "同意后生效。"},
    ]
    html = render('{% act_buttons acts "/plans/3/" %}', acts=acts)
    assert html.count('value="tok"') == 3
    for code in ("return", "remind", "approve"):
        assert f'action="/plans/3/act/{code}/"' in html
    assert html.count("<dialog") == 2
    assert re.search(r"<textarea[^>]*name=\"opinion\"[^>]* required", html)
    assert html.index("同意") < html.index("催办") < html.index("退回")


class PlanForm(forms.Form):
    name = forms.CharField(label="计划名称", help_text="写明年份。")
    way = forms.ChoiceField(label="方式", choices=[("1", "现场")], widget=forms.RadioSelect)


def test_a_wrong_field_says_so_to_eyes_and_screen_readers_and_keeps_what_was_typed():
    form = PlanForm({"name": "", "way": "9"})
    html = render("{% form_errors form %}{% field form.name rule='每年不超过 1 次' %}", form=form)
    assert 'href="#id_name_group"' in html and 'id="id_name_group"' in html
    control = re.search(r"<input[^>]*name=\"name\"[^>]*>", html).group()
    assert "is-invalid" in control and 'aria-invalid="true"' in control
    for part in ("rule", "helptext", "error"):
        assert f"id_name_{part}" in control and f'id="id_name_{part}"' in html


def test_only_fields_that_are_wrong_are_counted():
    form = PlanForm({"name": "年度计划", "way": "1"})
    form.add_error(None, "已被他人修改，请刷新页面。")
    html = render("{% form_errors form %}", form=form)
    assert "还没有保存。" in html and "处需要修改" not in html and "已被他人修改" in html
    form.add_error("name", "写明年份。")
    assert "有 1 处需要修改" in render("{% form_errors form %}", form=form)


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (0, "共 0 条"),
        (1000, "共 1000 条"),
        (1001, "共 1000+ 条"),
        (Count(1000, True), "共 1000+ 条"),
    ],
)
def test_a_count_stops_at_its_cap(total, text):
    assert render("{% capped_count total %}", total=total) == text


def test_the_pager_keeps_filters_and_drops_the_old_place():
    page = SimpleNamespace(previous_key="p1", next_key="n1")
    html = render("{% pager page %}", "/list/?state=1&after=old", page=page)
    assert 'href="?state=1&amp;before=p1"' in html
    assert 'href="?state=1&amp;after=n1"' in html
    assert 'href="?state=1"' in html
    assert "old" not in html


def test_sorting_turns_round_and_starts_at_the_first_page():
    html = render('{% sort_header "名称" "name" %}', "/list/?sort=name&after=k&q=a")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-name&amp;q=a"' in html


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=20), "不到 1 分钟"),
        (timedelta(minutes=61), "1 小时 1 分钟"),
        (timedelta(days=2, hours=3), "2 天 3 小时"),
        (timedelta(days=1), "1 天"),
    ],
)
def test_a_span_is_said_in_words(span, text):
    assert render("{{ value|span }}", value=span) == text


def test_bars_are_proportional_and_survive_nothing_but_zeros():
    html = render(
        "{% bars rows %}", rows=[{"label": "甲", "value": 4}, {"label": "乙", "value": 1}]
    )
    assert re.findall(r'bar-fill" width="(\d+)"', html) == ["1000", "250"]
    assert 'bar-fill" width="0"' in render("{% bars rows %}", rows=[{"label": "甲", "value": 0}])


def test_bars_behind_the_first_few_are_folded_on_the_same_scale():
    rows = [{"label": f"第{value}项", "value": value} for value in (8, 4, 2)]
    shown, folded = render("{% bars rows fold=2 %}", rows=rows).split("<details")
    assert re.findall(r'bar-fill" width="(\d+)"', shown) == ["1000", "500"]
    assert re.findall(r'bar-fill" width="(\d+)"', folded) == ["250"]
    assert "其余 1 项" in folded
    assert "<details" not in render("{% bars rows fold=3 %}", rows=rows)


def test_progress_asks_again_only_while_the_work_runs():
    job = {"state": "running", "text": "导入", "done": 5, "total": 20, "poll_url": "/jobs/1/"}
    assert 'hx-get="/jobs/1/"' in render("{% progress job %}", job=job)
    assert 'value="25"' in render("{% progress job %}", job=job)
    assert "hx-get" not in render("{% progress job %}", job={**job, "state": "failed"})


def test_every_icon_named_in_a_template_exists():
    missing = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(r"""{% icon ["']([\w-]+)["']""", path.read_text(encoding="utf-8"))
        if not (ICONS / f"{name}.svg").is_file()
    }
    assert missing == set()


def test_no_template_needs_more_than_the_content_security_policy_allows():
    forbidden = re.compile(
        r"""\sstyle=["']|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)|href=["']javascript:|hx-on"""
    )
    tags = re.compile(r"{%.*?%}", re.DOTALL)  # an argument of a tag is not an attribute
    found = {
        (path.name, match.group())
        for path in TEMPLATES
        for match in forbidden.finditer(tags.sub("", path.read_text(encoding="utf-8")))
    }
    assert found == set()
