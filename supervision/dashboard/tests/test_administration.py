"""What the system administrator must look into is on their workbench, and goes with its cause."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from records import clock, imports, outbox
from records.models import ImportJob, OutboxCircuit, OutboxMessage
from records.periods import ahead
from supervision import health
from supervision.dashboard.workbench import lanes
from supervision.gateway.models import GatewayKey
from supervision.gateway.tests.conftest import System, system  # noqa: F401
from supervision.outbound.models import OutboundSecret
from supervision.outbound.tests.samples import link_to
from supervision.reconciling.services import look as reconcile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_is_well(county) -> None:  # type: ignore[no-untyped-def]
    reconcile()
    for name in health.PROCESSES:
        health.mark_alive(name)
    with connection.cursor() as cursor:
        # Test databases are made without it, so that they can be emptied.
        cursor.execute(
            "CREATE TRIGGER trail_refuse_truncate BEFORE TRUNCATE ON records_trailentry"
            " FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse_change()"
        )


@pytest.fixture
def waiting(actor):  # type: ignore[no-untyped-def]
    """What waits for somebody, by lane."""

    def run(username: str = "system_admin") -> dict[str, str]:
        return {i.what: i.about for lane in lanes(actor(username)) for i in lane.items}

    return run


def test_nothing_waits_while_all_is_well(waiting, system) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    link_to("https://receiver.invalid/")
    assert waiting() == {}


def test_what_has_stopped_can_be_sent_again_by_both(waiting, county) -> None:  # type: ignore[no-untyped-def]
    message = outbox.post(outbox.PROVINCE, "matter.in_force", {}, county.code)
    OutboxMessage.objects.filter(pk=message.pk).update(dead_at=clock.now())
    for username in ("system_admin", "xzsp_clerk"):
        assert waiting(username)["对外推送失败"] == "1 条推送没有成功，已停止"
    for username in ("security_admin", "mzj_clerk"):
        assert "对外推送失败" not in waiting(username)


def test_a_system_that_does_not_answer(waiting, county) -> None:  # type: ignore[no-untyped-def]
    link = link_to("https://receiver.invalid/")
    circuit = OutboxCircuit.objects.create(
        target=link.target,
        region_code=county.code,
        failures=5,
        rests_until=clock.now(),
        last_error="连不上对方系统",
    )
    assert waiting()["检查对外对接"].endswith("连续 5 次没有正常应答，暂停推送：连不上对方系统")
    link.state = "suspended"
    link.save()
    assert waiting() == {}
    circuit.delete()
    link.state = "active"
    link.save()
    OutboundSecret.objects.update(sealed="别处的密文")
    assert list(waiting()) == ["重新填写对外凭证"]


def test_a_key_that_ends_soon_unless_another_lasts(waiting, system: System) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    keys = GatewayKey.objects.filter(pk=system.key.pk)
    keys.update(valid_until=ahead(clock.now(), days=15))
    assert waiting() == {}
    keys.update(valid_until=ahead(clock.now(), days=13))
    assert waiting() == {"签发新的接入密钥": "省互联网+监管平台，最后一个密钥到期"}
    other = GatewayKey.objects.create(client=system.client, key_id="2", algorithm="hmac-sm3")
    assert waiting() == {}
    other.revoked_at = clock.now()
    other.save()
    assert list(waiting()) == ["签发新的接入密钥"]


def test_an_import_that_failed_until_it_is_tried_again(waiting, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("fgw_clerk")
    job = imports.upload(clerk, "subjects", "名录.xlsx", b"PK")
    ImportJob.objects.filter(pk=job.pk).update(state="failed", finished_at=clock.now())
    assert waiting()["查明导入失败的原因"] == "1 次导入没有完成，详见系统日志"
    assert waiting("fgw_clerk")["重新导入监管对象名录"].startswith("名录.xlsx")
    page = client_of("system_admin").get(f"{reverse('admin:records_importjob_changelist')}")
    assert "名录.xlsx" in page.content.decode()
    shown = client_of("system_admin").get(reverse("admin:records_importjob_change", args=[job.pk]))
    assert shown.status_code == 200 and "content" not in shown.context["adminform"].form.fields
    with clock.at(ahead(clock.now(), days=40)):
        assert "查明导入失败的原因" not in waiting()
    imports.upload(clerk, "subjects", "名录改.xlsx", b"PK")
    assert "查明导入失败的原因" not in waiting()
    assert "重新导入监管对象名录" not in waiting("fgw_clerk")


def test_a_part_that_does_not_answer(waiting, monkeypatch, client_of) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(health, "PROCESSES", {"nobody": "后台任务（试验）"})
    assert waiting() == {"检查系统运行": "后台任务（试验）不可用"}
    page = client_of("system_admin").get(reverse("dashboard:workbench")).content.decode()
    assert "后台任务（试验）不可用" in page and health.PATH in page


def test_a_trail_that_could_be_changed(waiting) -> None:  # type: ignore[no-untyped-def]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_trailentry DISABLE TRIGGER trail_refuse_rows")
    assert list(waiting()) == ["恢复操作记录的防改保护"]
