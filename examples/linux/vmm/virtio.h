// SPDX-License-Identifier: Apache-2.0
// A VirtIO disk as driver and device see it: VirtIO 1.2 over PCI, with one split queue.
//
// Over PCI and not as the simpler `virtio-mmio`: there the register that notifies is in the page of all others. Here it
// has a page of its own, so that a notification can be the kernel's while the registers are the VMM's, without the kernel.

#ifndef VIRTIO_H
#define VIRTIO_H

#include "layout.h"

#include <stdint.h>

// Where it is: a function of bus 0, by its offset in the configuration space, and its BAR, in which the notifications
// are the first page and the registers the second. The VMM has put the BAR there, as a firmware does.
#define DISK_CONFIG (3ul << 15)
#define DISK_BAR_SIZE 0x2000
#define DISK_REGISTERS 0x1000
#define DISK_COMMON 0x1000
#define DISK_ISR 0x1040
#define DISK_DEVICE 0x1080
#define GPA_DISK GPA_VIRTIO

enum { VIRTIO_VENDOR = 0x1af4, VIRTIO_BLOCK_DEVICE = 0x1042, SECTOR = 512, QUEUE_SIZE = 8 };

// PCI: the capabilities of VirtIO, each of which says where in which BAR one structure is.
enum { PCI_COMMAND = 0x04, PCI_BAR0 = 0x10, PCI_CAPABILITIES = 0x34, PCI_MEMORY = 2, PCI_VENDOR_CAPABILITY = 9 };
enum { AT_COMMON = 1, AT_NOTIFY, AT_ISR, AT_DEVICE };

// The common structure.
enum {
    DEVICE_FEATURE_SELECT = 0x00,
    DEVICE_FEATURE = 0x04,
    DRIVER_FEATURE_SELECT = 0x08,
    DRIVER_FEATURE = 0x0c,
    CONFIG_VECTOR = 0x10,
    QUEUES = 0x12,
    DEVICE_STATUS = 0x14,
    CONFIG_GENERATION = 0x15,
    QUEUE_SELECT = 0x16,
    QUEUE_LENGTH = 0x18,
    QUEUE_VECTOR = 0x1a,
    QUEUE_ENABLE = 0x1c,
    QUEUE_NOTIFY_OFFSET = 0x1e,
    QUEUE_DESCRIPTORS = 0x20,
    QUEUE_AVAILABLE = 0x28,
    QUEUE_USED = 0x30,
    COMMON_SIZE = 0x38,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 0x40 };
enum { ISR_QUEUE = 1, ISR_CONFIG = 2, NO_VECTOR = 0xffff };
#define VERSION_1 (1ul << 32) // the one feature: the device is no older one

// The queue, in the guest's memory.
enum { HAS_NEXT = 1, IS_WRITABLE = 2, NO_INTERRUPT = 1 };
struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
struct available {
    uint16_t flags, index, ring[];
};
struct used {
    uint16_t flags, index;
    struct {
        uint32_t head, written;
    } ring[];
};

// A request: this, the data, one byte with a status.
struct request {
    uint32_t type, reserved;
    uint64_t sector;
};
enum { REQUEST_READ = 0, REQUEST_WRITE = 1, REQUEST_ID = 8, ID_LENGTH = 20 };
enum { STATUS_OK, STATUS_ERROR, STATUS_UNSUPPORTED };

#endif
