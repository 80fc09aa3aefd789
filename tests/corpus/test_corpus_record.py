from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Origin, Section
from corpus.record import DEPTH_LIMIT, KNOWN, UnfitObject, from_object, to_object

HERE = Origin("a.jsonl", 1, 1)
SMALL = {"pmid": "1", "title": "Alfa", "abstract": "bravo"}


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def test_three_keys_make_an_abstract() -> None:
    abstract = from_object(SMALL, HERE)
    assert abstract == Abstract("1", "Alfa", (Section(None, ("bravo",)),))
    assert abstract.origin == HERE


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("bravo\ncharlie", ("bravo", "charlie")),
        (" bravo \r\n\r\n charlie\u2028delta ", ("bravo", "charlie", "delta")),
        ("bra\x85vo", ("bra\x85vo",)),
    ],
)
def test_the_lines_of_a_string_are_paragraphs_of_one_section(
    text: str, paragraphs: tuple[str, ...]
) -> None:
    assert from_object(SMALL | {"abstract": text}, HERE).sections == (Section(None, paragraphs),)


@pytest.mark.parametrize("text", ["", " \n ", []])
def test_an_abstract_may_be_without_text(text: str) -> None:
    assert from_object(SMALL | {"abstract": text}, HERE).sections == ()


def test_sections_may_have_labels() -> None:
    sections = [
        {"label": "Methods", "paragraphs": ["bravo", "charlie"]},
        {"label": None, "paragraphs": ["delta"]},
        {"paragraphs": []},
    ]
    assert from_object(SMALL | {"abstract": sections}, HERE).sections == (
        Section("Methods", ("bravo", "charlie")),
        Section(None, ("delta",)),
        Section(None, ()),
    )


def test_a_pmid_may_be_a_number() -> None:
    assert from_object(SMALL | {"pmid": 14598048}, HERE).pmid == "14598048"


def test_authors_are_objects_or_strings() -> None:
    authors = [{"surname": "Humle Jorgensen", "initials": "S"}, {"surname": "Plato"}, "Gold R"]
    assert from_object(SMALL | {"authors": authors}, HERE).authors == (
        Author("Humle Jorgensen", "S"),
        Author("Plato"),
        Author("Gold", "R"),
    )


@pytest.mark.parametrize("record", [{"title": "Alfa"}, {"title": "Alfa", "abstract": None}])
def test_a_title_alone_makes_an_abstract(record: dict[str, Any]) -> None:
    assert from_object(record, HERE) == Abstract(None, "Alfa")


def test_a_text_alone_makes_an_abstract() -> None:
    sections = (Section(None, ("bravo",)),)
    assert from_object({"id": "a", "abstract": "bravo"}, HERE) == Abstract(
        None, "", sections, id="a"
    )


def test_without_id_the_pmid_is_the_id() -> None:
    assert from_object(SMALL, HERE).id == "1"
    assert from_object(SMALL | {"id": "a"}, HERE).id == "a"
    assert "id" not in to_object(Abstract("1", "Alfa"))
    assert to_object(Abstract(None, "Alfa", id="a"))["id"] == "a"


@pytest.mark.parametrize(
    "value",
    [
        {"doi": 1},
        {"keywords": "alfa; bravo"},
        {"mesh": ["Humans"]},
        {"mesh": [{"descriptor": "Humans", "is_major": "yes"}]},
        {"grants": [{"sum": "1"}]},
        {"corrections": [{}]},
        {"dates": {"received": 2003}},
    ],
)
def test_a_later_key_with_another_meaning_is_kept_as_it_is(value: dict[str, Any]) -> None:
    abstract = from_object(SMALL | value, HERE)
    assert abstract.extra == value
    assert from_object(to_object(abstract), HERE) == abstract


def test_null_is_as_good_as_missing() -> None:
    empty = dict.fromkeys(KNOWN - SMALL.keys() - {"extra"})
    assert from_object(SMALL | empty, HERE) == from_object(SMALL, HERE)


