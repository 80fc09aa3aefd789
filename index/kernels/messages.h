/* Writes MessagePack, as its specification has it (https://msgpack.org): what a kernel says in
 * strings and lists becomes objects without a loop of Python's. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdint.h>
#include <string.h>

/* `size` counts what there would be with enough `room`. */
typedef struct {
    uint8_t *at;
    int64_t size, room;
} Message;

static inline void put(Message *out, uint8_t byte) {
    if (out->size < out->room) out->at[out->size] = byte;
    out->size++;
}

static inline void put_head(Message *out, uint8_t kind, int64_t value, int bytes) {
    put(out, kind);
    while (bytes--) put(out, (uint8_t)(value >> 8 * bytes));
}

static inline void put_nil(Message *out) { put(out, 0xC0); }

static inline void put_truth(Message *out, int is_true) { put(out, is_true ? 0xC3 : 0xC2); }

static inline void put_number(Message *out, int64_t number) {
    if (number < 128) put(out, (uint8_t)number);
    else if (number <= UINT16_MAX) put_head(out, 0xCD, number, 2);
    else put_head(out, 0xCE, number, 4);
}

static inline void put_list(Message *out, int64_t items) {
    if (items < 16) put(out, (uint8_t)(0x90 | items));
    else if (items <= UINT16_MAX) put_head(out, 0xDC, items, 2);
    else put_head(out, 0xDD, items, 4);
}

/* The head of a string of so many bytes, which are to follow. */
static inline void put_length(Message *out, int64_t bytes) {
    if (bytes < 32) put(out, (uint8_t)(0xA0 | bytes));
    else if (bytes <= UINT8_MAX) put_head(out, 0xD9, bytes, 1);
    else if (bytes <= UINT16_MAX) put_head(out, 0xDA, bytes, 2);
    else put_head(out, 0xDB, bytes, 4);
}

/* Half of a surrogate pair, which no message can hold, is a replacement character of as many bytes
 * and one character. */
static inline void put_bytes(Message *out, const uint8_t *at, int64_t bytes) {
    if (out->size + bytes <= out->room) {
        uint8_t *to = out->at + out->size, *end = to + bytes;
        memcpy(to, at, (size_t)bytes);
        while ((to = memchr(to, 0xED, (size_t)(end - to))) && end - to > 2) {
            if (to[1] >= 0xA0) memcpy(to, "\xEF\xBF\xBD", 3);
            to += 3;
        }
    }
    out->size += bytes;
}

static inline void put_string(Message *out, const uint8_t *at, int64_t bytes) {
    put_length(out, bytes);
    put_bytes(out, at, bytes);
}

#endif
