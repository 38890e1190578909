// What the module asks of the kernel, for a program that stands in its place: harness.c has the functions.

#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t __s32;
typedef uint32_t __u32;
typedef uint64_t __u64;

#define __user
#define __init
#define __exit
#define BIT(number) (1UL << (number))
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

enum { EINTR = 4, EIO = 5, EBADF = 9, ENOMEM = 12, EFAULT = 14, ENODEV = 19, EINVAL = 22, ENOTTY = 25 };

#define _IOC(direction, type, number, size) ((direction) << 30 | (size) << 16 | (type) << 8 | (number))
#define _IOW(type, number, what) _IOC(1u, type, number, sizeof(what))
#define _IOWR(type, number, what) _IOC(3u, type, number, sizeof(what))

// Files: a vCPU's is known by its name.
enum { ANON_INODE_FS_MAGIC = 0x09041934 };
struct super_block {
    unsigned long s_magic;
};
struct inode {
    struct super_block *i_sb;
};
struct dentry {
    struct {
        const char *name;
    } d_name;
};
struct module;
struct file;
struct file_operations {
    struct module *owner;
    int (*open)(struct inode *, struct file *);
    int (*release)(struct inode *, struct file *);
    long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
};
struct file {
    struct inode *inode;
    struct dentry dentry;
    const struct file_operations *f_op;
    void *private_data;
    int references;
};
#define file_inode(file) ((file)->inode)
#define file_dentry(file) (&(file)->dentry)
struct file *fget(unsigned int descriptor);
void fput(struct file *file);
#define THIS_MODULE ((struct module *)0)

// Processes.
struct mm_struct {
    int unused;
};
struct task_struct {
    struct mm_struct *mm;
};
extern struct task_struct *current;
struct preempt_notifier;
struct preempt_ops {
    void (*sched_in)(struct preempt_notifier *, int cpu);
    void (*sched_out)(struct preempt_notifier *, struct task_struct *next);
};
struct preempt_notifier {
    const struct preempt_ops *ops;
};
void preempt_disable(void);
void preempt_enable(void);
void preempt_notifier_inc(void);
void preempt_notifier_dec(void);
void preempt_notifier_register(struct preempt_notifier *notifier);
void preempt_notifier_unregister(struct preempt_notifier *notifier);
#define preempt_notifier_init(notifier, operations) ((notifier)->ops = (operations))

// KVM's vCPU, as far as the module looks at it.
struct kvm_cpu_context {
    unsigned long gpr[32], sepc, sstatus, hstatus;
};
struct kvm {
    struct mm_struct *mm;
};
struct kvm_vcpu {
    struct kvm *kvm;
    struct {
        struct kvm_cpu_context guest_context;
    } arch;
};
#define KVM_RUN 0xae80u

// Memory, locks, the device.
enum { GFP_KERNEL = 0 };
void *kzalloc(size_t size, int flags);
void kfree(void *memory);
struct mutex {
    int locked;
};
#define mutex_init(mutex) ((mutex)->locked = 0)
int mutex_lock_killable(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
unsigned long copy_from_user(void *to, const void *from, size_t size);
unsigned long copy_to_user(void *to, const void *from, size_t size);
enum { MISC_DYNAMIC_MINOR = 255 };
struct miscdevice {
    int minor;
    const char *name;
    const struct file_operations *fops;
    unsigned mode;
};
int misc_register(struct miscdevice *device);
void misc_deregister(struct miscdevice *device);
size_t strlen(const char *text);
int strncmp(const char *one, const char *other, size_t length);

#define module_init(function) int (*const start_module)(void) = function
#define module_exit(function) void (*const stop_module)(void) = function
#define MODULE_DESCRIPTION(text) _Static_assert(1, text)
#define MODULE_LICENSE(text) _Static_assert(1, text)

// CSRs and causes.
enum { EXC_LOAD_GUEST_PAGE_FAULT = 21, EXC_STORE_GUEST_PAGE_FAULT = 23 };
#define HSTATUS_SPV BIT(7)
#define HSTATUS_HU BIT(9)
#define __stringify_1(text) #text
#define __stringify(text) __stringify_1(text)
#define csr_write(number, value) \
    __asm__ volatile("csrw " __stringify(number) ", %0" : : "rK"((unsigned long)(value)) : "memory")
#define csr_read(number) \
    ({ \
        unsigned long csr_value; \
        __asm__ volatile("csrr %0, " __stringify(number) : "=r"(csr_value) : : "memory"); \
        csr_value; \
    })
#define csr_swap(number, value) \
    ({ \
        unsigned long csr_value; \
        __asm__ volatile("csrrw %0, " __stringify(number) ", %1" : "=r"(csr_value) : "rK"((unsigned long)(value)) : "memory"); \
        csr_value; \
    })
// Where an instruction may fault, and where it goes on then: one at a time is enough here.
#define _ASM_EXTABLE(instruction, fixup) \
    ".pushsection .rodata\n .balign 8\n .globl fixup_table\n fixup_table: .dword " #instruction ", " #fixup "\n .popsection\n"
#endif
