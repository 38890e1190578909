// SPDX-License-Identifier: Apache-2.0
// Sv39 with satp: every combination of an entry's permissions with access, mode, SUM and MXR; every malformed entry.

#include "paging.h"
#include "traps.h"

#define NOTHING_THERE 0x00200000
#define WINDOW (4 * GIGAPAGE) // what the tests map

CODE(load, "ld a0, 0(a0)")
CODE(store, "sd a1, 0(a0)")
CODE(jump, "jr a0")
CODE(reserve, "lr.d a0, (a0)")
CODE(add, "amoadd.d a0, a1, (a0)")
CODE(load_by_mprv, "csrs mstatus, a1\n ld a0, 0(a0)\n csrc mstatus, a1")

static page_table root, middle, last;

// A page to reach: an ECALL to be fetched, a value to be loaded, a place to store to.
static union {
    uint32_t insn[2];
    uint64_t value[512];
} target __attribute__((aligned(0x1000)));
#define VALUE 0x0123456789abcdef
#define ECALL 0x00000073

enum access { FETCH, LOAD, STORE, ACCESSES };
static code *const codes[] = {jump, load, store};
static const uint8_t page_faults[] = {12, 13, 15}, access_faults[] = {1, 5, 7};

static void prepare(void) {
    root[2] = pte(RAM, PTE_ALL);
    root[3] = pte(RAM, PTE_ALL | PTE_U);
    root[4] = pointer(middle);
    middle[0] = pointer(last);
    target.insn[0] = ECALL;
    CSR_WRITE(UTRAP_CSR_SATP, sv39(root));
    fence();
    set_user_alias(true);
}

static void set_bits(bool sum, bool mxr) {
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_SUM_MASK | UTRAP_MSTATUS_MXR_MASK);
    CSR_SET(UTRAP_CSR_MSTATUS, (sum ? UTRAP_MSTATUS_SUM_MASK : 0) | (mxr ? UTRAP_MSTATUS_MXR_MASK : 0));
}

// Does one access and checks that it succeeds (fault 0), or raises `fault` with the address as tval.
static void check_access(enum mode mode, enum access access, uint64_t address, unsigned fault, const char *what,
                         uint64_t detail) {
    target.value[1] = VALUE;
    target.value[2] = 0;
    uint64_t at = access == FETCH ? address : address + (access == LOAD ? 8 : 16);
    struct trap trap = attempt(mode, codes[access], at, detail | 1);
    uint64_t where = (uint64_t)mode << 8 | access;
    if (fault) {
        uint64_t alias = mode == U ? USER_ALIAS : 0;
        check_equal(trap.cause, fault, what, where, detail);
        check_equal(trap.tval, at, "tval", where, detail);
        check_equal(trap.epc, access == FETCH ? at : (uint64_t)codes[access] + alias, "epc", where, detail);
        check_equal(trap.tval2, 0, "mtval2", where, detail);
        if (has_shudeleg) // QEMU 7.2 writes 0
            check_equal(trap.tinst, access == FETCH ? 0 : transformed(insn_at(codes[access]), 0), "mtinst", where,
                        detail);
        check_equal(target.value[2], 0, "nothing is stored", where, detail);
        return;
    }
    check_equal(trap.cause, mode == U ? UTRAP_CAUSE_ECALL_FROM_U : UTRAP_CAUSE_ECALL_FROM_S, what, where, detail);
    if (access == FETCH)
        check_equal(trap.epc, at, "the ECALL of the page", where, detail);
    if (access == LOAD)
        check_equal(trap.result, VALUE, "what is loaded", where, detail);
    if (access == STORE)
        check_equal(target.value[2], detail | 1, "what is stored", where, detail);
}

// The manual's rules for a leaf, in its order.
static bool is_allowed(enum access access, enum mode mode, uint64_t flags, bool sum, bool mxr) {
    if (!(flags & PTE_V) || ((flags & PTE_W) && !(flags & PTE_R)))
        return false;
    if (!(flags & (PTE_R | PTE_X))) // a pointer, where no further level is
        return false;
    if (access == FETCH && !(flags & PTE_X))
        return false;
    if (access == LOAD && !(flags & PTE_R) && !(mxr && flags & PTE_X))
        return false;
    if (access == STORE && !(flags & PTE_W))
        return false;
    if (mode == U && !(flags & PTE_U))
        return false;
    if (mode == HS && flags & PTE_U && (access == FETCH || !sum))
        return false;
    return true;
}

