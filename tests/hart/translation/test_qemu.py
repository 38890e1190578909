"""What QEMU 7.2 translated in a recorded run (tests/qemu/data) is translated alike, but for its known deviations."""

import gzip
import json
from collections import Counter

import pytest

from utrap_testbench.oracles.qemu import deviations, memory, tools
from utrap_testbench.oracles.qemu.generate import execute
from utrap_testbench.oracles.qemu.program import Program
from utrap_testbench.oracles.qemu.walk import Access, MemoryFault

from .paging_model import CAUSES, FETCH, LOAD, STORE, Registers
from .translating import Query, Script

KINDS = {Access.FETCH: FETCH, Access.LOAD: LOAD, Access.STORE: STORE, Access.HLVX: LOAD}


@pytest.fixture
def translations(root, monkeypatch):
    """Each translation of the run that agreed with QEMU: registers, question and answer."""
    seen: list[tuple[Registers, Query, int | MemoryFault]] = []

    def translation(state, address, access, mode, own, guest_mxr):
        found, names = judged(state, address, access, mode, own, guest_mxr)
        if not names:
            registers = Registers(
                satp=state.satp,
                vsatp=state.vsatp,
                hgatp=state.hgatp,
                sum=bool(state.mstatus_sum),
                vs_sum=bool(state.vsstatus_sum),
                mxr=bool(state.mstatus_mxr),
                vs_mxr=bool(state.vsstatus_mxr),
            )
            query = Query(address=address, mode=mode, kind=KINDS[access], is_hlvx=access is Access.HLVX)
            seen.append((registers, query, found))
        return found, names

    judged = deviations.translation
    monkeypatch.setattr(deviations, "translation", translation)
    text = gzip.decompress((root / "tests" / "qemu" / "data" / f"{tools.PROGRAM}.gz").read_bytes())
    results = execute(Program.from_json(json.loads(text)))
    assert len(results) == 100
    return seen


def test_recorded_translations_of_qemu_are_repeated(player, translations):
    script = Script()
    script.poke(memory.page_tables())
    before = None
    for registers, query, _ in translations:
        if registers != before:
            script.set(registers)
            before = registers
        script.ask(query)
    replies = player.play(script, qemu=True)
    seen: Counter[object] = Counter()
    for (_, query, found), reply in zip(translations, replies, strict=True):
        if not isinstance(found, MemoryFault):
            assert reply.physical == found, query
            seen["success"] += 1
        elif found.kind == "access":
            # The hart's bus finds out, unless it was an entry of a table.
            assert reply.physical is not None or reply.cause == CAUSES["access"][query.kind], query
            seen["access"] += 1
        else:
            kind = {"page": "page", "guest": "guest-page"}[found.kind]
            gpa = 0 if found.gpa >> 41 else found.gpa >> 2
            assert (reply.cause, reply.gpa, reply.is_implicit) == (CAUSES[kind][query.kind], gpa, found.implicit), query
            seen[kind, found.implicit] += 1
    assert {"success", "access", ("page", False), ("guest-page", False), ("guest-page", True)} <= seen.keys()
    assert sum(seen.values()) > 150
