"""`utrap timeline` as a user runs it: what it prints and writes, and what it says when it cannot."""

import gzip
import json
import lzma
import os
import pty
import random
import re
import signal
import subprocess
import sys
import termios
import time
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from utrap.command_line.errors import UserError
from utrap_show.timeline import read_timeline
from utrap_show.timeline.page import html
from utrap_show.timeline.picture import svg

from .conftest import NOTHING, PORT, RETURN, TRAP


@pytest.fixture(scope="session")
def schema(root):
    return json.loads((root / "docs" / "schemas" / "timeline.schema.json").read_text())


def test_a_pipe_gets_a_line_for_each_event_with_everything(run, uart):
    result = run("timeline", uart.path)
    lines = result.out.splitlines()
    assert (result.status, result.err, len(lines)) == (0, "", 17)
    columns = ["Cycle", "Time", "Event", "Modes", "Cause", "epc", "tval", "GPA", "Vector", "Saved, restored"]
    assert [cell.strip() for cell in lines[0].split("  ") if cell.strip()] == columns
    assert [cell.strip() for cell in lines[3].split("  ") if cell.strip()] == [
        "36", "365 ns", "exception", "VS -> U", "load guest-page fault", "0xffff9010", "0xffffc005", "0x10000004",
        "0x400000",
        ("uepc, ucause, utval, hutval, hutinst, ustatus.UPIE <- 0, ustatus.UIE <- 0,"
         " hustatus.UPV <- 1, hustatus.UPVP <- 1, hustatus.GVA <- 1"),
    ]  # fmt: skip


def test_csr_accesses_are_rows_when_they_are_asked_for(run, uart):
    lines = run("timeline", uart.path, "--all").out.splitlines()
    assert len(lines) > 30
    assert any("write uepc, 0xffff9014" in line and line.endswith("  uepc") for line in lines)
    assert any("debugger: write medeleg" in line for line in lines)


def test_json_follows_its_schema_and_tells_the_same(run, uart, schema):
    for options in ((), ("--all",), ("--cycles", "900:")):
        document = json.loads(run("timeline", uart.path, "--json", *options).out)
        jsonschema.validate(document, schema)
    assert len(document["events"]) == 12
    [trap] = [event for event in document["events"] if event["cycle"] == 1027]
    assert (trap["from"], trap["to"], trap["words"], trap["gpa"]) == ("VU", "U", "load guest-page fault", "0x10000004")
    assert {"csr": "hustatus", "field": "UPV", "old": "0x0", "new": "0x1"} in trap["writes"]
    assert document["start"] == "VS"


def test_the_schema_rejects_what_is_wrong(run, uart, schema):
    document = json.loads(run("timeline", uart.path, "--json").out)
    for change in ({"kind": "nonsense"}, {"epc": 5}, {"from": "Z"}, {"more": 1}):
        broken = {**document, "events": [{**document["events"][0], **change}]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_a_picture_a_page_and_json_are_written(run, uart, tmp_path, schema):
    result = run("timeline", uart.path, "-o", tmp_path / "new" / "folder", "--title", "A <guest> & its UART")
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == ["uart.html", "uart.json", "uart.svg"]
    assert result.out.endswith(f"{folder / 'uart.svg'}\n{folder / 'uart.html'}\n{folder / 'uart.json'}\n")
    jsonschema.validate(json.loads((folder / "uart.json").read_text()), schema)
    picture = ET.fromstring((folder / "uart.svg").read_text())
    assert picture.findtext("{*}title") == "A <guest> & its UART"
    assert len(picture.findall(".//{*}g[@data-number]")) == 16
    assert "A &lt;guest&gt; &amp; its UART" in (folder / "uart.html").read_text()


def test_the_same_file_gives_the_same_bytes(run, uart, tmp_path):
    for name in ("a", "b"):
        run("timeline", uart.path, "-o", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_timeline_without_events_is_one_too(run, small, tmp_path):
    result = run("timeline", small([{}] * 40), "-o", tmp_path / "out")
    assert result.out.splitlines()[0] == "small, top.dut: 0 events in 40 cycles: no trap and no return"
    ET.fromstring((tmp_path / "out" / "small.svg").read_text())


def in_terminal(arguments, environment, columns):
    """What the command prints into a terminal of so many columns."""
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (40, columns))
    command = [sys.executable, "-m", "utrap", "timeline", *map(str, arguments)]
    with subprocess.Popen(command, stdout=child, stderr=child, env=environment) as process:
        os.close(child)
        text = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            text += piece
        assert process.wait(60) == 0
    os.close(parent)
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode())


