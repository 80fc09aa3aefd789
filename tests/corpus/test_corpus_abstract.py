from corpus import Abstract, Author, Origin, Section

TWO_SECTIONS = Abstract(
    pmid="1",
    title="Alfa",
    sections=(Section(None, ("bravo", "charlie")), Section("Methods", ("delta",))),
)


def test_the_text_is_the_paragraphs_joined_by_line_ends() -> None:
    assert TWO_SECTIONS.text == "bravo\ncharlie\ndelta"


def test_a_paragraph_knows_its_label_and_its_place_in_the_text() -> None:
    labels = [paragraph.label for paragraph in TWO_SECTIONS.paragraphs]
    assert labels == [None, None, "Methods"]
    for paragraph in TWO_SECTIONS.paragraphs:
        assert TWO_SECTIONS.text[paragraph.start : paragraph.end] == paragraph.text


def test_an_abstract_without_sections_has_an_empty_text() -> None:
    assert Abstract("1", "Alfa").text == ""
    assert Abstract("1", "Alfa").paragraphs == ()


def test_where_an_abstract_was_read_makes_no_difference_to_what_it_is() -> None:
    assert Abstract("1", "Alfa", origin=Origin("a", 1, 2)) == Abstract("1", "Alfa")


def test_an_abstract_can_stand_in_a_set_whatever_its_extra() -> None:
    assert len({Abstract("1", "Alfa", extra={"a": [1]}), Abstract("1", "Alfa", extra={})}) == 2


def test_authors_and_origins_read_well() -> None:
    assert str(Author("Humle Jorgensen", "S")) == "Humle Jorgensen S"
    assert str(Author("Plato")) == "Plato"
    assert str(Origin("page.txt", 42, 60)) == "page.txt:42"
