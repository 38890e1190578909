"""`utrap waves` as a user meets it: what it prints and writes, and every way to go wrong."""

import gzip
import json
import signal
import subprocess
import sys

import pytest

from utrap_sim.simulators import builds
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.waves import run as running
from utrap_sim.waves.bench import WaveBench
from utrap_sim.waves.library import SCENARIOS
from utrap_sim.waves.run import _formats

from ..waiting import processes_in, wait_for  # noqa: TID252 (the tests are no package)

#: A file of events whose hart cannot be as the event finds it.
NO_STATE = """\
{"kind":"config","format":1,"xlen":64,"profile":"mu"}
{"kind":"retire","pre":{"prv":0,"v":0,"pc":"0x0","mcause":"0x40"},"event":{},"post":{"prv":0,"v":0,"pc":"0x0"},"result":{}}
"""
#: A bench that sees nothing.
SILENT = """\
module bench;
  integer seen;
  initial begin
    $dumpfile("waves.dump");
    $dumpvars;
    seen = $fopen("observed.hex", "w");
  end
endmodule
"""
SUFFIXES = ("vcd", "fst", "gtkw", "json", "svg", "html")


def test_a_scenario_gives_all_its_files_and_nothing_else(run, simulator, tmp_path):
    simulator("icarus")
    result = run("waves", "uart", "-o", tmp_path / "out")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == f"uart: {SCENARIOS['uart'].title}"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {f"uart.{suffix}" for suffix in SUFFIXES} <= names
    assert {name for name in names if not name.startswith("gtkwave-")} == {f"uart.{suffix}" for suffix in SUFFIXES}
    assert {f"{tmp_path / 'out'}/uart.{suffix}" for suffix in SUFFIXES} <= set(lines)
    for words in ("load guest-page fault", "URET", "U: VMM; VS: guest kernel"):
        assert words in result.out
    assert json.loads((tmp_path / "out" / "uart.json").read_text())["software"]["U"] == "VMM"
    assert ">VMM</text>" in (tmp_path / "out" / "uart.svg").read_text()


@pytest.mark.parametrize("name", ["uart", "uart-both"])
def test_the_documents_pictures_are_up_to_date(run, simulator, root, tmp_path, name):
    simulator("icarus")
    assert run("waves", name, "-o", tmp_path).status == 0
    committed = root / "docs" / "waves" / f"{name}.svg"
    assert (tmp_path / f"{name}.svg").read_text() == committed.read_text(), f"make docs/waves/{name}.svg"


def test_without_a_name_it_is_the_first_that_fits(run, simulator, tmp_path):
    simulator("icarus")
    assert run("waves", "-o", tmp_path).out.startswith("uart: ")
    assert run("waves", "-o", tmp_path, "--profile", "mu", "--xlen", "32").out.startswith("vectored: ")


@pytest.mark.parametrize("has_headers", [True, False])
def test_verilator_gives_the_same_files_but_for_the_fst_without_its_headers(
    run, simulator, monkeypatch, tmp_path, has_headers
):
    simulator("verilator")
    if has_headers and len(_formats(find_simulator("verilator"))) == 1:
        pytest.skip("on Debian: apt-get install liblz4-dev zlib1g-dev")
    if not has_headers:
        monkeypatch.setattr(running, "_HEADERS", "#include <absent.h>\n")
    result = run("waves", "uart", "-o", tmp_path, "--sim", "verilator")
    assert (result.status, result.err) == (0, "")
    found = {path.suffix for path in tmp_path.glob("uart.*")}
    assert found == {f".{suffix}" for suffix in SUFFIXES if has_headers or suffix != "fst"}


def test_the_list_has_what_the_configuration_can_run(run):
    lines = run("waves", "--list", "--profile", "max").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [name for name in SCENARIOS if name != "machine-double-fault"]
    few = run("waves", "--list", "--profile", "msu").out.splitlines()
    assert {"timer", "syscall", "vectored"} <= {line.split()[0] for line in few[1:]} < SCENARIOS.keys()


