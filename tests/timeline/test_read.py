"""Rows that are read back from a waveform are what the golden model says has happened."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from amaranth.hdl import Fragment, Module

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.csr.configured import trap_fields
from utrap.isa import Mode, Target
from utrap.products.file_set import products
from utrap.rules.entry import Trap, status_writes
from utrap.rules.xret import mret, sret, uret
from utrap_show.timeline import read_timeline
from utrap_show.timeline.csrs import in_fields, rows, storages
from utrap_show.timeline.document import document
from utrap_show.timeline.event import Event, Kind, Write
from utrap_show.timeline.layout import lay_out
from utrap_show.timeline.saved import places
from utrap_show.waveform import changes
from utrap_sim.simulators.bench import Bench
from utrap_testbench.golden import (
    CsrAccess,
    Resume,
    Return,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    critical_error,
    critical_halts,
    csr_value,
)
from utrap_testbench.harts import model_config

from . import hart
from .conftest import NOTHING, PORT, RETURN, TRAP

RETURNS = {Return.MRET: Kind.MRET, Return.SRET: Kind.SRET, Return.URET: Kind.URET, Return.MNRET: Kind.MNRET}


def told_by_the_model(config, steps, accesses=False):
    """What the rows must say: cycle, kind, modes, cause, epc, tval, GPA, vector."""
    rows, was_reset, had_stopped = [], False, False
    for step in steps:
        outcome, event = step.outcome, step.cycle.event
        has_stopped = config.smdbltrp and (critical_error(config, step.before) or critical_halts(config, step.before))
        if has_stopped and not had_stopped:
            mode = step.before.v << 2 | step.before.prv
            rows.append((step.number, Kind.CRITICAL_ERROR, mode, mode, None, None, None, None, None))
        had_stopped = has_stopped
        modes = outcome.from_mode, outcome.to_mode
        if step.cycle.reset:
            if not was_reset:
                mode = step.before.v << 2 | step.before.prv
                rows.append((step.number, Kind.RESET, mode, 3, None, None, None, None, None))
        elif outcome.trap and isinstance(event, TakeInterrupt | TakeRnmi):
            kind = Kind.RNMI if isinstance(event, TakeRnmi) else Kind.INTERRUPT
            rows.append((step.number, kind, *modes, outcome.cause, outcome.epc, None, None, outcome.target))
        elif outcome.halted:
            rows.append((step.number, Kind.HALT, *modes, None, outcome.epc, None, None, None))
        elif isinstance(event, Resume) and not outcome.fault and outcome.redirect:
            rows.append((step.number, Kind.RESUME, *modes, None, None, None, None, outcome.target))
        elif outcome.trap:
            gpa = outcome.tval2 << 2 if config.h and outcome.cause in (20, 21, 23) else None
            told = (outcome.cause, outcome.epc, outcome.tval, gpa, outcome.target)
            rows.append((step.number, Kind.EXCEPTION, *modes, *told))
        elif isinstance(event, TrapReturn) and outcome.redirect:
            rows.append((step.number, RETURNS[event.insn], *modes, None, None, None, None, outcome.target))
        elif accesses and isinstance(event, CsrAccess) and not outcome.fault and outcome.reason:
            kind = Kind.DEBUG_CSR if event.debug else Kind.CSR
            rows.append((step.number, kind, *modes, None, None, None, None, None))
        was_reset = step.cycle.reset
    return rows


def told_by(timeline):
    return [(e.cycle, e.kind, e.from_mode, e.to_mode, e.cause, e.epc, e.tval, e.gpa, e.vector) for e in timeline.events]


def test_a_guests_uart_access_is_told_as_the_model_tells_it(uart):
    timeline = read_timeline(uart.path)
    assert told_by(timeline) == told_by_the_model(uart.config, uart.steps)
    assert [event.words for event in timeline.events[2:7]] == [
        "load guest-page fault", "URET", "store guest-page fault", "SRET", "machine timer interrupt",
    ]  # fmt: skip
    direct = timeline.events[2]
    assert (direct.from_mode, direct.to_mode, direct.gpa) == (Mode.VS, Mode.U, hart.UART + 4)
    assert direct.gpa_note == "bits 1:0 are not recorded; an explicit access has those of tval, 01"
    assert timeline.modes == (Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU)
    assert timeline.start is Mode.M


@pytest.mark.parametrize(
    ("profile", "xlen", "seed"),
    [("full", 64, 1), ("full", 32, 2), ("msuh", 32, 3), ("msun", 64, 4), ("msu", 32, 5), ("mu", 64, 6)],
)
def test_random_sequences_are_told_as_the_model_tells_them(profile, xlen, seed, tmp_path):
    config = Config.profile(profile, xlen)
    steps = hart.play(hart.random_cycles(config, seed, 400), config, tmp_path / "random.vcd")
    model = model_config(config)
    timeline = read_timeline(tmp_path / "random.vcd", accesses=True)
    assert told_by(timeline) == told_by_the_model(config, steps, accesses=True)
    assert len(timeline.events) > 50
    assert timeline.xlen == xlen
    assert Mode.VS in timeline.modes or not config.h
    numbers = {row.name: address for address, row in model.rules.csrs.items()}
    for event in timeline.events:
        step = steps[event.cycle - 1]
        assert event.others == ()
        for write in event.writes:
            lsb, width = place(write, event, timeline)
            for value, state in ((write.old, step.before), (write.new, step.after)):
                if write.csr not in ("mip", "sip", "hip", "uip", "hgeip"):  # levels move by themselves
                    assert value == csr_value(model, state, numbers[write.csr]) >> lsb & (1 << width) - 1, write


def place(write, event, timeline):
    """Where a written field is."""
    if event.kind.is_access:
        fields = {field.name.upper(): field for field in rows(timeline.xlen)[write.csr].fields}
        return (int(fields[write.field].lsb), fields[write.field].width) if write.field else (0, 64)
    found = places(event.kind, event.from_mode, event.to_mode, timeline.xlen, timeline.has_h, True)
    return next((p.lsb, p.width) for p in found if (p.csr, p.field) == (write.csr, write.field))


@pytest.mark.parametrize("xlen", [32, 64])
@pytest.mark.parametrize("target", list(Target))
def test_a_trap_saves_what_the_hardware_may_write(target, xlen):
    config = Config.profile("max", xlen)
    state = Bench(config).unit.state
    some_trap = Trap(**dict.fromkeys(Trap.__dataclass_fields__, state["mstatus.mie"]))
    written = {*trap_fields(config)[target].values(), *status_writes(state, target, some_trap)} & state.stored.keys()
    for from_mode in Mode:
        told = stored(Kind.EXCEPTION, from_mode, target.mode, xlen)
        unchanged = {"hstatus.spvp", "hustatus.upvp"} if from_mode < 4 else set()
        assert told == written - unchanged


_SDT_OF_GUEST, _MDT = {"vsstatus.sdt"}, {"mstatus.mdt"}


@pytest.mark.parametrize(
    ("kind", "make", "modes", "but"),
    [
        (Kind.MRET, mret, (Mode.M, Mode.U), {"vsstatus.sdt"}),
        (Kind.MRET, mret, (Mode.M, Mode.VU), set()),
        (Kind.MRET, mret, (Mode.M, Mode.M), {"mstatus.mprv", "mstatus.sdt", "vsstatus.sdt"}),
        (Kind.SRET, sret, (Mode.S, Mode.VS), {"vsstatus.sie", "vsstatus.spie", "vsstatus.spp", *_SDT_OF_GUEST, *_MDT}),
        (Kind.SRET, sret, (Mode.VS, Mode.VU),
         {"mstatus.sie", "mstatus.spie", "mstatus.spp", "hstatus.spv", "mstatus.sdt", *_MDT}),
        (Kind.URET, uret, (Mode.U, Mode.VS), {*_SDT_OF_GUEST, *_MDT}),
        (Kind.URET, uret, (Mode.M, Mode.U), {"hustatus.upv", *_SDT_OF_GUEST}),
    ],
)  # fmt: skip
def test_a_return_restores_what_the_hardware_may_write(kind, make, modes, but):
    module = Module()
    state = Bench(Config.profile("max", 64)).unit.state
    written = make(module, state).writes.keys() & state.stored.keys()
    Fragment.get(module, None)  # Amaranth warns of a module that nobody elaborates, in whichever test comes next
    assert stored(kind, modes[0], modes[1], 64) == written - but


def stored(kind, from_mode, to_mode, xlen):
    found = places(kind, from_mode, to_mode, xlen, True, True)
    return {storage for place in found for storage in storages(place, xlen)}


def test_the_example_core_is_found_in_its_testbench_and_told_under_icarus(root, tmp_path):
    for product in products(Config.profile("full", 64)):
        (tmp_path / product.name).write_text(product.text)
    for name in ("tiny_core.v", "testbench.v"):
        (tmp_path / name).write_text((root / "examples" / "verilog" / name).read_text())
    build = ["iverilog", "-g2005", "-o", "testbench", "testbench.v", "tiny_core.v", "trap_unit.v"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(["vvp", "testbench", "+vcd"], cwd=tmp_path, check=True, capture_output=True)
    timeline = read_timeline(tmp_path / "testbench.vcd")
    assert timeline.scope == "testbench.core.unit"
    # As the testbench itself lists them.
    told = [(e.kind, e.cause, e.from_mode.name, e.to_mode.name) for e in timeline.events]
    handled = [(Kind.EXCEPTION, cause, "U", "S") for cause in (2, 8, 2, 2, 2)]
    served = [step for trap in handled for step in (trap, (Kind.SRET, None, "S", "U"))]
    ends = [(Kind.INTERRUPT, 7, "U", "M"), (Kind.MRET, None, "M", "U"), (Kind.EXCEPTION, 3, "U", "M")]
    assert told == [(Kind.MRET, None, "M", "U"), *served, *ends]
    assert timeline.events[-1].epc == 0x280


def test_the_trace_port_alone_is_enough(trap_and_return):
    timeline = read_timeline(trap_and_return)
    trap = timeline.events[0]
    assert told_by(timeline) == [
        (2, Kind.EXCEPTION, Mode.U, Mode.M, 2, 0x100, 0xBAD, None, 0x8000),
        (5, Kind.MRET, Mode.M, Mode.U, None, None, None, None, 0x104),
    ]
    assert timeline.modes == (Mode.M, Mode.U)
    assert trap.saved == "mepc, mcause, mtval, mstatus.MPP, mstatus.MPIE, mstatus.MIE"
    assert (trap.time, timeline.clock_time(trap.time), timeline.cycles) == (30, "30 ns", 8)


def test_what_is_seen_is_the_value_before_the_edge(small):
    """A value that begins at an edge belongs to the next cycle: simulators write it at the edge's own time."""
    timeline = read_timeline(small([{}, {}, TRAP, RETURN, NOTHING, {}]))
    assert [(event.cycle, event.time) for event in timeline.events] == [(2, 30), (3, 40)]


