// SPDX-License-Identifier: Apache-2.0
// CSRs as programs see them: views of other CSRs, fields that hold only legal values, and who may read which.

#include "paging.h"
#include "traps.h"

// Reads a CSR in a mode: one piece of code for each, for its number is part of the instruction.
#define READER(name) CODE(read_##name, "csrr a0, " #name)
#define WRITER(name) CODE(write_##name, "csrw " #name ", a0")
READER(mstatus)
READER(mhartid)
READER(sstatus)
READER(sie)
READER(sip)
READER(stvec)
READER(sscratch)
READER(satp)
READER(hstatus)
READER(hgatp)
READER(htval)
READER(vsstatus)
READER(vsatp)
READER(cycle)
READER(time)
READER(instret)
WRITER(sscratch)
WRITER(satp)
WRITER(sie)
WRITER(sip)
WRITER(sstatus)
WRITER(stvec)
WRITER(hgatp)
CODE(absent, "csrr a0, 0x123")
CODE(write_cycle, "csrrw a0, cycle, a1")
CODE(set_cycle, "csrrs a0, cycle, a1")
CODE(write_mhartid, "csrrw a0, mhartid, zero")
CODE(set_nothing, "csrrs a0, mhartid, zero")
CODE(do_mret, "mret")
CODE(do_sret, "sret")
CODE(do_sfence, "sfence.vma")
CODE(do_hfence_gvma, "hfence.gvma")
CODE(do_hfence_vvma, "hfence.vvma")

enum verdict { OK, ILLEGAL, VIRTUAL };

static void check_verdict(enum mode mode, code *code, enum verdict verdict, const char *what) {
    static const uint8_t causes[] = {[ILLEGAL] = UTRAP_CAUSE_ILLEGAL_INSTRUCTION,
                                     [VIRTUAL] = UTRAP_CAUSE_VIRTUAL_INSTRUCTION};
    struct trap trap = attempt(mode, code, 0, 0);
    if (verdict == OK) {
        check_equal(trap.epc, (uint64_t)code + 4, what, mode, trap.cause);
        return;
    }
    check_equal(trap.cause, causes[verdict], what, mode, verdict);
    check_equal(trap.epc, (uint64_t)code, what, mode, verdict);
    check_equal(trap.tval, insn_at(code), what, mode, verdict);
}

// One line: what M, HS, U, VS and VU may do. QEMU 7.2 says illegal to VU where the access is a supervisor's
// (vu_s_csr_illegal, vu_refused_illegal): 'v'.
static void check_access(code *code, const char *verdicts, const char *what) {
    for (enum mode mode = M; mode < MODES; mode++) {
        char letter = verdicts[mode - 1];
        enum verdict verdict = letter == '.'                                      ? OK
                               : letter == 'V' || (letter == 'v' && has_shudeleg) ? VIRTUAL
                                                                                  : ILLEGAL;
        check_verdict(mode, code, verdict, what);
    }
}

static void check_privilege(void) {
    check_access(read_mstatus, ".IIII", "mstatus");
    check_access(read_mhartid, ".IIII", "mhartid");
    check_access(write_mhartid, "IIIII", "mhartid is read-only");
    check_access(set_nothing, ".IIII", "setting no bits is no write");
    check_access(absent, "IIIII", "a CSR that does not exist");
    check_access(read_sstatus, "..I.v", "sstatus");
    check_access(write_sscratch, "..I.v", "sscratch");
    check_access(read_satp, "..I.v", "satp");
    check_access(read_hstatus, "..IVV", "hstatus");
    check_access(read_hgatp, "..IVV", "hgatp");
    check_access(read_htval, "..IVV", "htval");
    check_access(read_vsstatus, "..IVV", "vsstatus");
    check_access(read_vsatp, "..IVV", "vsatp");
    check_access(write_cycle, "IIIII", "cycle is read-only");
    if (has_shudeleg) // QEMU 7.2 looks at the value: 0 writes nothing
        check_access(set_cycle, "IIIII", "setting the bits of a register is a write, whatever it holds");
    check_access(do_sfence, "..I.v", "SFENCE.VMA");
    check_access(do_hfence_gvma, "..IVv", "HFENCE.GVMA");
    check_access(do_hfence_vvma, "..IVv", "HFENCE.VVMA");
}

