/* Lists that grow. */
#ifndef ROOM_H
#define ROOM_H

#include <stdint.h>
#include <stdlib.h>

/* The items of a list with room for one more, moved if need be; NULL for want of memory, when they
 * stay as they are. */
static inline void *with_room(void *items, int64_t size, int64_t *room, size_t width) {
    if (size < *room) return items;
    int64_t more = *room ? 2 * *room : 64;
    void *moved = realloc(items, (size_t)more * width);
    if (moved) *room = more;
    return moved;
}

#endif
