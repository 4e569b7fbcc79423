"""Encrypt the secrets of all keys, and those we call others with, with the first of
GATEWAY_SECRETS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from supervision.gateway.models import GatewayKey
from supervision.gateway.secrets import encrypt_again
from supervision.outbound.models import OutboundSecret


class Command(BaseCommand):
    help = "用 GATEWAY_SECRETS 的第一个值重新加密全部接入密钥和对外凭证；之后可以去掉旧值。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(GatewayKey.objects.select_for_update())
        for key in keys:
            key.secret = encrypt_again(key.secret)
        GatewayKey.objects.bulk_update(keys, ["secret"])
        own = list(OutboundSecret.objects.select_for_update())
        for each in own:
            each.sealed = encrypt_again(each.sealed)
        OutboundSecret.objects.bulk_update(own, ["sealed"])
        self.stdout.write(f"已重新加密 {len(keys)} 个接入密钥、{len(own)} 个对外凭证。")
