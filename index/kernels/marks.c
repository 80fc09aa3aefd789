/* Where the terms of a query stand in some documents. */
#include "columns.h"

#include <stdlib.h>
#include <string.h>

#define EXACT 0
#define STEMS 1
#define CONCEPTS 2
#define RARE 0xFFFF
#define BLOOM 1024

/* The stream of a segment: see index/codec/run.py. */
typedef struct {
    Column starts, abstracts, words, stem_of, offsets, width_of;
    Column rare_rows, rare_values, odd_rows, odd_values;
    int64_t rare, odd;
    struct {
        Column starts, terms, firsts, lasts;
    } wide[2]; /* of stems, of concepts */
} Stream;

/* What is looked for of a leaf: so many terms and rows of words, in which fields as bits. */
typedef struct {
    int64_t terms, rows, fields;
} Wanted;

/* A term of a group. */
typedef struct {
    int64_t group, number;
} Term;

/* Words in a row, `size` numbers of a group that stand one after the other among all. */
typedef struct {
    int64_t group, size;
} Row;

typedef struct {
    Term term;
    int64_t leaf;
} Sought;

typedef struct {
    int64_t first, last, leaf, turn;
} Place;

typedef struct {
    Place *places;
    int64_t size, room;
    int has_failed;
} Places;

static void add(Places *found, int64_t first, int64_t last, int64_t leaf) {
    if (found->size == found->room) {
        int64_t room = found->room ? 2 * found->room : 256;
        Place *more = realloc(found->places, (size_t)room * sizeof(Place));
        if (!more) {
            found->has_failed = 1;
            return;
        }
        found->places = more;
        found->room = room;
    }
    found->places[found->size] = (Place){first, last, leaf, found->size};
    found->size++;
}

static int in_order(const void *one, const void *other) {
    const Place *a = one, *b = other;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    if (a->leaf != b->leaf) return a->leaf < b->leaf ? -1 : 1;
    return a->turn < b->turn ? -1 : 1;
}

