"""A user's own sequence: files of events, Python functions, and what the documents show of both."""

import json
import re

import pytest

from utrap_sim.waves.scenario import path_of
from utrap_sim.waves.user_sequence import function_scenario, records_scenario
from utrap_testbench.golden import csr_value, registers
from utrap_testbench.golden.register_table import PENDING_NAMES
from utrap_testbench.vectors import read_records


@pytest.fixture
def document(root):
    return (root / "docs" / "waves.md").read_text()


@pytest.fixture
def example(document, tmp_path):
    """A block of the document as a file."""

    def example(language, name):
        (text,) = re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return example


@pytest.fixture
def function(tmp_path):
    """A Python file, and the name of its function `f` for the command."""

    def function(text, name="mine.py"):
        (tmp_path / name).write_text(text)
        return f"{tmp_path / name}:f"

    return function


def test_the_documents_function_shows_what_it_says(example, simulated):
    scenario = function_scenario(f"{example('python', 'mine.py')}:balloon")
    assert scenario.title == "A guest gives a page back, and its VMM in U-mode takes it."
    hart, run = simulated(scenario)
    assert run.difference is None
    assert path_of(hart, run.seen) == ("STORE_GUEST_PAGE_FAULT VS->U", "URET U->VS")
    assert "VMM: madvise(MADV_DONTNEED)" in [played.note for played in hart.played]


def test_the_documents_file_of_events_is_one_sequence_and_agrees(example, simulated, run):
    path = example("json", "mine.jsonl")
    scenario, unit, hartid = records_scenario(path)
    hart, told = simulated(scenario, unit=unit)
    assert (unit.shudeleg, hartid) == (True, 0)
    assert told.difference is None
    assert path_of(hart, told.seen) == ("LOAD_GUEST_PAGE_FAULT VS->U", "URET U->VS")
    # The second record goes on where the first ends: nothing is established in between.
    shown = [played.is_shown for played in hart.played]
    assert shown[told.first :] == [True] * (len(shown) - told.first)
    assert run("replay", path).status == 0


@pytest.mark.parametrize(
    "options",
    [[], ["--xlen", "32", "--set", "geilen=5"], ["--profile", "msuh"], ["--profile", "mu", "--xlen", "32"]],
    ids=" ".join,
)
def test_every_record_is_established_and_its_event_happens(run, tmp_path, simulated, options):
    path = tmp_path / "recorded.jsonl.gz"
    assert run("record", path, "--count", "40", "--seed", "3", *options).status == 0
    assert run("waves", path, "-o", tmp_path / "out").status == 0
    scenario, unit, _ = records_scenario(path)
    hart, told = simulated(scenario, unit=unit)
    assert told.difference is None
    assert scenario.name == "recorded"
    events = [number for number, played in enumerate(hart.played) if played.is_shown and played.note]
    records = [record for _, record in read_records(path)[1]]
    assert len(events) == len(records) == 40
    for number, record in zip(events, records, strict=True):
        after = registers(hart.config, hart.played[number + 1].expected.before)
        wanted = record.expected_registers()
        # The lines are the next record's already.
        assert {name: value for name, value in after.items() if name not in PENDING_NAMES} == {
            name: wanted.get(name, 0) for name in after if name not in PENDING_NAMES
        }


def test_recordings_of_a_simulator_can_be_shown(root, simulated, run, tmp_path):
    """These differ from the model in what followed, which is not what is shown."""
    result = run("waves", root / "tests" / "vectors" / "rv32-interrupts.jsonl.gz", "-o", tmp_path)
    assert (result.status, result.err) == (0, "")
    assert (tmp_path / "rv32-interrupts.vcd").stat().st_size > 100_000


