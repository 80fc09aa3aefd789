from __future__ import annotations

import gc
import hashlib
import json
import pickle
import shutil
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from corpus import Abstract, Section, write_jsonl
from index import Concept, OpenedGeneration, RanvierIndexError, Vocabulary, build
from index.errors import BuildFailed, DamagedIndex, NoIndex, OutdatedIndex
from index.generations import integrity
from index.generations.integrity import verify
from index.generations.manifest import (
    CURRENT,
    GENERATIONS,
    MANIFEST,
    SEAL,
    Manifest,
    folder,
    pointer,
)
from index.generations.opened import without_collector
from search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable

VOCABULARY = Vocabulary.of(
    [Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",))]
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three abstracts, to be copied."""
    home = tmp_path_factory.mktemp("built")
    source = home / "a.jsonl"
    texts = ("alfa MS", "Multiple Sclerosis and MS", "charlie")
    write_jsonl(
        (Abstract(str(n), f"Title {n}", (Section(None, (t,)),)) for n, t in enumerate(texts)),
        source,
    )
    build(home / "index", [source], vocabulary=VOCABULARY)
    return home / "index"


@pytest.fixture
def index_dir(built: Path, tmp_path: Path) -> Path:
    """A copy of the index, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "index"))


def live(index_dir: Path) -> Path:
    return folder(index_dir, pointer(index_dir).generation)


def refused(index_dir: Path, kind: type[RanvierIndexError]) -> str:
    """The sentence with which an index is refused."""
    with pytest.raises(kind) as told:
        OpenedGeneration.open(index_dir)
    sentence = str(told.value)
    assert sentence.endswith("Build it anew with “ranvier build”.")
    assert "\n" not in sentence
    return sentence