static void check_trapping_bits(void) {
    CSR_SET(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TVM_MASK);
    check_verdict(M, read_satp, OK, "TVM, satp");
    check_verdict(HS, read_satp, ILLEGAL, "TVM, satp");
    check_verdict(HS, do_sfence, ILLEGAL, "TVM, SFENCE.VMA");
    check_verdict(HS, do_hfence_gvma, ILLEGAL, "TVM, HFENCE.GVMA");
    check_verdict(HS, do_hfence_vvma, OK, "TVM, HFENCE.VVMA");
    if (has_shudeleg) { // QEMU 7.2: tvm_hgatp, tsr_tvm_in_vs
        check_verdict(HS, read_hgatp, ILLEGAL, "TVM, hgatp");
        check_verdict(VS, read_satp, OK, "TVM, vsatp");
    }
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TVM_MASK);
    CSR_WRITE(UTRAP_CSR_HSTATUS, UTRAP_HSTATUS_VTVM_MASK);
    check_verdict(HS, read_satp, OK, "VTVM, satp");
    check_verdict(VS, do_sfence, VIRTUAL, "VTVM, SFENCE.VMA");
    if (has_shudeleg) // vtvm_satp
        check_verdict(VS, read_satp, VIRTUAL, "VTVM, vsatp");
    CSR_WRITE(UTRAP_CSR_HSTATUS, UTRAP_HSTATUS_VTSR_MASK);
    check_verdict(VS, do_sret, VIRTUAL, "VTSR, SRET");
    CSR_WRITE(UTRAP_CSR_HSTATUS, 0);
    CSR_SET(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TSR_MASK);
    check_verdict(HS, do_sret, ILLEGAL, "TSR, SRET");
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_TSR_MASK);
    check_verdict(HS, do_mret, ILLEGAL, "MRET");
    check_verdict(U, do_mret, ILLEGAL, "MRET");
    check_verdict(U, do_sret, ILLEGAL, "SRET");
    check_verdict(VS, do_mret, ILLEGAL, "MRET");
    check_verdict(VU, do_mret, ILLEGAL, "MRET");
    check_verdict(VU, do_sret, has_shudeleg ? VIRTUAL : ILLEGAL, "SRET"); // vu_refused_illegal
}

// The counters: M lets HS and the guest read them, HS the guest and U, the guest VU.
static void check_counters(void) {
    static code *const counters[] = {read_cycle, read_time, read_instret};
    for (unsigned counter = 0; counter < 3; counter++)
        for (unsigned bits = 0; bits < 8; bits++) {
            bool machine = bits & 1, hypervisor = bits & 2, supervisor = bits & 4;
            CSR_WRITE(UTRAP_CSR_MCOUNTEREN, machine << counter);
            CSR_WRITE(UTRAP_CSR_HCOUNTEREN, hypervisor << counter);
            CSR_WRITE(UTRAP_CSR_SCOUNTEREN, supervisor << counter);
            enum verdict guest = !machine ? ILLEGAL : hypervisor ? OK : VIRTUAL;
            check_verdict(M, counters[counter], OK, "counter in M");
            check_verdict(HS, counters[counter], machine ? OK : ILLEGAL, "counter in HS");
            check_verdict(U, counters[counter], machine && supervisor ? OK : ILLEGAL, "counter in U");
            check_verdict(VS, counters[counter], guest, "counter in VS");
            check_verdict(VU, counters[counter], guest != OK ? guest : supervisor ? OK : VIRTUAL, "counter in VU");
        }
    CSR_WRITE(UTRAP_CSR_MCOUNTEREN, -1);
    CSR_WRITE(UTRAP_CSR_HCOUNTEREN, -1);
    // The guest's time is the host's and htimedelta.
    CSR_WRITE(UTRAP_CSR_HTIMEDELTA, 1ul << 40);
    uint64_t now = read64(CLINT_MTIME);
    uint64_t guest = attempt(VS, read_time, 0, 0).result;
    uint64_t host = attempt(HS, read_time, 0, 0).result;
    check(guest - now - (1ul << 40) < 1ul << 30, "time in VS", guest, now);
    check(host - now < 1ul << 30, "time in HS", host, now);
    CSR_WRITE(UTRAP_CSR_HTIMEDELTA, 0);
    uint64_t before = CSR_READ(0xb02), after = CSR_READ(0xb02); // minstret
    check(after > before, "minstret counts", before, after);
    before = CSR_READ(0xb00), after = CSR_READ(0xb00); // mcycle
    check(after > before, "mcycle counts", before, after);
}