def test_a_hart_in_a_file_is_one_hart(run, example, tmp_path):
    path = example("json", "mine.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[2]["pre"]["mhartid"] = "0x7"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    result = run("waves", path, "-o", tmp_path / "out")
    assert result.status == 2
    assert result.err == f"utrap: {path}:3: mhartid is 0x7, and was 0x0: one file is one hart's\n"
    lines[1]["pre"]["mhartid"] = "0x7"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert run("waves", path, "-o", tmp_path / "out").status == 0


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("1 / 0", 3, "ZeroDivisionError: division by zero"),
        ("assert hart.mode == 'U'", 3, "AssertionError"),
        ("raise ValueError('two\\nlines')", 3, "ValueError: two lines"),
        ("import json; json.loads('{')", 3, "JSONDecodeError: Expecting property name"),
        ("import absent", 3, "ModuleNotFoundError: No module named 'absent'"),
        ("hart.begin('X')", 3, "hart.begin: there is no mode X here: there are HS, VS, VU, M, U"),
        ("hart.begin('U', {'mtvek': 1})", 3, "hart.begin: there is no CSR mtvek in the trap unit: do you mean mtvec?"),
        ("hart.begin('U', {'hudcfg.EN': 2})", 3, "hart.begin: hudcfg.EN has 1 bit: 0x2 does not fit"),
        ("hart.begin('U', {'hudcfg': 4})", 3, "hart.begin: hudcfg cannot be 0x4 here: it would read 0x0"),
        ("hart.begin('U', {'mstatus.MPP': 2})", 3, "hart.begin: mstatus.MPP cannot be 0x2 here: it would read 0x0"),
        ("hart.idle(); hart.begin('U')", 3, "hart.begin comes before the first event"),
        ("hart.csrr('sepcc')", 3, "hart.csr: there is no CSR sepcc in the trap unit: do you mean sepc or vsepc?"),
        ("hart.csrr(0x1000)", 3, "hart.csr: 0x1000: CSR addresses are 0 to 0xfff"),
        ("hart.csrw('sepc', -1)", 3, "hart.csr: sepc has 64 bits: -0x1 does not fit"),
        ("hart.exception('page-fault')", 3, "hart.exception: there is no cause 'page-fault': there are instruction-"),
        ("hart.exception(64)", 3, "hart.exception: cause is 64: 0 to 63 are allowed"),
        ("hart.exception(13, tinst=1 << 32)", 3, "hart.exception: tinst has 32 bits: 0x100000000 does not fit"),
        ("hart.interrupt()", 3, "hart.interrupt: nothing is pending and enabled in M-mode"),
        ("hart.lines(utip=1)", 3, "hart.lines: there is no line utip here: there are meip, seip, ueip, mtip, msip"),
        ("hart.lines(mtip=2)", 3, "hart.lines: mtip is 0 or 1, not 2"),
        ("hart.lines(hgeip=2)", 3, "hart.lines: hgeip is 0x2: GEILEN is 0, and bit 0 is always 0"),
        ("hart.expect(mode='U')", 3, "hart.expect: mode is M and not U"),
        ("hart.expect(mtvec__MODE=1)", 3, "hart.expect: mtvec.MODE is 0x0 and not 0x1"),
        ("exit(3)", 0, "it calls exit"),
        ("yield hart.ecall()", 0, "it yields: call the hart's methods instead, each is an event"),
        ("pass", 0, "nothing happens in it: call the hart's methods, each is an event"),
        ("x = ", 3, "SyntaxError: invalid syntax"),
    ],
)
def test_a_mistake_in_a_function_is_one_line_with_its_place(run, function, tmp_path, body, line, message):
    text = function(f"# mine\ndef f(hart):\n    {body}\n")
    result = run("waves", text, "-o", tmp_path / "out")
    assert result.status == 2
    place = f"{tmp_path / 'mine.py'}:{line}" if line else text
    assert result.err.startswith(f"utrap: {place}: {message}"), result.err
    assert result.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_function_of_a_module_is_found_from_the_current_folder(run, tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("CODE = 8\n")
    (tmp_path / "mine_module.py").write_text(
        "from beside import CODE\ndef f(hart):\n    hart.begin('U', pc=0x1000)\n    hart.exception(CODE)\n"
    )
    monkeypatch.chdir(tmp_path)
    for place in ("mine_module:f", "./mine_module.py:f"):
        result = run("waves", place, "-o", "out", "--profile", "mu")
        assert (result.status, result.err) == (0, "")
    assert (tmp_path / "out" / "f.vcd").exists()


def test_a_refused_access_raises_its_exception_and_a_foreign_csr_answers(simulated):
    from utrap_sim.waves.scenario import Scenario

    found = {}

    def play(hart):
        hart.begin("U", {"mtvec": 0x80000000, "mcounteren.TM": 1, "scounteren.TM": 1}, pc=0x10000)
        found["time"] = hart.csrr(0xC01, reads=0x1234)
        found["scratch"] = hart.csrr("mscratch")

    hart, run = simulated(Scenario(name="own", title="Own", play=play))
    assert found == {"time": 0x1234, "scratch": 0}
    assert path_of(hart, run.seen) == ("ILLEGAL_INSTRUCTION U->M",)
    # The trap value is the instruction: csrr t0, mscratch.
    assert csr_value(hart.config, hart.state, 0x343) == 0x340022F3
    assert (hart.mode, hart.pc, hart["mepc"]) == ("M", 0x80000000, 0x10004)
