"""Fields of translation, counter enables and environment, which several levels have."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_

from utrap.config import COUNTERS, Config
from utrap.csr.definitions import Field
from utrap.csr.shared.makers import own
from utrap.csr.warl import Ignored, SupportedMode

__all__ = ["atp", "counteren", "dte", "envcfg", "mode", "stce", "upper_envcfg"]


def atp(config: Config, csr: str, ignored: Ignored) -> list[Field]:
    """Return PPN, ASID and MODE of satp or vsatp; `ignored` is what an unsupported MODE makes ignored."""
    ppn_bits, asid_bits, mode_lsb = (44, 16, 60) if config.xlen == 64 else (22, 9, 31)
    return [
        own(csr, "ppn", 0, ppn_bits),
        own(csr, "asid", ppn_bits, asid_bits, mask=(1 << config.asid_bits) - 1, words=f"{config.asid_bits} bits"),
        mode(csr, mode_lsb, config.xlen - mode_lsb, config.satp_modes, config.satp_codes, ignored),
    ]


def mode(csr: str, lsb: int, width: int, names: tuple[str, ...], codes: tuple[int, ...], ignored: Ignored) -> Field:
    """Return the MODE of satp, vsatp or hgatp."""
    kept = "the whole write is ignored" if ignored is Ignored.WRITE else "the old MODE is kept"
    words = f"{', '.join(names)}; with another value {kept}"
    rule = SupportedMode(words=words, source=f"warl:{csr}", codes=codes, ignored=ignored)
    return own(csr, "mode", lsb, width, mask=reduce(or_, codes), rule=rule)


def counteren(config: Config, csr: str) -> list[Field]:
    """Return the counter enables of an xcounteren."""
    if config.counters == "none":
        return []
    fields = [own(csr, name, lsb) for lsb, name in enumerate(("cy", "tm", "ir"))]
    if config.counter_count == COUNTERS["zihpm"]:
        fields.append(own(csr, "hpm", 3, 29))
    return fields


def envcfg(config: Config, csr: str) -> list[Field]:
    """Return FIOM of an xenvcfg, and on RV64 what menvcfg and henvcfg have in their upper half."""
    fields = [own(csr, "fiom", 0)] if config.has_paging else []
    return fields if config.xlen == 32 or csr == "senvcfg" else fields + upper_envcfg(config, csr)


def upper_envcfg(config: Config, csr: str) -> list[Field]:
    """Return the fields in bits 63:32 of menvcfg or henvcfg, which RV32 has in a CSR of its own."""
    lowest = config.xlen - 32
    fields = []
    is_guests = csr.startswith("henvcfg")

    def withheld(name: str, lsb: int) -> Field:
        """A field of henvcfg acts and reads as 1 only where menvcfg has it."""
        above = _both(config, name)[:1] if is_guests else ()
        words = "acts and reads as 1 only where menvcfg has it" if above else ""
        return own(csr, name, lowest + lsb, read_where=above, words=words)

    if config.sstc:
        fields.append(withheld("stce", 31))  # norm:menvcfg_stce_op2
    if config.ssdbltrp:
        # norm:menvcfg_dte_op, norm:henvcfg_dte_op: without it SDT is 0, and nothing is behind (warl:SDT).
        below = ["mstatus.sdt"] * (not is_guests) + ["vsstatus.sdt"] * config.h
        fields.append(replace(withheld("dte", 27), clears=tuple(below), clears_at=0))
    return fields


def stce(config: Config) -> tuple[str, str]:
    """Return the conditions of the timers: STCE in menvcfg for the supervisor's, and in henvcfg too for a guest's."""
    return _both(config, "stce")


def dte(config: Config) -> tuple[str, str]:
    """Return the conditions of SDT: DTE in menvcfg for the supervisor's, and in henvcfg too for a guest's."""
    return _both(config, "dte")


def _both(config: Config, name: str) -> tuple[str, str]:
    half = "h" if config.xlen == 32 else ""
    return f"menvcfg{half}.{name}", f"henvcfg{half}.{name}"
