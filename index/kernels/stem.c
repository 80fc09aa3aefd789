/* English words to their stems, as NLTK's SnowballStemmer("english") does it, its departures from
 * the definition included (Porter 2001, snowballstem.org/algorithms/english/stemmer.html).
 *
 * Both regions of a word end where it ends, so each is known by its length; a Y that is a consonant
 * is written large.
 */
#include "kernels.h"

#include <string.h>

#define ANY NULL    /* what may stand before a suffix */

typedef struct {
    char letters[LONGEST_WORD + 1];
    int64_t size, r1, r2;
} Word;

/* Of a word that ends so the last letters are dropped and others added, if the suffix lies within a
 * region and one of some letters stands before it. `rest` is how long R2 is where it is shorter. */
typedef struct {
    const char *suffix;
    int64_t dropped;
    const char *added;
    int64_t region;
    const char *before;
    int64_t rest;
} Rule;

/* Of each step the first rule whose suffix fits decides, so the longer ones come first. */
static const Rule STEP_2[] = {
    {"ization", 7, "ize", 1, ANY, 0}, {"ational", 7, "ate", 1, ANY, 1},
    {"fulness", 4, "", 1, ANY, 0},    {"ousness", 7, "ous", 1, ANY, 0},
    {"iveness", 7, "ive", 1, ANY, 1}, {"tional", 2, "", 1, ANY, 0},
    {"biliti", 6, "ble", 1, ANY, 0},  {"lessli", 2, "", 1, ANY, 0},
    {"entli", 2, "", 1, ANY, 0},      {"ation", 5, "ate", 1, ANY, 1},
    {"alism", 5, "al", 1, ANY, 0},    {"aliti", 5, "al", 1, ANY, 0},
    {"ousli", 5, "ous", 1, ANY, 0},   {"iviti", 5, "ive", 1, ANY, 1},
    {"fulli", 2, "", 1, ANY, 0},      {"enci", 1, "e", 1, ANY, 0},
    {"anci", 1, "e", 1, ANY, 0},      {"abli", 1, "e", 1, ANY, 0},
    {"izer", 4, "ize", 1, ANY, 0},    {"ator", 4, "ate", 1, ANY, 1},
    {"alli", 4, "al", 1, ANY, 0},     {"bli", 3, "ble", 1, ANY, 0},
    {"ogi", 1, "", 1, "l", 0},        {"li", 2, "", 1, "cdeghkmnrt", 0},
    {0},
};
static const Rule STEP_3[] = {
    {"ational", 7, "ate", 1, ANY, 0}, {"tional", 2, "", 1, ANY, 0},
    {"alize", 3, "", 1, ANY, 0},      {"icate", 5, "ic", 1, ANY, 0},
    {"iciti", 5, "ic", 1, ANY, 0},    {"ative", 5, "", 2, ANY, 0},
    {"ical", 4, "ic", 1, ANY, 0},     {"ness", 4, "", 1, ANY, 0},
    {"ful", 3, "", 1, ANY, 0},        {0},
};
static const Rule STEP_4[] = {
    {"ement", 5, "", 2, ANY, 0}, {"ance", 4, "", 2, ANY, 0}, {"ence", 4, "", 2, ANY, 0},
    {"able", 4, "", 2, ANY, 0},  {"ible", 4, "", 2, ANY, 0}, {"ment", 4, "", 2, ANY, 0},
    {"ant", 3, "", 2, ANY, 0},   {"ent", 3, "", 2, ANY, 0},  {"ism", 3, "", 2, ANY, 0},
    {"ate", 3, "", 2, ANY, 0},   {"iti", 3, "", 2, ANY, 0},  {"ous", 3, "", 2, ANY, 0},
    {"ive", 3, "", 2, ANY, 0},   {"ize", 3, "", 2, ANY, 0},  {"ion", 3, "", 2, "st", 0},
    {"al", 2, "", 2, ANY, 0},    {"er", 2, "", 2, ANY, 0},   {"ic", 2, "", 2, ANY, 0},
    {0},
};

