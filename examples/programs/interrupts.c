// SPDX-License-Identifier: Apache-2.0
// Timer, software and injected interrupts: in which mode each is taken, at which vector, and in which order.

#include "traps.h"

CODE(go_on, "nop\n nop\n nop")

#define BIT(irq) (1ul << UTRAP_IRQ_##irq)
#define MACHINE_LINES (BIT(MSI) | BIT(MTI))
#define GUEST_LINES (BIT(VSSI) | BIT(VSTI) | BIT(VSEI))

static const struct interrupt {
    const char *name;
    unsigned code;
} interrupts[] = {
    {"MSI", UTRAP_IRQ_MSI}, {"MTI", UTRAP_IRQ_MTI},   {"SSI", UTRAP_IRQ_SSI},   {"STI", UTRAP_IRQ_STI},
    {"SEI", UTRAP_IRQ_SEI}, {"VSSI", UTRAP_IRQ_VSSI}, {"VSTI", UTRAP_IRQ_VSTI}, {"VSEI", UTRAP_IRQ_VSEI},
};

// Makes exactly these interrupts pending: MSI and MTI by the CLINT, others by mip and hvip.
static void pend(uint64_t bits) {
    write32(CLINT, bits & BIT(MSI) ? 1 : 0);
    write64(CLINT_MTIMECMP, bits & BIT(MTI) ? 0 : -1);
    CSR_WRITE(UTRAP_CSR_MIP, bits & ~(MACHINE_LINES | GUEST_LINES)); // VSSIP is an alias of hvip's
    CSR_WRITE(UTRAP_CSR_HVIP, bits & GUEST_LINES);
    // The CLINT is a device: what it has been told it may take its time to say.
    while ((CSR_READ(UTRAP_CSR_MIP) & MACHINE_LINES) != (bits & MACHINE_LINES))
        ;
}

// mstatus.MIE after MRET, mstatus.SIE and vsstatus.SIE.
static void enable(bool machine, bool supervisor, bool guest) {
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPIE_MASK | UTRAP_MSTATUS_SIE_MASK);
    CSR_SET(UTRAP_CSR_MSTATUS, (machine ? UTRAP_MSTATUS_MPIE_MASK : 0) | (supervisor ? UTRAP_MSTATUS_SIE_MASK : 0));
    CSR_WRITE(UTRAP_CSR_VSSTATUS, guest ? UTRAP_VSSTATUS_SIE_MASK : 0);
}

// The mode that takes an interrupt, NOWHERE when it stays pending.
static enum mode expected(unsigned code, enum mode mode, uint64_t mideleg, uint64_t hideleg, unsigned enables) {
    uint64_t bit = 1ul << code;
    bool machine = enables & 1, supervisor = enables & 2, guest = enables & 4;
    if (!(mideleg & bit))
        return mode != M || machine ? M : NOWHERE;
    if (!(hideleg & bit))
        return mode == U || mode == VS || mode == VU || (mode == HS && supervisor) ? HS : NOWHERE;
    return mode == VU || (mode == VS && guest) ? VS : NOWHERE;
}

// Bit 0: M's enable, 1: HS's, 2: VS's, 3: the one in mie.
static const uint8_t combinations[] = {15, 8, 7, 9, 10, 12};

static void check_each(bool is_vectored) {
    set_vectored(is_vectored);
    unsigned count = is_vectored ? sizeof combinations : 2;
    for (unsigned index = 0; index < sizeof interrupts / sizeof *interrupts; index++)
        for (unsigned delegation = 0; delegation < 3; delegation++) {
            uint64_t bit = 1ul << interrupts[index].code;
            CSR_WRITE(UTRAP_CSR_MIDELEG, delegation >= 1 ? bit : 0);
            CSR_WRITE(UTRAP_CSR_HIDELEG, delegation >= 2 ? bit : 0);
            uint64_t mideleg = CSR_READ(UTRAP_CSR_MIDELEG), hideleg = CSR_READ(UTRAP_CSR_HIDELEG);
            // What cannot be delegated is not; what always is, is.
            check_equal(mideleg & bit, (bit & MACHINE_LINES) || (!delegation && !(bit & GUEST_LINES)) ? 0 : bit,
                        "mideleg", index, delegation);
            check_equal(hideleg & bit, delegation == 2 && bit & GUEST_LINES ? bit : 0, "hideleg", index, delegation);
            for (enum mode mode = M; mode < MODES; mode++)
                for (unsigned combination = 0; combination < count; combination++) {
                    unsigned enables = combinations[combination];
                    bool is_locally_enabled = enables & 8;
                    enable(enables & 1, enables & 2, enables & 4);
                    CSR_WRITE(UTRAP_CSR_MIE, is_locally_enabled ? bit : ~bit);
                    pend(bit);
                    uint64_t seen = CSR_READ(UTRAP_CSR_MIP);
                    struct trap trap = attempt(mode, go_on, 0, 0);
                    pend(0);
                    enum mode by = is_locally_enabled
                                       ? expected(interrupts[index].code, mode, mideleg, hideleg, enables)
                                       : NOWHERE;
                    uint64_t where = index << 8 | delegation << 4 | mode;
                    check_equal(seen & bit, bit, "mip", where, enables);
                    if (by == NOWHERE) {
                        // The code goes on to its ECALL.
                        check_equal(trap.cause & UTRAP_CAUSE_INTERRUPT, 0, interrupts[index].name, where, enables);
                        check_equal(trap.epc, (uint64_t)go_on + 12, "it stays pending", where, enables);
                        continue;
                    }
                    unsigned code = interrupts[index].code - (by == VS);
                    check_equal(trap.by, by, interrupts[index].name, where, enables);
                    check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | code, "cause", where, enables);
                    check_equal(trap.entry, is_vectored ? 4 * code : 0, "vector", where, enables);
                    check_equal(trap.epc, (uint64_t)go_on, "epc", where, enables);
                    check_equal(trap.tval | trap.tval2 | trap.tinst, 0, "tval, tval2, tinst", where, enables);
                }
        }
}

