"""One searcher for many threads that follows every publish."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index import OpenedGeneration, Vocabulary, build
from index.errors import DamagedIndex, NoIndex
from index.generations.manifest import CURRENT
from search import Searcher
from web.lease import Current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.generations.manifest import Manifest

THREADS = 8
MAPS = Path("/proc/self/maps")


class Opener:
    """Opens searchers, and remembers which it opened and which were closed."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.closed: list[str] = []

    def __call__(self, index_dir: Path) -> Searcher:
        searcher = Searcher.open(index_dir)
        generation = searcher.manifest.id
        close = searcher.close

        def closing() -> None:
            self.closed.append(generation)
            close()

        searcher.close = closing  # type: ignore[method-assign]
        self.opened.append(generation)
        return searcher


def publish(index_dir: Path, count: int) -> Manifest:
    """Publishes an index of some abstracts, all with the word relapse."""
    lines = [
        json.dumps({"pmid": str(n), "title": f"Alfa {n}", "abstract": "A relapse in March."})
        for n in range(1, count + 1)
    ]
    source = index_dir.with_suffix(".jsonl")
    source.write_text("\n".join(lines), encoding="utf-8")
    return build(index_dir, [source], vocabulary=Vocabulary())


@pytest.fixture
def opener() -> Opener:
    return Opener()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def current(home: Path, opener: Opener) -> Iterator[Current]:
    current = Current(home, every=0, retry=0, opener=opener)
    yield current
    current.close()


def total(current: Current) -> int:
    with current.searcher() as searcher:
        return searcher.search("relapse").total


def test_an_index_is_opened_once(home: Path, current: Current, opener: Opener) -> None:
    publish(home, 3)
    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(lambda _: total(current), range(40))) == {3}
    assert len(opener.opened) == 1
    assert current.fault is None


def test_a_publish_is_followed_and_the_old_one_closed(
    home: Path, current: Current, opener: Opener
) -> None:
    publish(home, 3)
    assert total(current) == 3
    publish(home, 4)
    assert total(current) == 4
    assert opener.closed == opener.opened[:1]


@pytest.mark.skipif(not MAPS.exists(), reason="the system does not tell what is mapped")
def test_the_files_of_an_old_one_do_not_stay_in_memory(home: Path, current: Current) -> None:
    ids = []
    for count in (3, 4):
        ids.append(publish(home, count).id)
        for _ in range(2):
            assert total(current) == count
    assert [id_ in MAPS.read_text() for id_ in ids] == [False, True]


def test_a_lease_outlives_a_publish(home: Path, current: Current, opener: Opener) -> None:
    publish(home, 3)
    with ExitStack() as first, ExitStack() as second:
        held = [stack.enter_context(current.searcher()) for stack in (first, second)]
        publish(home, 4)
        assert total(current) == 4
        assert [searcher.search("relapse").total for searcher in held] == [3, 3]
        second.close()
        assert opener.closed == []
    assert opener.closed == opener.opened[:1]


def test_the_pointer_is_not_read_too_often(home: Path, opener: Opener) -> None:
    current = Current(home, every=3600, opener=opener)
    publish(home, 3)
    assert total(current) == 3
    publish(home, 4)
    assert total(current) == 3
    current.close()


def test_threads_search_through_publishes_without_a_fault(home: Path, opener: Opener) -> None:
    publish(home, 1)
    current = Current(home, opener=opener)
    ended = threading.Event()
    faults: list[BaseException] = []
    seen: list[tuple[float, int]] = []

    def search() -> None:
        while not ended.is_set():
            try:
                seen.append((time.monotonic(), total(current)))
            except BaseException as fault:  # noqa: BLE001 (whatever it is, it is what is looked for)
                faults.append(fault)

    threads = [threading.Thread(target=search) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        published = {}
        for count in (2, 3, 4, 5):
            publish(home, count)
            published[count] = time.monotonic()
            deadline = time.monotonic() + 10
            while seen[-1][1] != count and time.monotonic() < deadline:
                time.sleep(0.01)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert len(opener.opened) == 5
    assert opener.closed == opener.opened[:4]
    for count, moment in published.items():
        first = min(at for at, found in seen if found == count)
        assert first - moment < 1
    current.close()
    assert opener.closed == opener.opened


def test_without_an_index_it_waits_for_one(
    home: Path, current: Current, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with pytest.raises(NoIndex, match="ranvier build"):
            total(current)
    assert isinstance(current.fault, NoIndex)
    assert [record.getMessage() for record in caplog.records] == [str(current.fault)]
    publish(home, 2)
    assert total(current) == 2
    assert current.fault is None


def test_the_old_one_serves_while_the_new_one_is_damaged(home: Path, current: Current) -> None:
    publish(home, 3)
    assert total(current) == 3
    broken = publish(home, 4)
    path = home / "generations" / broken.id / "vocabulary.json"
    path.write_bytes(path.read_bytes() + b" ")
    assert total(current) == 3
    assert isinstance(current.fault, DamagedIndex)
    publish(home, 5)
    assert total(current) == 5
    assert current.fault is None


def test_a_generation_is_read_in_full_before_it_serves(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = OpenedGeneration.open

    def note(index_dir: Path, **options: object) -> OpenedGeneration:
        asked.append(options)
        return real(index_dir, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(OpenedGeneration, "open", note)
    publish(home, 3)
    current = Current(home, every=0)
    assert total(current) == 3
    assert asked == [{"thorough": True}]
    current.close()


def test_the_old_one_serves_while_the_pointer_is_gone(home: Path, current: Current) -> None:
    publish(home, 3)
    assert total(current) == 3
    pointer = (home / CURRENT).read_bytes()
    (home / CURRENT).unlink()
    assert total(current) == 3
    assert isinstance(current.fault, NoIndex)
    (home / CURRENT).write_bytes(pointer)
    assert total(current) == 3
    assert current.fault is None


def test_what_cannot_be_opened_is_not_tried_at_every_request(home: Path) -> None:
    tries = []

    def fail(index_dir: Path) -> Searcher:
        tries.append(index_dir)
        raise OSError("too many open files")

    publish(home, 1)
    current = Current(home, every=0, retry=3600, opener=fail)
    for _ in range(3):
        with pytest.raises(DamagedIndex, match="too many open files"):
            total(current)
    assert len(tries) == 1
    publish(home, 2)
    with pytest.raises(DamagedIndex):
        total(current)
    assert len(tries) == 2


def test_a_closed_one_says_so(home: Path, opener: Opener) -> None:
    publish(home, 1)
    current = Current(home, every=3600, opener=opener)
    assert total(current) == 1
    current.close()
    with pytest.raises(DamagedIndex, match="closed"):
        total(current)
