/* The inner loops of a search, over the arrays of an index as they are mapped from disk.
 *
 * Nothing here allocates what it does not free, keeps anything between calls, or knows of Python,
 * so any number of threads may call at once. All integers that are passed are 64 bits wide.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TITLE 0
#define ABSTRACT 1
#define EXACT 0
#define STEMS 1
#define CONCEPTS 2
#define RARE 0xFFFF
#define BLOOM 1024

/* A column of numbers: where it is, and how many bytes each number takes. */
typedef struct {
    const void *at;
    int64_t width;
} Column;

static inline int64_t get(Column column, int64_t place) {
    switch (column.width) {
    case 1: return ((const uint8_t *)column.at)[place];
    case 2: return ((const uint16_t *)column.at)[place];
    case 4: return ((const uint32_t *)column.at)[place];
    default: return ((const int64_t *)column.at)[place];
    }
}

/* The first place of ascending numbers that is not before `sought`. */
static int64_t lower_bound(Column column, int64_t size, int64_t sought) {
    int64_t first = 0;
    while (size > 0) {
        int64_t half = size / 2;
        if (get(column, first + half) < sought) {
            first += half + 1;
            size -= half + 1;
        } else {
            size = half;
        }
    }
    return first;
}

/* ---- Scores: see search/ranking.py for the formula ------------------------------------------ */

/* A posting list. Its documents are counted from `base`; each adds `weight` times its frequency. */
typedef struct {
    Column documents, counts[2];
    int64_t size, base;
    double weight;
} List;

/* One part of a query: its first `telling` lists decide what it matches and its idf, all `lists`
 * its frequency. Bit f of `fields` says whether field f counts. */
typedef struct {
    int64_t lists, telling, fields, is_reason;
    double weight;
} Leaf;

typedef struct {
    int64_t documents;
    double count, k1;
    const double *scales[2]; /* by document: a field's weight over its length normalization */
    const uint8_t *live;     /* or NULL where no document is deleted */
} Setting;

double log1p(double);

static inline double idf(const Setting *set, int64_t matching) {
    return log1p((set->count - (double)matching + 0.5) / ((double)matching + 0.5));
}

static inline double frequency(const Setting *set, const List *list, int64_t fields, int64_t place,
                               int64_t document) {
    double x = 0.0;
    for (int field = TITLE; field <= ABSTRACT; field++) {
        int64_t count = fields >> field & 1 ? get(list->counts[field], place) : 0;
        if (count) x += list->weight * (double)count * set->scales[field][document];
    }
    return x;
}

/* The usual case, a list for a word, when no document is deleted. */
#define SCORE_PLAIN(DOCUMENT, COUNT)                                                               \
    for (int64_t i = 0; i < list->size; i++) {                                                     \
        int64_t d = ((const DOCUMENT *)list->documents.at)[i] + list->base;                        \
        double x = ((const COUNT *)list->counts[ABSTRACT].at)[i] * set->scales[ABSTRACT][d];       \
        COUNT title = ((const COUNT *)list->counts[TITLE].at)[i];                                  \
        if (title) x += title * set->scales[TITLE][d];                                             \
        total[d] += worth * x / (x + set->k1);                                                     \
        mask[d] |= is_reason;                                                                      \
    }

static int score_plain(const Setting *set, const Leaf *leaf, const List *list, double *total,
                       uint8_t *mask) {
    int64_t counted = list->counts[TITLE].width;
    if (leaf->lists != 1 || leaf->telling != 1 || leaf->fields != 3 || set->live ||
        list->weight != 1.0 || counted != 1 || list->counts[ABSTRACT].width != 1)
        return 0;
    double worth = leaf->weight * idf(set, list->size) * (set->k1 + 1.0);
    uint8_t is_reason = (uint8_t)leaf->is_reason;
    switch (list->documents.width) {
    case 1: SCORE_PLAIN(uint8_t, uint8_t) break;
    case 2: SCORE_PLAIN(uint16_t, uint8_t) break;
    case 4: SCORE_PLAIN(uint32_t, uint8_t) break;
    default: return 0;
    }
    return 1;
}

/* Adds the scores of leaves to `total`, and marks in `mask` what those match that are reasons.
 *
 * `sums` has a zero for every document, and has again afterwards.
 */
void score(const Setting *set, int64_t leaves, const Leaf *leaf, const List *list, double *total,
           uint8_t *mask, double *sums) {
    for (; leaves--; list += leaf->lists, leaf++) {
        if (score_plain(set, leaf, list, total, mask)) continue;
        int64_t matching = 0;
        for (int64_t nth = 0; nth < leaf->lists; nth++) {
            for (int64_t i = 0; i < list[nth].size; i++) {
                int64_t d = get(list[nth].documents, i) + list[nth].base;
                if (set->live && !set->live[d]) continue;
                double x = frequency(set, &list[nth], leaf->fields, i, d);
                matching += nth < leaf->telling && x > 0.0 && sums[d] == 0.0;
                sums[d] += x;
            }
        }
        double worth = leaf->weight * idf(set, matching) * (set->k1 + 1.0);
        for (int64_t nth = 0; nth < leaf->lists; nth++) {
            for (int64_t i = 0; i < list[nth].size; i++) {
                int64_t d = get(list[nth].documents, i) + list[nth].base;
                if (sums[d] == 0.0) continue;
                total[d] += worth * sums[d] / (sums[d] + set->k1);
                mask[d] |= (uint8_t)leaf->is_reason;
                sums[d] = 0.0;
            }
        }
    }
}

/* ---- The best hits -------------------------------------------------------------------------- */

static inline int before(const double *total, const int32_t *years, int64_t one, int64_t other) {
    if (total[one] != total[other]) return total[one] > total[other];
    if (years[one] != years[other]) return years[one] > years[other];
    return one < other;
}

/* The worst of `size` documents moves up to the root of the heap again. */
static void sift(const double *total, const int32_t *years, int64_t *heap, int64_t size,
                 int64_t place) {
    int64_t moving = heap[place];
    for (int64_t child; (child = 2 * place + 1) < size; place = child) {
        if (child + 1 < size && before(total, years, heap[child], heap[child + 1])) child++;
        if (!before(total, years, moving, heap[child])) break;
        heap[place] = heap[child];
    }
    heap[place] = moving;
}

/* Puts the best `most` of the marked documents into `found`, best first; returns how many. */
int64_t best(int64_t documents, const double *total, const uint8_t *mask, const int32_t *years,
             int64_t most, int64_t *found) {
    int64_t size = 0;
    for (int64_t d = 0; d < documents; d++) {
        uint64_t eight;
        while (d + 8 <= documents && (memcpy(&eight, mask + d, 8), eight == 0)) d += 8;
        if (d >= documents) break;
        /* Asked before the mask, since after the first hits few scores reach the limit. */
        if (size == most && size && total[d] < total[found[0]]) continue;
        if (!mask[d]) continue;
        if (size < most) {
            found[size++] = d;
            if (size == most)
                for (int64_t place = size / 2; place--;) sift(total, years, found, size, place);
        } else if (size && before(total, years, d, found[0])) {
            found[0] = d;
            sift(total, years, found, size, 0);
        }
    }
    if (size < most)
        for (int64_t place = size / 2; place--;) sift(total, years, found, size, place);
    for (int64_t end = size; end-- > 1;) {
        int64_t worst = found[0];
        found[0] = found[end];
        sift(total, years, found, end, 0);
        found[end] = worst;
    }
    return size;
}

/* ---- Marks: where the terms of a query stand in some documents ------------------------------- */

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
