// SPDX-License-Identifier: Apache-2.0
// The firmware: delegates what HS handles, keeps the timer for it, and answers the calls of SBI 1.0 that Linux makes on one
// hart without Sstc.

#include "layout.h"
#include "platform.h"

// SBI: extensions by number in a7, their functions in a6.
enum {
    SBI_SET_TIMER = 0x00, // the legacy ones, which have no functions and give one value
    SBI_PUTCHAR = 0x01,
    SBI_GETCHAR = 0x02,
    SBI_BASE = 0x10,
    SBI_TIME = 0x54494d45,
    SBI_IPI = 0x735049,
    SBI_RFENCE = 0x52464e43,
    SBI_RESET = 0x53525354,
};
enum { SBI_SUCCESS = 0, SBI_NOT_SUPPORTED = -2, SBI_INVALID_PARAM = -3 };
enum { BASE_SPECIFICATION, BASE_IMPLEMENTATION, BASE_VERSION, BASE_PROBE, BASE_VENDOR, BASE_ARCHITECTURE, BASE_MACHINE };
enum { SBI_1_0 = 0x01000000 };
enum { FENCE_I, SFENCE_VMA, SFENCE_VMA_ASID, HFENCE_GVMA_VMID, HFENCE_GVMA, HFENCE_VVMA_ASID, HFENCE_VVMA };
enum { RESET_SHUTDOWN, RESET_COLD_REBOOT, RESET_WARM_REBOOT };
enum { LSR_RECEIVED = 1 };

#define BIT(number) (1ul << (number))

struct result {
    int64_t error;
    uint64_t value;
};

static void set_timer(uint64_t time) {
    write64(CLINT_MTIMECMP, time);
    CSR_CLEAR(UTRAP_CSR_MIP, UTRAP_MIP_STIP_MASK);
    CSR_SET(UTRAP_CSR_MIE, BIT(UTRAP_IRQ_MTI));
}

static bool is_offered(uint64_t extension) {
    switch (extension) {
    case SBI_SET_TIMER:
    case SBI_PUTCHAR:
    case SBI_GETCHAR:
    case SBI_BASE:
    case SBI_TIME:
    case SBI_IPI:
    case SBI_RFENCE:
    case SBI_RESET:
        return true;
    }
    return false;
}

static struct result base(uint64_t function, uint64_t argument) {
    switch (function) {
    case BASE_SPECIFICATION:
        return (struct result){SBI_SUCCESS, SBI_1_0};
    case BASE_IMPLEMENTATION:
        return (struct result){SBI_SUCCESS, -1ul}; // a number that nobody else has
    case BASE_VERSION:
        return (struct result){SBI_SUCCESS, 1};
    case BASE_PROBE:
        return (struct result){SBI_SUCCESS, is_offered(argument)};
    case BASE_VENDOR:
        return (struct result){SBI_SUCCESS, CSR_READ(UTRAP_CSR_MVENDORID)};
    case BASE_ARCHITECTURE:
        return (struct result){SBI_SUCCESS, CSR_READ(UTRAP_CSR_MARCHID)};
    case BASE_MACHINE:
        return (struct result){SBI_SUCCESS, CSR_READ(UTRAP_CSR_MIMPID)};
    }
    return (struct result){SBI_NOT_SUPPORTED, 0};
}

// The only hart is the one that asks: the fence is executed here, for every address.
static struct result remote_fence(uint64_t function) {
    if (function > HFENCE_VVMA)
        return (struct result){SBI_NOT_SUPPORTED, 0};
    if (function == FENCE_I)
        __asm__ volatile("fence.i" : : : "memory");
    else if (function <= SFENCE_VMA_ASID)
        __asm__ volatile("sfence.vma" : : : "memory");
    else if (function <= HFENCE_GVMA)
        __asm__ volatile(".option push\n .option arch, +h\n hfence.gvma\n .option pop" : : : "memory");
    else
        __asm__ volatile(".option push\n .option arch, +h\n hfence.vvma\n .option pop" : : : "memory");
    return (struct result){SBI_SUCCESS, 0};
}

static struct result system_reset(uint64_t function, uint64_t type, uint64_t reason) {
    if (function != 0)
        return (struct result){SBI_NOT_SUPPORTED, 0};
    if (type > RESET_WARM_REBOOT)
        return (struct result){SBI_INVALID_PARAM, 0};
    platform_exit(type == RESET_SHUTDOWN && reason == 0 ? 0 : 1);
}

