// SPDX-License-Identifier: Apache-2.0
// N and Shudeleg: traps straight to U, the windows, URET, U-level interrupts, and that U gets nowhere it must not.
// HU-n are the rules of docs/spec/shudeleg.md.

#include "paging.h"
#include "traps.h"

#define DEVICE (5 * GIGAPAGE)        // guest-physical, not mapped
#define GUEST_VIRTUAL (4 * GIGAPAGE) // there, for the guest

CODE(load, "lw a0, 8(a0)")
CODE(store, "sd a1, 8(a0)")
CODE(jump, "jr a0")
CODE(uret, ".insn " STRING(UTRAP_INSN_URET))
CODE(landing, "ecall")
CODE(go_on, "nop\n nop\n nop")
CODE(read_sscratch, "csrr a0, sscratch")

enum { COUNT_OF_WINDOWS = 4 };

static page_table guest_root, host_root;
static wide_root stage_root;

static void prepare(void) {
    guest_root[2] = pte(RAM, PTE_ALL);
    guest_root[3] = pte(RAM, PTE_ALL | PTE_U);
    guest_root[4] = pte(DEVICE, PTE_ALL);
    guest_root[5] = pte(DEVICE, PTE_ALL | PTE_U);
    guest_root[6] = pte(DEVICE, PTE_V); // a table in the device's page
    stage_root[2] = pte(RAM, PTE_ALL | PTE_U);
    host_root[2] = pte(RAM, PTE_ALL);
    host_root[3] = pte(RAM, PTE_ALL | PTE_U);
}

static void set_guest(bool is_on) {
    CSR_WRITE(UTRAP_CSR_VSATP, is_on ? sv39(guest_root) : 0);
    CSR_WRITE(UTRAP_CSR_HGATP, is_on ? sv39(stage_root) : 0);
    CSR_WRITE(UTRAP_CSR_SATP, is_on ? sv39(host_root) : 0);
    fence();
    set_user_alias(is_on);
}

// The mode in which the ECALL, or whatever else trapped to M, was.
static enum mode trapped_in(const struct trap *trap) {
    if (trap->by != M)
        return NOWHERE;
    unsigned mpp = (trap->status & UTRAP_MSTATUS_MPP_MASK) >> UTRAP_MSTATUS_MPP_SHIFT;
    bool mpv = trap->status & UTRAP_MSTATUS_MPV_MASK;
    return mpp == 3 ? M : mpp == 1 ? (mpv ? VS : HS) : mpv ? VU : U;
}

static void check_reset(void) {
    check_equal(CSR_READ(UTRAP_CSR_HUDCFG) | CSR_READ(UTRAP_CSR_HUEDELEG) | CSR_READ(UTRAP_CSR_SEDELEG) |
                    CSR_READ(UTRAP_CSR_SIDELEG) | CSR_READ(UTRAP_CSR_HUSTATUS) | CSR_READ(UTRAP_CSR_HUTVAL) |
                    CSR_READ(UTRAP_CSR_HUTINST) | CSR_READ(UTRAP_CSR_HUGPAW0) | CSR_READ(UTRAP_CSR_HUGPAW3),
                0, "reset", 0, 0);
}

