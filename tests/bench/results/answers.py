"""Answers requests from an index, with the ``search`` of the Python that runs this file.

    python -P answers.py INDEX < REQUESTS > ANSWERS

A request is a line of JSON, an answer too. Only what ``search`` promises is used, so that this file
runs with older and newer checkouts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from search import Searcher

NOT_COMPARED = ("took_ms", "generation")


def main(index: str) -> None:
    """Writes the page of hits for every request, and the first hit as a whole abstract."""
    with Searcher.open(Path(index)) as searcher:
        for line in sys.stdin:
            request = json.loads(line)
            sys.stdout.write(json.dumps(answer(searcher, request)) + "\n")


def answer(searcher: Searcher, request: dict[str, Any]) -> dict[str, Any]:
    """The page of hits for a request, and its first hit as a whole abstract."""
    text, off = request["q"], request["off"]
    page = searcher.search(text, page=request["page"], per_page=request["per_page"], off=off)
    found = page.to_dict()
    for name in NOT_COMPARED:
        del found[name]
    answered = {"request": request, "page": found}
    if page.hits:
        shown = searcher.abstract(page.hits[0].pmid, text, off=off)
        answered["abstract"] = {
            "title_spans": shown.title_spans,
            "paragraph_spans": shown.paragraph_spans,
            **shown.to_dict(),
        }
    return answered


if __name__ == "__main__":
    main(sys.argv[1])
