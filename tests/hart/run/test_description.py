"""What of the hart a user may choose, and what that changes."""

import pytest

from utrap.command_line.errors import UserError
from utrap_hart.description import describe

from ..assembly import T0, T1, ZERO, addi, csrrs, csrrw, jal, li, store  # noqa: TID252 (the tests are no package)
from ..elf import leave  # noqa: TID252 (the tests are no package)

MTVEC, SATP, PMPCFG0, PMPADDR0 = 0x305, 0x180, 0x3A0, 0x3B0
SV48 = 9


def leaves_with(register_words):
    """Leave with what the words leave in t1; with 99 when they trap."""
    handler = leave(99)
    to_handler = [0x0000_0297, addi(T0, T0, -4 * len(handler)), csrrw(ZERO, MTVEC, T0)]  # auipc t0, 0
    finish = [0x0103_1313, *li(T0, 0x3333), 0x0053_6333, *li(T0, 0x10_0000), store(T1, T0, 2), jal(0, 0)]
    return [jal(ZERO, 4 * (len(handler) + 1)), *handler, *to_handler, *register_words, *finish]


#: satp.MODE = Sv48; what of it stays, in t1.
SET_SV48 = [addi(T1, ZERO, SV48), 0x03C3_1313, csrrw(ZERO, SATP, T1), csrrs(T1, SATP, ZERO), 0x03C3_5313]
READ_PMP = [addi(T0, ZERO, -1), csrrw(ZERO, PMPADDR0, T0), csrrw(ZERO, PMPCFG0, T0), csrrs(T1, PMPCFG0, ZERO)]


@pytest.mark.parametrize(
    ("words", "options", "status"),
    [
        (SET_SV48, (), 0),
        (SET_SV48, ("--set", "satp_modes=bare,sv39,sv48"), SV48),
        (READ_PMP, (), 99),
        (READ_PMP, ("--zero-pmp",), 0),
    ],
    ids=["no Sv48", "Sv48", "no PMP", "a PMP of zeros"],
)
def test_the_hart_is_what_the_user_asks_for(run, program, simulator, words, options, status):
    result = run("run", program(*leaves_with(words)), "--sim", simulator("icarus"), *options)
    assert result.status == status, result.err
    assert "agree with the golden model" in result.err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("isa=IMAC", "--set isa=IMAC: of the hart one can set satp_modes, hgatp_modes, "),
        ("satp_modes=sv47", "--set satp_modes=sv47: "),
        ("windows=many", "--set windows=many: windows is a number"),
    ],
)
def test_what_the_hart_cannot_be_is_one_line(setting, message):
    with pytest.raises(UserError) as caught:
        describe([setting], zero_pmp=False)
    assert str(caught.value).startswith(message)
