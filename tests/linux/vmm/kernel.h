// What the parts of the kernel's stand-in have in common: kernel.c has system calls and threads, kvm.c memory and KVM, fresh.c
// text, and what makes the VMM as fresh as after exec.

#ifndef PLAYED_KERNEL_H
#define PLAYED_KERNEL_H

#include "../../../examples/linux/module/shudeleg.h"
#include "guest.h"

#include <stddef.h>

enum { ENOENT = 2, EINTR = 4, EAGAIN = 11, ENOMEM = 12, EFAULT = 14, EINVAL = 22, ENOSYS = 38 };

// As harness/enter.S has it.
struct context {
    uint64_t gpr[32], sepc, sstatus, hstatus;
};

enum { MAIN, WORKER, THREADS };
enum { FILE_KVM = 10, FILE_VM, FILE_VCPU, FILE_EVENT, FILE_SHUDELEG, FILE_MODULE, FILE_DATA, FILE_PIPES = 20 };

// The variables here stay as they are, or begin anew with each scenario; all others are the VMM's.
#define KEPT __attribute__((section("harness_kept")))
#define FRESH __attribute__((section("harness_fresh")))
extern const struct scenario *scenario;
extern struct kernel {
    struct context threads[THREADS];
    bool exists[THREADS], waits_for_event, is_blocking, is_over;
    unsigned current, matched, pipes, words_read, runs;
    uint64_t event_count, event_address, used, data_left;
    char data_byte;
    uint8_t *memory, *run_page;
    bool has_access;
    struct access access;
    struct shudeleg_config windows;
} k;

void say(const char *format, ...); // a line of the kernel's own: %s, %x, %u
void say_as_is(const char *text, size_t length);
void keep_values(void);                      // of the VMM's variables, once
void make_fresh(void);                       // they have them again, and `k` is 0
void clear(char *from, const char *to);      // both at multiples of 64

long make_memory(uint64_t length, int file); // mmap
long answer_ioctl(int file, uint64_t request, void *argument);

#endif
