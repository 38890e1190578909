// SPDX-License-Identifier: Apache-2.0
// The VMM, which is init: one guest, whose devices it emulates. The same emulation answers on each path:
//
//     a    KVM gives the access to the VMM (KVM_EXIT_MMIO); so does a notification of VirtIO
//     b    the kernel takes a notification by itself (ioeventfd); what it cannot emulate is as in a
//     c    Shudeleg gives the access to the VMM's trap handler; a notification is as in b
//
// The lines that begin with "vmm: " are for a program, too: sim/utrap_linux/console.py reads them.

#define EMULATE_IN vmm
#include "emulate.h"
#include "layout.h"
#include "linux.h"
#include "machine.h"
#include "workloads.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/kvm.h>
#include <linux/mount.h>

enum { PATH_EXIT, PATH_EVENT, PATH_DIRECT, PATHS_HERE };

// Where a path is like another one it is left out: without notifications b is a.
static const bool is_measured[WORKLOADS][PATHS_HERE] = {
    [WORKLOAD_CHECKS] = {true, true, true},
    [WORKLOAD_PRINT] = {true, false, true},
    [WORKLOAD_SCAN] = {true, false, true},
    [WORKLOAD_COMPUTE] = {true, false, true},
    [WORKLOAD_NOTIFY] = {true, true, true},
};

static struct machine machine;

struct tally {
    uint64_t exits, notifications; // that came to the VMM by KVM_RUN; of VirtIO, wherever
};

static uint64_t cycles(void) {
    uint64_t now;
    __asm__ volatile("rdcycle %0" : "=r"(now));
    return now;
}

// What the guest has printed; the handler cannot, since a system call in it is an error.
static void show_text(void) {
    for (unsigned index = 0; index < emulated.length; index++) {
        char text[2] = {emulated.text[index]};
        print("%s", text);
    }
    emulated.length = 0;
}

// Runs the guest to the end of its round. Returns what the guest said: 0, or what failed.
static uint64_t run_round(uint64_t next, bool is_delegated, struct tally *tally) {
    struct kvm_run *run = machine.run;
    for (;;) {
        machine_run(&machine, is_delegated);
        if (run->exit_reason == KVM_EXIT_MMIO) {
            unsigned size = run->mmio.len == 8 ? 3 : run->mmio.len / 2; // log2 of 1, 2, 4, 8
            uint64_t data = 0;
            __builtin_memcpy(&data, run->mmio.data, run->mmio.len);
            if (run->mmio.phys_addr == GPA_VIRTIO + VIRTIO_NOTIFY) {
                tally->notifications++;
                continue;
            }
            tally->exits++;
            data = emulate(run->mmio.phys_addr, size, run->mmio.is_write, data);
            if (!run->mmio.is_write)
                __builtin_memcpy(run->mmio.data, &data, run->mmio.len);
        } else if (run->exit_reason == KVM_EXIT_RISCV_SBI && run->riscv_sbi.extension_id == GUEST_CALL_ROUND) {
            run->riscv_sbi.ret[0] = next; // what it does when it goes on
            return run->riscv_sbi.args[0];
        } else
            fail("an exit of another kind", -(long)run->exit_reason);
    }
}

// Where the accesses must have been emulated.
static const char *verdict(bool is_delegated, const struct tally *tally, bool has_all_devices) {
    uint64_t total = emulated.uart + emulated.rtc + emulated.pcie;
    if (has_all_devices && (emulated.uart < ROUND_ACCESSES || emulated.rtc < ROUND_ACCESSES ||
                            emulated.pcie < ROUND_ACCESSES || tally->notifications < ROUND_ACCESSES))
        return "too few accesses";
    if (tally->exits != (is_delegated ? 0 : total))
        return "emulated on the wrong path";
    return 0;
}

struct step {
    unsigned workload, path;
};

static bool measure(struct step step, unsigned next) {
    struct tally tally = {0};
    unsigned path = step.path;
    bool is_delegated = path == PATH_DIRECT;
    if (path != PATH_EXIT)
        machine_notify_in_kernel(&machine, true);
    print("vmm: begin %s %s\n", workload_names[step.workload], (const char *[]){"a", "b", "c"}[path]);
    uint64_t begin = cycles();
    uint64_t failed = run_round(next, is_delegated, &tally);
    uint64_t took = cycles() - begin;
    if (path != PATH_EXIT) {
        tally.notifications += machine_notifications(&machine);
        machine_notify_in_kernel(&machine, false);
    }
    show_text();
    const char *complaint = verdict(is_delegated, &tally, step.workload == WORKLOAD_CHECKS);
    if (failed)
        complaint = "the guest's check";
    print("vmm: end %u cycles, %u accesses, %u notifications: %s\n", took,
          emulated.uart + emulated.rtc + emulated.pcie, tally.notifications, complaint ? complaint : "passed");
    emulated = (struct emulated){0};
    return !complaint;
}

static bool load_module(const char *path) {
    int file = open_file(path, O_RDONLY);
    if (file < 0)
        fail(path, file);
    long status = system_call(__NR_finit_module, file, (long)"", 0, 0, 0, 0);
    if (status < 0)
        print("vmm: no path c: this hart has no Shudeleg, says the module (error %d)\n", -status);
    return status == 0;
}

__attribute__((noreturn)) void vmm_main(void) {
    print("vmm: started %u\n", cycles());
    system_call(__NR_mount, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
    machine_make(&machine);
    bool has_failed = false;
    bool has_direct = load_module("/shudeleg.ko") && machine_delegate(&machine);
    // The guest is told at the end of a round what comes next.
    struct step steps[WORKLOADS * PATHS_HERE + 1];
    unsigned count = 0;
    for (unsigned workload = 0; workload < WORKLOADS; workload++)
        for (unsigned path = 0; path < PATHS_HERE; path++)
            if (is_measured[workload][path] && (path != PATH_DIRECT || has_direct))
                steps[count++] = (struct step){workload, path};
    steps[count] = (struct step){0};
    for (unsigned index = 0; index < count; index++)
        has_failed |= !measure(steps[index], steps[index + 1].workload);
    print("vmm: %s\n", has_failed ? "FAILED" : "passed");
    power_off(has_failed);
}
