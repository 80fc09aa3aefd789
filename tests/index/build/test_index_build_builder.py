"""What a build writes, and what it tells of it."""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from small_builds import THREE, VOCABULARY, abstract, leftovers, many, opened

from corpus import Abstract, Author, Report, Section
from index import OpenedGeneration, Vocabulary, build
from index.analyzer import VERSION
from index.build import workers as workers_module
from index.generations.manifest import FORMAT, GENERATIONS, MANIFEST, SEAL, folder, pointer
from index.generations.publish import KEPT
from index.segment import merger
from index.segment.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.generations.manifest import Manifest


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def live(index_dir: Path, source: Callable[..., Path]) -> Manifest:
    """The manifest of a live index of three abstracts."""
    return build(index_dir, [source(THREE, "live.jsonl")], vocabulary=VOCABULARY)


def postings(index_dir: Path) -> dict[tuple[str, bytes], list[tuple[int, Any]]]:
    """Everything the live index says of each term."""
    published = OpenedGeneration.open(index_dir)
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
    assert manifest.fingerprints.keys() == {"vocabulary", "corpus"}
    assert manifest.fingerprints["vocabulary"] == VOCABULARY.fingerprint
    assert (manifest.format, manifest.analysis_version) == (FORMAT, VERSION)
    assert manifest.versions.keys() == {"python", "ranvier", "whoosh-reloaded", "nltk", "numpy"}
    assert manifest.id == pointer(index_dir).generation
    assert manifest.built_at.endswith("+00:00")
    home = folder(index_dir, manifest.id)
    assert manifest.files.keys() == {p.name for p in home.iterdir()} - {MANIFEST, SEAL}
    assert leftovers(index_dir) == []


def test_an_abstract_without_a_year_has_no_part_in_the_years(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    manifest = build(index_dir, [source(THREE[2:])], vocabulary=VOCABULARY)
    assert (manifest.first_year, manifest.last_year) == (None, None)


def test_spellings_are_counted_as_written(index_dir: Path, live: Manifest) -> None:
    home = folder(index_dir, live.id)
    spelled = dict(Table(home, "spellings"))
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


@pytest.mark.parametrize(("size", "batch"), [(7, 1 << 22), (1000, 1), (7, 50), (1, 1000)])
def test_postings_that_do_not_fit_in_memory_are_the_same(
    index_dir: Path,
    tmp_path: Path,
    source: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    batch: int,
) -> None:
    path = source(many(80, words=60))
    build(index_dir, [path], vocabulary=VOCABULARY, workers=1)
    monkeypatch.setattr(workers_module, "SIZE", size)
    monkeypatch.setattr(merger, "BATCH", batch)
    build(tmp_path / "other", [path], vocabulary=VOCABULARY, workers=1)
    assert_equal_files(index_dir, tmp_path / "other")
    assert postings(index_dir) == postings(tmp_path / "other")


@pytest.mark.parametrize("threads", [1, 2])
def test_any_number_of_processes_build_the_same(
    index_dir: Path,
    tmp_path: Path,
    source: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    monkeypatch.setattr(workers_module, "SIZE", 20)
    path = source(many(90))
    alone = build(index_dir, [path], vocabulary=VOCABULARY, workers=1)
    shared = build(tmp_path / "other", [path], vocabulary=VOCABULARY, workers=3)
    assert alone.fingerprints == shared.fingerprints
    assert_equal_files(index_dir, tmp_path / "other")
    assert postings(index_dir) == postings(tmp_path / "other")


def assert_equal_files(one: Path, other: Path) -> None:
    """That two live generations are the same, byte by byte, but for Whoosh's names and clocks."""
    found = []
    for index_dir in (one, other):
        home = folder(index_dir, pointer(index_dir).generation)
        files = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix != ".toc"}
        for name in ("manifest.json", "seal.json"):
            files.pop(name, None)
        segments = {name.split(".")[0] for name in files if name.startswith("MAIN_")}
        assert len(segments) == 1
        found.append({name.replace(min(segments), "S"): content for name, content in files.items()})
    assert found[0].keys() == found[1].keys()
    assert [name for name in found[0] if found[0][name] != found[1][name]] == []


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
    assert (manifest.abstracts, manifest.rejected) == (2, 2)  # line 3 is a duplicate
    home = folder(index_dir, manifest.id)
    lines = json.loads((home / "report.json").read_text(encoding="utf-8"))
    assert lines == [str(problem) for problem in report.rejected]
    assert [line.split(": ")[0] for line in lines] == [f"mixed.jsonl:{n}" for n in (2, 4)]
    published = OpenedGeneration.open(index_dir)
    first, second = published.abstracts()
    assert (first.pmid, second.pmid) == ("1", "3")
    assert second.extra == {"more": "\ud800"}
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


def test_as_many_generations_are_kept_as_promised(
    index_dir: Path, source: Callable[..., Path]
) -> None:
    path = source(THREE)
    built = [build(index_dir, [path], vocabulary=VOCABULARY).id for _ in range(KEPT + 2)]
    assert sorted(p.name for p in (index_dir / GENERATIONS).iterdir()) == built[-KEPT:]
    assert pointer(index_dir).generation == built[-1]
