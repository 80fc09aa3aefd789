import pytest

from corpus.labels import LABEL_LENGTH, LABELS, is_label, joined, resembles_label, sections_of


@pytest.mark.parametrize(
    "line",
    [
        "Background",
        "METHODS",
        "findings",
        "Results:",
        "Interpretation",
        "Conclusions",
        "Materials and Methods",
        "Results/Discussion",
        "Design, Setting, and Patients",
        "Main Outcome Measures",
    ],
)
def test_labels_are_known_in_any_case_alone_or_joined(line: str) -> None:
    assert is_label(line)


@pytest.mark.parametrize(
    "line",
    ["", ":", "Denmark", "Methods were used", "Methods and Madness", "and", "Results and " * 9],
)
def test_other_lines_are_no_labels(line: str) -> None:
    assert not is_label(line)


def test_every_label_is_a_label() -> None:
    assert all(is_label(label) for label in LABELS)


def test_the_shape_of_a_label_is_short_and_open() -> None:
    assert resembles_label("Ethics")
    assert resembles_label("E")
    assert resembles_label("E" * LABEL_LENGTH)
    assert not resembles_label("E" * (LABEL_LENGTH + 1))
    assert not resembles_label("A sentence.")
    assert not resembles_label("lower case")
    assert not resembles_label("A line that is longer than any label that was ever seen")
    assert not resembles_label("")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("BACKGROUND: Alfa. METHODS: Bravo.", ["BACKGROUND", "METHODS"]),
        ("Background: Alfa. Main results: Bravo.", ["Background", "Main results"]),
        ("Alfa. METHODS: Bravo.", [None]),
        ("OBJECTIVE: An MRI: alfa. MRI: bravo.", ["OBJECTIVE"]),
        ("OBJECTIVE: Alfa. TRIAL NUMBER: 1.", ["OBJECTIVE", "TRIAL NUMBER"]),
        ("", []),
    ],
)
def test_a_text_in_one_piece_falls_into_its_sections(text: str, labels: list[str | None]) -> None:
    sections = sections_of(text)
    assert [section.label for section in sections] == labels
    assert joined(sections) == text