def test_a_set_field_reaches_the_verilog(run, simulator, tmp_path):
    simulator("icarus")
    assert run("waves", "uart", "-o", tmp_path, "--set", "windows=6").status == 0
    assert b" hugpaw5 " in (tmp_path / "uart.vcd").read_bytes()
    assert b"hugpaw5[63:0]" in (tmp_path / "uart.gtkw").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["uatr"], "there is no scenario uatr: do you mean uart?"),
        (["zzz"], "there is no scenario zzz: there are uart, uart-hs, "),
        (["uart", "--profile", "msu"], "uart needs Shudeleg, which the configuration has not: --profile full would do"),
        (["nested", "--profile", "msun"], "nested needs the hypervisor extension, which the configuration has not"),
        (["virtio", "--set", "windows=0"], "virtio needs a delegation window, which the configuration has not: --set"),
        (["absent.jsonl"], "absent.jsonl:1: cannot be read: No such file or directory"),
        (["no/such/file"], "no/such/file:1: cannot be read: No such file or directory"),
        (["absent.py:f"], "absent.py: there is no such file"),
        (["absent.py"], "absent.py: which function? write absent.py:FUNCTION"),
        (["absent_module:f"], "absent_module: ModuleNotFoundError: No module named 'absent_module'"),
        (["os:nothing"], "os:nothing: there is no function nothing: there are "),
        ([":f"], ":f: write FILE.py:FUNCTION or MODULE:FUNCTION"),
        (["--list", "uart"], "--list runs nothing: leave SCENARIO out"),
        (["--list", "--open"], "--list runs nothing: leave --open out"),
        (["--list", "-o", "x"], "--list runs nothing: leave -o out"),
        (["--list", "--sim", "icarus"], "--list runs nothing: leave --sim out"),
        (["uart", "--sim", "ghdl"], "Invalid value for '--sim'"),
        (["uart", "--set", "windows=9"], "windows=9: must be 0 to 8"),
        (["uart", "-o", ""], "cannot write into a directory with an empty name"),
        (["uart", "-o", "/dev/null/x"], "cannot write into /dev/null/x"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, simulator, tmp_path, monkeypatch, arguments, message):
    simulator("icarus")
    monkeypatch.chdir(tmp_path)
    result = run("waves", *arguments)
    assert result.status == 2
    assert message in result.err
    assert result.err.startswith("utrap")
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ":1: the first line must state the configuration"),
        ('{"kind":"config","format":1,"xlen":64,"profile":"mu"}\n', ": there is no event in it"),
        ('{"kind":"config","format":1,"xlen":64,"profile":"mu"}\nnonsense\n', ":2: not JSON: Expecting value"),
        (NO_STATE, ":2: pre: mcause=0x40 is not legal here"),
    ],
    ids=["empty", "no event", "not JSON", "no state"],
)
def test_a_file_of_events_that_cannot_be_played_is_one_line(run, tmp_path, content, message):
    path = tmp_path / "events"
    path.write_text(content)
    result = run("waves", path, "-o", tmp_path / "out")
    assert result.status == 2
    assert result.err.startswith(f"utrap: {path}{message}")
    assert result.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "option",
    [["--profile", "full"], ["--xlen", "64"], ["--set", "windows=4"], ["--udb", "unit.yaml"]],
    ids=" ".join,
)
def test_the_configuration_of_a_file_cannot_be_chosen(run, monkeypatch, tmp_path, option):
    monkeypatch.chdir(tmp_path)
    assert run("describe", "--format", "udb", "-o", "unit.yaml").status == 0
    path = tmp_path / "events.jsonl"
    assert run("record", path, "--count", "1").status == 0
    result = run("waves", path, *option, "-o", tmp_path / "out")
    assert result.status == 2
    assert result.err == f"utrap: {option[0]}: the first line of {path} states the configuration, leave it out\n"


