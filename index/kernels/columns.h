/* What kernels share: the arrays of a segment as they are mapped from disk, and what a query asks of
 * them.
 *
 * No kernel allocates what it does not free, keeps anything between calls, or knows of Python, so
 * any number of threads may call at once. All integers that are passed are 64 bits wide.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdint.h>

/* Fields and groups: see index/segment/groups.py. */
#define TITLE 0
#define ABSTRACT 1
#define EXACT 0
#define STEMS 1
#define CONCEPTS 2
#define RARE 0xFFFF

/* The byte of a posting, and what it says if its counts are beside: see index/segment/frequencies.py. */
#define ODD 0xFF
#define IN_TITLE(BYTE) ((BYTE) >> 6)
#define IN_ABSTRACT(BYTE) ((BYTE) & 0x3F)

/* What is compiled twice, for processors with wide registers and for others; the loader chooses. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define TWICE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef TWICE
#define TWICE
#endif

/* Asks for what will be read soon. */
#ifdef __GNUC__
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define PREFETCH(at) (void)(at)
#endif

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

/* A column from one of its numbers on. */
static inline Column from(Column column, int64_t place) {
    return (Column){(const char *)column.at + place * column.width, column.width};
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

/* The first eight bytes of a term as one number, so that numbers sort as terms do. */
static inline uint64_t head_of(const uint8_t *term, int64_t length) {
    uint64_t head = 0;
    for (int64_t byte = 0; byte < 8; byte++) head = head << 8 | (byte < length ? term[byte] : 0);
    return head;
}

/* ---- A segment -------------------------------------------------------------------------------- */

/* The posting lists of a group of terms, one after the other. */
typedef struct {
    Column starts, documents, counts, odd_postings, odd_counts[2];
    int64_t odd; /* how many odd postings there are */
} Postings;

/* The words of all documents, row by row: see index/segment/inverter.py. */
typedef struct {
    Column starts, abstracts, words, stem_of, offsets, width_of;
    Column rare_rows, rare_values, odd_rows, odd_values;
    int64_t rare, odd, vocabulary; /* how many rare and odd rows, how many words there are */
} Stream;

/* Terms of a group that span words: by document the term, its first and its last row. */
typedef struct {
    Column starts, terms, firsts, lasts;
} Wide;

typedef struct {
    Postings postings[3];
    Column word_of, position_starts, positions; /* of exact terms */
    Column form_starts, forms;                  /* the exact terms that have a stem */
    Stream stream;
    Wide wide[2];  /* of stems, of concepts */
    int64_t first; /* the number of its first document in the index */
} Segment;

/* How often the term of a posting stands in title and abstract. */
static inline void counts_at(const Postings *postings, int64_t place, int64_t counts[2]) {
    int64_t byte = get(postings->counts, place);
    counts[TITLE] = IN_TITLE(byte);
    counts[ABSTRACT] = IN_ABSTRACT(byte);
    if (byte != ODD) return;
    int64_t nth = lower_bound(postings->odd_postings, postings->odd, place);
    for (int field = TITLE; field <= ABSTRACT; field++)
        counts[field] = get(postings->odd_counts[field], nth);
}

static inline int64_t word_at(const Stream *stream, int64_t row) {
    int64_t word = get(stream->words, row);
    if (word == RARE && stream->rare) {
        int64_t place = lower_bound(stream->rare_rows, stream->rare, row);
        word = get(stream->rare_values, place);
    }
    return word;
}

/* What a row says of a group: its word, or the stem of that. */
static inline int64_t said_at(const Stream *stream, int64_t group, int64_t row) {
    int64_t word = word_at(stream, row);
    return group == STEMS ? get(stream->stem_of, word) : word;
}

/* ---- A query ---------------------------------------------------------------------------------- */

/* What a leaf asks for: so many terms and rows of words, in which fields as bits; are its rows what
 * tells which documents it matches, or do they only add to its frequency? */
typedef struct {
    int64_t terms, rows, fields, is_row;
} Leaf;

/* A term of a segment; its frequency is multiplied by `weight`. */
typedef struct {
    int64_t segment, group, number;
    double weight;
} Term;

/* Words in a row: `size` terms of a segment that stand one after the other among all `numbers`. */
typedef struct {
    int64_t segment, group, size;
} Row;

/* A match: the nth document, its field, from and to which character, and the leaf it is of. */
typedef struct {
    int64_t nth, field, start, end, leaf;
} Match;

/* ---- Phrases ---------------------------------------------------------------------------------- */

/* The documents with words in a row, ascending, and how often title and abstract have them. */
typedef struct {
    int64_t document, counts[2];
} Holder;

typedef struct {
    Holder *holders;
    int64_t size, room;
} Holders;

int in_a_row(const Segment *segment, const Row *row, const int64_t *numbers, Holders *found);

/* ---- What is shown ---------------------------------------------------------------------------- */

#define SHOWN 5 /* of the strings of a document */

int64_t mark(const Segment *segment, int64_t nth, int64_t leaves, const Leaf *leaf,
             const Term *term, const Row *row, const int64_t *numbers, int64_t documents,
             const int64_t *document, int64_t room, Match *matches);

int64_t excerpt(int64_t documents, int64_t fields, const int64_t *bounds, const int64_t *shown,
                const uint8_t *strings, int64_t matches, const Match *match, int64_t leaves,
                const int64_t *lines, const uint8_t *queries, const int64_t *borders, int64_t most,
                int64_t longest, int64_t room, uint8_t *message);

#endif
