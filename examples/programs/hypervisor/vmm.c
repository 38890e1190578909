// SPDX-License-Identifier: Apache-2.0
// The VMM, a user process: runs the guest on one path after the other, emulates what it accesses, says what happened.

#define EMULATE_IN vmm
#include "emulate.h"
#include "layout.h"
#include "platform.h"

int64_t vmm_call(uint64_t first, uint64_t second, uint64_t number);
void vmm_trap(void);

static struct run *const run = (struct run *)VMM_RUN;
static const char *const names[PATHS] = {"kernel and back", "in the kernel", "straight to the VMM"};

static void say(const char *text) {
    uint64_t length = 0;
    while (text[length])
        length++;
    vmm_call((uint64_t)text, length, CALL_WRITE);
}

// The main loop that every user of KVM has: until the guest's round is over.
static uint64_t run_round(void) {
    while (vmm_call(0, 0, CALL_RUN) == EXIT_MMIO) {
        uint64_t data = emulate(run->gpa, run->size, run->is_write, run->data);
        if (!run->is_write)
            run->data = data;
    }
    return run->status;
}

// Who did what: on each path the devices must have been emulated in the one place that the path is about.
static const char *verdict(uint64_t path, const struct counts *kernel) {
    bool by_vmm = path != PATH_IN_KERNEL;
    uint64_t here = path == PATH_IN_KERNEL ? kernel->uart : emulated.uart;
    uint64_t rtc = by_vmm ? emulated.rtc : kernel->rtc, pcie = by_vmm ? emulated.pcie : kernel->pcie;
    uint64_t total = emulated.uart + emulated.rtc + emulated.pcie;
    if (here < ROUND_ACCESSES || rtc < ROUND_ACCESSES || pcie < ROUND_ACCESSES)
        return "FAILED: too few accesses";
    if (by_vmm ? kernel->uart + kernel->rtc + kernel->pcie != 0 : total != 0)
        return "FAILED: emulated in the wrong place";
    if (kernel->exits != (path == PATH_KERNEL_AND_BACK ? total : 0))
        return "FAILED: exits to the VMM";
    if (kernel->notifications != ROUND_ACCESSES)
        return "FAILED: notifications";
    if (kernel->ticks != ROUND_TICKS)
        return "FAILED: ticks";
    return 0;
}

__attribute__((noreturn)) void vmm_main(void) {
    bool has_failed = false;
    for (uint64_t path = 0; path < PATHS; path++) {
        char title[] = "path a, ";
        title[5] += path;
        say(title);
        say(names[path]);
        if (vmm_call(path, 0, CALL_PATH) < 0) {
            say(": this hart has no Shudeleg\n");
            continue;
        }
        if (path == PATH_TO_USER) {
            CSR_WRITE(UTRAP_CSR_USCRATCH, VMM_TRAP_STACK + PAGE_SIZE - VCPU_GPR(32));
            CSR_WRITE(UTRAP_CSR_UTVEC, vmm_trap);
        }
        say("\n");
        uint64_t status = run_round();

        struct counts kernel;
        vmm_call((uint64_t)&kernel, 0, CALL_REPORT);
        vmm_call((uint64_t)emulated.text, emulated.length, CALL_WRITE);
        const char *complaint = verdict(path, &kernel);
        if (status != 0) {
            char which[] = "FAILED: the guest's check a\n";
            which[sizeof which - 3] += status - 1;
            say(which);
        } else if (complaint) {
            say(complaint);
            say("\n");
        } else
            say("passed\n");
        has_failed |= status != 0 || complaint;
        emulated = (struct emulated){0};
    }
    vmm_call(has_failed, 0, CALL_EXIT);
    __builtin_unreachable();
}
