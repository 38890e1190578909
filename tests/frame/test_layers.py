"""Which of our files may import which: the rooms of the layout and their arrows, and that there is no circle."""

import subprocess
import sys

import pytest

from .import_graph import PACKAGES, circles, import_graph, imports, module_files

#: A room (a package, or a module that is one), and the rooms that its files may import beside those of its own.
#: A file belongs to the room with the longest name that fits. A package's own `__init__.py` (`utrap` for the
#: version, say) may be imported by all: it imports nothing of ours.
ROOMS = {
    # hdl: the hardware, and what writes it out. It knows none of the other packages.
    "utrap.limits": "",
    "utrap.profiles": "utrap.limits",
    "utrap.config": "utrap.limits utrap.profiles",
    "utrap.design_error": "",
    "utrap.form": "utrap.limits",
    "utrap.docstrings": "",
    "utrap.knobs": "utrap.config utrap.limits utrap.form utrap.docstrings",
    "utrap.claims": "utrap.config",
    "utrap.isa": "utrap.config",
    "utrap.section": "",
    "utrap.csr": "utrap.config utrap.design_error utrap.isa",
    "utrap.ports": "utrap.config utrap.isa",
    "utrap.promises": "",
    "utrap.registers": "utrap.config utrap.design_error utrap.isa utrap.csr utrap.section",
    "utrap.rules": "utrap.config utrap.isa utrap.csr utrap.ports utrap.registers utrap.section",
    "utrap.unit": "utrap.config utrap.isa utrap.csr utrap.ports utrap.registers utrap.rules utrap.section",
    "utrap.verilog": "utrap.design_error utrap.unit utrap.section",
    "utrap.products": "utrap.config utrap.form utrap.docstrings utrap.claims utrap.isa utrap.csr utrap.ports"
    " utrap.promises utrap.unit utrap.verilog utrap.design_error utrap.section",
    "utrap.descriptions": "utrap.config utrap.limits utrap.claims utrap.csr utrap.products",
    "utrap.command_line": "utrap.config utrap.form utrap.design_error utrap.descriptions",
    "utrap.commands": "utrap.config utrap.form utrap.knobs utrap.command_line utrap.products utrap.descriptions",
    "utrap.__main__": "utrap.command_line",
    "utrap_documents": "utrap.config utrap.form utrap.knobs utrap.claims utrap.isa utrap.csr utrap.registers"
    " utrap.unit utrap.verilog utrap.products utrap.command_line utrap_testbench.golden utrap_testbench.boundary",
    # testbench: the golden model, which knows nothing else of ours, and what stands on it. Of the hardware it knows
    # the configuration and the ports, and the command line's frame.
    "utrap_testbench.golden": "",
    "utrap_testbench.harts": "utrap_testbench.golden utrap.config",
    "utrap_testbench.boundary": "utrap_testbench.golden",
    "utrap_testbench.env": "utrap_testbench.golden utrap_testbench.boundary",
    "utrap_testbench.lockstep": "utrap_testbench.golden utrap_testbench.boundary utrap_testbench.env",
    "utrap_testbench.coverage": "utrap_testbench.golden utrap_testbench.boundary utrap_testbench.env",
    "utrap_testbench.sequences": "utrap_testbench.golden utrap_testbench.boundary utrap_testbench.env",
    "utrap_testbench.vectors": "utrap_testbench.golden utrap_testbench.boundary",
    "utrap_testbench.oracles": "utrap_testbench.golden utrap_testbench.vectors utrap.command_line",
    "utrap_testbench.replay": "utrap_testbench.golden utrap_testbench.vectors utrap_testbench.oracles",
    "utrap_testbench.citations": "",
    "utrap_testbench.commands": "utrap_testbench.oracles utrap.command_line",
    # sim: what shows needs no simulator; what simulates may show.
    "utrap_show.outside": "",
    "utrap_show.names": "utrap_show.outside utrap_testbench.golden utrap.config utrap.csr utrap.command_line",
    "utrap_show.differences": "utrap_show.names utrap_testbench.golden utrap_testbench.boundary utrap_testbench.env"
    " utrap.csr",
    "utrap_show.explain": "utrap_show.names utrap_show.outside utrap_testbench.golden utrap_testbench.harts"
    " utrap.config utrap.csr utrap.command_line",
    "utrap_show.waveform": "utrap.command_line",
    "utrap_show.timeline": "utrap_show.names utrap_show.outside utrap_show.waveform"
    " utrap.config utrap.isa utrap.csr utrap.command_line",
    "utrap_show.commands": "utrap_show.explain utrap_show.timeline utrap.config utrap.command_line",
    "utrap_sim.simulators": "utrap_testbench.golden utrap_testbench.harts utrap_testbench.boundary"
    " utrap.config utrap.csr utrap.unit utrap.verilog utrap.products utrap.command_line",
    "utrap_sim.gtkwave": "utrap_sim.simulators utrap_show.names utrap.config utrap.isa utrap.csr utrap.products",
    "utrap_sim.reach_state": "utrap_sim.simulators utrap_testbench.golden utrap_testbench.boundary utrap.isa",
    "utrap_sim.replay": "utrap_sim.simulators utrap_sim.reach_state"
    " utrap_testbench.golden utrap_testbench.harts utrap_testbench.boundary utrap_testbench.vectors"
    " utrap_testbench.oracles utrap_testbench.replay utrap.config utrap.isa utrap.unit utrap.command_line",
    "utrap_sim.regress": "utrap_sim.simulators utrap_sim.gtkwave utrap_testbench.vectors"
    " utrap_show.names utrap_show.differences utrap_show.explain"
    " utrap.design_error"
    " utrap_testbench.golden utrap_testbench.harts utrap_testbench.boundary utrap_testbench.env"
    " utrap_testbench.sequences utrap_testbench.coverage utrap.config utrap.command_line",
    "utrap_sim.waves": "utrap_sim.simulators utrap_sim.reach_state utrap_sim.gtkwave"
    " utrap_show.differences utrap_show.explain utrap_testbench.replay"
    " utrap_show.names utrap_show.timeline utrap_testbench.golden utrap_testbench.harts utrap_testbench.boundary"
    " utrap_testbench.env utrap_testbench.vectors utrap.config utrap.isa utrap.csr utrap.products utrap.command_line",
    "utrap_sim.check": "utrap_sim.simulators utrap_sim.gtkwave utrap_testbench.vectors"
    " utrap_show.names utrap_show.differences utrap_show.waveform"
    " utrap_show.explain"
    " utrap_testbench.harts utrap_testbench.boundary utrap_testbench.lockstep utrap.config utrap.command_line",
    "utrap_sim.commands": "utrap_sim.simulators utrap_sim.replay utrap_sim.regress utrap_sim.waves utrap_sim.check"
    " utrap_testbench.vectors"
    " utrap.config utrap.command_line",
    # The hart around the unit, which nothing else knows.
    "utrap_hart.platform.bus": "",
    "utrap_hart.translation": "utrap_hart.platform.bus utrap.config utrap.isa",
    "utrap_hart.core": "utrap_hart.platform.bus utrap_hart.translation"
    " utrap.config utrap.isa utrap.ports utrap.rules utrap.unit utrap.verilog",
    "utrap_hart.hart": "utrap_hart.core utrap_hart.translation utrap_hart.platform.bus"
    " utrap.config utrap.ports utrap.unit",
    "utrap_hart.platform": "utrap_hart.hart utrap_hart.core utrap_hart.platform.bus"
    " utrap.config utrap.verilog utrap.products",
    "utrap_hart.description": "utrap_hart.hart utrap.config utrap.command_line",
    "utrap_hart.run": "utrap_hart.description utrap_hart.platform utrap_show.names utrap_show.timeline"
    " utrap_sim.simulators utrap_testbench.golden utrap_testbench.harts"
    " utrap_testbench.boundary utrap_testbench.lockstep utrap.config utrap.isa utrap.csr utrap.command_line",
    "utrap_hart.exits": "utrap_hart.run utrap_testbench.golden utrap_testbench.boundary utrap.isa utrap.command_line",
    "utrap_hart.commands": "utrap_hart.description utrap_hart.run utrap_hart.exits utrap.command_line",
    # Cores that others wrote, with the unit inside.
    "utrap_integrate": "utrap_hart.run utrap_show.timeline utrap_sim.simulators utrap_testbench.golden"
    " utrap_testbench.harts utrap_testbench.boundary utrap_testbench.lockstep"
    " utrap.config utrap.unit utrap.products utrap.command_line",
    # Linux on the hart.
    "utrap_linux": "utrap_hart.hart utrap_hart.platform utrap_hart.run utrap_hart.exits utrap_sim.simulators"
    " utrap.config utrap.products utrap.descriptions utrap.command_line",
    # formal: proofs about the Verilog. They need no simulator; how a child process ends is said among the simulators.
    "utrap_formal.task": "",
    "utrap_formal.cache": "utrap_formal.task utrap.command_line",
    "utrap_formal.runner": "utrap_formal.task utrap_formal.cache",
    "utrap_formal.opened": "utrap_formal.task utrap_formal.cache utrap.config utrap.command_line",
    "utrap_formal.proving": "utrap_formal.task utrap_formal.cache utrap_formal.opened utrap_formal.runner"
    " utrap.config utrap.command_line",
    "utrap_formal.equivalence": "utrap_formal.task utrap_testbench.golden utrap_testbench.harts"
    " utrap_testbench.boundary utrap_testbench.vectors utrap.config utrap.design_error utrap.isa utrap.csr"
    " utrap.verilog utrap.products",
    "utrap_formal.properties": "utrap_formal.task utrap_formal.equivalence utrap_testbench.boundary"
    " utrap_sim.simulators"
    " utrap.config utrap.design_error utrap.verilog utrap.products utrap.command_line",
    "utrap_formal.commands": "utrap_formal.proving utrap_formal.equivalence utrap_formal.properties"
    " utrap.config utrap.command_line",
    # How strong the bench is: mistakes are put in, simulators and proofs look for them.
    "utrap_strength.faults": "utrap_sim.simulators utrap_sim.regress utrap_formal.task utrap_formal.cache"
    " utrap_formal.equivalence utrap.config utrap.products utrap.command_line",
    "utrap_strength.mutate": "utrap_sim.simulators utrap_sim.regress utrap_formal.equivalence utrap_testbench.harts"
    " utrap_testbench.boundary utrap_testbench.citations utrap.config utrap.unit utrap.verilog utrap.command_line",
    "utrap_strength.commands": "utrap_strength.faults utrap_strength.mutate utrap_sim.regress"
    " utrap.config utrap.command_line",
}
#: What a room may not import of what others have written.
FOREIGN = {
    "utrap_testbench.golden": {"amaranth", "pyosys", "cocotb", "z3"},
    "utrap_testbench": {"amaranth", "pyosys", "z3"},
    "utrap_show": {"amaranth", "pyosys", "cocotb", "z3"},
    "utrap.config": {"amaranth", "pyosys"},
    "utrap.csr": {"pyosys"},
    "utrap.descriptions": {"amaranth", "pyosys"},
    "utrap.command_line": {"amaranth", "pyosys"},
}


