"""Wrong RTL and wrong models are refuted, and the counterexample shows the difference when it is replayed.

The faults are of classes that a slip could make: a bit in the wrong place, a
missing legaliser, a condition left out, a value from the wrong source, a wrong
verdict, a wrong priority, a wrong reset.
"""

import json
import re

import pytest

from utrap_formal.task import Status
from utrap_sim.replay.replay_file import Players, replay_on_rtl
from utrap_sim.simulators.bench import Bench
from utrap_testbench.golden import entry, interrupts, legalise, route, xret
from utrap_testbench.replay import replay

from .conftest import FULL32, MU32

#: What is wrong: pattern in the Verilog, what stands there instead, the task that finds it, what differs.
WRONG_RTL = {
    "a bit is stored from the wrong place": (
        r"medeleg_breakpoint <= csr_written\[3\]",
        "medeleg_breakpoint <= csr_written[2]",
        "csr 0x302 medeleg",
        "next medeleg",
    ),
    "a legaliser is missing": (
        r"mstatus_mpp <= \(csr_written\[12\] & ~csr_written\[11\]\) \? [^;]*;",
        "mstatus_mpp <= csr_written[12:11];",
        "csr 0x300 mstatus",
        "next mstatus_mpp",
    ),
    "a trap saves the wrong mode": (
        r"mstatus_mpp <= mode_prv;",
        "mstatus_mpp <= 2'd3;",
        "exception 2",
        "next mstatus_mpp",
    ),
    "a return does not redirect": (
        r"(assign answer_redirect = [^;]*) \| uret_executes;",
        r"\1;",
        "uret",
        "answer_redirect",
    ),
    "a refused access outside is accepted": (
        r"assign extension_accept =\s[^;]*;",
        "assign extension_accept = extension_select;",
        "csr outside",
        "extension_accept",
    ),
    "an instruction that is illegal is not": (
        r"assign legality_hlsv =\s[^;]*;",
        "assign legality_hlsv = 2'd0;",
        "legality_hlsv",
        "legality_hlsv",
    ),
    "WFI never wakes": (
        r"assign interrupt_wake =\s[^;]*;",
        "assign interrupt_wake = 1'b0;",
        "interrupt_wake",
        "interrupt_wake",
    ),
    "the trace shows bits that are not stored": (
        r"assign trace_epc =\s[^;]*;",
        "assign trace_epc = commit_pc;",
        "interrupt",
        "trace_epc",
    ),
}


def tampered(text, pattern, instead):
    """The Verilog with one place changed."""
    wrong, count = re.subn(pattern, instead, text)
    assert count == 1, f"{pattern} stands {count} times in the Verilog"
    return wrong


def record_of(result, folder):
    """The counterexample as a file."""
    ((name, text),) = result.files.items()
    (folder / name).write_text(text)
    return str(folder / name)


@pytest.fixture
def replayed_on_rtl(simulator):
    """What the counterexample gives on the RTL under Icarus."""

    def replayed_on_rtl(path):
        with Players(simulator("icarus")) as players:
            return replay_on_rtl(path, players)

    return replayed_on_rtl


@pytest.mark.parametrize("fault", WRONG_RTL)
def test_wrong_rtl_is_refuted_and_the_counterexample_differs_in_simulation(
    fault, prove, text, replayed_on_rtl, tmp_path, monkeypatch
):
    pattern, instead, task, name = WRONG_RTL[fault]
    wrong = tampered(text(FULL32), pattern, instead)
    result = prove(FULL32, wrong, task)
    assert result.status is Status.REFUTED
    assert re.search(rf"^{name}: model 0x[0-9a-f]+, RTL 0x[0-9a-f]+$", result.note, re.MULTILINE), result.note
    path = record_of(result, tmp_path)
    assert replay(path).ok  # the model is what it was
    monkeypatch.setattr(Bench, "unit_verilog", lambda bench: wrong)
    report = replayed_on_rtl(path)
    assert (report.records, report.differing) == (1, 1)


def test_the_right_rtl_agrees_with_the_counterexample_of_a_wrong_one(prove, text, replayed_on_rtl, tmp_path):
    pattern, instead, task, _ = WRONG_RTL["a trap saves the wrong mode"]
    result = prove(FULL32, tampered(text(FULL32), pattern, instead), task)
    assert replayed_on_rtl(record_of(result, tmp_path)).ok


