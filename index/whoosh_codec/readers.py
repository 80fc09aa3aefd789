"""A segment's arrays as Whoosh reads them: terms, postings one document at a time, columns.

None of this is on the way to a reader's results, which are computed from whole arrays. It is what
makes the index one that Whoosh's own searcher can search, so that the two can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from whoosh.codec.base import FieldCursor, PerDocumentReader, TermsReader
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from index.segment.groups import PLACES
from index.segment.lexicon import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from whoosh.codec.base import Segment
    from whoosh.fields import FieldType
    from whoosh.formats import Format
    from whoosh.scoring import BaseScorer

    from index.segment.layout import SegmentArrays

    Numbers = NDArray[Any]
    Term = tuple[str, bytes]

TERMS = 1 << 10
"""Of how many terms it is looked up at a time which stand in a field."""

NO_ID = 0xFFFFFFFF


class ArrayTermsReader(TermsReader):  # type: ignore[misc] # whoosh has no types
    """The terms of a segment, by field."""

    def __init__(self, store: SegmentArrays) -> None:
        self.store = store

    def __contains__(self, term: Term) -> bool:
        field, text = term
        return field in PLACES and self.store.holds(field, _decoded(text))

    def indexed_field_names(self) -> list[str]:
        """All fields that have terms."""
        return sorted(PLACES)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> ArrayCursor:
        """A cursor over the terms of a field."""
        texts = [text for _, text in self.terms_from(fieldname, b"") if _ == fieldname]
        return ArrayCursor(self, fieldname, texts, fieldobj.from_bytes)

    def terms(self) -> Iterator[Term]:
        """All terms, ordered by field and text."""
        for field in sorted(PLACES):
            yield from self._of(field, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """The terms of a field that are not before ``prefix``, and those of the fields after it."""
        yield from self._of(fieldname, prefix)
        for field in sorted(PLACES):
            if field > fieldname:
                yield from self._of(field, b"")

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """All terms with what is known of each."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """``terms_from`` with what is known of each term."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term; raises Whoosh's ``TermNotFound``."""
        documents, counts = self._postings(fieldname, text)
        lengths = self.store.length(fieldname)[documents]
        return TermInfo(
            weight=float(counts.sum()),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """The total frequency of a term in a field; 0 if it is absent."""
        found = self._found(fieldname, text)
        return float(found[1].sum()) if found else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """The number of documents that have a term in a field."""
        found = self._found(fieldname, text)
        return len(found[0]) if found else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> ArrayMatcher:
        """The postings of a term, one document at a time."""
        documents, counts = self._postings(fieldname, text)
        number = self.store.lexicon(PLACES[fieldname].group).find(_decoded(text))

        def value(document: int) -> bytes:
            places = self.store.occurrences(fieldname, number, document)
            if format_.supports("characters"):
                return format_.encode([tuple(place) for place in places])  # type: ignore[no-any-return] # whoosh has no types
            if format_.supports("positions"):
                return format_.encode([place.position for place in places])  # type: ignore[no-any-return] # whoosh has no types
            return b""

        info = self.term_info(fieldname, text)
        listed = Listed((fieldname, text), documents, counts, value, info)
        return ArrayMatcher(listed, format_, scorer)

    def _of(self, field: str, first: bytes) -> Iterator[Term]:
        if field not in PLACES:
            return
        lexicon = self.store.lexicon(PLACES[field].group)
        for begin in range(lexicon.first_from(first), len(lexicon), TERMS):
            numbers = range(begin, min(begin + TERMS, len(lexicon)))
            for place in np.flatnonzero(self.store.frequencies(field, numbers)).tolist():
                yield field, lexicon.utf8(begin + place)

    def _postings(self, field: str, text: bytes) -> tuple[Numbers, Numbers]:
        found = self._found(field, text)
        if found is None:
            raise TermNotFound(f"No term {field}:{text!r}")
        return found

    def _found(self, field: str, text: bytes) -> tuple[Numbers, Numbers] | None:
        if field not in PLACES:
            return None
        number = self.store.lexicon(PLACES[field].group).find(_decoded(text))
        if number == ABSENT:
            return None
        documents, counts = self.store.field_postings(field, number)
        return (documents, counts) if len(documents) else None


class ArrayCursor(FieldCursor):  # type: ignore[misc] # whoosh has no types
    """Walks over the terms of a field."""

    def __init__(
        self,
        terms: ArrayTermsReader,
        field: str,
        texts: list[bytes],
        decode: Callable[[bytes], str],
    ) -> None:
        self._terms = terms
        self._field = field
        self._bytes = texts
        self._texts = [decode(text) for text in texts]
        self._at = 0

    def first(self) -> str | None:
        """Goes to the first term."""
        self._at = 0
        return self.text()

    def find(self, term: str | bytes) -> str | None:
        """Goes to the first term that is not before ``term``."""
        sought = term if isinstance(term, bytes) else term.encode("utf-8", "surrogatepass")
        self._at = next(
            (place for place, text in enumerate(self._bytes) if text >= sought), len(self._bytes)
        )
        return self.text()

    def next(self) -> str | None:
        """Goes to the next term."""
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        """The term, or None behind the last."""
        return self._texts[self._at] if self.is_valid() else None

    def term_info(self) -> TermInfo | None:
        """The statistics of the term."""
        return (
            self._terms.term_info(self._field, self._bytes[self._at]) if self.is_valid() else None
        )

    def is_valid(self) -> bool:
        """Whether the cursor is at a term."""
        return self._at < len(self._texts)


class Listed(NamedTuple):
    """The postings of a term; ``value`` encodes where a document has it."""

    term: Term
    documents: Numbers
    counts: Numbers
    value: Callable[[int], bytes]
    info: TermInfo


class ArrayMatcher(LeafMatcher):  # type: ignore[misc] # whoosh has no types
    """The postings of a term for Whoosh's queries; all of them are one block."""

    def __init__(self, listed: Listed, format_: Format, scorer: BaseScorer | None) -> None:
        self._listed = listed
        self._term = listed.term
        self.format = format_
        self.scorer = scorer
        self._at = 0

    def is_active(self) -> bool:
        """Whether there is a document."""
        return self._at < len(self._listed.documents)

    def reset(self) -> None:
        """Goes to the first document."""
        self._at = 0

    def copy(self) -> ArrayMatcher:
        """Another one at the same place."""
        other = ArrayMatcher(self._listed, self.format, self.scorer)
        other._at = self._at
        return other

    def id(self) -> int:
        """The document."""
        return int(self._listed.documents[self._at])

    def all_ids(self) -> Iterator[int]:
        """All documents."""
        return iter(self._listed.documents.tolist())

    def next(self) -> bool:
        """Goes to the next document; False, as there is no other block."""
        self._at += 1
        return False

    def skip_to(self, id: int) -> None:  # noqa: A002 (Whoosh's protocol)
        """Goes to the first document that is not before ``id``."""
        if not self.is_active():
            raise ReadTooFar
        rest = self._listed.documents[self._at :]
        self._at += int(np.searchsorted(rest, id))

    def skip_to_quality(self, minquality: float) -> int:
        """Goes to the end if no document can score more than ``minquality``."""
        if self.block_quality() > minquality:
            return 0
        self._at = len(self._listed.documents)
        return 1

    def weight(self) -> float:
        """The frequency of the term in the document."""
        return float(self._listed.counts[self._at])

    def value(self) -> bytes:
        """The places of the term in the document, in Whoosh's encoding."""
        return self._listed.value(self.id())

    def block_min_length(self) -> int:
        """The length of the shortest field."""
        length: int = self._listed.info.min_length()
        return length

    def block_max_length(self) -> int:
        """The length of the longest field."""
        length: int = self._listed.info.max_length()
        return length

    def block_max_weight(self) -> float:
        """The highest frequency."""
        weight: float = self._listed.info.max_weight()
        return weight

    def block_min_id(self) -> int:
        """The first document."""
        return int(self._listed.documents[0])

    def block_max_id(self) -> int:
        """The last document."""
        return int(self._listed.documents[-1])


class ArrayColumnReader:
    """A column of numbers."""

    def __init__(self, values: Numbers) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, document: int) -> int:
        return int(self._values[document])

    def __iter__(self) -> Iterator[int]:
        return iter(self._values.tolist())

    def sort_key(self, document: int) -> int:
        """The key that documents are sorted by."""
        return self[document]

    def load(self) -> list[int]:
        """All values."""
        return list(self)


