// SPDX-License-Identifier: Apache-2.0
// A thread that serves the disk when the kernel has been notified, while the guest runs on.

#ifndef WORKER_H
#define WORKER_H

#include <stdint.h>

// Starts it, behind an eventfd. There is one at most.
void worker_start(int notifications);

// Ends it. Returns how many notifications it has had.
uint64_t worker_stop(void);

#endif
