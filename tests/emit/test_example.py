"""The worked example: a core around the generated unit runs its program, and its testbench sees faults."""

import pytest


@pytest.fixture
def run(root, files_of, say, tmp_path):
    """Run the example's testbench, with replacements in the core or the unit; returns what it says."""

    def run(*replacements: tuple[str, str]) -> str:
        files = {name: (root / "examples" / "verilog" / name).read_text() for name in ("tiny_core.v", "testbench.v")}
        files |= {name: text for name, text in files_of("full 64").items() if name.endswith((".v", ".vh"))}
        for old, new in replacements:
            assert sum(old in text for text in files.values()) == 1, f"{old!r} is not in one file"
            files = {name: text.replace(old, new) for name, text in files.items()}
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        sources = sorted(name for name in files if name.endswith(".v"))
        said = say("iverilog", "-g2005", "-Wall", "-o", "testbench", *sources, cwd=tmp_path)
        return said or say("vvp", "testbench", cwd=tmp_path)

    return run


def test_the_program_runs_to_its_end_as_it_should(run):
    said = run().splitlines()
    assert said[0] == "PASS: 14 traps and returns"
    assert all("$finish called" in line for line in said[1:])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # In the core.
        (".commit_pc(pc)", ".commit_pc(pc + 64'd4)"),
        (".commit_cause(cause)", ".commit_cause(6'd2)"),
        ("if (answer_redirect)", "if (1'b0)"),
        ("raises <= is_faulty;", "raises <= 1'b0;"),
        ("raise_tval <= {32'd0, insn};", "raise_tval <= 64'd0;"),
        ("cycles <= extension_wdata;", "cycles <= 64'd0;"),
        ("csr_address == MCYCLE || csr_address == CYCLE", "csr_address == MCYCLE"),
        ("x[rd] <= answer_rdata;", "x[rd] <= 64'd0;"),
        ("interrupt_request && !raises && !is_wfi", "1'b0"),
        # In the unit.
        ("mode_prv <= 2'd3;\n      mode_v", "mode_prv <= 2'd1;\n      mode_v"),
        ("assign interrupt_request =", "assign interrupt_request = 1'b0; wire nothing ="),
        ("assign answer_rdata =", "assign answer_rdata = 64'd1; wire [63:0] nothing ="),
    ],
)
def test_a_fault_is_seen(run, old, new):
    assert "FAIL: " in run((old, new))


def test_the_core_is_accepted_by_the_linters(root, files_of, say, tmp_path):
    for name in ("trap_unit.v", "trap_unit.vh"):
        (tmp_path / name).write_text(files_of("full 64")[name])
    core = root / "examples" / "verilog" / "tiny_core.v"
    command = ["verilator", "--lint-only", "-Wall", f"-I{tmp_path}", core, tmp_path / "trap_unit.v"]
    assert say(*command) == ""
    assert "PINMISSING" in say(
        "verilator", "--lint-only", "-Wall", f"-I{tmp_path}", tmp_path / "trap_unit.v", _without(core, tmp_path)
    )


def _without(core, folder):
    """The core with one of the unit's ports forgotten."""
    path = folder / "tiny_core.v"
    path.write_text(core.read_text().replace("      .hart_fiom(),\n", ""))
    return path
