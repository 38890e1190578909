// SPDX-License-Identifier: Apache-2.0
// Every exception that software can cause, from each mode, delegated to each mode that can take it.

#include "paging.h"
#include "traps.h"

#define NOTHING_THERE 0x00200000   // no memory, no device
#define NOT_MAPPED 0x40000000      // by no table
#define GUEST_UNMAPPED 0x100000000 // mapped by the guest's table, to NOT_MAPPED; for VU one GIGAPAGE higher

CODE(jump, "jr a0")
CODE(write_read_only, "csrw cycle, zero")
CODE(breakpoint, "ebreak")
CODE(load, "ld a2, 0(a0)")
CODE(store, "sw a1, -12(a0)\n addi a0, a0, 0")
CODE(load_reserved, "lr.w a2, (a0)")
CODE(swap, "amoswap.d a2, a1, (a0)")
CODE(call, "ecall")
CODE(read_hstatus, "csrr a2, hstatus")

enum value { ZERO, INSN, ADDRESS, PC };
enum { AT_CODE, AT_TARGET };

// FLAT: no translation. GUEST_BARE: satp and hgatp. TRANSLATED: vsatp as well.
enum environment { FLAT = 1, GUEST_BARE = 2, TRANSLATED = 4 };
#define IN(mode) (1u << (mode))
#define BELOW (IN(HS) | IN(U) | IN(VS) | IN(VU))
#define GUEST (IN(VS) | IN(VU))

struct exception {
    const char *name;
    unsigned cause;
    code *code;
    uint64_t address;
    enum value tval;
    unsigned modes, environments;
    bool is_at_target;   // epc is the address jumped to
    bool needs_ialign32; // where C is, no jump is misaligned
    bool is_misaligned;  // where hardware does misaligned accesses, no exception
};

// The store's offset is -12.
static const struct exception exceptions[] = {
    {"instruction address misaligned", 0, jump, RAM + 2, ADDRESS, IN(M) | BELOW, FLAT, .needs_ialign32 = true},
    {"instruction access fault", 1, jump, NOTHING_THERE, ADDRESS, IN(M) | BELOW, FLAT, .is_at_target = true},
    {"illegal instruction", 2, write_read_only, 0, INSN, IN(M) | BELOW, FLAT | GUEST_BARE | TRANSLATED},
    {"breakpoint", 3, breakpoint, 0, PC, IN(M) | BELOW, FLAT | GUEST_BARE | TRANSLATED},
    {"load address misaligned", 4, load, RAM + 0x100001, ADDRESS, IN(M) | BELOW, FLAT, .is_misaligned = true},
    {"load reserved misaligned", 4, load_reserved, RAM + 0x100002, ADDRESS, IN(M) | BELOW, FLAT, .is_misaligned = true},
    {"load access fault", 5, load, NOTHING_THERE, ADDRESS, IN(M) | BELOW, FLAT},
    {"store address misaligned", 6, store, RAM + 0x100003, ADDRESS, IN(M) | BELOW, FLAT, .is_misaligned = true},
    {"AMO address misaligned", 6, swap, RAM + 0x100004, ADDRESS, IN(M) | BELOW, FLAT, .is_misaligned = true},
    {"store access fault", 7, store, NOTHING_THERE, ADDRESS, IN(M) | BELOW, FLAT},
    {"AMO access fault", 7, swap, NOTHING_THERE, ADDRESS, IN(M) | BELOW, FLAT},
    {"ECALL from U", 8, call, 0, ZERO, IN(U) | IN(VU), FLAT | GUEST_BARE | TRANSLATED},
    {"ECALL from HS", 9, call, 0, ZERO, IN(HS), FLAT | GUEST_BARE | TRANSLATED},
    {"ECALL from VS", 10, call, 0, ZERO, IN(VS), FLAT | GUEST_BARE | TRANSLATED},
    {"ECALL from M", 11, call, 0, ZERO, IN(M), FLAT},
    {"instruction page fault", 12, jump, NOT_MAPPED, ADDRESS, BELOW, TRANSLATED, .is_at_target = true},
    {"load page fault", 13, load, NOT_MAPPED + 8, ADDRESS, BELOW, TRANSLATED},
    {"store page fault", 15, store, NOT_MAPPED + 24, ADDRESS, BELOW, TRANSLATED},
    {"AMO page fault", 15, swap, NOT_MAPPED + 16, ADDRESS, BELOW, TRANSLATED},
    {"instruction guest-page fault", 20, jump, NOT_MAPPED, ADDRESS, GUEST, GUEST_BARE, .is_at_target = true},
    {"instruction guest-page fault", 20, jump, GUEST_UNMAPPED, ADDRESS, GUEST, TRANSLATED, .is_at_target = true},
    {"load guest-page fault", 21, load, NOT_MAPPED + 0x128, ADDRESS, GUEST, GUEST_BARE},
    {"load guest-page fault", 21, load, GUEST_UNMAPPED + 0x128, ADDRESS, GUEST, TRANSLATED},
    {"virtual instruction", 22, read_hstatus, 0, INSN, GUEST, FLAT | GUEST_BARE | TRANSLATED},
    {"store guest-page fault", 23, store, NOT_MAPPED + 0x140, ADDRESS, GUEST, GUEST_BARE},
    {"store guest-page fault", 23, store, GUEST_UNMAPPED + 0x140, ADDRESS, GUEST, TRANSLATED},
    {"AMO guest-page fault", 23, swap, GUEST_UNMAPPED + 0x140, ADDRESS, GUEST, TRANSLATED},
};

