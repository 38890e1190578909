"""Who edits the hardware and leaves a table behind gets one line and status 2, no traceback."""

import re

import pytest
from amaranth.hdl import Cat, Module, Signal

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap.rules.event import SECTION
from utrap.unit import TrapUnit
from utrap_formal.equivalence import suite

MU = ("--profile", "mu", "--xlen", "32")


def one_line(result):
    assert result.status == 2
    assert result.err.startswith("utrap: the design does not fit: ")
    assert result.err.count("\n") == 1
    return result.err


def grown(elaborate):
    """The unit with one more flip-flop, which no table has."""

    def more(unit, platform) -> Module:
        m = elaborate(unit, platform)
        extra = Signal(3, name="extra")
        m.d.sync += extra.eq(unit.commit.op)
        m.d.comb += unit.state.views["mscratch"].eq(extra)
        return m

    return more


def test_an_extra_flip_flop_is_one_line_from_generate(run, monkeypatch, tmp_path):
    monkeypatch.setattr(TrapUnit, "elaborate", grown(TrapUnit.elaborate))
    assert "a flip-flop of 3 bits, extra, is not" in one_line(run("generate", *MU, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_named_vector_with_bits_that_nothing_uses_is_one_line(run, monkeypatch, tmp_path):
    elaborate = TrapUnit.elaborate

    def more(unit, platform) -> Module:
        m = elaborate(unit, platform)
        a, b = unit.commit.csr_wdata, unit.commit.pc
        halves = SECTION.signal(m, "two_halves", Cat(a & b, a | b))
        m.d.sync += unit.state["mscratch.scratch"].eq(halves[32:])
        return m

    monkeypatch.setattr(TrapUnit, "elaborate", more)
    line = one_line(run("generate", *MU, "-o", tmp_path / "out"))
    assert "nothing uses bit 0 of two_halves: name the part that is used" in line


EXTRA = "  reg extra = 1'b0;\n  always @(posedge clk) extra <= rst;\n  assign answer_redirect = extra | "


@pytest.mark.parametrize(
    ("pattern", "instead", "message"),
    [
        (r"  assign answer_redirect =", EXTRA, "extra"),
        (r"reg mode_prv = 1'b1;", "wire mode_prv = 1'b1;", "mode_prv"),
    ],
    ids=["extra", "missing"],
)
def test_an_extra_or_missing_flip_flop_is_one_line_from_prove(run, monkeypatch, tmp_path, pattern, instead, message):
    text = verilog(Config.profile("mu", 32))
    if message == "mode_prv":
        text = re.sub(r"mode_prv <= .*;", ";", text)
    changed, count = re.subn(pattern, instead, text)
    assert count == 1
    monkeypatch.setattr(suite, "verilog", lambda config: changed)
    line = one_line(run("prove", "equivalence", *MU, "--cache", tmp_path / "cache"))
    assert f"registers without counterpart: {message}" in line


def test_a_field_that_no_table_has_is_one_line(run, monkeypatch, tmp_path):
    def elaborate(unit, platform):
        return unit.state["mstatus.nonsense"]

    monkeypatch.setattr(TrapUnit, "elaborate", elaborate)
    line = one_line(run("generate", *MU, "-o", tmp_path / "out"))
    assert "the CSR table has no field mstatus.nonsense, at which the hardware looks" in line
