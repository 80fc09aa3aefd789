from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Report
from corpus.formats.ris import looks_like_ris, read_ris

DATA = Path(__file__).parents[1] / "data" / "ris"
FILES = sorted(path.name for path in DATA.glob("*.ris"))


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_ris(BytesIO(content), "a.ris", report)), report


def first(name: str) -> Abstract:
    abstracts, report = read_all((DATA / name).read_bytes())
    assert report == Report()
    return abstracts[0]


@pytest.mark.parametrize("name", FILES)
def test_each_vendors_file_is_recognized_and_read_as_a_whole(name: str) -> None:
    content = (DATA / name).read_bytes()
    assert looks_like_ris(content.removeprefix(b"\xef\xbb\xbf"))
    abstracts, _ = read_all(content)
    assert len(abstracts) == content.count(b"TY  - ")
    assert all(abstract.title for abstract in abstracts)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "embase.ris",
            {
                "pmid": "90000001",
                "doi": "10.1000/alfa.1",
                "authors": (Author("Liu", "R"), Author("van der Adler", "DG")),
                "journal": "Journal of Alfa",
                "pages": "152-160",
                "issns": ("1234-5678",),
                "languages": ("eng",),
                "publication_types": ("Article",),
                "text": "Alfa is rare. It is found early.",
                "year": 2014,
            },
        ),
        (
            "scopus.ris",
            {
                "pmid": "90000002",
                "journal": "J. Bravo",
                "journal_title": "Journal of Bravo",
                "issns": ("1234-5679",),
                "pages": "104501",
                "affiliation": (
                    "Institute of Charlie, Essen, Germany; Chair for Delta, Essen, Germany"
                ),
            },
        ),
        (
            "web_of_science.ris",
            {
                "pmid": None,
                "id": "",
                "journal": "J. Appl. Alfa",
                "journal_title": "JOURNAL OF APPLIED ALFA",
                "published": "2018 SEP",
                "month": 9,
                "keywords": ("Alfa", "ALFA-TAKING"),
            },
        ),
        (
            "ovid_psycinfo.ris",
            {
                "doi": "10.1000/delta.1",
                "pages": None,
                "journal": "Clin Alfa Bravo",
                "keywords": ("Body Alfa", "Symptoms"),
                "year": 2019,
                "month": None,
            },
        ),
        (
            "proquest.ris",
            {
                "doi": "10.1000/echo.1",
                "issns": ("0894-9867",),
                "authors": (
                    Author("Jones", "H", "Hannah"),
                    Author("Dorahy", "MJ", "Martin J"),
                ),
            },
        ),
        (
            "pubmed_endnote.ris",
            {
                "pmid": "90000003",
                "pages": "349-69",
                "published": "2011 Jun",
                "keywords": ("Animals", "Plant Extracts/*pharmacology"),
            },
        ),
        (
            "zotero.ris",
            {
                "pmid": "90000004",
                "text": "There are studies.\nTo investigate alfa at p < 0.05.",
                "issns": ("1895-5770", "1895-5771"),
                "day": 7,
            },
        ),
        (
            "rayyan.ris",
            {
                "text": "",
                "keywords": ("Health Facility Administration", "Joint Commission", "Standards"),
            },
        ),
        ("faulty_year.ris", {"year": None, "published": "10 15", "title": "The value of alfa"}),
        ("mendeley.ris", {"month": 3, "text": "A text of Mendeley."}),
        ("dimensions.ris", {"day": 15, "authors": (Author("Mike", "N", "November"),)}),
        ("lens.ris", {"keywords": ("Alfa", "Bravo", "Charlie"), "month": 4}),
    ],
)
def test_what_vendors_write_is_found(name: str, parts: dict[str, Any]) -> None:
    abstract = first(name)
    assert {part: getattr(abstract, part) for part in parts} == parts


def test_what_has_no_field_is_kept() -> None:
    extra = first("web_of_science.ris").extra["ris"]
    assert extra["J9"] == ["J APPL ALFA"]
    assert extra["N1"][0].split("\n")[1] == "Total Times Cited:  5"
    assert "TY" not in extra


ONE = b"TY  - JOUR\nTI  - Alfa\nER  - \n"
TWO = ONE.replace(b"Alfa", b"Bravo")


@pytest.mark.parametrize(
    "content",
    [
        ONE + TWO,
        ONE.replace(b"ER  - ", b"") + TWO,
        ONE.replace(b"ER  - ", b"E\x00R  -") + TWO,
        ONE + TWO.replace(b"TY  - JOUR", b"T\x00  - JOUR"),
        ONE + TWO.replace(b"ER  - \n", b""),
        ONE + b"\n2.\n" + TWO.replace(b"\n", b"\r\n"),
        b"Exported by Alfa\n\n" + ONE + TWO,
    ],
)
def test_a_broken_line_loses_no_record(content: bytes) -> None:
    abstracts, report = read_all(content)
    assert [abstract.title.partition(" ")[0] for abstract in abstracts] == ["Alfa", "Bravo"]
    assert not report.rejected


@pytest.mark.parametrize("head", [b"TI  - Alfa\n", b"PMID- 1\nTI  - Alfa\n", b"TY  -\n", b""])
def test_other_files_look_otherwise(head: bytes) -> None:
    assert not looks_like_ris(head)


@given(st.binary() | st.text("TY  - JOUR\nERAU12é").map(str.encode))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    read_all(content)
    read_all(ONE + content + TWO)
