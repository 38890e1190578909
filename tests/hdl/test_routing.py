"""Where an exception goes, and the delegation windows."""

from itertools import product
from random import Random

from utrap.config import Config
from utrap.isa import CommitOp, Mode

from .bench import on
from .configs import ALL, FULL, FULL64, MUN, NAMED_VARIANTS
from .manual import CSRS, gpa_bits

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
GUEST_PAGE_FAULTS = (20, 21, 23)
WRITABLE = {csr.name: csr.writable for csr in CSRS}
BASES = {M: ("mtvec", 0x1000), S: ("stvec", 0x2000), U: ("utvec", 0x3000), VS: ("vstvec", 0x4000)}
REGISTERS = ("medeleg", "hedeleg", "sedeleg", "huedeleg")


def route(config, mode, cause, delegated, en, ok):
    """HU-7, HU-10, norm:H_trap_deleg; `delegated`: the registers with the cause's bit."""
    if mode is M or "medeleg" not in delegated:
        return M
    if mode in (VS, VU):
        if "hedeleg" in delegated:
            return VS
        return U if en and "huedeleg" in delegated and ok else S
    if not config.s:
        return U
    return U if mode is U and "sedeleg" in delegated else S


async def set_bases(bench):
    for name, base in BASES.values():
        if name in bench.state():
            await bench.put(name, base)


def goes_to(bench, cause, **inputs):
    """The mode that takes an exception now, by the trace port and by where the pc goes."""
    seen = bench.drive(op=CommitOp.EXCEPTION, cause=cause, **inputs)
    to = Mode(seen.trace_to_mode)
    assert seen.redirect
    assert seen.target == BASES[to][1]
    assert seen.fault == 0
    return to


@on(*ALL)
async def test_each_cause_goes_where_every_combination_of_delegation_bits_sends_it(bench):
    # norm:trap_def_M_mode, norm:medeleg_mideleg_op1, norm:trap_del_S-mode, norm:trap_never_trans_lower,
    # norm:trap_horiz, norm:trap_del_S_mode_no_M_mode, norm:hedeleg_op, norm:H_trap_deleg, norm:medeleg_when_rd0,
    # norm:H_cause_ecall, HU-7, HU-8, HU-9, HU-10, HU-11, warl:medeleg, warl:hedeleg
    config = bench.config
    registers = [name for name in REGISTERS if name in bench.state()]
    for mode, en in product(bench.modes, (0, 1) if config.shudeleg else (0,)):
        await bench.enter(mode)
        await set_bases(bench)
        if config.shudeleg:
            await bench.put("hudcfg", en)
        for shift in range(1 << len(registers)):
            # Cause c meets combination c + shift of the registers.
            masks = {}
            for number, name in enumerate(registers):
                masks[name] = sum(1 << c for c in range(32) if c + shift >> number & 1)
                await bench.put(name, masks[name])
                masks[name] &= WRITABLE[name](config)
            for cause in range(64) if shift == 3 else range(24):
                delegated = {name for name, mask in masks.items() if mask >> cause & 1}
                to = route(config, mode, cause, delegated, en, True)
                assert goes_to(bench, cause) == to, (mode, cause, delegated)


@on(*FULL)
async def test_huedeleg_stands_in_for_no_other_register(bench):
    # HU-8
    await bench.put("hudcfg", 1)
    for mode in (U, VS, VU):
        await bench.enter(mode)
        await set_bases(bench)
        for name in ("medeleg", "sedeleg", "huedeleg", "hedeleg"):
            await bench.put(name, 0)
        await bench.put("huedeleg", 1 << 3)
        assert goes_to(bench, 3) == M
        await bench.put("medeleg", 1 << 3)
        assert goes_to(bench, 3) == (S if mode is U else U)
        await bench.put("huedeleg", 0)
        await bench.put("sedeleg", 1 << 3)
        assert goes_to(bench, 3) == (U if mode is U else S)


@on(*FULL)
async def test_en_off_sends_every_guest_exception_to_hs(bench):
    # HU-7, HU-23
    for mode in (VS, VU):
        await bench.enter(mode)
        await set_bases(bench)
        await bench.put("medeleg", WRITABLE["medeleg"](bench.config))
        await bench.put("huedeleg", WRITABLE["huedeleg"](bench.config))
        for hudcfg in (0, 2):
            await bench.put("hudcfg", hudcfg)
            for cause in range(64):
                assert goes_to(bench, cause) in (M, S)


