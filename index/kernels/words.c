/* The words of a text in ASCII: where each begins and ends, and its number in a table. */
#include "kernels.h"

#include <string.h>

#define UNKNOWN 0xFFFFFFFFu
#define DIGITS 1 /* what a form is: see index/text/fast_tokenizer.py */
#define PREFIX 2
#define HYPHEN 0 /* what stands before a word: see index/text/words.py */
#define SPACE 1
#define BREAK 2
#define KIND 3
#define COMMA 4
#define SLASH 8
#define DOTTED 8 /* how many dots or commas a number may have */

static inline int is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
static inline int is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26; }
static inline int is_word(uint8_t c) { return is_letter(c) || is_digit(c); }
static inline int is_point(uint8_t c) { return c == '.' || c == ','; }

static inline int is_space(uint8_t c) { /* but for the end of a line */
    return c == ' ' || (c != '\n' && c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

static inline int64_t run(const uint8_t *text, int64_t at, int64_t length) {
    while (at < length && is_word(text[at])) at++;
    return at;
}

/* The end of the word at `at`, where a letter or digit stands: _ASCII_WORD of index/text/tokenizer.py. */
static int64_t end_of_word(const uint8_t *text, int64_t at, int64_t length) {
    int64_t end = run(text, at, length);
    if (is_digit(text[at])) {
        int64_t stop = at, dots = 0;
        while (stop < end && is_digit(text[stop])) stop++;
        while (dots < DOTTED && stop + 1 < length && is_point(text[stop])
               && is_digit(text[stop + 1])) {
            for (stop++; stop < length && is_digit(text[stop]);) stop++;
            dots++;
        }
        if (dots) {
            int64_t after = run(text, stop, length);
            if (!(after + 1 < length && is_point(text[after]) && is_digit(text[after + 1])))
                return stop;
        }
    } else if (end == at + 1 && !(at && is_word(text[at - 1]))) {
        int64_t stop = end;
        while (stop + 1 < length && text[stop] == '.' && is_letter(text[stop + 1])) stop += 2;
        if (stop > end) {
            if (stop < length && is_word(text[stop])) stop -= 2;
            if (stop > end) return stop + (stop < length && text[stop] == '.');
        }
    }
    while (end + 1 < length && text[end] == '\'' && is_word(text[end + 1]))
        end = run(text, end + 1, length);
    return end;
}

static inline int is_loose(uint8_t c) { return c == '-' || c == '/' || c == '*' || c == '\''; }

/* What stands between two words: _HYPHENS and _LOOSE of index/text/tokenizer.py, and its marks. */
static uint8_t gap(const uint8_t *text, int64_t at, int64_t end) {
    if (at == end) return HYPHEN;
    if (end == at + 1 && (text[at] == ' ' || text[at] == '-')) return text[at] == ' ' ? SPACE : HYPHEN;
    if (end == at + 2 && text[at] == ',' && text[at + 1] == ' ') return BREAK | COMMA;
    uint8_t marks = memchr(text + at, '/', (size_t)(end - at)) ? SLASH : 0;
    while (at < end && is_space(text[at])) at++;
    while (at < end && is_loose(text[at])) at++;
    while (at < end && is_space(text[at])) at++;
    return marks | (at == end ? SPACE : BREAK);
}

static uint32_t hash(const uint8_t *word, int64_t length) {
    uint32_t found = 2166136261u; /* FNV-1a */
    for (int64_t at = 0; at < length; at++) found = (found ^ word[at]) * 16777619u;
    return found ^ found >> 15;
}

static uint32_t look_up(const WordTable *table, const uint8_t *word, int64_t length) {
    uint32_t sought = hash(word, length);
    for (int64_t at = sought & table->mask; table->slots[at]; at = (at + 1) & table->mask) {
        if (table->slots[at] >> 32 != sought) continue;
        int64_t entry = (int64_t)(table->slots[at] & UNKNOWN) - 1;
        if (table->entries[entry].length == length
            && !memcmp(table->letters + table->entries[entry].offset, word, (size_t)length))
            return table->entries[entry].number;
    }
    return UNKNOWN;
}

/* Lets the table's entries from `first` up to `end` be found. So many slots have to be free. */
void enter(const WordTable *table, int64_t first, int64_t end) {
    for (int64_t entry = first; entry < end; entry++) {
        const uint8_t *word = table->letters + table->entries[entry].offset;
        uint64_t found = hash(word, table->entries[entry].length);
        int64_t at = found & table->mask;
        while (table->slots[at]) at = (at + 1) & table->mask;
        table->slots[at] = found << 32 | (uint64_t)(entry + 1);
    }
}

/* Cuts a text that begins at `shift`, and returns how many words it has. There is room for as many
 * as characters. A word stands `step` positions further for each end of a line before it.
 */
int64_t cut(const WordTable *table, const uint8_t *text, int64_t length, int64_t shift,
            int64_t step, TextColumns *out) {
    int64_t words = 0, last = 0, position = -1;
    out->unknowns = 0;
    for (int64_t at = 0;;) {
        for (; at < length && !is_word(text[at]); at++) position += text[at] == '\n' ? step : 0;
        if (at == length) return words;
        int64_t end = end_of_word(text, at, length);
        uint32_t number = look_up(table, text + at, end - at);
        if (number == UNKNOWN) out->unknown[out->unknowns++] = (uint32_t)words;
        out->numbers[words] = number;
        out->starts[words] = (uint32_t)(shift + at);
        out->ends[words] = (uint32_t)(shift + end);
        out->positions[words] = (uint32_t)++position;
        out->gaps[words] = gap(text, last, at);
        words++;
        at = last = end;
    }
}

/* Finds the words that may be one with the next: _joined of index/text/words.py. Returns how many. */
int64_t pairs(const uint8_t *kinds, int64_t forms, int64_t words, const uint32_t *numbers,
              const uint8_t *gaps, uint32_t *found) {
    int64_t count = 0;
    for (int64_t at = 1; at < words; at++) {
        if (numbers[at - 1] >= forms || numbers[at] >= forms) continue;
        uint8_t one = kinds[numbers[at - 1]], other = kinds[numbers[at]], kind = gaps[at] & KIND;
        if ((kind == HYPHEN && !(one & other & DIGITS)) || (kind == SPACE && one & PREFIX))
            found[count++] = (uint32_t)(at - 1);
    }
    return count;
}
