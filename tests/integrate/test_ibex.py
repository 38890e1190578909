"""Ibex whole: its own CSR file and the unit, every program on both, the golden model beside it, and no new loop."""

import json
import subprocess
from dataclasses import replace

import pytest

from utrap_integrate.beside import Beside
from utrap_integrate.building import build, files_of, unit_config
from utrap_integrate.compare import Comparison, run
from utrap_integrate.loops import loops
from utrap_integrate.programs import load_program, programs_for
from utrap_integrate.simulation import Event, simulate

MAX_CYCLES = 100_000
EXCEPTIONS = {1, 2, 3, 5, 7, 8, 11}
INTERRUPTS = {3, 7, 11, *range(16, 31)}


@pytest.fixture(scope="module")
def both(ibex):
    """The first variant with its own CSR file and with the unit."""
    variant = ibex.variants[0]
    return build(ibex, variant, False), build(ibex, variant, True)


def image_of(core, name):
    return load_program(core, next(program for program in core.programs if program.name == name))


@pytest.fixture(scope="module")
def own_loops(ibex):
    """The core's own, by variant."""
    return {variant.name: loops(files_of(ibex, variant, False)) for variant in ibex.variants}


def events_of(built, image):
    return [happening for happening in simulate(built, image, MAX_CYCLES) if isinstance(happening, Event)]


def flipped(layout, vector, field, bit=0):
    """A vector with one bit of a field changed."""
    return f"{int(vector, 16) ^ 1 << layout.offset[field] + bit:0{layout.digits}x}"


@pytest.mark.parametrize("variant", ["two-stage", "three-stage"])
def test_every_program_runs_the_same_on_both(ibex, run, variant):
    result = run("integrate", "ibex", "--variant", variant)
    assert (result.status, result.err) == (0, "")
    rows = [line.split() for line in result.out.splitlines()[1:]]
    assert [row[0] for row in rows] == [program.name for program in ibex.programs for _ in range(2)]
    assert {row[2] for row in rows} == {"PASS"}
    assert all(row[-1] == "same" and row[-2] == "agree" for row in rows[1::2])


def test_the_programs_take_every_trap_of_the_profile(ibex, both):
    images = [load_program(ibex, program) for program in ibex.programs]
    traps = [trap for image in images for trap in run(both[1], image, MAX_CYCLES, has_model=False).traps]
    assert len(traps) > 400
    assert {trap.cause for trap in traps if not trap.cause >> 63} == EXCEPTIONS
    assert {trap.cause & 63 for trap in traps if trap.cause >> 63} == INTERRUPTS


def test_an_adapter_with_a_fault_is_told_from_the_original(ibex, both, tmp_path):
    own = (ibex.example / ibex.adapter).read_text()
    adapter = tmp_path / "adapter.sv"
    adapter.write_text(own.replace("csr_save_if_i: commit_pc = pc_if_i;", "csr_save_if_i: commit_pc = pc_id_i;"))
    assert adapter.read_text() != own
    image, faulty = image_of(ibex, "interrupts"), build(ibex, ibex.variants[0], True, adapter=adapter)
    original, unit = run(both[0], image, MAX_CYCLES), run(faulty, image, MAX_CYCLES)
    assert original.verdict == "PASS"
    assert unit.verdict.startswith("FAIL")
    told = "; ".join(Comparison(name="interrupts", original=original, unit=unit).differences)
    assert "verdict PASS with its own CSR file, FAIL" in told


def test_what_the_unit_answers_otherwise_the_model_tells(ibex, both):
    built = both[1]
    events = events_of(built, image_of(ibex, "counters"))
    assert built.layout is not None
    for field in ("trace.cause", "mcause", "answer.target", "hart.mode"):
        beside = Beside(unit_config(ibex, built.variant), built.layout)
        told = []
        for event in events:
            # The first trap's cycle for a port, the one after it for a register.
            is_trap = built.layout.outputs.value(event.outputs, "trace.kind") in (2, 3)
            outputs = flipped(built.layout.outputs, event.outputs, field) if is_trap else event.outputs
            told.append(beside.compare(Event(event.cycle, event.retired, event.inputs, outputs)))
        assert any(field in line for line in told), field