def test_the_same_event_in_two_cycles_is_two_events(small):
    assert [event.cycle for event in read_timeline(small([{}, TRAP, {}, {}, NOTHING, {}])).events] == [1, 2, 3]


def test_a_port_that_is_passed_on_to_the_outside_is_the_same_port(small):
    path = small([{}, TRAP, NOTHING], others=[f"top.{name}" for name in ("clk", *PORT)])
    assert read_timeline(path).scope == "top.dut"


def test_of_two_harts_one_is_chosen(small):
    other = [f"top.hart1.{name}" for name in ("clk", *PORT)]
    path = small([{}, TRAP, NOTHING, {"top.hart1.trace_kind": 4, "top.hart1.trace_from_mode": 3}, {}], others=other)
    with pytest.raises(UserError, match=r"several trace ports: choose one with --scope: top\.dut, top\.hart1"):
        read_timeline(path)
    assert [e.kind for e in read_timeline(path, scope="hart1").events] == [Kind.MRET, Kind.MRET]
    assert [e.kind for e in read_timeline(path, scope="top.dut").events] == [Kind.EXCEPTION]
    with pytest.raises(UserError, match=r"--scope art1: .* there is top\.dut, top\.hart1"):
        read_timeline(path, scope="art1")


def test_unknown_values_are_no_event(trap_and_return):
    """A simulator that knows x starts with it."""
    text = trap_and_return.read_text()
    kind = next(line.split()[3] for line in text.splitlines() if "trace_kind" in line)
    trap_and_return.write_text(text.replace(f"b0 {kind}\n", f"bx {kind}\n", 1))
    timeline = read_timeline(trap_and_return)
    assert len(timeline.events) == 2
    trap_and_return.write_text(text.replace(f"b10 {kind}\n", f"b1x {kind}\n", 1))
    assert len(read_timeline(trap_and_return).events) == 1


