"""Ids and codes that may stand in a draw.

An id is a unified social credit code, another registration number, or a code made for one draw
only (``P-7K2M9Q``) that stands for a natural person or an officer.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import uscc

from .errors import InputError

_ID = re.compile(r"[A-Z0-9.-]{1,64}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNIFIED = re.compile(r"[A-Z0-9]{18}")


def normalise_id(text: str, field: str = "id") -> str:
    """The id as format dr-1 writes it: NFKC, no surrounding white space, upper case.

    Eighteen letters and digits are a unified code and need the right check digit; this also keeps
    resident identity numbers out, which have the same length. Raises InputError naming ``field``.
    """
    value = unicodedata.normalize("NFKC", text).strip().upper()
    if not _ID.fullmatch(value):
        raise InputError(field, f"“{text}” 只能由字母、数字、“-”和“.”组成，不超过 64 个字符")
    if _UNIFIED.fullmatch(value) and not is_unified_code(value):
        raise InputError(field, f"“{value}” 不是有效的统一社会信用代码（校验码不符）")
    return value


def is_unified_code(value: str) -> bool:
    """Whether 18 letters and digits end in the check digit of GB 32100-2015.

    Only the check digit is looked at: ``uscc.is_valid`` also demands digits in front, which
    codes given by agriculture or other authorities (N2…, Y1…) do not have.
    """
    try:
        return uscc.calc_check_digit(value[:17]) == value[17]
    except ValueError:
        return False


def check_code(text: str, field: str) -> str:
    """A code of a stratum, rule, department, township or party: 1–64 of ``A-Za-z0-9._-``."""
    if not _CODE.fullmatch(text):
        raise InputError(field, f"代码“{text}”只能由英文字母、数字和“._-”组成，不超过 64 个字符")
    return text


def check_text(text: str, field: str) -> str:
    """Text that people read: something other than white space, and no control characters."""
    if not text.strip():
        raise InputError(field, "不能为空")
    if _CONTROL.search(text):
        raise InputError(field, "不能含有换行等控制字符")
    return text
