// SPDX-License-Identifier: Apache-2.0
// What the trap handler and C have agreed upon: where a trap's registers are.

#ifndef LAYOUT_H
#define LAYOUT_H

#define FRAME_A(number) (8 * (number))
#define FRAME_T(number) (64 + 8 * (number))
#define FRAME_RA 120
#define FRAME_SIZE 128

#ifndef __ASSEMBLER__
#include <stdint.h>

struct frame {
    uint64_t a[8], t[7], ra;
};
_Static_assert(__builtin_offsetof(struct frame, t) == FRAME_T(0), "layout");
_Static_assert(__builtin_offsetof(struct frame, ra) == FRAME_RA, "layout");
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "layout");
#endif
#endif