static struct result call(struct frame *frame) {
    uint64_t extension = frame->a[7], function = frame->a[6];
    switch (extension) {
    case SBI_BASE:
        return base(function, frame->a[0]);
    case SBI_TIME:
        if (function != 0)
            break;
        set_timer(frame->a[0]);
        return (struct result){SBI_SUCCESS, 0};
    case SBI_IPI:
        if (function != 0)
            break;
        CSR_SET(UTRAP_CSR_MIP, UTRAP_MIP_SSIP_MASK);
        return (struct result){SBI_SUCCESS, 0};
    case SBI_RFENCE:
        return remote_fence(function);
    case SBI_RESET:
        return system_reset(function, frame->a[0], frame->a[1]);
    }
    return (struct result){SBI_NOT_SUPPORTED, 0};
}

// The legacy calls leave a1 as it was.
static bool legacy_call(struct frame *frame) {
    switch (frame->a[7]) {
    case SBI_SET_TIMER:
        set_timer(frame->a[0]);
        frame->a[0] = 0;
        return true;
    case SBI_PUTCHAR:
        put_char(frame->a[0]);
        frame->a[0] = 0;
        return true;
    case SBI_GETCHAR:
        frame->a[0] = read8(UART + 5) & LSR_RECEIVED ? read8(UART) : -1ul;
        return true;
    }
    return false;
}

__attribute__((noreturn)) static void panic(uint64_t cause) {
    put_text("\nfirmware: trap ");
    put_hexadecimal(cause);
    put_text(" at ");
    put_hexadecimal(CSR_READ(UTRAP_CSR_MEPC));
    put_text(", mtval ");
    put_hexadecimal(CSR_READ(UTRAP_CSR_MTVAL));
    put_text(", mstatus ");
    put_hexadecimal(CSR_READ(UTRAP_CSR_MSTATUS));
    put_text("\n");
    platform_exit(2);
}

void firmware_trap(struct frame *frame) {
    uint64_t cause = CSR_READ(UTRAP_CSR_MCAUSE);
    if (cause == (UTRAP_CAUSE_INTERRUPT | UTRAP_IRQ_MTI)) {
        // HS has it until it asks for the next one.
        CSR_CLEAR(UTRAP_CSR_MIE, BIT(UTRAP_IRQ_MTI));
        CSR_SET(UTRAP_CSR_MIP, UTRAP_MIP_STIP_MASK);
        return;
    }
    if (cause != UTRAP_CAUSE_ECALL_FROM_S)
        panic(cause);
    CSR_WRITE(UTRAP_CSR_MEPC, CSR_READ(UTRAP_CSR_MEPC) + 4);
    if (legacy_call(frame))
        return;
    struct result result = call(frame);
    frame->a[0] = result.error;
    frame->a[1] = result.value;
}

// All but the calls to SBI is HS's. Illegal instructions and misaligned accesses, too: there is nothing to emulate, as
// the hart has `time`, and the kernel makes no misaligned access.
void firmware_main(void) {
    CSR_WRITE(UTRAP_CSR_MEDELEG,
              BIT(UTRAP_CAUSE_INSTRUCTION_ADDRESS_MISALIGNED) | BIT(UTRAP_CAUSE_INSTRUCTION_ACCESS_FAULT) |
                  BIT(UTRAP_CAUSE_ILLEGAL_INSTRUCTION) | BIT(UTRAP_CAUSE_BREAKPOINT) |
                  BIT(UTRAP_CAUSE_LOAD_ADDRESS_MISALIGNED) | BIT(UTRAP_CAUSE_LOAD_ACCESS_FAULT) |
                  BIT(UTRAP_CAUSE_STORE_ADDRESS_MISALIGNED) | BIT(UTRAP_CAUSE_STORE_ACCESS_FAULT) |
                  BIT(UTRAP_CAUSE_ECALL_FROM_U) | BIT(UTRAP_CAUSE_ECALL_FROM_VS) |
                  BIT(UTRAP_CAUSE_INSTRUCTION_PAGE_FAULT) | BIT(UTRAP_CAUSE_LOAD_PAGE_FAULT) |
                  BIT(UTRAP_CAUSE_STORE_PAGE_FAULT) | BIT(UTRAP_CAUSE_INSTRUCTION_GUEST_PAGE_FAULT) |
                  BIT(UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT) | BIT(UTRAP_CAUSE_VIRTUAL_INSTRUCTION) |
                  BIT(UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT));
    CSR_WRITE(UTRAP_CSR_MIDELEG, BIT(UTRAP_IRQ_SSI) | BIT(UTRAP_IRQ_STI) | BIT(UTRAP_IRQ_SEI));
    CSR_WRITE(UTRAP_CSR_MCOUNTEREN, -1);
    CSR_WRITE(UTRAP_CSR_SCOUNTEREN, -1);
    write64(CLINT_MTIMECMP, -1ul);
    CSR_CLEAR(UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MPP_MASK | UTRAP_MSTATUS_MPV_MASK);
    CSR_SET(UTRAP_CSR_MSTATUS, 1 << UTRAP_MSTATUS_MPP_SHIFT);
}
