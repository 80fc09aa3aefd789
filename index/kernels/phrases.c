/* Which documents have words in a row. */
#include "columns.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

#define FEW 16      /* documents */
#define FEW_WORDS 8 /* of one stem */
#define AT_ONCE 64
#define BLOCK 32

static int64_t size_of(const Postings *postings, int64_t number) {
    return get(postings->starts, number + 1) - get(postings->starts, number);
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

/* Whether the words of a document from `first` on are these; every document ends in a border. */
static inline int stands(const Segment *segment, int64_t group, const int64_t *words, int64_t size,
                         int64_t first) {
    for (int64_t step = 0; step < size; step++) {
        int64_t word = word_at(&segment->stream, first + step);
        if ((group == EXACT ? word : get(segment->stream.stem_of, word)) != words[step]) return 0;
    }
    return 1;
}

/* Whether words stand around the one at `row`, which is the rarest of them and known to be there. */
static inline int stand_around(const Stream *stream, int64_t row, int64_t before, int64_t after,
                               const int64_t *words) {
    for (int64_t step = -before; step <= after; step++)
        if (step && word_at(stream, row + step) != words[before + step]) return 0;
    return 1;
}

/* Where the rarest word stands, some at a time. */
typedef struct {
    int64_t documents[AT_ONCE], rows[AT_ONCE];
    int64_t size;
} Standing;

static int look_around(const Segment *segment, const Standing *standing, int64_t before,
                       int64_t after, const int64_t *words, Holders *found) {
    const Stream *stream = &segment->stream;
    for (int64_t nth = 0; nth < standing->size; nth++) {
        int64_t document = standing->documents[nth], row = standing->rows[nth];
        int64_t start = get(stream->starts, document);
        if (row - before < start || row + after >= get(stream->starts, document + 1)) continue;
        if (!stand_around(stream, row, before, after, words)) continue;
        int64_t border = start + get(stream->abstracts, document);
        if (!add(found, document, row - before >= border ? ABSTRACT : TITLE)) return 0;
    }
    return 1;
}

/* Exact terms have positions: looked for where the rarest of them stands. */
static int by_positions(const Segment *segment, int64_t rarest, int64_t before, int64_t after,
                        const int64_t *words, Holders *found) {
    const Postings *postings = &segment->postings[EXACT];
    const Stream *stream = &segment->stream;
    Standing standing = {.size = 0};
    int64_t last = get(postings->starts, rarest + 1);
    int64_t position = get(segment->position_starts, rarest);
    for (int64_t place = get(postings->starts, rarest); place < last; place++) {
        int64_t document = get(postings->documents, place);
        int64_t start = get(stream->starts, document);
        int64_t count = get(postings->counts[0], place) + get(postings->counts[1], place);
        for (; count--; position++) {
            int64_t row = start + get(segment->positions, position);
            standing.documents[standing.size] = document;
            standing.rows[standing.size++] = row;
            /* The words of a document are seldom near at hand: they come while others are found. */
            PREFETCH(from(stream->words, row).at);
            if (standing.size < AT_ONCE) continue;
            if (!look_around(segment, &standing, before, after, words, found)) return 0;
            standing.size = 0;
        }
    }
    return look_around(segment, &standing, before, after, words, found);
}

/* The words that have a stem, by what the stream says for each, which others may share: a bit for
 * each, and if they are few the words themselves, the first of them in all places that are left. */
typedef struct {
    uint8_t bits[(RARE + 1) / 8];
    uint16_t said[FEW_WORDS];
    int64_t size;
} Words;

static inline int has_stem(const uint32_t *stem_of, uint32_t stem) {
    int any = 0;
    for (int nth = 0; nth < AT_ONCE; nth++) any |= stem_of[nth] == stem;
    return any;
}

static void add_word(Words *words, int64_t word) {
    int64_t said = word < RARE ? word : RARE;
    words->bits[said / 8] |= (uint8_t)(1 << said % 8);
    for (int64_t nth = words->size++; nth < FEW_WORDS; nth++) words->said[nth] = (uint16_t)said;
}

/* Few words have a stem: of many at once it is asked whether any has. */
TWICE static void set_words(Words *words, const Stream *stream, int64_t stem) {
    int is_usual = stream->stem_of.width == sizeof(uint32_t);
    int64_t word = 0, many = is_usual ? stream->vocabulary / AT_ONCE * AT_ONCE : 0;
    memset(words, 0, sizeof *words);
    for (const uint32_t *stem_of = stream->stem_of.at; word < many; word += AT_ONCE) {
        if (!has_stem(stem_of + word, (uint32_t)stem)) continue;
        for (int64_t nth = word; nth < word + AT_ONCE; nth++)
            if (stem_of[nth] == stem) add_word(words, nth);
    }
    for (; word < stream->vocabulary; word++)
        if (get(stream->stem_of, word) == stem) add_word(words, word);
}

/* As if all words had the stem. */
static void set_all(Words *words) {
    memset(words->bits, 0xFF, sizeof words->bits);
    words->size = RARE;
}

static inline int has_any(const Words *words, const uint16_t *said) {
    int any = 0;
    for (int word = 0; word < FEW_WORDS; word++)
        for (int nth = 0; nth < BLOCK; nth++) any |= said[nth] == words->said[word];
    return any;
}

/* The place of the next word that may be one of them, or `end`. */
TWICE static int64_t next_of(const Words *words, const uint16_t *said, int64_t place,
                             int64_t end) {
    int are_few = words->size <= FEW_WORDS;
    while (place < end) {
        if (are_few && place + BLOCK <= end && !has_any(words, said + place)) {
            place += BLOCK;
            continue;
        }
        int64_t last = place + BLOCK < end ? place + BLOCK : end;
        for (; place < last; place++)
            if (words->bits[said[place] / 8] >> said[place] % 8 & 1) return place;
    }
    return end;
}

/* The place of the first number from `first` on that is not less; it is seldom far. */
static int64_t first_from(Column column, int64_t first, int64_t end, int64_t sought) {
    int64_t step = 1;
    while (first + step < end && get(column, first + step) < sought) {
        first += step;
        step *= 2;
    }
    int64_t size = first + step < end ? step : end - first;
    return first + lower_bound(from(column, first), size, sought);
}

/* Whether a document has all of some stems; `reached` goes on in the posting list of each. */
static int has_all(const Postings *postings, const int64_t *stems, int64_t size,
                   int64_t document, int64_t *reached) {
    for (int64_t nth = 0; nth < size; nth++) {
        int64_t end = get(postings->starts, stems[nth] + 1);
        reached[nth] = first_from(postings->documents, reached[nth], end, document);
        if (reached[nth] == end || get(postings->documents, reached[nth]) != document) return 0;
    }
    return 1;
}

static int read_document(const Segment *segment, int64_t document, const Words *words,
                         int64_t rarest, const int64_t *stems, int64_t size, Holders *found) {
    const Stream *stream = &segment->stream;
    int64_t start = get(stream->starts, document), end = get(stream->starts, document + 1);
    int64_t border = start + get(stream->abstracts, document);
    const uint16_t *said = stream->words.at;
    int64_t last = end - (size - 1 - rarest);
    int64_t place = start + rarest;
    for (; (place = next_of(words, said, place, last)) < last; place++) {
        if (!stands(segment, STEMS, stems, size, place - rarest)) continue;
        if (!add(found, document, place - rarest >= border ? ABSTRACT : TITLE)) return 0;
    }
    return 1;
}

/* Stems have none: documents that have all of them are read. */
static int by_reading(const Segment *segment, int64_t rarest, const int64_t *stems, int64_t size,
                      Holders *found) {
    const Postings *postings = &segment->postings[STEMS];
    int64_t last = get(postings->starts, stems[rarest] + 1);
    int64_t *reached = malloc((size_t)size * sizeof(int64_t));
    Words words;
    if (!reached) return 0;
    /* To look through all words once costs as much as to read some documents without it. */
    if (size_of(postings, stems[rarest]) < FEW) set_all(&words);
    else set_words(&words, &segment->stream, stems[rarest]);
    for (int64_t nth = 0; nth < size; nth++) reached[nth] = get(postings->starts, stems[nth]);
    int64_t documents[AT_ONCE], waiting = 0;
    int is_done = 1;
    for (int64_t at = get(postings->starts, stems[rarest]); at < last && is_done; at++) {
        int64_t document = get(postings->documents, at);
        if (has_all(postings, stems, size, document, reached)) {
            documents[waiting++] = document;
            /* Its words are seldom near at hand: they come while others are found. */
            const Stream *stream = &segment->stream;
            PREFETCH(from(stream->words, get(stream->starts, document)).at);
        }
        if (waiting < AT_ONCE && at + 1 < last) continue;
        for (int64_t nth = 0; nth < waiting && is_done; nth++)
            is_done = read_document(segment, documents[nth], &words, rarest, stems, size, found);
        waiting = 0;
    }
    free(reached);
    return is_done;
}

/* Finds the documents with words in a row; `numbers` are those of the lexicon. Says whether memory
 * was enough. */
int in_a_row(const Segment *segment, const Row *row, const int64_t *numbers, Holders *found) {
    found->size = 0;
    int64_t rarest = rarest_of(&segment->postings[row->group], numbers, row->size);
    if (row->group == STEMS) return by_reading(segment, rarest, numbers, row->size, found);
    int64_t *words = malloc((size_t)row->size * sizeof(int64_t));
    if (!words) return 0;
    for (int64_t nth = 0; nth < row->size; nth++) words[nth] = get(segment->word_of, numbers[nth]);
    int is_done = by_positions(segment, numbers[rarest], rarest, row->size - 1 - rarest, words, found);
    free(words);
    return is_done;
}
