// SPDX-License-Identifier: Apache-2.0
// RV64I and M: every instruction of two operands on many pairs, loads, stores, jumps, FENCE.I.

#include "digest.h"

// A function that runs an instruction of a register and an immediate on every operand.
#define EACH(name, instruction) \
    static uint64_t name(void) { \
        uint64_t sum = 0; \
        for (unsigned first = 0; first < OPERANDS; first++) { \
            uint64_t result; \
            __asm__ volatile(instruction : "=&r"(result) : "r"(operands[first])); \
            sum = digest(sum, result); \
        } \
        return sum; \
    }

PAIRS(run_add, "add %0, %1, %2")
PAIRS(run_sub, "sub %0, %1, %2")
PAIRS(run_sll, "sll %0, %1, %2")
PAIRS(run_slt, "slt %0, %1, %2")
PAIRS(run_sltu, "sltu %0, %1, %2")
PAIRS(run_xor, "xor %0, %1, %2")
PAIRS(run_srl, "srl %0, %1, %2")
PAIRS(run_sra, "sra %0, %1, %2")
PAIRS(run_or, "or %0, %1, %2")
PAIRS(run_and, "and %0, %1, %2")
PAIRS(run_addw, "addw %0, %1, %2")
PAIRS(run_subw, "subw %0, %1, %2")
PAIRS(run_sllw, "sllw %0, %1, %2")
PAIRS(run_srlw, "srlw %0, %1, %2")
PAIRS(run_sraw, "sraw %0, %1, %2")
PAIRS(run_mul, "mul %0, %1, %2")
PAIRS(run_mulh, "mulh %0, %1, %2")
PAIRS(run_mulhsu, "mulhsu %0, %1, %2")
PAIRS(run_mulhu, "mulhu %0, %1, %2")
PAIRS(run_mulw, "mulw %0, %1, %2")
PAIRS(run_div, "div %0, %1, %2")
PAIRS(run_divu, "divu %0, %1, %2")
PAIRS(run_rem, "rem %0, %1, %2")
PAIRS(run_remu, "remu %0, %1, %2")
PAIRS(run_divw, "divw %0, %1, %2")
PAIRS(run_divuw, "divuw %0, %1, %2")
PAIRS(run_remw, "remw %0, %1, %2")
PAIRS(run_remuw, "remuw %0, %1, %2")
EACH(run_addi_m2048, "addi %0, %1, -2048")
EACH(run_addi_m1, "addi %0, %1, -1")
EACH(run_addi_0, "addi %0, %1, 0")
EACH(run_addi_1, "addi %0, %1, 1")
EACH(run_addi_2047, "addi %0, %1, 2047")
EACH(run_slti_m2048, "slti %0, %1, -2048")
EACH(run_slti_m1, "slti %0, %1, -1")
EACH(run_slti_0, "slti %0, %1, 0")
EACH(run_slti_1, "slti %0, %1, 1")
EACH(run_slti_2047, "slti %0, %1, 2047")
EACH(run_sltiu_m2048, "sltiu %0, %1, -2048")
EACH(run_sltiu_m1, "sltiu %0, %1, -1")
EACH(run_sltiu_0, "sltiu %0, %1, 0")
EACH(run_sltiu_1, "sltiu %0, %1, 1")
EACH(run_sltiu_2047, "sltiu %0, %1, 2047")
EACH(run_xori_m2048, "xori %0, %1, -2048")
EACH(run_xori_m1, "xori %0, %1, -1")
EACH(run_xori_1365, "xori %0, %1, 1365")
EACH(run_ori_m2048, "ori %0, %1, -2048")
EACH(run_ori_1365, "ori %0, %1, 1365")
EACH(run_andi_m2048, "andi %0, %1, -2048")
EACH(run_andi_m1, "andi %0, %1, -1")
EACH(run_andi_1365, "andi %0, %1, 1365")
EACH(run_slli_0, "slli %0, %1, 0")
EACH(run_slli_1, "slli %0, %1, 1")
EACH(run_slli_31, "slli %0, %1, 31")
EACH(run_slli_32, "slli %0, %1, 32")
EACH(run_slli_63, "slli %0, %1, 63")
EACH(run_srli_0, "srli %0, %1, 0")
EACH(run_srli_1, "srli %0, %1, 1")
EACH(run_srli_31, "srli %0, %1, 31")
EACH(run_srli_32, "srli %0, %1, 32")
EACH(run_srli_63, "srli %0, %1, 63")
EACH(run_srai_0, "srai %0, %1, 0")
EACH(run_srai_1, "srai %0, %1, 1")
EACH(run_srai_31, "srai %0, %1, 31")
EACH(run_srai_32, "srai %0, %1, 32")
EACH(run_srai_63, "srai %0, %1, 63")
EACH(run_addiw_m2048, "addiw %0, %1, -2048")
EACH(run_addiw_m1, "addiw %0, %1, -1")
EACH(run_addiw_0, "addiw %0, %1, 0")
EACH(run_addiw_1, "addiw %0, %1, 1")
EACH(run_addiw_2047, "addiw %0, %1, 2047")
EACH(run_slliw_0, "slliw %0, %1, 0")
EACH(run_slliw_1, "slliw %0, %1, 1")
EACH(run_slliw_31, "slliw %0, %1, 31")
EACH(run_srliw_0, "srliw %0, %1, 0")
EACH(run_srliw_1, "srliw %0, %1, 1")
EACH(run_srliw_31, "srliw %0, %1, 31")
EACH(run_sraiw_0, "sraiw %0, %1, 0")
EACH(run_sraiw_1, "sraiw %0, %1, 1")
EACH(run_sraiw_31, "sraiw %0, %1, 31")
PAIRS(run_beq, "li %0, 1\n beq %1, %2, 1f\n li %0, 0\n1:")
PAIRS(run_bne, "li %0, 1\n bne %1, %2, 1f\n li %0, 0\n1:")
PAIRS(run_blt, "li %0, 1\n blt %1, %2, 1f\n li %0, 0\n1:")
PAIRS(run_bge, "li %0, 1\n bge %1, %2, 1f\n li %0, 0\n1:")
PAIRS(run_bltu, "li %0, 1\n bltu %1, %2, 1f\n li %0, 0\n1:")
PAIRS(run_bgeu, "li %0, 1\n bgeu %1, %2, 1f\n li %0, 0\n1:")

