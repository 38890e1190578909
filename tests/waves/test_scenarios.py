"""The scenarios: each shows what it must, on every configuration that it is for, in both simulators."""

import subprocess
from dataclasses import replace

import pytest

from utrap.command_line.errors import UserError
from utrap.config import PROFILES
from utrap_show.timeline import read_timeline
from utrap_show.timeline.event import Kind
from utrap_sim.waves import run as running
from utrap_sim.waves.bench import NOTE_CHARACTERS, WaveBench
from utrap_sim.waves.library import SCENARIOS, machine
from utrap_sim.waves.scenario import event_name, path_of
from utrap_testbench.boundary import operation
from utrap_testbench.golden import Halt, Resume, TakeRnmi

CONFIGURATIONS = [*((profile, xlen) for profile in PROFILES for xlen in (64, 32)), ("max", 64)]
EVERYTHING = dict.fromkeys(("sstc", "smstateen", "sdext", "smrnmi", "ssdbltrp", "smdbltrp"), True)


def model_path(hart):
    """What the model says of each trap and return of the sequence."""
    path = []
    for played in hart.played:
        outcome = played.expected.outcome
        if played.is_shown and outcome.critical:
            path.append("CRITICAL_ERROR M->M")
        if not played.is_shown or not (outcome.redirect or outcome.halted):
            continue
        if isinstance(played.cycle.event, Halt | Resume | TakeRnmi):
            name = operation(played.cycle.event).name
        elif outcome.trap:
            name = event_name(2 + outcome.is_interrupt, outcome.cause)
        else:
            name = played.cycle.event.insn.name
        modes = (hart.names.mode_name(mode) for mode in (outcome.from_mode, outcome.to_mode))
        path.append(f"{name} {'->'.join(modes)}")
    return tuple(path)


def fitting(hart_config):
    return [scenario for scenario in SCENARIOS.values() if not scenario.lacks(hart_config)]


@pytest.mark.parametrize(("profile", "xlen"), CONFIGURATIONS)
def test_every_scenario_shows_what_it_must_and_every_cycle_is_as_the_model_says(simulated, played, profile, xlen):
    config = played("machine-timer", profile, xlen).config
    for scenario in fitting(config):
        hart, run = simulated(scenario, profile, xlen)
        assert run.difference is None, scenario.name
        scenario.check(hart.config, path_of(hart, run.seen))


def test_verilator_shows_the_same_as_icarus(simulated):
    for name in SCENARIOS:
        if name == "machine-double-fault":
            continue  # without Smdbltrp
        _, icarus = simulated(name, **EVERYTHING)
        _, verilator = simulated(name, on="verilator", **EVERYTHING)
        assert verilator.difference is None
        assert verilator.seen.lines == icarus.seen.lines, name


@pytest.mark.parametrize(
    ("profile", "changes"),
    [
        ("full", {"windows": 0}),
        ("full", {"windows": 1}),
        ("full", {"windows": 8, "geilen": 8, "sstc": True}),
        ("msuh", {"sstc": True}),
        ("msuh", {"smstateen": True}),
        ("full", {"xlen": 32, **EVERYTHING}),
        ("max", {"xlen": 32}),
        ("rva23s64", {}),
        ("full", {"ialign": 32, "isa": "IMA", "vectored_align": 4}),
        ("full", {"hgatp_modes": ("bare", "sv39x4"), "vmid_bits": 0, "asid_bits": 0}),
        ("full", {"hgatp_modes": ("bare", "sv39x4", "sv48x4", "sv57x4"), "fs": False, "counters": "none"}),
        ("msuh", {"n": True}),
        ("msu", {"satp_modes": ("bare",), "asid_bits": 0}),
        ("mu", {"n": True}),
    ],
    ids=str,
)
def test_a_scenario_fits_whatever_configuration_it_does_not_refuse(played, profile, changes):
    some = played("machine-timer", profile, **changes)
    for scenario in fitting(some.config):
        hart = played(scenario, profile, **changes)
        scenario.check(hart.config, model_path(hart))


def test_the_sequences_that_were_asked_for_are_there():
    assert {
        *("uart", "uart-hs", "uart-both", "rtc", "pcie", "virtio", "timer-in-handler", "irqchip", "passthrough"),
        *("kick", "nested", "vectored", "guest-u-csrs", "escalation", "double-fault"),
        *("kernel-timer-in-handler", "guest-timer", "debugger-in-handler", "stateen-refusal", "rnmi-in-handler"),
        *("double-trap", "critical-error"),
    } <= SCENARIOS.keys()


