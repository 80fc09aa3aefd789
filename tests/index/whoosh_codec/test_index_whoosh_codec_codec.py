"""Segments of arrays: what a commit, a cancel and a failure leave in the folder."""

from __future__ import annotations

import errno
import io
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import whoosh.filedb.structfile
import whoosh.index
from small_builds import THREE, abstract, many
from small_runs import ANALYZER
from whoosh.filedb.filestore import FileStorage

from corpus import Abstract
from index.build.batch import process
from index.record_fields import restored
from index.schema import STRINGS
from index.segment.layout import DOCUMENTS
from index.segment.stored import DocumentsWriter
from index.whoosh_codec import codec as codec_module
from index.whoosh_codec.codec import ArrayWriter
from index.whoosh_codec.schema import document, schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whoosh.index import FileIndex

    from index.segment.arrays import ArraysWriter


def created(folder: Path) -> FileIndex:
    folder.mkdir(exist_ok=True)
    return FileStorage(str(folder)).create_index(schema(ANALYZER))


def add(writer: ArrayWriter, runs: Path, steps: Sequence[Abstract | list[Abstract]]) -> None:
    """Adds an abstract as a document, abstracts as a run."""
    runs.mkdir(exist_ok=True)
    for number, step in enumerate(steps):
        if isinstance(step, Abstract):
            writer.add_document(**document(step, ANALYZER))
        else:
            writer.add_batch(process(step, ANALYZER, runs, f"{number}-{id(writer)}").files)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def index(tmp_path: Path, runs: Path) -> FileIndex:
    """An index of three abstracts."""
    index = created(tmp_path / "index")
    writer = ArrayWriter(index)
    add(writer, runs, [THREE])
    writer.commit()
    return index


def folder(index: FileIndex) -> Path:
    return Path(index.storage.folder)


def files(index: FileIndex) -> dict[str, bytes]:
    """The content of all files, but for the lock, which Whoosh leaves."""
    found = {
        str(path.relative_to(folder(index))): path.read_bytes() if path.is_file() else b""
        for path in folder(index).rglob("*")
    }
    found.pop("MAIN_WRITELOCK", None)
    return found


def read(index: FileIndex) -> list[Abstract]:
    with FileStorage(str(folder(index))).open_index(schema=schema(ANALYZER)).reader() as reader:
        found = []
        for number, fields in reader.iter_docs():
            found.append(restored({name: fields.get(name, "") for name in STRINGS}))
            term = found[-1].pmid.lower()
            assert list(reader.postings("pmid", term).all_ids()) == [number]
            words = found[-1].title.lower().split()
            assert reader.doc_field_length(number, "title_exact") == len(words)
            for word in words:
                assert number in reader.postings("title_exact", word).all_ids()
        return found


@pytest.mark.parametrize("pattern", ["d", "r", "dr", "rd", "drd", "rdr", "ddrrdd", "rrdrdrr"])
def test_documents_and_runs_in_turn_keep_their_order(
    tmp_path: Path, runs: Path, pattern: str
) -> None:
    abstracts = many(3 * len(pattern))
    thirds = [abstracts[3 * number : 3 * number + 3] for number in range(len(pattern))]
    steps: list[Abstract | list[Abstract]] = []
    for kind, third in zip(pattern, thirds, strict=True):
        steps += third if kind == "d" else [third]
    index = created(tmp_path / "index")
    writer = ArrayWriter(index)
    add(writer, runs, steps)
    writer.commit()
    assert read(index) == abstracts
    assert len(list(folder(index).glob("*.postings"))) == 1


def test_commits_follow_each_other(index: FileIndex, runs: Path) -> None:
    abstracts = [*THREE]
    for number, size in ((10, 2), (20, 1), (30, 4)):
        more = [abstract(str(number + n), f"Title {n}") for n in range(size)]
        abstracts += more
        writer = ArrayWriter(index)
        add(writer, runs, [more[0], more[1:]] if more[1:] else more)
        writer.commit(merge=False)
        assert read(index) == abstracts
    ArrayWriter(index).commit(optimize=True)
    assert sorted(one.pmid for one in read(index)) == sorted(one.pmid for one in abstracts)


def test_a_segment_is_two_files_and_a_commit_leaves_nothing_else(index: FileIndex) -> None:
    kinds = sorted(Path(name).suffix for name in files(index))
    assert kinds == [".documents", ".postings", ".toc"]


