"""Recognition of concepts: the longest spelling of the vocabulary at each place of a text.

All spellings are kept in one trie over the words without their inflections. In documents every
occurrence counts, except within a longer one of the same meaning (multiple sclerosis in
relapsing-remitting multiple sclerosis) or of another one (a guard). Both sides of and, or, and a
slash share a word: "Secondary and Primary Progressive MS" is both courses, "interferon beta-1a or
1b" both substances; the mention of what shares is its own word alone. The order of library
catalogues is understood too: "Multiple Sclerosis, Relapsing-Remitting". Phrases of lay
people are read in queries only.

A short form is compared letter by letter: CIs are no CIS. A spelling after a negating prefix
(non-MS) is no mention.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.concepts.inflections import Inflections
from index.concepts.lay import LayPhrases
from index.concepts.trie import AFTER, BEFORE, Trie
from index.text.tokenizer import Gap, token_table
from index.text.words import KIND, SLASH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.concepts.trie import Walk
    from index.concepts.vocabulary import Concept, Vocabulary
    from index.text.words import WordTable

CONJUNCTIONS = frozenset({"and", "or"})
NEGATING = frozenset("non un a an dis dys hypo hyper intra extra".split())
"""Prefixes that, before a hyphen, make another word of the one that follows."""

OPPOSED = "anti"
"""Prefix that makes a remedy of a symptom (anti-fatigue); before others it names what is met by
an antibody or a medicine (anti-CD20)."""

SYMPTOM = "symptom"  # the kind

_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
_LONG_WORD = 6  # letters; one or two shorter words in capitals may be short forms
_CODE = re.compile(r"\d:\d")  # fields of a code: HLA-DRB1*15:01
_HYPHENS = "-‐‑"
_PARTED = re.compile(r"(?<=[^\W\d_])[\W_]+(?=[^\W\d_])")


class Case(IntEnum):
    """When the letter case of a short form matters."""

    IN_TEXTS = 1
    ALWAYS = 2


class Way(IntEnum):
    """How the words of a spelling stand in a text."""

    STRAIGHT = 0
    COORDINATED = 1
    INVERTED = 2
    LAY = 3


class Mention(NamedTuple):
    """A concept in a text, from word ``first`` to word ``last``; ``text[start:end]`` is written.

    ``is_shared`` tells that the words are only part of a spelling, the rest of which stands on the
    other side of an and, an or, or a slash.
    """

    concept: str
    first: int
    last: int
    start: int
    end: int
    is_shared: bool = False


class _ShortForm(NamedTuple):
    concept: Concept
    case: Case
    written: str
    joined: str  # its forms as one


class SpellingMatch(NamedTuple):
    """A spelling in a text, from word ``first`` to word ``last``, even one that does not count."""

    concept: Concept
    first: int
    last: int
    spelling: str
    way: Way = Way.STRAIGHT


class Recognizer:
    """Finds the concepts of a vocabulary in texts and in queries. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        concepts = vocabulary.concepts.values()
        self._inflections = Inflections(
            (one for concept in concepts for one in concept.spellings),
            (one for concept in concepts for one in (*concept.short, *concept.capitals)),
        )
        self._terms = self._inflections.terms
        self._trie = Trie(CONJUNCTIONS, self._terms)
        self._plain: defaultdict[int, list[tuple[Concept, str]]] = defaultdict(list)
        self._shorts: defaultdict[int, list[_ShortForm]] = defaultdict(list)
        self._above = {id_: frozenset(vocabulary.broader(id_)) for id_ in vocabulary.concepts}
        for concept in concepts:
            for spelling in concept.spellings:
                self._add(spelling, concept)
            for spelling in concept.short:
                self._add_short(spelling, _short_form(concept, Case.IN_TEXTS, spelling))
            for spelling in concept.capitals:
                self._add_short(spelling, _short_form(concept, Case.ALWAYS, spelling))
        for concept in concepts:
            for spelling in concept.short:
                # In a query another short form comes before a plural.
                self._add_short(f"{spelling}s", _short_form(concept, Case.IN_TEXTS, spelling))

    @cached_property
    def _lay(self) -> LayPhrases:  # a build asks for none
        return LayPhrases(self._vocabulary.concepts.values())

    def in_document(self, table: WordTable) -> list[Mention]:
        """Every mention in a text, in the order of the text."""
        matches = self.matches(table, is_query=False)
        longer = _covering(match for match in matches if match.last > match.first)
        heard = [
            match
            for match in matches
            if not match.concept.is_guard
            and not (
                match.first in longer
                and any(self.silences(other, match) for other in longer[match.first])
            )
        ]
        return counted_once(_mentions(heard, table))

    def in_query(self, table: WordTable) -> list[Mention]:
        """The longest mentions of a reader's words, none within another."""
        return self.named(self.matches(table, is_query=True), table)

    @staticmethod
    def named(matches: Iterable[SpellingMatch], table: WordTable) -> list[Mention]:
        """The mentions among all matches of a reader's words."""
        kept = Recognizer.longest(matches)
        return _mentions((match for match in kept if not match.concept.is_guard), table)

    def matches(self, table: WordTable, *, is_query: bool) -> list[SpellingMatch]:
        """Every spelling that a text holds, also those that do not count beside a longer one."""
        walk = self._trie.over(table)
        text, gaps = table.text, table.gaps
        shouted = is_shouted(table)
        starts = table.starts
        has_non = "non " in text or "Non " in text
        may_be_code = ":" in text and _CODE.search(text) is not None
        known, shorts = self._plain, self._shorts
        plain: list[SpellingMatch] = []
        beside: list[tuple[SpellingMatch, int]] = []
        for first, end, reached, bits in walk.straight():
            may_be_negated = gaps[first] & KIND != Gap.BREAK and (
                has_non or text[starts[first] - 1] in _HYPHENS
            )
            prefix = _prefix(table, first) if may_be_negated else ""
            if prefix in NEGATING:
                continue
            code = self._whole_code(table, reached, end) if may_be_code else (reached, end)
            if code is None:
                continue
            node, last = code
            ended = [SpellingMatch(one, first, last, way) for one, way in known.get(node, ())]
            if node in shorts:
                short = self._short_matches(
                    table, node, first, last, is_query=is_query, shouted=shouted
                )
                ended += short
            if prefix == OPPOSED:
                ended = [match for match in ended if match.concept.kind != SYMPTOM]
            plain += ended
            if bits:
                beside += [(match, bits) for match in ended]
        coordinated = self._coordinated(table, beside, plain) if beside else ()
        inverted = self._inverted(walk, plain) if ", " in text else ()
        lay = (SpellingMatch(*one, Way.LAY) for one in self._lay.over(table)) if is_query else ()
        return [*plain, *coordinated, *inverted, *lay]

    @staticmethod
    def longest(matches: Iterable[SpellingMatch]) -> list[SpellingMatch]:
        """The matches of a query that count: the longest first, and none within another."""
        kept: list[SpellingMatch] = []
        for match in sorted(matches, key=lambda match: (match.first - match.last, match.first)):
            if all(_get_along(match, other) for other in kept):
                kept.append(match)
        return kept

    def rows(self, spelling: str) -> Iterator[list[str]]:
        """The rows of terms that a spelling is recognized by; spellings that share one are one."""
        return self._inflections.rows(spelling)

    def _add(self, spelling: str, concept: Concept) -> None:
        for row in self.rows(spelling):
            found = self._plain[self._trie.add(row)]
            if all(other is not concept for other, _ in found):
                found.append((concept, spelling))

    def _add_short(self, spelling: str, short: _ShortForm) -> None:
        for row in self.rows(spelling):
            node = self._trie.add(row)
            if all(other is not short.concept for other, _ in self._plain.get(node, ())):
                found = self._shorts[node]
                if short not in found:
                    found.append(short)

    def _short_matches(
        self,
        table: WordTable,
        node: int,
        first: int,
        last: int,
        *,
        is_query: bool,
        shouted: bool,
    ) -> list[SpellingMatch]:
        """The matches of the short forms that end at a node."""
        found: list[SpellingMatch] = []
        plurals: list[SpellingMatch] = []
        forms = "".join(table.forms[first : last + 1])
        written = table.written(first, last)
        for concept, case, spelling, joined in self._shorts[node]:
            is_plural = forms == f"{joined}s"
            if forms != joined and not is_plural:
                continue
            if shouted or (case is Case.IN_TEXTS and is_query):
                fits = case is Case.IN_TEXTS and not (is_query and _is_name(table, first, last))
            else:
                fits = _capitals_fit(spelling, written, is_plural=is_plural)
            if fits:
                matches = plurals if is_plural else found
                matches.append(SpellingMatch(concept, first, last, spelling))
        return found or plurals

    def _whole_code(self, table: WordTable, node: int, last: int) -> tuple[int, int] | None:
        """The node and the last word of a match with the fields of a code that follow it.

        None if they make another code of it: HLA-DRB1*15:03 is no HLA-DRB1*15:01.
        """
        text, forms, ends = table.text, table.forms, table.ends
        is_known = last > 0 and forms[last].isdigit() and forms[last - 1].isdigit()
        while (
            forms[last].isdigit()
            and text.startswith(":", ends[last])
            and last + 1 < len(forms)
            and table.starts[last + 1] == ends[last] + 1
            and forms[last + 1].isdigit()
        ):
            following = self._trie.step(node, self._terms[forms[last + 1]])
            if following is None and not is_known:
                return None
            node, last, is_known = node if following is None else following, last + 1, True
        return node, last

    def _coordinated(
        self,
        table: WordTable,
        beside: Iterable[tuple[SpellingMatch, int]],
        plain: Iterable[SpellingMatch],
    ) -> Iterator[SpellingMatch]:
        """Matches that share their head or their tail with a plain one across and, or, a slash.

        A word that belongs to a spelling of its own shares nothing: "relapsing-remitting and
        progressive MS" is no progressive relapsing MS. Nor do the halves of a compound part.
        """
        found: list[tuple[int, bool, SpellingMatch]] = []
        for match, bits in beside:
            _, first, last, *_ = match
            before = _partner(table, first, -1) if bits & BEFORE else None
            # A plural is the end of a phrase of its own: "relapses and disease progression".
            if before is not None and not self._is_plural(table.forms[before]):
                is_tied = _is_compound(table, first + 1) and not _has_hyphen(table, before)
                path = () if is_tied else (before, *range(first + 1, last + 1))
                found += [(before, True, one) for one in self._across(table, path, before, first)]
            after = _partner(table, last, 1) if bits & AFTER else None
            if after is not None:
                path = () if _is_compound(table, last) else (*range(first, last), after)
                found += [(after, False, one) for one in self._across(table, path, after, last)]
        if found:
            phrases = [match for match in plain if match.last > match.first]
            begun, ended = {match.first for match in phrases}, {match.last for match in phrases}
            for own, is_before, match in found:
                if own not in (ended if is_before else begun):
                    yield match

    def _across(
        self, table: WordTable, path: Sequence[int], own: int, other: int
    ) -> Iterator[SpellingMatch]:
        """Matches at one word of the words of a path, taken as if they followed each other.

        The word stands there instead of another one.
        """
        if len(path) < 2:
            return
        terms, forms = self._terms, table.forms
        node = self._trie.find(terms[forms[place]] for place in path)
        if node is not None and terms[forms[own]] != terms[forms[other]]:
            for concept, written in self._plain.get(node, ()):
                yield SpellingMatch(concept, own, own, written, Way.COORDINATED)

    def _is_plural(self, form: str) -> bool:
        return form.endswith("s") and not self._terms[form].endswith("s")

    def _inverted(self, walk: Walk, plain: Sequence[SpellingMatch]) -> Iterator[SpellingMatch]:
        """Matches in catalogue order, where the last part between commas is read first.

        Only what stands alone can be one: within a sentence a comma parts the items of a list. So
        it does where the last part names something else ("fatigue, pain").
        """
        for first, last, node, read_first in walk.inverted():
            meanings = {m.concept.id for m in plain if (m.first, m.last) == (read_first, last)}
            for concept, written in self._plain.get(node, ()):
                meant = {concept.id} | self._above[concept.id]
                if meanings <= meant:
                    yield SpellingMatch(concept, first, last, written, Way.INVERTED)

    def silences(self, longer: SpellingMatch, match: SpellingMatch) -> bool:
        """Whether a match adds no meaning beside a longer one that holds it."""
        return (
            longer.first <= match.first
            and match.last <= longer.last
            and longer.last - longer.first > match.last - match.first
            and (
                longer.concept.is_guard
                or longer.concept.id == match.concept.id
                or match.concept.id in self._above[longer.concept.id]
            )
        )


