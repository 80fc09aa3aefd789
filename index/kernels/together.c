/* Which documents have all of some words, and which have them near each other. */
#include "kernels.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

#define BOTH 3 /* fields */
#define MOST_UNITS 32

static inline int is_in(int64_t fields, const int64_t counts[2]) {
    return (fields & 1 && counts[TITLE]) || (fields & 2 && counts[ABSTRACT]);
}

/* Counts the documents of a term on. */
static void count_term(const Segment *segment, const Term *term, int64_t fields, int64_t all,
                       uint8_t nth, uint8_t *counts) {
    const Postings *postings = &segment->postings[term->group];
    Range range = postings_of(postings, term->number);
    for (int64_t i = range.first; i < range.end; i++) {
        int64_t found[2] = {1, 1}, d = get(postings->documents, i) + segment->first;
        if (d < 0 || d >= all) continue;
        if (fields != BOTH) {
            counts_at(postings, i, found);
            if (!is_in(fields, found)) continue;
        }
        counts[d] = (uint8_t)(counts[d] + (counts[d] == nth));
    }
}

/* Raises `counts` from `nth` to the next number for each document of the index that a leaf matches.
 * Returns 0, or -1 for want of memory. */
static int count_leaf(const Segment *const *segments, const Leaf *leaf, const Term *term,
                      const Row *row, const int64_t *numbers, int64_t all, uint8_t nth,
                      uint8_t *counts) {
    for (int64_t i = 0; i < leaf->terms; i++)
        if (term[i].weight > 0.0)
            count_term(segments[term[i].segment], &term[i], leaf->fields, all, nth, counts);
    Holders holders = {0};
    int is_done = 1;
    for (int64_t i = 0; i < leaf->rows && is_done; numbers += row->size, row++, i++) {
        const Segment *segment = segments[row->segment];
        is_done = in_a_row(segment, row, numbers, &holders);
        for (int64_t j = 0; j < holders.size && is_done; j++) {
            int64_t d = holders.holders[j].document + segment->first;
            if (d < 0 || d >= all || !is_in(leaf->fields, holders.holders[j].counts)) continue;
            counts[d] = (uint8_t)(counts[d] + (counts[d] == nth));
        }
    }
    free(holders.holders);
    return is_done ? 0 : -1;
}

/* Raises `counts` from `nth` on by one for each leaf in turn, in the documents that match it and had
 * matched all before: a document that matches all ends at `nth` and their number. Returns 0, or
 * NO_MEMORY. */
int64_t together(const Segment *const *segments, const Plan *plan, int64_t all, int64_t nth,
                 uint8_t *counts) {
    const Term *term = plan->term;
    const Row *row = plan->row;
    const int64_t *numbers = plan->numbers;
    for (int64_t i = 0; i < plan->leaves; i++) {
        const Leaf *leaf = &plan->leaf[i];
        if (count_leaf(segments, leaf, term, row, numbers, all, (uint8_t)(nth + i), counts))
            return NO_MEMORY;
        term += leaf->terms;
        for (int64_t rows = leaf->rows; rows--; row++) numbers += row->size;
    }
    return 0;
}

/* ---- Near each other -------------------------------------------------------------------------- */

/* The units of a document by row, as bits: which unit's term stands there. */
typedef struct {
    uint32_t *bits;
    int64_t room;
} Rows;

static void set_stems(const Segment *segment, int64_t place, int64_t units, const Leaf *leaf,
                      const Term *term, int64_t start, int64_t size, uint32_t *bits) {
    const Stream *stream = &segment->stream;
    for (int64_t row = 0; row < size; row++) {
        int64_t word = word_at(stream, start + row), stem = get(stream->stem_of, word);
        const Term *one = term;
        for (int64_t unit = 0; unit < units; one += leaf[unit++].terms)
            for (int64_t i = 0; i < leaf[unit].terms; i++) {
                if (one[i].segment != place) continue;
                int is_here = one[i].group == STEMS   ? one[i].number == stem
                              : one[i].group == EXACT ? get(segment->word_of, one[i].number) == word
                                                      : 0;
                bits[row] |= (uint32_t)is_here << unit;
            }
    }
}

