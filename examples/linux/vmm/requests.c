// SPDX-License-Identifier: Apache-2.0
// The disk's requests. All that comes from the guest's memory is read once and believed in nothing: an address is looked
// at before it is used, a chain has an end, and a driver that breaks the rules has a device that needs a reset.

#include "disk.h"
#include "virtio.h"

static uint8_t contents[DISK_SECTORS * SECTOR];
static const char identity[ID_LENGTH] = "utrap disk";

// The guest's memory at an address, or 0 where not all of it is there.
static void *guest(uint64_t gpa, uint64_t length, uint64_t alignment) {
    uint64_t offset = gpa - GPA_RAM;
    bool is_there = offset <= disk.memory_size && length <= disk.memory_size - offset && !(gpa & (alignment - 1));
    return is_there ? disk.memory + offset : 0;
}

// What a chain of descriptors names, and how far one has come with it. A driver may divide a request as it likes.
struct part {
    uint8_t *bytes;
    uint32_t length;
};
struct parts {
    struct part part[QUEUE_SIZE];
    unsigned count, at;
    uint64_t left;
};
enum direction { FROM_GUEST, TO_GUEST };

// Takes that many bytes, which must be there, from or to a buffer.
static void move(struct parts *parts, void *buffer, uint64_t length, enum direction direction) {
    uint8_t *bytes = buffer;
    parts->left -= length;
    while (length) {
        struct part *part = &parts->part[parts->at];
        uint32_t now = part->length < length ? part->length : length;
        if (direction == TO_GUEST)
            __builtin_memcpy(part->bytes, bytes, now);
        else
            __builtin_memcpy(bytes, part->bytes, now);
        part->bytes += now;
        part->length -= now;
        parts->at += !part->length;
        bytes += now;
        length -= now;
    }
}

// Follows a chain. False if there is something wrong with it.
static bool follow(const struct descriptor *table, uint16_t head, struct parts *from, struct parts *to) {
    for (uint16_t index = head;;) {
        if (index >= disk.now.queue.size || from->count + to->count == disk.now.queue.size)
            return false; // out of the table, or in a circle
        struct descriptor one;
        __builtin_memcpy(&one, &table[index], sizeof one);
        bool is_writable = one.flags & IS_WRITABLE;
        struct parts *parts = is_writable ? to : from;
        uint8_t *bytes = guest(one.address, one.length, 1);
        if (!bytes || one.flags & ~(HAS_NEXT | IS_WRITABLE) || (!is_writable && to->count))
            return false; // what is read comes first
        parts->part[parts->count++] = (struct part){bytes, one.length};
        parts->left += one.length;
        if (!(one.flags & HAS_NEXT))
            return true;
        index = one.next;
    }
}

// Reads or writes whole sectors, of which all must be there.
static uint8_t transfer(uint64_t sector, struct parts *parts, uint64_t length, enum direction direction) {
    if (length % SECTOR || sector > DISK_SECTORS || length / SECTOR > DISK_SECTORS - sector)
        return STATUS_ERROR;
    move(parts, contents + sector * SECTOR, length, direction);
    return STATUS_OK;
}

// Does what a chain asks for, and writes all that may be written. Returns how many bytes that are; 0 for no request.
static uint32_t perform(struct parts *from, struct parts *to) {
    struct request request;
    if (from->left < sizeof request || !to->left)
        return 0;
    move(from, &request, sizeof request, FROM_GUEST);
    uint32_t written = to->left; // all of it
    uint64_t room = to->left - 1; // the last byte is the status
    uint8_t status = STATUS_UNSUPPORTED;
    if (request.type == REQUEST_READ)
        status = transfer(request.sector, to, room, TO_GUEST);
    else if (request.type == REQUEST_WRITE)
        status = transfer(request.sector, from, from->left, FROM_GUEST);
    else if (request.type == REQUEST_ID) {
        move(to, (void *)identity, room < ID_LENGTH ? room : ID_LENGTH, TO_GUEST);
        status = STATUS_OK;
    }
    while (to->left > 1) // what the request leaves unwritten
        move(to, (uint8_t[1]){0}, 1, TO_GUEST);
    move(to, &status, sizeof status, TO_GUEST);
    return written;
}

// Everything that is available. False if the driver broke the rules.
static bool serve_queue(struct queue *queue) {
    uint64_t size = queue->size;
    const struct descriptor *table = guest(queue->descriptors, size * sizeof *table, 16);
    const struct available *available = guest(queue->available, sizeof *available + size * 2, 2);
    struct used *used = guest(queue->used, sizeof *used + size * 8, 4);
    if (!table || !available || !used)
        return false;
    uint16_t end;
    while ((end = __atomic_load_n(&available->index, __ATOMIC_ACQUIRE)) != queue->seen) {
        if ((uint16_t)(end - queue->seen) > size)
            return false;
        uint16_t head = ((volatile const struct available *)available)->ring[queue->seen % size];
        struct parts from, to;
        from.count = from.at = from.left = to.count = to.at = to.left = 0;
        uint32_t written;
        if (!follow(table, head, &from, &to) || !(written = perform(&from, &to)))
            return false;
        used->ring[queue->seen % size].head = head;
        used->ring[queue->seen % size].written = written;
        queue->seen++;
        __atomic_store_n(&used->index, queue->seen, __ATOMIC_RELEASE);
        if (!(((volatile const struct available *)available)->flags & NO_INTERRUPT))
            __atomic_or_fetch(&disk.now.interrupt, ISR_QUEUE, __ATOMIC_SEQ_CST);
    }
    return true;
}

static bool is_live(void) { return (disk.now.status & (DRIVER_OK | NEEDS_RESET)) == DRIVER_OK && disk.now.queue.is_enabled; }

void disk_serve(void) {
    if (__atomic_exchange_n(&disk.is_busy, 1, __ATOMIC_SEQ_CST))
        return; // a reset: what was asked for before it is void
    if (is_live() && !serve_queue(&disk.now.queue)) {
        __atomic_or_fetch(&disk.now.status, NEEDS_RESET, __ATOMIC_SEQ_CST);
        __atomic_or_fetch(&disk.now.interrupt, ISR_CONFIG, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&disk.is_busy, 0, __ATOMIC_SEQ_CST);
    disk_reset();
}
