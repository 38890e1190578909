// SPDX-License-Identifier: Apache-2.0
// Page table entries, and values of satp, vsatp and hgatp.

#ifndef PAGING_H
#define PAGING_H

#include "platform.h"

#define PTE_V 1ul
#define PTE_R 2ul
#define PTE_W 4ul
#define PTE_X 8ul
#define PTE_U 16ul
#define PTE_G 32ul
#define PTE_A 64ul
#define PTE_D 128ul
#define PTE_ALL (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

#define PAGE 0x1000ul
#define MEGAPAGE 0x200000ul
#define GIGAPAGE 0x40000000ul
#define RAM 0x80000000ul

typedef uint64_t page_table[512] __attribute__((aligned(0x1000)));
typedef uint64_t wide_root[2048] __attribute__((aligned(0x4000))); // of Sv39x4

static inline uint64_t pte(uint64_t physical, uint64_t flags) { return physical >> 12 << 10 | flags; }
static inline uint64_t pointer(const void *table) { return pte((uint64_t)table, PTE_V); }

// satp, vsatp or hgatp with Sv39 or Sv39x4; 0 is Bare.
static inline uint64_t sv39(const void *root) { return 8ul << 60 | (uint64_t)root >> 12; }

static inline void fence(void) {
    __asm__ volatile(".option push\n .option arch, +h\n sfence.vma\n hfence.vvma\n hfence.gvma\n .option pop"
                     :
                     :
                     : "memory");
}

#endif