static void set_concepts(const Segment *segment, int64_t place, int64_t units, const Leaf *leaf,
                         const Term *term, int64_t document, int64_t size, uint32_t *bits) {
    const Wide *wide = &segment->wide[1];
    Range range = terms_of(wide, document);
    for (int64_t i = range.first; i < range.end; i++) {
        int64_t concept = get(wide->terms, i), row = get(wide->firsts, i);
        if (row < 0 || row >= size) continue;
        const Term *one = term;
        for (int64_t unit = 0; unit < units; one += leaf[unit++].terms)
            for (int64_t j = 0; j < leaf[unit].terms; j++)
                if (one[j].segment == place && one[j].group == CONCEPTS && one[j].number == concept)
                    bits[row] |= (uint32_t)1 << unit;
    }
}

/* Whether each unit stands in some rows, in no more than `window` rows after the first of them. */
static int has_window(const uint32_t *bits, int64_t first, int64_t last, int64_t units,
                      int64_t window) {
    int64_t latest[MOST_UNITS];
    for (int64_t unit = 0; unit < units; unit++) latest[unit] = -1;
    for (int64_t row = first; row < last; row++) {
        if (!bits[row]) continue;
        int64_t oldest = row;
        for (int64_t unit = 0; unit < units; unit++) {
            if (bits[row] >> unit & 1) latest[unit] = row;
            if (latest[unit] < oldest) oldest = latest[unit];
        }
        if (oldest >= first && row - oldest <= window) return 1;
    }
    return 0;
}

static int is_near(const Segment *segment, int64_t place, int64_t units, const Leaf *leaf,
                   const Term *term, int64_t document, int64_t window, Rows *rows) {
    const Stream *stream = &segment->stream;
    Range range = rows_of(stream, document);
    int64_t start = range.first, size = length_of(range), border = get(stream->abstracts, document);
    if (size <= 0) return 0;
    if (size > rows->room) {
        uint32_t *bits = realloc(rows->bits, (size_t)size * sizeof(uint32_t));
        if (!bits) return -1;
        *rows = (Rows){bits, size};
    }
    memset(rows->bits, 0, (size_t)size * sizeof(uint32_t));
    set_stems(segment, place, units, leaf, term, start, size, rows->bits);
    set_concepts(segment, place, units, leaf, term, document, size, rows->bits);
    if (border > size) border = size;
    int64_t fields = leaf->fields;
    return (fields & 1 && has_window(rows->bits, 0, border, units, window)) ||
           (fields & 2 && has_window(rows->bits, border, size, units, window));
}

/* Puts the documents of a segment, the `place`th, that have all units near each other into `found`,
 * by their numbers in the index. A unit is a leaf of terms; all but the last leaf are units, and
 * what the last one matches is left out. Returns how many there are, of which no more than `room` are
 * put, or NO_MEMORY. `counts` has a zero for each of `all` documents, and is changed. */
int64_t near(const Segment *const *segments, int64_t place, const Plan *plan, int64_t all,
             int64_t window, uint8_t *counts, int64_t room, int64_t *found) {
    const Segment *segment = segments[place];
    int64_t units = plan->leaves - 1, size = 0;
    if (units < 1 || units > MOST_UNITS || segment->first < 0) return 0;
    if (segment->documents < 0 || segment->first > all - segment->documents) return 0;
    if (together(segments, plan, all, 0, counts)) return NO_MEMORY;
    Rows rows = {0};
    const uint8_t *at = counts + segment->first, *end = at + segment->documents;
    for (; (at = memchr(at, (int)units, (size_t)(end - at))); at++) {
        int64_t number = at - counts, document = number - segment->first;
        int is_there =
            is_near(segment, place, units, plan->leaf, plan->term, document, window, &rows);
        if (is_there < 0) {
            size = NO_MEMORY;
            break;
        }
        if (!is_there) continue;
        if (size < room) found[size] = number;
        size++;
    }
    free(rows.bits);
    return size;
}
