"""Sail's JSON: its keys and types, and the rules by which the model would refuse it."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from utrap.config import Config
from utrap.descriptions import sail
from utrap.descriptions.extensions import words

from .configurations import CONFIGURATIONS

_BOOLEAN = {"type": "boolean"}
_NUMBER = {"type": "integer", "minimum": 0}


def _keys(**properties):
    """An object with some of these keys and no other."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _flags(names):
    return _keys(**dict.fromkeys(words(names), _BOOLEAN))


def _bits(length):
    return {
        **_keys(len={"const": length}, value={"type": "string", "pattern": "^0x[0-9a-f]+$"}),
        "required": ["len", "value"],
    }


_SUPPORTED = {**_keys(supported=_BOOLEAN), "required": ["supported"]}
_MASKED = _flags("supported supported_pmlen_7 supported_pmlen_16")
_ALIGNED = _keys(supported=_BOOLEAN, base_alignment={"type": "integer", "minimum": 2, "maximum": 24})
_STATES = {"enum": ["ExtContext_FourState", "ExtContext_TwoState", "ExtContext_Off"]}
#: The keys of release 0.14.1 that a trap unit could touch.
FORM = _keys(
    base=_keys(
        xlen={"enum": [32, 64]},
        E=_BOOLEAN,
        writable_misa=_BOOLEAN,
        writable_fiom=_BOOLEAN,
        writable_hpm_counters=_bits(32),
        mcounteren_writable_bits=_bits(32),
        scounteren_writable_bits=_bits(32),
        hcounteren_writable_bits=_bits(32),
        mtvec=_keys(direct=_ALIGNED, vectored=_ALIGNED),
        stvec=_keys(direct=_SUPPORTED, vectored=_ALIGNED),
        vstvec=_keys(direct=_SUPPORTED, vectored=_ALIGNED),
        medeleg=_keys(delegatable_bits=_bits(64)),
        mideleg=_keys(delegatable_bits=_bits("xlen")),
        reserved_behavior=_keys(
            xenvcfg_cbie={"enum": ["Xenvcfg_Fatal", "Xenvcfg_ClearPermissions"]},
            xtvec_mode={"enum": ["Xtvec_Fatal", "Xtvec_Ignore"]},
        ),
        mstatus=_keys(fs_legal_states=_STATES, vs_legal_states=_STATES),
        privileged_isa_version={"enum": [f"Privileged_ISA_1_{minor}" for minor in (11, 12, 13)]},
    ),
    memory=_keys(asidlen=_NUMBER, vmidlen=_NUMBER),
    platform=_keys(vendorid=_NUMBER, archid=_NUMBER, impid=_NUMBER, hartid=_NUMBER),
    extensions=_keys(
        **dict.fromkeys(
            words(
                """
                M A F D B S U Sha Shcounterenw Shgatpa Shtvala Shvsatpa Shvstvala Shvstvecd Sstvecd Svukte Zicbom Zicboz
                Zicfilp Zicfiss Zicntr Zicsr Zihpm Zabha Zacas Zawrs Zfa Zfbfmin Zfh Zfhmin Zfinx Zca Zcf Zcd Zcb Zcmop
                Zvabd Zvfbfmin Zvfbfwma Zvfh Zvfhmin Zvbb Zvbc Zvkb Zvkg Zvkned Zvknha Zvknhb Zvksed Zvksh Zvkt Ssccptr
                Sscofpmf Sscounterenw Sstc Sstvala Svade Svadu Svinval Svrsw60t59b Svnapot Svbare Sv32 Sv39 Sv48 Sv57
                Svpbmt Svvptc Ssqosid
                """
            ),
            _SUPPORTED,
        ),
        V=_keys(support_level={"enum": ["Disabled", "Integer", "Float_single", "Float_double", "Full"]}),
        H=_keys(
            supported=_BOOLEAN,
            geilen=_NUMBER,
            hgatp_modes=_flags("Sv32x4 Sv39x4 Sv48x4 Sv57x4"),
            vsatp_modes=_flags("Sv32 Sv39 Sv48 Sv57"),
        ),
        Smmpm=_MASKED,
        Smnpm=_MASKED,
        Ssnpm=_MASKED,
        Stateen=_keys(Smstateen=_SUPPORTED, Ssstateen=_SUPPORTED, C_readonly_zero=_BOOLEAN, SE0_readonly_zero=_BOOLEAN),
    ),
)


def made(config):
    return json.loads(sail.describe(config).files[""])


