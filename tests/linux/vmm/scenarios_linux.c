// What goes wrong with boot.c.

#include "script.h"

#include <asm/unistd.h>
#include <linux/kvm.h>

const struct scenario scenarios[] = {
    {"all is well"},
    {"no Shudeleg", __NR_finit_module, .nth = 1, .result = -19},
    {"no kernel", __NR_openat, .path = "/guest-kernel", .nth = 1, .result = -2},
    {"a file that cannot be read", __NR_read, .nth = 2, .result = -5},
    {"a file that is too large", .oddity = LARGE_FILE},
    {"an exit of another kind", .oddity = EXIT_OF_ANOTHER_KIND},
    {"the guest restarts", .oddity = GUEST_RESTARTS},
    {"the guest does not reach its init", .oddity = GUEST_SAYS_NOTHING},
    {"the machine cannot be taken away", __NR_munmap, .nth = 2, .result = -22},
};
const unsigned scenario_count = sizeof scenarios / sizeof *scenarios;