def test_an_event_with_an_unknown_mode_is_left_out_and_noted(trap_and_return):
    text = trap_and_return.read_text()
    mode = next(line.split()[3] for line in text.splitlines() if "trace_to_mode" in line)
    trap_and_return.write_text(text.replace(f"b11 {mode}\n", f"bx {mode}\n", 1))
    timeline = read_timeline(trap_and_return)
    assert [event.kind for event in timeline.events] == [Kind.MRET]
    assert timeline.notes == ("1 event with an unknown mode is left out",)


def test_a_register_that_no_rule_writes_is_pointed_at(small):
    csrs = ("mepc", "sepc", "mstatus")
    after = {"mepc": 0x100, "sepc": 0x666, "mstatus": 0x80, **NOTHING}
    [event] = read_timeline(small([{}, TRAP, after, {}], names=(*PORT, *csrs))).events
    assert [(write.csr, write.old, write.new) for write in event.others] == [("sepc", 0, 0x666)]
    assert [(w.name, w.old, w.new) for w in event.writes] == [
        ("mepc", 0, 0x100), ("mstatus.MPP", 0, 0), ("mstatus.MPIE", 0, 1), ("mstatus.MIE", 0, 0),
    ]  # fmt: skip


def test_a_reset_while_the_hart_runs_is_an_event(small):
    wires = (*PORT, "rst", "hart_mode")
    cycles = [
        {"rst": 1, "hart_mode": 3},
        {},
        {"rst": 0},
        {"hart_mode": 0},
        {},
        {"rst": 1},
        {},
        {"rst": 0, "hart_mode": 3},
        {},
    ]
    timeline = read_timeline(small(cycles, names=wires))
    assert [(e.cycle, e.kind, e.from_mode, e.to_mode) for e in timeline.events] == [(5, Kind.RESET, Mode.U, Mode.M)]


