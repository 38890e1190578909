// SPDX-License-Identifier: Apache-2.0
// The HS kernel: address spaces, the VMM's system calls, the guest's exits.

#define EMULATE_IN kernel
#include "emulate.h"
#include "layout.h"
#include "platform.h"

extern struct vcpu vcpu;
extern char kernel_text[], kernel_data[], vmm_text[], vmm_text_end[], vmm_data[], vmm_data_end[], guest_image[];
void from_guest(void);
void from_guest_in_kernel(void);

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128, ENTRIES = 512, TABLES = 8 };
enum { READ = V | R | A, WRITE = V | R | W | A | D, EXECUTE = V | R | X | A };
#define MODE_SV39 8ul
#define RDTIME 0xc0102073 // with x0

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static unsigned tables_used;
static uint64_t user_root[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t guest_root[4 * ENTRIES] __attribute__((aligned(4 * PAGE_SIZE)));
static char stack_page[2][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static union {
    struct run run;
    char page[PAGE_SIZE];
} shared __attribute__((aligned(PAGE_SIZE)));

static bool has_shudeleg;
struct counts counts;

// Says what happened where nothing should, and ends. M calls it too.
void kernel_panic(uint64_t cause, uint64_t pc, uint64_t value) {
    put_text("panic: cause ");
    put_hexadecimal(cause);
    put_text(", pc ");
    put_hexadecimal(pc);
    put_text(", value ");
    put_hexadecimal(value);
    put_text("\n");
    platform_exit(1);
}

// Maps one page of 4 KiB << 9 * level. A root of Sv39x4 has 2 bits more; nothing here is that high.
static void map(uint64_t *table, uint64_t address, uint64_t physical, unsigned level, uint64_t flags) {
    for (unsigned at = 2; at > level; at--) {
        uint64_t *entry = &table[address >> (12 + 9 * at) & 511];
        if (!*entry)
            *entry = (uint64_t)tables[tables_used++] >> 2 | V;
        table = (uint64_t *)(*entry >> 10 << 12);
    }
    table[address >> (12 + 9 * level) & 511] = physical >> 2 | flags;
}

// The host's address space: the kernel where its physical addresses are, in two pages of 2 MiB, and the VMM.
static void make_host_tables(void) {
    map(user_root, (uint64_t)kernel_text, (uint64_t)kernel_text, 1, EXECUTE | G);
    map(user_root, (uint64_t)kernel_data, (uint64_t)kernel_data, 1, WRITE | G);
    map(user_root, UART, UART, 0, WRITE | G);
    map(user_root, FINISHER, FINISHER, 0, WRITE | G);
    for (char *page = vmm_text; page < vmm_text_end; page += PAGE_SIZE)
        map(user_root, VMM_TEXT + (page - vmm_text), (uint64_t)page, 0, EXECUTE | U);
    for (char *page = vmm_data; page < vmm_data_end; page += PAGE_SIZE)
        map(user_root, VMM_DATA + (page - vmm_data), (uint64_t)page, 0, WRITE | U);
    map(user_root, VMM_RUN, (uint64_t)&shared, 0, WRITE | U);
    map(user_root, VMM_STACK, (uint64_t)stack_page[0], 0, WRITE | U);
    map(user_root, VMM_TRAP_STACK, (uint64_t)stack_page[1], 0, WRITE | U);
}

void kernel_main(uint64_t shudeleg) {
    has_shudeleg = shudeleg;
    make_host_tables();
    CSR_WRITE(UTRAP_CSR_SATP, MODE_SV39 << 60 | (uint64_t)user_root >> 12);
    __asm__ volatile("sfence.vma" : : : "memory");
    CSR_WRITE(UTRAP_CSR_SCOUNTEREN, 7); // the VMM reads the time

    // The guest: its memory, nothing else, so that every device faults.
    map(guest_root, GPA_RAM, (uint64_t)guest_image, 1, WRITE | X | U);
    CSR_WRITE(UTRAP_CSR_HGATP, MODE_SV39 << 60 | (uint64_t)guest_root >> 12);
    __asm__ volatile(".option push\n .option arch, +h\n hfence.gvma\n .option pop" : : : "memory");
    CSR_WRITE(UTRAP_CSR_VSATP, 0);
    CSR_WRITE(UTRAP_CSR_VSSTATUS, 0);
    CSR_WRITE(UTRAP_CSR_HVIP, 0);
    CSR_WRITE(UTRAP_CSR_HCOUNTEREN, 7);
    CSR_WRITE(UTRAP_CSR_HTIMEDELTA, 0);
    CSR_WRITE(UTRAP_CSR_HIDELEG, 1 << UTRAP_IRQ_VSSI | 1 << UTRAP_IRQ_VSTI | 1 << UTRAP_IRQ_VSEI);
    CSR_WRITE(UTRAP_CSR_HEDELEG, 1 << UTRAP_CAUSE_INSTRUCTION_ADDRESS_MISALIGNED | 1 << UTRAP_CAUSE_BREAKPOINT |
                                     1 << UTRAP_CAUSE_ECALL_FROM_U | 1 << UTRAP_CAUSE_INSTRUCTION_PAGE_FAULT |
                                     1 << UTRAP_CAUSE_LOAD_PAGE_FAULT | 1 << UTRAP_CAUSE_STORE_PAGE_FAULT);

    // HS is interrupted only while it runs the VMM or the guest.
    CSR_WRITE(UTRAP_CSR_SIE, 1 << UTRAP_IRQ_STI);
    vcpu.guest_sepc = GPA_RAM;
    vcpu.guest_sstatus = UTRAP_SSTATUS_SPP_MASK | UTRAP_SSTATUS_SPIE_MASK;
    vcpu.guest_hstatus = UTRAP_HSTATUS_SPV_MASK | UTRAP_HSTATUS_SPVP_MASK | UTRAP_HSTATUS_HU_MASK;
    vcpu.guest_scounteren = 7;
    vcpu.exit_vector = (uint64_t)from_guest;
    vcpu.user_pc = VMM_TEXT;
    vcpu.user[1] = VMM_STACK + PAGE_SIZE;
    CSR_WRITE(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SPIE_MASK);
    CSR_WRITE(UTRAP_CSR_HSTATUS, 0);
}

static uint64_t window(uint64_t gpa, unsigned order) {
    return gpa >> 12 << UTRAP_HUGPAW0_GPPN_SHIFT | order << UTRAP_HUGPAW0_ORDER_SHIFT | UTRAP_HUGPAW0_E_MASK;
}

static int64_t set_path(uint64_t path) {
    if (path >= PATHS || (path == PATH_TO_USER && !has_shudeleg))
        return -1;
    vcpu.exit_vector = (uint64_t)(path == PATH_IN_KERNEL ? from_guest_in_kernel : from_guest);
    if (path == PATH_TO_USER) {
        // The guest's loads and stores, where they miss its memory, in the windows of the VMM's devices. VirtIO has
        // none: its notifications stay the kernel's.
        CSR_WRITE(UTRAP_CSR_HUGPAW0, window(GPA_UART, 0));
        CSR_WRITE(UTRAP_CSR_HUGPAW1, window(GPA_RTC, 0));
        CSR_WRITE(UTRAP_CSR_HUGPAW2, window(GPA_ECAM, ECAM_PAGES_ORDER));
        CSR_WRITE(UTRAP_CSR_HUEDELEG, 1 << UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT | 1 << UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT);
        CSR_WRITE(UTRAP_CSR_HUDCFG, UTRAP_HUDCFG_EN_MASK | UTRAP_HUDCFG_WEN_MASK);
    } else if (has_shudeleg)
        CSR_WRITE(UTRAP_CSR_HUDCFG, 0);
    return 0;
}

// The VMM's pages are the user's: S-mode reads and writes them only under SUM.
static void write_text(uint64_t text, uint64_t length) {
    CSR_SET(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SUM_MASK);
    for (uint64_t index = 0; index < length; index++)
        put_char(*(volatile char *)(text + index));
    CSR_CLEAR(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SUM_MASK);
}

static void report(struct counts *to) {
    counts.uart = emulated.uart;
    counts.rtc = emulated.rtc;
    counts.pcie = emulated.pcie;
    for (unsigned index = 0; index < emulated.length; index++)
        put_char(emulated.text[index]);
    CSR_SET(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SUM_MASK);
    *to = counts;
    CSR_CLEAR(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SUM_MASK);
    counts = (struct counts){0};
    emulated = (struct emulated){0};
}

int64_t system_call(uint64_t first, uint64_t second, uint64_t number) {
    switch (number) {
    case CALL_PATH:
        return set_path(first);
    case CALL_WRITE:
        write_text(first, second);
        return 0;
    case CALL_REPORT:
        report((struct counts *)first);
        return 0;
    case CALL_EXIT:
        platform_exit(first);
    }
    return -1;
}

// The VMM calls CALL_RUN again: the load that it has emulated gets its value, and the guest goes on behind it.
void complete_access(struct vcpu *cpu) {
    uint64_t insn = cpu->pending;
    if (!insn)
        return;
    cpu->pending = 0;
    if (!shared.run.is_write && insn_rd(insn)) {
        unsigned shift = 64 - (8 << insn_size(insn));
        uint64_t data = shared.run.data << shift;
        cpu->gpr[insn_rd(insn)] = insn_is_unsigned(insn) ? data >> shift : (uint64_t)((int64_t)data >> shift);
    }
    cpu->guest_sepc += insn_length(insn);
}

// Where the trap has not written the instruction it is read from the guest, with the guest's permissions.
static uint64_t fetch(struct vcpu *cpu) {
    uint64_t low, high;
    uint64_t host_hstatus = CSR_SWAP(UTRAP_CSR_HSTATUS, cpu->guest_hstatus);
    __asm__ volatile(".option push\n .option arch, +h\n hlvx.hu %0, (%2)\n hlvx.hu %1, (%3)\n .option pop"
                     : "=&r"(low), "=r"(high)
                     : "r"(cpu->guest_sepc), "r"(cpu->guest_sepc + 2));
    CSR_WRITE(UTRAP_CSR_HSTATUS, host_hstatus);
    return high << 16 | low;
}

// Path (a), and what has no window in path (c).
static int64_t guest_access(struct vcpu *cpu, bool is_write) {
    uint64_t gpa = CSR_READ(UTRAP_CSR_HTVAL) << 2 | (CSR_READ(UTRAP_CSR_STVAL) & 3);
    uint64_t insn = CSR_READ(UTRAP_CSR_HTINST);
    if (!insn)
        insn = fetch(cpu);
    if (!(insn & 1) || gpa - GPA_RAM < GUEST_RAM_SIZE)
        kernel_panic(CSR_READ(UTRAP_CSR_SCAUSE), cpu->guest_sepc, gpa); // its page tables, or its memory
    if (is_write && is_notification(gpa)) {
        counts.notifications++;
        cpu->guest_sepc += insn_length(insn);
        return 0;
    }
    shared.run.reason = EXIT_MMIO;
    shared.run.gpa = gpa;
    shared.run.size = insn_size(insn);
    shared.run.is_write = is_write;
    if (is_write) {
        unsigned shift = 64 - (8 << insn_size(insn));
        shared.run.data = insn_rs2(insn) ? cpu->gpr[insn_rs2(insn)] << shift >> shift : 0;
    }
    cpu->pending = insn;
    counts.exits++;
    return EXIT_MMIO;
}

static int64_t guest_call(struct vcpu *cpu) {
    cpu->guest_sepc += 4;
    switch (cpu->gpr[17]) {
    case GUEST_CALL_TIMER: {
        register uint64_t a0 __asm__("a0") = cpu->gpr[10];
        register uint64_t a7 __asm__("a7") = MACHINE_CALL_TIMER;
        CSR_CLEAR(UTRAP_CSR_HVIP, UTRAP_HVIP_VSTIP_MASK);
        __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
        CSR_SET(UTRAP_CSR_SIE, 1 << UTRAP_IRQ_STI);
        cpu->gpr[10] = 0;
        return 0;
    }
    case GUEST_CALL_ROUND:
        shared.run.reason = EXIT_ROUND;
        shared.run.status = cpu->gpr[10];
        cpu->gpr[10] = 0; // the same once more
        return EXIT_ROUND;
    }
    cpu->gpr[10] = -2; // SBI's "not supported"
    return 0;
}

// The guest's timer, wherever HS was interrupted: it is injected, and HS waits for the guest's next call.
void host_interrupt(void) {
    uint64_t cause = CSR_READ(UTRAP_CSR_SCAUSE);
    if (cause != (UTRAP_CAUSE_INTERRUPT | UTRAP_IRQ_STI))
        kernel_panic(cause, CSR_READ(UTRAP_CSR_SEPC), 0);
    CSR_CLEAR(UTRAP_CSR_SIE, 1 << UTRAP_IRQ_STI);
    CSR_SET(UTRAP_CSR_HVIP, UTRAP_HVIP_VSTIP_MASK);
    counts.ticks++;
}

// The guest's scounteren has no copy of VS's, so it holds for the VMM's trap handler, too. Where the guest keeps the time
// from its users, HS reads it for the handler.
static bool read_time(struct vcpu *cpu) {
    uint64_t insn = CSR_READ(UTRAP_CSR_STVAL);
    if ((insn & ~(31ul << 7)) != RDTIME)
        return false;
    uint64_t now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    cpu->gpr[insn_rd(insn)] = now;
    cpu->guest_sepc += 4;
    return true;
}

// Returns what the VMM is to do, 0 to resume the guest.
int64_t guest_exit(struct vcpu *cpu) {
    uint64_t cause = CSR_READ(UTRAP_CSR_SCAUSE);
    bool was_guest = cpu->guest_hstatus & UTRAP_HSTATUS_SPV_MASK;
    if (cause == UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT || cause == UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT)
        return guest_access(cpu, cause == UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT);
    if (cause & UTRAP_CAUSE_INTERRUPT) {
        host_interrupt();
        return 0;
    }
    if (cause == UTRAP_CAUSE_ECALL_FROM_VS && was_guest)
        return guest_call(cpu);
    if (cause == UTRAP_CAUSE_ILLEGAL_INSTRUCTION && !was_guest && read_time(cpu))
        return 0;
    kernel_panic(cause, cpu->guest_sepc, CSR_READ(UTRAP_CSR_STVAL));
    return 0;
}
