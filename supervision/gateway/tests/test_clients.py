"""Clients and keys: who makes them, what is kept of a secret, how keys follow each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection
from django.test import Client

from departments.models import Region
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry
from supervision.gateway import secrets
from supervision.gateway.models import GatewayClient, GatewayKey
from supervision.gateway.services import clients as services

GIVEN = services.ClientInput(
    name="省平台",
    contact="李工 0371-1",
    scopes=["matters:read"],
    networks=["10.1.0.0/16"],
    calls_per_minute=60,
)


@pytest.fixture
def client_system(county: Region, actor) -> GatewayClient:  # type: ignore[no-untyped-def]
    return services.create(actor("system_admin"), county, GIVEN, "省平台对接")


def issue(admin, client: GatewayClient) -> services.Issued:  # type: ignore[no-untyped-def]
    return services.issue(admin, client.pk, "hmac-sm3", services.new_key_id(client), "首次签发")


def test_only_the_system_administrator_lets_a_system_in(county, actor) -> None:  # type: ignore[no-untyped-def]
    for name in ("xzsp_head", "security_admin", "audit_admin"):
        with pytest.raises(NotAllowed):
            services.create(actor(name), county, GIVEN, "理由")
    assert not GatewayClient.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"networks": ["10.1.0.0/33"]}, "networks"),
        ({"networks": ["10.1.0.1/16"]}, "networks"),
        ({"scopes": []}, "scopes"),
        ({"name": " 省平台 "}, "name"),
    ],
)
def test_what_is_unsound_is_refused_at_its_field(  # type: ignore[no-untyped-def]
    client_system, county, actor, change, field
) -> None:
    from dataclasses import replace

    with pytest.raises(Refused) as refusal:
        services.create(
            actor("system_admin"), county, replace(GIVEN, **{"name": "另一个", **change}), "理由"
        )
    assert refusal.value.field == field


def test_a_dump_of_the_database_reveals_no_secret(client_system, actor, settings) -> None:  # type: ignore[no-untyped-def]
    issued = issue(actor("system_admin"), client_system)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM gateway_gatewaykey k")
        dumped = cursor.fetchone()[0]
        cursor.execute("SELECT to_jsonb(t)::text FROM records_trailentry t")
        dumped += "".join(row[0] for row in cursor.fetchall())
    raw = secrets.decrypt(issued.key.secret)
    assert secrets.shown(raw) == issued.secret and len(raw) == 32
    assert issued.secret not in dumped and raw.hex() not in dumped
    settings.GATEWAY_SECRETS = ["somebody else's"]
    with pytest.raises(InvalidToken):
        secrets.decrypt(issued.key.secret)


def test_the_secret_of_the_environment_can_be_changed(client_system, actor, settings) -> None:  # type: ignore[no-untyped-def]
    settings.GATEWAY_SECRETS = ["old"]
    stored = issue(actor("system_admin"), client_system).key.secret
    raw = secrets.decrypt(stored)
    settings.GATEWAY_SECRETS = ["new", "old"]
    again = secrets.encrypt_again(stored)
    settings.GATEWAY_SECRETS = ["new"]
    assert secrets.decrypt(again) == raw


def test_rotation_leaves_the_old_key_its_days_of_overlap(client_system, actor) -> None:  # type: ignore[no-untyped-def]
    admin = actor("system_admin")
    old = issue(admin, client_system).key
    new = services.rotate(admin, old.pk, services.new_key_id(client_system), "每年更换").key
    old.refresh_from_db()
    assert old.is_valid and new.is_valid and new.algorithm == old.algorithm
    assert old.valid_until is not None
    assert dt.timedelta(days=6) < old.valid_until - new.valid_from < dt.timedelta(days=8)


def test_a_revoked_key_is_neither_valid_nor_replaced(client_system, actor) -> None:  # type: ignore[no-untyped-def]
    admin = actor("system_admin")
    key = issue(admin, client_system).key
    services.revoke(admin, key.pk, "泄露")
    key.refresh_from_db()
    assert key.invalid_because == "已吊销"
    with pytest.raises(Conflict):
        services.rotate(admin, key.pk, services.new_key_id(client_system), "更换")


def post(client: Client, url: str, **values: Any) -> str:
    answer = client.post(url, values)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_the_page_shows_the_secret_once(client_system, client_of) -> None:  # type: ignore[no-untyped-def]
    browser = client_of("system_admin")
    url = f"/gateway/clients/{client_system.pk}/issue/"
    form = browser.get(url).context["form"]
    sent = {"key_id": form["key_id"].value(), "algorithm": "hmac-sha256", "reason": "对接"}
    answer = browser.post(url, sent)
    key = GatewayKey.objects.get()
    secret = secrets.shown(secrets.decrypt(key.secret))
    assert secret in answer.content.decode() and answer["Cache-Control"] == "no-store"
    again = browser.post(url, sent)
    assert again.status_code == 422 and GatewayKey.objects.count() == 1
    page = browser.get(client_system.get_absolute_url()).content.decode()
    assert secret not in again.content.decode() + page and key.key_id in page
    entry = TrailEntry.objects.get(verb="gateway_key.issue")
    assert secret not in str(entry.after)


def test_the_list_names_systems_and_their_keys(client_system, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    issue(actor("system_admin"), client_system)
    page = client_of("system_admin").get("/gateway/clients/").content.decode()
    assert "省平台" in page and "获取监管事项" in page


def test_pages_tell_what_was_refused(system, client_of) -> None:  # type: ignore[no-untyped-def]
    system.client.scopes = ["clues:read"]
    system.client.save()
    system.call("GET", "matters/")
    system.call("GET", "matters/", secret=b"guess")
    browser = client_of("system_admin")
    known = browser.get(system.client.get_absolute_url()).content.decode()
    unknown = browser.get("/gateway/clients/").content.decode()
    assert "没有相应权限" in known and "密钥编号或签名不正确" not in known
    assert "密钥编号或签名不正确" in unknown and "没有相应权限" not in unknown
