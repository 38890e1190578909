// SPDX-License-Identifier: Apache-2.0
// One virtual machine with one vCPU, as KVM and /dev/shudeleg offer it.

#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
    int vm, vcpu, notifications; // files; the last is an eventfd
    int delegation;              // of /dev/shudeleg, or -1
    struct kvm_run *run;
    size_t run_size, size;
    uint8_t *memory; // of `size` bytes, at GPA_RAM
};

// Makes the machine, its memory zero.
void machine_make(struct machine *machine, size_t size);

// Takes it away again: files and memory.
void machine_remove(struct machine *machine);

// Where the vCPU begins, and with which arguments.
void machine_start(struct machine *machine, uint64_t pc, uint64_t a0, uint64_t a1);

// A notification of VirtIO becomes the eventfd's, in the kernel; or an exit, as any other access.
void machine_notify_in_kernel(struct machine *machine, bool is_on);

// Notifications that the kernel has counted since the last call.
uint64_t machine_notifications(struct machine *machine);

// Keeps the pages in memory that the process has: one that is missing in the trap handler is an error. To be called again
// after a fork, which takes them away from the parent, too, until they are written.
void machine_lock(void);

// Gives the devices' faults to the VMM's trap handler. False on a hart without Shudeleg.
bool machine_delegate(struct machine *machine);

// Runs the guest until it needs the VMM.
void machine_run(struct machine *machine, bool is_delegated);

#endif
