/* The kernels and the structures they take: the arrays of a segment as they are mapped from disk,
 * the plan of a query, and what is shown of a hit. binding.pyx calls them from Python.
 *
 * No kernel allocates what it does not free, keeps anything between calls, or knows of Python, so
 * any number of threads may call at once. Whatever an index says, a kernel reads and writes nothing
 * beyond what it is given. Those that return a number return NO_MEMORY for want of memory.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdint.h>

/* Fields and groups: see index/segment/groups.py. */
#define TITLE 0
#define ABSTRACT 1
#define EXACT 0
#define STEMS 1
#define CONCEPTS 2
#define RARE 0xFFFF
#define NO_MEMORY -1
#define UNREADABLE -2 /* the file of the strings cannot be read */
#define DISORDERED -3 /* the terms of a run go beyond its end */

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

/* A column of numbers: where it is, how many bytes each number takes, and how many there are. */
typedef struct {
    const void *at;
    int64_t width, size;
} Column;

/* No count, place or length is larger; a file that says so is damaged, and sums cannot overflow. */
#define LARGEST ((int64_t)1 << 48)

/* A number of a column; 0 beyond its end. Nothing that a file says is an index before it came
 * through here, `range_of` or a check of its own. */
static inline int64_t get(Column column, int64_t place) {
    if ((uint64_t)place >= (uint64_t)column.size) return 0;
    switch (column.width) {
    case 1: return ((const uint8_t *)column.at)[place];
    case 2: return ((const uint16_t *)column.at)[place];
    case 4: return ((const uint32_t *)column.at)[place];
    default: {
        uint64_t number = ((const uint64_t *)column.at)[place];
        return number < (uint64_t)LARGEST ? (int64_t)number : LARGEST;
    }
    }
}

/* A number of which all 64 bits count. */
static inline uint64_t get_whole(Column column, int64_t place) {
    if (column.width < 8 || (uint64_t)place >= (uint64_t)column.size)
        return (uint64_t)get(column, place);
    return ((const uint64_t *)column.at)[place];
}

/* A column from one of its numbers on. */
static inline Column from(Column column, int64_t place) {
    if (place < 0) place = 0;
    if (place > column.size) place = column.size;
    return (Column){(const char *)column.at + place * column.width, column.width,
                    column.size - place};
}

typedef struct {
    int64_t first, end;
} Range;

/* The nth list of those that begin where `starts` says, within `size` items: empty if that is not
 * so. */
static inline Range range_of(Column starts, int64_t nth, int64_t size) {
    Range range = {get(starts, nth), get(starts, nth + 1)};
    if (range.end > size) range.end = size;
    if (range.first > range.end) range.first = range.end;
    return range;
}

static inline int64_t length_of(Range range) { return range.end - range.first; }

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
} Postings;

/* The postings of a term. */
static inline Range postings_of(const Postings *postings, int64_t term) {
    Column documents = postings->documents, counts = postings->counts;
    return range_of(postings->starts, term,
                    documents.size < counts.size ? documents.size : counts.size);
}

/* The words of all documents, row by row: see index/segment/inverter.py. */
typedef struct {
    Column starts, abstracts, words, stem_of, offsets, width_of;
    Column rare_rows, rare_values, odd_rows, odd_values;
} Stream;

/* The rows of a document. */
static inline Range rows_of(const Stream *stream, int64_t document) {
    return range_of(stream->starts, document, stream->words.size);
}

/* Terms of a group that span words: by document the term, its first and its last row. */
typedef struct {
    Column starts, terms, firsts, lasts;
} Wide;

static inline Range terms_of(const Wide *wide, int64_t document) {
    return range_of(wide->starts, document, wide->terms.size);
}

typedef struct {
    Postings postings[3];
    Column word_of, position_starts, positions; /* of exact terms */
    Column form_starts, forms;                  /* the exact terms that have a stem */
    Stream stream;
    Wide wide[2];             /* of stems, of concepts */
    Column seen[2];           /* the order in which stems and concepts are met first */
    int64_t first, documents; /* the number of its first document in the index, how many it has */
} Segment;

