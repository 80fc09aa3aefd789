/* The scores of a query, by the formula in search/ranking.py, and the best hits. */
#include "columns.h"

#include <string.h>

double log1p(double);

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