class ArrayPerDocumentReader(PerDocumentReader):  # type: ignore[misc] # whoosh has no types
    """The stored fields, lengths and columns of a segment."""

    def __init__(self, store: SegmentArrays, segment: Segment) -> None:
        self.store = store
        self._segment = segment

    def doc_count(self) -> int:
        """The number of documents that are not deleted."""
        return self.doc_count_all() - self._segment.deleted_count()  # type: ignore[no-any-return] # whoosh has no types

    def doc_count_all(self) -> int:
        """The number of documents, deleted ones included."""
        count: int = self._segment.doc_count_all()
        return count

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return iter(self._segment.deleted_docs())

    def supports_columns(self) -> bool:
        """True: segments have columns."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether there is a column."""
        return self.store.documents.has_column(fieldname)

    def column_reader(self, fieldname: str, column: object) -> ArrayColumnReader:  # noqa: ARG002 (Whoosh's protocol)
        """The values of a column."""
        return ArrayColumnReader(self.store.documents.column(fieldname))

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The number of terms of a document in a field: exact, not rounded to a byte."""
        return int(self.store.length(fieldname)[docnum]) if fieldname in PLACES else default

    def field_length(self, fieldname: str) -> int:
        """The number of terms of all documents in a field."""
        return int(self.store.length(fieldname).sum()) if fieldname in PLACES else 0

    def min_field_length(self, fieldname: str) -> int:
        """The length of the shortest field."""
        return int(self.store.length(fieldname).min(initial=NO_ID))

    def max_field_length(self, fieldname: str) -> int:
        """The length of the longest field."""
        return int(self.store.length(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, str]:
        """The stored fields of a document."""
        return dict(self.store.documents.strings(docnum))


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")