// Section 3: what can be written, and HU-1 to HU-6, who can access it.
#define LEGAL(csr, value) \
    ({ \
        CSR_WRITE(csr, -1); \
        check_equal(CSR_READ(csr), value, #csr, 0, 0); \
        CSR_WRITE(csr, 0); \
        check_equal(CSR_READ(csr), 0, #csr, 1, 0); \
    })
#define READER(name) CODE(read_##name, "csrr a0, " STRING(UTRAP_CSR_##name))
READER(HUDCFG)
READER(HUEDELEG)
READER(HUGPAW0)
READER(HUGPAW3)
READER(HUSTATUS)
READER(HUTVAL)
READER(HUTINST)
READER(SEDELEG)
READER(SIDELEG)
READER(USTATUS)
READER(UEPC)
READER(UIP)
CODE(read_hugpaw4, "csrr a0, 0x6e4")
CODE(read_huedelegh, "csrr a0, 0x6d2")
CODE(write_hustatus, "csrw " STRING(UTRAP_CSR_HUSTATUS) ", a0")

// M, HS, U, VS, VU: '.' may, I illegal, V virtual instruction.
static void check_access(code *code, const char *verdicts, const char *what) {
    for (enum mode mode = M; mode < MODES; mode++) {
        struct trap trap = attempt(mode, code, 0, 0);
        char letter = verdicts[mode - 1];
        if (letter == '.')
            check_equal(trap.epc, (uint64_t)code + 4, what, mode, trap.cause);
        else {
            check_equal(trap.cause, letter == 'V' ? UTRAP_CAUSE_VIRTUAL_INSTRUCTION : UTRAP_CAUSE_ILLEGAL_INSTRUCTION,
                        what, mode, 0);
            check_equal(trap.tval, insn_at(code), what, mode, 1);
        }
    }
}

static void check_csrs(void) {
    CSR_WRITE(UTRAP_CSR_MEDELEG, -1);
    CSR_WRITE(UTRAP_CSR_MIDELEG, -1);
    LEGAL(UTRAP_CSR_HUEDELEG, 0xf4b5ff);
    LEGAL(UTRAP_CSR_HUDCFG, 3);
    LEGAL(UTRAP_CSR_HUSTATUS, 0x1c0);
    LEGAL(UTRAP_CSR_SEDELEG, 0xb1ff);
    LEGAL(UTRAP_CSR_SIDELEG, 0x111);
    LEGAL(UTRAP_CSR_HUGPAW0, ((1ul << 29) - 1) << 10 | 0x7f);
    LEGAL(UTRAP_CSR_HUGPAW3, ((1ul << 29) - 1) << 10 | 0x7f);
    LEGAL(UTRAP_CSR_HUTINST, 0xffffffff);
    LEGAL(UTRAP_CSR_HUTVAL, (1ul << 39) - 1);
    LEGAL(UTRAP_CSR_USTATUS, 0x11);
    // HU-9, HU-24: what is not delegated past M reads 0.
    CSR_WRITE(UTRAP_CSR_SEDELEG, -1);
    CSR_WRITE(UTRAP_CSR_SIDELEG, -1);
    CSR_WRITE(UTRAP_CSR_MEDELEG, 1 << 8 | 1 << 2);
    CSR_WRITE(UTRAP_CSR_MIDELEG, 1 << UTRAP_IRQ_UEI);
    check_equal(CSR_READ(UTRAP_CSR_SEDELEG), 1 << 8 | 1 << 2, "sedeleg under medeleg", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_SIDELEG), 1 << UTRAP_IRQ_UEI, "sideleg under mideleg", 0, 0);
    CSR_WRITE(UTRAP_CSR_SEDELEG, 0);
    CSR_WRITE(UTRAP_CSR_SIDELEG, 0);
    CSR_WRITE(UTRAP_CSR_MEDELEG, 0);
    CSR_WRITE(UTRAP_CSR_MIDELEG, 0);
    CSR_WRITE(UTRAP_CSR_VSSTATUS, 0x11); // HU-5
    check_equal(CSR_READ(UTRAP_CSR_VSSTATUS) & 0x11, 0, "vsstatus has no UIE", 0, 0);

    check_access(read_HUDCFG, "..IVV", "hudcfg");
    check_access(read_HUEDELEG, "..IVV", "huedeleg");
    check_access(read_HUGPAW0, "..IVV", "hugpaw0");
    check_access(read_HUGPAW3, "..IVV", "hugpaw3");
    check_access(read_hugpaw4, "IIIII", "a window that is absent");
    check_access(read_huedelegh, "IIIII", "huedelegh on RV64");
    check_access(read_SEDELEG, "..IVV", "sedeleg");
    check_access(read_SIDELEG, "..IVV", "sideleg");
    check_access(read_USTATUS, "...VV", "ustatus");
    check_access(read_UEPC, "...VV", "uepc");
    check_access(read_UIP, "...VV", "uip");
    for (unsigned en = 0; en < 2; en++) {
        CSR_WRITE(UTRAP_CSR_HUDCFG, en);
        check_access(read_HUSTATUS, en ? "...VV" : "..IVV", "hustatus");
        check_access(write_hustatus, en ? "...VV" : "..IVV", "hustatus");
        check_access(read_HUTVAL, en ? "...VV" : "..IVV", "hutval");
        check_access(read_HUTINST, en ? "...VV" : "..IVV", "hutinst");
        CSR_WRITE(UTRAP_CSR_UEPC, (uint64_t)uret + 4);
        check_access(uret, "...VV", "URET");
    }
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
}

static void set_window(unsigned index, uint64_t value) {
    switch (index) {
    case 0:
        CSR_WRITE(UTRAP_CSR_HUGPAW0, value);
        break;
    case 1:
        CSR_WRITE(UTRAP_CSR_HUGPAW1, value);
        break;
    case 2:
        CSR_WRITE(UTRAP_CSR_HUGPAW2, value);
        break;
    case 3:
        CSR_WRITE(UTRAP_CSR_HUGPAW3, value);
        break;
    }
}

static uint64_t window(uint64_t gpa, unsigned order) { return gpa >> 12 << 10 | order << 1 | 1; }

// A load and a store of VS and VU at an offset of the device: who gets the fault, and what the VMM learns of it.
static void check_fault(uint64_t offset, enum mode to, const char *what, uint64_t detail) {
    for (enum mode mode = VS; mode <= VU; mode++)
        for (unsigned is_store = 0; is_store < 2; is_store++) {
            uint64_t address = GUEST_VIRTUAL + (mode == VU ? GIGAPAGE : 0) + offset;
            code *code = is_store ? store : load;
            struct trap trap = attempt(mode, code, address, 0);
            check_equal(trap.by, to, what, detail, mode << 4 | is_store);
            check_equal(trap.cause, is_store ? 23 : 21, "cause", detail, mode);
            check_equal(trap.tval, address + 8, "tval", detail, mode);
            check_equal(trap.tval2, (DEVICE + offset + 8) >> 2, "tval2", detail, mode);
            check_equal(trap.tinst, transformed(insn_at(code), 0), "tinst", detail, mode);
            if (to == U)
                check_equal(trap.hstatus, 0xc0 | (mode == VS) << 8, "hustatus: GVA, UPV, UPVP", detail, mode);
        }
}

static void check_windows(void) {
    CSR_WRITE(UTRAP_CSR_MEDELEG, 1 << 20 | 1 << 21 | 1 << 23);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 1 << 20 | 1 << 21 | 1 << 23);
    set_guest(true);

    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    check_fault(0x3000, HS, "EN=0", 0);
    CSR_WRITE(UTRAP_CSR_HUDCFG, UTRAP_HUDCFG_WEN_MASK);
    check_fault(0x3000, HS, "EN=0, WEN=1", 0);
    CSR_WRITE(UTRAP_CSR_HUDCFG, UTRAP_HUDCFG_EN_MASK);
    check_fault(0x3000, U, "WEN=0: no window is needed", 0);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 0);
    check_fault(0x3000, HS, "huedeleg", 0);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 1 << 20 | 1 << 21 | 1 << 23);
    CSR_WRITE(UTRAP_CSR_HUDCFG, UTRAP_HUDCFG_EN_MASK | UTRAP_HUDCFG_WEN_MASK);
    check_fault(0x3000, HS, "no window is enabled", 0);

    for (unsigned index = 0; index < COUNT_OF_WINDOWS; index++) {
        set_window(index, window(DEVICE + 0x3000, 0));
        check_fault(0x3000, U, "in the window", index);
        check_fault(0x2000, HS, "below the window", index);
        check_fault(0x4000, HS, "above the window", index);
        set_window(index, window(DEVICE + 0x3000, 0) & ~1ul);
        check_fault(0x3000, HS, "E=0", index);
        // Four pages; the number's bits below ORDER do not matter.
        set_window(index, window(DEVICE + 0x5000, 2));
        check_fault(0x4000, U, "the first page", index);
        check_fault(0x7ff0, U, "the last doubleword", index);
        check_fault(0x3ff0, HS, "the page before", index);
        check_fault(0x8000, HS, "the page behind", index);
        set_window(index, window(0, 29));
        check_fault(0x123000, U, "an ORDER that matches everything", index);
        set_window(index, window(0, 63));
        check_fault(0x3ffff000, U, "an ORDER that matches everything", index);
        set_window(index, window(0, 28));
        check_fault(0x3000, U, "the lower half of all addresses", index);
        set_window(index, 0);
    }
    set_window(1, window(DEVICE + 0x3000, 0));
    set_window(2, window(DEVICE, 3));
    check_fault(0x3000, U, "two windows overlap", 0);
    check_fault(0x1000, U, "one of them", 0);
    set_window(2, 0);
    set_window(1, 0);

    // HU-16: an implicit access is HS's, whatever the windows; a fetch may be U's.
    for (unsigned wen = 0; wen < 2; wen++) {
        CSR_WRITE(UTRAP_CSR_HUDCFG, UTRAP_HUDCFG_EN_MASK | (wen ? UTRAP_HUDCFG_WEN_MASK : 0));
        set_window(3, window(DEVICE, 4));
        struct trap trap = attempt(VS, load, 6 * GIGAPAGE, 0);
        check_equal(trap.by, wen ? HS : U, "an implicit access", wen, 0);
        check_equal(trap.tinst, 0x3000, "its pseudoinstruction", wen, 0);
        check_equal(trap.tval2, DEVICE >> 2, "its address", wen, 0);
        check_equal(trap.tval, 6 * GIGAPAGE + 8, "the original address", wen, 0);
        trap = attempt(VS, jump, GUEST_VIRTUAL, 0);
        check_equal(trap.by, U, "a fetch", wen, 0);
        check_equal(trap.cause, 20, "a fetch", wen, 1);
        check_equal(trap.tinst, 0, "a fetch", wen, 2);
        check_equal(trap.epc, GUEST_VIRTUAL, "a fetch", wen, 3);
    }
    // medeleg and hedeleg come first.
    CSR_WRITE(UTRAP_CSR_MEDELEG, 0);
    check_fault(0x3000, M, "medeleg", 0);
    set_window(3, 0);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 0);
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    set_guest(false);
}

