import datetime as dt
import io
import zipfile

import pytest

from departments.actors import actor_for
from records import imports
from records.errors import Conflict, NotAllowed, Refused
from records.excel import Column, Sheet, kinds, to_bytes
from records.models import DayOverride, ImportJob, TrailEntry

pytestmark = pytest.mark.django_db

SHEET = Sheet(
    title="工作日历",
    columns=(
        Column("day", "日期", kinds.date(), required=True, unique=True),
        Column("is_working", "上班", kinds.choice({"是": True, "否": False}), required=True),
    ),
)


def check(actor, parsed):
    for row in parsed.rows:
        if row.values["day"].year != 2026:
            parsed.add_error(row, "day", "只能导入 2026 年的日期")
    return {"facts": [["日期", str(len(parsed.rows))]]}


def apply(actor, rows, progress):
    for done, row in enumerate(rows, start=1):
        DayOverride.objects.create(source="导入", **row.values)
        progress(done)
        if row.values["day"] == dt.date(2026, 12, 31):
            raise RuntimeError("broken half-way")
    return f"导入 {len(rows)} 天"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    found = imports.ImportKind(
        code="days",
        title="工作日历",
        sheet=SHEET,
        may=lambda actor: actor.has_role("clerk"),
        check=check,
        apply=apply,
        done_url="records:imports",
    )
    monkeypatch.setitem(imports.REGISTRY, "days", found)


@pytest.fixture
def upload(actor):
    def run(*days, content=None, name="日历.xlsx", who="mzj_clerk"):
        content = content or to_bytes(SHEET, [{"day": d, "is_working": True} for d in days])
        job = imports.upload(actor(who), "days", name, content)
        step(job)
        return job

    return run


def step(job):
    imports.run(str(job.pk), actor_for)
    job.refresh_from_db()


def test_a_good_file_is_checked_shown_and_then_imported_whole(upload, actor):
    job = upload(dt.date(2026, 5, 1), dt.date(2026, 5, 2))

    assert (job.state, job.total) == (ImportJob.State.READY, 2)
    assert not DayOverride.objects.exists()
    imports.confirm(actor("mzj_clerk"), str(job.pk))
    step(job)

    assert job.state == ImportJob.State.DONE
    assert job.summary["result"] == "导入 2 天"
    assert DayOverride.objects.count() == 2
    assert TrailEntry.objects.filter(verb="import.done").count() == 1


def test_one_mistake_keeps_all_rows_out_and_is_named_by_row_and_column(upload):
    job = upload(dt.date(2026, 5, 1), dt.date(2025, 5, 2))

    assert job.state == ImportJob.State.REFUSED
    assert job.errors == [
        {
            "row": 3,
            "column": "A",
            "heading": "日期",
            "value": "2025-05-02",
            "message": "只能导入 2026 年的日期",
        }
    ]


def test_a_cell_with_nul_is_named_too(upload):
    content = to_bytes(SHEET, [{"day": dt.date(2026, 10, 1), "is_working": True}])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace("是</t>".encode(), "是_x0000_</t>".encode()))
    job = upload(content=damaged.getvalue())
    assert job.state == ImportJob.State.REFUSED
    assert [(error["row"], error["heading"]) for error in job.errors] == [(2, "上班")]


def test_a_file_of_another_kind_is_refused_in_words(upload):
    job = upload(content=b"not excel", name="日历.csv")

    assert job.state == ImportJob.State.REFUSED
    assert job.errors[0]["row"] == 0
    assert "xlsx" in job.errors[0]["message"]


def test_a_failure_half_way_writes_nothing(upload, actor):
    job = upload(dt.date(2026, 12, 30), dt.date(2026, 12, 31))
    imports.confirm(actor("mzj_clerk"), str(job.pk))

    step(job)

    assert job.state == ImportJob.State.FAILED
    assert not DayOverride.objects.exists()
    assert not TrailEntry.objects.filter(verb="import.done").exists()


def test_a_check_that_breaks_ends_the_job_instead_of_coming_up_for_ever(upload, monkeypatch):
    def broken(actor, parsed):
        raise RuntimeError("broken check")

    object.__setattr__(imports.REGISTRY["days"], "check", broken)
    job = upload(dt.date(2026, 5, 1))

    assert job.state == ImportJob.State.FAILED
    assert "系统内部错误" in job.summary["result"]


def test_data_that_changed_after_the_check_is_checked_again(upload, actor, monkeypatch):
    job = upload(dt.date(2026, 5, 1))
    imports.confirm(actor("mzj_clerk"), str(job.pk))

    def stricter(_, parsed):
        parsed.add_error(parsed.rows[0], "day", "日期已存在")
        return {}

    found = imports.REGISTRY["days"]
    object.__setattr__(found, "check", stricter)
    step(job)

    assert job.state == ImportJob.State.FAILED
    assert "检查之后数据有变化" in job.summary["result"]


def test_running_a_finished_job_again_does_nothing(upload, actor):
    job = upload(dt.date(2026, 5, 1))
    imports.confirm(actor("mzj_clerk"), str(job.pk))
    step(job)
    step(job)

    assert DayOverride.objects.count() == 1
    with pytest.raises(Conflict):
        imports.confirm(actor("mzj_clerk"), str(job.pk))


def test_only_the_uploader_confirms_and_only_who_may_uploads(upload, actor):
    job = upload(dt.date(2026, 5, 1))

    with pytest.raises(NotAllowed):
        imports.confirm(actor("xzsp_clerk"), str(job.pk))
    with pytest.raises(NotAllowed):
        upload(dt.date(2026, 5, 1), who="mzj_head")


def test_a_file_too_large_is_refused_before_it_is_kept(actor):
    with pytest.raises(Refused, match="超过 10 MB"):
        imports.upload(actor("mzj_clerk"), "days", "大.xlsx", b"0" * (imports.MAX_BYTES + 1))
    assert not ImportJob.objects.exists()


def test_a_checked_file_waits_on_its_uploaders_workbench_only(upload, actor):
    job = upload(dt.date(2026, 5, 1))

    (row,) = imports.pending_imports(actor("mzj_clerk"))

    assert (row.what, row.url) == ("确认导入工作日历", f"/imports/{job.pk}/")
    assert imports.pending_imports(actor("mzj_head")) == []
    imports.confirm(actor("mzj_clerk"), str(job.pk))
    assert imports.pending_imports(actor("mzj_clerk")) == []
