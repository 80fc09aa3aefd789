from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from index import Concept, Vocabulary
from index.concepts.vocabulary import spellings
from index.errors import VocabularyError

if TYPE_CHECKING:
    from pathlib import Path


def concept(id_: str, *broader: str) -> Concept:
    return Concept(id_, f"{id_} name", "course", "A plain sentence.", broader=broader)


GOOD = """
kind = "course"

[[concept]]
id = "ms"
name = "multiple sclerosis"
short = ["MS"]
plain = "A disease."

[[concept]]
id = "rrms"
name = " relapsing-remitting MS "
variants = ["(relapsing|relapse) remitting (MS|)"]
capitals = ["RR"]
broader = ["ms"]
lay = ["comes (and goes|in bouts)"]
plain = "A course."
"""


def load(tmp_path: Path, *texts: str) -> Vocabulary:
    paths = [tmp_path / f"file-{number}.toml" for number, _ in enumerate(texts, start=1)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return Vocabulary.load(paths)


def test_a_file_is_read_with_all_its_parts(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD)
    assert list(loaded.concepts) == ["ms", "rrms"]
    rrms = loaded.concepts["rrms"]
    assert rrms == Concept(
        id="rrms",
        name="relapsing-remitting MS",
        kind="course",
        plain="A course.",
        variants=("(relapsing|relapse) remitting (MS|)",),
        capitals=("RR",),
        broader=("ms",),
        lay=("comes (and goes|in bouts)",),
    )
    assert rrms.phrases == ("comes and goes", "comes in bouts")
    assert rrms.spellings == (
        "relapsing-remitting MS",
        "relapsing remitting MS",
        "relapsing remitting",
        "relapse remitting MS",
        "relapse remitting",
    )


ENTRY = (
    'kind = "course"\n[[concept]]\nid = "ms"\nname = "multiple sclerosis"\nplain = "A disease."\n'
)


@pytest.mark.parametrize(
    ("text", "place", "fault"),
    [
        ("kind = ", "file-1.toml", "cannot be read"),
        ("", "file-1.toml", "does not state its kind"),
        ("kind = 1", "file-1.toml", "does not state its kind"),
        ('kind = ""', "file-1.toml", "does not state its kind"),
        ('kind = "x"\nconcept = 1', "file-1.toml", "[[concept]]"),
        ('kind = "x"\n[concept]\nid = "a"', "file-1.toml", "[[concept]]"),
        ('kind = "x"\nconcept = [1]', "file-1.toml, concept “1”", "an entry is a table"),
        ('kind = "x"\n[[concept]]\nname = "a"', "concept “number 1”", "“id” must be a text"),
        (ENTRY.replace('"ms"', "3"), "concept “3”", "“id” must be a text"),
        (ENTRY.replace('"ms"', '"M S"'), "concept “M S”", "the id must consist of"),
        (ENTRY.replace('"ms"', '"ms-"'), "concept “ms-”", "the id must consist of"),
        (ENTRY.replace("name =", "title ="), "concept “ms”", "“name” must be a text"),
        (ENTRY.replace('"A disease."', '"  "'), "concept “ms”", "“plain” must be a text"),
        (ENTRY + 'variants = "MS"', "concept “ms”", "“variants” must be a list of texts"),
        (ENTRY + "short = [1]", "concept “ms”", "“short” must be a list of texts"),
        (ENTRY + 'capitals = [""]', "concept “ms”", "“capitals” must be a list of texts"),
        (ENTRY + 'lay = "z"', "concept “ms”", "“lay” must be a list of texts"),
        (ENTRY + 'lay = ["(a|b"]', "concept “ms”", "the brackets of “(a|b” do not match"),
        (ENTRY + 'lay = ["(a|b)c"]', "concept “ms”", "of “(a|b)c” must be whole words"),
        (ENTRY + "broader = {}", "concept “ms”", "“broader” must be a list of texts"),
        (ENTRY + 'variant = ["MS"]', "concept “ms”", "“variant” is not a key"),
        (ENTRY + 'variants = ["a (b"]', "concept “ms”", "the brackets of “a (b” do not match"),
        (ENTRY + 'variants = ["a b)"]', "concept “ms”", "the brackets of “a b)” do not match"),
        (ENTRY + 'variants = ["a|b"]', "concept “ms”", "the brackets of “a|b” do not match"),
        (ENTRY + 'variants = ["((a|b)|c)"]', "concept “ms”", "do not match"),
        (
            ENTRY + f'variants = ["{"(a|b)" * 30}"]',
            "concept “ms”",
            "stands for more than 200 spellings",
        ),
    ],
)
def test_a_fault_is_told_with_its_file_and_entry(
    tmp_path: Path, text: str, place: str, fault: str
) -> None:
    with pytest.raises(VocabularyError) as told:
        load(tmp_path, text)
    assert "file-1.toml" in str(told.value)
    assert place in str(told.value)
    assert fault in str(told.value)
    assert str(told.value).endswith(".")
    assert "\n" not in str(told.value)


def test_the_file_at_fault_is_the_one_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"file-2\.toml"):
        load(tmp_path, GOOD, "kind")


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"gone\.toml cannot be read"):
        Vocabulary.load([tmp_path / "gone.toml"])
    (tmp_path / "bytes.toml").write_bytes(b'kind = "\xff"')
    with pytest.raises(VocabularyError, match=r"bytes\.toml cannot be read"):
        Vocabulary.load([tmp_path / "bytes.toml"])


