from __future__ import annotations

import dataclasses
import errno
import gc
import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.writing import SegmentWriter

from corpus import Abstract, Author, Report, Section, UnusableFile, write_jsonl
from index import Concept, Published, Vocabulary, build, generation
from index.build import LOCK, fingerprints
from index.errors import BuildFailed, BuildRunning, DamagedIndex
from index.generation import CURRENT, GENERATIONS, KEPT, PARTIAL, folder, pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from index.generation import Manifest

BUILD = sys.modules["index.build"]  # the package has a function of that name
PROCESSES = multiprocessing.get_context("fork")
VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("ivig", "intravenous immunoglobulin", "medicine", "A medicine.", short=("IVIG",)),
    ]
)
WORDS = "alfa bravo charlie delta echo foxtrot golf MS IVIG auto-immune lesion relapse".split()


def abstract(pmid: str, title: str, text: str = "", **more: Any) -> Abstract:  # noqa: ANN401
    return Abstract(pmid, title, (Section(None, (text,)),) if text else (), **more)


def many(count: int, words: int = 8) -> list[Abstract]:
    """So many small abstracts, always the same."""
    chance = random.Random(count)
    return [
        abstract(str(number), f"Title {number}", " ".join(chance.choices(WORDS, k=words)))
        for number in range(1, count + 1)
    ]