// HU-19 to HU-22: from U, URET reaches VS and VU only by EN and UPV; M and HS it never reaches. All that U can write
// is tried; the DuVisor prototype went to HS with UPV=0 and UPVP=1.
static void check_uret(void) {
    for (enum mode mode = M; mode <= U; mode++)
        for (unsigned bits = 0; bits < 8; bits++) {
            bool en = bits & 1, upv = bits & 2, upvp = bits & 4;
            CSR_WRITE(UTRAP_CSR_HUDCFG, en);
            uint64_t hustatus = (upv ? UTRAP_HUSTATUS_UPV_MASK : 0) | (upvp ? UTRAP_HUSTATUS_UPVP_MASK : 0);
            CSR_WRITE(UTRAP_CSR_HUSTATUS, hustatus);
            CSR_WRITE(UTRAP_CSR_UEPC, landing);
            CSR_WRITE(UTRAP_CSR_USTATUS, bits & 1 ? 0x10 : 0x01);
            struct trap trap = attempt(mode, uret, 0, 0);
            enum mode expected = en && upv ? (upvp ? VS : VU) : U;
            check_equal(trapped_in(&trap), expected, "where URET goes", mode, bits);
            check_equal(trap.epc, (uint64_t)landing, "uepc", mode, bits);
            check_equal(CSR_READ(UTRAP_CSR_USTATUS), bits & 1 ? 0x11 : 0x10, "UIE and UPIE", mode, bits);
            check_equal(CSR_READ(UTRAP_CSR_HUSTATUS), en ? hustatus & UTRAP_HUSTATUS_UPVP_MASK : hustatus,
                        "UPV and UPVP", mode, bits);
            // There, a supervisor's CSR is not to be had: of the guest's own, if anything.
            CSR_WRITE(UTRAP_CSR_SSCRATCH, 0x5ec2e7);
            CSR_WRITE(UTRAP_CSR_VSSCRATCH, 0x90e57);
            CSR_WRITE(UTRAP_CSR_HUSTATUS, hustatus);
            CSR_WRITE(UTRAP_CSR_UEPC, read_sscratch);
            trap = attempt(mode, uret, 0, 0);
            check(trap.result != 0x5ec2e7, "HS's secret", mode, bits);
            check(trap.epc == (uint64_t)read_sscratch + (expected == VS ? 4 : 0), "an instruction of HS", mode, bits);
        }
    // MPRV is cleared.
    CSR_SET(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPRV_MASK);
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    CSR_WRITE(UTRAP_CSR_UEPC, landing);
    struct trap trap = attempt(M, uret, 0, 0);
    check(!(trap.status & UTRAP_MSTATUS_MPRV_MASK), "MPRV", 0, 0);
}

