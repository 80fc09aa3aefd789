from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Report
from corpus.formats import table
from corpus.formats.table import looks_like_table, read_table

DATA = Path(__file__).parents[1] / "data" / "csv"
BOM = b"\xef\xbb\xbf"


def read_all(content: bytes, **columns: str) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_table(BytesIO(content), "a.csv", report, columns)), report


@pytest.mark.parametrize(
    ("name", "number", "parts"),
    [
        (
            "embase.csv",
            0,
            {
                "pmid": "90000001",
                "authors": (Author("Pham", "L"), Author("van der Kosa", "P")),
                "journal": "npj Alfa",
                "day": 1,
                "published": "1 Dec 2021",
                "pages": "36-38",
                "issns": ("2398-6352", "2168-2194"),
                "keywords": ("Gait", "machine learning"),
                "text": 'As the burden increases, "assessments" are limited. A second line.',
                "copyright": "Copyright 2021 Elsevier",
            },
        ),
        (
            "embase.csv",
            1,
            {"title": "A title alone", "text": "", "original_title": "Alfa allein"},
        ),
        (
            "web_of_science.csv",
            0,
            {
                "pmid": "90000002",
                "authors": (
                    Author("Paul", "F", "Friedemann"),
                    Author("Silvan", "CV", "Carlos Vila"),
                ),
                "journal": "Neurodegener. Alfa",
                "journal_title": "NEURODEGENERATIVE ALFA",
                "publication_types": ("Article", "Early Access"),
                "issns": ("1758-2024", "1758-2032"),
                "year": 2021,
                "month": 3,
            },
        ),
        (
            "web_of_science.csv",
            1,
            {"doi": "10.1000/(asce)charlie.1", "day": 1, "pages": "4020151", "pmid": None},
        ),
        (
            "pubmed.csv",
            0,
            {
                "pmid": "90000003",
                "pmcid": "PMC8615428",
                "authors": (
                    Author("Dillenseger", "A"),
                    Author("Weidemann", "ML"),
                    Author("Akgün", "K"),
                ),
            },
        ),
        (
            "publish_or_perish.csv",
            0,
            {
                "authors": (Author("Pau", "M", "Massimiliano"), Author("Panizzolo", "FA")),
                "pages": "5-6",
            },
        ),
        (
            "scopus.csv",
            0,
            {
                "pmid": "90000004",
                "authors": (
                    Author("Labanski", "A", "Alice"),
                    Author("Langhorst", "J", "Jost"),
                ),
                "pages": "104501",
                "journal": "Psycho. Foxtrot",
            },
        ),
        ("asreview.tsv", 0, {"id": "", "authors": (Author("Smith", "J"),), "year": 2010}),
        ("dimensions.csv", 0, {"pmid": "90000005", "day": 15, "pages": "102110"}),
    ],
)
def test_what_databases_write_is_found(name: str, number: int, parts: dict[str, Any]) -> None:
    content = (DATA / name).read_bytes()
    assert looks_like_table(content.removeprefix(BOM))
    abstracts, report = read_all(content)
    assert report == Report()
    assert {part: getattr(abstracts[number], part) for part in parts} == parts


def test_cells_without_a_field_are_kept_by_their_column() -> None:
    abstracts, _ = read_all((DATA / "embase.csv").read_bytes())
    assert abstracts[0].extra["csv"] == {
        "Source": "npj Alfa (2021) 4:1",
        "Emtree Medical Index Terms": "adult, human",
        "PUI": "L2010572309",
    }


def test_columns_may_be_named() -> None:
    content = (DATA / "latin.csv").read_bytes()
    names = {"title": "Titel", "abstract": "zusammenfassung", "year": "Jahr"}
    assert not looks_like_table(content)
    assert looks_like_table(content, names)
    ((one,), _) = read_all(content, **names)
    assert (one.title, one.text, one.year) == ("Interferon-ß bei MS", "Ein Text über Alfa.", 2003)


def test_a_row_knows_its_lines() -> None:
    abstracts, _ = read_all((DATA / "embase.csv").read_bytes())
    places = [(one.origin.first_line, one.origin.last_line) for one in abstracts]
    assert places == [(2, 3), (4, 4)]


HEADER = b"title,abstract,year\n"
GOOD = b"Alfa,bravo,2003\n"
LAST = b"Zulu,yankee,2004\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'"Not closed,x,2003\n', "a quotation mark is opened and not closed"),
        (b"One,too,many,cells\n", "4 cells where the header has 3"),
        (
            b'Bad,"x,2003\nCharlie,"delta",2003\n',
            "a quotation mark is opened and not closed",
        ),
    ],
)
def test_a_bad_row_is_rejected_and_the_others_go_on(bad: bytes, reason: str) -> None:
    abstracts, report = read_all(HEADER + GOOD + bad + LAST)
    assert abstracts[0].title == "Alfa"
    assert abstracts[-1].title == "Zulu"
    assert [(problem.line, problem.reason) for problem in report.rejected] == [(3, reason)]


def test_a_row_of_too_many_lines_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LINES_LIMIT", 5)
    abstracts, report = read_all(HEADER + b'"Open,x,2003\n' + GOOD * 20)
    assert len(abstracts) == 20
    assert [problem.line for problem in report.rejected] == [2]


def test_a_short_row_is_read_with_a_remark_and_an_empty_one_is_none() -> None:
    abstracts, report = read_all(HEADER + b"Alfa,bravo\n,,\n\n" + GOOD)
    assert [one.year for one in abstracts] == [None, 2003]
    assert [remark.line for remark in report.remarks] == [2]


@pytest.mark.parametrize("head", [b"", b"Title and abstract\n", b"a,b,c\n1,2,3\n", b"year,doi\n"])
def test_other_files_look_otherwise(head: bytes) -> None:
    assert not looks_like_table(head)


@given(st.binary() | st.text('",;\n\ta\x00').map(str.encode))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    read_all(content)
    abstracts, _ = read_all(HEADER + GOOD + content)
    assert abstracts[0].title == "Alfa"
