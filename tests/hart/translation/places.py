"""Each place where a walk can fail: a world with a leaf at a chosen level, and how a fault there is reported."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from .paging_model import CAUSES, FETCH, LOAD, STORE, U_MODE, VU_MODE
from .tables import Space
from .world import ADDRESS, GUEST, PAGE, TARGET, World

__all__ = [
    "GUEST_ADDRESS",
    "KINDS",
    "PLACES",
    "SV39",
    "Place",
    "at_hgatp",
    "at_hgatp_alone",
    "at_hgatp_for_a_table",
    "at_satp",
    "at_vsatp",
    "at_vsatp_alone",
    "two_stages",
]

SV39 = 8
KINDS = (FETCH, LOAD, STORE)
GUEST_ADDRESS = GUEST << 12 | ADDRESS & 0xFFF


@dataclass
class Place:
    """Where the path may be damaged.

    Attributes:
        world: The path and its registers.
        space: The stage's tables.
        page: What leads through them.
        mode: Who asks.
        address: For what.
        fault: The kind of exception that a bad entry raises.
        gpa: The guest-physical address that goes with it.
        is_implicit: Likewise.
    """

    world: World
    space: Space
    page: int
    mode: int = VU_MODE
    address: int = ADDRESS
    fault: str = "page"
    gpa: int = 0
    is_implicit: bool = False
    _whole: dict[int, int] = field(default_factory=dict)

    def damage(self, level: int, *, clear: int = 0, also: int = 0) -> None:
        """Clear bits of the entry at a level and set `also`; what was changed before is whole again."""
        for slot, pte in self._whole.items():
            self.world.poke(slot, pte)
        slot = self.space.path(self.page)[level]
        self._whole = {slot: self.world.memory[slot]}
        self.world.poke(slot, self.world.memory[slot] & ~clear | also, fence=True)

    def fails(self, kinds: Collection[int] = KINDS, fault: str = "", *, is_hlvx: bool = False) -> None:
        """Accesses of these kinds fail, the others do not."""
        fault = fault or self.fault
        for kind in KINDS:
            if kind not in kinds:
                self.world.expect(self.address, self.mode, kind, is_hlvx=is_hlvx)
            elif fault == "guest-page":
                self.world.expect(
                    self.address,
                    self.mode,
                    kind,
                    is_hlvx=is_hlvx,
                    cause=CAUSES[fault][kind],
                    gpa=self.gpa,
                    is_implicit=self.is_implicit,
                )
            else:
                self.world.expect(self.address, self.mode, kind, is_hlvx=is_hlvx, cause=CAUSES[fault][kind])


def at_satp(leaf: int = 0) -> Place:
    """The tables of satp."""
    world = World(satp=SV39)
    world.map(world.host, PAGE, TARGET, leaf)
    return Place(world, world.host, PAGE, U_MODE)


def at_vsatp_alone(leaf: int = 0) -> Place:
    """The tables of vsatp, with hgatp Bare."""
    world = World(vsatp=SV39)
    world.map(world.virtual, PAGE, TARGET, leaf)
    return Place(world, world.virtual, PAGE)


def two_stages(leaf: int = 0, guest_leaf: int = 0, table_leaf: int = 0) -> World:
    """Both stages, with their leaves at these levels, and the G-stage's leaves for tables."""
    world = World(vsatp=SV39, hgatp=SV39, table_leaf=table_leaf)
    world.map(world.virtual, PAGE, GUEST, leaf)
    world.map(world.guest, GUEST, TARGET, guest_leaf)
    return world


def at_vsatp(leaf: int = 0) -> Place:
    """The tables of vsatp, over hgatp's."""
    world = two_stages(leaf)
    return Place(world, world.virtual, PAGE)


def at_hgatp_alone(leaf: int = 0) -> Place:
    """The tables of hgatp, with vsatp Bare."""
    world = World(hgatp=SV39)
    world.map(world.guest, GUEST, TARGET, leaf)
    return Place(world, world.guest, GUEST, address=GUEST_ADDRESS, fault="guest-page", gpa=GUEST_ADDRESS)


def at_hgatp(leaf: int = 0) -> Place:
    """The tables of hgatp, for the address that vsatp's lead to."""
    world = two_stages(guest_leaf=leaf)
    return Place(world, world.guest, GUEST, fault="guest-page", gpa=GUEST_ADDRESS)


def at_hgatp_for_a_table(leaf: int = 0) -> Place:
    """The tables of hgatp, for the address of vsatp's root table."""
    world = two_stages(table_leaf=leaf)
    root = world.virtual.root
    gpa = (root << 12) + 8 * (ADDRESS >> 30)
    return Place(world, world.guest, root, fault="guest-page", gpa=gpa, is_implicit=True)


PLACES: dict[str, Callable[[int], Place]] = {
    "satp": at_satp,
    "vsatp alone": at_vsatp_alone,
    "vsatp over hgatp": at_vsatp,
    "hgatp alone": at_hgatp_alone,
    "hgatp under vsatp": at_hgatp,
    "hgatp under a table of vsatp": at_hgatp_for_a_table,
}
