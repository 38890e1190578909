// SPDX-License-Identifier: Apache-2.0

#include "access.h"
#include "devices.h"

#define EMULATE_IN vmm
#include "emulate.h"
#include "linux.h"

void answer_access(struct kvm_run *run) {
    unsigned size = run->mmio.len == 8 ? 3 : run->mmio.len / 2; // log2 of 1, 2, 4, 8
    uint64_t data = 0;
    __builtin_memcpy(&data, run->mmio.data, run->mmio.len);
    data = device_access(run->mmio.phys_addr, size, run->mmio.is_write, data);
    if (!run->mmio.is_write)
        __builtin_memcpy(run->mmio.data, &data, run->mmio.len);
}

void show_text(const char *before) {
    bool is_start = true;
    for (unsigned index = 0; index < emulated.length; index++) {
        char text[2] = {emulated.text[index]};
        print("%s%s", is_start ? before : "", text);
        is_start = text[0] == '\n';
    }
    if (!is_start)
        print("\n");
    emulated.length = 0;
}
