"""The dump: every port, CSR and stored field is in it by its name, with the values that the model has."""

import subprocess

import pytest
from vcdvcd import VCDVCD

from utrap.csr.configured import csrs, stored_fields
from utrap.products.port_list import port_groups
from utrap_sim.waves.bench import PERIOD, START
from utrap_testbench.golden import csr_value


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """A dump, read back by a library."""

    def read(data):
        path = tmp_path_factory.mktemp("dump") / "waves.vcd"
        path.write_bytes(data)
        return VCDVCD(str(path))

    return read


def plain(name):
    return name.partition("[")[0]


@pytest.mark.parametrize("on", ["icarus", "verilator"])
def test_every_port_csr_and_stored_field_is_there_by_its_name(simulated, read, on):
    hart, run = simulated("uart", on=on)
    there = {plain(name) for name in read(run.dumps["vcd"]).signals}
    unit, config = hart.bench.unit, hart.bench.config
    wanted = {port.name for group in port_groups(unit) for port in group.ports}
    wanted |= {row.name for row in csrs(config)}
    wanted |= {key.replace(".", "_") for key in stored_fields(config)}
    assert len(wanted) > 250
    assert {f"bench.dut.{name}" for name in wanted} <= there
    assert {name for name in there if name.count(".") == 1} == {"bench.note", "bench.happens"} | (
        {"bench.clk"} if on == "verilator" else set()
    )


@pytest.mark.parametrize(
    ("on", "scenario", "xlen"),
    [("icarus", "uart-both", 64), ("icarus", "timer-in-handler", 32), ("verilator", "uart-both", 64)],
)
def test_every_csr_has_the_models_value_in_every_cycle(simulated, read, on, scenario, xlen):
    hart, run = simulated(scenario, "full", xlen, on=on)
    dump = read(run.dumps["vcd"])
    signals = {plain(name): dump[name] for name in dump.signals}
    rows = csrs(hart.bench.config)
    for number, played in enumerate(run.cycles[run.first :], run.first):
        time = START + number * PERIOD
        for row in rows:
            for moment in (time, time + PERIOD - 1):  # as soon as the cycle begins, and to its end
                got = int(signals[f"bench.dut.{row.name}"][moment], 2)
                assert got == csr_value(hart.config, played.expected.before, row.address), (number, row.name)


def test_the_dump_begins_with_the_sequence_and_ends_with_the_state_after_it(simulated, read):
    _, run = simulated("uart")
    dump = read(run.dumps["vcd"])
    assert run.first > 10
    assert int(dump.begintime) == START + run.first * PERIOD
    kinds = dump["bench.dut.trace_kind[2:0]"]
    # The way into the first state, by a debugger and a return, is before it.
    assert [int(value, 2) for _, value in kinds.tv if int(value, 2) in (4, 5, 6, 7)] == [5, 6]
    edges = [time for time, value in dump["bench.dut.clk"].tv if value == "1"][1:]
    assert edges == [START + (run.first + number) * PERIOD for number in range(1, len(run.seen) + 1)]
    assert int(dump.endtime) > edges[-1]


def test_software_says_in_words_what_it_does(simulated, read):
    _, run = simulated("uart")
    values = read(run.dumps["vcd"])["bench.note[511:0]"].tv
    told = [int(value, 2).to_bytes(64).decode().strip() for _, value in values]
    assert told[:2] == ["", "kernel: sret into the guest"]
    assert "guest kernel: load the UART's LSR" in told
    assert "VMM: uepc += 4" in told


@pytest.mark.parametrize("on", ["icarus", "verilator"])
def test_the_fst_holds_the_same_as_the_vcd(needs, simulated, read, tmp_path, on):
    needs("fst2vcd")
    _, run = simulated("uart", on=on)
    if on == "verilator" and "fst" not in run.dumps:
        pytest.skip("on Debian: apt-get install liblz4-dev zlib1g-dev")
    (tmp_path / "waves.fst").write_bytes(run.dumps["fst"])
    command = ["fst2vcd", "-f", tmp_path / "waves.fst"]
    converted = read(subprocess.run(command, check=True, capture_output=True).stdout)
    dump = read(run.dumps["vcd"])
    assert {plain(name) for name in converted.signals} == {plain(name) for name in dump.signals}
    for name in dump.signals:
        if not name.startswith("bench.dut.n"):
            assert [(time, int(value, 2)) for time, value in converted[name].tv] == [
                (time, int(value, 2)) for time, value in dump[name].tv
            ], name
