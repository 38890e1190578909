// SPDX-License-Identifier: Apache-2.0
// What a process asks of Linux, without a C library: system calls, text on the console, an end.

#ifndef LINUX_H
#define LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the process does, to its end.
__attribute__((noreturn)) void process_main(void);

// A system call; what fails gives the negative number of its error.
long system_call(long number, long a, long b, long c, long d, long e, long f);

int open_file(const char *path, int flags);
void close_file(int file);
long read_file(int file, void *to, size_t length);
long control(int file, unsigned long request, const void *argument); // ioctl
bool load_module(const char *path);
void *map(size_t length, int file);                                 // of a file, or -1: new memory, which is 0

// What `clone` gives in the one that calls it; the other begins in `function`, which must not return, on its own stack.
long start_thread(unsigned long flags, void (*function)(void), void *stack_end);

static inline uint64_t cycles(void) {
    uint64_t now;
    __asm__ volatile("rdcycle %0" : "=r"(now));
    return now;
}

// Text: %s, %d, %u (64 bits) and %x.
void print(const char *format, ...);

// Says what failed, and ends the machine with a status other than 0.
__attribute__((noreturn)) void fail(const char *what, long error);
long checked(const char *what, long status); // what a system call gave, if it did not fail
__attribute__((noreturn)) void power_off(bool has_failed);

#endif
