/* Which stems and concepts are likeliest to be chosen from some documents. */
#include "kernels.h"

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
    int64_t size, numbers; /* how many terms are met, and how many there are */
    uint64_t mask;
} Table;

/* How many words and terms a document has, at most so many terms. */
static int64_t most_of(const Segment *segment, int64_t document) {
    return length_of(rows_of(&segment->stream, document)) +
           length_of(terms_of(&segment->wide[0], document)) +
           length_of(terms_of(&segment->wide[1], document));
}

static void met(Table *table, int64_t number) {
    if (number >= table->numbers) return; /* so there is room for all */
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
    Range rows = rows_of(stream, document);
    int64_t length = 0;
    for (int64_t row = rows.first; row < rows.end; row++) {
        int64_t stem = get(stream->stem_of, word_at(stream, row));
        if (stem == NO_TERM) continue;
        met(table, stem);
        length++;
    }
    for (int64_t group = 0; group < 2; group++) {
        const Wide *wide = &segment->wide[group];
        Range terms = terms_of(wide, document);
        for (int64_t place = terms.first; place < terms.end; place++, length++)
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
static void keep(Table *table, const Segment *segment, int64_t stems, int64_t shared_by,
                 int64_t fewest, int64_t most) {
    int64_t kept = 0;
    for (int64_t nth = 0; nth < table->size; nth++) {
        Likely term = table->terms[nth];
        int64_t group = term.number < stems ? STEMS : CONCEPTS;
        int64_t number = term.number - (group == CONCEPTS ? stems : 0);
        int64_t spread = length_of(postings_of(&segment->postings[group], number));
        if (term.holders < shared_by || spread < fewest || spread > most) continue;
        term.seen = get_whole(segment->seen[group - STEMS], number);
        table->terms[kept++] = term;
    }
    table->size = kept;
    qsort(table->terms, (size_t)kept, sizeof(Likely), by_likelihood);
}

static int64_t terms_in(const Segment *segment, int64_t group) {
    int64_t starts = segment->postings[group].starts.size;
    return starts ? starts - 1 : 0;
}

/* Writes the likeliest of the terms of some documents, as `keep` has it, each with how many of these
 * documents hold it and with its Σ share · frequency / length over them; concepts are numbered after
 * the stems. Documents are numbered within the segment. Returns how many terms there are, of which
 * as many are written as there is room for, or NO_MEMORY. */
int64_t likeliest(const Segment *segment, int64_t size, const int64_t *documents,
               const double *shares, int64_t shared_by, int64_t fewest, int64_t most, int64_t room,
               int64_t *numbers, int64_t *holders, double *likelihoods) {
    int64_t stems = terms_in(segment, STEMS), all = stems + terms_in(segment, CONCEPTS);
    int64_t entries = 1, width = 64;
    for (int64_t nth = 0; nth < size; nth++) entries += most_of(segment, documents[nth]);
    if (entries > all + 1) entries = all + 1;
    while (width < 2 * entries) width *= 2;
    Table table = {malloc((size_t)entries * sizeof(Likely)),
                   calloc((size_t)width, sizeof(uint32_t)), 0, all, (uint64_t)width - 1};
    int is_done = table.terms && table.places;
    if (is_done) {
        for (int64_t nth = 0; nth < size; nth++) {
            int64_t length = read(segment, documents[nth], stems, &table);
            if (length) weigh(&table, shares[nth] / (double)length);
        }
        keep(&table, segment, stems, shared_by, fewest, most);
        for (int64_t nth = 0; nth < table.size && nth < room; nth++) {
            numbers[nth] = table.terms[nth].number;
            holders[nth] = table.terms[nth].holders;
            likelihoods[nth] = table.terms[nth].likelihood;
        }
    }
    free(table.terms);
    free(table.places);
    return is_done ? table.size : NO_MEMORY;
}
