"""The device tree: the compiler takes it, and it names what the binding has names for."""

import subprocess

import pytest

from utrap.config import Config
from utrap.descriptions import device_tree
from utrap.descriptions.extensions import words

from .configurations import CONFIGURATIONS

#: The binding's list, of single letters and of longer names that a trap unit could touch.
BINDING = words(
    """
    i m a f d q c v h zicsr zicntr zihpm zicbom zicboz zicbop zawrs zba zbb zbs zca zcb zcd zcf zaamo zalrsc smaia smmpm
    smnpm smstateen ssaia sscofpmf ssnpm sstc svade svadu svinval svnapot svpbmt svvptc
    """
)


@pytest.fixture
def read(needs, tmp_path):
    """Compile a configuration's tree, and read a property of the hart's node."""
    needs("dtc")

    def read(config, name):
        command = ["dtc", "-O", "dtb", "-o", str(tmp_path / "hart.dtb"), "-"]
        text = device_tree.describe(config).files[""]
        said = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
        assert said.stderr == "", "the compiler has nothing to complain of"
        number = 0 if config.mhartid == "port" else config.mhartid
        command = ["fdtget", "-t", "s", str(tmp_path / "hart.dtb"), f"/cpus/cpu@{number:x}", name]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    return read


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_it_has_no_name_that_the_binding_lacks(name, read):
    found = read(CONFIGURATIONS[name], "riscv,isa-extensions")
    assert set(found) <= BINDING
    assert len(set(found)) == len(found)


def test_the_properties_of_some_configurations(read):
    rva23 = CONFIGURATIONS["rva23s64 64"]
    found = read(rva23, "riscv,isa-extensions")
    assert found[:11] == [*"imafdcvh", "zba", "zbb", "zbs"]
    assert {"sstc", "sscofpmf", "svinval", "svpbmt", "zicbom", "zihpm", "smstateen", "ssnpm"} <= set(found)
    assert read(rva23, "riscv,isa-base") == ["rv64i"]
    assert read(rva23, "mmu-type") == ["riscv,sv39"]
    assert read(CONFIGURATIONS["mu 32"], "mmu-type") == ["riscv,none"]
    assert read(CONFIGURATIONS["max 32"], "mmu-type") == ["riscv,sv32"]


@pytest.mark.parametrize(("mhartid", "reg"), [("port", "<0>"), (0, "<0>"), (7, "<0x7>"), (3 << 32 | 7, "<0x3 0x7>")])
def test_the_harts_number_is_its_node_s(mhartid, reg):
    text = device_tree.describe(Config.profile("mu", mhartid=mhartid)).files[""]
    assert f"reg = {reg};" in text
    assert ("compatible, reg, timebase" in text) == (mhartid == "port")


def test_what_the_binding_has_no_name_for_stands_in_a_comment_and_in_a_note():
    made = device_tree.describe(Config.profile("full", smrnmi=True, isa="IMAX"))
    assert "/* No name in the binding: Smrnmi, N, Shudeleg, X. */" in made.files[""]
    assert made.notes == (
        "the device tree's binding has no name for Smrnmi, N, Shudeleg, X: software does not learn of it",
    )
    assert device_tree.describe(CONFIGURATIONS["rva23s64 64"]).notes == ()
