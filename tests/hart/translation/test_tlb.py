"""The TLB: what it remembers, what makes it forget, and what it never answers."""

import pytest

from .paging_model import CAUSES, FETCH, LOAD, S_MODE, STORE, U_MODE, VS_MODE, VU_MODE
from .places import GUEST_ADDRESS, PLACES, SV39, at_satp, two_stages
from .tables import PTE_PPN, A, D, R, U, V, W, X
from .world import ADDRESS, GOOD, GUEST, PAGE, TARGET, World

ENTRIES = 8
MOVED = 0x55_5555

each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def moved(pte):
    return MOVED << PTE_PPN | pte & 0x3FF


def at(page):
    return {"physical": page << 12 | ADDRESS & 0xFFF}


def test_a_second_access_to_a_page_takes_no_cycle_and_reads_nothing(player):
    world = two_stages()
    world.expect()
    for offset in (0, 8, 0xFF8):
        world.expect(ADDRESS & ~0xFFF | offset, cycles=0)
    assert [reply.reads for reply in world.check(player)] == [15, 0, 0, 0]


@pytest.mark.parametrize(
    ("place", "cycles"),
    [("satp", 7), ("vsatp alone", 7), ("hgatp alone", 8), ("vsatp over hgatp", 38)],
)
def test_a_walk_takes_two_cycles_for_an_entry_and_a_few_more(player, place, cycles):
    """The memory answers in the cycle after the request. More than two: to begin, to end, and for each G-stage walk."""
    found = PLACES[place](0)
    found.world.expect(found.address, found.mode, cycles=cycles)
    found.world.check(player)


@each_place
def test_an_entry_that_has_changed_is_seen_after_a_fence(player, place):
    found = place(0)
    world, slot = found.world, found.space.path(found.page)[0]
    world.expect(found.address, found.mode)
    world.poke(slot, world.memory[slot] & ~V)
    world.expect(found.address, found.mode, cycles=0, is_stale=True)
    world.fence()
    failure = {"gpa": found.gpa, "is_implicit": found.is_implicit} if found.gpa else {}
    world.expect(found.address, found.mode, cause=CAUSES[found.fault][LOAD], **failure)
    world.check(player)


@pytest.mark.parametrize("field", ["identifier", "root"])
@pytest.mark.parametrize("register", ["satp", "vsatp", "hgatp"])
def test_a_new_root_or_identifier_forgets_at_once(player, register, field):
    """No fence: an address space is another one in the cycle after the write (norm:satp_op_active)."""
    found = at_satp() if register == "satp" else PLACES["vsatp over hgatp"](0)
    world, mode = found.world, found.mode
    space = {"satp": "host", "vsatp": "virtual", "hgatp": "guest"}[register]
    slot = getattr(world, space).path(GUEST if register == "hgatp" else PAGE)[0]
    world.expect(mode=mode)
    world.expect(mode=mode, cycles=0)
    if field == "identifier":
        world.poke(slot, moved(world.memory[slot]))
        world.set(**{register: getattr(world.registers, register) | 5 << 44})
        if register == "vsatp":
            world.map(world.guest, MOVED, TARGET)
            world.expect(mode=mode)
        else:
            world.expect(mode=mode, **at(MOVED))
    else:
        nowhere = 0x4_0000
        world.set(**{register: SV39 << 60 | nowhere})
        gpa = (nowhere << 12) + 8 * (ADDRESS >> 30)
        implicit = {"cause": 21, "gpa": gpa, "is_implicit": True}
        world.expect(mode=mode, **(implicit if register == "vsatp" else {"cause": 5}))
    world.check(player)


@pytest.mark.parametrize("register", ["vsatp", "hgatp", "satp"])
def test_bare_forgets_at_once_and_so_does_its_end(player, register):
    found = at_satp() if register == "satp" else PLACES["vsatp over hgatp"](0)
    world, mode = found.world, found.mode
    before = getattr(world.registers, register)
    world.expect(mode=mode)
    world.set(**{register: 0})
    if register == "satp":
        world.expect(mode=mode, physical=ADDRESS, cycles=0)
    elif register == "vsatp":
        world.expect(mode=mode, cause=21, gpa=ADDRESS)
    else:
        world.expect(mode=mode, cause=5)
    world.set(**{register: before})
    world.expect(mode=mode)
    world.check(player)


