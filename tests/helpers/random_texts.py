"""Random abstracts of a few words, and random queries of everything that the language has."""

from __future__ import annotations

import dataclasses
import random

from corpus import Abstract, Author, Section
from index import Concept, Vocabulary

NATO = Vocabulary.of(
    [
        Concept("letter", "early letter", "test", "One of the first letters."),
        Concept("ab", "alfa bravo", "test", "Two letters.", ("bravo alfa",), broader=("letter",)),
        Concept("cd", "charlie delta", "test", "Two.", short=("CD",), broader=("letter",)),
        Concept("golfing", "golf course", "test", "A place."),
    ]
)
WORDS = (
    *("alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"),
    *("golf course", "early letter", "CD", "alfas", "hoteling", "auto-immune", "autoimmune"),
    *("followup", "follow-up", "follow up", "the", "of", "0.41", "T2-lesion", "echo hotel box"),
    *("echo hotel box (EHB)", "EHB", "Sørensen"),
)
NAMES = (("Gold", "R"), ("Golding", "PS"), ("Sørensen", "PS"), ("Smith", "R"), ("O'Connor", "P"))
JOURNALS = ("Lancet", "J Neurol Sci", "Mult Scler", "J Neurol")
TOPICS = ("IVIG", "MRI", "quality of life")


def random_abstracts(seed: int, count: int) -> list[Abstract]:
    """Abstracts of few words; some have no text, some no title, some are copies of others."""
    chance = random.Random(seed)
    commoner = [2.0 / (1 + number // 2) + 0.2 for number in range(len(WORDS))]

    def text(longest: int) -> str:
        words = chance.choices(WORDS, commoner, k=chance.randint(0, longest))
        if chance.random() < 0.05:  # more often than fits into the byte of a posting
            words += [chance.choice(WORDS)] * chance.choice((4, 70))
        joints = chance.choices((" ", ", ", ". ", "\n"), (16, 2, 1, 1), k=len(words))
        return "".join(map("".join, zip(words, joints, strict=True))).strip(" ,.\n")

    found: list[Abstract] = []
    for number in range(count):
        paragraphs = tuple(filter(None, (line.strip(" ,.") for line in text(25).split("\n"))))
        made = Abstract(
            pmid=f"A{number}" if chance.random() < 0.1 else str(1000 + number),
            title=text(4).replace("\n", " "),
            sections=(Section(chance.choice((None, "Methods")), paragraphs),) if paragraphs else (),
            year=chance.choice((None, *range(1999, 2008))),
            authors=tuple(Author(*name) for name in chance.sample(NAMES, chance.randint(0, 3))),
            journal=chance.choice((None, *JOURNALS)),
            topics=tuple(chance.sample(TOPICS, chance.randint(0, 2))),
        )
        if found and chance.random() < 0.15:
            copied = chance.choice(found)
            made = dataclasses.replace(made, title=copied.title, sections=copied.sections)
        found.append(made)
    return found


class Queries:
    """Random queries of everything that the language has."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def query(self, depth: int = 0) -> str:
        items = [self._item(depth) for _ in range(self._chance.choice((1, 1, 2, 2, 3, 4)))]
        text = items[0]
        for item in items[1:]:
            text += self._chance.choice((" ", " ", " ", " OR ", " AND ")) + item
        return text

    def _item(self, depth: int) -> str:
        kind = self._chance.choices(
            (self._words, self._phrase, self._prefix, self._text_field, self._name),
            (8, 2, 2, 2, 1),
        )[0]
        if depth < 3 and self._chance.random() < 0.15:
            return f"({self.query(depth + 1)})"
        if self._chance.random() < 0.1:
            kind = self._chance.choice((self._concept, self._years, self._pmid))
        return self._chance.choice(("-", "NOT ") + ("",) * 12) + kind()

    def _word(self) -> str:
        return self._chance.choice((*WORDS, "zulu", "bravo alfa"))

    def _words(self) -> str:
        return " ".join(self._word() for _ in range(self._chance.choice((1, 1, 2, 3))))

    def _phrase(self) -> str:
        return f'"{self._words()}"'

    def _prefix(self) -> str:
        form = self._chance.choice([word for word in WORDS if word.isalpha() and len(word) > 2])
        return f"{form[: self._chance.randint(2, len(form))]}*"

    def _text_field(self) -> str:
        inner = self._chance.choice((self._word, self._phrase, self._prefix, self._bracket))()
        return f"{self._chance.choice(('title', 'abstract'))}:{inner}"

    def _bracket(self) -> str:
        return f"({self.query(2)})"

    def _name(self) -> str:
        return self._chance.choice(
            (
                *("author:gold", 'author:"gold r"', 'author:"r gold"', "author:go*", "author:ps"),
                *("author:(gold OR smith)", "author:(gold -smith)", "author:sorensen"),
                *("journal:neurol", 'journal:"j neurol"', "journal:lancet", "journal:j*"),
                *("topic:mri", 'topic:"quality of life"', "affiliation:nowhere"),
            )
        )

    def _concept(self) -> str:
        named = ("ab", "letter", '"early letter"', "(ab OR cd)", "(letter -ab)", "golfing", "zulu")
        return f"concept:{self._chance.choice(named)}"

    def _years(self) -> str:
        first, last = sorted(self._chance.choices(range(1998, 2009), k=2))
        return f"year:{self._chance.choice((f'{first}..{last}', f'{first}..', f'..{last}', last))}"

    def _pmid(self) -> str:
        return self._chance.choice(("pmid:1007", "pmid:10*", "pmid:(1003 OR 1010)", "pmid:1"))
