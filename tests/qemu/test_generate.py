"""Programs from a seed: the same each time, of every kind, and such that all deviations show."""

from collections import Counter
from types import SimpleNamespace

import pytest

from utrap_testbench.golden import CsrOp, Mode
from utrap_testbench.oracles.qemu import decode, deviations, memory
from utrap_testbench.oracles.qemu.generate import describe, execute, generate
from utrap_testbench.oracles.qemu.source import assembly
from utrap_testbench.oracles.qemu.walk import Access, MemoryFault, Unpredictable, translate


@pytest.fixture(scope="module")
def drawn():
    """Programs of a few seeds, and all that they give."""
    predicted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for seed in range(1, 19):
        for result in generate(seed, 300)[1]:
            predicted += result.predicted
            covered += result.covered
    return SimpleNamespace(predicted=predicted, covered=covered)


def test_a_seed_gives_one_program():
    first, second, other = generate(5, 40), generate(5, 40), generate(6, 40)
    assert first == second
    assert assembly(first[0]) == assembly(second[0])
    assert first[0].steps != other[0].steps


def test_a_program_executed_again_gives_the_same():
    program, results, _ = generate(7, 60)
    assert execute(program) == results


def test_every_deviation_shows_itself(drawn):
    assert deviations.NAMES - drawn.predicted.keys() == set()
    assert drawn.predicted.keys() - deviations.NAMES == set()


def test_every_deviation_is_documented(root):
    text = (root / "docs" / "qemu.md").read_text()
    for item in deviations.DEVIATIONS:
        assert f"| `{item.name}` | {item.rule} | {item.text} | {item.source} |" in text
    assert len(deviations.NAMES) == len(deviations.DEVIATIONS)


# Not 6: only a misaligned AMO could raise it, and there QEMU has 4 (`amo_load_fault`).
@pytest.mark.parametrize("cause", [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 20, 21, 22, 23])
def test_every_cause_is_raised(drawn, cause):
    assert any(what.startswith(f"cause {cause} ") for what in drawn.covered)


@pytest.mark.parametrize("irq", [1, 2, 3, 5, 6, 7, 9, 10])
def test_every_interrupt_is_taken(drawn, irq):
    assert any(what.startswith(f"interrupt {irq} ") for what in drawn.covered)


@pytest.mark.parametrize("mode", ["M", "S", "U", "VS", "VU"])
def test_every_instruction_is_executed_in_every_mode(drawn, mode):
    kinds = ["csr", "load", "store", "amo", "lr", "jump", "float", "illegal"]
    names = [insn.value for insn in (*decode.PLAIN, *decode.HYPERVISOR)]
    assert [kind for kind in kinds + names if not drawn.covered[f"{kind} in {mode}"]] == []


def test_every_return_goes_to_every_mode(drawn):
    returns = {what for what in drawn.covered if what.startswith(("mret", "sret")) and " to " in what}
    assert {f"mret M to {mode}" for mode in ("M", "S", "U", "VS", "VU")} <= returns
    assert {f"sret {mode} to {to}" for mode in ("M", "S") for to in ("S", "U", "VS", "VU")} <= returns
    assert {"sret VS to VS", "sret VS to VU"} <= returns


def test_every_word_is_what_it_was_made_for():
    assert decode.decode(decode.csr(CsrOp.SET, 0x300, 9, 11)) == decode.Decoded("csr", 9, 11, 0x300, CsrOp.SET)
    assert decode.decode(decode.csr(CsrOp.READ, 0xC00, 9, 11)).op is CsrOp.READ
    assert decode.decode(decode.memory("sd", 10)) == decode.Decoded("store", 0, 10, bytes=8)
    assert decode.decode(decode.memory("lr.w", 10)).kind == "lr"
    assert decode.decode(decode.memory("amoadd.w", 10)).kind == "amo"
    assert decode.decode(decode.jump(12)) == decode.Decoded("jump", 0, 12)
    assert decode.decode(decode.ILLEGAL).kind == decode.decode(decode.EMPTY).kind == "illegal"
    for insn in decode.HYPERVISOR:
        assert decode.decode(decode.hypervisor(insn, 13)).insn is insn
        assert describe(decode.hypervisor(insn, 13)) == f"{insn.value} (x13)"


def at(satp=0, vsatp=0, hgatp=0):
    return SimpleNamespace(satp=satp, vsatp=vsatp, hgatp=hgatp)


SV39, GUEST = at(satp=memory.SATP[1]), at(vsatp=memory.VSATP[1], hgatp=memory.HGATP[1])


@pytest.mark.parametrize(
    ("state", "address", "access", "mode", "user_memory", "found"),
    [
        (at(), memory.INVALID, Access.LOAD, Mode.U, 0, memory.INVALID),
        (SV39, memory.INVALID, Access.LOAD, Mode.M, 0, memory.INVALID),
        (SV39, memory.INVALID, Access.LOAD, Mode.S, 0, MemoryFault("page")),
        (SV39, memory.S_DATA + 8, Access.STORE, Mode.S, 0, memory.S_DATA + 8),
        (SV39, memory.S_DATA, Access.STORE, Mode.U, 0, MemoryFault("page")),
        (SV39, memory.S_DATA, Access.FETCH, Mode.S, 0, MemoryFault("page")),
        (SV39, memory.U_DATA, Access.LOAD, Mode.S, 0, MemoryFault("page")),
        (SV39, memory.U_DATA, Access.LOAD, Mode.S, 1, memory.U_DATA),
        (SV39, memory.U_TEXT, Access.FETCH, Mode.S, 1, MemoryFault("page")),
        (SV39, memory.S_READ_ONLY, Access.STORE, Mode.S, 0, MemoryFault("page")),
        (SV39, memory.TO_HOLE, Access.LOAD, Mode.S, 0, MemoryFault("access")),
        (SV39, memory.BEYOND, Access.LOAD, Mode.S, 0, MemoryFault("page")),
        (at(), memory.BEYOND, Access.LOAD, Mode.S, 0, MemoryFault("access")),
        (GUEST, memory.S_DATA, Access.LOAD, Mode.VS, 0, memory.S_DATA),
        (GUEST, memory.INVALID, Access.LOAD, Mode.VS, 0, MemoryFault("page")),
        (GUEST, memory.GUEST_INVALID, Access.LOAD, Mode.VS, 0, MemoryFault("guest", memory.GUEST_INVALID)),
        (GUEST, memory.GUEST_READ_ONLY, Access.STORE, Mode.VS, 0, MemoryFault("guest", memory.GUEST_READ_ONLY)),
        (GUEST, memory.HOLE, Access.STORE, Mode.VS, 0, MemoryFault("guest", memory.GUEST_INVALID, implicit=True)),
        (GUEST, memory.S_DATA, Access.HLVX, Mode.VS, 0, MemoryFault("page")),
        (GUEST, memory.S_TEXT, Access.HLVX, Mode.VS, 0, memory.S_TEXT),
        (at(hgatp=memory.HGATP[1]), memory.BEYOND, Access.LOAD, Mode.VU, 0, MemoryFault("guest", memory.BEYOND)),
    ],
)
def test_translation_is_the_manuals(state, address, access, mode, user_memory, found):
    assert translate(state, address, access, mode.value, user_memory) == found


def test_a_devices_address_is_left_out():
    with pytest.raises(Unpredictable):
        translate(at(), memory.UART, Access.LOAD, Mode.U.value, 0)