// With page tables on: what U may jump to by URET is what U may execute.
static void check_escalation(void) {
    set_guest(true);
    for (unsigned bits = 0; bits < 4; bits++) {
        CSR_WRITE(UTRAP_CSR_HUDCFG, bits & 1);
        CSR_WRITE(UTRAP_CSR_HUSTATUS, UTRAP_HUSTATUS_UPVP_MASK | UTRAP_HUSTATUS_GVA_MASK);
        CSR_WRITE(UTRAP_CSR_UEPC, landing); // HS's page
        struct trap trap = attempt(U, uret, 0, 0);
        check_equal(trap.cause, UTRAP_CAUSE_INSTRUCTION_PAGE_FAULT, "DuVisor's escalation", bits, 0);
        check_equal(trapped_in(&trap), U, "DuVisor's escalation", bits, 1);
        check_equal(trap.epc, (uint64_t)landing, "DuVisor's escalation", bits, 2);
    }
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    set_guest(false);
}

// HU-25 to HU-27.
#define BIT(irq) (1ul << UTRAP_IRQ_##irq)
static void check_interrupts(void) {
    static const struct {
        const char *name;
        unsigned code;
    } interrupts[] = {{"USI", UTRAP_IRQ_USI}, {"UTI", UTRAP_IRQ_UTI}, {"UEI", UTRAP_IRQ_UEI}};
    for (unsigned vectored = 0; vectored < 2; vectored++)
        for (unsigned index = 0; index < 3; index++)
            for (enum mode mode = M; mode < MODES; mode++)
                for (unsigned bits = 0; bits < 16; bits++) {
                    bool uie = bits & 1, en = bits & 2, is_delegated = bits & 4, is_enabled = bits & 8;
                    uint64_t bit = 1ul << interrupts[index].code;
                    set_vectored(vectored);
                    CSR_WRITE(UTRAP_CSR_MIDELEG, is_delegated ? bit : 0);
                    CSR_WRITE(UTRAP_CSR_SIDELEG, bit);
                    CSR_WRITE(UTRAP_CSR_MIE, is_enabled ? bit : 0);
                    CSR_WRITE(UTRAP_CSR_HUDCFG, en);
                    CSR_WRITE(UTRAP_CSR_USTATUS, uie);
                    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPIE_MASK | UTRAP_MSTATUS_SIE_MASK);
                    CSR_WRITE(UTRAP_CSR_MIP, bit);
                    struct trap trap = attempt(mode, go_on, 0, 0);
                    CSR_WRITE(UTRAP_CSR_MIP, 0);
                    bool is_guest = mode == VS || mode == VU;
                    bool to_user = is_enabled && is_delegated && ((mode == U && uie) || (is_guest && en));
                    bool to_machine = is_enabled && !is_delegated && mode != M;
                    uint64_t where = index << 8 | mode;
                    if (!to_user && !to_machine) {
                        check_equal(trap.epc, (uint64_t)go_on + 12, interrupts[index].name, where, bits);
                        continue;
                    }
                    check_equal(trap.by, to_user ? U : M, interrupts[index].name, where, bits);
                    check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | interrupts[index].code, "cause", where, bits);
                    check_equal(trap.entry, vectored ? 4 * interrupts[index].code : 0, "vector", where, bits);
                    check_equal(trap.epc, (uint64_t)go_on, "epc", where, bits);
                    check_equal(trap.tval | trap.tval2 | trap.tinst, 0, "tval, hutval, hutinst", where, bits);
                    if (to_user) {
                        check_equal(trap.status, uie ? 0x10 : 0, "ustatus", where, bits);
                        check_equal(trap.hstatus & UTRAP_HUSTATUS_UPV_MASK, is_guest ? UTRAP_HUSTATUS_UPV_MASK : 0,
                                    "UPV", where, bits);
                    }
                }
    // The order: UEI, USI, UTI; HS's before them.
    CSR_WRITE(UTRAP_CSR_MIDELEG, -1);
    CSR_WRITE(UTRAP_CSR_SIDELEG, -1);
    CSR_WRITE(UTRAP_CSR_MIE, -1);
    static const struct {
        uint64_t pending;
        enum mode by;
        unsigned code;
    } cases[] = {{BIT(UEI) | BIT(USI) | BIT(UTI), U, UTRAP_IRQ_UEI},
                 {BIT(USI) | BIT(UTI), U, UTRAP_IRQ_USI},
                 {BIT(UEI) | BIT(STI), HS, UTRAP_IRQ_STI},
                 {BIT(UEI) | BIT(VSSI), HS, UTRAP_IRQ_VSSI}};
    for (unsigned index = 0; index < sizeof cases / sizeof *cases; index++) {
        CSR_WRITE(UTRAP_CSR_USTATUS, 1);
        CSR_WRITE(UTRAP_CSR_MIP, cases[index].pending);
        struct trap trap = attempt(U, go_on, 0, 0);
        CSR_WRITE(UTRAP_CSR_MIP, 0);
        check_equal(trap.by, cases[index].by, "order", index, 0);
        check_equal(trap.cause, UTRAP_CAUSE_INTERRUPT | cases[index].code, "order", index, 1);
    }
}

