/* The scores of a query, by the formula in search/local/bm25f.py, and the best hits. */
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

#define BOTH 3 /* fields */

double log1p(double);

/* A posting list, from `start` on among all; its documents are counted from `base`. */
typedef struct {
    const Postings *postings;
    int64_t start, size, base;
    double weight;
} List;

static List list_of(const Segment *segment, const Term *term) {
    const Postings *postings = &segment->postings[term->group];
    Range range = postings_of(postings, term->number);
    return (List){postings, range.first, length_of(range), segment->first, term->weight};
}

static inline double idf(const Setting *set, int64_t matching) {
    return log1p((set->count - (double)matching + 0.5) / ((double)matching + 0.5));
}

/* Documents that are not there count for the last one. */
static inline int64_t within(const Setting *set, int64_t d) {
    return d < set->documents ? d : set->documents - 1;
}

static inline double scale(const Setting *set, int field, int64_t d) {
    return set->scales[field][set->lengths[field][d]];
}

/* ---- Blocks of postings: the usual case -------------------------------------------------------- */

#define AT_ONCE 256 /* postings: no branch is to be guessed, and divisions are done together */

typedef struct {
    int64_t size;
    int32_t documents[AT_ONCE];
    double x[AT_ONCE];
} Block;

static int is_usual(const Setting *set, const Leaf *leaf, const List *list) {
    return leaf->fields == BOTH && !set->live && list->weight > 0.0 &&
           list->postings->documents.width <= 4;
}

/* Corrects what the bytes of odd postings do not tell, in a block that begins with posting `start`. */
static void weigh_odd(const Setting *set, const Postings *postings, int64_t start, Block *block) {
    int64_t odd = postings->odd_postings.size;
    for (int64_t nth = lower_bound(postings->odd_postings, odd, start); nth < odd; nth++) {
        int64_t i = get(postings->odd_postings, nth) - start;
        if (i < 0 || i >= block->size) break;
        int64_t d = block->documents[i];
        block->x[i] = (double)get(postings->odd_counts[TITLE], nth) * scale(set, TITLE, d) +
                      (double)get(postings->odd_counts[ABSTRACT], nth) * scale(set, ABSTRACT, d);
    }
}

#define WEIGH(DOCUMENT)                                                                            \
    for (int64_t i = 0; i < block->size; i++) {                                                    \
        int64_t d = within(set, ((const DOCUMENT *)documents.at)[i] + list->base);                 \
        block->documents[i] = (int32_t)d;                                                          \
        block->x[i] = IN_TITLE(counts[i]) * scale(set, TITLE, d) +                                 \
                      IN_ABSTRACT(counts[i]) * scale(set, ABSTRACT, d);                            \
    }

/* Takes the next postings of a list, from `first` on. */
static void weigh(const Setting *set, const List *list, int64_t first, Block *block) {
    const Postings *postings = list->postings;
    int64_t start = list->start + first, left = list->size - first;
    const uint8_t *counts = from(postings->counts, start).at;
    Column documents = from(postings->documents, start);
    block->size = left < AT_ONCE ? left : AT_ONCE;
    switch (documents.width) {
    case 1: WEIGH(uint8_t) break;
    case 2: WEIGH(uint16_t) break;
    default: WEIGH(uint32_t) break;
    }
    weigh_odd(set, postings, start, block);
}

TWICE static void saturate(double k1, double worth, double *x, int64_t size) {
    for (int64_t i = 0; i < size; i++) x[i] = worth * (x[i] / (x[i] + k1));
}

/* Scores by document, which count where there are marks, and these, or NULL where none are to be
 * made. */
typedef struct {
    double *total;
    uint8_t *mask;
} Scores;

static void add_scores(const Setting *set, double worth, Block *block, const Scores *scores) {
    saturate(set->k1, worth, block->x, block->size);
    if (!scores->mask) {
        for (int64_t i = 0; i < block->size; i++) scores->total[block->documents[i]] += block->x[i];
        return;
    }
    for (int64_t i = 0; i < block->size; i++) {
        int32_t d = block->documents[i];
        scores->total[d] = block->x[i] + (scores->mask[d] ? scores->total[d] : 0.0);
        scores->mask[d] |= block->x[i] > 0.0;
    }
}

/* ---- A word ----------------------------------------------------------------------------------- */

/* Whether no document is in more than one list of a leaf. */
static int is_word(const Setting *set, const Leaf *leaf, const Segment *const *segment,
                   const Term *term) {
    if (leaf->rows) return 0;
    for (int64_t nth = 0; nth < leaf->terms; nth++) {
        List list = list_of(segment[term[nth].segment], &term[nth]);
        if (term[nth].weight != 1.0 || !is_usual(set, leaf, &list)) return 0;
        if (nth && term[nth].segment == term[nth - 1].segment) return 0;
    }
    return 1;
}

