// SPDX-License-Identifier: Apache-2.0
// What the VMM asks of Linux, without a C library: system calls, text on the console, an end.

#ifndef LINUX_H
#define LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A system call; what fails gives the negative number of its error.
long system_call(long number, long a, long b, long c, long d, long e, long f);

int open_file(const char *path, int flags);
long read_file(int file, void *to, size_t length);
long control(int file, unsigned long request, const void *argument); // ioctl
void *map(size_t length, int file);                                 // of a file, or -1: new memory, which is 0

// Text: %s, %d, %u (64 bits) and %x.
void print(const char *format, ...);

// Says what failed, and ends the machine with a status other than 0.
__attribute__((noreturn)) void fail(const char *what, long error);
__attribute__((noreturn)) void power_off(bool has_failed);

#endif