// Of several the one for the highest mode goes first; among those for one mode the order is E, S, T.
static void check_order(void) {
    set_vectored(true);
    static const struct {
        uint64_t pending, mideleg, hideleg;
        enum mode by;
        unsigned code;
    } cases[] = {
        {BIT(MSI) | BIT(MTI), 0, 0, M, UTRAP_IRQ_MSI},
        {BIT(MTI) | BIT(SEI) | BIT(SSI), 0, 0, M, UTRAP_IRQ_MTI},
        {BIT(SEI) | BIT(SSI) | BIT(STI), 0, 0, M, UTRAP_IRQ_SEI},
        {BIT(SSI) | BIT(STI), 0, 0, M, UTRAP_IRQ_SSI},
        {BIT(SEI) | BIT(SSI) | BIT(STI), BIT(SEI) | BIT(SSI) | BIT(STI), 0, HS, UTRAP_IRQ_SEI},
        {BIT(SSI) | BIT(STI), BIT(SSI) | BIT(STI), 0, HS, UTRAP_IRQ_SSI},
        {BIT(STI) | BIT(VSEI) | BIT(VSSI), BIT(STI), 0, HS, UTRAP_IRQ_STI},
        {GUEST_LINES, 0, 0, HS, UTRAP_IRQ_VSEI},
        {BIT(VSSI) | BIT(VSTI), 0, 0, HS, UTRAP_IRQ_VSSI},
        {GUEST_LINES, 0, GUEST_LINES, VS, UTRAP_IRQ_SEI},
        {BIT(VSSI) | BIT(VSTI), 0, GUEST_LINES, VS, UTRAP_IRQ_SSI},
        {BIT(VSEI) | BIT(VSTI), 0, BIT(VSEI), HS, UTRAP_IRQ_VSTI},
        {BIT(SEI) | BIT(MTI), BIT(SEI), 0, M, UTRAP_IRQ_MTI},
        {BIT(SEI) | BIT(STI), BIT(SEI), 0, M, UTRAP_IRQ_STI},
    };
    for (unsigned index = 0; index < sizeof cases / sizeof *cases; index++) {
        CSR_WRITE(UTRAP_CSR_MIDELEG, cases[index].mideleg);
        CSR_WRITE(UTRAP_CSR_HIDELEG, cases[index].hideleg);
        CSR_WRITE(UTRAP_CSR_MIE, -1);
        enable(true, true, true);
        pend(cases[index].pending);
        struct trap trap = attempt(VU, go_on, 0, 0);
        pend(0);
        check_equal(trap.by, cases[index].by, "which one is for the highest mode", index, trap.cause);
        check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | cases[index].code, "which one goes first", index, 0);
        check_equal(trap.entry, 4 * cases[index].code, "its vector", index, 0);
    }
}

// The timer interrupts a loop when its time has come, and not before.
CODE(loop, "1: addi a0, a0, 1\n j 1b")

static void check_timer(void) {
    CSR_WRITE(UTRAP_CSR_MIE, BIT(MTI));
    uint64_t before = read64(CLINT_MTIME);
    write64(CLINT_MTIMECMP, before + 20000);
    struct trap trap = attempt(VS, loop, 0, 0);
    uint64_t after = read64(CLINT_MTIME);
    write64(CLINT_MTIMECMP, -1);
    check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | UTRAP_IRQ_MTI, "the timer ends a loop", trap.by, 0);
    check(after - before >= 20000, "not before its time", before, after);
    if (has_shudeleg) // QEMU's time goes on while QEMU itself does not
        check(trap.result > 0, "the loop ran", 0, 0);
}

int main(void) {
    traps_begin();
    check_each(false);
    part("direct vectors");
    check_each(true);
    part("vectored");
    if (has_shudeleg) { // QEMU 7.2 takes the one with the lowest number (irq_priority)
        check_order();
        part("order");
    }
    check_timer();
    part("timer");
    traps_end();
}
