"""Boots Linux 6.1 on the hart, with its own KVM, and measures what an emulated device access costs there.

Builds Debian's kernel, not patched, a small firmware, a VMM that is init, and a kernel module with
which the VMM's guest reaches it without the kernel; boots them under Verilator with the golden model
beside every event. Prints a table; writes linux.md, linux.json, pictures and console.log to DIR.
docs/linux.md says what is measured.

With --guest linux the guest is the same Linux, in a smaller memory, and its boots are measured.

The first time takes some minutes more: the kernel and the hart are built, and kept. `make linux`
installs what that needs.
"""

from __future__ import annotations

import click


@click.command(help=__doc__)
@click.option(
    "--guest",
    type=click.Choice(["bundled", "linux"]),
    default="bundled",
    show_default=True,
    help="What runs in the virtual machine: a program with several workloads, or Linux, whose boots are measured.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON (docs/schemas/linux.schema.json).")
@click.option("--build", "only_build", is_flag=True, help="Build only, and say how to run it with a console.")
@click.option("--qemu", is_flag=True, help="Boot the same under QEMU 7.2 instead, and check what the VMM says there.")
@click.option("--baseline", metavar="FILE", help="linux.json of an earlier run: also print what has changed since.")
@click.option("-o", "--output", metavar="DIR", default="build/linux", show_default=True, help="Where the files go.")
def linux(guest: str, as_json: bool, only_build: bool, qemu: bool, baseline: str | None, output: str) -> int:
    from pathlib import Path

    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder
    from utrap_hart.exits.baseline import read_baseline
    from utrap_linux.command import Request, run
    from utrap_linux.show import FORMAT

    others = {"--json": as_json, "--build": only_build, "--qemu": qemu, "--guest linux": guest == "linux"}
    other = next((name for name, is_given in others.items() if is_given), None)
    if baseline is not None and other is not None:
        raise UserError(
            f"--baseline and {other} exclude each other: it compares accesses, which must be measured and shown"
        )
    before = read_baseline(baseline, FORMAT, "utrap linux") if baseline is not None else None
    check_folder(output)
    return run(
        Request(
            folder=Path(output),
            as_json=as_json,
            only_build=only_build,
            under_qemu=qemu,
            has_linux_guest=guest == "linux",
            baseline=before,
        )
    )
