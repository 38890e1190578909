"""What descriptions say of CSRs is what the golden model does with a write, which shares nothing with them."""

import json
from typing import Any

import pytest

from utrap.descriptions import sail, udb
from utrap_testbench.golden import CsrAccess, CsrOp, reset_state, step
from utrap_testbench.harts import model_config

from .configurations import CONFIGURATIONS

NAMES = ["mu 32", "msuh 64", "max 32", "max 64", "rva23s64 64", "every mode", "bare", "a core's", "constants"]
ONES = -1


def parameters(config) -> dict[str, Any]:
    """What the Unified Database is told."""
    return dict(udb.parameters(config))


class Hart:
    """A hart in M-mode, whose CSRs are written and read."""

    def __init__(self, config):
        self.config = model_config(config)
        self.addresses = {row.name: row.address for row in self.config.rules.csrs.values()}
        self.state = reset_state(self.config)
        halves = ("", "h") if config.xlen == 32 else ("",)
        for name in (f"{csr}{half}" for csr in ("mstateen0", "menvcfg", "hstateen0") for half in halves):
            if name in self.addresses:  # they hide what is below until they are set
                self.written(name, ONES)

    def _access(self, name, op, value=0):
        mask = (1 << self.config.xlen) - 1
        access = CsrAccess(address=self.addresses[name], op=op, wdata=value & mask, debug=True)
        self.state, outcome = step(self.config, self.state, access)
        assert outcome.fault == 0
        return outcome.rdata

    def read(self, name):
        return self._access(name, CsrOp.READ)

    def written(self, name, value):
        """What a CSR reads after a write; no value is refused, be it legal or not."""
        self._access(name, CsrOp.WRITE, value)
        return self.read(name)

    def modes(self, name, place, width):
        """The values that a field of a CSR takes, each written over 0."""
        values = range(1 << width)
        return [value for value in values if self.written(name, value << place) >> place & len(values) - 1 == value]


def tvec(hart, name):
    """The modes of a trap vector, and the bytes to which a vectored table is aligned; 0 where there is none."""
    modes = [mode for mode in (0, 1) if hart.written(name, mode) & 3 == mode]
    base = hart.written(name, ONES & ~3 | 1) & ~3
    return modes, (base & -base) if 1 in modes else 0


@pytest.mark.parametrize("name", NAMES)
def test_udb_says_what_the_machines_csrs_do(name):
    hart, said = Hart(CONFIGURATIONS[name]), parameters(CONFIGURATIONS[name])
    modes, align = tvec(hart, "mtvec")
    assert said["MTVEC_MODES"] == modes
    assert said.get("MTVEC_BASE_ALIGNMENT_VECTORED", 0) == align
    hart.written("mtvec", modes[-1])
    kept = [hart.written("mtvec", reserved) & 3 for reserved in (2, 3)] == [modes[-1]] * 2
    assert (said["MTVEC_ILLEGAL_WRITE_BEHAVIOR"] == "retain") == (kept and len(modes) > 1)
    assert hart.written("mtval", ONES).bit_length() == said["MTVAL_WIDTH"]
    assert said["MTVAL_WIDTH"] in (0, said["MXLEN"])
    vendor = said["VENDOR_ID_BANK"] << 7 | said["VENDOR_ID_OFFSET"]
    named = (vendor, said.get("ARCH_ID_VALUE", 0), said.get("IMP_ID_VALUE", 0), said["CONFIG_PTR_ADDRESS"])
    assert named == tuple(hart.read(csr) for csr in ("mvendorid", "marchid", "mimpid", "mconfigptr"))
    misa = hart.read("misa")
    assert said["MISA_CSR_IMPLEMENTED"] == bool(misa)
    fixed = [letter for letter in "ABCDFHMQSUV" if said.get(f"MUTABLE_MISA_{letter}") is False]
    assert fixed == [letter for letter in "ABCDFHMQSUV" if misa >> ord(letter) - 65 & 1]
    assert hart.written("misa", ~misa) == misa