static const struct operation operations[] = {
    {"add", run_add, 0xacaf8538a778ff2d},
    {"sub", run_sub, 0x60b2ac4691b2cfdd},
    {"sll", run_sll, 0x7b0715bf20143b3},
    {"slt", run_slt, 0xb7ad5b4833f13d1c},
    {"sltu", run_sltu, 0x3b8c423fe11a872d},
    {"xor", run_xor, 0x3bfee1aed7e3b5ad},
    {"srl", run_srl, 0xd00b61b4dfcfa8b6},
    {"sra", run_sra, 0xa7099c88388e9dd2},
    {"or", run_or, 0xad9dc28dbcda6fee},
    {"and", run_and, 0xf712154e8c85803e},
    {"addw", run_addw, 0x8902fb15036b2339},
    {"subw", run_subw, 0x8c558b21159a39b9},
    {"sllw", run_sllw, 0xc12860adb89818},
    {"srlw", run_srlw, 0xac4da5b93a765879},
    {"sraw", run_sraw, 0xa5277a7233502d32},
    {"mul", run_mul, 0x3298a0778e9c6eed},
    {"mulh", run_mulh, 0x60a2d92ea3728597},
    {"mulhsu", run_mulhsu, 0x773133d79577a9cf},
    {"mulhu", run_mulhu, 0x6df2eb5794e16069},
    {"mulw", run_mulw, 0xcaa38c776a2ee0f1},
    {"div", run_div, 0x1cc05db8f8b6b2ed},
    {"divu", run_divu, 0x56ceab3667de4c32},
    {"rem", run_rem, 0x1ec6900962c32601},
    {"remu", run_remu, 0xf524421bb3474a5c},
    {"divw", run_divw, 0x981409cb88e93fe},
    {"divuw", run_divuw, 0x19dc9b5cffbb236d},
    {"remw", run_remw, 0xe9f683663d16b2fa},
    {"remuw", run_remuw, 0xa2da64d05fc0f6c9},
    {"beq", run_beq, 0xf80007c0003e0001},
    {"bne", run_bne, 0x7fff83fffc1fffe},
    {"blt", run_blt, 0xb7ad5b4833f13d1c},
    {"bge", run_bge, 0x4852a4b7cc0ec2e3},
    {"bltu", run_bltu, 0x3b8c423fe11a872d},
    {"bgeu", run_bgeu, 0xc473bdc01ee578d2},
    {"addi -2048", run_addi_m2048, 0xcc726bfbe8aa22f4},
    {"addi -1", run_addi_m1, 0xdcf68d046afcaf13},
    {"addi 0", run_addi_0, 0xed7aae0cad0d3378},
    {"addi 1", run_addi_1, 0xfdfecf14ef1dbfdb},
    {"addi 2047", run_addi_2047, 0xfdfecf14ef5fbf99},
    {"slti -2048", run_slti_m2048, 0x2000420},
    {"slti -1", run_slti_m1, 0x2000420},
    {"slti 0", run_slti_0, 0x2000421},
    {"slti 1", run_slti_1, 0x2000c21},
    {"slti 2047", run_slti_2047, 0x1080000002000c63},
    {"sltiu -2048", run_sltiu_m2048, 0x1084210842108c62},
    {"sltiu -1", run_sltiu_m1, 0x1084210842108c62},
    {"sltiu 0", run_sltiu_0, 0x0},
    {"sltiu 1", run_sltiu_1, 0x800},
    {"sltiu 2047", run_sltiu_2047, 0x1080000000000842},
    {"xori -2048", run_xori_m2048, 0x528cd0e3300ecc91},
    {"xori -1", run_xori_m1, 0x20130eb10e24824},
    {"xori 1365", run_xori_1365, 0x79ee271a174b483},
    {"ori -2048", run_ori_m2048, 0xf7f9e6fac5c77c3},
    {"ori 1365", run_ori_1365, 0x82ced8c3485f3a19},
    {"andi -2048", run_andi_m2048, 0xbcf2cd8c7c4dab31},
    {"andi -1", run_andi_m1, 0xed7aae0cad0d3378},
    {"andi 1365", run_andi_1365, 0x7b2ff651a6ea8596},
    {"slli 0", run_slli_0, 0xed7aae0cad0d3378},
    {"slli 1", run_slli_1, 0xdaf55c195a1ae2f1},
    {"slli 31", run_slli_31, 0x5660c89f896d5706},
    {"slli 32", run_slli_32, 0xacc1904710daae0c},
    {"slli 63", run_slli_63, 0x8840108020004020},
    {"srli 0", run_srli_0, 0xed7aae0cad0d3378},
    {"srli 1", run_srli_1, 0x6e7d46863786198b},
    {"srli 31", run_srli_31, 0x49c45a5753f7fdf},
    {"srli 32", run_srli_32, 0x24c22529a9f7fdf},
    {"srli 63", run_srli_63, 0x2000421},
    {"srai 0", run_srai_0, 0xed7aae0cad0d3378},
    {"srai 1", run_srai_1, 0xee7d468636861b9b},
    {"srai 31", run_srai_31, 0x9c3d63753f7fdf},
    {"srai 32", run_srai_32, 0x4c1e319a9f7fdf},
    {"srai 63", run_srai_63, 0xfffffffffffffbde},
    {"addiw -2048", run_addiw_m2048, 0xf1d26c1c285e7fc2},
    {"addiw -1", run_addiw_m1, 0x2568d246ab10be2},
    {"addiw 0", run_addiw_0, 0x12deae0cacbd9047},
    {"addiw 1", run_addiw_1, 0x2362cf14eecdfcaa},
    {"addiw 2047", run_addiw_2047, 0x235ecf14ef0ffc68},
    {"slliw 0", run_slliw_0, 0x12deae0cacbd9047},
    {"slliw 1", run_slliw_1, 0x63b55c39597f008e},
    {"slliw 31", run_slliw_31, 0xdfffbfdf77bfefbf},
    {"srliw 0", run_srliw_0, 0x12deae0cacbd9047},
    {"srliw 1", run_srliw_1, 0x212d8696b6608883},
    {"srliw 31", run_srliw_31, 0x4010040008021},
    {"sraiw 0", run_sraiw_0, 0x12deae0cacbd9047},
    {"sraiw 1", run_sraiw_1, 0x1314686365e8803},
    {"sraiw 31", run_sraiw_31, 0xfffffeffbfff7fde},
};

