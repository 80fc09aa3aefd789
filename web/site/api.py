"""The JSON API, and the health check."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

from corpus.record import to_object
from web.lease import leased, of_app
from web.site.arguments import PER_PAGE, asked, switched_off, whole_number

api = Blueprint("api", __name__)


@api.get("/api/v1/search")
def search() -> dict[str, Any]:
    """A page of hits: the object that ``ranvier search --json`` prints."""
    if "q" not in request.args:
        abort(400, "The query is missing: give it as “q”.")
    page = whole_number("page", request.args.get("page"), 1)
    per_page = whole_number("per_page", request.args.get("per_page"), PER_PAGE)
    with leased() as searcher:
        found = searcher.search(asked(), page=page, per_page=per_page, off=switched_off())
    return found.to_dict()


@api.get("/api/v1/abstracts/<pmid>")
def abstract(pmid: str) -> dict[str, Any]:
    """A whole abstract: the object that a JSON Lines file of a corpus has, and what is in it.

    That is ``concepts``, and ``matches`` of a query given as for a search.
    """
    with leased() as searcher:
        shown = searcher.abstract(pmid, asked(), off=switched_off())
    return {"id": shown.abstract.id} | to_object(shown.abstract) | shown.to_dict()


@api.get("/healthz")
def health() -> dict[str, Any]:
    """The live generation.

    ``status`` is "ok", or "stale" while a newer generation was published that cannot be opened.
    """
    with leased() as searcher:
        manifest = searcher.manifest
    answer = {"status": "ok", "generation": manifest.id, "abstracts": manifest.abstracts}
    fault = of_app().fault
    return answer | {"status": "stale", "reason": type(fault).__name__} if fault else answer
