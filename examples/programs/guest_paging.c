// SPDX-License-Identifier: Apache-2.0
// Sv39 over Sv39x4: permissions of each stage, faults of every kind at each stage, of the access and of the walk.

#include "paging.h"
#include "traps.h"

#define NOTHING_THERE 0x00200000
#define GUEST_VIRTUAL (4 * GIGAPAGE)  // what the tests map in the guest's tables, to GUEST_PHYSICAL
#define GUEST_PHYSICAL (5 * GIGAPAGE) // and this in the hypervisor's, to `target`

CODE(load, "lw a0, 0(a0)")
CODE(store, "sw a1, 0(a0)")
CODE(jump, "jr a0")
CODE(add, "amoadd.w a0, a1, (a0)")
CODE(reserve, "lr.w a0, (a0)")

static page_table guest_root, guest_middle, guest_last, stage_middle, stage_last;
static wide_root stage_root;

static union {
    uint32_t word[1024];
    uint64_t value[512];
} target __attribute__((aligned(0x1000)));
#define VALUE 0x01234567
#define ECALL 0x00000073

enum access { FETCH, LOAD, STORE, ACCESSES };
enum stage { NO_FAULT, VS_STAGE, G_STAGE, ACCESS_FAULT };
static code *const codes[] = {jump, load, store};
static const uint8_t causes[4][ACCESSES] = {
    [VS_STAGE] = {12, 13, 15}, [G_STAGE] = {20, 21, 23}, [ACCESS_FAULT] = {1, 5, 7}};

static void prepare(void) {
    // Both stages: the programs' memory as it is, once more at USER_ALIAS for VU, and one page by three levels.
    guest_root[2] = pte(RAM, PTE_ALL);
    guest_root[3] = pte(RAM, PTE_ALL | PTE_U);
    guest_root[4] = pointer(guest_middle);
    guest_middle[0] = pointer(guest_last);
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    stage_root[2] = pte(RAM, PTE_ALL | PTE_U);
    stage_root[5] = pointer(stage_middle);
    stage_middle[0] = pointer(stage_last);
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
    target.word[0] = ECALL;
    CSR_WRITE(UTRAP_CSR_VSATP, sv39(guest_root));
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root));
    fence();
    set_user_alias(true);
}

static bool to_hypervisor; // faults are HS's; else M's

static void delegate(bool is_on) {
    to_hypervisor = is_on;
    CSR_WRITE(UTRAP_CSR_MEDELEG, is_on ? 0xb0b0a2 : 0); // access, page and guest-page faults
}

struct fault {
    enum stage stage;
    bool is_implicit; // of an access to a VS-stage table ...
    uint64_t gpa;     // ... or not: what the guest-page fault reports, for implicit ones the entry's
    enum mode mode;   // who makes the access
    uint64_t detail;
    const char *what;
};

// One access of a guest at `address`: it must do what `fault` says.
static void check_access(enum access access, uint64_t address, const struct fault *fault) {
    enum mode mode = fault->mode;
    target.word[2] = VALUE;
    target.word[4] = 0;
    uint64_t at = access == FETCH ? address : address + (access == LOAD ? 8 : 16);
    uint64_t where = (uint64_t)to_hypervisor << 16 | (uint64_t)mode << 8 | access;
    struct trap trap = attempt(mode, codes[access], at, 77);
    if (fault->stage == NO_FAULT) {
        check_equal(trap.cause, mode == VU ? UTRAP_CAUSE_ECALL_FROM_U : UTRAP_CAUSE_ECALL_FROM_VS, fault->what, where,
                    fault->detail);
        check(access != FETCH || trap.epc == at, "the ECALL of the page", where, fault->detail);
        check(access != LOAD || trap.result == VALUE, "what is loaded", where, fault->detail);
        check(access != STORE || target.word[4] == 77, "what is stored", where, fault->detail);
        return;
    }
    uint64_t cause = causes[fault->stage][access];
    if (fault->is_implicit && !has_shudeleg)
        cause = UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT; // QEMU 7.2 (implicit_fault_cause)
    uint64_t tinst = access == FETCH || !has_shudeleg ? 0 : transformed(insn_at(codes[access]), 0);
    if (fault->is_implicit)
        tinst = 0x3000;
    uint64_t gpa = fault->is_implicit ? fault->gpa : fault->gpa + (at - address);
    uint64_t alias = mode == VU ? USER_ALIAS : 0;
    check_equal(trap.by, to_hypervisor ? HS : M, "who takes it", where, fault->detail);
    check_equal(trap.cause, cause, fault->what, where, fault->detail);
    check_equal(trap.tval, at, "tval", where, fault->detail);
    check_equal(trap.epc, access == FETCH ? at : (uint64_t)codes[access] + alias, "epc", where, fault->detail);
    check_equal(trap.tval2, fault->stage == G_STAGE ? gpa >> 2 : 0, "tval2", where, fault->detail);
    check_equal(trap.tinst, tinst, "tinst", where, fault->detail);
    uint64_t gva = to_hypervisor ? trap.hstatus & UTRAP_HSTATUS_GVA_MASK : trap.status & UTRAP_MSTATUS_GVA_MASK;
    check(gva, "GVA", where, fault->detail);
    check_equal(target.word[4], 0, "nothing is stored", where, fault->detail);
}

