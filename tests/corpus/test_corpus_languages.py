import pytest

from corpus.languages import language


@pytest.mark.parametrize(
    ("text", "code"),
    [("English", "eng"), ("eng", "eng"), ("en-GB", "eng"), ("FRENCH", "fre"), ("deu", "ger")],
)
def test_a_language_has_a_code_of_three_letters(text: str, code: str) -> None:
    assert language(text) == code


def test_an_unknown_language_stays_as_written() -> None:
    assert language(" Klingon  II ") == "Klingon II"
