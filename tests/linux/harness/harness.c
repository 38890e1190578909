// In the kernel's and the VMM's place: calls the module as they do, with a guest that runs, a scheduler that takes the hart
// away, signals, a second vCPU. Ends with the number of the first check that failed, or with 0.

#include "kernel.h"
#include "layout.h"
#include "../../../examples/linux/module/shudeleg.h"

extern int (*const start_module)(void);
extern void (*const stop_module)(void);
void harness_enter(struct kvm_cpu_context *context);
extern char harness_guest[], harness_handler[], harness_handler_end[], harness_stop[];

#define HU 0x200ul
#define SPP 0x100ul
#define SPIE 0x20ul
#define VTW 0x200000ul
#define SPVP 0x100ul
#define STIE 0x20ul
#define INTERRUPT (1ul << 63)
enum { CAUSE_ECALL_VS = 10, CAUSE_LOAD = 21, CAUSE_STORE = 23, MODE_SV39X4 = 8 };
// Cycles from the call of the module to the first access of the guest, at least.
enum { ACCESSES = 8, ANSWER = 3, FIRST_ACCESS = 1500 };

// What the handler in U-mode looks at and counts.
volatile uint32_t stops;
volatile uint64_t loads, stores;

static void leave(uint64_t check) {
    *(volatile uint32_t *)0x100000 = check ? check << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}
#define CHECK(number, condition) \
    do { \
        if (!(condition)) \
            leave(number); \
    } while (0)

static void set_timer(uint64_t time) {
    register uint64_t a0 __asm__("a0") = time, a1 __asm__("a1") = 0, a6 __asm__("a6") = 0, a7 __asm__("a7") = 0x54494d45;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

static uint64_t now(void) {
    uint64_t time;
    __asm__ volatile("rdtime %0" : "=r"(time));
    return time;
}

// --- The kernel's functions.

static struct mm_struct ours, others;
static struct task_struct vmm = {&ours}, child = {&others};
struct task_struct *current = &vmm;

static struct super_block anonymous = {ANON_INODE_FS_MAGIC}, disk = {0x1234};
static struct inode anonymous_inode = {&anonymous}, disk_inode = {&disk};
static long run_vcpu(struct file *file, unsigned int command, unsigned long argument);
static const struct file_operations vcpu_operations = {.unlocked_ioctl = run_vcpu};

static struct kvm machine = {&ours};
static struct kvm_vcpu vcpus[2] = {{.kvm = &machine}, {.kvm = &machine}};
enum { VCPU_0, VCPU_1, EVENTFD, FORGED, FILES };
static struct file files[FILES] = {
    [VCPU_0] = {&anonymous_inode, {{"kvm-vcpu:0"}}, &vcpu_operations, &vcpus[0]},
    [VCPU_1] = {&anonymous_inode, {{"kvm-vcpu:1"}}, &vcpu_operations, &vcpus[1]},
    [EVENTFD] = {&anonymous_inode, {{"[eventfd]"}}, &vcpu_operations, &vcpus[0]},
    [FORGED] = {&disk_inode, {{"kvm-vcpu:0"}}, &vcpu_operations, &vcpus[0]},
};

struct file *fget(unsigned int descriptor) {
    if (descriptor >= FILES)
        return 0;
    files[descriptor].references++;
    return &files[descriptor];
}
void fput(struct file *file) { file->references--; }

static uint8_t heap[4096] __attribute__((aligned(16)));
static size_t heap_used;
static int allocated;
void *kzalloc(size_t size, int flags) {
    (void)flags;
    void *memory = heap + heap_used;
    heap_used += (size + 15) & ~15ul;
    allocated++;
    return memory;
}
void kfree(void *memory) {
    (void)memory;
    allocated--;
}
int mutex_lock_killable(struct mutex *mutex) {
    if (mutex->locked)
        return -EINTR;
    mutex->locked = 1;
    return 0;
}
void mutex_unlock(struct mutex *mutex) { mutex->locked = 0; }
unsigned long copy_from_user(void *to, const void *from, size_t size) {
    __builtin_memcpy(to, from, size);
    return 0;
}
unsigned long copy_to_user(void *to, const void *from, size_t size) { return copy_from_user(to, from, size); }
size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}
int strncmp(const char *one, const char *other, size_t length) {
    while (length && *one && *one == *other)
        one++, other++, length--;
    return length ? *one - *other : 0;
}

