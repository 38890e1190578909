// SPDX-License-Identifier: Apache-2.0
// The UART as a console, and the end of a program.

#include "platform.h"

extern volatile uint64_t tohost;

void platform_exit(uint64_t code) {
    // The first one that exists ends the simulation: HTIF, then the finisher of QEMU's `virt`.
    tohost = code << 1 | 1;
    write32(FINISHER, code == 0 ? 0x5555 : code << 16 | 0x3333);
    for (;;)
        ;
}

void put_char(char character) {
    while (!(read8(UART + 5) & 0x20))
        ;
    write8(UART, character);
}

void put_text(const char *text) {
    while (*text)
        put_char(*text++);
}

void put_decimal(uint64_t value) {
    if (value >= 10)
        put_decimal(value / 10);
    put_char('0' + value % 10);
}

void put_hexadecimal(uint64_t value) {
    put_text("0x");
    bool has_begun = false;
    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15;
        has_begun |= digit != 0 || shift == 0;
        if (has_begun)
            put_char("0123456789abcdef"[digit]);
    }
}
