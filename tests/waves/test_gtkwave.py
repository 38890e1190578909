"""The save file in GTKWave itself, on a screen that nobody sees: signals, words, markers, and what is drawn."""

import json
import os
import re
import subprocess
from collections import Counter

import pytest

from utrap.csr.configured import csrs
from utrap_sim.waves.bench import PERIOD, START
from utrap_sim.waves.gtkw import gtkwave_files

#: Asks GTKWave what it has loaded, and takes a picture.
SCRIPT = """
proc traces {} {
  set total [gtkwave::getTotalNumTraces]
  for {set i 0} {$i < $total} {incr i} {
    puts "TRACE [gtkwave::getTraceFlagsFromIndex $i]|[gtkwave::getTraceNameFromIndex $i]"
  }
}
proc values {letter} {
  gtkwave::setMarker [gtkwave::getNamedMarker $letter]
  foreach i {INDICES} {
    puts "VALUE $letter|[gtkwave::getTraceNameFromIndex $i]|[gtkwave::getTraceValueAtMarkerFromIndex $i]"
  }
}
proc ask {} {
  puts "DUMP [gtkwave::getDumpFileName]"
  puts "SHOWN [gtkwave::getDisplayedSignals]"
  puts "MARKER [gtkwave::getMarker]"
  puts "WINDOW [gtkwave::getWindowStartTime] [gtkwave::getWindowEndTime]"
  foreach letter {A B C D E F G H I J K L M N O P Q R S T U V W X Y Z} {
    puts "NAMED $letter [gtkwave::getNamedMarker $letter]"
  }
  traces
  exec import -window root picture.png
  foreach letter {LETTERS} { values $letter }
  exit
}
after 1500 ask
vwait forever
"""


