"""The extensions of a configuration: every field that stands for one is in the list, once and only where it holds."""

import pytest

from utrap.config import EXTENSIONS, Config
from utrap.descriptions.extensions import extensions, isa_string, mmu_type

from .configurations import CONFIGURATIONS


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_none_is_named_twice(name):
    found = extensions(CONFIGURATIONS[name])
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("field", EXTENSIONS)
def test_a_field_that_is_turned_on_is_one_more(field):
    config = Config.profile("max", 64)
    needs = {"smstateen": ("custom_state", "zfinx", "zcmt", "ssqosid", "sdtrig", "smctr", "smcsrind", "sscsrind")}
    off = dict.fromkeys((field, *needs.get(field, ()), *(["imsic", "ssaia"] if field == "smstateen" else [])), False)
    off |= {"shlcofideleg": False} if field == "sscofpmf" else {}
    lost = set(extensions(config)) - set(extensions(config.replace(**off)))
    assert (field.capitalize() in lost) == (field not in ("custom_state", "imsic"))


def test_what_exists_on_rv64_alone_is_not_named_on_rv32():
    assert {"Smmpm", "Smnpm", "Ssnpm", "Svpbmt"} & set(extensions(Config.profile("max", 32))) == set()
    assert {"Smmpm", "Smnpm", "Ssnpm", "Svpbmt"} <= set(extensions(Config.profile("max", 64)))


def test_an_isa_string_has_the_letters_in_a_row():
    assert isa_string(64, ["I", "M", "H", "Zicsr", "Sstc"]) == "rv64imh_zicsr_sstc"


def test_the_widest_translation_is_told():
    assert mmu_type(CONFIGURATIONS["every mode"]) == "riscv,sv57"
    assert mmu_type(CONFIGURATIONS["bare"]) == "riscv,none"
