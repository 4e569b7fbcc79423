"""A file holds all of its list, or there is none and the list says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from records import exports

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[1]
APPS = ("clues", "credit", "inspections", "matters", "records", "supervision")
LISTS = (
    ("/credit/sanctions/?state=active", "fgw_clerk"),
    ("/credit/petitions/?state=", "fgw_clerk"),
    ("/credit/duplicates/?state=", "fgw_clerk"),
    ("/credit/white-list/?state=", "fgw_clerk"),
    ("/trail/?verb=", "audit_admin"),
)


@pytest.mark.parametrize(("url", "who"), LISTS)
def test_what_is_too_long_for_a_file_is_refused_on_the_list(
    county, client_of, monkeypatch, url: str, who: str
) -> None:
    client = client_of(who)
    handed_out = client.get(f"{url}&export=xlsx")
    assert handed_out["Content-Type"] == exports.XLSX
    monkeypatch.setattr(exports, "EXPORT_LIMIT", -1)
    refused = client.get(f"{url}&export=xlsx", follow=True)
    assert refused.redirect_chain[0][0] == url
    assert "缩小范围后再导出" in refused.content.decode()


def test_no_view_cuts_what_it_hands_out() -> None:
    cut = re.compile(r"\[:\s*\w*(EXPORT|LIMIT)\w*\]")
    views = [path for app in APPS for path in (ROOT / app).rglob("views*/**/*.py")]
    views += [path for app in APPS for path in (ROOT / app).rglob("views.py")]
    assert len(views) > 40
    assert [str(path) for path in views if cut.search(path.read_text())] == []