def test_a_wrong_answer_to_the_question_for_a_verdict_the_model_tells(ibex, both):
    built = both[1]
    assert built.layout is not None
    beside, told = Beside(unit_config(ibex, built.variant), built.layout), []
    for event in events_of(built, image_of(ibex, "counters")):
        refused = built.layout.outputs.value(event.outputs, "legality.csr") == 1
        idle = built.layout.inputs.value(event.inputs, "commit.op") == 0
        wrong = flipped(built.layout.outputs, event.outputs, "legality.csr") if refused and idle else event.outputs
        told.append(beside.compare(Event(event.cycle, event.retired, event.inputs, wrong)))
    assert any("legality_csr about CSR" in line and "expected cause 2, got 0" in line for line in told)


def test_a_core_that_gives_another_cause_than_the_unit_says_is_told(ibex, both):
    """ECALL in U-mode with the cause of M-mode's, and the model in step with it."""
    built = both[1]
    assert built.layout is not None
    inputs = built.layout.inputs
    beside, told = Beside(unit_config(ibex, built.variant), built.layout), []
    for event in events_of(built, image_of(ibex, "traps")):
        is_ecall = (inputs.value(event.inputs, "commit.op"), inputs.value(event.inputs, "commit.cause")) == (2, 8)
        wrong = flipped(inputs, flipped(inputs, event.inputs, "commit.cause"), "commit.cause", 1) if is_ecall else None
        told.append(beside.compare(replace(event, inputs=wrong or event.inputs)))
    assert any("commit.cause: expected 0x8, got 0xb" in line for line in told)


def test_the_adapter_closes_no_loop_that_the_core_does_not_have(ibex, own_loops):
    for variant in ibex.variants:
        own, with_unit = own_loops[variant.name], loops(files_of(ibex, variant, True))
        assert own, "Verilator sees Ibex's own loops"
        assert len(with_unit) == len(own)
        assert {name for name in with_unit if name.startswith("bench.")} <= set(own)


def test_a_verdict_that_depends_on_the_event_closes_one(ibex, own_loops, tmp_path):
    own = (ibex.example / ibex.adapter).read_text()
    adapter = tmp_path / "adapter.sv"
    adapter.write_text(
        own.replace(".answer_fault        ()", ".answer_fault        (fault)")
        .replace("  trap_unit u_trap_unit (", "  logic [1:0] fault;\n  trap_unit u_trap_unit (")
        .replace("(legality_csr != `UTRAP_FAULT_NONE)", "(fault != `UTRAP_FAULT_NONE)")
    )
    assert adapter.read_text().count("fault") > own.count("fault")
    variant = ibex.variants[1]
    assert len(loops(files_of(ibex, variant, True, adapter))) > len(own_loops[variant.name])


def test_waves_show_the_unit_inside_the_core(ibex, run, tmp_path):
    result = run("integrate", "ibex", "--program", "counters", "--waves", "-o", tmp_path)
    assert result.status == 0, result.err
    assert {path.name for path in tmp_path.iterdir()} == {f"counters.{end}" for end in ("vcd", "svg", "html", "json")}
    events = json.loads((tmp_path / "counters.json").read_text())["events"]
    assert [event["kind"] for event in events].count("exception") == 27


def test_a_program_without_an_end_is_cut_off_and_one_line_says_so(ibex, run):
    result = run("integrate", "ibex", "--program", "traps", "--max-cycles", "500")
    assert result.status == 2
    assert result.err == "utrap integrate: traps: no end within 500 cycles; --max-cycles allows more\n"


def test_the_list_names_what_the_core_has(ibex, run):
    result = run("integrate", "ibex", "--list")
    assert result.status == 0
    names = [line.split()[0] for line in result.out.splitlines() if line.strip()]
    assert names == ["Variant", *(v.name for v in ibex.variants), "Program", *(p.name for p in ibex.programs)]
    assert {name for v in ibex.variants for p in programs_for(ibex, v) for name in [p.name]} <= set(names)


def test_the_sources_give_the_bytes_that_are_committed(needs, root, tmp_path):
    compiler, folder = "riscv64-unknown-elf-gcc", root / "examples" / "ibex" / "programs"
    needs(compiler)
    version = subprocess.run([compiler, "-dumpfullversion"], capture_output=True, text=True).stdout.strip()
    if version != "12.2.0":
        pytest.skip(f"{compiler} {version} makes other bytes than 12.2.0")
    places = [f"OUT={tmp_path / 'out'}", f"BUILD={tmp_path / 'build'}"]
    subprocess.run(["make", "-s", "-C", folder, *places], check=True)
    committed = sorted(folder.glob("*.elf"))
    assert [path.name for path in committed] == sorted(path.name for path in (tmp_path / "out").iterdir())
    for path in committed:
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name
