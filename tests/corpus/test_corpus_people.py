import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Author
from corpus.people import parse_name, parse_orcid, parse_people, parse_person


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Sorensen PS", Author("Sorensen", "PS")),
        ("Humle Jorgensen S", Author("Humle Jorgensen", "S")),
        ("O'Connor P", Author("O'Connor", "P")),
        ("van der Mei IA", Author("van der Mei", "IA")),
        ("Martin R Jr", Author("Martin", "R Jr")),
        ("Miller D. H.", Author("Miller D.", "H.")),
        ("Li J-P", Author("Li", "J-P")),
        ("Öberg Å", Author("Öberg", "Å")),
        ("Plato", Author("Plato")),
        ("", Author("")),
    ],
)
def test_a_person_is_surname_and_initials(name: str, person: Author) -> None:
    assert parse_person(name) == person


def test_a_line_names_its_people_in_order() -> None:
    people = parse_people("Fazekas F, Humle Jorgensen S, O'Connor P,")
    assert [str(person) for person in people] == ["Fazekas F", "Humle Jorgensen S", "O'Connor P"]


@pytest.mark.parametrize(
    "line",
    ["", ",", "ESIMS", "European Study Group", "Tokyo University of Science, Faculty of Science"],
)
def test_a_line_that_names_nobody_gives_nobody(line: str) -> None:
    assert parse_people(line) == ()


@given(st.text())
def test_no_line_raises(line: str) -> None:
    for person in parse_people(line):
        assert person.surname or person.initials


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Sorensen, Per Soelberg", Author("Sorensen", "PS", "Per Soelberg")),
        ("Labanski, A.", Author("Labanski", "A")),
        ("Luke, TJ", Author("Luke", "TJ")),
        ("Reagle, Jr., Joseph M.", Author("Reagle", "JM Jr.", "Joseph M.")),
        ("Sherry, John F., Jr.", Author("Sherry", "JF Jr.", "John F.")),
        ("van de Schoot, Rens", Author("van de Schoot", "R", "Rens")),
        ("Liu R.", Author("Liu", "R")),
        ("van der Mei I.A.", Author("van der Mei", "IA")),
        ("World Health Organization", Author("World Health Organization")),
        ("", Author("")),
    ],
)
def test_a_name_in_full_has_initials_too(name: str, person: Author) -> None:
    assert parse_name(name) == person


def test_a_given_name_may_stand_first() -> None:
    assert parse_name("Massimiliano Pau", given_first=True) == Author("Pau", "M", "Massimiliano")
    assert parse_name("Bart de la Win", given_first=True) == Author("de la Win", "B", "Bart")


@given(st.text())
def test_no_name_raises(name: str) -> None:
    parse_name(name)
    parse_name(name, given_first=True)


def test_an_orcid_is_found_in_a_text() -> None:
    assert parse_orcid("ORCID: https://orcid.org/0000-0001-2345-678x") == "0000-0001-2345-678X"
    assert parse_orcid("000000012345678X") == "0000-0001-2345-678X"
    assert parse_orcid("no number") is None
