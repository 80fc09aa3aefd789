from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Abstract, Author, Problem, Report, Section, UnusableFile, bundled_corpus
from corpus.formats.glen.page import looks_like_glen_page, read_glen_page

PAGE = """\
Bravo Treatment (BT)

  1. Alfa of bravo
    J Neurol 2003 Oct;24(1):5-9

  2. Charlie
    Lancet 2004;3:1




#1

Alfa Of Bravo

ECHO GROUP
Gold R, Humle Jorgensen S
J Neurol 2003 Oct;24(1):5-9
Hospital, Denmark
PMID# 11
Abstract

One paragraph.

Methods
Another paragraph.



#2

Charlie

Lancet 2004;3:1
PMID# 12
Abstract

Delta.



Medical Texts
Anatomy | Immune System

© Copyright 1997 - 2011:
Permission is granted to all.
"""


def read_page(text: str | bytes) -> tuple[list[Abstract], Report]:
    report = Report()
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_glen_page(BytesIO(content), "page.txt", report)), report


def told(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_a_small_page_has_all_its_parts() -> None:
    (alfa, charlie), report = read_page(PAGE)
    assert report == Report()
    assert (alfa.number, alfa.pmid, alfa.title) == (1, "11", "Alfa Of Bravo")
    assert alfa.group_author == "ECHO GROUP"
    assert alfa.authors == (Author("Gold", "R"), Author("Humle Jorgensen", "S"))
    assert alfa.citation == "J Neurol 2003 Oct;24(1):5-9"
    assert (alfa.journal, alfa.year, alfa.month) == ("J Neurol", 2003, 10)
    assert (alfa.volume, alfa.issue, alfa.pages) == ("24", "1", "5-9")
    assert alfa.affiliation == "Hospital, Denmark"
    assert alfa.sections == (
        Section(None, ("One paragraph.",)),
        Section("Methods", ("Another paragraph.",)),
    )
    assert alfa.topics == ("Bravo Treatment (BT)",)
    assert alfa.notice == "© Copyright 1997 - 2011: Permission is granted to all."
    assert (alfa.origin.first_line, alfa.origin.last_line) == (12, 26)
    assert charlie.text == "Delta."
    assert (charlie.authors, charlie.group_author, charlie.affiliation) == ((), None, None)


@pytest.mark.parametrize(
    "variant",
    [
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("\n", "\r"),
        PAGE.replace("\n", "   \n"),
        PAGE.replace("\n", "\t\r\n"),
        "\ufeff" + PAGE,
        "\n\n" + PAGE + "\n\n",
        PAGE.replace("Abstract\n", "Abstract\n\n"),
        PAGE.replace("Abstract\n", "ABSTRACT:\n"),
        PAGE.replace("Abstract\n", ""),
        PAGE.replace("One paragraph.", "One\nparagraph."),
        PAGE.replace("Alfa Of Bravo", "Alfa Of\nBravo"),
        PAGE.replace("Alfa Of Bravo\n\n", "Alfa Of Bravo\n").replace("#1\n\n", "#1\n"),
        PAGE.replace("Alfa of bravo", "ALFA OF\n     BRAVO"),
        PAGE.replace("Gold R, ", "Gold R,\n"),
        PAGE.replace("PMID# ", "PMID: "),
        PAGE.replace("\n\n\n#2", "\n#2"),
    ],
)
def test_small_differences_of_form_make_no_difference(variant: str) -> None:
    assert read_page(variant)[0] == read_page(PAGE)[0]
    assert read_page(variant)[1] == Report()


def test_an_entry_without_pmid_is_rejected_and_the_rest_goes_on() -> None:
    abstracts, report = read_page(PAGE.replace("PMID# 11\n", ""))
    assert [abstract.pmid for abstract in abstracts] == ["12"]
    assert told(report.rejected) == ["page.txt:12: the entry has no PMID"]
    assert told(report.remarks) == [
        "page.txt:3: the contents list names #1, but no such entry was read"
    ]


@pytest.mark.parametrize("line", ["PMID#", "PMID# ", "PMID"])
def test_an_empty_pmid_is_none(line: str) -> None:
    _, report = read_page(PAGE.replace("PMID# 11", line))
    assert told(report.rejected) == ["page.txt:12: the entry has no PMID"]


def test_an_entry_without_title_is_rejected() -> None:
    _, report = read_page(
        PAGE.replace("Alfa Of Bravo\n\nECHO GROUP\nGold R, Humle Jorgensen S", "")
    )
    assert told(report.rejected) == ["page.txt:12: the entry has no title"]


def test_an_entry_without_text_is_kept_with_a_remark() -> None:
    abstracts, report = read_page(PAGE.replace("Delta.\n", ""))
    assert abstracts[1].sections == ()
    assert abstracts[1].origin.last_line == 36
    assert told(report.remarks) == ["page.txt:30: the entry has no abstract text"]


def test_an_entry_without_authors_or_affiliation_is_fine() -> None:
    abstracts, report = read_page(PAGE.replace("Gold R, Humle Jorgensen S\n", ""))
    assert (abstracts[0].group_author, abstracts[0].authors) == ("ECHO GROUP", ())
    assert report == Report()
    abstracts, report = read_page(PAGE.replace("Hospital, Denmark\n", ""))
    assert abstracts[0].affiliation is None
    assert report == Report()


def test_an_entry_without_citation_still_tells_people_from_places() -> None:
    abstracts, report = read_page(PAGE.replace("S\nJ Neurol 2003 Oct;24(1):5-9\n", "S\n"))
    assert abstracts[0].citation is None
    assert abstracts[0].group_author == "ECHO GROUP"
    assert abstracts[0].authors[0] == Author("Gold", "R")
    assert abstracts[0].affiliation == "Hospital, Denmark"
    assert told(report.remarks) == [
        "page.txt:12: the entry has no citation",
        "page.txt:3: the contents list gives #1 another citation: J Neurol 2003 Oct;24(1):5-9",
    ]


def test_a_citation_that_is_half_understood_is_kept_whole_with_a_remark() -> None:
    abstracts, report = read_page(PAGE.replace("24(1):5-9", "24 [Epub ahead]"))
    assert abstracts[0].citation == "J Neurol 2003 Oct;24 [Epub ahead]"
    assert (abstracts[0].year, abstracts[0].volume) == (2003, None)
    assert told(report.remarks) == [
        "page.txt:18: citation not understood to its end: J Neurol 2003 Oct;24 [Epub ahead]"
    ]


def test_lines_after_the_pmid_are_told() -> None:
    _, report = read_page(PAGE.replace("PMID# 11\n", "PMID# 11\nComment in: Lancet\n"))
    assert told(report.remarks) == ["page.txt:21: not understood and left out: Comment in: Lancet"]


def test_the_contents_list_may_be_missing() -> None:
    entries = "Bravo Treatment (BT)\n\n" + PAGE[PAGE.index("#1") :]
    abstracts, report = read_page(entries)
    assert abstracts == read_page(PAGE)[0]
    assert told(report.remarks) == [
        "page.txt:1: there is no contents list to check the entries against"
    ]


def test_without_a_heading_there_is_no_topic() -> None:
    abstracts, _ = read_page(PAGE.removeprefix("Bravo Treatment (BT)\n"))
    assert abstracts[0].topics == ()


@pytest.mark.parametrize(
    ("written", "changed", "remark"),
    [
        ("1. Alfa of bravo", "1. Zulu", "3: the contents list gives #1 another title: Zulu"),
        (
            "    Lancet 2004;3:1",
            "    Lancet 2005;3:1",
            "6: the contents list gives #2 another citation: Lancet 2005;3:1",
        ),
        ("    Lancet 2004;3:1\n", "", "6: the contents list gives #2 another citation: none"),
        (
            "  2. Charlie\n    Lancet 2004;3:1\n\n",
            "",
            "27: #2 is not in the contents list",
        ),
        (
            "  2. Charlie\n",
            "  3. Zulu\n    Lancet 2006;3:1\n\n  2. Charlie\n",
            "6: the contents list names #3, but no such entry was read",
        ),
    ],
)
def test_each_difference_from_the_contents_list_is_told(
    written: str, changed: str, remark: str
) -> None:
    abstracts, report = read_page(PAGE.replace(written, changed, 1))
    assert len(abstracts) == 2
    assert told(report.remarks) == [f"page.txt:{remark}"]


def test_an_unknown_label_stays_text_and_is_told() -> None:
    abstracts, report = read_page(PAGE.replace("Methods\n", "Ethics vote\n"))
    assert abstracts[0].sections == (
        Section(None, ("One paragraph.", "Ethics vote Another paragraph.")),
    )
    assert told(report.remarks) == [
        "page.txt:25: read as text, though it looks like a section's label: Ethics vote"
    ]


def test_labels_need_no_empty_line_before_them_but_text_after_them() -> None:
    abstracts, _ = read_page(PAGE.replace("One paragraph.\n\nMethods", "AIMS\nOne.\nmethods:"))
    assert abstracts[0].sections == (
        Section("AIMS", ("One.",)),
        Section("methods", ("Another paragraph.",)),
    )
    abstracts, _ = read_page(PAGE.replace("Methods\n", "Methods\n\n"))
    assert abstracts[0].sections == (
        Section(None, ("One paragraph.", "Methods", "Another paragraph.")),
    )


@pytest.mark.parametrize(
    "line", ["Copyright (c) 2004 S. Karger AG, Basel.", "© 2010 Elsevier", "(c) 1999 Wiley-Liss"]
)
def test_a_copyright_line_at_the_end_is_no_text(line: str) -> None:
    abstracts, _ = read_page(PAGE.replace("Delta.\n", f"Delta.\n\n{line}\n"))
    assert (abstracts[1].text, abstracts[1].copyright) == ("Delta.", line)


def test_a_sentence_on_copyright_is_text() -> None:
    abstracts, _ = read_page(PAGE.replace("Delta.", "Copyright matters."))
    assert (abstracts[1].text, abstracts[1].copyright) == ("Copyright matters.", None)


def test_text_that_belongs_to_no_entry_is_told() -> None:
    abstracts, report = read_page(PAGE.replace("Another paragraph.\n", "Another.\n\n\n\nStray.\n"))
    assert abstracts[0].text.endswith("Another.")
    assert told(report.remarks) == [
        "page.txt:30: text after 3 empty lines belongs to no entry and is left out"
    ]


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n\n\n"])
def test_the_footer_enters_no_text_however_near_it_is(gap: str) -> None:
    abstracts, report = read_page(PAGE.replace("Delta.\n\n\n\n", "Delta.\n" + gap))
    assert abstracts[1].text == "Delta."
    assert report == Report()


@pytest.mark.parametrize(
    "footer",
    [
        "Medical Texts\nAnatomy | Immune System\n",
        "Anatomy | Immune System\n",
        "© Copyright 1997 - 2011:\nPermission is granted to all.\n",
        "Permission is granted to all.\n",
        "Medical Texts\nAnatomy | Immune System\n© Copyright 1997 - 2011:\n",
    ],
)
def test_a_footer_may_lack_any_of_its_parts(footer: str) -> None:
    (_, charlie), report = read_page(PAGE[: PAGE.index("\n\n\nMedical Texts")] + footer)
    assert charlie.text == "Delta."
    assert report == Report()


@pytest.mark.parametrize("line", ["Medical Texts", "Medical texts and more."])
def test_a_line_over_text_is_no_heading_of_a_footer(line: str) -> None:
    (_, charlie), _ = read_page(PAGE.replace("Delta.\n", f"Delta.\n{line}\nEcho.\n"))
    assert charlie.text.split() == ["Delta.", *line.split(), "Echo."]


def test_a_conditional_probability_is_no_navigation() -> None:
    abstracts, _ = read_page(PAGE.replace("Delta.", "We estimate P(A | B) in this text."))
    assert abstracts[1].text == "We estimate P(A | B) in this text."


def test_a_page_without_notice_gives_none() -> None:
    abstracts, _ = read_page(PAGE[: PAGE.index("©")])
    assert abstracts[0].notice is None


def test_a_page_without_entries_is_unusable() -> None:
    with pytest.raises(UnusableFile, match="has no entry"):
        read_page("Bravo Treatment (BT)\n")


def test_a_page_in_another_encoding_is_read_as_windows_wrote_it() -> None:
    abstracts, _ = read_page(PAGE.replace("Delta", "ß – Delta").encode("cp1252"))
    assert abstracts[1].text == "ß – Delta."


def test_a_page_is_known_by_its_entries() -> None:
    assert looks_like_glen_page(PAGE.encode())
    assert looks_like_glen_page(PAGE.replace("\n", "\r").encode())
    assert looks_like_glen_page(b"#1\n\nAlfa\n\nAbstract\n")
    assert not looks_like_glen_page(b"PMID# 1\n\n#1\n")
    assert not looks_like_glen_page(b"# 1st heading\n\nAbstract\n")
    assert not looks_like_glen_page(b"")


lines = st.sampled_from(
    [*PAGE.split("\n"), "", "#", "#3", "Abstract", "PMID#", " | ", "a | b", "©"]
)


@given(st.lists(lines, max_size=40).map("\n".join))
def test_no_shuffled_page_raises_but_for_having_no_entry(text: str) -> None:
    try:
        abstracts, _ = read_page(text)
    except UnusableFile:
        abstracts = []
    assert all(abstract.pmid and abstract.title for abstract in abstracts)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unusable_file(content: bytes) -> None:
    with suppress(UnusableFile):
        read_page(b"#1\n\nAlfa\n" + content)


@settings(max_examples=30)
@given(st.data())
def test_the_real_page_survives_the_loss_of_any_lines(data: st.DataObject) -> None:
    page = bundled_corpus().read_text(encoding="utf-8").split("\n")
    first = data.draw(st.integers(0, len(page)))
    size = data.draw(st.integers(0, 30))
    abstracts, report = read_page("\n".join(page[:first] + page[first + size :]))
    assert 9 <= len(abstracts) <= 12
    assert all(" | " not in abstract.text for abstract in abstracts)
    assert len(abstracts) + len(report.rejected) <= 12
