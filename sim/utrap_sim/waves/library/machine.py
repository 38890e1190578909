"""The machine that the scenarios play on: where its devices and its software are, and the state that boot leaves.

The devices are where QEMU's `virt` board has them, the addresses of software
where Linux, KVM and a firmware beneath have them, or nearly.
"""

from __future__ import annotations

from collections.abc import Mapping

from utrap_sim.waves.model_hart import Hart
from utrap_testbench.golden.isa import bits

__all__ = ["PCIE", "PLIC", "RTC", "UART", "VIRTIO", "Machine", "load", "store"]

#: Guest-physical addresses.
RTC, PLIC, UART, VIRTIO, PCIE = 0x10_1000, 0xC00_0000, 0x1000_0000, 0x1000_1000, 0x3000_0000
#: What the VMM's windows hold, first to last: page-aligned address and size as a power of two.
_WINDOWS = {"uart": (UART, 12), "rtc": (RTC, 12), "pcie": (PCIE, 28)}

_A0, _A5 = 10, 15
_FUNCT3 = {("l", 1): 4, ("l", 4): 2, ("l", 8): 3, ("s", 1): 0, ("s", 4): 2, ("s", 8): 3}


def load(size: int) -> int:
    """The transformed instruction of a load of so many bytes into a0, unsigned where it is a byte (norm:H_trap_xtinst).

    The fields of the immediate and of rs1 are 0.
    """
    return _FUNCT3["l", size] << 12 | _A0 << 7 | 0x03


def store(size: int) -> int:
    """The same of a store, from a5."""
    return _A5 << 20 | _FUNCT3["s", size] << 12 | 0x23


class Machine:
    """Addresses, and states to begin in.

    Args:
        hart: The hart; the addresses fit its XLEN, the values its configuration.
    """

    def __init__(self, hart: Hart) -> None:
        self.hart, config = hart, hart.config
        is_64 = config.xlen == 64
        high = 0xFFFF_FFFF_8000_0000 if is_64 else 0xC000_0000
        self.firmware_trap = 0x8000_0400
        self.kernel, self.kernel_trap, self.guest_exit = high + 0x1_2000, high + 0x8_0100, high + 0x5_A200
        self.program, self.program_trap = (0x2A_AAAA_B000, 0x2A_AAAA_C400) if is_64 else (0x5555_6000, 0x5555_7400)
        self.vcpu_page = 0x3F_F7A1_0000 if is_64 else 0x7FA1_0000
        self.guest_kernel, self.guest_trap = high + 0x40_1000, high + 0x40_0200
        #: Where the guest's kernel has mapped its devices.
        self.guest_io = 0xFFFF_FFC6_0000_0000 if is_64 else 0xD000_0000

        #: What makes a begin one with all of the guest's devices in HS.
        self.indirect: dict[str, int] = {"hudcfg.EN": 0} if config.shudeleg else {}

    def virtual(self, gpa: int) -> int:
        """The guest's virtual address of a device's register."""
        return self.guest_io + (gpa & 0xFF_FFFF)

    def booted(self) -> dict[str, int]:
        """What the firmware, and the kernel where there is one, have set up; nothing of it is about guests."""
        config, rules = self.hart.config, self.hart.config.rules
        csrs = {"mtvec": self.firmware_trap, "mie": bits(3, 7, 11)}
        if config.s or config.n:
            # As OpenSBI: fetch alignment, breakpoints, calls, page faults and what guests raise.
            csrs["medeleg"] = bits(0, 3, 8, 10, 12, 13, 15, 20, 21, 22, 23) & rules.medeleg
            csrs["mideleg"] = bits(1, 5, 9) & rules.mideleg
        if config.s:
            csrs |= {"mie": bits(1, 3, 5, 7, 9, 11), "stvec": self.kernel_trap}
            csrs["satp"] = self._root(rules.satp_modes, 0x8_1A40, 0)
        if config.n:
            csrs["utvec"] = self.program_trap
        if config.smrnmi:
            csrs["mnstatus.NMIE"] = 1
        if config.smdbltrp:
            csrs[f"mstatus{'h' if config.xlen == 32 else ''}.MDT"] = 0
        if config.smstateen:
            # All that there is is let in by all.
            csrs |= self._enables("mstateen", rules.mstateen) | ({"sstateen0": rules.sstateen0} if config.s else {})
        return csrs

    def hosting(self, first: str = "uart") -> dict[str, int]:
        """The same of a kernel with KVM and a guest; with Shudeleg the VMM's devices go to it, `first` in window 0."""
        config, rules = self.hart.config, self.hart.config.rules
        csrs = self.booted() | {
            "stvec": self.guest_exit,
            "hedeleg": bits(0, 3, 8, 12, 13, 15) & rules.hedeleg,
            "hideleg": bits(2, 6, 10),
            "hgatp": self._root(rules.hgatp_modes, 0x9_0400, 1 if config.vmid_bits else 0),
            "vstvec": self.guest_trap,
            "vsatp": self._root(rules.satp_modes, 0x8_0200, 0),
            "hstatus.SPV": 1,
            "hstatus.SPVP": 1,
        }
        if config.smstateen:
            csrs |= self._enables("hstateen", rules.hstateen)
        if config.shudeleg:
            csrs |= {"hudcfg.EN": 1, "huedeleg": bits(21, 23), "uscratch": self.vcpu_page}
            if config.windows:
                csrs["hudcfg.WEN"] = 1
                # Each page or power of two of pages is a window (HU-17).
                for number, name in enumerate(sorted(_WINDOWS, key=lambda name: name != first)[: config.windows]):
                    gpa, order = _WINDOWS[name]
                    csrs[f"hugpaw{number}"] = gpa >> 12 << 10 | order - 12 << 1 | 1
        return csrs

    def about_to_run_guest(self, others: Mapping[str, int] | None = None, first: str = "uart") -> None:
        """Begin in HS, before the SRET that enters the guest's kernel."""
        csrs = self.hosting(first) | {"mstatus.SPP": 1, "mstatus.SPIE": 1, "sepc": self.guest_kernel}
        self.hart.begin("HS", csrs | dict(others or {}), pc=self.kernel)

    def in_guest(self, others: Mapping[str, int] | None = None, first: str = "uart") -> None:
        """Begin in the guest's kernel."""
        self.hart.begin("VS", self.hosting(first) | dict(others or {}), pc=self.guest_kernel)

    def _enables(self, name: str, masks: tuple[int, ...]) -> dict[str, int]:
        """Four registers of 64 bits, on RV32 each with its high half."""
        mask = self.hart.config.rules.xlen_mask
        csrs = {f"{name}{number}": bits & mask for number, bits in enumerate(masks)}
        if self.hart.config.xlen == 32:
            csrs |= {f"{name}{number}h": bits >> 32 for number, bits in enumerate(masks)}
        return csrs

    def _root(self, modes: tuple[int, ...], page: int, number: int) -> int:
        """A translation root in the smallest mode beyond Bare, or 0."""
        rules = self.hart.config.rules
        if len(modes) < 2:
            return 0
        return modes[1] << rules.atp_mode_shift | number << rules.asid_shift | page
