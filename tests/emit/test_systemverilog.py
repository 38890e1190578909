"""The template of an instance, and the package and the wrapper for SystemVerilog: Verilator and slang accept them."""

import re

import pyslang
import pytest

from utrap.config import Config, every_extension
from utrap.form import Form
from utrap.products.file_set import products
from utrap.verilog.yosys import run_yosys

#: A user of the package and the wrapper.
CORE = """`timescale 1ns / 1ns
module core (
    input logic clk, input logic {reset}, input logic raises, output logic stays, output trap_unit_pkg::mode_e mode
);
  import trap_unit_pkg::*;
  commit_t commit;
  answer_t answer;
  interrupt_t irq;
  extension_t extension;
  legality_t legality;
  hart_t hart;
  trace_t trace;
  always_comb begin
    commit = '0;
    if (raises) begin
      commit.op = OP_EXCEPTION;
      commit.cause = CAUSE_ILLEGAL_INSTRUCTION;
    end else if (irq.request) commit.op = OP_INTERRUPT;
  end
  trap_unit_wrapper unit (
      .clk, .{reset}, .hartid({xlen}'d0), .commit, .lines('0), .answer, .interrupt(irq), .extension,
      .extension_answer('0), .legality, .hart, .trace{others}
  );
  assign mode = hart.mode;
  assign stays = answer.fault == FAULT_NONE && !answer.redirect && legality.mret == FAULT_ILLEGAL
      && extension.select && trace.kind == OP_NONE;
endmodule
"""


@pytest.fixture(scope="module")
def made():
    """The files of a configuration in a form, by name."""
    kept = {}

    def made(name):
        if name not in kept:
            config, form = {
                "mu 32": (Config.profile("mu", 32), Form()),
                "full 64": (Config.profile("full", 64), Form(reset="asynchronous", reset_active="low")),
                "max": (
                    Config.profile(
                        "full", 64, geilen=8, local_interrupts=16, mtvec_reset="port", **every_extension(64)
                    ),
                    Form(),
                ),
            }[name]
            kept[name] = {product.name: product.text for product in products(config, form)}
        return kept[name]

    return made


NAMES = ["mu 32", "full 64", "max"]


def core(name):
    others = ", .counters('0), .mtime('0), .mtvec_reset('0)" if name == "max" else ""
    reset = "rst_n" if name == "full 64" else "rst"
    return CORE.format(reset=reset, xlen=name.split()[-1] if name != "max" else 64, others=others)


@pytest.fixture
def folder(tmp_path, made):
    """A folder with a configuration's files and a core around the wrapper."""

    def folder(name):
        for file, text in {**made(name), "core.sv": core(name)}.items():
            (tmp_path / file).write_text(text)
        return tmp_path

    return folder


SOURCES = ("trap_unit_pkg.sv", "trap_unit.v", "trap_unit_wrapper.sv", "core.sv", "trap_unit_contract.sv")


def slang(texts):
    """What slang says of sources, together."""
    compilation = pyslang.ast.Compilation()
    for name, text in texts.items():
        compilation.addSyntaxTree(pyslang.syntax.SyntaxTree.fromText(text, name))
    manager = pyslang.syntax.SyntaxTree.getDefaultSourceManager()
    return str(pyslang.DiagnosticEngine.reportAll(manager, compilation.getAllDiagnostics()))


@pytest.mark.parametrize("name", NAMES)
def test_verilator_accepts_package_wrapper_and_contract(folder, say, name):
    command = ["verilator", "--lint-only", "--assert", "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-UNUSEDPARAM"]
    assert say(*command, "--top-module", "core", *SOURCES, cwd=folder(name)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_slang_accepts_package_wrapper_and_contract(folder, name):
    place = folder(name)
    assert slang({file: (place / file).read_text() for file in SOURCES}) == ""


def test_slang_sees_a_wrong_type(folder):
    place = folder("mu 32")
    texts = {file: (place / file).read_text() for file in SOURCES}
    texts["core.sv"] = texts["core.sv"].replace("commit.op = OP_EXCEPTION", "commit.op = FAULT_ILLEGAL")
    assert "error: " in slang(texts)


def test_yosys_reads_them_with_slang_and_finds_the_unit_in_the_wrapper(made):
    texts = {**made("mu 32"), "core.sv": core("mu 32")}
    passes = [f"read_slang {' '.join(SOURCES)} --top core", "hierarchy -check", "proc", "flatten", "tee -o out stat"]
    report = run_yosys(passes, {name: texts[name] for name in SOURCES}, "out", allows_warnings=True)
    [assertions] = re.findall(r"(\d+) +\$check", report)
    assert int(assertions) > 10
    assert "$dff" in report or "$sdff" in report


def test_the_wrapper_connects_every_port_of_the_unit(made):
    for name in NAMES:
        ports = set(re.findall(r"^    (?:input|output) +wire .*?(\w+),?$", made(name)["trap_unit.v"], re.MULTILINE))
        wired = set(re.findall(r"^      \.(\w+)\(", made(name)["trap_unit_wrapper.sv"], re.MULTILINE))
        assert ports == wired
        template = set(re.findall(r"^      \.(\w+) +\(\1\)", made(name)["trap_unit_instance.vh"], re.MULTILINE))
        assert ports == template


@pytest.mark.parametrize("name", NAMES)
def test_the_template_is_an_instance_that_tools_accept(folder, say, name):
    place = folder(name)
    reset = "rst_n" if name == "full 64" else "rst"
    width = 31 if name == "mu 32" else 63
    extra = "" if name != "max" else ", input wire [63:0] mtime, input wire [63:0] mtvec_reset"
    text = f"module core (input wire clk, input wire {reset}, input wire [{width}:0] hartid{extra});\n"
    text += '`include "trap_unit_instance.vh"\nendmodule\n'
    (place / "core.v").write_text(text)
    quiet = ["-Wno-UNDRIVEN", "-Wno-UNUSEDSIGNAL"]
    command = ["verilator", "--lint-only", "-Wall", *quiet, "--top-module", "core", "core.v", "trap_unit.v"]
    assert say(*command, cwd=place) == ""
    files = ["-Wno-timescale", "-o", "/dev/null", "-s", "core", "core.v", "trap_unit.v"]
    assert say("iverilog", "-g2005", "-Wall", *files, cwd=place) == ""


def test_codes_in_the_package_are_those_of_the_header(made):
    for name in NAMES:
        package = dict(re.findall(r"(\w+) = (\d+'[dh]\w+)", made(name)["trap_unit_pkg.sv"]))
        header = dict(re.findall(r"`define UTRAP_(\w+) +(\d+'[dh]\w+)", made(name)["trap_unit.vh"]))
        assert package == header
