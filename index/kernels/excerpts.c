/* What is shown of the documents of a page, from the matches in them. */
#include "columns.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

double log(double);

#define REPEATED 0.1 /* what a repeat counts beside a match of another leaf, by the logarithm */

/* Where the strings of a document are among all that are passed, in bytes. */
typedef struct {
    int64_t title, title_end, abstract, abstract_end, passages, passages_end;
} Kept;

/* A sentence, in characters of its text, and where in the JSON its label stands, in bytes. */
typedef struct {
    int64_t start, end, label, label_end;
    int64_t first, matches; /* of those that begin in it */
    double worth;
    int is_chosen;
} Passage;

typedef struct {
    Passage *passages;
    int64_t size, room;
} Passages;

/* ---- Passages: a list of [start, end] and [start, end, label] in JSON ------------------------- */

static int64_t number(const uint8_t **at, const uint8_t *end) {
    int64_t value = 0;
    while (*at < end && (**at < '0' || **at > '9')) (*at)++;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) value = 10 * value + (**at - '0');
    return value;
}

static void skip_string(const uint8_t **at, const uint8_t *end) {
    for ((*at)++; *at < end && **at != '"'; (*at)++) *at += **at == '\\';
    *at += *at < end;
    if (*at > end) *at = end;
}

static int next_passage(const uint8_t **at, const uint8_t *end, Passage *passage) {
    while (*at < end && (**at < '0' || **at > '9')) (*at)++;
    if (*at == end) return 0;
    memset(passage, 0, sizeof *passage);
    passage->start = number(at, end);
    passage->end = number(at, end);
    return 1;
}

static int read_passages(const uint8_t *strings, const Kept *kept, Passages *found) {
    const uint8_t *json = strings + kept->passages, *end = strings + kept->passages_end;
    const uint8_t *at = json;
    Passage passage;
    for (found->size = 0; next_passage(&at, end, &passage); found->size++) {
        if (end - at > 1 && at[0] == ',' && at[1] == '"') {
            passage.label = ++at - json;
            skip_string(&at, end);
            passage.label_end = at - json;
        }
        Passage *all = with_room(found->passages, found->size, &found->room, sizeof(Passage));
        if (!all) return 0;
        all[found->size] = passage;
        found->passages = all;
    }
    return 1;
}

/* ---- Which passages are shown ----------------------------------------------------------------- */

static inline int is_inside(const Match *match, int64_t start, int64_t end) {
    return match->start >= start && match->end <= end;
}

/* The more of the leaves a passage holds, the better; `counts` has a zero for every leaf. */
static double worth(const Match *match, const Passage *passage, int64_t *counts) {
    double found = 0.0, repeats = 1.0;
    for (int64_t one = 0; one < passage->matches; one++)
        if (is_inside(&match[one], passage->start, passage->end)) counts[match[one].leaf]++;
    for (int64_t one = 0; one < passage->matches; one++) {
        int64_t count = counts[match[one].leaf];
        counts[match[one].leaf] = 0;
        if (!count) continue;
        found += 1.0;
        repeats *= (double)count;
    }
    return repeats > 1.0 ? found + REPEATED * log(repeats) : found;
}

/* Marks the best `most` passages with matches, or the first one where there is none with any; all
 * of them for 0. */
static int64_t choose(const Match *match, int64_t matches, Passages *among, int64_t most,
                      int64_t *counts) {
    int64_t first = 0, chosen = 0;
    for (int64_t nth = 0; nth < among->size; nth++) {
        Passage *passage = &among->passages[nth];
        int64_t next = nth + 1 < among->size ? passage[1].start : INT64_MAX;
        while (first < matches && match[first].start < passage->start) first++;
        passage->first = first;
        while (first < matches && match[first].start < next) first++;
        passage->matches = first - passage->first;
        passage->worth = worth(&match[passage->first], passage, counts);
        passage->is_chosen = !most;
    }
    if (!most) return among->size;
    for (; chosen < most; chosen++) {
        Passage *best = NULL;
        for (int64_t nth = 0; nth < among->size; nth++) {
            Passage *passage = &among->passages[nth];
            if (passage->is_chosen || passage->worth == 0.0) continue;
            if (!best || passage->worth > best->worth) best = passage;
        }
        if (!best) break;
        best->is_chosen = 1;
    }
    if (!chosen && among->size) among->passages[0].is_chosen = 1, chosen = 1;
    return chosen;
}

/* ---- Texts that matched, each once ------------------------------------------------------------ */

typedef struct {
    const uint8_t *at;
    int64_t size, character, byte; /* of one place in it */
    int is_ascii;
} Text;

typedef struct {
    int64_t line, turn, field, start, end;
    const uint8_t *written, *written_end;
    uint64_t hash;
} Receipt;

static Text text_of(const uint8_t *strings, int64_t start, int64_t end) {
    uint8_t bits = 0;
    for (int64_t byte = start; byte < end; byte++) bits |= strings[byte];
    return (Text){strings + start, end - start, 0, 0, bits < 0x80};
}

/* Where a character stands, in bytes. */
static int64_t byte_of(Text *text, int64_t character) {
    if (text->is_ascii) return character < text->size ? character : text->size;
    if (character < text->character) text->character = text->byte = 0;
    for (; text->character < character && text->byte < text->size; text->character++) {
        text->byte++;
        while (text->byte < text->size && (text->at[text->byte] & 0xC0) == 0x80) text->byte++;
    }
    return text->byte;
}