def test_an_optimized_index_has_no_files_of_the_segments_before(
    index: FileIndex, runs: Path
) -> None:
    before = files(index).keys()
    writer = ArrayWriter(index)
    add(writer, runs, [abstract("4", "Delta"), [abstract("5", "Echo")]])
    writer.commit(optimize=True)
    assert files(index).keys().isdisjoint(before)
    assert len(files(index)) == 3
    assert {one.pmid for one in read(index)} == set("12345")


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [abstract("8", "Alfa")],
        [[abstract("8", "Alfa")]],
        [abstract("8", "Alfa"), [abstract("9", "Bravo")], abstract("10", "Echo")],
    ],
    ids=["nothing", "a document", "a run", "both"],
)
def test_a_cancelled_writer_leaves_nothing(
    index: FileIndex, runs: Path, steps: list[Abstract | list[Abstract]]
) -> None:
    before = files(index)
    writer = ArrayWriter(index)
    add(writer, runs, steps)
    writer.delete_by_term("pmid", "1")
    writer.cancel()
    assert writer.is_closed
    assert files(index) == before
    assert read(index) == THREE
    ArrayWriter(index).cancel()


def test_a_block_that_fails_leaves_nothing(index: FileIndex, runs: Path) -> None:
    before = files(index)

    def fail() -> None:
        with ArrayWriter(index) as writer:
            add(writer, runs, [abstract("8", "Alfa"), [abstract("9", "Bravo")]])
            raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        fail()
    assert files(index) == before
    assert read(index) == THREE


def test_what_is_kept_of_a_run_is_on_disk_once(index: FileIndex, runs: Path) -> None:
    writer = ArrayWriter(index)
    batch = process([abstract("9", "Bravo")], ANALYZER, runs, "some")
    assert batch.files.path(DOCUMENTS).exists()
    writer.add_batch(batch.files)
    assert not batch.files.path(DOCUMENTS).exists()
    writer.commit()
    assert len(read(index)) == 4


def test_nothing_added_is_nothing_written(index: FileIndex) -> None:
    def kept() -> list[Path]:
        return sorted(folder(index).glob(f"*.{DOCUMENTS}"))

    before = kept()
    ArrayWriter(index).commit()
    assert kept() == before
    assert len(before) == 1


def half(_: object, target: ArraysWriter | None = None) -> None:
    if target:
        target.write_strings("some", [b"alfa"])
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "step"),
    [(codec_module, "merge"), (codec_module, "write_batch"), (DocumentsWriter, "arrays")],
)
def test_a_commit_that_fails_in_the_middle_leaves_the_index(
    index: FileIndex, runs: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    before = files(index)
    writer = ArrayWriter(index)
    add(writer, runs, [[abstract("8", "Alfa")], abstract("9", "Bravo")])
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, half)
        with pytest.raises(OSError, match="No space left"):
            writer.commit(optimize=True)
        assert read(index) == THREE
        writer.cancel()
    assert files(index) == before
    assert read(index) == THREE
    again = ArrayWriter(index)
    add(again, runs, [abstract("9", "Bravo")])
    again.commit()
    assert len(read(index)) == 4