def rewritten(index_dir: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes the manifest and lets the pointer agree, as only we can."""
    path = live(index_dir) / MANIFEST
    entry = json.loads(path.read_text(encoding="utf-8"))
    change(entry)
    path.write_text(json.dumps(entry), encoding="utf-8")
    point(index_dir)


def point(index_dir: Path) -> None:
    path = live(index_dir) / MANIFEST
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    content = {"generation": path.parent.name, "manifest_sha256": digest}
    (index_dir / CURRENT).write_text(json.dumps(content), encoding="utf-8")


def test_an_index_opens_with_all_its_parts(index_dir: Path) -> None:
    published = OpenedGeneration.open(index_dir)
    try:
        assert published.folder == live(index_dir)
        assert published.manifest.abstracts == published.reader.doc_count() == 3
        assert published.analyzer.vocabulary == VOCABULARY
        assert [tuple(pair) for pair in published.spellings["ms"]] == [
            ("MS", 2),
            ("Multiple Sclerosis", 1),
        ]
        assert list(published.spellings) == ["ms"]
    finally:
        published.close()


def test_an_index_may_be_moved(index_dir: Path, tmp_path: Path) -> None:
    OpenedGeneration.open(index_dir.rename(tmp_path / "a place with spaces ß")).close()


def test_no_pointer(index_dir: Path) -> None:
    (index_dir / CURRENT).unlink()
    assert "There is no index in" in refused(index_dir, NoIndex)


def test_a_foreign_folder(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader")
    (tmp_path / "_MAIN_1.toc").write_bytes(b"foreign")
    refused(tmp_path, NoIndex)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("no folder")
    assert "cannot be read" in refused(tmp_path / "index", DamagedIndex)


def test_no_generation(index_dir: Path) -> None:
    shutil.rmtree(index_dir / GENERATIONS)
    assert "is missing" in refused(index_dir, DamagedIndex)


def test_no_manifest(index_dir: Path) -> None:
    (live(index_dir) / MANIFEST).unlink()
    assert "is missing" in refused(index_dir, DamagedIndex)


def test_another_version_of_the_analysis(index_dir: Path) -> None:
    rewritten(index_dir, lambda entry: entry.update(analysis_version=99))
    message = refused(index_dir, OutdatedIndex)
    assert "read by another version" in message
    assert "ranvier build" in message


def test_another_format(index_dir: Path) -> None:
    rewritten(index_dir, lambda entry: entry.update(format=99))
    assert "another version" in refused(index_dir, OutdatedIndex)


def test_another_vocabulary_is_no_fault(index_dir: Path) -> None:
    # The index brings its own, and queries are read with it.
    rewritten(index_dir, lambda entry: entry["fingerprints"].update(vocabulary="another"))
    OpenedGeneration.open(index_dir).close()


def files(index_dir: Path) -> list[Path]:
    return sorted(path for path in live(index_dir).iterdir() if path.name != SEAL)


def test_every_missing_file_is_named(index_dir: Path) -> None:
    for path in files(index_dir):
        content = path.read_bytes()
        path.unlink()
        sentence = refused(index_dir, DamagedIndex)
        assert "is missing" in sentence
        assert path.name in sentence or path.name == MANIFEST
        path.write_bytes(content)
    OpenedGeneration.open(index_dir).close()


def test_one_flipped_bit_in_any_file_is_seen(index_dir: Path) -> None:
    for path in files(index_dir):
        content = path.read_bytes()
        assert content, path
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            flipped = bytearray(content)
            flipped[place] ^= 1 << place % 8
            path.write_bytes(flipped)
            sentence = refused(index_dir, DamagedIndex)
            assert "was changed" in sentence
            assert path.name in sentence or path.name == MANIFEST
        path.write_bytes(content[:-1])
        assert "was changed" in refused(index_dir, DamagedIndex)
        path.write_bytes(content)
        OpenedGeneration.open(index_dir).close()


@pytest.fixture
def sealed(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same index, which was opened before, so that all its files are sealed."""
    monkeypatch.setattr(integrity, "_UNSEALED_NS", -(10**12))
    OpenedGeneration.open(index_dir).close()
    return index_dir


def flip_unseen(path: Path) -> None:
    """Flips a bit in the middle of a file and lets the seal agree, as if nobody had written."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    times = path.stat()
    seal = path.parent / SEAL
    entry = json.loads(seal.read_text())
    entry[path.name][1:] = [times.st_mtime_ns, times.st_ctime_ns]
    seal.write_text(json.dumps(entry))


def test_a_bit_that_a_disk_lost_by_itself_is_seen_when_all_is_read(sealed: Path) -> None:
    (path,) = live(sealed).glob("*.postings")
    flip_unseen(path)
    OpenedGeneration.open(sealed).close()
    with pytest.raises(DamagedIndex, match=f"The file {path.name} was changed"):
        OpenedGeneration.open(sealed, thorough=True)


def test_what_may_run_is_read_whatever_the_seal_says(sealed: Path) -> None:
    (path,) = live(sealed).glob("*.toc")
    flip_unseen(path)
    assert f"The file {path.name} was changed" in refused(sealed, DamagedIndex)


def test_a_second_opening_costs_little_and_reads_no_array(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    digest = integrity.sha256
    monkeypatch.setattr(integrity, "sha256", lambda path: read.append(path.name) or digest(path))
    tracemalloc.start()
    try:
        searcher = Searcher(OpenedGeneration.open(sealed))
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    searcher.close()
    assert read == [path.name for path in files(sealed) if path.suffix == ".toc"]
    assert most < 2_000_000
    assert kept < 200_000


def test_a_vocabulary_is_read_once_a_process(sealed: Path) -> None:
    one, other = OpenedGeneration.open(sealed), OpenedGeneration.open(sealed)
    assert one.analyzer is other.analyzer
    one.close()
    other.close()


@pytest.mark.parametrize("was_on", [True, False])
def test_python_does_not_look_for_garbage_within_and_then_as_before(*, was_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with suppress(KeyError), without_collector():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


def test_every_flipped_bit_in_the_pointer_is_seen(index_dir: Path) -> None:
    path = index_dir / CURRENT
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        refused(index_dir, DamagedIndex)


class Trap:
    """A pickle that creates a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def test_a_foreign_pickle_is_never_loaded(index_dir: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = pickle.dumps(Trap(sprung))
    for path in [*files(index_dir), live(index_dir) / "_MAIN_9.toc", index_dir / CURRENT]:
        content = path.read_bytes() if path.exists() else None
        path.write_bytes(trap)
        refused(index_dir, DamagedIndex)
        assert not sprung.exists(), path.name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
    pickle.loads(trap)  # noqa: S301 (ours)
    assert sprung.exists()


def test_a_newer_table_of_contents_slipped_in_is_never_loaded(
    index_dir: Path, tmp_path: Path
) -> None:
    # Whoosh opens the newest one it finds, and unpickles the list of segments in it.
    sprung = tmp_path / "sprung"
    storage = FileStorage(str(live(index_dir)))
    TOC(Schema(), [Trap(sprung)], 9).write(storage, "MAIN")
    assert "_MAIN_9.toc does not belong to" in refused(index_dir, DamagedIndex)
    assert not sprung.exists()
    TOC.read(storage, "MAIN", schema=Schema())
    assert sprung.exists()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Whoosh lets go of such a file late
def test_files_that_whoosh_cannot_read_are_damage(index_dir: Path) -> None:
    # Digests agree, but no version of ours wrote this.
    toc = next(live(index_dir).glob("*.toc"))
    toc.write_bytes(b"no table of contents")
    size, digest = toc.stat().st_size, hashlib.sha256(toc.read_bytes()).hexdigest()
    rewritten(
        index_dir,
        lambda entry: entry["files"].update({toc.name: {"bytes": size, "sha256": digest}}),
    )
    assert "cannot be opened" in refused(index_dir, DamagedIndex)
    gc.collect()


def test_a_generation_removed_while_it_is_opened_is_no_damage(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "b.jsonl"
    write_jsonl([Abstract("9", "Newer")], source)
    replaced: list[Path] = []

    def replace(index_dir: Path, manifest: Manifest, *, thorough: bool) -> None:
        if not replaced:
            replaced.append(live(index_dir))
            build(index_dir, [source], vocabulary=VOCABULARY)
            shutil.rmtree(replaced[0])
        verify(index_dir, manifest, thorough=thorough)

    monkeypatch.setattr("index.generations.opened.verify", replace)
    published = OpenedGeneration.open(index_dir)
    assert published.manifest.sources == ("b.jsonl",)
    published.close()


def test_a_generation_that_lacks_abstracts_is_not_published(index_dir: Path) -> None:
    published = OpenedGeneration.open(index_dir)
    published.close()
    short = type(published.manifest)(**{**vars(published.manifest), "abstracts": 4})
    with pytest.raises(BuildFailed, match=r"Of 4 abstracts 3 were stored, 3 under a PMID"):
        OpenedGeneration.check(published.folder, short)


def test_a_generation_without_its_vocabulary_is_not_published(index_dir: Path) -> None:
    published = OpenedGeneration.open(index_dir)
    published.close()
    (published.folder / "vocabulary.json").write_text("{")
    with pytest.raises(DamagedIndex, match="cannot be opened"):
        OpenedGeneration.check(published.folder, published.manifest)
