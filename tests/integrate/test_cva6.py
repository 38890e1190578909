"""CVA6 with the unit: the same verdicts and cycles as with its own CSR file, no loop more, and traps that U takes.

Two builds are made: CVA6 as it is, and with the unit of the variant `msun`, which runs every program.
"""

import os
import subprocess
from dataclasses import replace

import pytest

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.products.verilog_header import verilog_header
from utrap.products.verilog_module import verilog
from utrap_integrate.beside import Beside
from utrap_integrate.building import build, files_of, unit_config
from utrap_integrate.compare import Comparison, run
from utrap_integrate.core import Insertion
from utrap_integrate.loops import loops
from utrap_integrate.programs import load_program
from utrap_integrate.simulation import Event, simulate
from utrap_sim.simulators.installed import find_simulator
from utrap_testbench.boundary import Op

#: What both run, to the cycle; nothing has to be explained.
TRAPS = ("exceptions", "interrupts", "paging")
COMMON = (*TRAPS, "outside", "debug")
MAX_CYCLES = 100_000


def variant_of(core, name):
    return next(variant for variant in core.variants if variant.name == name)


def image_of(core, name):
    return load_program(core, next(program for program in core.programs if program.name == name))


@pytest.fixture(scope="module")
def original(cva6):
    return build(cva6, variant_of(cva6, "msu"), False)


@pytest.fixture(scope="module")
def with_unit(cva6):
    return build(cva6, variant_of(cva6, "msun"), True)


@pytest.fixture(scope="module")
def played(cva6, original, with_unit):
    """How each program went on CVA6 as it is, and with the unit."""

    def play(name):
        image = image_of(cva6, name)
        return run(original, image, MAX_CYCLES), run(with_unit, image, MAX_CYCLES)

    return {name: play(name) for name in (*COMMON, "mended")}


@pytest.mark.parametrize("name", COMMON)
def test_a_program_takes_the_same_cycles_instructions_and_traps(played, name):
    before, after = played[name]
    assert before.verdict == after.verdict == "PASS"
    assert Comparison(name=name, original=before, unit=after).differences == []
    assert after.compared > 100  # events at the unit's ports that agree with the golden model


def test_a_core_that_does_not_go_where_the_unit_says_is_told(cva6, with_unit):
    """The pc of an exception right behind a trap or a return is another than the target."""
    layout = with_unit.layout
    beside, told = Beside(unit_config(cva6, with_unit.variant), layout, counts_commits=True), []
    for event in simulate(with_unit, image_of(cva6, "exceptions"), MAX_CYCLES):
        if isinstance(event, Event):
            low = layout.inputs.offset["commit.pc"]
            is_exception = layout.inputs.value(event.inputs, "commit.op") == Op.EXCEPTION
            moved = f"{int(event.inputs, 16) ^ 8 << low:0{layout.inputs.digits}x}" if is_exception else event.inputs
            told.append(beside.compare(replace(event, inputs=moved)))
    assert any("commit.pc: expected 0x" in line for line in told)


def test_more_than_300_traps_are_compared(played):
    assert sum(len(after.traps) for name, (_, after) in played.items() if name in TRAPS) > 300


def test_every_cause_of_m_s_and_u_is_taken(played):
    causes = {trap.cause for name in TRAPS for trap in played[name][1].traps}
    interrupts = {1 << 63 | code for code in (1, 3, 5, 7, 9, 11)}
    # With compressed instructions none is misaligned: there is no cause 0.
    assert causes == {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15} | interrupts


def test_what_the_own_file_gets_wrong_is_right_with_the_unit(played):
    before, after = played["mended"]
    assert before.verdict == "FAIL 1"
    assert after.verdict == "PASS"
    assert not after.differs


def test_user_level_traps_come_to_u_and_return(cva6, with_unit):
    result = run(with_unit, image_of(cva6, "user"), MAX_CYCLES)
    assert (result.verdict, result.differs) == ("PASS", "")
    assert len(result.traps) > 100


@pytest.fixture(scope="module")
def own_loops(cva6):
    return loops(files_of(cva6, variant_of(cva6, "msu"), False))


