"""The pages: search, results, an abstract, about. Every state of them is a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from corpus import bundled_corpus
from search.request import DEEPEST
from web.lease import leased
from web.site.arguments import PER_PAGE, Paging, asked, switched_off, whole_number
from web.wording import KINDS

if TYPE_CHECKING:
    from search import ConceptInText, MarkedAbstract
    from search.results import Span

EXAMPLES = (
    ("RRMS", "finds every spelling of relapsing-remitting MS"),
    ("IVIG relapse rate", "several things at once, best match first"),
    ('"disease progression"', "these words, in this order"),
    ("EDSS year:2004..2006", "only these years"),
    ("immunoglobulin -interferon", "without a word"),
)

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> str:
    """The search page."""
    with leased() as searcher:
        manifest = searcher.manifest
    return render_template("home.html", query="", manifest=manifest, examples=EXAMPLES)


@pages.get("/search")
def search() -> str:
    """The hits for a query; without one, the search page."""
    query = asked()
    if not query.strip():
        return home()
    page = whole_number("page", request.args.get("page"), 1)
    per_page = whole_number("per_page", request.args.get("per_page"), PER_PAGE)
    with leased() as searcher:
        found = searcher.search(query, page=page, per_page=per_page, off=switched_off())
        manifest = searcher.manifest
    return render_template(
        "results.html",
        query=query,
        manifest=manifest,
        found=found,
        off=found.off,
        paging=Paging(found.page, min(found.pages, DEEPEST // found.per_page)),
        per_page=None if found.per_page == PER_PAGE else found.per_page,
    )


@pages.get("/abstract/<pmid>")
def abstract(pmid: str) -> str:
    """A whole abstract, with the matches of the query that led to it."""
    query = asked()
    with leased() as searcher:
        shown = searcher.abstract(pmid, query, off=switched_off())
        manifest = searcher.manifest
    return render_template(
        "abstract.html",
        query=query,
        manifest=manifest,
        shown=shown,
        off=shown.off,
        explained=_by_kind(shown.concepts),
        abstract=shown.abstract,
        sections=_sections(shown),
    )


@pages.get("/about")
def about() -> str:
    """Whose texts these are, how the search works, and what it is not."""
    with leased() as searcher:
        manifest = searcher.manifest
    is_bundled = bundled_corpus().name in manifest.sources
    return render_template("about.html", query="", manifest=manifest, is_bundled=is_bundled)


def _by_kind(
    concepts: tuple[ConceptInText, ...],
) -> list[tuple[str | None, list[ConceptInText]]]:
    """Concepts under the name of their kind; those of the query come first, without one."""
    groups: dict[str | None, list[ConceptInText]] = {}
    for concept in concepts:
        groups.setdefault(None if concept.is_asked else concept.kind, []).append(concept)
    order = [None, *KINDS, *sorted(kind for kind in groups if kind and kind not in KINDS)]
    return [(kind, groups[kind]) for kind in order if kind in groups]


def _sections(
    shown: MarkedAbstract,
) -> list[tuple[str | None, list[tuple[str, tuple[Span, ...]]]]]:
    """The sections with their paragraphs, each beside its spans."""
    spans = iter(shown.paragraph_spans)
    return [
        (section.label, [(text, next(spans)) for text in section.paragraphs])
        for section in shown.abstract.sections
    ]
