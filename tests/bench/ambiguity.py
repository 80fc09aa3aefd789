"""How well short forms with several meanings are decided, and which way in a corpus.

    python tests/bench/ambiguity.py [--errors] [CORPUS ...]

Without a corpus: precision and recall on ``tests/data/ambiguity.jsonl``, one object a line with
``title`` and ``text``, a ``short`` form in them, the ``concept`` it means there or null if none of
those that the vocabulary gives it, and ``why``. With a file of abstracts also how many abstracts
were decided which way, by short form.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from corpus import Report, gather
from index import Analyzer, Vocabulary
from index.abbreviations.keys import fold_short
from index.text.words import word_table

CASES = Path(__file__).parents[1] / "data" / "ambiguity.jsonl"


@dataclass
class Figures:
    """Decisions that a short form is a concept, and those that it is none."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    refused: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        total = self.right + self.wrong + self.missed + self.refused
        return (
            f"{total} decisions: precision {self.precision:.3f}, recall {self.recall:.3f}, "
            f"right {(self.right + self.refused) / max(1, total):.3f}"
        )


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def meanings(analyzer: Analyzer, title: str, text: str, short: str) -> set[str]:
    """The concepts that a short form is taken for in an abstract."""
    key = fold_short(short)
    return {
        mention.concept
        for one in analyzer.read(title, text)
        for mention in one.analysed.mentions
        if fold_short(one[mention.start : mention.end]) == key
    }


def measure(analyzer: Analyzer) -> Figures:
    figures = Figures()
    for case in cases():
        found = meanings(analyzer, case["title"], case["text"], case["short"])
        expected = {case["concept"]} - {None}
        figures.right += bool(found) and found == expected
        figures.wrong += bool(found - expected)
        figures.missed += bool(expected - found)
        figures.refused += not found and not expected
        if found != expected:
            figures.errors.append(case | {"found": sorted(found)})
    return figures


def decisions(analyzer: Analyzer, corpus: list[Path]) -> dict[str, Counter[bool]]:
    """By short form and concept: in how many abstracts it is the concept, and in how many not."""
    recognizer = analyzer._recognizer
    senses = analyzer._senses
    counted: dict[str, Counter[bool]] = {}
    for abstract in gather(corpus, Report()):
        asked: dict[str, bool] = {}
        for one in analyzer.read(abstract.title, abstract.text):
            for mention in recognizer.in_document(word_table(str(one))):
                if senses.is_short(mention, one):
                    short = fold_short(one[mention.start : mention.end])
                    key = f"{short} = {mention.concept}"
                    asked[key] = asked.get(key, False) or mention in one.analysed.mentions
        for key, is_meant in asked.items():
            counted.setdefault(key, Counter())[is_meant] += 1
    return counted


def write(line: object) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--errors", action="store_true", help="show each wrong decision")
    arguments = parser.parse_args()
    analyzer = Analyzer(Vocabulary.bundled())
    figures = measure(analyzer)
    write(figures)
    for error in figures.errors if arguments.errors else []:
        write(json.dumps(error, ensure_ascii=False))
    if arguments.corpus:
        counted = decisions(analyzer, arguments.corpus)
        for key, found in sorted(counted.items(), key=lambda item: (-item[1][False], item[0])):
            if found[False]:
                write(f"{key:40} meant in {found[True]:5}, not in {found[False]:5} abstracts")


if __name__ == "__main__":
    main()
