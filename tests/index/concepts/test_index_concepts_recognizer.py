from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Concept, Vocabulary
from index.concepts.recognizer import Mention, Recognizer
from index.text.words import word_table, words


def concept(id_: str, name: str, kind: str = "course", **more: tuple[str, ...]) -> Concept:
    return Concept(id_, name, kind, "A plain sentence.", **more)


MS = Vocabulary.of(
    [
        concept("ms", "multiple sclerosis", short=("MS",)),
        concept(
            "rrms",
            "relapsing-remitting MS",
            variants=("relapsing remitting (multiple sclerosis|)",),
            short=("RRMS", "RR-MS"),
            broader=("ms",),
        ),
        concept(
            "spms",
            "secondary progressive MS",
            variants=("secondary progressive (multiple sclerosis|)",),
            short=("SPMS",),
            broader=("ms",),
        ),
        concept(
            "ppms",
            "primary progressive MS",
            variants=("primary progressive (multiple sclerosis|)",),
            short=("PPMS",),
            broader=("ms",),
        ),
        concept("aphasia", "primary progressive aphasia", kind="other"),
        concept("cis", "clinically isolated syndrome", capitals=("CIS",), broader=("ms",)),
        concept("gd", "gadolinium", short=("Gd",)),
        concept(
            "ivig",
            "intravenous immunoglobulin",
            variants=("(intravenous|iv) (immunoglobulin|immune globulin)",),
            short=("IVIG",),
        ),
        concept("ifnb", "interferon beta", variants=("beta interferon", "IFN beta", "IFNB")),
        concept(
            "ifnb-1a", "interferon beta-1a", variants=("IFN beta-1a", "IFNB-1a"), broader=("ifnb",)
        ),
        concept("ifnb-1b", "interferon beta-1b", variants=("IFNB-1b",), broader=("ifnb",)),
        concept("autoimmunity", "autoimmune disease"),
        concept("t2", "T2 lesion"),
    ]
)
RECOGNIZER = Recognizer(MS)


def in_document(text: str) -> list[tuple[str, str]]:
    mentions = RECOGNIZER.in_document(word_table(text))
    return [(mention.concept, text[mention.start : mention.end]) for mention in mentions]


def in_query(text: str) -> list[tuple[str, str]]:
    mentions = RECOGNIZER.in_query(word_table(text))
    return [(mention.concept, text[mention.start : mention.end]) for mention in mentions]


CLASSES = {
    "rrms": [
        "RRMS", "RR-MS", "Relapsing/Remitting", "relapsing-remitting MS", "Relapsing-Remitting",
        "relapsing remitting multiple sclerosis", "Relapsing/Remitting Multiple Sclerosis",
        "relapsing–remitting MS", "RELAPSING REMITTING MS",
    ],
    "ivig": [
        "IVIG", "IVIg", "IntraVenous ImmunoGlobulin", "IntraVenous ImmunoGlobulins",
        "I.V. ImmuneGlobulins", "i.v. immunoglobulin", "intra-venous immune-globulin",
        "IV immune globulin",
    ],
    "ifnb": [
        "Interferon-ß", "interferon β", "beta-Interferon", "beta interferon", "IFNB", "IFN-β",
        "IFNβ", "Interferon Beta", "interferons beta",
    ],
    "ifnb-1a": ["Interferon-ß-1a", "interferon beta-1a", "interferon beta 1a", "IFNb-1a", "IFNβ1a"],
    "autoimmunity": ["AutoImmune disease", "auto-immune diseases", "autoimmune disease",
                     "auto immune disease"],
    "t2": ["T2-lesion", "T2 lesions", "T2/lesion"],
    "ms": ["MS", "multiple sclerosis", "Multiple-Sclerosis", "MULTIPLE SCLEROSIS"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "written"), [(id_, written) for id_, spelled in CLASSES.items() for written in spelled]
)
def test_every_way_to_write_a_concept_is_found_as_a_whole(id_: str, written: str) -> None:
    assert in_document(f"Of {written}, we saw it.") == [(id_, written)]
    assert in_query(written) == [(id_, written)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relapsing-remitting multiple sclerosis", [("rrms", None)]),
        ("multiple sclerosis and RRMS", [("ms", "multiple sclerosis"), ("rrms", "RRMS")]),
        (
            "Secondary and Primary/Progressive",
            [("spms", "Secondary"), ("ppms", "Primary/Progressive")],
        ),
        (
            "interferon beta-1a or 1b",
            [("ifnb-1a", "interferon beta-1a"), ("ifnb-1b", "1b")],
        ),
        ("primary progressive aphasia", []),
        ("primary progressive aphasia or PPMS", [("ppms", "PPMS")]),
        ("multiple, sclerosis", []),
        ("multiple\nsclerosis", []),
        ("multiple (sclerosis)", []),
        ("clinically isolated syndrome (CIS)", [("cis", None), ("cis", "CIS")]),
        ("the cis isomer; Cis", []),
        ("10 ms after, Ms Smith", []),
        ("Gd, GD, gd", [("gd", "Gd"), ("gd", "GD")]),
        ("MS/RRMS", [("ms", "MS"), ("rrms", "RRMS")]),
        ("nothing at all", []),
        ("", []),
    ],
)
def test_what_a_document_speaks_of(text: str, expected: list[tuple[str, str | None]]) -> None:
    found = in_document(text)
    assert [id_ for id_, _ in found] == [id_ for id_, _ in expected]
    for (_, written), (_, wanted) in zip(found, expected, strict=True):
        assert wanted is None or written == wanted


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ms", ["ms"]),
        ("rrms", ["rrms"]),
        ("ivig rrms", ["ivig", "rrms"]),
        ("cis", []),
        ("CIS", ["cis"]),
        ("gd", ["gd"]),
        ("relapsing remitting ms", ["rrms"]),
        ("secondary and primary progressive ms", ["spms", "ppms"]),
        ("interferon beta 1a", ["ifnb-1a"]),
        ("interferon beta", ["ifnb"]),
        ("primary progressive aphasia", []),
        ("sclerosis", []),
    ],
)
def test_what_a_query_names(query: str, expected: list[str]) -> None:
    assert [id_ for id_, _ in in_query(query)] == expected


