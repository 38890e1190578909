"""`--verilog FILE`: regress, replay and waves run an edited or synthesized netlist, and its errors are one line."""

import json
import re
import shlex

import jsonschema
import pytest

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap.verilog.yosys import run_yosys

MU = ("--profile", "mu", "--xlen", "32")


@pytest.fixture(scope="module")
def text():
    return verilog(Config.profile("mu", 32))


@pytest.fixture
def file(tmp_path):
    """A file with a text."""

    def file(text, name="edited.v"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return file


def edited(text):
    """The Verilog with one place changed: MRET goes to the wrong address."""
    wrong = text.replace("assign answer_target =", "assign answer_target = (commit_op == 3'd4) ? 32'd0 :", 1)
    assert wrong != text
    return wrong


def test_regress_tests_the_file_and_prints_json(run, simulator, text, file, tmp_path, root):
    simulator("icarus")
    schema = json.loads((root / "docs" / "schemas" / "regress.schema.json").read_text())
    for body, verdict, status in ((text, "passed", 0), (edited(text), "failed", 1)):
        path = file(body)
        options = ("--sim", "icarus", "--steps", "600", "--json", "-o", tmp_path / "out")
        result = run("regress", "--verilog", path, *MU, *options)
        assert (result.status, result.err) == (status, "")
        document = json.loads(result.out)
        jsonschema.validate(document, schema)
        [told] = document["runs"]
        assert (told["verdict"], told["verilog"]) == (verdict, str(path))
    failure = told["failure"]
    assert failure["event"] == "mret"
    assert [row["field"] for row in failure["differences"]] == ["answer.target", "trace.vector"]
    again = failure["again"]
    assert again.startswith(f"utrap regress --sim icarus --verilog {path} --profile mu --xlen 32 --seed 1 ")
    assert again.endswith(f" --waves -o {tmp_path / 'out'}")
    # The command shows it again, with waves, and in them where.
    result = run(*shlex.split(again)[1:])
    assert (result.status, "utrap replay --on icarus --verilog " in result.err) == (1, True)
    saved = (tmp_path / "out" / "mu-rv32-icarus-1.gtkw").read_text()
    assert (tmp_path / "out" / "mu-rv32-icarus-1.fst").stat().st_size > 1000
    assert '[dumpfile] "mu-rv32-icarus-1.fst"' in saved
    assert f" {failure['ns'] * 1000} -1 " in saved
    assert "-differs\n@22\nbench.dut.answer_target[31:0]\nbench.dut.trace_vector[31:0]\n" in saved
    assert "bench.dut.trace_kind[2:0]" in saved


def test_replay_and_waves_run_the_file(run, simulator, recorded, text, file, tmp_path):
    simulator("icarus")
    path, records = file(edited(text)), recorded(*MU, "--kind", "xret", "--count", "40")
    assert run("replay", records, "--on", "icarus").status == 0
    result = run("replay", records, "--on", "icarus", "--verilog", path)
    assert result.status == 1
    assert "answer.target" in result.out
    # The one record again, on the same file, and its waves.
    again, waves = (shlex.split(line.partition(": ")[2])[1:] for line in result.out.splitlines()[-2:])
    assert run(*again).out.splitlines()[1:] == result.out.splitlines()[1:]
    result = run(*waves, "-o", tmp_path / "out")
    assert result.status == 1
    first, *_ = result.err.splitlines()
    told = re.fullmatch(r"the Verilog differs from the model: cycle (\d+), (\d+) ns, in M: mret", first)
    assert told is not None
    assert "  answer.target: expected" in result.err
    saved = (tmp_path / "out" / "recorded.gtkw").read_text()
    assert "\n-differs\n@22\nbench.dut.answer_target[31:0]\n" in saved
    assert f" {told[2]} " in saved
    said = dict(line.strip().split(": ", 1) for line in result.err.splitlines() if ": utrap " in line)
    assert run(*shlex.split(said["again"])[1:]).err == result.err
    assert run(*shlex.split(said["replay"])[1:]).status == 1


def test_what_a_synthesis_made_of_the_unit_is_tested(run, simulator, text, file, tmp_path):
    simulator("icarus")
    passes = [
        "read_verilog u.v",
        "setattr -set keep 1 w:*",
        "synth -flatten -top trap_unit",
        "write_verilog -noattr o.v",
    ]
    path = file(run_yosys(passes, {"u.v": text}, "o.v", allows_warnings=True))
    options = ("--sim", "icarus", "--steps", "40", "-o", tmp_path / "out")
    result = run("regress", "--verilog", path, *MU, *options)
    assert (result.status, result.err) == (0, "")


WRONG = {
    "another configuration": (lambda text: verilog(Config.profile("msu", 32)), "port commit_cause|wire|port"),
    "a port of another width": (
        lambda text: text.replace("input  wire  [31:0] commit_pc", "input  wire  [30:0] commit_pc"),
        "port commit_pc: input, 31 bits, not input, 32 bits",
    ),
    "a wire that is gone": (lambda text: re.sub(r"\bmscratch\b", "scratched", text), "wire mscratch: missing"),
    "a narrower wire": (lambda text: text.replace("[31:0] mip =", "[11:0] mip ="), "wire mip: 12 bits, not 32"),
    "no Verilog": (lambda text: "entity trap_unit is", "Yosys cannot read it: "),
    "another module": (lambda text: text.replace("module trap_unit", "module unit"), "Yosys cannot read it: "),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_does_not_fit_is_one_line(run, simulator, text, file, tmp_path, what):
    simulator("icarus")
    change, message = WRONG[what]
    path = file(change(text))
    assert path.read_text() != text
    result = run("regress", "--verilog", path, *MU, "--sim", "icarus", "-o", tmp_path / "out")
    assert result.status == 2
    assert result.err.startswith(f"utrap: --verilog {path}: ")
    assert result.err.count("\n") == 1
    assert any(part in result.err for part in message.split("|")), result.err
    assert not (tmp_path / "out").exists()


def test_a_wire_that_nothing_drives_is_one_line(run, simulator, text, file):
    simulator("icarus")
    path = file(text.replace("wire [31:0] mie = {", "wire [31:0] mie;\n  wire [31:0] lost = {"))
    result = run("waves", "--verilog", path, *MU)
    assert result.status == 2
    assert "wire mie: nothing drives bit 0" in result.err
    assert "setattr -set keep 1" in result.err


def test_a_file_that_cannot_be_read_is_one_line(run, tmp_path, recorded):
    (tmp_path / "binary.v").write_bytes(b"\xff\xfe\x00")
    result = run("regress", "--verilog", tmp_path / "none.v", *MU)
    assert (result.status, result.err) == (2, f"utrap: --verilog {tmp_path}/none.v: No such file or directory\n")
    result = run("waves", "--verilog", tmp_path / "binary.v", *MU)
    assert (result.status, result.err) == (2, f"utrap: --verilog {tmp_path}/binary.v: it is no text (UTF-8)\n")
    result = run("replay", recorded(*MU, "--count", "1"), "--verilog", tmp_path / "binary.v")
    assert result.status == 2
    assert result.err.endswith("what is to run it? say --on icarus or --on verilator\n")