// U interrupts itself, by uip.
CODE(interrupt_itself, "csrsi " STRING(UTRAP_CSR_UIP) ", 1\n addi a0, a0, 1")
static void check_software_interrupt(void) {
    CSR_WRITE(UTRAP_CSR_MIDELEG, BIT(USI));
    CSR_WRITE(UTRAP_CSR_SIDELEG, BIT(USI));
    CSR_WRITE(UTRAP_CSR_MIE, 0);
    CSR_WRITE(UTRAP_CSR_UIE, BIT(USI));
    check_equal(CSR_READ(UTRAP_CSR_MIE), BIT(USI), "uie is mie's view", 0, 0);
    for (unsigned uie = 0; uie < 2; uie++) {
        CSR_WRITE(UTRAP_CSR_USTATUS, uie);
        struct trap trap = attempt(U, interrupt_itself, 0, 0);
        check_equal(trap.by, uie ? U : M, "USI by uip", uie, 0);
        check_equal(trap.result, !uie, "at the next instruction", uie, 0);
        check_equal(CSR_READ(UTRAP_CSR_UIP), BIT(USI), "uip", uie, 0);
        CSR_WRITE(UTRAP_CSR_UIP, 0);
        check_equal(CSR_READ(UTRAP_CSR_MIP), 0, "mip", uie, 0);
    }
    CSR_WRITE(UTRAP_CSR_MIE, 0);
    CSR_WRITE(UTRAP_CSR_MIDELEG, 0);
}