// Each kind of access by VS, into M's and HS's hands. What fails names its line.
#define check_all(address, fault) check_all_at(address, fault, __LINE__)
static void check_all_at(uint64_t address, struct fault fault, unsigned line) {
    fence();
    fault.mode = VS;
    fault.detail = line;
    for (enum access access = FETCH; access < ACCESSES; access++)
        for (unsigned hypervisor = 0; hypervisor < 2; hypervisor++) {
            delegate(hypervisor);
            check_access(access, address, &fault);
        }
}

static bool is_leaf_for(enum access access, uint64_t flags, bool mxr) {
    if (!(flags & PTE_V) || ((flags & PTE_W) && !(flags & PTE_R)) || !(flags & (PTE_R | PTE_X)))
        return false;
    if (access == FETCH)
        return flags & PTE_X;
    if (access == LOAD)
        return flags & PTE_R || (mxr && flags & PTE_X);
    return flags & PTE_W;
}

static void set_bits(bool mxr, bool guest_mxr, bool guest_sum) {
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MXR_MASK);
    CSR_SET(UTRAP_CSR_MSTATUS, mxr ? UTRAP_MSTATUS_MXR_MASK : 0);
    CSR_WRITE(UTRAP_CSR_VSSTATUS,
              (guest_mxr ? UTRAP_VSSTATUS_MXR_MASK : 0) | (guest_sum ? UTRAP_VSSTATUS_SUM_MASK : 0));
}

// The guest's entry: vsstatus.SUM and MXR of both are the guest's business, the fault is a page fault.
static void check_vs_stage(void) {
    for (uint64_t flags = 0; flags < 32; flags++) {
        guest_last[0] = pte(GUEST_PHYSICAL, flags | PTE_A | PTE_D);
        fence();
        for (unsigned bits = 0; bits < (flags & PTE_V ? 8 : 1); bits++) {
            bool mxr = bits & 1, guest_mxr = bits & 2, guest_sum = bits & 4;
            if ((mxr || guest_mxr) && !has_shudeleg)
                continue; // QEMU 7.2 looks at the other stage's MXR
            if (mxr && guest_mxr)
                continue;
            set_bits(mxr, guest_mxr, guest_sum);
            for (enum mode mode = VS; mode <= VU; mode++)
                for (enum access access = FETCH; access < ACCESSES; access++) {
                    bool is_allowed = is_leaf_for(access, flags, mxr || guest_mxr);
                    if (mode == VU ? !(flags & PTE_U) : flags & PTE_U && (access == FETCH || !guest_sum))
                        is_allowed = false;
                    struct fault fault = {.stage = is_allowed ? NO_FAULT : VS_STAGE,
                                          .mode = mode,
                                          .detail = flags << 4 | bits,
                                          .what = "VS-stage permission"};
                    check_access(access, GUEST_VIRTUAL, &fault);
                }
        }
    }
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    set_bits(false, false, false);
    fence();
}

