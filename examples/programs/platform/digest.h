// SPDX-License-Identifier: Apache-2.0
// Many results in one number: each operation is run on every pair of operands, and what comes out is compared with a
// constant. The constants are computed by tests/hart/run/instructions.py, from the manual, and by nothing else.

#ifndef DIGEST_H
#define DIGEST_H

#include "traps.h"

static const uint64_t operands[] = {
    0,
    1,
    2,
    63,
    0x7f,
    0x80000000,
    0x7fffffff,
    0xffffffff,
    0x100000000,
    0x0123456789abcdef,
    0xfedcba9876543210,
    0x5555aaaa3333cccc,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffff80000000,
    -1ul,
};
enum { OPERANDS = sizeof operands / sizeof *operands };

static inline uint64_t digest(uint64_t sum, uint64_t result) { return (sum << 5 | sum >> 59) + result; }

struct operation {
    const char *name;
    uint64_t (*run)(void);
    uint64_t expected;
};

static inline void check_operations(const struct operation *operations, unsigned count) {
    for (unsigned index = 0; index < count; index++)
        check_equal(operations[index].run(), operations[index].expected, operations[index].name, index, 0);
}

// A function that runs an instruction of two registers on every pair.
#define PAIRS(name, instruction) \
    static uint64_t name(void) { \
        uint64_t sum = 0; \
        for (unsigned first = 0; first < OPERANDS; first++) \
            for (unsigned second = 0; second < OPERANDS; second++) { \
                uint64_t result; \
                __asm__ volatile(instruction : "=&r"(result) : "r"(operands[first]), "r"(operands[second])); \
                sum = digest(sum, result); \
            } \
        return sum; \
    }

#endif
