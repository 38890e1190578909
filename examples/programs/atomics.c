// SPDX-License-Identifier: Apache-2.0
// RV64A: every AMO on many pairs, LR and SC.

#include "digest.h"

// A function that runs an AMO with every operand in memory and every operand in a register.
#define AMO(name, instruction) \
    static uint64_t name(void) { \
        uint64_t sum = 0; \
        for (unsigned first = 0; first < OPERANDS; first++) \
            for (unsigned second = 0; second < OPERANDS; second++) { \
                uint64_t memory = operands[first], result; \
                __asm__ volatile(instruction " %0, %2, (%3)" \
                                 : "=&r"(result), "+m"(memory) \
                                 : "r"(operands[second]), "r"(&memory) \
                                 : "memory"); \
                sum = digest(digest(sum, result), memory); \
            } \
        return sum; \
    }

AMO(run_amoswap_w, "amoswap.w")
AMO(run_amoswap_d, "amoswap.d")
AMO(run_amoadd_w, "amoadd.w")
AMO(run_amoadd_d, "amoadd.d")
AMO(run_amoxor_w, "amoxor.w")
AMO(run_amoxor_d, "amoxor.d")
AMO(run_amoand_w, "amoand.w")
AMO(run_amoand_d, "amoand.d")
AMO(run_amoor_w, "amoor.w")
AMO(run_amoor_d, "amoor.d")
AMO(run_amomin_w, "amomin.w")
AMO(run_amomin_d, "amomin.d")
AMO(run_amomax_w, "amomax.w")
AMO(run_amomax_d, "amomax.d")
AMO(run_amominu_w, "amominu.w")
AMO(run_amominu_d, "amominu.d")
AMO(run_amomaxu_w, "amomaxu.w")
AMO(run_amomaxu_d, "amomaxu.d")

static const struct operation operations[] = {
    {"amoswap.w", run_amoswap_w, 0xe70e7938a4c2b0e4}, {"amoswap.d", run_amoswap_d, 0x54470c7a470edd35},
    {"amoadd.w", run_amoadd_w, 0xd225734a6a3fc467},   {"amoadd.d", run_amoadd_d, 0x597c98edf6f86064},
    {"amoxor.w", run_amoxor_w, 0x3387d62f3e00a668},   {"amoxor.d", run_amoxor_d, 0x4e5e45d0c82090aa},
    {"amoand.w", run_amoand_w, 0xc1b37477e0537f08},   {"amoand.d", run_amoand_d, 0xf4140ed3a7c1fd34},
    {"amoor.w", run_amoor_w, 0xcb829a718edfc88e},     {"amoor.d", run_amoor_d, 0xe0306f6ae0225ff7},
    {"amomin.w", run_amomin_w, 0xb5760d19b076d016},   {"amomin.d", run_amomin_d, 0x830bec32fab36901},
    {"amomax.w", run_amomax_w, 0xb20fbd600305703c},   {"amomax.d", run_amomax_d, 0x4454b30f9b2bccca},
    {"amominu.w", run_amominu_w, 0x1c5ae6e9e9e8f5c6}, {"amominu.d", run_amominu_d, 0xfc35eded1f251956},
    {"amomaxu.w", run_amomaxu_w, 0x6a59341fa9ed8638}, {"amomaxu.d", run_amomaxu_d, 0x7c1bc12dd9f0e287},
};

static uint64_t cell[2];

static void check_conditional(void) {
    uint64_t loaded, failed;
    cell[0] = 0x80000000ffffffff;
    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %3, (%2)"
                     : "=&r"(loaded), "=&r"(failed)
                     : "r"(cell), "r"(5ul)
                     : "memory");
    check(loaded == 0x80000000ffffffff && !failed && cell[0] == 5, "LR.D and SC.D", loaded, failed);
    __asm__ volatile("sc.d %0, %2, (%1)" : "=&r"(failed) : "r"(cell), "r"(6ul) : "memory");
    check(failed && cell[0] == 5, "an SC without an LR", failed, cell[0]);
    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %3, (%2)\n sc.d %1, %4, (%2)"
                     : "=&r"(loaded), "=&r"(failed)
                     : "r"(cell), "r"(7ul), "r"(8ul)
                     : "memory");
    check(failed && cell[0] == 7, "an SC takes the reservation away", failed, cell[0]);
    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %4, (%3)\n sc.d %0, %4, (%2)"
                     : "=&r"(loaded), "=&r"(failed)
                     : "r"(cell), "r"((uint64_t)cell + 512), "r"(9ul)
                     : "memory");
    check(failed && loaded && cell[0] == 7, "an SC elsewhere fails, and takes it too", failed, cell[0]);

    cell[0] = 0x11111111f0000001;
    __asm__ volatile("lr.w.aq %0, (%2)\n sc.w.rl %1, %3, (%2)"
                     : "=&r"(loaded), "=&r"(failed)
                     : "r"(cell), "r"(-3l)
                     : "memory");
    check(loaded == 0xfffffffff0000001 && !failed && cell[0] == 0x11111111fffffffd, "LR.W and SC.W", loaded, cell[0]);
    __asm__ volatile("lr.w.aqrl %0, (%2)\n sc.w.aqrl %1, %3, (%2)"
                     : "=&r"(loaded), "=&r"(failed)
                     : "r"((char *)cell + 4), "r"(0x22222222ul)
                     : "memory");
    check(loaded == 0x11111111 && !failed && cell[0] == 0x22222222fffffffd, "in the upper half", loaded, cell[0]);
    __asm__ volatile("amoadd.w.aqrl %0, %2, (%1)" : "=&r"(loaded) : "r"((char *)cell + 4), "r"(1ul) : "memory");
    check(loaded == 0x22222222 && cell[0] == 0x22222223fffffffd, "an AMO in the upper half", loaded, cell[0]);
    __asm__ volatile("amoswap.w x0, %1, (%0)" : : "r"(cell), "r"(4ul) : "memory");
    check(cell[0] == 0x2222222300000004, "an AMO without rd", cell[0], 0);
}

int main(void) {
    traps_begin();
    check_operations(operations, sizeof operations / sizeof *operations);
    part("AMOs");
    check_conditional();
    part("LR and SC");
    traps_end();
}
