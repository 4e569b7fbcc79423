"""The one way of searching text: what a list's search box finds, in a million rows as in ten.

A text holds a term that is contained in it, upper and lower case alike, every character standing
for itself. A model that is searched says in which fields and has a ``gram_index`` of them: their
characters and pairs of neighbouring characters (``search_grams`` in the database), which suits
Chinese, where most terms are two characters. The index finds what is rare. What is frequent is
found sooner by reading the list in its order until the page is full, because the index would
collect all of it first; ``containing`` looks at the beginning of the list to tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import TypeVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

M = TypeVar("M", bound=models.Model)

SAMPLE = 200
"""Rows at the beginning of a list that tell how frequent a term is."""

FREQUENT = 4
"""Hits among them from which on the list is read in its order: fifty are met after some 2,500
rows, while what the index would collect grows with the list."""


class Among(Func):
    """Whether a text is one of many, which hold no line breaks and go to the database as one
    value: for a thousand, ``__in`` takes six times as long to say and to find."""

    arg_joiner = " = ANY(string_to_array("
    template = r"%(expressions)s, E'\n'))"
    output_field = BooleanField()

    def __init__(self, field: str, texts: Iterable[str]) -> None:
        super().__init__(F(field), Value("\n".join(texts)))


class Grams(Func):
    """The characters and pairs of some text fields, none of which is null."""

    function = "search_grams"
    # Pairs with the space between two fields do no harm: ``holds`` decides.
    arg_joiner = " || ' ' || "


class _TermGrams(Func):
    """What a text that contains the term must have: its pairs, or itself if it is one character.

    The pairs come after the characters, which they imply.
    """

    function = "search_grams"
    template = "(%(function)s(%(expressions)s))[%(first)s:]"

    def __init__(self, term: str) -> None:
        super().__init__(Value(term), first=len(term) + 1 if len(term) > 1 else 1)


class _HasAll(Func):
    template = "%(expressions)s"
    arg_joiner = " @> "
    output_field = BooleanField()


def gram_index(*fields: str, name: str) -> GinIndex:
    """The index of a model whose ``fields`` are searched together."""
    return GinIndex(Grams(*fields), name=name)


def holds(text: str, *fields: str) -> Q:
    """That one of the fields contains the text; uses no index."""
    term = Upper(Value(text.strip()))
    found = (Q(GreaterThan(StrIndex(Upper(F(name)), term), 0)) for name in fields)
    return reduce(or_, found)


def indexed(model: type[models.Model], text: str) -> Q:
    """That one of the searched fields of a model contains the text, found by its gram index."""
    fields = _searched(model)
    # ``icontains`` says the same as ``holds``, but lets the database expect next to nothing, as
    # is right here. It comes first, being cheap, should the rows be read one by one after all.
    found = reduce(or_, (Q(**{f"{name}__icontains": text.strip()}) for name in fields))
    return found & Q(_HasAll(Grams(*fields), _TermGrams(text.strip())))


def containing(
    rows: QuerySet[M],
    text: str,
    *,
    order: tuple[str, ...],
    also: Q | None = None,
    also_indexed: Callable[[], Q] | None = None,
) -> QuerySet[M]:
    """The rows with the text in one of the fields of the model's gram index, and those that
    fulfil ``also``; blank text gives all. ``order`` is the order of the list.

    ``also_indexed`` gives the same as ``also`` in a way that an index answers, if that is another
    one. One query beside those of ``also_indexed``.
    """
    if not text.strip():
        return rows
    also = also or Q(pk__in=())
    plain = holds(text, *_searched(rows.model)) | also
    if is_frequent(rows, plain, order):
        return rows.filter(plain)
    return rows.filter(indexed(rows.model, text) | (also_indexed() if also_indexed else also))


def is_frequent(rows: QuerySet[M], condition: Q, order: tuple[str, ...]) -> bool:
    """Whether reading the rows in their order soon fills a page with what fulfils the condition,
    judged by the first ones, which tell nothing of rows that are not shown. One query."""
    met = Case(When(condition, then=True), default=False, output_field=BooleanField())
    first = rows.order_by(*order).annotate(is_met=met).values_list("is_met", flat=True)[:SAMPLE]
    hits = list(first)
    return len(hits) < SAMPLE or sum(hits) >= FREQUENT


def _searched(model: type[models.Model]) -> tuple[str, ...]:
    """The fields of the model's gram index."""
    for index in model._meta.indexes:
        for expression in index.expressions:
            if isinstance(expression, Grams):
                return tuple(field.name for field in expression.get_source_expressions())
    raise LookupError(f"{model.__name__} has no gram index")
