"""The model's configuration: profiles, JSON, and one message for each value that no hart can have."""

import dataclasses
import json

import pytest

from utrap_testbench.golden import Config, ConfigError

from .support import CONFIGS, PROFILES, config_id

REFUSED = [
    ({"xlen": 16}, "xlen is 16: allowed are 32 and 64"),
    ({"xlen": "64"}, "xlen is 64: allowed are 32 and 64"),
    ({"s": 1}, "s is 1: allowed are false and true"),
    ({"fs": None}, "fs is None: allowed are false and true"),
    ({"s": False}, "h is true: the hypervisor extension needs s"),
    ({"n": False}, "shudeleg is true: Shudeleg needs h and n"),
    ({"windows": 9}, "windows is 9: allowed are 0 to 8"),
    ({"windows": -1}, "windows is -1: allowed are 0 to 8"),
    ({"windows": True}, "windows is True: allowed are 0 to 8"),
    ({"shudeleg": False, "windows": 1}, "windows is 1: without shudeleg it must be 0"),
    ({"satp_modes": "sv39"}, "satp_modes is 'sv39': allowed is a list of names"),
    ({"satp_modes": ()}, "satp_modes is '': allowed are bare, bare+sv39, bare+sv39+sv48, bare+sv39+sv48+sv57"),
    (
        {"satp_modes": ("bare", "sv48")},
        "satp_modes is 'bare+sv48': allowed are bare, bare+sv39, bare+sv39+sv48, bare+sv39+sv48+sv57",
    ),
    ({"xlen": 32, "satp_modes": ("bare", "sv39")}, "satp_modes is 'bare+sv39': allowed are bare, bare+sv32"),
    (
        {"hgatp_modes": ("sv39x4",)},
        "hgatp_modes is 'sv39x4': allowed are bare, bare+sv39x4, bare+sv39x4+sv48x4, bare+sv39x4+sv48x4+sv57x4",
    ),
    ({"satp_modes": ("bare",)}, "satp_modes is bare: h needs sv39"),
    ({"hgatp_modes": ("bare",)}, "hgatp_modes is bare: h needs sv39x4"),
    ({"xlen": 32, "hgatp_modes": ("bare",)}, "hgatp_modes is bare: h needs sv32x4"),
    ({"asid_bits": 17}, "asid_bits is 17: allowed are 0 to 16"),
    ({"xlen": 32, "asid_bits": 10}, "asid_bits is 10: allowed are 0 to 9"),
    ({"vmid_bits": 15}, "vmid_bits is 15: allowed are 0 to 14"),
    ({"xlen": 32, "vmid_bits": 8}, "vmid_bits is 8: allowed are 0 to 7"),
    ({"geilen": 64}, "geilen is 64: allowed are 0 to 63"),
    ({"xlen": 32, "geilen": 32}, "geilen is 32: allowed are 0 to 31"),
    ({"ialign": 8}, "ialign is 8: allowed are 16 and 32"),
    ({"vectored_align": 64}, "vectored_align is 64: allowed are 256 and 4"),
    ({"counters": "all"}, "counters is all: allowed are none, zicntr, zihpm"),
    ({"mvendorid": 2**32}, "mvendorid is 4294967296: allowed are 0x0 to 0xffffffff"),
    ({"marchid": -1}, "marchid is -1: allowed are 0x0 to 0xffffffffffffffff"),
    ({"mhartid": 2**64}, "mhartid is 0x10000000000000000: allowed are 0x0 to 0xffffffffffffffff, and port"),
    ({"mhartid": "input"}, "mhartid is 'input': allowed are 0x0 to 0xffffffffffffffff, and port"),
    ({"mtvec_reset": 2}, "mtvec_reset is 0x2: MODE must be 0 (direct) or 1 (vectored)"),
    ({"mtvec_reset": 0x81}, "mtvec_reset is 0x81: with MODE=1, BASE must be a multiple of 256"),
    ({"isa": "MAC"}, "isa is 'MAC': allowed are I or E, then letters of MAFDQCBVX"),
    ({"isa": "IMM"}, "isa is 'IMM': allowed are I or E, then letters of MAFDQCBVX, each once"),
    ({"isa": "IMACG"}, "isa is 'IMACG': allowed are I or E, then letters of MAFDQCBVX, each once"),
    ({"isa": ""}, "isa is '': allowed are I or E, then letters of MAFDQCBVX"),
    ({"isa": "IACM"}, "isa is 'IACM': in the manual's order it is IMAC"),
    ({"isa": "IMAD"}, "isa is 'IMAD': D needs F"),
    ({"isa": "IFQ"}, "isa is 'IFQ': Q needs D"),
    ({"isa": "IMAFCV"}, "isa is 'IMAFCV': V needs D"),
    ({"isa": "IMAF", "fs": False}, "isa is 'IMAF': F needs fs"),
    ({"isa": "IMAFDV", "vs": False}, "isa is 'IMAFDV': V needs vs"),
    ({"ialign": 32, "isa": "IC"}, "isa is 'IC': C needs ialign 16"),
    ({"isa": "EMC"}, "isa is 'EMC': h needs the base I"),
]
REFUSED_WITHOUT = [
    ("mu", {"satp_modes": ("bare", "sv39")}, "satp_modes is bare+sv39: without s only bare is allowed"),
    ("mu", {"asid_bits": 1}, "asid_bits is 1: without s it must be 0"),
    ("msu", {"hgatp_modes": ("bare", "sv39x4")}, "hgatp_modes is bare+sv39x4: without h only bare is allowed"),
    ("msu", {"vmid_bits": 1}, "vmid_bits is 1: without h it must be 0"),
    ("msu", {"geilen": 1}, "geilen is 1: without h it must be 0"),
    ("huge", {}, "profile is 'huge': allowed are mu, msu, msuh, msun, full, rva22s64, rva23s64, rvb23s64, max"),
]


