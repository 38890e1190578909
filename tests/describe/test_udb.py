"""Unified Database YAML: its form, its names and types, and the way back into the same configuration."""

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from utrap.command_line.options import _read
from utrap.command_line.udb import config_of
from utrap.config import Config
from utrap.descriptions import udb
from utrap.descriptions.extensions import words
from utrap.descriptions.udb_file import parse
from utrap.descriptions.udb_params import PARAMETERS
from utrap.descriptions.udb_reading import asked_for

from .configurations import CONFIGURATIONS

_NAME = {"type": "string", "pattern": "^([A-WY]|[SXZ][a-z0-9]+)$"}
_VERSION = {"type": "string", "pattern": r"^(>=|>|~>|<=|<|=)?\s*\d+(\.\d+){0,2}$"}
#: A partial configuration, as the database's schema has it.
FORM = {
    "type": "object",
    "required": ["$schema", "kind", "type", "name", "description", "mandatory_extensions"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "config_schema.json#"},
        "kind": {"const": "architecture configuration"},
        "type": {"const": "partially configured"},
        "name": {"type": "string"},
        "description": {"type": "string"},
        "params": {"type": "object"},
        "mandatory_extensions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": _NAME, "version": _VERSION},
            },
        },
    },
}

#: Extensions that the database has, of those that a trap unit could touch.
EXTENSIONS = words(
    """
    A B C D F H I M Q S Sdext Sdtrig Sha Shcounterenw Shgatpa Shlcofideleg Shtvala Shvsatpa Shvstvala Shvstvecd Sm Smaia
    Smcdeleg Smcntrpmf Smcsrind Smctr Smdbltrp Smhpm Smmpm Smnpm Smpmp Smrnmi Smstateen Ssaia Ssccfg Ssccptr Sscofpmf
    Sscounterenw Sscsrind Ssctr Ssdbltrp Ssnpm Ssqosid Ssstateen Sstc Sstvala Sstvecd Ssu64xl Sv32 Sv39 Sv48 Sv57 Svade
    Svadu Svbare Svinval Svpbmt U V Zawrs Zcmt Zfinx Zicbom Zicboz Zicntr Zicsr Zihpm
    """
)
_WIDTH = {"type": "array", "items": {"enum": [32, 64]}, "minItems": 1, "maxItems": 2, "uniqueItems": True}
_WORD = {"type": "integer", "minimum": 0, "maximum": (1 << 64) - 1}
_POWER = {"enum": [1 << shift for shift in range(2, 64)]}


def _some_of(*values):
    return {"type": "array", "items": {"enum": list(values)}, "minItems": 1, "uniqueItems": True}


