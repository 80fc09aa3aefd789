from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Correction, Grant, MeshHeading, Qualifier, Report, Section
from corpus.formats.lines import byte_lines
from corpus.formats.medline import looks_like_medline, read_medline

DATA = Path(__file__).parents[1] / "data" / "medline"
TWO = (DATA / "two.nbib").read_bytes()


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_medline(BytesIO(content), "a.nbib", report)), report


def test_a_record_has_all_its_parts() -> None:
    (one, _), report = read_all(TWO)
    assert report == Report()
    assert (one.id, one.pmid, one.doi, one.pmcid) == (
        "90000001",
        "90000001",
        "10.1000/alfa.1",
        "PMC1234567",
    )
    assert one.title.endswith("a title that runs over a line.")
    assert one.sections == (
        Section("BACKGROUND", ("Bravo is common.",)),
        Section("METHODS AND RESULTS", ("We took an MRI: it was normal.",)),
        Section("CONCLUSIONS", ("Charlie.",)),
    )
    places = ("Department of Foxtrot, Copenhagen, Denmark.", "Hospital of Golf, Denmark.")
    assert one.authors == (
        Author("Sørensen", "PE", "Per Echo", "0000-0001-2345-678X", places),
        Author("Hotel", "J Jr", "Jane Jr"),
    )
    assert one.group_author == "India Study Group"
    assert (one.journal, one.journal_title) == (
        "Mult Scler",
        "Multiple sclerosis (Houndmills, Basingstoke, England)",
    )
    assert (one.year, one.month, one.day, one.published) == (2018, 4, None, "2018 Apr-May")
    assert (one.volume, one.issue, one.pages) == ("24", "10 Suppl 1", "335-9")
    assert one.citation is not None
    assert one.citation.startswith("Mult Scler. 2018 Apr-May;24")
    assert one.copyright == "Copyright (c) 2018 Delta."
    assert one.languages == ("eng", "dan")
    assert one.original_title == "Alfa hos patienter."
    assert one.issns == ("1234-5678 (Electronic)", "1234-5670 (Linking)")
    assert one.keywords == ("alfa", "bravo")
    assert one.mesh == (
        MeshHeading(
            "Multiple Sclerosis",
            is_major=True,
            qualifiers=(Qualifier("diagnostic imaging"), Qualifier("drug therapy", is_major=True)),
        ),
        MeshHeading("Humans"),
    )
    assert one.publication_types == ("Journal Article", "Retracted Publication")
    assert one.is_retracted
    assert one.grants == (
        Grant("R01/AB 1", "NINDS NIH HHS", "United States", "NS"),
        Grant("2014/01626-3", "FAPESP"),
    )
    assert one.corrections == (
        Correction("CommentIn", "Lancet. 2018 Jul;1(2):3", "90000009"),
        Correction("RetractionIn", "Mult Scler. 2019;25(1):1"),
    )
    assert (one.revised, one.dates) == (
        "2018-12-02",
        {
            "completed": "2018-07-31",
            "electronic": "2017-07-28",
            "received": "2017-05-05",
            "medline": "2018-08-01 06:00",
        },
    )


def test_what_has_no_place_of_its_own_is_in_extra() -> None:
    (one, _), _ = read_all(TWO)
    assert one.extra["medline"] == {
        "OWN": ["NLM"],
        "STAT": ["MEDLINE"],
        "PL": ["Denmark"],
        "RN": ["0 (Steroids)"],
        "AID": ["alfa-1 [pii]"],
    }


def test_a_title_alone_is_a_record_and_knows_its_place() -> None:
    (_, two), _ = read_all(TWO)
    assert (two.title, two.text) == ("A title and nothing else.", "")
    assert two.authors == (Author("Juliet", "K", "Kilo"),)
    assert (two.origin.first_line, two.origin.last_line) == (52, 54)


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_ends_of_lines_make_no_difference(end: bytes) -> None:
    changed = TWO.replace(b"\n", end)
    assert looks_like_medline(changed)
    assert read_all(changed) == read_all(TWO)


def test_a_record_needs_no_empty_line_before_it_nor_a_good_first_line() -> None:
    assert len(read_all(TWO.replace(b"\n\nPMID", b"\nPMID"))[0]) == 2
    broken = read_all(TWO.replace(b"PMID- 90000002", b"PM\x00D- 90000002"))[0]
    assert [one.pmid for one in broken] == ["90000001", None]


def test_a_line_in_another_encoding_is_read_with_a_remark() -> None:
    abstracts, report = read_all(TWO.replace("Sørensen".encode(), "Sørensen".encode("cp1252")))
    assert abstracts == read_all(TWO)[0]
    assert [remark.line for remark in report.remarks] == [19]


def test_a_record_without_end_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.formats.lines.RECORD_LIMIT", 500)
    abstracts, report = read_all(TWO)
    assert [one.pmid for one in abstracts] == ["90000002"]
    assert [str(one) for one in report.rejected] == ["a.nbib:2: the record has no end"]


@pytest.mark.parametrize("head", [b"PMID- 1\n", b"PMID# 1\nAbstract\n", b"TY  - JOUR\nTI  - x\n"])
def test_other_files_look_otherwise(head: bytes) -> None:
    assert not looks_like_medline(head)


@given(st.binary() | st.text("PMID- 1\nTIAB \r\x00é").map(str.encode))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    read_all(content)


@given(st.text("ab\r\n", max_size=200), st.integers(1, 9))
def test_lines_are_those_of_the_whole(text: str, size: int) -> None:
    class Small(BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    assert list(byte_lines(Small(text.encode()))) == text.encode().splitlines()
