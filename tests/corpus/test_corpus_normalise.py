from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import (
    Abstract,
    Author,
    Correction,
    Grant,
    MeshHeading,
    Origin,
    Qualifier,
    Section,
    normalise,
    normalise_text,
)
from corpus.normalise import _UNSEEN


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("alfa  bravo\tcharlie\r\ndelta", "alfa bravo charlie delta"),
        ("\ufeff alfa\u00a0bravo\u2003 ", "alfa bravo"),
        ("Sch\u0061\u0308fer", "Schäfer"),
        ("al\x00fa\x1b bra\u00advo\u200b\x9f", "alfa bravo"),
        ("alfa\x85bravo\x0ccharlie\x1fdelta", "alfa bravo charlie delta"),
        ("e\x00\u0301", "é"),
        ("half a pair: \ud800.", "half a pair: ."),
        ("\u202ealfa\u202c", "alfa"),
        ("", ""),
    ],
)
def test_text_gets_one_form(written: str, normal: str) -> None:
    assert normalise_text(written) == normal


@pytest.mark.parametrize(
    "text",
    [
        "ReMyelination",
        "Interferon-ß-1a",
        "Denmarkm",
        "ImmunoGlobulin(IVIg)",
        "P = 0.81, p < 0.001, -0.62 -/+ 0.88%",
        "µg and µg are two letters",
        "'black hole' “quoted” – dashed",
        "किताब \u200d joined",
    ],
)
def test_odd_spellings_stay_as_written(text: str) -> None:
    assert normalise_text(text) == text


@given(st.text(st.characters(exclude_categories=())))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once


@given(st.text())
def test_normal_text_has_single_spaces_only(text: str) -> None:
    normal = normalise_text(text)
    assert normal.split() == [word for word in normal.split(" ") if word]
    assert "  " not in normal
    assert normal == normal.strip()


def test_an_abstract_is_normalised_in_every_part() -> None:
    messy = Abstract(
        pmid=" 1 ",
        title=" Alfa\n bravo ",
        sections=(
            Section(" Methods ", (" charlie  delta ", " ")),
            Section("Empty", ("\x00",)),
            Section(" ", ("echo",)),
        ),
        authors=(Author(" Humle  Jorgensen ", "S "), Author(" ", "")),
        group_author=" ",
        journal="J  Neurol",
        year=2003,
        topics=(" IVIG ", ""),
        origin=Origin("a", 1, 1),
        keywords=(" alfa  bravo", "", "alfa bravo"),
        mesh=(
            MeshHeading(" Humans ", is_major=True, qualifiers=(Qualifier(" "),)),
            MeshHeading(" "),
        ),
        grants=(Grant(" NS1 "), Grant(" ")),
        corrections=(Correction("ErratumIn ", " J  Neurol"),),
        extra={"key": "  as it is "},
    )
    normal = normalise(messy)
    assert normal == Abstract(
        pmid="1",
        title="Alfa bravo",
        sections=(Section("Methods", ("charlie delta",)), Section(None, ("echo",))),
        authors=(Author("Humle Jorgensen", "S"),),
        journal="J Neurol",
        year=2003,
        topics=("IVIG",),
        keywords=("alfa bravo",),
        mesh=(MeshHeading("Humans", is_major=True),),
        grants=(Grant("NS1"),),
        corrections=(Correction("ErratumIn", "J Neurol"),),
        extra={"key": "  as it is "},
    )
    assert normal.origin == messy.origin
    assert normalise(normal) == normal


def test_a_normal_abstract_is_not_made_anew() -> None:
    normal = Abstract("1", "Alfa", (Section(None, ("Interferon-ß",)),), journal="J Neurol")
    assert normalise(normal) is normal


def by_the_book(text: str) -> str:
    return normalize("NFC", " ".join(_UNSEEN.sub("", text).split()))


@given(st.text() | st.text("a  b\n\u00a0\u2003\x1c\u0308é\u00ad", max_size=12))
def test_quick_looks_change_no_result(text: str) -> None:
    assert normalise_text(text) == by_the_book(text)
