// SPDX-License-Identifier: Apache-2.0
// The emulation, written once: what a load reads from a device, what a store does to it.

#include "emulate.h"

#include "layout.h"

struct emulated emulated;

// The UART: registers that a driver sets up, and a transmitter that is always ready, of which it tells a driver that polls.
enum { RBR_THR_DLL, IER_DLM, IIR_FCR, LCR, MCR, LSR, MSR, SCR };
enum { IER_TRANSMITTER = 2, IIR_NONE = 1, IIR_TRANSMITTER = 2, IIR_FIFOS = 0xc0 };
enum { LCR_DLAB = 0x80, LSR_TRANSMITTER_EMPTY = 0x60, MSR_CONNECTED = 0xb0 };

static struct {
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
} uart;

static uint8_t uart_read(unsigned offset) {
    bool is_divisor = uart.lcr & LCR_DLAB;
    if (offset == LSR)
        return LSR_TRANSMITTER_EMPTY;
    if (offset == RBR_THR_DLL)
        return is_divisor ? uart.dll : 0;
    if (offset == IER_DLM)
        return is_divisor ? uart.dlm : uart.ier;
    if (offset == IIR_FCR)
        return (uart.ier & IER_TRANSMITTER ? IIR_TRANSMITTER : IIR_NONE) | (uart.fcr & 1 ? IIR_FIFOS : 0);
    if (offset == LCR)
        return uart.lcr;
    if (offset == MCR)
        return uart.mcr;
    if (offset == MSR)
        return MSR_CONNECTED;
    return uart.scr;
}

static void uart_write(unsigned offset, uint8_t data) {
    bool is_divisor = uart.lcr & LCR_DLAB;
    if (offset == RBR_THR_DLL && !is_divisor) {
        if (emulated.length < sizeof emulated.text)
            emulated.text[emulated.length++] = data;
    } else if (offset == RBR_THR_DLL)
        uart.dll = data;
    else if (offset == IER_DLM && !is_divisor)
        uart.ier = data & 0x0f;
    else if (offset == IER_DLM)
        uart.dlm = data;
    else if (offset == IIR_FCR)
        uart.fcr = data;
    else if (offset == LCR)
        uart.lcr = data;
    else if (offset == MCR)
        uart.mcr = data & 0x1f;
    else if (offset == SCR)
        uart.scr = data;
}

// The RTC: nanoseconds since 1970. Reading the low half holds the high half for the next read.
enum { TIME_LOW = 0, TIME_HIGH = 4, ALARM_STATUS = 0x18 };
enum { NANOSECONDS_PER_TICK = 100 };
#define TURNED_ON 1790000000000000000 // in September 2026

static uint32_t rtc_high;

static uint32_t rtc_read(unsigned offset) {
    if (offset == TIME_LOW) {
        uint64_t ticks;
        __asm__ volatile("rdtime %0" : "=r"(ticks));
        uint64_t now = TURNED_ON + ticks * NANOSECONDS_PER_TICK;
        rtc_high = now >> 32;
        return now;
    }
    return offset == TIME_HIGH ? rtc_high : 0;
}

// PCIe: a host bridge and, as device 1, a network card with one memory BAR of 16 KiB.
enum { FUNCTIONS = 2, HEADER_WORDS = 16 };

static struct {
    uint32_t value, writable;
} header[FUNCTIONS][HEADER_WORDS] = {
    {
        [0] = {0x00081b36, 0},          // device and vendor
        [1] = {0x00000000, 0x00000547}, // status and command
        [2] = {0x06000000, 0},          // host bridge
    },
    {
        [0] = {0x10411af4, 0},
        [1] = {0x00100000, 0x00000547},  // it has capabilities
        [2] = {0x02000001, 0},           // Ethernet
        [4] = {0x00000000, 0xffffc000},  // BAR 0
        [11] = {0x11001af4, 0},          // subsystem
        [13] = {0x00000040, 0},          // the first capability
        [15] = {0x00000100, 0x000000ff}, // interrupt pin A and line
    },
};

static uint32_t pcie_access(uint64_t offset, unsigned size, bool is_write, uint32_t data) {
    uint64_t function = offset >> 12; // bus, device, function
    unsigned word = (offset & 0xfff) >> 2;
    if ((function != 0 && function != 8) || size > 2)
        return -1; // nobody answers
    if (word >= HEADER_WORDS)
        return 0;
    unsigned shift = (offset & 3) * 8;
    uint32_t *value = &header[function >> 3][word].value;
    if (is_write) {
        uint32_t lanes = (0xffffffffu >> (32 - (8 << size))) << shift;
        uint32_t change = header[function >> 3][word].writable & lanes;
        *value = (*value & ~change) | (data << shift & change);
    }
    return *value >> shift;
}

uint64_t emulate(uint64_t gpa, unsigned size, bool is_write, uint64_t data) {
    uint64_t page = gpa >> 12;
    if (page == GPA_UART >> 12) {
        emulated.uart++;
        if (!is_write)
            return uart_read(gpa & 7);
        uart_write(gpa & 7, data);
        return 0;
    }
    if (page == GPA_RTC >> 12) {
        emulated.rtc++;
        return is_write ? 0 : rtc_read(gpa & 0xfff);
    }
    if (page - (GPA_ECAM >> 12) < 1ul << ECAM_PAGES_ORDER) {
        emulated.pcie++;
        return pcie_access(gpa - GPA_ECAM, size, is_write, data);
    }
    return -1; // as a bus does where there is nothing
}
