"""Every address of the platform and the methods it answers, read from the URL resolver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic.edit import ProcessFormView

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, order=True)
class Door:
    """A named address with one of its methods."""

    name: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def doors() -> set[Door]:
    """All doors; of Django's admin only its front page (its rights are tested with it)."""
    return set(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, namespace: str) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}"
            if namespace == "admin:" and name != "admin:index":
                continue
            for method in _methods(pattern):
                yield Door(name, method)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner)


def _methods(pattern: URLPattern) -> list[str]:
    """A viewset's actions, a class-based view's methods; of a plain function only GET is known."""
    actions = getattr(pattern.callback, "actions", None)
    if actions is not None:
        return [method for method in METHODS if method.lower() in actions]
    view = getattr(pattern.callback, "view_class", None)
    if view is None:
        return ["GET"]
    return [
        method
        for method in METHODS
        if method.lower() in view.http_method_names
        and hasattr(view, method.lower())
        # Django's form views answer PUT as they answer POST.
        and not (method == "PUT" and issubclass(view, ProcessFormView))
    ]