THREE = [
    abstract("1", "Alfa in MS", "IVIG and IVIG.", year=1999, notice="From a page."),
    abstract("2", "Bravo", "Multiple  sclerosis", year=2004, notice="From a page."),
    abstract("3", "Charlie", notice="Another notice."),
]


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Writes abstracts to a file: ``source(abstracts)``."""

    def make(abstracts: Iterable[Abstract], name: str = "a.jsonl") -> Path:
        path = tmp_path / name
        write_jsonl(abstracts, path)
        return path

    return make


@pytest.fixture
def live(index_dir: Path, source: Callable[..., Path]) -> Manifest:
    """The manifest of a live index of three abstracts."""
    return build(index_dir, [source(THREE, "live.jsonl")], vocabulary=VOCABULARY)


def opened(index_dir: Path) -> Manifest:
    """The manifest of the live index, after every byte of it was read and it was opened."""
    published = Published.open(index_dir)
    try:
        assert published.reader.doc_count() == published.manifest.abstracts
        return published.manifest
    finally:
        published.close()


def leftovers(index_dir: Path) -> list[str]:
    """What is there beside the lock, the pointer and complete generations."""
    beside = {path.name for path in index_dir.iterdir()} - {LOCK, CURRENT, GENERATIONS}
    return sorted(beside) + [p.name for p in (index_dir / GENERATIONS).glob(f"*{PARTIAL}")]


def postings(index_dir: Path) -> dict[tuple[str, bytes], list[tuple[int, Any]]]:
    """Everything the live index says of each term."""
    published = Published.open(index_dir)
    reader, found = published.reader, {}
    for field, term in reader.all_terms():
        matcher = reader.postings(field, reader.schema[field].from_bytes(term))
        found[field, term] = [(id_, matcher.value()) for id_ in matcher.all_ids()]
    found |= {("stored", b""): list(reader.iter_docs())}
    published.close()
    return found


def test_a_manifest_says_what_was_built(index_dir: Path, source: Callable[..., Path]) -> None:
    report = Report()
    manifest = build(index_dir, [source(THREE)], vocabulary=VOCABULARY, report=report)
    assert manifest == opened(index_dir)
    assert (manifest.abstracts, manifest.rejected) == (report.read, len(report.rejected)) == (3, 0)
    assert manifest.remarks == len(report.remarks)
    assert (manifest.first_year, manifest.last_year) == (1999, 2004)
    assert manifest.sources == ("a.jsonl",)
    assert manifest.notices == ("From a page.", "Another notice.")
    assert manifest.fingerprints.keys() == {"analysis", "schema", "vocabulary", "corpus"}
    assert manifest.fingerprints.items() >= fingerprints(VOCABULARY).items()
    assert manifest.versions.keys() == {"python", "ranvier", "whoosh-reloaded", "nltk", "numpy"}
    assert manifest.id == pointer(index_dir).generation
    assert manifest.built_at.endswith("+00:00")
    home = folder(index_dir, manifest.id)
    assert manifest.files.keys() == {p.name for p in home.iterdir()} - {"manifest.json"}
    assert leftovers(index_dir) == []


def test_an_abstract_without_a_year_has_no_part_in_the_years(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    manifest = build(index_dir, [source(THREE[2:])], vocabulary=VOCABULARY)
    assert (manifest.first_year, manifest.last_year) == (None, None)


def test_spellings_are_counted_as_written(index_dir: Path, live: Manifest) -> None:
    home = folder(index_dir, live.id)
    spelled = json.loads((home / "spellings.json").read_text(encoding="utf-8"))
    assert spelled == {"ms": [["MS", 1], ["Multiple sclerosis", 1]], "ivig": [["IVIG", 2]]}
    kept = Vocabulary.from_json((home / "vocabulary.json").read_text(encoding="utf-8"))
    assert kept == VOCABULARY


def test_progress_is_told_after_every_abstract(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    told: list[int] = []
    build(index_dir, [source(THREE)], vocabulary=VOCABULARY, progress=told.append)
    assert told == [1, 2, 3]


def test_the_same_corpus_builds_the_same_postings(
    index_dir: Path, tmp_path: Path, source: Callable[..., Path]
) -> None:
    path = source(many(40))
    first = build(index_dir, [path], vocabulary=VOCABULARY)
    second = build(tmp_path / "other", [path], vocabulary=VOCABULARY)
    assert postings(index_dir) == postings(tmp_path / "other")
    assert first.fingerprints == second.fingerprints
    assert first.id != second.id


def test_postings_that_do_not_fit_in_memory_are_the_same(
    index_dir: Path, tmp_path: Path, source: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = source(many(80, words=60))
    build(index_dir, [path], vocabulary=VOCABULARY)
    monkeypatch.setattr(BUILD, "MEMORY_MB", 0.05)
    build(tmp_path / "other", [path], vocabulary=VOCABULARY)
    assert postings(index_dir) == postings(tmp_path / "other")


def changed(**parts: object) -> list[Abstract]:
    return [dataclasses.replace(THREE[0], **parts), *THREE[1:]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "abstracts",
    [
        changed(title="Alfb in MS"),
        changed(sections=(Section("Aims", ("IVIG and IVIG.",)),)),
        changed(pmid="4"),
        changed(year=2000),
        changed(authors=(Author("Alfa"),)),
        changed(extra={"key": 1}),
        [THREE[1], THREE[0], THREE[2]],
        THREE[:2],
    ],
    ids="title text pmid year authors extra order fewer".split(),
)
def test_the_fingerprint_of_the_corpus_changes_with_it_and_no_other_does(
    index_dir: Path, live: Manifest, source: Callable[..., Path], abstracts: list[Abstract]
) -> None:
    other = build(index_dir, [source(abstracts, "live.jsonl")], vocabulary=VOCABULARY)
    assert differing(live, other) == {"corpus"}


def test_the_fingerprint_of_the_vocabulary_changes_with_it_and_no_other_does(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(THREE, "live.jsonl")
    fewer = Vocabulary.of([VOCABULARY.concepts["ms"]])
    assert differing(live, build(index_dir, [path], vocabulary=fewer)) == {"vocabulary"}
    turned = Vocabulary.of(reversed(VOCABULARY.concepts.values()))
    assert differing(live, build(index_dir, [path], vocabulary=turned)) == set()


def differing(one: Manifest, other: Manifest) -> set[str]:
    parts = one.fingerprints.keys()
    return {part for part in parts if one.fingerprints[part] != other.fingerprints[part]}


def test_a_bad_record_is_reported_and_the_others_are_indexed(
    index_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"pmid": "1", "title": "Alfa", "abstract": "bravo"}\n'
        "{not JSON\n"
        '{"pmid": "1", "title": "Alfa again", "abstract": ""}\n'
        '{"pmid": "2", "title": "", "abstract": ""}\n'
        '{"pmid": "3", "title": "Odd \\ud800", "abstract": "x", "more": "\\ud800"}\n',
        encoding="utf-8",
    )
    report = Report()
    manifest = build(index_dir, [path], vocabulary=VOCABULARY, report=report)
    assert (manifest.abstracts, manifest.rejected) == (2, 3)
    home = folder(index_dir, manifest.id)
    lines = json.loads((home / "report.json").read_text(encoding="utf-8"))
    assert lines == [str(problem) for problem in report.rejected]
    assert [line.split(": ")[0] for line in lines] == [f"mixed.jsonl:{n}" for n in (2, 3, 4)]
    published = Published.open(index_dir)
    records = [json.loads(entry["record"]) for _, entry in published.reader.iter_docs()]
    assert [record["abstract"]["pmid"] for record in records] == ["1", "3"]
    assert records[1]["abstract"]["more"] == "\ud800"
    published.close()


@pytest.mark.parametrize(
    "text",
    ["a" * 90_000, "多" * 90_000, "1." * 45_000 + "1a.1", "\ud800", "β" * 1000, "\x00", "' - / ."],
    ids=["long word", "long wide word", "dotted digits", "surrogate", "greek", "nul", "marks"],
)
def test_no_text_stops_a_build(index_dir: Path, source: Callable[..., Path], text: str) -> None:
    manifest = build(index_dir, [source([abstract("1", "Alfa", text)])], vocabulary=VOCABULARY)
    assert opened(index_dir) == manifest


def test_a_file_name_that_is_no_utf_8_does_not_stop_a_build(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    path = source(THREE, os.fsdecode(b"caf\xe9.jsonl"))
    manifest = build(index_dir, [path], vocabulary=VOCABULARY)
    assert opened(index_dir) == manifest
    assert manifest.sources == (path.name,)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"<html>Not found</html>", b"plain words", b"\xff\xfea\x00"]
)
def test_a_file_that_is_no_corpus_leaves_the_live_index(
    index_dir: Path, live: Manifest, tmp_path: Path, source: Callable[..., Path], content: bytes
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"bad\.txt"):
        build(index_dir, [source(THREE), bad], vocabulary=VOCABULARY)
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []


def test_a_file_that_is_not_there_leaves_the_live_index(
    index_dir: Path, live: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(UnusableFile, match=r"gone\.jsonl"):
        build(index_dir, [tmp_path / "gone.jsonl"], vocabulary=VOCABULARY)
    assert opened(index_dir) == live


@pytest.mark.parametrize("content", [None, '{"pmid": "1", "title": "", "abstract": ""}\n'])
def test_nothing_usable_is_not_published(
    index_dir: Path, live: Manifest, tmp_path: Path, content: str | None
) -> None:
    sources = []
    if content:
        sources.append(tmp_path / "empty.jsonl")
        sources[0].write_text(content, encoding="utf-8")
    sentence = f"None of the {len(sources)} records could be used; the live index is unchanged."
    with pytest.raises(BuildFailed) as told:
        build(index_dir, sources, vocabulary=VOCABULARY)
    assert str(told.value) == sentence
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []


def test_an_interrupt_leaves_the_live_index(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    def interrupt(count: int) -> None:
        if count == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(index_dir, [source(many(40))], vocabulary=VOCABULARY, progress=interrupt)
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []
    assert build(index_dir, [source(many(4))], vocabulary=VOCABULARY) == opened(index_dir)


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (BUILD, "document"),
        (SegmentWriter, "commit"),
        (BUILD, "write_json"),
        (BUILD, "digests"),
        (BUILD, "write_manifest"),
        (generation, "_sync"),
        (Path, "replace"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Whoosh's own files, when it cannot commit
def test_a_full_disk_at_any_step_leaves_the_live_index(
    index_dir: Path,
    live: Manifest,
    source: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
) -> None:
    path = source(THREE)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, full_disk)
        with pytest.raises(BuildFailed) as told:
            build(index_dir, [path], vocabulary=VOCABULARY)
    sentence = f"The build in {index_dir} failed (No space left on device); the live index is"
    assert str(told.value) == f"{sentence} unchanged."
    del told
    gc.collect()
    assert opened(index_dir) == live
    assert build(index_dir, [path], vocabulary=VOCABULARY) == opened(index_dir)
    assert leftovers(index_dir) == []


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    """A disk of 300 KB at a path; where none may be mounted, files have that limit."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(path)]
    if (
        os.geteuid() == 0
        and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    ):
        try:
            yield
        finally:
            subprocess.run(["umount", str(path)], check=True)  # noqa: S607
    else:
        with small_files():
            yield


