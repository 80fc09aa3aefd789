"""A query tree to clauses: words become terms, and concepts with all their spellings.

The recognizer that marked the documents reads the query too. Every expansion is reported, so that
the reader can see it and switch it off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from index.schema import NAME_FIELDS, TEXT_FIELDS, field_of
from index.text.stemmer import stem, stop_words
from index.text.tokenizer import Gap, fold, token_table
from search.query import syntax
from search.query.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Exclusion,
    Filter,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    Term,
    YearRange,
    hint_of,
    with_phrases,
    word_of,
)
from search.query.concepts import ConceptExpander, concept_called, learned
from search.query.short_forms import ShortFormExpander, phrase_of
from search.query.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from index.analyzer import Layer, QueryText
    from index.concepts.recognizer import Mention
    from index.generations.opened import OpenedGeneration
    from index.text.words import Word
    from search.backend import TermIndex
    from search.results import Expansion
    from search.weights import Weights

MOST_FORMS = 200
"""Words that one prefix may stand for; those of most abstracts are taken."""

MOST_FORMS_TOGETHER = 1000
"""Words that all prefixes of a query together may stand for."""

_PMID_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Expanded:
    """A query as clauses, and how it was understood.

    ``expansions`` are the concepts and learned forms by id, in the order of the query.
    ``conditions`` are the concepts named by ``concept:``, which apply whatever is switched off.
    ``missing`` are the reader's words that no abstract has.
    """

    clause: FreeText
    expansions: dict[str, Expansion]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def concepts(self) -> set[str]:
        """The ids of all concepts that the query names."""
        return {*self.expansions, *self.conditions}


class Expander:
    """Expands queries against one generation. Safe to share by threads."""

    def __init__(self, published: OpenedGeneration, terms: TermIndex, weights: Weights) -> None:
        self.analyzer = published.analyzer
        self.terms = terms
        self.weights = weights
        self.spellings = published.spellings
        self.concepts = ConceptExpander(published)
        self.short_forms = ShortFormExpander(published.short_forms)

    def expand(self, query: syntax.Query, *, off: Collection[str] = ()) -> Expanded:
        """The clauses of a query.

        ``off`` lists the ids of expansions to leave out, see ``Switches``. Words too common to rank
        count only where the query has no others.
        """
        return _Expansion(self, Switches(off, self.analyzer.vocabulary)).of(query)


@dataclass(slots=True)
class _Report:
    """Findings for the reader, gathered in the order of the query."""

    expansions: dict[str, Expansion] = field(default_factory=dict)
    conditions: dict[str, None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    stopped: dict[str, tuple[str, ...]] = field(default_factory=dict)


class _Scope(NamedTuple):
    """The text fields that a node is searched in, and the report that it belongs to.

    An excluded node has a report of its own, which nobody reads.
    """

    fields: tuple[str, ...]
    report: _Report
    is_excluded: bool = False

    def excluded(self) -> _Scope:
        """The scope of an excluded node."""
        return _Scope(self.fields, _Report(), is_excluded=True)


class _Expansion:
    """The expansion of one query."""

    def __init__(self, expander: Expander, switches: Switches) -> None:
        self._analyzer = expander.analyzer
        self._terms = expander.terms
        self._weights = expander.weights
        self._spellings = expander.spellings
        self._concepts = expander.concepts
        self._short_forms = expander.short_forms
        self._switches = switches
        self._notes: list[str] = []
        self._prefixes: dict[tuple[str, tuple[str, ...]], Synonyms] = {}
        self._forms_left = MOST_FORMS_TOGETHER

    def of(self, query: syntax.Query) -> Expanded:
        """The query as clauses and findings."""
        report = _Report()
        clauses = self._group(query.root, _Scope(TEXT_FIELDS, report))
        self._notes += self._switches.notes()
        if not clauses and report.stopped:
            clauses = [
                Synonyms(form, (Term(form),), "exact", fields)
                for form, fields in report.stopped.items()
            ]
        elif report.stopped:
            words = ", ".join(report.stopped)
            self._notes.append(f"Too common to search for: {words}.")
        return Expanded(
            FreeText(tuple(clauses)),
            report.expansions,
            tuple(report.conditions),
            tuple(report.missing),
            tuple(self._notes),
        )

    def _group(self, group: syntax.Group, scope: _Scope) -> list[Clause]:
        return [clause for item in group.items for clause in self._clauses(item, scope)]

    def _clauses(self, node: syntax.Node, scope: _Scope) -> list[Clause]:
        """The clauses that a node adds to its group."""
        match node:
            case syntax.Words(text):
                return self._words(text, scope)
            case syntax.Phrase(text):
                forms = tuple(token_table(text).forms)
                return [self._phrase(text, forms, scope)] if forms else []
            case syntax.Prefix(text):
                return self._prefix(text, scope)
            case syntax.Years(first, last, text):
                return [YearRange(text, first, last)]
            case syntax.Fielded(name, item):
                return self._fielded(name, item, scope)
            case syntax.Not(item):
                inner = self._clauses(item, scope.excluded())
                return [Exclusion(AllOf(tuple(inner)))] if inner else []
            case syntax.Or(items):
                return self._or(items, scope)
            case syntax.And(items):
                sides = [self._clauses(item, scope) for item in items]
                every = tuple(FreeText(tuple(side)) for side in sides if side)
                return [AllOf(every)] if every else []
            case syntax.Group():
                inner = self._group(node, scope)
                return [_bracket(inner)] if inner else []

    def _or(self, items: tuple[syntax.Node, ...], scope: _Scope) -> list[Clause]:
        """OR ties its neighbours: in "multiple sclerosis OR EAE relapse" the two diseases."""
        chains: list[list[Clause]] = []
        hints: list[Clause] = []
        for item in items:
            clauses = self._clauses(item, scope)
            hints += [clause for clause in clauses if isinstance(clause, Hint)]
            reasons = [clause for clause in clauses if not isinstance(clause, Hint)]
            if chains and reasons:
                chains[-1].append(reasons.pop(0))
            chains.extend([reason] for reason in reasons)
        return [*(chain[0] if len(chain) == 1 else AnyOf(tuple(chain)) for chain in chains), *hints]

    def _fielded(self, name: str, item: syntax.Node, scope: _Scope) -> list[Clause]:
        if name in TEXT_FIELDS:
            inner = self._clauses(item, scope._replace(fields=(name,)))
            return [AllOf(tuple(inner))] if inner else []
        if name == "concept":
            return self._conditions(item, scope)
        return self._named(name, item, scope)

    def _conditions(self, node: syntax.Node, scope: _Scope) -> list[Clause]:
        """The conditions of ``concept:`` for a name, or for all that stands in brackets."""
        match node:
            case syntax.Words(text) | syntax.Phrase(text) | syntax.Years(text=text):
                return self._condition(text, scope)
            case syntax.Prefix(text):
                return self._condition(f"{text}*", scope)
            case syntax.Fielded(name, item):
                return self._fielded(name, item, scope)
            case syntax.Not(item):
                inner = self._conditions(item, scope)
                return [Exclusion(AllOf(tuple(inner)))] if inner else []
            case syntax.Or(items):
                sides = [self._conditions(item, scope) for item in items]
                return _any_side(sides)
            case syntax.And(items) | syntax.Group(items):
                return [clause for item in items for clause in self._conditions(item, scope)]

    def _condition(self, text: str, scope: _Scope) -> list[Clause]:
        """Only the abstracts on a concept, ranked by how much they are on it."""
        id_ = concept_called(self._analyzer, text)
        if id_ is None:
            self._notes.append(f"“{text}” is no concept here; it was taken as plain words.")
            return self._words(text, scope._replace(fields=TEXT_FIELDS))
        scope.report.conditions.setdefault(id_)
        leaf = self._concepts.synonyms(f"concept:{text}", id_, self._weights.narrower, TEXT_FIELDS)
        return [Filter(leaf), Hint(leaf, 1.0)]

    def _named(self, name: str, node: syntax.Node, scope: _Scope) -> list[Clause]:
        """Conditions on a field that is not ranked, for all that stands in its brackets."""
        match node:
            case syntax.Words(text):
                return [clause for word in text.split() for clause in self._name(name, word, scope)]
            case syntax.Phrase(text) | syntax.Years(text=text):
                return self._name(name, text, scope)
            case syntax.Prefix(text):
                forms = self._terms.commonest_with_prefix((name,), fold(text), MOST_FORMS).terms
                names = [Name(f"{name}:{text}*", name, (form,)) for form in forms]
                return [AnyOf(tuple(names))] if names else self._name(name, f"{text}*", scope)
            case syntax.Fielded(item=item):
                return self._named(name, item, scope)
            case syntax.Not(item):
                inner = self._named(name, item, scope)
                return [Exclusion(AllOf(tuple(inner)))] if inner else []
            case syntax.Or(items):
                sides = [self._named(name, item, scope) for item in items]
                return _any_side(sides)
            case syntax.And(items) | syntax.Group(items):
                return [clause for item in items for clause in self._named(name, item, scope)]

    def _name(self, name: str, text: str, scope: _Scope) -> list[Clause]:
        whole = name == "pmid"
        forms = (text.lower(),) if whole else tuple(token_table(text).forms)
        if not all(self._terms.has(name, form) for form in forms):
            scope.report.missing.append(f"{name}:{text}")
        return [Name(f"{name}:{text}", name, forms)] if forms else []

    def _words(self, text: str, scope: _Scope) -> list[Clause]:
        """A clause for each concept and for each word that is part of none, in their order."""
        read = self._analyzer.query(text)
        words = read.words
        concepts, as_typed = self._mentioned(text, read.mentions, scope)
        named = {place for one, _ in concepts for place in range(one.first, one.last + 1)}
        also = self._learned(text, read, named | as_typed, scope)
        clauses: list[Clause] = []
        followers: list[Word | None] = [*words[1:], None]
        is_joined = False  # with the word before it
        for place, (word, following) in enumerate(zip(words, followers, strict=False)):
            if is_joined:
                is_joined = False
            elif place in named:
                clauses += [concept for one, concept in concepts if one.first == place]
                if word.form not in stop_words():
                    clauses.append(hint_of(word.form, word.stem, scope.fields, self._weights.hint))
            else:
                free = following if place + 1 not in named else None
                is_joined = bool(free and word.is_prefix and word.joined)
                clause = self._word(text, word, free, scope)
                if place in also and isinstance(clause, Synonyms):
                    clause = with_phrases(clause, also[place])
                clauses += [clause] if clause else []
        return clauses

    def _mentioned(
        self, text: str, recognized: Sequence[Mention], scope: _Scope
    ) -> tuple[list[tuple[Mention, Synonyms]], set[int]]:
        """The concepts with their clauses, and the places of words whose concept is off.

        A narrower concept counts less than the concept itself.
        """
        concepts: list[tuple[Mention, Synonyms]] = []
        as_typed: set[int] = set()
        for mention in recognized:
            id_ = mention.concept
            written = text[mention.start : mention.end]
            self._report_concept(written, id_, scope)
            if self._switches.is_off(id_):
                as_typed.update(range(mention.first, mention.last + 1))
            else:
                narrower = None if self._switches.narrower_off(id_) else self._weights.narrower
                synonyms = self._concepts.synonyms(written, id_, narrower, scope.fields)
                concepts.append((mention, synonyms))
        return concepts, as_typed

    def _learned(
        self, text: str, read: QueryText, taken: set[int], scope: _Scope
    ) -> dict[int, tuple[Phrase, ...]]:
        """By place of a word: the phrases that the corpus writes instead of the form it is in."""
        if scope.is_excluded:
            return {}
        words = read.words
        phrases: dict[int, tuple[Phrase, ...]] = {}
        for first, last, others, note in self._short_forms.among(text, words, taken, self._terms):
            if read.names(first, last):
                continue  # known to the vocabulary, which has another meaning for it here
            written = text[words[first].start : words[last].end]
            expansion = learned(self._switches, written, others, note)
            scope.report.expansions.setdefault(expansion.concept, expansion)
            if expansion.is_off:
                continue
            found = tuple(phrase_of(written, other, scope.fields) for other in others)
            phrases |= dict.fromkeys(range(first, last + 1), found)
        return phrases

    def _report_concept(self, written: str, concept: str, scope: _Scope) -> None:
        expansion = self._switches.marked(self._concepts.expansion(written, concept))
        scope.report.expansions.setdefault(concept, expansion)
        if not (expansion.narrower or expansion.is_off or concept in self._spellings):
            self._notes.append(f"No abstract speaks of {expansion.name}.")

    def _word(self, text: str, word: Word, following: Word | None, scope: _Scope) -> Clause | None:
        """A word, or the word and the next as one where they always are: auto-immune."""
        terms: tuple[str, ...]
        if word.is_prefix and word.joined and following:
            written = text[word.start : following.end]
            terms = (word.joined,)
        elif word.form in stop_words():
            scope.report.stopped.setdefault(word.form, scope.fields)
            return None
        else:
            written = text[word.start : word.end]
            terms = (word.stem, *self._compounds(word, following))
        if any(self._is_indexed("stems", term, scope.fields) for term in terms):
            return word_of(written, terms, scope.fields)
        return self._elsewhere(written, word, scope)

    def _compounds(self, word: Word, following: Word | None) -> tuple[str, ...]:
        """The word and the next written as one, where abstracts do so: follow up, followup."""
        if following is None or following.gap is Gap.BREAK:
            return ()
        joined = stem(word.form + following.form)
        return (joined,) if self._terms.has_in_layer("stems", joined) else ()

    def _is_indexed(self, layer: Layer, term: str, fields: tuple[str, ...]) -> bool:
        """Whether any abstract has a term in one of some text fields."""
        if fields == TEXT_FIELDS:
            return self._terms.has_in_layer(layer, term)
        return any(self._terms.has(field_of(name, layer), term) for name in fields)

    def _elsewhere(self, written: str, word: Word, scope: _Scope) -> Clause:
        """A word that no text has, as a PMID or in a field that is not ranked."""
        if (
            word.form.isdigit()
            and len(word.form) >= _PMID_DIGITS
            and self._terms.has("pmid", word.form)
        ):
            self._notes.append(f"“{written}” was taken as a PMID.")
            return Name(written, "pmid", (word.form,))
        for name in NAME_FIELDS:
            if self._terms.has(name, word.form):
                self._notes.append(
                    f"“{written}” stands in no text; it was taken as {name}:{written}."
                )
                return Name(written, name, (word.form,))
        scope.report.missing.append(written)
        return Synonyms(written, (), fields=scope.fields)

    def _phrase(self, text: str, forms: tuple[str, ...], scope: _Scope) -> Clause:
        for form in forms:
            if not self._is_indexed("exact", form, scope.fields):
                scope.report.missing.append(form)
        return Phrase(text, forms, scope.fields)

    def _prefix(self, text: str, scope: _Scope) -> list[Clause]:
        tokens = token_table(text).forms
        if not tokens:
            return []
        fields = scope.fields
        if (text, fields) not in self._prefixes:
            self._prefixes[text, fields] = self._with_prefix(text, tokens[-1], fields)
        return [self._prefixes[text, fields]]

    def _with_prefix(self, text: str, prefix: str, fields: tuple[str, ...]) -> Synonyms:
        most = min(MOST_FORMS, self._forms_left)
        exact = tuple(field_of(name, "exact") for name in fields)
        kept, total = self._terms.commonest_with_prefix(exact, prefix, most)
        if total > most:
            self._notes.append(
                f"“{text}*” begins {total} words; the {most} commonest were searched."
            )
        if not total:
            self._notes.append(f"No word in these abstracts begins with “{prefix}”.")
        self._forms_left -= len(kept)
        return Synonyms(f"{text}*", tuple(map(Term, kept)), "exact", fields)


def _any_side(sides: Sequence[list[Clause]]) -> list[Clause]:
    """At least one of the sides of an OR, each as a whole."""
    every = [AllOf(tuple(side)) for side in sides if side]
    return [AnyOf(tuple(every))] if every else []


def _bracket(inner: list[Clause]) -> Clause:
    """A bracket as one clause: its free words rank; without any it is a condition as a whole."""
    free = any(isinstance(clause, Synonyms | FreeText) for clause in inner)
    return FreeText(tuple(inner)) if free else AllOf(tuple(inner))
