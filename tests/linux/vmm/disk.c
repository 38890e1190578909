// In the driver's place: what the VMM's disk answers, and what it does with queues that a driver has made, right ones and
// wrong ones. Ends with the number of the first check that failed, or with 0: on the hart, or as a program of any machine.

#include "devices.h"
#include "disk.h"
#include "virtio.h"

void disk_check_main(void);
uint64_t vmm_emulate(uint64_t gpa, unsigned size, bool is_write, uint64_t data);

// In the place of the other devices, and of a bus where nobody is.
uint64_t vmm_emulate(uint64_t gpa, unsigned size, bool is_write, uint64_t data) {
    (void)gpa, (void)size, (void)is_write, (void)data;
    return -1;
}

#ifdef __riscv
static void leave(uint64_t check) {
    *(volatile uint32_t *)0x100000 = check ? check << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}
#else
#include <stdlib.h>
#define leave exit
int main(void) { disk_check_main(); }
#endif
#define CHECK(number, condition) \
    do { \
        if (!(condition)) \
            leave(number); \
    } while (0)

// The guest's memory, and where in it the driver has what: its end is behind the last sector.
enum { MEMORY = 0x4000, TABLE = 0x100, AVAILABLE = 0x200, USED = 0x300, REQUEST = 0x400, STATUS = 0x480, DATA = 0x800 };
static uint8_t memory[MEMORY] __attribute__((aligned(4096)));
static struct descriptor *const table = (struct descriptor *)(memory + TABLE);
static struct available *const available = (struct available *)(memory + AVAILABLE);
static struct used *const used = (struct used *)(memory + USED);
static struct request *const request = (struct request *)(memory + REQUEST);
static uint8_t *const status = memory + STATUS;

static uint64_t bar = GPA_DISK;
static uint64_t get(unsigned offset, unsigned size) { return device_access(bar + offset, size, false, 0); }
static void set(unsigned offset, unsigned size, uint64_t value) { device_access(bar + offset, size, true, value); }
static uint64_t config(unsigned offset, unsigned size) {
    return device_access(GPA_ECAM + DISK_CONFIG + offset, size, false, 0);
}
static void set_config(unsigned offset, unsigned size, uint64_t value) {
    device_access(GPA_ECAM + DISK_CONFIG + offset, size, true, value);
}
static uint8_t device_status(void) { return get(DISK_COMMON + DEVICE_STATUS, 0); }
static void set_status(uint8_t value) { set(DISK_COMMON + DEVICE_STATUS, 0, value); }

static void check_config(void) {
    CHECK(1, (uint32_t)config(0, 2) == (VIRTIO_BLOCK_DEVICE << 16 | VIRTIO_VENDOR));
    unsigned found = 0, places[5] = {0};
    for (uint8_t at = config(PCI_CAPABILITIES, 0); at && found < 9; at = config(at + 1, 0), found++) {
        CHECK(2, (uint8_t)config(at, 0) == PCI_VENDOR_CAPABILITY && (uint8_t)config(at + 4, 0) == 0);
        uint8_t type = config(at + 3, 0);
        CHECK(3, type >= AT_COMMON && type <= AT_DEVICE);
        places[type] = config(at + 8, 2);
        CHECK(4, places[type] + (uint32_t)config(at + 12, 2) <= DISK_BAR_SIZE);
    }
    CHECK(5, found == 4 && places[AT_COMMON] == DISK_COMMON && places[AT_ISR] == DISK_ISR &&
                 places[AT_DEVICE] == DISK_DEVICE && places[AT_NOTIFY] == VIRTIO_NOTIFY);
    // The window that a VMM opens for the registers does not hold the notifications.
    CHECK(6, places[AT_NOTIFY] >> 12 != places[AT_COMMON] >> 12 && places[AT_ISR] >> 12 == places[AT_COMMON] >> 12 &&
                 places[AT_DEVICE] >> 12 == places[AT_COMMON] >> 12);
    // Its size, another place, the place where it was, none.
    set_config(PCI_BAR0, 2, 0xffffffff);
    CHECK(7, (uint32_t)config(PCI_BAR0, 2) == (uint32_t)-DISK_BAR_SIZE);
    bar = 0x50000000;
    set_config(PCI_BAR0, 2, bar);
    CHECK(8, get(DISK_DEVICE, 2) == DISK_SECTORS && device_access(GPA_DISK + DISK_DEVICE, 2, false, 0) == -1ul);
    CHECK(9, disk_is_notified(bar + VIRTIO_NOTIFY) && !disk_is_notified(GPA_DISK + VIRTIO_NOTIFY));
    set_config(PCI_COMMAND, 1, 0);
    CHECK(10, get(DISK_DEVICE, 2) == -1ul && !disk_is_notified(bar + VIRTIO_NOTIFY));
    set_config(PCI_COMMAND, 1, PCI_MEMORY);
    set_config(PCI_BAR0, 2, GPA_DISK);
    bar = GPA_DISK;
    CHECK(11, device_access(GPA_ECAM + (2ul << 15), 2, false, 0) == -1ul && get(DISK_DEVICE, 3) == -1ul);
}

