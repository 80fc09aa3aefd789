"""How long a search takes, with snippets and receipts, beside bm25s over the same texts.

    python tests/bench/latency.py [ABSTRACTS.jsonl.gz] [--first 5000]

Prints median and 95th percentile of 200 queries in milliseconds, for the bundled page and for the
first abstracts of the file. bm25s ranks a top ten without snippets, so the ratio is a fixed point
to compare machines and versions by, not a race.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import bm25s
from rich.console import Console
from rich.table import Table

from corpus import Abstract, Report, bundled_corpus, gather
from index import Published, Vocabulary
from index.build import write
from index.words import words
from search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

QUERIES = 200
TYPED = (
    "RRMS", "IVIG relapse rate", "interferon beta side effects", "fatigue", "MS pregnancy",
    '"relapse rate"', "MRI lesions placebo", "quality of life", "EDSS progression", "neuro*",
    "steroids acute relapse", "patients -children", "title:treatment", "year:2004..2006 trial",
)  # fmt: skip


def queries(abstracts: Sequence[Abstract]) -> list[str]:
    """What readers type, and pieces of the texts themselves, repeatable."""
    chance = random.Random(1)
    found = [*TYPED]
    while len(found) < QUERIES:
        text = chance.choice(abstracts).text.split()
        if len(text) > 20:
            start = chance.randrange(len(text) - 20)
            found.append(" ".join(text[start : start + chance.randint(1, 12)]))
    return found


def milliseconds(search: Callable[[str], object], asked: Iterable[str]) -> list[float]:
    """How long each query takes."""
    times = []
    for query in asked:
        began = time.perf_counter()
        search(query)
        times.append(1000 * (time.perf_counter() - began))
    return times


def measure(name: str, abstracts: Sequence[Abstract], table: Table) -> None:
    """Adds the rows of a collection."""
    asked = queries(abstracts)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        began = time.perf_counter()
        manifest = write(home, abstracts, Vocabulary.bundled(), Report())
        built = time.perf_counter() - began
        published = Published.read(home, manifest)
        searcher = Searcher(published)
        first = milliseconds(searcher.search, asked)
        again = milliseconds(searcher.search, asked)
        published.close()
    theirs = bm25s.BM25(method="lucene")
    theirs.index(
        [[word.stem for word in words(f"{a.title} {a.text}")] for a in abstracts],
        show_progress=False,
    )

    def other(query: str) -> object:
        known = [word.stem for word in words(query) if word.stem in theirs.vocab_dict]
        return known and theirs.retrieve([known], k=min(10, len(abstracts)), show_progress=False)

    beside = milliseconds(other, asked)
    size = f"{manifest.bytes / 1e6:.1f} MB, built in {built:.1f} s"
    for label, times in (("first time", first), ("again", again), ("bm25s", beside)):
        median, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        ratio = median / statistics.median(beside)
        table.add_row(name, size, label, f"{median:.2f}", f"{high:.2f}", f"{ratio:.1f}")


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description="Search latency")
    options.add_argument("file", nargs="?", default="../shared/scale/abstracts.jsonl.gz", type=Path)
    options.add_argument("--first", default=5000, type=int)
    chosen = options.parse_args()
    table = Table("collection", "index", "search", "median ms", "95 % ms", "median / bm25s")
    measure("bundled page", list(gather([bundled_corpus()], Report())), table)
    if chosen.file.exists():
        some = list(itertools.islice(gather([chosen.file], Report()), chosen.first))
        measure(f"{len(some)} abstracts", some, table)
    else:
        Console().print(f"{chosen.file} is absent; only the bundled page is measured.")
    Console().print(table)


if __name__ == "__main__":
    main()
