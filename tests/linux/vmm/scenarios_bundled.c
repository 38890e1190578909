// What goes wrong with vmm.c.

#include "../../../examples/linux/module/shudeleg.h"
#include "script.h"

#include <asm/unistd.h>
#include <linux/kvm.h>

const struct scenario scenarios[] = {
    {"all is well"},
    {"no Shudeleg", __NR_finit_module, .nth = 1, .result = -19, .is_brief = true},
    {"no module", __NR_openat, .path = "/shudeleg.ko", .nth = 1, .result = -2, .is_brief = true},
    {"no device of the module's", __NR_openat, .path = "/dev/shudeleg", .nth = 1, .result = -2, .is_brief = true},
    {"device of the module's refused", __NR_openat, .path = "/dev/shudeleg", .nth = 1, .result = -13},
    {"KVM refused", __NR_openat, .path = "/dev/kvm", .nth = 1, .result = -13},
    {"no virtual machine", __NR_ioctl, KVM_CREATE_VM, .nth = 1, .result = -12},
    {"no memory", __NR_mmap, .nth = 1, .result = -12},
    {"no slot", __NR_ioctl, KVM_SET_USER_MEMORY_REGION, .nth = 1, .result = -22},
    {"no vCPU", __NR_ioctl, KVM_CREATE_VCPU, .nth = 1, .result = -17},
    {"no size", __NR_ioctl, KVM_GET_VCPU_MMAP_SIZE, .nth = 1, .result = -22},
    {"no page of the vCPU's", __NR_mmap, .nth = 2, .result = -22},
    {"no eventfd", __NR_eventfd2, .nth = 1, .result = -24},
    {"no register", __NR_ioctl, KVM_SET_ONE_REG, .nth = 2, .result = -22},
    {"not attached", __NR_ioctl, SHUDELEG_ATTACH, .nth = 1, .result = -22},
    {"memory not locked", __NR_mlockall, .nth = 1, .result = -12},
    {"no ioeventfd", __NR_ioctl, KVM_IOEVENTFD, .nth = 1, .result = -28, .is_brief = true},
    {"not run", __NR_ioctl, KVM_RUN, .nth = 2, .result = -14},
    {"a signal", __NR_ioctl, KVM_RUN, .nth = 2, .result = -4, .is_brief = true},
    {"an exit of another kind", .oddity = EXIT_OF_ANOTHER_KIND},
    {"a fault in the handler", .oddity = FAULT_IN_HANDLER, .is_brief = true},
    {"an access despite its window", .oddity = EXIT_DESPITE_WINDOW, .is_brief = true},
    {"too few accesses", .is_brief = true},
    {"the guest's check", .oddity = CHECK_FAILS, .is_brief = true},
    {"no thread", __NR_clone, .nth = 1, .result = -11, .is_brief = true},
    {"no priority", __NR_sched_setscheduler, .nth = 1, .result = -1, .is_brief = true},
    {"no second VMM", __NR_clone, .nth = 3, .result = -11, .is_brief = true},
    {"the other VMM dies", .oddity = OTHER_VMM_DIES, .is_brief = true},
    {"the other VMM fails", .oddity = OTHER_VMM_FAILS, .is_brief = true},
    {"the other VMM itself", .oddity = IS_OTHER_VMM, .is_brief = true},
};
const unsigned scenario_count = sizeof scenarios / sizeof *scenarios;
