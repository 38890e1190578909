"""Random tables translated by QEMU 7.2 itself, where it is installed, and by the hardware: the same answers."""

from collections import Counter
from dataclasses import replace
from random import Random

from . import qemu_oracle
from .paging_model import CAUSES, LOAD, M_MODE, STORE, VU_MODE, Machine
from .qemu_oracle import PATTERN, PATTERN_SIZE, RAM, Access
from .scenes import Scene
from .tables import RAM_SIZE
from .translating import Script, queries

SV39 = 8
SCENES, QUESTIONS = 150, 24
QEMU_RAM = range(0x8000_0000, 0x8800_0000)
IS_LOADS = {CAUSES["guest-page"][STORE]: CAUSES["guest-page"][LOAD]}


class _Machine(Machine):
    """Notes whether a question is one for QEMU."""

    is_for_qemu = True

    def _read(self, physical):
        # Other RAM has a program and a pattern in it.
        self.is_for_qemu &= RAM <= physical < RAM + RAM_SIZE or physical not in QEMU_RAM
        return super()._read(physical)

    def _guest_physical(self, gpa, access):
        # cpu_helper.c, get_physical_address: a guest's address of 41 bits is taken for a negative one.
        self.is_for_qemu &= gpa >> 40 != 1
        return super()._guest_physical(gpa, access)


def drawn(rng):
    """Scenes, and the questions that QEMU can be asked about them, each with the manual's answer."""
    for _ in range(SCENES):
        modes = (SV39, rng.choice((0, SV39, SV39)), rng.choice((0, SV39, SV39)))
        pages = range(PATTERN >> 12, PATTERN + PATTERN_SIZE >> 12)
        scene = Scene(rng, modes, ram=RAM, pages=pages, wider_by=1)
        # QEMU takes satp and mstatus for the guest's: vsstatus.SUM counts as set (hlsv_sum), MXR is swapped.
        registers = replace(scene.registers, vs_sum=1, vs_mxr=scene.registers.mxr)
        machine = _Machine(scene.memory, registers, QEMU_RAM.__contains__)
        asked = []
        for query in rng.sample(found := list(queries(scene, rng)), len(found)):
            query = replace(query, address=query.address & ~7)
            machine.is_for_qemu = True
            answer = machine.translate(query.address, query.mode, query.kind)
            if query.mode == M_MODE or query.kind not in (LOAD, STORE) or query.is_hlvx or not machine.is_for_qemu:
                continue
            # QEMU sets A and D; an MXR that holds for explicit loads alone is not QEMU's.
            if {"A=0", "store, D=0"} & {*answer.why} or ("implicit" in answer.why and "load, R=0" in answer.why):
                continue
            # A store that would change anything is not made.
            if query.kind == STORE and answer.physical and not PATTERN <= answer.physical < PATTERN + PATTERN_SIZE:
                continue
            asked.append((query, answer))
        yield scene.memory, registers, asked[:QUESTIONS]


def test_random_tables_are_translated_as_qemu_does(player, qemu, tmp_path):
    script, work, expected = Script(), [], []
    before: dict[int, int] = {}
    for memory, registers, asked in drawn(Random(7)):
        change = dict.fromkeys(before, 0) | memory
        before = memory
        script.poke(change)
        script.set(registers)
        script.fence()
        work.append(change)
        for query, answer in asked:
            script.ask(query)
            work.append(Access(registers=registers, query=query, data=answer.physical or 0))
            expected.append((query, answer))
    seen = qemu_oracle.run(tmp_path, work)
    replies = player.play(script, qemu=True)
    counts: Counter[object] = Counter()
    for (query, answer), reply, by_qemu in zip(expected, replies, seen, strict=True):
        described = (query, answer.why, reply, by_qemu)
        if reply.cause is None:
            counts["success"] += 1
            if reply.physical not in QEMU_RAM:
                assert by_qemu.cause == CAUSES["access"][query.kind], described
            else:
                assert by_qemu.cause is None, described
                if query.kind == LOAD and PATTERN <= reply.physical < PATTERN + PATTERN_SIZE:
                    assert by_qemu.value == reply.physical, described
                    counts["loaded"] += 1
        elif "PTE out of memory" in answer.why:
            # cpu_helper.c, get_physical_address: TRANSLATE_FAIL where the read of the entry fails.
            kind = "guest-page" if "G" in answer.why else "page"
            assert reply.cause == CAUSES["access"][query.kind], described
            assert (
                by_qemu.cause == CAUSES[kind][LOAD if "implicit" in answer.why[:1] and kind != "page" else query.kind]
            )
            counts["PTE out of memory"] += 1
        else:
            cause = IS_LOADS.get(reply.cause, reply.cause) if reply.is_implicit else reply.cause
            assert by_qemu.cause == cause, described
            assert by_qemu.tval == query.address, described
            if reply.gpa:
                assert by_qemu.tval2 == reply.gpa, described
            assert by_qemu.tinst == (0x3000 if reply.is_implicit else 0), described
            counts["guest" if query.mode >= VU_MODE else "host", answer.why[-1]] += 1
    assert counts["loaded"] > 100
    assert len(counts) > 30
