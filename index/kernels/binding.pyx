# cython: language_level=3, boundscheck=False, wraparound=False
"""The kernels as Python calls them: the border at which every argument is checked.

An array of a wrong type, of wrong dimensions, that is read-only where it is written or does not lie
in one piece, raises a ``ValueError`` or ``BufferError``; so does one whose length does not fit the
others. What is no array, or an object of another class, raises a ``TypeError``. Want of memory is a
``MemoryError``, a file that cannot be read an ``OSError``.

``score``, ``show`` and the merging let other threads run: they take milliseconds or read a file.
The others keep the interpreter: they take 0.2 to 150 microseconds, and to get it back from a
thread that computes takes up to its switch interval of 5 milliseconds.
"""

from array import array
from operator import index

import numpy as np

from cpython.buffer cimport PyBuffer_IsContiguous
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromObject, PyMemoryView_GET_BUFFER
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy

cdef extern from "kernels.h" nogil:
    int EXACT, STEMS, CONCEPTS
    int NO_MEMORY, UNREADABLE, DISORDERED, SHOWN, LONGEST_WORD

    ctypedef struct Column:
        const void *at
        int64_t width, size

    ctypedef struct Postings:
        Column starts, documents, counts, odd_postings
        Column odd_counts[2]

    ctypedef struct Stream:
        Column starts, abstracts, words, stem_of, offsets, width_of
        Column rare_rows, rare_values, odd_rows, odd_values

    ctypedef struct Wide:
        Column starts, terms, firsts, lasts

    ctypedef struct CSegment "Segment":
        Postings postings[3]
        Column word_of, position_starts, positions, form_starts, forms
        Stream stream
        Wide wide[2]
        Column seen[2]
        int64_t first, documents

    ctypedef struct Leaf:
        int64_t terms, rows, fields, is_row

    ctypedef struct Term:
        int64_t segment, group, number
        double weight

    ctypedef struct Row:
        int64_t segment, group, size

    ctypedef struct Plan:
        int64_t leaves
        const Leaf *leaf
        const Term *term
        const Row *row
        const int64_t *numbers

    ctypedef struct Match:
        int64_t nth, field, start, end, leaf

    ctypedef struct CStrings "Strings":
        int64_t file, offset, size
        Column starts
        int64_t fields
        int64_t shown[5]

    ctypedef struct CLines "Lines":
        int64_t leaves
        const int64_t *lines
        const int64_t *borders
        const uint8_t *queries

    ctypedef struct Setting:
        int64_t documents
        double count, k1
        const int32_t *lengths[2]
        const double *scales[2]
        const int32_t *years
        const uint8_t *live

    ctypedef struct Concepts:
        int64_t documents, concepts
        const uint32_t *starts
        const uint32_t *entries

    ctypedef struct CLexicon "Lexicon":
        const uint64_t *heads
        int64_t size
        Column starts, terms

    ctypedef struct RunTerms:
        Column terms, starts
        int64_t size, reached
        uint32_t *numbers

    ctypedef struct NextTerm:
        pass

    ctypedef struct RunLists:
        const uint32_t *numbers
        int64_t size
        Column starts, values
        int64_t base

    ctypedef struct Entry:
        uint32_t offset, length, number

    ctypedef struct CWordTable "WordTable":
        uint64_t *slots
        int64_t mask
        const Entry *entries
        const uint8_t *letters

    ctypedef struct TextColumns:
        uint32_t *numbers
        uint32_t *starts
        uint32_t *ends
        uint32_t *positions
        uint32_t *unknown
        uint8_t *gaps
        int64_t unknowns

    ctypedef struct Trie:
        const uint32_t *firsts
        const uint32_t *symbols
        const uint32_t *nexts
        const uint32_t *roots
        const uint8_t *links
        const uint8_t *ends
        int64_t kinds

    ctypedef struct Words:
        int64_t size, forms
        const uint32_t *numbers
        const uint32_t *symbols
        const uint32_t *wholes
        const uint8_t *gaps

    ctypedef struct Spelling:
        uint32_t first, last, node, mark

    int64_t c_mark "mark"(const CSegment *, int64_t, const Plan *, int64_t, const int64_t *,
                          int64_t, Match *)
    int64_t c_excerpt "excerpt"(int64_t, int64_t, const int64_t *, const int64_t *,
                                const uint8_t *, int64_t, const Match *, const CLines *, int64_t,
                                int64_t, int64_t, uint8_t *)
    int64_t c_show "show"(const CSegment *, int64_t, const Plan *, int64_t, const int64_t *,
                          const CStrings *, const CLines *, int64_t, int64_t, int64_t, uint8_t *)
    int64_t c_score "score"(const Setting *, const CSegment **, const Plan *, const double *,
                            int64_t, double *, uint8_t *, double *, int32_t *)
    int64_t c_best "best"(const Setting *, const double *, const uint8_t *, int64_t, int64_t *)
    int64_t c_likeliest "likeliest"(const CSegment *, int64_t, const int64_t *, const double *, int64_t,
                              int64_t, int64_t, int64_t, int64_t *, int64_t *, double *)
    int64_t c_facets "facets"(const Concepts *, const uint8_t *, const double *, int64_t,
                              const int64_t *, int64_t, int64_t, int64_t *)
    int64_t c_find "find"(const CLexicon *, const uint8_t *, int64_t)
    int64_t merge_terms(RunTerms *, int64_t, NextTerm *, int64_t, int64_t, uint8_t *, int64_t,
                        int64_t *)
    int64_t merge_lists(const RunLists *, int64_t, int64_t, int64_t, int64_t *, void *, int64_t,
                        int64_t)
    int64_t c_stem "stem"(const char *, int64_t)
    void enter(const CWordTable *, int64_t, int64_t)
    int64_t c_cut "cut"(const CWordTable *, const uint8_t *, int64_t, int64_t, int64_t,
                        TextColumns *)
    int64_t c_pairs "pairs"(const uint8_t *, int64_t, int64_t, const uint32_t *, const uint8_t *,
                            uint32_t *)
    int64_t c_walk "walk"(const Trie *, const Words *, int64_t, Spelling *)
    int64_t c_invert "invert"(const Trie *, const Words *, int64_t, Spelling *)


