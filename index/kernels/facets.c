/* Which concepts narrow the hits of a query down, and in how many of the hits each of them is.
 *
 * An entry of a document is 2 c + 1 if its text names the concept c, 2 c if it names only narrower
 * ones: one pass over the hits counts both. */
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

static void counted(const Concepts *index, const uint8_t *hits, uint32_t *counts) {
    const uint32_t *starts = index->starts, *entries = index->entries;
    for (int64_t document = 0; document < index->documents; document++) {
        uint64_t some;
        if (document + 8 <= index->documents && (memcpy(&some, hits + document, 8), !some)) {
            document += 7;
            continue;
        }
        if (!hits[document]) continue;
        for (uint32_t place = starts[document]; place < starts[document + 1]; place++)
            counts[entries[place]]++;
    }
}

/* Writes the concepts from `first` to `last` that are worth most, as many as `most`, in that order;
 * of equals the first. `worth` has room for as many. Says how many there are. */
static int64_t chosen(int64_t first, int64_t last, const uint32_t *counts, const double *rarity,
                      int64_t total, int64_t most, int64_t *found, double *worth) {
    int64_t size = 0;
    for (int64_t concept = first; concept < last; concept++) {
        uint32_t named = counts[2 * concept + 1];
        double its = named * rarity[concept];
        if (!(its > 0) || counts[2 * concept] + named >= total) continue;
        if (size == most && !(size && its > worth[size - 1])) continue;
        int64_t place = size < most ? size++ : size - 1;
        for (; place && its > worth[place - 1]; place--) {
            found[place] = found[place - 1];
            worth[place] = worth[place - 1];
        }
        found[place] = concept;
        worth[place] = its;
    }
    return size;
}

/* Writes for each kind of concepts how many narrow the `total` hits down, `most` of each kind at
 * most, then kind after kind these concepts, those worth most first, each with how many hits it
 * leaves. A concept is worth how many hits name it, times its `rarity`: nothing if that is 0. Returns
 * 0, or NO_MEMORY. */
int64_t facets(const Concepts *index, const uint8_t *hits, const double *rarity, int64_t kinds,
               const int64_t *ends, int64_t total, int64_t most, int64_t *found) {
    uint32_t *counts = calloc((size_t)(2 * index->concepts + 1), sizeof(uint32_t));
    double *worth = malloc((size_t)(most + 1) * sizeof(double));
    int64_t *rows = malloc((size_t)(most + 1) * sizeof(int64_t));
    int is_done = counts && worth && rows;
    if (is_done) {
        counted(index, hits, counts);
        int64_t *next = found + kinds;
        for (int64_t kind = 0, first = 0; kind < kinds; first = ends[kind++]) {
            found[kind] = chosen(first, ends[kind], counts, rarity, total, most, rows, worth);
            for (int64_t nth = 0; nth < found[kind]; nth++) {
                *next++ = rows[nth];
                *next++ = counts[2 * rows[nth]] + counts[2 * rows[nth] + 1];
            }
        }
    }
    free(counts);
    free(worth);
    free(rows);
    return is_done ? 0 : NO_MEMORY;
}
