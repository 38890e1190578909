"""The core file: FuseSoC itself finds the files by it and lints them."""

import pytest

from utrap import __version__


@pytest.fixture
def core(files_of, tmp_path):
    """A folder with the files of one configuration."""
    folder = tmp_path / "core"
    folder.mkdir()
    for name, text in files_of("mu 32").items():
        (folder / name).write_text(text)
    return folder


def fusesoc(say, core, *arguments):
    return say("fusesoc", "--cores-root", core, *arguments, cwd=core.parent)


def test_fusesoc_knows_the_core(say, core):
    shown = fusesoc(say, core, "core", "show", "utrap:riscv:trap_unit")
    assert f"utrap:riscv:trap_unit:{__version__}" in shown
    assert "The trap unit of one RISC-V hart" in shown
    assert "lint" in shown
    assert "ended with status" not in shown


def test_the_lint_target_passes(say, core):
    said = fusesoc(say, core, "run", "--target", "lint", "utrap:riscv:trap_unit")
    assert "ended with status" not in said
    assert "Warning" not in said
    assert list(core.parent.rglob("build/**/trap_unit.v")), "nothing was linted"


def test_the_lint_target_fails_where_it_should(say, core):
    text = (core / "trap_unit.v").read_text()
    (core / "trap_unit.v").write_text(text.replace("endmodule", "wire [1:0] narrow = hartid;\nendmodule"))
    assert "ended with status" in fusesoc(say, core, "run", "--target", "lint", "utrap:riscv:trap_unit")


def test_another_core_can_depend_on_it(say, core):
    (core.parent / "soc.v").write_text(
        '`include "trap_unit.vh"\n'
        "module soc (input wire clk, input wire rst, output wire [2:0] mode);\n"
        "  trap_unit unit (.clk(clk), .rst(rst), .commit_op(`UTRAP_OP_NONE), .hart_mode(mode));\n"
        "endmodule\n"
    )
    (core.parent / "soc.core").write_text(
        "CAPI=2:\nname: ::soc:1\nfilesets:\n  rtl:\n    files: [soc.v]\n    file_type: verilogSource\n"
        "    depend: [utrap:riscv:trap_unit]\n"
        "targets:\n  lint:\n    default_tool: verilator\n    filesets: [rtl]\n    toplevel: soc\n"
        "    tools: {verilator: {mode: lint-only, verilator_options: [-Wall, -Wno-PINMISSING]}}\n"
    )
    said = say("fusesoc", "--cores-root", core.parent, "run", "--target", "lint", "::soc:1", cwd=core.parent)
    assert "ended with status" not in said
