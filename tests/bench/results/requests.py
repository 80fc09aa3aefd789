"""Seeded requests of every kind that the query language has."""

from __future__ import annotations

import random
import re
from itertools import cycle, islice
from typing import TYPE_CHECKING, NamedTuple

from speed import texts
from speed.queries import Sampler
from speed.texts import Text

from corpus import Report, bundled_corpus, gather
from index import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from corpus import Abstract

SEED = 20261201
LATIN = "abcdefghijklmnopqrstuvwxyz"
LIMIT_CASES = (
    "",
    " ",
    "the of and",
    "()",
    '""',
    '"relapse rate',
    "relapse)",
    "(relapse",
    "OR",
    "-",
    "NOT NOT relapse",
    "relapse OR",
    "colour:red relapse",
    "a*",
    "year:relapse",
    "concept:nothing-of-the-kind",
    "author:",
    "“relapse rate”",
    "β-interferon INTERFERON-ß",
    "(((relapse)))",
    "relapse " * 90,
    "immunoglobulin" * 50,
)
"""Texts at or beyond the limits of the query language."""

_WORD = re.compile(r"[A-Za-z]{4,}")


class Request(NamedTuple):
    """The arguments of one search."""

    q: str
    page: int = 1
    per_page: int = 10
    off: tuple[str, ...] = ()


def drawn(shared: Path, count: int, *, seed: int = SEED) -> list[Request]:
    """That many different requests; the same files, vocabulary and seed give the same ones."""
    chance = random.Random(seed)
    source = _Source(shared, chance)
    found: dict[Request, None] = dict.fromkeys(map(Request, LIMIT_CASES))
    makers = [
        lambda: Request(source.words()),
        lambda: Request(source.phrase()),
        lambda: Request(source.operators()),
        lambda: Request(source.prefix()),
        lambda: Request(source.field()),
        lambda: Request(source.years()),
        lambda: Request(source.spelling()),
        lambda: Request(source.concept()),
        lambda: Request(source.typing_error()),
        lambda: Request(source.patient()),
        lambda: Request(source.claim()),
        source.switched_off,
        source.further_page,
    ]
    for make in islice(cycle(makers), 20 * count):
        if len(found) >= count:
            break
        found[make()] = None
    return list(found)[:count]


