"""The forms of the Verilog: names, and resets. The text differs where it must, and the hart is the same."""

import re
from typing import Any

import pytest

from utrap.config import Config
from utrap.csr.configured import csrs
from utrap.form import Form
from utrap.products.file_set import products
from utrap.products.port_list import port_groups
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist

ASIC: dict[str, Any] = {"reset": "asynchronous", "reset_active": "low", "initial_values": False}
FORMS = [{key: value} for key, value in ASIC.items()] + [ASIC]


@pytest.fixture(scope="module")
def written():
    """The Verilog of a profile in a form."""
    units = {}

    def written(profile, form, **changes):
        key = (profile, tuple(changes))
        if key not in units:
            unit = TrapUnit(Config.profile(profile, 64, **changes))
            units[key] = unit, make_netlist(unit)
        return write_module(*units[key], form)

    return written


def body(text):
    """The module without the header's comments."""
    return text[text.index("\nmodule ") :]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: ",".join(form))
@pytest.mark.parametrize("profile", ["mu", "full"])
def test_a_form_differs_in_its_own_lines_alone(written, profile, form):
    """What the form is about, put back, gives the text of the default, which is proved and simulated."""
    text, default = body(written(profile, Form(**form))), body(written(profile, Form()))
    assert text != default
    if "reset" in form:
        text = re.sub(r"@\(posedge clk or (posedge rst|negedge rst_n)\)", "@(posedge clk)", text)
    if "reset_active" in form:
        text = text.replace("input  wire         rst_n,", "input  wire         rst,").replace("if (~rst_n)", "if (rst)")
    if "initial_values" in form:
        resets = dict(re.findall(r"^  reg .*?(\w+) = (\S+);$", default, re.MULTILINE))
        text = re.sub(r"^  reg (.*?)(\w+);$", lambda found: f"  reg {found[1]}{found[2]} = {resets[found[2]]};", text,
                      flags=re.MULTILINE)  # fmt: skip
    assert text == default


def test_the_blocks_of_registers_without_reset_are_indented_like_the_others(written):
    text = body(written("full", Form(**ASIC), reset_state="required"))
    blocks = re.findall(r"^( *)always @\(.*\)( begin)?\n( *)if ", text, re.MULTILINE)
    assert {(outer, inner) for outer, _, inner in blocks} == {("  ", "    ")}
    assert {begin for _, begin, _ in blocks} == {"", " begin"}


def test_the_files_name_the_form_that_makes_them_again(utrap, tmp_path):
    settings = ["--set", "reset=asynchronous", "--set", "reset_active=low", "--set", "initial_values=false"]
    result = utrap("generate", "--profile", "mu", "--name", "little", *settings, "-o", str(tmp_path))
    assert result.returncode == 0
    stated = dict(re.findall(r"^//   (\w+) += (.*)$", (tmp_path / "little.v").read_text(), re.MULTILINE))
    assert {key: stated[key] for key in ASIC} == {
        "reset": "asynchronous",
        "reset_active": "low",
        "initial_values": "false",
    }
    again = [part for key, value in stated.items() if key != "xlen" for part in ("--set", f"{key}={value}")]
    assert utrap("generate", "--name", "little", *again, "-o", str(tmp_path / "again")).returncode == 0
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


@pytest.mark.parametrize(
    ("form", "changes"),
    [
        (ASIC, {}),
        (ASIC, {"reset_state": "required"}),
        (ASIC, {"mtvec_reset": "port"}),
        ({"reset_active": "low"}, {"reset_state": "required"}),
    ],
    ids=str,
)
def test_every_form_is_accepted_without_a_warning(written, say, tmp_path, form, changes):
    (tmp_path / "trap_unit.v").write_text(written("msu", Form(**form), **changes))
    assert say("verilator", "--lint-only", "-Wall", "trap_unit.v", cwd=tmp_path) == ""
    assert say("iverilog", "-g2005", "-Wall", "-o", "/dev/null", "trap_unit.v", cwd=tmp_path) == ""


