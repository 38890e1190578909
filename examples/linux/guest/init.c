// SPDX-License-Identifier: Apache-2.0
// init of the guest that is Linux: says that it runs, and ends the machine.

#include "../vmm/linux.h"

#include <asm/ioctls.h>

void process_main(void) {
    print("guest: init runs\n");
    control(1, TCSBRK, (void *)1); // until the UART's driver has sent it
    power_off(false);
}