def _partner(table: WordTable, place: int, step: int) -> int | None:
    """The word on the other side of and, or, or a slash; ``place + step`` is a word."""
    beside, beyond = place + step, place + 2 * step
    if 0 <= beyond < len(table.forms) and table.forms[beside] in CONJUNCTIONS:
        return beyond
    return beside if table.gaps[max(place, beside)] & SLASH else None


def _covering(matches: Iterable[SpellingMatch]) -> dict[int, list[SpellingMatch]]:
    """The matches at each word."""
    covering: dict[int, list[SpellingMatch]] = {}
    for match in matches:
        for place in range(match.first, match.last + 1):
            covering.setdefault(place, []).append(match)
    return covering


def _short_form(concept: Concept, case: Case, spelling: str) -> _ShortForm:
    return _ShortForm(concept, case, spelling, "".join(token_table(spelling).forms))


def _prefix(table: WordTable, first: int) -> str:
    """The prefix in small letters before a word: with a hyphen, or "non" with a space."""
    if not first:
        return ""
    start, end = table.starts[first - 1], table.ends[first - 1]
    before = table.text[start:end]
    kind = table.gaps[first] & KIND
    if kind == Gap.SPACE:
        return "non" if before in {"non", "Non"} else ""
    is_hyphen = table.starts[first] > end
    if is_hyphen and (before.islower() or (before.istitle() and len(before) > 1)):
        return before.lower()
    return ""