WINDOW_CONFIGS = [
    Config.profile("full", 32),
    Config.profile("full", 64, hgatp_modes=("bare", "sv39x4")),
    FULL64,
    NAMED_VARIANTS["large64"],
]


async def guest_with_windows(bench, mode=VU):
    """A guest whose guest-page faults U takes, where a window lets them."""
    await bench.enter(mode)
    await set_bases(bench)
    await bench.put("medeleg", WRITABLE["medeleg"](bench.config))
    await bench.put("huedeleg", WRITABLE["huedeleg"](bench.config))
    await bench.put("hudcfg", 3)
    for i in range(bench.config.windows):
        await bench.put(f"hugpaw{i}", 0)


def window(page, order, e=1):
    return page << 10 | order << 1 | e


@on(*WINDOW_CONFIGS)
async def test_a_window_matches_the_page_numbers_that_agree_from_bit_order_up(bench):
    # HU-16, HU-17
    width = gpa_bits(bench.config) - 12
    random = Random("order")
    await guest_with_windows(bench)
    for order in range(64) if bench.config in FULL else range(1, 64, 6):
        page = random.getrandbits(width)
        await bench.put("hugpaw0", window(page, order))
        for bit in range(width):
            offset = random.getrandbits(10)
            to = goes_to(bench, 21, tval2=(page ^ 1 << bit) << 10 | offset)
            assert to == (U if bit < order else S), (order, bit)
        assert goes_to(bench, 21, tval2=page << 10 | 1023) == U


