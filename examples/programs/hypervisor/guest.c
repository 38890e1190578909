// SPDX-License-Identifier: Apache-2.0
// The guest, in VS: drives its devices as real drivers do and checks what it sees. It does not know on which path.

#include "layout.h"
#include "platform.h"

uint64_t guest_call(uint64_t argument, uint64_t extension);
uint64_t guest_registers(uint64_t address);

enum { V = 1, R = 2, W = 4, X = 8, A = 64, D = 128, ENTRIES = 512 };
#define MODE_SV39 8ul

typedef uint64_t table[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static table root, memory_middle, memory_pages, devices_middle, devices_pages;
extern char guest_text[], guest_data[], guest_end[];

// Where the devices are in the guest's own address space.
enum { UART_PAGE, RTC_PAGE, VIRTIO_PAGE };
#ifndef VIRTIO_PAGES
#define VIRTIO_PAGES 1 // notifications alone
#endif
#define DEVICE(page) (GUEST_DEVICES + (page) * PAGE_SIZE)
#define ECAM_VA (GUEST_DEVICES + 0x200000)     // 2 MiB: two buses
#define FAR_ECAM_VA (GUEST_DEVICES + 0x400000) // the last two

// Runs where translation is still off: every address here is a guest-physical one.
uint64_t guest_tables(void) {
    root[GPA_RAM >> 30] = (uint64_t)GPA_RAM >> 2 | V | R | X | A; // for the instruction after satp's
    root[(GPA_RAM + GUEST_OFFSET) >> 30 & 511] = (uint64_t)memory_middle >> 2 | V;
    memory_middle[0] = (uint64_t)memory_pages >> 2 | V;
    for (char *page = guest_text; page < guest_end; page += PAGE_SIZE)
        memory_pages[(uint64_t)page >> 12 & 511] = (uint64_t)page >> 2 | V | R | A | (page < guest_data ? X : W | D);
    root[GUEST_DEVICES >> 30 & 511] = (uint64_t)devices_middle >> 2 | V;
    devices_middle[0] = (uint64_t)devices_pages >> 2 | V;
    devices_middle[1] = (uint64_t)GPA_ECAM >> 2 | V | R | W | A | D;
    devices_middle[2] = (uint64_t)(GPA_ECAM + 0xfe00000) >> 2 | V | R | W | A | D;
    devices_pages[UART_PAGE] = GPA_UART >> 2 | V | R | W | A | D;
    devices_pages[RTC_PAGE] = GPA_RTC >> 2 | V | R | W | A | D;
    for (unsigned page = 0; page < VIRTIO_PAGES; page++)
        devices_pages[VIRTIO_PAGE + page] = (GPA_VIRTIO + page * PAGE_SIZE) >> 2 | V | R | W | A | D;
    return MODE_SV39 << 60 | (uint64_t)root >> 12;
}

static inline uint16_t read16(uint64_t address) { return *(volatile uint16_t *)address; }
#ifdef UNSIGNED_LOADS
static inline uint32_t read32(uint64_t address) {
    uint64_t value;
    __asm__ volatile("lwu %0, (%1)" : "=r"(value) : "r"(address) : "memory");
    return value;
}
#else
static inline uint32_t read32(uint64_t address) { return *(volatile uint32_t *)address; }
#endif
static inline void write16(uint64_t address, uint16_t value) { *(volatile uint16_t *)address = value; }

static volatile uint64_t ticks;

void guest_interrupt(uint64_t cause) {
    if (cause != (UTRAP_CAUSE_INTERRUPT | UTRAP_IRQ_STI))
        guest_call(26, GUEST_CALL_ROUND);
    ticks++;
    guest_call(-1, GUEST_CALL_TIMER);
}

static const uint64_t uart = DEVICE(UART_PAGE), rtc = DEVICE(RTC_PAGE);

static void print(const char *text) {
    while (*text) {
        while (!(read8(uart + 5) & 0x20))
            ;
        write8(uart, *text++);
    }
}

static bool check_uart(void) {
    write8(uart + 3, 0x83); // to the divisor
    write8(uart + 0, 0x01);
    write8(uart + 1, 0x00);
    bool is_set = read8(uart + 0) == 1;
    write8(uart + 3, 0x03);
    write8(uart + 2, 0x07);
    print("  guest: hello\n");
    return is_set && read8(uart + 3) == 0x03 && read8(uart + 2) == 0xc1 && read8(uart + 6) == 0xb0;
}

static bool check_rtc(void) {
    uint64_t first = 0, before = 0;
    for (int count = 0; count < ROUND_ACCESSES / 2; count++) {
        uint64_t low = read32(rtc);
        uint64_t now = (uint64_t)read32(rtc + 4) << 32 | low;
        if (now < before || now >> 56 != 0x18) // from 2025 to 2027
            return false;
        before = now;
        if (!count)
            first = now;
    }
    return before > first;
}

static bool check_pcie(void) {
    uint64_t card = ECAM_VA + (1 << 15);
    if (read32(ECAM_VA) != 0x00081b36 || read32(ECAM_VA + (2 << 15)) != 0xffffffff) // the bridge; nobody
        return false;
    if (read16(card) != 0x1af4 || read16(card + 2) != 0x1041 || read8(card + 0xb) != 0x02)
        return false;
    for (int count = 0; count < ROUND_ACCESSES / 4; count++) {
        write32(card + 0x10, 0xffffffff);
        if (read32(card + 0x10) != 0xffffc000)
            return false;
        write32(card + 0x10, 0x40000000 + (count << 14));
        if (read32(card + 0x10) != 0x40000000u + (count << 14))
            return false;
    }
    write16(card + 4, 0xffff);
    write8(card + 0x3c, 0x2b);
    write8(card + 0x3d, 0xff); // read-only
    return read32(card + 4) == 0x00100547 && read16(card + 0x3c) == 0x012b &&
           *(volatile int16_t *)(card + 6) == 0x0010 && *(volatile int8_t *)(card + 0x3c) == 0x2b;
}

static bool check_virtio(void) {
    for (int count = 0; count < ROUND_ACCESSES; count++)
        write32(DEVICE(VIRTIO_PAGE) + VIRTIO_NOTIFY, count & 1);
    return true;
}

static uint64_t time(void) {
    uint64_t now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

// The last tick comes while the guest accesses a device: the interrupt must not disturb the emulation.
static bool check_timer(void) {
    ticks = 0;
    CSR_SET(UTRAP_CSR_SIE, 1 << UTRAP_IRQ_STI);
    for (uint64_t tick = 0; tick < ROUND_TICKS; tick++) {
        bool is_last = tick == ROUND_TICKS - 1;
        uint64_t due = time() + 3000;
        guest_call(due, GUEST_CALL_TIMER);
        while (ticks == tick) {
            if (is_last) {
                CSR_SET(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SIE_MASK);
                if (read32(FAR_ECAM_VA) != 0xffffffff)
                    return false;
                CSR_CLEAR(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SIE_MASK);
            } else {
                // Between the question and WFI the interrupt may become pending, but is not taken.
                __asm__ volatile("wfi" : : : "memory");
                CSR_SET(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SIE_MASK);
                CSR_CLEAR(UTRAP_CSR_SSTATUS, UTRAP_SSTATUS_SIE_MASK);
            }
        }
        if (time() < due)
            return false;
    }
    return true;
}

static bool check_registers(void) { return guest_registers(uart + 7) == 0; }

// What else the hypervisor asks for; each returns whether it went well. The bundled one asks for nothing.
#ifdef GUEST_WORKLOADS
#include "workloads.inc"
#else
static bool (*const workloads[])(void) = {0};
#define GUEST_CHECKS
#endif

static uint64_t checked(void) {
    static bool (*const checks[])(void) = {check_uart,   check_rtc,   check_pcie,
                                           check_virtio, check_timer, check_registers GUEST_CHECKS};
    for (unsigned index = 0; index < sizeof checks / sizeof *checks; index++)
        if (!checks[index]())
            return index + 1;
    return 0;
}

void guest_main(void) {
#ifdef GUEST_HIDES_COUNTERS
    CSR_WRITE(UTRAP_CSR_SCOUNTEREN, 0); // from its own users, it means
#endif
    root[GPA_RAM >> 30] = 0;
    __asm__ volatile("sfence.vma" : : : "memory");
    uint64_t failed = checked();
    for (;;) {
        uint64_t next = guest_call(failed, GUEST_CALL_ROUND);
        failed = next ? !workloads[next - 1]() : checked();
    }
}
