"""What an entry of the subjects' directory must look like. Pure: values in, complaints out."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from credit import industries
from records.excel import kinds
from records.masking import MASK

GRADES = frozenset("ABCD")
STATUSES = frozenset({"open", "closed", "deregistered", "revoked", "moved"})
NAME_LENGTH = 120
ADDRESS_LENGTH = 200
IDENTIFIER_LENGTH = 40

_OTHER_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?")
# GB 16735: no I, O, Q; the ninth character is the check digit.
_VEHICLE = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VEHICLE_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
# Year and month, region, kind of approval, kind of project, serial number.
_PROJECT = re.compile(r"[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}")
_RESIDENT_NUMBER = re.compile(r"\d{17}[\dX]")
# GB/T 2260: provinces, and 10 for bodies of the State.
_PROVINCES = frozenset(
    map(str, (10, *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47)))
) | frozenset(map(str, (*range(50, 55), *range(61, 66), 71, 81, 82)))
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class SubjectInput:
    """One entry as it comes in, from Excel, by REST, by hand or from the demo county.

    ``id_kind``, ``grade`` and ``status`` are the codes of the model; ``categories`` are codes, the
    main one first; ``township_code`` is empty where the subject belongs to the whole county.
    """

    id_kind: str
    identifier: str
    name: str
    categories: tuple[str, ...]
    grade: str
    status: str
    industry_class: str = ""
    address: str = ""
    township_code: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same subject within a region."""
        return self.id_kind, self.identifier


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of subject: its name, and by what it is identified (code and words)."""

    name: str
    id_kind: str
    id_kind_label: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What entries of one region may refer to: categories and township names by code."""

    categories: Mapping[str, Category]
    townships: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one field of an entry, in words."""

    field: str
    message: str


def normalise_identifier(text: str) -> str:
    """An identifier as it is kept: no wide characters, no white space, capital letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


@lru_cache(maxsize=20_000)
def identifier_complaint(id_kind: str, identifier: str) -> str:
    """Why a normalised identifier is none of its kind; empty when it is in order.

    Every accepted identifier also meets the draw's format for ids: letters, digits and hyphens,
    and eighteen letters and digits only as a unified code.
    """
    return _IDENTIFIER_CHECKS[id_kind](identifier)


def fingerprint(entry: object) -> str:
    """A short mark of an entry's values: a form carries it, so that what somebody else saved after
    the form was opened is not overwritten unseen."""
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:16]


def complaints(entry: SubjectInput, catalogue: Catalogue) -> list[Complaint]:
    """Everything that is wrong with an entry, field by field; empty when it may be written."""
    found: list[Complaint] = []
    if entry.id_kind not in _IDENTIFIER_CHECKS:
        found.append(Complaint("id_kind", f"没有“{entry.id_kind}”这种标识类型"))
    elif message := identifier_complaint(entry.id_kind, entry.identifier):
        found.append(Complaint("identifier", message))
    if not entry.name.strip():
        found.append(Complaint("name", "必填，不能为空"))
    elif len(entry.name) > NAME_LENGTH:
        found.append(Complaint("name", f"最多 {NAME_LENGTH} 个字，现有 {len(entry.name)} 个字"))
    elif "\n" in entry.name:
        found.append(Complaint("name", "不能换行"))
    elif not any(map(str.isalnum, entry.name)):
        found.append(Complaint("name", "名称应有文字"))
    elif not _CHINESE.search(entry.name) and entry.name.replace("-", "").isdigit():
        found.append(Complaint("name", "名称不能只有数字，请核对是否填错了列"))
    if message := _categories_complaint(entry, catalogue):
        found.append(Complaint("categories", message))
    if entry.industry_class and (message := industries.complaint(entry.industry_class)):
        found.append(Complaint("industry_class", message))
    if len(entry.address) > ADDRESS_LENGTH:
        found.append(Complaint("address", f"最多 {ADDRESS_LENGTH} 个字"))
    elif "\n" in entry.address:
        found.append(Complaint("address", "不能换行"))
    if entry.township_code and entry.township_code not in catalogue.townships:
        found.append(Complaint("township", "不是本区划的乡镇街道"))
    if not entry.grade:
        found.append(Complaint("grade", "新增的对象必须填写信用风险等级：A、B、C 或 D"))
    elif entry.grade not in GRADES:
        found.append(Complaint("grade", "信用风险等级应为 A、B、C、D 之一"))
    if entry.status not in STATUSES:
        found.append(Complaint("status", f"没有“{entry.status}”这种状态"))
    return found


def closest(word: str, known: Iterable[str]) -> str:
    """“，是否为…?” with the known word that the given one resembles; empty without any."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if not near:
        near = [name for name in names if word and (word in name or name in word)][:1]
    return f",是否为“{near[0]}”？" if near else ""


def _categories_complaint(entry: SubjectInput, catalogue: Catalogue) -> str:
    if not entry.categories:
        return "至少填一个对象类别"
    for code in entry.categories:
        if code not in catalogue.categories:
            return f"没有“{code}”这个对象类别"
    # Only the main one: a building site can be where goods are loaded as well.
    main = catalogue.categories[entry.categories[0]]
    if main.id_kind != entry.id_kind:
        return f"“{main.name}”的标识类型应为“{main.id_kind_label}”"
    if len(set(entry.categories)) != len(entry.categories):
        return "同一类别重复填写"
    return ""


@lru_cache(maxsize=20_000)
def _unified_code(identifier: str) -> str:
    # Kept, since a call is checked as a whole before it is written, and written by who checks too.
    try:
        kinds.uscc().parse(identifier)
    except ValueError as error:
        return str(error)
    if identifier[2:4] not in _PROVINCES:
        return f"登记机关行政区划码 {identifier[2:8]} 不存在（GB/T 2260），请核对是否抄错"
    return ""


def _vehicle(identifier: str) -> str:
    if not _VEHICLE.fullmatch(identifier):
        return "车辆识别代号应为 17 位数字或字母（不用字母 I、O、Q）"
    total = sum(
        _VEHICLE_VALUES[character] * weight
        for character, weight in zip(identifier, _VEHICLE_WEIGHTS, strict=True)
    )
    if "0123456789X"[total % 11] != identifier[8]:
        return "车辆识别代号第 9 位校验位不符，请核对是否抄错"
    return ""


def _project(identifier: str) -> str:
    if not _PROJECT.fullmatch(identifier):
        return "项目编号应为投资项目代码，如 2301-411603-04-01-000001"
    return ""


def _other_number(identifier: str) -> str:
    if MASK in identifier:
        return "标识已隐去，请填写完整的标识，或者删去这一行"
    if _RESIDENT_NUMBER.fullmatch(identifier):
        return "不得填写居民身份证号，请填本部门的档案编号"
    if not 4 <= len(identifier) <= IDENTIFIER_LENGTH:
        return f"编号应为 4 至 {IDENTIFIER_LENGTH} 位"
    if not _OTHER_NUMBER.fullmatch(identifier):
        return "编号只能由数字、字母和短横线组成"
    if len(identifier) == 18 and identifier.isalnum():
        return "18 位编号会与统一社会信用代码混淆，请加短横线区分"
    return ""


_IDENTIFIER_CHECKS: dict[str, Callable[[str], str]] = {
    "uscc": _unified_code,
    "vehicle": _vehicle,
    "site": _project,
    "house": _other_number,
    "person": _other_number,
}
