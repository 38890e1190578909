// The guest that the kernel's stand-in plays: its accesses one by one, and what it makes of the answers.

#ifndef PLAYED_GUEST_H
#define PLAYED_GUEST_H

#include "script.h"

#include <linux/kvm.h>

struct access {
    uint64_t gpa, data; // `data`: what it stores, or what it must load; ANYTHING
    uint8_t size;       // log2 of bytes
    bool is_write;
};
#define ANYTHING (-1ul)

// The next thing that the guest does: true for an access, false for the end of its round or of the guest.
bool guest_next(const struct scenario *scenario, uint8_t *memory, struct access *access);

// Takes what a load has read.
void guest_takes(const struct access *access, uint64_t data);

// The end of a round, as KVM gives it to the VMM; and what the VMM has answered.
void guest_ends(const struct scenario *scenario, struct kvm_run *run);
void guest_is_told(uint64_t next);

void guest_reset(void);

#endif
