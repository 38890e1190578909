// SPDX-License-Identifier: Apache-2.0
// What every program finds on the platform: the UART, the CLINT, the end. The addresses are those of QEMU's `virt`.

#ifndef PLATFORM_H
#define PLATFORM_H

#include "utrap_csr.h"

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FINISHER = 0x00100000,
    CLINT = 0x02000000,
    CLINT_MTIMECMP = CLINT + 0x4000,
    CLINT_MTIME = CLINT + 0xbff8,
    UART = 0x10000000,
};

// The numbers of CSRs are constants of the instruction: these are macros. N and Shudeleg's have no names in the
// assembler, so that all are numbers from utrap_csr.h.
#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)
#define CSR_READ(number) \
    ({ \
        uint64_t csr_value; \
        __asm__ volatile("csrr %0, " STRING(number) : "=r"(csr_value) : : "memory"); \
        csr_value; \
    })
#define CSR_WRITE(number, value) __asm__ volatile("csrw " STRING(number) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define CSR_SET(number, value) __asm__ volatile("csrs " STRING(number) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define CSR_CLEAR(number, value) __asm__ volatile("csrc " STRING(number) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define CSR_SWAP(number, value) \
    ({ \
        uint64_t csr_value; \
        __asm__ volatile("csrrw %0, " STRING(number) ", %1" : "=r"(csr_value) : "rK"((uint64_t)(value)) : "memory"); \
        csr_value; \
    })

static inline void write8(uint64_t address, uint8_t value) { *(volatile uint8_t *)address = value; }
static inline void write32(uint64_t address, uint32_t value) { *(volatile uint32_t *)address = value; }
static inline void write64(uint64_t address, uint64_t value) { *(volatile uint64_t *)address = value; }
static inline uint8_t read8(uint64_t address) { return *(volatile uint8_t *)address; }
static inline uint64_t read64(uint64_t address) { return *(volatile uint64_t *)address; }

// Ends the program everywhere: 0 is success. Callable in M and, where the page is mapped, in HS.
__attribute__((noreturn)) void platform_exit(uint64_t code);

void put_char(char character);
void put_text(const char *text);
void put_decimal(uint64_t value);
void put_hexadecimal(uint64_t value);

#endif
#endif
