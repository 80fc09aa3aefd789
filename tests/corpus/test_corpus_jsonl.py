import gzip
import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import (
    Abstract,
    Author,
    Correction,
    Grant,
    MeshHeading,
    Qualifier,
    Report,
    Section,
    read,
    write_jsonl,
)
from corpus.formats import jsonl
from corpus.formats.jsonl import looks_like_jsonl, parse_line, read_jsonl, to_line
from corpus.record import KNOWN, to_object

ALFA = b'{"pmid": "1", "title": "Alfa", "abstract": "bravo"}'
CHARLIE = b'{"pmid": "2", "title": "Charlie", "abstract": "delta"}'


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_jsonl(BytesIO(content), "a.jsonl", report)), report


def reason(line: bytes) -> str:
    """Read a bad line between two good ones; the good ones must survive."""
    abstracts, report = read_all(ALFA + b"\n" + line + b"\n" + CHARLIE)
    assert [abstract.pmid for abstract in abstracts] == ["1", "2"]
    (problem,) = report.rejected
    assert (problem.source, problem.line) == ("a.jsonl", 2)
    return problem.reason


def test_each_line_is_an_abstract_and_knows_its_line() -> None:
    abstracts, report = read_all(ALFA + b"\r\n\n  \n" + CHARLIE)
    assert [(one.title, str(one.origin)) for one in abstracts] == [
        ("Alfa", "a.jsonl:1"),
        ("Charlie", "a.jsonl:4"),
    ]
    assert report == Report()


def test_a_byte_order_mark_is_no_part_of_the_first_record() -> None:
    abstracts, report = read_all(b"\xef\xbb\xbf" + ALFA)
    assert len(abstracts) == 1
    assert report == Report()