# ---- Arrays ------------------------------------------------------------------------------------



cdef Column _column(object values, str name, list held, bint is_written=False) except *:
    """A column of unsigned numbers of any width; ``held`` keeps it where it is."""
    cdef object view = PyMemoryView_FromObject(values)
    cdef Py_buffer *buffer = PyMemoryView_GET_BUFFER(view)
    cdef bytes kind = buffer.format if buffer.format != NULL else b"B"
    if buffer.ndim != 1:
        raise ValueError(f"{name} has {buffer.ndim} dimensions, not 1")
    if not PyBuffer_IsContiguous(buffer, b"C"):
        raise ValueError(f"{name} does not lie in one piece")
    if len(kind) != 1 or kind not in b"BHILQlq" or (kind in b"lq" and buffer.itemsize != 8):
        raise ValueError(f"{name} has numbers of the type {kind.decode()}, not unsigned ones")
    if <uintptr_t>buffer.buf % <uintptr_t>buffer.itemsize:
        raise ValueError(f"{name} is not aligned")
    if is_written and buffer.readonly:
        raise ValueError(f"{name} is read-only")
    held.append(view)
    return Column(buffer.buf, buffer.itemsize, buffer.shape[0])


cdef Column _column_of(object values, str name, list held, int width,
                       bint is_written=False) except *:
    """A column whose numbers take so many bytes."""
    cdef Column column = _column(values, name, held, is_written)
    if column.width != width:
        raise ValueError(f"{name} has numbers of {column.width} bytes, not {width}")
    return column


cdef int _fits(str name, int64_t size, int64_t wanted) except -1:
    if size != wanted:
        raise ValueError(f"{name} has the length {size}, not {wanted}")
    return 0


cdef int _lies(str name, int64_t number, int64_t least, int64_t most) except -1:
    if number < least or number > most:
        raise ValueError(f"{name} is {number}, not from {least} to {most}")
    return 0


cdef int64_t _done(int64_t result) except -1:
    """What a kernel returned, if that is no error."""
    if result >= 0:
        return result
    if result == UNREADABLE:
        raise OSError("What the index keeps of its abstracts cannot be read.")
    if result == DISORDERED:
        raise ValueError("A list does not lie where it is said to be.")
    raise MemoryError


cdef void *_allocated(size_t items, size_t width) except NULL:
    cdef void *found = PyMem_Calloc(items + 1, width)
    if found == NULL:
        raise MemoryError
    return found


# ---- Segments ----------------------------------------------------------------------------------

_GROUPS = ("exact", "stems", "concepts")


cdef Column _named(object arrays, str name, list held, int width=0) except *:
    """The column of a name, whose numbers take so many bytes, or any for 0."""
    return _column_of(arrays[name], name, held, width) if width else _column(arrays[name], name, held)


cdef class Segment:
    """The arrays of a segment as the kernels read them, and the number of its first document.

    ``arrays`` gives them by name. Raises ``KeyError`` for one that is missing.
    """

    cdef CSegment c
    cdef list _held
    cdef readonly int64_t documents

    def __cinit__(self, arrays, int64_t first):
        cdef list held = []
        cdef Postings *postings
        cdef Wide *wide
        cdef Stream *stream = &self.c.stream
        cdef int nth
        for nth, group in enumerate(_GROUPS):
            postings = &self.c.postings[nth]
            postings.starts = _named(arrays, f"{group}.starts", held)
            postings.documents = _named(arrays, f"{group}.documents", held)
            postings.counts = _named(arrays, f"{group}.counts", held, 1)
            postings.odd_postings = _named(arrays, f"{group}.odd.postings", held)
            for field in range(2):
                postings.odd_counts[field] = _named(arrays, f"{group}.odd.counts.{field}", held)
        self.c.word_of = _named(arrays, "exact.words", held)
        self.c.position_starts = _named(arrays, "exact.position_starts", held)
        self.c.positions = _named(arrays, "exact.positions", held)
        self.c.form_starts = _named(arrays, "stems.form_starts", held)
        self.c.forms = _named(arrays, "stems.forms", held)
        stream.starts = _named(arrays, "stream.starts", held)
        stream.abstracts = _named(arrays, "stream.abstracts", held)
        stream.words = _named(arrays, "stream.words", held, 2)
        stream.stem_of = _named(arrays, "stream.stem_of", held)
        stream.offsets = _named(arrays, "stream.offsets", held)
        stream.width_of = _named(arrays, "stream.width_of", held)
        stream.rare_rows = _named(arrays, "stream.rare.rows", held)
        stream.rare_values = _named(arrays, "stream.rare.values", held)
        stream.odd_rows = _named(arrays, "stream.odd.rows", held)
        stream.odd_values = _named(arrays, "stream.odd.values", held)
        for nth, group in enumerate(_GROUPS[1:]):
            wide = &self.c.wide[nth]
            wide.starts = _named(arrays, f"wide.{group}.starts", held)
            wide.terms = _named(arrays, f"wide.{group}.terms", held)
            wide.firsts = _named(arrays, f"wide.{group}.firsts", held)
            wide.lasts = _named(arrays, f"wide.{group}.lasts", held)
            self.c.seen[nth] = _named(arrays, f"{group}.seen", held)
        _lies("first", first, 0, 1 << 40)
        self.c.first = first
        self.documents = self.c.documents = max(<int64_t>stream.starts.size - 1, 0)
        self._held = held

    cdef object inside(self, documents):
        """Numbers of documents in the index that are all in this segment."""
        found = array("q", documents)
        cdef const int64_t[::1] numbers = found
        cdef int64_t nth
        for nth in range(numbers.shape[0]):
            _lies("a document", numbers[nth], self.c.first, self.c.first + self.documents - 1)
        return found


