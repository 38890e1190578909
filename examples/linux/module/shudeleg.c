// SPDX-License-Identifier: GPL-2.0
/*
 * A vCPU whose guest's faults go straight to its VMM in U-mode.
 *
 * KVM is neither patched nor asked: KVM_RUN is called with the windows open,
 * and whenever this thread loses the hart the windows are closed and the
 * handler's registers saved. What that rests on:
 *
 * - satp stays the VMM's while its guest runs, so the handler has its memory;
 * - an interrupt in the handler enters KVM as one in the guest does. KVM saves
 *   and restores pc, registers and hstatus.SPV as they are, and so goes on in
 *   the handler;
 * - an exception in the handler makes KVM_RUN fail with EFAULT, with the
 *   handler's pc in the vCPU: nothing of the guest is lost.
 *
 * Delegation is on inside SHUDELEG_RUN alone: with it on, URET enters the
 * guest, whose trap Linux would take for one of the process.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kvm_host.h>
#include <linux/magic.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <asm/asm-extable.h>
#include <asm/csr.h>

#include "shudeleg.h"

/* The assembler has no names for these. */
#define CSR_UTVEC	0x005
#define CSR_USCRATCH	0x040
#define CSR_UEPC	0x041
#define CSR_UCAUSE	0x042
#define CSR_UTVAL	0x043
#define CSR_HUDCFG	0x6c0
#define CSR_HUEDELEG	0x6c2
#define CSR_HUGPAW0	0x6e0
#define CSR_HUGPAW1	0x6e1
#define CSR_HUGPAW2	0x6e2
#define CSR_HUGPAW3	0x6e3
#define CSR_HUSTATUS	0x800
#define CSR_HUTVAL	0x843
#define CSR_HUTINST	0x84a

#define HUDCFG_EN	1UL	/* delegation */
#define HUDCFG_WEN	2UL	/* through the windows alone */
/* What a handler may be given: the guest's loads and stores that miss its memory. */
#define DELEGABLE	(BIT(EXC_LOAD_GUEST_PAGE_FAULT) | BIT(EXC_STORE_GUEST_PAGE_FAULT))

struct user_trap {
	unsigned long utvec, uscratch, uepc, ucause, utval, hustatus, hutval, hutinst;
};

struct delegation {
	struct mutex lock;
	struct file *vcpu_file;
	struct kvm_vcpu *vcpu;
	struct preempt_notifier notifier;
	struct user_trap user;
	unsigned long huedeleg, windows[SHUDELEG_WINDOWS];
};

static void load_user(const struct user_trap *user)
{
	csr_write(CSR_UTVEC, user->utvec);
	csr_write(CSR_USCRATCH, user->uscratch);
	csr_write(CSR_UEPC, user->uepc);
	csr_write(CSR_UCAUSE, user->ucause);
	csr_write(CSR_UTVAL, user->utval);
	csr_write(CSR_HUSTATUS, user->hustatus);
	csr_write(CSR_HUTVAL, user->hutval);
	csr_write(CSR_HUTINST, user->hutinst);
}

static void save_user(struct user_trap *user)
{
	/* Nothing stays behind for whoever has the hart next. */
	user->utvec = csr_swap(CSR_UTVEC, 0);
	user->uscratch = csr_swap(CSR_USCRATCH, 0);
	user->uepc = csr_swap(CSR_UEPC, 0);
	user->ucause = csr_swap(CSR_UCAUSE, 0);
	user->utval = csr_swap(CSR_UTVAL, 0);
	user->hustatus = csr_swap(CSR_HUSTATUS, 0);
	user->hutval = csr_swap(CSR_HUTVAL, 0);
	user->hutinst = csr_swap(CSR_HUTINST, 0);
}

/* Both with preemption off. */
static void switch_on(struct delegation *on)
{
	load_user(&on->user);
	csr_write(CSR_HUGPAW0, on->windows[0]);
	csr_write(CSR_HUGPAW1, on->windows[1]);
	csr_write(CSR_HUGPAW2, on->windows[2]);
	csr_write(CSR_HUGPAW3, on->windows[3]);
	csr_write(CSR_HUEDELEG, on->huedeleg);
	csr_write(CSR_HUDCFG, HUDCFG_EN | HUDCFG_WEN);
}

static void switch_off(struct delegation *on)
{
	csr_write(CSR_HUDCFG, 0);
	csr_write(CSR_HUEDELEG, 0);
	save_user(&on->user);
}

static void sched_in(struct preempt_notifier *notifier, int cpu)
{
	switch_on(container_of(notifier, struct delegation, notifier));
}

static void sched_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	switch_off(container_of(notifier, struct delegation, notifier));
}

static struct preempt_ops preempt_ops = { .sched_in = sched_in, .sched_out = sched_out };

/*
 * KVM does not export what its files are made of, so a vCPU's is known by its
 * name, which only the kernel gives: an anonymous inode's cannot be chosen.
 */
