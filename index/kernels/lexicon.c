/* Where a term is among sorted ones: see index/segment/lexicon.py. */
#include "kernels.h"

#include <string.h>

static int compare(const Lexicon *lexicon, int64_t number, const uint8_t *sought, int64_t length) {
    Range range = range_of(lexicon->starts, number, lexicon->terms.size);
    int64_t size = length_of(range);
    const char *term = (const char *)lexicon->terms.at + range.first;
    int order = memcmp(term, sought, (size_t)(size < length ? size : length));
    return order ? order : (size > length) - (size < length);
}

/* Returns the number of a term, or if it is not there ~n for the first term n that is after it. */
int64_t find(const Lexicon *lexicon, const uint8_t *sought, int64_t length) {
    uint64_t head = head_of(sought, length);
    int64_t first = 0, last = lexicon->size;
    while (first < last) {
        int64_t middle = (first + last) / 2;
        uint64_t other = lexicon->heads[middle];
        int order = (other > head) - (other < head);
        if (!order) order = compare(lexicon, middle, sought, length);
        if (!order) return middle;
        if (order < 0) first = middle + 1;
        else last = middle;
    }
    return ~first;
}
