"""Text and spans to HTML: the one place where markup is made of text that others wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from search.results import NARROWER
from web.wording import by_query, kind, moment, pubmed, reference, short_authors

if TYPE_CHECKING:
    from flask import Flask

    from search.results import Span

_BINDING = re.compile(r"(?:(?<!\S)(?:OR|AND|NOT|\||[-−])|:)$")


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """The text, escaped, with every span in a ``<mark>``.

    Spans are in order and do not overlap; where they do all the same, text is marked once.
    """
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        first = max(start, at)
        if first < end <= len(text):
            parts += [escape(text[at:first]), Markup("<mark>%s</mark>") % text[first:end]]
            at = end
    return Markup("").join([*parts, escape(text[at:])])


def narrowed(query: str, concept: str) -> str:
    """The query for those of its hits that speak of a concept."""
    query = query.strip()
    # What would bind the condition to itself is put in brackets, where it is a plain word.
    return f"{f'({query})' if _BINDING.search(query) else query} concept:{concept}"


def adding(off: Iterable[str], name: str) -> list[str]:
    """The ids in ``off`` after a concept, or only its narrower ones, is switched off."""
    return sorted({*removing(off, name), name})


def removing(off: Iterable[str], name: str) -> list[str]:
    """The ids in ``off`` after a concept, or only its narrower ones, is switched on."""
    return [one for one in off if one not in {name, f"{name}{NARROWER}"}]


def register(app: Flask) -> None:
    """Makes these functions filters of the templates."""
    texts = (marked, by_query, kind, short_authors, reference, pubmed, moment)
    for function in (*texts, narrowed, adding, removing):
        app.jinja_env.filters[function.__name__] = function