static void check_permissions(void) {
    for (uint64_t flags = 0; flags < 32; flags++) {
        last[0] = pte((uint64_t)&target, flags | PTE_A | PTE_D);
        fence();
        for (unsigned bits = 0; bits < (flags & PTE_V ? 4 : 1); bits++) {
            set_bits(bits & 1, bits & 2);
            for (enum mode mode = HS; mode <= U; mode++)
                for (enum access access = FETCH; access < ACCESSES; access++)
                    check_access(mode, access, WINDOW,
                                 is_allowed(access, mode, flags, bits & 1, bits & 2) ? 0 : page_faults[access],
                                 "permission", flags << 4 | bits << 1);
        }
    }
    set_bits(false, false);
}

// A and D are the software's to set; QEMU 7.2 sets them itself.
static void check_accessed_and_dirty(void) {
    for (unsigned bits = 0; bits < 4; bits++) {
        bool accessed = bits & 1, dirty = bits & 2;
        last[0] = pte((uint64_t)&target, PTE_V | PTE_R | PTE_W | PTE_X | (accessed ? PTE_A : 0) | (dirty ? PTE_D : 0));
        fence();
        uint64_t before = last[0];
        for (enum access access = FETCH; access < ACCESSES; access++)
            check_access(HS, access, WINDOW, accessed && (dirty || access != STORE) ? 0 : page_faults[access],
                         "A and D", bits << 1);
        check_equal(last[0], before, "the entry stays", bits, 0);
    }
}

static void check_all(uint64_t address, const uint8_t *faults, const char *what, uint64_t detail) {
    fence();
    for (enum access access = FETCH; access < ACCESSES; access++)
        check_access(HS, access, address, faults ? faults[access] : 0, what, detail << 1);
}

static void check_structure(void) {
    uint64_t here = (uint64_t)&target, offset = here - RAM;
    // Pages of 2 MiB and 1 GiB, and those that are not aligned.
    middle[1] = pte(RAM, PTE_ALL);
    check_all(WINDOW + MEGAPAGE + offset, 0, "2 MiB", 0);
    middle[1] = pte(RAM + PAGE, PTE_ALL);
    check_all(WINDOW + MEGAPAGE + offset, page_faults, "2 MiB, misaligned", 0);
    middle[1] = pte(RAM + MEGAPAGE / 2, PTE_ALL);
    check_all(WINDOW + MEGAPAGE + offset, page_faults, "2 MiB, misaligned", 1);
    root[5] = pte(RAM, PTE_ALL);
    check_all(WINDOW + GIGAPAGE + offset, 0, "1 GiB", 0);
    root[5] = pte(RAM + MEGAPAGE, PTE_ALL);
    check_all(WINDOW + GIGAPAGE + offset, page_faults, "1 GiB, misaligned", 0);
    root[5] = pte(RAM + PAGE, PTE_ALL);
    check_all(WINDOW + GIGAPAGE + offset, page_faults, "1 GiB, misaligned", 1);

    // Pointers: not valid, with bits that they must not have, without end.
    last[0] = pte(here, PTE_ALL);
    middle[0] = 0;
    check_all(WINDOW, page_faults, "no table", 0);
    static const uint64_t reserved[] = {PTE_A, PTE_D, PTE_U};
    for (unsigned index = 0; index < 3; index++) {
        middle[0] = pointer(last) | reserved[index];
        check_all(WINDOW, page_faults, "a pointer with A, D or U", index);
    }
    middle[0] = pointer(last) | PTE_W;
    check_all(WINDOW, page_faults, "W without R", 0);
    middle[0] = pointer(last) | PTE_G;
    check_all(WINDOW, 0, "a global pointer", 0);
    middle[0] = pointer(last);
    last[0] = pointer(&target);
    check_all(WINDOW, page_faults, "a pointer at the last level", 0);

    // Bits of extensions that the hart has not.
    for (unsigned bit = 54; bit < 64; bit++) {
        if (!has_shudeleg && bit < 61)
            continue; // QEMU 7.2 takes them for a physical page number
        last[0] = pte(here, PTE_ALL) | 1ul << bit;
        check_all(WINDOW, page_faults, "a reserved bit", bit);
    }

    // Bits for software change nothing; a new entry counts after the fence.
    last[0] = pte(here, PTE_ALL | PTE_G | 3ul << 8);
    check_all(WINDOW, 0, "RSW and G", 0);
    last[0] = pte(here, 0);
    check_all(WINDOW, page_faults, "after SFENCE.VMA", 0);
    last[0] = pte(here, PTE_ALL);
    check_all(WINDOW, 0, "after SFENCE.VMA", 1);
    CSR_WRITE(UTRAP_CSR_SATP, sv39(root) | 5ul << 44); // another ASID
    check_all(WINDOW, 0, "another ASID", 0);
    CSR_WRITE(UTRAP_CSR_SATP, sv39(root));

    // Physical addresses where nothing is, the page's or the table's.
    last[0] = pte(NOTHING_THERE, PTE_ALL);
    check_all(WINDOW, access_faults, "nothing there", 0);
    if (has_shudeleg) { // QEMU 7.2 says page fault
        middle[0] = pte(NOTHING_THERE, PTE_V);
        check_all(WINDOW, access_faults, "no table there", 0);
        middle[0] = pointer(last);
        last[0] = pte(1ul << 55, PTE_ALL);
        check_all(WINDOW, access_faults, "nothing so high", 0);
    }
    last[0] = pte(here, PTE_ALL);

    // Bits 63:39 are copies of bit 38.
    static const uint64_t wrong[] = {1ul << 39, 1ul << 38, 1ul << 63, -1ul << 39};
    for (unsigned index = 0; index < sizeof wrong / sizeof *wrong; index++)
        check_all(WINDOW ^ wrong[index], page_faults, "not canonical", index);
    root[0x104] = root[4];
    check_all(WINDOW | -1ul << 38, 0, "the upper half", 0);
}