static void score_word(const Setting *set, const Leaf *leaf, const Segment *const *segment,
                       const Term *term, double weight, const Scores *scores) {
    int64_t matching = 0;
    for (int64_t nth = 0; nth < leaf->terms; nth++)
        matching += list_of(segment[term[nth].segment], &term[nth]).size;
    double worth = weight * idf(set, matching) * (set->k1 + 1.0);
    for (int64_t nth = 0; nth < leaf->terms; nth++) {
        List list = list_of(segment[term[nth].segment], &term[nth]);
        for (int64_t first = 0; first < list.size; first += AT_ONCE) {
            Block block;
            weigh(set, &list, first, &block);
            add_scores(set, worth, &block, scores);
        }
    }
}

/* ---- Anything else ---------------------------------------------------------------------------- */

/* The frequencies of a leaf by document, and the documents where they are not zero. */
typedef struct {
    double *sums;
    int32_t *found;
    int64_t size, room;
} Sum;

static inline void add(Sum *sum, int64_t d, double x) {
    sum->found[sum->size] = (int32_t)d;
    sum->size += sum->sums[d] == 0.0 && sum->size < sum->room;
    sum->sums[d] += x;
}

/* Takes the next documents away, from the `first` that was found on. */
static void take(Sum *sum, int64_t first, Block *block) {
    int64_t left = sum->size - first;
    block->size = left < AT_ONCE ? left : AT_ONCE;
    for (int64_t i = 0; i < block->size; i++) {
        int32_t d = block->documents[i] = sum->found[first + i];
        block->x[i] = sum->sums[d];
        sum->sums[d] = 0.0;
    }
}

static inline void add_counts(const Setting *set, const Leaf *leaf, int64_t d,
                              const int64_t counts[2], double weight, Sum *sum) {
    double x = 0.0;
    if (set->live && !set->live[d]) return;
    for (int field = TITLE; field <= ABSTRACT; field++)
        if (counts[field] && leaf->fields >> field & 1)
            x += weight * (double)counts[field] * scale(set, field, d);
    if (x > 0.0) add(sum, d, x);
}

static void add_list(const Setting *set, const Leaf *leaf, const List *list, Sum *sum) {
    if (is_usual(set, leaf, list)) {
        for (int64_t first = 0; first < list->size; first += AT_ONCE) {
            Block block;
            weigh(set, list, first, &block);
            for (int64_t i = 0; i < block.size; i++)
                add(sum, block.documents[i], list->weight * block.x[i]);
        }
        return;
    }
    for (int64_t i = 0; i < list->size; i++) {
        int64_t counts[2], d = get(list->postings->documents, list->start + i) + list->base;
        d = within(set, d);
        counts_at(list->postings, list->start + i, counts);
        add_counts(set, leaf, d, counts, list->weight, sum);
    }
}

static int add_rows(const Setting *set, const Leaf *leaf, const Segment *const *segment,
                    const Row *row, const int64_t *numbers, Sum *sum) {
    Holders holders = {0};
    int is_done = 1;
    for (int64_t nth = 0; nth < leaf->rows && is_done; numbers += row->size, row++, nth++) {
        const Segment *inside = segment[row->segment];
        is_done = in_a_row(inside, row, numbers, &holders);
        for (int64_t i = 0; i < holders.size && is_done; i++) {
            Holder *holder = &holders.holders[i];
            int64_t d = within(set, holder->document + inside->first);
            add_counts(set, leaf, d, holder->counts, 1.0, sum);
        }
    }
    free(holders.holders);
    return is_done;
}

static int score_leaf(const Setting *set, const Leaf *leaf, const Segment *const *segment,
                      const Term *term, const Row *row, const int64_t *numbers, double weight,
                      const Scores *scores, Sum *sum) {
    sum->size = 0;
    for (int64_t nth = 0; nth < leaf->terms; nth++) {
        List list = list_of(segment[term[nth].segment], &term[nth]);
        add_list(set, leaf, &list, sum);
    }
    int64_t matching = sum->size;
    int is_done = add_rows(set, leaf, segment, row, numbers, sum);
    if (leaf->is_row) matching = sum->size;
    double worth = weight * idf(set, matching) * (set->k1 + 1.0);
    for (int64_t first = 0; first < sum->size; first += AT_ONCE) {
        Block block;
        take(sum, first, &block);
        add_scores(set, worth, &block, scores);
    }
    return is_done;
}