static bool is_vcpu(struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strncmp(file_dentry(file)->d_name.name, "kvm-vcpu:", strlen("kvm-vcpu:"));
}

static long attach(struct delegation *to, const struct shudeleg_config __user *from)
{
	struct shudeleg_config config;
	struct kvm_vcpu *vcpu;
	struct file *file;
	int i;

	if (copy_from_user(&config, from, sizeof(config)))
		return -EFAULT;
	if (config.flags || config.utvec & 3 || config.huedeleg & ~DELEGABLE)
		return -EINVAL;
	file = fget(config.vcpu);
	if (!file)
		return -EBADF;
	if (!is_vcpu(file)) {
		fput(file);
		return -EINVAL;
	}
	vcpu = file->private_data;
	/* As KVM_RUN: a child of the VMM, with other memory, has no business with it. */
	if (vcpu->kvm->mm != current->mm) {
		fput(file);
		return -EIO;
	}
	if (to->vcpu_file)
		fput(to->vcpu_file);
	to->vcpu_file = file;
	to->vcpu = vcpu;
	to->user = (struct user_trap){ .utvec = config.utvec, .uscratch = config.uscratch };
	to->huedeleg = config.huedeleg;
	for (i = 0; i < SHUDELEG_WINDOWS; i++)
		to->windows[i] = config.windows[i];
	return 0;
}

static long run(struct delegation *on, struct shudeleg_run __user *told)
{
	struct kvm_cpu_context *guest;
	struct shudeleg_run result = { };
	bool in_handler;
	long status;

	if (!on->vcpu)
		return -ENODEV;
	if (on->vcpu->kvm->mm != current->mm)
		return -EIO;
	guest = &on->vcpu->arch.guest_context;
	guest->hstatus |= HSTATUS_HU;	/* HLV and HSV in U-mode: the handler may read the guest */

	preempt_disable();
	preempt_notifier_register(&on->notifier);
	switch_on(on);
	preempt_enable();

	status = on->vcpu_file->f_op->unlocked_ioctl(on->vcpu_file, KVM_RUN, 0);

	preempt_disable();
	switch_off(on);
	preempt_notifier_unregister(&on->notifier);
	preempt_enable();
	guest->hstatus &= ~HSTATUS_HU;

	/* The guest is entered with SPV=1; without it the vCPU is in the handler. */
	in_handler = !(guest->hstatus & HSTATUS_SPV);
	result.reason = !in_handler ? SHUDELEG_GUEST : status == -EFAULT ? SHUDELEG_FAULT : SHUDELEG_HANDLER;
	result.pc = in_handler ? guest->sepc : 0;
	if (copy_to_user(told, &result, sizeof(result)))
		return -EFAULT;
	return status;
}

static long shudeleg_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct delegation *delegation = file->private_data;
	long status = -ENOTTY;

	/* A second thread that runs the same vCPU waits here, as it would in KVM. */
	if (mutex_lock_killable(&delegation->lock))
		return -EINTR;
	if (command == SHUDELEG_ATTACH)
		status = attach(delegation, (void __user *)argument);
	else if (command == SHUDELEG_RUN)
		status = run(delegation, (void __user *)argument);
	mutex_unlock(&delegation->lock);
	return status;
}

static int shudeleg_open(struct inode *inode, struct file *file)
{
	struct delegation *delegation = kzalloc(sizeof(*delegation), GFP_KERNEL);

	if (!delegation)
		return -ENOMEM;
	mutex_init(&delegation->lock);
	preempt_notifier_init(&delegation->notifier, &preempt_ops);
	file->private_data = delegation;
	return 0;
}

static int shudeleg_release(struct inode *inode, struct file *file)
{
	struct delegation *delegation = file->private_data;

	if (delegation->vcpu_file)
		fput(delegation->vcpu_file);
	kfree(delegation);
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,	/* it is not unloaded while a file is open */
	.open = shudeleg_open,
	.release = shudeleg_release,
	.unlocked_ioctl = shudeleg_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "shudeleg",
	.fops = &operations,
	.mode = 0666,	/* as /dev/kvm: it gives nothing but faults of the caller's own guest */
};

/* On a hart without Shudeleg the CSR is an illegal instruction. */
static bool has_shudeleg(void)
{
	unsigned long missing = 1, value;

	asm volatile("1: csrr %1, " __stringify(CSR_HUDCFG) "\n"
		     "	li %0, 0\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "+r"(missing), "=&r"(value));
	return !missing;
}

static int __init shudeleg_init(void)
{
	int status;

	if (!has_shudeleg())
		return -ENODEV;
	preempt_notifier_inc();
	status = misc_register(&device);
	if (status)
		preempt_notifier_dec();
	return status;
}

static void __exit shudeleg_exit(void)
{
	misc_deregister(&device);
	preempt_notifier_dec();
}

module_init(shudeleg_init);
module_exit(shudeleg_exit);
MODULE_DESCRIPTION("Delegates a guest's faults to its VMM in U-mode (Shudeleg)");
MODULE_LICENSE("GPL");