def test_two_concepts_may_share_a_spelling() -> None:
    both = Recognizer(Vocabulary.of([concept("a", "alfa", short=("AB",)), concept("b", "AB")]))
    text = "AB"
    assert {m.concept for m in both.in_document(word_table(text))} == {"a", "b"}
    assert {m.concept for m in both.in_query(word_table(text))} == {"a", "b"}


def test_an_empty_vocabulary_finds_nothing() -> None:
    assert Recognizer(Vocabulary()).in_document(word_table("MS")) == []


NAMES = "alfa bravo charlie delta echo foxtrot golf hotel india juliett".split()
JOINTS = ("-", " ", "/", "–", " / ", " - ", "  ")


@st.composite
def spelled(draw: st.DrawFn) -> tuple[list[str], str]:
    """Words that make a spelling, and a way to write it."""
    parts = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    joints = [draw(st.sampled_from(JOINTS)) for _ in parts[1:]]
    if joints and draw(st.booleans()):
        joints[draw(st.integers(0, len(joints) - 1))] = ""  # two written as one
    case = draw(st.sampled_from([str, str.upper, str.title]))
    return parts, case("".join(itertools.chain(*zip(parts, [*joints, ""], strict=True))))


@settings(deadline=None, max_examples=400)
@given(spelled(), st.sampled_from(["{}", "the {}.", "({})", "x; {}, y", "one\n{}\ntwo"]))
def test_a_spelling_is_found_with_any_hyphen_slash_or_space(
    spelling: tuple[list[str], str], around: str
) -> None:
    parts, written = spelling
    recognizer = Recognizer(Vocabulary.of([concept("it", " ".join(parts))]))
    text = around.format(written)
    start = text.index(written)
    for found in (recognizer.in_document, recognizer.in_query):
        spans = [(m.concept, m.start, m.end) for m in found(word_table(text))]
        assert ("it", start, start + len(written)) in spans


PIECES = [written for spelled in CLASSES.values() for written in spelled]
TEXTS = st.lists(
    st.sampled_from([*PIECES, "and", "or", "progressive", "primary", "aphasia", "1b", "CIS"]),
    max_size=8,
).flatmap(
    lambda pieces: st.sampled_from([" ", "/", ", ", "-", ""]).map(lambda joint: joint.join(pieces))
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(TEXTS | st.text(max_size=60))
def test_mentions_lie_in_the_text_and_begin_and_end_with_their_words(text: str) -> None:
    found = words(text)
    for mentions in (
        RECOGNIZER.in_document(word_table(text)),
        RECOGNIZER.in_query(word_table(text)),
    ):
        assert mentions == sorted(set(mentions), key=_order)
        for mention in mentions:
            assert mention.concept in MS.concepts
            assert not MS.concepts[mention.concept].is_guard
            assert 0 <= mention.first <= mention.last < len(found)
            assert mention.start == found[mention.first].start < mention.end
            assert mention.end == found[mention.last].end


def _order(mention: Mention) -> tuple[int, int, str]:
    return mention.first, -mention.last, mention.concept


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_no_mention_in_a_document_says_what_a_longer_one_says_already(text: str) -> None:
    mentions = RECOGNIZER.in_document(word_table(text))
    for one, other in itertools.permutations(mentions, 2):
        if other.first <= one.first and one.last <= other.last and one[1:3] != other[1:3]:
            assert one.concept != other.concept
            assert one.concept not in MS.broader(other.concept)


def test_every_spelling_of_the_shipped_vocabulary_is_recognized_in_a_query(
    vocabulary: Vocabulary,
) -> None:
    recognizer = Recognizer(vocabulary)
    written = {
        (id_, spelling)
        for id_, shipped in vocabulary.concepts.items()
        if not shipped.is_guard
        for spelling in (*shipped.spellings, *shipped.short, *shipped.capitals)
    }
    lost = [
        (id_, spelling)
        for id_, spelling in sorted(written)
        if not _names(recognizer.in_query(word_table(spelling)), id_, spelling)
    ]
    assert not lost


def test_every_spelling_of_the_shipped_vocabulary_is_recognized_in_a_document(
    vocabulary: Vocabulary,
) -> None:
    recognizer = Recognizer(vocabulary)
    lost = []
    for id_, shipped in vocabulary.concepts.items():
        for spelling in (*shipped.spellings, *shipped.short, *shipped.capitals):
            text = f"Then, {spelling}, they said."
            named = _names(recognizer.in_document(word_table(text)), id_, spelling)
            if named is shipped.is_guard:
                lost.append((id_, spelling))
    assert not lost


def _names(mentions: list[Mention], id_: str, spelling: str) -> bool:
    """Whether a concept is mentioned by all words of a spelling."""
    last = len(words(spelling)) - 1
    return any(m.concept == id_ and m.last - m.first == last for m in mentions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sclerosis, Multiple", ["ms"]),
        ("Sclerosis, Multiple, Relapsing-Remitting", ["rrms"]),
        ("multiple sclerosis, relapsing-remitting", ["rrms"]),
        ("See: Sclerosis, Multiple (adult)", ["ms"]),
        ("Sclerosis, Multiple\nEffects of treatment", ["ms"]),
        ("beta-1a, interferon", ["ifnb-1a"]),
        ("aphasia, primary progressive", ["ppms"]),
        ("patients with sclerosis, multiple", []),
        ("sclerosis; multiple", []),
        ("sclerosis (multiple)", []),
        ("sclerosis\nmultiple", []),
        ("a, sclerosis, multiple", []),
    ],
)
def test_catalogue_order_is_understood_where_it_stands_alone(
    text: str, expected: list[str]
) -> None:
    assert [id_ for id_, _ in in_document(text)] == expected
    assert [id_ for id_, _ in in_query(text)] == expected


