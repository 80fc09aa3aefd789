"""Records of an XML file, one at a time: each is cut out of the stream and parsed by itself.

A parser of the whole file would end at the first unclosed element, and the records after it would
be lost. So the stream is cut at the tags of records, which do not nest, and lxml parses each piece:
without entities, network or huge trees. Entities that a document type defines are not known, so
none can expand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import TYPE_CHECKING, BinaryIO

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 18
RECORD_LIMIT = 16 * 1024 * 1024
"""A longer record is rejected unread."""

_CONTROL = bytes(one for one in range(32) if one not in b"\t\n\r")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = {b"lt", b"gt", b"amp", b"quot", b"apos"}


@dataclass(frozen=True)
class Piece:
    """A record cut out of a stream: the name of its element, its bytes and its lines.

    ``fault`` says why it is not whole, if it is not.
    """

    name: str
    content: bytes
    first_line: int
    last_line: int
    fault: str | None = None


def pieces(
    stream: BinaryIO, outer: tuple[str, ...], inner: tuple[str, ...] = ()
) -> Iterator[Piece]:
    """Yield the elements of these names in order; ``inner`` ones only outside of ``outer`` ones.

    The stream is UTF-8. Control characters are left out. An element that another one of ``outer``
    begins in, or that is cut off by the end, comes with a fault.
    """
    starts = {name: _start(outer if name in outer else (*outer, name)) for name in (*outer, *inner)}
    any_start = _start((*outer, *inner))
    buffer, line = b"", 1
    while True:
        found = any_start.search(buffer)
        if found is None:
            # A tag may begin in the last bytes.
            kept = buffer[-_LONGEST_TAG:]
            line += buffer.count(b"\n", 0, len(buffer) - len(kept))
            block = stream.read(BLOCK)
            if not block:
                return
            buffer = kept + block.translate(None, _CONTROL)
            continue
        line += buffer.count(b"\n", 0, found.start())
        buffer = buffer[found.start() :]
        name = found[1].decode("ascii")
        content, fault, buffer = _cut(stream, buffer, name, starts[name])
        last = line + content.count(b"\n")
        yield Piece(name, content, line, last, fault)
        line = last


_LONGEST_TAG = 64


def _start(names: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(rf"<({'|'.join(names)})(?=[\s>])".encode())


def _cut(
    stream: BinaryIO, buffer: bytes, name: str, start: re.Pattern[bytes]
) -> tuple[bytes, str | None, bytes]:
    """Return the element at the head of the buffer, its fault, and what follows it."""
    end = re.compile(rf"</{name}\s*>".encode())
    searched = 1
    pile = bytearray(buffer)
    while True:
        closing = end.search(pile, searched)
        opening = start.search(pile, searched, closing.start() if closing else len(pile))
        if opening:
            at = opening.start()
            return bytes(pile[:at]), f"<{name}> is not closed", bytes(pile[at:])
        if closing:
            at = closing.end()
            return bytes(pile[:at]), None, bytes(pile[at:])
        if len(pile) > RECORD_LIMIT:
            return bytes(pile), f"<{name}> is longer than {RECORD_LIMIT:,} bytes", b""
        searched = max(1, len(pile) - _LONGEST_TAG)
        block = stream.read(BLOCK)
        if not block:
            return bytes(pile), f"<{name}> is cut off by the end of the file", b""
        pile += block.translate(None, _CONTROL)


def parsed(content: bytes) -> etree._Element:
    """Return the element that some bytes are, or raise ``ValueError`` with the reason.

    Names of characters that only HTML knows are read as the characters, and bytes that are not
    UTF-8 as Windows-1252.
    """
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        pass
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        content = content.decode("cp1252", "replace").encode()
    try:
        return etree.fromstring(_ENTITY.sub(_character, content), _parser())
    except etree.XMLSyntaxError as error:
        reason = str(error.msg).partition(", line")[0]
        raise ValueError(f"not XML: {reason}") from None


def fragment(element: etree._Element) -> str:
    """Return an element as XML, without the white space between its children."""
    text: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return text if len(element) == 0 else re.sub(r">\s+<", "><", text)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _character(match: re.Match[bytes]) -> bytes:
    name = match[1].decode("ascii")
    known = match[1] not in _XML_ENTITIES and name in name2codepoint
    return chr(name2codepoint[name]).encode() if known else match[0]
