// SPDX-License-Identifier: Apache-2.0
// Handlers of every mode, and the counting of checks.

#include "traps.h"

void attempt_enter(uint64_t pc, uint64_t a0, uint64_t a1, uint64_t sp);
extern char machine_vectors[], supervisor_vectors[], guest_vectors[], user_vectors[];

struct trap trap_record;
bool has_shudeleg;

static uint64_t stack[64] __attribute__((aligned(16)));
static uint64_t user_alias, vector_mode;
static uint64_t checks, failures, part_checks;

CODE(read_hudcfg, "csrr a0, 0x6c0")

const char *mode_name(enum mode mode) {
    static const char names[MODES][8] = {"nowhere", "M", "HS", "U", "VS", "VU"};
    return mode < MODES ? names[mode] : "?";
}

static void set_vectors(void) {
    CSR_WRITE(UTRAP_CSR_MTVEC, (uint64_t)machine_vectors | vector_mode);
    CSR_WRITE(UTRAP_CSR_STVEC, (uint64_t)supervisor_vectors | vector_mode);
    CSR_WRITE(UTRAP_CSR_VSTVEC, (uint64_t)guest_vectors | vector_mode);
    if (has_shudeleg)
        CSR_WRITE(UTRAP_CSR_UTVEC, ((uint64_t)user_vectors + user_alias) | vector_mode);
}

void set_vectored(bool is_vectored) {
    vector_mode = is_vectored;
    set_vectors();
}

void set_user_alias(bool is_on) {
    user_alias = is_on ? USER_ALIAS : 0;
    set_vectors();
}

void traps_begin(void) {
    set_vectors();
    has_shudeleg = attempt(M, read_hudcfg, 0, 0).cause != UTRAP_CAUSE_ILLEGAL_INSTRUCTION;
    set_vectors();
    CSR_WRITE(UTRAP_CSR_MCOUNTEREN, -1);
}

struct trap attempt(enum mode mode, code *code, uint64_t a0, uint64_t a1) {
    static const uint8_t privilege[MODES] = {[M] = 3, [HS] = 1, [U] = 0, [VS] = 1, [VU] = 0};
    uint64_t offset = mode == U || mode == VU ? user_alias : 0;
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPP_MASK | UTRAP_MSTATUS_MPV_MASK | UTRAP_MSTATUS_GVA_MASK);
    CSR_SET(UTRAP_CSR_MSTATUS, (uint64_t)privilege[mode] << UTRAP_MSTATUS_MPP_SHIFT | (uint64_t)(mode >= VS)
                                                                                          << UTRAP_MSTATUS_MPV_SHIFT);
    trap_record = (struct trap){0};
    attempt_enter((uint64_t)code + offset, a0, a1, (uint64_t)(stack + 64) + offset);
    struct trap trap = trap_record;
    if (trap.by == U) {
        trap.hstatus = CSR_READ(UTRAP_CSR_HUSTATUS);
        trap.tval2 = CSR_READ(UTRAP_CSR_HUTVAL);
        trap.tinst = CSR_READ(UTRAP_CSR_HUTINST);
    }
    return trap;
}

void check(bool holds, const char *what, uint64_t first, uint64_t second) {
    checks++;
    part_checks++;
    if (holds)
        return;
    failures++;
    put_text("FAILED: ");
    put_text(what);
    put_text(" (");
    put_hexadecimal(first);
    put_text(", ");
    put_hexadecimal(second);
    put_text(")\n");
}

void check_equal(uint64_t seen, uint64_t expected, const char *what, uint64_t first, uint64_t second) {
    check(seen == expected, what, first, second);
    if (seen == expected)
        return;
    put_text("    it is ");
    put_hexadecimal(seen);
    put_text(", not ");
    put_hexadecimal(expected);
    put_text("\n");
}

void part(const char *name) {
    put_text(name);
    put_text(": ");
    put_decimal(part_checks);
    put_text(" checks\n");
    part_checks = 0;
}

void traps_end(void) {
    if (failures) {
        put_decimal(failures);
        put_text(" of ");
        put_decimal(checks);
        put_text(" checks failed\n");
    } else
        put_text("passed\n");
    platform_exit(failures != 0);
}

uint64_t transformed(uint32_t insn, unsigned address_offset) {
    uint32_t opcode = insn & 0x7f;
    uint32_t kept = insn & ~(31u << 15);
    if (opcode == 0x03)
        kept &= 0x000fffff;
    else if (opcode == 0x23)
        kept &= 0x01fff07f;
    return kept | address_offset << 15;
}
