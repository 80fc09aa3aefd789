/* What all kernels share: the arrays of an index as they are mapped from disk.
 *
 * No kernel allocates what it does not free, keeps anything between calls, or knows of Python, so
 * any number of threads may call at once. All integers that are passed are 64 bits wide.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdint.h>

#define TITLE 0
#define ABSTRACT 1

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
static inline int64_t lower_bound(Column column, int64_t size, int64_t sought) {
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

/* A match: the nth document, its field, from and to which character, and the leaf it is of. */
typedef struct {
    int64_t nth, field, start, end, leaf;
} Match;

#endif