@pytest.fixture(scope="module")
def graph(root):
    return import_graph(root)


def room_of(module, rooms):
    """The room that a module belongs to; a package's `__init__.py` belongs to none."""
    fitting = [room for room in rooms if module == room or module.startswith(room + ".")]
    if not fitting and module not in PACKAGES:
        raise AssertionError(f"{module} is in no room: give it one in ROOMS, with its arrows")
    return max(fitting, key=len, default=None)


def crossings(graph, rooms):
    """The imports for which there is no arrow; the packages around what is imported do not count."""
    found = []
    for module, needs in graph.items():
        here = room_of(module, rooms)
        allowed = {here, *(rooms[here].split() if here else ())}
        for target, line in needs.items():
            is_on_the_way = any(other.startswith(target + ".") and needs[other] == line for other in needs)
            there = None if is_on_the_way else room_of(target, rooms)
            if there is not None and there not in allowed:
                found.append(f"{module}, line {line}: imports {target}; {here} has no arrow to {there}")
    return found


def test_every_import_follows_an_arrow(graph):
    assert crossings(graph, ROOMS) == []


def test_every_arrow_leads_to_a_room_and_none_leads_back():
    assert {name for arrows in ROOMS.values() for name in arrows.split()} <= ROOMS.keys()
    assert circles({room: dict.fromkeys(arrows.split(), 0) for room, arrows in ROOMS.items()}) == []


