"""The recorded events: a committed part of them replays, and every malformed file is one clear line."""

import gzip
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from utrap_testbench.golden import Config, IllegalState, TakeException, state_from_registers
from utrap_testbench.golden.parameters import EXTENSIONS as golden_extensions
from utrap_testbench.oracles.spike import DEVIATIONS, predict
from utrap_testbench.replay import replay
from utrap_testbench.replay.subset import choose
from utrap_testbench.vectors import (
    Header,
    ReplayError,
    check,
    generate,
    read_records,
    run_on_model,
    write_records,
)
from utrap_testbench.vectors.extended import extended
from utrap_testbench.vectors.generate import EXTERNAL
from utrap_testbench.vectors.record import KINDS

from .support import ALL_CONFIGS, CONFIGS, config_id

COMMITTED = sorted((Path(__file__).parent.parent / "vectors").glob("*.jsonl.gz"))
#: The newer extensions, in format 2.
EXTENSIONS = sorted((Path(__file__).parent.parent / "vectors" / "extensions").glob("*.jsonl.gz"))
#: Those of a hart with AIA, landing pads and shadow stacks beside.
BEYOND = [path for path in EXTENSIONS if path.name[5:8] in ("all", "aia", "cfi")]
#: A folder with all of the records: the full run, for `make`.
ALL = sorted(Path(os.environ["UTRAP_VECTORS"]).rglob("*.jsonl*")) if "UTRAP_VECTORS" in os.environ else []
FILES = [*COMMITTED, *EXTENSIONS, *ALL]


def file_id(path):
    """Folder and name."""
    return f"{path.parent.name}/{path.name}"


def test_all_twelve_files_have_their_part():
    assert len(COMMITTED) == 12
    assert sum(path.stat().st_size for path in COMMITTED) < 400 * 1024


def test_the_files_of_the_newer_extensions_have_theirs():
    assert len(EXTENSIONS) == 19
    assert len(BEYOND) == 5
    assert sum(path.stat().st_size for path in EXTENSIONS) < 400 * 1024


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_the_model_agrees_with_the_records_apart_from_predicted_lines(path):
    report = replay(path)
    assert report.ok, report.failures
    assert report.records == report.agreeing + report.predicted_records
    header = read_records(path)[0]
    if header.beyond:
        return  # in most lines something has bits that no unit has
    # Of the others most differ for the width of what was there before.
    is_later = any(getattr(header.config, name) for name in golden_extensions)
    assert report.agreeing > (0.25 if path in EXTENSIONS else 0.7 if is_later else 0.9) * report.records


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_the_model_with_n_and_shudeleg_off_agrees_too_apart_from_its_own_bits(path):
    """HU-23: with EN=0 the hart is the hart without Shudeleg."""
    report = replay(path, config=extended)
    assert report.ok, report.failures


#: What lines are named by for what was taken out of them, beside the deviations.
TAKEN_OUT = {"cfi_bits", "cfi_instruction", "mvien_seip"}


