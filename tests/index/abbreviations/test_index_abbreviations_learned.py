"""What a corpus agrees on: its short forms, kept and found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from corpus import Abstract, Report, Section, bundled_corpus, gather
from index.abbreviations.keys import fold_long, fold_short
from index.abbreviations.learned import LearnedShortForms, learn
from index.generations.short_forms import StoredShortForms, write_short_forms
from index.text.tokenizer import token_table

if TYPE_CHECKING:
    from pathlib import Path


def abstract(pmid: str, title: str, text: str) -> Abstract:
    return Abstract(pmid=pmid, title=title, sections=(Section(None, (text,)),))


def corpus(*texts: str) -> list[Abstract]:
    return [abstract(str(number), "", text) for number, text in enumerate(texts)]


def test_spellings_of_a_long_form_are_one_meaning() -> None:
    agreement = learn(
        corpus(
            "Multiple sclerosis (MS).",
            "In multiple sclerosis (MS).",
            "In Multiple-Sclerosis (MS).",
            "In randomised controlled trials (RCTs).",
            "In a randomized controlled trial (RCT).",
            "In a randomized controlled trial (RCT).",
        )
    )
    assert [(one.short, one.meanings[0].abstracts) for one in agreement] == [("MS", 3), ("RCT", 3)]
    assert agreement.agreed("rct") == "randomized controlled trial"
    assert agreement.conflicts() == []


def test_one_abstract_alone_makes_no_agreement() -> None:
    title, text = "Multiple sclerosis (MS)", "Multiple sclerosis (MS). Multiple sclerosis (MS)."
    agreement = learn([abstract("1", title, text)])
    found = agreement.find("ms")
    assert found is not None
    assert found.abstracts == 1
    assert found.agreed is None
    assert agreement.agreed("MS") is None


def test_the_corpus_agrees_if_four_of_five_do() -> None:
    sclerosis, stenosis = "Multiple sclerosis (MS).", "Mitral stenosis (MS)."
    agreement = learn(corpus(*[sclerosis] * 4, stenosis))
    assert agreement.agreed("MS") == "Multiple sclerosis"
    assert [one.short for one in agreement.conflicts()] == ["MS"]
    assert learn(corpus(*[sclerosis] * 3, stenosis)).agreed("MS") is None


def test_an_unknown_short_form_has_no_meaning() -> None:
    agreement = LearnedShortForms()
    assert agreement.find("MS") is None
    assert agreement.agreed("MS") is None
    assert len(agreement) == 0


def test_what_is_folded_away() -> None:
    assert fold_short("IFN-β") == fold_short("ifn beta")
    assert fold_short("OCBs") == fold_short("OCB")
    assert fold_short("MS") != fold_short("M")
    assert fold_long("Tumour necrosis factor-α") == fold_long("tumor necrosis factors alpha")


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
@example("beta")
def test_a_plain_word_is_its_own_key(word: str) -> None:
    assert fold_short(word) == " ".join(token_table(word).forms) == word


def test_an_agreement_survives_on_disk(tmp_path: Path) -> None:
    agreement = learn(gather([bundled_corpus()], Report()))
    assert agreement.agreed("IVIG") == "IntraVenous ImmunoGlobulin"
    assert agreement.agreed("EDSS") == "Expanded Disability Status Scale"
    write_short_forms(tmp_path, agreement)
    again = StoredShortForms(tmp_path)
    assert again == agreement
    assert len(again) == len(agreement)
    assert list(again) == list(agreement)
    assert again.conflicts() == agreement.conflicts()
    assert again.find("edss") == agreement.find("EDSS")
    assert again.find("nothing of the kind") is None


def test_long_forms_lead_back_to_what_is_agreed_to_stand_for_them(tmp_path: Path) -> None:
    sentence = "Relapse rates ({}) fell, and angry birds ({}) sang."
    texts = [sentence.format(*shorts) for shorts in (("RR", "AB"), ("RR", "AB"), ("RRS", "X"))]
    write_short_forms(tmp_path, learn(corpus(*texts)))
    stored = StoredShortForms(tmp_path)
    long = fold_long("relapse rate")
    assert [one.short for one in stored.shorts_for(long)] == ["RR"]
    assert stored.shorts_for("relaps") == ()
    assert stored.first_words == {fold_long("relapse"), fold_long("angry")}
    assert stored.begins_long(long)
    assert stored.begins_long("relaps")
    for words in ("", "rela", f"{long} fell", "rate", "zulu"):
        assert not stored.begins_long(words)
