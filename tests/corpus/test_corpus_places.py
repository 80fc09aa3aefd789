import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus import places as module
from corpus.errors import UnusableFile
from corpus.places import places


def contents(*sources: str | Path) -> dict[str, str]:
    found = {}
    for place in places(sources):
        if place.stream is None:
            found[place.name] = f"! {place.fault.reason if place.fault else ''}"
            continue
        try:
            found[place.name] = place.stream.read().decode()
        except UnusableFile as fault:
            found[place.name] = f"! {fault.reason}"
    return found


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_file_is_given_as_it_is_or_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "some.file"
    path.write_bytes(pack(b"alfa" * 1000))
    assert contents(path) == {str(path): "alfa" * 1000}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_an_archive_is_its_files(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    files = {"a.ris": b"alfa", "b/c.xml.gz": gzip.compress(b"bravo"), ".hidden": b"x"}
    path = tmp_path / "some.tar"
    path.write_bytes(pack(tarred(files)))
    expected = {f"{path}/a.ris": "alfa", f"{path}/b/c.xml.gz": "bravo"}
    assert contents(path) == expected
    if pack is bytes:
        path.write_bytes(zipped(files))
        assert contents(path) == expected


def test_a_folder_is_its_files_in_order_but_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", ".git/x", "a/.y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert list(contents(tmp_path).values()) == ["b.txt", "a/z.txt"]
    assert [place.was_named for place in places([tmp_path, tmp_path / "b.txt"])] == [
        False,
        False,
        True,
    ]


def test_a_pattern_is_the_files_it_matches(tmp_path: Path) -> None:
    for name in ("b.ris", "a.ris", "c.txt", "x[1].ris"):
        (tmp_path / name).write_text(name)
    assert list(contents(tmp_path / "[ab].ris").values()) == ["a.ris", "b.ris"]
    assert list(contents(tmp_path / "x[1].ris").values()) == ["x[1].ris"]
    assert list(contents(tmp_path / "*.nbib").values()) == ["! matches no file"]


def test_a_dash_is_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer: Any = io.BytesIO(gzip.compress(b"alfa"))

    monkeypatch.setattr("sys.stdin", Input())
    assert contents("-") == {"standard input": "alfa"}


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "false.gz").write_bytes(b"{}")
    (tmp_path / "zip").write_bytes(zipped({"a": b"alfa"})[:-10])
    assert list(contents(tmp_path / "none", "zero\0byte").values()) == ["! does not exist"] * 2
    assert list(contents(tmp_path / "pipe").values()) == ["! is no ordinary file"]
    assert list(contents(tmp_path / "false.gz").values()) == [
        "! is named as a gzip file but is none"
    ]
    assert list(contents(tmp_path / "zip").values()) == ["! is corrupt: File is not a zip file"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_file_that_is_cut_says_so_after_its_beginning(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "cut"
    path.write_bytes(pack(os.urandom(2_000_000).hex().encode())[:-100])
    opening = places([path])  # which closes the file at its end
    place = next(opening)
    assert place.stream is not None
    place.stream.read(1_000)
    with pytest.raises(UnusableFile, match="is truncated: its end is missing"):
        place.stream.read()


def test_a_corrupt_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    packed = bytearray(gzip.compress(os.urandom(1_000)))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)
    assert contents(path)[str(path)].startswith("! is a corrupt gzip file: CRC check failed")


def test_bombs_are_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RATIO_FROM", 100_000)
    monkeypatch.setattr(module, "MEMBERS_LIMIT", 3)
    bomb = gzip.compress(bytes(1_000_000))
    for name, content in {
        "a": bomb,
        "b": zipped({"x": bytes(1_000_000)}),
        "c": gzip.compress(tarred({"x": bytes(1_000_000)})),
        "d": zipped({str(number): b"" for number in range(4)}),
        "e": zipped({"x.zip": zipped({"y": b""})}),
        "f": tarred({str(number): b"" for number in range(4)}),
    }.items():
        (tmp_path / name).write_bytes(content)
    reasons = [text for text in contents(tmp_path).values() if text]
    assert reasons == [
        "! expands to more than 250 times its size",
        "! expands to more than 250 times its size",
        "! expands to more than 250 times its size",
        "! holds more than 3 files",
        "! is an archive inside an archive; unpack it first",
        "! holds more than 3 files",
    ]


def test_one_bad_member_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    path.write_bytes(zipped({"a.gz": gzip.compress(os.urandom(9_000))[:-99], "b": b"bravo"}))
    assert [text[:14] for text in contents(path).values()] == ["! is truncated", "bravo"]
