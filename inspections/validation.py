"""What an entry of the inspectors' directory must look like. Pure: values in, complaints out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from credit.validation import Complaint

NAME_LENGTH = 40
LICENCE_LENGTH = 30
SPECIALITY_LENGTH = 30

# Provinces print the number with a prefix of their own, such as 豫P-00123.
_LICENCE = re.compile(r"[\u4e00-\u9fffA-Z0-9()-]{4,30}")


@dataclass(frozen=True, slots=True)
class InspectorInput:
    """One entry as it comes in. Both days of the validity are included; ``townships`` are codes,
    none meaning the whole region."""

    licence: str
    name: str
    department_id: int
    valid_from: dt.date
    valid_until: dt.date
    specialities: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Sender:
    """A department that an entry may name: what it is called, and whether it sends inspectors."""

    name: str
    enforces: bool


def complaints(
    entry: InspectorInput, senders: Mapping[int, Sender], townships: Mapping[str, str]
) -> list[Complaint]:
    """Everything that is wrong with an entry; empty when it may be written. ``senders`` are the
    region's departments by key, ``townships`` its units' names by code."""
    found: list[Complaint] = []
    if not entry.name.strip():
        found.append(Complaint("name", "必填，不能为空"))
    elif len(entry.name) > NAME_LENGTH:
        found.append(Complaint("name", f"最多 {NAME_LENGTH} 个字"))
    if not _LICENCE.fullmatch(entry.licence):
        found.append(
            Complaint("licence", f"执法证号应为 4 至 {LICENCE_LENGTH} 位汉字、字母、数字或短横线")
        )
    sender = senders.get(entry.department_id)
    if sender is None:
        found.append(Complaint("department", "不是本区划的部门"))
    elif not sender.enforces:
        found.append(Complaint("department", f"“{sender.name}”没有行政执法资格，不能派出执法人员"))
    if entry.valid_until < entry.valid_from:
        found.append(
            Complaint("valid_until", f"有效期止早于有效期起({entry.valid_from.isoformat()})")
        )
    if any(len(word) > SPECIALITY_LENGTH for word in entry.specialities):
        found.append(Complaint("specialities", f"每项专业最多 {SPECIALITY_LENGTH} 个字"))
    if any(code not in townships for code in entry.townships):
        found.append(Complaint("townships", "含有不属于本区划的乡镇街道"))
    return found
