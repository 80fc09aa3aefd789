import gzip
import os
from io import BytesIO
from pathlib import Path
from typing import Never

import pytest

from corpus import UnusableFile
from corpus.formats import stream
from corpus.formats.stream import opened, whole_text


def content(path: Path) -> bytes:
    with opened(path) as stream:
        return stream.read()


def refusal(path: Path) -> str:
    with pytest.raises(UnusableFile) as caught:
        content(path)
    return str(caught.value).removeprefix(str(path)).strip()


def test_a_file_is_given_as_it_is_or_unpacked(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.txt", tmp_path / "packed.txt"
    plain.write_bytes(b"alfa")
    packed.write_bytes(gzip.compress(b"bravo"))
    assert content(plain) == b"alfa"
    assert content(packed) == b"bravo"


def test_the_stream_can_go_back_to_its_start(tmp_path: Path) -> None:
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress(b"alfa bravo"))
    with opened(path) as stream:
        assert stream.read(4) == b"alfa"
        stream.seek(0)
        assert stream.read() == b"alfa bravo"


def test_a_missing_file_does_not_exist(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.txt") == "does not exist."
    assert refusal(tmp_path / "zero\0byte") == "does not exist."


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is a folder, not a file."


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert refusal(path) == "is no ordinary file."


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.txt"
    path.write_bytes(b"alfa")

    def refuse(*_: object) -> Never:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    assert refusal(path) == "cannot be read: Permission denied."


def test_a_truncated_gzip_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "short.gz"
    path.write_bytes(gzip.compress(b"alfa bravo charlie" * 100)[:-12])
    assert refusal(path) == "is a truncated gzip file: its end is missing."


def test_a_corrupt_gzip_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    packed = bytearray(gzip.compress(os.urandom(1_000)))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)
    assert refusal(path).startswith("is a corrupt gzip file: CRC check failed")
    path.write_bytes(gzip.compress(b"alfa")[:10] + b"\xff" * 50)
    assert refusal(path).startswith("is a corrupt gzip file: ")


def test_a_gzip_file_only_by_name_says_so(tmp_path: Path) -> None:
    path = tmp_path / "false.jsonl.gz"
    path.write_bytes(b"{}")
    assert refusal(path) == "is named as a gzip file but is none."


def test_text_comes_without_byte_order_mark_and_with_one_kind_of_line_end() -> None:
    stream = BytesIO("\ufeffalfa\r\nbravo\rcharlie\nß".encode())
    assert whole_text(stream, "a.txt") == "alfa\nbravo\ncharlie\nß"


def test_the_first_byte_that_is_not_utf8_is_named() -> None:
    with pytest.raises(UnusableFile) as caught:
        whole_text(BytesIO("Interferon-ß".encode("latin-1")), "a.txt")
    assert str(caught.value) == (
        "a.txt is not in UTF-8: byte 11 is 0xDF; save it as UTF-8 and try again."
    )


def test_a_page_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "TEXT_LIMIT", 10)
    assert whole_text(BytesIO(b"x" * 10), "a.txt") == "x" * 10
    with pytest.raises(UnusableFile, match="longer than 10 bytes"):
        whole_text(BytesIO(b"x" * 11), "a.txt")
