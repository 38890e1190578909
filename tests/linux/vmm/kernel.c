// In the kernel's place: answers the system calls of the VMM, which runs in U-mode, as Linux and its KVM do, with a guest that
// is played access by access. One scenario after the other. What is printed is what the VMM writes, and lines of the kernel's
// own about what it was asked for.

#include "kernel.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/reboot.h>
#include <linux/sched.h>

#define SPIE 0x20ul
enum { CAUSE_ECALL_U = 8, OTHER_PROCESS = 77, WORKER_PROCESS = 78 };

void harness_enter(struct context *context);
void harness_main(void);
void process_main(void);
uint64_t fixup_table[2];                                  // nothing here may fault
static char *const stack_of_process = (char *)0x80a00000; // its end

KEPT const struct scenario *scenario;
FRESH struct kernel k;

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
        return WORKER_PROCESS;
    }
    say("kernel: fork");
    return scenario->oddity == IS_OTHER_VMM ? 0 : OTHER_PROCESS;
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
        say_as_is(from, length);
    else if (file == FILE_EVENT)
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
        return answer_ioctl(a[0], a[1], (void *)a[2]);
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
        return a[0] == WORKER_PROCESS && k.exists[WORKER] ? AGAIN : (long)a[0];
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
    keep_values();
    for (unsigned index = 0; index < scenario_count; index++) {
        scenario = &scenarios[index];
        play();
    }
    end_machine();
}
