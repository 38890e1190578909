// SPDX-License-Identifier: Apache-2.0
// The disk's registers: what configuration space says of it, and the driver's way from reset to a queue that is enabled.
// All of it runs in the trap handler, too: no system call, no waiting.

#include "disk.h"

#include "virtio.h"

struct disk disk;

#define CAPABILITY(next, length, type) (PCI_VENDOR_CAPABILITY | (next) << 8 | (length) << 16 | (uint32_t)(type) << 24)
enum { CONFIG_WORDS = 33, BAR0_WORD = PCI_BAR0 / 4, COMMAND_WORD = PCI_COMMAND / 4 };

static struct {
    uint32_t value, writable;
} config[CONFIG_WORDS] = {
    [0] = {VIRTIO_BLOCK_DEVICE << 16 | VIRTIO_VENDOR, 0},
    [COMMAND_WORD] = {0x00100000 | PCI_MEMORY, 0x00000547}, // it has capabilities
    [2] = {0x01800001, 0},                                  // storage of another kind
    [BAR0_WORD] = {GPA_DISK, -DISK_BAR_SIZE},
    [11] = {0x11001af4, 0}, // subsystem
    [PCI_CAPABILITIES / 4] = {0x40, 0},
    [15] = {0x00000100, 0x000000ff}, // interrupt pin A: of the ISR's bits; there is no line behind it
    // Each with its BAR, which is 0, its offset and its length. That of notifications has a factor as well: with 0 all
    // queues have the same register.
    [16] = {CAPABILITY(0x50, 16, AT_COMMON), 0},
    [18] = {DISK_COMMON, 0},
    [19] = {COMMON_SIZE, 0},
    [20] = {CAPABILITY(0x64, 20, AT_NOTIFY), 0},
    [22] = {VIRTIO_NOTIFY, 0},
    [23] = {4, 0},
    [25] = {CAPABILITY(0x74, 16, AT_ISR), 0},
    [27] = {DISK_ISR, 0},
    [28] = {1, 0},
    [29] = {CAPABILITY(0, 16, AT_DEVICE), 0},
    [31] = {DISK_DEVICE, 0},
    [32] = {8, 0},
};

#define NOWHERE (1ul << 63) // no address is behind it
uint64_t disk_bar = GPA_DISK;

// The bytes of a word that an access of 1 << size bytes reaches.
static uint32_t lanes(unsigned offset, unsigned size) { return (0xffffffffu >> (32 - (8 << size))) << (offset & 3) * 8; }

static uint32_t config_access(unsigned offset, unsigned size, bool is_write, uint32_t data) {
    unsigned word = offset >> 2, shift = (offset & 3) * 8;
    if (word >= CONFIG_WORDS)
        return 0;
    if (is_write) {
        uint32_t change = config[word].writable & lanes(offset, size);
        config[word].value = (config[word].value & ~change) | (data << shift & change);
        disk_bar = config[COMMAND_WORD].value & PCI_MEMORY ? config[BAR0_WORD].value : NOWHERE;
    }
    return config[word].value >> shift;
}

void disk_plug(uint8_t *memory, size_t size) {
    config[BAR0_WORD].value = GPA_DISK;
    config[COMMAND_WORD].value |= PCI_MEMORY;
    disk_bar = GPA_DISK;
    disk = (struct disk){.memory = memory, .memory_size = size, .now.queue.size = QUEUE_SIZE};
}

// Who asks while the disk is busy goes on; the status is not 0 until it is done, and the driver waits for that.
void disk_reset(void) {
    while (__atomic_load_n(&disk.is_reset_wanted, __ATOMIC_SEQ_CST) &&
           !__atomic_exchange_n(&disk.is_busy, 1, __ATOMIC_SEQ_CST)) {
        if (__atomic_exchange_n(&disk.is_reset_wanted, 0, __ATOMIC_SEQ_CST))
            disk.now = (struct progress){.queue.size = QUEUE_SIZE};
        __atomic_store_n(&disk.is_busy, 0, __ATOMIC_SEQ_CST);
    }
}

static void set_status(uint32_t status) {
    if (!status) {
        __atomic_store_n(&disk.is_reset_wanted, 1, __ATOMIC_SEQ_CST);
        disk_reset();
        return;
    }
    // A driver of an older device, or one that wants what there is not, learns it by the bit that stays 0.
    if (disk.now.accepted != VERSION_1)
        status &= ~FEATURES_OK;
    __atomic_or_fetch(&disk.now.status, status & 0xff, __ATOMIC_SEQ_CST);
}

