"""Recorded events on the RTL: Spike's and the model's own, under each simulator, and that a difference is seen."""

from functools import cache
from itertools import chain

import pytest

from utrap.config import Config
from utrap_sim.replay.amaranth_player import AmaranthPlayer
from utrap_sim.replay.replay_file import BACK_ENDS, Players, replay_on_rtl
from utrap_sim.replay.rtl import RtlRecords
from utrap_sim.simulators.bench import Bench
from utrap_testbench.harts import model_config
from utrap_testbench.oracles.spike import predict
from utrap_testbench.replay import replay as replay_on_model
from utrap_testbench.vectors import check, generate, read_records
from utrap_testbench.vectors.extended import extended

GEILEN = ("--set", "geilen=5", "--set", "windows=8")


@pytest.mark.parametrize("name", ["icarus", "verilator"])
@pytest.mark.parametrize("xlen", [64, 32])
def test_spikes_records_agree_on_the_rtl_but_for_what_is_predicted(simulator, root, name, xlen):
    with Players(simulator(name)) as players:
        for path in sorted((root / "tests" / "vectors").glob(f"rv{xlen}-*.jsonl.gz")):
            if name == "verilator" and "zicntr" in path.name:
                continue  # another configuration, another build: Icarus has it
            rtl, model = replay_on_rtl(str(path), players), replay_on_model(path)
            assert rtl.failures == []
            # The RTL differs from Spike on the same lines and by the same names as the model.
            assert rtl == model


@pytest.mark.parametrize(("name", "xlen"), [("icarus", 64), ("verilator", 32)])
def test_the_way_into_debug_mode_and_back_is_replayed_on_the_rtl(simulator, root, name, xlen):
    """Halts from every mode and in Debug Mode, and resumes to every mode and outside Debug Mode."""
    path = root / "tests" / "vectors" / "debug_mode" / f"rv{xlen}.jsonl.gz"
    _, records = read_records(path)
    seen = {
        (record.kind, record.result.get("halted"), record.result.get("fault"), record.result.get("to"))
        for _, record in records
        if record.kind in ("halt", "resume")
    }
    halts = {("halt", halted, None, None) for halted in (0, 1)}
    resumes = {("resume", None, None, mode) for mode in (0, 1, 3, 4, 5)}
    assert seen == halts | resumes | {("resume", None, 2, None)}
    with Players(simulator(name)) as players:
        report = replay_on_rtl(str(path), players)
    assert (report.failures, report.agreeing) == ([], 160)


@pytest.mark.parametrize("kind", ["exceptions", "interrupts", "xret", "legality", "csr"])
def test_spikes_records_agree_in_amaranths_simulator(root, kind):
    with Players("amaranth") as players:
        report = replay_on_rtl(str(root / "tests" / "vectors" / f"rv64-{kind}.jsonl.gz"), players, limit=12)
    assert (report.records, report.failures) == (12, [])


def test_with_n_and_shudeleg_added_and_en_0_spikes_records_still_agree(simulator, root):
    # HU-23
    with Players(simulator("icarus")) as players:
        for path in sorted((root / "tests" / "vectors").glob("rv64-*.jsonl.gz")):
            report = replay_on_rtl(str(path), players, config=extended, limit=120)
            assert report.failures == []


FULL, MSUN, MUN = ("--profile", "full", *GEILEN), ("--profile", "msun", "--xlen", "32"), ("--set", "n=true")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, FULL) for name in BACK_ENDS),
        *((name, MSUN) for name in ("icarus", "amaranth")),
        *((name, ("--profile", "mu", *MUN)) for name in ("icarus", "amaranth")),
    ],
)
def test_the_models_own_records_agree_on_the_rtl(simulator, recorded, name, options):
    path = recorded("--count", "20" if name == "amaranth" else "250", "--seed", "1", *options)
    with Players(simulator(name)) as players:
        report = replay_on_rtl(str(path), players)
    assert report.failures == []


def test_players_serve_files_of_different_configurations_in_turn(recorded):
    first = recorded("--count", "3", "--profile", "mu", name="first.jsonl")
    second = recorded("--count", "3", "--profile", "mu", "--xlen", "32", name="second.jsonl")
    with Players("amaranth") as players:
        for path in (first, second, first):
            assert replay_on_rtl(str(path), players).agreeing == 3


@cache
def played():
    """Records of every kind on the full unit with guest interrupts, played once; with the lines that were seen."""
    bench = Bench(Config.profile("full", 64, geilen=5))
    config = model_config(bench.config)
    records = RtlRecords(bench, config)
    started, texts = [], [records.first]
    for number, record in enumerate(chain(generate(config, 80, 7), generate(config, 80, 8, ("csr",))), 2):
        text, start = records.start(number, record)
        texts.append(text)
        started.append(start)
    player = AmaranthPlayer(bench)
    player.start("".join(texts))
    seen = player.finish()
    return bench, records, list(zip(started, seen[::2], seen[1::2], strict=True))


def differences(records, started, during, after):
    judgement = records.judge(started, during, after)
    return [found.field for found in judgement.others + check(started.record, judgement.result)]


def flipped(layout, text, name):
    bit = 1 << layout.offset[name]
    return f"{int(text, 16) ^ bit:0{layout.digits}x}"


def test_what_was_played_agrees():
    _, records, all_played = played()
    assert [differences(records, *one) for one in all_played] == [[]] * 160


def test_a_wrong_bit_of_any_output_or_register_is_a_difference_that_names_it():
    bench, records, all_played = played()
    layout = bench.outputs
    for field in layout.fields:
        register = field.name.partition(".")[0] if "@" in field.name else field.name
        found_during, found_after = set(), set()
        for started, during, after in all_played:
            found_during.update(differences(records, started, flipped(layout, during, field.name), after))
            found_after.update(differences(records, started, during, flipped(layout, after, field.name)))
        wanted = {"hart.mode": "prv"}.get(register, register)
        if "." in field.name and "@" not in field.name:
            assert field.name in found_during or f"pre.{wanted}" in found_during, field.name
        else:
            assert f"pre.{register}" in found_during, field.name
            assert register in found_after, field.name
    # The mode afterwards and the value read back are seen in the cycle after.
    assert {"prv", "result.to"} <= {
        name
        for started, during, after in all_played
        for name in differences(records, started, during, flipped(layout, after, "hart.mode"))
    }
    assert "result.readback" in {
        name
        for started, during, after in all_played
        for name in differences(records, started, during, flipped(layout, after, "answer.rdata"))
    }


def test_an_unknown_bit_is_a_difference_that_names_the_field():
    bench, records, all_played = played()
    started, during, after = all_played[0]
    digit = bench.outputs.digits - 1 - bench.outputs.offset["mepc"] // 4
    judgement = records.judge(started, during[:digit] + "x" + during[digit + 1 :], after)
    (difference,) = judgement.others
    assert str(difference).startswith("mepc is ")
    assert str(difference).endswith("x")


def test_a_deviation_of_spike_is_predicted_from_what_the_rtl_does(root):
    path = root / "tests" / "vectors" / "rv64-exceptions.jsonl.gz"
    header, lines = read_records(path)
    number, record = next((n, r) for n, r in lines if replays_with(header, r) == ["tval2_other_cause"])
    with Players("amaranth") as players:
        report = replay_on_rtl(str(path), players, limit=number - 1)
    assert report.predicted["tval2_other_cause"] >= 1
    assert record.kind == "exception"
    assert report.ok


def replays_with(header, record):
    from utrap_testbench.vectors import run_on_model

    return predict(header, header.config, record, run_on_model(header.config, record))[0]
