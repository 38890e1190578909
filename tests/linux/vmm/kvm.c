// Memory, KVM and /dev/shudeleg, with a guest that is played.

#include "devices.h"
#include "kernel.h"
#include "layout.h"

// Where boot.c puts the guest's kernel.
#define KERNEL_OFFSET 0x200000
static uint8_t *const arena = (uint8_t *)0x80400000; // what `mmap` gives away
enum { ARENA = 0x500000, TOUCHED = 0x1000 };
extern char guest_image[], guest_image_end[];

long make_memory(uint64_t length, int file) {
    if (k.used + length > ARENA)
        return -ENOMEM;
    uint8_t *given = arena + k.used;
    k.used += (length + 4095) & ~4095ul;
    clear((char *)given, (char *)given + (length < TOUCHED ? length : TOUCHED));
#ifdef GUEST_TREE_OFFSET
    if (length > GUEST_TREE_OFFSET) {
        clear((char *)given + KERNEL_OFFSET, (char *)given + KERNEL_OFFSET + 0x1000);
        clear((char *)given + GUEST_FILES_OFFSET, (char *)given + GUEST_FILES_OFFSET + 0x1000);
        clear((char *)given + GUEST_TREE_OFFSET, (char *)given + GUEST_TREE_OFFSET + 0x1000);
    }
#endif
    if (file == FILE_VCPU)
        k.run_page = given;
    return (long)given;
}

static bool is_loaded(const uint8_t *at, char byte, size_t length) {
    for (size_t index = 0; index < length; index++)
        if (at[index] != (uint8_t)byte)
            return false;
    return true;
}

static void tell_register(const struct kvm_one_reg *one) {
    uint64_t core = one->id & 0xff, value = *(uint64_t *)one->addr;
    if (core == KVM_REG_RISCV_CORE_REG(regs.pc)) {
        bool is_image = true;
        for (char *byte = guest_image; byte < guest_image_end; byte++)
            is_image &= k.memory[byte - guest_image] == (uint8_t)*byte;
        say("kernel: pc = %x%s", value, is_image ? ", the image is in memory" : "");
#ifdef GUEST_TREE_OFFSET
        say("kernel: memory %s", is_loaded(k.memory + KERNEL_OFFSET, 'k', 2500) && !k.memory[KERNEL_OFFSET + 2500] &&
                                         is_loaded(k.memory + GUEST_FILES_OFFSET, 'f', 700) &&
                                         is_loaded(k.memory + GUEST_TREE_OFFSET, 't', 700)
                                     ? "has the three files"
                                     : "is wrong");
#else
        (void)is_loaded;
#endif
    } else
        say("kernel: %s = %x", core == KVM_REG_RISCV_CORE_REG(regs.a0) ? "a0" : "a1", value);
}

static void tell_memory(const struct kvm_userspace_memory_region *region) {
    k.memory = (uint8_t *)region->userspace_addr;
    say("kernel: slot %u, flags %u, %x bytes at %x", (uint64_t)region->slot, (uint64_t)region->flags,
        region->memory_size, region->guest_phys_addr);
}

static bool is_in_window(const struct access *access) {
    for (unsigned index = 0; index < SHUDELEG_WINDOWS; index++) {
        uint64_t window = k.windows.windows[index], order = (window & UTRAP_HUGPAW0_ORDER_MASK) >> UTRAP_HUGPAW0_ORDER_SHIFT;
        uint64_t page = (window & UTRAP_HUGPAW0_GPPN_MASK) >> UTRAP_HUGPAW0_GPPN_SHIFT;
        if (window & UTRAP_HUGPAW0_E_MASK && access->gpa >> 12 >> order == page >> order)
            return true;
    }
    return false;
}

