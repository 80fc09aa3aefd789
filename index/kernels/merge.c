/* Runs merged into a segment: their terms, and the lists of their terms. See index/segment/merger.py. */
#include "columns.h"

#include <string.h>

/* ---- Terms ------------------------------------------------------------------------------------ */

/* The sorted terms of a run, the first that is still to come, and what each is numbered anew. */
typedef struct {
    const uint8_t *terms;
    Column starts;
    int64_t size, reached;
    uint32_t *numbers;
} Terms;

/* The next term of a run, which waits in a heap with those of the others. */
typedef struct {
    uint64_t head;
    const uint8_t *term;
    int64_t length;
    Terms *run;
} Next;

static int compare(const Next *one, const Next *other) {
    if (one->head != other->head) return one->head < other->head ? -1 : 1;
    int64_t shorter = one->length < other->length ? one->length : other->length;
    int order = memcmp(one->term, other->term, (size_t)shorter);
    return order ? order : (one->length > other->length) - (one->length < other->length);
}

static Next next_of(Terms *run) {
    int64_t start = get(run->starts, run->reached);
    int64_t length = get(run->starts, run->reached + 1) - start;
    return (Next){head_of(run->terms + start, length), run->terms + start, length, run};
}

static void sink(Next *heap, int64_t size, int64_t place) {
    Next sinking = heap[place];
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
int64_t merge_terms(Terms *runs, int64_t count, Next *heap, int64_t known, int64_t most,
                    uint8_t *terms, int64_t room, int64_t *lengths) {
    int64_t size = 0, found = 0, used = 0;
    for (int64_t run = 0; run < count; run++)
        if (runs[run].reached < runs[run].size) heap[size++] = next_of(runs + run);
    for (int64_t place = size / 2; place--;) sink(heap, size, place);
    for (Next last = {0}; size; sink(heap, size, 0)) {
        Next next = heap[0];
        if (!found || compare(&next, &last)) {
            if (found == most || next.length > room - used) break;
            memcpy(terms + used, next.term, (size_t)next.length);
            used += next.length;
            lengths[found++] = next.length;
            last = next;
        }
        Terms *run = next.run;
        run->numbers[run->reached++] = (uint32_t)(known + found - 1);
        heap[0] = run->reached < run->size ? next_of(run) : heap[--size];
    }
    return found;
}

/* ---- Lists ------------------------------------------------------------------------------------ */

/* One column of a run's lists: of each of its terms the number among all, ascending, and where its
 * list starts; the values, and what is to be added to each. */
typedef struct {
    const uint32_t *numbers;
    int64_t size;
    Column starts, values;
    int64_t base;
} Lists;

#define COPY(TYPE)                                                                                 \
    for (int64_t nth = 0; nth < size; nth++)                                                       \
        ((TYPE *)target)[place + nth] = (TYPE)(get(values, nth) + base)

static void copy(Column values, int64_t size, int64_t base, void *target, int64_t width,
                 int64_t place) {
    switch (width) {
    case 1: COPY(uint8_t); break;
    case 2: COPY(uint16_t); break;
    case 4: COPY(uint32_t); break;
    default: COPY(uint64_t);
    }
}

/* Writes the lists of the terms numbered `first` to `end`, of each what one run has after what the
 * run before has. `cursor` says by term where in `target` its list starts, afterwards where it ends.
 */
void merge_lists(const Lists *runs, int64_t count, int64_t first, int64_t end, int64_t *cursor,
                 void *target, int64_t width) {
    for (const Lists *run = runs; run < runs + count; run++) {
        Column numbers = {run->numbers, sizeof *run->numbers};
        int64_t term = lower_bound(numbers, run->size, first);
        for (; term < run->size && run->numbers[term] < end; term++) {
            int64_t start = get(run->starts, term), size = get(run->starts, term + 1) - start;
            int64_t *place = cursor + run->numbers[term] - first;
            copy(from(run->values, start), size, run->base, target, width, *place);
            *place += size;
        }
    }
}