static const char *const SPECIAL[][2] = {
    {"skis", "ski"},         {"skies", "sky"},         {"dying", "die"},
    {"lying", "lie"},        {"tying", "tie"},         {"idly", "idl"},
    {"gently", "gentl"},     {"ugly", "ugli"},         {"early", "earli"},
    {"only", "onli"},        {"singly", "singl"},      {"sky", "sky"},
    {"news", "news"},        {"howe", "howe"},         {"atlas", "atlas"},
    {"cosmos", "cosmos"},    {"bias", "bias"},         {"andes", "andes"},
    {"inning", "inning"},    {"innings", "inning"},    {"outing", "outing"},
    {"outings", "outing"},   {"canning", "canning"},   {"cannings", "canning"},
    {"herring", "herring"},  {"herrings", "herring"},  {"earring", "earring"},
    {"earrings", "earring"}, {"proceed", "proceed"},   {"proceeds", "proceed"},
    {"proceeded", "proceed"}, {"proceeding", "proceed"}, {"exceed", "exceed"},
    {"exceeds", "exceed"},   {"exceeded", "exceed"},   {"exceeding", "exceed"},
    {"succeed", "succeed"},  {"succeeds", "succeed"},  {"succeeded", "succeed"},
    {"succeeding", "succeed"},
};

static int among(char letter, const char *letters) { return strchr(letters, letter) != NULL; }

static int is_vowel(char letter) { return among(letter, "aeiouy"); }

/* The letter that is so many from the end; 1 is the last. */
static char from_end(const Word *word, int64_t place) { return word->letters[word->size - place]; }

static int ends(const Word *word, const char *suffix) {
    int64_t size = (int64_t)strlen(suffix);
    return size <= word->size && !memcmp(word->letters + word->size - size, suffix, (size_t)size);
}

static int begins(const Word *word, const char *prefix) {
    return !strncmp(word->letters, prefix, strlen(prefix));
}

static int has_vowel(const Word *word, int64_t size) {
    for (int64_t place = 0; place < size; place++)
        if (is_vowel(word->letters[place])) return 1;
    return 0;
}

/* How long what follows the first consonant after a vowel is, of the last `size` letters. */
static int64_t region(const Word *word, int64_t size) {
    for (int64_t place = size - 1; place > 0; place--)
        if (!is_vowel(from_end(word, place)) && is_vowel(from_end(word, place + 1)))
            return place - 1;
    return 0;
}

static int64_t shorter(int64_t region, int64_t dropped, int64_t added, int64_t rest) {
    return region < dropped ? rest : region - dropped + added;
}

static void change(Word *word, int64_t dropped, const char *added, int64_t rest) {
    int64_t size = (int64_t)strlen(added);
    memcpy(word->letters + word->size - dropped, added, (size_t)size);
    word->size += size - dropped;
    word->r1 = shorter(word->r1, dropped, size, 0);
    word->r2 = shorter(word->r2, dropped, size, rest);
}

static void drop(Word *word, int64_t letters) { change(word, letters, "", 0); }

static void apply(Word *word, const Rule *rules) {
    for (const Rule *rule = rules; rule->suffix; rule++) {
        if (!ends(word, rule->suffix)) continue;
        int64_t size = (int64_t)strlen(rule->suffix);
        if ((rule->region == 1 ? word->r1 : word->r2) < size) return;
        if (rule->before && !among(from_end(word, size + 1), rule->before)) return;
        change(word, rule->dropped, rule->added, rule->rest);
        return;
    }
}

static void set_regions(Word *word) {
    char *letters = word->letters;
    if (letters[0] == 'y') letters[0] = 'Y';
    for (int64_t place = 1; place < word->size; place++)
        if (letters[place] == 'y' && is_vowel(letters[place - 1])) letters[place] = 'Y';
    if (begins(word, "gener") || begins(word, "arsen")) word->r1 = word->size - 5;
    else if (begins(word, "commun")) word->r1 = word->size - 6;
    else word->r1 = region(word, word->size);
    word->r2 = region(word, word->r1);
}

