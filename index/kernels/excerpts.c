/* What is shown of the documents of a page, from the matches in them. */
#include "kernels.h"
#include "messages.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

double log(double);

#define PASSAGES 2 /* strings of a document, beside title and abstract */
#define PMID 3
#define RECORD 4
#define REPEATED 0.1 /* what a repeat counts beside a match of another leaf, by the logarithm */

/* A string of a document. */
typedef struct {
    const uint8_t *at;
    int64_t size, character, byte; /* of one place in it */
    int is_ascii;
} Text;

typedef struct {
    int64_t start, end;
} Span;

/* A sentence, in characters of its text, and its label as it stands in JSON, with its quotes. */
typedef struct {
    int64_t start, end;
    const uint8_t *label, *label_end;
    int64_t first, matches; /* of those that begin in it */
    double worth;
    int is_chosen;
} Passage;

typedef struct {
    Passage *passages;
    int64_t size, room;
} Passages;

/* ---- Texts ------------------------------------------------------------------------------------ */

static Text text_of(const uint8_t *at, int64_t size) {
    uint8_t bits = 0;
    for (int64_t byte = 0; byte < size; byte++) bits |= at[byte];
    return (Text){at, size, 0, 0, bits < 0x80};
}

static inline int64_t after_character(const Text *text, int64_t byte) {
    byte++;
    while (byte < text->size && (text->at[byte] & 0xC0) == 0x80) byte++;
    return byte;
}

/* Where a character stands, in bytes. */
static int64_t byte_of(Text *text, int64_t character) {
    if (text->is_ascii) return character < text->size ? character : text->size;
    if (character < text->character) text->character = text->byte = 0;
    for (; text->character < character && text->byte < text->size; text->character++)
        text->byte = after_character(text, text->byte);
    return text->byte;
}

/* The last space among the characters from `start` up to `end`, or the first one, or -1. */
static int64_t space(Text *text, int64_t start, int64_t end, int is_last) {
    int64_t found = -1, byte = byte_of(text, start);
    for (int64_t at = start; at < end && byte < text->size && (is_last || found < 0); at++) {
        if (text->at[byte] == ' ') found = at;
        byte = after_character(text, byte);
    }
    return found;
}

/* ---- Passages: a list of [start, end] and [start, end, label] in JSON ------------------------- */