/* How often the term of a posting stands in title and abstract. */
static inline void counts_at(const Postings *postings, int64_t place, int64_t counts[2]) {
    int64_t byte = get(postings->counts, place);
    counts[TITLE] = IN_TITLE(byte);
    counts[ABSTRACT] = IN_ABSTRACT(byte);
    if (byte != ODD) return;
    int64_t nth = lower_bound(postings->odd_postings, postings->odd_postings.size, place);
    for (int field = TITLE; field <= ABSTRACT; field++)
        counts[field] = get(postings->odd_counts[field], nth);
}

static inline int64_t word_at(const Stream *stream, int64_t row) {
    int64_t word = get(stream->words, row);
    if (word == RARE && stream->rare_rows.size) {
        int64_t place = lower_bound(stream->rare_rows, stream->rare_rows.size, row);
        word = get(stream->rare_values, place);
    }
    return word;
}

/* What a row says of a group: its word, or the stem of that. */
static inline int64_t said_at(const Stream *stream, int64_t group, int64_t row) {
    int64_t word = word_at(stream, row);
    return group == STEMS ? get(stream->stem_of, word) : word;
}

/* ---- The plan of a query ------------------------------------------------------------------------ */

/* A leaf: so many terms and phrases, in which fields as bits; do its phrases tell which documents it
 * matches, or do they only add to its frequency? */
typedef struct {
    int64_t terms, rows, fields, is_row;
} Leaf;

/* A term of a segment; its frequency is multiplied by `weight`. */
typedef struct {
    int64_t segment, group, number;
    double weight;
} Term;

/* A phrase: `size` terms of a segment that stand one after the other among all `numbers`. */
typedef struct {
    int64_t segment, group, size;
} Row;

/* The leaves of a query, and leaf after leaf their terms, phrases, and the numbers of these. */
typedef struct {
    int64_t leaves;
    const Leaf *leaf;
    const Term *term;
    const Row *row;
    const int64_t *numbers;
} Plan;

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

/* Where the strings of a segment are: from `offset` on in a file, so many bytes; where each begins;
 * how many a document has, and which are shown: title, abstract, passages, PMID and record. */
typedef struct {
    int64_t file, offset, size;
    Column starts;
    int64_t fields, shown[SHOWN];
} Strings;

/* How receipts are ordered: by leaf in which line they stand; the query of a line goes from a border
 * to the next one among all `queries`. */
typedef struct {
    int64_t leaves;
    const int64_t *lines, *borders;
    const uint8_t *queries;
} Lines;

int64_t mark(const Segment *segment, int64_t nth, const Plan *plan, int64_t documents,
             const int64_t *document, int64_t room, Match *matches);

int64_t excerpt(int64_t documents, int64_t fields, const int64_t *bounds, const int64_t *shown,
                const uint8_t *strings, int64_t matches, const Match *match, const Lines *lines,
                int64_t most, int64_t longest, int64_t room, uint8_t *message);

int64_t show(const Segment *segment, int64_t nth, const Plan *plan, int64_t documents,
             const int64_t *document, const Strings *strings, const Lines *lines, int64_t most,
             int64_t longest, int64_t room, uint8_t *message);

/* ---- Scores ----------------------------------------------------------------------------------- */

/* What the scores of an index are computed with. Each length has a scale. */
typedef struct {
    int64_t documents;
    double count, k1;
    const int32_t *lengths[2]; /* of titles and abstracts in words, by document */
    const double *scales[2];   /* by length: a field's weight over its length normalization */
    const int32_t *years;
    const uint8_t *live;       /* or NULL where no document is deleted */
} Setting;

int64_t score(const Setting *set, const Segment *const *segment, const Plan *plan,
              const double *weights, int64_t reasons, double *total, uint8_t *mask, double *sums,
              int32_t *found);

int64_t best(const Setting *set, const double *total, const uint8_t *mask, int64_t most,
             int64_t *found);

int64_t likeliest(const Segment *segment, int64_t size, const int64_t *documents,
               const double *shares, int64_t shared_by, int64_t fewest, int64_t most, int64_t room,
               int64_t *numbers, int64_t *holders, double *likelihoods);