def refusals(document):
    """The rules of the model's own check that a description could break."""
    base, on = document["base"], {name for name, each in document["extensions"].items() if each.get("supported")}
    xlen, modes = base["xlen"], [name for name in ("Sv39", "Sv48", "Sv57") if name in on]
    medeleg, mideleg = (int(base[csr]["delegatable_bits"]["value"], 0) for csr in ("medeleg", "mideleg"))
    rules = {
        "S without U": "S" in on and "U" not in on,
        "no mtvec mode": not any(base["mtvec"][mode]["supported"] for mode in ("direct", "vectored")),
        "modes of the other XLEN": bool(modes) if xlen == 32 else "Sv32" in on,
        "a mode without the one before it": modes != ["Sv39", "Sv48", "Sv57"][: len(modes)],
        "translation without S": "S" not in on and bool({"Sv32", *modes} & on),
        "needs translation": bool({"Ssccptr", "Svade", "Svadu", "Svvptc"} & on) and not {"Sv32", "Sv39"} & on,
        "needs Sv39": bool({"Svpbmt", "Svnapot", "Svrsw60t59b"} & on) and "Sv39" not in on,
        "needs S": bool({"Sstvala", "Sscounterenw"} & on) and "S" not in on,
        "needs F": bool({"Zfa", "Zfh", "Zfhmin", "Zfbfmin", "Zcf", "D"} & on) and "F" not in on,
        "needs A": bool({"Zabha", "Zacas", "Zicfiss"} & on) and "A" not in on,
        "needs V": any(name.startswith("Zv") for name in on)
        and document["extensions"]["V"]["support_level"] == "Disabled",
        "Zcf on RV64": "Zcf" in on and xlen == 64,
        "F beside Zfinx": {"F", "Zfinx"} <= on,
        "FS beside Zfinx": "Zfinx" in on and base["mstatus"]["fs_legal_states"] != "ExtContext_Off",
        "F without FS": "F" in on and base["mstatus"]["fs_legal_states"] == "ExtContext_Off",
        "pointer masking on RV32": bool({"Smmpm", "Smnpm", "Ssnpm"} & on) and xlen == 32,
        "double traps and calls from M delegated": bool(medeleg & (1 << 16 | 1 << 11)),
        "reserved exceptions delegated": bool(medeleg & 0xFFFF_0002_4000),
        "reserved interrupts delegated": bool(mideleg & 0xD555),
        "SE0 read-only beside H": document["extensions"]["Stateen"]["SE0_readonly_zero"] and "H" in on,
    }
    return [rule for rule, is_broken in rules.items() if is_broken]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_it_has_the_models_keys_and_types(name):
    Draft202012Validator(FORM).validate(made(CONFIGURATIONS[name]))


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_model_refuses_nothing_of_it(name):
    config = CONFIGURATIONS[name]
    # The unit leaves it to the configuration whether FS is there beside Zfinx; the model does not.
    assert refusals(made(config.replace(fs=False) if config.zfinx else config)) == []


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [("Sv48", True, "a mode without the one before it"), ("Zcf", True, "needs F"), ("U", False, "S without U"),
     ("Zvkt", True, "needs V"), ("Svpbmt", True, "needs Sv39"), ("Zacas", True, "needs A")],
)  # fmt: skip
def test_what_the_model_would_refuse_is_seen(path, value, rule):
    document = made(Config.profile("msu", satp_modes=("bare",), isa="IMC", fs=False, vs=False))
    document["extensions"][path]["supported"] = value
    assert rule in refusals(document)


def test_an_unknown_key_is_seen():
    with pytest.raises(ValidationError):
        Draft202012Validator(FORM).validate({"base": {"xlens": 64}})


def test_what_it_says_of_some_configurations():
    rva = made(CONFIGURATIONS["rva23s64 64"])
    assert rva["base"]["mcounteren_writable_bits"] == {"len": 32, "value": "0xffffffff"}
    assert rva["base"]["stvec"]["vectored"]["base_alignment"] == 2
    assert int(rva["base"]["mideleg"]["delegatable_bits"]["value"], 0) == 0x2222
    assert rva["extensions"]["V"] == {"support_level": "Full"}
    assert rva["extensions"]["H"]["hgatp_modes"] == {"Sv32x4": False, "Sv39x4": True, "Sv48x4": False, "Sv57x4": False}
    assert rva["extensions"]["Stateen"]["SE0_readonly_zero"] is False
    local = made(CONFIGURATIONS["a core's"])
    assert local["base"]["mtvec"]["direct"]["supported"] is False
    assert local["base"]["mstatus"] == {"fs_legal_states": "ExtContext_Off", "vs_legal_states": "ExtContext_Off"}
    constants = made(CONFIGURATIONS["constants"])
    assert (constants["platform"]["vendorid"], constants["memory"]["vmidlen"]) == (0x489, 0)


def test_what_the_model_cannot_be_told_is_said():
    notes = sail.describe(CONFIGURATIONS["max 64"]).notes
    assert notes[0] == (
        "Sail has no name for Zcmt, Sdext, Sdtrig, Shlcofideleg, Smcsrind, Smctr, Smdbltrp, Smrnmi, Ssaia, Sscsrind,"
        " Ssdbltrp, N, Shudeleg: its hart is one without"
    )
    assert notes[1] == "Sail refuses Zfinx where FS is writable: set fs=false"