#: Two units side by side, with the same inputs in every cycle; `changed` is in another form than `plain`.
BESIDE = """`timescale 1ns / 1ns
module bench;
  reg clk = 1'b0, rst = 1'b1, is_alike = 1'b0;
  integer cycle, differences = 0, compared = 0;
  reg [11:0] addresses [0:{last}];
{declarations}
  plain a (.clk(clk), .rst(rst), {a});
  changed b (.clk(clk), {reset}, {b});
  initial begin
{table}
    for (cycle = 0; cycle < 4000; cycle = cycle + 1) begin
{stimuli}
      commit_csr_address = addresses[$unsigned($random) % {count}];
      rst = cycle < 2 || $unsigned($random) % 64 == 0;
      #5 if (!rst) begin
        compared = compared + 1;
        if ({{{as_}}} !== {{{bs}}}) differences = differences + 1;
      end
      clk = 1'b1;
      #5 clk = 1'b0;
    end
    $display("%0d differences in %0d cycles", differences, compared);
    // A reset between two edges of the clock.
    commit_op = 3'd0;
    rst = 1'b0;
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    commit_op = 3'd4;
    #1 clk = 1'b1;
    #1 clk = 1'b0;
    commit_op = 3'd0;
    #1 $display("modes %0d %0d", a_hart_mode, b_hart_mode);
    rst = 1'b1;
    #1 $display("modes %0d %0d", a_hart_mode, b_hart_mode);
    rst = 1'b0;
    #1 $display("modes %0d %0d", a_hart_mode, b_hart_mode);
  end
endmodule
"""


def beside(config, form):
    """The bench of a unit in the plain form and in another."""
    unit = TrapUnit(config)
    unit._MustUse__used = True
    ports = [port for group in port_groups(unit) for port in group.ports if port.name not in ("clk", "rst")]
    inputs = [port for port in ports if port.direction == "input"]
    outputs = [port for port in ports if port.direction == "output"]
    addresses = [row.address for row in csrs(config)]
    lines = [f"  reg [{port.width - 1}:0] {port.name} = 0;" for port in inputs]
    lines += [f"  wire [{port.width - 1}:0] {unit}_{port.name};" for port in outputs for unit in "ab"]

    def connected(unit):
        pairs = [(port.name, port.name) for port in inputs] + [(port.name, f"{unit}_{port.name}") for port in outputs]
        return ", ".join(f".{port}({wire})" for port, wire in pairs)

    words = "{$random, $random}"
    return BESIDE.format(
        last=len(addresses) - 1,
        count=len(addresses),
        declarations="\n".join(lines),
        table="\n".join(f"    addresses[{n}] = 12'h{address:03x};" for n, address in enumerate(addresses)),
        stimuli="\n".join(
            f"      {port.name} = {words if port.width > 32 else '$random'};"
            for port in inputs
            if port.name != "hartid"
        ),
        reset=".rst(rst)" if form.reset_active == "high" else ".rst_n(!rst)",
        a=connected("a"), b=connected("b"),
        as_=", ".join(f"a_{port.name}" for port in outputs), bs=", ".join(f"b_{port.name}" for port in outputs),
    )  # fmt: skip


@pytest.fixture
def run_beside(written, say, tmp_path):
    """What a simulation of both says; the second's text may be changed."""

    def run(form, change=lambda text: text):
        form = Form(name="changed", **form)
        (tmp_path / "plain.v").write_text(written("msuh", Form(name="plain")))
        (tmp_path / "changed.v").write_text(change(written("msuh", form)))
        (tmp_path / "bench.v").write_text(beside(Config.profile("msuh"), form))
        assert say("iverilog", "-g2005", "-o", "bench", "bench.v", "plain.v", "changed.v", cwd=tmp_path) == ""
        return say("vvp", "-n", "bench", cwd=tmp_path).splitlines()

    return run


@pytest.mark.parametrize("form", [ASIC, {"reset_active": "low"}], ids=lambda form: ",".join(form))
def test_in_every_form_the_unit_answers_alike_in_every_cycle(run_beside, form):
    alike, *modes = run_beside(form)
    assert re.fullmatch(r"0 differences in 39\d\d cycles", alike)
    # MRET led out of M; a reset that no edge of the clock sees acts where it is asynchronous alone.
    is_asynchronous = "reset" in form
    before = modes[0].split()[1]
    assert before != "3"
    assert modes == [f"modes {before} {before}", *[f"modes {before} {3 if is_asynchronous else before}"] * 2]


def test_a_form_that_changes_the_unit_is_seen(run_beside):
    fault = ("mepc_pc <= 63'd0;", "mepc_pc <= 63'd1;")
    assert not run_beside(ASIC, lambda text: text.replace(*fault))[0].startswith("0 differences")


