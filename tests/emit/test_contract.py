"""The contract's assertions: silent on a core that keeps them, and each fires on a core that breaks it."""

import re
import subprocess
from types import SimpleNamespace

import pytest

from utrap.config import Config
from utrap.form import Form
from utrap.products.contract_clauses import IN_RESET, clauses
from utrap.products.file_set import products

#: A bench that commits what a scenario says; every port that it does not name is 0.
BENCH = """`timescale 1ns / 1ns
`include "trap_unit.vh"
module bench;
  reg clk = 1'b0, {reset} = {active};
  reg [63:0] hartid = 64'd0;
{declarations}
  integer scenario;
  trap_unit unit (
{ports}
  );
{checker}
  task cycle; begin #5 clk = 1'b1; #5 clk = 1'b0; commit_op = 0; commit_fs_dirty = 0; end endtask
  task commit(input [3:0] op, input [5:0] cause, input [63:0] pc, input [63:0] tval);
    begin commit_op = op; commit_cause = cause; commit_pc = pc; commit_tval = tval; cycle; end
  endtask
  task write(input [11:0] csr, input [63:0] value);
    begin commit_csr_address = csr; commit_csr_op = 1; commit_csr_wdata = value; commit(1, 0, 0, 0); end
  endtask
  initial begin
    if (!$value$plusargs("scenario=%d", scenario)) scenario = 0;
    cycle; cycle; {reset} = !{active}; cycle;
    case (scenario)
{scenarios}
    endcase
    cycle; cycle;
    $display("END");
    $finish;
  end
endmodule
"""

#: What a core does to break each clause, from M after reset on; and what keeps the contract.
BREAKS = {
    "inputs_are_known": "lines_meip = 1'bx; cycle;",
    "operation_exists": "commit(13, 0, 0, 0);",
    "hart_number_stays": "hartid = 64'd1; cycle;",
    "pc_is_aligned": "commit(2, 3, 64'h1001, 0);",
    "cause_exists": "commit(2, 6'd14, 64'h1000, 0);",
    "ecall_is_of_the_mode": "commit(2, 8, 64'h1000, 0);",
    "ecall_has_no_value": "commit(2, 11, 64'h1000, 64'd5);",
    "fetch_is_aligned": "commit(2, 0, 64'h1000, 64'h1002);",
    "machine_mode_fetches_without_pages": "commit(2, 12, 64'h1000, 64'h1000);",
    "virtual_instruction_is_a_guests": "commit(2, 22, 64'h1000, 64'h73);",
    "guest_fetches_fault_in_guests": "commit_gva = 1; commit(2, 20, 64'h1000, 64'h1000);",
    "guest_page_fault_has_gva": "commit(2, 21, 64'h1000, 64'h1000);",
    "fetch_has_gva_in_guests_alone": "commit_gva = 1; commit(2, 1, 64'h1000, 64'h1000);",
    "no_gva_without_an_address": "commit_gva = 1; commit(2, 2, 64'h1000, 64'h13);",
    "fs_dirty_where_fs_is_on": "commit_fs_dirty = 1; cycle;",
    "vs_dirty_where_vs_is_on": "commit_vs_dirty = 1; cycle; commit_vs_dirty = 0;",
    "fault_is_raised": "write(12'h7c0, 0); commit(4, 0, 0, 0);",
    "redirect_is_followed": "write(`UTRAP_CSR_MTVEC, 64'h800); commit(2, 2, 64'h1000, 0); commit(2, 2, 64'h1004, 0);",
    "halt_has_its_cause": "commit_halt_cause = 4; commit(10, 0, 64'h1000, 0);",
    # An exception while MDT is 1.
    "stopped_hart_is_silent": "commit(2, 2, 64'h1000, 0); commit(4, 0, 0, 0);",
}
KEEPS = {
    "a trap and the way back": "write(`UTRAP_CSR_MTVEC, 64'h800); commit(2, 2, 64'h1000, 64'h13);"
    " commit(4, 0, 0, 0); commit(2, 3, 64'h1000, 64'h1000);",
    "a fault that is asked about twice, then raised": "write(12'h7c0, 0); write(12'h7c0, 0); cycle;"
    " commit(2, 2, 64'h1000, 64'h7c001073);",
    "a fault, and an interrupt that does not come": "write(12'h7c0, 0); commit(3, 0, 64'h1000, 0); commit(4, 0, 0, 0);",
    "floating-point state where it is on": "write(`UTRAP_CSR_MSTATUS, 64'h2000); commit_fs_dirty = 1; cycle;",
    "a custom cause": "commit(2, 6'd63, 64'h1000, 64'd5);",
    "an ECALL": "commit(2, 11, 64'h1000, 0);",
}
#: Every clause is in one of these.
CONFIGS = {
    "full": Config.profile("full", 64, sdext=True),
    "stops": Config.profile("full", 64, smdbltrp=True),
}


