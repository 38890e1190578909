"""Fields of translation, counter enables and environment, which several levels have."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_

from utrap.config import COUNTERS, Config
from utrap.csr.definitions import Field
from utrap.csr.shared.makers import own
from utrap.csr.warl import AnyBut, Ignored, SupportedMode

__all__ = ["atp", "counteren", "dte", "envcfg", "mode", "pmm", "stce", "upper_envcfg", "withheld_bit"]


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
    """Return the fields of an xenvcfg, and on RV64 what it has in its upper half.

    What an extension brings is read-only 0 without it: norm:menvcfg_enc_img, norm:menvcfg_fiom_rdonly0_ok,
    norm:senvcfg_fiom_acc, norm:menvcfg_cbie_rdonly0, norm:menvcfg_cbcfe_rdonly0, norm:menvcfg_cbze_rdonly0.
    """
    fields = [own(csr, "fiom", 0)] if config.has_paging else []
    if config.zicbom:
        # norm:menvcfg_cbie_warl_op, norm:menvcfg_cbcfe_op, norm:henvcfg_cbie
        rule = AnyBut(words="0, 1 or 3; 2 is stored as 0", reserved=2)
        fields += [own(csr, "cbie", 4, 2, rule=rule), own(csr, "cbcfe", 6)]
    if config.zicboz:
        fields.append(own(csr, "cbze", 7))  # norm:menvcfg_cbze_op
    if config.xlen == 32:
        return fields
    return fields + (pmm(config, csr) if csr == "senvcfg" else upper_envcfg(config, csr))


#: What gives each register its PMM (norm:smmpm_definition, norm:smnpm_definition, norm:ssnpm_definition).
_MASKED_BY = {"mseccfg": "smmpm", "menvcfg": "smnpm", "henvcfg": "ssnpm", "senvcfg": "ssnpm", "hstatus": "ssnpm"}


def pmm(config: Config, csr: str, name: str = "pmm", lsb: int = 32) -> list[Field]:
    """Return PMM of a register, or HUPMM, where there is one: RV32 has it read-only 0.

    norm:pm_rv32_illegal, norm:menvcfg_pmm_rdonly0, norm:mseccfg_pmm_rdonly0, norm:senvcfg_pmm_Ssnpm,
    norm:henvcfg_pmm_op; of the values 1 is reserved: norm:menvcfg_pmm_enc, norm:mseccfg_pmm_enc,
    norm:pmlen_supported_values, norm:pmlen_future_reserved, norm:pmlen_illegal_warl.
    """
    if config.xlen == 32 or csr not in _MASKED_BY or not getattr(config, _MASKED_BY[csr]):
        return []
    return [own(csr, name, lsb, 2, rule=AnyBut(words="0, 2 or 3; 1 is stored as 0", source="warl:PMM", reserved=1))]


def upper_envcfg(config: Config, csr: str) -> list[Field]:
    """Return the fields in bits 63:32 of menvcfg or henvcfg, which RV32 has in a CSR of its own.

    Each is read-only 0 without its extension: norm:menvcfg_stce_rdonly0, norm:menvcfg_pbmte_rdonly0,
    norm:menvcfg_adue_rdonly0.
    """
    lowest = config.xlen - 32
    fields = pmm(config, csr)
    is_guests = csr.startswith("henvcfg")

    def withheld(name: str, lsb: int) -> Field:
        """A field of henvcfg acts and reads as 1 only where menvcfg has it."""
        above = _both(config, name)[:1] if is_guests else ()
        words = "acts and reads as 1 only where menvcfg has it" if above else ""
        return own(csr, name, lowest + lsb, read_where=above, words=words)

    if config.sstc:
        fields.append(withheld("stce", 31))  # norm:menvcfg_stce_op1, norm:menvcfg_stce_op2, norm:stce_bit_exist
    if config.svpbmt:
        fields.append(withheld("pbmte", 30))  # norm:menvcfg_pbmte_henvcfg_pbmte_rdonly0
    if config.svadu:
        fields.append(withheld("adue", 29))  # norm:menvcfg_adue_henvcfg_adue_rdonly0
    if config.ssdbltrp:
        # norm:menvcfg_DTE, norm:henvcfg_DTE, norm:menvcfg_dte_op, norm:henvcfg_dte_op:
        # without it SDT is 0, and nothing is behind (warl:SDT).
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


def withheld_bit(config: Config, name: str) -> tuple[str, str]:
    """Return the bits of menvcfg and henvcfg that let a stage of translation do something, by name."""
    return _both(config, name)
