"""Random page tables with defects: a RAM of 1 MiB, and addresses whose walks lead through it.

Paths are made whole, from root to leaf, through both stages; then some of the entries are damaged, each
in one way.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .paging_model import LEVELS, Registers
from .tables import PTE_PPN, RAM, RAM_SIZE, A, D, G, R, Space, U, V, W, X

Damage = Callable[[int, Random], int]

#: The ways to damage any entry. The last two do no harm, or any.
_DAMAGE: tuple[Damage, ...] = (
    lambda pte, rng: pte & ~V,
    lambda pte, rng: pte & ~R | W,
    lambda pte, rng: pte | 1 << 63,
    lambda pte, rng: pte | rng.randint(1, 3) << 61,
    lambda pte, rng: pte | 1 << rng.randint(54, 60),
    lambda pte, rng: pte | 1 << PTE_PPN + rng.randrange(20, 44),
    lambda pte, rng: pte | G | rng.randint(1, 3) << 8,
    lambda pte, rng: pte ^ 1 << rng.randrange(64),
)
_POINTER_DAMAGE: tuple[Damage, ...] = (
    *_DAMAGE,
    lambda pte, rng: pte | A,
    lambda pte, rng: pte | D,
    lambda pte, rng: pte | U,
)
_LEAF_DAMAGE: tuple[Damage, ...] = (
    *_DAMAGE,
    lambda pte, rng: pte & ~(R | W | X | A | D | U),
    lambda pte, rng: pte | 1 << PTE_PPN + rng.randrange(18),
    lambda pte, rng: pte ^ U,
    lambda pte, rng: pte & ~(R | W) | X,
    lambda pte, rng: pte & ~X | R,
    lambda pte, rng: pte & ~W | R,
    lambda pte, rng: pte & ~A,
    lambda pte, rng: pte & ~D,
)


class Scene:
    """Tables in RAM, and addresses that lead somewhere.

    Args:
        rng: What it is drawn from.
        modes: MODE of satp, vsatp and hgatp.
        ram: Where the RAM of 1 MiB is.
        pages: What the leaves lead to: any page, or one of these.
        wider_by: Bits that a guest's address has more than the scheme's virtual one.

    Attributes:
        memory: Doublewords by physical address.
        registers: What the CSRs hold.
        addresses: Those that satp maps, then those that vsatp (or hgatp alone) maps.
    """

    def __init__(
        self,
        rng: Random,
        modes: tuple[int, int, int],
        *,
        ram: int = RAM,
        pages: range = range(1 << 44),
        wider_by: int = 2,
    ) -> None:
        self._rng, self._modes, self._pages, self._wider_by = rng, modes, pages, wider_by
        self._free = list(range(ram >> 12, ram + RAM_SIZE >> 12))
        rng.shuffle(self._free)
        self._guest_pages: list[int] = []
        self.memory: dict[int, int] = {}
        satp, vsatp, hgatp = modes
        roots = [0, 0, 0]
        if satp:
            host = Space(self.memory, LEVELS[satp], False, self._host_table)
            roots[0] = satp << 60 | rng.getrandbits(16) << 44 | host.root
        if hgatp:
            self._guest = Space(self.memory, LEVELS[hgatp], True, self._x4_table)
            roots[2] = hgatp << 60 | rng.getrandbits(14) << 44 | self._guest.root
        if vsatp:
            virtual = Space(self.memory, LEVELS[vsatp], False, self._guest_table)
            roots[1] = vsatp << 60 | rng.getrandbits(16) << 44 | virtual.root
        self.addresses: tuple[list[int], list[int]] = ([], [])
        for _ in range(3):
            if satp:
                self._map_virtual(host, LEVELS[satp], self.addresses[0], lambda: rng.choice(pages))
            else:
                self.addresses[0].append(rng.getrandbits(57))
            if vsatp:
                self._map_virtual(virtual, LEVELS[vsatp], self.addresses[1], self._guest_leaf)
            else:
                self.addresses[1].append(self._guest_leaf() << 12 | rng.getrandbits(12))
        for _ in range(rng.choice((0, 1, 2, 3, 4)) if self.memory else 0):
            slot = rng.choice(list(self.memory))
            pte = self.memory[slot]
            self.memory[slot] = rng.choice(_LEAF_DAMAGE if pte & (R | X) else _POINTER_DAMAGE)(pte, rng)
        enables = [rng.random() < 0.5 for _ in range(4)]
        self.registers = Registers(
            satp=roots[0],
            vsatp=roots[1],
            hgatp=roots[2],
            sum=enables[0],
            mxr=enables[1],
            vs_sum=enables[2],
            vs_mxr=enables[3],
        )

    # --- pages ------------------------------------------------------------

    def _take(self, count: int = 1) -> int:
        """A free page of the RAM, or the first of `count` at a multiple of it."""
        first = next(
            page for page in self._free if page % count == 0 and all(page + n in self._free for n in range(count))
        )
        for page in range(first, first + count):
            self._free.remove(page)
        return first

    def _host_table(self) -> tuple[int, int]:
        page = self._take()
        return page, page

    def _x4_table(self) -> tuple[int, int]:
        """A table of the G-stage: the root is the first."""
        page = self._take(1 if hasattr(self, "_guest") else 4)
        return page, page

    def _guest_table(self) -> tuple[int, int]:
        """A table of the VS-stage, at a guest's page that the G-stage leads to."""
        page = self._take()
        return self._guest_page(page, V | R | W | X | U | A | D), page

    def _guest_page(self, page: int | None, flags: int) -> int:
        """A guest's page that the G-stage leads to a physical page, any if None."""
        rng, mode = self._rng, self._modes[2]
        if not mode:
            return rng.choice(self._pages) if page is None else page
        while True:
            leaf = rng.choice((0, 0, 1, 2, rng.randrange(LEVELS[mode])))
            low = (1 << 9 * leaf) - 1
            target = rng.choice(self._pages) if page is None else page
            guest = rng.getrandbits(9 * LEVELS[mode] + self._wider_by)
            if self._guest_pages and rng.random() < 0.5:
                guest = rng.choice(self._guest_pages) ^ rng.getrandbits(9)  # neighbours share tables
            guest = guest & ~low | target & low
            if self._guest.map(guest, leaf, target, flags):
                self._guest_pages.append(guest)
                return guest

    def _flags(self) -> int:
        """A leaf's: mostly generous."""
        rng = self._rng
        permissions = rng.choice((R | W | X, R | W | X, R | W, R | X, X, R))
        return V | permissions | rng.choice((U, U, 0)) | rng.choice((A | D, A | D, A | D, A))

    def _guest_leaf(self) -> int:
        return self._guest_page(None, self._flags() | (U if self._rng.random() < 0.9 else 0))

    def _map_virtual(self, space: Space, levels: int, addresses: list[int], target: Callable[[], int]) -> None:
        """Map a random address through a space, its leaf to a page of `target`."""
        rng, width = self._rng, 12 + 9 * levels
        low = rng.getrandbits(width - 1)
        address = low if rng.random() < 0.5 else (1 << 64) - 1 - low
        leaf = rng.choice((0, 0, 1, 2, rng.randrange(levels)))
        page = target()
        # The address's own 4 KiB lead to the target also through a superpage.
        offset = (1 << 9 * leaf) - 1
        address = address & ~(offset << 12) | (page & offset) << 12
        if space.map((address & (1 << width) - 1) >> 12, leaf, page, self._flags()):
            addresses.append(address)