cdef class Lexicon:
    """The sorted terms of a group: their first eight bytes as numbers, where each starts, and all
    of them end to end."""

    cdef CLexicon c
    cdef list _held

    def __cinit__(self, heads, starts, terms):
        cdef list held = []
        cdef Column column = _column_of(heads, "heads", held, 8)
        self.c.heads = <const uint64_t *>column.at
        self.c.starts = _column(starts, "starts", held)
        self.c.terms = _column_of(terms, "terms", held, 1)
        _fits("starts", self.c.starts.size, column.size + 1)
        self.c.size = column.size
        self._held = held

    def __len__(self):
        return self.c.size

    def find(self, bytes term not None):
        """The number of a term, or ``~n`` for the first term ``n`` that is after it."""
        return c_find(&self.c, <const uint8_t *>PyBytes_AS_STRING(term), PyBytes_GET_SIZE(term))


# ---- Plans -------------------------------------------------------------------------------------

cdef class QueryPlan:
    """A leaf of a query as the kernels take it, or several, see ``together``.

    ``terms`` are those of segments with their weights, as (segment, group, number, weight);
    ``phrases`` are (segment, group, numbers of the terms in a row). ``fields`` are bits, title the
    lowest. ``is_phrase`` says whether the phrases decide which documents the leaf matches.
    """

    cdef Plan c
    cdef Leaf *leaf
    cdef Term *term
    cdef Row *row
    cdef int64_t *number
    cdef int64_t n_terms, n_rows, n_numbers, segments

    def __cinit__(self, terms=(), phrases=(), int64_t fields=0, bint is_phrase=False):
        cdef int64_t nth, place
        self.room(1, len(terms), len(phrases), sum([len(one[2]) for one in phrases]))
        for nth, (segment, group, number, weight) in enumerate(terms):
            self.checked(index(segment), index(group), CONCEPTS)
            _lies("a term", index(number), 0, 1 << 40)
            self.term[nth] = Term(segment, group, number, weight)
        place = 0
        for nth, (segment, group, numbers) in enumerate(phrases):
            self.checked(index(segment), index(group), STEMS)
            _lies("the length of a phrase", len(numbers), 1, 1 << 40)
            self.row[nth] = Row(segment, group, len(numbers))
            for number in numbers:
                _lies("a term", index(number), 0, 1 << 40)
                self.number[place] = number
                place += 1
        _lies("fields", fields, 0, 3)
        self.leaf[0] = Leaf(self.n_terms, self.n_rows, fields, is_phrase)

    @staticmethod
    def together(plans):
        """The leaves of some plans one after the other; the plan itself of one."""
        cdef list some = list(plans)
        cdef QueryPlan one, found
        cdef int64_t leaves = 0, terms = 0, rows = 0, numbers = 0
        if len(some) == 1 and isinstance(some[0], QueryPlan):
            return some[0]
        for one in some:
            if one is None:
                raise TypeError("None is no plan")
            leaves += one.c.leaves
            terms += one.n_terms
            rows += one.n_rows
            numbers += one.n_numbers
        found = QueryPlan.__new__(QueryPlan)
        found.room(leaves, terms, rows, numbers)
        leaves = terms = rows = numbers = 0
        for one in some:
            memcpy(found.leaf + leaves, one.leaf, one.c.leaves * sizeof(Leaf))
            memcpy(found.term + terms, one.term, one.n_terms * sizeof(Term))
            memcpy(found.row + rows, one.row, one.n_rows * sizeof(Row))
            memcpy(found.number + numbers, one.number, one.n_numbers * sizeof(int64_t))
            leaves += one.c.leaves
            terms += one.n_terms
            rows += one.n_rows
            numbers += one.n_numbers
            found.segments = max(found.segments, one.segments)
        return found

    cdef int room(self, int64_t leaves, int64_t terms, int64_t rows, int64_t numbers) except -1:
        self.free()
        self.leaf = <Leaf *>_allocated(leaves, sizeof(Leaf))
        self.term = <Term *>_allocated(terms, sizeof(Term))
        self.row = <Row *>_allocated(rows, sizeof(Row))
        self.number = <int64_t *>_allocated(numbers, sizeof(int64_t))
        self.n_terms, self.n_rows, self.n_numbers = terms, rows, numbers
        self.c = Plan(leaves, self.leaf, self.term, self.row, self.number)
        return 0

    cdef int checked(self, int64_t segment, int64_t group, int64_t last_group) except -1:
        _lies("a segment", segment, 0, 1 << 40)
        _lies("a group", group, EXACT, last_group)
        self.segments = max(self.segments, segment + 1)
        return 0

    cdef void free(self) noexcept:
        PyMem_Free(self.leaf)
        PyMem_Free(self.term)
        PyMem_Free(self.row)
        PyMem_Free(self.number)

    def __dealloc__(self):
        self.free()

    def __len__(self):
        """How many leaves there are."""
        return self.c.leaves

    @property
    def leaves(self):
        """Of each leaf how many terms and phrases it has, its fields, and whether it is a phrase."""
        return [
            (self.leaf[n].terms, self.leaf[n].rows, self.leaf[n].fields, bool(self.leaf[n].is_row))
            for n in range(self.c.leaves)
        ]

    @property
    def terms(self):
        """The terms of all leaves, as they are given to a plan."""
        return [
            (self.term[n].segment, self.term[n].group, self.term[n].number, self.term[n].weight)
            for n in range(self.n_terms)
        ]

    @property
    def phrases(self):
        """The phrases of all leaves, as they are given to a plan."""
        cdef int64_t nth, place = 0
        found = []
        for nth in range(self.n_rows):
            numbers = tuple([self.number[place + n] for n in range(self.row[nth].size)])
            place += self.row[nth].size
            found.append((self.row[nth].segment, self.row[nth].group, numbers))
        return found


