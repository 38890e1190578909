"""Reading UDB YAML: what a file asks for becomes a unit, and each thing that the unit cannot do is a line."""

import dataclasses
import json
import sys
from typing import Any

import pytest

from utrap.config import Config, ConfigError
from utrap.descriptions import udb
from utrap.descriptions.udb_file import parse
from utrap.descriptions.udb_params import PARAMETERS
from utrap.descriptions.udb_reading import asked_for, refused

from .configurations import CONFIGURATIONS

HART: dict[str, Any] = {
    "$schema": "config_schema.json#",
    "kind": "architecture configuration",
    "type": "fully configured",
    "name": "hart",
    "description": "a hart",
    "implemented_extensions": [
        ["I", "2.1"],
        {"name": "M", "version": "= 2.0"},
        {"name": "C", "version": "= 2.0"},
        {"name": "Sm", "version": "= 1.13.0"},
        {"name": "U", "version": "= 1.0.0"},
        {"name": "S", "version": "= 1.13.0"},
        {"name": "Sv39", "version": "= 1.13.0"},
        {"name": "Zicntr", "version": "= 2.0"},
    ],
    "params": {"MXLEN": 64, "ASID_WIDTH": 9},
}


@pytest.fixture
def csrs(run, tmp_path):
    """Run `utrap csrs --json` with a file: HART with more extensions and parameters, and other changes."""

    def csrs(*extensions, without=(), options=(), params=None, **changes):
        kept = [each for each in HART["implemented_extensions"] if each not in without]
        document = {
            **HART,
            "implemented_extensions": kept + [{"name": name} for name in extensions],
            "params": {**HART["params"], **(params or {})},
            **changes,
        }
        path = tmp_path / "hart.yaml"
        path.write_text(json.dumps(document))  # JSON is YAML
        result = run("csrs", "--json", "--udb", path, *options)
        result.lines = [line.removeprefix(f"utrap: {path}: ") for line in result.err.splitlines()]
        return result

    return csrs


def configuration(result):
    assert (result.status, result.lines) == (0, [])
    return json.loads(result.out)["configuration"]


def test_the_configuration_is_what_the_file_says(csrs):
    found = configuration(
        csrs("Sstc", "Zicbom", params={"MTVEC_MODES": [1], "VENDOR_ID_BANK": 9, "VENDOR_ID_OFFSET": 9})
    )
    wanted = {"s": True, "h": False, "n": False, "shudeleg": False, "sstc": True, "zicbom": True, "zicboz": False,
              "isa": "IMC", "ialign": 16, "satp_modes": ["bare", "sv39"], "asid_bits": 9, "counters": "zicntr",
              "mtvec_modes": "vectored", "mvendorid": 0x489, "fs": False, "vectored_align": 4}  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted


def test_sha_is_all_that_it_consists_of(csrs):
    found = configuration(csrs("Sha", "Zihpm"))
    assert (found["h"], found["shtvala"], found["smstateen"]) == (True, True, True)
    assert found["hgatp_modes"] == ["bare", "sv39x4"]


def test_settings_change_what_the_file_says(csrs):
    found = configuration(csrs(params={"MTVEC_BASE_ALIGNMENT_VECTORED": 256}, options=["--set", "vectored_align=4"]))
    assert found["vectored_align"] == 4


