"""Words typed into the dialog of a refused act: they stand there when it is opened again."""

from __future__ import annotations

from django.http import HttpRequest

_KEY = "typed_opinion"


def keep(request: HttpRequest) -> None:
    """Keep the opinion of a refused act for its next try, in the person's own session; the last
    one only."""
    if opinion := request.POST.get("opinion", "").strip():
        request.session[_KEY] = [request.path, opinion]


def take(request: HttpRequest | None, path: str) -> str:
    """What was typed when the act at ``path`` was refused, once."""
    session = getattr(request, "session", None)
    kept = session.get(_KEY) if session is not None else None
    if session is None or not kept or kept[0] != path:
        return ""
    del session[_KEY]
    words: str = kept[1]
    return words