# ---- Scores ------------------------------------------------------------------------------------

cdef class Scratch:
    """Room in which a thread scores so many documents; two calls cannot use it at once."""

    cdef double *sums
    cdef int32_t *found
    cdef int64_t documents
    cdef bint is_used

    def __cinit__(self, int64_t documents):
        _lies("documents", documents, 0, 1 << 40)
        self.sums = <double *>_allocated(documents, sizeof(double))
        self.found = <int32_t *>_allocated(documents + 1, sizeof(int32_t))
        self.documents = documents

    def __dealloc__(self):
        PyMem_Free(self.sums)
        PyMem_Free(self.found)


cdef class Scorer:
    """What the scores of an index are computed with.

    ``lengths`` are the words of titles and abstracts by document, ``scales`` for both by length what
    a frequency is multiplied by, ``years`` break ties, ``live`` says which documents are not
    deleted. Raises ``ValueError`` where a length has no scale.
    """

    cdef Setting c
    cdef const CSegment **segment
    cdef tuple segments
    cdef list _held

    def __cinit__(self, segments, *, double count, double k1, lengths, scales, years, live=None):
        cdef tuple some = tuple(segments)
        cdef Segment one
        cdef const int32_t[::1] numbers
        cdef const double[::1] factors
        cdef const uint8_t[::1] flags
        cdef int64_t documents = 0, nth
        cdef int field
        cdef list held = []
        self.segment = <const CSegment **>_allocated(len(some), sizeof(CSegment *))
        for nth in range(len(some)):
            one = <Segment?>some[nth]
            _fits("the documents before a segment", one.c.first, documents)
            documents += one.documents
            self.segment[nth] = &one.c
        for field in range(2):
            numbers, factors = lengths[field], scales[field]
            _fits("lengths", numbers.shape[0], documents)
            for nth in range(documents):
                _lies("a length", numbers[nth], 0, factors.shape[0] - 1)
            self.c.lengths[field], self.c.scales[field] = &numbers[0], &factors[0]
            held += [numbers, factors]
        numbers = years
        _fits("years", numbers.shape[0], documents)
        self.c.years = &numbers[0]
        held.append(numbers)
        self.c.live = NULL
        if live is not None:
            flags = live
            _fits("live", flags.shape[0], documents)
            self.c.live = &flags[0]
            held.append(flags)
        self.c.documents, self.c.count, self.c.k1 = documents, count, k1
        self.segments, self._held = some, held

    def __dealloc__(self):
        PyMem_Free(<void *>self.segment)

    def score(
        self,
        QueryPlan plan not None,
        const double[::1] weights not None,
        int64_t reasons,
        double[::1] total not None,
        uint8_t[::1] mask not None,
        Scratch scratch not None,
    ):
        """Adds the scores of leaves, each by its weight, to ``total``.

        Marks in ``mask`` all documents to which any of the first ``reasons`` leaves gives one. Where
        no mark is, what ``total`` has is of no account, unless there are no reasons.
        """
        cdef int64_t failed
        _lies("the segments of the plan", plan.segments, 0, len(self.segments))
        _fits("weights", weights.shape[0], plan.c.leaves)
        _lies("reasons", reasons, 0, plan.c.leaves)
        _fits("total", total.shape[0], self.c.documents)
        _fits("mask", mask.shape[0], self.c.documents)
        _fits("scratch", scratch.documents, self.c.documents)
        if scratch.is_used:
            raise ValueError("scratch is used by another call")
        scratch.is_used = True
        try:
            with nogil:
                failed = c_score(
                    &self.c, self.segment, &plan.c, &weights[0], reasons, &total[0], &mask[0],
                    scratch.sums, scratch.found,
                )
        finally:
            scratch.is_used = False
        _done(failed)

    def best(
        self,
        const double[::1] total not None,
        const uint8_t[::1] mask not None,
        int64_t[::1] found not None,
    ):
        """Puts the best marked documents into ``found``, best first; returns how many they are."""
        _fits("total", total.shape[0], self.c.documents)
        _fits("mask", mask.shape[0], self.c.documents)
        return c_best(&self.c, &total[0], &mask[0], found.shape[0], &found[0])


