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

/* What is looked for: terms of one group each, in the order of group and number. */
typedef struct {
    int64_t group, number, leaf;
} Term;

/* Words in a row, `size` numbers that stand one after the other among all. */
typedef struct {
    int64_t group, leaf, size;
} Row;

/* A match: the nth document, its field, from and to which character, and the leaf it is of. */
typedef struct {
    int64_t nth, field, start, end, leaf;
} Match;

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

/* The terms of one group, and a filter that most numbers which are not asked for do not pass. */
typedef struct {
    const Term *terms;
    int64_t size;
    uint64_t filter[BLOOM / 64];
} Asked;

static void ask(Asked *asked, const Term *terms, int64_t size, int64_t group) {
    memset(asked, 0, sizeof *asked);
    while (size && terms->group < group) terms++, size--;
    asked->terms = terms;
    for (; asked->size < size && terms[asked->size].group == group; asked->size++) {
        int64_t bit = terms[asked->size].number % BLOOM;
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
        if (asked->terms[middle].number < number) low = middle + 1;
        else high = middle;
    }
    for (; low < asked->size && asked->terms[low].number == number; low++)
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

static void look_for_row(const Stream *stream, const Row *row, const int64_t *numbers,
                         int64_t first, int64_t end, Places *found) {
    for (int64_t at = first; at + row->size <= end; at++) {
        int64_t step = 0;
        for (; step < row->size; step++) {
            int64_t word = word_at(stream, at + step);
            if ((row->group == EXACT ? word : get(stream->stem_of, word)) != numbers[step]) break;
        }
        if (step == row->size) add(found, at, at + row->size - 1, row->leaf);
    }
}

/* Finds all matches in some documents, document by document in the order of the text.
 *
 * `fields` says by leaf in which fields it is looked for, as bits. Writes the first `room` matches
 * and returns how many there are, or -1 for want of memory.
 */
int64_t mark(const Stream *stream, int64_t documents, const int64_t *document, int64_t terms,
             const Term *term, int64_t rows, const Row *row, const int64_t *numbers,
             const int64_t *fields, int64_t room, Match *matches) {
    Asked exact, stems, wide[2];
    Places found = {0};
    int64_t total = 0;
    ask(&exact, term, terms, EXACT);
    ask(&stems, term, terms, STEMS);
    wide[0] = stems;
    ask(&wide[1], term, terms, CONCEPTS);
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
        const int64_t *wanted = numbers;
        for (int64_t one = 0; one < rows; wanted += row[one].size, one++)
            look_for_row(stream, &row[one], wanted, first, end, &found);
        if (found.size > 1)
            qsort(found.places, (size_t)found.size, sizeof(Place), in_order);
        for (int64_t one = 0; one < found.size; one++) {
            Place place = found.places[one];
            int64_t field = place.first >= border ? ABSTRACT : TITLE;
            if (!(fields[place.leaf] >> field & 1)) continue;
            if (total < room)
                matches[total] = (Match){nth, field, get(stream->offsets, place.first),
                                         end_of(stream, place.last), place.leaf};
            total++;
        }
    }
    free(found.places);
    return found.has_failed ? -1 : total;
}
