"""Spike's options, held to what its parser takes: read here anew, from its source of June 2026."""

import re

import pytest

from utrap.config import Config
from utrap.descriptions import spike
from utrap.descriptions.extensions import words

from .configurations import CONFIGURATIONS

LETTERS = "mafdqcbpvh"
#: The table of names in isa_parser.cc, of those that begin with Z or S and that a trap unit could touch.
LONG_NAMES = words(
    """
    zicsr zifencei zicntr zihpm zicbom zicboz zicbop zawrs zfinx zdinx zcmt zce zcmp zca zcb zcf zcd zicfilp
    zicfiss smepmp smstateen smrnmi smcsrind smcntrpmf smcdeleg smmpm smnpm smdbltrp smaia sscofpmf sscsrind
    ssccfg ssnpm ssdbltrp ssaia ssqosid sstc svadu svade svnapot svpbmt svinval svvptc
    """
)


def complaint(options):
    """What Spike's parser would say of the options, "" for nothing."""
    found = re.fullmatch(r"--isa=rv(32|64)([ie])([a-z]*)((?:_[a-z0-9]+)*) --priv=(mu|msu)\n", options)
    if not found:
        return "not of that form"
    letters, names = found[3], found[4].split("_")[1:]
    places = [LETTERS.find(letter) for letter in letters]
    if -1 in places or places != sorted(set(places)):
        return f"letters {letters}"
    if unknown := [name for name in names if name not in LONG_NAMES]:
        return f"unsupported extension: {unknown[0]}"
    if "zfinx" in names and "f" in letters:
        return "zfinx beside f"
    if "zcmt" in names and {"c", "d"} <= set(letters):
        return "zcmt beside zcd"
    return "h needs s" if "h" in letters and found[5] == "mu" else ""


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_parser_takes_them(name):
    assert complaint(spike.describe(CONFIGURATIONS[name]).files[""]) == ""


@pytest.mark.parametrize(
    "options",
    ["--isa=rv64icm --priv=mu", "--isa=rv64in --priv=mu", "--isa=rv64i_sv39 --priv=msu", "--isa=rv64ih --priv=mu",
     "--isa=rv64if_zfinx --priv=mu", "--isa=rv64ifdc_zcmt --priv=mu", "--isa=rv64i --priv=m"],
)  # fmt: skip
def test_what_the_parser_refuses_is_seen(options):
    assert complaint(options + "\n") != ""


def test_the_options_of_some_configurations():
    assert spike.describe(CONFIGURATIONS["mu 32"]).files[""] == "--isa=rv32imac_zicntr_zicsr --priv=mu\n"
    vector = Config.profile("msuh", isa="IMAFDCBV", sstc=True)
    assert spike.describe(vector).files[""] == "--isa=rv64imafdcbvh_zicntr_zicsr_sstc --priv=msu\n"


def test_what_spike_cannot_be_told_is_said():
    notes = spike.describe(CONFIGURATIONS["every mode"]).notes
    assert notes == ("Spike has no name for N, Shudeleg, X: its hart is one without",)
    notes = spike.describe(Config.profile("msu", isa="IMAFDC", zcmt=True, smstateen=True, zfinx=True)).notes
    assert notes == (
        "Spike refuses Zfinx beside F: it is left out",
        "Spike refuses Zcmt beside C and D: it is left out",
        "Spike translates up to sv57 unless its device tree (--dtb) says mmu-type 'riscv,sv48'",
    )
    assert "mmu-type 'riscv,sbare'" in spike.describe(CONFIGURATIONS["bare"]).notes[0]
    assert spike.describe(CONFIGURATIONS["mu 64"]).notes == ()
