/* Which documents have words in a row. */
#include "kernels.h"
#include "room.h"

#include <stdlib.h>

#define AT_ONCE 64

static int64_t size_of(const Postings *postings, int64_t number) {
    return length_of(postings_of(postings, number));
}

static int64_t rarest_of(const Postings *postings, const int64_t *numbers, int64_t size) {
    int64_t rarest = 0;
    for (int64_t nth = 1; nth < size; nth++)
        if (size_of(postings, numbers[nth]) < size_of(postings, numbers[rarest])) rarest = nth;
    return rarest;
}

static int add(Holders *found, int64_t document, int64_t field) {
    if (!found->size || found->holders[found->size - 1].document != document) {
        Holder *holders = with_room(found->holders, found->size, &found->room, sizeof(Holder));
        if (!holders) return 0;
        holders[found->size++] = (Holder){document, {0, 0}};
        found->holders = holders;
    }
    found->holders[found->size - 1].counts[field]++;
    return 1;
}

/* ---- Where the rarest word stands ------------------------------------------------------------- */

/* How far the postings of a word are read, and which document is next: its number, or INT64_MAX. */
typedef struct {
    int64_t place, last, position, document;
} Reached;

static void go_on(const Segment *segment, Reached *reached) {
    const Postings *postings = &segment->postings[EXACT];
    int is_there = reached->place < reached->last;
    reached->document = is_there ? get(postings->documents, reached->place) : INT64_MAX;
}

static Reached first_of(const Segment *segment, int64_t word) {
    Range range = postings_of(&segment->postings[EXACT], word);
    Reached reached = {range.first, range.end, get(segment->position_starts, word), 0};
    go_on(segment, &reached);
    return reached;
}

static Reached *least_of(Reached *reached, int64_t words) {
    Reached *least = reached;
    for (int64_t nth = 1; nth < words; nth++)
        if (reached[nth].document < least->document) least = &reached[nth];
    return least;
}

/* ---- What stands around it -------------------------------------------------------------------- */

/* A row as the stream has it, of words or of their stems; the one that is `before` others from its
 * first on and `after` others from its last on is known to be there. */
typedef struct {
    int64_t group, before, after;
    const int64_t *said;
} Sought;

/* Where the rarest word stands, some at a time. */
typedef struct {
    int64_t documents[AT_ONCE], rows[AT_ONCE];
    int64_t size;
} Standing;

static inline int stand_around(const Stream *stream, int64_t row, const Sought *sought) {
    for (int64_t step = -sought->before; step <= sought->after; step++) {
        if (!step) continue;
        int64_t said = said_at(stream, sought->group, row + step);
        if (said != sought->said[sought->before + step]) return 0;
    }
    return 1;
}

static int look_around(const Segment *segment, const Standing *standing, const Sought *sought,
                       Holders *found) {
    const Stream *stream = &segment->stream;
    for (int64_t nth = 0; nth < standing->size; nth++) {
        int64_t document = standing->documents[nth], row = standing->rows[nth];
        Range rows = rows_of(stream, document);
        int64_t first = row - sought->before;
        if (first < rows.first || row + sought->after >= rows.end) continue;
        if (!stand_around(stream, row, sought)) continue;
        int64_t border = rows.first + get(stream->abstracts, document);
        if (!add(found, document, first >= border ? ABSTRACT : TITLE)) return 0;
    }
    return 1;
}

/* Looks wherever any of some words stands, document by document. */
static int look_at(const Segment *segment, Reached *reached, int64_t words, const Sought *sought,
                   Holders *found) {
    const Postings *postings = &segment->postings[EXACT];
    const Stream *stream = &segment->stream;
    Standing standing = {.size = 0};
    for (Reached *least; (least = least_of(reached, words))->document != INT64_MAX;) {
        int64_t start = get(stream->starts, least->document), counts[2];
        counts_at(postings, least->place, counts);
        int64_t left = counts[TITLE] + counts[ABSTRACT];
        for (; left-- && least->position < segment->positions.size; least->position++) {
            int64_t row = start + get(segment->positions, least->position);
            standing.documents[standing.size] = least->document;
            standing.rows[standing.size++] = row;
            /* The words of a document are seldom near at hand: they come while others are found. */
            PREFETCH(from(stream->words, row).at);
            if (standing.size < AT_ONCE) continue;
            if (!look_around(segment, &standing, sought, found)) return 0;
            standing.size = 0;
        }
        least->place++;
        go_on(segment, least);
    }
    return look_around(segment, &standing, sought, found);
}

/* ---- Rows ------------------------------------------------------------------------------------- */

static int of_words(const Segment *segment, const int64_t *numbers, int64_t size, Holders *found) {
    int64_t rarest = rarest_of(&segment->postings[EXACT], numbers, size);
    int64_t *said = malloc((size_t)size * sizeof(int64_t));
    if (!said) return 0;
    for (int64_t nth = 0; nth < size; nth++) said[nth] = get(segment->word_of, numbers[nth]);
    Sought sought = {EXACT, rarest, size - 1 - rarest, said};
    Reached reached = first_of(segment, numbers[rarest]);
    int is_done = look_at(segment, &reached, 1, &sought, found);
    free(said);
    return is_done;
}

/* Stems have no positions; the words that have the rarest of them do. */
static int of_stems(const Segment *segment, const int64_t *stems, int64_t size, Holders *found) {
    int64_t rarest = rarest_of(&segment->postings[STEMS], stems, size);
    Range forms = range_of(segment->form_starts, stems[rarest], segment->forms.size);
    int64_t words = length_of(forms);
    if (!words) return 1; /* it is of compounds only */
    Reached *reached = malloc((size_t)words * sizeof(Reached));
    if (!reached) return 0;
    for (int64_t nth = 0; nth < words; nth++)
        reached[nth] = first_of(segment, get(segment->forms, forms.first + nth));
    Sought sought = {STEMS, rarest, size - 1 - rarest, stems};
    int is_done = look_at(segment, reached, words, &sought, found);
    free(reached);
    return is_done;
}

/* Finds the documents with words in a row; `numbers` are those of the lexicon. Says whether memory
 * was enough. */
int in_a_row(const Segment *segment, const Row *row, const int64_t *numbers, Holders *found) {
    found->size = 0;
    return row->group == STEMS ? of_stems(segment, numbers, row->size, found)
                               : of_words(segment, numbers, row->size, found);
}