static struct miscdevice *device;
int misc_register(struct miscdevice *made) {
    device = made;
    return 0;
}
void misc_deregister(struct miscdevice *made) {
    if (device == made)
        device = 0;
}

static int depth, users;
static struct preempt_notifier *notifier;
void preempt_disable(void) { depth++; }
void preempt_enable(void) { depth--; }
void preempt_notifier_inc(void) { users++; }
void preempt_notifier_dec(void) { users--; }
void preempt_notifier_register(struct preempt_notifier *made) {
    CHECK(1, depth && users && !notifier);
    notifier = made;
}
void preempt_notifier_unregister(struct preempt_notifier *made) {
    CHECK(2, depth && notifier == made);
    notifier = 0;
}

// --- The scheduler and KVM.

static bool is_clear(void) {
    return !(csr_read(UTRAP_CSR_HUDCFG) | csr_read(UTRAP_CSR_HUEDELEG) | csr_read(UTRAP_CSR_UTVEC) |
             csr_read(UTRAP_CSR_USCRATCH) | csr_read(UTRAP_CSR_UEPC) | csr_read(UTRAP_CSR_HUTVAL) |
             csr_read(UTRAP_CSR_HUSTATUS));
}

// Another thread has the hart for a while, and uses what it finds.
static void schedule(void) {
    preempt_disable();
    if (notifier)
        notifier->ops->sched_out(notifier, 0);
    CHECK(3, is_clear());
    csr_write(UTRAP_CSR_UTVEC, 0x12345670);
    csr_write(UTRAP_CSR_USCRATCH, -1);
    csr_write(UTRAP_CSR_UEPC, 0x76543210);
    csr_write(UTRAP_CSR_UCAUSE, 3);
    csr_write(UTRAP_CSR_UTVAL, -1);
    csr_write(UTRAP_CSR_HUTVAL, -1);
    csr_write(UTRAP_CSR_HUTINST, 0);
    csr_write(UTRAP_CSR_HUSTATUS, 0);
    if (notifier)
        notifier->ops->sched_in(notifier, 0);
    preempt_enable();
}

static uint64_t interrupts, in_handler, exits;
static bool has_signal;

static long run_vcpu(struct file *file, unsigned int command, unsigned long argument) {
    struct kvm_vcpu *vcpu = file->private_data;
    struct kvm_cpu_context *context = &vcpu->arch.guest_context;
    CHECK(4, command == KVM_RUN && argument == 0 && !depth && notifier);
    for (;;) {
        harness_enter(context);
        uint64_t cause = csr_read(UTRAP_CSR_SCAUSE);
        bool is_guest = context->hstatus & HSTATUS_SPV;
        if (cause & INTERRUPT) {
            set_timer(-1ul);
            interrupts++;
            in_handler += !is_guest;
            schedule();
            if (has_signal) {
                has_signal = false;
                return -EINTR;
            }
        } else if (!is_guest)
            return -EFAULT; // as KVM, which does not know of handlers
        else if (cause == CAUSE_ECALL_VS) {
            context->sepc += 4;
            return 0;
        } else if (cause == CAUSE_LOAD || cause == CAUSE_STORE) {
            exits++;
            context->sepc += 4;
            if (cause == CAUSE_LOAD)
                context->gpr[5] = ANSWER; // t0, as the guest is written
        } else
            leave(100 + cause);
    }
}

// --- The checks.

static uint64_t guest_root[2048] __attribute__((aligned(16384)));
static uint8_t stacks[2][4096] __attribute__((aligned(16)));

static void start(unsigned number) {
    struct kvm_cpu_context *context = &vcpus[number].arch.guest_context;
    for (unsigned index = 1; index < 32; index++)
        context->gpr[index] = 0x1111111111111111 * (index % 15) + number;
    context->sepc = (uint64_t)harness_guest;
    context->sstatus = SPP | SPIE;
    context->hstatus = HSTATUS_SPV | SPVP | VTW;
}

// After a round: the guest has its sum, and no other register of it has changed.
static bool is_whole(unsigned number) {
    const struct kvm_cpu_context *context = &vcpus[number].arch.guest_context;
    for (unsigned index = 1; index < 32; index++)
        if (index != 5 && index != 8 && index != 9 && index != 10 && index != 18 &&
            context->gpr[index] != 0x1111111111111111 * (index % 15) + number)
            return false;
    return context->gpr[10] == ACCESSES * ANSWER;
}

static struct shudeleg_config config_of(unsigned number) {
    return (struct shudeleg_config){
        .vcpu = number,
        .huedeleg = BIT(CAUSE_LOAD) | BIT(CAUSE_STORE),
        .utvec = (uint64_t)harness_handler,
        .uscratch = (uint64_t)stacks[number] + sizeof stacks[number] - VCPU_GPR(32),
        .windows = {(uint64_t)GPA_UART >> 12 << UTRAP_HUGPAW0_GPPN_SHIFT | UTRAP_HUGPAW0_E_MASK},
    };
}

static struct file opened[2];
static long attach(unsigned file, struct shudeleg_config config) {
    return device->fops->unlocked_ioctl(&opened[file], SHUDELEG_ATTACH, (uint64_t)&config);
}
static long run(unsigned file, struct shudeleg_run *told) {
    return device->fops->unlocked_ioctl(&opened[file], SHUDELEG_RUN, (uint64_t)told);
}

static void check_attach(void) {
    struct shudeleg_run told;
    struct shudeleg_config config = config_of(VCPU_0);
    CHECK(10, run(0, &told) == -ENODEV);
    CHECK(11, device->fops->unlocked_ioctl(&opened[0], 1, 0) == -ENOTTY);
    config.vcpu = FILES;
    CHECK(12, attach(0, config) == -EBADF);
    config.vcpu = EVENTFD;
    CHECK(13, attach(0, config) == -EINVAL);
    config.vcpu = FORGED;
    CHECK(14, attach(0, config) == -EINVAL);
    config = config_of(VCPU_0);
    config.flags = 1;
    CHECK(15, attach(0, config) == -EINVAL);
    config = config_of(VCPU_0);
    config.utvec |= 1;
    CHECK(16, attach(0, config) == -EINVAL);
    config = config_of(VCPU_0);
    config.huedeleg |= BIT(2);
    CHECK(17, attach(0, config) == -EINVAL);
    current = &child;
    CHECK(18, attach(0, config_of(VCPU_0)) == -EIO);
    current = &vmm;
    for (unsigned index = 0; index < FILES; index++)
        CHECK(19, files[index].references == 0);
    CHECK(20, attach(0, config_of(VCPU_0)) == 0 && attach(0, config_of(VCPU_0)) == 0);
    CHECK(21, files[VCPU_0].references == 1);
    CHECK(22, attach(1, config_of(VCPU_1)) == 0);
}

static void check_run(void) {
    struct shudeleg_run told;
    start(0);
    loads = stores = 0;
    CHECK(30, run(0, &told) == 0 && told.reason == SHUDELEG_GUEST && told.pc == 0);
    CHECK(31, loads == ACCESSES && stores == ACCESSES && exits == 0 && is_whole(0));
    CHECK(32, is_clear() && !notifier && !depth && !(vcpus[0].arch.guest_context.hstatus & HU));
    current = &child;
    CHECK(33, run(0, &told) == -EIO);
    current = &vmm;
    // A closed window: all of it is KVM's.
    struct shudeleg_config config = config_of(VCPU_0);
    config.windows[0] = 0;
    CHECK(34, attach(0, config) == 0);
    CHECK(35, run(0, &told) == 0 && loads == ACCESSES && exits == 2 * ACCESSES && is_whole(0));
    CHECK(36, attach(0, config_of(VCPU_0)) == 0);
}

// The hart is taken away at every place of guest and handler.
static void check_preemption(void) {
    struct shudeleg_run told;
    loads = stores = exits = interrupts = in_handler = 0;
    uint64_t rounds = 0;
    for (uint64_t wait = FIRST_ACCESS; wait < FIRST_ACCESS + 800; wait += 13, rounds++) {
        set_timer(now() + wait);
        CHECK(40, run(0, &told) == 0 && told.reason == SHUDELEG_GUEST && is_whole(0));
    }
    CHECK(41, loads == rounds * ACCESSES && stores == loads && exits == 0);
    CHECK(42, interrupts == rounds && in_handler > rounds / 4 && in_handler < rounds);
}

// A signal in the handler: it goes on where it was, whatever other vCPU has run meanwhile.
static void check_signals(void) {
    struct shudeleg_run told;
    start(1);
    loads = stores = in_handler = 0;
    uint64_t wait = FIRST_ACCESS, rounds = 0;
    do {
        has_signal = true;
        set_timer(now() + wait);
        wait += 7;
        long status = run(0, &told);
        CHECK(50, status == -EINTR && is_clear());
        uint64_t before = in_handler;
        CHECK(51, run(1, &(struct shudeleg_run){0}) == 0 && is_whole(1));
        CHECK(52, in_handler == before);
        struct shudeleg_run rest;
        CHECK(53, run(0, &rest) == 0 && rest.reason == SHUDELEG_GUEST && is_whole(0));
        CHECK(56, ++rounds < 100);
    } while (told.reason != SHUDELEG_HANDLER);
    CHECK(54, in_handler && told.pc >= (uint64_t)harness_handler && told.pc < (uint64_t)harness_handler_end);
    CHECK(55, loads == 2 * rounds * ACCESSES && stores == loads);
}

// An exception in the handler: the VMM is told where, and the run goes on when it has mended it.
static void check_fault(void) {
    struct shudeleg_run told;
    loads = stores = 0;
    stops = 1;
    CHECK(60, run(0, &told) == -EFAULT && told.reason == SHUDELEG_FAULT && told.pc == (uint64_t)harness_stop);
    CHECK(61, is_clear());
    CHECK(62, run(0, &told) == -EFAULT && told.pc == (uint64_t)harness_stop);
    vcpus[0].arch.guest_context.sepc += 4;
    CHECK(63, run(0, &told) == 0 && told.reason == SHUDELEG_GUEST && is_whole(0));
    CHECK(64, loads == ACCESSES && stores == ACCESSES);
}

void harness_main(void) {
    int status = start_module();
    if (status == -ENODEV) // as under QEMU: no device, nothing left behind
        leave(users == 0 && !device ? 0 : 5);
    CHECK(6, status == 0 && device && device->mode == 0666 && strncmp(device->name, "shudeleg", 9) == 0);
    guest_root[2] = (0x80000000ul >> 2) | 0xdf; // a gigabyte of memory; no device
    csr_write(UTRAP_CSR_HGATP, (unsigned long)MODE_SV39X4 << 60 | (uint64_t)guest_root >> 12);
    csr_write(UTRAP_CSR_VSATP, 0);
    csr_write(UTRAP_CSR_SIE, STIE);
    for (unsigned number = 0; number < 2; number++)
        CHECK(7, device->fops->open(0, &opened[number]) == 0);
    check_attach();
    check_run();
    check_preemption();
    check_signals();
    check_fault();
    for (unsigned number = 0; number < 2; number++)
        CHECK(8, device->fops->release(0, &opened[number]) == 0);
    stop_module();
    CHECK(9, !device && users == 0 && allocated == 0 && files[VCPU_0].references == 0 && files[VCPU_1].references == 0);
    leave(0);
}