@contextmanager
def small_files() -> Iterator[None]:
    """No file may grow beyond 100 KB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("limit", ["disk", "files"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Whoosh's own files, when it cannot commit
def test_a_disk_that_is_really_full_leaves_the_live_index(
    tmp_path: Path, source: Callable[..., Path], limit: str
) -> None:
    small, large = source(THREE), source(many(400, words=60), "large.jsonl")
    home = tmp_path / "disk"
    with small_disk(home) if limit == "disk" else small_files():
        live = build(home / "index", [small], vocabulary=VOCABULARY)
        for _ in range(3):
            with pytest.raises(BuildFailed, match=r"\((No space|File too).*live index is unchang"):
                build(home / "index", [large], vocabulary=VOCABULARY)
            gc.collect()
            assert opened(home / "index") == live
            assert leftovers(home / "index") == []
        assert build(home / "index", [small], vocabulary=VOCABULARY) == opened(home / "index")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, source: Callable[..., Path]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildFailed, match=r"cannot be written \(Not a directory\)\."):
        build(tmp_path / "file" / "index", [source(THREE)], vocabulary=VOCABULARY)


def test_a_damaged_live_index_does_not_hinder_the_next_build(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    (index_dir / CURRENT).write_text("garbled", encoding="utf-8")
    with pytest.raises(DamagedIndex):
        opened(index_dir)
    assert build(index_dir, [source(THREE)], vocabulary=VOCABULARY).id > live.id
    opened(index_dir)


def test_as_many_generations_are_kept_as_promised(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    path = source(THREE)
    built = [build(index_dir, [path], vocabulary=VOCABULARY).id for _ in range(KEPT + 2)]
    assert sorted(p.name for p in (index_dir / GENERATIONS).iterdir()) == built[-KEPT:]
    assert pointer(index_dir).generation == built[-1]


def test_a_second_build_is_told_at_once_that_another_runs(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(THREE)
    running, go_on = PROCESSES.Event(), PROCESSES.Event()

    def hold(_: int) -> None:
        running.set()
        go_on.wait(20)

    first = PROCESSES.Process(
        target=build, args=(index_dir, [path]), kwargs={"vocabulary": VOCABULARY, "progress": hold}
    )
    first.start()
    try:
        assert running.wait(20)
        began = time.monotonic()
        with pytest.raises(BuildRunning) as told:
            build(index_dir, [path], vocabulary=VOCABULARY)
        assert time.monotonic() - began < 2
        sentence = f"Another build is at work in {index_dir}; wait until it ends."
        assert str(told.value) == sentence
        assert opened(index_dir) == live
    finally:
        go_on.set()
        first.join(20)
    assert first.exitcode == 0
    assert opened(index_dir).id > live.id


def build_on_and_on(index_dir: Path, path: Path) -> None:
    while True:
        build(index_dir, [path], vocabulary=VOCABULARY)


def test_a_kill_at_any_moment_leaves_a_live_index_and_the_next_build_cleans_up(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(many(200))
    began = time.monotonic()
    build(index_dir, [path], vocabulary=VOCABULARY)
    one_build = time.monotonic() - began
    small = source(THREE, "small.jsonl")
    chance = random.Random(20260101)
    unfinished = 0
    for _ in range(25):
        builder = PROCESSES.Process(target=build_on_and_on, args=(index_dir, path))
        builder.start()
        assert builder.pid is not None
        time.sleep(chance.uniform(0, 1.7 * one_build))
        os.kill(builder.pid, signal.SIGKILL)
        builder.join()
        assert builder.exitcode == -signal.SIGKILL
        assert opened(index_dir).abstracts in {3, 200}
        unfinished += bool(leftovers(index_dir))
        assert build(index_dir, [small], vocabulary=VOCABULARY) == opened(index_dir)
        assert leftovers(index_dir) == []
        generations = sorted(p.name for p in (index_dir / GENERATIONS).iterdir())
        assert len(generations) == KEPT or live.id in generations
    assert unfinished


def test_readers_see_a_whole_index_while_others_are_published(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(many(20))
    seen, faults = {live.id}, []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(opened(index_dir).id)
            except Exception as error:  # noqa: BLE001 (every error is one too many)
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    built = {build(index_dir, [path], vocabulary=VOCABULARY).id for _ in range(25)}
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert seen <= built | {live.id}
    assert len(seen) > 1