static void accept(uint64_t features) {
    for (unsigned half = 0; half < 2; half++) {
        set(DISK_COMMON + DRIVER_FEATURE_SELECT, 2, half);
        set(DISK_COMMON + DRIVER_FEATURE, 2, features >> 32 * half & 0xffffffff);
    }
}

static void check_features(void) {
    for (uint64_t half = 0; half < 3; half++) {
        set(DISK_COMMON + DEVICE_FEATURE_SELECT, 2, half);
        CHECK(20, get(DISK_COMMON + DEVICE_FEATURE, 2) == (half == 1));
    }
    set_status(ACKNOWLEDGE);
    set_status(ACKNOWLEDGE | DRIVER);
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        accept((uint64_t[]){0, 1, VERSION_1 | 1 << 5}[wrong]);
        set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
        CHECK(21, device_status() == (ACKNOWLEDGE | DRIVER));
    }
    accept(VERSION_1);
    set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
    CHECK(22, device_status() == (ACKNOWLEDGE | DRIVER | FEATURES_OK));
    accept(0); // too late
    set(DISK_COMMON + DRIVER_FEATURE_SELECT, 2, 1);
    CHECK(23, get(DISK_COMMON + DRIVER_FEATURE, 2) == 1);
    set_status(0);
    CHECK(24, device_status() == 0 && get(DISK_COMMON + DRIVER_FEATURE_SELECT, 2) == 0);
}

static void check_queue(void) {
    CHECK(30, get(DISK_COMMON + QUEUES, 1) == 1 && get(DISK_COMMON + CONFIG_VECTOR, 1) == NO_VECTOR);
    CHECK(31, get(DISK_COMMON + QUEUE_LENGTH, 1) == QUEUE_SIZE);
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        set(DISK_COMMON + QUEUE_LENGTH, 1, (unsigned[]){0, 3, 2 * QUEUE_SIZE}[wrong]);
        CHECK(32, get(DISK_COMMON + QUEUE_LENGTH, 1) == QUEUE_SIZE);
    }
    set(DISK_COMMON + QUEUE_LENGTH, 1, 4);
    CHECK(33, get(DISK_COMMON + QUEUE_LENGTH, 1) == 4);
    for (unsigned offset = QUEUE_DESCRIPTORS; offset < COMMON_SIZE; offset += 4) {
        set(DISK_COMMON + offset, 2, offset * 0x01010101u);
        CHECK(34, (uint32_t)get(DISK_COMMON + offset, 2) == offset * 0x01010101u);
    }
    CHECK(35, disk.now.queue.available == 0x2c2c2c2c28282828);
    set(DISK_COMMON + QUEUE_SELECT, 1, 1);
    set(DISK_COMMON + QUEUE_LENGTH, 1, 8);
    CHECK(36, get(DISK_COMMON + QUEUE_LENGTH, 1) == 0 && get(DISK_COMMON + QUEUE_USED, 2) == 0);
    set(DISK_COMMON + QUEUE_SELECT, 1, 0);
    CHECK(37, get(DISK_COMMON + QUEUE_LENGTH, 1) == 4);
    set(DISK_COMMON + QUEUE_ENABLE, 1, 1);
    set(DISK_COMMON + QUEUE_USED, 2, 1);
    set(DISK_COMMON + QUEUE_ENABLE, 1, 0);
    CHECK(38, get(DISK_COMMON + QUEUE_ENABLE, 1) == 1 && get(DISK_COMMON + QUEUE_USED, 2) == 0x30303030);
    set_status(0);
    CHECK(39, get(DISK_COMMON + QUEUE_ENABLE, 1) == 0 && get(DISK_COMMON + QUEUE_LENGTH, 1) == QUEUE_SIZE);
}

static void set_address(unsigned offset, uint64_t address) {
    set(DISK_COMMON + offset, 2, address & 0xffffffff);
    set(DISK_COMMON + offset + 4, 2, address >> 32);
}