/* ---- All leaves ------------------------------------------------------------------------------- */

/* To mark documents one by one pays where there are at least so many times as many of them. */
#define MANY 8

static int are_few(const Setting *set, const Segment *const *segment, int64_t leaves,
                   const Leaf *leaf, const Term *term) {
    int64_t postings = 0, terms = 0;
    for (int64_t nth = 0; nth < leaves; nth++) terms += leaf[nth].terms;
    for (int64_t nth = 0; nth < terms; nth++)
        postings += list_of(segment[term[nth].segment], &term[nth]).size;
    return postings < set->documents / MANY;
}

/* Of so many documents it is asked at once whether there is anything to look at. */
#define LOOKED_AT 32
#define MANY_AT (4 * LOOKED_AT)

static inline int has_any(const uint8_t *mask, int size) {
    uint8_t any = 0;
    for (int nth = 0; nth < size; nth++) any |= mask[nth];
    return any;
}

TWICE static void clear(int64_t documents, double *total, const uint8_t *mask) {
    for (int64_t d = 0; d < documents;) {
        int64_t end = d;
        while (end + LOOKED_AT <= documents && !has_any(mask + end, LOOKED_AT)) end += LOOKED_AT;
        memset(total + d, 0, (size_t)(end - d) * sizeof(double));
        for (d = end; d < end + LOOKED_AT && d < documents; d++)
            if (!mask[d]) total[d] = 0.0;
    }
}

TWICE static void mark_all(int64_t documents, const double *total, uint8_t *mask) {
    for (int64_t d = 0; d < documents; d++) mask[d] |= total[d] > 0.0;
}

/* Adds the scores of the leaves of a query, each by its weight, to `total`, and marks in `mask` all
 * documents to which any of the first `reasons` leaves gives one. If there are any, what `total` had
 * where no mark was is of no account, and neither is what it has afterwards where none is.
 *
 * `sums` has a zero for every document, and has again afterwards; `found` has room for a document
 * more than there are. Returns 0, or NO_MEMORY.
 */
int64_t score(const Setting *set, const Segment *const *segment, const Plan *plan,
              const double *weights, int64_t reasons, double *total, uint8_t *mask, double *sums,
              int32_t *found) {
    if (!set->documents) return 0;
    const Leaf *leaf = plan->leaf;
    const Term *term = plan->term;
    const Row *row = plan->row;
    const int64_t *numbers = plan->numbers;
    Sum sum = {sums, found, 0, set->documents};
    int is_done = 1, is_marking = are_few(set, segment, reasons, leaf, term);
    if (!is_marking) clear(set->documents, total, mask);
    for (int64_t nth = 0; nth < plan->leaves && is_done; nth++, leaf++) {
        Scores scores = {total, nth < reasons && is_marking ? mask : NULL};
        if (is_word(set, leaf, segment, term))
            score_word(set, leaf, segment, term, weights[nth], &scores);
        else
            is_done = score_leaf(set, leaf, segment, term, row, numbers, weights[nth], &scores, &sum);
        term += leaf->terms;
        for (int64_t rows = leaf->rows; rows--; row++) numbers += row->size;
        if (nth + 1 == reasons && !is_marking) mark_all(set->documents, total, mask);
    }
    return is_done ? 0 : NO_MEMORY;
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

static inline int has_score(const double *total, const uint8_t *mask, double least) {
    int64_t any = 0, marked = 0;
    for (int nth = 0; nth < LOOKED_AT; nth++) any |= -(int64_t)(total[nth] >= least);
    if (!any) return 0; /* as mostly, where all have a score */
    for (int nth = 0; nth < LOOKED_AT; nth++) marked |= -(int64_t)(total[nth] >= least) & mask[nth];
    return marked != 0;
}

/* Puts the best `most` of the marked documents into `found`, best first; returns how many. */
TWICE int64_t best(const Setting *set, const double *total, const uint8_t *mask, int64_t most,
                   int64_t *found) {
    const int32_t *years = set->years;
    int64_t documents = set->documents, size = 0;
    for (int64_t d = 0; d < documents; d++) {
        int is_full = size && size == most;
        if (d % MANY_AT == 0 && d + MANY_AT <= documents && !has_any(mask + d, MANY_AT)) {
            d += MANY_AT - 1;
            continue;
        }
        if (d % LOOKED_AT == 0 && d + LOOKED_AT <= documents &&
            !(is_full ? has_score(total + d, mask + d, total[found[0]])
                      : has_any(mask + d, LOOKED_AT))) {
            d += LOOKED_AT - 1;
            continue;
        }
        if (!mask[d] || (is_full && total[d] < total[found[0]])) continue;
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
