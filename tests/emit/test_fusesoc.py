"""The core file: FuseSoC itself finds the files by it and lints them."""

import re
import shutil
import sys
from pathlib import Path

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


@pytest.fixture
def soc_folder(root, tmp_path):
    """The example's folder, copied, so that it can be changed."""
    return Path(shutil.copytree(root / "examples" / "fusesoc", tmp_path / "cores"))


def lint_soc(say, folder):
    return say("fusesoc", "--cores-root", folder, "run", "--target", "lint", "utrap:examples:soc", cwd=folder.parent)


def test_the_configurations_of_the_examples_core_file_are_generated_and_linted(say, soc_folder):
    said = lint_soc(say, soc_folder)
    assert "ended with status" not in said
    assert "Warning" not in said
    made = {path.name: path.read_text() for path in soc_folder.parent.rglob("build/**/*.v")}
    assert {"application.v", "controller.v"} <= made.keys()
    stated = dict(re.findall(r"^//   (\w+) += (.*)$", made["application.v"], re.MULTILINE))
    assert (stated["sstc"], stated["satp_modes"], stated["n"]) == ("true", "bare,sv39", "false")
    assert "negedge rst_n" in made["controller.v"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sstc: true", "stc: true", "'stc' is no field of the configuration; do you mean sstc?"),
        (
            "profile: mu",
            "kind: mu",
            "utrap: 'kind' is no parameter of the generator: there are name, profile, xlen, set",
        ),
    ],
)
def test_a_wrong_parameter_of_the_generator_is_told(say, soc_folder, old, new, message):
    core = soc_folder / "soc.core"
    core.write_text(core.read_text().replace(old, new, 1) if old in core.read_text() else "")
    said = lint_soc(say, soc_folder)
    assert message in said
    assert "ended with status" in said


def test_the_documented_lines_work_after_the_documented_setup(root, say, core):
    """The three lines of docs/generated-files.md, in a folder in which .venv is the environment of the tests."""
    lines = re.findall(
        r"^    (export .*|fusesoc .*trap_unit)$", (root / "docs" / "generated-files.md").read_text(), re.MULTILINE
    )
    assert len(lines) == 3
    (core.parent / "build").mkdir()
    core.rename(core.parent / "build" / "verilog")
    (core.parent / ".venv").symlink_to(Path(sys.executable).parents[1])
    said = say("env", "-i", "PATH=/usr/bin:/bin", f"HOME={core.parent}", "sh", "-ec", "\n".join(lines), cwd=core.parent)
    assert "ended with status" not in said
    assert list(core.parent.rglob("utrap_riscv_trap_unit_*/lint/*.vc"))