@on(*WINDOW_CONFIGS)
async def test_a_window_ends_at_its_edges(bench):
    # HU-17
    config = bench.config
    width = gpa_bits(config) - 12
    await guest_with_windows(bench)
    for order in (0, 1, 2, 7, width - 1):
        size = 1 << order
        first = 5 * size % (1 << width)
        await bench.put("hugpaw0", window(first + size // 2, order))
        for page, to in ((first, U), (first + size - 1, U), (first - 1, S), (first + size, S)):
            if 0 <= page < 1 << width:
                for offset in (0, 1023):
                    assert goes_to(bench, 23, tval2=page << 10 | offset) == to, (order, page)


@on(*WINDOW_CONFIGS)
async def test_an_order_at_or_above_the_page_numbers_width_matches_every_address(bench):
    # HU-17
    width, top = gpa_bits(bench.config) - 12, (1 << gpa_bits(bench.config) - 2) - 1
    await guest_with_windows(bench)
    for order in (width - 1, width, width + 1, 63):
        await bench.put("hugpaw0", window(0, order))
        assert goes_to(bench, 20, tval2=0) == U
        assert goes_to(bench, 20, tval2=top) == (U if order >= width else S)


@on(*(Config.profile("full", 64, window_max_order=order, shtvala=True) for order in (0, 1, 9, 37, 38, 62)))
async def test_a_larger_order_than_there_is_is_the_largest_that_there_is(bench):
    # HU-17, warl:ORDER
    largest, width = bench.config.window_max_order, gpa_bits(bench.config) - 12
    page = 0x2A_AAAA_AAAA & (1 << width) - 1
    await guest_with_windows(bench)
    for order in range(64):
        await bench.put("hugpaw0", window(page, order))
        kept = min(order, largest)
        assert bench.get("hugpaw0") == window(page, kept)
        for bit in {0, kept - 1, kept, width - 1} & set(range(width)):
            assert goes_to(bench, 21, tval2=(page ^ 1 << bit) << 10) == (U if bit < kept else S), (order, bit)
        assert goes_to(bench, 21, tval2=page << 10) == U
        assert goes_to(bench, 21, tval2=1 << width + 10) == (U if kept >= width else S)


@on(Config.profile("full", 64, shtvala=True))
async def test_an_address_that_is_wider_than_the_windows_lies_in_those_of_every_page(bench):
    # HU-17, norm:htval_trapval
    width = gpa_bits(bench.config) - 12
    await guest_with_windows(bench)
    for order in (0, 5, width - 1, width, 63):
        await bench.put("hugpaw0", window(0, order))
        for bit in (width, width + 1, 51):
            assert goes_to(bench, 21, tval2=1 << bit + 10) == (U if order >= width else S), (order, bit)
        assert goes_to(bench, 21, tval2=0) == U


@on(*WINDOW_CONFIGS, Config.profile("full", 64, windows=1))
async def test_one_enabled_window_of_all_is_enough_and_a_disabled_one_matches_nothing(bench):
    # HU-16, HU-18
    count = bench.config.windows
    pages = [3 + 4 * i for i in range(count)]
    for mask in range(1 << count) if count < 8 else (0, *(1 << i for i in range(8)), 0x55, 0xAA, 0xFF):
        await guest_with_windows(bench, VS) if mask == 0 else None
        for i, page in enumerate(pages):
            await bench.put(f"hugpaw{i}", window(page, 0, e=mask >> i & 1))
        for i, page in enumerate(pages):
            assert goes_to(bench, 21, tval2=page << 10) == (U if mask >> i & 1 else S), (mask, i)
    # Overlapping windows: either alone, both.
    if count > 1:
        await bench.put("hugpaw0", window(pages[0], 12))
        assert goes_to(bench, 21, tval2=pages[1] << 10) == U
        await bench.put(f"hugpaw{count - 1}", window(0, 3, e=0))
        assert goes_to(bench, 21, tval2=pages[1] << 10) == U


@on(*FULL)
async def test_windows_are_for_guest_page_faults_alone(bench):
    # HU-16
    delegated = WRITABLE["huedeleg"](bench.config) & WRITABLE["medeleg"](bench.config)
    for wen in (0, 1):
        await guest_with_windows(bench)
        await bench.put("hudcfg", 1 | wen << 1)
        for cause in range(64):
            needs_window = cause in GUEST_PAGE_FAULTS and wen
            to = (S if needs_window else U) if delegated >> cause & 1 else None
            for inputs in ({}, {"tval2": 0x12345}, {"tinst": 0x3000}, {"tinst": 3}, {"tval2": 5, "tinst": 0x2020}):
                found = goes_to(bench, cause, **inputs)
                assert found == to or (to is None and found in (M, S)), (wen, cause)


@on(*FULL)
async def test_a_pseudoinstruction_never_goes_to_u_through_a_window(bench):
    # HU-16, norm:H_trap_xtinst_guestpage, norm:H_trap_xtinst_guestpage_rw
    await guest_with_windows(bench)
    await bench.put("hugpaw0", window(0x55, 0))
    pseudo = [0x2000, 0x2020, 0x3000, 0x3020, *(1 << bit for bit in range(2, 32)), 0xFFFF_FFFC]
    others = [0, 1, 2, 3, 0x2001, 0x2003, 0x3021, 0x3023, 0x8000_0002, 0xFFFF_FFFF]
    for wen, cause in product((1, 0), GUEST_PAGE_FAULTS):
        await bench.put("hudcfg", 1 | wen << 1)
        for tinst in pseudo:
            assert goes_to(bench, cause, tval2=0x55 << 10, tinst=tinst) == (S if wen else U), hex(tinst)
        for tinst in others:
            assert goes_to(bench, cause, tval2=0x55 << 10, tinst=tinst) == U, hex(tinst)
            assert goes_to(bench, cause, tval2=0x56 << 10, tinst=tinst) == (S if wen else U), hex(tinst)


@on(Config.profile("full", 64, windows=0), Config.profile("full", 32, windows=0))
async def test_without_windows_wen_sends_every_guest_page_fault_to_hs(bench):
    # HU-16
    await guest_with_windows(bench)
    for cause in GUEST_PAGE_FAULTS:
        assert goes_to(bench, cause, tval2=0x400) == S
    assert goes_to(bench, 13) == U
    await bench.put("hudcfg", 1)
    for cause in GUEST_PAGE_FAULTS:
        assert goes_to(bench, cause, tval2=0x400) == U


@on(*MUN)
async def test_without_s_mode_m_delegates_to_u(bench):
    # HU-10, norm:trap_del_S_mode_no_M_mode
    for mode in (M, U):
        await bench.enter(mode)
        await set_bases(bench)
        for cause in range(64):
            await bench.put("medeleg", 1 << cause & 0xFFFF_FFFF)
            kept = cause in (*range(1, 9), 12, 13, 15, 18, 19)
            assert goes_to(bench, cause) == (U if kept and mode is U else M), (mode, cause)


@on(NAMED_VARIANTS["msuhn64"])
async def test_without_shudeleg_no_guest_exception_goes_to_u(bench):
    # HU-8, HU-15
    for mode in (U, VS, VU):
        await bench.enter(mode)
        await set_bases(bench)
        await bench.put("medeleg", (1 << 64) - 1)
        await bench.put("sedeleg", (1 << 64) - 1)
        for cause in range(24):
            to = goes_to(bench, cause, tval2=0x1000)
            assert (to is U) == (mode is U and cause in (*range(1, 9), 12, 13, 15)), (mode, cause)
