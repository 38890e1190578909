"""Programs in the kernel's place behind the firmware."""

import os
import subprocess
import sys

import pytest

from utrap_linux.building import EXAMPLE

CROSS = "riscv64-unknown-elf-"
FLAGS = (
    *("-march=rv64ima_zicsr_zifencei", "-mabi=lp64", "-mcmodel=medany", "-O2", "-std=gnu17", "-ffreestanding"),
    *("-fno-tree-loop-distribute-patterns", "-msmall-data-limit=0", "-Wall", "-Werror", "-nostdlib", "-static"),
    *("-Wl,-Ttext=0x80200000", "-Wl,--no-warn-rwx-segments", "-Wl,--build-id=none"),
)
#: MiB of memory.
MEMORY = 16


@pytest.fixture(scope="session")
def boot(needs, tmp_path_factory):
    """Compile files into a program in the kernel's place; gives the ELF file with the firmware before it."""
    needs(f"{CROSS}gcc", "dtc")

    def make(folder, *targets):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        # init and module are not what this is about.
        settings = (f"BUILD={folder}", f"KERNEL={folder}", f"PYTHON={sys.executable}", f"MEMORY={MEMORY}")
        command = ["make", "-s", "-C", str(EXAMPLE), *settings, f"--old-file={folder}/init", *map(str, targets)]
        made = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr

    def boot(*files, include=(), flags=()):
        folder = tmp_path_factory.mktemp("boot")
        for name in ("init", "shudeleg.ko"):
            (folder / name).write_bytes(b"none")
        make(folder, folder / "include" / "utrap_csr.h")
        paths = [f"-I{path}" for path in (*include, folder / "include")]
        program, image = folder / "program.elf", folder / "Image"
        subprocess.run([f"{CROSS}gcc", *FLAGS, *flags, *paths, *files, "-o", program], check=True)
        subprocess.run([f"{CROSS}objcopy", "-O", "binary", program, image], check=True)
        make(folder)
        return folder / "linux.elf"

    return boot
