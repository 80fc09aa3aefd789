"""Where abstracts are read from: files, folders, patterns, the standard input, and archives.

Nothing is unpacked to disk. What an archive may expand to is bounded, so that a small file cannot
keep the reader busy for hours.
"""

from __future__ import annotations

import bz2
import glob
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from corpus.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import WriteableBuffer

STDIN = "-"
MEMBERS_LIMIT = 10_000
EXPANDED_LIMIT = 64 * 1024**3
"""A file in an archive may expand to so many bytes."""

RATIO_LIMIT = 250
RATIO_FROM = 256 * 1024 * 1024
"""Text packs to a tenth; what expands to more than this, and 250 times its size, is no text."""

_GZIP, _BZIP2, _XZ, _ZIP = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_TAR_AT, _TAR = 257, b"ustar"
_MAGIC_LENGTH = 512
_FAULTS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    RuntimeError,  # a zip file with a password
    NotImplementedError,  # a zip file packed in an unknown way
)


@dataclass(frozen=True)
class Place:
    """A file to read, by its name for people: "a.zip/b.ris"; ``was_named`` by the user himself.

    Exactly one of ``stream`` and ``fault`` is there; a stream is read before the next place is
    asked for.
    """

    name: str
    stream: BinaryIO | None
    was_named: bool
    fault: UnusableFile | None = None

    @property
    def short_name(self) -> str:
        """The name without the folders above the file."""
        return Path(self.name).name


def places(sources: Iterable[str | os.PathLike[str]]) -> Iterator[Place]:
    """Yield the files that some sources stand for, folders and patterns in alphabetical order.

    A source that cannot be opened is a place with a fault. Faults that show while a stream is read
    raise ``UnusableFile`` there.
    """
    for source in sources:
        text = os.fspath(source)
        if text == STDIN:
            yield from _unpacked(sys.stdin.buffer, "standard input", was_named=True)
            continue
        path = Path(text)
        if _is_pattern(path):
            found = sorted(glob.glob(text, recursive=True))  # noqa: PTH207
            if not found:
                yield _bad(text, "matches no file")
            for match in map(Path, found):
                yield from _folder(match) if match.is_dir() else _file(match, was_named=True)
        elif path.is_dir():
            yield from _folder(path)
        else:
            yield from _file(path, was_named=True)


def _is_pattern(path: Path) -> bool:
    try:
        return not path.exists() and any(letter in str(path) for letter in "*?[")
    except (OSError, ValueError):
        return False


def _folder(folder: Path) -> Iterator[Place]:
    for home, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield from _file(Path(home, name), was_named=False)


def _file(path: Path, *, was_named: bool) -> Iterator[Place]:
    name = str(path)
    try:
        # Opening a pipe would wait for whoever writes into it.
        is_file = path.is_file()
        exists = is_file or path.exists()
    except (OSError, ValueError):
        is_file = exists = False
    if not is_file:
        yield _bad(name, "is no ordinary file" if exists else "does not exist", was_named=was_named)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        yield _bad(name, f"cannot be read: {error.strerror or error}", was_named=was_named)
        return
    with file:
        yield from _unpacked(file, name, was_named=was_named)


