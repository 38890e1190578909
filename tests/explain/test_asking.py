"""The command that a difference prints: it asks about the very state and event, or there is none."""

import shlex

import pytest

from utrap.command_line.fewest import configuration_words
from utrap.command_line.options import make_config
from utrap.config import Config
from utrap_show.explain.command import explain_command
from utrap_testbench.golden import (
    CsrAccess,
    CsrOp,
    Retire,
    Return,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    reset_state,
)
from utrap_testbench.harts import model_config

FULL = Config.profile("full", 64)
GUEST = reset_state(model_config(FULL)).replace(prv=1, v=1, medeleg=1 << 21, mtvec=0x4000, stvec=0x8000)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (TakeException(cause=21, pc=0x100, tval=0x10, tval2=0x1000, gva=1), "=> "),
        (TrapReturn(insn=Return.SRET), "VS"),
        (CsrAccess(address=0x340, op=CsrOp.WRITE, wdata=5), "=> raises illegal instruction (2)"),
        (CsrAccess(address=0x140, op=CsrOp.READ), "=> "),
    ],
)
def test_the_command_answers_what_the_model_says(run, event, said):
    words = shlex.split(explain_command(FULL, GUEST, event))
    assert words[:4] == ["utrap", "explain", "--profile", "full"]
    result = run(*words[1:])
    assert (result.status, result.err) == (0, "")
    assert said in result.out


def test_an_interrupt_is_asked_about_by_its_name():
    pending = GUEST.replace(mie=1 << 7, line_mtip=1)
    assert " --interrupt MTI --csr " in explain_command(FULL, pending, TakeInterrupt(pc=0x104))


def test_an_rnmi_is_asked_about_with_the_inputs_that_say_where_it_goes(run):
    config = Config.profile("msu", 64, smrnmi=True, rnmi_vectors="port")
    state = reset_state(model_config(config)).replace(
        prv=0, mnstatus_nmie=1, line_rnmi=1, rnmi_cause=3, rnmi_interrupt_vector=0x8000
    )
    command = explain_command(config, state, TakeRnmi(pc=0x104))
    assert " --rnmi 3 --rnmi-interrupt-vector 0x8000" in command
    assert "next pc 0x8000" in run(*shlex.split(command)[1:]).out


def test_there_is_no_command_for_what_explain_does_not_ask():
    assert explain_command(FULL, GUEST, Retire()) == ""
    assert explain_command(FULL, GUEST, TakeException(cause=9, pc=0)) == ""  # ECALL of another mode


@pytest.mark.parametrize(
    "config",
    [
        Config.profile("mu", 32),
        Config.profile("max", 64),
        Config.profile("rva23s64", 64),
        Config.profile("msuh", 64, satp_modes=("bare", "sv39"), hgatp_modes=("bare", "sv39x4"), local_interrupts=3),
    ],
)
def test_a_configuration_is_chosen_by_its_words(config):
    words = configuration_words(config)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    settings = [value for option, value in pairs if option == "--set"]
    chosen = dict(pairs)
    assert make_config(chosen["--profile"], int(chosen["--xlen"]), settings) == config
    assert len(settings) <= 3
