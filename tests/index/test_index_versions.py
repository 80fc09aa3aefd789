"""Versions decide which index fits the program; these digests fail where a number was forgotten.

After a change of what texts become, or of how files are written, give ``index.analyzer.VERSION`` or
``index.generation.FORMAT`` a new number, and enter number and digest in ``golden/versions.toml``.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from places import TESTS

from corpus import Abstract, Report, Section, bundled_corpus, gather
from index import Analyzer, Concept, Vocabulary
from index.analyzer import LAYERS, VERSION
from index.build.builder import write
from index.generations.manifest import FORMAT, MANIFEST, SEAL, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = tomllib.loads((TESTS / "golden" / "versions.toml").read_text(encoding="utf-8"))
# A vocabulary of its own: the shipped one may grow without a new version.
VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("rrms", "relapsing-remitting MS", "course", "A course.", broader=("ms",)),
        Concept(
            "ivig",
            "intravenous immunoglobulin",
            "treatment",
            "Antibodies.",
            variants=("I.V. (immunoglobulin|immune globulin)",),
            short=("IVIG",),
        ),
        Concept(
            "cis",
            "clinically isolated syndrome",
            "course",
            "A first attack.",
            capitals=("CIS",),
            beside=("ms", "optic neuritis"),
            not_beside=("confidence",),
        ),
        Concept("interferon-beta", "interferon beta", "medicine", "A medicine.", short=("IFNB",)),
        Concept("ppa", "primary progressive aphasia", "other", ""),
    ]
)
TEXTS = (
    "Interferon-ß-1a, IFNβ and I.V. ImmuneGlobulins: 1,149 patients (P = 0.81; < 0.001).",
    "Relapsing/Remitting MS; auto-immune, auto immune and autoimmune; pre- and post-treatment.",
    "Multiple sclerosis (MS) or mass spectrometry (MS). The 95 % CIs and the CIS of 12 patients.",
    "Haemorrhage, oedema, leucocytes, randomised, diagnoses, inflammatory, Ødegård’s naïve Straße.",
    "Clinically isolated syndrome (CIS) after optic neuritis. Primary progressive aphasia.\n多発.",
    "One  sentence. Another one, e.g. of Dr. Smith et al. A third! No?\n\nIn a new paragraph: CO₂.",
)


def test_the_version_of_the_analysis_is_that_of_its_terms() -> None:
    assert GOLDEN["analysis"] == {"version": VERSION, "sha256": digest(analysed())}


def test_the_version_of_the_format_is_that_of_its_files(tmp_path: Path) -> None:
    assert GOLDEN["format"] == {"version": FORMAT, "sha256": digest(written(tmp_path))}


def abstracts() -> list[Abstract]:
    """The bundled page, and texts with all that is special, each with the next one as its title."""
    titles = [*TEXTS[1:], TEXTS[0]]
    return [
        *gather([bundled_corpus()], Report()),
        *(
            Abstract(pmid=str(number), title=title, sections=(Section(None, (text,)),), year=2000)
            for number, (title, text) in enumerate(zip(titles, TEXTS, strict=True), start=1)
        ),
    ]


def analysed() -> Iterator[str]:
    """All terms of all texts, and what the texts are read as in queries."""
    analyzer = Analyzer(VOCABULARY)
    for abstract in abstracts():
        for text in analyzer.read(abstract.title, abstract.text):
            yield from (repr(analyzer.layer(text, layer)) for layer in LAYERS)
            yield repr([tuple(one) for one in text.analysed.definitions])
            query = analyzer.query(str(text))
            yield repr([word.stem for word in query.words])
            yield repr([(one.concept, one.first, one.last) for one in query.mentions])


def written(folder: Path) -> Iterator[str]:
    """The files of a generation of these texts, and the keys of its manifest."""
    write(folder, abstracts(), VOCABULARY, Report())
    yield repr([field.name for field in fields(Manifest)])
    contents = {
        (path.suffix, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.iterdir()
        # Whoosh's own file holds a random name.
        if path.name not in {MANIFEST, SEAL} and path.suffix != ".toc"
    }
    yield repr(sorted(contents))


def digest(parts: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
