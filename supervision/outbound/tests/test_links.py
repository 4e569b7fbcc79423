"""Ways to other systems: who sets them up, what is kept of a secret, where it may go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection

from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry
from supervision.gateway import secrets
from supervision.outbound.models import OutboundLink, OutboundSecret
from supervision.outbound.services import links as services
from supervision.outbound.services.links import LinkInput

pytestmark = pytest.mark.django_db

SECRET = b"0123456789abcdef0123456789abcdef"
SHOWN = secrets.shown(SECRET)
GIVEN = LinkInput(
    url="https://province.example/intake",
    credential="hmac-sm3",
    key_id="county-1",
    secret=SHOWN,
    connect_seconds=5,
    answer_seconds=10,
)


@pytest.fixture
def admin(county, actor):
    return actor("system_admin")


@pytest.fixture
def link(county, admin):
    return services.create(admin, county, "province", GIVEN, "与省平台对接")


def test_only_the_system_administrator_sets_one_up(county, actor):
    for name in ("xzsp_head", "security_admin", "mzj_head"):
        with pytest.raises(NotAllowed):
            services.create(actor(name), county, "province", GIVEN, "理由")


def test_it_is_off_at_first_and_once_per_region_and_system(county, admin, link):
    assert link.state == "suspended"
    with pytest.raises(Conflict):
        services.create(admin, county, "province", GIVEN, "再来一次")


def test_neither_database_nor_trail_nor_page_shows_the_secret(county, admin, link, client_of):
    services.edit(admin, link.pk, replace(GIVEN, secret=secrets.shown(SECRET[::-1])), "更换")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM outbound_outboundsecret")
        (sealed,) = cursor.fetchone()
    trail = str(list(TrailEntry.objects.values_list("before", "after", "opinion")))
    client = client_of("system_admin")
    pages = "".join(
        client.get(f"/outbound/links/{path}").content.decode()
        for path in ("", f"{link.pk}/", f"{link.pk}/edit/")
    )

    for secret in (SECRET, SECRET[::-1]):
        for text in (sealed, trail, pages):
            assert secrets.shown(secret) not in text
            assert secret.decode() not in text
    assert sealed not in trail + pages
    assert secrets.decrypt(sealed) == SECRET[::-1]


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://elsewhere.example/intake"},
        {"url": "http://province.example/intake"},
        {"credential": "hmac-sha256"},
    ],
)
def test_a_secret_does_not_follow_to_another_place(county, admin, link, change):
    with pytest.raises(Refused) as refusal:
        services.edit(admin, link.pk, replace(GIVEN, secret="", **change), "换地方")

    assert refusal.value.field == "secret"
    services.edit(admin, link.pk, replace(GIVEN, secret="", url=GIVEN.url + "/v2"), "换路径")
    assert secrets.decrypt(OutboundSecret.objects.get().sealed) == SECRET


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "ftp://province.example/"}, "url"),
        ({"url": "https://name:word@province.example/"}, "url"),
        ({"url": "https://["}, "url"),
        ({"url": "https://province.example:99999/"}, "url"),
        ({"url": "https://prov ince.example/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://[fe80::1]/"}, "url"),
        ({"credential": "bearer", "url": "http://province.example/"}, "url"),
        ({"credential": "bearer", "secret": "两个 词"}, "secret"),
        ({"key_id": " "}, "key_id"),
        ({"key_id": 'a"b'}, "key_id"),
        ({"secret": ""}, "secret"),
        ({"secret": "不是密钥"}, "secret"),
        ({"secret": "c2hvcnQ"}, "secret"),
    ],
)
def test_what_is_unsound_is_refused_at_its_field(county, admin, change, field):
    with pytest.raises(Refused) as refusal:
        services.create(admin, county, "province", replace(GIVEN, **change), "理由")

    assert refusal.value.field == field
    assert not OutboundLink.objects.exists()


def test_secrets_are_encrypted_anew_with_the_keys(link, settings):
    settings.GATEWAY_SECRETS = ["a new one", *settings.GATEWAY_SECRETS]
    call_command("gateway_reencrypt")
    settings.GATEWAY_SECRETS = ["a new one"]

    assert secrets.decrypt(OutboundSecret.objects.get().sealed) == SECRET


def test_the_form_keeps_what_was_typed_but_the_secret(county, client_of):
    typed = {
        "target": "province",
        "region": county.pk,
        "url": "http://province.example/",
        "credential": "bearer",
        "secret": "token-word",
        "connect_seconds": 5,
        "answer_seconds": 10,
        "reason": "对接",
    }

    answer = client_of("system_admin").post("/outbound/links/new/", typed)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "http://province.example/" in page
    assert "token-word" not in page
