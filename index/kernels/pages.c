/* What is shown of a page, from the index: its documents' strings, the matches in them, the excerpts. */
#define _XOPEN_SOURCE 700 /* for pread */
#include "kernels.h"

#include <stdlib.h>
#include <unistd.h>

#define ROOM 64 /* matches in a document for which there is room at once */

/* What bounds the strings of documents have in the file, and how many bytes they take together. */
static int64_t bounds_of(const Strings *kept, int64_t documents, const int64_t *document,
                         int64_t first, int64_t *bounds) {
    int64_t bytes = 0;
    for (int64_t nth = 0; nth < documents; nth++, bounds += kept->fields + 1) {
        int64_t place = (document[nth] - first) * kept->fields, least = 0;
        for (int64_t one = 0; one <= kept->fields; one++) {
            int64_t bound = get(kept->starts, place + one);
            if (bound > kept->size) bound = kept->size;
            least = bounds[one] = bound > least ? bound : least;
        }
        bytes += bounds[kept->fields] - bounds[0];
    }
    return bytes;
}

/* Reads the strings of documents end to end, and says whether it could. They are read, not mapped:
 * around each the system would map 64 kB. */
static int read_strings(const Strings *kept, int64_t documents, const int64_t *bounds, uint8_t *to) {
    for (int64_t nth = 0; nth < documents; nth++, bounds += kept->fields + 1) {
        for (int64_t at = bounds[0], end = bounds[kept->fields]; at < end;) {
            ssize_t bytes = pread((int)kept->file, to, (size_t)(end - at), kept->offset + at);
            if (bytes <= 0) return 0;
            at += bytes;
            to += bytes;
        }
    }
    return 1;
}

/* Writes the message of `excerpt` for some documents of the nth segment: with all matches that
 * `mark` finds in them, and the strings that are kept of them. Returns as `excerpt` does, or
 * UNREADABLE. */
int64_t show(const Segment *segment, int64_t nth, const Plan *plan, int64_t documents,
             const int64_t *document, const Strings *kept, const Lines *lines, int64_t most,
             int64_t longest, int64_t room, uint8_t *message) {
    int64_t found = ROOM * documents, size = NO_MEMORY;
    int64_t *bounds = malloc((size_t)(documents * (kept->fields + 1) + 1) * sizeof(int64_t));
    if (!bounds) return NO_MEMORY;
    int64_t bytes = bounds_of(kept, documents, document, segment->first, bounds);
    uint8_t *strings = malloc((size_t)bytes + 1);
    Match *matches = NULL;
    for (int64_t fit = 0; found > fit;) {
        fit = found;
        free(matches);
        matches = malloc((size_t)fit * sizeof(Match));
        found = matches ? mark(segment, nth, plan, documents, document, fit, matches) : NO_MEMORY;
    }
    if (strings && found >= 0)
        size = !read_strings(kept, documents, bounds, strings)
                   ? UNREADABLE
                   : excerpt(documents, kept->fields, bounds, kept->shown, strings, found, matches,
                             lines, most, longest, room, message);
    free(bounds);
    free(strings);
    free(matches);
    return size;
}
