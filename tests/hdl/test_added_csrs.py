"""A new CSR is its rows alone: invented ones get storage, rules, judgement, map, headers and Verilog from the table.

They have what the next extensions' CSRs have: an enable for each level below, read-only 0 where the level
above has not set it; a register with a guard of its own that gives way to a guest's copy with V=1; a rule of
its own for what a write stores; a view of another register, in another place; a level that a software bit
joins; high halves.
"""

from dataclasses import dataclass

import pytest

from utrap.config import Config
from utrap.csr import configured
from utrap.csr.definitions import CsrTableError, Field
from utrap.csr.guards import Guard
from utrap.csr.shared.makers import high_half, own, row, view
from utrap.csr.warl import Warl
from utrap.isa import CsrOp, Fault, Mode
from utrap.products.csr_map import csrs_document, csrs_rows
from utrap.products.file_set import products
from utrap.registers.state import State, state_bits

from .bench import Bench

ILLEGAL, VIRTUAL, NONE = Fault.ILLEGAL, Fault.VIRTUAL, Fault.NONE
MGATE, MGATEH, SGATE, STIMER, STIMERH, HGATE, HSHOW, VSTIMER = (
    *(0x3CC, 0x3DC, 0x1CC, 0x1AE, 0x1BE, 0x6CC, 0x6CD, 0x2AE),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LowestBit(Warl):
    """Of the bits that are written the lowest is stored."""

    words: str = "one bit at most: the lowest that is written"

    def stored(self, write):
        return write.value & (~write.value + 1)[: len(write.value)]


BY_M = Guard(
    name="by_m",
    words="mgate.TIMER",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: ~mode.is_machine & ~state["mgate.timer"],
)
BY_HS = Guard(
    name="by_hs",
    words="hgate.TIMER",
    fault=Fault.VIRTUAL,
    refuses=lambda mode, state: mode.is_guest_supervisor & ~state["hgate.timer"],
)


def added_rows(config):
    """The invented CSRs, which need H."""
    if not config.h:
        return
    below_m, below_hs = ("mgate.user",), ("mgate.user", "hgate.user")
    hgate = [
        own("hgate", "user", 0, read_where=below_m, write_where=below_m, words="read-only 0 where mgate has 0"),
        own("hgate", "timer", 1),
    ]
    soft = Field(name="soft", lsb=5, storage="mgate.soft", level="meip", mask=1)
    kind = own("mgate", "kind", 8, 4, rule=LowestBit())
    yield row("mgate", MGATE, "HU-1", "gates", [own("mgate", "user", 0), own("mgate", "timer", 1), soft, kind])
    yield high_half(config, "mgateh", MGATEH, "HU-1", "gates, high")
    yield row("hgate", HGATE, "HU-1", "guest gates", hgate)
    user = own("sgate", "user", 0, reset=1, read_where=below_hs, write_where=below_hs)
    yield row("sgate", SGATE, "HU-1", "user gates", [user])
    yield row("hshow", HSHOW, "HU-1", "the kind, elsewhere", [view("mgate.kind", "kind", 16, 4)])
    for name, address, guards in (("stimer", STIMER, (BY_M, BY_HS)), ("vstimer", VSTIMER, (BY_M,))):
        yield row(name, address, "HU-1", "timer", [own(name, "time", 0, config.xlen)], guards=guards)
        yield high_half(
            config, f"{name}h", address + 0x10, "HU-1", "timer", [own(f"{name}h", "time", 0, 32)], guards=guards
        )


@pytest.fixture(autouse=True)
def added(monkeypatch):
    monkeypatch.setattr(configured, "LEVELS", (*configured.LEVELS, added_rows))


@pytest.fixture(scope="module")
def benches():
    return {}


@pytest.fixture(params=[64, 32])
def play(request, added, benches):
    """Run a scenario in a simulator of the unit with the added CSRs."""
    config = Config.profile("full", request.param)
    if request.param not in benches:
        benches[request.param] = Bench(config)
    bench = benches[request.param]
    return lambda scenario: bench.run(lambda: scenario(bench))


def test_they_store_what_is_written_and_their_own_rule_decides(play):
    async def scenario(bench):
        ones = (1 << bench.config.xlen) - 1
        for address, value in ((MGATE, 0x723), (STIMER, ones), (VSTIMER, ones ^ 0xFF)):
            await bench.put(address, value)
        assert (bench.get(MGATE), bench.get(STIMER), bench.get(VSTIMER)) == (0x123, ones, ones ^ 0xFF)
        for written in range(16):
            await bench.put(MGATE, written << 8)
            assert bench.get(MGATE) == (written & -written) << 8
        await bench.reset()
        assert (bench.get(MGATE), bench.get(STIMER)) == (0, 0)

    play(scenario)


def test_a_view_shows_and_writes_the_storage_of_another_in_its_place(play):
    async def scenario(bench):
        await bench.put(MGATE, 4 << 8)
        assert bench.get(HSHOW) == 4 << 16
        await bench.put(HSHOW, 10 << 16)
        assert bench.get(MGATE) == 2 << 8

    play(scenario)


def test_a_chain_of_gates_reads_and_keeps_0(play):
    async def scenario(bench):
        assert bench.get(SGATE) == 0
        await bench.put(MGATE, 1)
        assert bench.get(SGATE) == 0
        await bench.put(HGATE, 1)
        assert bench.get(SGATE) == 1  # what it is reset to
        await bench.put(MGATE, 0)
        assert (bench.get(HGATE), bench.get(SGATE)) == (0, 0)
        await bench.put(SGATE, 0)
        await bench.put(HGATE, 0)
        await bench.put(MGATE, 1)
        assert (bench.get(HGATE), bench.get(SGATE)) == (1, 1)

    play(scenario)


def test_of_a_level_and_a_software_bit_only_the_bit_is_rewritten(play):
    async def scenario(bench):
        bench.level(meip=1)
        assert bench.get(MGATE) == 1 << 5
        await bench.put(MGATE, 1, CsrOp.SET)
        bench.level(meip=0)
        assert bench.get(MGATE) == 1
        await bench.put(MGATE, 1 << 5, CsrOp.SET)
        assert bench.get(MGATE) == 1 << 5 | 1

    play(scenario)


def test_their_own_guards_judge_beside_the_rules_of_the_address(play):
    async def scenario(bench):
        for by_m in (0, 1):
            for by_hs in (0, 1):
                await bench.put(MGATE, by_m << 1)
                await bench.put(HGATE, by_hs << 1)
                in_vs = (VIRTUAL, NONE)[by_hs] if by_m else ILLEGAL
                expected = {
                    Mode.M: (NONE, NONE),
                    Mode.S: ((NONE, NONE) if by_m else (ILLEGAL, ILLEGAL)),
                    Mode.U: (ILLEGAL, ILLEGAL),
                    Mode.VS: (in_vs, VIRTUAL if by_m else ILLEGAL),
                    Mode.VU: (VIRTUAL if by_m else ILLEGAL,) * 2,
                }
                for mode, faults in expected.items():
                    await bench.enter(mode)
                    seen = tuple(bench.peek(address).fault for address in (STIMER, VSTIMER))
                    assert seen == faults, (mode, by_m, by_hs)
                    assert bench.peek(SGATE).fault == {Mode.U: ILLEGAL, Mode.VU: VIRTUAL}.get(mode, NONE)

    play(scenario)


def test_with_v_a_guests_copy_takes_the_place_and_where_there_is_none_the_csr_stays(play):
    async def scenario(bench):
        await bench.put(MGATE, 3)
        await bench.put(HGATE, 3)
        await bench.put(STIMER, 5)
        await bench.put(VSTIMER, 7)
        await bench.enter(Mode.VS)
        assert (await bench.csr(STIMER, 9)).rdata == 7
        assert bench.peek(SGATE).rdata == 1
        assert (bench.get(STIMER), bench.get(VSTIMER)) == (5, 9)

    play(scenario)


def test_a_high_half_is_rv32s_and_illegal_on_rv64(play):
    async def scenario(bench):
        is_absent = bench.config.xlen == 64
        for address in (MGATEH, STIMERH, VSTIMER + 0x10):
            assert bench.peek(address, ext_exists=1).fault == (ILLEGAL if is_absent else NONE)
        if not is_absent:
            await bench.put(STIMERH, 0xFFFFFFFF)
            assert (bench.get(STIMER), bench.get(STIMERH)) == (0, 0xFFFFFFFF)

    play(scenario)


@pytest.mark.parametrize("xlen", [32, 64])
def test_the_map_tells_of_them(xlen):
    config = Config.profile("full", xlen)
    rows = {row["name"]: row for row in csrs_document(config)["csrs"]}
    assert (rows["stimer"]["address"], rows["stimer"]["lowest_mode"]) == (STIMER, "S")
    assert (rows["stimer"]["condition"], rows["stimer"]["with_v"]) == ("mgate.TIMER, hgate.TIMER", "vstimer")
    assert rows["sgate"]["with_v"] == ""
    assert ("stimerh" in rows) == (xlen == 32)
    assert rows["sgate"]["fields"][0]["read_where"] == ["mgate.user", "hgate.user"]
    (line,) = (row for row in csrs_rows(config) if row[1] == "mgate")
    assert line[4] == "0x0 + lines"
    assert line[5] == "kind: one bit at most: the lowest that is written"


@pytest.mark.parametrize("xlen", [32, 64])
def test_the_headers_and_the_verilog_have_them(xlen):
    config = Config.profile("full", xlen)
    files = {product.name: product.text for product in products(config)}
    assert "UTRAP_CSR_STIMER" in files["utrap_csr.h"]
    assert "UTRAP_HSHOW_KIND_MASK" in files["utrap_csr.h"]
    assert "UTRAP_CSR_VSTIMER" in files["trap_unit.vh"]
    for name in ("mgate_kind", "mgate_soft", "stimer_time", "vstimer_time", "sgate_user"):
        assert f"{name} =" in files["trap_unit.v"], name
    assert ("stimerh_time =" in files["trap_unit.v"]) == (xlen == 32)
    assert "reg sgate_user = 1'b1;" in files["trap_unit.v"]


def test_their_bits_are_counted(monkeypatch):
    more = state_bits(Config.profile("full", 64))
    monkeypatch.undo()
    assert more - state_bits(Config.profile("full", 64)) == 7 + 2 + 1 + 2 * 64


def test_a_rule_that_names_a_field_reads_0_where_a_configuration_lacks_it():
    absent = State(Config.profile("msu", 64))["mgate.kind"]
    assert (absent.value, len(absent)) == (0, 4)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("other", MGATE, "", "")], "other at 0x3cc: another CSR has the same address"),
        ([row("mgate", 0x7C0, "", "")], "mgate at 0x7c0: another CSR has the same name"),
        ([row("other", 0x7C0, "", "", [view("mgate.nothing", "it", 0)])], "other.it shows mgate.nothing: not stored"),
        ([row("other", 0x7C0, "", "", [own("other", "it", 64)])], "other.it lies beyond XLEN"),
        (
            [row("other", 0x7C0, "", "", [view("mgate.kind", "kind", 0)])],
            "other.kind is not as wide as mgate.kind, which it shows",
        ),
    ],
)
def test_a_row_that_contradicts_the_table_is_an_error(monkeypatch, rows, message):
    monkeypatch.setattr(configured, "LEVELS", (*configured.LEVELS, lambda _: rows))
    with pytest.raises(CsrTableError, match=f"^{message}$"):
        configured.csrs(Config.profile("full", 64))
