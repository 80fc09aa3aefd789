/* Which stems and concepts are likeliest to be chosen from some documents. */
#include "columns.h"

#include <stdlib.h>

#define NO_TERM 0xFFFFFFFF

/* A term: in how many of the documents it is, how often in the one that is read, and after that how
 * likely it is to be chosen from them. `seen` orders terms by where they were met first. */
typedef struct {
    int64_t number, holders, count;
    double likelihood;
    uint64_t seen;
} Likely;

/* Terms in the order in which they are met; `places` finds a term by its number, one more than its
 * place, 0 where none is. */
typedef struct {
    Likely *terms;
    uint32_t *places;
    int64_t size;
    uint64_t mask;
} Table;

static int64_t span(Column starts, int64_t document) {
    return get(starts, document + 1) - get(starts, document);
}

/* How many words and terms a document has, at most so many terms. */
static int64_t most_of(const Segment *segment, int64_t document) {
    return span(segment->stream.starts, document) + span(segment->wide[0].starts, document) +
           span(segment->wide[1].starts, document);
}

static void met(Table *table, int64_t number) {
    uint64_t place = ((uint64_t)number * 0x9E3779B97F4A7C15u) >> 32;
    for (;; place++) {
        uint32_t *at = &table->places[place & table->mask];
        if (!*at) {
            table->terms[table->size++] = (Likely){number, 0, 1, 0, 0};
            *at = (uint32_t)table->size;
            return;
        }
        if (table->terms[*at - 1].number == number) {
            table->terms[*at - 1].count++;
            return;
        }
    }
}

/* Meets the terms of a document; says how many there are, each as often as it is there. */
static int64_t read(const Segment *segment, int64_t document, int64_t stems, Table *table) {
    const Stream *stream = &segment->stream;
    int64_t length = 0, last = get(stream->starts, document + 1);
    for (int64_t row = get(stream->starts, document); row < last; row++) {
        int64_t stem = get(stream->stem_of, word_at(stream, row));
        if (stem == NO_TERM) continue;
        met(table, stem);
        length++;
    }
    for (int64_t group = 0; group < 2; group++) {
        const Wide *wide = &segment->wide[group];
        last = get(wide->starts, document + 1);
        for (int64_t place = get(wide->starts, document); place < last; place++, length++)
            met(table, get(wide->terms, place) + group * stems);
    }
    return length;
}

static void weigh(Table *table, double share) {
    for (int64_t nth = 0; nth < table->size; nth++) {
        Likely *term = &table->terms[nth];
        if (!term->count) continue;
        term->likelihood += share * term->count;
        term->holders++;
        term->count = 0;
    }
}

static int by_likelihood(const void *one, const void *other) {
    const Likely *a = one, *b = other;
    if (a->likelihood != b->likelihood) return a->likelihood > b->likelihood ? -1 : 1;
    if (a->seen != b->seen) return a->seen < b->seen ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Keeps the terms of at least `shared_by` of the documents and of `fewest` to `most` of the segment,
 * those likeliest first. */
static void keep(Table *table, const Segment *segment, const Column *seen, int64_t stems,
                 int64_t shared_by, int64_t fewest, int64_t most) {
    int64_t kept = 0;
    for (int64_t nth = 0; nth < table->size; nth++) {
        Likely term = table->terms[nth];
        int64_t group = term.number < stems ? STEMS : CONCEPTS;
        int64_t number = term.number - (group == CONCEPTS ? stems : 0);
        int64_t spread = span(segment->postings[group].starts, number);
        if (term.holders < shared_by || spread < fewest || spread > most) continue;
        term.seen = (uint64_t)get(seen[group - STEMS], number);
        table->terms[kept++] = term;
    }
    table->size = kept;
    qsort(table->terms, (size_t)kept, sizeof(Likely), by_likelihood);
}

/* Writes the likeliest of the terms of some documents, as `keep` has it, each with how many of these
 * documents hold it and with its Σ share · frequency / length over them; concepts are numbered after
 * the `stems`, `seen` is a column for each. Says how many terms there are, of which as many are
 * written as there is room for, or -1 without memory. */
int64_t likely(const Segment *segment, const Column *seen, int64_t stems, int64_t size,
               const int64_t *documents, const double *shares, int64_t shared_by, int64_t fewest,
               int64_t most, int64_t room, int64_t *numbers, int64_t *holders, double *likelihoods) {
    int64_t entries = 1, width = 64;
    for (int64_t nth = 0; nth < size; nth++) entries += most_of(segment, documents[nth]);
    while (width < 2 * entries) width *= 2;
    Table table = {malloc((size_t)entries * sizeof(Likely)),
                   calloc((size_t)width, sizeof(uint32_t)), 0, (uint64_t)width - 1};
    int is_done = table.terms && table.places;
    if (is_done) {
        for (int64_t nth = 0; nth < size; nth++) {
            int64_t length = read(segment, documents[nth], stems, &table);
            if (length) weigh(&table, shares[nth] / length);
        }
        keep(&table, segment, seen, stems, shared_by, fewest, most);
        for (int64_t nth = 0; nth < table.size && nth < room; nth++) {
            numbers[nth] = table.terms[nth].number;
            holders[nth] = table.terms[nth].holders;
            likelihoods[nth] = table.terms[nth].likelihood;
        }
    }
    free(table.terms);
    free(table.places);
    return is_done ? table.size : -1;
}
