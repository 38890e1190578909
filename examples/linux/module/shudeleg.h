/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/shudeleg: a guest's faults go straight to the VMM's trap handler in
 * U-mode, and KVM does not notice.
 *
 * Each open file stands for one vCPU. The handler's registers (utvec, uscratch,
 * ...) belong to the file: they are on the hart while SHUDELEG_RUN lasts, and
 * in the kernel when another thread runs.
 */
#ifndef SHUDELEG_H
#define SHUDELEG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SHUDELEG_WINDOWS 4

struct shudeleg_config {
	__s32 vcpu;                         /* the vCPU's file descriptor */
	__u32 flags;                        /* 0 */
	__u64 huedeleg;                     /* exceptions that the handler takes, by cause */
	__u64 utvec;                        /* the handler, in direct mode */
	__u64 uscratch;                     /* what it finds there at first */
	__u64 windows[SHUDELEG_WINDOWS];    /* hugpaw0 and the next; 0 closes one */
};

/* Why SHUDELEG_RUN has come back; what KVM_RUN gives is its own result. */
enum {
	SHUDELEG_GUEST = 0,    /* as from KVM_RUN: look at struct kvm_run */
	SHUDELEG_HANDLER = 1,  /* the handler was interrupted in mid-way: the next run goes on in it */
	SHUDELEG_FAULT = 2,    /* it made a fault or a system call at `pc`; the next run tries again */
};

struct shudeleg_run {
	__u32 reason;
	__u32 flags;    /* 0 */
	__u64 pc;       /* the handler's, with SHUDELEG_HANDLER and SHUDELEG_FAULT */
};

#define SHUDELEG_ATTACH _IOW('U', 1, struct shudeleg_config)
#define SHUDELEG_RUN _IOWR('U', 2, struct shudeleg_run)

#endif
