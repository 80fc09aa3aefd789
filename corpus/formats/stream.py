"""Opening a file of abstracts: plain or gzip, with every failure told as ``UnusableFile``."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from corpus.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
TEXT_LIMIT = 32 * 1024 * 1024
"""A format that is read as a whole takes at most so many bytes, also out of a small gzip file."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give the bytes of a file, unpacked if they are gzip, as a stream that can seek.

    Raises ``UnusableFile`` if the file is missing, a folder, unreadable or a broken gzip file,
    also when that shows only while the stream is read inside the ``with`` block.
    """
    try:
        _check_place(path)
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            if not packed:
                _refuse_false_gzip(path)
                yield file
                return
            with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                yield cast("BinaryIO", unpacked)
    except EOFError:
        raise UnusableFile(str(path), "is a truncated gzip file: its end is missing") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnusableFile(str(path), f"is a corrupt gzip file: {error}") from None
    except OSError as error:
        raise UnusableFile(str(path), f"cannot be read: {error.strerror or error}") from None


def whole_text(stream: BinaryIO, source: str) -> str:
    r"""Return all of a stream as text whose lines end in ``\n``, without a byte order mark.

    Raises ``UnusableFile`` if it is longer than ``TEXT_LIMIT`` bytes or not UTF-8.
    """
    content = stream.read(TEXT_LIMIT + 1)
    if len(content) > TEXT_LIMIT:
        raise UnusableFile(source, f"is longer than {TEXT_LIMIT:,} bytes, too long for a page")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(source, error) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def not_utf8(source: str, error: UnicodeDecodeError) -> UnusableFile:
    """Return the error that says at which byte, counted from 0, a file stops being UTF-8."""
    byte = error.object[error.start]
    return UnusableFile(
        source,
        f"is not in UTF-8: byte {error.start:,} is 0x{byte:02X}; save it as UTF-8 and try again",
    )


def _check_place(path: Path) -> None:
    # Opening a pipe would wait for whoever writes into it.
    if not path.is_file():
        kind = "is no ordinary file" if path.exists() else "does not exist"
        raise UnusableFile(str(path), "is a folder, not a file" if path.is_dir() else kind)


def _refuse_false_gzip(path: Path) -> None:
    # A name that promises gzip over other bytes is most often a failed download.
    if path.suffix.lower() == ".gz" and path.stat().st_size:
        raise UnusableFile(str(path), "is named as a gzip file but is none")
