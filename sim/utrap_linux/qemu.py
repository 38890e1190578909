"""The same image under QEMU, as a check of the software: path (a) and (b) must go there as on the hart."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time

from utrap.command_line.errors import UserError
from utrap_hart.exits.access import Path as On
from utrap_sim.simulators.processes import RUN, child

from .building import Boot
from .console import Console

__all__ = ["check_under_qemu", "verdict"]

_QEMU = "qemu-system-riscv64"
#: QEMU's virt without a firmware of its own; it puts its device tree where 64 MiB would end, so it gets more.
_MACHINE = (
    *("-M", "virt", "-cpu", "rv64,h=true,sstc=false", "-m", "128", "-icount", "shift=0"),
    *("-bios", "none", "-nographic", "-monitor", "none", "-serial", "stdio"),
)
#: No boot takes so long, in seconds.
_PATIENCE_S = 600


def check_under_qemu(boot: Boot, console: Console) -> str | None:
    """Boot it; gives what went wrong, or None.

    Args:
        boot: What `build_system` gave.
        console: Takes what is printed.

    Raises:
        UserError: When QEMU is missing.
    """
    if shutil.which(_QEMU) is None:
        raise UserError(f"{_QEMU} is missing: apt-get install qemu-system-misc")
    command = (_QEMU, *_MACHINE, "-kernel", str(boot.elf))
    with child(RUN, *command, output=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.fileno()
        end = time.monotonic() + _PATIENCE_S
        while console.panic is None:  # a kernel that has given up goes on for ever
            if not select.select([said], [], [], max(0, end - time.monotonic()))[0]:
                return f"QEMU has not ended within {_PATIENCE_S} seconds; the last line: {console.last_line}"
            block = os.read(said, 4096)
            if not block:
                break
            for byte in block:
                console.take(byte)
    return verdict(console)


def verdict(console: Console) -> str | None:
    """What went wrong in a run that has ended, or None."""
    if console.panic is not None:
        return f"the kernel gave up: {console.panic}"
    if console.started is None:
        return f"the kernel ended before the VMM began; the last line: {console.last_line}"
    for made in console.rounds:
        if made.verdict != "passed":
            return f"{made.workload} on path {made.path.value}: {made.verdict}"
    paths = {made.path for made in console.rounds}
    if On.KERNEL_AND_BACK not in paths or On.TO_USER in paths:
        return f"QEMU has no Shudeleg, and the VMM ran on the paths {', '.join(sorted(path.value for path in paths))}"
    return None