def likeliest(
    Segment segment not None,
    const int64_t[::1] documents not None,
    const double[::1] shares not None,
    *,
    int64_t shared_by,
    int64_t fewest,
    int64_t most,
):
    """The terms of some documents of a segment, numbered within it: the likeliest first.

    Their numbers, concepts after stems; how many of these documents hold each; and its
    Σ share · frequency / length over them. Only those of at least ``shared_by`` of the documents,
    and of ``fewest`` to ``most`` of the segment.
    """
    cdef int64_t count = 1 << 10, room = 0, nth
    cdef int64_t[::1] numbers, holders
    cdef double[::1] likelihoods
    _fits("shares", shares.shape[0], documents.shape[0])
    for nth in range(documents.shape[0]):
        _lies("a document", documents[nth], 0, segment.documents - 1)
    while count > room:
        room = count
        found = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        numbers, holders, likelihoods = found
        count = _done(
            c_likeliest(
                &segment.c, documents.shape[0], &documents[0], &shares[0], shared_by, fewest,
                most, room, &numbers[0], &holders[0], &likelihoods[0],
            )
        )
    return tuple([one[:count] for one in found])


cdef class ConceptLists:
    """The concepts that documents speak of: ``entries[starts[d]:starts[d + 1]]`` of document d.

    An entry is 2 c + 1 if the text names the concept c, 2 c if it names only narrower ones.
    """

    cdef Concepts c
    cdef list _held

    def __cinit__(
        self,
        const uint32_t[::1] starts not None,
        const uint32_t[::1] entries not None,
        int64_t concepts,
    ):
        cdef int64_t nth, size = starts.shape[0] - 1
        _lies("the length of starts", size + 1, 1, 1 << 40)
        _lies("concepts", concepts, 0, 1 << 30)
        for nth in range(size):
            _lies("a start", starts[nth], 0, starts[nth + 1])
        _fits("entries", entries.shape[0], starts[size])
        for nth in range(entries.shape[0]):
            _lies("an entry", entries[nth], 0, 2 * concepts - 1)
        self.c = Concepts(size, concepts, &starts[0], &entries[0])
        self._held = [starts, entries]


def facets(
    ConceptLists lists not None,
    const uint8_t[::1] hits not None,
    const double[::1] rarity not None,
    const int64_t[::1] ends not None,
    *,
    int64_t total,
    int64_t most,
):
    """How many concepts of each kind narrow the hits down, ``most`` at most, then kind after kind
    these concepts, those worth most first, each with how many hits it leaves.

    ``ends`` says where each kind ends. A concept is worth how many of the ``total`` hits name it,
    times its rarity.
    """
    cdef int64_t kind, kinds = ends.shape[0]
    _fits("hits", hits.shape[0], lists.c.documents)
    _fits("rarity", rarity.shape[0], lists.c.concepts)
    _lies("most", most, 0, 1 << 20)
    for kind in range(kinds):
        _lies("an end", ends[kind], ends[kind - 1] if kind else 0, lists.c.concepts)
    found = np.zeros(kinds * (1 + 2 * most), np.int64)
    cdef int64_t[::1] numbers = found
    _done(
        c_facets(&lists.c, &hits[0], &rarity[0], kinds, &ends[0], total, most, &numbers[0])
    )
    return found


# ---- What is shown -----------------------------------------------------------------------------

_MATCHES = 64  # in a document, for which there is room at once
_BYTES = 4096  # of the message on a document, as well


cdef class Strings:
    """Where the strings of a segment are: ``size`` bytes from ``offset`` on in an open file.

    ``starts`` says where each begins. A document has ``fields`` of them, of which ``shown`` names
    title, abstract, passages, PMID and record.
    """

    cdef CStrings c
    cdef list _held

    def __cinit__(self, int file, int64_t offset, int64_t size, starts, int64_t fields, shown):
        cdef list held = []
        cdef int nth
        _lies("file", file, 0, 1 << 30)
        _lies("offset", offset, 0, 1 << 48)
        _lies("size", size, 0, 1 << 48)
        _lies("fields", fields, 1, 1 << 16)
        self.c.file, self.c.offset, self.c.size, self.c.fields = file, offset, size, fields
        self.c.starts = _column(starts, "starts", held)
        _fits("shown", len(shown), SHOWN)
        for nth, place in enumerate(shown):
            _lies("a place", place, 0, fields - 1)
            self.c.shown[nth] = place
        self._held = held


cdef class Lines:
    """The order of receipts: ``lines`` says by leaf to which of the ``queries`` it belongs."""

    cdef CLines c
    cdef list _held

    def __cinit__(self, queries, lines):
        cdef list texts = list(queries)
        cdef bytes joined = b"".join(texts)
        cdef const int64_t[::1] places = array("q", lines)
        cdef int64_t[::1] borders = array("q", bytes(8 * (len(texts) + 1)))
        cdef int64_t nth
        for nth in range(len(texts)):
            borders[nth + 1] = borders[nth] + len(texts[nth])
        for nth in range(places.shape[0]):
            _lies("a line", places[nth], 0, len(texts) - 1)
        self.c.leaves = places.shape[0]
        self.c.lines, self.c.borders = &places[0], &borders[0]
        self.c.queries = <const uint8_t *>PyBytes_AS_STRING(joined)
        self._held = [joined, places, borders]

    def __len__(self):
        return self.c.leaves