@pytest.mark.parametrize(
    ("concepts", "sentence"),
    [
        ([concept("a"), concept("a")], "two concepts with the id “a”"),
        ([concept("a", "b")], "“a” names a broader concept “b”, which does not exist"),
        ([concept("a", "a")], "“a” is broader than itself"),
        ([concept("a", "b"), concept("b", "c"), concept("c", "a")], "is broader than itself"),
    ],
)
def test_concepts_must_fit_each_other(concepts: list[Concept], sentence: str) -> None:
    with pytest.raises(VocabularyError, match=sentence):
        Vocabulary.of(concepts)


def test_the_hierarchy_is_followed_to_its_ends_nearest_first() -> None:
    #   a        a is above b and c, both are above d
    #  b c
    #   d
    diamond = Vocabulary.of(
        [concept("a"), concept("b", "a"), concept("c", "a"), concept("d", "b", "c")]
    )
    assert diamond.narrower("a") == ("b", "c", "d")
    assert diamond.broader("d") == ("b", "c", "a")
    assert diamond.narrower("d") == diamond.broader("a") == ()
    assert diamond.narrower("unknown") == ()


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("alfa", ["alfa"]),
        ("(a|b) c", ["a c", "b c"]),
        ("a (b|) c", ["a b c", "a c"]),
        ("(a|b)(c|d)", ["ac", "ad", "bc", "bd"]),
        ("(|anti-)alfa", ["alfa", "anti-alfa"]),
    ],
)
def test_alternations_are_written_out(variant: str, expected: list[str]) -> None:
    assert list(spellings(variant)) == expected


def test_json_keeps_everything(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD)
    assert Vocabulary.from_json(loaded.to_json()) == loaded


def test_the_fingerprint_is_of_the_content_alone() -> None:
    one, other = concept("a"), concept("b", "a")
    expected = Vocabulary.of([one, other]).fingerprint
    assert Vocabulary.of([other, one]).fingerprint == expected
    assert Vocabulary.from_json(Vocabulary.of([one, other]).to_json()).fingerprint == expected


