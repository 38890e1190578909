// SPDX-License-Identifier: Apache-2.0
// The VMM's VirtIO disk: its registers (disk.c), and what it does with the requests in its queue (requests.c).
//
// The registers are emulated wherever an access arrives, in the main loop or in the trap handler; requests are served in
// the main loop or in a thread of their own (worker.h). Where the two meet the trap handler must not wait: a reset that
// finds a request being served is left to whoever serves it.

#ifndef DISK_H
#define DISK_H

#include "virtio.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_SECTORS = 32 };

struct queue {
    uint16_t size, is_enabled, seen;       // `seen`: how far the ring of what is available has been served
    uint64_t descriptors, available, used; // guest-physical addresses
};

// How far its driver has come with it: what a reset takes away.
struct progress {
    uint32_t status, interrupt; // the last is the ISR
    uint32_t offered_half, accepted_half, queue_selected;
    uint64_t accepted;
    struct queue queue;
};

struct disk {
    uint8_t *memory; // the guest's, of `memory_size` bytes
    size_t memory_size;
    uint64_t accesses;                 // to all of it; whoever reports it takes it away
    uint32_t is_busy, is_reset_wanted; // somebody serves it or resets it; somebody has asked for a reset
    struct progress now;
};
extern struct disk disk;

// Gives it the memory in which its driver will have the queue; it is as after a reset.
void disk_plug(uint8_t *memory, size_t size);

// Where its BAR is at the moment.
extern uint64_t disk_bar;

// Its page of configuration space; that or its BAR.
static inline bool disk_is_config(uint64_t gpa) { return gpa >> 12 == (GPA_ECAM + DISK_CONFIG) >> 12; }
static inline bool disk_is_at(uint64_t gpa) { return disk_is_config(gpa) || gpa - disk_bar < DISK_BAR_SIZE; }

// An access there, as `device_access` (devices.h).
uint64_t disk_access(uint64_t gpa, unsigned size, bool is_write, uint64_t data);

// Whether a store there notifies it. Nothing else happens by that store: `disk_serve` is what it asks for.
bool disk_is_notified(uint64_t gpa);

// Does what the driver has made available. Not in two threads at once.
void disk_serve(void);

// Resets it if somebody has asked for it and nobody is busy with it.
void disk_reset(void);

#endif
