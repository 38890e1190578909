"""refetch=true: the core is told of the CSR writes behind which it fetches and translates again (warl:refetch)."""

from utrap.config import Config
from utrap.csr.configured import csr_rows
from utrap.isa import CsrOp
from utrap.unit import trap_unit_signature

from .bench import on

GUESTS = Config.profile("msuh", 64, refetch=True)
LOOKED_AT = ("mstatus", "sstatus", "vsstatus", "hstatus", "satp", "vsatp", "hgatp", "menvcfg", "henvcfg", "senvcfg")
OTHERS = ("mepc", "mscratch", "medeleg", "mie", "mtvec", "stvec", "mcounteren", "htimedelta")


@on(GUESTS, Config.profile("mu", 32, refetch=True))
async def test_a_write_to_what_translation_looks_at_says_so_and_no_other_access(bench):
    there = [name for name in (*LOOKED_AT, *OTHERS) if name in csr_rows(bench.config)]
    assert len(there) > 4
    for name in there:
        for kind in CsrOp:
            seen = bench.peek(name, 0, kind)
            assert seen.refetch == (name in LOOKED_AT and kind is not CsrOp.READ), (name, kind)


@on(GUESTS)
async def test_a_write_that_may_not_execute_says_nothing(bench):
    await bench.enter(0)
    assert bench.peek("satp", 0, CsrOp.WRITE).refetch == 0
    assert bench.peek("satp", 0, CsrOp.WRITE, debug=True).refetch == 1


def test_without_it_there_is_no_such_output():
    answers = trap_unit_signature(Config.profile("msuh", 64)).members["answer"].signature.members
    assert "refetch" not in answers
