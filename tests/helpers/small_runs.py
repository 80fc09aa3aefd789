"""Small runs and segments of arrays, and what they say, told by the arrays and by a plain loop."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from small_builds import VOCABULARY

from index import Analyzer
from index.analyzer import AnalysedText
from index.schema import COLUMNS, STRINGS, TEXT_FIELDS, field_of
from index.segment.arrays import ArraysWriter
from index.segment.groups import BORDER, CONCEPTS, EXACT, GROUPS, PLACES, STEMS
from index.segment.inverter import NO_TERM, Inverter
from index.segment.layout import DOCUMENTS, POSTINGS, SegmentArrays
from index.segment.merger import merge
from index.segment.stored import writing
from index.text.stemmer import stem, stop_words
from index.text.words import PARAGRAPH_GAP
from index.whoosh_codec.codec import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.segment.inverter import InvertedBatch

ANALYZER = Analyzer(VOCABULARY)


class Document(NamedTuple):
    """What a run is given of a document."""

    title: AnalysedText
    abstract: AnalysedText
    names: dict[str, tuple[list[str], list[int]]]

    @property
    def texts(self) -> tuple[AnalysedText, AnalysedText]:
        return self.title, self.abstract


def document(title: str = "", abstract: str = "", **names: str) -> Document:
    """A document of these texts; a field of names has a name a line."""
    read = [text.analysed for text in ANALYZER.read(title, abstract)]
    return Document(read[0], read[1], {field: placed(text) for field, text in names.items()})


def placed(names: str) -> tuple[list[str], list[int]]:
    """The words of names, and their positions."""
    words: list[str] = []
    positions: list[int] = []
    for line in names.lower().split("\n"):
        first = positions[-1] + 1 + PARAGRAPH_GAP if positions else 0
        words += line.split()
        positions += range(first, first + len(line.split()))
    return words, positions


def plain(forms: Sequence[str]) -> AnalysedText:
    """A text of nothing but these words, read without an analysis."""
    ends = np.cumsum([len(form) + 1 for form in forms]).tolist()
    return AnalysedText(
        text=" ".join(forms),
        forms=list(forms),
        starts=[end - len(form) - 1 for form, end in zip(forms, ends, strict=True)],
        ends=[end - 1 for end in ends],
        positions=list(range(len(forms))),
        joined=[],
        mentions=(),
        definitions=(),
    )


def stem_or_none(form: str) -> str | None:
    return None if form in stop_words() else stem(form)


def batch_of(*documents: Document) -> InvertedBatch:
    writer = Inverter(stem_or_none)
    for one in documents:
        writer.add(one.title, one.abstract, one.names)
    return writer.finish()


def segment(folder: Path, batches: Sequence[Sequence[Document]]) -> SegmentArrays:
    """A segment merged from a run of each batch."""
    files = []
    for number, batch in enumerate(batches):
        kept = [
            ({"title": one.title.text, "abstract": one.abstract.text}, years(one)) for one in batch
        ]
        files.append(write_files(folder, str(number), batch_of(*batch), kept))
    postings, documents = (ArraysWriter(folder / f"S.{part}") for part in (POSTINGS, DOCUMENTS))
    merge([one.arrays(POSTINGS) for one in files], postings)
    postings.close()
    with writing(documents, STRINGS, COLUMNS) as writer:
        for one in files:
            writer.add_batch(one.arrays(DOCUMENTS))
    documents.close()
    return SegmentArrays(folder, "S")


def years(one: Document) -> dict[str, int]:
    """Any number; none at all if there is no title."""
    return {"year": 1000 * len(one.title.text) - 3000} if one.title.text else {}


def said(store: SegmentArrays, size: int) -> dict[str, Any]:
    """All that a segment says of its documents."""
    return {
        "terms": {group: list(map(store.lexicon(group).utf8, numbers(store, group)))
                  for group in GROUPS},
        "postings": {field: dict(_postings(store, field)) for field in PLACES},
        "frequencies": {field: _frequencies(store, field) for field in PLACES},
        "lengths": {field: store.length(field).tolist() for field in PLACES},
        "rows": [list(_rows(store, number)) for number in range(size)],
        "wide": {group: [list(_wide(store, group, number)) for number in range(size)]
                 for group in (STEMS, CONCEPTS)},
        "forms": _forms(store),
        "seen": _seen(store),
        "stored": [_stored(store, number) for number in range(size)],
        "years": store.documents.column("year").tolist(),
    }  # fmt: skip


def expected(documents: Sequence[Document]) -> dict[str, Any]:
    """The same, found by reading the documents one after the other."""
    postings: dict[str, dict[str, dict[int, list[tuple[int, int, int]]]]]
    postings = {field: defaultdict(lambda: defaultdict(list)) for field in PLACES}
    rows: list[list[Any]] = []
    wide: dict[str, list[list[Any]]] = {STEMS: [], CONCEPTS: []}
    seen: dict[tuple[str, str], None] = {}
    for number, one in enumerate(documents):
        rows.append([])
        for beside in wide.values():
            beside.append([])
        for field, text in zip(TEXT_FIELDS, one.texts, strict=True):
            first = len(rows[-1])
            for layer, term, place, last in _terms(text):
                span = (text.positions[place], text.starts[place], text.ends[last])
                postings[field_of(field, layer)][term][number].append(span)  # type: ignore[arg-type]
                if layer != EXACT:
                    seen[layer, term] = None
                if layer == CONCEPTS or place != last:
                    row, last_row = (first + text.positions[at] for at in (place, last))
                    wide[layer][-1].append((term, row, last_row))
            rows[-1] += [None] * ((text.positions[-1] + 2) if text.positions else 1)
            for form, row, start, end in zip(
                text.forms, text.positions, text.starts, text.ends, strict=True
            ):
                rows[-1][first + row] = (form, stem_or_none(form), start, end)
        for field, (words, positions) in one.names.items():
            for word, position in zip(words, positions, strict=True):
                postings[field][word][number].append((position, 0, 0))
    terms: dict[str, set[bytes]] = {
        group: {
            term.encode("utf-8", "surrogatepass") for field in fields for term in postings[field]
        }
        for group, fields in GROUPS.items()
    }
    exact = [term.decode("utf-8", "surrogatepass") for term in terms[EXACT]]
    return {
        "terms": {group: sorted(found) for group, found in terms.items()},
        "postings": {
            field: {term: dict(places) for term, places in found.items()}
            for field, found in postings.items()
        },
        "frequencies": {
            field: {term: len(places) for term, places in found.items()}
            for field, found in postings.items()
        },
        "lengths": {
            field: [sum(len(places[n]) for places in found.values() if n in places)
                    for n in range(len(documents))]
            for field, found in postings.items()
        },
        "rows": rows,
        "wide": wide,
        "forms": {
            one: sorted(form for form in exact if stem_or_none(form) == one)
            for one in {term.decode("utf-8", "surrogatepass") for term in terms[STEMS]}
        },
        "seen": list(seen),
        "stored": [dict(zip(TEXT_FIELDS, (text.text for text in one.texts), strict=True))
                   for one in documents],
        "years": [years(one).get("year", 0) for one in documents],
    }  # fmt: skip


def _terms(text: AnalysedText) -> Iterator[tuple[str, str, int, int]]:
    """Layer, term, first word and last word: the stems in their order, then the concepts."""
    joined = dict(text.joined)
    for place, form in enumerate(text.forms):
        yield EXACT, form, place, place
        stemmed = stem_or_none(form)
        if stemmed is not None:
            yield STEMS, stemmed, place, place
        if place in joined:
            yield STEMS, joined[place], place, place + 1
    for mention in text.mentions:
        yield CONCEPTS, mention.concept, mention.first, mention.last


def numbers(store: SegmentArrays, group: str) -> range:
    return range(len(store.lexicon(group)))


def _postings(store: SegmentArrays, field: str) -> Iterator[tuple[str, dict[int, list[Any]]]]:
    group = PLACES[field].group
    for number in numbers(store, group):
        term = store.lexicon(group)[number]
        assert store.lexicon(group).find(term) == number
        documents, counts = store.field_postings(field, number)
        assert store.holds(field, term) == bool(len(documents))
        assert documents.tolist() == sorted(set(documents.tolist()))
        places = {
            one: [tuple(place) for place in store.occurrences(field, number, one)]
            for one in documents.tolist()
        }
        assert [len(found) for found in places.values()] == counts.tolist()
        if places:
            yield term, places


def _frequencies(store: SegmentArrays, field: str) -> dict[str, int]:
    lexicon = store.lexicon(PLACES[field].group)
    found = store.frequencies(field, range(len(store.lexicon(PLACES[field].group)))).tolist()
    return {lexicon[number]: count for number, count in enumerate(found) if count}


def _rows(store: SegmentArrays, number: int) -> Iterator[tuple[str, str | None, int, int] | None]:
    exact, stems = store.lexicon(EXACT), store.lexicon(STEMS)
    forms = {store.word(term): exact[term] for term in numbers(store, EXACT)}
    first, end = store.postings["stream.starts"][number : number + 2].tolist()
    rows = np.arange(first, end)
    words = store.words(rows)
    columns = (words, store.stems(words), store.begins(rows), store.ends(rows))
    for word, stem_, start, stop in zip(*(column.tolist() for column in columns), strict=True):
        yield None if word == BORDER else (
            forms[word], None if stem_ == NO_TERM else stems[stem_], start, stop
        )  # fmt: skip


def _forms(store: SegmentArrays) -> dict[str, list[str]]:
    """By stem the exact terms that have it; a compound's may have none."""
    exact, arrays = store.lexicon(EXACT), store.postings
    starts, forms = arrays["stems.form_starts"].tolist(), arrays["stems.forms"].tolist()
    return {
        store.lexicon(STEMS)[stem_]: [exact[form] for form in forms[first:end]]
        for stem_, (first, end) in enumerate(pairwise(starts))
    }


def _wide(store: SegmentArrays, group: str, number: int) -> Iterator[tuple[str, int, int]]:
    low, high = store.postings[f"wide.{group}.starts"][number : number + 2].tolist()
    for place in range(low, high):
        term, first, last = (
            int(store.postings[f"wide.{group}.{name}"][place])
            for name in ("terms", "firsts", "lasts")
        )
        yield store.lexicon(group)[term], first, last


def _stored(store: SegmentArrays, number: int) -> dict[str, str]:
    found = dict(store.documents.strings(number))
    assert found == {field: store.documents.string(field, number) for field in STRINGS}
    return {field: found[field] for field in found if found[field] or field in TEXT_FIELDS}


def _seen(store: SegmentArrays) -> list[tuple[str, str]]:
    met = {
        int(rank): (group, store.lexicon(group)[number])
        for group in (STEMS, CONCEPTS)
        for number, rank in enumerate(store.postings[f"{group}.seen"])
    }
    assert sorted(met) == list(range(len(met)))
    return [met[rank] for rank in sorted(met)]