def test_an_event_under_reset_takes_no_effect(small):
    cycles = [{"rst": 1, **TRAP}, {}, {}, {"rst": 0, **NOTHING}, {}]
    assert read_timeline(small(cycles, names=(*PORT, "rst"))).events == ()


def test_cycles_can_be_chosen(trap_and_return):
    assert [e.cycle for e in read_timeline(trap_and_return, first=3).events] == [5]
    assert [e.cycle for e in read_timeline(trap_and_return, last=4).events] == [2]
    between = read_timeline(trap_and_return, first=3, last=4)
    assert between.events == ()
    assert (between.start, between.counted) == (Mode.M, "0 events in the cycles 3 to 4 of 8")
    assert document(between)["last"] == 4
    with pytest.raises(UserError, match=r"--cycles 8: .*small\.vcd has 8 cycles, counted from 0"):
        read_timeline(trap_and_return, first=8)


def test_the_picture_ends_with_the_chosen_cycles(uart):
    [line] = lay_out(read_timeline(uart.path, first=40, last=960))
    assert (line.first, line.last) == (40, 961)
    assert [segment.mode for segment in line.path] == [Mode.U, Mode.VS, Mode.S, Mode.VS]


def test_a_waveform_is_what_the_model_says_in_every_cycle(uart):
    """Also where the chosen cycles begin in the middle, and one cycle after the last edge of an event."""
    state = {step.number: step.before for step in uart.steps}
    for first in (0, 40, 960):
        waves = {wave.name: wave.changes for wave in read_timeline(uart.path, first=first).waves}
        for name, expected in (
            ("hart_mode", lambda state: state.v << 2 | state.prv),
            ("uepc", lambda state: state.uepc),
            ("mepc", lambda state: state.mepc),
        ):
            for cycle in range(max(first, 1), max(state)):
                value = [value for since, value in waves[name] if since <= cycle][-1]
                assert value == expected(state[cycle]), (name, cycle)