def test_a_package_itself_imports_nothing_of_ours(graph):
    assert {package: list(graph[package]) for package in PACKAGES if graph[package]} == {}


def test_an_import_without_an_arrow_is_seen_in_every_room(tmp_path):
    """Each room gets a file that imports the first room to which it has no arrow."""
    seeded = {}
    for room, arrows in ROOMS.items():
        forbidden = next(other for other in ROOMS if other != room and other not in arrows.split())
        top, _, rest = room.partition(".")
        folder = tmp_path / PACKAGES[top] / rest.replace(".", "/")
        folder.mkdir(parents=True, exist_ok=True)
        for package in (folder, *folder.parents):
            if package.is_relative_to(tmp_path / PACKAGES[top]):
                (package / "__init__.py").touch()
        (folder / "seeded.py").write_text(f"def f():\n    from {forbidden} import anything\n")
        target = forbidden if "." in forbidden else f"{forbidden}.anything"
        seeded[f"{room}.seeded"] = f"{room}.seeded, line 2: imports {target}; {room} has no arrow to {forbidden}"
    assert sorted(crossings(import_graph(tmp_path), ROOMS)) == sorted(seeded.values())


def test_a_file_without_a_room_is_named():
    with pytest.raises(AssertionError, match=r"^utrap\.cellar\.wine is in no room: "):
        crossings({"utrap.cellar.wine": {}}, ROOMS)


