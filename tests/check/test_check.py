"""`utrap check` on waveforms of the small core: it agrees, and each fault of the unit or the core is found."""

import re
import shlex

import pytest

from utrap.config import Config
from utrap.form import Form
from utrap.products.file_set import products
from utrap_sim.check.instance import Instance
from utrap_testbench.boundary import OUTPUTS

CORE = ("--retires", "core.retires", "--pc", "core.pc")


def test_the_core_and_its_unit_agree_and_what_was_not_looked_at_is_said(run, waves):
    result = run("check", waves())
    assert (result.status, result.err) == (0, "")
    said = [
        f"{waves()}: testbench.core.unit: agrees with the golden model in 89 cycles; 64 had news",
        "note: where the core goes was not looked at: --retires and --pc name its wires",
    ]
    assert result.out.splitlines() == said
    result = run("check", waves(), *CORE, "--in-order")
    assert (result.status, len(result.out.splitlines())) == (0, 1)


def test_fst_is_read_too(run, waves):
    path = waves(form="-fst")
    assert path.read_bytes()[:1] == b"\0"
    assert "agrees with the golden model in 89 cycles" in run("check", path).out


def test_an_asynchronous_reset_that_is_active_low_is_one(run, waves, sources):
    form = Form(reset="asynchronous", reset_active="low", initial_values=False)
    [text] = [each.text for each in products(Config.profile("full", 64), form) if each.name == "trap_unit.v"]
    unit = (sources["trap_unit.v"], text)
    path = waves(
        unit, (".clk(clk),\n      .rst(rst),\n      .hartid", ".clk(clk),\n      .rst_n(~rst),\n      .hartid")
    )
    result = run("check", path)
    assert (result.status, "agrees with the golden model in 89 cycles; " in result.out) == (0, True), result.out
    assert run("timeline", path).out == run("timeline", waves()).out.replace(str(waves()), str(path))


@pytest.mark.parametrize(
    ("change", "options", "event", "field"),
    [
        # In the unit: a mode that is wrong after reset; an interrupt that is never asked for; a read that is wrong.
        (("mode_prv <= 2'd3;\n      mode_v", "mode_prv <= 2'd1;\n      mode_v"), (), "in M", "hart.mode"),
        (("assign interrupt_request =", "assign interrupt_request = 1'b0; wire nothing ="), (), "no event", ""),
        (("assign answer_rdata =", "assign answer_rdata = 64'd1; wire [63:0] nothing ="), (), "CSR ", "answer.rdata"),
        # In the core: no exception for a fault; a wrong cause; a wrong pc; it stays where it is; no interrupt.
        (
            ("raises <= is_faulty;", "raises <= 1'b0;"),
            (),
            "CSR WRITE 0x340 (mscratch)",
            "commit.op: expected EXCEPTION",
        ),
        (("cause = hart_ecall_cause", "cause = 6'd9"), (), "exception 9", "commit.cause: expected 8 (ecall from U)"),
        ((".commit_pc(pc)", ".commit_pc(pc + 64'd4)"), CORE, "exception 2", "commit.pc: expected 0x204, got 0x208"),
        (("if (answer_redirect)", "if (1'b0)"), CORE, "no event", "commit.pc: expected 0x200, got 0x40"),
        (("interrupt_request && !raises", "1'b0"), (*CORE, "--in-order"), "no event", "commit.op: expected INTERRUPT"),
    ],
)
def test_a_fault_of_the_unit_or_of_the_core_is_found(run, waves, change, options, event, field):
    result = run("check", waves(change), *options)
    first, *fields = result.out.splitlines()
    assert (result.status, result.err) == (1, "")
    who = "core" if field.startswith("commit.") else "unit"
    assert re.match(rf".*: testbench\.core\.unit: the {who} differs at cycle \d+, \d+ ns", first)
    assert event in first
    assert any(line.startswith(f"  {field}") for line in fields)


def changed(path, folder, wire, change):
    """A copy of a waveform in which every value of one of the unit's wires is another."""
    text = path.read_text()
    unit = text.index("$scope module unit")
    [code, *_] = re.findall(rf"\$var \w+ \d+ (\S+) {wire} ", text[unit:])
    other = folder / "changed.vcd"
    other.write_text(re.sub(rf"^b(\S+) {re.escape(code)}$", lambda m: f"b{change(m[1])} {code}", text, flags=re.M))
    return other


