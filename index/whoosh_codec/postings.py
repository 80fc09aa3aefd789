"""Documents that come from Whoosh one posting at a time, made into a run.

Whoosh's own ways to index (``add_document`` with its analyzers, merging segments with deletions)
end in tuples of field, term, document, weight and encoded positions. They are put back into texts
of words here, so that there is only one way to invert.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from index.analyzer import LAYERS
from index.schema import TEXT_FIELDS, field_of
from index.segment.groups import CONCEPTS, EXACT, NAMES, PLACES, STEMS
from index.segment.inverter import Inverter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whoosh.fields import Schema

    from index.segment.inverter import InvertedBatch

Posting = tuple[str, bytes, int, float, bytes | None]
Places = list[tuple[str, int, int, int]]
"""Terms with their position and the characters from and to which they reach."""


class _Mention(NamedTuple):
    concept: str
    first: int
    last: int


class _Text(NamedTuple):
    forms: list[str]
    starts: list[int]
    ends: list[int]
    positions: list[int]
    joined: list[tuple[int, str]]
    mentions: list[_Mention]


def batch_of(postings: Iterable[Posting], schema: Schema, first: int, count: int) -> InvertedBatch:
    """A run of the postings of ``count`` documents, the first of which is ``first``.

    Raises ``ValueError`` for what the arrays cannot hold: a field they do not know, a weight that
    is no count, layers that do not agree on where words stand or on a word's stem.
    """
    documents: list[dict[str, Places]] = [defaultdict(list) for _ in range(count)]
    for field, term, document, weight, value in postings:
        if field not in PLACES:
            raise ValueError(f"no array holds the field {field}")
        places = _places(schema, field, value)
        if weight != len(places):
            raise ValueError(f"the weight of {term!r} in {field} is no count")
        text = term.decode("utf-8", "surrogatepass")
        documents[document - first][field] += ((text, *place) for place in places)
    stems: dict[str, str | None] = {}
    texts = [
        [
            _text({layer: fields[field_of(name, layer)] for layer in LAYERS}, stems)
            for name in TEXT_FIELDS
        ]
        for fields in documents
    ]
    writer = Inverter(stems.get)
    for (title, abstract), fields in zip(texts, documents, strict=True):
        names = {name: _in_order(fields[name]) for name in NAMES}
        writer.add(
            title,  # type: ignore[arg-type] # has the columns that are read
            abstract,  # type: ignore[arg-type] # same
            {
                name: ([term for term, *_ in places], [position for _, position, *_ in places])
                for name, places in names.items()
            },
        )
    return writer.finish()


def _places(schema: Schema, field: str, value: bytes | None) -> list[tuple[int, int, int]]:
    kind = schema[field].format
    if kind.supports("characters"):
        found: list[tuple[int, int, int]] = kind.decode_characters(value)
        return found
    if kind.supports("positions"):
        return [(position, 0, 0) for position in kind.decode_positions(value)]
    return [(0, 0, 0)]


def _text(layers: dict[str, Places], stems: dict[str, str | None]) -> _Text:
    words = _in_order(layers[EXACT])
    at = {position: number for number, (_, position, *_) in enumerate(words)}
    ending = {end: number for number, (*_, end) in enumerate(words)}
    plain: dict[int, str] = {}
    joined, mentions = [], []
    for stem, position, _, end in sorted(layers[STEMS], key=lambda place: place[1:]):
        number = _word(at, position, stem)
        if end != words[number][3]:
            joined.append((number, stem))
        elif plain.setdefault(number, stem) != stem:
            raise ValueError(f"the word {words[number][0]} has two stems")
    for number, (form, *_) in enumerate(words):
        if stems.setdefault(form, plain.get(number)) != plain.get(number):
            raise ValueError(f"the word {form} has two stems")
    for concept, position, _, end in layers[CONCEPTS]:
        first, last = _word(at, position, concept), _word(ending, end, concept)
        mentions.append(_Mention(concept, first, last))
    mentions.sort(key=lambda one: (one.first, -one.last, one.concept))
    columns: Any = zip(*words, strict=True) if words else ((), (), (), ())
    forms, positions, starts, ends = map(list, columns)
    return _Text(forms, starts, ends, positions, joined, mentions)


def _in_order(places: Places) -> Places:
    found = sorted(places, key=lambda place: place[1])
    for (one, position, *_), (other, next_position, *_) in pairwise(found):
        if position == next_position:
            raise ValueError(f"the words {one} and {other} stand at one place")
    return found


def _word(numbers: dict[int, int], place: int, term: str) -> int:
    if place not in numbers:
        raise ValueError(f"no word begins or ends where {term} does")
    return numbers[place]