static int by_term(const void *one, const void *other) {
    const Sought *a = one, *b = other;
    if (a->term.group != b->term.group) return a->term.group < b->term.group ? -1 : 1;
    if (a->term.number != b->term.number) return a->term.number < b->term.number ? -1 : 1;
    return (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

/* The terms of all leaves in the order of group and number, or NULL for want of memory. */
static Sought *sorted_terms(int64_t leaves, const Wanted *wanted, const Term *term, int64_t *size) {
    *size = 0;
    for (int64_t leaf = 0; leaf < leaves; leaf++) *size += wanted[leaf].terms;
    Sought *sought = malloc(((size_t)*size + 1) * sizeof(Sought));
    if (!sought) return NULL;
    Sought *next = sought;
    for (int64_t leaf = 0; leaf < leaves; leaf++)
        for (int64_t nth = 0; nth < wanted[leaf].terms; nth++) *next++ = (Sought){*term++, leaf};
    qsort(sought, (size_t)*size, sizeof(Sought), by_term);
    return sought;
}

/* The terms of one group, and a filter that most numbers which are not asked for do not pass. */
typedef struct {
    const Sought *terms;
    int64_t size;
    uint64_t filter[BLOOM / 64];
} Asked;

static void ask(Asked *asked, const Sought *sought, int64_t size, int64_t group) {
    memset(asked, 0, sizeof *asked);
    while (size && sought->term.group < group) sought++, size--;
    asked->terms = sought;
    for (; asked->size < size && sought[asked->size].term.group == group; asked->size++) {
        int64_t bit = sought[asked->size].term.number % BLOOM;
        asked->filter[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
}

static inline void look(const Asked *asked, int64_t number, int64_t first, int64_t last,
                        Places *found) {
    int64_t bit = number % BLOOM;
    if (!(asked->filter[bit / 64] >> (bit % 64) & 1)) return;
    int64_t low = 0, high = asked->size;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (asked->terms[middle].term.number < number) low = middle + 1;
        else high = middle;
    }
    for (; low < asked->size && asked->terms[low].term.number == number; low++)
        add(found, first, last, asked->terms[low].leaf);
}

static inline int64_t word_at(const Stream *stream, int64_t row) {
    int64_t word = get(stream->words, row);
    if (word == RARE && stream->rare) {
        int64_t place = lower_bound(stream->rare_rows, stream->rare, row);
        word = get(stream->rare_values, place);
    }
    return word;
}

static int64_t end_of(const Stream *stream, int64_t row) {
    int64_t place = stream->odd ? lower_bound(stream->odd_rows, stream->odd, row) : 0;
    int64_t width = place < stream->odd && get(stream->odd_rows, place) == row
                        ? get(stream->odd_values, place)
                        : get(stream->width_of, word_at(stream, row));
    return get(stream->offsets, row) + width;
}

static void look_for_row(const Stream *stream, const Row *row, int64_t leaf,
                         const int64_t *numbers, int64_t first, int64_t end, Places *found) {
    for (int64_t at = first; at + row->size <= end; at++) {
        int64_t step = 0;
        for (; step < row->size; step++) {
            int64_t word = word_at(stream, at + step);
            if ((row->group == EXACT ? word : get(stream->stem_of, word)) != numbers[step]) break;
        }
        if (step == row->size) add(found, at, at + row->size - 1, leaf);
    }
}

/* Finds all matches in some documents, document by document in the order of the text.
 *
 * `wanted` says what is looked for by leaf; `term`, `row` and `numbers` have it leaf after leaf.
 * Writes the first `room` matches and returns how many there are, or -1 for want of memory.
 */
int64_t mark(const Stream *stream, int64_t documents, const int64_t *document, int64_t leaves,
             const Wanted *wanted, const Term *term, const Row *row, const int64_t *numbers,
             int64_t room, Match *matches) {
    Asked exact, stems, wide[2];
    Places found = {0};
    int64_t total = 0, terms;
    Sought *sought = sorted_terms(leaves, wanted, term, &terms);
    if (!sought) return -1;
    ask(&exact, sought, terms, EXACT);
    ask(&stems, sought, terms, STEMS);
    wide[0] = stems;
    ask(&wide[1], sought, terms, CONCEPTS);
    for (int64_t nth = 0; nth < documents; nth++) {
        int64_t first = get(stream->starts, document[nth]);
        int64_t end = get(stream->starts, document[nth] + 1);
        int64_t border = first + get(stream->abstracts, document[nth]);
        found.size = 0;
        if (exact.size || stems.size) {
            for (int64_t at = first; at < end; at++) {
                int64_t word = word_at(stream, at);
                if (exact.size) look(&exact, word, at, at, &found);
                if (stems.size) look(&stems, get(stream->stem_of, word), at, at, &found);
            }
        }
        for (int group = 0; group < 2; group++) {
            if (!wide[group].size) continue;
            int64_t last = get(stream->wide[group].starts, document[nth] + 1);
            for (int64_t at = get(stream->wide[group].starts, document[nth]); at < last; at++)
                look(&wide[group], get(stream->wide[group].terms, at),
                     first + get(stream->wide[group].firsts, at),
                     first + get(stream->wide[group].lasts, at), &found);
        }
        const int64_t *next = numbers;
        const Row *one = row;
        for (int64_t leaf = 0; leaf < leaves; leaf++)
            for (int64_t rows = wanted[leaf].rows; rows--; next += one->size, one++)
                look_for_row(stream, one, leaf, next, first, end, &found);
        if (found.size > 1)
            qsort(found.places, (size_t)found.size, sizeof(Place), in_order);
        for (int64_t nth_place = 0; nth_place < found.size; nth_place++) {
            Place place = found.places[nth_place];
            int64_t field = place.first >= border ? ABSTRACT : TITLE;
            if (!(wanted[place.leaf].fields >> field & 1)) continue;
            if (total < room)
                matches[total] = (Match){nth, field, get(stream->offsets, place.first),
                                         end_of(stream, place.last), place.leaf};
            total++;
        }
    }
    free(found.places);
    free(sought);
    return found.has_failed ? -1 : total;
}
