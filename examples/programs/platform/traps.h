// SPDX-License-Identifier: Apache-2.0
// Runs a few instructions in any mode until they trap, and says which mode's handler took the trap and what it saw.

#ifndef TRAPS_H
#define TRAPS_H

#include "platform.h"

// struct trap, for the assembler.
#define TRAP_BY 0
#define TRAP_CAUSE 8
#define TRAP_EPC 16
#define TRAP_TVAL 24
#define TRAP_TVAL2 32
#define TRAP_TINST 40
#define TRAP_STATUS 48
#define TRAP_HSTATUS 56
#define TRAP_ENTRY 64
#define TRAP_RESULT 72

#ifndef __ASSEMBLER__

enum mode { NOWHERE, M, HS, U, VS, VU, MODES };

// What the handler found in its own mode's CSRs; 0 where the mode has none.
struct trap {
    uint64_t by; // enum mode
    uint64_t cause, epc, tval, tval2, tinst;
    uint64_t status;  // mstatus, sstatus, vsstatus (as the guest reads it), ustatus
    uint64_t hstatus; // hstatus in HS, hustatus in U
    uint64_t entry;   // the vector's offset from BASE
    uint64_t result;  // a0 when the trap was taken
};

// Instructions to run in some mode: the first one is that which is expected to trap. Should it not, ECALL does.
typedef void code(void);
#define CODE(name, instructions) \
    __attribute__((naked, used, aligned(8), section(".text.code"))) void name(void) { \
        __asm__(".option push\n .option arch, +h\n .option norvc\n" instructions "\n ecall\n .option pop"); \
    }

// Whether this hart has N and Shudeleg; QEMU 7.2 has not. Found out by `traps_begin`.
extern bool has_shudeleg;

// Whether the next code runs with satp, vsatp and hgatp as they are; U-mode's pages are then found at +USER_ALIAS.
#define USER_ALIAS 0x40000000

// Prepares all handlers; call it first.
void traps_begin(void);

// Runs `code` in a mode with a0 and a1. The vectors are direct ones until `vectored`.
struct trap attempt(enum mode mode, code *code, uint64_t a0, uint64_t a1);

// From now on every vector is vectored, or not.
void set_vectored(bool is_vectored);

// From now on code of U and VU runs at USER_ALIAS, or not.
void set_user_alias(bool is_on);

// Counts, and when it does not hold says what was to be checked, and in which place.
void check(bool holds, const char *what, uint64_t first, uint64_t second);

// Compares, and says both values when they differ.
void check_equal(uint64_t seen, uint64_t expected, const char *what, uint64_t first, uint64_t second);

// Prints how many checks of this part there were; `name` as a heading.
void part(const char *name);

// Ends the program with 0 when all checks held.
__attribute__((noreturn)) void traps_end(void);

const char *mode_name(enum mode mode);

// xtinst of a load, store or AMO of 32 bits: what the hart transforms it into.
uint64_t transformed(uint32_t insn, unsigned address_offset);
static inline uint32_t insn_at(code *at) { return *(uint32_t *)at; }

#endif
#endif