static page_table host_root, guest_root;
static wide_root stage_root;

static void make_tables(void) {
    host_root[2] = pte(RAM, PTE_ALL);
    host_root[3] = pte(RAM, PTE_ALL | PTE_U);
    guest_root[2] = pte(RAM, PTE_ALL);
    guest_root[3] = pte(RAM, PTE_ALL | PTE_U);
    guest_root[4] = pte(NOT_MAPPED, PTE_ALL);
    guest_root[5] = pte(NOT_MAPPED, PTE_ALL | PTE_U);
    stage_root[2] = pte(RAM, PTE_ALL | PTE_U);
    stage_root[3] = pte(RAM, PTE_ALL | PTE_U); // where VU finds its code without a table of its own
}

static void enter(enum environment environment) {
    CSR_WRITE(UTRAP_CSR_SATP, environment == FLAT ? 0 : sv39(host_root));
    CSR_WRITE(UTRAP_CSR_HGATP, environment == FLAT ? 0 : sv39(stage_root));
    CSR_WRITE(UTRAP_CSR_VSATP, environment == TRANSLATED ? sv39(guest_root) : 0);
    fence();
    set_user_alias(environment != FLAT);
}

static bool is_guest(enum mode mode) { return mode == VS || mode == VU; }

// Whether an exception of this cause may be delegated from `mode` to `target`.
static bool can_go(unsigned cause, enum mode mode, enum mode target) {
    const uint64_t hedeleg = 0xb1ff, sedeleg = 0xb1ff, huedeleg = 0xf0b5ff;
    switch (target) {
    case M:
        return true;
    case HS:
        return mode != M;
    case VS:
        return is_guest(mode) && hedeleg >> cause & 1;
    case U:
        return has_shudeleg && ((mode == U && sedeleg >> cause & 1) || (is_guest(mode) && huedeleg >> cause & 1));
    default:
        return false;
    }
}

static void delegate(unsigned cause, enum mode mode, enum mode target) {
    uint64_t bit = 1ul << cause;
    CSR_WRITE(UTRAP_CSR_MEDELEG, target == M ? 0 : bit);
    CSR_WRITE(UTRAP_CSR_HEDELEG, target == VS ? bit : 0);
    if (has_shudeleg) {
        CSR_WRITE(UTRAP_CSR_SEDELEG, target == U && mode == U ? bit : 0);
        CSR_WRITE(UTRAP_CSR_HUEDELEG, target == U && is_guest(mode) ? bit : 0);
        CSR_WRITE(UTRAP_CSR_HUDCFG, target == U && is_guest(mode));
        CSR_WRITE(UTRAP_CSR_HUSTATUS, mode == U ? UTRAP_HUSTATUS_UPV_MASK : 0);
    }
}

#define FIELD(value, field) (((value) & UTRAP_##field##_MASK) >> UTRAP_##field##_SHIFT)