static uint32_t offered(void) { return disk.now.offered_half < 2 ? VERSION_1 >> 32 * disk.now.offered_half : 0; }

static void accept(uint32_t features) {
    if (disk.now.status & FEATURES_OK || disk.now.accepted_half > 1)
        return;
    unsigned shift = 32 * disk.now.accepted_half;
    disk.now.accepted = (disk.now.accepted & ~(0xfffffffful << shift)) | (uint64_t)features << shift;
}

// Half of a queue's address, by its register.
static uint32_t *address_half(unsigned offset) {
    uint64_t *addresses[] = {&disk.now.queue.descriptors, &disk.now.queue.available, &disk.now.queue.used};
    return (uint32_t *)addresses[(offset - QUEUE_DESCRIPTORS) / 8] + (offset >> 2 & 1);
}

static uint32_t common_read(unsigned offset) {
    bool is_queue = disk.now.queue_selected == 0; // there is no other
    switch (offset) {
    case DEVICE_FEATURE_SELECT:
        return disk.now.offered_half;
    case DEVICE_FEATURE:
        return offered();
    case DRIVER_FEATURE_SELECT:
        return disk.now.accepted_half;
    case DRIVER_FEATURE:
        return disk.now.accepted_half < 2 ? disk.now.accepted >> 32 * disk.now.accepted_half : 0;
    case CONFIG_VECTOR:
    case QUEUE_VECTOR:
        return NO_VECTOR;
    case QUEUES:
        return 1;
    case DEVICE_STATUS:
        return disk.now.status;
    case QUEUE_SELECT:
        return disk.now.queue_selected;
    case QUEUE_LENGTH:
        return is_queue ? disk.now.queue.size : 0;
    case QUEUE_ENABLE:
        return is_queue ? disk.now.queue.is_enabled : 0;
    }
    return is_queue && offset >= QUEUE_DESCRIPTORS && offset < COMMON_SIZE ? *address_half(offset) : 0;
}

static void queue_write(unsigned offset, uint32_t data) {
    if (disk.now.queue_selected != 0 || disk.now.queue.is_enabled)
        return; // what is enabled stays as it is until the reset
    if (offset == QUEUE_LENGTH) {
        if (data && data <= QUEUE_SIZE && !(data & (data - 1)))
            disk.now.queue.size = data;
    } else if (offset == QUEUE_ENABLE)
        disk.now.queue.is_enabled = data & 1;
    else if (offset >= QUEUE_DESCRIPTORS && offset < COMMON_SIZE)
        *address_half(offset) = data;
}

static void common_write(unsigned offset, uint32_t data) {
    switch (offset) {
    case DEVICE_FEATURE_SELECT:
        disk.now.offered_half = data;
        return;
    case DRIVER_FEATURE_SELECT:
        disk.now.accepted_half = data;
        return;
    case DRIVER_FEATURE:
        accept(data);
        return;
    case DEVICE_STATUS:
        set_status(data & 0xff);
        return;
    case QUEUE_SELECT:
        disk.now.queue_selected = data & 0xffff;
        return;
    }
    queue_write(offset, data & (offset < QUEUE_DESCRIPTORS ? 0xffff : 0xffffffff));
}

static uint64_t register_access(unsigned offset, bool is_write, uint32_t data) {
    if (offset - DISK_COMMON < COMMON_SIZE) {
        if (!is_write)
            return common_read(offset - DISK_COMMON);
        common_write(offset - DISK_COMMON, data);
    } else if (offset == DISK_ISR && !is_write)
        return __atomic_exchange_n(&disk.now.interrupt, 0, __ATOMIC_SEQ_CST); // who reads it has been told
    else if (offset == DISK_DEVICE && !is_write)
        return DISK_SECTORS;
    return 0;
}

uint64_t disk_access(uint64_t gpa, unsigned size, bool is_write, uint64_t data) {
    disk.accesses++;
    if (size > 2)
        return -1;
    if (disk_is_config(gpa))
        return config_access(gpa & (PAGE_SIZE - 1), size, is_write, data);
    return register_access(gpa - disk_bar, is_write, data);
}

bool disk_is_notified(uint64_t gpa) { return gpa - disk_bar == VIRTIO_NOTIFY; }
