// SPDX-License-Identifier: Apache-2.0
// What the compiler calls by itself.

#include <stddef.h>

void *memset(void *to, int value, size_t count) {
    for (char *at = to; count--;)
        *at++ = value;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    const char *source = from;
    for (char *at = to; count--;)
        *at++ = *source++;
    return to;
}