// The hypervisor's entry: always as U, and the guest's MXR does not reach it.
static void check_g_stage(void) {
    for (uint64_t flags = 0; flags < 32; flags++) {
        stage_last[0] = pte((uint64_t)&target, flags | PTE_A | PTE_D);
        fence();
        for (unsigned bits = 0; bits < (flags & PTE_V ? 4 : 1); bits++) {
            bool mxr = bits & 1, guest_mxr = bits & 2;
            if (bits && !has_shudeleg)
                continue;
            set_bits(mxr, guest_mxr, false);
            for (enum access access = FETCH; access < ACCESSES; access++) {
                bool is_allowed = is_leaf_for(access, flags, mxr) && flags & PTE_U;
                struct fault fault = {.stage = is_allowed ? NO_FAULT : G_STAGE,
                                      .gpa = GUEST_PHYSICAL,
                                      .mode = VS,
                                      .detail = flags << 4 | bits,
                                      .what = "G-stage permission"};
                check_access(access, GUEST_VIRTUAL, &fault);
            }
        }
    }
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
    set_bits(false, false, false);
    fence();
}

static void check_structure(void) {
    uint64_t offset = (uint64_t)&target - RAM;
    const struct fault page_fault = {VS_STAGE, .what = "VS-stage structure"};
    const struct fault none = {NO_FAULT, .what = "no fault"};
    const struct fault nothing = {ACCESS_FAULT, .what = "nothing there"};
    struct fault guest_fault = {G_STAGE, .gpa = GUEST_PHYSICAL, .what = "G-stage structure"};

    // Superpages at each stage, and misaligned ones.
    guest_middle[1] = pte(GUEST_PHYSICAL + MEGAPAGE, PTE_ALL);
    stage_middle[1] = pte(RAM, PTE_ALL | PTE_U);
    check_all(GUEST_VIRTUAL + MEGAPAGE + offset, none);
    guest_middle[1] = pte(GUEST_PHYSICAL + MEGAPAGE + PAGE, PTE_ALL);
    check_all(GUEST_VIRTUAL + MEGAPAGE + offset, page_fault);
    guest_middle[1] = pte(GUEST_PHYSICAL + MEGAPAGE, PTE_ALL);
    stage_middle[1] = pte(RAM + PAGE, PTE_ALL | PTE_U);
    guest_fault.gpa = GUEST_PHYSICAL + MEGAPAGE + offset;
    check_all(GUEST_VIRTUAL + MEGAPAGE + offset, guest_fault);
    guest_root[6] = pte(RAM, PTE_ALL);
    check_all(6 * GIGAPAGE + offset, none);
    guest_root[6] = pte(RAM + MEGAPAGE, PTE_ALL);
    check_all(6 * GIGAPAGE + offset, page_fault);
    guest_root[6] = pte(7 * GIGAPAGE, PTE_ALL);
    stage_root[7] = pte(RAM + PAGE, PTE_ALL | PTE_U);
    guest_fault.gpa = 7 * GIGAPAGE + offset;
    check_all(6 * GIGAPAGE + offset, guest_fault);
    stage_root[7] = pte(RAM, PTE_ALL | PTE_U);
    check_all(6 * GIGAPAGE + offset, none);

    // Pointers of the G-stage, valid or not. Where both stages are wrong the VS-stage is asked first.
    guest_fault.gpa = GUEST_PHYSICAL;
    stage_middle[0] = 0;
    check_all(GUEST_VIRTUAL, guest_fault);
    stage_middle[0] = pointer(stage_last) | PTE_U;
    check_all(GUEST_VIRTUAL, guest_fault);
    guest_last[0] = 0;
    check_all(GUEST_VIRTUAL, page_fault);
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    stage_middle[0] = pointer(stage_last);
    stage_root[5] = 0;
    check_all(GUEST_VIRTUAL, guest_fault);
    stage_root[5] = pointer(stage_middle);
    check_all(GUEST_VIRTUAL, none);

    // Guest-physical addresses of 41 bits: the root of the G-stage has 2048 entries.
    // (QEMU 7.2 takes the highest bit for a sign.)
    unsigned high = has_shudeleg ? 3 : 1;
    guest_last[0] = pte(GUEST_PHYSICAL | (uint64_t)high << 39, PTE_ALL);
    guest_fault.gpa = GUEST_PHYSICAL | (uint64_t)high << 39;
    check_all(GUEST_VIRTUAL, guest_fault);
    stage_root[5 + high * 512] = pointer(stage_middle);
    check_all(GUEST_VIRTUAL, none);
    guest_last[0] = pte(GUEST_PHYSICAL | 1ul << 41, PTE_ALL);
    delegate(true);
    for (enum access access = FETCH; access < ACCESSES; access++) {
        fence();
        struct trap trap = attempt(VS, codes[access], GUEST_VIRTUAL, 0);
        check_equal(trap.cause, causes[G_STAGE][access], "a GPA that is too wide", access, 0);
    }
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);

    // vsatp Bare: the address is the guest-physical one. hgatp Bare: the guest's tables are the only ones.
    CSR_WRITE(UTRAP_CSR_VSATP, 0);
    check_all(GUEST_PHYSICAL, none);
    stage_last[0] = 0;
    guest_fault.gpa = GUEST_PHYSICAL;
    check_all(GUEST_PHYSICAL, guest_fault);
    CSR_WRITE(UTRAP_CSR_HGATP, 0);
    CSR_WRITE(UTRAP_CSR_VSATP, sv39(guest_root));
    guest_last[0] = pte((uint64_t)&target, PTE_ALL);
    check_all(GUEST_VIRTUAL, none);
    guest_last[0] = 0;
    check_all(GUEST_VIRTUAL, page_fault);
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root));
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
    check_all(GUEST_VIRTUAL, none);
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root) | 3ul << 44); // another VMID
    check_all(GUEST_VIRTUAL, none);
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root));

    // Nothing at the physical address.
    stage_last[0] = pte(NOTHING_THERE, PTE_ALL | PTE_U);
    check_all(GUEST_VIRTUAL, nothing);
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
}