static void check_amo(void) {
    target.value[1] = VALUE;
    last[0] = pte((uint64_t)&target, PTE_ALL);
    fence();
    struct trap trap = attempt(HS, add, WINDOW + 8, 1);
    check_equal(trap.result, VALUE, "AMO", 0, 0);
    check_equal(target.value[1], VALUE + 1, "AMO", 1, 0);
    last[0] = pte((uint64_t)&target, PTE_ALL & ~PTE_W);
    fence();
    trap = attempt(HS, reserve, WINDOW + 8, 0);
    check_equal(trap.result, VALUE + 1, "LR needs no W", 0, 0);
    if (has_shudeleg) { // amo_load_fault
        trap = attempt(HS, add, WINDOW + 8, 1);
        check_equal(trap.cause, UTRAP_CAUSE_STORE_PAGE_FAULT, "AMO needs W", 0, 0);
        check_equal(trap.tinst, transformed(insn_at(add), 0), "mtinst", 0, 0);
        last[0] = 0;
        fence();
        trap = attempt(HS, add, WINDOW + 8, 1);
        check_equal(trap.cause, UTRAP_CAUSE_STORE_PAGE_FAULT, "an AMO's fault is a store's", 0, 0);
    }
    last[0] = 0;
    fence();
    trap = attempt(HS, reserve, WINDOW + 8, 0);
    check_equal(trap.cause, UTRAP_CAUSE_LOAD_PAGE_FAULT, "an LR's fault is a load's", 0, 0);
}

// M-mode's loads with MPRV are those of MPP's mode; its fetches are not, and without MPRV nothing is translated.
static void check_mprv(void) {
    target.value[1] = VALUE;
    for (unsigned user_page = 0; user_page < 2; user_page++)
        for (unsigned mpp = 0; mpp < 4; mpp++) {
            if (mpp == 2)
                continue;
            last[0] = pte((uint64_t)&target, PTE_ALL | (user_page ? PTE_U : 0));
            fence();
            uint64_t bits = UTRAP_MSTATUS_MPRV_MASK;
            // MRET with MPP=M leaves U there, MPP's lowest value.
            CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPRV_MASK);
            struct trap trap = attempt(M, load_by_mprv, mpp == 3 ? (uint64_t)&target + 8 : WINDOW + 8,
                                       bits | (uint64_t)mpp << UTRAP_MSTATUS_MPP_SHIFT);
            CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPRV_MASK);
            bool is_allowed = mpp == 3 || (mpp == 0) == user_page;
            check_equal(trap.cause, is_allowed ? UTRAP_CAUSE_ECALL_FROM_M : UTRAP_CAUSE_LOAD_PAGE_FAULT, "MPRV", mpp,
                        user_page);
            if (is_allowed)
                check_equal(trap.result, VALUE, "MPRV", mpp, user_page);
            else
                check_equal(trap.tval, WINDOW + 8, "MPRV, tval", mpp, user_page);
        }
}

int main(void) {
    traps_begin();
    prepare();
    check_permissions();
    part("permissions");
    if (has_shudeleg) {
        check_accessed_and_dirty();
        part("A and D");
    }
    check_structure();
    part("structure");
    check_amo();
    part("LR and AMO");
    check_mprv();
    part("MPRV");
    traps_end();
}