@pytest.mark.parametrize(("values", "message"), REFUSED)
def test_a_refused_value_is_one_line_with_field_value_and_what_is_allowed(values, message):
    with pytest.raises(ConfigError) as error:
        Config(**values)
    assert str(error.value) == message


@pytest.mark.parametrize(("profile", "values", "message"), REFUSED_WITHOUT)
def test_what_needs_an_extension_is_refused_without_it(profile, values, message):
    with pytest.raises(ConfigError) as error:
        Config.profile(profile, **values)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"profile": "vax"}, "profile is 'vax': allowed are mu, msu, msuh, msun, full, msuhn, mun"),
        ({"isa": 5}, "isa is 5: allowed is a string"),
        ({"mtvec_reset": "zero"}, "mtvec_reset is 'zero': allowed is a number"),
        ({"satp_modes": [1]}, "satp_modes is [1]: allowed is a list of names"),
        ({"xlen": 48}, "xlen is 48: allowed are 32 and 64"),
        ({"windows": None}, "windows is null: leave it out where its default is meant"),
    ],
)
def test_a_header_that_states_no_hart_is_one_line(header, message):
    with pytest.raises(ConfigError) as error:
        Config.from_json(header)
    assert str(error.value) == message


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_a_configuration_survives_json(config):
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_a_header_of_format_1_without_our_keys_is_a_hart_without_n_and_shudeleg():
    header = {"xlen": 64, "isa": "rv64imac_zicsr_h", "profile": "msuh", "geilen": 0, "counters": "none", "fs": True}
    config = Config.from_json(header)
    assert (config.s, config.h, config.n, config.shudeleg, config.windows) == (True, True, False, False, 0)
    assert (config.isa, config.vs, config.counters) == ("IMAC", False, "none")


def test_a_header_of_format_1_has_the_vector_state_of_its_letters():
    assert Config.from_json({"xlen": 64, "profile": "msu", "isa": "rv64imafdcv_zicsr"}).vs


@pytest.mark.parametrize(("name", "s", "h"), [("msuhn", True, True), ("mun", False, False)])
def test_a_header_may_name_n_without_shudeleg_beside_the_profiles(name, s, h):
    config = Config.from_json({"xlen": 64, "profile": name})
    assert (config.s, config.h, config.n, config.shudeleg) == (s, h, True, False)
    assert config.profile_name == name


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_has_its_modes(name):
    config = Config.profile(name)
    assert config.profile_name == name
    assert (config.s, config.h) == ("s" in name or name == "full", "h" in name or name == "full")


def test_the_defaults_of_full_are_those_of_warl():
    config = Config()
    assert config == Config.profile("full")
    assert (config.windows, config.satp_modes, config.asid_bits, config.vmid_bits) == (
        4, ("bare", "sv39", "sv48"), 16, 14,
    )  # fmt: skip
    assert Config(xlen=32).satp_modes == ("bare", "sv32")


def test_a_configuration_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().xlen = 32  # type: ignore[misc]


@pytest.mark.parametrize(("field", "letter"), [("fs", "F"), ("vs", "V")])
def test_floating_point_or_vector_state_without_s_needs_the_extension(field, letter):
    # norm:mstatus_fs_rdonly0_s_no_f, norm:mstatus_vs_rdonly0_s_no_v
    assert not getattr(Config.profile("mu"), field)
    assert getattr(Config.profile("mu", isa="IMAFDCV", fs=True, vs=True), field)
    with pytest.raises(ConfigError, match=f"^{field} is true: without s it needs {letter} in isa$"):
        Config.profile("mu", **{field: True})
