"""What a program is: for each step the set-up in M-mode, then the mode to enter and the instructions there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from utrap_testbench.golden import Config, CsrOp

#: The hart that QEMU is told to be (`CPU`), as the golden model's configuration.
CONFIG = Config.profile(
    "msuh",
    satp_modes=("bare", "sv39", "sv48", "sv57"),
    hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4"),
    vectored_align=4,
    counters="zihpm",
    isa="IMAFDC",
    mvendorid=0x5A5,
    marchid=0x123456789,
    mimpid=0x9876543210,
    sstc=True,
    sscofpmf=True,
)
CPU = (
    "rv64,h=true,pmp=false,sstc=true,sscofpmf=true,"
    f"mvendorid={CONFIG.mvendorid},marchid={CONFIG.marchid},mimpid={CONFIG.mimpid}"
)

#: mhpmevent3 to mhpmevent31, which the set-up writes.
EVENT_COUNTERS = range(0x323, 0x340)

#: Registers that a step's instructions may set, and that a dump shows: s0 to s11.
SAVED = (8, 9, *range(18, 28))
#: Registers that the set-up fills with operands: a0 to a5.
OPERANDS = tuple(range(10, 16))

#: The CSRs of a dump, in its order; mstatus is read before all.
DUMPED = {
    "misa": 0x301, "medeleg": 0x302, "mideleg": 0x303, "mie": 0x304, "mtvec": 0x305, "mcounteren": 0x306,
    "menvcfg": 0x30A, "mscratch": 0x340, "mepc": 0x341, "mcause": 0x342, "mtval": 0x343, "mip": 0x344,
    "mtinst": 0x34A, "mtval2": 0x34B, "mhartid": 0xF14,
    "sstatus": 0x100, "sie": 0x104, "stvec": 0x105, "scounteren": 0x106, "senvcfg": 0x10A, "sscratch": 0x140,
    "sepc": 0x141, "scause": 0x142, "stval": 0x143, "sip": 0x144, "stimecmp": 0x14D, "satp": 0x180,
    "scountovf": 0xDA0,
    "hstatus": 0x600, "hedeleg": 0x602, "hideleg": 0x603, "hie": 0x604, "htimedelta": 0x605,
    "hcounteren": 0x606, "hgeie": 0x607, "henvcfg": 0x60A, "htval": 0x643, "hip": 0x644, "hvip": 0x645,
    "htinst": 0x64A, "hgatp": 0x680, "hgeip": 0xE12,
    "vsstatus": 0x200, "vsie": 0x204, "vstvec": 0x205, "vsscratch": 0x240, "vsepc": 0x241, "vscause": 0x242,
    "vstval": 0x243, "vsip": 0x244, "vstimecmp": 0x24D, "vsatp": 0x280,
}  # fmt: skip

#: What a dump holds: the vector's entry that was taken, mstatus, s0 to s11, the other CSRs.
FIELDS = ("entry", "mstatus", *(f"s{number}" for number in range(12)), *DUMPED)


@dataclass(frozen=True)
class CsrWrite:
    """A CSR instruction of the set-up; `rd` gets the old value."""

    address: int
    op: CsrOp
    value: int
    rd: int


@dataclass(frozen=True)
class Store:
    """A store of the set-up to a device: the software interrupt or the timer."""

    address: int
    value: int


@dataclass(frozen=True)
class Step:
    """One step. The set-up ends with MRET; `operands` are in a0 to a5 by then; `code` is the memory that is executed.

    `text` has the assembler text of each word of `code`, for people.
    """

    setup: tuple[Store | CsrWrite, ...]
    operands: tuple[int, ...]
    code: dict[int, int]
    text: dict[int, str]

    def to_json(self) -> dict[str, Any]:
        """The step with plain JSON values."""
        return {
            "setup": [
                ["store", hex(item.address), hex(item.value)]
                if isinstance(item, Store)
                else [item.op.name.lower(), hex(item.address), hex(item.value), item.rd]
                for item in self.setup
            ],
            "operands": [hex(value) for value in self.operands],
            "code": {hex(address): [hex(word), self.text[address]] for address, word in self.code.items()},
        }

    @staticmethod
    def from_json(plain: dict[str, Any]) -> Step:
        """The step that `to_json` wrote."""
        setup: list[Store | CsrWrite] = []
        for kind, address, value, *rd in plain["setup"]:
            if kind == "store":
                setup.append(Store(int(address, 16), int(value, 16)))
            else:
                setup.append(CsrWrite(int(address, 16), CsrOp[kind.upper()], int(value, 16), rd[0]))
        return Step(
            setup=tuple(setup),
            operands=tuple(int(value, 16) for value in plain["operands"]),
            code={int(address, 16): int(word, 16) for address, (word, _) in plain["code"].items()},
            text={int(address, 16): text for address, (_, text) in plain["code"].items()},
        )


@dataclass(frozen=True)
class Program:
    """The steps that a seed gives."""

    seed: int
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """The program with plain JSON values."""
        return {"seed": self.seed, "steps": [step.to_json() for step in self.steps]}

    @staticmethod
    def from_json(plain: dict[str, Any]) -> Program:
        """The program that `to_json` wrote."""
        return Program(plain["seed"], tuple(Step.from_json(step) for step in plain["steps"]))
