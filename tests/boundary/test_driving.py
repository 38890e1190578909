"""An event goes to the ports and comes back as it was; what it does not define is left to others."""

import random

import pytest

from utrap_testbench.boundary import Decoder, Encoder, Layout, Op, input_ports, operation
from utrap_testbench.env import Cycle, Drivers
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Query,
    Resume,
    Retire,
    Return,
    SetLines,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
)

FULL = Config.profile("full", xlen=64, geilen=5, sdext=True, smrnmi=True, rnmi_vectors="port")
LAYOUT = Layout([*input_ports(FULL).items(), ("rst", 1), ("observe", 1)])
EVENTS: dict[Op, Event] = {
    Op.NONE: Retire(fs_dirty=1, vs_dirty=0),
    Op.CSR: CsrAccess(address=0x341, op=CsrOp.SET, wdata=(1 << 64) - 2, ext_exists=1, ext_rdata=5, vs_dirty=1),
    Op.EXCEPTION: TakeException(cause=21, pc=1 << 63, tval=0x1234, gva=1, tval2=0xABC, tinst=0x2000),
    Op.INTERRUPT: TakeInterrupt(pc=0x8000_0004),
    Op.MRET: TrapReturn(insn=Return.MRET),
    Op.SRET: TrapReturn(insn=Return.SRET),
    Op.URET: TrapReturn(insn=Return.URET),
    Op.DEBUG_CSR: CsrAccess(address=0x7C0, op=CsrOp.READ, debug=True, fs_dirty=1),
    Op.HALT: Halt(pc=0x8000_0008, cause=5, nmip=1),
    Op.RESUME: Resume(),
    Op.MNRET: TrapReturn(insn=Return.MNRET),
    Op.RNMI: TakeRnmi(pc=0x8000_000C),
}


def reader(vector):
    """Reads the ports of a vector; between them may be anything."""
    widths = dict(LAYOUT.fields)
    return lambda name: vector >> LAYOUT.offset[name] & (1 << widths[name]) - 1


@pytest.mark.parametrize("op", Op)
def test_an_event_comes_back_from_the_ports_as_it_was(op):
    event = EVENTS[op]
    assert operation(event) is op
    assert Decoder(FULL).event(reader(Encoder(LAYOUT).event(event))) == event


@pytest.mark.parametrize("event", [Query(insn=Insn.WFI), Query(insn=Insn.MRET), SetLines(lines=0)], ids=repr)
def test_what_no_core_commits_is_no_event_at_the_ports(event):
    encoder = Encoder(LAYOUT)
    assert operation(event) is Op.NONE
    assert encoder.event(event) == encoder.event(Retire())
    assert encoder.event_mask(event) == encoder.event_mask(Retire())


def test_levels_come_back_from_the_ports():
    others = {"line_rnmi": 1, "rnmi_cause": 9, "rnmi_interrupt_vector": 0x4000, "rnmi_exception_vector": 0x5000}
    vector = Encoder(LAYOUT).levels(1 << 11 | 1 << 8 | 1 << 3, hgeip=0b100110, mhartid=77, **others)
    read = reader(vector)
    assert {name: read(name) for name in LAYOUT.offset if name.startswith("lines.")} == {
        "lines.meip": 1, "lines.mtip": 0, "lines.msip": 1, "lines.seip": 0, "lines.ueip": 1, "lines.hgeip": 0b10011,
        "lines.rnmi": 1, "lines.rnmi_cause": 9,
    }  # fmt: skip
    assert read("hartid") == 77
    assert Decoder(FULL).levels(read) == (1 << 11 | 1 << 8 | 1 << 3, 0b100110, 0, 0, 0, 1, 9, 0x4000, 0x5000)


def test_a_hart_without_a_port_leaves_it_out():
    small = Config.profile("mu", xlen=64)
    layout = Layout(input_ports(small).items())
    exception = TakeException(cause=2, pc=4, tval=6)
    vector = Encoder(layout).event(exception)
    text = f"{vector:0{layout.digits}x}"
    assert layout.unpack(text)["commit.cause"] == 2
    assert Decoder(small).event(lambda name: layout.value(text, name)) == exception


@pytest.mark.parametrize("op", Op)
def test_drivers_keep_events_and_levels_apart_from_the_noise(op):
    drivers = Drivers(LAYOUT, random.Random(1), 9)
    seen = []
    for number in range(30):
        vector = drivers.drive(Cycle(EVENTS[op], lines=1 << 7 if number == 0 else None, reset=number == 5))
        read = reader(vector)
        assert Decoder(FULL).event(read) == EVENTS[op]
        assert Decoder(FULL).levels(read) == (1 << 7, 0, 0, 0, 0, 0, 0, 0, 0)
        assert (read("hartid"), read("observe"), read("rst")) == (9, 1, number == 5)
        seen.append(vector)
    defined = Encoder(LAYOUT).event_mask(EVENTS[op])
    noisy = [name for name, width in input_ports(FULL).items() if not defined >> LAYOUT.offset[name] & 1]
    moving = {name for name in noisy if len({reader(vector)(name) for vector in seen}) > 1}
    assert moving == set(noisy) - {name for name in noisy if name.startswith(("lines.", "rnmi_")) or name == "hartid"}
