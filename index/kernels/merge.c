/* Runs merged into a segment: their terms, and the lists of their terms. See index/segment/merger.py. */
#include "kernels.h"

#include <string.h>

/* ---- Terms ------------------------------------------------------------------------------------ */

static int compare(const NextTerm *one, const NextTerm *other) {
    if (one->head != other->head) return one->head < other->head ? -1 : 1;
    int64_t shorter = one->length < other->length ? one->length : other->length;
    int order = memcmp(one->term, other->term, (size_t)shorter);
    return order ? order : (one->length > other->length) - (one->length < other->length);
}

static NextTerm next_of(RunTerms *run) {
    Range range = range_of(run->starts, run->reached, run->terms.size);
    const uint8_t *term = (const uint8_t *)run->terms.at + range.first;
    return (NextTerm){head_of(term, length_of(range)), term, length_of(range), run};
}

static void sink(NextTerm *heap, int64_t size, int64_t place) {
    NextTerm sinking = heap[place];
    for (int64_t child; (child = 2 * place + 1) < size; place = child) {
        if (child + 1 < size && compare(heap + child + 1, heap + child) < 0) child++;
        if (compare(&sinking, heap + child) <= 0) break;
        heap[place] = heap[child];
    }
    heap[place] = sinking;
}

/* Writes the next terms of all runs in their order, each once: up to `most`, and what `room` bytes
 * hold, which has to be enough for any one. Returns how many; 0 when there are no more. They are
 * numbered from `known` on. `heap` has room for one of each run. */
int64_t merge_terms(RunTerms *runs, int64_t count, NextTerm *heap, int64_t known, int64_t most,
                    uint8_t *terms, int64_t room, int64_t *lengths) {
    int64_t size = 0, found = 0, used = 0;
    for (int64_t run = 0; run < count; run++)
        if (runs[run].reached < runs[run].size) heap[size++] = next_of(runs + run);
    for (int64_t place = size / 2; place--;) sink(heap, size, place);
    for (NextTerm last = {0}; size; sink(heap, size, 0)) {
        NextTerm next = heap[0];
        if (!found || compare(&next, &last)) {
            if (found == most || next.length > room - used) break;
            if (next.length) memcpy(terms + used, next.term, (size_t)next.length);
            used += next.length;
            lengths[found++] = next.length;
            last = next;
        }
        RunTerms *run = next.run;
        run->numbers[run->reached++] = (uint32_t)(known + found - 1);
        heap[0] = run->reached < run->size ? next_of(run) : heap[--size];
    }
    return found;
}

/* ---- Lists ------------------------------------------------------------------------------------ */

#define COPY(FROM, TO)                                                                             \
    for (int64_t nth = 0; nth < size; nth++)                                                       \
        ((TO *)target)[place + nth] = (TO)(((const FROM *)values.at)[nth] + (uint64_t)base)

#define COPY_FROM(FROM)                                                                            \
    switch (width) {                                                                               \
    case 1: COPY(FROM, uint8_t); break;                                                            \
    case 2: COPY(FROM, uint16_t); break;                                                           \
    case 4: COPY(FROM, uint32_t); break;                                                           \
    default: COPY(FROM, uint64_t);                                                                 \
    }

/* Copies as many values as there are known to be. */
static void copy(Column values, int64_t size, int64_t base, void *target, int64_t width,
                 int64_t place) {
    switch (values.width) {
    case 1: COPY_FROM(uint8_t) break;
    case 2: COPY_FROM(uint16_t) break;
    case 4: COPY_FROM(uint32_t) break;
    default: COPY_FROM(uint64_t)
    }
}

/* Writes the lists of the terms numbered `first` to `end`, of each what one run has after what the
 * run before has. `cursor` says by term where in `target`, which has `room` for so many values, its
 * list starts, afterwards where it ends. Returns 0, or DISORDERED if something would not fit. */
int64_t merge_lists(const RunLists *runs, int64_t count, int64_t first, int64_t end,
                    int64_t *cursor, void *target, int64_t width, int64_t room) {
    for (const RunLists *run = runs; run < runs + count; run++) {
        Column numbers = {run->numbers, sizeof *run->numbers, run->size};
        int64_t term = lower_bound(numbers, run->size, first);
        for (; term < run->size && run->numbers[term] < end; term++) {
            Range range = range_of(run->starts, term, run->values.size);
            int64_t size = length_of(range), nth = run->numbers[term] - first;
            if (nth < 0 || cursor[nth] < 0 || cursor[nth] > room - size) return DISORDERED;
            copy(from(run->values, range.first), size, run->base, target, width, cursor[nth]);
            cursor[nth] += size;
        }
    }
    return 0;
}
