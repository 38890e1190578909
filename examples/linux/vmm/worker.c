// SPDX-License-Identifier: Apache-2.0

#include "worker.h"

#include "disk.h"
#include "linux.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/sched.h>

#define SIGCHLD 17

static uint8_t stack[0x2000] __attribute__((aligned(16)));
static volatile bool is_ready, is_over;
static volatile uint64_t notifications;
static int file;
static long thread;

__attribute__((noreturn)) static void work(void) {
    // Before the guest's thread as soon as there is something to do: on a machine with one hart the guest would else wait
    // for the scheduler's next tick.
    int priority = 1;
    checked("sched_setscheduler", system_call(__NR_sched_setscheduler, 0, SCHED_FIFO, (long)&priority, 0, 0, 0));
    is_ready = true;
    for (;;) {
        uint64_t count = 0;
        checked("read of the eventfd", read_file(file, &count, sizeof count));
        if (is_over) {
            notifications += count - 1;
            break;
        }
        notifications += count;
        disk_serve();
    }
    system_call(__NR_exit, 0, 0, 0, 0, 0, 0);
    for (;;)
        ;
}

void worker_start(int eventfd) {
    file = eventfd;
    is_ready = is_over = false;
    notifications = 0;
    checked("fcntl", system_call(__NR_fcntl, file, F_SETFL, 0, 0, 0, 0)); // to wait in a read
    thread = checked("clone", start_thread(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, work,
                                           stack + sizeof stack));
    while (!is_ready)
        system_call(__NR_sched_yield, 0, 0, 0, 0, 0, 0);
}

uint64_t worker_stop(void) {
    uint64_t one = 1;
    is_over = true;
    checked("eventfd", system_call(__NR_write, file, (long)&one, sizeof one, 0, 0, 0));
    checked("wait", system_call(__NR_wait4, thread, 0, 0, 0, 0, 0));
    checked("fcntl", system_call(__NR_fcntl, file, F_SETFL, O_NONBLOCK, 0, 0, 0));
    return notifications;
}