// A driver that is ready, its memory zero.
static void start(void) {
    set_status(0);
    for (unsigned index = 0; index < MEMORY; index++)
        memory[index] = 0;
    set_status(ACKNOWLEDGE | DRIVER);
    accept(VERSION_1);
    set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
    set_address(QUEUE_DESCRIPTORS, GPA_RAM + TABLE);
    set_address(QUEUE_AVAILABLE, GPA_RAM + AVAILABLE);
    set_address(QUEUE_USED, GPA_RAM + USED);
    set(DISK_COMMON + QUEUE_ENABLE, 1, 1);
    set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

static void describe(unsigned index, unsigned offset, uint32_t length, uint16_t flags, uint16_t next) {
    table[index] = (struct descriptor){GPA_RAM + offset, length, flags, next};
}

// Makes the chain that begins with a descriptor available.
static void offer(uint16_t head) {
    available->ring[available->index % QUEUE_SIZE] = head;
    available->index++;
    *status = 0xee;
}

// The usual chain: request, data, status.
static void ask(uint32_t type, uint64_t sector, uint32_t length) {
    *request = (struct request){type, 0, sector};
    describe(0, REQUEST, sizeof *request, HAS_NEXT, 1);
    describe(1, DATA, length, HAS_NEXT | (type == REQUEST_WRITE ? 0 : IS_WRITABLE), 2);
    describe(2, STATUS, 1, IS_WRITABLE, 0);
    offer(0);
    disk_serve();
}

static void fill(unsigned offset, unsigned length, uint8_t first) {
    for (unsigned index = 0; index < length; index++)
        memory[offset + index] = first + index * 7;
}
static bool is_filled(unsigned offset, unsigned length, uint8_t first) {
    for (unsigned index = 0; index < length; index++)
        if (memory[offset + index] != (uint8_t)(first + index * 7))
            return false;
    return true;
}

static void check_requests(void) {
    start();
    fill(DATA, 2 * SECTOR, 1);
    ask(REQUEST_WRITE, DISK_SECTORS - 2, 2 * SECTOR);
    CHECK(40, *status == STATUS_OK && used->index == 1 && used->ring[0].head == 0 && used->ring[0].written == 1);
    CHECK(41, get(DISK_ISR, 0) == ISR_QUEUE && get(DISK_ISR, 0) == 0);
    fill(DATA, 2 * SECTOR, 100);
    available->flags = NO_INTERRUPT;
    ask(REQUEST_READ, DISK_SECTORS - 2, 2 * SECTOR);
    CHECK(42, *status == STATUS_OK && used->index == 2 && used->ring[1].written == 2 * SECTOR + 1);
    CHECK(43, is_filled(DATA, 2 * SECTOR, 1) && get(DISK_ISR, 0) == 0);
    // A request in pieces: its header in two, with the data behind the second; the status behind the data.
    fill(DATA + 8, SECTOR, 50);
    *request = (struct request){REQUEST_WRITE, 0, 3};
    *(uint64_t *)(memory + DATA) = 3;
    describe(4, REQUEST, 8, HAS_NEXT, 6);
    describe(6, DATA, 8 + SECTOR, HAS_NEXT, 1);
    describe(1, STATUS, 1, IS_WRITABLE, 0);
    offer(4);
    disk_serve();
    CHECK(44, *status == STATUS_OK && used->ring[2].head == 4);
    *request = (struct request){REQUEST_READ, 0, 3};
    describe(4, REQUEST, 16, HAS_NEXT, 5);
    describe(5, DATA, 0, HAS_NEXT | IS_WRITABLE, 6);
    describe(6, DATA, 100, HAS_NEXT | IS_WRITABLE, 7);
    describe(7, DATA + 100, SECTOR - 100 + 1, IS_WRITABLE, 0);
    offer(4);
    disk_serve();
    CHECK(45, memory[DATA + SECTOR] == STATUS_OK && is_filled(DATA, SECTOR, 50) && used->ring[3].written == SECTOR + 1);
    // What it cannot do is an answer, and writes nothing behind the room.
    fill(DATA, 2 * SECTOR, 9);
    ask(REQUEST_READ, DISK_SECTORS - 1, 2 * SECTOR);
    CHECK(46, *status == STATUS_ERROR);
    ask(REQUEST_READ, -1ul, SECTOR);
    CHECK(47, *status == STATUS_ERROR);
    ask(REQUEST_WRITE, 0, SECTOR - 1);
    CHECK(48, *status == STATUS_ERROR);
    ask(4, 0, SECTOR);
    CHECK(49, *status == STATUS_UNSUPPORTED && !(device_status() & NEEDS_RESET));
    ask(REQUEST_ID, 0, ID_LENGTH);
    CHECK(50, *status == STATUS_OK && memory[DATA] == 'u' && memory[DATA + ID_LENGTH - 1] == 0);
    // Several at once, and a ring that has gone round.
    for (unsigned round = 0; round < 3; round++) {
        uint16_t before = used->index;
        for (unsigned count = 0; count < 5; count++) {
            *request = (struct request){REQUEST_READ, 0, 3};
            describe(0, REQUEST, 16, HAS_NEXT, 1);
            describe(1, DATA, SECTOR, HAS_NEXT | IS_WRITABLE, 2);
            describe(2, STATUS, 1, IS_WRITABLE, 0);
            offer(0);
        }
        disk_serve();
        CHECK(51, used->index == (uint16_t)(before + 5) && *status == STATUS_OK && is_filled(DATA, SECTOR, 50));
    }
}

// After a broken rule the device wants a reset, says so, and does nothing more.
static void check_broken(unsigned number) {
    uint16_t before = used->index;
    disk_serve();
    CHECK(number, device_status() & NEEDS_RESET && used->index == before && *status == 0xee);
    CHECK(number, get(DISK_ISR, 0) == ISR_CONFIG);
    disk_serve();
    CHECK(number, used->index == before);
    start();
    CHECK(number, device_status() == (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK));
    *request = (struct request){REQUEST_READ, 0, 0};
    describe(0, REQUEST, sizeof *request, HAS_NEXT, 1);
    describe(1, DATA, SECTOR, HAS_NEXT | IS_WRITABLE, 2);
    describe(2, STATUS, 1, IS_WRITABLE, 0);
    *status = 0xee;
}

static void check_rules(void) {
    start();
    check_requests(); // leaves a driver that is ready
    start();
    offer(QUEUE_SIZE); // a descriptor that there is not
    check_broken(60);
    table[2].flags = HAS_NEXT | IS_WRITABLE, table[2].next = 1; // a circle
    offer(0);
    check_broken(61);
    table[1].address = GPA_RAM - 1; // partly outside of memory
    offer(0);
    check_broken(62);
    table[1].address = GPA_RAM + MEMORY - SECTOR + 1;
    offer(0);
    check_broken(63);
    table[1].address = -1ul, table[1].length = 0xffffffff;
    offer(0);
    check_broken(64);
    table[1].next = 3; // what is read behind what is written
    describe(3, DATA, 1, 0, 0);
    offer(0);
    check_broken(65);
    table[1].flags = IS_WRITABLE, table[1].length = 0; // no place for the status
    offer(0);
    check_broken(66);
    table[0].length = sizeof *request - 1;
    offer(0);
    check_broken(67);
    table[1].flags |= 4; // a table of tables, which was not offered
    offer(0);
    check_broken(68);
    available->index = QUEUE_SIZE + 1; // more than the ring has
    check_broken(69);
    offer(0);
    disk.now.queue.available = GPA_RAM + MEMORY - 4; // a ring that memory does not have
    check_broken(70);
    offer(0);
    disk.now.queue.used = GPA_RAM + USED + 2; // at an address where none may be
    check_broken(71);
    offer(0);
    disk.now.queue.descriptors = GPA_RAM + TABLE + 8;
    check_broken(72);
}

// A driver that is not ready has made nothing available; a reset waits for whoever is busy.
static void check_order(void) {
    start();
    disk.now.status &= ~DRIVER_OK;
    offer(0);
    disk_serve();
    CHECK(80, used->index == 0 && !(device_status() & NEEDS_RESET));
    start();
    disk.now.queue.is_enabled = 0;
    offer(0);
    disk_serve();
    CHECK(81, used->index == 0 && !(device_status() & NEEDS_RESET));
    start();
    disk.is_busy = 1;
    set_status(0);
    CHECK(82, device_status() != 0);
    disk.is_busy = 0;
    disk_reset();
    CHECK(83, device_status() == 0 && !disk.is_reset_wanted && !disk.is_busy);
    start();
    *request = (struct request){REQUEST_READ, 0, 0};
    describe(0, REQUEST, sizeof *request, HAS_NEXT, 1);
    describe(1, DATA, SECTOR, HAS_NEXT | IS_WRITABLE, 2);
    describe(2, STATUS, 1, IS_WRITABLE, 0);
    offer(0);
    disk.is_busy = 1;
    disk_serve();
    CHECK(84, used->index == 0);
    // Whoever serves does the reset that was asked for meanwhile.
    disk.is_busy = 0;
    disk.is_reset_wanted = 1;
    disk_serve();
    CHECK(85, used->index == 1 && device_status() == 0 && !disk.is_busy);
}

void disk_check_main(void) {
    disk_plug(memory, MEMORY);
    check_config();
    check_features();
    check_queue();
    check_rules();
    check_order();
    leave(0);
}