@pytest.mark.parametrize("name", NAMES)
def test_udb_says_what_the_fields_below_take(name):
    hart, said = Hart(CONFIGURATIONS[name]), parameters(CONFIGURATIONS[name])
    for csr in ("mcounteren", "scounteren", "hcounteren"):
        if (enables := said.get(f"{csr[0].upper()}COUNTENABLE_EN")) is not None:
            assert sum(on << number for number, on in enumerate(enables)) == hart.written(csr, ONES)
    for field, place in (("FS", 13), ("VS", 9)):
        if (values := said.get(f"MSTATUS_{field}_LEGAL_VALUES")) is not None:
            assert values == hart.modes("mstatus", place, 2)
    for parameter, csr, place in (("SMMPM", "mseccfg", 32), ("SMNPM", "menvcfg", 32), ("SSNPM", "senvcfg", 32)):
        if (lengths := said.get(f"PMLEN_{parameter}")) is not None:
            assert lengths == [{0: 0, 2: 7, 3: 16}[mode] for mode in hart.modes(csr, place, 2)]
    bits = {"ENVCFG": 62, "AIA": 59, "IMSIC": 58, "CSRIND": 60, "CONTEXT": 57, "JVT": 2}
    for parameter in [each for each in said if "STATEEN" in each]:
        csr, place = f"{parameter[0].lower()}stateen0", bits[parameter.split("_")[1]]
        if place >= said["MXLEN"]:
            csr, place = f"{csr}h", place - 32
        assert said[parameter] == ("rw" if hart.written(csr, ONES) >> place & 1 else "read-only-0")


@pytest.mark.parametrize("name", [name for name in NAMES if CONFIGURATIONS[name].s])
def test_udb_says_what_supervisors_and_guests_csrs_do(name):
    config = CONFIGURATIONS[name]
    hart, said = Hart(config), parameters(config)
    wide = said["MXLEN"] == 64
    modes, align = tvec(hart, "stvec")
    assert (said["STVEC_MODES"], said["STVEC_BASE_ALIGNMENT_VECTORED"]) == (modes, align)
    assert hart.written("stval", ONES).bit_length() == said["STVAL_WIDTH"]
    asid = hart.written("satp", ONES & (1 << 60) - 1 if wide else ONES & (1 << 31) - 1) >> (44 if wide else 22)
    assert asid.bit_length() == (said["ASID_WIDTH"] if config.has_paging else 0)
    if not config.h:
        return
    assert said["VSTVEC_MODES"] == tvec(hart, "vstvec")[0]
    names = {8: "SV39", 9: "SV48", 10: "SV57"} if wide else {1: "SV32"}
    place, width = (60, 4) if wide else (31, 1)
    for csr, form in (("vsatp", "{}_VSMODE_TRANSLATION"), ("hgatp", "{}X4_TRANSLATION")):
        held = hart.modes(csr, place, width)
        assert {names[mode]: said[form.format(names[mode])] for mode in names} == {names[m]: m in held for m in names}
        assert 0 in held
    vmid = hart.written("hgatp", ONES & (1 << 58) - 1 if wide else ONES & (1 << 29) - 1) >> (44 if wide else 22)
    assert vmid.bit_length() == said["VMID_WIDTH"]
    assert hart.written("hgeie", ONES).bit_count() == said.get("NUM_EXTERNAL_GUEST_INTERRUPTS", 0)
    hart.written("vsatp", 0)
    is_ignored = hart.written("vsatp", 15 << 60 | 5) == 0 if wide else False
    assert said["IGNORE_INVALID_VSATP_MODE_WRITES_WHEN_V_EQ_ZERO"] == is_ignored


#: The bit of mie for each parameter about an interrupt.
INTERRUPTS = {"SSI": 1, "VSSI": 2, "MSI": 3, "STI": 5, "VSTI": 6, "MTI": 7, "SEI": 9, "VSEI": 10, "MEI": 11}


