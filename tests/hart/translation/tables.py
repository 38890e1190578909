"""Page tables in a RAM, made entry by entry."""

from __future__ import annotations

from collections.abc import Callable

RAM, RAM_SIZE = 0x8000_0000, 1 << 20
V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
PTE_PPN = 10
_PPN_MASK = (1 << 44) - 1


def is_ram(address: int) -> bool:
    """Whether there is something at a physical address."""
    return RAM <= address < RAM + RAM_SIZE


class Space:
    """One table of tables in the RAM: that of satp, vsatp or hgatp.

    Args:
        memory: Where entries go.
        levels: How many there are.
        is_x4: The root is of four pages.
        root: The root's page number as the register has it.
        new_table: Makes a table: its page number for a pointer, and in the RAM.
    """

    def __init__(
        self, memory: dict[int, int], levels: int, is_x4: bool, new_table: Callable[[], tuple[int, int]]
    ) -> None:
        self._memory, self._levels, self._is_x4, self._new_table = memory, levels, is_x4, new_table
        self.root, physical = new_table()
        self._physical = {self.root: physical}

    def map(self, page: int, leaf: int, target: int, flags: int) -> bool:
        """Lead from a page number to a leaf at a level; False where another leaf is in the way."""
        number = self.root
        for level in range(self._levels - 1, -1, -1):
            slot = self._slot(number, page, level)
            pte = self._memory.get(slot)
            if level == leaf:
                wanted = target & ~((1 << 9 * level) - 1) & _PPN_MASK
                if pte is None:
                    self._memory[slot] = wanted << PTE_PPN | flags
                    return True
                return pte & (R | X) != 0 and pte >> PTE_PPN == wanted
            if pte is None:
                number, physical = self._new_table()
                self._physical[number] = physical
                self._memory[slot] = number << PTE_PPN | V
            elif pte & (R | X):
                return False
            else:
                number = pte >> PTE_PPN
        raise AssertionError("no leaf")

    def path(self, page: int) -> dict[int, int]:
        """The addresses of the entries that lead from a page number, by level."""
        number, slots = self.root, {}
        for level in range(self._levels - 1, -1, -1):
            slots[level] = self._slot(number, page, level)
            pte = self._memory.get(slots[level], 0)
            if not pte & V or pte & (R | X):
                break
            number = pte >> PTE_PPN
        return slots

    def _slot(self, number: int, page: int, level: int) -> int:
        is_root = level == self._levels - 1
        index = page >> 9 * level & (2047 if self._is_x4 and is_root else 511)
        return (self._physical[number] << 12) + 8 * index
