// SPDX-License-Identifier: Apache-2.0
// One virtual machine with one vCPU, as KVM and /dev/shudeleg offer it.

#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

struct machine {
    int vm, vcpu, notifications; // files; the last is an eventfd
    int delegation;              // of /dev/shudeleg, or what opening it gave
    struct kvm_run *run;
    uint8_t *memory;
};

// Makes the machine, with the guest in its memory and the vCPU at its start.
void machine_make(struct machine *machine);

// A notification of VirtIO becomes the eventfd's, in the kernel; or an exit, as any other access.
void machine_notify_in_kernel(struct machine *machine, bool is_on);

// Notifications that the kernel has counted since the last call.
uint64_t machine_notifications(struct machine *machine);

// Gives the devices' faults to the VMM's trap handler. False on a hart without Shudeleg.
bool machine_delegate(struct machine *machine);

// Runs the guest until it needs the VMM.
void machine_run(struct machine *machine, bool is_delegated);

#endif