#: What is asked for, and the line about it.
REFUSED = [
    ({"params": {"MTVEC_BASE_ALIGNMENT_VECTORED": 64}},
     "MTVEC_BASE_ALIGNMENT_VECTORED gives vectored_align=64: must be one of 4, 256"),
    ({"params": {"MXLEN": 128}}, "MXLEN gives xlen=128: must be one of 32, 64"),
    ({"params": {"ASID_WIDTH": "nine"}}, "ASID_WIDTH gives asid_bits=nine: must be of type int, not str"),
    ({"params": {"ASID_WIDTH": 17}}, "ASID_WIDTH gives asid_bits=17: must be 0 to 16"),
    ({"params": {"MTVEC_ACCESS": "ro"}}, "MTVEC_ACCESS=ro: the unit has rw; say so, or take it out"),
    ({"params": {"MTVEC_MODES": []}}, "MTVEC_MODES=[]: the unit has [0, 1]; say so, or take it out"),
    ({"params": {"M_MODE_ENDIANNESS": "big"}}, "M_MODE_ENDIANNESS=big: the unit has little; say so, or take it out"),
    ({"params": {"SXLEN": [32, 64]}}, "SXLEN=[32, 64]: the unit has [64]; say so, or take it out"),
    ({"params": {"MUTABLE_MISA_C": True}}, "MUTABLE_MISA_C=true: the unit has false; say so, or take it out"),
    ({"params": {"MSTATUS_FS_LEGAL_VALUES": [0, 3]}},
     "MSTATUS_FS_LEGAL_VALUES=[0, 3]: the unit has [0, 1, 2, 3]; say so, or take it out"),
    ({"params": {"MCOUNTENABLE_EN": [True] * 9 + [False] * 23}},
     "MCOUNTENABLE_EN=[bits 0x1ff]: the unit has [bits 0x7]; say so, or take it out"),
    ({"params": {"VMID_WIDTH": 7}}, "VMID_WIDTH=7: no extension in the file defines it; take it out"),
    ({"params": {"STVEC_MODE_VECTORED": False}},
     "STVEC_MODE_VECTORED=false: the unit has true; say so, or take it out"),
    ({"params": {"MARCHID_IMPLEMENTED": False, "ARCH_ID_VALUE": 5}},
     "ARCH_ID_VALUE=5: no extension in the file defines it; take it out"),
    ({"extensions": ["Zicfilp"]}, "Zicfilp: the unit does not offer it; take it out"),
    ({"extensions": ["Smmpm", "Smepmp"]}, "Smepmp: the unit does not offer it beside Smmpm; take it out"),
    ({"extensions": ["Sv32"]}, "Sv32: the unit with XLEN 64 does not have it; take it out"),
    ({"extensions": ["Sv57"]},
     "satp_modes=bare,sv39,sv57: must be bare or bare,sv39 or bare,sv39,sv48 or bare,sv39,sv48,sv57"),
    ({"extensions": ["Sscounterenw"]},
     "Sscounterenw: this unit does not do it: scounteren has a writable bit for every counter that can count"),
    ({"without": [HART["implemented_extensions"][4]]}, "U: it is missing, and the unit always has U-mode; put it in"),
    ({"prohibited_extensions": [{"name": "Sstvecd"}]}, "Sstvecd: it is prohibited, and this unit has it"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "line"), REFUSED, ids=[line.partition(":")[0] for _, line in REFUSED])
def test_what_the_unit_cannot_do_is_a_line_and_status_2(asked, line, csrs):
    asked = dict(asked)
    result = csrs(*asked.pop("extensions", ()), **asked)
    assert (result.status, result.out) == (2, "")
    assert result.lines in ([line], [line, "it asks for 1 thing that the unit cannot do"])


def test_each_of_several_things_has_its_line(csrs):
    result = csrs("Smaia", "Zicfiss", params={"MTVEC_ACCESS": "ro"})
    assert result.status == 2
    assert [line.partition(":")[0].partition("=")[0] for line in result.lines] == [
        "Smaia",
        "Zicfiss",
        "MTVEC_ACCESS",
        "it asks for 3 things that the unit cannot do",
    ]


#: What is said, and the unit is made all the same.
SAID = [
    ({"extensions": ["Zba", "Zicond", "Smpmp"]}, "outside the trap unit, the core's: Smpmp, Zba, Zicond"),
    ({"extensions": ["Zcmt"]}, "outside the trap unit, the core's: Zcmt"),
    ({"params": {"PMP_GRANULARITY": 3, "NUM_PMP_ENTRIES": 16}},
     "parameters outside the trap unit, the core's: NUM_PMP_ENTRIES, PMP_GRANULARITY"),
    ({"params": dict.fromkeys(("REPORT_A", "REPORT_B", "REPORT_C", "REPORT_D", "VLEN"), 1)},
     "parameters outside the trap unit, the core's: REPORT_* (4), VLEN"),
    ({"non_mandatory_extensions": [{"name": "Sv48"}, {"name": "Zfa"}]},
     "optional, and not taken (--set turns on what is wanted): Sv48"),
    ({"without": [HART["implemented_extensions"][5]], "extensions": [], "implemented_extensions": [
        *(each for each in HART["implemented_extensions"] if each != HART["implemented_extensions"][5]),
        {"name": "S", "version": "= 1.12.0"}]},
     "S = 1.12.0: the unit follows 1.13, which is compatible and has more"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "line"), SAID, ids=[line.partition(":")[0] for _, line in SAID])
def test_what_is_the_cores_is_said_once(asked, line, csrs):
    asked = dict(asked)
    result = csrs(*asked.pop("extensions", ()), **asked)
    assert (result.status, result.lines) == (0, [line])
    assert '"mstatus"' in result.out


@pytest.mark.parametrize(
    "params",
    [{"MIMPID_IMPLEMENTED": True, "IMP_ID_VALUE": 0}, {"MARCHID_IMPLEMENTED": True, "ARCH_ID_VALUE": 0x8005},
     {"STVEC_MODES": [1, 0]}, {"STVEC_MODE_DIRECT": True}],
)  # fmt: skip
def test_what_means_the_same_is_taken(params, csrs):
    configuration(csrs(params=params))


