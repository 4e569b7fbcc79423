"""The visit on the phone: eight inspectors of four departments at one subject."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage

DEPARTMENTS = 4
OFFICERS = 2


def visit(stage: Stage, phone: Page, task_url: str) -> None:
    """All check in; then each department records its items, signs and submits."""
    for officer in range(DEPARTMENTS * OFFICERS):
        _open_as(phone, task_url, officer)
        if officer == 0:
            stage.shot(phone, "visit-arrive")
        phone.get_by_role("button", name="到场签到").click()
        expect(phone.get_by_text("已签到").first).to_be_visible()
    for department in range(DEPARTMENTS):
        first = department == 0
        _open_as(phone, task_url, department * OFFICERS)
        if first:
            stage.shot(phone, "visit-ready")
        _record_items(stage, phone, first)
        phone.get_by_role("link", name="签名并提交").click()
        _sign(stage, phone, first)
        _sign_subject(stage, phone, first)
        _open_as(phone, task_url, department * OFFICERS + 1)
        phone.get_by_role("link", name="签名并提交").click()
        _sign(stage, phone, False)
        if first:
            stage.shot(phone, "visit-submit")
        phone.get_by_role("button", name="提交", exact=True).click()
        expect(phone.get_by_text("现场检查已提交")).to_be_visible()
    stage.shot(phone, "visit-done")


def _open_as(phone: Page, task_url: str, officer: int) -> None:
    """The demo's short way from the task to an inspector's phone page."""
    phone.goto(task_url)
    phone.get_by_role("button", name="打开手机页").nth(officer).click()
    expect(phone.get_by_role("heading", name="这次检查")).to_be_visible()


def _record_items(stage: Stage, phone: Page, first: bool) -> None:
    phone.get_by_role("link", name="开始检查").click()
    if first:
        stage.shot(phone, "visit-items")
    phone.get_by_role("link", name="检查下一项").click()
    number = 0
    while "/items/" in phone.url and not phone.url.endswith("/items/"):
        number += 1
        problem = first and number == 1
        phone.get_by_text("发现问题" if problem else "未发现问题", exact=True).click()
        if problem:
            phone.get_by_label("情况说明").fill("二楼东侧疏散通道堆放杂物，宽度不足一米。")
            phone.locator("input[type=file]").set_input_files(
                {"name": "现场.png", "mimeType": "image/png", "buffer": _photo()}
            )
            stage.shot(phone, "visit-item")
        with phone.expect_navigation():
            phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_text("全部事项已记录")).to_be_visible()


def _sign(stage: Stage, phone: Page, first: bool) -> None:
    phone.get_by_role("link", name="我签名").click()
    _draw_signature(phone)
    if first:
        stage.shot(phone, "visit-sign")
        _draw_signature(phone)
    phone.get_by_role("button", name="保存签名").click()
    expect(phone.get_by_text("签名已保存")).to_be_visible()


def _sign_subject(stage: Stage, phone: Page, first: bool) -> None:
    phone.get_by_role("link", name="被检查方签名").click()
    phone.get_by_label("在场人员姓名").fill("赵院长")
    _draw_signature(phone)
    if first:
        stage.shot(phone, "visit-sign-subject")
        _draw_signature(phone)
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(phone.get_by_text("签名已保存")).to_be_visible()


def _draw_signature(phone: Page) -> None:
    canvas = phone.get_by_role("img", name="签名")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    phone.mouse.move(box["x"] + 40, box["y"] + 30)
    phone.mouse.down()
    for step in range(1, 12):
        phone.mouse.move(box["x"] + 40 + step * 18, box["y"] + 30 + (step % 3) * 25)
    phone.mouse.up()


def _photo() -> bytes:
    picture = Image.new("RGB", (1200, 900), "#9db2bf")
    ImageDraw.Draw(picture).rectangle((300, 200, 900, 900), fill="#54626f")
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
