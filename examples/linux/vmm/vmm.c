// SPDX-License-Identifier: Apache-2.0
// The VMM, which is init: a guest, whose devices it emulates. The same emulation answers on each path:
//
//     a    KVM gives the access to the VMM (KVM_EXIT_MMIO); so does a notification of VirtIO, which is served at once
//     b    the kernel takes a notification by itself (ioeventfd), and a thread serves it; what the kernel cannot emulate
//          is as in a
//     c    Shudeleg gives the access to the VMM's trap handler; a notification is as in b
//
// At the end a second process is a VMM, too, with a guest of its own at the same time.
//
// The lines that begin with "vmm: " are for a program, too: sim/utrap_linux/console.py reads them.

#include "access.h"
#include "disk.h"
#define EMULATE_IN vmm
#include "emulate.h"
#include "layout.h"
#include "linux.h"
#include "machine.h"
#include "worker.h"
#include "workloads.h"

#include <asm/unistd.h>
#include <linux/kvm.h>
#include <linux/mount.h>

#define SIGCHLD 17

enum { PATH_EXIT, PATH_EVENT, PATH_DIRECT, PATHS_HERE };

// Where a path is like another one it is left out: without notifications b is a.
static const bool is_measured[VMM_WORKLOADS][PATHS_HERE] = {
    [WORKLOAD_CHECKS] = {true, true, true},
    [WORKLOAD_PRINT] = {true, false, true},
    [WORKLOAD_SCAN] = {true, false, true},
    [WORKLOAD_COMPUTE] = {true, false, true},
    [WORKLOAD_DISK] = {true, true, true},
    [WORKLOAD_TOGETHER] = {true, false, true},
};

extern char guest_image[], guest_image_end[];
static struct machine machine;

struct tally {
    uint64_t exits, notifications; // that came to the VMM by KVM_RUN; of VirtIO, wherever
};

static void make_machine(void) {
    machine_make(&machine, GUEST_RAM_SIZE);
    for (char *byte = guest_image; byte < guest_image_end; byte++)
        machine.memory[byte - guest_image] = *byte;
    disk_plug(machine.memory, machine.size);
    machine_start(&machine, GPA_RAM, 0, 0);
}

// Gives the devices to the trap handler, where the hart has Shudeleg.
static bool delegate(void) {
    if (!machine_delegate(&machine))
        return false;
    machine_lock();
    return true;
}

// Runs the guest to the end of its round. Returns what the guest said: 0, or what failed.
static uint64_t run_round(uint64_t next, bool is_delegated, struct tally *tally) {
    struct kvm_run *run = machine.run;
    for (;;) {
        machine_run(&machine, is_delegated);
        if (run->exit_reason == KVM_EXIT_MMIO) {
            if (run->mmio.is_write && disk_is_notified(run->mmio.phys_addr)) {
                tally->notifications++;
                disk_serve();
                continue;
            }
            tally->exits++;
            answer_access(run);
        } else if (run->exit_reason == KVM_EXIT_RISCV_SBI && run->riscv_sbi.extension_id == GUEST_CALL_ROUND) {
            run->riscv_sbi.ret[0] = next; // what it does when it goes on
            return run->riscv_sbi.args[0];
        } else
            fail("an exit of another kind", -(long)run->exit_reason);
    }
}

static uint64_t accesses(void) { return emulated.uart + emulated.rtc + emulated.pcie + disk.accesses; }

static void forget_accesses(void) {
    emulated = (struct emulated){0};
    disk.accesses = 0;
}

// Where the accesses must have been emulated.
static const char *verdict(bool is_delegated, const struct tally *tally, bool has_all_devices) {
    if (has_all_devices && (emulated.uart < ROUND_ACCESSES || emulated.rtc < ROUND_ACCESSES ||
                            emulated.pcie < ROUND_ACCESSES || disk.accesses < ROUND_ACCESSES || tally->notifications < ROUND_ACCESSES))
        return "too few accesses";
    if (tally->exits != (is_delegated ? 0 : accesses()))
        return "emulated on the wrong path";
    return 0;
}

// The second VMM, a process that `fork` has made.
struct partner {
    long process;
    int from, to; // pipes
};

static void partner_says(int file, uint64_t word) {
    long written = system_call(__NR_write, file, (long)&word, sizeof word, 0, 0, 0);
    if (written != sizeof word)
        fail("write to the other VMM", written);
}

// A VMM that has died has closed its end.
static uint64_t partner_said(int file) {
    uint64_t word;
    long length = read_file(file, &word, sizeof word);
    if (length != sizeof word)
        fail("the other VMM is gone", length);
    return word;
}

