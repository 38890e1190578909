"""The firmware answers as SBI says, on the hart and under QEMU: a small program in the kernel's place asks."""

import os
import shutil
import subprocess
import sys

import pytest

from utrap_linux.building import EXAMPLE

HERE = os.path.dirname(__file__)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    """The firmware with the program behind it, in 16 MiB."""
    cross = "riscv64-unknown-elf-"
    if shutil.which(f"{cross}gcc") is None:
        pytest.skip("the cross compiler is missing: gcc-riscv64-unknown-elf")
    folder = tmp_path_factory.mktemp("firmware")
    kernel, out = folder / "kernel", folder / "out"
    kernel.mkdir()
    flags = ("-march=rv64ima_zicsr_zifencei", "-mabi=lp64", "-nostdlib", "-static", "-Wl,-Ttext=0x80200000")
    subprocess.run([f"{cross}gcc", *flags, f"{HERE}/payload.S", "-o", str(folder / "payload.elf")], check=True)
    subprocess.run([f"{cross}objcopy", "-O", "binary", folder / "payload.elf", kernel / "Image"], check=True)
    out.mkdir()
    (out / "init").write_bytes(b"none")
    (kernel / "shudeleg.ko").write_bytes(b"none")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    settings = (f"BUILD={out}", f"KERNEL={kernel}", f"PYTHON={sys.executable}", "MEMORY=16", f"--old-file={out}/init")
    command = ["make", "-s", "-C", str(EXAMPLE), *settings]
    made = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return out / "linux.elf"


def test_the_hart(run, simulator, firmware, tmp_path):
    (tmp_path / "typed").write_bytes(b"!")
    result = run("run", str(firmware), "--sim", simulator("verilator"), "--input", str(tmp_path / "typed"))
    assert (result.status, result.out) == (0, "!"), result.err
    assert "agree with the golden model" in result.err


def test_qemu(firmware):
    if shutil.which("qemu-system-riscv64") is None:
        pytest.skip("qemu-system-riscv64 is missing")
    machine = ("-M", "virt", "-cpu", "rv64,h=true,sstc=false", "-m", "64", "-bios", "none", "-nographic")
    command = ["qemu-system-riscv64", *machine, "-kernel", str(firmware)]
    said = subprocess.run(command, input=b"!", capture_output=True, timeout=60)
    assert (said.returncode, said.stdout) == (0, b"!")
