"""The Verilog does what Amaranth's RTLIL does: Yosys proves it, net by net."""

import pytest

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap.unit import TrapUnit
from utrap.verilog.netlist import to_rtlil
from utrap.verilog.yosys import YosysError, run_yosys

_PASSES = [
    "read_rtlil unit.il",
    "rename trap_unit gold",
    "read_verilog -noautowire unit.v",
    "rename trap_unit gate",
    "proc",
    "opt_clean",
    "equiv_make gold gate equiv",
    "hierarchy -top equiv",
    "opt_expr",
    "opt_merge",
    "opt_clean",
    "equiv_simple",
    "equiv_status -assert",
]


def prove(config, text):
    rtlil = to_rtlil(TrapUnit(config))
    # Yosys notes that some private nets are in the gold module alone.
    run_yosys(_PASSES, {"unit.il": rtlil, "unit.v": text}, allows_warnings=True)


#: Together they have every operator that the unit is made of.
CHOSEN = [
    Config.profile("full", 64),
    Config.profile("mu", 64),
    Config.profile("msun", 32),
    Config.profile("full", 32, geilen=5, windows=5, vectored_align=4, ialign=32, isa="IMA", counters="zihpm"),
    Config.profile("msuh", 32, geilen=2, selection="one_hot"),
]


@pytest.mark.parametrize("config", CHOSEN, ids=lambda config: f"{config.xlen} {config.h} {config.geilen}")
def test_the_verilog_is_equivalent_to_the_rtlil(config):
    prove(config, verilog(config))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mie_meie <= csr_written[11]", "mie_meie <= csr_written[10]"),
        ("      mode_prv <= 1'b1;", "      mode_prv <= 1'b0;"),
        ("assign hart_fiom", "assign hart_fiom = 1'b1; wire unused"),
        ("if (write_mtvec)", "if (!write_mtvec)"),
    ],
)
def test_a_difference_is_found(right, wrong):
    config = Config.profile("mu", 32)
    text = verilog(config)
    assert right in text
    with pytest.raises(YosysError):
        prove(config, text.replace(right, wrong, 1))