def test_a_load_does_not_open_the_page_to_stores(player):
    """D=0: the store goes to the tables, which say no; and yes as soon as D is set, without a fence."""
    for place in PLACES.values():
        found = place(0)
        if found.is_implicit:
            continue
        world = found.world
        found.damage(0, clear=D)
        slot = found.space.path(found.page)[0]
        for kinds in ((STORE,), ()):
            found.fails(kinds)
            found.fails(kinds)
            world.poke(slot, world.memory[slot] | D)
        world.check(player)


@pytest.mark.parametrize("modes", [(U_MODE, S_MODE), (VU_MODE, VS_MODE)])
def test_what_a_user_has_opened_stays_closed_to_a_supervisor(player, modes):
    user, supervisor = modes
    found = at_satp() if user == U_MODE else PLACES["vsatp over hgatp"](0)
    world, enable = found.world, "sum" if user == U_MODE else "vs_sum"
    for kind in (FETCH, LOAD, STORE):
        world.expect(mode=user, kind=kind)
    for kind in (FETCH, LOAD, STORE):
        world.expect(mode=supervisor, kind=kind, cause=CAUSES["page"][kind])
    world.set(**{enable: True})
    world.expect(mode=supervisor, cycles=0)
    world.expect(mode=supervisor, kind=STORE, cycles=0)
    world.expect(mode=supervisor, kind=FETCH, cause=12)
    world.set(**{enable: False})
    world.expect(mode=supervisor, cause=13)
    found.damage(0, clear=U)
    world.expect(mode=supervisor)
    world.expect(mode=supervisor, kind=FETCH, cycles=0)
    world.expect(mode=user, cause=13)
    world.check(player)


def test_a_guests_address_is_not_the_hosts(player):
    world = World(satp=SV39, vsatp=SV39)
    world.map(world.host, PAGE, TARGET)
    world.map(world.virtual, PAGE, MOVED)
    for _ in range(2):
        world.expect(mode=U_MODE)
        world.expect(mode=VU_MODE, **at(MOVED))
    world.check(player)


def test_m_mode_asks_nobody(player):
    found = at_satp()
    found.world.expect(mode=U_MODE)
    found.world.expect(mode=3, physical=ADDRESS, cycles=0)
    found.world.check(player)


@pytest.mark.parametrize("stage", ["virtual", "guest"])
def test_what_mxr_has_opened_closes_with_it(player, stage):
    world = two_stages()
    slot = getattr(world, stage).path(PAGE if stage == "virtual" else GUEST)[0]
    failure = {"cause": 13} if stage == "virtual" else {"cause": 21, "gpa": GUEST_ADDRESS}
    world.poke(slot, world.memory[slot] & ~(R | W))
    world.set(mxr=True)
    world.expect()
    world.expect(cycles=0)
    world.set(mxr=False)
    world.expect(**failure)
    world.expect(is_hlvx=True, cycles=0)
    world.expect(kind=FETCH, cycles=0)
    world.expect(kind=STORE, **failure | {"cause": failure["cause"] + 2})
    world.check(player)


@pytest.mark.parametrize("stage", ["virtual", "guest"])
def test_a_load_does_not_open_the_page_to_fetches_and_hlvx(player, stage):
    world = two_stages()
    slot = getattr(world, stage).path(PAGE if stage == "virtual" else GUEST)[0]
    failure = {"cause": 13} if stage == "virtual" else {"cause": 21, "gpa": GUEST_ADDRESS}
    world.poke(slot, world.memory[slot] & ~X)
    world.expect()
    world.expect(is_hlvx=True, **failure)
    world.expect(kind=FETCH, **failure | {"cause": failure["cause"] - 1})
    world.expect(cycles=0)
    world.check(player)


def test_a_fault_is_not_remembered(player):
    """The tables are asked again: no fence is needed to make an entry valid."""
    found = at_satp()
    slot = found.space.path(PAGE)[0]
    whole = found.world.memory[slot]
    found.world.map(found.world.host, PAGE + 1, TARGET)
    found.world.expect(ADDRESS + 0x1000, U_MODE)
    found.world.poke(slot, 0)
    for _ in range(2):
        found.world.expect(mode=U_MODE, cause=13)
    found.world.poke(slot, whole)
    found.world.expect(mode=U_MODE)
    found.world.check(player)


