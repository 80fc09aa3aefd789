"""Arrays in a file: what is written comes back, mapped and read only."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_builds import THREE, VOCABULARY

from corpus import Report
from index import OpenedGeneration
from index.build.builder import write
from index.errors import DamagedIndex
from index.segment.arrays import Arrays, ArraysWriter, Strings, smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.generations.manifest import Manifest

KINDS = ("<u1", "<u2", "<u4", "<u8", "<i4", "<i8", ">u2", ">u4", ">i8", "?")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[Any]:
    kind = np.dtype(draw(st.sampled_from(KINDS)))
    if kind.kind == "b":
        return np.array(draw(st.lists(st.booleans(), max_size=70)), kind)
    limits = np.iinfo(kind)
    values = st.integers(int(limits.min), int(limits.max))
    return np.array(draw(st.lists(values, max_size=70)), kind)


def written(path: Path, **content: NDArray[Any]) -> Arrays:
    target = ArraysWriter(path)
    for name, values in content.items():
        target.write(name, values)
    target.close()
    return Arrays(path)


@given(st.dictionaries(ANY_TEXT, arrays(), max_size=6))
def test_what_is_written_comes_back(content: dict[str, NDArray[Any]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        found = written(Path(home) / "some", **content)
        assert found.names() == list(content)
        for name, values in content.items():
            assert name in found
            assert found[name].tolist() == values.tolist()
            assert found[name].dtype == values.dtype.newbyteorder("<")
            assert found.view(name).tolist() == values.tolist()
        assert "something else" not in found
        with pytest.raises(KeyError):
            found["something else"]


@given(st.lists(st.lists(st.integers(0, 9999), max_size=9), max_size=6))
def test_an_array_may_be_written_in_pieces(pieces: list[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        target = ArraysWriter(Path(home) / "some")
        with target.array("whole", np.uint16) as file:
            for piece in pieces:
                file.write(np.array(piece, np.uint16).data)
        target.write("next", np.array([7], np.uint8))
        target.close()
        found = Arrays(Path(home) / "some")
        assert found["whole"].tolist() == list(itertools.chain(*pieces))
        assert found["next"].tolist() == [7]


def test_every_second_number_of_an_array_is_an_array(tmp_path: Path) -> None:
    whole = np.arange(10)
    found = written(tmp_path / "some", half=whole[::2], turned=whole[::-1])
    assert found["half"].tolist() == [0, 2, 4, 6, 8]
    assert found["turned"].tolist() == whole.tolist()[::-1]


@given(st.lists(arrays(), min_size=1, max_size=5))
def test_every_array_begins_at_a_multiple_of_64_bytes(content: list[NDArray[Any]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "some"
        found = written(path, **{str(number): one for number, one in enumerate(content)})
        for name in found.names():
            assert found[name].__array_interface__["data"][0] % 64 == 0 or not len(found[name])
        raw = path.read_bytes()
        length = int.from_bytes(raw[-8:], "little")
        directory = json.loads(raw[-8 - length : -8])
        assert all(offset % 64 == 0 for offset, _, _ in directory.values())


def test_nothing_can_be_assigned(tmp_path: Path) -> None:
    found = written(tmp_path / "some", numbers=np.arange(3))
    with pytest.raises(ValueError, match="read-only"):
        found["numbers"][0] = 7
    with pytest.raises(ValueError, match="WRITEABLE"):
        found["numbers"].flags.writeable = True
    with pytest.raises(TypeError, match="read-only"):
        found.view("numbers")[0] = 7
    assert found["numbers"].tolist() == [0, 1, 2]


def test_a_view_gives_numbers_of_python(tmp_path: Path) -> None:
    found = written(tmp_path / "some", small=np.array([1], np.uint8), wide=np.array([2**63], "u8"))
    assert type(found.view("small")[0]) is type(found.view("wide")[0]) is int
    assert found.view("wide")[0] == 2**63
    assert found.view("wide") is found.view("wide")
    assert found["wide"] is found["wide"]


def test_bytes_can_be_read_from_the_file_and_memory_given_back(tmp_path: Path) -> None:
    text = np.frombuffer(b"alfa bravo charlie", np.uint8)
    found = written(tmp_path / "some", other=np.arange(9), text=text)
    assert found.read("text", 5, 10) == b"bravo"
    assert found.read("text", 18, 18) == b""
    numbers = found["other"]
    found.forget()
    assert numbers.tolist() == found["other"].tolist() == list(range(9))
    assert found.read("text", 0, 18) == bytes(text)


@given(st.lists(ANY_TEXT, max_size=20))
def test_strings_come_back(texts: list[str]) -> None:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    with tempfile.TemporaryDirectory() as home:
        target = ArraysWriter(Path(home) / "some")
        target.write_strings("texts", iter(encoded))
        target.close()
        found = Strings(Arrays(Path(home) / "some"), "texts")
        assert len(found) == len(texts)
        assert list(found) == [found[number] for number in range(len(texts))] == texts
        assert [found.utf8(number) for number in range(len(texts))] == encoded


@pytest.mark.parametrize("size", [254, 255, 256, 65_535, 65_536])
def test_strings_of_any_length_come_back(tmp_path: Path, size: int) -> None:
    texts = [b"", b"a" * (size - 1), b"b", b""]
    target = ArraysWriter(tmp_path / "some")
    target.write_strings("texts", texts)
    target.close()
    arrays = Arrays(tmp_path / "some")
    found = Strings(arrays, "texts")
    assert [found.utf8(number) for number in range(4)] == texts
    assert arrays["texts.starts"].dtype == smallest(size)


@pytest.mark.parametrize(
    ("most", "kind"),
    [
        (0, np.uint8),
        (255, np.uint8),
        (256, np.uint16),
        (65_535, np.uint16),
        (65_536, np.uint32),
        (2**32 - 1, np.uint32),
        (2**32, np.uint64),
        (2**64 - 1, np.uint64),
    ],
)
def test_the_smallest_type_holds_the_most(most: int, kind: type) -> None:
    assert smallest(most) is kind
    assert int(np.array([most], smallest(most))[0]) == most


@given(st.binary(max_size=200))
def test_a_foreign_file_is_refused_or_read_as_nothing(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "foreign"
        path.write_bytes(content)
        with pytest.raises((ValueError, AttributeError, TypeError)):
            Arrays(path)


def test_a_file_that_was_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some"
    written(path, one=np.arange(5), other=np.arange(40, dtype=np.uint8))
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"Expecting|Extra data|empty file|codec"):
            Arrays(path)


@pytest.fixture
def generation(tmp_path: Path) -> tuple[Path, Manifest]:
    home = tmp_path / "generation"
    home.mkdir()
    return home, write(home, THREE, VOCABULARY, Report())


@pytest.mark.parametrize("part", ["MAIN_*.postings", "MAIN_*.documents", "spellings.table"])
@pytest.mark.parametrize("harm", ["cut", "emptied", "replaced", "gone"])
def test_an_index_with_a_file_of_arrays_that_cannot_be_read_is_damaged(
    generation: tuple[Path, Manifest], part: str, harm: str
) -> None:
    home, manifest = generation
    (path,) = home.glob(part)
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        changed = {"cut": content[:-100], "emptied": b"", "replaced": b"\0" * 1000}[harm]
        path.write_bytes(changed)
    with pytest.raises(DamagedIndex, match="cannot be opened"):
        OpenedGeneration.read(home, manifest)