@pytest.fixture
def gtkwave(needs, tmp_path):
    """Run GTKWave on a save file, with a list of traces to read at some markers; gives what it says, by word."""
    needs("gtkwave", "xvfb-run", "xauth", "import")

    def gtkwave(save, letters="", indices=()):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        script = SCRIPT.replace("INDICES", " ".join(map(str, indices))).replace("LETTERS", " ".join(letters))
        (tmp_path / "ask.tcl").write_text(script)
        environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "NO_AT_BRIDGE": "1"}
        result = subprocess.run(
            ["xvfb-run", "-a", "-s", "-screen 0 1800x1100x24", "gtkwave", "-S", tmp_path / "ask.tcl", save],
            cwd=elsewhere,  # the files name each other without a folder
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == 0, result.stderr
        told: dict[str, list[str]] = {}
        for line in result.stdout.splitlines():
            word, _, rest = line.partition(" ")
            told.setdefault(word, []).append(rest)
        return told, elsewhere / "picture.png"

    return gtkwave


@pytest.fixture
def saved(simulated, tmp_path):
    """A scenario's files in a folder."""

    def saved(scenario, *arguments):
        hart, run = simulated(scenario, *arguments)
        folder = tmp_path / "a folder"
        folder.mkdir(exist_ok=True)
        (folder / f"{scenario}.vcd").write_bytes(run.dumps["vcd"])
        for name, content in gtkwave_files(scenario, hart, run).items():
            (folder / name).write_bytes(content)
        return hart, run, folder / f"{scenario}.gtkw"

    return saved


def groups_of(told):
    """The traces of each group, nested ones apart, from the flags that GTKWave gives: blank and group begin or end."""
    begin, end = 0x800000, 0x1000000
    groups: dict[str, list[str]] = {"": []}
    stack = [""]
    for line in told["TRACE"]:
        flags, name = line.split("|", 1)
        if int(flags) & begin:
            stack.append(name.strip())
            groups[stack[-1]] = []
        elif int(flags) & end:
            stack.pop()
        else:
            groups[stack[-1]].append(name.strip())
    assert stack == [""]
    return groups


def asked(save):
    """The signals that a save file asks for, in order."""
    lines = save.read_text().splitlines()
    return [line.split("} ")[-1] for line in lines if re.match(r"(\+\{[^}]*\} )?bench\.", line)]


@pytest.mark.parametrize(("scenario", "profile", "xlen"), [("uart", "full", 64), ("timer", "msu", 32)])
def test_every_signal_is_found_and_in_its_group(gtkwave, saved, scenario, profile, xlen):
    hart, _, save = saved(scenario, profile, xlen)
    told, _ = gtkwave(save)
    assert told["DUMP"] == [str(save.with_suffix(".vcd"))]
    # What GTKWave does not find it leaves out.
    groups = groups_of(told)
    assert Counter(name for names in groups.values() for name in names).total() == len(asked(save))
    hs = "HS" if hart.config.h else "S"
    levels = ["M", hs, "VS", "U", "windows"] if profile == "full" else ["M", hs]
    assert [name for name in groups if name and "fields" not in name] == ["mode", "event", *levels, "other ports"]
    names = {name.partition("[")[0] for group in levels for name in groups[group]}
    assert names == {row.name for row in csrs(hart.bench.config)}
    assert {"mstatus_mpp", "mstatus_mie"} <= {name.partition("[")[0] for name in groups["M: fields"]}
    if profile == "full":
        assert [name.partition("[")[0] for name in groups["windows"]] == [f"hugpaw{i}" for i in range(4)]
        # What the sequence changes is open.
        assert "\n@c00200\n-windows\n" in save.read_text()
        assert "\n@800200\n-U\n" in save.read_text()
        assert {"ucause", "hustatus", "hutval"} <= {name.partition("[")[0] for name in groups["U"]}


def test_modes_causes_and_events_are_words_and_each_trap_and_return_has_a_marker(gtkwave, saved):
    _, run, save = saved("timer-in-handler")
    told, _ = gtkwave(save)
    names = [line.split("|", 1)[1].strip() for line in told["TRACE"]]
    events = [number for number, seen in enumerate(run.seen, run.first) if seen["trace.kind"] in (2, 3, 4, 5, 6)]
    wanted = [START + PERIOD * number for number in events]
    marked = [int(line.split()[1]) for line in told["NAMED"]]
    assert marked[: len(wanted)] == wanted
    assert set(marked[len(wanted) :]) == {-1}
    assert told["MARKER"] == [str(wanted[0])]
    start, end = map(int, told["WINDOW"][0].split())
    assert start == START + PERIOD * run.first
    assert 15 * PERIOD < end - start < 60 * PERIOD

    asked_for = ["event", "software", "hart_mode[2:0]", "trace_to_mode[2:0]", "commit_cause[5:0]"]
    asked_for += ["interrupt_cause[5:0]", "ucause[63:0]", "mcause[63:0]"]
    indices = [names.index(name) for name in asked_for]
    told, _ = gtkwave(save, "ABDG", indices)
    values = {}
    for line in told["VALUE"]:
        letter, name, value = line.split("|", 2)
        values[letter, name.strip()] = value.strip()
    assert values["A", "event"] == "load guest-page fault"
    assert values["A", "software"] == "guest kernel: load the UART's LSR"
    assert values["A", "hart_mode[2:0]"] == "VS"
    assert values["A", "trace_to_mode[2:0]"] == "U"
    assert values["A", "commit_cause[5:0]"] == "load guest-page fault"
    assert values["B", "event"] == values["B", "interrupt_cause[5:0]"] == "MTI"
    assert values["B", "ucause[63:0]"] == "load guest-page fault"
    assert values["D", "event"] == "STI"
    assert values["D", "mcause[63:0]"] == "MTI"
    assert values["G", "event"] == "SRET"
    assert values["G", "hart_mode[2:0]"] == "HS"


def test_the_modes_are_drawn_in_their_colours(gtkwave, saved):
    _, _, save = saved("uart")
    _, picture = gtkwave(save)
    command = ["convert", picture, "-format", "%c", "-depth", "8", "histogram:info:-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    area: Counter[str] = Counter()
    for count, colour in re.findall(r"(\d+): \([^)]*\) (#[0-9A-F]{6})", text):
        area[colour] += int(count)
    # HS, VS and U: orange, blue, green.
    assert area["#FFA500"] > 500
    assert area["#0000FF"] > 500
    assert area["#008000"] + area["#00FF00"] > 500


def test_more_events_than_letters_leaves_the_others_without(saved, simulated):
    from utrap_sim.waves.scenario import Scenario

    def many(hart):
        hart.begin("U", {"mtvec": 0x80000000}, pc=0x10000)
        for _ in range(20):
            hart.ecall()
            hart.mret()

    hart, run = simulated(Scenario(name="many", title="Many calls", play=many), "mu")
    text = gtkwave_files("many", hart, run)["many.gtkw"].decode()
    (line,) = [line for line in text.splitlines() if line.startswith("*")]
    assert len(line.split()) == 2 + 26
    assert "-1" not in line.split()
    assert json.dumps(text).count("[markername]") == 26
