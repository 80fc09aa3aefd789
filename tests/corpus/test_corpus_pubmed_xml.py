from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Correction, Grant, MeshHeading, Qualifier, Report, Section
from corpus.formats import elements
from corpus.formats.pubmed_xml import looks_like_pubmed_xml, read_pubmed_xml

DATA = Path(__file__).parents[1] / "data" / "pubmed_xml"
UPDATE = (DATA / "update.xml").read_bytes()
SMALL = (
    b"<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article><ArticleTitle>%s</ArticleTitle>"
    b"</Article></MedlineCitation></PubmedArticle>\n"
)


def read_all(content: bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    return list(read_pubmed_xml(BytesIO(content), "a.xml", report)), report


def small(*titles: bytes) -> bytes:
    articles = b"".join(SMALL % (number, title) for number, title in enumerate(titles, start=1))
    return b"<PubmedArticleSet>\n" + articles + b"</PubmedArticleSet>\n"


def test_an_article_has_all_its_parts() -> None:
    (one, _), report = read_all(UPDATE)
    assert not report.rejected
    assert (one.id, one.doi, one.pmcid) == ("90000001", "10.1000/alfa.1", "PMC1234567")
    assert one.title == "Alfa of H2O and 10⁻³ bravo < 5."
    assert one.sections == (
        Section("BACKGROUND", ("Bravo is common.",)),
        Section("METHODS", ("We took an MRI.",)),
    )
    assert one.copyright == "Copyright (c) 2018 Delta."
    assert one.authors == (
        Author("Sørensen", "PE", "Per Echo", "0000-0001-2345-678X", ("Foxtrot, Denmark.",)),
        Author("Hotel", "J Jr"),
    )
    assert one.group_author == "India Study Group"
    assert one.journal == "Mult Scler"
    assert one.journal_title == "Multiple sclerosis (Houndmills, Basingstoke, England)"
    assert (one.year, one.month, one.day, one.published) == (2018, 4, 5, "2018 Apr 5")
    assert (one.volume, one.issue, one.pages) == ("24", "10", "335-9")
    assert one.issns == ("1234-5678 (Electronic)", "1234-5670 (Linking)")
    assert (one.languages, one.original_title) == (("eng",), "Alfa hos patienter.")
    assert one.grants == (Grant("R01", "NINDS", "United States", "NS"),)
    assert one.publication_types == ("Journal Article",)
    assert one.keywords == ("alfa & bravo",)
    qualifier = Qualifier("drug therapy", is_major=True, ui="Q000188")
    assert one.mesh == (MeshHeading("Multiple Sclerosis", qualifiers=(qualifier,), ui="D009103"),)
    assert one.corrections == (Correction("ErratumIn", "Mult Scler. 2019;25(1):1", "90000009"),)
    assert one.revised == "2018-12-02"
    assert one.dates == {
        "completed": "2018-07-31",
        "electronic": "2017-07-28",
        "received": "2017-05-05",
        "medline": "2018-08-01 06:00",
    }


def test_what_has_no_field_is_kept_as_it_is() -> None:
    (one, _), _ = read_all(UPDATE)
    assert one.extra["pubmed_xml"] == {
        "MedlineCitation": ["<CoiStatement>None.</CoiStatement>"],
        "Journal": ["<ISOAbbreviation>Mult. Scler.</ISOAbbreviation>"],
        "MedlineJournalInfo": ["<Country>England</Country>"],
        "CommentsCorrectionsList": [
            (
                '<CommentsCorrections RefType="Cites"><RefSource>Brain. 2001;1:2</RefSource>'
                "</CommentsCorrections>"
            )
        ],
        "MedlineCitation@": {"Status": "MEDLINE", "Owner": "NLM"},
        "Article@": {"PubModel": "Print"},
        "ids": ['<ArticleId IdType="pii">alfa-1</ArticleId>'],
    }


def test_a_chapter_of_a_book_is_a_record_too() -> None:
    (_, chapter), _ = read_all(UPDATE)
    assert (chapter.pmid, chapter.title, chapter.journal) == (
        "90000002",
        "A Chapter",
        "A Book of Alfa",
    )
    assert (chapter.year, chapter.month, chapter.text) == (2011, 2, "Text of the chapter.")
    assert chapter.authors == (Author("Kilo", "L"),)
    assert chapter.publication_types == ("Review",)


def test_deleted_records_are_told() -> None:
    _, report = read_all(UPDATE)
    assert [deletion.pmid for deletion in report.deleted] == ["90000003", "90000004"]


def test_a_record_knows_its_lines() -> None:
    abstracts, _ = read_all(UPDATE)
    lines = UPDATE.decode().split("\n")
    for one in abstracts:
        assert lines[one.origin.first_line - 1].strip() in {
            "<PubmedArticle>",
            "<PubmedBookArticle>",
        }
        assert lines[one.origin.last_line - 1].strip().startswith("</Pubmed")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (small(b"b").replace(b"</ArticleTitle>", b""), "not XML: Opening and ending tag mismatch"),
        (small(b"b").replace(b"</PubmedArticle>", b""), "<PubmedArticle> is not closed"),
        (small(b"a & b"), "not XML: xmlParseEntityRef: no name"),
        (small(b"&unknown;"), "not XML: Entity 'unknown' not defined"),
    ],
)
def test_a_bad_element_is_rejected_and_the_others_go_on(bad: bytes, reason: str) -> None:
    abstracts, report = read_all(small(b"alfa") + bad + small(b"charlie"))
    assert [one.title for one in abstracts] == ["alfa", "charlie"]
    (problem,) = report.rejected
    assert problem.reason.startswith(reason)
    assert problem.line == 5


