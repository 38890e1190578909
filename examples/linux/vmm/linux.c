// SPDX-License-Identifier: Apache-2.0

#include "linux.h"

#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/reboot.h>
#include <asm/unistd.h>
#include <stdarg.h>

long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c, a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e, a5 __asm__("a5") = f, a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

int open_file(const char *path, int flags) {
    return system_call(__NR_openat, AT_FDCWD, (long)path, flags, 0, 0, 0);
}

void close_file(int file) { system_call(__NR_close, file, 0, 0, 0, 0, 0); }

long read_file(int file, void *to, size_t length) {
    return system_call(__NR_read, file, (long)to, length, 0, 0, 0);
}

long control(int file, unsigned long request, const void *argument) {
    return system_call(__NR_ioctl, file, request, (long)argument, 0, 0, 0);
}

bool load_module(const char *path) {
    int file = checked(path, open_file(path, O_RDONLY));
    long status = system_call(__NR_finit_module, file, (long)"", 0, 0, 0, 0);
    close_file(file);
    if (status < 0)
        print("vmm: no path c: this hart has no Shudeleg, says the module (error %d)\n", -status);
    return status == 0;
}

void *map(size_t length, int file) {
    int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    long address = system_call(__NR_mmap, 0, length, PROT_READ | PROT_WRITE, flags, file, 0);
    if (address < 0 && address > -4096)
        fail("mmap", address);
    return (void *)address;
}

long start_thread(unsigned long flags, void (*function)(void), void *stack_end) {
    register long a0 __asm__("a0") = flags, a1 __asm__("a1") = (long)stack_end, a2 __asm__("a2") = 0;
    register long a3 __asm__("a3") = 0, a4 __asm__("a4") = 0, a7 __asm__("a7") = __NR_clone;
    register void (*to)(void) __asm__("a5") = function;
    __asm__ volatile("ecall\n bnez a0, 1f\n jr a5\n 1:"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(to), "r"(a7)
                     : "memory");
    return a0;
}

static char line[512];
static size_t length;

static void put(char character) {
    line[length++] = character;
    if (character == '\n' || length == sizeof line) {
        system_call(__NR_write, 1, (long)line, length, 0, 0, 0);
        length = 0;
    }
}

static void put_number(uint64_t value, unsigned base) {
    if (value >= base)
        put_number(value / base, base);
    put("0123456789abcdef"[value % base]);
}

void print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        format++;
        if (*format == 's') {
            for (const char *text = va_arg(arguments, const char *); *text; text++)
                put(*text);
            continue;
        }
        int64_t value = va_arg(arguments, int64_t);
        if (*format == 'd' && value < 0) {
            put('-');
            value = -value;
        }
        put_number(value, *format == 'x' ? 16 : 10);
    }
    va_end(arguments);
}

void power_off(bool has_failed) {
    // The firmware ends with a status of 0 after a shutdown, with 1 after a restart.
    system_call(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
                has_failed ? LINUX_REBOOT_CMD_RESTART : LINUX_REBOOT_CMD_POWER_OFF, 0, 0, 0);
    for (;;)
        ;
}

void fail(const char *what, long error) {
    print("vmm: FAILED: %s: error %d\n", what, -error);
    power_off(true);
}

long checked(const char *what, long status) {
    if (status < 0)
        fail(what, status);
    return status;
}
