"""What a REST call may send."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, whatever ``charset`` the content type names: RFC 8259 knows no other, and no
    signature covers that header. What is nested too deep to be read is refused like any other
    broken body."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(
                stream, media_type, {**(parser_context or {}), "encoding": "utf-8"}
            )
        except RecursionError as error:
            raise ParseError("JSON 嵌套过深。") from error
        except ParseError as error:
            raise ParseError(_words(error.__context__)) from error


def _words(cause: BaseException | None) -> str:
    if isinstance(cause, JSONDecodeError):
        return f"正文不是正确的 JSON：第 {cause.lineno} 行第 {cause.colno} 列附近有误。"
    if isinstance(cause, UnicodeDecodeError):
        return "正文不是 UTF-8 编码的 JSON。"
    return "正文不是正确的 JSON，或者含有过大的数字。"