def test_the_adapter_closes_no_loop_that_the_core_does_not_have(cva6, own_loops):
    assert own_loops, "Verilator sees CVA6's own loops"
    for variant in cva6.variants:
        assert loops(files_of(cva6, variant, True)) == own_loops


def test_a_verdict_that_depends_on_the_event_closes_one(cva6, own_loops, tmp_path):
    outside, pipeline = cva6.adapter_parts
    own = (cva6.example / pipeline).read_text()
    faulty = tmp_path / "faulty.sv"
    faulty.write_text(
        own.replace(".answer_fault        ()", ".answer_fault        (fault)")
        .replace("  trap_unit i_trap_unit (", "  logic [1:0] fault;\n  trap_unit i_trap_unit (")
        .replace("is_access && legality_csr != `UTRAP_FAULT_NONE", "is_access && fault != `UTRAP_FAULT_NONE")
    )
    assert faulty.read_text().count("fault") > own.count("fault") + 2
    looped = files_of(replace(cva6, adapter_parts=(outside, str(faulty))), variant_of(cva6, "msu"), True)
    assert len(loops(looped)) > len(own_loops)


def test_a_place_for_an_insertion_that_is_not_there_once_is_one_clear_line(cva6):
    for line, count in (("// no such line", 0), ("end", None)):
        wrong = Insertion(file="core/decoder.sv", after=line, text="")
        with pytest.raises(UserError) as refusal:
            files_of(cva6, replace(variant_of(cva6, "msun"), insertions=(wrong,)), True)
        message = str(refusal.value)
        assert "core/decoder.sv has" in message
        assert repr(line) in message
        assert "\n" not in message
        assert count is None or f"has {count} lines" in message


def test_what_is_inserted_is_two_lines(cva6):
    assert sum(len(insertion.text.splitlines()) for insertion in variant_of(cva6, "msun").insertions) == 2


H = {"satp_modes": ("bare", "sv39"), "hgatp_modes": ("bare", "sv39x4"), "vs": False, "mtvec_reset": "port"}
MSU = {"satp_modes": ("bare", "sv39"), "vs": False, "mtvec_reset": "port"}


@pytest.mark.parametrize(
    ("profile", "changes", "macros"),
    [
        ("full", H, ("UTRAP_H", "UTRAP_N", "UTRAP_FS")),
        ("msuh", {**H, "fs": False}, ("UTRAP_H",)),
        ("msu", MSU, ("UTRAP_FS",)),
    ],
)
def test_the_adapter_fits_the_ports_of_the_cva6_with_a_hypervisor(cva6, profile, changes, macros, tmp_path):
    config = Config.profile(profile, counters="zihpm", **changes)
    (tmp_path / "trap_unit.v").write_text(verilog(config))
    (tmp_path / "trap_unit.vh").write_text(verilog_header(config))
    parts = ("adapter_h/declarations.sv", *cva6.adapter_parts, "adapter_h/csr_regfile.sv")
    # The unit's ports that nobody needs are open, and the stub has no use for what the adapter gives it.
    quiet = ("PINMISSING", "PINCONNECTEMPTY", "DECLFILENAME", "UNUSEDSIGNAL", "UNUSEDPARAM")
    command = ["verilator", "--lint-only", "-Wall", *(f"-Wno-{name}" for name in quiet)]
    command += [*(f"+define+{name}" for name in macros), "-I.", "--top-module", "declarations", "trap_unit.v"]
    command += [str(cva6.example / part) for part in parts]
    environment = {**os.environ, **find_simulator("verilator", for_cocotb=False).environment}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_sources_give_the_bytes_that_are_committed(needs, cva6, tmp_path):
    compiler = "riscv64-unknown-elf-gcc"
    needs(compiler)
    version = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True).stdout.strip()
    if version != "12.2.0":
        pytest.skip(f"{compiler} {version} makes other bytes than 12.2.0")
    folder = cva6.example / "programs"
    subprocess.run(["make", "-s", "-C", folder, f"OUT={tmp_path}"], check=True)
    for name in (program.name for program in cva6.programs):
        assert (tmp_path / f"{name}.elf").read_bytes() == (folder / f"{name}.elf").read_bytes(), name