static void step_1a(Word *word) {
    if (ends(word, "sses")) drop(word, 2);
    else if (ends(word, "ied") || ends(word, "ies")) drop(word, word->size > 4 ? 2 : 1);
    else if (ends(word, "us") || ends(word, "ss")) return;
    else if (ends(word, "s") && has_vowel(word, word->size - 2)) drop(word, 1);
}

static int is_short(const Word *word) {
    if (word->r1 || word->size < 2 || is_vowel(from_end(word, 1))) return 0;
    if (word->size == 2) return is_vowel(word->letters[0]);
    return !among(from_end(word, 1), "wxY") && is_vowel(from_end(word, 2)) &&
           !is_vowel(from_end(word, 3));
}

static int is_doubled(const Word *word) {
    return word->size >= 2 && from_end(word, 1) == from_end(word, 2) &&
           among(from_end(word, 1), "bdfgmnprt");
}

static void step_1b(Word *word) {
    static const char *const SUFFIXES[] = {"eedly", "ingly", "edly", "eed", "ing", "ed", NULL};
    const char *const *suffix = SUFFIXES;
    while (*suffix && !ends(word, *suffix)) suffix++;
    if (!*suffix) return;
    int64_t size = (int64_t)strlen(*suffix);
    if (!strncmp(*suffix, "eed", 3)) {
        if (word->r1 >= size) change(word, size, "ee", 0);
        return;
    }
    if (!has_vowel(word, word->size - size)) return;
    drop(word, size);
    if (ends(word, "at") || ends(word, "bl") || ends(word, "iz")) {
        word->letters[word->size++] = 'e';
        word->r1++;
        word->r2 += word->size > 5 || word->r1 >= 3;
    } else if (is_doubled(word)) {
        drop(word, 1);
    } else if (is_short(word)) {
        word->letters[word->size++] = 'e';
        word->r2 += word->r2 > 0;
    }
}

static void step_1c(Word *word) {
    if (word->size > 2 && among(from_end(word, 1), "yY") && !is_vowel(from_end(word, 2)))
        word->letters[word->size - 1] = 'i';
}

static void step_5(Word *word) {
    int is_e = ends(word, "e");
    if (word->r2 && ends(word, "ll")) word->size--;
    else if (word->r2 && is_e) word->size--;
    else if (word->r1 && is_e && word->size >= 4 &&
             (is_vowel(from_end(word, 2)) || among(from_end(word, 2), "wxY") ||
              !is_vowel(from_end(word, 3)) || is_vowel(from_end(word, 4))))
        word->size--;
}

/* How many letters of a word its stem begins with, and in the bits above the lowest eight up to four
 * that follow them. The word has 3 to LONGEST_WORD letters; what is not from a to z is a consonant. */
int64_t stem(const char *form, int64_t size) {
    Word word = {.size = size};
    memcpy(word.letters, form, (size_t)size);
    const char *found = NULL;
    for (uint64_t nth = 0; !found && nth < sizeof SPECIAL / sizeof *SPECIAL; nth++)
        if (!strcmp(word.letters, SPECIAL[nth][0])) found = SPECIAL[nth][1];
    if (found) {
        word.size = (int64_t)strlen(found);
        memcpy(word.letters, found, (size_t)word.size);
    } else {
        set_regions(&word);
        step_1a(&word);
        step_1b(&word);
        step_1c(&word);
        apply(&word, STEP_2);
        apply(&word, STEP_3);
        apply(&word, STEP_4);
        step_5(&word);
    }
    int64_t kept = 0, ending = 0;
    for (int64_t place = 0; place < word.size; place++)
        if (word.letters[place] == 'Y') word.letters[place] = 'y';
    while (kept < word.size && word.letters[kept] == form[kept]) kept++;
    for (int64_t place = word.size; place-- > kept;)
        ending = ending << 8 | (uint8_t)word.letters[place];
    return ending << 8 | kept;
}
