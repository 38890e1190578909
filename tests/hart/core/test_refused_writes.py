"""A bus that refuses to write, as one to a ROM does: the core by itself, between a flat translation and a memory."""

import pytest

from utrap.isa import CommitOp, ExceptionCause, Mode
from utrap_hart.core.core import Core
from utrap_hart.core.datapath import RESET_PC
from utrap_hart.hart import hart_config

from ..clocked import simulate  # noqa: TID252 (the tests are no package)

ROM = 0x2000
CONTENTS = 0x1122_3344_5566_7788
LUI_A0_ROM = ROM | 10 << 7 | 0x37
SD = 0x00B5_3023  # sd a1, (a0)
AMOADD = 0x00B5_362F  # amoadd.d a2, a1, (a0)
AMOSWAP_W = 0x08B5_262F  # amoswap.w a2, a1, (a0)
LR, SC = 0x1005_362F, 0x18B5_36AF  # lr.d a2, (a0); sc.d a3, a1, (a0)


@pytest.fixture
def run():
    """Run instructions in M-mode until one traps; gives what was committed, the registers written, the writes done."""

    def run(*words):
        core, committed, registers, writes = Core(hart_config()), [], {}, []
        memory = {RESET_PC + 4 * place: word for place, word in enumerate(words)}

        async def bench(context):
            context.set(core.reset_pc, RESET_PC)
            context.set(core.hart.mode, Mode.M)
            context.set(core.hart.load_store_mode, Mode.M)
            for _ in range(60):
                context.set(core.translate.done, context.get(core.translate.request))
                context.set(core.translate.physical, context.get(core.translate.address))
                bus = core.bus
                address, is_write = context.get(bus.address), context.get(bus.write)
                context.set(bus.ready, context.get(bus.valid))
                fetched = memory.get(address, 0) | memory.get(address + 4, 0) << 32
                context.set(bus.rdata, CONTENTS if address == ROM else fetched)
                context.set(bus.error, is_write)
                if context.get(bus.valid) and is_write:
                    writes.append(address)
                if context.get(core.retire.valid):
                    rd = context.get(core.retire.insn) >> 7 & 31
                    if context.get(core._path.writes_rd):
                        registers[rd] = context.get(core._path.result)
                if context.get(core.commit.op) == CommitOp.EXCEPTION:
                    committed.append(
                        {name: context.get(getattr(core.commit, name)) for name in ("cause", "pc", "tval", "tinst")}
                    )
                    return
                await context.tick()

        simulate(core, bench)
        return committed, registers, writes

    return run


@pytest.mark.parametrize(
    ("insn", "tinst"),
    [(SD, 0x00B0_3023), (AMOADD, 0x00B0_362F), (AMOSWAP_W, 0x08B0_262F)],
    ids=["store", "AMO", "AMO of a word"],
)
def test_a_refused_write_is_a_stores_access_fault_and_leaves_rd_alone(run, insn, tinst):
    committed, registers, writes = run(LUI_A0_ROM, insn)
    cause = ExceptionCause.STORE_ACCESS_FAULT
    assert committed == [{"cause": cause, "pc": RESET_PC + 4, "tval": ROM, "tinst": tinst}]
    assert registers == {10: ROM}
    assert writes == [ROM]


def test_a_refused_store_conditional_is_a_stores_access_fault(run):
    committed, registers, writes = run(LUI_A0_ROM, LR, SC)
    assert [(trap["cause"], trap["pc"]) for trap in committed] == [(ExceptionCause.STORE_ACCESS_FAULT, RESET_PC + 8)]
    assert registers == {10: ROM, 12: CONTENTS}
    assert writes == [ROM]
