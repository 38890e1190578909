// SPDX-License-Identifier: Apache-2.0
// What kernel, VMM and guest have agreed upon: addresses, calls, the page that kernel and VMM share.

#ifndef LAYOUT_H
#define LAYOUT_H

#include "utrap_csr.h"

// Guest-physical addresses, those of QEMU's `virt`.
#define GPA_RTC 0x00101000
#define GPA_UART 0x10000000
#define GPA_VIRTIO 0x10008000
#define GPA_ECAM 0x30000000
#define GPA_RAM 0x80000000
#define VIRTIO_NOTIFY 0x50
#define ECAM_PAGES_ORDER 16 // 256 buses of 1 MiB
#define GUEST_RAM_SIZE 0x200000

// The VMM's own pages. The linker script has the first two again.
#define VMM_TEXT 0x00400000
#define VMM_DATA 0x00410000
#define VMM_RUN 0x00420000
#define VMM_STACK 0x00430000      // one page, the stack of its main program
#define VMM_TRAP_STACK 0x00440000 // one page, the stack of its trap handler
#define PAGE_SIZE 0x1000

// The guest runs at GPA + GUEST_OFFSET once its page tables are on.
#define GUEST_OFFSET 0xffffffff00000000
#define GUEST_DEVICES 0xffffffffc0000000

// System calls: number in a7, arguments in a0 and a1, result in a0. Caller-saved registers are lost.
#define CALL_RUN 0    // runs the guest until it needs the VMM: an EXIT_... (KVM_RUN)
#define CALL_PATH 1   // a0: how its MMIO is to be handled from now on; -1 where the platform cannot
#define CALL_WRITE 2  // a0: text, a1: its length
#define CALL_REPORT 3 // a0: what `struct counts` to fill with what the kernel did since the last call
#define CALL_EXIT 4   // a0: the program's status

#define PATH_KERNEL_AND_BACK 0
#define PATH_IN_KERNEL 1
#define PATH_TO_USER 2
#define PATHS 3

#define EXIT_MMIO 1
#define EXIT_ROUND 2

// The guest's calls to HS: extension in a7. The timer is SBI's legacy extension 0.
#define GUEST_CALL_TIMER 0
#define GUEST_CALL_ROUND 0x08000000 // a0: 0, or what failed. An experimental extension: KVM gives these to the VMM

// HS's call to M: extension 0 as well.
#define MACHINE_CALL_TIMER 0

// How often the guest does what is measured, in each round.
#define ROUND_ACCESSES 18
#define ROUND_TICKS 3

// struct vcpu, for the assembler. The registers come first: the trap handlers find them at their stack pointer.
#define VCPU_GPR(number) (8 * (number)) // that of x0 holds the trapping instruction
#define VCPU_GUEST_SSTATUS 256
#define VCPU_GUEST_HSTATUS 264
#define VCPU_GUEST_SCOUNTEREN 272
#define VCPU_GUEST_SEPC 280
#define VCPU_HOST_SSTATUS 288
#define VCPU_HOST_HSTATUS 296
#define VCPU_HOST_SCOUNTEREN 304
#define VCPU_HOST_STVEC 312
#define VCPU_USER(number) (320 + 8 * (number)) // ra, sp, gp, tp, s0-s11
#define VCPU_USER_PC 448
#define VCPU_USER_T0 456
#define VCPU_EXIT_VECTOR 464
#define VCPU_SIZE 480

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

// The page that the kernel fills before it returns from CALL_RUN, as struct kvm_run.
struct run {
    uint64_t reason;
    uint64_t gpa;
    uint64_t data; // what the guest stores, or what the VMM answers
    uint32_t size; // log2 of bytes
    uint32_t is_write;
    uint64_t status; // of the round
};

struct counts {
    uint64_t uart, rtc, pcie; // emulated in the kernel
    uint64_t exits;           // MMIO exits to the VMM
    uint64_t notifications;
    uint64_t ticks;
};

struct vcpu {
    uint64_t gpr[32];
    uint64_t guest_sstatus, guest_hstatus, guest_scounteren, guest_sepc;
    uint64_t host_sstatus, host_hstatus, host_scounteren, host_stvec;
    uint64_t user[16], user_pc, user_t0;
    uint64_t exit_vector;
    uint64_t pending; // the load or store that the VMM emulates, 0 if none
};
_Static_assert(__builtin_offsetof(struct vcpu, guest_sepc) == VCPU_GUEST_SEPC, "layout");
_Static_assert(__builtin_offsetof(struct vcpu, host_stvec) == VCPU_HOST_STVEC, "layout");
_Static_assert(__builtin_offsetof(struct vcpu, user_pc) == VCPU_USER_PC, "layout");
_Static_assert(__builtin_offsetof(struct vcpu, exit_vector) == VCPU_EXIT_VECTOR, "layout");
_Static_assert(sizeof(struct vcpu) <= VCPU_SIZE && VCPU_SIZE % 16 == 0, "layout");

static inline bool is_notification(uint64_t gpa) { return gpa == GPA_VIRTIO + VIRTIO_NOTIFY; }

// Fields of a load, a store, or of either transformed as xtinst holds it.
static inline unsigned insn_size(uint64_t insn) { return insn >> 12 & 3; } // log2 of bytes
static inline bool insn_is_unsigned(uint64_t insn) { return insn >> 14 & 1; }
static inline unsigned insn_rd(uint64_t insn) { return insn >> 7 & 31; }
static inline unsigned insn_rs2(uint64_t insn) { return insn >> 20 & 31; }
static inline unsigned insn_length(uint64_t insn) { return insn & 2 ? 4 : 2; }
#endif
#endif
