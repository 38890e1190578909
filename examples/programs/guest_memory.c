// SPDX-License-Identifier: Apache-2.0
// HLV, HLVX and HSV: who may execute them, as which mode they access guest memory, how they fault.

#include "paging.h"
#include "traps.h"

#define GUEST_VIRTUAL (4 * GIGAPAGE)
#define GUEST_PHYSICAL (5 * GIGAPAGE)

CODE(hlv_b, "hlv.b a0, (a0)")
CODE(hlv_bu, "hlv.bu a0, (a0)")
CODE(hlv_h, "hlv.h a0, (a0)")
CODE(hlv_hu, "hlv.hu a0, (a0)")
CODE(hlv_w, "hlv.w a0, (a0)")
CODE(hlv_wu, "hlv.wu a0, (a0)")
CODE(hlv_d, "hlv.d a0, (a0)")
CODE(hlvx_hu, "hlvx.hu a0, (a0)")
CODE(hlvx_wu, "hlvx.wu a0, (a0)")
CODE(hsv_b, "hsv.b a1, (a0)")
CODE(hsv_h, "hsv.h a1, (a0)")
CODE(hsv_w, "hsv.w a1, (a0)")
CODE(hsv_d, "hsv.d a1, (a0)")

static page_table host_root, guest_root, guest_middle, guest_last, stage_middle, stage_last;
static wide_root stage_root;
static uint64_t target[512] __attribute__((aligned(0x1000)));
#define VALUE 0x8192a3b4c5d6e7f8

// What a load reads of VALUE; a store's value in memory.
static const struct access {
    code *code;
    const char *name;
    uint64_t result;
    bool is_store, is_execute;
} accesses[] = {
    {hlv_b, "HLV.B", 0xfffffffffffffff8},
    {hlv_bu, "HLV.BU", 0xf8},
    {hlv_h, "HLV.H", 0xffffffffffffe7f8},
    {hlv_hu, "HLV.HU", 0xe7f8},
    {hlv_w, "HLV.W", 0xffffffffc5d6e7f8},
    {hlv_wu, "HLV.WU", 0xc5d6e7f8},
    {hlv_d, "HLV.D", VALUE},
    {hlvx_hu, "HLVX.HU", 0xe7f8, .is_execute = true},
    {hlvx_wu, "HLVX.WU", 0xc5d6e7f8, .is_execute = true},
    {hsv_b, "HSV.B", 0x8192a3b4c5d6e755, .is_store = true},
    {hsv_h, "HSV.H", 0x8192a3b4c5d64455, .is_store = true},
    {hsv_w, "HSV.W", 0x8192a3b422334455, .is_store = true},
    {hsv_d, "HSV.D", 0x1122334422334455, .is_store = true},
};
enum { COUNT = sizeof accesses / sizeof *accesses };
#define STORED 0x1122334422334455

static void prepare(void) {
    host_root[2] = pte(RAM, PTE_ALL);
    host_root[3] = pte(RAM, PTE_ALL | PTE_U);
    guest_root[4] = pointer(guest_middle);
    guest_middle[0] = pointer(guest_last);
    stage_root[2] = pte(RAM, PTE_ALL | PTE_U);
    stage_root[5] = pointer(stage_middle);
    stage_middle[0] = pointer(stage_last);
    CSR_WRITE(UTRAP_CSR_SATP, sv39(host_root));
    CSR_WRITE(UTRAP_CSR_VSATP, sv39(guest_root));
    CSR_WRITE(UTRAP_CSR_HGATP, sv39(stage_root));
    set_user_alias(true);
}

static void set_pages(uint64_t guest_flags, uint64_t stage_flags) {
    guest_last[0] = pte(GUEST_PHYSICAL, guest_flags);
    stage_last[0] = pte((uint64_t)target, stage_flags);
    fence();
}

// One access: succeeds, or traps with a cause.
static struct trap try(const struct access *access, enum mode mode, unsigned cause, uint64_t detail) {
    target[1] = VALUE;
    struct trap trap = attempt(mode, access->code, GUEST_VIRTUAL + 8, STORED);
    uint64_t where = mode << 8 | (access - accesses);
    if (cause) {
        check_equal(trap.cause, cause, access->name, where, detail);
        check_equal(trap.epc, (uint64_t)access->code + (mode == U || mode == VU ? USER_ALIAS : 0), "epc", where,
                    detail);
        check_equal(target[1], VALUE, "nothing is stored", where, detail);
        return trap;
    }
    check(trap.cause >= UTRAP_CAUSE_ECALL_FROM_U && trap.cause <= UTRAP_CAUSE_ECALL_FROM_M, access->name, where,
          detail);
    check_equal(access->is_store ? target[1] : trap.result, access->result, "its value", where, detail);
    return trap;
}