def test_unknown_keys_are_kept_and_come_back() -> None:
    record = SMALL | {"source": "scifact", "score": 1.5, "tags": [{"a": None}]}
    abstract = from_object(record, HERE)
    assert abstract.extra == {"source": "scifact", "score": 1.5, "tags": [{"a": None}]}
    assert to_object(abstract) == record


@pytest.mark.parametrize(
    "extra",
    [
        {"title": "another"},
        {"extra": 1},
        {"extra": {}},
        {"extra": {"title": 1}},
        {"a": 1, "year": 2},
    ],
)
def test_unknown_keys_with_a_known_name_come_back_too(extra: dict[str, Any]) -> None:
    abstract = Abstract("1", "Alfa", extra=extra)
    assert from_object(to_object(abstract), HERE).extra == extra


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "not an object but a list"),
        (None, "not an object but null"),
        (7, "not an object but a number"),
        (True, "not an object but true or false"),
        ({}, "without title and abstract"),
        ({"pmid": "1", "title": None}, "without title and abstract"),
        (SMALL | {"pmid": True}, "pmid is not text but true or false"),
        (SMALL | {"id": []}, "id is not text but a list"),
        (SMALL | {"title": 1}, "title is not text but a number"),
        (SMALL | {"abstract": 1}, "abstract is neither text nor a list of sections but a number"),
        (SMALL | {"abstract": ["bravo"]}, "a section is no object with paragraphs"),
        (
            SMALL | {"abstract": [{"paragraphs": "bravo"}]},
            "the paragraphs of a section are not a list but text",
        ),
        (SMALL | {"abstract": [{"paragraphs": [1]}]}, "a paragraph is not text but a number"),
        (
            SMALL | {"abstract": [{"label": 1, "paragraphs": []}]},
            "label is not text but a number",
        ),
        (SMALL | {"year": "2003"}, "year is not a whole number but text"),
        (SMALL | {"year": 2003.0}, "year is not a whole number but a number"),
        (SMALL | {"month": True}, "month is not a whole number but true or false"),
        (SMALL | {"journal": []}, "journal is not text but a list"),
        (SMALL | {"topics": "IVIG"}, "topics is not a list but text"),
        (SMALL | {"topics": [{}]}, "a topic is not text but an object"),
        (SMALL | {"authors": [1]}, "an author is neither text nor an object with surname"),
        (SMALL | {"authors": [{"surname": 1}]}, "surname is not text but a number"),
        (SMALL | {"deep": nested(DEPTH_LIMIT)}, "nested more than 64 levels deep"),
    ],
)
def test_an_unfit_object_says_why(record: object, reason: str) -> None:
    with pytest.raises(UnfitObject) as caught:
        from_object(record, HERE)
    assert str(caught.value) == reason


def test_as_many_levels_as_may_be_are_kept() -> None:
    deep = nested(DEPTH_LIMIT - 1)
    assert from_object(SMALL | {"deep": deep}, HERE).extra == {"deep": deep}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(KNOWN)) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_value_is_an_abstract_or_unfit(value: object) -> None:
    try:
        abstract = from_object(value, HERE)
    except UnfitObject:
        return
    assert isinstance(abstract, Abstract)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), json_values))
def test_any_object_with_the_three_keys_is_an_abstract_or_unfit(record: dict[str, Any]) -> None:
    with suppress(UnfitObject):
        from_object(SMALL | record, HERE)


@pytest.mark.parametrize(
    "sections",
    [
        (),
        (Section(None, ()),),
        (Section(None, ("",)),),
        (Section(None, (" bravo",)),),
        (Section(None, ("bra\u2028vo",)),),
        (Section(None, ("bravo\n",)),),
        (Section(None, ("bravo",)), Section(None, ("charlie",))),
        (Section("Methods", ("bravo",)),),
        (Section(None, ("bravo", "char\x85lie")),),
    ],
)
def test_sections_come_back(sections: tuple[Section, ...]) -> None:
    record = to_object(Abstract("1", "Alfa", sections))
    assert from_object(record, HERE).sections == sections