def test_a_terminal_gets_the_columns_that_fit(uart, environment, commands):
    plain = {**environment(commands), "TERM": "xterm"}
    plain.pop("COLUMNS", None)
    wide = in_terminal([uart.path], plain, 260).splitlines()
    assert wide[0].startswith("uart, bench.top.unit: 16 events in 1,050 cycles")
    assert " ".join(wide[1].split()) == "Cycle Time Event Modes Cause epc tval GPA Vector Saved, restored"
    assert len(wide) == 19
    assert "not shown" not in "".join(wide)
    narrow = in_terminal([uart.path], plain, 80).splitlines()
    assert any(line.startswith("not shown, for want of width: Time") for line in narrow)
    for columns in range(70, 190, 17):
        lines = in_terminal([uart.path], plain, columns).splitlines()
        assert all(len(line.rstrip()) <= columns for line in lines if not line.startswith("not shown"))
        # Nothing but the last column is folded.
        whole = [line for line in lines if re.match(r"\d+ .* (exception|interrupt|.RET) .* -> (M|HS|U|VS|VU) ", line)]
        assert len(whole) == 16
        assert sum("load guest-page fault" in line for line in whole) == 2
        assert [line for line in lines if "load guest" in line and "load guest-page fault" not in line] == []


ERRORS = {
    "missing": ("cannot read", "No such file or directory"),
    "folder": ("cannot read", "Is a directory"),
    "empty": ("is empty",),
    "text": ("is not a VCD file",),
    "binary": ("is not a VCD file",),
    "fst": ("is an FST file that cannot be read: it is damaged",),
    "gzip": ("is compressed with gzip",),
    "header": ("is cut off: it ends inside its header",),
    "line": ("is cut off: its last line is",),
    "no clock edge": ("has no rising edge of top.dut.clk",),
    "no trace port": ("has no trace port: no scope has clk, trace_kind",),
    "part of the port": ("top.dut lacks trace_to_mode",),
    "garbage": ("is not VCD throughout: after #20 it has 'nonsense'",),
    "back in time": ("time goes back from #20 to #5",),
    "too wide": ("top.dut.trace_kind has 3 bits, and at #10 the value '1010'",),
    "no value": ("top.dut.trace_to_mode never gets a value",),
    "unknown": ("top.dut.trace_kind is x throughout",),
    "width": ("top.dut.trace_cause has 5 bits, and the port 6",),
    "twice": ("top.dut.trace_kind is declared several times, and differently",),
    "hole": ("top.dut.trace_kind is dumped in pieces, and bit 1 is missing",),
    "real": ("top.dut.trace_cause is a real number",),
    "comment": ("is cut off inside a comment",),
    "extended": ("is an extended VCD file ($dumpports)",),
    "extended body": ("is an extended VCD file ($dumpports)",),
    "scale": ("$timescale 1 min is no time scale like 1 ns",),
    "ghw": ("is a GHW file",),
    "xz": ("is compressed with xz",),
    "declaration": ("its header is malformed",),
}


@pytest.fixture
def broken(tmp_path, small):
    """A file of each kind that cannot be shown."""
    whole = small([{}, TRAP, NOTHING, {}]).read_bytes()
    header = whole.index(b"$enddefinitions")
    codes = {name: code for code, name in re.findall(rb"\$var \S+ \d+ (\S+) (\S+) \$end", whole)}
    kind_code, to_code = codes[b"trace_kind"], codes[b"trace_to_mode"]
    kind_var = b"$var wire 3 " + kind_code + b" trace_kind $end\n"

    def broken(kind):
        path = tmp_path / "broken.vcd"
        contents = {
            "empty": b"",
            "text": b"Dear reader,\nthis is a letter.\n",
            "binary": bytes(range(256)) * 10,
            "fst": bytes(7) + b"\x01\x49" + bytes(300),
            "gzip": gzip.compress(whole),
            "header": whole[: header - 20],
            "line": whole[: whole.rindex(b"\nb") + 3],
            "no clock edge": whole[: whole.index(b"#10")],
            "no trace port": whole.replace(b" trace_", b" race_"),
            "part of the port": whole.replace(b" trace_to_mode ", b" to_mode "),
            "garbage": whole.replace(b"#20\n", b"#20\nnonsense\n"),
            "back in time": whole.replace(b"#30\n", b"#5\n"),
            "too wide": whole.replace(b"b10 " + kind_code, b"b1010 " + kind_code),
            "no value": re.sub(rb"\nb[01]* " + to_code + rb"(?=\n)", b"", whole),
            "unknown": re.sub(rb"\nb[01]* " + kind_code + rb"(?=\n)", b"\nbx " + kind_code, whole),
            "width": whole.replace(b"wire 6 ", b"wire 5 "),
            "twice": whole.replace(kind_var, kind_var + kind_var.replace(b" " + kind_code + b" ", b" new ")),
            "hole": whole.replace(
                kind_var, b"$var wire 1 " + kind_code + b" trace_kind [0] $end\n$var wire 1 new trace_kind [2] $end\n"
            ),
            "real": whole.replace(b"wire 6 ", b"real 64 "),
            "comment": whole + b"$comment it ends\n",
            "extended": whole.replace(b"wire 1 ! clk", b"port 1 <0 clk"),
            "extended body": whole.replace(b"$dumpvars", b"$dumpports"),
            "scale": whole.replace(b"1 ns", b"1 min"),
            "ghw": b"GHDLwave\n" + bytes(100),
            "xz": lzma.compress(whole),
            "declaration": whole.replace(b"$var wire 1 ! clk $end", b"$var wire $end"),
        }
        if kind == "folder":
            path.mkdir()
        elif kind != "missing":
            path.write_bytes(contents[kind])
        return path

    return broken