static int64_t number(const uint8_t **at, const uint8_t *end) {
    int64_t value = 0;
    while (*at < end && (**at < '0' || **at > '9')) (*at)++;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        if (value < LARGEST) value = 10 * value + (**at - '0');
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

static int read_passages(const uint8_t *json, int64_t size, Passages *found) {
    const uint8_t *at = json, *end = json + size;
    Passage passage;
    for (found->size = 0; next_passage(&at, end, &passage); found->size++) {
        if (end - at > 1 && at[0] == ',' && at[1] == '"') {
            passage.label = ++at;
            skip_string(&at, end);
            passage.label_end = at;
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
    int64_t line, turn, field, start, end;
    const uint8_t *written, *written_end;
    uint64_t hash;
} Receipt;

static inline int is_space(uint8_t byte) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 0x1C && byte <= 0x1F);
}

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

/* Gathers the receipts of the matches of a document in the order of their lines and of the text, and
 * tells whether all are ASCII. */
static int64_t gather(const Match *match, int64_t matches, const int64_t *lines, Text *texts,
                      Receipt *found, int *are_ascii) {
    int64_t size = 0;
    *are_ascii = 1;
    for (int64_t one = 0; one < matches; one++) {
        Text *text = &texts[match[one].field];
        Receipt *next = &found[size];
        *next = (Receipt){lines[match[one].leaf], one, match[one].field, match[one].start,
                          match[one].end, text->at + byte_of(text, match[one].start), NULL, 0};
        next->written_end = text->at + byte_of(text, match[one].end);
        next->hash = hash_of(next);
        int64_t before = 0;
        while (before < size && !is_same(&found[before], next)) before++;
        if (before < size) continue;
        size++;
        if (!texts[match[one].field].is_ascii)
            *are_ascii &= text_of(next->written, next->written_end - next->written).is_ascii;
    }
    if (size > 1) qsort(found, (size_t)size, sizeof(Receipt), by_line);
    return size;
}

/* ---- All of it -------------------------------------------------------------------------------- */

/* The matches between two places, counted from the first; those that have letters in common are one
 * mark. Returns how many marks there are. */
static int64_t merge_marks(const Match *match, int64_t matches, Span whole, Span *marks) {
    int64_t count = 0;
    for (int64_t one = 0; one < matches; one++) {
        if (!is_inside(&match[one], whole.start, whole.end)) continue;
        Span span = {match[one].start - whole.start, match[one].end - whole.start};
        if (!count || span.start >= marks[count - 1].end) marks[count++] = span;
        else if (span.end > marks[count - 1].end) marks[count - 1].end = span.end;
    }
    return count;
}

static void put_marks(Message *out, const Span *marks, int64_t count) {
    put_list(out, count);
    for (int64_t nth = 0; nth < count; nth++) {
        put_list(out, 2);
        put_number(out, marks[nth].start);
        put_number(out, marks[nth].end);
    }
}

/* The part of a long passage with its first marks, cut between words and between marks. */
static Span window(Text *text, Span passage, int64_t longest, const Span *mark, int64_t marks) {
    Span first = {passage.start, passage.start}, found = passage;
    if (marks) first = (Span){mark->start + passage.start, mark->end + passage.start};
    if (first.end - passage.start > longest) {
        if (first.start - longest / 4 > found.start) found.start = first.start - longest / 4;
        int64_t before = space(text, found.start, first.start + 1, 0);
        found.start = before < 0 ? first.start : before + 1;
    }
    if (found.end - found.start <= longest) return found;
    found.end = found.start + longest;
    for (int64_t nth = 1; nth < marks; nth++) {
        Span other = {mark[nth].start + passage.start, mark[nth].end + passage.start};
        if (other.start < found.end && found.end < other.end) found.end = other.start;
    }
    int64_t least = first.end > found.start ? first.end : found.start;
    int64_t before = space(text, least, found.end + 1, 1);
    if (before >= 0) found.end = before;
    else if (found.end < first.end) found.end = first.end;
    return found;
}

/* Keeps the marks of a passage that lie within a part of it, counted from there; says how many. */
static int64_t keep_within(Span *mark, int64_t marks, Span passage, Span part) {
    int64_t kept = 0, moved = passage.start - part.start;
    for (int64_t nth = 0; nth < marks; nth++) {
        Span span = {mark[nth].start + moved, mark[nth].end + moved};
        if (span.start >= 0 && span.end <= part.end - part.start) mark[kept++] = span;
    }
    return kept;
}

/* What a backslash in JSON and what follows it stand for; `at` goes on behind them. Whatever is no
 * control character is written itself. */
static uint8_t unescaped(const uint8_t **at, const uint8_t *end) {
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    uint8_t letter = *++*at, value = 0;
    const char *found = letter ? strchr(letters, letter) : NULL;
    ++*at;
    if (letter != 'u') return found ? (uint8_t)meant[found - letters] : letter;
    for (int digit = 0; digit < 4 && *at < end; digit++, ++*at)
        value = (uint8_t)(16 * value + (**at <= '9' ? **at - '0' : (**at | 32) - 'a' + 10));
    return value;
}

static void put_label(Message *out, const uint8_t *at, const uint8_t *end) {
    int64_t bytes = 0;
    for (const uint8_t *one = at; one < end; bytes++)
        if (*one == '\\') unescaped(&one, end);
        else one++;
    put_length(out, bytes);
    while (at < end) {
        const uint8_t *start = at;
        while (at < end && *at != '\\') at++;
        put_bytes(out, start, at - start);
        if (at < end) put(out, unescaped(&at, end));
    }
}

static void put_snippet(Message *out, const Passage *passage, Span part, Text *text,
                        const Span *marks, int64_t count) {
    int64_t start = byte_of(text, part.start), end = byte_of(text, part.end);
    put_list(out, 5);
    if (passage->label) put_label(out, passage->label + 1, passage->label_end - 1);
    else put_nil(out);
    put_string(out, text->at + start, end > start ? end - start : 0);
    put_marks(out, marks, count);
    put_truth(out, part.start > passage->start);
    put_truth(out, part.end < passage->end);
}

static void put_snippets(Message *out, const Match *match, const Passages *among, int64_t chosen,
                         Text *text, int64_t longest, Span *marks) {
    put_list(out, chosen);
    for (int64_t nth = 0; nth < among->size; nth++) {
        const Passage *passage = &among->passages[nth];
        if (!passage->is_chosen) continue;
        Span whole = {passage->start, passage->end}, part = whole;
        int64_t count = merge_marks(&match[passage->first], passage->matches, whole, marks);
        if (longest && whole.end - whole.start > longest) {
            part = window(text, whole, longest, marks, count);
            count = keep_within(marks, count, whole, part);
        }
        put_snippet(out, passage, part, text, marks, count);
    }
}

/* The next word of a text, which ends where `at` goes on; empty if there is none. */
static const uint8_t *next_word(const uint8_t **at, const uint8_t *end) {
    while (*at < end && is_space(**at)) ++*at;
    const uint8_t *word = *at;
    while (*at < end && !is_space(**at)) ++*at;
    return word;
}

/* A text on one line: its words with one space between them. */
static void put_on_one_line(Message *out, const uint8_t *at, const uint8_t *end) {
    const uint8_t *rest = at, *word;
    int64_t bytes = 0;
    while ((word = next_word(&rest, end)) < rest) bytes += rest - word + (bytes > 0);
    put_length(out, bytes);
    for (int is_first = 1; (word = next_word(&at, end)) < at; is_first = 0) {
        if (!is_first) put(out, ' ');
        put_bytes(out, word, at - word);
    }
}

static void put_receipts(Message *out, const Receipt *receipt, int64_t receipts,
                         const uint8_t *queries, const int64_t *borders) {
    static const char *fields[] = {"title", "abstract"};
    put_list(out, receipts);
    for (int64_t one = 0; one < receipts; one++, receipt++) {
        const int64_t *border = &borders[receipt->line];
        const char *field = fields[receipt->field];
        put_list(out, 3);
        put_string(out, queries + border[0], border[1] - border[0]);
        put_on_one_line(out, receipt->written, receipt->written_end);
        put_string(out, (const uint8_t *)field, (int64_t)strlen(field));
    }
}

/* Writes a message: a list of `Excerpt` of search/local/highlight.py, one a document.
 *
 * `strings` has those of all documents end to end. Of each document there are `fields` of them, and
 * `bounds` from where to where they go, counted from anywhere; `shown` are the places of title,
 * abstract, passages, PMID and record among them. `match` are in the order in which `mark` gives
 * them. No more than `most` passages are shown, or all for 0, and of each
 * no more than about `longest` characters, or all for 0. Returns how many bytes the message has,
 * of which it writes no more than `room`, or NO_MEMORY.
 */
int64_t excerpt(int64_t documents, int64_t fields, const int64_t *bounds, const int64_t *shown,
                const uint8_t *strings, int64_t matches, const Match *match, const Lines *lines,
                int64_t most, int64_t longest, int64_t room, uint8_t *message) {
    Message out = {message, 0, room};
    Passages among = {0};
    int64_t *counts = calloc((size_t)lines->leaves + 1, sizeof(int64_t));
    Receipt *receipts = malloc(((size_t)matches + 1) * sizeof(Receipt));
    Span *marks = malloc(((size_t)matches + 1) * sizeof(Span));
    int has_failed = !counts || !receipts || !marks;
    put_list(&out, documents);
    for (int64_t nth = 0; nth < documents && !has_failed; nth++, bounds += fields + 1) {
        const Match *end = match + matches, *border = match, *last;
        Text kept[SHOWN];
        while (border < end && border->nth == nth && border->field == TITLE) border++;
        for (last = border; last < end && last->nth == nth;) last++;
        for (int64_t one = 0; one < SHOWN; one++) {
            const int64_t *bound = &bounds[shown[one]];
            kept[one] = text_of(strings + bound[0] - bounds[0], bound[1] - bound[0]);
        }
        strings += bounds[fields] - bounds[0];
        has_failed = !read_passages(kept[PASSAGES].at, kept[PASSAGES].size, &among);
        if (has_failed) break;
        int64_t chosen = choose(border, last - border, &among, most, counts);
        int are_ascii;
        int64_t found = gather(match, last - match, lines->lines, kept, receipts, &are_ascii);
        put_list(&out, 7);
        put_string(&out, kept[PMID].at, kept[PMID].size);
        put_string(&out, kept[TITLE].at, kept[TITLE].size);
        put_marks(&out, marks, merge_marks(match, border - match, (Span){0, INT64_MAX}, marks));
        put_snippets(&out, border, &among, chosen, &kept[ABSTRACT], longest, marks);
        put_receipts(&out, receipts, found, lines->queries, lines->borders);
        put_string(&out, kept[RECORD].at, kept[RECORD].size);
        put_truth(&out, are_ascii);
        matches -= last - match;
        match = last;
    }
    free(among.passages);
    free(counts);
    free(receipts);
    free(marks);
    return has_failed ? NO_MEMORY : out.size;
}