def test_there_is_no_circle_of_files(graph):
    assert [" -> ".join(circle) for circle in circles(graph)] == []


def test_a_circle_is_seen_whatever_the_form_of_the_import(tmp_path):
    package = tmp_path / "hdl" / "utrap"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "inner" / "__init__.py").write_text("from .deep import x\n")
    (package / "inner" / "deep.py").write_text("from utrap import a\n")
    (package / "a.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import utrap.b\nfrom . import c\n"
    )
    (package / "b.py").write_text("def f():\n    from utrap.inner.leaf import y\n")
    (package / "c.py").write_text("")
    (package / "inner" / "leaf.py").write_text("")
    # b runs inner's __init__.py before leaf: that closes the circle.
    assert circles(import_graph(tmp_path)) == [["utrap.a", "utrap.b", "utrap.inner", "utrap.inner.deep", "utrap.a"]]
    (package / "inner" / "__init__.py").write_text("")
    assert circles(import_graph(tmp_path)) == []


def test_an_import_is_seen_in_every_form(tmp_path):
    (tmp_path / "a.py").write_text(
        "import utrap\n"
        "import utrap.config as c\n"
        "from utrap import config\n"
        "def f():\n    from utrap.config import Config\n"
        "from .. import drivers\n"
        "from ..drivers import d\n"
        "from . import b\n"
        "from .b import c\n"
    )
    assert sorted(imports(tmp_path / "a.py", "utrap_testbench.golden")) == [
        (1, "utrap"),
        (2, "utrap.config"),
        (3, "utrap.config"),
        (5, "utrap.config.Config"),
        (6, "utrap_testbench.drivers"),
        (7, "utrap_testbench.drivers.d"),
        (8, "utrap_testbench.golden.b"),
        (9, "utrap_testbench.golden.b.c"),
    ]


@pytest.mark.parametrize("room", FOREIGN)
def test_a_room_does_without_the_languages_of_others(root, room):
    found = {
        f"{name}, line {line}: imports {imported}"
        for name, path in module_files(root).items()
        if name == room or name.startswith(room + ".")
        for line, imported in imports(path, name if path.name == "__init__.py" else name.rpartition(".")[0])
        if imported.partition(".")[0] in FOREIGN[room]
    }
    assert found == set()


def imported_by(environment, statement: str) -> set[str]:
    """What is loaded after a statement in a new process."""
    script = f"import sys; {statement}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_importing_all_of_the_hardware_loads_none_of_the_others(environment):
    everything = "import pkgutil, utrap; [__import__(m.name) for m in pkgutil.walk_packages(utrap.__path__, 'utrap.')]"
    loaded = imported_by(environment, everything)
    assert "utrap.command_line.registry" in loaded
    assert not loaded & (PACKAGES.keys() - {"utrap"})


def test_importing_the_golden_model_loads_no_hardware(environment):
    loaded = imported_by(environment, "import utrap_testbench.golden")
    assert not {name.partition(".")[0] for name in loaded} & {"utrap", "utrap_sim", "amaranth", "pyosys", "cocotb"}


@pytest.mark.parametrize("folder", ["hdl", "testbench", "sim", "formal"])
def test_a_source_root_holds_our_packages_and_is_none_itself(root, folder):
    names = {path.parent.name for path in (root / folder).glob("*/__init__.py")}
    assert names == {path.rpartition("/")[2] for path in PACKAGES.values() if path.startswith(folder + "/")}
    assert list((root / folder).glob("*.py")) == []