def test_a_record_without_text_is_kept_with_a_remark() -> None:
    abstracts, report = read_all(b'{"pmid": "1", "title": "Alfa", "abstract": ""}')
    assert len(abstracts) == 1
    assert [str(remark) for remark in report.remarks] == [
        "a.jsonl:1: the record has no abstract text"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        (b"hello", "not JSON: Expecting value at column 1"),
        (
            b"\xef\xbb\xbf" + ALFA,
            "not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at column 1",
        ),
        (ALFA + b",", "not JSON: Extra data at column 52"),
        (b"[1, 2]", "not an object but a list"),
        (b'"text"', "not an object but text"),
        (b'{"pmid": "3"}', "without title and abstract"),
        (ALFA[:-1] + b', "score": NaN}', "not JSON: NaN is no number"),
        (ALFA[:-1] + b', "score": -Infinity}', "not JSON: -Infinity is no number"),
        (ALFA[:-1] + b', "score": 1e999}', "not usable JSON: 1e999 is too large a number"),
        (ALFA[:-1] + b', "year": ' + b"9" * 5_000 + b"}", "not usable JSON: a number is too long"),
        (b"[" * 100_000, "nested more than 64 levels deep"),
        (ALFA[:-1] + b', "a": ' + b"[" * 70 + b"]" * 70 + b"}", "nested more than 64 levels deep"),
        (b'{"pmid": "\xff"}', "not UTF-8 at byte 10 of the line"),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason_and_the_rest_goes_on(
    line: bytes, expected: str
) -> None:
    assert reason(line) == expected


def test_a_line_that_is_too_long_is_rejected_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LINE_LIMIT", 100)
    assert reason(b'{"pmid": "' + b"9" * 1_000 + b'"}') == "longer than 100 bytes"
    abstracts, _ = read_all(b" " * (100 - len(ALFA) - 1) + ALFA + b"\n" + CHARLIE)
    assert len(abstracts) == 2


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n", b"\n" + CHARLIE])
@pytest.mark.parametrize("beyond", [0, 1, 99, 100, 101, 102, 200, 300, 305])
def test_a_line_up_to_the_limit_is_read_wherever_the_file_ends(
    end: bytes, beyond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LINE_LIMIT", 100)
    content = CHARLIE + b"\n" + ALFA + b" " * (100 - len(ALFA) + beyond) + end

    class Stream(BytesIO):
        """A stream that fails if it is read on and on at its end."""

        reads = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            assert self.reads <= 20
            return super().readline(size)

    report = Report()
    found = list(read_jsonl(Stream(content), "a.jsonl", report))
    assert len(found) == 1 + (beyond == 0) + end.endswith(CHARLIE)
    assert [str(problem) for problem in report.rejected] == (
        ["a.jsonl:2: longer than 100 bytes"] if beyond else []
    )


def test_of_equal_keys_the_last_one_counts() -> None:
    abstracts, _ = read_all(ALFA[:-1] + b', "title": "Zulu"}')
    assert abstracts[0].title == "Zulu"


@pytest.mark.parametrize("head", [ALFA, b"\n\n  " + ALFA, b"{}", b"{nonsense", b"\xef\xbb\xbf{ }"])
def test_a_file_that_begins_with_an_object_looks_like_json_lines(head: bytes) -> None:
    assert looks_like_jsonl(head)


@pytest.mark.parametrize("head", [b"", b"[{}]", b'{\n "pmid": "1"\n}', b"IVIG", b"#1"])
def test_another_file_does_not(head: bytes) -> None:
    assert not looks_like_jsonl(head)


def test_a_plain_abstract_is_written_as_plainly_as_it_can_be() -> None:
    sections = (Section(None, ("bravo", "Interferon-ß")),)
    line = to_line(Abstract("1", "Alfa", sections)).decode()
    assert line == '{"pmid": "1", "title": "Alfa", "abstract": "bravo\\nInterferon-ß"}'


@pytest.mark.parametrize(
    "text", ["plain", "\\u00e9", "del \x7f", "\x01", "é", "a\nb", '"', "\ud800"]
)
def test_plain_and_other_text_is_written_alike(text: str) -> None:
    abstract = Abstract("1", text, extra={"key": [text]})
    expected = json.dumps(to_object(abstract), ensure_ascii=False)
    assert to_line(abstract) == expected.encode("utf-8", "backslashreplace")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
optional_texts = st.none() | texts
integers = st.none() | st.integers()
lists_of_texts = st.lists(texts, max_size=3).map(tuple)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
abstracts = st.builds(
    Abstract,
    pmid=optional_texts,
    title=texts,
    sections=st.lists(
        st.builds(Section, optional_texts, st.lists(texts, max_size=3).map(tuple)), max_size=3
    ).map(tuple),
    number=integers,
    authors=st.lists(
        st.builds(Author, texts, texts, optional_texts, optional_texts, lists_of_texts), max_size=3
    ).map(tuple),
    group_author=optional_texts,
    journal=optional_texts,
    year=integers,
    month=integers,
    day=integers,
    volume=optional_texts,
    issue=optional_texts,
    supplement=optional_texts,
    pages=optional_texts,
    citation=optional_texts,
    affiliation=optional_texts,
    copyright=optional_texts,
    topics=st.lists(texts, max_size=3).map(tuple),
    notice=optional_texts,
    extra=st.dictionaries(st.sampled_from(sorted(KNOWN)) | texts, json_values, max_size=4),
    id=texts,
    doi=optional_texts,
    pmcid=optional_texts,
    languages=lists_of_texts,
    original_title=optional_texts,
    journal_title=optional_texts,
    issns=lists_of_texts,
    keywords=lists_of_texts,
    mesh=st.lists(
        st.builds(
            MeshHeading,
            texts,
            st.booleans(),
            st.lists(st.builds(Qualifier, texts, st.booleans(), optional_texts), max_size=2).map(
                tuple
            ),
            optional_texts,
        ),
        max_size=2,
    ).map(tuple),
    publication_types=lists_of_texts,
    grants=st.lists(st.builds(Grant, *[optional_texts] * 4), max_size=2).map(tuple),
    published=optional_texts,
    revised=optional_texts,
    dates=st.dictionaries(texts, texts, max_size=2),
    corrections=st.lists(st.builds(Correction, texts, *[optional_texts] * 3), max_size=2).map(
        tuple
    ),
    also_in=lists_of_texts,
)


@given(abstracts)
def test_what_is_written_is_read_as_it_was(abstract: Abstract) -> None:
    line = to_line(abstract)
    assert b"\n" not in line
    assert parse_line(line, "a.jsonl", 1) == abstract


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    read_all(content)


def test_a_file_is_written_and_read_back(tmp_path: Path) -> None:
    wanted = [Abstract("1", "Alfa"), Abstract("2", "Bravo", extra={"a": [1]})]
    path = tmp_path / "some.jsonl"
    assert write_jsonl(wanted, path) == 2
    assert list(read(path, Report())) == wanted
    assert path.read_bytes().count(b"\n") == 2


def test_a_name_that_ends_in_gz_is_packed_always_to_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
    for path in (first, second):
        write_jsonl([Abstract("1", "Alfa")], path)
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(gzip.decompress(first.read_bytes()))["title"] == "Alfa"
    assert list(read(first, Report())) == [Abstract("1", "Alfa")]


@pytest.mark.parametrize("name", ["some.jsonl", "some.jsonl.gz"])
def test_a_writing_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    write_jsonl([Abstract("1", "Alfa")], path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_jsonl([Abstract("2", "Bravo"), Abstract("3", "x", extra={"a": float("nan")})], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_surrogate_pair_survives() -> None:
    abstract = Abstract("1", "half \ud800")
    assert parse_line(to_line(abstract), "a.jsonl", 1) == abstract
