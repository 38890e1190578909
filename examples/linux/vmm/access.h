// SPDX-License-Identifier: Apache-2.0
// What the VMM does with its guest's accesses beside the emulation itself.

#ifndef ACCESS_H
#define ACCESS_H

#include <linux/kvm.h>

// Answers an access that came by KVM_RUN (KVM_EXIT_MMIO).
void answer_access(struct kvm_run *run);

// Prints what the guest has sent, `before` in front of each line: the trap handler cannot, since a system call in it is
// an error.
void show_text(const char *before);

#endif