class _Source:
    """Draws parts of queries from the texts, the vocabulary and the files of queries."""

    def __init__(self, shared: Path, chance: random.Random) -> None:
        self._chance = chance
        self._bundled = list(gather([bundled_corpus()], Report()))
        vocabulary = Vocabulary.bundled().concepts.values()
        self._concepts = [concept for concept in vocabulary if not concept.is_guard]
        small = [_plain(abstract) for abstract in self._bundled]
        large = texts.read(shared / "scale" / "abstracts.jsonl.gz")
        self._texts = (small, large)
        sampler = Sampler(
            large, shared / "judged" / "scifact-train" / "queries.jsonl", chance.getrandbits(32)
        )
        self._drawn = {
            kind: cycle([query.typed for query in sampler.draw(kind, 100)] or ["relapse"])
            for kind in (
                "claims",
                "patients",
                "rare word",
                "common word",
                "three middling words",
                "twelve words",
                "common phrase",
                "rarer phrase",
                "prefix",
                "years",
            )
        }

    def words(self) -> str:
        kinds = ("rare word", "common word", "three middling words", "twelve words", "")
        kind = self._chance.choice(kinds)
        if kind:
            return next(self._drawn[kind])
        return " ".join(self._word() for _ in range(self._chance.randint(1, 4)))

    def phrase(self) -> str:
        kind = self._chance.choice(("common phrase", "rarer phrase", ""))
        return next(self._drawn[kind]) if kind else f'"{self._run()}"'

    def operators(self) -> str:
        first, second, third = (self._operand() for _ in range(3))
        forms = (
            f"{first} OR {second}",
            f"{first} AND {second}",
            f"{first} -{second}",
            f"{first} NOT {second}",
            f"({first} OR {second}) {third}",
            f"({first} AND {second}) OR {third}",
            f"{first} NOT ({second} OR {third})",
            f"{first} | {second} | {third}",
            f"(({first}) ({second} AND {third}))",
            f"{first} OR {second} {third}",
        )
        return self._chance.choice(forms)

    def prefix(self) -> str:
        if self._chance.random() < 0.5:
            return next(self._drawn["prefix"])
        word = self._word()
        start = word[: self._chance.randint(2, len(word))]
        return self._chance.choice((f"{start}*", f"{self._word()} {start}*", f"title:{start}*"))

    def field(self) -> str:
        abstract = self._chance.choice(self._bundled)
        author = self._chance.choice(abstract.authors).surname if abstract.authors else "Smith"
        word = self._word()
        topic = self._chance.choice(abstract.topics) if abstract.topics else word
        forms = (
            f"author:{author}",
            f'author:"{author}" {word}',
            f"au:{author.lower()[:4]}*",
            f"title:{word}",
            f'title:"{self._run()}"',
            f"title:({word} OR {self._word()})",
            f"abstract:{word} -title:{self._word()}",
            f'journal:"{abstract.journal or word}"',
            f'topic:"{topic}"',
            f"affiliation:{word}",
            f"pmid:{abstract.pmid}",
            f"{abstract.pmid}",
            f"{word} author:{author}",
        )
        return self._chance.choice(forms)

    def years(self) -> str:
        first = self._chance.randint(1996, 2008)
        last = first + self._chance.randint(0, 5)
        forms = (f"year:{first}", f"year:{first}..", f"year:..{last}", f"year:{first}..{last}")
        return f"{self._operand()} {self._chance.choice(forms)}"

    def spelling(self) -> str:
        written = self._spelling()
        other = self._chance.choice((self._word(), self._spelling()))
        return self._chance.choice((written, f"{written} {other}", f"{other} {written}"))

    def concept(self) -> str:
        one, other = self._chance.choices(self._concepts, k=2)
        forms = (
            f"concept:{one.id}",
            f'concept:"{one.name}"',
            f"{self._word()} concept:{one.id}",
            f"concept:({one.id} OR {other.id})",
            f"{self._word()} -concept:{one.id}",
        )
        return self._chance.choice(forms)

    def typing_error(self) -> str:
        word = self._word()
        place = self._chance.randrange(1, len(word))
        letter = self._chance.choice(LATIN)
        forms = (
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
        )
        wrong = self._chance.choice(forms)
        return self._chance.choice((wrong, f"{self._word()} {wrong}", f'"{wrong} {word}"'))

    def patient(self) -> str:
        return next(self._drawn["patients"])

    def claim(self) -> str:
        return next(self._drawn["claims"])

    def switched_off(self) -> Request:
        one, other = self._chance.choices(self._concepts, k=2)
        off = (one.id, f"{one.id}.narrower", f"{other.id}.narrower", "nothing-of-the-kind")
        written = self._chance.choice(one.written or (one.name,))
        chosen = tuple(sorted(self._chance.sample(off, self._chance.randint(1, 3))))
        return Request(f"{written} {self._spelling()}", off=chosen)

    def further_page(self) -> Request:
        page, per_page = self._chance.choice(((2, 10), (3, 25), (1, 100), (999, 10), (0, 0)))
        return Request(self._operand(), page=page, per_page=per_page)

    def _operand(self) -> str:
        return self._chance.choice((self._word, self._spelling, self._quoted))()

    def _quoted(self) -> str:
        return f'"{self._run()}"'

    def _spelling(self) -> str:
        concept = self._chance.choice(self._concepts)
        return self._chance.choice(concept.written or (concept.name,))

    def _word(self) -> str:
        return self._chance.choice(_WORD.findall(self._text()) or ["relapse"])

    def _run(self) -> str:
        words = re.sub(r'["()]', " ", self._text()).split() or ["relapse"]
        start = self._chance.randrange(len(words))
        return " ".join(words[start : start + self._chance.randint(1, 4)])

    def _text(self) -> str:
        text = self._chance.choice(self._chance.choice(self._texts))
        return f"{text.title} {text.abstract}"


def _plain(abstract: Abstract) -> Text:
    return Text(abstract.pmid, abstract.title, abstract.text, abstract.year or 0)
