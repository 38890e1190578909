"""The firmware answers as SBI says, on the hart and under QEMU: a small program in the kernel's place asks."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def firmware(boot):
    return boot(Path(__file__).parent / "payload.S")


def test_the_hart(run, simulator, firmware, tmp_path):
    (tmp_path / "typed").write_bytes(b"!")
    result = run("run", str(firmware), "--sim", simulator("verilator"), "--input", str(tmp_path / "typed"))
    assert (result.status, result.out) == (0, "!"), result.err
    assert "agree with the golden model" in result.err


def test_qemu(qemu, firmware):
    machine = ("-M", "virt", "-cpu", "rv64,h=true,sstc=false", "-m", "64", "-bios", "none", "-nographic")
    command = ["qemu-system-riscv64", *machine, "-kernel", str(firmware)]
    said = subprocess.run(command, input=b"!", capture_output=True, timeout=60)
    assert (said.returncode, said.stdout) == (0, b"!")