def test_a_missing_simulator_is_one_line_that_names_the_package(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, package in (("icarus", "apt-get install iverilog"), ("verilator", "apt-get install perl")):
        result = run("waves", "--sim", name, "-o", tmp_path / "out")
        assert result.status == 2
        assert package in result.err
        assert result.err.count("\n") == 1


def test_a_build_that_fails_and_a_simulator_that_ends_are_one_line(run, monkeypatch, tmp_path, simulator):
    simulator("icarus")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(WaveBench, "verilog", lambda bench: "nonsense")
    result = run("waves", "-o", tmp_path / "out")
    assert result.status == 2
    (log,) = (tmp_path / "cache").iterdir()
    assert result.err == f"utrap: icarus could not build the bench; its messages are in {log}\n"
    for text, message in (
        ("module bench; initial $finish; endmodule", "icarus ended by itself: "),
        (SILENT, "icarus played 0 cycles of "),
    ):
        monkeypatch.setattr(WaveBench, "verilog", lambda bench, text=text: text)
        result = run("waves", "-o", tmp_path / "out")
        assert result.status == 2
        assert result.err.startswith(f"utrap: {message}")
        assert result.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_build_is_made_once(run, monkeypatch, tmp_path, simulator):
    simulator("icarus")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    assert run("waves", "uart", "-o", tmp_path / "out").status == 0
    monkeypatch.setattr(builds, "_build", None)
    assert run("waves", "rtc", "-o", tmp_path / "out").status == 0
    assert {"uart.vcd", "rtc.vcd"} <= {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize(
    ("code", "said"),
    [("ucause_code ^ 6'd1", "ucause.CODE: expected 0x0, got 0x1"), ("6'bx", "ucause: expected 0x0, got unknown bits")],
)
def test_a_difference_is_told_and_the_files_are_there(run, monkeypatch, tmp_path, simulator, code, said):
    simulator("icarus")
    right = WaveBench.unit_verilog
    swap = ("{ucause_interrupt, 57'd0, ucause_code}", f"{{ucause_interrupt, 57'd0, {code}}}")
    monkeypatch.setattr(WaveBench, "unit_verilog", lambda bench: right(bench).replace(*swap))
    result = run("waves", "uart", "-o", tmp_path)
    assert result.status == 1
    lines = result.err.splitlines()
    assert lines[0].startswith("the Verilog differs from the model: cycle 0, 20 ns, in M: reset")
    assert lines[1].startswith(f"  {said}")
    assert lines[-1] == f"  again: utrap waves uart -o {tmp_path}"
    assert {path.suffix for path in tmp_path.glob("uart.*")} == {f".{suffix}" for suffix in SUFFIXES}


def test_the_page_is_opened_in_the_browser(utrap, installed, simulator, monkeypatch, tmp_path):
    simulator("icarus")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    output = tmp_path / "a folder"
    monkeypatch.setenv("BROWSER", str(browser))
    result = utrap("waves", "uart", "-o", str(output), "--open", path=[installed])
    assert (result.returncode, result.stderr) == (0, "")
    uri = (output / "uart.html").as_uri()
    assert (tmp_path / "opened").read_text() == f"{uri}\n"
    assert result.stdout.splitlines()[-1] == f"opened {uri}"


def test_without_a_browser_the_files_are_there_and_one_line_says_so(run, simulator, monkeypatch, tmp_path):
    simulator("icarus")
    monkeypatch.setattr("webbrowser.open", lambda uri: False)
    result = run("waves", "uart", "-o", tmp_path, "--open")
    assert result.status == 2
    page = tmp_path / "uart.html"
    assert result.err == f"utrap: there is no browser to open {page} with: set BROWSER, or open it yourself\n"
    assert page.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_in_mid_run_leaves_no_simulator_and_no_file(environment, installed, root, tmp_path, simulator, how):
    simulator("icarus")
    text = gzip.decompress((root / "tests" / "vectors" / "rv64-csr.jsonl.gz").read_bytes()).decode()
    header, *records = text.splitlines(keepends=True)
    (tmp_path / "many.jsonl").write_text(header + "".join(records) * 6)
    process = subprocess.Popen(
        [sys.executable, "-m", "utrap", "waves", str(tmp_path / "many.jsonl"), "-o", str(tmp_path / "out")],
        env={**environment(installed), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: list(tmp_path.glob("utrap-waves-*/waves.dump")))
    assert processes_in(tmp_path)
    process.send_signal(how)
    _, error = process.communicate(timeout=60)
    wait_for(lambda: not processes_in(tmp_path))
    assert not (tmp_path / "out").exists()
    if how is signal.SIGINT:
        assert (process.returncode, error) == (130, "utrap: interrupted\n")
    wait_for(lambda: [path.name for path in tmp_path.iterdir()] == ["many.jsonl"])


def test_a_halt_is_told_with_its_reason_and_a_resume_as_a_return(run, simulator, tmp_path):
    simulator("icarus")
    result = run("waves", "debugger-in-handler", "-o", tmp_path, "--set", "sdext=true")
    assert (result.status, result.err) == (0, "")
    events = json.loads((tmp_path / "debugger-in-handler.json").read_text())["events"]
    assert [(event["kind"], event["from"], event["to"]) for event in events] == [
        ("exception", "VS", "U"),
        *[("halt", "U", "M"), ("resume", "M", "U")] * 2,
        ("uret", "U", "VS"),
    ]
    halts = [event for event in events if event["kind"] == "halt"]
    assert [event["words"] for event in halts] == ["Debug Mode: haltreq", "Debug Mode: step"]
    assert [write["field"] for write in halts[0]["writes"]] == ["", "CAUSE", "NMIP", "PRV", "V"]
    # Nothing but what the debugger has written to dcsr changes beside that.
    assert [event["others"] for event in events] == [[]] * 6


def test_an_rnmi_is_told_with_its_cause_and_what_it_saves(run, simulator, tmp_path):
    simulator("icarus")
    result = run("waves", "rnmi-in-handler", "-o", tmp_path, "--set", "smrnmi=true")
    assert (result.status, result.err) == (0, "")
    events = json.loads((tmp_path / "rnmi-in-handler.json").read_text())["events"]
    assert [(event["kind"], event["from"], event["to"]) for event in events] == [
        ("exception", "VS", "U"),
        ("rnmi", "U", "M"),
        ("mnret", "M", "U"),
        ("uret", "U", "VS"),
    ]
    assert events[1]["words"] == "RNMI 2"
    assert [write["field"] or write["csr"] for write in events[1]["writes"]] == [
        *("mnepc", "mncause", "MNPP", "NMIE", "MNPV"),
    ]
    assert [write["field"] for write in events[2]["writes"]] == ["NMIE", "MPRV"]
    assert [event["others"] for event in events] == [[]] * 4
