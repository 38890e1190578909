// The guest of vmm.c: a round of accesses to every device, or, where it is to use its disk, a driver that stores a sector and
// loads it again.

#include "guest.h"
#include "layout.h"
#include "virtio.h"
#include "workloads.h"

#define LOAD(gpa, size, wanted) {gpa, wanted, size, false}
#define STORE(gpa, size, data) {gpa, data, size, true}
#define ECAM(device, offset) (GPA_ECAM + ((uint64_t)(device) << 15) + (offset))
#define COMMON(offset) (GPA_DISK + DISK_COMMON + (offset))
#define NOTIFY STORE(GPA_DISK + VIRTIO_NOTIFY, 1, 0)

// Each device once, with what the VMM must answer.
static const struct access each[] = {
    LOAD(GPA_UART + 5, 0, 0x60),
    LOAD(GPA_RTC + 0x18, 2, 0),
    LOAD(ECAM(1, 0), 2, 0x10411af4),
    LOAD(ECAM(2, 0), 2, 0xffffffff),
    LOAD(ECAM(3, 0), 2, 0x10421af4),
    LOAD(COMMON(QUEUES), 1, 1),
    STORE(GPA_DISK + VIRTIO_NOTIFY, 2, 1),
};
static const struct access text[] = {STORE(GPA_UART, 0, 'h'), STORE(GPA_UART, 0, 'i'), STORE(GPA_UART, 0, '\n')};

// Where the driver has its queue in the guest's memory, and two requests with a sector each.
// Of a sector's bytes every SOMEth is looked at.
enum { SOME = 73 };
enum { TABLE = 0x200, AVAILABLE = 0x300, USED = 0x400, REQUESTS = 0x500, STATUSES = 0x600, DATA = 0x800 };
static const struct access driver[] = {
    STORE(COMMON(DEVICE_STATUS), 0, 0),
    LOAD(COMMON(DEVICE_STATUS), 0, 0),
    STORE(COMMON(DEVICE_STATUS), 0, ACKNOWLEDGE | DRIVER),
    STORE(COMMON(DRIVER_FEATURE_SELECT), 2, 1),
    STORE(COMMON(DRIVER_FEATURE), 2, 1),
    STORE(COMMON(DEVICE_STATUS), 0, ACKNOWLEDGE | DRIVER | FEATURES_OK),
    STORE(COMMON(QUEUE_DESCRIPTORS), 2, GPA_RAM + TABLE),
    STORE(COMMON(QUEUE_AVAILABLE), 2, GPA_RAM + AVAILABLE),
    STORE(COMMON(QUEUE_USED), 2, GPA_RAM + USED),
    STORE(COMMON(QUEUE_ENABLE), 1, 1),
    STORE(COMMON(DEVICE_STATUS), 0, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK),
    NOTIFY,
    LOAD(GPA_DISK + DISK_ISR, 0, ISR_QUEUE),
    NOTIFY,
    LOAD(GPA_DISK + DISK_ISR, 0, ISR_QUEUE),
    LOAD(GPA_DISK + DISK_ISR, 0, 0),
};
#define COUNT(array) (sizeof array / sizeof *array)

static struct {
    unsigned workload, step, notified;
    bool has_started, has_failed;
} guest;

void guest_reset(void) {
    guest.workload = WORKLOAD_CHECKS;
    guest.step = guest.notified = 0;
    guest.has_started = guest.has_failed = false;
}

// The driver's side of a request that is about to be notified: the first stores what the second loads.
static void make_request(uint8_t *memory) {
    bool is_load = guest.notified;
    uint64_t at = GPA_RAM + guest.notified;
    struct descriptor *table = (struct descriptor *)(memory + TABLE);
    struct available *available = (struct available *)(memory + AVAILABLE);
    *(struct request *)(memory + REQUESTS) = (struct request){is_load ? REQUEST_READ : REQUEST_WRITE, 0, 7};
    for (unsigned index = 0; index < SECTOR; index += SOME)
        memory[DATA + index] = is_load ? 0 : index * 3;
    table[0] = (struct descriptor){GPA_RAM + REQUESTS, sizeof(struct request), HAS_NEXT, 1};
    table[1] = (struct descriptor){GPA_RAM + DATA, SECTOR, HAS_NEXT | (is_load ? IS_WRITABLE : 0), 2};
    table[2] = (struct descriptor){at + STATUSES, 1, IS_WRITABLE, 0};
    memory[STATUSES + guest.notified] = 0xff;
    available->ring[guest.notified] = 0;
    available->index = ++guest.notified;
}

// What a driver looks at behind both.
static void look_at_requests(const uint8_t *memory) {
    const struct used *used = (const struct used *)(memory + USED);
    bool is_right = used->index == 2 && !memory[STATUSES] && !memory[STATUSES + 1] && used->ring[1].written == SECTOR + 1;
    for (unsigned index = 0; index < SECTOR; index += SOME)
        is_right &= memory[DATA + index] == (uint8_t)(index * 3);
    guest.has_failed |= !is_right;
}

// The accesses of a round, and how often.
static const struct access *script(bool is_brief, unsigned *count, unsigned *rounds) {
    if (guest.workload == WORKLOAD_CHECKS) {
        *count = COUNT(each);
        *rounds = is_brief ? 1 : ROUND_ACCESSES;
        return each;
    }
    *rounds = 1;
    *count = guest.workload == WORKLOAD_DISK ? COUNT(driver) : COUNT(text);
    return guest.workload == WORKLOAD_DISK ? driver : text;
}

bool guest_next(const struct scenario *scenario, uint8_t *memory, struct access *access) {
    unsigned count, rounds;
    const struct access *accesses = script(scenario->is_brief, &count, &rounds);
    if (guest.step == count * rounds) {
        if (guest.workload == WORKLOAD_DISK)
            look_at_requests(memory);
        return false;
    }
    if (guest.workload == WORKLOAD_DISK && guest.step == 0) {
        guest.notified = 0;
        ((struct available *)(memory + AVAILABLE))->index = 0;
        ((struct used *)(memory + USED))->index = 0;
    }
    *access = accesses[guest.step++ % count];
    if (guest.workload == WORKLOAD_DISK && access->gpa == GPA_DISK + VIRTIO_NOTIFY)
        make_request(memory);
    return true;
}

void guest_takes(const struct access *access, uint64_t data) {
    guest.has_failed |= access->data != ANYTHING && data != access->data;
}

void guest_ends(const struct scenario *scenario, struct kvm_run *run) {
    run->exit_reason = KVM_EXIT_RISCV_SBI;
    run->riscv_sbi.extension_id = GUEST_CALL_ROUND;
    run->riscv_sbi.args[0] = guest.has_failed || scenario->oddity == CHECK_FAILS;
}

void guest_is_told(uint64_t next) {
    guest.workload = next;
    guest.step = 0;
    guest.has_failed = false;
}