def test_an_interrupt_under_a_level_is_no_surprise(uart):
    """mip changes with a line, whatever the event does."""
    taken = [step for step in uart.steps if isinstance(step.cycle.event, TakeInterrupt)]
    assert len(taken) == 1
    assert all(event.others == () for event in read_timeline(uart.path).events)


def test_verilators_and_others_spellings_of_a_header_are_read(trap_and_return):
    """Indented declarations, an index behind the name with or without a space, a comment that looks like a change."""
    text = trap_and_return.read_text()
    for wire in PORT:
        text = text.replace(f" {wire} $end", f" {wire}{' ' * (wire < 'trace_f')}[63:0] $end")
    text = text.replace("$scope", "\t $scope").replace("$var", "   $var")
    text = "$comment\n1!\nb0\n$end\n$version\n 0 bx\n$end\n" + text.replace("1 ns", "\n\t1ns\n")
    trap_and_return.write_text(text)
    assert len(read_timeline(trap_and_return).events) == 2
    trap_and_return.write_bytes(text.replace("\n", "\r\n").encode())
    assert len(read_timeline(trap_and_return).events) == 2


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_a_file_is_read_in_pieces_of_any_size(uart, trap_and_return, monkeypatch, chunk):
    for path in (trap_and_return, *([uart.path] if chunk > 50 else [])):
        whole = document(read_timeline(path, accesses=True))
        with monkeypatch.context() as patch:
            patch.setattr(changes, "_CHUNK", chunk)
            assert document(read_timeline(path, accesses=True)) == whole


def test_a_level_that_is_written_again_is_no_edge(trap_and_return):
    """As $dumpall does it."""
    text = trap_and_return.read_text()
    clock = next(line.split()[3] for line in text.splitlines() if line.endswith(" clk $end"))
    again = text.replace(f"\n1{clock}\n", f"\n1{clock}\n#{{}}\n$dumpall\n1{clock}\n$end\n")
    times = [int(line[1:]) for line in text.splitlines() if line.startswith("#")]
    for time in times:
        again = again.replace("#{}", f"#{time + 2}", 1) if time and time % 10 == 0 else again
    assert again.count(f"1{clock}\n") > text.count(f"1{clock}\n")
    trap_and_return.write_text(again)
    assert [event.cycle for event in read_timeline(trap_and_return).events] == [2, 5]


def test_it_reads_in_a_thread_too(trap_and_return):
    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(read_timeline, trap_and_return).result().events) == 2


@pytest.mark.parametrize(
    ("csr", "old", "new", "said"),
    [
        ("mstatus", 0, 1 << 1 | 3 << 11, "mstatus.SIE <- 1, mstatus.MPP <- M"),
        ("mstatus", 1 << 3, 0, "mstatus.MIE <- 0"),
        ("satp", 5, 8 << 60 | 5, "satp.MODE <- 8"),
        ("hugpaw0", 0, 0x10 << 10 | 1, "hugpaw0.E <- 1, hugpaw0.GPPN <- 0x10"),
        ("mepc", 0, 8, "mepc"),
        ("mstatus", 0, 1 << 1 | 1 << 62, "mstatus"),  # no field has all of it
    ],
)
def test_what_an_access_changed_is_told_by_fields(csr, old, new, said):
    writes = in_fields(Write(csr, "", old, new), 64)
    event = Event(cycle=0, time=0, kind=Kind.CSR, from_mode=Mode.M, to_mode=Mode.M, writes=tuple(writes))
    assert event.saved.replace(f"{csr}, ", "") == said