static void check_status(const struct trap *trap, enum mode mode, bool is_gva, uint64_t where, uint64_t to) {
    bool was_supervisor = mode == HS || mode == VS;
    switch (trap->by) {
    case M:
        check_equal(FIELD(trap->status, MSTATUS_MPP), mode == M ? 3 : was_supervisor, "mstatus.MPP", where, to);
        check_equal(FIELD(trap->status, MSTATUS_MPV), is_guest(mode), "mstatus.MPV", where, to);
        // QEMU 7.2: any tval but 0 (m_gva).
        if (!has_shudeleg)
            is_gva = is_guest(mode) && trap->tval;
        check_equal(FIELD(trap->status, MSTATUS_GVA), is_gva, "mstatus.GVA", where, to);
        break;
    case HS:
        check_equal(FIELD(trap->status, SSTATUS_SPP), was_supervisor, "sstatus.SPP", where, to);
        check_equal(FIELD(trap->hstatus, HSTATUS_SPV), is_guest(mode), "hstatus.SPV", where, to);
        if (is_guest(mode))
            check_equal(FIELD(trap->hstatus, HSTATUS_SPVP), was_supervisor, "hstatus.SPVP", where, to);
        check_equal(FIELD(trap->hstatus, HSTATUS_GVA), is_gva, "hstatus.GVA", where, to);
        break;
    case VS:
        check_equal(FIELD(trap->status, SSTATUS_SPP), was_supervisor, "vsstatus.SPP", where, to);
        break;
    case U:
        check_equal(FIELD(trap->hstatus, HUSTATUS_UPV), is_guest(mode), "hustatus.UPV", where, to);
        if (is_guest(mode))
            check_equal(FIELD(trap->hstatus, HUSTATUS_UPVP), was_supervisor, "hustatus.UPVP", where, to);
        check_equal(FIELD(trap->hstatus, HUSTATUS_GVA), is_gva, "hustatus.GVA", where, to);
        break;
    }
}

static void try(const struct exception *exception, enum mode mode, enum mode target, enum environment environment) {
    uint64_t alias = environment != FLAT && (mode == U || mode == VU) ? USER_ALIAS : 0;
    uint64_t address = exception->address;
    if (exception->cause >= 20 && environment == TRANSLATED && mode == VU)
        address += GIGAPAGE;
    uint64_t at = exception->code == store ? address - 12 : address;
    uint64_t pc = exception->is_at_target ? address : (uint64_t)exception->code + alias;

    uint64_t tval = 0;
    if (exception->tval == INSN)
        tval = insn_at(exception->code);
    else if (exception->tval == ADDRESS)
        tval = at;
    else if (exception->tval == PC && has_shudeleg) // QEMU 7.2 writes 0
        tval = pc;
    bool is_guest_page_fault = exception->cause == 20 || exception->cause == 21 || exception->cause == 23;
    uint64_t gpa = environment == TRANSLATED ? (at & (GIGAPAGE - 1)) + NOT_MAPPED : at;
    bool is_access = exception->tval == ADDRESS && exception->code != jump;
    // QEMU 7.2 writes 0 here but for implicit accesses.
    uint64_t tinst = is_access && has_shudeleg ? transformed(insn_at(exception->code), 0) : 0;

    delegate(exception->cause, mode, target);
    struct trap trap = attempt(mode, exception->code, address, 0);

    uint64_t where = environment << 16 | exception->cause << 8 | mode;
    uint64_t cause = exception->cause;
    // QEMU 7.2: as if they were interrupts (vs_cause_less_one).
    if (!has_shudeleg && target == VS && (cause == 2 || cause == 6))
        cause -= 1;
    check_equal(trap.by, target, exception->name, where, target);
    check_equal(trap.cause, cause, "cause", where, target);
    check_equal(trap.epc, pc, "epc", where, target);
    check_equal(trap.tval, tval, "tval", where, target);
    check_equal(trap.entry, 0, "an exception enters at BASE", where, target);
    if (target != VS) {
        check_equal(trap.tval2, is_guest_page_fault ? gpa >> 2 : 0, "tval2", where, target);
        check_equal(trap.tinst, tinst, "tinst", where, target);
    }
    check_status(&trap, mode, is_guest(mode) && (exception->tval == ADDRESS || (exception->tval == PC && tval)), where,
                 target);
}

static void run(enum environment environment, const char *name) {
    bool has_compressed = CSR_READ(UTRAP_CSR_MISA) & 4;
    enter(environment);
    for (unsigned index = 0; index < sizeof exceptions / sizeof *exceptions; index++) {
        const struct exception *exception = &exceptions[index];
        if (!(exception->environments & environment) || (exception->needs_ialign32 && has_compressed) ||
            (exception->is_misaligned && !has_shudeleg)) // QEMU does them
            continue;
        for (enum mode mode = M; mode < MODES; mode++)
            for (enum mode target = M; target < MODES; target++)
                if (exception->modes >> mode & 1 && can_go(exception->cause, mode, target)) {
                    set_vectored(mode & 1); // no difference to an exception
                    // QEMU 7.2 reports an AMO that cannot be read as a load (amo_load_fault).
                    if (has_shudeleg || exception->code != swap)
                        try(exception, mode, target, environment);
                }
    }
    part(name);
}

int main(void) {
    traps_begin();
    make_tables();
    run(FLAT, "without translation");
    run(GUEST_BARE, "with satp and hgatp");
    run(TRANSLATED, "with satp, vsatp and hgatp");
    enter(FLAT);
    traps_end();
}
