from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Report
from corpus.formats.bibtex import looks_like_bibtex, plain, read_bibtex

DATA = Path(__file__).parents[1] / "data" / "bibtex"
ZOTERO = (DATA / "zotero.bib").read_bytes()
BIBLATEX = (DATA / "biblatex.bib").read_bytes()
ONE = b"@article{a,\n title = {Alfa},\n year = 2003\n}\n"
TWO = ONE.replace(b"Alfa", b"Bravo")


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_bibtex(BytesIO(content), "a.bib", report)), report


def test_an_entry_of_zotero_has_all_its_parts() -> None:
    (one,), report = read_all(ZOTERO)
    assert report == Report()
    assert one.title == ("Alfa of the humeral condyle in Cocker Spaniel and 50% of other dogs")
    assert one.text == (
        "The purpose of this study was alfa at p < 0.05 & bravo, 50% of cases. Charlie was "
        "performed on dogs in a text of two lines."
    )
    assert one.authors == (Author("Larsen", "LJ"), Author("Roush", "JK"))
    assert one.group_author == "Alfa Study Group"
    assert (one.pmid, one.doi) == ("90000001", "10.1000/alfa.1")
    assert (one.journal, one.volume, one.issue) == ("VETERINARY ALFA", "12", "3")
    assert (one.year, one.month, one.pages) == (1999, 8, "134-137")
    assert one.keywords == ("blood supply", "Cocker Spaniels", "ALFA")
    assert (one.languages, one.issns) == (("eng",), ("0932-0814",))
    assert one.extra["bibtex"] == {
        "annote": "Times Cited:  12PMID: 90000001",
        "ENTRYTYPE": "article",
        "ID": "larsen_alfa_1999",
    }
    assert (one.origin.first_line, one.origin.last_line) == (2, 18)


def test_biblatex_names_macros_and_latex_are_understood() -> None:
    (one, _), report = read_all(BIBLATEX)
    assert report == Report()
    assert one.title == "Extending XP practices — a study of β-alfa"
    assert one.authors == (
        Author("Boström", "G", "Gustav"),
        Author("Wäyrynen", "J", "Jaana"),
        Author("von Hippel", "E", "Eric"),
        Author("Sherry", "JF Jr.", "John F."),
    )
    assert (one.journal, one.journal_title) == ("J. Bravo", "Journal of Bravo of Charlie")
    assert (one.year, one.month, one.day) == (2019, 5, 7)
    assert one.published == "2019-05-07/2019-05-09"
    assert one.pmid == "90000002"
    assert one.extra["bibtex"]["location"] == "Shanghai, China"


def test_an_entry_may_be_in_round_brackets_on_one_line() -> None:
    (_, two), _ = read_all(BIBLATEX)
    assert (two.title, two.year, two.month) == ('Quoted "Title"', 2005, 3)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\'{E}t\'e", "Été"),
        ("{C}ocker", "Cocker"),
        (r"50\% \& more", "50% & more"),
        ("50% of", "50% of"),
        ("US$ 5 and 6", "US$ 5 and 6"),
        ("134--137~pages", "134–137 pages"),
        (r"\{alfa\}", "{alfa}"),
        ("<i>alfa</i> &lt; 5", "alfa < 5"),
        (r"\unclosed{", r"\unclosed"),
        (r"\unknown{alfa} bravo", r"\unknownalfa bravo"),
        (r"p {\textless} 5 {\textgreater}", "p < 5 >"),
        (r"\href{alfa}", r"\hrefalfa"),
    ],
)
def test_latex_is_read_as_text(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    "bad",
    [
        ONE.replace(b"}\n", b"", 1),
        ONE.replace(b"= {Alfa}", b"= {Alfa").replace(b"\n}", b""),
        b"@article{a, title\n",
    ],
)
def test_a_bad_entry_is_rejected_and_the_others_go_on(bad: bytes) -> None:
    abstracts, report = read_all(ONE + bad + TWO)
    assert [one.title for one in abstracts][-1] == "Bravo"
    assert len(abstracts) + len(report.rejected) == 3


def test_the_beginning_says_what_it_is() -> None:
    assert looks_like_bibtex(ZOTERO)
    assert looks_like_bibtex(BIBLATEX)
    assert looks_like_bibtex(ONE)
    assert not looks_like_bibtex(b"write to alfa@example.org{}")
    assert not looks_like_bibtex(b"@media print {\n a = b }")


@given(st.binary() | st.text('@article{}=,"\\#%$a\n').map(str.encode))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    read_all(content)
    read_all(ONE + content + TWO)


@given(st.text("\\{}$%~^_&#'`\"-ab \n"))
def test_no_latex_raises(text: str) -> None:
    plain(text)
