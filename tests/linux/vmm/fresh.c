// Text, and the VMM as after exec: its variables have the values that they have had before it ran for the first time.

#include "kernel.h"

#include <stdarg.h>

extern char __DATA_BEGIN__[], __bss_start[], _end[], __start_harness_kept[], __stop_harness_kept[], __start_harness_fresh[],
    __stop_harness_fresh[], harness_stack[], harness_stack_top[];
static char *const snapshot = (char *)0x80900000;
static KEPT uint64_t line_length;

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

void say(const char *format, ...) {
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

void say_as_is(const char *text, size_t length) {
    for (size_t at = 0; at < length; at++)
        UART = text[at];
    line_length = length && text[length - 1] != '\n';
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

void clear(char *from, const char *to) {
    for (uint64_t *at = (uint64_t *)from; at < (uint64_t *)to; at += 8)
        at[0] = at[1] = at[2] = at[3] = at[4] = at[5] = at[6] = at[7] = 0;
}

static void clear_some(char *from, const char *to) {
    for (; from < to; from += 8)
        *(uint64_t *)from = 0;
}

// The VMM as after exec. Its variables without a value lie around the stack that is used here.
void make_fresh(void) {
    char *stack_end = harness_stack_top + (-(uint64_t)harness_stack_top & 63);
    char *first = __bss_start + (-(uint64_t)__bss_start & 63), *end = _end - ((uint64_t)_end & 63);
    char *stack_begin = harness_stack - ((uint64_t)harness_stack & 63);
    clear_some(__start_harness_fresh, __stop_harness_fresh);
    all_values(false);
    clear_some(__bss_start, first < harness_stack ? first : harness_stack);
    clear(first, stack_begin);
    clear_some(stack_begin, harness_stack);
    clear_some(harness_stack_top, stack_end);
    clear(stack_end, end);
    clear_some(end, _end);
}

void keep_values(void) { all_values(true); }
