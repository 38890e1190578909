"""The VMM's VirtIO disk on the hart, called as the VMM calls it by a program that stands for its guest's driver."""

import subprocess
from pathlib import Path

import pytest

from utrap_linux.building import EXAMPLE

HERE = Path(__file__).parent / "vmm"
PROGRAMS = EXAMPLE.parent / "programs"
VMM = EXAMPLE / "vmm"
PARTS = (HERE / "start.S", HERE / "disk.c", PROGRAMS / "platform" / "memory.c")
INCLUDE = (VMM, PROGRAMS / "hypervisor")


def test_the_disk_on_the_hart(run, simulator, boot):
    elf = boot(*PARTS, VMM / "disk.c", VMM / "requests.c", include=INCLUDE)
    result = run("run", str(elf), "--sim", simulator("verilator"))
    assert result.status == 0, f"check {result.status} of vmm/disk.c"