def test_the_document_lists_every_scenario_by_its_title(root):
    text = (root / "docs" / "waves.md").read_text().partition("| scenario |")[2].partition("\n\n")[0]
    listed = [line.split(" | ") for line in text.splitlines()[2:]]
    assert {name.strip("| `"): title.rstrip(" |") for name, title in listed} == {
        name: scenario.title for name, scenario in SCENARIOS.items()
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_there_is_something_to_see_in_every_profile(played, profile):
    assert len(fitting(played("machine-timer", profile).config)) >= 4


def test_the_short_way_visits_no_kernel_and_takes_a_third_of_the_cycles(played):
    """Both handle the same access; from the fault to the guest's next instruction."""

    def cycles(name):
        hart = played(name)
        modes = [played.expected.outcome.from_mode for played in hart.played if played.is_shown]
        left, back = modes.index(5), len(modes) - modes[::-1].index(5)
        way = modes[left:back]
        return sum(mode != 5 for mode in way), set(way)

    short, short_modes = cycles("uart")
    long, long_modes = cycles("uart-hs")
    assert short_modes == {5, 0}
    assert long_modes == {5, 1, 0}
    assert long > 2.5 * short


def rows_of(run, tmp_path):
    (tmp_path / "played.vcd").write_bytes(run.dumps["vcd"])
    return [(event.kind, event.words, event.saved) for event in read_timeline(tmp_path / "played.vcd").events]


def test_a_timeline_says_what_a_double_trap_was_and_what_it_saved(simulated, tmp_path):
    """norm:sstatus_sdt_trap, norm:mtval2_trapval"""
    _, run = simulated("double-trap", **EVERYTHING)
    rows = rows_of(run, tmp_path)
    assert [words for _, words, _ in rows] == ["load guest-page fault", "double trap: load page fault", "MRET", "SRET"]
    assert "sstatus.SDT <- 1" in rows[0][2]
    assert "mtval2" in rows[1][2]
    assert [saved.split(", ")[-1] for _, _, saved in rows[1:]] == [
        "mstatus.MDT <- 1",
        "mstatus.MDT <- 0",
        "sstatus.SDT <- 0",
    ]


def test_a_timeline_says_that_m_could_not_take_a_trap_and_that_the_hart_has_stopped(simulated, tmp_path):
    """norm:trap_unexp_hndl_rnmi, norm:trap_unexp_hndl_no_rnmi"""
    hart, run = simulated("critical-error", **EVERYTHING)
    _, handled, stopped = rows_of(run, tmp_path)
    assert handled == (
        Kind.EXCEPTION,
        "load access fault, to the handler of RNMIs",
        "mnepc, mncause, mnstatus.MNPP <- M, mnstatus.NMIE <- 0, mnstatus.MNPV <- 0",
    )  # fmt: skip
    assert stopped == (Kind.CRITICAL_ERROR, "critical error", "")
    # The hart stays where it is, and nobody is there to say anything.
    assert hart.played[-3].note == "until reset"
    assert {run.seen[number]["mnepc"] for number in (-1, -4)} == {hart["mnepc"]}


def test_a_scenario_that_shows_something_else_is_refused(simulated):
    hart, run = simulated("uart")
    path = path_of(hart, run.seen)
    for wrong, said in (
        (path[:2], "event 3 is URET U->VS and not the end"),
        ((*path, "MRET M->U"), "event 4 is the end and not MRET M->U"),
        ((path[0], "LOAD_GUEST_PAGE_FAULT VS->HS", path[2]), "event 2 is LOAD_GUEST_PAGE_FAULT VS->U and not"),
    ):
        with pytest.raises(UserError, match="uart does not show what it must") as error:
            replace(SCENARIOS["uart"], shows=wrong).check(hart.config, path)
        assert said in str(error.value)


def test_a_fault_in_the_verilog_is_found_and_named(played, simulator, monkeypatch):
    text = WaveBench.unit_verilog(played("uart").bench)
    wrong = text.replace("ucause = {ucause_interrupt, 57'd0, ucause_code}", "ucause = {ucause_interrupt, 63'd5}")
    assert wrong != text
    monkeypatch.setattr(WaveBench, "unit_verilog", lambda bench: wrong)
    hart = played("uart")
    run = running.run(hart, simulator("icarus"))
    assert run.difference is not None
    assert str(run.difference.fields[0]).startswith("ucause: expected 0x0, got 0x5")
    assert run.dumps.keys() == {"vcd", "fst"}


@pytest.mark.parametrize(("profile", "xlen"), CONFIGURATIONS)
def test_the_words_about_each_cycle_are_whole(played, profile, xlen):
    for scenario in fitting(played("machine-timer", profile, xlen).config):
        for cycle in played(scenario, profile, xlen).played:
            assert len(cycle.note) <= NOTE_CHARACTERS, cycle.note
            assert cycle.note.isascii()


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (machine.load(1), "lbu a0, 0(zero)"),
        (machine.load(4), "lw a0, 0(zero)"),
        (machine.store(1), "sb a5, 0(zero)"),
        (machine.store(4), "sw a5, 0(zero)"),
    ],
)
def test_a_transformed_instruction_is_the_instruction_without_its_address(needs, made, written, tmp_path):
    """norm:H_trap_xtinst: the assembler knows the encoding."""
    assembler = "riscv64-unknown-elf-as"
    needs(assembler)
    (tmp_path / "a.s").write_text(written + "\n")
    subprocess.run([assembler, "-march=rv64i", "-o", tmp_path / "a.o", tmp_path / "a.s"], check=True)
    dump = ["riscv64-unknown-elf-objcopy", "-O", "binary", tmp_path / "a.o", tmp_path / "a.bin"]
    subprocess.run(dump, check=True)
    assert int.from_bytes((tmp_path / "a.bin").read_bytes()[:4], "little") == made
