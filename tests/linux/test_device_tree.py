"""The device tree says of the hart what the hart is: it is compiled, and read with another tool."""

import subprocess

import pytest

from utrap_hart.hart import hart_config
from utrap_linux.device_tree import TIMEBASE, device_tree, guest_device_tree

MEMORY = 64 << 20
INITRD = range(0x83E0_0000, 0x83E0_1234)


def reader(folder, text):
    """Read a property of the compiled tree: its words."""
    command = ["dtc", "-O", "dtb", "-o", str(folder / "tree.dtb"), "-"]
    said = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
    assert said.stderr == "", "the compiler has nothing to complain of"

    def read(node, name, kind="x"):
        command = ["fdtget", "-t", kind, str(folder / "tree.dtb"), node, name]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    return read


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return reader(tmp_path_factory.mktemp("tree"), device_tree(hart_config(), MEMORY, INITRD))


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    return reader(tmp_path_factory.mktemp("guest"), guest_device_tree(hart_config(), MEMORY, INITRD))


def cells(*numbers):
    return [f"{half:x}" for number in numbers for half in (number >> 32, number & 0xFFFF_FFFF)]


def test_the_processor_is_what_the_hart_is_generated_for(tree):
    assert tree("/cpus/cpu@0", "riscv,isa", "s") == ["rv64imah"]
    assert tree("/cpus/cpu@0", "mmu-type", "s") == ["riscv,sv39"]
    assert tree("/cpus", "timebase-frequency", "u") == [str(TIMEBASE)]


def test_the_widest_translation_is_told():
    wider = hart_config(satp_modes=("bare", "sv39", "sv48"))
    assert 'mmu-type = "riscv,sv48"' in device_tree(wider, MEMORY, INITRD)


def test_memory_and_what_of_it_is_the_firmwares(tree):
    assert tree("/memory@80000000", "reg") == cells(0x8000_0000, MEMORY)
    assert tree("/reserved-memory/firmware@80000000", "reg") == cells(0x8000_0000, 2 << 20)


def test_devices_stand_where_the_platform_has_them(tree):
    places = {"test@100000": (0x10_0000, 0x1000), "clint@2000000": (0x200_0000, 0x1_0000)}
    places["serial@10000000"] = (0x1000_0000, 0x100)
    for node, (base, size) in places.items():
        assert tree(f"/soc/{node}", "reg") == cells(base, size)


def test_the_kernel_is_told_where_its_first_files_are(tree):
    assert tree("/chosen", "linux,initrd-start") == cells(INITRD.start)
    assert tree("/chosen", "linux,initrd-end") == cells(INITRD.stop)
    assert "console=hvc0" in tree("/chosen", "bootargs", "s")[0]


def test_a_guest_that_is_linux_has_no_hypervisor_extension_and_one_uart_that_interrupts_nobody(guest):
    assert guest("/cpus/cpu@0", "riscv,isa", "s") == ["rv64ima"]
    assert guest("/cpus", "timebase-frequency", "u") == [str(TIMEBASE)], "the hart's: KVM demands it"
    assert guest("/memory@80000000", "reg") == cells(0x8000_0000, MEMORY)
    assert guest("/soc/serial@10000000", "reg") == cells(0x1000_0000, 0x1000)
    assert guest("/soc/serial@10000000", "compatible", "s") == ["ns16550a"]
    with pytest.raises(subprocess.CalledProcessError):
        guest("/soc/serial@10000000", "interrupts")
    assert "console=ttyS0" in guest("/chosen", "bootargs", "s")