// A VMM in small: the guest's load goes to U, which answers and resumes the guest.
CODE(answer,
     "csrr t0, " STRING(UTRAP_CSR_UEPC) "\n addi t0, t0, 4\n csrw " STRING(
         UTRAP_CSR_UEPC) ", t0\n"
                         " csrr a0, " STRING(UTRAP_CSR_HUTVAL) "\n addi a1, a1, 1\n .insn " STRING(UTRAP_INSN_URET))
CODE(three_loads, "lw a0, 8(a0)\n add a2, a0, zero\n li a0, 0x100000000\n lw a0, 16(a0)\n add a0, a0, a2\n slli a1, "
                  "a1, 56\n add a0, a0, a1")
static void check_round_trip(void) {
    set_guest(true);
    CSR_WRITE(UTRAP_CSR_MEDELEG, 1 << 21);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 1 << 21);
    CSR_WRITE(UTRAP_CSR_HUDCFG, 3);
    set_window(0, window(DEVICE, 0));
    CSR_WRITE(UTRAP_CSR_UTVEC, (uint64_t)answer + USER_ALIAS);
    struct trap trap = attempt(VS, three_loads, GUEST_VIRTUAL, 0);
    check_equal(trapped_in(&trap), VS, "back in the guest", 0, 0);
    check_equal(trap.epc, (uint64_t)three_loads + 4 * 8, "at its end", 0, 0);
    check_equal(trap.result, ((DEVICE + 8) >> 2) + ((DEVICE + 16) >> 2) + (2ul << 56), "two answers", 0, 0);
    set_window(0, 0);
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    CSR_WRITE(UTRAP_CSR_HUEDELEG, 0);
    CSR_WRITE(UTRAP_CSR_MEDELEG, 0);
    set_guest(false);
}

