"""What can come about: every way from mode to mode, and every cause, from reset and through the unit's ports alone."""

from __future__ import annotations

from utrap.config import Config
from utrap_formal.properties.interrupts import exists as has_interrupt
from utrap_formal.properties.manual import LOCAL_INTERRUPTS, Cause, Interrupt, Mode, interrupt_name
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.routing import code
from utrap_formal.properties.window import Window

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("cover", "every way from mode to mode, and every cause, comes about from reset", covers=True)

#: From, to, what it needs, who says so: by a trap or a return.
_WAYS: tuple[tuple[Mode, Mode, str, str], ...] = (
    (Mode.M, Mode.M, "", "norm:trap_def_M_mode"),
    (Mode.M, Mode.S, "s", "norm:xret_op"),
    (Mode.M, Mode.U, "", "norm:xret_op"),
    (Mode.M, Mode.VS, "h", "norm:mret_h"),
    (Mode.M, Mode.VU, "h", "norm:mret_h"),
    (Mode.S, Mode.M, "s", "norm:trap_def_M_mode"),
    (Mode.S, Mode.S, "s", "norm:trap_horiz"),
    (Mode.S, Mode.U, "s", "norm:sret_v0"),
    (Mode.S, Mode.VS, "h", "norm:sret_v0"),
    (Mode.S, Mode.VU, "h", "norm:sret_v0"),
    (Mode.U, Mode.M, "", "norm:trap_def_M_mode"),
    (Mode.U, Mode.S, "s", "norm:medeleg_mideleg_op1"),
    (Mode.U, Mode.U, "n", "HU-7"),
    (Mode.U, Mode.VS, "shudeleg", "HU-20"),
    (Mode.U, Mode.VU, "shudeleg", "HU-20"),
    (Mode.VS, Mode.M, "h", "norm:trap_def_M_mode"),
    (Mode.VS, Mode.S, "h", "norm:medeleg_mideleg_op1"),
    (Mode.VS, Mode.U, "shudeleg", "HU-7"),
    (Mode.VS, Mode.VS, "h", "norm:hedeleg_op"),
    (Mode.VS, Mode.VU, "h", "norm:sret_v1"),
    (Mode.VU, Mode.M, "h", "norm:trap_def_M_mode"),
    (Mode.VU, Mode.S, "h", "norm:medeleg_mideleg_op1"),
    (Mode.VU, Mode.U, "shudeleg", "HU-7"),
    (Mode.VU, Mode.VS, "h", "norm:hedeleg_op"),
)


def _way(origin: Mode, target: Mode, needs: str, rules: str) -> None:
    @PROPERTIES.add(
        rules,
        needs=needs,
        kind="way",
        name=f"{origin.name.lower()}_to_{target.name.lower()}",
        says=f"The hart goes from {origin.name} to {target.name}.",
    )
    def claim(w: Window) -> Claim:
        now = w.now
        return Claim(when=(now.is_trap | now.is_return) & now.is_in(origin) & w.next.is_in(target))


#: Where a cause comes from; any mode where nothing is said.
_SOURCES = {
    Cause.ECALL_U: (Mode.U, Mode.VU),
    Cause.ECALL_S: (Mode.S,),
    Cause.ECALL_VS: (Mode.VS,),
    Cause.ECALL_M: (Mode.M,),
    Cause.INSTRUCTION_GUEST_FAULT: (Mode.VS, Mode.VU),
    Cause.LOAD_GUEST_FAULT: (Mode.VS, Mode.VU),
    Cause.VIRTUAL: (Mode.VS, Mode.VU),
    Cause.STORE_GUEST_FAULT: (Mode.VS, Mode.VU),
}


def _exception(cause: Cause) -> None:
    sources = _SOURCES.get(cause, tuple(Mode))
    needs = "" if Mode.U in sources or Mode.M in sources else "s" if Mode.S in sources else "h"

    @PROPERTIES.add(
        "norm:H_cause", needs=needs, kind="exception", name=f"exception_{cause.value}",
        says=f"The exception {cause.value} is taken, and the target's xcause has it.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now, after = w.now, w.next
        into = {Mode.M: "mcause", Mode.S: "scause", Mode.VS: "vscause", Mode.U: "ucause"}
        there = sum(
            (after.is_in(mode) & (after[csr] == cause) for mode, csr in into.items() if after.has(csr)), start=0
        )
        return Claim(when=now.is_exception & now.is_in(*sources) & (now.cause == cause) & (there != 0))


def _interrupt(interrupt: int) -> None:
    def where(config: Config) -> bool:
        return has_interrupt(config, interrupt)

    @PROPERTIES.add(
        "norm:mip_mie_std_enc_txt norm:mip_mie_vs HU-24", where=where, kind="interrupt",
        name=f"interrupt_{int(interrupt)}", says=f"The interrupt {interrupt_name(interrupt)} is taken.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        return Claim(when=w.now.is_interrupt & (code(w.now) == interrupt))


for _row in _WAYS:
    _way(*_row)
for _cause in Cause:
    _exception(_cause)
for _each in (*Interrupt, *LOCAL_INTERRUPTS):
    _interrupt(_each)