@pytest.fixture(scope="module")
def shown():
    """The committed files that show each deviation, by its name."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in [*COMMITTED, *EXTENSIONS]:
        for name in replay(path).predicted:
            found[name].append(path)
    return found


def test_every_deviation_occurs_in_the_committed_records(shown):
    seen = set(shown)
    for path in COMMITTED:
        seen |= set(replay(path, config=extended).predicted)
    assert {deviation.name for deviation in DEVIATIONS} | TAKEN_OUT == seen


def test_deviations_are_predicted_for_spike_alone():
    path = next(path for path in COMMITTED if path.name == "rv64-xret.jsonl.gz")
    header, records = read_records(path)
    other = Header(config=header.config, source="another simulator")
    names = []
    for _, record in records:
        own = run_on_model(header.config, record)
        names += predict(header, header.config, record, own)[0]
        assert predict(other, header.config, record, own) == ([], own)
    assert names == ["vsret_mprv"] * 4


@pytest.mark.parametrize("name", [deviation.name for deviation in DEVIATIONS if deviation.name[:2] != "n_"])
def test_without_its_deviation_a_predicted_line_differs(name, monkeypatch, shown):
    """A deviation that predicts nothing, or whose effect is not compared, would not be missed."""
    from utrap_testbench.oracles import spike as deviations

    rest = {kind: tuple(d for d in all_of if d.name != name) for kind, all_of in deviations._FOR_SPIKE.items()}
    monkeypatch.setattr(deviations, "_FOR_SPIKE", rest)
    assert any(not replay(path, stop_at_first=True).ok for path in shown[name])


@pytest.mark.parametrize(("source", "name"), [("another simulator", "smaia"), ("riscv-isa-sim", "smcdeleg")])
def test_a_file_of_an_extension_that_the_model_lacks_is_one_line(tmp_path, source, name):
    header = {"kind": "config", "format": 2, "xlen": 64, "profile": "msuh", "extensions": ["sstc", name, "zicfilp"]}
    message = replay_damaged(tmp_path, [header | {"source": source}])
    assert message.startswith(f"1: extensions has {name}: the model has no {name} yet, it has sstc, ")


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: path.name.removesuffix(".jsonl.gz"))
def test_what_no_unit_has_is_taken_out_by_name_and_the_rest_is_compared(tmp_path, path):
    """Neither the state before nor an outcome has a bit of AIA or landing pads; what is wrong in the others is seen."""
    spelp, sse = 1 << 23, 1 << 3
    _, records = read_records(path)
    for _, record in records:
        for registers in (record.pre, record.post):
            assert not {"elp", "ssp", "hvictl", "mvien", "mvip"} & registers.keys()
            assert not registers.get("vsstatus", 0) & spelp
            assert not registers.get("menvcfg", 0) & sse
    lines = [line for line in lines_of(path) if line["kind"] != "reset"]
    for line in lines[1:]:
        line["post"]["mscratch"] = "0x5a5a5"
    damaged = replay(write_lines(tmp_path / "damaged.jsonl", lines))
    # An instruction of the landing pads too changes nothing of the unit.
    kinds = Counter(line["kind"] for line in lines[1:])
    injected = damaged.predicted["aia_interrupts"]
    assert damaged.differing == kinds.total() - injected
    assert injected < kinds["interrupt"] + kinds["exception"] + 1


def test_a_state_that_holds_more_than_ours_can_is_narrowed_by_name(tmp_path):
    path = next(path for path in EXTENSIONS if path.name == "rv64-sstc.jsonl.gz")
    _, records = read_records(path)
    narrowed = [record for _, record in records if record.narrowed]
    assert {name for record in narrowed for name in record.narrowed} == {"tval2_width", "tinst_width"}
    assert all(record.pre.get("htinst", 0) < 1 << 32 for record in narrowed)
    lines = lines_of(path)
    lines[0]["source"] = "another simulator"
    with pytest.raises(ReplayError, match=r"(mtinst|htinst|mtval2|htval)=0x[0-9a-f]+ is not legal here"):
        replay(write_lines(tmp_path / "other.jsonl", lines))


@pytest.mark.parametrize("path", EXTENSIONS, ids=lambda path: path.name.removesuffix(".jsonl.gz"))
def test_on_the_rtl_they_agree_too_or_differ_as_predicted(utrap, path):
    result = utrap("replay", "--on", "icarus", str(path))
    assert (result.returncode, result.stderr) == (0, "")


# A record of our own, to be damaged.


def lines_of(path):
    """The objects of a file."""
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def committed_lines():
    """Header and records of the RV64 exceptions."""
    return lines_of(next(path for path in COMMITTED if path.name == "rv64-exceptions.jsonl.gz"))


def write_lines(path, lines):
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return path


def replay_damaged(tmp_path, lines):
    """The message of a file with these lines."""
    path = write_lines(tmp_path / "damaged.jsonl", lines)
    with pytest.raises(ReplayError) as error:
        replay(path)
    text = str(error.value)
    assert "\n" not in text
    assert text.startswith(f"{path}:")
    return text.removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "surprise"}, "2: kind is 'surprise': allowed are exception, interrupt, xret, legality, csr, retire"),
        ({"pre": None}, "2: pre is not an object"),
        ({"opt": "mpp2"}, "2: opt is not a list of strings"),
        ({"pre.mfoo": "0x1"}, "2: pre.mfoo: unknown CSR name"),
        ({"post.mfoo": "0x1"}, "2: post.mfoo: unknown CSR name"),
        ({"pre.sip": "0x1"}, "2: pre.sip: unknown CSR name"),
        ({"pre.mepc": 12}, "2: pre.mepc is 12: allowed is a hexadecimal string"),
        ({"pre.mepc": "0xzz"}, "2: pre.mepc is '0xzz': allowed is a hexadecimal string"),
        ({"pre.mepc": "0x-1"}, "2: pre.mepc is 0x-1: wider than 64 bits"),
        ({"pre.mepc": "0x10000000000000000"}, "2: pre.mepc is 0x10000000000000000: wider than 64 bits"),
        ({"pre.prv": 2}, "2: pre.prv is 2: allowed are 0, 1, 3"),
        ({"pre.v": "1"}, "2: pre.v is '1': allowed are 0, 1"),
        ({"pre.pc": ...}, "2: the key pre.pc is missing"),
        ({"pre.prv": ...}, "2: the key pre.prv is missing"),
        ({"post": ...}, "2: the key post is missing"),
        ({"event.cause": ...}, "2: the key event.cause is missing"),
        ({"event.cause": 64}, "2: event.cause is 64: allowed are 0 to 63"),
        ({"event.cause": "2"}, "2: event.cause is '2': allowed are 0 to 63"),
        ({"event.gva": 2}, "2: event.gva is 2: allowed are 0, 1"),
        ({"result.to": ...}, "2: the key result.to is missing"),
        ({"result.to": "X"}, "2: result.to is 'X': allowed are U, HS, S, M, VU, VS, critical"),
        ({"result.colour": 1}, "2: result.colour: unknown key"),
        ({"pre.medeleg": "0x1"}, "2: pre: medeleg=0x1 is not legal here: it would read 0x0"),
        ({"pre.mip": "0x400"}, "2: pre: mip=0x400 does not fit the lines and hvip: it would read 0x0"),
        ({"pre.seip_line": "0x2"}, "2: pre: seip_line=0x2 is not a bit"),
        ({"pre.utvec": "0x0"}, "2: pre: utvec: no such register in this configuration"),
        ({"pre.prv": 3, "pre.v": 1}, "2: pre: prv=3, v=1 is not a mode of this hart"),
    ],
)
def test_a_malformed_record_is_one_line_with_its_number_and_the_reason(tmp_path, committed_lines, change, message):
    record = json.loads(json.dumps(committed_lines[1]))
    record["pre"] |= {"mip": "0x0"}
    record["pre"].pop("hvip", None)
    record["pre"].pop("seip_line", None)
    record["pre"].pop("seip_sw", None)
    for path, value in change.items():
        *parents, name = path.split(".")
        place = record[parents[0]] if parents else record
        if value is ...:
            del place[name]
        else:
            place[name] = value
    assert replay_damaged(tmp_path, [committed_lines[0], record]) == message


CSR = {"op": "csrrw", "csr": "0x300", "name": "mstatus", "bits": "0x300312f3", "ren": 1, "wen": 1, "wdata": "0x0"}


@pytest.mark.parametrize(
    ("kind", "event", "message"),
    [
        ("interrupt", {"lines": "0x2"}, "event.lines is 0x2: allowed are bits 11, 9, 8, 7, 3"),
        ("interrupt", {}, "the key event.lines is missing"),
        ("xret", {"insn": "dret", "bits": "0x0"}, "event.insn is 'dret': allowed are mret, sret, uret, mnret"),
        ("xret", {"insn": "mret"}, "the key event.bits is missing"),
        ("legality", {"insn": "nop", "bits": "0x13"}, "event.insn is 'nop': no such instruction"),
        ("csr", CSR | {"op": "csrr"}, "event.op is 'csrr': allowed are csrrw, csrrs, csrrc, each with or without i"),
        ("csr", CSR | {"csr": "0x1000"}, "event.csr is 0x1000: wider than 12 bits"),
        ("csr", CSR | {"name": "mfoo"}, "event.name is 'mfoo': the CSR at 0x300 is mstatus"),
        ("csr", CSR | {"wen": 2}, "event.wen is 2: allowed are 0, 1"),
        ("csr", CSR | {"wdata": "0x10000000000000000"}, "event.wdata is 0x10000000000000000: wider than 64 bits"),
        ("csr", CSR | {"debug": True}, "event.debug is True: allowed are 0, 1"),
        ("retire", {"fs_dirty": 7}, "event.fs_dirty is 7: allowed are 0, 1"),
        ("csr", CSR, "the key result.fault is missing"),
        ("halt", {"cause": 1}, "kind is 'halt': the hart has no Debug Mode (sdext)"),
    ],
)
def test_a_malformed_event_is_one_line(tmp_path, committed_lines, kind, event, message):
    record = committed_lines[1] | {"kind": kind, "event": event, "result": {}}
    assert replay_damaged(tmp_path, [committed_lines[0], record]) == f"2: {message}"


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ("", "1: the first line must state the configuration"),
        ("{\n", "1: not JSON: Expecting property name enclosed in double quotes"),
        ("[]\n", "1: not a JSON object"),
        ({"kind": "csr"}, "1: the first line must have kind config"),
        ({"kind": "config", "format": 3}, "1: format is 3: allowed are 1 and 2"),
        ({"kind": "config", "format": 2}, "1: the key xlen is missing"),
        ({"kind": "config", "format": 1}, "1: the key xlen is missing"),
        ({"kind": "config", "format": 1, "xlen": 128}, "1: xlen is 128: allowed are 32 and 64"),
        ({"kind": "config", "format": 1, "xlen": 64, "external": 3}, "1: external is not a list of CSR addresses"),
        (
            {"kind": "config", "format": 1, "xlen": 64, "external": ["0x1000"]},
            "1: external is 0x1000: wider than 12 bits",
        ),
    ],
)
def test_a_malformed_header_is_one_line(tmp_path, first, message):
    assert replay_damaged(tmp_path, [first]) == message


def test_bad_json_and_cut_off_files_are_one_line(tmp_path, committed_lines):
    text = json.dumps(committed_lines[1])
    assert replay_damaged(tmp_path, [committed_lines[0], text[:99] + "\n"]).startswith("2: not JSON: ")
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(COMMITTED[0].read_bytes()[:5000])
    with pytest.raises(ReplayError, match="ends too early"):
        replay(cut)
    broken = tmp_path / "broken.jsonl.gz"
    data = bytearray(COMMITTED[0].read_bytes())
    data[2000:2100] = bytes(100)
    broken.write_bytes(data)
    with pytest.raises(ReplayError, match=r":\d+: (cannot be|not )"):
        replay(broken)
    binary = tmp_path / "binary.jsonl"
    binary.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ReplayError, match="not text in UTF-8"):
        replay(binary)
    with pytest.raises(ReplayError, match="cannot be read: No such file or directory"):
        replay(tmp_path / "missing.jsonl")


def test_a_plain_file_and_a_compressed_one_say_the_same(tmp_path):
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(gzip.decompress(COMMITTED[0].read_bytes()))
    assert replay(plain).records == replay(COMMITTED[0]).records


# Differences are seen, field by field.


def test_a_changed_record_is_a_difference_in_the_changed_fields_alone(tmp_path, committed_lines):
    record = json.loads(json.dumps(committed_lines[2]))
    record["post"] |= {"pc": "0x4444", "mscratch": "0x5555"}
    record["result"]["to"] = "VU"
    path = write_lines(tmp_path / "changed.jsonl", [committed_lines[0], committed_lines[1], record])
    report = replay(path)
    assert (report.records, report.differing, report.ok) == (2, 1, False)
    [(number, differences)] = report.failures
    assert number == 3
    assert [difference.field for difference in differences] == ["pc", "mscratch", "result.to"]
    assert str(differences[1]) == "mscratch: recorded 0x5555, got 0x0"
    assert "1 DIFFER" in report.summary()
    assert json.loads(json.dumps(report.to_json()))["failures"][0]["line"] == 3
    assert replay(path, stop_at_first=True).records == 2


def test_a_back_end_that_forgets_an_answer_or_a_register_is_caught():
    header, records = read_records(COMMITTED[0])
    _, record = next(records)
    result = run_on_model(header.config, record)
    assert check(record, result) == []
    del result.answers[next(iter(record.result))]
    del result.registers["mtvec"]
    record.pre["mtvec"] = 4
    assert {difference.got for difference in check(record, result)} == {None}


# Recording.


@pytest.mark.parametrize("config", ALL_CONFIGS, ids=config_id)
def test_what_is_recorded_replays_and_reads_back_to_the_same_bytes(config, tmp_path):
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
    header = Header(config=config, external=EXTERNAL)
    assert write_records(first, header, generate(config, 300, seed=3)) == 300
    read, records = read_records(first)
    assert read == header
    write_records(second, read, [record for _, record in records])
    assert first.read_bytes() == second.read_bytes()
    report = replay(first)
    assert (report.records, report.agreeing) == (300, 300)


def test_the_same_seed_gives_the_same_records_and_another_one_others(tmp_path):
    config = CONFIGS[-1]

    def bytes_of(seed):
        path = tmp_path / "records.jsonl"
        write_records(path, Header(config=config), generate(config, 50, seed=seed, kinds=("csr",)))
        return path.read_bytes()

    assert bytes_of(1) == bytes_of(1) != bytes_of(2)


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="kinds is dream: allowed are " + ", ".join(KINDS)):
        next(generate(Config(), 1, 1, kinds=("dream",)))


def test_recorded_events_reach_every_mode_and_fault():
    config = Config()
    targets, faults = set(), set()
    for record in generate(config, 4000, seed=5):
        targets.add(record.result.get("to"))
        faults.add(record.result.get("fault"))
    assert targets >= {0, 1, 3, 4, 5}
    assert faults >= {None, 2, 22, 3, 8, 9, 10, 11}


def test_a_state_with_an_unknown_register_is_refused():
    with pytest.raises(IllegalState, match="mfoo: no such register"):
        state_from_registers(Config(), {"prv": 3, "v": 0, "mfoo": 1})
    with pytest.raises(IllegalState, match="mscratch=0x100000000 is wider than XLEN=32"):
        state_from_registers(Config(xlen=32), {"prv": 3, "v": 0, "mscratch": 1 << 32})


def test_a_subset_has_every_cause_and_every_deviation():
    path = next(path for path in COMMITTED if path.name == "rv64-exceptions.jsonl.gz")
    header, records = read_records(path)
    numbered = dict(records)
    chosen = choose(path, 200)
    assert len(chosen) == 200
    causes = {record.event.cause for record in numbered.values() if isinstance(record.event, TakeException)}
    picked = [numbered[number] for number in chosen]
    assert {record.event.cause for record in picked if isinstance(record.event, TakeException)} == causes
    names = {n for r in picked for n in predict(header, header.config, r, run_on_model(header.config, r))[0]}
    assert names == {"tval2_other_cause", "tval2_width", "tinst_width"}