def mark(Segment segment not None, int64_t nth, QueryPlan plan not None, documents):
    """All matches in documents of the ``nth`` segment, in the order of the texts.

    A row for each: which of the documents, 0 for the title and 1 for the abstract, from and to
    which character, and the leaf.
    """
    cdef const int64_t[::1] numbers = segment.inside(documents)
    cdef int64_t count = _MATCHES * numbers.shape[0], room = -1
    cdef int64_t[:, ::1] matches
    while count > room:
        room = count
        found = np.empty((room, 5), np.int64)
        matches = found
        count = _done(
            c_mark(
                &segment.c, nth, &plan.c, numbers.shape[0], &numbers[0], room,
                <Match *>&matches[0, 0],
            )
        )
    return found[:count]


def excerpt(
    const int64_t[:, ::1] bounds not None,
    shown,
    bytes strings not None,
    const int64_t[:, ::1] matches not None,
    Lines lines not None,
    *,
    int64_t most,
    int64_t longest,
):
    """What is shown of documents, as MessagePack: a list of ``Excerpt`` of search/local/highlight.py.

    ``strings`` has those of all documents end to end, ``bounds`` a row for each document of where
    they begin and the last one ends, counted from anywhere. ``matches`` are as ``mark`` gives them.
    No more than ``most`` passages are shown, or all for 0, and of each no more than about
    ``longest`` characters, or all for 0.
    """
    cdef int64_t documents = bounds.shape[0], fields = bounds.shape[1] - 1
    cdef int64_t nth, field, size = 0, count = _BYTES * documents, room = -1
    cdef int64_t places[5]
    _lies("the strings of a document", fields, 1, 1 << 16)
    for nth in range(documents):
        for field in range(fields):
            _lies("a bound", bounds[nth, field], 0, bounds[nth, field + 1])
        size += bounds[nth, fields] - bounds[nth, 0]
    _fits("strings", len(strings), size)
    _fits("shown", len(shown), SHOWN)
    for nth, place in enumerate(shown):
        _lies("a place", place, 0, fields - 1)
        places[nth] = place
    _fits("the columns of matches", matches.shape[1], 5)
    for nth in range(matches.shape[0]):
        _lies("a document", matches[nth, 0], 0, documents - 1)
        _lies("a field", matches[nth, 1], 0, 1)
        _lies("a start", matches[nth, 2], 0, 1 << 48)
        _lies("an end", matches[nth, 3], 0, 1 << 48)
        _lies("a leaf", matches[nth, 4], 0, lines.c.leaves - 1)
    _lies("most", most, 0, 1 << 30)
    _lies("longest", longest, 0, 1 << 30)
    while count > room:
        room = count
        message = PyBytes_FromStringAndSize(NULL, room)
        count = _done(
            c_excerpt(
                documents, fields, &bounds[0, 0], places,
                <const uint8_t *>PyBytes_AS_STRING(strings), matches.shape[0],
                <const Match *>&matches[0, 0], &lines.c, most, longest, room,
                <uint8_t *>PyBytes_AS_STRING(message),
            )
        )
    return memoryview(message)[:count]


def show(
    Segment segment not None,
    int64_t nth,
    QueryPlan plan not None,
    documents,
    Strings strings not None,
    Lines lines not None,
    *,
    int64_t most,
    int64_t longest,
):
    """What ``excerpt`` gives for documents of the ``nth`` segment, with all matches of a plan."""
    cdef const int64_t[::1] numbers = segment.inside(documents)
    cdef int64_t count = _BYTES * numbers.shape[0], room = -1
    cdef uint8_t *to
    _fits("lines", lines.c.leaves, plan.c.leaves)
    _lies("most", most, 0, 1 << 30)
    _lies("longest", longest, 0, 1 << 30)
    while count > room:
        room = count
        message = PyBytes_FromStringAndSize(NULL, room)
        to = <uint8_t *>PyBytes_AS_STRING(message)
        with nogil:
            count = c_show(
                &segment.c, nth, &plan.c, numbers.shape[0], &numbers[0], &strings.c, &lines.c,
                most, longest, room, to,
            )
        _done(count)
    return memoryview(message)[:count]


# ---- Merging -----------------------------------------------------------------------------------

