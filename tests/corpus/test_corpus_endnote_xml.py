from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Report, Section
from corpus.formats.endnote_xml import looks_like_endnote_xml, read_endnote_xml

TWO = (Path(__file__).parents[1] / "data" / "endnote_xml" / "two.xml").read_bytes()


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_endnote_xml(BytesIO(content), "a.xml", report)), report


def test_a_record_has_all_its_parts() -> None:
    (one, _), report = read_all(TWO)
    assert report == Report()
    assert (one.pmid, one.doi, one.pmcid) == ("90000001", "10.1000/alfa.1", "PMC1234567")
    assert one.title == "Alfa and bravo in MS"
    assert [section.label for section in one.sections] == ["BACKGROUND", "METHODS"]
    assert one.sections[0] == Section("BACKGROUND", ("Bravo is common.",))
    assert one.authors == (Author("Sørensen", "PE", "Per Echo"), Author("Hotel", "J"))
    assert one.affiliation == "Department of Foxtrot, Denmark."
    assert (one.journal, one.journal_title) == ("Mult Scler", "Multiple Sclerosis Journal")
    assert (one.year, one.month, one.day, one.published) == (2018, 4, 5, "2018 Apr 5")
    assert (one.volume, one.issue, one.pages) == ("24", "10", "335-9")
    assert one.issns == ("1234-5678", "1234-5670")
    assert one.keywords == ("Alfa", "bravo")
    assert one.languages == ("eng",)


def test_what_has_no_field_is_kept_as_it_is() -> None:
    (one, two), _ = read_all(TWO)
    extra = one.extra["endnote_xml"]
    assert extra["ref-type"] == ['<ref-type name="Journal Article">17</ref-type>']
    assert extra["edition"] == ["<edition>2018/04/05</edition>"]
    assert "abstract" not in extra
    assert two.extra["endnote_xml"]["isbn"] == ["9780000000002"]


def test_a_month_may_be_a_number() -> None:
    (_, two), _ = read_all(TWO)
    assert (two.title, two.year, two.month) == ("A Book of Alfa", 2013, 12)


def test_a_record_that_is_not_closed_is_rejected_and_the_others_go_on() -> None:
    abstracts, report = read_all(TWO.replace(b"</record>", b"", 1))
    assert [one.title for one in abstracts] == ["A Book of Alfa"]
    assert [problem.reason for problem in report.rejected] == ["<record> is not closed"]


def test_the_beginning_says_what_it_is() -> None:
    assert looks_like_endnote_xml(TWO[:500])
    assert looks_like_endnote_xml(b"<xml><records>")
    assert not looks_like_endnote_xml(b"<records><record><header/></record></records>")


@given(st.binary() | st.text().map(str.encode), st.integers(0, len(TWO)))
def test_no_bytes_make_the_reader_raise(content: bytes, at: int) -> None:
    read_all(TWO[:at] + content + TWO[at:])