@pytest.mark.parametrize("kind", ERRORS)
def test_a_file_that_cannot_be_shown_is_one_line_and_nothing_is_written(run, broken, kind, tmp_path):
    path = broken(kind)
    result = run("timeline", path, "-o", tmp_path / "out")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("utrap: ")
    assert result.err.count("\n") == 1
    assert all(part in result.err for part in ERRORS[kind]), result.err
    assert str(path) in result.err
    assert not (tmp_path / "out").exists()


PIECES = (b"", b"x", b"b1111111 !", b"\n", b"$end", b"$upscope $end", b"#9", b"7 ", b".")


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_file_is_read_or_refused_and_never_a_defect_of_ours(small, seed):
    wires = (*PORT, "rst", "hart_mode", "mepc", "mstatus", "commit_csr_op", "commit_csr_address", "trace_gpa")
    path = small([{"rst": 1}, {"rst": 0}, TRAP, {"mepc": 256, **NOTHING}, {}, RETURN, NOTHING], names=wires)
    text, rng = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(text))
        text[at : at + rng.randrange(12)] = rng.choice(PIECES)
    path.write_bytes(text)
    try:
        told = read_timeline(path, accesses=True)
    except UserError:
        return
    assert svg(told)
    assert html(told)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--scope", "core0"], "--scope core0: "),
        (["--cycles", "nonsense"], "--cycles nonsense: write it as FIRST:LAST"),
        (["--cycles", "5"], "--cycles 5: write it as FIRST:LAST"),
        (["--cycles", "9:3"], "--cycles 9:3: the last cycle is before the first"),
        (["-o", "/dev/null/x"], "cannot write into /dev/null/x"),
    ],
)
def test_a_wrong_request_is_one_line(run, trap_and_return, options, says):
    result = run("timeline", trap_and_return, *options)
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert says in result.err


def test_a_reader_that_goes_away_ends_it_quietly(utrap, trap_and_return, commands):
    """vcdvcd's import changes what a broken pipe does to the process."""
    reader, writer = os.pipe()
    os.close(reader)
    result = utrap("timeline", str(trap_and_return), path=[commands], stdout=writer)
    os.close(writer)
    assert (result.stderr, result.returncode) == ("", 141)


def test_ctrl_c_is_status_130_and_leaves_nothing_behind(environment, small, tmp_path, commands):
    fifo = tmp_path / "slow.vcd"
    os.mkfifo(fifo)
    content = small([{}, *[TRAP, NOTHING] * 50]).read_bytes()
    command = [sys.executable, "-m", "utrap", "timeline", str(fifo), "-o", str(tmp_path / "out")]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, env=environment(commands), text=True, stdout=pipe, stderr=pipe) as process,
        fifo.open("wb") as file,
    ):
        file.write(content[:2000])
        file.flush()
        time.sleep(0.5)  # it waits for the rest
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (output, errors, process.returncode) == ("", "utrap: interrupted\n", 130)
    assert not (tmp_path / "out").exists()


def test_a_pipe_can_be_read(environment, trap_and_return, tmp_path, commands, utrap):
    """As a shell makes one of <(gunzip -c FILE)."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    with subprocess.Popen(["cp", trap_and_return, fifo]):
        told = utrap("timeline", str(fifo), path=[commands])
    assert told.stdout == utrap("timeline", str(trap_and_return), path=[commands]).stdout
    assert len(told.stdout.splitlines()) == 3


def test_a_scope_can_be_named_from_a_dot_on(run, small):
    others = [f"top.other.{name}" for name in ("clk", *PORT)]
    path = small([{}, TRAP, NOTHING, {}], others=others)
    assert run("timeline", path, "--scope", "dut").status == 0
    assert "choose one with --scope: top.dut, top.other" in run("timeline", path).err