static long give_access(struct kvm_run *run) {
    const struct access *access = &k.access;
    run->exit_reason = KVM_EXIT_MMIO;
    run->mmio.phys_addr = access->gpa;
    run->mmio.len = 1 << access->size;
    run->mmio.is_write = access->is_write;
    *(uint64_t *)run->mmio.data = access->is_write ? access->data : 0xeeeeeeeeeeeeeeee;
    k.has_access = true;
    return 0;
}

static void take_access(struct kvm_run *run) {
    if (!run->mmio.is_write)
        guest_takes(&k.access, *(uint64_t *)run->mmio.data & (0xfffffffful >> (32 - 8 * run->mmio.len)));
    k.has_access = false;
}

// KVM_RUN, and with `told` SHUDELEG_RUN.
static long run_guest(struct shudeleg_run *told) {
    struct kvm_run *run = (struct kvm_run *)k.run_page;
    k.runs++;
    if (scenario->oddity == EXIT_OF_ANOTHER_KIND && k.runs == 3) {
        run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
        return 0;
    }
    if (scenario->oddity == FAULT_IN_HANDLER && told) {
        *told = (struct shudeleg_run){.reason = SHUDELEG_FAULT, .pc = 0x1234};
        return -EFAULT;
    }
    if (k.has_access)
        take_access(run);
    else if (run->exit_reason == KVM_EXIT_RISCV_SBI)
        guest_is_told(run->riscv_sbi.ret[0]);
    run->exit_reason = 0;
    while (guest_next(scenario, k.memory, &k.access)) {
        const struct access *access = &k.access;
        bool is_odd = scenario->oddity == EXIT_DESPITE_WINDOW && access->gpa == GPA_UART;
        if (told && is_in_window(access) && !is_odd) {
            uint64_t data = device_access(access->gpa, access->size, access->is_write, access->data);
            if (!access->is_write)
                guest_takes(access, data & (0xfffffffful >> (32 - (8 << access->size))));
        } else if (access->is_write && access->gpa == k.event_address) {
            k.event_count++;
            // The thread that waits comes first, in the midst of the run.
            if (k.waits_for_event)
                return -EINTR;
        } else
            return give_access(run);
    }
    guest_ends(scenario, run);
    return 0;
}

long answer_ioctl(int file, uint64_t request, void *argument) {
    switch (request) {
    case KVM_CREATE_VM:
        return file == FILE_KVM ? FILE_VM : -EINVAL;
    case KVM_CREATE_VCPU:
        guest_reset();
        k.has_access = false;
        return file == FILE_VM ? FILE_VCPU : -EINVAL;
    case KVM_GET_VCPU_MMAP_SIZE:
        return file == FILE_KVM ? 0x1000 : -EINVAL;
    case KVM_SET_USER_MEMORY_REGION:
        tell_memory(argument);
        return file == FILE_VM ? 0 : -EINVAL;
    case KVM_SET_ONE_REG:
        tell_register(argument);
        return file == FILE_VCPU ? 0 : -EINVAL;
    case KVM_IOEVENTFD: {
        const struct kvm_ioeventfd *event = argument;
        bool is_on = !(event->flags & KVM_IOEVENTFD_FLAG_DEASSIGN);
        if (file != FILE_VM || event->fd != FILE_EVENT || is_on == (k.event_address != 0))
            return -EINVAL;
        k.event_address = is_on ? event->addr : 0;
        return 0;
    }
    case KVM_RUN:
        return file == FILE_VCPU ? run_guest(0) : -EINVAL;
    case SHUDELEG_ATTACH:
        k.windows = *(struct shudeleg_config *)argument;
        return file == FILE_SHUDELEG && k.windows.vcpu == FILE_VCPU && !k.windows.flags && !(k.windows.utvec & 3) &&
                       k.windows.huedeleg == ((1 << 21) | (1 << 23))
                   ? 0
                   : -EINVAL;
    case SHUDELEG_RUN:
        return file == FILE_SHUDELEG ? run_guest(argument) : -EINVAL;
    }
    say("kernel: ioctl %x is unknown", request);
    return -ENOSYS;
}

