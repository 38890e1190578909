"""What cannot be explained is one line that names the thing, the value and the remedy, and exit status 2."""

import pytest

CAUSE = "--mode VS --cause 21"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("--mode X --cause 2", "--mode X: no such mode: this hart has M, HS, U, VS, VU"),
        ("--mode VS --cause 2 --profile mu", "--mode VS: the configuration has M, U: choose another --profile"),
        ("--mode U --cause load-page", "--cause load-page: no such exception: do you mean load-page-fault?"),
        ("--mode U --cause 64", "--cause 64: codes are 0 to 63"),
        ("--mode U --cause 2x", "--cause 2x: write a number, as in 21 or 0x15"),
        ("--mode U --interrupt XTI", "--interrupt XTI: no such interrupt: do you mean UTI?"),
        ("--mode U --interrupt 14", "--interrupt 14: no such interrupt: codes are 0 to 13"),
        ("--mode U --interrupt 13",
         "--interrupt 13: the configuration has no LCOFI: it needs --set sscofpmf=true, and counters=zihpm"),
        ("--mode U --interrupt VSTI --profile msu",
         "--interrupt VSTI: the configuration has no VSTI: choose another --profile"),
        ("--mode U --interrupt SGEI",
         "--interrupt SGEI: the configuration has no SGEI: it needs --set geilen=1 or more"),
        ("--mode U --insn nop", "--insn nop: not one that the model judges: there are wfi, "),
        ("--mode U --access medelg", "--access medelg: no such CSR: do you mean medeleg?"),
        ("--mode U --access 0x1000", "--access 0x1000: CSR addresses are 0 to 0xfff"),
        (f"{CAUSE} --csr medelg=1", "--csr medelg=1: there is no CSR medelg in the trap unit: do you mean medeleg?"),
        ("--mode U --cause 2 --profile msu --csr hedeleg=1",
         "--csr hedeleg=1: the configuration has no hedeleg: choose another --profile, --xlen or --set"),
        (f"{CAUSE} --csr hugpaw4=1", "--csr hugpaw4=1: the configuration has no hugpaw4: choose"),
        (f"{CAUSE} --csr mstatush=1", "--csr mstatush=1: the configuration has no mstatush: choose"),
        (f"{CAUSE} --csr mstatus.MEI=1", "--csr mstatus.MEI=1: mstatus has no field MEI: do you mean MIE?"),
        (f"{CAUSE} --csr mstatus.MIE=2", "--csr mstatus.MIE=2: mstatus.MIE has 1 bit: 0x2 is wider"),
        (f"{CAUSE} --csr mstatus.MPP=4", "--csr mstatus.MPP=4: mstatus.MPP has 2 bits: 0x4 is wider"),
        (f"{CAUSE} --xlen 32 --csr mepc=0x100000000", "mepc has 32 bits: 0x100000000 is wider"),
        (f"{CAUSE} --csr medeleg[64]=1", "--csr medeleg[64]=1: medeleg has bits 0 to 63"),
        (f"{CAUSE} --csr medeleg", "--csr medeleg: write NAME=VALUE, NAME.FIELD=VALUE or NAME[BIT]=VALUE"),
        (f"{CAUSE} --csr medeleg=-1", "--csr medeleg=-1: -1: a number from 0 up is needed"),
        (f"{CAUSE} --csr medeleg=all", "--csr medeleg=all: all: write a number, as in 21 or 0x15"),
        (f"{CAUSE} --csr mepc=4 --csr mepc=8", "--csr mepc=8: mepc is set twice, leave one out"),
        (f"{CAUSE} --csr marchid=1", "--csr marchid=0x1: marchid is read-only: leave it out"),
        (f"{CAUSE} --csr mstatus.UXL=1", "--csr mstatus.UXL=1: mstatus.UXL is read-only: leave it out"),
        (f"{CAUSE} --csr hgeip=2", "--csr hgeip=0x2: GEILEN is 0: add --set geilen=N"),
        ("--mode U --csr mip=0x2000", "--csr mip=0x2000: the configuration has no interrupt 13: leave it out"),
        ("--mode U --csr mip=0x1000 --set geilen=1", "--csr mip=0x1000: SGEIP is not stored: set hgeip and hgeie"),
        ("--mode U", "what happens? add --cause, --interrupt (or --csr mip=..., --time), --return, --access or --insn"),
        ("--mode U --cause 2 --return uret", "--cause 2 and --return uret: one question at a time, leave one out"),
        ("--mode U --return uret --tval 1", "--tval 1: only an exception has one: leave it out, or ask with --cause"),
        ("--mode U --interrupt MTI --gva", "--gva: only an exception has one: leave it out, or ask with --cause"),
        ("--mode U --return uret --pc 4", "--pc 4: only a trap stores it: leave it out, or ask with --cause"),
        ("--mode U --cause 2 --write 1", "--write 1: only an access has one: leave it out, or ask with --access"),
        ("--mode M --access mepc --write 1 --set-bits 2",
         "--write 1 and --set-bits 2: an access does one of them, leave one out"),
        ("--mode VS --cause 2 --gpa 0x1000",
         "--gpa 0x1000: cause 2 has none, guest-page faults 20, 21 and 23 do: leave it out"),
        ("--mode U --cause 2 --profile msu --gva", "--gva: the configuration has no hypervisor extension: leave it"),
        ("--mode U --cause 2 --profile msu --tinst 3", "--tinst 3: the configuration has no hypervisor extension"),
        ("--mode U --cause ecall-from-s",
         "--cause ecall-from-s with --mode U: ECALL raises 8 in this mode: change one of them"),
        ("--mode U --cause 22", "--cause 22 with --mode U: it is raised in VS and VU alone: change one of them"),
        ("--mode U --cause 20", "--cause 20 with --mode U: it is raised in VS and VU alone: change one of them"),
        ("--mode U --cause 21 --profile msu",
         "--cause 21: it needs the hypervisor extension: choose --profile full"),
        ("--mode U --cause 0", "--cause 0: with IALIGN 16 there is none: add --set ialign=32"),
        (f"{CAUSE} --gpa 0x4000000000000", "--gpa 0x4000000000000: wider than the 50 bits that it has here"),
        (f"{CAUSE} --xlen 32 --tval 0x100000000", "--tval 0x100000000: wider than the 32 bits that it has here"),
        (f"{CAUSE} --tinst 0x100000000", "--tinst 0x100000000: wider than the 32 bits that it has here"),
        (f"{CAUSE} --pc 3", "--pc 3: instructions are aligned to 16 bits here"),
        (f"{CAUSE} --set windows=9", "windows"),
        (f"{CAUSE} --profile big", "Invalid value for '--profile': 'big' is not one of"),
        ("--cause 2", "Missing option '--mode'"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_one_clear_line(run, question, message):
    result = run("explain", *question.split())
    assert message in result.err
    assert result.err.count("\n") == 1
    assert (result.status, result.out) == (2, "")