__attribute__((noreturn)) static void partner_main(int from, int to, bool is_delegated) {
    struct tally tally = {0};
    make_machine();
    if (is_delegated)
        delegate();
    uint64_t failed = run_round(WORKLOAD_COMPUTE, is_delegated, &tally); // the checks, which every guest does first
    tally = (struct tally){0};
    forget_accesses();
    partner_says(to, 0);
    partner_said(from);
    failed |= run_round(WORKLOAD_CHECKS, is_delegated, &tally);
    partner_says(to, failed || verdict(is_delegated, &tally, false) ? 0 : accesses());
    system_call(__NR_exit_group, 0, 0, 0, 0, 0, 0);
    for (;;)
        ;
}

// Returns when its guest is ready.
static struct partner partner_start(bool is_delegated) {
    int down[2], up[2];
    checked("pipe", system_call(__NR_pipe2, (long)down, 0, 0, 0, 0, 0));
    checked("pipe", system_call(__NR_pipe2, (long)up, 0, 0, 0, 0, 0));
    long process = checked("fork", system_call(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0));
    if (!process) {
        close_file(up[0]);
        partner_main(down[0], up[1], is_delegated);
    }
    close_file(down[0]);
    close_file(up[1]);
    if (is_delegated)
        machine_lock();
    partner_said(up[0]);
    return (struct partner){process, up[0], down[1]};
}

// Waits for its end. Returns how many accesses its guest made, 0 if something went wrong.
static uint64_t partner_end(struct partner partner) {
    uint64_t made = partner_said(partner.from);
    checked("wait", system_call(__NR_wait4, partner.process, 0, 0, 0, 0, 0));
    close_file(partner.from);
    close_file(partner.to);
    return made;
}

struct step {
    unsigned workload, path;
};

static unsigned guest_workload(struct step step) {
    return step.workload == WORKLOAD_TOGETHER ? WORKLOAD_COMPUTE : step.workload;
}

static bool measure(struct step step, unsigned next) {
    struct tally tally = {0};
    unsigned path = step.path;
    bool is_delegated = path == PATH_DIRECT;
    if (path != PATH_EXIT)
        machine_notify_in_kernel(&machine, true);
    // Without a driver nobody waits for a notification: then it is the kernel's part alone that is measured.
    bool has_worker = path != PATH_EXIT && step.workload == WORKLOAD_DISK;
    bool is_together = step.workload == WORKLOAD_TOGETHER;
    if (has_worker)
        worker_start(machine.notifications);
    struct partner partner = {0};
    if (is_together)
        partner = partner_start(is_delegated);
    print("vmm: begin %s %s\n", workload_names[step.workload], (const char *[]){"a", "b", "c"}[path]);
    uint64_t begin = cycles(), partners = 0;
    if (is_together)
        partner_says(partner.to, 0);
    uint64_t failed = run_round(next, is_delegated, &tally);
    if (is_together)
        partners = partner_end(partner);
    uint64_t took = cycles() - begin;
    if (has_worker)
        tally.notifications += worker_stop();
    if (path != PATH_EXIT) {
        tally.notifications += machine_notifications(&machine);
        machine_notify_in_kernel(&machine, false);
    }
    show_text("");
    const char *complaint = verdict(is_delegated, &tally, step.workload == WORKLOAD_CHECKS);
    if (failed)
        complaint = "the guest's check";
    if (is_together && !partners)
        complaint = "the other VMM";
    print("vmm: end %u cycles, %u accesses, %u notifications: %s\n", took, accesses() + partners,
          tally.notifications, complaint ? complaint : "passed");
    forget_accesses();
    return !complaint;
}

__attribute__((noreturn)) void process_main(void) {
    print("vmm: started %u\n", cycles());
    system_call(__NR_mount, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
    make_machine();
    bool has_failed = false;
    bool has_direct = load_module("/shudeleg.ko") && delegate();
    // The guest is told at the end of a round what comes next.
    struct step steps[VMM_WORKLOADS * PATHS_HERE + 1];
    unsigned count = 0;
    for (unsigned workload = 0; workload < VMM_WORKLOADS; workload++)
        for (unsigned path = 0; path < PATHS_HERE; path++)
            if (is_measured[workload][path] && (path != PATH_DIRECT || has_direct))
                steps[count++] = (struct step){workload, path};
    steps[count] = (struct step){0};
    for (unsigned index = 0; index < count; index++)
        has_failed |= !measure(steps[index], guest_workload(steps[index + 1]));
    print("vmm: %s\n", has_failed ? "FAILED" : "passed");
    power_off(has_failed);
}