// M and HS may, U where hstatus.HU, VS and VU never.
static void check_permission(void) {
    set_pages(PTE_ALL, PTE_ALL | PTE_U);
    for (unsigned hu = 0; hu < 2; hu++) {
        CSR_WRITE(UTRAP_CSR_HSTATUS, (hu ? UTRAP_HSTATUS_HU_MASK : 0) | UTRAP_HSTATUS_SPVP_MASK);
        for (const struct access *access = accesses; access < accesses + COUNT; access++) {
            try(access, M, 0, hu);
            try(access, HS, 0, hu);
            struct trap trap = try(access, U, hu ? 0 : UTRAP_CAUSE_ILLEGAL_INSTRUCTION, hu);
            if (has_shudeleg && !hu) // hlsv_tval
                check_equal(trap.tval, insn_at(access->code), "tval", 0, hu);
        }
    }
    // A guest's own code must be mapped to be refused.
    guest_root[2] = pte(RAM, PTE_ALL);
    guest_root[3] = pte(RAM, PTE_ALL | PTE_U);
    fence();
    for (const struct access *access = accesses; access < accesses + COUNT; access++)
        for (enum mode mode = VS; mode <= VU; mode++) {
            if (mode == VU && !has_shudeleg)
                continue; // QEMU 7.2 executes there what it has translated for U
            struct trap trap = try(access, mode, UTRAP_CAUSE_VIRTUAL_INSTRUCTION, 0);
            if (has_shudeleg)
                check_equal(trap.tval, insn_at(access->code), "tval", mode, 0);
        }
    guest_root[2] = guest_root[3] = 0;
}

// The access is VS's or VU's by SPVP, with vsstatus.SUM; HLVX needs X in place of R, at both stages.
static void check_mode(void) {
    for (unsigned bits = 0; bits < 8; bits++) {
        bool is_supervisor = bits & 1, is_user_page = bits & 2, sum = bits & 4;
        if (is_supervisor && is_user_page && !sum && !has_shudeleg)
            continue; // hlsv_sum
        CSR_WRITE(UTRAP_CSR_HSTATUS, is_supervisor ? UTRAP_HSTATUS_SPVP_MASK : 0);
        CSR_WRITE(UTRAP_CSR_VSSTATUS, sum ? UTRAP_VSSTATUS_SUM_MASK : 0);
        bool is_allowed = is_supervisor ? !is_user_page || sum : is_user_page;
        for (unsigned rights = 0; rights < 4; rights++) {
            static const uint64_t flags[] = {PTE_R | PTE_W, PTE_R | PTE_X, PTE_X, PTE_R | PTE_W | PTE_X};
            uint64_t right = flags[rights];
            for (unsigned stage = 0; stage < 2; stage++) {
                uint64_t limited = PTE_V | PTE_A | PTE_D | right, user = is_user_page ? PTE_U : 0;
                set_pages((stage ? PTE_ALL : limited) | user, (stage ? limited : PTE_ALL) | PTE_U);
                for (const struct access *access = accesses; access < accesses + COUNT; access++) {
                    if (access->is_execute && !has_shudeleg && !(right & PTE_R && right & PTE_X))
                        continue; // hlvx_load
                    bool has_right = right & (access->is_store ? PTE_W : access->is_execute ? PTE_X : PTE_R);
                    // A store's page fault is 15 or 23, a load's 13 or 21, HLVX's too.
                    unsigned cause = !is_allowed || (!stage && !has_right) ? 13 : !has_right ? 21 : 0;
                    if (cause && access->is_store)
                        cause += 2;
                    struct trap trap = try(access, HS, cause, bits << 8 | rights << 4 | stage);
                    if (!cause)
                        continue;
                    check_equal(trap.tval, GUEST_VIRTUAL + 8, "tval", bits, rights);
                    check_equal(trap.tval2, cause >= 20 ? (GUEST_PHYSICAL + 8) >> 2 : 0, "tval2", bits, rights);
                    check(trap.status & UTRAP_MSTATUS_GVA_MASK || !has_shudeleg, "GVA", bits, rights); // m_gva
                    if (has_shudeleg)
                        check_equal(trap.tinst, insn_at(access->code) & ~(31u << 15), "tinst", bits, rights);
                }
            }
        }
    }
    CSR_WRITE(UTRAP_CSR_VSSTATUS, 0);
}

int main(void) {
    traps_begin();
    prepare();
    check_permission();
    part("permission");
    check_mode();
    part("effective mode");
    traps_end();
}