def bench(files, config, form, checker=True):
    """The bench's text for a configuration's files."""
    ports = re.findall(r"^    (input|output) +wire +(\[\d+:0\] +)?(\w+),?$", files["trap_unit.v"], re.MULTILINE)
    own = {"clk", form.reset_port, "hartid"}
    declarations = [
        f"  {'reg' if kind == 'input' else 'wire'} {width.strip()} {name}{' = 0' if kind == 'input' else ''};"
        for kind, width, name in ports
        if name not in own
    ]
    wires = ",\n".join(f"    .{name}({name})" for _, _, name in ports)
    if not config.sdext:
        declarations.append("  reg [2:0] commit_halt_cause = 0;")
    inside = set(re.findall(r"^    input wire +(?:\[\d+:0\] )?(\w+),?$", files["trap_unit_contract.sv"], re.MULTILINE))
    explicit = f"  trap_unit_contract contract ({', '.join(f'.{name}({name})' for name in sorted(inside))});"
    all_ = [*BREAKS.values(), *KEEPS.values()]
    return BENCH.format(
        reset=form.reset_port,
        active="1'b1" if form.reset_active == "high" else "1'b0",
        declarations="\n".join(declarations),
        ports=wires,
        checker=explicit if checker else "",
        scenarios="\n".join(f"      {number}: begin {text} end" for number, text in enumerate(all_, 1)),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The bench of each configuration under Icarus, which gets the checker as an instance."""
    found = {}
    for name, config in CONFIGS.items():
        folder = tmp_path_factory.mktemp(name)
        files = {product.name: product.text for product in products(config)}
        for file, text in {**files, "bench.v": bench(files, config, Form())}.items():
            (folder / file).write_text(text)
        sources = ["bench.v", "trap_unit.v", "trap_unit_contract.sv"]
        subprocess.run(["iverilog", "-g2012", "-o", "bench", "-s", "bench", *sources], cwd=folder, check=True)
        found[name] = folder
    return found


def fired(folder, number):
    """The clauses that a scenario breaks."""
    said = subprocess.run(["vvp", "-n", "bench", f"+scenario={number}"], cwd=folder, capture_output=True, text=True)
    assert "END" in said.stdout, said.stdout + said.stderr
    return set(re.findall(r"Scope: bench\.contract\.(\w+)", said.stdout))


def test_every_clause_is_broken_once():
    known = {clause.name for config in CONFIGS.values() for clause in clauses(config, Form())}
    assert known == set(BREAKS)
    others = {clause.name for clause in clauses(Config.profile("mu"), Form())} - known
    assert others == {"machine_mode_accesses_without_pages"}


@pytest.mark.parametrize("clause", BREAKS)
def test_a_core_that_breaks_a_clause_is_told_which(built, clause):
    name = "stops" if clause == "stopped_hart_is_silent" else "full"
    number = list(BREAKS).index(clause) + 1
    assert clause in fired(built[name], number)


@pytest.mark.parametrize("scenario", KEEPS)
def test_a_core_that_keeps_the_contract_hears_nothing(built, scenario):
    number = len(BREAKS) + list(KEEPS).index(scenario) + 1
    assert fired(built["full"], number) == set()


@pytest.fixture
def tiny(root, files_of, say, tmp_path):
    """Run the example's testbench with the contract beside it, with replacements in the core."""

    def tiny(*replacements):
        files = {name: (root / "examples" / "verilog" / name).read_text() for name in ("tiny_core.v", "testbench.v")}
        files |= files_of("full 64")
        for old, new in replacements:
            assert old in files["tiny_core.v"]
            files["tiny_core.v"] = files["tiny_core.v"].replace(old, new)
        inside = re.findall(r"^    input wire +(?:\[\d+:0\] )?(\w+),?$", files["trap_unit_contract.sv"], re.MULTILINE)
        ports = ", ".join(f".{name}(core.unit.{name})" for name in inside)
        checker = f"  trap_unit_contract contract ({ports});\nendmodule"
        files["testbench.v"] = files["testbench.v"].replace("endmodule", checker)
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        sources = ["testbench.v", "tiny_core.v", "trap_unit.v", "trap_unit_contract.sv"]
        assert say("iverilog", "-g2012", "-o", "testbench", *sources, cwd=tmp_path) == ""
        said = say("vvp", "-n", "testbench", cwd=tmp_path)
        return SimpleNamespace(passes="PASS" in said, fired=set(re.findall(r"Scope: testbench\.contract\.(\w+)", said)))

    return tiny


def test_the_small_core_keeps_the_contract(tiny):
    result = tiny()
    assert (result.passes, result.fired) == (True, set())


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("executes && fault != `UTRAP_FAULT_NONE;", "1'b0;", "fault_is_raised"),
        (".commit_cause(cause)", ".commit_cause(cause == 6'd8 ? 6'd11 : cause)", "ecall_is_of_the_mode"),
        (".commit_tval(tval)", ".commit_tval(tval | 64'd4)", "ecall_has_no_value"),
    ],
)
def test_a_fault_of_the_small_core_is_told_by_its_clause(tiny, old, new, clause):
    assert clause in tiny((old, new)).fired


def test_verilator_binds_it_by_itself(files_of, say, tmp_path):
    """In an asynchronous form, whose clause about the reset is there too."""
    form = Form(reset="asynchronous", reset_active="low")
    files = {product.name: product.text for product in products(Config.profile("mu", 64), form)}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = [
        "verilator",
        "--assert",
        "-Wall",
        "--top-module",
        "trap_unit",
        "--json-only",
        "--json-only-output",
        "out.json",
    ]
    assert say(*command, "trap_unit.v", "trap_unit_contract.sv", cwd=tmp_path) == ""
    tree = (tmp_path / "out.json").read_text()
    assert re.search(r'"type":"CELL","name":"contract"', tree)
    assert IN_RESET.name in tree
