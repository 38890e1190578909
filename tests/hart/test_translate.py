"""Two-stage translation: the hardware against the manual's algorithm on random tables, cold and warm."""

from random import Random

import pytest

from utrap.errors import UserError
from utrap_sim.simulators import find_simulator

from .paging_model import Machine
from .scenes import Scene
from .tables import is_ram
from .translating import Player, Script, hart_config, queries, verilog


@pytest.fixture(scope="session")
def player(tmp_path_factory):
    """A bench for a configuration, or for another text of the module."""
    try:
        find_simulator("icarus")
    except UserError as error:
        pytest.skip(str(error))
    known = {}

    def player(config=None, text=None):
        config = config or hart_config()
        text = text or verilog(config)
        if text not in known:
            known[text] = Player(tmp_path_factory.mktemp("translate"), text, config.gpa_bits)
        return known[text]

    return player


SCHEMES = (0, 8)
COLD, WARM = 24, 48


class Run:
    """Random scenes as a script, and what the manual says about each question in it."""

    def __init__(self, seed, scenes, schemes=SCHEMES, gpa_bits=41):
        rng = Random(seed)
        self.script, self.asked = Script(), []
        memory, roots = {}, (0, 0, 0)
        for _ in range(scenes):
            scene = Scene(rng, tuple(rng.choice((*schemes, schemes[-1])) for _ in range(3)))
            self.script.poke(dict.fromkeys(memory, 0) | scene.memory)
            self.script.set(scene.registers)
            before, roots = roots, (scene.registers.satp, scene.registers.vsatp, scene.registers.hgatp)
            if roots == before:
                self.script.fence()
            memory = scene.memory
            self._ask(scene, rng, Machine(memory, scene.registers, is_ram, gpa_bits))

    def _ask(self, scene, rng, machine):
        every = list(queries(scene, rng))
        cold = rng.sample(every, min(len(every), COLD))
        for query in rng.choices(every, k=WARM):
            self._query(query, machine)
        for query in cold:
            self.script.fence()
            self._query(query, machine)

    def _query(self, query, machine):
        self.script.ask(query)
        self.asked.append((query, machine.translate(query.address, query.mode, query.kind, query.is_hlvx)))

    def differences(self, replies):
        assert len(replies) == len(self.asked)
        return [
            (number, query, expected, reply)
            for number, ((query, expected), reply) in enumerate(zip(self.asked, replies, strict=True))
            if answer(reply) != answer(expected)
        ]


def answer(given):
    return given.physical, given.cause, given.gpa, given.is_implicit


def test_random_tables_are_translated_as_the_manual_says(player):
    run = Run(1, 300)
    assert run.differences(player().play(run.script)) == []