// Svade at both stages: QEMU 7.2 sets the bits itself.
static void check_accessed_and_dirty(void) {
    for (unsigned bits = 0; bits < 16; bits++) {
        uint64_t guest = (bits & 1 ? PTE_A : 0) | (bits & 2 ? PTE_D : 0);
        uint64_t stage = (bits & 4 ? PTE_A : 0) | (bits & 8 ? PTE_D : 0);
        guest_last[0] = pte(GUEST_PHYSICAL, PTE_V | PTE_R | PTE_W | PTE_X | guest);
        stage_last[0] = pte((uint64_t)&target, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | stage);
        fence();
        for (enum access access = FETCH; access < ACCESSES; access++) {
            struct fault fault = {NO_FAULT, .gpa = GUEST_PHYSICAL, .mode = VS, .detail = bits, .what = "A and D"};
            if (!(guest & PTE_A) || (access == STORE && !(guest & PTE_D)))
                fault.stage = VS_STAGE;
            else if (!(stage & PTE_A) || (access == STORE && !(stage & PTE_D)))
                fault.stage = G_STAGE;
            check_access(access, GUEST_VIRTUAL, &fault);
        }
    }
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
}

// The guest's tables are guest-physical memory themselves. An entry that the G-stage does not let the walk read is a
// guest-page fault of the original access' kind, with the entry's address and a pseudoinstruction.
static void check_implicit(void) {
    const uint64_t elsewhere = 8 * GIGAPAGE;
    const struct fault none = {NO_FAULT, .what = "no fault"};
    struct fault fault = {G_STAGE, true, .what = "a table that is not mapped"};

    guest_middle[0] = pte(elsewhere + PAGE, PTE_V);
    fault.gpa = elsewhere + PAGE;
    check_all(GUEST_VIRTUAL, fault);
    guest_middle[7] = pte(elsewhere + PAGE, PTE_V);
    fault.gpa = elsewhere + PAGE + 8 * 3;
    check_all(GUEST_VIRTUAL + 7 * MEGAPAGE + 3 * PAGE, fault);
    guest_root[9] = pte(elsewhere, PTE_V);
    fault.gpa = elsewhere + 8 * 5;
    check_all(9 * GIGAPAGE + 5 * MEGAPAGE, fault);
    CSR_WRITE(UTRAP_CSR_HGATP, 0);
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root));

    // The walk reads: a page that only executes will not do, one that only reads will.
    static page_table stage_tables, stage_pages;
    stage_root[8] = pointer(stage_tables);
    stage_tables[0] = pointer(stage_pages);
    stage_pages[1] = pte((uint64_t)guest_last, PTE_V | PTE_X | PTE_U | PTE_A | PTE_D);
    fault.gpa = elsewhere + PAGE;
    check_all(GUEST_VIRTUAL, fault);
    if (has_shudeleg) {
        set_bits(true, true, false); // MXR is about explicit loads
        check_all(GUEST_VIRTUAL, fault);
        set_bits(false, false, false);
    }
    stage_pages[1] = pte((uint64_t)guest_last, PTE_V | PTE_R | PTE_A | PTE_D); // not U
    check_all(GUEST_VIRTUAL, fault);
    stage_pages[1] = pte((uint64_t)guest_last, PTE_V | PTE_R | PTE_U | PTE_A);
    check_all(GUEST_VIRTUAL, none);
    stage_pages[1] = 0;

    // The root: nothing of the guest can be translated. For a fetch: the code itself.
    CSR_WRITE(UTRAP_CSR_VSATP, 8ul << 60 | (elsewhere + 2 * PAGE) >> 12);
    fence();
    for (unsigned hypervisor = 0; hypervisor < 2; hypervisor++) {
        delegate(hypervisor);
        struct trap trap = attempt(VS, load, 0, 0);
        check_equal(trap.cause, has_shudeleg ? 20 : 21, "a root that is not mapped", hypervisor, 0);
        check_equal(trap.tval, (uint64_t)load, "tval", hypervisor, 0);
        check_equal(trap.tval2, (elsewhere + 2 * PAGE + 8 * 2) >> 2, "tval2", hypervisor, 0);
        check_equal(trap.tinst, 0x3000, "tinst", hypervisor, 0);
    }
    CSR_WRITE(UTRAP_CSR_VSATP, sv39(guest_root));
    guest_middle[0] = pointer(guest_last);
    check_all(GUEST_VIRTUAL, none);
}

