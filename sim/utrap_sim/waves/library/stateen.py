"""Smstateen: state that firmware and kernel have not heard of is out of reach until each of them lets it in."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import Machine

__all__ = ["SCENARIOS"]

_ENVCFG, _FIOM = 62, 1


def stateen_refusal(hart: Hart) -> None:
    machine = Machine(hart)
    half, base = ("h", 32) if hart.config.xlen == 32 else ("", 0)
    mstateen, hstateen, envcfg = f"mstateen0{half}", f"hstateen0{half}", 1 << _ENVCFG - base
    rules = hart.config.rules
    machine.in_guest({mstateen: rules.mstateen[0] >> base & ~envcfg, hstateen: rules.hstateen[0] >> base & ~envcfg})
    hart.idle()
    hart.csrw("senvcfg", _FIOM, "csrw senvcfg: M keeps it from all below")
    hart.expect(mode="M", mcause=2)
    hart.csrr("mcause")
    hart.csrs(mstateen, envcfg, "mstateen0.ENVCFG=1: for the kernel to decide")
    hart.mret("mret: the same instruction again")
    hart.csrw("senvcfg", _FIOM, "csrw senvcfg: HS keeps it from its guests")
    hart.expect(mode="HS", scause=22, senvcfg=0)
    hart.csrr("scause")
    hart.csrr("stval")
    hart.csrs(hstateen, envcfg, "hstateen0.ENVCFG=1: it is swapped from now on")
    hart.sret("sret: the same instruction again")
    hart.csrw("senvcfg", _FIOM, "csrw senvcfg: it executes")
    hart.expect(mode="VS", senvcfg=_FIOM)
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="stateen-refusal",
        title="A guest's CSR that firmware and kernel keep from it: illegal, then virtual, then let in by both",
        play=stateen_refusal,
        shows=("ILLEGAL_INSTRUCTION VS->M", "MRET M->VS", "VIRTUAL_INSTRUCTION VS->HS", "SRET HS->VS"),
        needs=("h", "smstateen"),
    ),
)