static void check_views(void) {
    // sstatus shows mstatus' fields of S, and not those of M.
    CSR_WRITE(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPP_MASK | UTRAP_MSTATUS_MPIE_MASK | UTRAP_MSTATUS_SPP_MASK |
                                     UTRAP_MSTATUS_SUM_MASK | UTRAP_MSTATUS_TVM_MASK);
    check_equal(CSR_READ(UTRAP_CSR_SSTATUS), UTRAP_SSTATUS_SPP_MASK | UTRAP_SSTATUS_SUM_MASK | 2ul << 32, "sstatus", 0,
                0);
    CSR_WRITE(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_MXR_MASK | UTRAP_SSTATUS_SPIE_MASK);
    check_equal(CSR_READ(UTRAP_CSR_MSTATUS) & ~(15ul << 32),
                UTRAP_MSTATUS_MPP_MASK | UTRAP_MSTATUS_MPIE_MASK | UTRAP_MSTATUS_TVM_MASK | UTRAP_MSTATUS_MXR_MASK |
                    UTRAP_MSTATUS_SPIE_MASK,
                "mstatus", 0, 0);
    CSR_WRITE(UTRAP_CSR_MSTATUS, 0);

    // sie and sip show what mideleg has; hie and hip the guest's; vsie and vsip what hideleg has, one place lower.
    for (unsigned delegation = 0; delegation < 4; delegation++) {
        uint64_t mideleg = delegation & 1 ? 0x222 : 0x020, hideleg = delegation & 2 ? 0x444 : 0x040;
        CSR_WRITE(UTRAP_CSR_MIDELEG, mideleg);
        CSR_WRITE(UTRAP_CSR_HIDELEG, hideleg);
        CSR_WRITE(UTRAP_CSR_MIE, -1);
        CSR_WRITE(UTRAP_CSR_MIP, 0x222);
        CSR_WRITE(UTRAP_CSR_HVIP, 0x444);
        check_equal(CSR_READ(UTRAP_CSR_SIE), mideleg, "sie", delegation, 0);
        check_equal(CSR_READ(UTRAP_CSR_SIP), mideleg, "sip", delegation, 0);
        check_equal(CSR_READ(UTRAP_CSR_HIE) & 0x444, 0x444, "hie", delegation, 0);
        check_equal(CSR_READ(UTRAP_CSR_HIP), 0x444, "hip", delegation, 0);
        check_equal(CSR_READ(UTRAP_CSR_MIP) & 0x666, 0x666, "mip", delegation, 0);
        check_equal(CSR_READ(UTRAP_CSR_VSIE), hideleg >> 1, "vsie", delegation, 0);
        if (has_shudeleg) // vsip_read
            check_equal(CSR_READ(UTRAP_CSR_VSIP), hideleg >> 1, "vsip", delegation, 0);
        // sip writes SSIP alone, vsip likewise; sie and vsie write their enables, and leave the others.
        CSR_WRITE(UTRAP_CSR_SIP, 0);
        check_equal(CSR_READ(UTRAP_CSR_MIP) & 0x222, delegation & 1 ? 0x220 : 0x222, "mip after sip", delegation, 0);
        CSR_WRITE(UTRAP_CSR_VSIP, 0);
        check_equal(CSR_READ(UTRAP_CSR_HVIP), delegation & 2 ? 0x440 : 0x444, "hvip after vsip", delegation, 0);
        CSR_WRITE(UTRAP_CSR_SIE, 0);
        CSR_WRITE(UTRAP_CSR_VSIE, 0);
        check_equal(CSR_READ(UTRAP_CSR_MIE) & 0x666, 0x666 & ~mideleg & ~hideleg, "mie after sie and vsie", delegation,
                    0);
    }
    CSR_WRITE(UTRAP_CSR_MIP, 0);
    CSR_WRITE(UTRAP_CSR_HVIP, 0);
    CSR_WRITE(UTRAP_CSR_MIE, 0);

    // In VS a supervisor CSR is the guest's own.
    static const struct {
        code *read, *write;
        uint64_t value;
    } guests[] = {{read_sscratch, write_sscratch, 0x1234567890abcdef},
                  {read_satp, write_satp, 8ul << 60 | 5ul << 44 | 0x81234},
                  {read_stvec, write_stvec, 0x80004200},
                  {read_sstatus, write_sstatus, UTRAP_SSTATUS_SPP_MASK | UTRAP_SSTATUS_MXR_MASK | 2ul << 32}};
    static const uint64_t hosts[] = {0x1111, 0, RAM, 2ul << 32};
    CSR_WRITE(UTRAP_CSR_SSCRATCH, hosts[0]);
    CSR_WRITE(UTRAP_CSR_SATP, hosts[1]);
    CSR_WRITE(UTRAP_CSR_STVEC, hosts[2]);
    CSR_WRITE(UTRAP_CSR_SSTATUS, 0);
    for (unsigned index = 0; index < sizeof guests / sizeof *guests; index++) {
        attempt(VS, guests[index].write, guests[index].value, 0);
        uint64_t vsatp = CSR_SWAP(UTRAP_CSR_VSATP, 0); // the next code is not mapped
        if (guests[index].read == read_satp)
            check_equal(vsatp, guests[index].value, "vsatp", index, 0);
        else
            check_equal(attempt(VS, guests[index].read, 0, 0).result, guests[index].value, "the guest's", index, 0);
    }
    check_equal(CSR_READ(UTRAP_CSR_VSSCRATCH), guests[0].value, "vsscratch", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_VSTVEC), guests[2].value, "vstvec", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_VSSTATUS), guests[3].value, "vsstatus", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_SSCRATCH), hosts[0], "sscratch", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_SATP), hosts[1], "satp", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_STVEC), hosts[2], "stvec", 0, 0);
    check_equal(CSR_READ(UTRAP_CSR_SSTATUS), hosts[3], "sstatus", 0, 0);
    CSR_WRITE(UTRAP_CSR_VSSTATUS, 0);
}

