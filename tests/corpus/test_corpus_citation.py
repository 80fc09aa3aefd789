import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.citation import MONTHS, Citation, parse_citation


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Neurol Sci 2003 Oct;24 Suppl 4:S227-30",
            Citation("Neurol Sci", 2003, 10, None, "24", None, "Suppl 4", "S227-30"),
        ),
        (
            "Nippon Rinsho 2003 Aug;61(8):1374-80",
            Citation("Nippon Rinsho", 2003, 8, None, "61", "8", None, "1374-80"),
        ),
        (
            "Rev Neurol (Paris) 2003 Jul;159(6-7 Pt 1):648-51",
            Citation("Rev Neurol (Paris)", 2003, 7, None, "159", "6-7 Pt 1", None, "648-51"),
        ),
        (
            "Lancet 2004 Sep 25;364(9440):1149-56",
            Citation("Lancet", 2004, 9, 25, "364", "9440", None, "1149-56"),
        ),
        (
            "Nervenarzt 2005 Oct;76(10):1267, 1269-70, 1272",
            Citation("Nervenarzt", 2005, 10, None, "76", "10", None, "1267, 1269-70, 1272"),
        ),
        (
            "J Neurol 2006 Sep;253 Suppl 5:V50-8",
            Citation("J Neurol", 2006, 9, None, "253", None, "Suppl 5", "V50-8"),
        ),
        (
            "Neurology 2003;60(12 Suppl 5):S1-5.",
            Citation("Neurology", 2003, None, None, "60", "12", "Suppl 5", "S1-5"),
        ),
        (
            "Brain 1999 Jan-Feb;Suppl:12",
            Citation("Brain", 1999, 1, None, None, None, "Suppl", "12"),
        ),
        ("Brain 1999 Spring;12", Citation("Brain", 1999, None, None, "12")),
        ("Brain 1999 May 3", Citation("Brain", 1999, 5, 3)),
        ("Brain 1999", Citation("Brain", 1999)),
    ],
)
def test_a_citation_falls_into_its_parts_as_written(line: str, expected: Citation) -> None:
    assert parse_citation(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Sorensen PS",
        "University of Rostock, Gehlsheimer Str. 20, 18147, Rostock, Germany",
        "PMID# 14598048",
        "2003",
        "x" * 2_000 + " 2003;1:1",
    ],
)
def test_other_lines_are_no_citations(line: str) -> None:
    assert parse_citation(line) is None


def test_an_end_that_is_not_understood_leaves_journal_and_date() -> None:
    citation = parse_citation("J Neurol 2005 Aug 3; [Epub ahead of print]")
    assert citation == Citation("J Neurol", 2005, 8, 3, whole=False)


@pytest.mark.parametrize(("number", "month"), list(enumerate(MONTHS, 1)))
def test_months_are_known_by_their_english_abbreviation(number: int, month: str) -> None:
    citation = parse_citation(f"Lancet 2004 {month.title()};1:2")
    assert citation is not None
    assert citation.month == number


@given(st.text(alphabet="J 2003Oct;:().-9Suppl", max_size=200))
def test_no_line_raises(line: str) -> None:
    parse_citation(line)