def test_the_end_of_a_cut_file_is_rejected() -> None:
    abstracts, report = read_all(small(b"alfa", b"bravo")[:-80])
    assert [one.title for one in abstracts] == ["alfa"]
    assert report.rejected[0].reason == "<PubmedArticle> is cut off by the end of the file"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (b"Interferon-&szlig;", "Interferon-ß"),
        (b"Interferon-\xdf", "Interferon-ß"),
        (b"al\x00fa\x1b", "alfa"),
        (b"&#946;", "β"),
        (b"a<sup>+</sup> &amp;amp; b", "a+ & b"),
    ],
)
def test_a_small_defect_costs_nothing(written: bytes, title: str) -> None:
    abstracts, report = read_all(small(written))
    assert [one.title for one in abstracts] == [title]
    assert not report.rejected


def test_entities_do_not_expand() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + small(b"&b;", b"good")
    abstracts, report = read_all(bomb)
    assert [one.title for one in abstracts] == ["good"]
    assert len(report.rejected) == 1


def test_an_endless_element_is_rejected_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "RECORD_LIMIT", 1_000)
    monkeypatch.setattr(elements, "BLOCK", 100)
    abstracts, report = read_all(small(b"x" * 2_000, b"good"))
    assert [one.title for one in abstracts] == ["good"]
    assert report.rejected[0].reason == "<PubmedArticle> is longer than 1,000 bytes"


@given(st.integers(1, 200))
def test_records_are_found_wherever_blocks_end(size: int) -> None:
    class Small(BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    titles = [b"alfa", b"bravo" * 9, b"charlie"]
    reading = read_pubmed_xml(Small(small(*titles)), "a.xml", Report())
    assert [one.title.encode() for one in reading] == titles


@given(st.binary() | st.text().map(str.encode), st.integers(0, len(UPDATE)))
def test_no_bytes_make_the_reader_raise(content: bytes, at: int) -> None:
    read_all(UPDATE[:at] + content + UPDATE[at:])


def test_the_beginning_says_what_it_is() -> None:
    assert looks_like_pubmed_xml(UPDATE[:300])
    assert looks_like_pubmed_xml(small())
    assert not looks_like_pubmed_xml(b"<html><body>")
    assert not looks_like_pubmed_xml(b"PubmedArticle")