// Fields that hold only legal values. On QEMU only what it decides as the hart does.
static void check_legal_values(void) {
    CSR_WRITE(UTRAP_CSR_HEDELEG, -1);
    check_equal(CSR_READ(UTRAP_CSR_HEDELEG) & ~0x4c0000ul, 0xb1ff, "hedeleg", 0, 0);
    CSR_WRITE(UTRAP_CSR_HEDELEG, 0);
    CSR_WRITE(UTRAP_CSR_MIDELEG, 0);
    check_equal(CSR_READ(UTRAP_CSR_MIDELEG), 0x1444, "mideleg", 0, 0);
    CSR_WRITE(UTRAP_CSR_SATP, 8ul << 60 | 7);
    CSR_WRITE(UTRAP_CSR_SATP, 3ul << 60 | 9); // no such mode: nothing is written
    check_equal(CSR_READ(UTRAP_CSR_SATP), 8ul << 60 | 7, "satp", 0, 0);
    CSR_WRITE(UTRAP_CSR_SATP, 0);
    if (has_shudeleg) {
        CSR_WRITE(UTRAP_CSR_MEPC, -1);
        check_equal(CSR_READ(UTRAP_CSR_MEPC), ~3ul, "mepc", 0, 0);
        CSR_WRITE(UTRAP_CSR_SEPC, -1);
        check_equal(CSR_READ(UTRAP_CSR_SEPC), ~3ul, "sepc", 0, 0);
        CSR_WRITE(UTRAP_CSR_HGATP, 8ul << 60 | 0x8000f);
        check_equal(CSR_READ(UTRAP_CSR_HGATP), 8ul << 60 | 0x8000c, "hgatp", 0, 0);
        CSR_WRITE(UTRAP_CSR_HGATP, 0);
        CSR_WRITE(UTRAP_CSR_MTVEC, 0x80001236);
        check_equal(CSR_READ(UTRAP_CSR_MTVEC), 0x80001234, "mtvec MODE 2", 0, 0);
        CSR_WRITE(UTRAP_CSR_MTVEC, 0x80001237);
        check_equal(CSR_READ(UTRAP_CSR_MTVEC), 0x80001201, "mtvec MODE 3, 256-byte alignment", 0, 0);
        CSR_WRITE(UTRAP_CSR_MSTATUS, 2ul << UTRAP_MSTATUS_MPP_SHIFT);
        check_equal(CSR_READ(UTRAP_CSR_MSTATUS), 10ul << 32, "mstatus.MPP 2", 0, 0);
        CSR_WRITE(UTRAP_CSR_MSTATUS, 0);
        CSR_WRITE(UTRAP_CSR_MEDELEG, -1);
        check_equal(CSR_READ(UTRAP_CSR_MEDELEG), 0xfcb7ff, "medeleg", 0, 0);
        CSR_WRITE(UTRAP_CSR_MEDELEG, 0);
        CSR_WRITE(UTRAP_CSR_HTVAL, -1);
        check_equal(CSR_READ(UTRAP_CSR_HTVAL), (1ul << 39) - 1, "htval", 0, 0);
        CSR_WRITE(UTRAP_CSR_HTINST, -1);
        check_equal(CSR_READ(UTRAP_CSR_HTINST), 0xffffffff, "htinst", 0, 0);
        CSR_WRITE(UTRAP_CSR_SATP, 9ul << 60 | 9); // Sv48 is not offered
        check_equal(CSR_READ(UTRAP_CSR_SATP), 0, "satp", 0, 0);
    }
    set_vectored(false);
}

int main(void) {
    traps_begin();
    check_privilege();
    part("privilege");
    check_trapping_bits();
    part("TVM, TSR, VTVM, VTSR");
    check_counters();
    part("counters");
    check_views();
    set_vectored(false);
    part("views");
    check_legal_values();
    part("legal values");
    traps_end();
}