@pytest.mark.parametrize("name", NAMES)
def test_udb_says_what_never_changes(name):
    """Accesses, endianness, XLEN, interrupts that are there, Bare, and what a reserved value does."""
    config = CONFIGURATIONS[name]
    hart, said = Hart(config), parameters(config)
    assert said["MTVEC_ACCESS"] == ("rw" if hart.written("mtvec", ONES) != hart.written("mtvec", 0) else "ro")
    if 0 in said["MTVEC_MODES"]:
        base = hart.written("mtvec", ONES & ~3)
        assert said["MTVEC_BASE_ALIGNMENT_DIRECT"] == base & -base
    assert said["MARCHID_IMPLEMENTED"] == bool(hart.read("marchid"))
    assert said["MIMPID_IMPLEMENTED"] == bool(hart.read("mimpid"))
    hart.written("mcause", ONES)  # no write faults
    assert said["TRAP_ON_ILLEGAL_WLRL"] is False
    enables = hart.written("mie", ONES)
    found = {key: said.get(f"{key}_INTR_IMPL", False) for key in INTERRUPTS}
    assert found == {key: bool(enables >> bit & 1) for key, bit in INTERRUPTS.items()}
    status = hart.written("mstatus", ONES)
    upper = status >> 32 if config.xlen == 64 else hart.written("mstatush", ONES)
    guests = hart.written("hstatus", ONES) if config.h else 0
    big = {"M": upper >> 5, "S": upper >> 4, "U": status >> 6, "VS": guests >> 5}
    for mode, bits in big.items():
        if (order := said.get(f"{mode}_MODE_ENDIANNESS")) is not None:
            assert order == ("dynamic" if bits & 1 else "little")
    assert said.get("VU_MODE_ENDIANNESS", "little") == "little"
    if config.xlen == 64:
        widths = {"UXLEN": status >> 32, "SXLEN": status >> 34, "VSXLEN": guests >> 32}
        if config.h:
            widths["VUXLEN"] = hart.written("vsstatus", ONES) >> 32
        for key, bits in widths.items():
            assert said.get(key, [64]) == [{1: 32, 2: 64, 0: 64}[bits & 3]]  # 0: it is not there
    else:
        assert [said.get(f"{each}XLEN", [32]) for each in ("U", "S", "VS", "VU")] == [[32]] * 4
    for key, csr in (("SATP_MODE_BARE", "satp"), ("VSSTAGE_MODE_BARE", "vsatp"), ("GSTAGE_MODE_BARE", "hgatp")):
        if key in said:
            assert said[key] == (hart.written(csr, 0) == 0)
    if "FORCE_UPGRADE_CBO_INVAL_TO_FLUSH" in said:
        assert said["FORCE_UPGRADE_CBO_INVAL_TO_FLUSH"] == (3 not in hart.modes("menvcfg", 4, 2))
    places = {"STEPIE": 11, "STOPCOUNT": 10, "STOPTIME": 9, "MPRVEN": 4}
    for key in [key for key in places if f"DCSR_{key}_TYPE" in said]:
        values = [hart.written("dcsr", bit << places[key]) >> places[key] & 1 for bit in (0, 1)]
        assert said[f"DCSR_{key}_TYPE"] == {(0, 1): "rw", (0, 0): "read-only-0", (1, 1): "read-only-1"}[tuple(values)]


@pytest.mark.parametrize("name", NAMES)
def test_sail_says_what_the_csrs_do(name):
    config = CONFIGURATIONS[name]
    hart, base = Hart(config), json.loads(sail.describe(config).files[""])["base"]
    assert int(base["mcounteren_writable_bits"]["value"], 0) == hart.written("mcounteren", ONES)
    assert base["writable_fiom"] == bool(hart.written("menvcfg", 1) & 1)
    modes, align = tvec(hart, "mtvec")
    assert [base["mtvec"][each]["supported"] for each in ("direct", "vectored")] == [mode in modes for mode in (0, 1)]
    if 1 in modes:
        assert 1 << base["mtvec"]["vectored"]["base_alignment"] == align
    states = {"ExtContext_FourState": [0, 1, 2, 3], "ExtContext_Off": [0]}
    assert states[base["mstatus"]["fs_legal_states"]] == hart.modes("mstatus", 13, 2)
    assert states[base["mstatus"]["vs_legal_states"]] == hart.modes("mstatus", 9, 2)
    if config.s:
        assert int(base["scounteren_writable_bits"]["value"], 0) == hart.written("scounteren", ONES)
        assert int(base["medeleg"]["delegatable_bits"]["value"], 0) == hart.written("medeleg", ONES)
        hart.written("mideleg", 0)
        always = hart.read("mideleg")
        known = 1 << 1 | 1 << 5 | 1 << 9 | 1 << 13 | ~0xFFFF
        assert int(base["mideleg"]["delegatable_bits"]["value"], 0) == hart.written("mideleg", ONES) & ~always & known


def bit(hart, csr, place):
    """Whether a bit of a CSR can be set; on RV32 it may be in the upper half, and without the CSR it cannot."""
    if place >= hart.config.xlen:
        csr, place = f"{csr}h", place - 32
    return csr in hart.addresses and bool(hart.written(csr, ONES) >> place & 1)


