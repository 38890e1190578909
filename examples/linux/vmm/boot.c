// SPDX-License-Identifier: Apache-2.0
// The VMM whose guest is Linux: the very image that runs beneath it, in a small memory, with a device tree and an init of
// its own. It boots on path a and, where the hart has Shudeleg, on path c: see vmm.c.

#include "access.h"
#define EMULATE_IN vmm
#include "emulate.h"
#include "layout.h"
#include "linux.h"
#include "machine.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/kvm.h>
#include <linux/mount.h>

// Where Linux wants to be: at a multiple of 2 MiB, the first of which its firmware would have.
#define KERNEL_OFFSET 0x200000
#define EFBIG 27
// What init says (guest/init.c).
static const char wanted[] = "guest: init runs";

// Reads a file into the guest's memory, to where the next one begins at most.
static void load(struct machine *machine, const char *path, size_t offset, size_t end) {
    int file = checked(path, open_file(path, O_RDONLY));
    long length;
    while (offset < end && (length = checked(path, read_file(file, machine->memory + offset, end - offset))))
        offset += length;
    if (offset == end)
        fail(path, -EFBIG);
    close_file(file);
}

static bool has_said(const char *words) {
    unsigned matched = 0;
    for (unsigned index = 0; index < emulated.length && words[matched]; index++)
        matched = emulated.text[index] == words[matched] ? matched + 1 : emulated.text[index] == words[0];
    return !words[matched];
}

// Runs the guest to its end. Returns what went wrong, or 0.
static const char *run(struct machine *machine, bool is_delegated) {
    uint64_t exits = 0;
    for (;;) {
        machine_run(machine, is_delegated);
        struct kvm_run *run = machine->run;
        if (run->exit_reason == KVM_EXIT_MMIO) {
            exits++;
            answer_access(run);
        } else if (run->exit_reason == KVM_EXIT_RISCV_SBI) {
            continue; // a call that nobody offers; KVM has put that into the answer
        } else if (run->exit_reason != KVM_EXIT_SYSTEM_EVENT)
            fail("an exit of another kind", -(long)run->exit_reason);
        else if (run->system_event.type != KVM_SYSTEM_EVENT_SHUTDOWN)
            return "the guest's kernel gave up";
        else if (!has_said(wanted))
            return "the guest has not reached its init";
        else
            return exits == (is_delegated ? 0 : emulated.uart) ? 0 : "emulated on the wrong path";
    }
}

static bool boot(bool is_delegated) {
    struct machine machine;
    machine_make(&machine, GUEST_SIZE);
    load(&machine, "/guest-kernel", KERNEL_OFFSET, GUEST_FILES_OFFSET);
    load(&machine, "/guest-files", GUEST_FILES_OFFSET, GUEST_TREE_OFFSET);
    load(&machine, "/guest-tree", GUEST_TREE_OFFSET, GUEST_SIZE);
    machine_start(&machine, GPA_RAM + KERNEL_OFFSET, 0, GPA_RAM + GUEST_TREE_OFFSET);
    if (is_delegated)
        machine_delegate(&machine);
    print("vmm: begin boot %s\n", is_delegated ? "c" : "a");
    uint64_t begin = cycles();
    const char *complaint = run(&machine, is_delegated);
    uint64_t took = cycles() - begin;
    show_text("  ");
    print("vmm: end %u cycles, %u accesses, 0 notifications: %s\n", took, emulated.uart,
          complaint ? complaint : "passed");
    emulated = (struct emulated){0};
    machine_remove(&machine);
    return !complaint;
}

__attribute__((noreturn)) void process_main(void) {
    print("vmm: started %u\n", cycles());
    system_call(__NR_mount, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
    machine_lock(); // before there is a guest, whose memory need not stay
    bool has_direct = load_module("/shudeleg.ko");
    bool has_failed = !boot(false);
    if (has_direct)
        has_failed |= !boot(true);
    print("vmm: %s\n", has_failed ? "FAILED" : "passed");
    power_off(has_failed);
}