cdef class TermMerger:
    """Merges the sorted terms of runs, each given as its terms end to end, where each starts, and
    room for the number that each gets among all."""

    cdef RunTerms *runs
    cdef NextTerm *heap
    cdef int64_t count
    cdef list _held

    def __cinit__(self, runs):
        cdef list held = [], some = list(runs)
        cdef Column numbers
        cdef RunTerms *run
        self.runs = <RunTerms *>_allocated(len(some), sizeof(RunTerms))
        self.heap = <NextTerm *>_allocated(len(some), sizeof(NextTerm))
        for terms, starts, own in some:
            run = &self.runs[self.count]
            run.terms = _column_of(terms, "terms", held, 1)
            run.starts = _column(starts, "starts", held)
            numbers = _column_of(own, "numbers", held, 4, is_written=True)
            _fits("starts", run.starts.size, numbers.size + 1)
            run.size, run.reached, run.numbers = numbers.size, 0, <uint32_t *>numbers.at
            self.count += 1
        self._held = held

    def __dealloc__(self):
        PyMem_Free(self.runs)
        PyMem_Free(self.heap)

    def next(
        self, int64_t known, uint8_t[::1] terms not None, int64_t[::1] lengths not None
    ):
        """Writes the next terms end to end, each once, and their lengths, as far as there is room.

        Returns how many; 0 when there are no more. They are numbered from ``known`` on. Raises
        ``ValueError`` if there is no room for a single one.
        """
        cdef int64_t found, nth
        with nogil:
            found = merge_terms(
                self.runs, self.count, self.heap, known, lengths.shape[0], &terms[0],
                terms.shape[0], &lengths[0],
            )
        for nth in range(self.count if not found else 0):
            if self.runs[nth].reached < self.runs[nth].size:
                raise ValueError("There is no room for a term.")
        return found


cdef class ListMerger:
    """Merges a column of the lists of runs, each given as the numbers of its terms among all, where
    their lists start, the values, and what is added to each."""

    cdef RunLists *runs
    cdef int64_t count
    cdef list _held

    def __cinit__(self, runs):
        cdef list held = [], some = list(runs)
        cdef Column own
        cdef RunLists *run
        self.runs = <RunLists *>_allocated(len(some), sizeof(RunLists))
        for numbers, starts, values, base in some:
            run = &self.runs[self.count]
            own = _column_of(numbers, "numbers", held, 4)
            run.numbers, run.size = <const uint32_t *>own.at, own.size
            run.starts = _column(starts, "starts", held)
            run.values = _column(values, "values", held)
            _fits("starts", run.starts.size, own.size + 1)
            run.base = base
            self.count += 1
        self._held = held

    def __dealloc__(self):
        PyMem_Free(self.runs)

    def merge(self, int64_t first, int64_t end, int64_t[::1] cursor not None, target):
        """Writes the lists of the terms numbered from ``first`` up to ``end``.

        ``cursor`` says by term where in ``target`` its list starts, afterwards where it ends. Raises
        ``ValueError`` where a list does not fit.
        """
        cdef list held = []
        cdef Column to = _column(target, "target", held, is_written=True)
        cdef int64_t failed
        _lies("first", first, 0, end)
        _fits("cursor", cursor.shape[0], end - first)
        with nogil:
            failed = merge_lists(
                self.runs, self.count, first, end, &cursor[0], <void *>to.at, to.width, to.size
            )
        _done(failed)


# ---- Words -------------------------------------------------------------------------------------

def stem(bytes form not None):
    """How many letters of a word its stem keeps, and in the bits above the lowest eight up to four
    that follow them. The word has 3 to 100 letters; what is not from a to z is a consonant."""
    _lies("the letters of a word", PyBytes_GET_SIZE(form), 3, LONGEST_WORD)
    return c_stem(PyBytes_AS_STRING(form), PyBytes_GET_SIZE(form))


cdef class WordTable:
    """Words as they are written, up to ``most``, and the number of the form of each."""

    cdef CWordTable c
    cdef Entry *entries
    cdef uint8_t *letters
    cdef int64_t count, room, size, bytes_room, most

    def __cinit__(self, int64_t most):
        _lies("most", most, 0, 1 << 30)
        cdef int64_t slots = 2
        while slots <= most:  # so that one is always free
            slots *= 2
        self.c.slots = <uint64_t *>_allocated(slots, sizeof(uint64_t))
        self.c.mask, self.most = slots - 1, most

    def __dealloc__(self):
        PyMem_Free(self.c.slots)
        PyMem_Free(self.entries)
        PyMem_Free(self.letters)

    def __len__(self):
        return self.count

    def add(self, bytes word not None, uint32_t number):
        """One more word. Raises ``ValueError`` if there is no room for it."""
        cdef int64_t size = PyBytes_GET_SIZE(word)
        cdef void *moved
        _lies("the words of a table", self.count + 1, 1, self.most)
        _lies("the letters of a table", self.size + size, 0, (1 << 32) - 1)
        if self.count == self.room:
            moved = PyMem_Realloc(self.entries, (2 * self.room + 64) * sizeof(Entry))
            if moved == NULL:
                raise MemoryError
            self.entries, self.room = <Entry *>moved, 2 * self.room + 64
        if self.size + size > self.bytes_room:
            moved = PyMem_Realloc(self.letters, 2 * (self.size + size) + 1024)
            if moved == NULL:
                raise MemoryError
            self.letters, self.bytes_room = <uint8_t *>moved, 2 * (self.size + size) + 1024
        memcpy(self.letters + self.size, PyBytes_AS_STRING(word), size)
        self.entries[self.count] = Entry(self.size, size, number)
        self.size += size
        self.count += 1
        self.c.entries, self.c.letters = self.entries, self.letters
        enter(&self.c, self.count - 1, self.count)

    def cut(
        self,
        bytes text not None,
        *,
        int64_t shift,
        int64_t step,
        uint32_t[:, ::1] columns not None,
        uint8_t[::1] gaps not None,
    ):
        """Cuts a text in ASCII that begins at ``shift`` into words; returns how many there are, and
        how many of them the table does not have.

        ``columns`` has five rows, ``gaps`` one, of room for as many words as characters. Written are
        numbers, starts, ends, positions, which words are unknown, and what stands before each. A
        word stands ``step`` positions further for each end of a line before it.
        """
        cdef TextColumns out
        cdef int64_t size = PyBytes_GET_SIZE(text), words
        _fits("columns", columns.shape[0], 5)
        _lies("the characters of a text", size, 0, min(columns.shape[1], gaps.shape[0]))
        _lies("shift", shift, 0, (1 << 32) - 1 - size)
        _lies("step", step, 0, 1 << 16)
        if not size:
            return 0, 0
        out.numbers, out.starts, out.ends = &columns[0, 0], &columns[1, 0], &columns[2, 0]
        out.positions, out.unknown, out.gaps = &columns[3, 0], &columns[4, 0], &gaps[0]
        words = c_cut(
            &self.c, <const uint8_t *>PyBytes_AS_STRING(text), size, shift, step, &out
        )
        return words, out.unknowns