/* The concepts of documents: `entries[starts[d]]` to `entries[starts[d + 1]]` of document d, each
 * below 2 `concepts`. */
typedef struct {
    int64_t documents, concepts;
    const uint32_t *starts, *entries;
} Concepts;

int64_t facets(const Concepts *index, const uint8_t *hits, const double *rarity, int64_t kinds,
               const int64_t *ends, int64_t total, int64_t most, int64_t *found);

/* ---- Terms ------------------------------------------------------------------------------------ */

/* Sorted terms: the first bytes of each as one number, where each starts, and all end to end. */
typedef struct {
    const uint64_t *heads;
    int64_t size;
    Column starts, terms;
} Lexicon;

int64_t find(const Lexicon *lexicon, const uint8_t *sought, int64_t length);

/* The sorted terms of a run, the first that is still to come, and what each is numbered anew. */
typedef struct {
    Column terms, starts;
    int64_t size, reached;
    uint32_t *numbers;
} RunTerms;

/* The next term of a run, which waits in a heap with those of the others. */
typedef struct {
    uint64_t head;
    const uint8_t *term;
    int64_t length;
    RunTerms *run;
} NextTerm;

int64_t merge_terms(RunTerms *runs, int64_t count, NextTerm *heap, int64_t known, int64_t most,
                    uint8_t *terms, int64_t room, int64_t *lengths);

/* One column of a run's lists: of each of its terms the number among all, ascending, and where its
 * list starts; the values, and what is to be added to each. */
typedef struct {
    const uint32_t *numbers;
    int64_t size;
    Column starts, values;
    int64_t base;
} RunLists;

int64_t merge_lists(const RunLists *runs, int64_t count, int64_t first, int64_t end,
                    int64_t *cursor, void *target, int64_t width, int64_t room);

/* ---- Words ------------------------------------------------------------------------------------ */

#define LONGEST_WORD 100 /* letters of a word that is stemmed */

int64_t stem(const char *form, int64_t size);

/* A word as it is written: where its letters are among all, how many, and the number of its form. */
typedef struct {
    uint32_t offset, length, number;
} Entry;

/* Words found by their hash: slots of hash << 32 | entry + 1, or 0. */
typedef struct {
    uint64_t *slots;
    int64_t mask;
    const Entry *entries;
    const uint8_t *letters;
} WordTable;

/* A text, a row a word; `unknown` are the words that the table does not have. */
typedef struct {
    uint32_t *numbers, *starts, *ends, *positions, *unknown;
    uint8_t *gaps;
    int64_t unknowns;
} TextColumns;

void enter(const WordTable *table, int64_t first, int64_t end);

int64_t cut(const WordTable *table, const uint8_t *text, int64_t length, int64_t shift,
            int64_t step, TextColumns *out);

int64_t pairs(const uint8_t *kinds, int64_t forms, int64_t words, const uint32_t *numbers,
              const uint8_t *gaps, uint32_t *found);

/* Node 0 is the root; no node leads to it. From node n lead the edges firsts[n] to firsts[n + 1],
 * in the order of their symbols. Symbol 0 is of all terms that the trie does not have. */
typedef struct {
    const uint32_t *firsts, *symbols, *nexts;
    const uint32_t *roots; /* by symbol, where the root leads, or 0 */
    const uint8_t *links;  /* by symbol, whether it may link two spellings: and, or */
    const uint8_t *ends;   /* by node, whether a spelling ends there */
    int64_t kinds;         /* how many symbols there are */
} Trie;

/* A text's words by numbers, the symbol of each number, the symbol of a word and the next written
 * as one, or 0, and what stands before each word. */
typedef struct {
    int64_t size, forms; /* how many words, and how many numbers have a symbol */
    const uint32_t *numbers, *symbols, *wholes;
    const uint8_t *gaps;
} Words;

/* A spelling found in a text: its first and last word, the node where it ends, and a mark. */
typedef struct {
    uint32_t first, last, node, mark;
} Spelling;

int64_t walk(const Trie *trie, const Words *words, int64_t room, Spelling *matches);

int64_t invert(const Trie *trie, const Words *words, int64_t room, Spelling *matches);

#endif