@pytest.mark.parametrize("form", [{}, ASIC], ids=str)
def test_only_what_must_be_reset_is(written, form):
    text = body(written("msuh", Form(**form), reset_state="required"))
    blocks = re.findall(r"always [^\n]*\n    if \((?:rst|~rst_n)\) begin\n(.*?)    end", text, re.DOTALL)
    reset = set(re.findall(r"(\w+) <= ", "".join(blocks)))
    assert {"mode_prv", "mode_v", "mstatus_mie", "mstatus_mprv", "mcause_code", "vsatp_mode", "hgatp_mode"} <= reset
    assert reset & {"mepc_pc", "mtvec_base", "medeleg_breakpoint", "satp_ppn", "mie_meie", "vsstatus_sie"} == set()


SOC = """module soc (input wire clk, input wire rst_n, output wire [2:0] big_mode, output wire [2:0] little_mode);
`include "big.vh"
`include "little.vh"
  big big_hart (.clk(clk), .rst(!rst_n), .hartid(64'd0), .commit_op(`BIG_OP_NONE),
                .commit_cause(`BIG_CAUSE_ECALL_FROM_S), .hart_mode(big_mode));
  little little_hart (.clk(clk), .rst_n(rst_n), .hartid(32'd1), .commit_op(`LITTLE_OP_NONE), .hart_mode(little_mode));
endmodule
"""


@pytest.fixture
def soc(tmp_path):
    """A folder with the files of two harts of different configuration, and a module around both."""
    made = [
        *products(Config.profile("full", 64), Form(name="big")),
        *products(Config.profile("mu", 32), Form(name="little", reset="asynchronous", reset_active="low")),
    ]
    for product in made:
        (tmp_path / product.name).write_text(product.text)
    assert len({product.name for product in made}) == len(made)
    (tmp_path / "soc.v").write_text(SOC)
    return tmp_path


@pytest.mark.parametrize("order", [("soc.v", "big.v", "little.v"), ("little.v", "soc.v", "big.v")])
def test_two_harts_of_different_configuration_live_in_one_soc(soc, say, order):
    assert say("verilator", "--lint-only", "-Wall", "-Wno-PINMISSING", "--top-module", "soc", *order, cwd=soc) == ""
    files = ["-Wno-portbind", "-s", "soc", "-o", "/dev/null", *order]
    assert say("iverilog", "-g2005", "-Wall", "-Wno-timescale", *files, cwd=soc) == ""


def test_the_names_of_two_harts_have_nothing_in_common(soc):
    """Macros, guards and files."""
    for suffix in (".vh", ".h"):
        defined: dict[str, str] = {}
        for path in soc.glob("*" + suffix):
            for name in re.findall(r"^[`#]define (\w+)", path.read_text(), re.MULTILINE):
                assert defined.setdefault(name, path.name) == path.name
        assert {name.partition("_")[0] for name in defined} == {"BIG", "LITTLE"}
    assert "trap_unit" not in (soc / "big.core").read_text()
    assert "utrap:riscv:big:" in (soc / "big.core").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "9x"], "--name '9x': it must be an identifier of Verilog: letters, digits and _"),
        (["--name", "logic"], "--name 'logic': it is a keyword of Verilog or SystemVerilog"),
        (["--name", "utrap"], "--name 'utrap': its macros would be those of trap_unit"),
        (["--set", "reset=async"], "--set reset=async: must be one of synchronous, asynchronous"),
        (["--set", "reset_active=both"], "--set reset_active=both: must be one of high, low"),
        (["--set", "initial_values=some"], "--set initial_values=some: initial_values is true or false"),
        (["--set", "reset_state=none"], "--set reset_state=none: must be one of all, required"),
    ],
)
def test_a_wrong_form_is_one_line(utrap, tmp_path, arguments, message):
    result = utrap("generate", *arguments, "-o", str(tmp_path / "out"))
    assert (result.stderr, result.returncode) == (f"utrap: {message}\n", 2)
    assert not (tmp_path / "out").exists()


def test_other_commands_look_at_the_default_form_and_say_so(utrap):
    result = utrap("csrs", "--set", "reset=asynchronous")
    assert result.returncode == 2
    assert result.stderr.startswith("utrap: --set reset=asynchronous: it is about the text of the Verilog")
