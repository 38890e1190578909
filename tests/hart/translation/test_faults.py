"""Every kind of fault, at each level of each stage: its cause, its guest-physical address, its stage."""

import pytest

from .paging_model import CAUSES, STORE, U_MODE, VS_MODE, VU_MODE
from .places import (
    GUEST_ADDRESS,
    KINDS,
    PLACES,
    SV39,
    Place,
    at_hgatp,
    at_hgatp_alone,
    at_satp,
    at_vsatp,
    at_vsatp_alone,
    two_stages,
)
from .tables import PTE_PPN, A, D, R, U, V, W, X
from .world import ADDRESS, GUEST, PAGE, TARGET, World

LEVELS = (2, 1, 0)
#: N, the three values of PBMT that are not 0, and what no extension has defined.
RESERVED = (1 << 63, 1 << 61, 2 << 61, 3 << 61, *(1 << bit for bit in range(54, 61)))

each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
each_level = pytest.mark.parametrize("level", LEVELS)
above_the_last = pytest.mark.parametrize("level", LEVELS[:2])


@each_place
@each_level
def test_a_whole_path_leads_to_the_target(player, place, level):
    found = place(level)
    found.fails(kinds=())
    found.world.check(player)


@each_place
@each_level
def test_an_invalid_leaf_faults(player, place, level):
    found = place(level)
    found.damage(level, clear=V)
    found.fails()
    found.world.check(player)


@each_place
@above_the_last
def test_an_invalid_pointer_faults(player, place, level):
    found = place(0)
    found.damage(level, clear=V)
    found.fails()
    found.world.check(player)


@each_place
@each_level
def test_w_without_r_is_reserved(player, place, level):
    found = place(level)
    for rights in (W, W | X):
        found.damage(level, clear=R | X, also=rights)
        found.fails()
    found.world.check(player)


@each_place
@each_level
def test_reserved_bits_in_a_leaf_fault(player, place, level):
    found = place(level)
    for bits in RESERVED:
        found.damage(level, also=bits)
        found.fails()
    found.world.check(player)


@each_place
@above_the_last
def test_reserved_bits_in_a_pointer_fault(player, place, level):
    """D, A and U are reserved there, too."""
    found = place(0)
    for bits in (*RESERVED, D, A, U):
        found.damage(level, also=bits)
        found.fails()
    found.world.check(player)


@each_place
def test_a_pointer_at_the_last_level_faults(player, place):
    found = place(0)
    found.damage(0, clear=R | W | X | U | A | D)
    found.fails()
    found.world.check(player)


@each_place
@above_the_last
def test_a_superpage_that_is_not_aligned_faults(player, place, level):
    found = place(level)
    for bit in range(9 * level):
        found.damage(level, also=1 << PTE_PPN + bit)
        found.fails()
    found.world.check(player)


@each_place
@each_level
def test_a_leaf_with_a_clear_faults(player, place, level):
    """Svade, at both stages."""
    found = place(level)
    found.damage(level, clear=A)
    found.fails()
    found.world.check(player)


@each_place
@each_level
def test_a_leaf_with_d_clear_faults_stores_alone(player, place, level):
    """Svade; a table is read, whatever the access."""
    found = place(level)
    found.damage(level, clear=D)
    found.fails(() if found.is_implicit else (STORE,))
    found.world.check(player)


@each_place
@above_the_last
def test_a_table_where_there_is_no_memory_is_an_access_fault(player, place, level):
    found = place(0)
    nowhere = 0x7_FFFF
    if place is at_vsatp:
        found.world.map(found.world.guest, nowhere, nowhere)
    found.damage(level, clear=-1, also=nowhere << PTE_PPN | V)
    found.fails(fault="access")
    found.world.check(player)


@pytest.mark.parametrize("register", ["satp", "vsatp", "hgatp"])
def test_a_root_where_there_is_no_memory_is_an_access_fault(player, register):
    found = {"satp": at_satp, "vsatp": at_vsatp_alone, "hgatp": at_hgatp}[register]()
    found.world.set(**{register: SV39 << 60 | 0x12344})
    found.fails(fault="access")
    found.world.check(player)


