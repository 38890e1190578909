"""What fields take: legal values, and bits that a configuration has not."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_WARL = "csr/warl.py"
_TRAPS = "csr/shared/traps.py"
_MACHINE = "csr/machine.py"
_MPP = "return Mux(write.value[1] & ~write.value[0], 0, write.value)"
_WRITE = "CSR, debug CSR"
_LOW = "low = config.ialign // 16"

FAULTS: tuple[Fault, ...] = (
    fault(
        "fields-without-mode",
        "mstatus has TSR on a hart without S.",
        (
            _MACHINE,
            'own("mstatus", "tw", 21),',
            'own("mstatus", "tw", 21), *([own("mstatus", "tsr", 22)] * (not config.s)),',
        ),
        shows="mstatus", events=_WRITE, task="csr 0x300", on="mu",
    ),
    fault(
        "mpp-2",
        "MPP takes the reserved value 2.",
        (_WARL, _MPP, "return write.value"),
        shows="mstatus", events=_WRITE, task="csr 0x300",
    ),
    fault(
        "mpp-legalise-m",
        "A value of MPP that is no mode is stored as M.",
        (_WARL, _MPP, _MPP.replace(", 0,", ", 3,")),
        shows="mstatus", events=_WRITE, task="csr 0x300",
    ),
    fault(
        "mpp-legalise-m.without-s",
        "On a hart without S a write of S into MPP is stored as M.",
        (_WARL, "return write.value.all()", "return write.value.any()"),
        shows="mstatus", events=_WRITE, task="csr 0x300", on="mu",
    ),
    fault(
        "mepc-bit1",
        "mepc has bit 1 on a hart whose instructions are all four bytes long.",
        (_TRAPS, _LOW, "low = 1"),
        shows="mepc", events=f"{_WRITE}, exception, interrupt", task="csr 0x341", on="mu ialign=32 isa=IMA",
    ),
    fault(
        "tvec-epc-lsb",
        "mepc has bit 0.",
        (_TRAPS, _LOW, "low = 0"),
        shows="mepc", events=f"{_WRITE}, exception, interrupt", task="csr 0x341", on="mu",
    ),
    fault(
        "tvec-epc-lsb.tvec",
        "mtvec.MODE takes the reserved values 2 and 3.",
        (_TRAPS, 'own(csr, "mode", 0, 2, mask=1,', 'own(csr, "mode", 0, 2, mask=3,'),
        shows="mtvec", events=_WRITE, task="csr 0x305", on="mu",
    ),
    fault(
        "misc-warl",
        "mie has bits that no interrupt stands behind.",
        (_MACHINE, "return [enable(r) for r", 'return [own("mie", "rest", 14, 2)] + [enable(r) for r'),
        shows="mie", events=_WRITE, task="csr 0x304", on="mu",
    ),
    fault(
        "vsstatus-xs",
        "vsstatus has XS.",
        ("csr/virtual_supervisor.py", "import row\n", "import own, row\n"),
        (
            "csr/virtual_supervisor.py",
            'supervisor_status(config, "vsstatus", with_user=False), Target.VS',
            '[own("vsstatus", "xs", 15, 2), *supervisor_status(config, "vsstatus", with_user=False)], Target.VS',
        ),
        shows="vsstatus", events=_WRITE, task="csr 0x200", on="msuh",
    ),
    fault(
        "hvip-mask",
        "hvip has bits 13 to 15.",
        (
            "csr/hypervisor.py",
            'return [own("hvip", r.pending_field, r.code) for r in interrupts(config, Mode.VS)]',
            ('return [own("hvip", "rest", 13, 3)]'
            ' + [own("hvip", r.pending_field, r.code) for r in interrupts(config, Mode.VS)]'),
        ),
        shows="hvip", events=_WRITE, task="csr 0x645", on="msuh",
    ),
    fault(
        "mstatush-mpv",
        "On RV32 no write reaches MPV and GVA.",
        (
            _MACHINE,
            'return [own(csr, "gva", low), own(csr, "mpv", low + 1)]',
            'return [own(csr, name, low + n, is_writable=csr == "mstatus") for n, name in enumerate(("gva", "mpv"))]',
        ),
        shows="mstatush", events=_WRITE, task="csr 0x310", on="msuh 32",
    ),
    fault(
        "n-fields-no-n",
        "mstatus and sstatus have UIE and UPIE on a hart without N.",
        (_MACHINE, 'supervisor_status(config, "mstatus", config.n)', 'supervisor_status(config, "mstatus", True)'),
        shows="mstatus, sstatus", events=_WRITE, task="csr 0x300",
    ),
    fault(
        "dcsr-fields",
        "dcsr.cause can be written.",
        ("csr/debug.py", 'own("dcsr", "cause", 6, 3, is_writable=False,', 'own("dcsr", "cause", 6, 3,'),
        shows="dcsr", events=_WRITE, task="csr 0x7b0", on="mu sdext=true",
    ),
    fault(
        "dcsr-fields.ebreaku",
        "An EBREAK in U never halts, whatever dcsr.ebreaku says.",
        ("rules/debug_mode.py", "for mode, name in _EBREAK.items())", "for mode, name in _EBREAK.items() if mode)"),
        shows="hart.ebreak_halts", events="", task="hart_ebreak_halts", on="mu sdext=true",
    ),
    fault(
        "mtip-writable",
        "mip.MTIP can be written.",
        (
            "csr/shared/interrupts.py",
            "_STORAGE: dict[int, str] = {\n",
            '_STORAGE: dict[int, str] = {\n    Interrupt.MTI: "mip.mtip",\n',
        ),
        (_MACHINE, "    writable = {\n", "    writable = {\n        Interrupt.MTI,\n"),
        # The line hides the stored bit until it falls, whatever is committed then.
        shows="mip", events="", task="csr 0x344", on="mu",
    ),
    fault(
        "mip-clear-inverted",
        "A write of 1 clears a bit of mip, and a write of 0 sets it.",
        (
            "registers/write.py",
            "return FieldWrite(enable=reduce(or_, enables), value=value)",
            'return FieldWrite(enable=reduce(or_, enables), value=~value if home.storage[:4] == "mip." else value)',
        ),
        shows="mip, sip, seip_sw", events=_WRITE, task="csr 0x344",
    ),
    fault(
        "sstatus-clobbers",
        "sstatus shows MPRV, which is M's, and a write changes it.",
        (
            "csr/supervisor.py",
            'supervisor_status(config, "mstatus", config.n))',
            '[*supervisor_status(config, "mstatus", config.n), own("mstatus", "mprv", 17)])',
        ),
        shows="mstatus, sstatus, answer.rdata", events=_WRITE, task="csr 0x100",
    ),
)  # fmt: skip