static uint64_t memory[4];

#define LOAD(instruction, address) \
    ({ \
        uint64_t loaded; \
        __asm__ volatile(instruction " %0, 0(%1)" : "=r"(loaded) : "r"(address) : "memory"); \
        loaded; \
    })
#define STORE(instruction, address, value) \
    __asm__ volatile(instruction " %0, 0(%1)" : : "r"((uint64_t)(value)), "r"(address) : "memory")

// Each width at each aligned place of a doubleword, of which every byte is different and half are negative.
static void check_memory(void) {
    const uint64_t value = 0xf1e2d3c4b5a69788 ^ 0x8000800080008000;
    for (unsigned offset = 0; offset < 8; offset++) {
        char *at = (char *)&memory[1] + offset;
        memory[1] = value;
        uint64_t part = value >> 8 * offset;
        check_equal(LOAD("lb", at), (uint64_t)(int8_t)part, "lb", offset, 0);
        check_equal(LOAD("lbu", at), (uint8_t)part, "lbu", offset, 0);
        memory[1] = 0;
        STORE("sb", at, value);
        check_equal(memory[1], (value & 0xff) << 8 * offset, "sb", offset, 0);
        memory[1] = value;
        if (offset % 2 == 0) {
            check_equal(LOAD("lh", at), (uint64_t)(int16_t)part, "lh", offset, 0);
            check_equal(LOAD("lhu", at), (uint16_t)part, "lhu", offset, 0);
            memory[1] = -1;
            STORE("sh", at, value);
            check_equal(memory[1], ~(0xfffful << 8 * offset) | (value & 0xffff) << 8 * offset, "sh", offset, 0);
        }
        memory[1] = value;
        if (offset % 4 == 0) {
            check_equal(LOAD("lw", at), (uint64_t)(int32_t)part, "lw", offset, 0);
            check_equal(LOAD("lwu", at), (uint32_t)part, "lwu", offset, 0);
            memory[1] = 0;
            STORE("sw", at, value);
            check_equal(memory[1], (value & 0xffffffff) << 8 * offset, "sw", offset, 0);
        }
    }
    STORE("sd", &memory[1], value);
    check_equal(LOAD("ld", &memory[1]), value, "ld", 0, 0);
    check_equal(memory[0] | memory[2], 0, "nothing beside it", 0, 0);

    // Offsets of both signs.
    uint64_t first, last;
    memory[0] = 11, memory[3] = 44;
    __asm__ volatile("ld %0, -2048(%2)\n ld %1, 2040(%3)"
                     : "=&r"(first), "=&r"(last)
                     : "r"((uint64_t)&memory[0] + 2048), "r"((uint64_t)&memory[3] - 2040)
                     : "memory");
    check(first == 11 && last == 44, "offsets", first, last);
    __asm__ volatile("sd %0, -2048(%2)\n sd %1, 2040(%3)"
                     :
                     : "r"(55ul), "r"(66ul), "r"((uint64_t)&memory[0] + 2048), "r"((uint64_t)&memory[3] - 2040)
                     : "memory");
    check(memory[0] == 55 && memory[3] == 66, "offsets", memory[0], memory[3]);
}

