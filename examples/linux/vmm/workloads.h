// SPDX-License-Identifier: Apache-2.0
// What the guest does in a round: VMM and guest have agreed upon the numbers.

#ifndef WORKLOADS_H
#define WORKLOADS_H

enum {
    WORKLOAD_CHECKS,
    WORKLOAD_PRINT,
    WORKLOAD_SCAN,
    WORKLOAD_COMPUTE,
    WORKLOAD_DISK,
    WORKLOADS,
    WORKLOAD_TOGETHER = WORKLOADS, // two VMMs, each with a guest that does WORKLOAD_COMPUTE
    VMM_WORKLOADS,
};

static const char *const workload_names[VMM_WORKLOADS] __attribute__((unused)) = {"checks",  "print",  "scan",
                                                                                  "compute", "disk", "together"};
#endif
