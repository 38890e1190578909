// What is played: in each run one call goes wrong, or a guest or another VMM does what it should not.

#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum oddity {
    NOTHING_ODD,
    EXIT_OF_ANOTHER_KIND,
    FAULT_IN_HANDLER,
    EXIT_DESPITE_WINDOW, // the hart gives an access to KVM that belongs to the handler
    CHECK_FAILS, // the guest says so
    OTHER_VMM_DIES,
    OTHER_VMM_FAILS,
    IS_OTHER_VMM, // `clone` gives 0
    GUEST_RESTARTS,
    GUEST_SAYS_NOTHING,
    LARGE_FILE,
};

// A call by its number, and as far as they are not 0 by its second argument and the path that is its second argument: the
// nth of them gives `result` and does nothing.
struct scenario {
    const char *name;
    long number;
    uint64_t request;
    const char *path;
    unsigned nth;
    long result;
    enum oddity oddity;
    bool is_brief; // the guest accesses each device once only
};

extern const struct scenario scenarios[];
extern const unsigned scenario_count;

#endif