#: The parameters that a unit decides, by what they may be.
TYPES = [
    ("MXLEN", {"enum": [32, 64]}),
    ("UXLEN SXLEN VSXLEN VUXLEN", _WIDTH),
    ("IMP_ID_VALUE CONFIG_PTR_ADDRESS", _WORD),
    ("ARCH_ID_VALUE", {**_WORD, "minimum": 1}),
    ("VENDOR_ID_BANK", {"type": "integer", "minimum": 0, "maximum": (1 << 25) - 1}),
    ("VENDOR_ID_OFFSET", {"type": "integer", "minimum": 0, "maximum": 127}),
    ("MTVAL_WIDTH STVAL_WIDTH", {"type": "integer", "minimum": 0, "maximum": 64}),
    ("ASID_WIDTH", {"type": "integer", "minimum": 0, "maximum": 16}),
    ("VMID_WIDTH", {"type": "integer", "minimum": 0, "maximum": 14}),
    ("NUM_EXTERNAL_GUEST_INTERRUPTS", {"type": "integer", "minimum": 1, "maximum": 63}),
    ("MTVEC_ACCESS", {"enum": ["ro", "rw"]}),
    ("MTVEC_ILLEGAL_WRITE_BEHAVIOR", {"enum": ["retain", "custom"]}),
    ("MTVEC_MODES STVEC_MODES VSTVEC_MODES", _some_of(0, 1)),
    ("MTVEC_BASE_ALIGNMENT_DIRECT MTVEC_BASE_ALIGNMENT_VECTORED STVEC_BASE_ALIGNMENT_VECTORED", _POWER),
    ("MSTATUS_FS_LEGAL_VALUES MSTATUS_VS_LEGAL_VALUES", _some_of(0, 1, 2, 3)),
    ("PMLEN_SMMPM PMLEN_SMNPM PMLEN_SSNPM", _some_of(0, 7, 16)),
    (
        "M_MODE_ENDIANNESS S_MODE_ENDIANNESS U_MODE_ENDIANNESS VS_MODE_ENDIANNESS VU_MODE_ENDIANNESS",
        {"enum": ["little", "big", "dynamic"]},
    ),
    (
        "MCOUNTENABLE_EN SCOUNTENABLE_EN HCOUNTENABLE_EN",
        {"type": "array", "items": {"type": "boolean"}, "minItems": 32, "maxItems": 32},
    ),
    (
        """
        MSTATEEN_ENVCFG_TYPE MSTATEEN_AIA_TYPE MSTATEEN_IMSIC_TYPE MSTATEEN_CSRIND_TYPE MSTATEEN_CONTEXT_TYPE
        MSTATEEN_JVT_TYPE HSTATEEN_ENVCFG_TYPE HSTATEEN_AIA_TYPE HSTATEEN_IMSIC_TYPE HSTATEEN_CSRIND_TYPE
        HSTATEEN_CONTEXT_TYPE HSTATEEN_JVT_TYPE SSTATEEN_JVT_TYPE DCSR_MPRVEN_TYPE DCSR_STEPIE_TYPE DCSR_STOPCOUNT_TYPE
        DCSR_STOPTIME_TYPE
        """,
        {"enum": ["rw", "read-only-0", "read-only-1"]},
    ),
    (
        """
        MISA_CSR_IMPLEMENTED MARCHID_IMPLEMENTED MIMPID_IMPLEMENTED TRAP_ON_ILLEGAL_WLRL MUTABLE_MISA_A MUTABLE_MISA_B
        MUTABLE_MISA_C MUTABLE_MISA_D MUTABLE_MISA_F MUTABLE_MISA_H MUTABLE_MISA_M MUTABLE_MISA_Q MUTABLE_MISA_S
        MUTABLE_MISA_U MUTABLE_MISA_V MEI_INTR_IMPL MSI_INTR_IMPL MTI_INTR_IMPL SEI_INTR_IMPL SSI_INTR_IMPL
        STI_INTR_IMPL VSEI_INTR_IMPL VSSI_INTR_IMPL VSTI_INTR_IMPL SATP_MODE_BARE GSTAGE_MODE_BARE VSSTAGE_MODE_BARE
        IGNORE_INVALID_VSATP_MODE_WRITES_WHEN_V_EQ_ZERO FORCE_UPGRADE_CBO_INVAL_TO_FLUSH SV32_VSMODE_TRANSLATION
        SV39_VSMODE_TRANSLATION SV48_VSMODE_TRANSLATION SV57_VSMODE_TRANSLATION SV32X4_TRANSLATION SV39X4_TRANSLATION
        SV48X4_TRANSLATION SV57X4_TRANSLATION
        """,
        {"type": "boolean"},
    ),
]
PARAMETER_TYPES = {name: kind for names, kind in TYPES for name in names.split()}
#: What the database has no word for.
NOWHERE = words(
    """
    n shudeleg windows window_max_order ialign vectored_align mtvec_reset local_interrupts local_interrupts_first
    custom_state imsic cause_bits va_bits mhartid rnmi_interrupt_vector rnmi_exception_vector rnmi_vectors refetch
    reset_state isa svpbmt smmpm smnpm ssnpm
    """
)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_it_has_the_databases_form_names_and_types(name):
    document = yaml.safe_load(udb.describe(CONFIGURATIONS[name]).files[""])
    Draft202012Validator(FORM).validate(document)
    assert {entry["name"] for entry in document["mandatory_extensions"]} <= EXTENSIONS
    for parameter, value in document["params"].items():
        Draft202012Validator(PARAMETER_TYPES[parameter]).validate(value)


def test_what_breaks_the_form_is_seen():
    document = yaml.safe_load(udb.describe(CONFIGURATIONS["mu 64"]).files[""])
    for key, value in (("implemented_extensions", []), ("type", "fully configured"), ("kind", "unit")):
        with pytest.raises(ValidationError):
            Draft202012Validator(FORM).validate({**document, key: value})
    with pytest.raises(ValidationError):
        Draft202012Validator(PARAMETER_TYPES["PMLEN_SSNPM"]).validate([0, 7, 8])


def test_every_parameter_is_written_for_some_configuration():
    written = {name for config in CONFIGURATIONS.values() for name in udb.parameters(config)}
    assert written == {row.name for row in PARAMETERS if row.is_written} == PARAMETER_TYPES.keys()


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_way_back_leads_to_the_same_configuration(name, capsys, tmp_path):
    """Nothing is refused, and nothing is said."""
    path = tmp_path / "hart.yaml"
    path.write_text(udb.describe(CONFIGURATIONS[name]).files[""])
    assert config_of(str(path), lambda given: _read(given, {})) == CONFIGURATIONS[name]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_goes_into_comments_is_what_the_database_has_no_word_for(name):
    assert udb.settings_beside(CONFIGURATIONS[name]).keys() <= NOWHERE


@pytest.mark.parametrize("name", [name for name in CONFIGURATIONS if name.startswith("rva") or name == "msuh 64"])
def test_a_hart_without_extensions_of_ours_needs_no_comment(name):
    """The database alone gives back the whole configuration."""
    config = CONFIGURATIONS[name]
    file = parse(udb.describe(config).files[""])
    assert file.settings == ()
    assert Config(**asked_for(file)) == config


def test_what_a_parameter_says_follows_the_table_of_csrs():
    narrow = udb.parameters(CONFIGURATIONS["max 32"])
    assert narrow["MSTATEEN_ENVCFG_TYPE"] == narrow["HSTATEEN_AIA_TYPE"] == narrow["SSTATEEN_JVT_TYPE"] == "rw"
    assert narrow["VMID_WIDTH"] == 7
    constants = udb.parameters(CONFIGURATIONS["constants"])
    assert (constants["VENDOR_ID_BANK"], constants["VENDOR_ID_OFFSET"]) == (9, 9)
    assert constants["MTVEC_MODES"] == [0]
    assert "MTVEC_BASE_ALIGNMENT_VECTORED" not in constants
    assert constants["NUM_EXTERNAL_GUEST_INTERRUPTS"] == 1
