"""The VMM's VirtIO disk, called as the VMM calls it by a program that stands for its guest's driver.

It runs on the hart; with a mistake in the disk, as a program of this machine.
"""

import subprocess
from pathlib import Path

import pytest

from utrap.products.c_header import c_header
from utrap_hart.hart import hart_config
from utrap_linux.building import EXAMPLE

from .conftest import CROSS, FLAGS

HERE = Path(__file__).parent / "vmm"
PROGRAMS = EXAMPLE.parent / "programs"
VMM = EXAMPLE / "vmm"
DISK = ("devices.c", "disk.c", "requests.c")
INCLUDE = (VMM, PROGRAMS / "hypervisor")
#: A mistake in the disk, and the check of vmm/disk.c that finds it.
FAULTS = {
    "the BAR does not move": ("disk.c", "disk_bar = config[COMMAND_WORD]", "uint64_t lost = config[COMMAND_WORD]", 8),
    "any features are agreed upon": ("disk.c", "if (disk.now.accepted != VERSION_1)", "if (0)", 21),
    "what is enabled changes": ("disk.c", " || disk.now.queue.is_enabled)", ")", 38),
    "an interrupt that nobody wants": ("requests.c", "->flags & NO_INTERRUPT", "->flags & 0", 43),
    "it has no end": ("requests.c", " || length / SECTOR > DISK_SECTORS - sector", "", 46),
    "memory has no end": ("requests.c", "length <= disk.memory_size - offset", "1", 63),
    "what is read comes when it likes": ("requests.c", " || (!is_writable && to->count)", "", 65),
    "the ring has no end": ("requests.c", "if ((uint16_t)(end - queue->seen) > size)", "if (0)", 69),
    "a driver that is not ready": ("requests.c", "(DRIVER_OK | NEEDS_RESET)) == DRIVER_OK &&", "0) == 0 &&", 80),
    "a reset does not wait": ("disk.c", "!__atomic_exchange_n(&disk.is_busy, 1, __ATOMIC_SEQ_CST)", "1", 82),
}


def test_the_disk_on_the_hart(run, simulator, boot):
    parts = (HERE / "start.S", HERE / "disk.c", PROGRAMS / "platform" / "memory.c")
    elf = boot(*parts, *(VMM / name for name in DISK), include=INCLUDE)
    result = run("run", str(elf), "--sim", simulator("verilator"))
    assert result.status == 0, f"check {result.status} of vmm/disk.c"


@pytest.fixture
def check(needs, tmp_path):
    """Compile it for this machine with another text of one file; gives the check that failed, or 0."""
    needs("gcc")
    (tmp_path / "utrap_csr.h").write_text(c_header(hart_config()))

    def check(name="", text=""):
        (tmp_path / name if name else tmp_path / "none").write_text(text)
        files = [tmp_path / other if other == name else VMM / other for other in DISK]
        include = [f"-I{path}" for path in (*INCLUDE, tmp_path)]
        command = ["gcc", "-O1", *include, *map(str, (HERE / "disk.c", *files)), "-o", str(tmp_path / "disk")]
        subprocess.run(command, check=True)
        return subprocess.run([tmp_path / "disk"], timeout=10).returncode

    return check


def test_the_disk_as_it_is_passes_on_this_machine(check):
    assert check() == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_in_the_disk_is_found(check, fault):
    name, old, new, number = FAULTS[fault]
    text = (VMM / name).read_text()
    assert text.count(old) == 1
    assert check(name, text.replace(old, new)) == number


def test_the_trap_handler_calls_nothing_that_overwrites_the_guests_registers(needs, tmp_path):
    needs(f"{CROSS}gcc")
    # The Makefile compiles these so that they keep what the handler has not saved; a memcpy of another file would not.
    (tmp_path / "utrap_csr.h").write_text(c_header(hart_config()))
    include = [f"-I{path}" for path in (*INCLUDE, tmp_path)]
    emulation = (PROGRAMS / "hypervisor" / "emulate.c", VMM / "devices.c", VMM / "disk.c")
    defined: set[str] = set()
    used: set[str] = set()
    for source in emulation:
        made = tmp_path / f"{source.stem}.o"
        command = [f"{CROSS}gcc", *FLAGS, "-fno-jump-tables", "-DEMULATE_IN=vmm", *include, "-c", str(source)]
        subprocess.run([*command, "-o", str(made)], check=True)
        names = subprocess.run([f"{CROSS}nm", str(made)], check=True, capture_output=True, text=True).stdout
        for *_, kind, name in map(str.split, names.splitlines()):
            (used if kind == "U" else defined).add(name)
    assert used <= defined, used - defined