def test_a_wrong_number_of_the_hart_is_refuted(prove, text):
    config = MU32.replace(mhartid=5)
    wrong = tampered(text(config), r"mhartid \? 32'd5 :", "mhartid ? 32'd4 :")
    assert prove(config, text(config), "csr 0xf14 mhartid").status is Status.PROVED
    result = prove(config, wrong, "csr 0xf14 mhartid")
    assert result.status is Status.REFUTED
    assert "answer_rdata: model 0x5, RTL 0x4" in result.note


def test_a_wrong_reset_is_refuted(prove, text):
    wrong = tampered(text(FULL32), r"hstatus_hu <= 1'b0;", "hstatus_hu <= 1'b1;")
    result = prove(FULL32, wrong, "reset")
    assert result.status is Status.REFUTED
    assert "rst = 0x1" in result.note
    assert "hstatus_hu: 0x0, then 0x1" in result.note


def test_a_wrong_start_is_refuted(prove, text):
    wrong = tampered(text(FULL32), r"reg +\[1:0\] mode_prv = 2'd3;", "reg [1:0] mode_prv = 2'd1;")
    assert prove(FULL32, wrong, "reset").status is Status.REFUTED


def test_an_invariant_that_does_not_hold_is_refuted(prove, text):
    pattern, instead, _, _ = WRONG_RTL["a legaliser is missing"]
    wrong = tampered(text(FULL32), pattern, instead)
    result = prove(FULL32, wrong, "invariant mstatus.mpp")
    assert result.status is Status.REFUTED
    assert "then 0x2" in result.note


@pytest.mark.parametrize(
    ("task", "pattern", "instead"),
    [
        ("resume", r"resume_fault = [^;]*;", "resume_fault = FAULT_NONE;"),
        ("halt", r"dcsr_nmip <= commit_nmip;", "dcsr_nmip <= 1'b0;"),
        ("rnmi", r"mnstatus_mnpp <= mode_prv;", "mnstatus_mnpp <= 1'b1;"),
        ("mnret", r"wire \[1:0\] mnret_fault =\s[^;]*;", "wire [1:0] mnret_fault = FAULT_NONE;"),
    ],
)
def test_wrong_events_that_records_do_not_have_are_refuted_in_words(prove, text, task, pattern, instead):
    config = MU32.replace(sdext=True, smrnmi=True)
    result = prove(config, tampered(text(config), pattern, instead), task)
    assert result.status is Status.REFUTED
    assert result.note.startswith("event: ")
    assert ": model 0x" in result.note
    assert bool(result.files) == (task == "mnret")


# --- the model ---------------------------------------------------------------------------------


def window_without_order(config, hugpaw, page):
    return (hugpaw & 1 == 1) and (hugpaw >> 10) ^ page == 0


def mret_keeps_mprv(config, old, new):
    kept = old.mstatus_mprv
    target = MRET(config, old, new)
    new.mstatus_mprv = kept
    return target


def lowest(rules, candidates):
    return next(irq for irq in reversed(rules.priority) if candidates >> irq & 1 == 1)


MRET = xret._mret
WRONG_MODEL = {
    "a window ignores ORDER": (route, "matches", window_without_order, "exception 21"),
    "MRET leaves MPRV": (xret, "_mret", mret_keeps_mprv, "mret"),
    "the order of interrupts": (interrupts, "_highest", lowest, "interrupt"),
    "xcause has no interrupt bit": (entry, "_xcause", lambda r, trap: trap.cause, "interrupt"),
    "MPP takes any value": (legalise, "_mpp", lambda r, value: value, "csr 0x300 mstatus"),
}


@pytest.mark.parametrize("fault", WRONG_MODEL)
def test_a_wrong_model_is_refuted_and_the_right_one_differs_from_its_record(fault, prove, text, tmp_path, monkeypatch):
    module, name, wrong, task = WRONG_MODEL[fault]
    monkeypatch.setattr(module, name, wrong)
    result = prove(FULL32, text(FULL32), task)
    assert result.status is Status.REFUTED
    path = record_of(result, tmp_path)
    assert replay(path).ok
    monkeypatch.undo()
    report = replay(path)
    assert (report.records, report.differing) == (1, 1)


def test_a_record_holds_the_configuration_that_was_proved(prove, text):
    pattern, instead, task, _ = WRONG_RTL["a return does not redirect"]
    result = prove(FULL32, tampered(text(FULL32), pattern, instead), task)
    ((_, lines),) = result.files.items()
    header = json.loads(lines.splitlines()[0])
    assert (header["xlen"], header["profile"], header["windows"], header["source"]) == (32, "full", 4, "utrap prove")
