"""The kernel module, called as Linux and a VMM call it, by a program in the kernel's place that has a guest of its own.

What stands for the kernel is in harness/: it takes the hart away at every place of guest and handler, sends
signals, makes faults in the handler, runs a second vCPU. The module's source is the very file of the example.
"""

import subprocess
from pathlib import Path

import pytest

from utrap_linux.building import EXAMPLE

HARNESS = Path(__file__).parent / "harness"
PROGRAMS = EXAMPLE.parent / "programs"
PARTS = (*(HARNESS / name for name in ("enter.S", "guest.S", "harness.c")), PROGRAMS / "platform" / "memory.c")
INCLUDE = (HARNESS / "stubs", PROGRAMS / "hypervisor", EXAMPLE / "module")
#: A mistake in the module, and the check that finds it.
FAULTS = {
    "the handler's pc is not saved": ("user->uepc = csr_swap(CSR_UEPC, 0);", "", {32}),
    "delegation stays on when another thread runs": ("csr_write(CSR_HUDCFG, 0);", "", {32}),
    "the scratch register is not restored": ("csr_write(CSR_USCRATCH, user->uscratch);", "", {30}),
    "any file is taken for a vCPU's": ("if (!is_vcpu(file))", "if (0 && !is_vcpu(file))", {13}),
    "another process may run it": (
        "if (on->vcpu->kvm->mm != current->mm)\n\t\treturn -EIO;", "", {33},
    ),
    "a fault in the handler looks like one of the guest": ("!in_handler ? SHUDELEG_GUEST", "1 ? SHUDELEG_GUEST", {56}),
    "the vCPU's file is lost when it is attached twice": ("fput(to->vcpu_file);", ";", {21}),
    "the guest may use HLV afterwards": ("guest->hstatus &= ~HSTATUS_HU;", "", {32}),
}  # fmt: skip


def test_the_module_on_the_hart(run, simulator, boot):
    result = run(
        "run", str(boot(*PARTS, EXAMPLE / "module" / "shudeleg.c", include=INCLUDE)), "--sim", simulator("verilator")
    )
    assert result.status == 0, f"check {result.status} of harness.c"
    assert "agree with the golden model" in result.err


def test_on_a_hart_without_shudeleg_it_says_so_and_leaves_nothing_behind(qemu, boot):
    elf = boot(*PARTS, EXAMPLE / "module" / "shudeleg.c", include=INCLUDE)
    machine = ("-M", "virt", "-cpu", "rv64,h=true,sstc=false", "-m", "64", "-bios", "none", "-nographic")
    said = subprocess.run(["qemu-system-riscv64", *machine, "-kernel", elf], stdin=subprocess.DEVNULL, timeout=60)
    assert said.returncode == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_in_the_module_is_found(run, simulator, boot, tmp_path, fault):
    text = (EXAMPLE / "module" / "shudeleg.c").read_text()
    old, new, checks = FAULTS[fault]
    assert text.count(old) == 1
    (tmp_path / "shudeleg.c").write_text(text.replace(old, new))
    result = run(
        "run",
        str(boot(*PARTS, tmp_path / "shudeleg.c", include=INCLUDE)),
        "--sim",
        simulator("verilator"),
        "--max-cycles",
        "9000000",
    )
    assert result.status in checks, result.err
