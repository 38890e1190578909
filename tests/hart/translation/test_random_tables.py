"""Random tables: the hardware against the manual's algorithm, warm and cold, and what the tables have covered."""

from collections import Counter
from random import Random

import pytest

from .paging_model import M_MODE, Machine
from .scenes import Scene
from .tables import is_ram
from .translating import Script, answer, hart_config, queries

SV39 = 8
COLD, WARM = 16, 32


class Run:
    """Random scenes as a script, and what the manual says about each question in it.

    There is no fence between scenes where a root has changed: the TLB forgets by itself.
    """

    def __init__(self, seed, scenes, schemes=(0, SV39, SV39, SV39), guest_schemes=(0, SV39, SV39, SV39), gpa_bits=41):
        rng = Random(seed)
        self.script, self.asked = Script(), []
        self.counts: Counter[tuple[str, ...]] = Counter()
        memory: dict[int, int] = {}
        roots = (0, 0, 0)
        for _ in range(scenes):
            scene = Scene(rng, (rng.choice(schemes), rng.choice(schemes), rng.choice(guest_schemes)))
            self.script.poke(dict.fromkeys(memory, 0) | scene.memory)
            self.script.set(scene.registers)
            before, roots = roots, (scene.registers.satp, scene.registers.vsatp, scene.registers.hgatp)
            if roots == before:
                self.script.fence()
            memory = scene.memory
            machine = Machine(memory, scene.registers, is_ram, gpa_bits)
            every = list(queries(scene, rng))
            for query in rng.choices(every, k=WARM):
                self._ask(query, machine)
            for query in rng.sample(every, min(len(every), COLD)):
                self.script.fence()
                self._ask(query, machine)

    def _ask(self, query, machine):
        expected = machine.translate(query.address, query.mode, query.kind, query.is_hlvx)
        self.counts[expected.why] += 1
        self.script.ask(query)
        self.asked.append((query, expected))

    def differences(self, replies):
        assert len(replies) == len(self.asked)
        pairs = zip(self.asked, replies, strict=True)
        return [
            (number, query, expected, reply)
            for number, ((query, expected), reply) in enumerate(pairs)
            if answer(reply) != answer(expected)
        ]


@pytest.fixture(scope="module")
def run():
    return Run(2, 400)


def test_random_tables_are_translated_as_the_manual_says(player, run):
    replies = player.play(run.script)
    assert run.differences(replies) == []
    hits = [
        reply for (query, _), reply in zip(run.asked, replies, strict=True) if not reply.cycles and query.mode != M_MODE
    ]
    assert len(hits) > len(replies) / 10
    assert max(reply.reads for reply in replies) == 15


def test_a_slow_memory_makes_no_difference(player):
    run = Run(2, 40)
    assert run.differences(player.play(run.script, slow=True)) == []


@pytest.mark.parametrize(("satp", "hgatp"), [(2, 1), (1, 2), (3, 3)])
def test_wider_schemes_are_translated_as_the_manual_says(player_of, satp, hgatp):
    """Sv48, Sv57, Sv48x4 and Sv57x4, where a configuration has them."""
    config = hart_config(satp, hgatp)
    run = Run(3, 60, config.satp_codes, config.hgatp_codes, config.gpa_bits)
    assert run.differences(player_of(config).play(run.script)) == []


def test_the_random_tables_have_every_reason_to_fault_at_each_stage(run):
    reasons: Counter[tuple[str, ...]] = Counter()
    for why, count in run.counts.items():
        reasons[tuple(word for word in why if not word.startswith("level"))] += count
    both = {"V=0", "W without R", "N", "PBMT", "reserved", "pointer", "pointer with A", "pointer with D"}
    both |= {"pointer with U", "misaligned", "A=0", "U=0", "load, R=0"}
    accesses = both | {"HLVX, X=0", "fetch, X=0", "store, W=0", "store, D=0"}
    expected = {
        ("success",),
        ("not canonical",),
        ("physical address", "too wide"),
        ("PTE out of memory",),
        ("SUM=0, U=1",),
        ("supervisor fetch, U=1",),
        *((reason,) for reason in accesses),
        *(("G", reason) for reason in accesses | {"too wide", "PTE out of memory"}),
        *(("implicit", "G", reason) for reason in both | {"too wide", "PTE out of memory"}),
        ("implicit", "PTE out of memory"),
    }
    assert expected - reasons.keys() == set()
