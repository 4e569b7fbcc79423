"""Setting up the ways to other systems, by the system administrator (G3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.db import transaction

from departments.models import Region
from records import clock, trail
from records.actor import Actor
from records.calls import is_outward
from records.errors import Conflict, NotAllowed, Refused
from records.queue import wake_after_commit
from supervision.gateway import secrets
from supervision.gateway.acts import administers
from supervision.outbound.acts import LINK_ACTS
from supervision.outbound.models import OutboundLink, OutboundSecret

_C = OutboundLink.Credential
_KEY_BYTES = 16
_DELIVER = "records.deliver_outbox"


@dataclass(frozen=True, kw_only=True)
class LinkInput:
    """What the administrator says of a link; an empty ``secret`` leaves the one there is."""

    url: str
    credential: str
    key_id: str
    secret: str
    connect_seconds: int
    answer_seconds: int


def create(
    actor: Actor, region: Region, target: str, given: LinkInput, reason: str
) -> OutboundLink:
    """Set up a link, switched off.

    Raises ``NotAllowed``; ``Conflict`` when the region has one; ``Refused`` naming the field.
    """
    if not administers(actor):
        raise NotAllowed("只有系统管理员可以设置对外对接。", verb="outbound_link.create")
    if not reason.strip():
        raise Refused("请填写理由。", field="reason")
    _check(given, has_secret=False)
    with transaction.atomic():
        link, created = OutboundLink.objects.get_or_create(
            region=region, target=target, defaults=_columns(given)
        )
        if not created:
            raise Conflict(f"{region}已有到“{link.get_target_display()}”的对接，请直接修改。")
        changed = _keep_secret(link, given)
        trail.record(
            actor,
            "outbound_link.create",
            "设置对外对接",
            link,
            opinion=reason.strip(),
            after=trail.snapshot(link) | {"secret_changed": changed},
        )
    return link


def edit(actor: Actor, pk: int, given: LinkInput, reason: str) -> OutboundLink:
    """Change where the system is and how it knows us.

    A secret is for one place: a new address or another credential needs it entered anew, so that
    nobody sends it, or what is signed with it, to a place of their own. Raises as ``create``.
    """
    with LINK_ACTS.take(actor, "edit", pk, opinion=reason) as link:
        same = given.credential == link.credential and _place(given.url) == _place(link.url)
        kept = same and OutboundSecret.objects.filter(link=link).exists()
        _check(given, has_secret=kept)
        for name, value in _columns(given).items():
            setattr(link, name, value)
        if _keep_secret(link, given):
            trail.record(actor, "outbound_link.secret", "更换对外凭证", link)
    wake_after_commit(_DELIVER)
    return link


def resume(actor: Actor, pk: int, opinion: str) -> OutboundLink:
    """Begin to send, what has waited first."""
    with LINK_ACTS.take(actor, "resume", pk, opinion=opinion) as link:
        wake_after_commit(_DELIVER)
    return link


def suspend(actor: Actor, pk: int, opinion: str) -> OutboundLink:
    """Send nothing more; what comes waits."""
    with LINK_ACTS.take(actor, "suspend", pk, opinion=opinion) as link:
        pass
    return link


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {"resume": resume, "suspend": suspend}


def _columns(given: LinkInput) -> dict[str, Any]:
    return {
        "url": given.url.strip(),
        "credential": given.credential,
        "key_id": given.key_id.strip() if given.credential in OutboundLink.SIGNED else "",
        "connect_seconds": given.connect_seconds,
        "answer_seconds": given.answer_seconds,
    }


def _keep_secret(link: OutboundLink, given: LinkInput) -> bool:
    if given.credential == _C.NONE:
        OutboundSecret.objects.filter(link=link).delete()
        return False
    if not given.secret:
        return False
    sealed = secrets.encrypt(_secret_bytes(given))
    OutboundSecret.objects.update_or_create(
        link=link, defaults={"sealed": sealed, "changed_at": clock.now()}
    )
    return True


def _secret_bytes(given: LinkInput) -> bytes:
    if given.credential == _C.BEARER:
        return given.secret.encode()
    return secrets.read(given.secret)


def _place(url: str) -> tuple[str, str]:
    parts = _parts(url)
    return parts.scheme, parts.netloc


def _parts(url: str) -> SplitResult:
    """An address in parts; raises ``Refused`` for what is none."""
    try:
        parts = urlsplit(url.strip())
        prepared = requests.Request("POST", url.strip()).prepare()
        if parts.port == 0 or not prepared.url:
            raise ValueError("no address")
    except (ValueError, requests.RequestException):
        raise Refused("这不是网址，应如 https://主机名/路径。", field="url") from None
    return parts


def _ensure_outward(host: str) -> None:
    try:
        outward = is_outward("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        # A name: where it leads is looked at with every call.
        return
    if not outward:
        raise Refused("接收地址不能是本机或者本地链路的地址。", field="url")


def _check(given: LinkInput, *, has_secret: bool) -> None:
    parts = _parts(given.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise Refused("接收地址应以 https:// 或 http:// 开头，不带账号。", field="url")
    _ensure_outward(parts.hostname)
    if given.credential == _C.NONE:
        return
    if given.credential == _C.BEARER and parts.scheme != "https":
        raise Refused("访问令牌随请求发出，接收地址必须是 https://。", field="url")
    if given.credential in OutboundLink.SIGNED and not given.key_id.strip():
        raise Refused("请填写对方签发的密钥编号。", field="key_id")
    plain = given.key_id.isascii() and given.key_id.isprintable()
    if not plain or '"' in given.key_id or "\\" in given.key_id:
        raise Refused("密钥编号只能由可见的 ASCII 字符组成，不含引号和反斜线。", field="key_id")
    if given.secret:
        _check_secret(given)
    elif not has_secret:
        raise Refused("请填写密钥或者令牌；更换接收地址或凭证方式后要重新填写。", field="secret")


def _check_secret(given: LinkInput) -> None:
    if given.credential == _C.BEARER:
        if not (given.secret.isascii() and given.secret.isprintable() and " " not in given.secret):
            raise Refused("访问令牌只能由可见的 ASCII 字符组成，不含空格。", field="secret")
        return
    try:
        known = secrets.read(given.secret)
    except ValueError:
        raise Refused("签名密钥应为对方提供的 base64url 文本。", field="secret") from None
    if len(known) < _KEY_BYTES:
        raise Refused(f"签名密钥至少 {_KEY_BYTES} 字节。", field="secret")