def test_a_writer_that_was_killed_leaves_the_index_and_the_next_commit_cleans_up(
    index: FileIndex, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = ArrayWriter(index)
    add(writer, runs, [[abstract("8", "Alfa")]])
    with monkeypatch.context() as patch:
        patch.setattr(codec_module, "merge", half)
        with pytest.raises(OSError, match="No space left"):
            writer.commit()
    writer.writelock.release()  # as the system does
    assert read(index) == THREE
    again = ArrayWriter(index)
    add(again, runs, [abstract("9", "Bravo")])
    again.commit()
    assert len(read(index)) == 4
    with index.reader() as reader:
        segments = {leaf.segment().segment_id() for leaf, _ in reader.leaf_readers()}
    assert {Path(name).stem for name in files(index) if name.endswith("postings")} == segments


def test_a_failure_behind_the_commit_does_not_take_it_back(
    index: FileIndex, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "cannot clean up")

    writer = ArrayWriter(index)
    add(writer, runs, [abstract("9", "Bravo")])
    with monkeypatch.context() as patch:
        patch.setattr(whoosh.index, "clean_files", fail)
        with pytest.raises(OSError, match="cannot clean up"):
            writer.commit()
    writer.cancel()
    assert len(read(index)) == 4


def test_a_document_that_cannot_be_read_leaves_no_postings(index: FileIndex) -> None:
    writer = ArrayWriter(index)
    with pytest.raises(ValueError, match="7 is not unicode"):
        writer.add_document(pmid="8", abstract_exact="zulu", title_exact=7)
    writer.add_document(**document(abstract("9", "Bravo"), ANALYZER))
    writer.commit()
    assert {one.pmid for one in read(index)} == set("1239")
    with index.reader() as reader:
        assert ("abstract_exact", "zulu") not in reader
        assert ("pmid", "8") not in reader


def test_deleted_documents_are_not_read(index: FileIndex) -> None:
    writer = ArrayWriter(index)
    assert writer.delete_by_term("pmid", "2") == 1
    writer.commit(merge=False)
    assert read(index) == [THREE[0], THREE[2]]
    with index.reader() as reader:
        assert (reader.doc_count(), reader.doc_count_all()) == (2, 3)
        assert reader.has_deletions()
        assert [reader.is_deleted(number) for number in range(3)] == [False, True, False]
    ArrayWriter(index).commit(optimize=True)
    with index.reader() as reader:
        assert (reader.doc_count(), reader.doc_count_all()) == (2, 2)
        assert not reader.has_deletions()


def test_an_index_of_which_all_is_deleted_is_empty_and_can_grow_again(
    index: FileIndex, runs: Path
) -> None:
    writer = ArrayWriter(index)
    for pmid in "123":
        writer.delete_by_term("pmid", pmid)
    writer.commit(optimize=True)
    assert read(index) == []
    assert [Path(name).suffix for name in files(index)] == [".toc"]
    writer = ArrayWriter(index)
    add(writer, runs, [THREE])
    writer.commit()
    assert read(index) == THREE


def test_a_run_of_no_documents_adds_nothing(index: FileIndex, runs: Path) -> None:
    writer = ArrayWriter(index)
    add(writer, runs, [[]])
    writer.commit(merge=False)
    assert read(index) == THREE
    writer = ArrayWriter(index)
    add(writer, runs, [[], abstract("4", "Delta"), []])
    writer.commit(merge=False)
    assert len(read(index)) == 4


def test_a_document_of_few_fields_stands_beside_whole_ones(index: FileIndex, runs: Path) -> None:
    writer = ArrayWriter(index)
    writer.add_document(pmid="4", title="delta", title_exact="delta")
    add(writer, runs, [[abstract("5", "Echo", year=1999)]])
    writer.commit(merge=False)
    with index.reader() as reader:
        strings = [fields for _, fields in reader.iter_docs()][3:]
        assert [one["title"] for one in strings] == ["delta", "Echo"]
        assert all(one.keys() == set(STRINGS) for one in strings)
        assert list(reader.column_reader("year"))[3:] == [0, 1999]


def test_a_reader_goes_on_reading_what_others_replace(index: FileIndex, runs: Path) -> None:
    with index.reader() as reader:
        writer = ArrayWriter(index)
        add(writer, runs, [abstract("4", "Delta")])
        writer.commit(optimize=True)
        titles = [fields["title"] for _, fields in reader.iter_docs()]
        assert titles == [one.title for one in THREE]
        assert reader.doc_frequency("title_exact", "alfa") == 1


def test_a_table_of_contents_names_but_classes_of_ours_and_of_whoosh(
    index: FileIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: set[str] = set()

    class Watching(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
            named.add(module)
            return super().find_class(module, name)

    def loads(content: bytes) -> Any:  # noqa: ANN401
        return Watching(io.BytesIO(content)).load()

    def load(file: io.BufferedReader) -> Any:  # noqa: ANN401
        return Watching(file).load()

    monkeypatch.setattr(whoosh.index.pickle, "loads", loads)
    monkeypatch.setattr(whoosh.filedb.structfile, "load_pickle", load)
    FileStorage(str(folder(index))).open_index()
    assert {"index.whoosh_codec.codec", "index.whoosh_codec.schema"} <= named
    others = {one.split(".")[0] for one in named} - {"index", "whoosh"}
    assert others <= {"copyreg", "builtins"}
