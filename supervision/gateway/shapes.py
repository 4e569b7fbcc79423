"""What an item of a push call looks like: read item by item, ten thousand a call.

One table per resource says the fields; it reads items, saying everything that is wrong with each,
and gives the description of the interface its schema.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from records.excel.kinds import as_text

Kind = Literal["text", "texts", "choice", "day", "moment", "flag", "number"]

_MOST_UNKNOWN = 10
"""How many fields that do not exist are named to whoever sent them."""
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one field of an item."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an item. ``most`` is the greatest length of a text, number of texts, or
    number; ``longest`` that of each of several texts; ``default`` stands for what is left out of
    an optional one."""

    kind: Kind
    help: str
    example: Any
    most: int = 0
    longest: int = 0
    required: bool = False
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    _codes: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_codes", frozenset(code for code, _ in self.choices))

    def read(self, value: Any) -> Any:
        """The value as services take it; raises ``ValueError`` with words."""
        return getattr(self, f"_{self.kind}")(value)

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("应为文字。")
        text = _stored(value).strip()
        if self.required and not text:
            raise ValueError("必填，不能为空。")
        if len(text) > self.most:
            raise ValueError(f"最多 {self.most} 个字，现有 {len(text)} 个字。")
        return text

    def _texts(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError("应为文字的列表。")
        if len(value) > self.most:
            raise ValueError(f"最多 {self.most} 个。")
        if self.longest and any(len(each) > self.longest for each in value):
            raise ValueError(f"每个最多 {self.longest} 个字。")
        return tuple(map(_stored, value))

    def _choice(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self._codes:
            words = "、".join(
                label if label.startswith(code) else f"{code}（{label}）"
                for code, label in self.choices
            )
            raise ValueError(f"应为以下之一：{words}。")
        return value

    def _day(self, value: Any) -> dt.date:
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValueError("应为日期，如 2026-03-01。") from None

    def _moment(self, value: Any) -> dt.datetime:
        try:
            moment = parse_datetime(value)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValueError("应为带时区的时间，如 2026-03-01T09:30:00+08:00。")
        return moment

    def _flag(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("应为 true 或 false。")
        return value

    def _number(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= self.most:
            raise ValueError(f"应为 1 至 {self.most} 的整数。")
        return value

    def described(self) -> serializers.Field[Any, Any, Any, Any]:
        """The field as the description of the interface shows it."""
        about: dict[str, Any] = {"help_text": self.help, "required": self.required}
        if not self.required and self.default is None:
            about["allow_null"] = True
        if self.kind == "text":
            return serializers.CharField(
                max_length=self.most, allow_blank=not self.required, **about
            )
        if self.kind == "texts":
            child = serializers.CharField(max_length=self.longest or None)
            return serializers.ListField(child=child, max_length=self.most, **about)
        if self.kind == "choice":
            return serializers.ChoiceField(choices=self.choices, **about)
        if self.kind == "number":
            return serializers.IntegerField(min_value=1, max_value=self.most, **about)
        kinds: dict[str, type[serializers.Field[Any, Any, Any, Any]]] = {
            "day": serializers.DateField,
            "moment": serializers.DateTimeField,
            "flag": serializers.BooleanField,
        }
        return kinds[self.kind](**about)


@dataclass(frozen=True)
class Shape:
    """The fields of an item by name; ``name`` is that of its schema."""

    name: str
    fields: Mapping[str, Field]

    def read(self, item: Any) -> tuple[dict[str, Any], list[Wrong]]:
        """The values of an item, and everything that is wrong with it."""
        if not isinstance(item, dict):
            return {}, [Wrong("", "应为一个对象。")]
        values: dict[str, Any] = {}
        wrong: list[Wrong] = []
        for name, each in self.fields.items():
            given = item.get(name)
            if given is None:
                if each.required:
                    wrong.append(Wrong(name, "必填，不能为空。"))
                values[name] = each.default
                continue
            try:
                values[name] = each.read(given)
            except ValueError as error:
                wrong.append(Wrong(name, str(error)))
        if not item.keys() <= self.fields.keys():
            unknown = (name for name in item if name not in self.fields)
            wrong += [Wrong(_shown(n), "没有这个字段。") for n in islice(unknown, _MOST_UNKNOWN)]
        return values, wrong

    def serializer(self) -> type[serializers.Serializer[Any]]:
        """The serializer that describes an item."""
        fields = {name: each.described() for name, each in self.fields.items()}
        return type(f"{self.name}Serializer", (serializers.Serializer,), fields)

    @property
    def example(self) -> dict[str, Any]:
        """An item that is in order in the demo county."""
        return {name: each.example for name, each in self.fields.items() if each.example != ""}


def _shown(name: str) -> str:
    """A name as it can be told back; JSON may hold halves of characters, an answer cannot."""
    return name[:_LONGEST_NAME].encode("utf-8", "replace").decode()


def _stored(text: str) -> str:
    """A text as it can be stored and put into files; raises ``ValueError`` for halves of
    characters and for control characters."""
    try:
        text.encode()
        return as_text(text)
    except ValueError:
        raise ValueError("含有不能保存的字符。") from None
