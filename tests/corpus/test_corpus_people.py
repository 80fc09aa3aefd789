import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Author
from corpus.people import parse_people, parse_person


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
