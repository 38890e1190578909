"""Which bits the delegation registers have."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_ISA = "isa.py"
_BIT = "own(csr, rule.cause.name.lower(), int(rule.cause))"
_WRITE = "CSR, debug CSR"
_HIDELEG = 'rule.code, read_where=(f"mideleg.{name}",), words=words)'


def _row(name: str, old: tuple[str, str], new: tuple[str, str]) -> tuple[str, str, str]:
    """Another row of an exception: who may delegate it, and the registers below medeleg that have it."""
    was, becomes = (f'_rule(_E.{name}, {medeleg}, "{others}")' for medeleg, others in (old, new))
    return _ISA, was, becomes


FAULTS: tuple[Fault, ...] = (
    fault(
        "hdeleg-unmasked",
        "hedeleg can delegate to VS what only HS may take: guest-page faults, ECALL from VS.",
        _row("ECALL_FROM_VS", ("_with_h", "u"), ("_with_h", "hu")),
        _row("LOAD_GUEST_PAGE_FAULT", ("_with_h", "u"), ("_with_h", "hu")),
        shows="hedeleg", events=_WRITE, task="csr 0x602", on="msuh",
    ),
    fault(
        "medeleg-bit10",
        "medeleg has no bit for ECALL from VS.",
        _row("ECALL_FROM_VS", ("_with_h", "u"), ("_never", "u")),
        shows="medeleg", events=_WRITE, task="csr 0x302", on="msuh",
    ),
    fault(
        "medeleg-numbers-ored",
        "medeleg's mask is the OR of the causes' numbers: its lowest five bits.",
        ("csr/shared/delegation.py", _BIT, _BIT[:-1] + ', mask=int(rule.cause < 5 or csr != "medeleg"))'),
        shows="medeleg", events=_WRITE, task="csr 0x302",
    ),
    fault(
        "medeleg-bit0",
        "medeleg has a bit for misaligned instructions, which cannot be where they are two bytes long.",
        _row("INSTRUCTION_ADDRESS_MISALIGNED", ("_with_long_ialign", "hsu"), ("_always", "hsu")),
        shows="medeleg", events=_WRITE, task="csr 0x302",
    ),
    fault(
        "medeleg-no-pf",
        "medeleg has no bits for page faults.",
        *(
            _row(f"{kind}_PAGE_FAULT", ("_always", "hsu"), ("_never", "hsu"))
            for kind in ("INSTRUCTION", "LOAD", "STORE")
        ),
        shows="medeleg", events=_WRITE, task="csr 0x302",
    ),
    fault(
        "medeleg-bit11",
        "medeleg has a bit for ECALL from M.",
        _row("ECALL_FROM_M", ("_never", ""), ("_always", "")),
        shows="medeleg", events=_WRITE, task="csr 0x302",
    ),
    fault(
        "medeleg-rv32-undriven",
        "On RV32 medeleg takes no write.",
        ("csr/shared/delegation.py", _BIT, _BIT[:-1] + ", mask=int(config.xlen == 64))"),
        shows="medeleg", events=_WRITE, task="csr 0x302", on="msu 32",
    ),
    fault(
        "mideleg-reserved",
        "mideleg has bits for M's own interrupts.",
        ("csr/machine.py", 'if rule.mideleg == "writable":', 'if rule.mideleg != "one":'),
        shows="mideleg", events=_WRITE, task="csr 0x303",
    ),
    fault(
        "h-causes-no-h",
        "Without H medeleg has bits for the exceptions of H.",
        *(
            _row(name, ("_with_h", "u"), ("_with_s", "u"))
            for name in ("ECALL_FROM_VS", "LOAD_GUEST_PAGE_FAULT", "VIRTUAL_INSTRUCTION")
        ),
        shows="medeleg", events=_WRITE, task="csr 0x302",
    ),
    fault(
        "hedeleg-18-19",
        "hedeleg has no bits for software checks and hardware errors.",
        _row("SOFTWARE_CHECK", ("_always", "hu"), ("_always", "u")),
        _row("HARDWARE_ERROR", ("_always", "h"), ("_always", "")),
        shows="hedeleg", events=_WRITE, task="csr 0x602", on="msuh",
    ),
    fault(
        "hideleg-not-masked",
        "hideleg shows bits that mideleg does not have.",
        ("csr/hypervisor.py", _HIDELEG, "rule.code, words=words)"),
        shows="answer.rdata, hideleg", events=_WRITE, task="csr 0x603", on="msuh local_interrupts=2",
    ),
    fault(
        "hideleg-lost-bits",
        "A bit of hideleg that is written while mideleg has it not is lost, and does not come back with mideleg's.",
        ("csr/hypervisor.py", _HIDELEG, _HIDELEG.replace("read_where", "write_where")),
        shows="hideleg, answer.rdata", events=_WRITE, task="csr 0x603", on="msuh local_interrupts=2",
    ),
    fault(
        "sedeleg-no-n",
        "sedeleg exists on a hart without N.",
        (
            "csr/supervisor.py",
            "    if config.n:\n        guards = (",
            ('    if not config.n:\n        yield row("sedeleg", 0x102, "HU-9", "exception delegation to U")\n'
            "    if config.n:\n        guards = ("),
        ),
        shows="extension.select, answer.fault, answer.rdata, extension.accept", events=_WRITE, task="csr outside",
    ),
)  # fmt: skip