def test_a_requirement_that_the_version_meets_is_no_news(csrs):
    for version in ("~> 1.12", ">= 1.11.0", "1.13.0", "= 1.13", ["> 1.12", "< 2"]):
        extensions = [each for each in HART["implemented_extensions"] if each != HART["implemented_extensions"][3]]
        configuration(csrs(implemented_extensions=[*extensions, {"name": "Sm", "version": version}]))
    for version in ("~> 1.12.0", "< 1.13", "<= 1.12.0"):
        assert csrs(implemented_extensions=[*extensions, {"name": "Sm", "version": version}]).lines != []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1", "line 1: no YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\nb: 2\na: 3\n", "line 3: no YAML: a stands twice"),
        ("- a\n", "it is no configuration of the Unified Database (kind: architecture configuration)"),
        ("kind: profile\n", "it is no configuration of the Unified Database (kind: architecture configuration)"),
        ("kind: architecture configuration\ntype: unconfigured\n",
         "type: unconfigured: it must be fully configured or partially configured"),
        ("kind: architecture configuration\ntype: fully configured\n", "params: MXLEN is missing; it is 32 or 64"),
        ("kind: architecture configuration\ntype: fully configured\nparams: [1]\n",
         "params: it must be a mapping of names to values"),
        ("kind: architecture configuration\ntype: fully configured\nparams: {MXLEN: 32}\nimplemented_extensions: [3]\n",
         "implemented_extensions: 3: it must have a name, and may have a version"),
        ("\x00", "no YAML: "),
        ("? [1]\n: 2\n", "line 1: no YAML: found unhashable key"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_one_line(text, line, run, tmp_path):
    path = tmp_path / "hart.yaml"
    path.write_text(text)
    result = run("csrs", "--udb", path)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"utrap: {path}: {line}")
    assert result.err.count("\n") == 1


def test_a_file_that_is_not_there_or_no_text_is_one_line(run, tmp_path):
    result = run("generate", "--udb", tmp_path / "none.yaml")
    assert (result.status, result.err) == (2, f"utrap: {tmp_path}/none.yaml: No such file or directory\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfd")
    result = run("generate", "--udb", tmp_path / "bytes")
    assert (result.status, result.err) == (2, f"utrap: {tmp_path}/bytes: it is no text\n")


def test_without_pyyaml_a_line_says_where_it_comes_from(run, root, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    path = root / "tests" / "describe" / "hart.yaml"
    result = run("csrs", "--udb", path)
    line = f"utrap: {path}: reading YAML needs the Python package PyYAML: pip install 'utrap[udb]'\n"
    assert (result.status, result.err) == (2, line)


def test_a_profile_beside_the_file_is_refused(run):
    for option in (("--profile", "full"), ("--xlen", "64")):
        result = run("csrs", "--udb", "x.yaml", *option)
        line = f"utrap: --udb x.yaml: it says what the unit is; leave {option[0]} out, or the file\n"
        assert (result.status, result.err) == (2, line)


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("windows=3", "utrap: --set windows=3: windows needs shudeleg=true, and {path} has shudeleg=false"),
        ("isa=IF", "utrap: --set isa=IF: F needs fs=true, and {path} has fs=false"),
        ("reset=asynchronous", "utrap: --set reset=asynchronous: it is about the text of the Verilog, which "),
        ("colour=red", "utrap: --set colour=red: 'colour' is no field of the configuration; there are "),
    ],
)  # fmt: skip
def test_a_setting_beside_that_breaks_a_rule_is_blamed_on_it(setting, line, csrs, tmp_path):
    result = csrs(options=["--set", setting])
    assert result.status == 2
    assert result.err.startswith(line.format(path=tmp_path / "hart.yaml"))
    assert result.err.count("\n") == 1


def test_a_setting_in_the_files_comments_that_is_none_is_blamed_on_the_file(run, tmp_path):
    made = udb.describe(CONFIGURATIONS["mu 32"]).files[""]
    for setting, line in (("colour=red", "'colour' is no field"), ("reset=asynchronous", "it is about the text")):
        path = tmp_path / "hart.yaml"
        path.write_text(f"{made}#   --set {setting}\n")
        result = run("csrs", "--udb", path)
        assert result.status == 2
        assert result.err.startswith(f"utrap: {path}: --set {setting}: {line}")


@pytest.fixture(scope="module")
def whole():
    """The file of a unit that has everything."""
    return parse(udb.describe(CONFIGURATIONS["max 64"]).files[""])


#: A register that is said to be there and reads 0 is one that is not.
COMPARED = [row for row in PARAMETERS if row.name not in ("MARCHID_IMPLEMENTED", "MIMPID_IMPLEMENTED")]


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: row.name)
def test_a_value_of_any_kind_is_taken_or_has_its_line(row, whole):
    values: list[Any] = [None, [], {}, "x", -1, 3, 1.5, True, False, [0, "x"], [[]], 1 << 70]
    for value in values:
        file = dataclasses.replace(whole, params={**whole.params, row.name: value})
        try:
            config = Config(**asked_for(file))
        except ConfigError:
            continue
        told = [line for line in refused(file, config) if line.startswith(f"{row.name}=")]
        assert bool(told) != (row.exists(config) and repr(row.value(config)) == repr(value)), value