def pairs(
    const uint8_t[::1] kinds not None,
    const uint32_t[::1] numbers not None,
    const uint8_t[::1] gaps not None,
    uint32_t[::1] found not None,
):
    """Writes the words of a text that may be one with the next; returns how many they are.

    ``kinds`` says of each form whether it is digits (1) or a prefix (2).
    """
    cdef int64_t words = numbers.shape[0]
    _fits("gaps", gaps.shape[0], words)
    _lies("the words of a text", words, 0, found.shape[0])
    return c_pairs(&kinds[0], kinds.shape[0], words, &numbers[0], &gaps[0], &found[0])


cdef class TrieArrays:
    """A trie: from node n the edges ``firsts[n]`` to ``firsts[n + 1]`` lead on, ordered by symbol.

    ``roots`` says by symbol where the root leads, ``links`` which of them may link two spellings,
    ``ends`` by node whether a spelling ends there. Nodes come after those that lead to them.
    """

    cdef Trie c
    cdef list _held

    def __cinit__(
        self,
        const uint32_t[::1] firsts not None,
        const uint32_t[::1] symbols not None,
        const uint32_t[::1] nexts not None,
        const uint32_t[::1] roots not None,
        const uint8_t[::1] links not None,
        const uint8_t[::1] ends not None,
    ):
        cdef int64_t nodes = firsts.shape[0] - 1, kinds = roots.shape[0], node, edge
        _lies("the nodes of a trie", nodes, 1, 1 << 32)
        _lies("the symbols of a trie", kinds, 1, 1 << 32)
        _fits("ends", ends.shape[0], nodes)
        _fits("links", links.shape[0], kinds)
        _fits("nexts", nexts.shape[0], symbols.shape[0])
        _fits("the first of firsts", firsts[0], 0)
        _fits("the last of firsts", firsts[nodes], symbols.shape[0])
        for node in range(nodes):
            _lies("one of firsts", firsts[node], 0, firsts[node + 1])
        for node in range(nodes):
            for edge in range(firsts[node], firsts[node + 1]):
                _lies("a symbol", symbols[edge], 1, kinds - 1)
                _lies("a node", nexts[edge], node + 1, nodes - 1)
        for edge in range(kinds):
            _lies("a node", roots[edge], 0, nodes - 1)
        self.c = Trie(
            &firsts[0], &symbols[0], &nexts[0], &roots[0], &links[0], &ends[0], kinds
        )
        self._held = [firsts, symbols, nexts, roots, links, ends]


cdef class TextWords:
    """The words of a text as a trie walks them: their numbers, the symbol of each number, the symbol
    of a word and the next as one or 0, and what stands before each word."""

    cdef Words c
    cdef list _held

    def __cinit__(
        self,
        const uint32_t[::1] numbers not None,
        const uint32_t[::1] symbols not None,
        const uint32_t[::1] wholes not None,
        const uint8_t[::1] gaps not None,
    ):
        _fits("wholes", wholes.shape[0], numbers.shape[0])
        _fits("gaps", gaps.shape[0], numbers.shape[0])
        self.c = Words(
            numbers.shape[0], symbols.shape[0], &numbers[0], &symbols[0], &wholes[0], &gaps[0]
        )
        self._held = [numbers, symbols, wholes, gaps]


def walk(TrieArrays trie not None, TextWords words not None):
    """All rows of terms in a text: by their first word, then the shorter ones first.

    Each as its first and last word, the node where it ends, and bits for whether an and, an or, or a
    slash stands before (1) or after it (2).
    """
    return _spellings(trie, words, c_walk)


def invert(TrieArrays trie not None, TextWords words not None):
    """The rows of terms in catalogue order: all between two borders, in parts between commas.

    As ``walk`` gives them, but the last number says where the last part begins.
    """
    return _spellings(trie, words, c_invert)


ctypedef int64_t (*Walk)(const Trie *, const Words *, int64_t, Spelling *) noexcept nogil


cdef list _spellings(TrieArrays trie, TextWords words, Walk kernel):
    cdef int64_t count = words.c.size, room = -1, nth
    cdef Spelling *found = NULL
    try:
        while count > room:
            room = count
            PyMem_Free(found)
            found = <Spelling *>_allocated(room, sizeof(Spelling))
            count = _done(kernel(&trie.c, &words.c, room, found))
        return [
            (found[nth].first, found[nth].last, found[nth].node, found[nth].mark)
            for nth in range(count)
        ]
    finally:
        PyMem_Free(found)
