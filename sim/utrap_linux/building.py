"""What the hart boots: Debian's kernel, built once and kept; firmware, VMM and guest, built where the user says."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap_sim.simulators.builds import cache_folder
from utrap_sim.simulators.processes import CALL, child, last_words

from .packages import Package, read_packages

__all__ = ["EXAMPLE", "KERNEL_FILES", "Boot", "build_here", "build_kernel", "build_system", "check"]

#: The example's folder of the checkout; a wheel has none.
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "linux"
#: What is kept of a built kernel, by its place in the build.
KERNEL_FILES = {"Image": "arch/riscv/boot/Image", "System.map": "System.map", "shudeleg.ko": "module/shudeleg.ko"}
_SOURCE = Path("/usr/src/linux-source-6.1.tar.xz")
#: Sources and build need so many bytes while they last.
_DISK = 3 << 30
_MAKE = ("make", "ARCH=riscv", "CROSS_COMPILE=riscv64-linux-gnu-")
#: Lines of the build's log, to tell how far it is.
_LINES = 1200


@dataclass(frozen=True)
class Boot:
    """What was built.

    Attributes:
        elf: Firmware, kernel, device tree and init, for `utrap run`.
        symbols: The kernel's System.map.
        vmm: init, an ELF file with symbols.
    """

    elf: Path
    symbols: Path
    vmm: Path


def check() -> None:
    """Whether everything is there that a build needs.

    Raises:
        UserError: One line that says what is missing and how to get it.
    """
    if not EXAMPLE.is_dir():
        raise UserError(f"firmware, VMM and module are in a checkout's folder examples/linux, and {EXAMPLE} is missing:"
                        " utrap linux needs a checkout")  # fmt: skip
    missing = [package for package in read_packages(EXAMPLE) if not _is_there(package)]
    if missing:
        names = " ".join(package.name for package in missing)
        raise UserError(f"{missing[0].shown_by} is missing: apt-get install {names} (or make linux, which does it)")


def _is_there(package: Package) -> bool:
    return Path(package.shown_by).is_file() or shutil.which(package.shown_by) is not None


def build_kernel(tell: Callable[[float], None]) -> Path:
    """A folder with `KERNEL_FILES`, from the cache or new; the first time takes minutes.

    Args:
        tell: Called now and then with how much is done, 0 to 1.

    Raises:
        UserError: When there is no room, or the build fails; the line names its log.
    """
    folder = cache_folder() / f"linux-{_fingerprint()}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        if free < _DISK:
            raise UserError(f"{folder.parent} has {free >> 20:,} MiB of room, and the kernel's sources and build need"
                            f" {_DISK >> 20:,} while they last; UTRAP_SIM_CACHE names another place")  # fmt: skip
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as hidden:
            _build(Path(hidden), folder.with_suffix(".log"), tell)
            new = Path(hidden, "kept")
            new.mkdir()
            for name, place in KERNEL_FILES.items():
                shutil.copyfile(Path(hidden, "build", place), new / name)
            new.rename(folder)
    except OSError as error:
        if not folder.is_dir():  # another process may have been faster
            raise UserError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    return folder


def _build(place: Path, log: Path, tell: Callable[[float], None]) -> None:
    written = place / "log"
    with (
        written.open("wb") as output,
        child(CALL, f"{__name__}:build_here", str(place), output=output, folder=place) as process,
    ):
        while True:
            try:
                status = process.wait(1)
                break
            except subprocess.TimeoutExpired:
                with written.open("rb") as lines:
                    tell(min(sum(1 for _ in lines) / _LINES, 1.0))
    if status:
        shutil.copy(written, log)
        raise UserError(
            f"the kernel's build failed: {last_words(log.read_text(errors='replace'))}; all of it is in {log}"
        )


def build_here(place: str) -> int:
    """Unpack, configure and build in a folder, in a process of its own; gives the status of what failed, or 0."""
    sources, build = Path(place, "sources"), Path(place, "build")
    for folder in (sources, build):
        folder.mkdir()
    shutil.copytree(EXAMPLE / "module", build / "module")
    make = (*_MAKE, f"-j{os.cpu_count() or 1}")
    configured = f"KCONFIG_ALLCONFIG={EXAMPLE / 'kernel' / 'hart.config'}"
    commands = [
        ("tar", "-xJf", str(_SOURCE), "-C", str(sources), "--strip-components=1"),
        (*make, "-C", str(sources), f"O={build}", configured, "allnoconfig"),
        (*make, "-C", str(build), "Image", "modules"),
        (*make, "-C", str(build), f"M={build / 'module'}", "modules"),
    ]
    # The time and the host would be in the kernel, and its length, on which cycles depend, would vary.
    fixed = {"KBUILD_BUILD_TIMESTAMP": "2026-01-01", "KBUILD_BUILD_USER": "utrap", "KBUILD_BUILD_HOST": "utrap"}
    for command in commands:
        status = subprocess.run(command, env=os.environ | fixed, stdin=subprocess.DEVNULL).returncode
        if status:
            return status
    return 0


def _fingerprint() -> str:
    """A name for what a kernel is made of."""
    digest = hashlib.sha256()
    found = _SOURCE.stat()
    digest.update(f"{found.st_size} {found.st_mtime_ns} {_MAKE}\0".encode())
    module = [EXAMPLE / "module" / name for name in ("Kbuild", "shudeleg.c", "shudeleg.h")]
    for path in sorted([EXAMPLE / "kernel" / "hart.config", *module]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def build_system(kernel: Path, folder: Path, memory: int, has_linux_guest: bool = False) -> Boot:
    """Build firmware, guest, VMM and device tree around a kernel.

    Args:
        kernel: What `build_kernel` gave.
        folder: Where it goes.
        memory: MiB of memory.
        has_linux_guest: The guest is the kernel once more, and not the bundled one.

    Raises:
        UserError: When it fails, with the compiler's first complaint.
    """
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write into {folder}: {error.strerror}") from error
    settings = (f"BUILD={folder}", f"KERNEL={kernel}", f"PYTHON={sys.executable}", f"MEMORY={memory}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    name, vmm = ("linux-guest.elf", "init-boot") if has_linux_guest else ("linux.elf", "init")
    command = ["make", "-s", "-C", str(EXAMPLE), *settings, str(folder / name)]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    if made.returncode:
        raise UserError(f"the example could not be built: {last_words(made.stdout + made.stderr)}")
    return Boot(elf=folder / name, symbols=kernel / "System.map", vmm=folder / vmm)
