"""Pointer masking: the setting that holds for the core's explicit loads and stores now."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["connect_pointer_masking"]

SECTION = Section(
    phase=Phase.OUTPUT,
    place=4,
    title="Which pointer masking holds?",
    rules="norm:pm_config_next_higher, norm:pm_mprv_spvp, norm:pm_mxr_exception, HU-34",
    text="PMM of the register that is the next higher mode's, for the mode in which the access acts; 0 where MXR acts.",
)


def connect_pointer_masking(m: Module, state: State, hart: Any) -> None:
    """Drive what holds for loads and stores, and for HLV and HSV, where the configuration has it."""
    config, members = state.config, hart.signature.members  # norm:pm_rv64_only
    if "load_store_pmm" in members:
        # Without S the mode below M is U (norm:smnpm_definition).
        user = state["senvcfg.pmm"] if config.s else state["menvcfg.pmm"]
        SECTION.drive(m, hart.load_store_pmm, _masking(state, hart.load_store_mode, user))
    if "hlsv_pmm" in members:
        # HU-34: in U they act as HUPMM says, by HS's leave, and elsewhere as the guest's own accesses.
        by_user = ~state.prv[0] & ~state.v
        user = Mux(by_user, state["hstatus.hupmm"], state["senvcfg.pmm"])
        SECTION.drive(m, hart.hlsv_pmm, _masking(state, hart.hlsv_mode, user))


def _masking(state: State, mode: Value, user: Value) -> Value:
    """Return the PMM of a mode: `mode` as `Mode` encodes it, `user` the setting of U and VU.

    norm:pm_per_mode_control, norm:pm_auto_apply_active_mode, norm:pm_mode_only_dependency; as the registers are in
    this cycle (norm:senvcfg_pmm_immediate, norm:menvcfg_pmm_op).
    """
    is_user, is_machine, is_guest = ~mode[0], mode[1], mode[2]
    of_supervisor = Mux(is_guest, state["henvcfg.pmm"], state["menvcfg.pmm"])
    setting = Mux(is_user, user, of_supervisor)
    mxr = state["mstatus.mxr"] | (is_guest & state["vsstatus.mxr"])
    return Mux(is_machine, state["mseccfg.pmm"], Mux(mxr, Const(0, 2), setting))