def test_a_register_with_a_wrong_bit_in_the_waveform_is_found_by_its_field(run, waves, tmp_path):
    """medeleg is written 0x104; the file says 0x100."""
    path = changed(waves(), tmp_path, "medeleg", lambda digits: digits.replace("100000100", "100000000"))
    result = run("check", path, "-o", tmp_path / "found")
    assert result.status == 1
    first, second, *_ = result.out.splitlines()
    assert first.endswith(": CSR WRITE 0x302 (medeleg), operand 0x104 in M")
    assert second == "  medeleg.ILLEGAL_INSTRUCTION: expected 0x1, got 0x0"
    asked = next(line for line in result.out.splitlines() if line.startswith("  why: "))
    said = dict(line.strip().split(": ", 1) for line in result.out.splitlines()[2:] if ": " in line)
    assert said["again"] == f"utrap check {path} -o {tmp_path}/found"
    assert run(*shlex.split(said["replay"])[1:]).out.endswith(": 1 records, 1 agree\n")
    assert said["waves"] == f"gtkwave {tmp_path}/found/difference.gtkw"
    saved = (tmp_path / "found" / "difference.gtkw").read_text()
    time = re.search(r"cycle \d+, (\d+) ns", first)
    assert f'[dumpfile] "{path}"' in saved
    assert time is not None
    assert f" {time[1]} -1 " in saved
    assert "-differs\n@22\ntestbench.core.unit.medeleg[63:0]\n" in saved
    told = run(*shlex.split(asked)[2:])
    assert (told.status, told.out.splitlines()[0]) == (0, "write medeleg (0x302) in M, operand 0x104  [full RV64]")


def test_an_operand_with_unknown_bits_is_a_difference_where_the_unit_looks_at_it(run, waves, tmp_path):
    """Of every cycle: what CSR accesses do not look at is not missed before the first exception."""
    result = run("check", changed(waves(), tmp_path, "commit_tval", lambda digits: "x"))
    assert result.status == 1
    assert "commit.tval is xxxxxxxxxxxxxxxx at the unit's ports" in result.out.splitlines()[0]


def test_registers_that_the_file_lacks_are_not_compared_and_said(run, waves, tmp_path):
    text = re.sub(r"\$var \w+ 64 \S+ (mepc|mcause) [^$]*\$end\n", "", waves().read_text())
    (tmp_path / "a.vcd").write_text(text)
    result = run("check", tmp_path / "a.vcd")
    assert result.status == 0
    assert "note: not compared, for the file has them not: mepc, mcause" in result.out.splitlines()


def test_a_file_without_a_port_is_one_line_that_names_it(run, waves, tmp_path):
    (tmp_path / "a.vcd").write_text(re.sub(r"\$var \w+ \d+ \S+ commit_tval .*\n", "", waves().read_text()))
    result = run("check", tmp_path / "a.vcd")
    assert result.status == 2
    assert result.err == (
        f"utrap: {tmp_path}/a.vcd: testbench.core.unit lacks commit_tval: all ports of the unit are needed; "
        "is it another configuration? --profile, --xlen and --set choose it\n"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--profile", "msu"),
            "has commit_gva, commit_tinst, commit_tval2, hart_hgatp, .* and the configuration has not",
        ),
        (("--set", "sstc=true"), "lacks mtime: all ports"),
        (("--xlen", "32"), "has 64 bits of commit_csr_wdata, and the configuration 32"),
        (("--instance", "core"), "--instance core: .* there is testbench.core.unit"),
        (("--retires", "core.x"), "--retires core.x: .* has no such wire"),
        (("--retires", "core.nothing"), "--retires core.nothing: .* has no such wire"),
        (
            ("--retires", "cause"),
            "--retires cause: .* has several: write one in full: testbench.cause, testbench.core.c",
        ),
        (("--pc", "core.pc"), "--pc: it needs --retires"),
    ],
)
def test_what_does_not_fit_is_one_line(run, waves, options, said):
    result = run("check", waves(), *options)
    assert result.status == 2
    assert re.search(said, result.err)
    assert result.err.count("\n") == 1


def test_the_model_begins_with_the_state_after_reset_or_at_a_reset(run, waves):
    never = ("reg         rst = 1'b1;", "reg         rst = 1'b0;")
    first = ("reg [63:0] pc;", "reg [63:0] pc = 64'd0; initial begin raises = 1'b0; x[0] = 64'd0; cycles = 64'd0; end")
    late = (
        ("$dumpvars(0, testbench);", "$dumpvars(0, testbench); $dumpoff;"),
        ("wait (event_count == 12);", "wait (event_count == 12); $dumpon;"),
    )
    assert run("check", waves(never, first)).status == 0
    result = run("check", waves(*late))
    assert result.status == 2
    assert "testbench.core.unit.rst is never active, and the file does not begin in the state after reset" in result.err


@pytest.mark.parametrize("config", [Config.profile("mu", 64), Config.profile("msuh", 64)], ids=["mu", "msuh"])
def test_no_wire_inside_a_unit_is_called_as_another_configurations_port(config):
    text = next(product.text for product in products(config) if product.name == "trap_unit.v")
    wires: dict[str, int] = {}
    for width, names in re.findall(r"\b(?:wire|reg)\s*(?:\[(\d+):0\])?\s*([a-z_0-9, ]+)", text):
        wires |= dict.fromkeys((name.strip() for name in names.split(",")), int(width or 0) + 1)
    wires["clk"] = wires["rst"] = 1
    instance = Instance(config, wires.get)
    assert instance.unseen == ()
    assert {row.name for row in OUTPUTS if row.width(instance.model)} <= instance.outputs.offset.keys()
