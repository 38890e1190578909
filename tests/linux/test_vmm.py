"""The VMMs on the hart without a kernel: a program in its place answers their system calls, and now and then wrongly.

The sources are the very files of the example. What stands for the kernel is vmm/kernel.h, with a guest that is played
access by access; vmm/scenarios_*.c has what goes wrong, one scenario after the other in one run, and here is what must
be said of each.
"""

import re
from pathlib import Path

import pytest

from utrap_linux.building import EXAMPLE

HERE = Path(__file__).parent
PROGRAMS = EXAMPLE.parent / "programs"
HEADERS = Path("/usr/riscv64-linux-gnu/include")
_NAMES = ("kernel.c", "kvm.c", "fresh.c", "guest_image.S")
KERNEL = [HERE / "harness" / "enter.S", *(HERE / "vmm" / name for name in _NAMES)]
INCLUDE = (PROGRAMS / "hypervisor", EXAMPLE / "vmm", HERE / "vmm")
#: Either VMM has these, and then its own.
BOTH = ("linux.c", "machine.c", "access.c", "trap.S")
OWN = {"bundled": ("vmm.c", "devices.c", "disk.c", "requests.c", "worker.c"), "linux": ("boot.c",)}
#: As the example's Makefile, in a smaller memory.
FLAGS = {
    "bundled": (),
    "linux": (
        *("-DEMULATED_TEXT=0x100", "-DGUEST_SIZE=0x2a0000", "-DGUEST_FILES_OFFSET=0x280000"),
        *("-DGUEST_TREE_OFFSET=0x290000", "-Wl,--defsym=device_access=vmm_emulate"),
    ),
}


@pytest.fixture(scope="module")
def play(utrap, installed, simulator, boot):
    """Play the scenarios of one VMM; gives the lines of each, without cycles."""

    def play(which):
        if not (HEADERS / "linux" / "kvm.h").is_file():
            pytest.skip("the kernel's interface is missing: linux-libc-dev-riscv64-cross")
        vmm = [EXAMPLE / "vmm" / name for name in (*OWN[which], *BOTH)]
        shared = [PROGRAMS / "hypervisor" / "emulate.c", PROGRAMS / "platform" / "memory.c"]
        played = [HERE / "vmm" / f"{name}_{which}.c" for name in ("guest", "scenarios")]
        flags = ("-DEMULATE_IN=vmm", "-idirafter", str(HEADERS), *FLAGS[which])
        elf = boot(*KERNEL, *played, *vmm, *shared, include=INCLUDE, flags=flags)
        result = utrap("run", str(elf), "--sim", simulator("verilator"), path=[installed])
        assert result.returncode == 0, result.stdout + result.stderr
        said = re.sub(r"\d+ cycles|started \d+", "N", result.stdout)
        parts = re.split(r"^== (.*)\n", said, flags=re.MULTILINE)[1:]
        return {name: text.splitlines() for name, text in zip(parts[::2], parts[1::2], strict=True)}

    return play


@pytest.fixture(scope="module")
def bundled(play):
    return play("bundled")


@pytest.fixture(scope="module")
def linux(play):
    return play("linux")


MADE = [
    "vmm: N",
    "kernel: slot 0, flags 0, 200000 bytes at 80000000",
    "kernel: pc = 80000000, the image is in memory",
    "kernel: a0 = 0",
    "kernel: a1 = 0",
]
#: By workload: what the guest says, accesses, notifications.
ROUNDS = {
    "checks": ([], 108, 18),
    "print": (["hi"], 3, 0),
    "scan": (["hi"], 3, 0),
    "compute": (["hi"], 3, 0),
    "disk": ([], 14, 2),
}


def rounds(paths, is_brief=False):
    """What is said where all is well with one VMM; a guest that accesses each device once does not pass the checks."""
    for workload, (text, accesses, notifications) in ROUNDS.items():
        verdict = "passed"
        if is_brief and workload == "checks":
            accesses, notifications, verdict = 6, 1, "too few accesses"
        for path in paths:
            if path != "b" or notifications:
                yield f"vmm: begin {workload} {path}"
                yield from text
                yield f"vmm: end N, {accesses} accesses, {notifications} notifications: {verdict}"


def together(paths):
    for path in paths:
        yield from ("kernel: fork", f"vmm: begin together {path}", "kernel: 0 into a pipe", "hi")
        yield "vmm: end N, 8 accesses, 0 notifications: passed"


PASSED, FAILED = ["vmm: passed", "kernel: power off"], ["vmm: FAILED", "kernel: restart"]
WITHOUT = "vmm: no path c: this hart has no Shudeleg, says the module (error 19)"


def test_all_is_well_on_every_path(bundled):
    assert bundled["all is well"] == [*MADE, *rounds("abc"), *together("ac"), *PASSED]


def test_without_shudeleg_two_paths_are_left(bundled):
    assert bundled["no Shudeleg"] == [*MADE, WITHOUT, *rounds("ab", is_brief=True), *together("a"), *FAILED]


