// SPDX-License-Identifier: Apache-2.0
// WFI: who may wait, and what ends the wait.

#include "traps.h"

CODE(wait, "wfi\n addi a0, a0, 1")

static void check_permission(void) {
    // With TW=0 HS may wait, and VS where VTW=0; U and VU may not, for there is S. A pending interrupt, not enabled
    // by SIE, ends each wait at once.
    CSR_WRITE(UTRAP_CSR_MIDELEG, -1);
    CSR_WRITE(UTRAP_CSR_MIE, 1 << UTRAP_IRQ_SSI);
    CSR_WRITE(UTRAP_CSR_MIP, 1 << UTRAP_IRQ_SSI);
    for (enum mode mode = M; mode < MODES; mode++)
        for (unsigned bits = 0; bits < 4; bits++) {
            bool tw = bits & 1, vtw = bits & 2;
            if (tw)
                CSR_SET(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TW_MASK);
            else
                CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TW_MASK);
            CSR_WRITE(UTRAP_CSR_HSTATUS, vtw ? UTRAP_HSTATUS_VTW_MASK : 0);
            if (mode == VS || mode == VU || mode == U)
                CSR_WRITE(UTRAP_CSR_MIE, 0); // HS would be interrupted before
            else
                CSR_WRITE(UTRAP_CSR_MIE, 1 << UTRAP_IRQ_SSI);
            bool may = mode == M || (mode == HS && !tw);
            if (mode == VS && !tw && !vtw)
                continue; // it would wait: check_wake
            if (mode == VU && tw && !has_shudeleg)
                continue; // QEMU 7.2 says virtual instruction (vu_wfi_tw)
            uint64_t cause = UTRAP_CAUSE_ILLEGAL_INSTRUCTION;
            if ((mode == VS || mode == VU) && !tw)
                cause = UTRAP_CAUSE_VIRTUAL_INSTRUCTION;
            struct trap trap = attempt(mode, wait, 0, 0);
            check_equal(trap.result, may, "WFI is executed", mode, bits);
            if (!may) {
                check_equal(trap.cause, cause, "cause", mode, bits);
                check_equal(trap.tval, insn_at(wait), "tval", mode, bits);
                check_equal(trap.epc, (uint64_t)wait, "epc", mode, bits);
            }
        }
    CSR_WRITE(UTRAP_CSR_MIP, 0);
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TW_MASK);
    CSR_WRITE(UTRAP_CSR_HSTATUS, 0);
}

// A real wait for the timer. `is_taken`: the interrupt is taken behind WFI; else the code simply goes on.
static void check_wake(enum mode mode, bool is_taken) {
    CSR_WRITE(UTRAP_CSR_MIE, 1 << UTRAP_IRQ_MTI);
    if (is_taken)
        CSR_SET(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPIE_MASK);
    else
        CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPIE_MASK);
    uint64_t before = read64(CLINT_MTIME);
    write64(CLINT_MTIMECMP, before + 2000);
    struct trap trap = attempt(mode, wait, 7, 0);
    uint64_t after = read64(CLINT_MTIME);
    write64(CLINT_MTIMECMP, -1);
    check(after - before >= 2000, "it waits for the timer", before, after);
    if (is_taken) {
        check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | UTRAP_IRQ_MTI, "the interrupt is taken", mode, 0);
        check_equal(trap.epc, (uint64_t)wait + 4, "behind WFI", mode, 0);
        check_equal(trap.result, 7, "before the next instruction", mode, 0);
    } else
        check_equal(trap.result, 8, "it goes on", mode, 0);
}

int main(void) {
    traps_begin();
    check_permission();
    part("permission");
    check_wake(M, false);
    check_wake(M, true);
    check_wake(HS, true);
    check_wake(VS, true);
    part("waking");
    traps_end();
}
