import codecs
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import UnusableFile
from corpus.formats import stream
from corpus.formats.stream import as_utf8, decoded, encoding_of, whole_text

TEXT = "Interferon-ß: 5 – 6\nbravo"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (b"plain", "UTF-8"),
        (b"", "UTF-8"),
        ("ß".encode() * 9_999 + b"\xc3", "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (TEXT.encode("utf-16-le"), "UTF-16-LE"),
        (TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        ("Interferon-ß".encode("latin-1"), "Latin-1"),
        (b'<?xml version="1.0" encoding="ISO-8859-15"?>\xa4', "ISO-8859-15"),
        (b"<?xml version='1.0' encoding='koi8-r'?>plain", "koi8-r"),
        (b"<?xml version='1.0' encoding='no-such'?>plain", "UTF-8"),
        (b"<?xml version='1.0' encoding='hex'?>plain", "UTF-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>\xc3\x9f', "UTF-8"),
        ("ß ".encode() * 9 + b"one odd byte \xff further on" + b" x" * 9, "UTF-8"),
    ],
)
def test_an_encoding_is_known_by_the_beginning(head: bytes, name: str) -> None:
    assert encoding_of(head) == name


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_stream_gives_the_same_text_in_utf8(encoding: str) -> None:
    content = TEXT.encode(encoding)
    name = encoding_of(content)
    assert as_utf8(BytesIO(content), name).read().decode().removeprefix("\ufeff") == TEXT
    assert decoded(content, name) == TEXT.encode()


@given(st.binary(), st.sampled_from(["UTF-16-LE", "Windows-1252", "UTF-32-BE", "koi8-r"]))
def test_no_bytes_raise(content: bytes, encoding: str) -> None:
    as_utf8(BytesIO(content), encoding).read().decode()
    encoding_of(content)
    decoded(content, encoding)


def test_text_comes_without_byte_order_mark_and_with_one_kind_of_line_end() -> None:
    content = BytesIO("\ufeffalfa\r\nbravo\rcharlie\nß".encode())
    assert whole_text(content, "a.txt") == "alfa\nbravo\ncharlie\nß"
    assert whole_text(BytesIO("Interferon-ß".encode("latin-1")), "a.txt") == "Interferon-ß"


def test_a_page_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "TEXT_LIMIT", 10)
    assert whole_text(BytesIO(b"x" * 10), "a.txt") == "x" * 10
    with pytest.raises(UnusableFile, match="longer than 10 bytes"):
        whole_text(BytesIO(b"x" * 11), "a.txt")
