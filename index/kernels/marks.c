/* Where the terms of a query stand in some documents. */
#include "kernels.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

#define FEW 64
#define ROWS_LATER ((int64_t)1 << 32)
#define NEAR 32 /* rows that are in one piece of the processor's cache */

/* A term of a leaf, or the first of words in a row, which are all among `numbers`. */
typedef struct {
    int64_t group, number, leaf, turn;
    const Row *row;
    const int64_t *numbers;
} Sought;

typedef struct {
    int64_t first, last, leaf, turn;
} Place;

typedef struct {
    Place *places;
    int64_t size, room;
    int has_failed;
} Places;

static void add(Places *found, int64_t first, int64_t last, const Sought *sought) {
    Place *places = with_room(found->places, found->size, &found->room, sizeof(Place));
    int64_t turn = found->size + (sought->row ? ROWS_LATER : 0);
    found->has_failed |= !places;
    if (!places) return;
    places[found->size] = (Place){first, last, sought->leaf, turn};
    found->places = places;
    found->size++;
}

static int in_order(const void *one, const void *other) {
    const Place *a = one, *b = other;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    if (a->leaf != b->leaf) return a->leaf < b->leaf ? -1 : 1;
    return a->turn < b->turn ? -1 : 1;
}

/* Places are few in most documents, and nearly in order. */
static void sort(Place *places, int64_t size) {
    if (size > FEW) {
        qsort(places, (size_t)size, sizeof(Place), in_order);
        return;
    }
    for (int64_t nth = 1; nth < size; nth++) {
        Place moved = places[nth];
        int64_t at = nth;
        for (; at && in_order(&places[at - 1], &moved) > 0; at--) places[at] = places[at - 1];
        places[at] = moved;
    }
}

static int by_term(const void *one, const void *other) {
    const Sought *a = one, *b = other;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return (a->turn > b->turn) - (a->turn < b->turn); /* in which leaves and rows are given */
}

static int64_t number_of(const Segment *segment, int64_t group, int64_t number) {
    return group == EXACT ? get(segment->word_of, number) : number;
}

/* What is sought in a segment in the order of group and number, exact terms by the number of their
 * word; NULL for want of memory. */
static Sought *sorted_terms(const Segment *segment, int64_t nth, const Plan *plan,
                            int64_t *size) {
    int64_t most = 0;
    for (int64_t leaf = 0; leaf < plan->leaves; leaf++)
        most += plan->leaf[leaf].terms + plan->leaf[leaf].rows;
    Sought *sought = malloc(((size_t)most + 1) * sizeof(Sought));
    if (!sought) return NULL;
    const Term *term = plan->term;
    const Row *row = plan->row;
    const int64_t *numbers = plan->numbers;
    *size = 0;
    for (int64_t leaf = 0; leaf < plan->leaves; leaf++) {
        for (int64_t left = plan->leaf[leaf].terms; left--; term++) {
            if (term->segment != nth) continue;
            int64_t number = number_of(segment, term->group, term->number);
            sought[*size] = (Sought){term->group, number, leaf, *size, NULL, NULL};
            ++*size;
        }
        for (int64_t left = plan->leaf[leaf].rows; left--; numbers += row->size, row++) {
            if (row->segment != nth) continue;
            int64_t number = number_of(segment, row->group, *numbers);
            sought[*size] = (Sought){row->group, number, leaf, *size, row, numbers};
            ++*size;
        }
    }
    qsort(sought, (size_t)*size, sizeof(Sought), by_term);
    return sought;
}

/* The terms of one group. */
typedef struct {
    const Sought *terms;
    int64_t size;
} Asked;

static Asked asked_of(const Sought *sought, int64_t size, int64_t group) {
    while (size && sought->group < group) sought++, size--;
    Asked asked = {sought, 0};
    while (asked.size < size && sought[asked.size].group == group) asked.size++;
    return asked;
}

/* Whether the words of a row stand from its first one on, before the end of the document. */
static int stands(const Segment *segment, const Sought *sought, int64_t first, int64_t end) {
    if (first + sought->row->size > end) return 0;
    for (int64_t step = 1; step < sought->row->size; step++) {
        int64_t said = said_at(&segment->stream, sought->group, first + step);
        if (said != number_of(segment, sought->group, sought->numbers[step])) return 0;
    }
    return 1;
}

/* Adds what a term stands for, and the rows that begin with it, unless `end` is 0. */
static void look(const Segment *segment, const Asked *asked, int64_t number, int64_t first,
                 int64_t last, int64_t end, Places *found) {
    int64_t low = 0, high = asked->size;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (asked->terms[middle].number < number) low = middle + 1;
        else high = middle;
    }
    for (; low < asked->size && asked->terms[low].number == number; low++) {
        const Sought *sought = &asked->terms[low];
        if (!sought->row) add(found, first, last, sought);
        else if (end && stands(segment, sought, first, end))
            add(found, first, first + sought->row->size - 1, sought);
    }
}

/* Which words are asked for, or by their stems, by what the stream says of them; all rare words
 * share a bit. */
typedef struct {
    uint8_t bits[(RARE + 1) / 8];
} Wanted;

static void want(Wanted *wanted, int64_t word) {
    int64_t said = word < RARE ? word : RARE;
    wanted->bits[said / 8] |= (uint8_t)(1 << said % 8);
}

