// SPDX-License-Identifier: Apache-2.0
// Path (b): the bus of the kernel, its own devices first.

#define EMULATE_IN kernel
#include "emulate.h"
#include "layout.h"

extern struct counts counts;

uint64_t kernel_access(uint64_t gpa, unsigned size, bool is_write, uint64_t data) {
    if (is_notification(gpa)) {
        counts.notifications += is_write;
        return 0;
    }
    return emulate(gpa, size, is_write, data);
}