// HU-28: as whom HLV of U looks at guest memory.
CODE(hlv_w, "hlv.w a0, (a0)")
static void check_guest_memory(void) {
    static uint32_t word __attribute__((aligned(8))) = 0x600d;
    set_guest(true);
    for (unsigned bits = 0; bits < 8; bits++) {
        bool en = bits & 1, upvp = bits & 2, spvp = bits & 4;
        CSR_WRITE(UTRAP_CSR_HUDCFG, en);
        CSR_WRITE(UTRAP_CSR_HUSTATUS, upvp ? UTRAP_HUSTATUS_UPVP_MASK : 0);
        CSR_WRITE(UTRAP_CSR_HSTATUS, UTRAP_HSTATUS_HU_MASK | (spvp ? UTRAP_HSTATUS_SPVP_MASK : 0));
        for (enum mode mode = M; mode <= U; mode++) {
            bool is_supervisor = mode == U && en ? upvp : spvp;
            for (unsigned user_page = 0; user_page < 2; user_page++) {
                struct trap trap = attempt(mode, hlv_w, (uint64_t)&word + (user_page ? GIGAPAGE : 0), 0);
                if (is_supervisor == !user_page)
                    check_equal(trap.result, 0x600d, "HLV", mode << 1 | user_page, bits);
                else
                    check_equal(trap.cause, UTRAP_CAUSE_LOAD_PAGE_FAULT, "HLV", mode << 1 | user_page, bits);
            }
        }
    }
    CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    CSR_WRITE(UTRAP_CSR_HSTATUS, 0);
    set_guest(false);
}

int main(void) {
    traps_begin();
    if (!has_shudeleg) {
        put_text("this hart has no Shudeleg\n");
        traps_end();
    }
    prepare();
    check_reset();
    check_csrs();
    part("CSRs");
    check_windows();
    part("windows");
    check_uret();
    part("URET");
    check_escalation();
    part("escalation");
    check_interrupts();
    part("interrupts");
    check_software_interrupt();
    part("software interrupt");
    check_round_trip();
    part("round trip");
    check_guest_memory();
    part("guest memory");
    traps_end();
}