// AMOs and LR/SC through two stages.
static void check_amo(void) {
    delegate(true);
    guest_last[0] = pte(GUEST_PHYSICAL, PTE_ALL);
    stage_last[0] = pte((uint64_t)&target, PTE_ALL | PTE_U);
    fence();
    target.word[6] = VALUE;
    struct trap trap = attempt(VS, add, GUEST_VIRTUAL + 24, 5);
    check_equal(trap.result, VALUE, "AMO", 0, 0);
    check_equal(target.word[6], VALUE + 5, "AMO", 1, 0);
    stage_last[0] = pte((uint64_t)&target, (PTE_ALL | PTE_U) & ~PTE_W);
    fence();
    trap = attempt(VS, reserve, GUEST_VIRTUAL + 24, 0);
    check_equal(trap.result, VALUE + 5, "LR", 0, 0);
    if (has_shudeleg) { // amo_load_fault
        trap = attempt(VS, add, GUEST_VIRTUAL + 24, 5);
        check_equal(trap.cause, UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT, "AMO", 2, 0);
        check_equal(trap.tval2, (GUEST_PHYSICAL + 24) >> 2, "htval", 0, 0);
        check_equal(trap.tinst, transformed(insn_at(add), 0), "htinst", 0, 0);
    }
}

int main(void) {
    traps_begin();
    prepare();
    delegate(false);
    check_vs_stage();
    part("VS-stage permissions");
    delegate(true);
    check_g_stage();
    part("G-stage permissions");
    check_structure();
    part("structure of both stages");
    if (has_shudeleg) {
        check_accessed_and_dirty();
        part("A and D of both stages");
    }
    check_implicit();
    part("implicit accesses");
    check_amo();
    part("LR and AMO");
    traps_end();
}
