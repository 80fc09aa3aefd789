/* Where a text holds spellings: the rows of terms of a trie. */
#include "kernels.h"
#include "room.h"

#include <stdlib.h>

#define BREAK 2 /* what stands before a word: see index/text/words.py */
#define KIND 3
#define COMMA 4
#define SLASH 8
#define MOST_PARTS 4 /* Sclerosis, Multiple, Chronic Progressive */
#define BEFORE 1     /* what stands beside a match, as bits */
#define AFTER 2

typedef struct {
    Spelling *at;
    int64_t size, room;
} Matches;

typedef struct {
    uint32_t node;
    int64_t next;
} State;

typedef struct {
    State *states;
    int64_t size, room;
    int has_failed;
} States;

static void push(States *found, uint32_t node, int64_t next) {
    State *states = with_room(found->states, found->size, &found->room, sizeof(State));
    found->has_failed |= !states;
    if (!states) return;
    states[found->size++] = (State){node, next};
    found->states = states;
}

static void add(Matches *matches, int64_t first, int64_t last, uint32_t node, int64_t mark) {
    if (matches->size < matches->room)
        matches->at[matches->size] = (Spelling){(uint32_t)first, (uint32_t)last, node, (uint32_t)mark};
    matches->size++;
}

static inline uint32_t symbol(const Trie *trie, const Words *words, int64_t place) {
    uint32_t number = words->numbers[place];
    uint32_t found = number < words->forms ? words->symbols[number] : 0;
    return found < trie->kinds ? found : 0;
}

static uint32_t follow(const Trie *trie, uint32_t node, uint32_t symbol) {
    uint32_t low = trie->firsts[node], high = trie->firsts[node + 1], end = high;
    if (!symbol || symbol >= trie->kinds) return 0;
    if (!node) return trie->roots[symbol];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trie->symbols[middle] < symbol) low = middle + 1;
        else high = middle;
    }
    return low < end && trie->symbols[low] == symbol ? trie->nexts[low] : 0;
}

/* Adds where the next word leads from a state, and it and the one after it as one. */
static void step(const Trie *trie, const Words *words, State state, int64_t last, States *found) {
    uint32_t one = follow(trie, state.node, symbol(trie, words, state.next));
    if (one) push(found, one, state.next + 1);
    uint32_t whole = state.next < last ? words->wholes[state.next] : 0;
    uint32_t both = follow(trie, state.node, whole);
    if (both) push(found, both, state.next + 2);
}

static int64_t beside(const Trie *trie, const Words *words, int64_t first, int64_t last) {
    int64_t found = 0;
    if (first && (words->gaps[first] & SLASH || trie->links[symbol(trie, words, first - 1)]))
        found |= BEFORE;
    if (last + 1 < words->size
        && (words->gaps[last + 1] & SLASH || trie->links[symbol(trie, words, last + 1)]))
        found |= AFTER;
    return found;
}

/* Finds all rows of terms in a text: by their first word, then the shorter ones first.
 *
 * The mark of each says on which side of it an and, an or, or a slash stands. Writes the first
 * `room` matches and returns how many there are, or -1 for want of memory.
 */
int64_t walk(const Trie *trie, const Words *words, int64_t room, Spelling *matches) {
    States found = {0};
    Matches written = {matches, 0, room};
    for (int64_t first = 0; first < words->size; first++) {
        if (!trie->roots[symbol(trie, words, first)] && !words->wholes[first]) continue;
        found.size = 0;
        step(trie, words, (State){0, first}, words->size, &found);
        for (int64_t at = 0; at < found.size; at++) {
            State state = found.states[at];
            if (trie->ends[state.node]) {
                int64_t last = state.next - 1;
                add(&written, first, last, state.node, beside(trie, words, first, last));
            }
            if (state.next < words->size && (words->gaps[state.next] & KIND) != BREAK)
                step(trie, words, state, words->size, &found);
        }
    }
    free(found.states);
    return found.has_failed ? -1 : written.size;
}

typedef struct {
    int64_t first, last;
} Part;

/* The rows of terms that some parts make, the last part read first. */
static void read_inverted(const Trie *trie, const Words *words, const Part *parts, int64_t size,
                          States *found, Matches *written) {
    int64_t from = 0;
    found->size = 0;
    push(found, 0, 0);
    for (int64_t part = size - 1; part >= 0; part--) {
        int64_t at = from, end = found->size;
        for (from = end; at < end; at++) {
            int64_t begun = found->size;
            push(found, found->states[at].node, parts[part].first);
            for (int64_t next = begun; next < found->size; next++)
                if (found->states[next].next <= parts[part].last)
                    step(trie, words, found->states[next], parts[part].last, found);
        }
        /* Only what reached the end of the part goes on. */
        int64_t kept = from;
        for (int64_t next = from; next < found->size; next++)
            if (found->states[next].next > parts[part].last)
                found->states[kept++] = found->states[next];
        found->size = kept;
    }
    for (int64_t at = from; at < found->size; at++)
        if (trie->ends[found->states[at].node])
            add(written, parts[0].first, parts[size - 1].last, found->states[at].node,
                parts[size - 1].first);
}

/* Finds the rows of terms in catalogue order: all between two borders, in parts between commas.
 *
 * The mark of each is where its last part begins. Writes and returns the same as `walk`.
 */
int64_t invert(const Trie *trie, const Words *words, int64_t room, Spelling *matches) {
    States found = {0};
    Matches written = {matches, 0, room};
    Part parts[MOST_PARTS];
    int64_t count = 0, start = 0;
    for (int64_t border = 1; border <= words->size; border++) {
        int is_end = border == words->size;
        if (!is_end && (words->gaps[border] & KIND) != BREAK) continue;
        if (count < MOST_PARTS) parts[count] = (Part){start, border - 1};
        count++;
        start = border;
        if (!is_end && words->gaps[border] & COMMA) continue;
        if (count > 1 && count <= MOST_PARTS)
            read_inverted(trie, words, parts, count, &found, &written);
        count = 0;
    }
    free(found.states);
    return found.has_failed ? -1 : written.size;
}
