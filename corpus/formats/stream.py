"""The text of a file as UTF-8, whatever it is encoded in."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO, cast

from corpus.errors import UnusableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TEXT_LIMIT = 32 * 1024 * 1024
"""A format that is read as a whole takes at most so many bytes, also out of a small gzip file."""

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_WINDOWS = re.compile(rb"[\x80-\x9f]")
_BLOCK = 1 << 16
_LONG = 4096


def encoding_of(head: bytes) -> str:
    """Return the encoding of a file that begins so, by its marks, its zeros, or its bytes.

    "UTF-8" or "UTF-16", "UTF-32", what XML declares, "Windows-1252", or "Latin-1" where no byte
    tells the last two apart.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    zeros = head[:1000].count(0)
    if zeros * 4 > len(head[:1000]) > 3:
        even = head[:1000:2].count(0)
        return "UTF-16-BE" if even * 2 > zeros else "UTF-16-LE"
    if head.isascii() or _is_utf8(head):
        return _declared(head) if head.isascii() else "UTF-8"
    declared = _declared(head)
    if declared != "UTF-8":
        return declared
    return "Windows-1252" if _WINDOWS.search(head) else "Latin-1"


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return a stream of the same text in UTF-8; UTF-8 itself is passed on as it is."""
    if encoding == "UTF-8":
        return stream
    return cast("BinaryIO", io.BufferedReader(_Transcoded(stream, encoding), _BLOCK))


def decoded(head: bytes, encoding: str) -> bytes:
    """Return the beginning of a file as UTF-8, without a byte order mark."""
    if encoding == "UTF-8":
        return head.removeprefix(codecs.BOM_UTF8)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.removeprefix("\ufeff").encode()


def whole_text(stream: BinaryIO, source: str) -> str:
    r"""Return all of a stream as text whose lines end in ``\n``, without a byte order mark.

    Bytes that are not UTF-8 are read as Windows-1252. Raises ``UnusableFile`` if the stream is
    longer than ``TEXT_LIMIT`` bytes.
    """
    content = stream.read(TEXT_LIMIT + 1)
    if len(content) > TEXT_LIMIT:
        raise UnusableFile(source, f"is longer than {TEXT_LIMIT:,} bytes, too long for a page")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _declared(head: bytes) -> str:
    match = _DECLARED.match(head)
    if match is None:
        return "UTF-8"
    name = match[1].decode("ascii")
    try:
        b"a".decode(name, "replace")
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return "UTF-8"
    return "UTF-8" if known in {"utf-8", "ascii", "utf-16"} else name


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head of a long file may end within a character, and one odd byte far on is a fault
        # and no encoding.
        is_cut = error.reason == "unexpected end of data" and len(head) >= _LONG
        return is_cut or bool(_MULTIBYTE.search(head[: error.start]))
    return True


_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


class _Transcoded(io.RawIOBase):
    """A stream whose text is encoded anew; what cannot be decoded becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._waiting = memoryview(b"")
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._waiting and not self._is_over:
            block = self._stream.read(_BLOCK)
            self._is_over = not block
            text = self._decoder.decode(block, final=self._is_over)
            # Half of a surrogate pair can stand in UTF-16 that was cut.
            self._waiting = memoryview(text.encode("utf-8", "replace"))
        part = self._waiting[: len(view)]
        self._waiting = self._waiting[len(part) :]
        view[: len(part)] = part
        return len(part)
