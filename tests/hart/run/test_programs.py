"""The bundled programs: on the hart and under QEMU they say what they should, and their sources give the same bytes."""

import re
import shutil
import subprocess
import sys

import pytest

from utrap_hart.run.programs import bundled
from utrap_testbench.oracles.qemu import tools

from . import instructions

NAMES = bundled()
SOURCES = "examples/programs"
COMPILER = "riscv64-unknown-elf-gcc"
#: Another version makes other bytes.
COMPILER_VERSION = "12.2.0"
#: Few enough cycles for the slower simulator.
SHORT = ["hello", "wfi"]


@pytest.fixture
def transcript(root):
    def transcript(platform, name):
        return (root / "tests" / "hart" / "run" / "transcripts" / platform / f"{name}.txt").read_text()

    return transcript


@pytest.fixture
def elf(root):
    return lambda name: root / "sim" / "utrap_hart" / "programs" / f"{name}.elf"


@pytest.fixture
def build(root, tmp_path):
    """Run the programs' Makefile, with its products in the test's folder."""

    def build(*arguments, **environment):
        made = [f"OUT={tmp_path}/out", f"BUILD={tmp_path}/build", f"UTRAP={sys.executable} -m utrap"]
        command = [shutil.which("make"), "--no-print-directory", "-C", root / SOURCES, *made, *arguments]
        return subprocess.run(command, capture_output=True, text=True, **environment)

    return build


@pytest.mark.parametrize("name", NAMES)
def test_a_program_passes_on_the_hart(run, root, simulator, transcript, name):
    result = run("run", name, "--sim", simulator("verilator"))
    assert result.out == transcript("hart", name)
    assert result.status == 0
    assert result.err.endswith(" events agree with the golden model\n")
    # The document shows one of these lines.
    document = (root / "docs" / "hart.md").read_text()
    shown = re.findall(rf"^ +(utrap run: {name}\.elf: ended .*\n)", document, re.MULTILINE)
    assert shown in ([], [result.err])


@pytest.mark.parametrize("name", SHORT)
def test_a_short_program_passes_in_icarus_too(run, simulator, transcript, name):
    result = run("run", name, "--sim", simulator("icarus"))
    assert (result.status, result.out) == (0, transcript("hart", name))


@pytest.mark.parametrize("name", NAMES)
def test_a_program_passes_under_qemu(qemu, elf, transcript, name):
    machine = ["-M", "virt", "-cpu", "rv64,h=true", "-bios", "none", "-display", "none", "-monitor", "none"]
    command = [tools.QEMU, *machine, "-serial", "stdio", "-kernel", elf(name)]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    assert (result.stdout, result.stderr, result.returncode) == (transcript("qemu", name), "", 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_program_is_small_and_has_a_line_in_the_list(run, elf, name):
    assert elf(name).stat().st_size < 40 << 10
    line = re.search(rf"^{name} +(.+)$", run("run", "--list").out, re.MULTILINE)
    assert line


def test_the_sources_give_the_bytes_that_are_committed(needs, build, elf, tmp_path):
    needs(COMPILER)
    version = subprocess.run([COMPILER, "-dumpfullversion"], capture_output=True, text=True).stdout.strip()
    if version != COMPILER_VERSION:
        pytest.skip(f"{COMPILER} is version {version}, not {COMPILER_VERSION}")
    result = build("-j2")
    assert result.returncode == 0, result.stderr
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert (tmp_path / "out" / f"{name}.elf").read_bytes() == elf(name).read_bytes(), name


def test_a_guest_that_hides_its_counters_from_users_does_not_stop_the_vmms_handler(
    needs, build, run, simulator, transcript, tmp_path
):
    """The handler runs under the guest's scounteren, and the emulated clock reads the time."""
    needs(COMPILER)
    program = tmp_path / "out" / "hypervisor.elf"
    result = build("DEFINES=-DGUEST_HIDES_COUNTERS", program)
    assert result.returncode == 0, result.stderr
    result = run("run", program, "--sim", simulator("verilator"))
    assert (result.status, result.out) == (0, transcript("hart", "hypervisor"))


def test_without_the_compiler_one_line_names_debians_package(build, tmp_path):
    for name in ("sh", "make"):
        (tmp_path / name).symlink_to(shutil.which(name))
    result = build(env={"PATH": str(tmp_path)})
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert f"{COMPILER} is missing: install Debian's package gcc-riscv64-unknown-elf" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "count"), [("integer", 86), ("atomics", 18)])
def test_the_constants_of_a_program_are_what_the_manual_says(root, name, count):
    """Against Python's integers: the digests come neither from the hart nor from QEMU."""
    source = (root / SOURCES / f"{name}.c").read_text()
    table = re.findall(r'\{"(\S+?)(?:\.([wd]))?(?: (-?\d+))?", run_\w+, (0x[0-9a-f]+)\}', source)
    assert len(table) == count
    for operation, width, immediate, expected in table:
        if width:
            digest = instructions.amo(operation, width)
        elif immediate:
            digest = instructions.each(operation, int(immediate))
        else:
            digest = instructions.pairs(operation)
        assert int(expected, 16) == digest, operation


def test_the_constants_are_on_the_operands_of_the_program(root):
    text = (root / SOURCES / "platform" / "digest.h").read_text()
    (listed,) = re.findall(r"operands\[\] = \{(.*?)\}", text, re.DOTALL)
    numbers = re.findall(r"-1ul|\w+", listed)
    assert [int(number.removesuffix("ul"), 0) % (1 << 64) for number in numbers] == instructions.OPERANDS