@pytest.mark.parametrize(
    "change",
    [
        {"id": "z"},
        {"name": "z"},
        {"kind": "z"},
        {"plain": "z"},
        {"variants": ("z",)},
        {"short": ("Z",)},
        {"capitals": ("Z",)},
        {"lay": ("z",)},
        {"broader": ("b",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_fingerprint_changes_with_every_part_of_a_concept(change: dict[str, str]) -> None:
    one, other = concept("a"), concept("b")
    changed = Vocabulary.of([dataclasses.replace(one, **change), other])
    assert changed.fingerprint != Vocabulary.of([one, other]).fingerprint


def test_guards_are_those_of_the_kind_other() -> None:
    assert Concept("a", "alfa", "other", "Not searched.").is_guard
    assert not concept("a").is_guard


def test_the_shipped_vocabulary_is_whole(vocabulary: Vocabulary) -> None:
    searched = [shipped for shipped in vocabulary.concepts.values() if not shipped.is_guard]
    assert len(searched) >= 60
    assert all(shipped.plain.endswith((".", "?", ")")) for shipped in searched)
    assert {"ms", "rrms", "ivig"} <= vocabulary.concepts.keys()
    assert "rrms" in vocabulary.narrower("ms")


SITE = """
[[concept]]
id = "rrms"
name = "remitting MS"
plain = "Another sentence."
variants = ["bout MS"]
short = ["BMS"]
lay = ["on and off"]
remove = ["relapse-remitting", "RR", "comes in bouts"]
"""


def extended(tmp_path: Path, *texts: str) -> Vocabulary:
    base = load(tmp_path, GOOD)
    paths = [tmp_path / f"site-{number}.toml" for number, _ in enumerate(texts, start=1)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return base.extended(paths)


def test_a_site_extends_a_concept(tmp_path: Path) -> None:
    rrms = extended(tmp_path, SITE.replace('"relapse-remitting", ', "")).concepts["rrms"]
    assert rrms.name == "remitting MS"
    assert rrms.plain == "Another sentence."
    assert rrms.kind == "course"
    assert rrms.variants == (
        "(relapsing|relapse) remitting (MS|)",
        "bout MS",
        "relapsing-remitting MS",
    )
    assert (rrms.short, rrms.capitals, rrms.broader) == (("BMS",), (), ("ms",))


def test_a_site_takes_spellings_away_however_they_are_written(tmp_path: Path) -> None:
    rrms = extended(tmp_path, SITE).concepts["rrms"]
    # "Relapsing remitting" has the same stems as what was removed, so it is gone too.
    assert rrms.spellings == (
        "remitting MS",
        "relapsing remitting MS",
        "relapse remitting MS",
        "bout MS",
        "relapsing-remitting MS",
    )
    assert not rrms.capitals
    assert rrms.lay == ("comes and goes", "on and off")


def test_a_site_adds_concepts_of_its_kind_and_later_files_stand_on_earlier_ones(
    tmp_path: Path,
) -> None:
    new = 'kind = "site"\n' + ENTRY.partition("\n")[2].replace('"ms"', '"new"')
    more = '[[concept]]\nid = "new"\nvariants = ["more"]\nbroader = ["ms"]'
    found = extended(tmp_path, new.replace('"multiple sclerosis"', '"new name"'), more)
    assert list(found.concepts) == ["ms", "rrms", "new"]
    assert found.concepts["new"].kind == "site"
    assert found.concepts["new"].variants == ("more",)
    assert found.narrower("ms") == ("rrms", "new")


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    base = load(tmp_path, GOOD)
    folder = tmp_path / "site"
    folder.mkdir()
    with pytest.raises(VocabularyError, match="folder site holds no TOML file"):
        base.extended([folder])
    (folder / "one.toml").write_text('[[concept]]\nid = "ms"\nshort = ["DS"]', encoding="utf-8")
    assert base.extended([folder]).concepts["ms"].short == ("MS", "DS")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[[concept]]\nid = "new"', "concept “new”: “name” must be a text"),
        ('[[concept]]\nid = "new"\nname = "n"\nplain = "p"', "“new”: it is new, so the file must"),
        ("kind = 1", "does not state its kind"),
        ('[[concept]]\nid = "ms"\nname = ""', "concept “ms”: “name” must be a text"),
        ('[[concept]]\nid = "ms"\nremove = "MS"', "“remove” must be a list of texts"),
        ('[[concept]]\nid = "ms"\nremove = ["XX"]', "concept “ms”: there is no “XX” to remove"),
        ('[[concept]]\nid = "ms"\nremove = ["multiple sclerosis"]', "the name cannot be removed"),
        ('[[concept]]\nid = "ms"\n[[concept]]\nid = "ms"', "two concepts with this id"),
        ('[[concept]]\nid = "ms"\nvariant = ["x"]', "“variant” is not a key"),
    ],
)
def test_a_fault_of_a_site_is_told_with_its_file_and_entry(
    tmp_path: Path, text: str, fault: str
) -> None:
    with pytest.raises(VocabularyError, match=r"site-1\.toml") as told:
        extended(tmp_path, text)
    assert fault in str(told.value)


def test_only_a_site_may_remove(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="“remove” is not a key"):
        load(tmp_path, ENTRY + 'remove = ["MS"]')


def test_an_extended_vocabulary_is_kept_as_json(tmp_path: Path) -> None:
    found = extended(tmp_path, SITE)
    assert Vocabulary.from_json(found.to_json()) == found