def test_a_module_without_its_device_is_no_path_c(bundled):
    assert not any(re.fullmatch("vmm: begin .* c", line) for line in bundled["no device of the module's"])
    assert any(re.fullmatch("vmm: begin .* b", line) for line in bundled["no device of the module's"])


#: A call that fails, and what is said of it; then the machine ends with a status other than 0.
REFUSED = {
    "no module": "/shudeleg.ko: error 2",
    "device of the module's refused": "/dev/shudeleg: error 13",
    "KVM refused": "/dev/kvm: error 13",
    "no virtual machine": "KVM_CREATE_VM: error 12",
    "no memory": "mmap: error 12",
    "no slot": "KVM_SET_USER_MEMORY_REGION: error 22",
    "no vCPU": "KVM_CREATE_VCPU: error 17",
    "no size": "KVM_GET_VCPU_MMAP_SIZE: error 22",
    "no page of the vCPU's": "mmap: error 22",
    "no eventfd": "eventfd: error 24",
    "no register": "KVM_SET_ONE_REG: error 22",
    "not attached": "SHUDELEG_ATTACH: error 22",
    "memory not locked": "mlockall: error 12",
    "no ioeventfd": "KVM_IOEVENTFD: error 28",
    "not run": "KVM_RUN: error 14",
    "an exit of another kind": "an exit of another kind: error 17",
    "a fault in the handler": "SHUDELEG_RUN: error 14",
    "no thread": "clone: error 11",
    "no priority": "sched_setscheduler: error 1",
    "no second VMM": "fork: error 11",
    "the other VMM dies": "the other VMM is gone: error 0",
}


@pytest.mark.parametrize("scenario", REFUSED)
def test_what_is_refused_is_named_and_ends_the_machine(bundled, scenario):
    assert bundled[scenario][-2:] == [f"vmm: FAILED: {REFUSED[scenario]}", "kernel: restart"]


def test_a_fault_in_the_handler_is_told_with_its_place(bundled):
    assert "vmm: FAILED: a fault in the trap handler at 1234" in bundled["a fault in the handler"]


def test_a_run_that_a_signal_ends_goes_on(bundled):
    assert bundled["a signal"] == bundled["too few accesses"]


#: What the guest or the hart does wrong, in how many rounds, and what is said of each.
COMPLAINTS = {
    "too few accesses": ("too few accesses", 3),
    "an access despite its window": ("emulated on the wrong path", 4),
    "the guest's check": ("the guest's check", 14),
    "the other VMM fails": ("the other VMM", 2),
}


@pytest.mark.parametrize("scenario", COMPLAINTS)
def test_a_round_that_went_wrong_says_so_and_fails_the_machine(bundled, scenario):
    complaint, times = COMPLAINTS[scenario]
    said = [line.partition(": passed")[0] for line in bundled[scenario] if line.startswith("vmm: end")]
    assert sum(line.endswith(f"notifications: {complaint}") for line in said) == times
    assert bundled[scenario][-2:] == FAILED


def test_the_other_vmm_says_how_many_accesses_its_guest_made(bundled):
    assert bundled["the other VMM itself"][-8:] == [
        "kernel: fork",
        *MADE[1:],
        "kernel: 0 into a pipe",
        "kernel: 3 into a pipe",
        "kernel: exit",
    ]


BOOTED = [
    "kernel: slot 0, flags 0, 2a0000 bytes at 80000000",
    "kernel: pc = 80200000",
    "kernel: memory has the three files",
    "kernel: a0 = 0",
    "kernel: a1 = 80290000",
]


def boots(paths, verdict="passed", text="guest: guest: init runs", accesses=24):
    for path in paths:
        yield from (*BOOTED, f"vmm: begin boot {path}", f"  {text}")
        yield f"vmm: end N, {accesses} accesses, 0 notifications: {verdict}"


def test_linux_as_a_guest_gets_its_files_and_says_what_it_does(linux):
    assert linux["all is well"] == ["vmm: N", *boots("ac"), *PASSED]
    assert linux["no Shudeleg"] == ["vmm: N", WITHOUT, *boots("a"), *PASSED]


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("no kernel", "/guest-kernel: error 2"),
        ("a file that cannot be read", "/guest-kernel: error 5"),
        ("a file that is too large", "/guest-files: error 27"),
        ("an exit of another kind", "an exit of another kind: error 17"),
        ("the machine cannot be taken away", "munmap: error 22"),
    ],
)
def test_what_linux_as_a_guest_lacks_is_named(linux, scenario, message):
    assert linux[scenario][-2:] == [f"vmm: FAILED: {message}", "kernel: restart"]


def test_a_guest_that_gives_up_fails_the_machine(linux):
    said = [*boots("ac", "the guest's kernel gave up"), *FAILED]
    assert linux["the guest restarts"] == ["vmm: N", *said]
    said = [*boots("ac", "the guest has not reached its init", "guest: guest", 12), *FAILED]
    assert linux["the guest does not reach its init"] == ["vmm: N", *said]
