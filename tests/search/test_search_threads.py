"""One searcher for many threads, and one index for many processes, give what they give to one."""

from __future__ import annotations

import multiprocessing
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from search import Searcher

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from pathlib import Path

THREADS = 8
QUERIES = [
    *("IVIG", "RRMS", "interferon beta", '"relapse rate"', "IVIG -placebo", "MRI OR EAE"),
    *("relap*", "in*", "the of", "author:sorensen", "year:2003..2004 IVIG", "plasebo", "zebra"),
    *(
        "title:MRI",
        "EDSS AND placebo",
        "0.4 g/kg",
        "autoimmune disease",
        '"in the"',
        "pmid:15955273",
    ),
]


def answer(searcher: Searcher, query: str) -> dict[str, Any]:
    """All that a searcher says to a query, but for how long it took."""
    page = searcher.search(query, per_page=100).to_dict()
    del page["took_ms"]
    whole = searcher.abstract("15451222", query)
    return {"page": page, "spans": whole.paragraph_spans, "matches": whole.matches}


def answers(searcher: Searcher, seed: int) -> dict[str, dict[str, Any]]:
    """The answers to all queries, asked in an order of its own."""
    shuffled = random.Random(seed).sample(QUERIES, len(QUERIES))
    return {query: answer(searcher, query) for query in shuffled}


def test_threads_get_what_one_thread_gets(index_dir: Path) -> None:
    with Searcher.open(index_dir) as alone:
        expected = answers(alone, 0)
    for attempt in range(3):  # each begins with nothing kept in memory
        with Searcher.open(index_dir) as shared, ThreadPoolExecutor(THREADS) as threads:
            seeds = range(attempt * 100, attempt * 100 + 2 * THREADS)
            for found in threads.map(lambda seed: answers(shared, seed), seeds):
                assert found == expected


def test_threads_are_not_disturbed_by_searchers_that_come_and_go(index_dir: Path) -> None:
    with Searcher.open(index_dir) as shared:
        expected = answers(shared, 0)
        done = threading.Event()
        opened = 0

        def come_and_go() -> None:
            nonlocal opened
            while not done.is_set():
                with Searcher.open(index_dir) as other:
                    assert answer(other, "IVIG") == expected["IVIG"]
                opened += 1

        with ThreadPoolExecutor(THREADS + 1) as threads:
            visitor = threads.submit(come_and_go)
            try:
                for found in threads.map(lambda seed: answers(shared, seed), range(2 * THREADS)):
                    assert found == expected
            finally:
                done.set()
            visitor.result()
        assert opened


def ask(index_dir: Path, seeds: list[int], told: Queue[list[dict[str, Any]]]) -> None:
    """What a process of its own is told."""
    with Searcher.open(index_dir) as searcher:
        told.put([answers(searcher, seed) for seed in seeds])


def test_processes_that_map_one_index_get_what_one_process_gets(index_dir: Path) -> None:
    with Searcher.open(index_dir) as searcher:
        expected = answers(searcher, 0)
        context = multiprocessing.get_context("spawn")
        told: Queue[list[dict[str, Any]]] = context.Queue()
        asking = [context.Process(target=ask, args=(index_dir, [n, n + 2], told)) for n in (1, 2)]
        for process in asking:
            process.start()
        assert answers(searcher, 3) == expected  # while they are at it
        found = [told.get(timeout=60) for _ in asking]
        for process in asking:
            process.join(20)
        assert [process.exitcode for process in asking] == [0, 0]
    assert found == [[expected, expected]] * 2


def test_a_process_forked_from_a_searching_one_goes_on_searching(index_dir: Path) -> None:
    with Searcher.open(index_dir) as searcher:
        expected = answers(searcher, 0)
        context = multiprocessing.get_context("fork")
        told: Queue[dict[str, Any]] = context.Queue()
        forked = context.Process(target=lambda: told.put(answers(searcher, 5)))
        forked.start()
        assert told.get(timeout=60) == expected
        forked.join(20)
        assert forked.exitcode == 0
        assert answers(searcher, 6) == expected