@pytest.mark.parametrize("name", NAMES)
def test_sail_says_which_extensions_the_csrs_show(name):
    config = CONFIGURATIONS[name]
    hart, document = Hart(config), json.loads(sail.describe(config).files[""])
    base, on = document["base"], {key: each.get("supported") for key, each in document["extensions"].items()}
    misa = hart.read("misa")
    assert base["writable_misa"] == (hart.written("misa", ~misa) != misa)
    letters = {letter: bool(misa >> ord(letter) - 65 & 1) for letter in "ABCDEFHMSUV"}
    assert {letter: on[letter] for letter in "ABDFHMSU"} == {letter: letters[letter] for letter in "ABDFHMSU"}
    assert (document["extensions"]["V"]["support_level"] == "Full", base["E"], on["Zca"]) == (
        letters["V"],
        letters["E"],
        letters["C"],
    )
    shown = {"Sstc": 63, "Svadu": 61, "Zicboz": 7, "Zicbom": 6}
    wide = config.xlen == 64
    assert {key: on[key] for key in shown} == {key: bit(hart, "menvcfg", place) for key, place in shown.items()}
    assert on["Svpbmt"] == (wide and bit(hart, "menvcfg", 62))
    assert on["Sscofpmf"] == bit(hart, "mie", 13)
    for key, csr in (("Smmpm", "mseccfg"), ("Smnpm", "menvcfg"), ("Ssnpm", "senvcfg")):
        assert on[key] == (wide and bit(hart, csr, 33))
    counters = hart.written("mcounteren", ONES)
    assert (on["Zicntr"], on["Zihpm"]) == (bool(counters & 7), bool(counters >> 3))
    enables = document["extensions"]["Stateen"]
    assert enables["Smstateen"]["supported"] == ("mstateen0" in hart.addresses)
    assert enables["Ssstateen"]["supported"] == ("sstateen0" in hart.addresses)
    assert enables["C_readonly_zero"] != bit(hart, "mstateen0", 0)
    assert not (enables["SE0_readonly_zero"] and bit(hart, "mstateen0", 63))
    platform = document["platform"]
    identity = [hart.read(csr) for csr in ("mvendorid", "marchid", "mimpid")]
    assert [platform[key] for key in ("vendorid", "archid", "impid")] == identity
    assert platform.get("hartid", 0) == hart.read("mhartid")


@pytest.mark.parametrize("name", [name for name in NAMES if CONFIGURATIONS[name].s])
def test_sail_says_which_translation_there_is(name):
    config = CONFIGURATIONS[name]
    hart, document = Hart(config), json.loads(sail.describe(config).files[""])
    base, extensions = document["base"], document["extensions"]
    wide = config.xlen == 64
    codes = {"Sv39": 8, "Sv48": 9, "Sv57": 10} if wide else {"Sv32": 1}
    place, width = (60, 4) if wide else (31, 1)

    def held(csr):
        return {key for key, code in codes.items() if code in hart.modes(csr, place, width)}

    modes = ("Sv32", "Sv39", "Sv48", "Sv57")
    assert {key for key in modes if extensions[key]["supported"]} == held("satp")
    assert [base["stvec"][each]["supported"] for each in ("direct", "vectored")] == [True, True]
    assert 1 << base["stvec"]["vectored"]["base_alignment"] == tvec(hart, "stvec")[1]
    if held("satp"):
        asid = hart.written("satp", ONES & (1 << 60) - 1 if wide else ONES & (1 << 31) - 1) >> (44 if wide else 22)
        assert document["memory"]["asidlen"] == asid.bit_length()
    if not config.h:
        assert not any((*extensions["H"]["vsatp_modes"].values(), *extensions["H"]["hgatp_modes"].values()))
        return
    assert {key for key in modes if extensions["H"]["vsatp_modes"][key]} == held("vsatp")
    assert {key for key in modes if extensions["H"]["hgatp_modes"][f"{key}x4"]} == held("hgatp")
    assert extensions["H"]["geilen"] == hart.written("hgeie", ONES).bit_count()
    assert int(base["hcounteren_writable_bits"]["value"], 0) == hart.written("hcounteren", ONES)
    assert 1 << base["vstvec"]["vectored"]["base_alignment"] == tvec(hart, "vstvec")[1]
    vmid = hart.written("hgatp", ONES & (1 << 58) - 1 if wide else ONES & (1 << 29) - 1) >> (44 if wide else 22)
    assert document["memory"]["vmidlen"] == vmid.bit_length()