static void want_all(Wanted *wanted, const Segment *segment, const Asked *exact,
                     const Asked *stems) {
    memset(wanted, 0, sizeof *wanted);
    for (int64_t nth = 0; nth < exact->size; nth++) want(wanted, exact->terms[nth].number);
    for (int64_t nth = 0; nth < stems->size; nth++) {
        int64_t stem = stems->terms[nth].number;
        Range forms = range_of(segment->form_starts, stem, segment->forms.size);
        for (int64_t at = forms.first; at < forms.end; at++)
            want(wanted, get(segment->word_of, get(segment->forms, at)));
    }
}

static void look_for_words(const Segment *segment, const Wanted *wanted, const Asked *exact,
                           const Asked *stems, int64_t first, int64_t end, Places *found) {
    const Stream *stream = &segment->stream;
    const uint16_t *said = stream->words.at;
    for (int64_t at = first; at < end; at++) {
        if (!(wanted->bits[said[at] / 8] >> said[at] % 8 & 1)) continue;
        int64_t word = word_at(stream, at);
        look(segment, exact, word, at, at, end, found);
        look(segment, stems, get(stream->stem_of, word), at, at, end, found);
    }
}

/* The rows of a document whose words are not as wide as usual. */
typedef struct {
    Column rows, widths;
    int64_t size;
} Odd;

/* There are hundreds of thousands in all: they are looked through once a document. */
static Odd odd_of(const Stream *stream, int64_t first, int64_t end) {
    int64_t place = lower_bound(stream->odd_rows, stream->odd_rows.size, first);
    int64_t left = stream->odd_rows.size - place;
    Odd odd = {from(stream->odd_rows, place), from(stream->odd_values, place), 0};
    odd.size = lower_bound(odd.rows, left < end - first ? left : end - first, end);
    return odd;
}

static int64_t end_of(const Stream *stream, const Odd *odd, int64_t row) {
    int64_t place = lower_bound(odd->rows, odd->size, row);
    int is_odd = place < odd->size && get(odd->rows, place) == row;
    int64_t width = is_odd ? get(odd->widths, place) : get(stream->width_of, word_at(stream, row));
    return get(stream->offsets, row) + width;
}

/* What is kept of a document lies together, but far from that of another: all is asked for before
 * any is looked at. */
static void ask_for(const Segment *segment, int64_t documents, const int64_t *document) {
    const Stream *stream = &segment->stream;
    const Wide *wide = segment->wide;
    for (int64_t place = 0; place < documents; place++) {
        int64_t local = document[place] - segment->first;
        PREFETCH(from(stream->starts, local).at);
        PREFETCH(from(stream->abstracts, local).at);
        for (int group = 0; group < 2; group++) PREFETCH(from(wide[group].starts, local).at);
    }
    for (int64_t place = 0; place < documents; place++) {
        int64_t local = document[place] - segment->first;
        Range rows = rows_of(stream, local);
        for (int64_t row = rows.first; row < rows.end; row += NEAR) {
            PREFETCH(from(stream->words, row).at);
            PREFETCH(from(stream->offsets, row).at);
        }
        for (int group = 0; group < 2; group++) {
            int64_t at = get(wide[group].starts, local);
            PREFETCH(from(wide[group].terms, at).at);
            PREFETCH(from(wide[group].firsts, at).at);
            PREFETCH(from(wide[group].lasts, at).at);
        }
    }
}

/* Finds all matches in some documents of the nth segment, document by document in the order of the
 * text.
 *
 * Writes the first `room` matches and returns how many there are, or NO_MEMORY.
 */
int64_t mark(const Segment *segment, int64_t nth, const Plan *plan, int64_t documents,
             const int64_t *document, int64_t room, Match *matches) {
    const Stream *stream = &segment->stream;
    Places found = {0};
    Wanted wanted;
    int64_t total = 0, terms;
    Sought *sought = sorted_terms(segment, nth, plan, &terms);
    if (!sought) return NO_MEMORY;
    Asked exact = asked_of(sought, terms, EXACT), stems = asked_of(sought, terms, STEMS);
    const Asked wide[2] = {stems, asked_of(sought, terms, CONCEPTS)};
    want_all(&wanted, segment, &exact, &stems);
    ask_for(segment, documents, document);
    for (int64_t place = 0; place < documents; place++) {
        int64_t local = document[place] - segment->first;
        Range rows = rows_of(stream, local);
        int64_t first = rows.first, end = rows.end;
        int64_t border = first + get(stream->abstracts, local);
        found.size = 0;
        if (exact.size || stems.size)
            look_for_words(segment, &wanted, &exact, &stems, first, end, &found);
        for (int group = 0; group < 2; group++) {
            const Wide *spans = &segment->wide[group];
            if (!wide[group].size) continue;
            Range range = terms_of(spans, local);
            for (int64_t at = range.first; at < range.end; at++)
                look(segment, &wide[group], get(spans->terms, at), first + get(spans->firsts, at),
                     first + get(spans->lasts, at), 0, &found);
        }
        Odd odd = odd_of(stream, first, end);
        sort(found.places, found.size);
        for (int64_t one = 0; one < found.size; one++) {
            Place *at = &found.places[one];
            int64_t field = at->first >= border ? ABSTRACT : TITLE;
            if (!(plan->leaf[at->leaf].fields >> field & 1)) continue;
            if (total < room)
                matches[total] = (Match){place, field, get(stream->offsets, at->first),
                                         end_of(stream, &odd, at->last), at->leaf};
            total++;
        }
    }
    free(found.places);
    free(sought);
    return found.has_failed ? NO_MEMORY : total;
}