@each_level
def test_each_table_of_the_vs_stage_is_found_through_the_g_stage(player, level):
    """The fault names the entry's own address (norm:mtval2_trapval_vstrans)."""
    world = two_stages()
    table = world.virtual.root
    for above in range(2, level, -1):
        table = world.memory[world.virtual.path(PAGE)[above]] >> PTE_PPN
    gpa = (table << 12) + 8 * (PAGE >> 9 * level & 511)
    found = Place(world, world.guest, table, fault="guest-page", gpa=gpa, is_implicit=True)
    found.damage(0, clear=V)
    found.fails()
    world.check(player)


@pytest.mark.parametrize("place", [at_satp, at_vsatp_alone, at_vsatp])
def test_an_address_that_is_not_sign_extended_is_a_page_fault(player, place):
    """Also where the tables have an entry for the bits below."""
    found = place()
    found.world.map(found.space, PAGE | 1 << 26, GUEST if place is at_vsatp else TARGET)
    for bit in range(38, 64):
        found.address = ADDRESS ^ 1 << bit
        found.fails()
    found.world.check(player)


@pytest.mark.parametrize("registers", [("satp",), ("vsatp",), ("vsatp", "hgatp")])
def test_addresses_of_both_halves_are_translated(player, registers):
    world = World(**dict.fromkeys(registers, SV39))
    space, mode = (world.host, U_MODE) if registers == ("satp",) else (world.virtual, VU_MODE)
    if "hgatp" in registers:
        world.map(world.guest, GUEST, GUEST)
    for address in (-1 << 38, -0x1000, (1 << 38) - 0x1000, 0):
        page = (address & (1 << 39) - 1) >> 12
        world.map(space, page, GUEST)
        world.expect(address & (1 << 64) - 1, mode, physical=GUEST << 12)
    world.check(player)


def test_an_address_wider_than_41_bits_is_a_guest_page_fault_with_vsatp_bare(player):
    """It does not fit mtval2, which gets 0 then (norm:mtval2_trapval)."""
    found = at_hgatp_alone()
    found.gpa = 0
    for bit in range(41, 64):
        found.address = GUEST_ADDRESS ^ 1 << bit
        found.fails()
    found.world.check(player)


def test_a_leaf_beyond_the_guests_41_bits_is_a_guest_page_fault(player):
    found = at_vsatp()
    found.fault = "guest-page"
    for bit in range(41 - 12, 44):
        found.damage(0, also=1 << PTE_PPN + bit)
        found.fails()
    found.world.check(player)


@above_the_last
def test_a_table_beyond_the_guests_41_bits_is_an_implicit_guest_page_fault(player, level):
    found = at_vsatp()
    found.fault, found.is_implicit = "guest-page", True
    for bit in range(41 - 12, 44):
        found.damage(level, also=1 << PTE_PPN + bit)
        found.fails()
    found.world.check(player)


def test_a_root_table_beyond_the_guests_41_bits_is_an_implicit_guest_page_fault(player):
    found = at_vsatp()
    found.fault, found.is_implicit = "guest-page", True
    for bit in range(41 - 12, 44):
        found.world.set(vsatp=SV39 << 60 | 1 << bit | found.space.root)
        found.fails()
    found.world.check(player)


def test_an_address_wider_than_the_physical_one_is_an_access_fault_where_nothing_translates(player):
    world = World()
    for mode in (0, 1, 3, VU_MODE, VS_MODE):
        for bit in range(56, 64):
            for kind in KINDS:
                world.expect(ADDRESS ^ 1 << bit, mode, kind, cause=CAUSES["access"][kind], cycles=0)
    world.check(player)


def test_the_two_highest_bits_of_a_guests_address_choose_among_four_root_pages(player):
    """norm:hgatp_mode_sv39x4."""
    world = World(hgatp=SV39)
    for quarter in range(4):
        page = quarter << 27 | 5 << 18
        world.map(world.guest, page, (0x77 + quarter) << 18, 2)
        world.expect(page << 12 | 0x123, physical=(0x77 + quarter) << 30 | 0x123)
    world.check(player)
