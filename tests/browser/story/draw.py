"""The draw: announced, committed by three parties, frozen, revealed, verified by a stranger."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import take

PARTIES = ("mzj_head", "sfj_head", "jjz_witness")
"""Each at a browser of their own, which alone keeps the random number."""
DRAWN_SECONDS = 60


def announce(stage: Stage, page: Page, item_url: str) -> str:
    """The lead department's clerk announces the draw of the plan item; its address."""
    stage.act_as(page, "mzj_clerk")
    page.goto(item_url)
    page.get_by_role("link", name="启动抽取").click()
    stage.shot(page, "draw-start")
    page.get_by_role("button", name="公告抽取").click()
    expect(page.get_by_text("待承诺").first).to_be_visible()
    stage.shot(page, "draw-announced")
    return page.url


def hold(stage: Stage, page: Page) -> None:
    """Three parties commit, the clerk freezes, the parties reveal; the worker draws."""
    parties = [stage.desk(username) for username in PARTIES]
    for party in parties:
        party.get_by_role("link", name="去承诺").first.click()
        party.get_by_role("button", name="生成我的随机数").click()
        if party is parties[0]:
            stage.shot(party, "draw-commit")
        party.get_by_role("button", name="提交承诺").click()
        expect(party.get_by_text("承诺已提交")).to_be_visible()
    # The page on the projector follows by itself.
    expect(page.get_by_text("待承诺", exact=True)).to_have_count(0)
    take(page, "冻结名单")
    stage.shot(page, "draw-frozen")
    for party in parties:
        # The party's own page asks for the number as soon as the list is frozen.
        expect(party.get_by_text("与当时交出的承诺一致")).to_be_visible()
        if party is parties[0]:
            stage.shot(party, "draw-reveal")
        party.get_by_role("button", name="揭示", exact=True).click()
        expect(party.get_by_role("heading", name="揭示随机数")).to_have_count(0)
    # A worker draws; when its queue is full, at the schedule's next look.
    drawn = page.get_by_role("heading", name="抽中对象")
    expect(drawn).to_be_visible(timeout=DRAWN_SECONDS * 1000)
    page.reload()
    stage.shot(page, "draw-done")


def verify(stage: Stage, page: Page, title: str, folder: Path) -> None:
    """Anyone verifies it: on the public page, and with the one-file verifier alone."""
    with page.expect_download() as download:
        page.get_by_role("link", name="抽取包", exact=True).first.click()
    bundle = folder / download.value.suggested_filename
    download.value.save_as(bundle)
    page.get_by_role("link", name="证书").click()
    stage.shot(page, "draw-certificate")
    page.go_back()
    visitor = stage.desk()
    visitor.goto("/public/draws/")
    stage.shot(visitor, "public-draws")
    visitor.get_by_role("link", name=title).first.click()
    expect(visitor.get_by_text("登记在案").first).to_be_visible()
    stage.shot(visitor, "public-draw")
    visitor.get_by_role("link", name="抽取验证").first.click()
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="下载 verify.py").click()
    verifier = folder / "verify.py"
    download.value.save_as(verifier)
    visitor.get_by_label("抽取包").set_input_files(bundle)
    visitor.get_by_role("button", name="验证").click()
    expect(visitor.get_by_text("项相符")).to_be_visible()
    stage.shot(visitor, "public-verified")
    said = subprocess.run(
        [sys.executable, "-I", str(verifier), str(bundle)], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr
