// In the kernel's place: answers the system calls of the VMM, which runs in U-mode, as Linux and its KVM do, with a guest that
// is played access by access. One scenario after the other, the VMM as fresh as after exec in each. What is printed is what
// the VMM writes, and lines of the kernel's own about what it was asked for.

#include "../../../examples/linux/module/shudeleg.h"
#include "devices.h"
#include "guest.h"
#include "layout.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <stdarg.h>
#include <stddef.h>

// Where boot.c puts the guest's kernel.
#define KERNEL_OFFSET 0x200000
enum { EPERM = 1, ENOENT = 2, EINTR = 4, EAGAIN = 11, EFAULT = 14, ENODEV = 19, EINVAL = 22, ENOSYS = 38 };
#define SPIE 0x20ul
#define CAUSE_ECALL_U 8

// As harness/enter.S has it.
struct context {
    uint64_t gpr[32], sepc, sstatus, hstatus;
};
void harness_enter(struct context *context);
void harness_main(void);
void process_main(void);
extern char guest_image[], guest_image_end[];
uint64_t fixup_table[2]; // nothing here may fault

// --- What a scenario begins with. The VMM's variables are everything that is not in these sections.

#define KEPT __attribute__((section("harness_kept")))
#define FRESH __attribute__((section("harness_fresh")))
extern char __DATA_BEGIN__[], __bss_start[], _end[], __start_harness_kept[], __stop_harness_kept[], __start_harness_fresh[],
    __stop_harness_fresh[], harness_stack[], harness_stack_top[];
static char *const snapshot = (char *)0x80900000;
static uint8_t *const arena = (uint8_t *)0x80400000; // what `mmap` gives away
enum { ARENA = 0x500000, TOUCHED = 0x1000 };

static KEPT const struct scenario *scenario;
static char *const stack_of_process = (char *)0x80a00000; // its end
static KEPT uint64_t line_length;

enum { MAIN, WORKER, THREADS };
enum { FILE_KVM = 10, FILE_VM, FILE_VCPU, FILE_EVENT, FILE_SHUDELEG, FILE_MODULE, FILE_DATA, FILE_PIPES = 20 };
static FRESH struct {
    struct context threads[THREADS];
    bool exists[THREADS], waits_for_event, waits_for_end, is_blocking, is_over;
    unsigned current, matched, pipes, words_read, runs;
    uint64_t event_count, event_address, used, data_left, data_at;
    char data_byte;
    uint8_t *memory, *run_page;
    uint64_t memory_size;
    bool has_access;
    struct access access;
    struct shudeleg_config windows;
    bool has_windows;
} k;

#define UART (*(volatile uint8_t *)0x10000000) // the hart's, which is always ready

static void put(char byte) {
    UART = byte;
    line_length = byte == '\n' ? 0 : line_length + 1;
}

static void put_number(uint64_t value, unsigned base) {
    if (value >= base)
        put_number(value / base, base);
    put("0123456789abcdef"[value % base]);
}

// A line of the kernel's own: %s, %x, %u.
static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (line_length)
        put('\n');
    for (; *format; format++)
        if (*format != '%')
            put(*format);
        else if (*++format == 's')
            for (const char *text = va_arg(arguments, const char *); *text; text++)
                put(*text);
        else
            put_number(va_arg(arguments, uint64_t), *format == 'x' ? 16 : 10);
    put('\n');
    va_end(arguments);
}

static void end_machine(void) {
    *(volatile uint32_t *)0x100000 = 0x5555;
    for (;;)
        ;
}

static bool is_same(const char *one, const char *other) {
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

static bool is_ours(const char *at) {
    return (at >= __start_harness_kept && at < __stop_harness_kept) ||
           (at >= __start_harness_fresh && at < __stop_harness_fresh);
}

// The VMM's variables with a value, to or from the snapshot.
static void all_values(bool is_saving) {
    size_t length = __bss_start - __DATA_BEGIN__;
    for (size_t at = 0; at < length; at += 8) {
        uint64_t *value = (uint64_t *)(__DATA_BEGIN__ + at), *saved = (uint64_t *)(snapshot + at);
        if (is_saving)
            *saved = *value;
        else if (!is_ours(__DATA_BEGIN__ + at))
            *value = *saved;
    }
}

// Both at multiples of 64.
static void clear(char *from, const char *to) {
    for (uint64_t *at = (uint64_t *)from; at < (uint64_t *)to; at += 8)
        at[0] = at[1] = at[2] = at[3] = at[4] = at[5] = at[6] = at[7] = 0;
}

static void clear_some(char *from, const char *to) {
    for (; from < to; from += 8)
        *(uint64_t *)from = 0;
}

// The VMM as after exec. Its variables without a value lie around the stack that is used here.
static void make_fresh(void) {
    char *stack_end = harness_stack_top + (-(uint64_t)harness_stack_top & 63);
    char *first = __bss_start + (-(uint64_t)__bss_start & 63), *end = _end - ((uint64_t)_end & 63);
    char *stack_begin = harness_stack - ((uint64_t)harness_stack & 63);
    all_values(false);
    clear_some(__bss_start, first < harness_stack ? first : harness_stack);
    clear(first, stack_begin);
    clear_some(stack_begin, harness_stack);
    clear_some(harness_stack_top, stack_end);
    clear(stack_end, end);
    clear_some(end, _end);
}

// --- Memory and KVM.

static long make_memory(uint64_t length, int file) {
    if (k.used + length > ARENA)
        return -12;
    uint8_t *given = arena + k.used;
    k.used += (length + 4095) & ~4095ul;
    clear((char *)given, (char *)given + (length < TOUCHED ? length : TOUCHED));
#ifdef GUEST_TREE_OFFSET
    if (length > GUEST_TREE_OFFSET) {
        clear((char *)given + KERNEL_OFFSET, (char *)given + KERNEL_OFFSET + 0x1000);
        clear((char *)given + GUEST_FILES_OFFSET, (char *)given + GUEST_FILES_OFFSET + 0x1000);
        clear((char *)given + GUEST_TREE_OFFSET, (char *)given + GUEST_TREE_OFFSET + 0x1000);
    }
#endif
    if (file == FILE_VCPU)
        k.run_page = given;
    return (long)given;
}

static bool is_loaded(const uint8_t *at, char byte, size_t length) {
    for (size_t index = 0; index < length; index++)
        if (at[index] != (uint8_t)byte)
            return false;
    return true;
}

static void tell_register(const struct kvm_one_reg *one) {
    uint64_t core = one->id & 0xff, value = *(uint64_t *)one->addr;
    if (core == KVM_REG_RISCV_CORE_REG(regs.pc)) {
        bool is_image = true;
        for (char *byte = guest_image; byte < guest_image_end; byte++)
            is_image &= k.memory[byte - guest_image] == (uint8_t)*byte;
        say("kernel: pc = %x%s", value, is_image ? ", the image is in memory" : "");
#ifdef GUEST_TREE_OFFSET
        say("kernel: memory %s", is_loaded(k.memory + KERNEL_OFFSET, 'k', 2500) && !k.memory[KERNEL_OFFSET + 2500] &&
                                         is_loaded(k.memory + GUEST_FILES_OFFSET, 'f', 700) &&
                                         is_loaded(k.memory + GUEST_TREE_OFFSET, 't', 700)
                                     ? "has the three files"
                                     : "is wrong");
#else
        (void)is_loaded;
#endif
    } else
        say("kernel: %s = %x", core == KVM_REG_RISCV_CORE_REG(regs.a0) ? "a0" : "a1", value);
}

static void tell_memory(const struct kvm_userspace_memory_region *region) {
    k.memory = (uint8_t *)region->userspace_addr;
    k.memory_size = region->memory_size;
    say("kernel: slot %u, flags %u, %x bytes at %x", (uint64_t)region->slot, (uint64_t)region->flags, k.memory_size,
        region->guest_phys_addr);
}

static bool is_in_window(const struct access *access) {
    for (unsigned index = 0; index < SHUDELEG_WINDOWS; index++) {
        uint64_t window = k.windows.windows[index], order = (window & UTRAP_HUGPAW0_ORDER_MASK) >> UTRAP_HUGPAW0_ORDER_SHIFT;
        uint64_t page = (window & UTRAP_HUGPAW0_GPPN_MASK) >> UTRAP_HUGPAW0_GPPN_SHIFT;
        if (window & UTRAP_HUGPAW0_E_MASK && access->gpa >> 12 >> order == page >> order)
            return true;
    }
    return false;
}

static long give_access(struct kvm_run *run) {
    const struct access *access = &k.access;
    run->exit_reason = KVM_EXIT_MMIO;
    run->mmio.phys_addr = access->gpa;
    run->mmio.len = 1 << access->size;
    run->mmio.is_write = access->is_write;
    *(uint64_t *)run->mmio.data = access->is_write ? access->data : 0xeeeeeeeeeeeeeeee;
    k.has_access = true;
    return 0;
}

static void take_access(struct kvm_run *run) {
    if (!run->mmio.is_write)
        guest_takes(&k.access, *(uint64_t *)run->mmio.data & (0xfffffffful >> (32 - 8 * run->mmio.len)));
    k.has_access = false;
}

// KVM_RUN, and with `told` SHUDELEG_RUN.
static long run_guest(struct shudeleg_run *told) {
    struct kvm_run *run = (struct kvm_run *)k.run_page;
    k.runs++;
    if (scenario->oddity == EXIT_OF_ANOTHER_KIND && k.runs == 3) {
        run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
        return 0;
    }
    if (scenario->oddity == FAULT_IN_HANDLER && told) {
        *told = (struct shudeleg_run){.reason = SHUDELEG_FAULT, .pc = 0x1234};
        return -EFAULT;
    }
    if (k.has_access)
        take_access(run);
    else if (run->exit_reason == KVM_EXIT_RISCV_SBI)
        guest_is_told(run->riscv_sbi.ret[0]);
    run->exit_reason = 0;
    while (guest_next(scenario, k.memory, &k.access)) {
        const struct access *access = &k.access;
        bool is_odd = scenario->oddity == EXIT_DESPITE_WINDOW && access->gpa == GPA_UART;
        if (told && is_in_window(access) && !is_odd) {
            uint64_t data = device_access(access->gpa, access->size, access->is_write, access->data);
            if (!access->is_write)
                guest_takes(access, data & (0xfffffffful >> (32 - (8 << access->size))));
        } else if (access->is_write && access->gpa == k.event_address) {
            k.event_count++;
            // The thread that waits comes first, in the midst of the run.
            if (k.waits_for_event)
                return -EINTR;
        } else
            return give_access(run);
    }
    guest_ends(scenario, run);
    return 0;
}

static long control(int file, uint64_t request, void *argument) {
    switch (request) {
    case KVM_CREATE_VM:
        return file == FILE_KVM ? FILE_VM : -EINVAL;
    case KVM_CREATE_VCPU:
        guest_reset();
        k.has_access = false;
        return file == FILE_VM ? FILE_VCPU : -EINVAL;
    case KVM_GET_VCPU_MMAP_SIZE:
        return file == FILE_KVM ? 0x1000 : -EINVAL;
    case KVM_SET_USER_MEMORY_REGION:
        tell_memory(argument);
        return file == FILE_VM ? 0 : -EINVAL;
    case KVM_SET_ONE_REG:
        tell_register(argument);
        return file == FILE_VCPU ? 0 : -EINVAL;
    case KVM_IOEVENTFD: {
        const struct kvm_ioeventfd *event = argument;
        bool is_on = !(event->flags & KVM_IOEVENTFD_FLAG_DEASSIGN);
        if (file != FILE_VM || event->fd != FILE_EVENT || is_on == (k.event_address != 0))
            return -EINVAL;
        k.event_address = is_on ? event->addr : 0;
        return 0;
    }
    case KVM_RUN:
        return file == FILE_VCPU ? run_guest(0) : -EINVAL;
    case SHUDELEG_ATTACH:
        k.windows = *(struct shudeleg_config *)argument;
        return file == FILE_SHUDELEG && k.windows.vcpu == FILE_VCPU && !k.windows.flags && !(k.windows.utvec & 3) &&
                       k.windows.huedeleg == ((1 << 21) | (1 << 23))
                   ? 0
                   : -EINVAL;
    case SHUDELEG_RUN:
        return file == FILE_SHUDELEG ? run_guest(argument) : -EINVAL;
    }
    say("kernel: ioctl %x is unknown", request);
    return -ENOSYS;
}

// --- Files.

static long open_path(const char *path) {
    static const struct {
        const char *path;
        int file;
        char byte;
        unsigned length;
    } known[] = {
        {"/dev/kvm", FILE_KVM, 0, 0},        {"/dev/shudeleg", FILE_SHUDELEG, 0, 0}, {"/shudeleg.ko", FILE_MODULE, 0, 0},
        {"/guest-kernel", FILE_DATA, 'k', 2500}, {"/guest-files", FILE_DATA, 'f', 700},  {"/guest-tree", FILE_DATA, 't', 700},
    };
    for (unsigned index = 0; index < sizeof known / sizeof *known; index++)
        if (is_same(path, known[index].path)) {
            if (known[index].file == FILE_DATA) {
                k.data_byte = known[index].byte;
                k.data_left = scenario->oddity == LARGE_FILE && k.data_byte == 'f' ? 0x10001 : known[index].length;
            }
            return known[index].file;
        }
    return -ENOENT;
}

// Gives no more than half a page at once, as a pipe may.
static long read_data(char *to, uint64_t length) {
    uint64_t now = length < k.data_left ? length : k.data_left;
    now = now < 0x800 ? now : 0x800;
    for (uint64_t at = 0; at < now; at++)
        to[at] = k.data_byte;
    k.data_left -= now;
    return now;
}

// The other VMM says that it is ready, and then how many accesses its guest has made.
static long read_pipe(uint64_t *to) {
    bool is_last = k.words_read++ & 1;
    if (is_last && scenario->oddity == OTHER_VMM_DIES)
        return 0;
    *to = is_last && scenario->oddity != OTHER_VMM_FAILS ? 5 : 0;
    return sizeof *to;
}

static long write_text(const char *text, uint64_t length) {
    for (uint64_t at = 0; at < length; at++)
        UART = text[at];
    line_length = length && text[length - 1] != '\n';
    return length;
}

// --- Threads, of which the worker comes first.

static void end_process(const char *how) {
    say("kernel: %s", how);
    k.is_over = true;
}

static long clone(struct context *parent) {
    uint64_t flags = parent->gpr[10];
    if (flags & CLONE_VM) {
        struct context *child = &k.threads[WORKER];
        *child = *parent;
        child->gpr[2] = parent->gpr[11];
        child->gpr[10] = 0;
        child->sepc += 4;
        k.exists[WORKER] = true;
        return 78;
    }
    say("kernel: fork");
    return scenario->oddity == IS_OTHER_VMM ? 0 : 77;
}

// Whether the call is to be made again, when something has happened.
#define AGAIN 0x7fffffffl

static long read_event(uint64_t *to) {
    if (!k.event_count && !k.is_blocking)
        return -EAGAIN;
    k.waits_for_event = !k.event_count;
    if (k.waits_for_event)
        return AGAIN;
    *to = k.event_count;
    k.event_count = 0;
    return sizeof *to;
}

static long read_any(int file, void *to, uint64_t length) {
    if (file == FILE_EVENT)
        return read_event(to);
    return file == FILE_DATA ? read_data(to, length) : file >= FILE_PIPES ? read_pipe(to) : -EINVAL;
}

static long write_any(int file, void *from, uint64_t length) {
    uint64_t word = *(uint64_t *)from;
    if (file == 1)
        return write_text(from, length);
    if (file == FILE_EVENT)
        k.event_count += word;
    else
        say("kernel: %u into a pipe", word);
    return length;
}

static bool is_failing(const uint64_t *a, long number) {
    if (scenario->number != number || (scenario->request && scenario->request != a[1]) ||
        (scenario->path && !is_same(scenario->path, (const char *)a[1])))
        return false;
    return ++k.matched == scenario->nth;
}

static long answer(struct context *context) {
    uint64_t *a = &context->gpr[10];
    long number = context->gpr[17];
    if (is_failing(a, number))
        return scenario->result;
    switch (number) {
    case __NR_openat:
        return open_path((const char *)a[1]);
    case __NR_ioctl:
        return control(a[0], a[1], (void *)a[2]);
    case __NR_mmap:
        return make_memory(a[1], a[4]);
    case __NR_read:
        return read_any(a[0], (void *)a[1], a[2]);
    case __NR_write:
        return write_any(a[0], (void *)a[1], a[2]);
    case __NR_eventfd2:
        return FILE_EVENT;
    case __NR_fcntl:
        k.is_blocking = !(a[2] & O_NONBLOCK);
        return 0;
    case __NR_pipe2:
        ((int *)a[0])[0] = FILE_PIPES + k.pipes++;
        ((int *)a[0])[1] = FILE_PIPES + k.pipes++;
        return 0;
    case __NR_clone:
        return clone(context);
    case __NR_wait4:
        k.waits_for_end = a[0] == 78 && k.exists[WORKER];
        return k.waits_for_end ? AGAIN : (long)a[0];
    case __NR_exit:
        k.exists[WORKER] = false;
        return AGAIN;
    case __NR_exit_group:
        end_process("exit");
        return AGAIN;
    case __NR_reboot:
        end_process(a[2] == LINUX_REBOOT_CMD_POWER_OFF ? "power off" : "restart");
        return AGAIN;
    case __NR_finit_module:
    case __NR_close:
    case __NR_munmap:
    case __NR_mount:
    case __NR_mlockall:
    case __NR_sched_setscheduler:
    case __NR_sched_yield:
        if (number == __NR_munmap && a[0] == (uint64_t)k.memory)
            k.used = 0; // the machine is taken away
        return 0;
    }
    say("kernel: call %u is unknown", (uint64_t)number);
    return -ENOSYS;
}

static void pick_thread(void) {
    bool is_worker = k.exists[WORKER] && !(k.waits_for_event && !k.event_count);
    k.current = is_worker ? WORKER : MAIN;
}

static void play(void) {
    clear_some(__start_harness_fresh, __stop_harness_fresh);
    make_fresh();
    guest_reset();
    say("== %s", scenario->name);
    k.exists[MAIN] = true;
    k.threads[MAIN] = (struct context){.sepc = (uint64_t)process_main, .sstatus = SPIE};
    k.threads[MAIN].gpr[2] = (uint64_t)stack_of_process;
    while (!k.is_over) {
        pick_thread();
        struct context *context = &k.threads[k.current];
        harness_enter(context);
        uint64_t cause;
        __asm__ volatile("csrr %0, scause" : "=r"(cause));
        if (cause != CAUSE_ECALL_U) {
            say("kernel: cause %u at %x", cause, context->sepc);
            return;
        }
        long result = answer(context);
        if (result == AGAIN)
            continue;
        context->gpr[10] = result;
        context->sepc += 4;
    }
}

void harness_main(void) {
    __asm__ volatile("csrw scounteren, %0" : : "r"(7));
    all_values(true);
    for (unsigned index = 0; index < scenario_count; index++) {
        scenario = &scenarios[index];
        play();
    }
    end_machine();
}
