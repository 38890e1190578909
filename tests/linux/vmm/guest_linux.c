// The guest of boot.c: says on its UART that its init runs, asks SBI for what nobody offers, and powers off.

#include "guest.h"
#include "layout.h"

#define WORDS "guest: guest: init runs\n" // with a beginning that leads nowhere
static unsigned said;
static bool has_asked, is_over;

void guest_reset(void) { said = has_asked = is_over = 0; }

bool guest_next(const struct scenario *scenario, uint8_t *memory, struct access *access) {
    (void)memory;
    unsigned length = scenario->oddity == GUEST_SAYS_NOTHING ? 12 : sizeof WORDS - 1;
    is_over = said == length;
    if (is_over || (said == 5 && !has_asked))
        return false;
    *access = (struct access){GPA_UART, WORDS[said++], 0, true};
    return true;
}

void guest_takes(const struct access *access, uint64_t data) { (void)access, (void)data; }

void guest_ends(const struct scenario *scenario, struct kvm_run *run) {
    if (!is_over) {
        run->exit_reason = KVM_EXIT_RISCV_SBI;
        run->riscv_sbi.extension_id = 0x48534d;
        return;
    }
    run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
    run->system_event.type = scenario->oddity == GUEST_RESTARTS ? KVM_SYSTEM_EVENT_RESET : KVM_SYSTEM_EVENT_SHUTDOWN;
    guest_reset(); // the next boot
}

void guest_is_told(uint64_t next) {
    (void)next;
    has_asked = true;
}