static inline int is_space(uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

/* The next letter without its capital, or one space for any white space; 0 at the end. */
static inline uint8_t folded(const uint8_t **at, const uint8_t *end) {
    if (*at >= end) return 0;
    uint8_t byte = *(*at)++;
    if (!is_space(byte)) return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
    while (*at < end && is_space(**at)) (*at)++;
    return ' ';
}

static uint64_t hash_of(const Receipt *receipt) {
    const uint8_t *at = receipt->written;
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (uint8_t byte; (byte = folded(&at, receipt->written_end));)
        hash = (hash ^ byte) * 1099511628211u;
    return hash ^ (uint64_t)receipt->field;
}

static int is_same(const Receipt *one, const Receipt *other) {
    const uint8_t *at = one->written, *beside = other->written;
    if (one->hash != other->hash || one->line != other->line || one->field != other->field)
        return 0;
    for (uint8_t byte = 1; byte;) {
        byte = folded(&at, one->written_end);
        if (byte != folded(&beside, other->written_end)) return 0;
    }
    return 1;
}

static int by_line(const void *one, const void *other) {
    const Receipt *a = one, *b = other;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a->turn < b->turn ? -1 : 1;
}

/* Gathers the receipts of the matches of a document in the order of their lines and of the text. */
static int64_t gather(const Match *match, int64_t matches, const int64_t *lines, Text texts[2],
                      Receipt *found) {
    int64_t size = 0;
    for (int64_t one = 0; one < matches; one++) {
        Text *text = &texts[match[one].field];
        Receipt *next = &found[size];
        *next = (Receipt){lines[match[one].leaf], one, match[one].field, match[one].start,
                          match[one].end, text->at + byte_of(text, match[one].start), NULL, 0};
        next->written_end = text->at + byte_of(text, match[one].end);
        next->hash = hash_of(next);
        int64_t before = 0;
        while (before < size && !is_same(&found[before], next)) before++;
        size += before == size;
    }
    if (size > 1) qsort(found, (size_t)size, sizeof(Receipt), by_line);
    return size;
}

/* ---- All of it -------------------------------------------------------------------------------- */

/* Writes how many marks there are between two places, then the start and end of each, counted from
 * the first place. Matches that have letters in common are one mark. */
static int64_t *put_marks(const Match *match, int64_t matches, int64_t start, int64_t end,
                          int64_t *out) {
    int64_t *count = out++, last = -1;
    *count = 0;
    for (int64_t one = 0; one < matches; one++) {
        if (!is_inside(&match[one], start, end)) continue;
        if (match[one].start >= last) {
            *out++ = match[one].start - start;
            *out++ = match[one].end - start;
            ++*count;
        } else if (match[one].end > last) {
            out[-1] = match[one].end - start;
        } else {
            continue;
        }
        last = match[one].end;
    }
    return out;
}

static int64_t *put_passages(const Match *match, const Passages *among, int64_t chosen,
                             int64_t *out) {
    *out++ = chosen;
    for (int64_t nth = 0; nth < among->size; nth++) {
        const Passage *passage = &among->passages[nth];
        if (!passage->is_chosen) continue;
        *out++ = passage->start;
        *out++ = passage->end;
        *out++ = passage->label;
        *out++ = passage->label_end;
        out = put_marks(&match[passage->first], passage->matches, passage->start, passage->end, out);
    }
    return out;
}

static int64_t *put_receipts(const Receipt *receipt, int64_t receipts, int64_t *out) {
    *out++ = receipts;
    for (int64_t one = 0; one < receipts; one++, receipt++) {
        *out++ = receipt->line;
        *out++ = receipt->field;
        *out++ = receipt->start;
        *out++ = receipt->end;
    }
    return out;
}

/* Writes, document by document, the marks of its title, the passages that are shown, each with
 * where its label is and its marks, and the receipts; a count stands before each of them.
 *
 * `match` are in the order in which `mark` gives them, `lines` say by leaf in which order receipts
 * stand; no more than `most` passages are shown, or all for 0. Needs room for 6 numbers a match, 3 a document and
 * 5 a passage that may be shown. Returns how many numbers it wrote, or -1 for want of memory.
 */
int64_t excerpt(int64_t documents, const Kept *kept, const uint8_t *strings, int64_t matches,
                const Match *match, int64_t leaves, const int64_t *lines, int64_t most,
                int64_t *out) {
    Passages among = {0};
    int64_t *first = out, *counts = calloc((size_t)leaves + 1, sizeof(int64_t));
    Receipt *receipts = malloc(((size_t)matches + 1) * sizeof(Receipt));
    int has_failed = !counts || !receipts;
    for (int64_t nth = 0; nth < documents && !has_failed; nth++, kept++) {
        const Match *end = match + matches, *border = match, *last;
        while (border < end && border->nth == nth && border->field == TITLE) border++;
        for (last = border; last < end && last->nth == nth;) last++;
        Text texts[2] = {text_of(strings, kept->title, kept->title_end),
                         text_of(strings, kept->abstract, kept->abstract_end)};
        out = put_marks(match, border - match, 0, INT64_MAX, out);
        has_failed = !read_passages(strings, kept, &among);
        if (has_failed) break;
        int64_t chosen = choose(border, last - border, &among, most, counts);
        out = put_passages(border, &among, chosen, out);
        out = put_receipts(receipts, gather(match, last - match, lines, texts, receipts), out);
        matches -= last - match;
        match = last;
    }
    free(among.passages);
    free(counts);
    free(receipts);
    return has_failed ? -1 : out - first;
}
