"""What people are shown of what a message told: named in words, contacts masked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from records.actor import Actor
from records.masking import masked_name, masked_phone
from records.models import OutboxMessage, TrailEntry
from records.outbox_names import COMPLAINT_CHANNEL
from records.roles import COORDINATION
from records.selectors import TimelineEntry, lines_of

NAMES: Mapping[str, str] = {
    "record": "行为编号",
    "status": "状态",
    "act_type": "行为类别",
    "region": "行政区划",
    "department_name": "实施机关",
    "subject_kind": "相对人类别",
    "matter_code": "事项编码",
    "matter_name": "事项名称",
    "way": "实施方式",
    "document_number": "文书号",
    "happened_on": "发生日期",
    "result": "结果",
    "result_text": "结果说明",
    "unlawful_act": "违法行为",
    "penalty_kind": "处罚种类",
    "fine_fen": "罚款金额（分）",
    "measure_kind": "措施种类",
    "legal_basis": "法律、法规依据",
    "urgent": "先行实施",
    "term_days": "期限（天）",
    "extended_days": "延长（天）",
    "measure_state": "措施进展",
    "measure_outcome": "处理结果",
    "closed_on": "执行日期",
    "decided_on": "决定日期",
    "officers": "到场人数",
    "publication": "公示编号",
    "corrects": "更正的公示编号",
    "subject_identifier": "对象标识",
    "subject_name": "对象名称",
    "identifier": "对象标识",
    "matter": "监管事项",
    "department": "部门",
    "checked_on": "检查日期",
    "results": "检查结果",
    "draw_number": "抽取编号",
    "published_at": "公示时间",
    "reason": "理由",
    "code": "编码",
    "name": "名称",
    "number": "编号",
    "version": "版本",
    "outcome": "结果",
    "basis": "依据",
    "since": "自",
    "until": "至",
    "measures": "措施",
    "level": "等级",
    "owner": "责任部门",
    "channel": "渠道",
    "external_number": "来源系统编号",
    "step": "环节",
    "text": "告知内容",
    "phone": "联系电话",
}
_HIDDEN = "（不在此显示）"

CODES: dict[str, dict[str, str]] = {}
"""What the codes under a name mean, by name; higher floors register theirs."""


def told(actor: Actor, message: OutboxMessage) -> list[tuple[str, str]]:
    """What the message tells, for the coordination office; nothing for anybody else, so that who
    keeps the ways open does not read what goes on them."""
    if not actor.fills(COORDINATION):
        return []
    masks: dict[str, Callable[[Any], str]] = {}
    if message.target == COMPLAINT_CHANNEL:
        masks = {"name": masked_name, "phone": masked_phone, "text": lambda _: _HIDDEN}
    order = {key: place for place, key in enumerate(NAMES)}
    lines = []
    for key, value in sorted(message.payload.items(), key=lambda each: order.get(each[0], 1000)):
        if value not in (None, "", []):
            show = masks.get(key, _words)
            meant = CODES.get(key, {}).get(value, value) if isinstance(value, str) else value
            lines.append((NAMES.get(key, key), show(meant)))
    return lines


def _words(value: Any) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "、".join(value)
    return json.dumps(value, ensure_ascii=False)


def history(message: OutboxMessage) -> list[TimelineEntry]:
    """Who sent the message again or gave it up, newest first."""
    own = Q(target_type=ContentType.objects.get_for_model(OutboxMessage), target_id=None)
    about = Q(target_type=message.about_type_id, target_id=message.about_id)
    where = own | about if message.about_id is not None else own
    found = TrailEntry.objects.filter(
        where,
        verb__in=("outbox.send_again", "outbox.give_up"),
        after__message=str(message.pk),
    )
    return lines_of(found.order_by("at", "pk")[:100])
