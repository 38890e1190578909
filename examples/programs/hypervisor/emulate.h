// SPDX-License-Identifier: Apache-2.0
// The emulated devices: a 16550 UART, a goldfish RTC, a PCIe bus with one device.
//
// emulate.c is compiled twice, for the VMM and for the kernel, each with its own devices behind it. Which one is
// meant says EMULATE_IN, `vmm` or `kernel`.

#ifndef EMULATE_H
#define EMULATE_H

#include <stdbool.h>
#include <stdint.h>

#define EMULATE_JOIN(where, name) where##_##name
#define EMULATE_NAME(where, name) EMULATE_JOIN(where, name)
#define emulate EMULATE_NAME(EMULATE_IN, emulate)
#define emulated EMULATE_NAME(EMULATE_IN, emulated)

// One access of 1 << size bytes. Returns what a load reads, in the low bytes; of a store's data the low bytes matter.
uint64_t emulate(uint64_t gpa, unsigned size, bool is_write, uint64_t data);

#ifndef EMULATED_TEXT
#define EMULATED_TEXT 256
#endif

// What the devices saw; whoever reports it takes it away.
struct emulated {
    uint64_t uart, rtc, pcie;
    unsigned length;
    char text[EMULATED_TEXT]; // written to the UART; what comes when it is full is lost
};
extern struct emulated emulated;

#endif
