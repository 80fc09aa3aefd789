"""Precision, recall and F1 of the abbreviation definitions found, against a gold standard.

    python tests/bench/abbreviations.py ../shared/abbreviations/med1250-odd.jsonl [--errors]

The file has a JSON object a line: ``title``, ``text`` and ``pairs`` of short and long forms. A
definition is right if both forms are, but for capitals and punctuation; a pair counts once a
record. The rules were made looking at the even lines (2, 4, ...) only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

sys.path.insert(0, str(Path(__file__).parents[2]))

from index.abbreviations.definitions import definitions

Pair: TypeAlias = tuple[str, str]
Record: TypeAlias = tuple[list[str], set[Pair]]


@dataclass
class Score:
    """Definitions that are right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def __str__(self) -> str:
        counts = f"{self.right} right, {self.wrong} wrong, {self.missed} missed"
        return f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}  ({counts})"


def fold(form: str) -> str:
    return "".join(filter(str.isalnum, form.casefold()))


def read_gold(path: Path) -> list[Record]:
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [
        (
            [record["title"], record["text"]],
            {(fold(short), fold(long)) for short, long in record["pairs"]},
        )
        for record in records
    ]


def found(texts: list[str]) -> set[Pair]:
    return {(fold(one.short), fold(one.long)) for text in texts for one in definitions(text)}


def measure(records: list[Record]) -> Score:
    score = Score()
    for texts, gold in records:
        pairs = found(texts)
        score.right += len(pairs & gold)
        score.wrong += len(pairs - gold)
        score.missed += len(gold - pairs)
    return score


def errors(records: list[Record]) -> list[str]:
    lines = []
    for texts, gold in records:
        pairs = found(texts)
        lines += [f"missed  {short} = {long}" for short, long in sorted(gold - pairs)]
        lines += [f"wrong   {short} = {long}" for short, long in sorted(pairs - gold)]
    return lines


def milliseconds(records: list[Record], characters: int = 1300) -> float:
    """What so many characters of text take."""
    texts = [text for texts, _ in records for text in texts]
    start = time.perf_counter()
    for text in texts:
        definitions(text)
    return (time.perf_counter() - start) * 1000 * characters / sum(map(len, texts))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("--errors", action="store_true", help="list what is missed and wrong")
    options = arguments.parse_args()
    records = read_gold(options.gold)
    sys.stdout.write(f"even lines  {measure(records[1::2])}\n")
    sys.stdout.write(f"odd lines   {measure(records[::2])}\n")
    sys.stdout.write(f"all         {measure(records)}\n")
    sys.stdout.write(f"{milliseconds(records):.3f} ms for 1,300 characters\n")
    if options.errors:
        sys.stdout.writelines(f"{line}\n" for line in errors(records))


if __name__ == "__main__":
    main()