def test_a_list_of_two_things_is_not_catalogue_order() -> None:
    known = [concept("pain", "pain"), concept("ms", "MS"), concept("ms-pain", "MS pain")]
    recognizer = Recognizer(Vocabulary.of(known))
    for text in ("pain, MS", "MS, pain"):
        found = [mention.concept for mention in recognizer.in_document(word_table(text))]
        assert sorted(found) == ["ms", "pain"]


def test_numerals_and_single_letters_make_no_other_word() -> None:
    known = [concept("one-two", "phase I/II"), concept("three", "phase III"), concept("e", "zym E")]
    recognizer = Recognizer(Vocabulary.of(known))
    for text, expected in (("phase I/II", "one-two"), ("phase III", "three"), ("zym E", "e")):
        assert [m.concept for m in recognizer.in_document(word_table(text))] == [expected]
    assert not recognizer.in_document(word_table("zym"))


@pytest.fixture(scope="module")
def shipped(vocabulary: Vocabulary) -> Recognizer:
    return Recognizer(vocabulary)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_every_spelling_of_a_concept_finds_an_abstract_with_any_other(
    vocabulary: Vocabulary, shipped: Recognizer, data: st.DataObject
) -> None:
    searched = [one for one in vocabulary.concepts.values() if not one.is_guard]
    one = data.draw(st.sampled_from(searched), label="concept")
    typed = data.draw(st.sampled_from(one.written), label="typed")
    written = data.draw(st.sampled_from(one.written), label="written")
    around = data.draw(st.sampled_from(["{}", "We studied {}.", "Then ({}).", "a; {}\nb"]))
    text = around.format(written)
    asked = {mention.concept for mention in shipped.in_query(word_table(typed))}
    found = {mention.concept for mention in shipped.in_document(word_table(text))}
    assert one.id in asked & found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gray/white matter", {"gray", "white"}),
        ("gray and white matter", {"gray", "white"}),
        ("gray, white matter", {"white"}),
        ("gray white matter", {"white"}),
        ("gray-white matter", {"white"}),
        ("white matter/loss", {"white", "loss"}),
        ("white matter or loss", {"white", "loss"}),
        ("white matter loss", {"white"}),
        ("white matter, loss", {"white"}),
    ],
)
def test_only_a_slash_or_a_conjunction_shares_a_word(text: str, expected: set[str]) -> None:
    names = {"gray": "gray matter", "white": "white matter", "loss": "white loss"}
    recognizer = Recognizer(Vocabulary.of(concept(id_, name) for id_, name in names.items()))
    for mentions in (recognizer.in_document, recognizer.in_query):
        assert {mention.concept for mention in mentions(word_table(text))} == expected


def test_a_small_s_makes_a_plural_in_texts_and_may_be_another_short_form_in_queries() -> None:
    one, two = concept("one", "alfa bravo", short=("AB",)), concept("two", "zulu", short=("ABS",))
    for concepts, expected in (([one], "one"), ([one, two], "two"), ([two, one], "two")):
        recognizer = Recognizer(Vocabulary.of(concepts))
        table = word_table("Some ABs.")
        assert [found.concept for found in recognizer.in_document(table)] == ["one"]
        assert [found.concept for found in recognizer.in_query(table)] == [expected]
