"""A query tree to clauses: words become terms, and concepts with all their spellings.

This is where the vocabulary is applied to what a reader typed, by the same recognizer that marked
the documents, and where the reader is told what was made of each word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from index.schema import NAME_FIELDS, TEXT_FIELDS, field_of
from index.text.stemmer import stem, stop_words
from index.text.tokenizer import Gap, fold, token_table
from search.abbreviations import Abbreviations, sequence
from search.clauses import (
    Any,
    Between,
    Clause,
    Every,
    Hint,
    Name,
    Only,
    Ranked,
    Sequence,
    Term,
    Terms,
    Without,
    hint_of,
    or_in_a_row,
    word_of,
)
from search.concepts import Teller, concept_called, learned
from search.query import All, Either, Fielded, Group, Node, Not, Phrase, Prefix, Query, Words, Years
from search.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence as Many

    from index.analyzer import Layer, QueryText
    from index.concepts.recognizer import Mention
    from index.published import Published
    from index.segment.reader import IndexReader
    from index.text.words import Word
    from search.ranking import Weights
    from search.results import Expansion

MOST_FORMS = 200
"""How many words the beginning of a word may stand for; those of most abstracts are taken."""

MOST_FORMS_TOGETHER = 1000
"""How many words all beginnings of a query together may stand for."""

_PMID_DIGITS = 7


# By the postings, which have an owner, so that what is kept goes with the last searcher of them.
_generations: WeakKeyDictionary[IndexReader, tuple[Abbreviations, Teller]] = WeakKeyDictionary()


def _kept(published: Published, postings: IndexReader) -> tuple[Abbreviations, Teller]:
    """What is made once a generation, and not once a query."""
    found = _generations.get(postings)
    if found is None:
        made = Abbreviations(published.agreement), Teller(published)
        found = _generations.setdefault(postings, made)
    return found


class Expander:
    """Expands one query; afterwards it holds what there is to tell the reader.

    ``missing`` are the reader's words that no abstract has; ``conditions`` the concepts named by
    ``concept:``, which are taken at their word, whatever is off.
    """

    def __init__(
        self,
        published: Published,
        postings: IndexReader,
        *,
        off: Collection[str] = (),
        weights: Weights,
    ) -> None:
        self._published = published
        self._analyzer = published.analyzer
        self._vocabulary = published.analyzer.vocabulary
        self._postings = postings
        self._abbreviations, self._teller = _kept(published, postings)
        self._switches = Switches(off, self._vocabulary)
        self._weights = weights
        self.expansions: dict[str, Expansion] = {}
        self.conditions: dict[str, None] = {}
        self.notes: list[str] = []
        self.missing: list[str] = []
        self._stopped: dict[str, tuple[str, ...]] = {}
        self._prefixes: dict[tuple[str, tuple[str, ...]], Terms] = {}
        self._forms_left = MOST_FORMS_TOGETHER
        self._is_excluding = False

    def expand(self, query: Query) -> Ranked:
        """The clauses of a query. Words too common to rank count only where nothing else does."""
        clauses = self._group(query.root, TEXT_FIELDS)
        self.notes += self._switches.notes()
        if not clauses and self._stopped:
            clauses = [
                Terms(form, (Term(form),), "exact", fields)
                for form, fields in self._stopped.items()
            ]
        elif self._stopped:
            words = ", ".join(self._stopped)
            self.notes.append(f"Too common to search for: {words}.")
        return Ranked(tuple(clauses))

    def _group(self, group: Group, fields: tuple[str, ...]) -> list[Clause]:
        return [clause for item in group.items for clause in self._clauses(item, fields)]

    def _clauses(self, node: Node, fields: tuple[str, ...]) -> list[Clause]:
        """What a node adds to the group that it stands in."""
        match node:
            case Words(text):
                return self._words(text, fields)
            case Phrase(text):
                forms = tuple(token_table(text).forms)
                return [self._sequence(text, forms, fields)] if forms else []
            case Prefix(text):
                return self._prefix(text, fields)
            case Years(first, last, text):
                return [Between(text, first, last)]
            case Fielded(name, item):
                return self._fielded(name, item)
            case Not(item):
                inner = self._quietly(item, fields)
                return [Without(Every(tuple(inner)))] if inner else []
            case Either(items):
                return self._either(items, fields)
            case All(items):
                sides = [self._clauses(item, fields) for item in items]
                every = tuple(Ranked(tuple(side)) for side in sides if side)
                return [Every(every)] if every else []
            case Group():
                inner = self._group(node, fields)
                return [_bracket(inner)] if inner else []

    def _either(self, items: tuple[Node, ...], fields: tuple[str, ...]) -> list[Clause]:
        """OR ties its neighbours: in "multiple sclerosis OR EAE relapse" the two diseases."""
        chains: list[list[Clause]] = []
        hints: list[Clause] = []
        for item in items:
            clauses = self._clauses(item, fields)
            hints += [clause for clause in clauses if isinstance(clause, Hint)]
            reasons = [clause for clause in clauses if not isinstance(clause, Hint)]
            if chains and reasons:
                chains[-1].append(reasons.pop(0))
            chains.extend([reason] for reason in reasons)
        return [*(chain[0] if len(chain) == 1 else Any(tuple(chain)) for chain in chains), *hints]

    def _fielded(self, name: str, item: Node) -> list[Clause]:
        if name in TEXT_FIELDS:
            inner = self._clauses(item, (name,))
            return [Every(tuple(inner))] if inner else []
        if name == "concept":
            return self._conditions(item)
        return self._named(name, item)

    def _conditions(self, node: Node) -> list[Clause]:
        """What ``concept:`` asks for: all that stands in its brackets."""
        match node:
            case Words(text) | Phrase(text) | Years(text=text):
                return self._condition(text)
            case Prefix(text):
                return self._condition(f"{text}*")
            case Fielded(name, item):
                return self._fielded(name, item)
            case Not(item):
                inner = self._conditions(item)
                return [Without(Every(tuple(inner)))] if inner else []
            case Either(items):
                sides = [Every(tuple(side)) for item in items if (side := self._conditions(item))]
                return [Any(tuple(sides))] if sides else []
            case All(items) | Group(items):
                return [clause for item in items for clause in self._conditions(item)]

    def _condition(self, text: str) -> list[Clause]:
        """Abstracts that speak of a concept: only those, and those first that do so most."""
        id_ = concept_called(self._analyzer, text)
        if id_ is None:
            self.notes.append(f"“{text}” is no concept here; it was taken as plain words.")
            return self._words(text, TEXT_FIELDS)
        self.conditions.setdefault(id_)
        leaf = self._teller.speaking(f"concept:{text}", id_, self._weights.narrower, TEXT_FIELDS)
        return [Only(leaf), Hint(leaf, 1.0)]

    def _named(self, name: str, node: Node) -> list[Clause]:
        """What is asked of a field that is not ranked: all that stands in its brackets."""
        match node:
            case Words(text):
                return [clause for word in text.split() for clause in self._name(name, word)]
            case Phrase(text) | Years(text=text):
                return self._name(name, text)
            case Prefix(text):
                forms = self._postings.beginning((name,), fold(text), MOST_FORMS).forms
                names = [Name(f"{name}:{text}*", name, (form,)) for form in forms]
                return [Any(tuple(names))] if names else self._name(name, f"{text}*")
            case Fielded(item=item):
                return self._named(name, item)
            case Not(item):
                return [Without(Every(tuple(inner)))] if (inner := self._named(name, item)) else []
            case Either(items):
                sides = [Every(tuple(side)) for item in items if (side := self._named(name, item))]
                return [Any(tuple(sides))] if sides else []
            case All(items) | Group(items):
                return [clause for item in items for clause in self._named(name, item)]

    def _name(self, name: str, text: str) -> list[Clause]:
        whole = name == "pmid"
        forms = (text.lower(),) if whole else tuple(token_table(text).forms)
        if not all(self._postings.has(name, form) for form in forms):
            self.missing.append(f"{name}:{text}")
        return [Name(f"{name}:{text}", name, forms)] if forms else []

    def _quietly(self, node: Node, fields: tuple[str, ...]) -> list[Clause]:
        """The clauses of what is excluded: of these the reader is told nothing."""
        told = (self.expansions, self.conditions, self.missing, self._stopped)
        self.expansions, self.conditions, self.missing, self._stopped = {}, {}, [], {}
        before, self._is_excluding = self._is_excluding, True
        try:
            return self._clauses(node, fields)
        finally:
            self._is_excluding = before
            self.expansions, self.conditions, self.missing, self._stopped = told

    def _words(self, text: str, fields: tuple[str, ...]) -> list[Clause]:
        """A clause for each concept and for each word that is part of none, in their order."""
        read = self._analyzer.query(text)
        words = read.words
        concepts, as_typed = self._mentioned(text, read.mentions, fields)
        named = {place for one, _ in concepts for place in range(one.first, one.last + 1)}
        also = self._learned(text, read, named | as_typed, fields)
        clauses: list[Clause] = []
        followers: list[Word | None] = [*words[1:], None]
        is_said = False
        for place, (word, following) in enumerate(zip(words, followers, strict=False)):
            if is_said:
                is_said = False
            elif place in named:
                clauses += [concept for one, concept in concepts if one.first == place]
                if word.form not in stop_words():
                    clauses.append(hint_of(word.form, word.stem, fields, self._weights.hint))
            else:
                free = following if place + 1 not in named else None
                is_said = bool(free and word.is_prefix and word.joined)
                clause = self._word(text, word, free, fields)
                if place in also and isinstance(clause, Terms):
                    clause = or_in_a_row(clause, also[place])
                clauses += [clause] if clause else []
        return clauses

    def _mentioned(
        self, text: str, recognized: Many[Mention], fields: tuple[str, ...]
    ) -> tuple[list[tuple[Mention, Terms]], set[int]]:
        """The concepts with what speaks of them, and which words stay as typed, for they are off.

        What speaks of a narrower one counts less.
        """
        concepts: list[tuple[Mention, Terms]] = []
        as_typed: set[int] = set()
        for mention in recognized:
            id_ = mention.concept
            written = text[mention.start : mention.end]
            self._tell(written, id_)
            if self._switches.is_off(id_):
                as_typed.update(range(mention.first, mention.last + 1))
            else:
                narrower = None if self._switches.narrower_off(id_) else self._weights.narrower
                terms = self._teller.speaking(written, id_, narrower, fields)
                concepts.append((mention, terms))
        return concepts, as_typed

    def _learned(
        self, text: str, read: QueryText, taken: set[int], fields: tuple[str, ...]
    ) -> dict[int, tuple[Sequence, ...]]:
        """By word: what the corpus writes instead of it, or of the words that it is one of."""
        if self._is_excluding:
            return {}
        words = read.words
        phrases: dict[int, tuple[Sequence, ...]] = {}
        among = self._abbreviations.among(text, words, taken, self._postings)
        for first, last, others, note in among:
            if read.names(first, last):
                continue  # known to the vocabulary, which says that it means something else here
            written = text[words[first].start : words[last].end]
            expansion = learned(self._switches, written, others, note)
            self.expansions.setdefault(expansion.concept, expansion)
            if expansion.is_off:
                continue
            found = tuple(sequence(written, other, fields) for other in others)
            phrases |= dict.fromkeys(range(first, last + 1), found)
        return phrases

    def _tell(self, written: str, concept: str) -> None:
        expansion = self._switches.marked(self._teller.told(written, concept))
        self.expansions.setdefault(concept, expansion)
        if not (expansion.narrower or expansion.is_off or concept in self._published.spellings):
            self.notes.append(f"No abstract speaks of {expansion.name}.")

    def _word(
        self, text: str, word: Word, following: Word | None, fields: tuple[str, ...]
    ) -> Clause | None:
        """A word, or the word and the next as one where they always are: auto-immune."""
        terms: tuple[str, ...]
        if word.is_prefix and word.joined and following:
            written = text[word.start : following.end]
            terms = (word.joined,)
        elif word.form in stop_words():
            self._stopped.setdefault(word.form, fields)
            return None
        else:
            written = text[word.start : word.end]
            terms = (word.stem, *self._compounds(word, following))
        if any(self._stands("stems", term, fields) for term in terms):
            return word_of(written, terms, fields)
        return self._elsewhere(written, word, fields)

    def _compounds(self, word: Word, following: Word | None) -> tuple[str, ...]:
        """The word and the next written as one, where abstracts do so: follow up, followup."""
        if following is None or following.gap is Gap.BREAK:
            return ()
        joined = stem(word.form + following.form)
        return (joined,) if self._postings.known("stems", joined) else ()

    def _stands(self, layer: Layer, term: str, fields: tuple[str, ...]) -> bool:
        """Whether any abstract has a term in one of some text fields."""
        if fields == TEXT_FIELDS:
            return self._postings.known(layer, term)
        return any(self._postings.has(field_of(name, layer), term) for name in fields)

    def _elsewhere(self, written: str, word: Word, fields: tuple[str, ...]) -> Clause:
        """A word that stands in no text may be a PMID, or stand in a field that is not ranked."""
        if (
            word.form.isdigit()
            and len(word.form) >= _PMID_DIGITS
            and self._postings.has("pmid", word.form)
        ):
            self.notes.append(f"“{written}” was taken as a PMID.")
            return Name(written, "pmid", (word.form,))
        for name in NAME_FIELDS:
            if self._postings.has(name, word.form):
                self.notes.append(
                    f"“{written}” stands in no text; it was taken as {name}:{written}."
                )
                return Name(written, name, (word.form,))
        self.missing.append(written)
        return Terms(written, (), fields=fields)

    def _sequence(self, text: str, forms: tuple[str, ...], fields: tuple[str, ...]) -> Clause:
        for form in forms:
            if not self._stands("exact", form, fields):
                self.missing.append(form)
        return Sequence(text, forms, fields)

    def _prefix(self, text: str, fields: tuple[str, ...]) -> list[Clause]:
        tokens = token_table(text).forms
        if not tokens:
            return []
        if (text, fields) not in self._prefixes:
            self._prefixes[text, fields] = self._beginning(text, tokens[-1], fields)
        return [self._prefixes[text, fields]]

    def _beginning(self, text: str, start: str, fields: tuple[str, ...]) -> Terms:
        most = min(MOST_FORMS, self._forms_left)
        exact = tuple(field_of(name, "exact") for name in fields)
        kept, total = self._postings.beginning(exact, start, most)
        if total > most:
            self.notes.append(
                f"“{text}*” begins {total} words; the {most} commonest were searched."
            )
        if not total:
            self.notes.append(f"No word in these abstracts begins with “{start}”.")
        self._forms_left -= len(kept)
        return Terms(f"{text}*", tuple(map(Term, kept)), "exact", fields)


def _bracket(inner: list[Clause]) -> Clause:
    """What a bracket asks for: free words in it rank; without any it is a condition as a whole."""
    free = any(isinstance(clause, Terms | Ranked) for clause in inner)
    return Ranked(tuple(inner)) if free else Every(tuple(inner))
