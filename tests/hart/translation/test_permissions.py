"""Who may do what with a page: R, W, X, U, under SUM, MXR and HLVX, at both stages."""

from itertools import product

import pytest

from .paging_model import CAUSES, FETCH, LOAD, S_MODE, STORE, U_MODE, VS_MODE, VU_MODE
from .places import GUEST_ADDRESS, KINDS, PLACES, SV39, Place, at_hgatp, at_satp, at_vsatp, two_stages
from .tables import G, R, U, W, X
from .world import GUEST, PAGE, TARGET, World

ENABLES = ("sum", "mxr", "vs_sum", "vs_mxr")
#: What each combination of R, W and X that is not reserved permits.
RIGHTS = {R: {LOAD}, R | W: {LOAD, STORE}, X: {FETCH}, R | X: {LOAD, FETCH}, R | W | X: set(KINDS)}

each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def every_enable(found):
    """Set all combinations of SUM and MXR, of both kinds, one after the other."""
    for values in product((False, True), repeat=4):
        enables = dict(zip(ENABLES, values, strict=True))
        found.world.set(**enables)
        yield enables


@each_place
@pytest.mark.parametrize("level", [2, 1, 0])
def test_r_w_and_x_permit_loads_stores_and_fetches(player, place, level):
    """The tables themselves are read: R is all that they need, X is never enough."""
    found = place(level)
    for rights, permitted in RIGHTS.items():
        found.damage(level, clear=R | W | X, also=rights)
        if found.is_implicit:
            permitted = set(KINDS if rights & R else ())
        found.fails(set(KINDS) - permitted)
    found.world.check(player)


@each_place
def test_mxr_makes_what_is_executable_readable(player, place):
    """norm:sstatus_mxr: HS's reaches both stages, the VS-level one the VS-stage alone; neither a table."""
    found = place(0)
    found.damage(0, clear=R | W | X, also=X)
    for enables in every_enable(found):
        helps = {
            "satp": enables["mxr"],
            "vsatp": enables["mxr"] or enables["vs_mxr"],
            "hgatp": enables["mxr"] and not found.is_implicit,
        }[next(name for name in ("satp", "vsatp", "hgatp") if name_of(place).startswith(name))]
        permitted = {FETCH} | ({LOAD} if helps else set())
        found.fails(set(KINDS) - (set() if found.is_implicit else permitted))
    found.world.check(player)


def name_of(place):
    return next(name for name, value in PLACES.items() if value is place)


@each_place
def test_a_users_page_takes_no_supervisor_without_sum(player, place):
    """norm:sstatus_sum: nor ever a fetch; a guest's is vsstatus.SUM (norm:hlsv_trans); the G-stage has only users."""
    found = place(0)
    is_g_stage = found.fault == "guest-page"
    found.mode = S_MODE if found.mode == U_MODE else VS_MODE
    has_vs_stage = place is not PLACES["hgatp alone"]
    for enables in every_enable(found):
        may = enables["sum" if found.mode == S_MODE else "vs_sum"]
        if not has_vs_stage:
            found.fails(())
        elif is_g_stage:
            other = Place(found.world, found.world.virtual, PAGE, VS_MODE)
            other.fails({FETCH} if may else KINDS)
        else:
            found.fails({FETCH} if may else KINDS)
    found.world.check(player)


@pytest.mark.parametrize("place", [at_satp, at_vsatp])
def test_a_supervisors_page_takes_no_user(player, place):
    found = place()
    found.damage(0, clear=U)
    for mode, kinds in ((found.mode, KINDS), (found.mode | 1, ())):
        found.mode = mode
        for _ in every_enable(found):
            found.fails(kinds)
    found.world.check(player)


@pytest.mark.parametrize("table", [False, True], ids=["an access", "a table"])
def test_the_g_stage_takes_everyone_for_a_user(player, table):
    """norm:H_vm_gpapriv; whatever SUM."""
    found = PLACES["hgatp under a table of vsatp" if table else "hgatp under vsatp"](0)
    first = found.world.virtual.path(PAGE)[0]
    found.damage(0, clear=U)
    for mode, flag in ((VU_MODE, U), (VS_MODE, 0)):
        found.world.poke(first, found.world.memory[first] & ~U | flag, fence=True)
        found.mode = mode
        for _ in every_enable(found):
            found.fails()
    found.world.check(player)


def test_a_host_has_one_stage(player):
    world = World(satp=SV39, hgatp=SV39)
    world.map(world.host, PAGE, TARGET)
    for kind in KINDS:
        world.expect(mode=U_MODE, kind=kind)
    world.check(player)


@pytest.mark.parametrize("mode", [VS_MODE, VU_MODE])
def test_hlvx_needs_x_at_both_stages_and_r_at_none(player, mode):
    """norm:hlsv_u_op; MXR makes no difference."""
    world = two_stages()
    first, second = world.virtual.path(PAGE)[0], world.guest.path(GUEST)[0]
    if mode == VS_MODE:
        world.poke(first, world.memory[first] & ~U)
    whole = {slot: world.memory[slot] for slot in (first, second)}
    for rights, guest_rights in product(RIGHTS, RIGHTS):
        world.poke(first, whole[first] & ~(R | W | X) | rights)
        world.poke(second, whole[second] & ~(R | W | X) | guest_rights, fence=True)
        for mxr, vs_mxr in product((False, True), repeat=2):
            world.set(mxr=mxr, vs_mxr=vs_mxr)
            if not rights & X:
                world.expect(mode=mode, is_hlvx=True, cause=CAUSES["page"][LOAD])
            elif not guest_rights & X:
                world.expect(mode=mode, is_hlvx=True, cause=CAUSES["guest-page"][LOAD], gpa=GUEST_ADDRESS)
            else:
                world.expect(mode=mode, is_hlvx=True)
    world.check(player)


def test_hlvx_reads_the_tables_with_permission_to_read(player):
    found = PLACES["hgatp under a table of vsatp"](0)
    found.damage(0, clear=R | W | X, also=R)
    found.world.expect(is_hlvx=True)
    found.damage(0, clear=R | W | X, also=X)
    found.world.expect(is_hlvx=True, cause=21, gpa=found.gpa, is_implicit=True)
    found.world.check(player)


def test_hlvx_is_a_load_of_users_pages_and_needs_sum(player):
    world = two_stages()
    world.expect(mode=VS_MODE, is_hlvx=True, cause=13)
    world.set(vs_sum=True)
    world.expect(mode=VS_MODE, is_hlvx=True)
    world.check(player)


def test_is_hlvx_means_nothing_to_fetches_and_stores(player):
    found = at_hgatp()
    for rights, permitted in RIGHTS.items():
        found.damage(0, clear=R | W | X, also=rights)
        for kind in (FETCH, STORE):
            failure = {} if kind in permitted else {"cause": CAUSES["guest-page"][kind], "gpa": GUEST_ADDRESS}
            found.world.expect(kind=kind, is_hlvx=True, **failure)
    found.world.check(player)


@each_place
def test_g_and_rsw_are_ignored(player, place):
    for level in (2, 1, 0):
        for leaf in (level, 0):
            found = place(leaf)
            for bits in (G, 1 << 8, 1 << 9):
                found.damage(level, also=bits)
                found.fails(())
            found.world.check(player)