static void check_jumps(void) {
    uint64_t a, b, c, d;
    __asm__ volatile("lui %0, 0x80000\n lui %1, 0x7ffff" : "=&r"(a), "=&r"(b));
    check(a == 0xffffffff80000000 && b == 0x7ffff000, "lui", a, b);
    __asm__ volatile("1: auipc %0, 0\n auipc %1, 0xfffff\n la %2, 1b" : "=&r"(a), "=&r"(b), "=&r"(c));
    check(a == c && b == c + 4 - 0x1000, "auipc", a, b);
    __asm__ volatile("1: jal %0, 2f\n 3: jal %1, 4f\n 2: jal %2, 3b\n 4: la %3, 1b"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d));
    check(a == d + 4 && b == d + 8 && c == d + 12, "jal", a, b);
    // The lowest bit of the target is cleared; rd may be rs1.
    __asm__ volatile("la %0, 1f + 9\n jalr %0, -8(%0)\n 1: la %1, 1b" : "=&r"(a), "=&r"(b));
    check_equal(a, b, "jalr", 0, 0);
    __asm__ volatile("li %0, 7\n addi x0, %0, 1\n lui x0, 5\n ld x0, 0(%1)\n csrr x0, 0x340\n mv %0, x0"
                     : "=&r"(a)
                     : "r"(memory));
    check_equal(a, 0, "x0", 0, 0);
}

// Code that is written is executed after FENCE.I.
static void check_fence_i(void) {
    static uint32_t code[2] = {0, 0x00008067}; // ret
    for (unsigned value = 0; value < 4; value++) {
        uint64_t result;
        code[0] = value << 20 | 0x513; // li a0, value
        __asm__ volatile("fence.i\n jalr ra, %1\n mv %0, a0" : "=r"(result) : "r"(code) : "ra", "a0", "memory");
        check_equal(result, value, "fence.i", value, 0);
    }
    __asm__ volatile("fence\n fence rw, w\n fence.tso" : : : "memory");
}

int main(void) {
    traps_begin();
    check_operations(operations, sizeof operations / sizeof *operations);
    part("operations");
    check_memory();
    part("loads and stores");
    check_jumps();
    part("jumps");
    check_fence_i();
    part("FENCE.I");
    traps_end();
}