def _unpacked(file: BinaryIO, name: str, *, was_named: bool) -> Iterator[Place]:
    """Yield what is in an open file: itself, or what it is packed of."""
    bounded = None
    try:
        with _faults(name):
            head = _peeked(file)
            if head.startswith((_ZIP, _EMPTY_ZIP)):
                yield from _zip(_seekable(file, head, name), name)
                return
            if name.lower().endswith(".gz") and head and not head.startswith(_GZIP):
                yield _bad(name, "is named as a gzip file but is none", was_named=was_named)
                return
            packed = Prefixed(head, file)
            stream = _decompressed(packed, head)
            bounded = _Bounded(stream, packed, name)
            inner = _peeked(bounded)
            content = cast("BinaryIO", io.BufferedReader(Prefixed(inner, bounded)))
            if inner[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
                yield from _tar(content, name)
            else:
                yield Place(name, content, was_named)
    except UnusableFile as fault:
        # Whoever read a file of an archive was told already, and it shows again behind that file.
        if bounded is None or bounded.faults < 2:
            yield Place(name, None, was_named, fault)


def _zip(file: BinaryIO, name: str) -> Iterator[Place]:
    with zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MEMBERS_LIMIT:
            raise UnusableFile(name, f"holds more than {MEMBERS_LIMIT:,} files")
        for member in members:
            inner = f"{name}/{member.filename}"
            if _is_hidden(member.filename):
                continue
            try:
                with _faults(inner), archive.open(member) as packed:
                    yield from _member(cast("BinaryIO", packed), inner, member.compress_size)
            except UnusableFile as fault:
                yield Place(inner, None, was_named=False, fault=fault)


def _tar(stream: BinaryIO, name: str) -> Iterator[Place]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MEMBERS_LIMIT:
                raise UnusableFile(name, f"holds more than {MEMBERS_LIMIT:,} files")
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and not _is_hidden(member.name):
                yield from _member(cast("BinaryIO", file), f"{name}/{member.name}", None)


def _member(file: BinaryIO, name: str, size: int | None) -> Iterator[Place]:
    """Yield a file of an archive, which may be compressed but no archive again."""
    with _faults(name):
        head = _peeked(file)
        counted = Prefixed(head, file)
        stream = _decompressed(counted, head)
        bounded = _Bounded(stream, counted, name, size)
        inner = _peeked(bounded)
        if inner.startswith(_ZIP) or inner[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
            raise UnusableFile(name, "is an archive inside an archive; unpack it first")
        content = cast("BinaryIO", io.BufferedReader(Prefixed(inner, bounded)))
        yield Place(name, content, was_named=False)


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _decompressed(stream: Prefixed, head: bytes) -> _Reads:
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=stream, mode="rb")
    if head.startswith(_BZIP2):
        return bz2.BZ2File(cast("BinaryIO", stream))
    if head.startswith(_XZ):
        return lzma.LZMAFile(cast("BinaryIO", stream))
    return stream


class _Reads(Protocol):
    def read(self, size: int = -1, /) -> bytes | None: ...


def _peeked(stream: _Reads) -> bytes:
    head = b""
    while len(head) < _MAGIC_LENGTH and (more := stream.read(_MAGIC_LENGTH - len(head))):
        head += more
    return head


def _seekable(file: BinaryIO, head: bytes, name: str) -> BinaryIO:
    """Return the file at its start: the directory of a zip file is at its end."""
    if file.seekable():
        file.seek(0)
        return file
    raise UnusableFile(
        name, f"is a zip file, which needs a file and no stream of {len(head)} bytes"
    )


class _Stream(io.RawIOBase):
    def readable(self) -> bool:
        return True


class Prefixed(_Stream):
    """A stream that begins with bytes that were read from it before, and counts what it gave."""

    def __init__(self, head: bytes, stream: _Reads) -> None:
        self._head = memoryview(head)
        self._stream = stream
        self.given = 0

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a buffer and return how many bytes it got; none at the end."""
        view = memoryview(buffer).cast("B")
        if self._head:
            part = self._head[: len(view)]
            self._head = self._head[len(part) :]
        else:
            part = memoryview(self._stream.read(len(view)) or b"")
        view[: len(part)] = part
        self.given += len(part)
        return len(part)


class _Bounded(_Stream):
    """A stream that raises ``UnusableFile`` for each fault, and where it expands too far."""

    def __init__(
        self, stream: _Reads, packed: Prefixed, name: str, size: int | None = None
    ) -> None:
        self._stream = stream
        self._packed = packed
        self._size = size
        self._name = name
        self._given = 0
        self.faults = 0

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a buffer and return how many bytes it got; none at the end."""
        view = memoryview(buffer).cast("B")
        try:
            with _faults(self._name):
                part = self._stream.read(len(view)) or b""
            self._given += len(part)
            self._check()
        except UnusableFile:
            self.faults += 1
            raise
        view[: len(part)] = part
        return len(part)

    def _check(self) -> None:
        packed = self._size if self._size is not None else self._packed.given
        if self._given > EXPANDED_LIMIT:
            limit = f"{EXPANDED_LIMIT // 1024**3:,} GiB"
            raise UnusableFile(self._name, f"expands to more than {limit}")
        if self._given > RATIO_FROM and self._given > RATIO_LIMIT * packed:
            raise UnusableFile(self._name, f"expands to more than {RATIO_LIMIT} times its size")


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except (UnusableFile, GeneratorExit):
        raise
    except EOFError:
        raise UnusableFile(name, "is truncated: its end is missing") from None
    except gzip.BadGzipFile as error:
        raise UnusableFile(name, f"is a corrupt gzip file: {error}") from None
    except (zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise UnusableFile(name, f"is corrupt: {error}") from None
    except _FAULTS as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFile(name, f"cannot be read: {reason}") from None


def _bad(name: str, reason: str, *, was_named: bool = True) -> Place:
    return Place(name, None, was_named, UnusableFile(name, reason))