def _is_compound(table: WordTable, place: int) -> bool:
    """Whether a hyphen ties a word to the one before it, neither of them being a number."""
    if place >= len(table.forms) or table.gaps[place] & KIND != Gap.HYPHEN:
        return False
    return table.forms[place].isalpha() and table.forms[place - 1].isalpha()


def _has_hyphen(table: WordTable, place: int) -> bool:
    """Whether a hyphen stands behind a word that leaves its second half to another: pre- and."""
    return table.text.startswith(("-", "‐", "‑"), table.ends[place])


def is_shouted(table: WordTable) -> bool:
    """Whether a text is set wholly in capitals, so that they tell nothing of short forms."""
    if not table.text.isupper():
        return False
    return len(table.forms) > 2 or any(len(form) >= _LONG_WORD for form in table.forms)


def _is_name(table: WordTable, first: int, last: int) -> bool:
    """Whether a reader typed a month or a title of address: Oct 2003, Ms. Smith."""
    written = table.written(first, last)
    if not written[0].isupper() or written[1:] != written[1:].lower():
        return False
    following = table.forms[last + 1] if last + 1 < len(table.forms) else ""
    before = table.forms[first - 1] if first else ""
    if table.forms[first] in _MONTHS:
        return following.isdigit() or before.isdigit()
    return bool(following) and table.text.startswith(".", table.ends[last])


