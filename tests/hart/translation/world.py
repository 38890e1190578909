"""Tables made by hand, questions with the answers that they must get, and operations between them."""

from __future__ import annotations

from dataclasses import replace

from .paging_model import LEVELS, LOAD, VU_MODE, Answer, Machine, Registers
from .tables import RAM, A, D, R, Space, U, V, W, X, is_ram
from .translating import Player, Query, Reply, Script, answer

__all__ = ["ADDRESS", "GOOD", "GUEST", "PAGE", "TARGET", "World"]

GOOD = V | R | W | X | U | A | D
#: What is asked for, if nothing else is: entries 1, 2 and 3 of the tables of Sv39.
ADDRESS = 1 << 30 | 2 << 21 | 3 << 12 | 0xABC
PAGE = ADDRESS >> 12
_IN_GIGAPAGE = PAGE & (1 << 18) - 1
#: The guest's page and the physical page that it leads to. A superpage leads there, too.
GUEST = 0x0AB4_0000 | _IN_GIGAPAGE
TARGET = 0x5AAC_0000 | _IN_GIGAPAGE
#: A guest's number of a page of the RAM is higher by this; 18 low bits are the same.
_GUEST_OFFSET = 0x1234_0000


class World:
    """A RAM with tables, and a script with its expectations, each compared with the manual's algorithm, too.

    Args:
        satp, vsatp, hgatp: Their MODE.
        table_leaf: The level of the G-stage's leaves for the VS-stage's tables.

    Attributes:
        memory: Doublewords by physical address.
        registers: What the CSRs hold.
        host, virtual, guest: The tables of satp, vsatp and hgatp, where these are on.
    """

    def __init__(self, satp: int = 0, vsatp: int = 0, hgatp: int = 0, table_leaf: int = 0) -> None:
        self.memory: dict[int, int] = {}
        self._next_page = RAM >> 12
        self._table_leaf = table_leaf
        self._script = Script()
        self._expected: list[tuple[Query, Answer, int | None]] = []
        if hgatp:
            self.guest = Space(self.memory, LEVELS[hgatp], True, self._table)
            self._next_page += 3
        if satp:
            self.host = Space(self.memory, LEVELS[satp], False, self._table)
        if vsatp:
            self.virtual = Space(self.memory, LEVELS[vsatp], False, self._guest_table if hgatp else self._table)
        roots = {
            name: mode << 60 | getattr(self, space).root if mode else 0
            for name, mode, space in (
                ("satp", satp, "host"),
                ("vsatp", vsatp, "virtual"),
                ("hgatp", hgatp, "guest"),
            )
        }
        self.registers = Registers(**roots)
        self._script.set(self.registers)

    def _table(self) -> tuple[int, int]:
        self._next_page += 1
        return self._next_page - 1, self._next_page - 1

    def _guest_table(self) -> tuple[int, int]:
        _, page = self._table()
        assert self.guest.map(page + _GUEST_OFFSET, self._table_leaf, page, GOOD)
        return page + _GUEST_OFFSET, page

    # --- the script -------------------------------------------------------

    def map(self, space: Space, page: int, target: int, leaf: int = 0, flags: int = GOOD) -> None:
        """Make a space lead from a page to a target."""
        assert space.map(page, leaf, target, flags)
        self._script.poke(self.memory)

    def set(self, **changes: int) -> None:
        """Change CSRs."""
        self.registers = replace(self.registers, **changes)
        self._script.set(self.registers)

    def poke(self, slot: int, pte: int, *, fence: bool = False) -> None:
        """Change an entry."""
        self.memory[slot] = pte
        self._script.poke({slot: pte})
        if fence:
            self.fence()

    def fence(self) -> None:
        """Make the TLB forget."""
        self._script.fence()

    def expect(
        self,
        address: int = ADDRESS,
        mode: int = VU_MODE,
        kind: int = LOAD,
        *,
        is_hlvx: int = 0,
        physical: int | None = None,
        cause: int | None = None,
        gpa: int = 0,
        is_implicit: int = 0,
        cycles: int | None = None,
        is_stale: int = 0,
    ) -> None:
        """Ask, and say what the answer must be: without `physical` and `cause` the address's place in TARGET.

        Args:
            gpa: The whole guest-physical address.
            cycles: How long it takes, if that matters.
            is_stale: The answer is what the TLB remembers, not what the tables say.
        """
        if physical is None and cause is None:
            physical = TARGET << 12 | address & 0xFFF
        query = Query(address=address, mode=mode, kind=kind, is_hlvx=bool(is_hlvx))
        expected = Answer(physical=physical, cause=cause, gpa=gpa >> 2, is_implicit=bool(is_implicit))
        if not is_stale:
            machine = Machine(self.memory, self.registers, is_ram)
            by_manual = machine.translate(address, mode, kind, bool(is_hlvx))
            assert answer(by_manual) == answer(expected), (query, by_manual)
        self._script.ask(query)
        self._expected.append((query, expected, cycles))

    def check(self, player: Player, *, slow: bool = False) -> list[Reply]:
        """Play it all; every reply must be the expected one."""
        replies = player.play(self._script, slow=slow)
        assert len(replies) == len(self._expected)
        for number, (reply, (query, expected, cycles)) in enumerate(zip(replies, self._expected, strict=True)):
            assert answer(reply) == answer(expected), (number, query)
            assert cycles in (None, reply.cycles), (number, query, reply)
        return replies
