// SPDX-License-Identifier: Apache-2.0

#include "machine.h"

#include "layout.h"
#include "linux.h"
#include "virtio.h"

#include "../module/shudeleg.h"
#include <asm/kvm.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/kvm.h>
#include <linux/mman.h>

#define ENOENT 2
#define EINTR 4

void vmm_trap(void);

// The trap handler's stack. At its top is the frame into which it saves the guest's registers.
static uint8_t trap_stack[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void set_register(struct machine *machine, uint64_t number, uint64_t value) {
    struct kvm_one_reg one = {KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE | number, (uint64_t)&value};
    long status = control(machine->vcpu, KVM_SET_ONE_REG, &one);
    if (status < 0)
        fail("KVM_SET_ONE_REG", status);
}

void machine_make(struct machine *machine, size_t size) {
    int kvm = checked("/dev/kvm", open_file("/dev/kvm", O_RDWR));
    machine->vm = checked("KVM_CREATE_VM", control(kvm, KVM_CREATE_VM, 0));
    machine->size = size;
    machine->memory = map(size, -1);
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = GPA_RAM, .memory_size = size, .userspace_addr = (uint64_t)machine->memory};
    checked("KVM_SET_USER_MEMORY_REGION", control(machine->vm, KVM_SET_USER_MEMORY_REGION, &region));
    machine->vcpu = checked("KVM_CREATE_VCPU", control(machine->vm, KVM_CREATE_VCPU, 0));
    machine->run_size = checked("KVM_GET_VCPU_MMAP_SIZE", control(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
    machine->run = map(machine->run_size, machine->vcpu);
    machine->notifications = checked("eventfd", system_call(__NR_eventfd2, 0, O_NONBLOCK, 0, 0, 0, 0));
    machine->delegation = -1;
    close_file(kvm);
}

void machine_remove(struct machine *machine) {
    if (machine->delegation >= 0)
        close_file(machine->delegation);
    checked("munmap", system_call(__NR_munmap, (long)machine->run, machine->run_size, 0, 0, 0, 0));
    close_file(machine->vcpu);
    close_file(machine->vm);
    close_file(machine->notifications);
    checked("munmap", system_call(__NR_munmap, (long)machine->memory, machine->size, 0, 0, 0, 0));
}

void machine_start(struct machine *machine, uint64_t pc, uint64_t a0, uint64_t a1) {
    __asm__ volatile("fence.i" : : : "memory");
    set_register(machine, KVM_REG_RISCV_CORE_REG(regs.pc), pc);
    set_register(machine, KVM_REG_RISCV_CORE_REG(regs.a0), a0);
    set_register(machine, KVM_REG_RISCV_CORE_REG(regs.a1), a1);
}

void machine_notify_in_kernel(struct machine *machine, bool is_on) {
    struct kvm_ioeventfd notify = {.addr = GPA_VIRTIO + VIRTIO_NOTIFY,
                                   .len = 0, // of any length: a driver stores 2 bytes or 4
                                   .fd = machine->notifications,
                                   .flags = is_on ? 0 : KVM_IOEVENTFD_FLAG_DEASSIGN};
    checked("KVM_IOEVENTFD", control(machine->vm, KVM_IOEVENTFD, &notify));
}

uint64_t machine_notifications(struct machine *machine) {
    uint64_t count;
    return read_file(machine->notifications, &count, sizeof count) == sizeof count ? count : 0;
}

static uint64_t window(uint64_t gpa, unsigned order) {
    return gpa >> 12 << UTRAP_HUGPAW0_GPPN_SHIFT | order << UTRAP_HUGPAW0_ORDER_SHIFT | UTRAP_HUGPAW0_E_MASK;
}

void machine_lock(void) {
    checked("mlockall", system_call(__NR_mlockall, MCL_CURRENT, 0, 0, 0, 0, 0));
    for (unsigned offset = 0; offset < sizeof trap_stack; offset += PAGE_SIZE)
        ((volatile uint8_t *)trap_stack)[offset] = 0;
}

bool machine_delegate(struct machine *machine) {
    int file = open_file("/dev/shudeleg", O_RDWR);
    if (file == -ENOENT)
        return false;
    machine->delegation = checked("/dev/shudeleg", file);
    struct shudeleg_config config = {
        .vcpu = machine->vcpu,
        .huedeleg = 1 << UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT | 1 << UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT,
        .utvec = (uint64_t)vmm_trap,
        .uscratch = (uint64_t)trap_stack + sizeof trap_stack - VCPU_GPR(32),
        // VirtIO's notifications have none: they are the kernel's.
        .windows = {window(GPA_UART, 0), window(GPA_RTC, 0), window(GPA_ECAM, ECAM_PAGES_ORDER),
                    window(GPA_DISK + DISK_REGISTERS, 0)},
    };
    checked("SHUDELEG_ATTACH", control(file, SHUDELEG_ATTACH, &config));
    return true;
}

void machine_run(struct machine *machine, bool is_delegated) {
    for (;;) {
        struct shudeleg_run told = {0};
        long status = is_delegated ? control(machine->delegation, SHUDELEG_RUN, &told)
                                   : control(machine->vcpu, KVM_RUN, 0);
        if (told.reason == SHUDELEG_FAULT) {
            print("vmm: FAILED: a fault in the trap handler at %x\n", told.pc);
            fail("SHUDELEG_RUN", status);
        }
        if (status != -EINTR) {
            checked(is_delegated ? "SHUDELEG_RUN" : "KVM_RUN", status);
            return;
        }
    }
}