@lru_cache(maxsize=1 << 14)
def _capitals_fit(spelling: str, written: str, *, is_plural: bool) -> bool:
    """Whether a short form is written in capitals, or as its spelling: IVIg is IVIG.

    A small s at the end is a plural and no S of the spelling: CIs are no CIS. A hyphen between
    letters of the spelling has to be there: COPI is no COP-I.
    """
    known = "".join(filter(str.isalnum, spelling))
    found = "".join(filter(str.isalnum, written))
    if is_plural:
        if not found.endswith("s"):
            return False
        found = found[:-1]
    if len(known) != len(found):  # IFN-β, IFN-beta
        return sum(map(str.isupper, found)) >= sum(map(str.isupper, known))
    if _PARTED.search(spelling) and not _PARTED.search(written):
        return False
    is_other_plural = known.endswith("S") and found.endswith("s")
    return not is_other_plural and (known == found or sum(map(str.isupper, found)) > 1)


def _get_along(one: SpellingMatch, other: SpellingMatch) -> bool:
    """Whether both may count in a query: apart, the same words, or two sides of an "and"."""
    return (
        one.last < other.first
        or other.last < one.first
        or (one.first, one.last) == (other.first, other.last)
        or (one.way is Way.COORDINATED) is not (other.way is Way.COORDINATED)
    )


def counted_once(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions in order, without those that say the same of some words again.

    "IntraVenous ImmunoGlobulin Treatment" names one substance, not two that overlap.
    """
    reached: dict[str, int] = {}
    kept = []
    for mention in mentions:
        if mention.first > reached.get(mention.concept, -1):
            reached[mention.concept] = mention.last
            kept.append(mention)
    return kept


def _mentions(matches: Iterable[SpellingMatch], table: WordTable) -> list[Mention]:
    """The mentions of matches, in the order of the text, the longest first, each once."""
    places: dict[tuple[int, int, str], bool] = {}
    for match in matches:
        place = match.first, -match.last, match.concept.id
        is_shared = match.way is Way.COORDINATED
        places[place] = places.get(place, True) and is_shared
    starts, ends = table.starts, table.ends
    return [
        Mention(concept, first, -last, starts[first], ends[-last], is_shared)
        for (first, last, concept), is_shared in sorted(places.items())
    ]