def test_eight_pages_fit_and_the_oldest_makes_room(player):
    world = World(satp=SV39)
    pages = [PAGE + n for n in range(ENTRIES + 1)]
    for page in pages:
        world.map(world.host, page, TARGET + page - PAGE)
    asked = {page: {"address": page << 12, "mode": U_MODE, "physical": TARGET + page - PAGE << 12} for page in pages}
    for page in pages[:ENTRIES]:
        world.expect(**asked[page])
    for page in pages[:ENTRIES]:
        world.expect(**asked[page], cycles=0)
    world.expect(**asked[pages[ENTRIES]])
    for page in pages[1:]:
        world.expect(**asked[page], cycles=0)
    world.expect(**asked[pages[0]])
    world.expect(**asked[pages[2]], cycles=0)
    replies = world.check(player)
    assert [reply.reads for reply in replies[-2:]] == [3, 0]
    assert replies[2 * ENTRIES].reads == 3


def test_a_fence_forgets_every_page(player):
    world = World(satp=SV39)
    pages = [PAGE + n for n in range(ENTRIES)]
    for page in pages:
        world.map(world.host, page, TARGET)
        world.expect(page << 12, U_MODE, physical=TARGET << 12)
    for page in pages:
        world.poke(world.host.path(page)[0], 0)
    world.fence()
    for page in pages:
        world.expect(page << 12, U_MODE, cause=13)
    world.check(player)


def test_a_page_that_permits_more_than_before_stays_in_its_place(player):
    """It does not cost another page its own."""
    world = World(satp=SV39)
    pages = [PAGE + n for n in range(ENTRIES)]
    for page in pages:
        world.map(world.host, page, TARGET, flags=GOOD & ~D)
        world.expect(page << 12, U_MODE, physical=TARGET << 12)
    for page in pages:
        slot = world.host.path(page)[0]
        world.poke(slot, world.memory[slot] | D)
        world.expect(page << 12, U_MODE, STORE, physical=TARGET << 12)
        for other in pages:
            world.expect(other << 12, U_MODE, physical=TARGET << 12, cycles=0)
    world.check(player)


@pytest.mark.parametrize("levels", [(2, 2), (2, 1), (1, 2), (1, 1), (0, 2), (2, 0), (0, 0)])
def test_one_entry_serves_the_smaller_page_of_the_two_stages(player, levels):
    world = two_stages(*levels)
    span = 1 << 12 + 9 * min(levels)
    world.expect()
    for bit in range(12, 12 + 9 * min(levels)):
        world.expect(ADDRESS ^ 1 << bit, physical=(TARGET << 12 | ADDRESS & 0xFFF) ^ 1 << bit, cycles=0)
    beyond = ADDRESS ^ span
    machine_says = {"cause": 13} if levels[0] < 2 and levels[0] <= levels[1] else None
    if machine_says is None and min(levels) < 2:
        gpa = (GUEST << 12 | ADDRESS & 0xFFF) ^ span
        machine_says = {"cause": 21, "gpa": gpa}
    if machine_says is not None:
        world.expect(beyond, **machine_says)
    world.check(player)


def test_a_page_that_has_become_a_superpage_is_found_either_way_until_a_fence(player):
    world = World(satp=SV39)
    world.map(world.host, PAGE, TARGET)
    world.expect(mode=U_MODE)
    pointer = world.host.path(PAGE)[1]
    world.poke(pointer, (MOVED & ~0x1FF) << PTE_PPN | GOOD & ~W)
    superpage = MOVED & ~0x1FF | PAGE & 0x1FF
    world.expect(mode=U_MODE, cycles=0, is_stale=True)
    world.expect(ADDRESS ^ 1 << 12, U_MODE, physical=(superpage << 12 | ADDRESS & 0xFFF) ^ 1 << 12)
    world.fence()
    world.expect(mode=U_MODE, **at(superpage))
    world.expect(mode=U_MODE, kind=STORE, cause=15)
    world.check(player)


def test_an_address_that_is_not_sign_extended_finds_nothing(player):
    found = at_satp()
    found.world.expect(mode=U_MODE)
    for bit in range(38, 64):
        found.world.expect(ADDRESS ^ 1 << bit, U_MODE, cause=13)
    found.world.check(player)


def test_a_slow_memory_gives_the_same_answers(player):
    found = PLACES["hgatp under vsatp"](0)
    for bits in (0, V, A, R | W, X):
        found.damage(0, clear=bits)
        found.fails({0: (), V: (0, 1, 2), A: (0, 1, 2), R | W: (1, 2), X: (0,)}[bits])
    found.world.check(player, slow=True)
