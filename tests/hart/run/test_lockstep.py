"""The golden model beside the hart agrees with it, and catches faults of every class in its trap unit."""

from dataclasses import replace

import pytest

from utrap_hart.hart import hart_config
from utrap_hart.run import command as running
from utrap_hart.run.image import load
from utrap_hart.run.lockstep import hart_lockstep
from utrap_hart.run.memory import memory_range
from utrap_hart.run.programs import bundled
from utrap_hart.run.simulation import End, Event, Options, build, simulate
from utrap_hart.run.sources import hart_sources

from ...regress.faults import FAULTS, seeded  # noqa: TID252 (tests are no package with a name of its own)
from ..elf import BASE, code, elf, leave  # noqa: TID252 (the tests are no package)

#: SD follows FS and VS, which the hart has not.
THERE = tuple(fault for fault in FAULTS if fault.net != "mstatus_sd")
#: The faults that a bundled program meets, and the first of the programs that does.
MET = {
    "hypervisor": (
        "medeleg is not looked at",
        "sedeleg has every cause",
        "huedeleg is not looked at",
        "medeleg has bit 8 for bit 9",
        "MPIE is 1 after a trap",
        "MPP is M after a trap",
        "SPVP follows every trap to HS",
        "a guest sees its own interrupt's number",
        "interrupts enter at BASE",
        "exceptions are vectored too",
        "epc is the next instruction's",
        "hutval stays 0",
        "it leaves UPV",
        "a faulting event is shown",
        "a refused access writes",
    ),
    "shudeleg": (
        "UPIE is lost on a trap",
        "virtual is illegal",
        "a disabled window matches",
        "ORDER is not looked at",
        "a window is without effect",
        "it goes to the guest although EN is 0",
        "UPVP=0 goes to VS",
        "MPRV is without effect",
    ),
    "csrs": (
        "sie shows SEIE where mideleg has it not",
        "vsip shows VSSIP where hideleg has it not",
        "MPP holds the reserved value",
        "TSR does not trap",
        "TVM does not trap satp",
    ),
    "wfi": ("TW does not trap",),
    "exceptions": ("hedeleg is not looked at",),
    "interrupts": ("MTI goes before MSI",),
}
#: What no program meets: cause 16, which this hart never raises, MPRV kept by MRET, VS's interrupts before U's.
UNMET = ("the double trap is delegated", "MRET leaves MPRV", "VS goes before U")


@pytest.fixture(scope="module")
def faulty(simulator):
    """The hart with every fault in its unit; `+fault=` chooses one, by default none."""
    sources = hart_sources()
    unit = seeded(sources.files["trap_unit.v"], 64, THERE)
    start, register, end = unit.partition("fault /*verilator public_flat_rw*/ = 8'd0;\n")
    assert register
    chosen = '  initial if (!$value$plusargs("fault=%d", fault)) fault = 8\'d0;\n'
    files = {**sources.files, "trap_unit.v": f"{start}fault;\n{chosen}{end}"}
    return build(simulator("verilator"), sources=replace(sources, files=files))


@pytest.fixture(scope="module")
def compared(faulty):
    """Run a bundled program with a fault up to the first difference: it, and how many events agreed before."""

    def compared(name, fault):
        image = load(str(bundled()[name]), memory_range())
        lockstep = hart_lockstep(hart_config(), faulty.sources)
        for happening in simulate(faulty, image, Options(max_cycles=5_000_000, plusargs=(f"+fault={fault}",))):
            if isinstance(happening, Event) and (found := lockstep.compare(happening)):
                return found, lockstep.compared
            if isinstance(happening, End):
                assert happening.code == 0
        return None, lockstep.compared

    return compared


def numbered(what):
    """The fault's number."""
    (number,) = (number for number, fault in enumerate(THERE, 1) if fault.what == what)
    return number


def test_without_a_fault_every_event_of_the_hypervisor_program_agrees(compared):
    found, events = compared("hypervisor", 0)
    assert found is None
    assert events > 5_000


def test_most_faults_are_met_by_a_program():
    met = [what for faults in MET.values() for what in faults]
    assert sorted([*met, *UNMET]) == sorted(fault.what for fault in THERE)
    assert (len(met), len(THERE)) == (31, 34)


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, faults in MET.items() for what in faults])
def test_a_fault_in_the_unit_is_caught_and_the_message_says_where(compared, name, what):
    found, _ = compared(name, numbered(what))
    assert found is not None
    fields = [difference.field for difference in found.differences]
    shows = THERE[numbered(what) - 1].shows
    assert not shows or set(fields) & set(shows)
    message = str(found)
    assert message.startswith(f"the hart and the golden model differ at cycle {found.cycle}, pc 0x{found.pc:x}: ")
    assert all(f"{difference.field}: expected 0x" in message for difference in found.differences)


def test_a_register_that_an_event_left_wrong_is_blamed_on_that_event(compared):
    found, _ = compared("hypervisor", numbered("MPIE is 1 after a trap"))
    assert "mstatus" in [difference.field for difference in found.differences]
    assert found.event.startswith("exception ")  # what shows it is a read of mstatus


def test_utrap_run_prints_the_difference_ends_with_status_1_and_keeps_waves_up_to_it(
    run, faulty, monkeypatch, tmp_path
):
    number, files = numbered("a faulting event is shown"), faulty.sources.files
    unit = files["trap_unit.v"].replace("fault = 8'd0;", f"fault = 8'd{number};")
    made = replace(faulty.sources, files={**files, "trap_unit.v": unit})
    monkeypatch.setattr(running, "build", lambda name, waves, **_: build("icarus", waves, made))
    result = run("run", "hypervisor", "--waves", "-o", tmp_path)
    assert result.status == 1
    first, second = result.err.splitlines()
    assert first.startswith("utrap run: hypervisor.elf: the hart and the golden model differ at cycle ")
    assert "trace.kind: expected 0x0, got 0x1" in first
    assert second == f"utrap run: waves are in {tmp_path}/waves.vcd"
    cycle = int(first.partition("at cycle ")[2].partition(",")[0])
    text = (tmp_path / "waves.vcd").read_text()
    last = int(text.rpartition("\n#")[2].partition("\n")[0])
    assert last > 2000 * cycle  # a cycle is 2 ns, the time counts ps
    assert text.endswith("\n")


@pytest.mark.parametrize("vector", ["inputs", "outputs"])
def test_an_unknown_bit_is_a_difference(simulator, tmp_path, vector):
    simulator("icarus")
    (tmp_path / "a.elf").write_bytes(elf(code(leave(0))))
    built = build("icarus")
    first = next(
        happening
        for happening in simulate(built, load(str(tmp_path / "a.elf"), memory_range()), Options(max_cycles=100))
        if isinstance(happening, Event)
    )
    assert hart_lockstep(hart_config(), built.sources).compare(first) is None
    text = "x" * len(first.outputs)
    unknown = replace(first, inputs=text) if vector == "inputs" else replace(first, outputs=text)
    found = hart_lockstep(hart_config(), built.sources).compare(unknown)
    assert found is not None
    assert "unknown" in str(found)


def test_two_runs_of_a_program_have_the_same_events(simulator, tmp_path):
    (tmp_path / "a.elf").write_bytes(elf(code(leave(0)), address=BASE))
    image = load(str(tmp_path / "a.elf"), memory_range())
    built = build(simulator("icarus"))
    assert list(simulate(built, image, Options(max_cycles=99))) == list(simulate(built, image, Options(max_cycles=99)))
