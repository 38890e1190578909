"""Unit and model know the same harts: what one accepts the other accepts, and it is the same hart."""

import json
from dataclasses import fields

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utrap import config as unit
from utrap.products.csr_map import csrs_document
from utrap_testbench import golden
from utrap_testbench.harts import model_config, unit_config

#: Values on both sides of each edge, and of other types; text of letters is drawn beside these.
MODES = ("bare", "sv32", "sv39", "sv48", "sv57")
GUEST_MODES = ("bare", "sv32x4", "sv39x4", "sv48x4", "sv57x4")
FLAG = st.sampled_from([False, True, False, True, 0, 1, "true"])
WORD = st.sampled_from([0, 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 2**64, -1, True, 0.0, "0"])


def numbers(*values):
    """Of these mostly; of others, and of other types."""
    return st.one_of(st.sampled_from(values), st.sampled_from([*values, -1, 0, 1, 1000, True, 16.0, "16"]))


def chains(names):
    """Beginnings of the list, and what looks like one."""
    beginnings = [tuple(name for name in names[:1] + names[first : first + n]) for first in (1, 2) for n in range(4)]
    odd = [(), names, names[1:], ("bare", "bare"), ("bare", "bare", *names[2:]), "bare", list(names[:2]), (0,)]
    return st.one_of(st.sampled_from(beginnings), st.sampled_from(odd))


ISA = st.one_of(
    st.sampled_from(["I", "E", "IMAC", "EMAC", "IMAFDC", "IMAFDQCBVX", "IMA", "IMAFDV", "IMAF"]),
    st.sampled_from(["IMACG", "MAIC", "IZ", "IACM", "IMM", "EI", "IE", "IMAD", "IFQ", "IMACV", "IMACS", "imac", "", 1]),
    st.text("IEMAFDQCBVXGSUHNZ", max_size=6),
)
VALUES = {
    "xlen": st.sampled_from([32, 64, 32, 64, 16, 128, True, "64"]),
    **dict.fromkeys(("s", "h", "n", "shudeleg", "fs", "vs"), FLAG),
    "windows": numbers(0, 4, 8, 9),
    "window_max_order": numbers(0, 9, 62, 63, 64),
    "satp_modes": chains(MODES),
    "hgatp_modes": chains(GUEST_MODES),
    "geilen": numbers(0, 1, 31, 32, 63, 64),
    "ialign": numbers(16, 32, 64),
    "vectored_align": numbers(4, 256, 64),
    "asid_bits": numbers(0, 9, 10, 16, 17),
    "vmid_bits": numbers(0, 7, 8, 14, 15),
    "counters": st.sampled_from(["none", "zicntr", "zihpm", "none", "zicntr", "zihpm", "all", "", 3]),
    "mtvec_reset": st.one_of(
        WORD, st.sampled_from([4, 2, 3, 5, 0x101, 0x181, 0x100, 2**64 - 255, "port", "port", "ports"])
    ),
    "mtvec_modes": st.sampled_from(["both", "direct", "vectored", "both", "direct", "vectored", "none", "", 1]),
    "tval": st.sampled_from(["all", "none", "all", "none", "", 0]),
    "cause_bits": numbers(4, 5, 6, 3, 7),
    "va_bits": numbers(0, 0, 31, 32, 39, 47, 48, 49, 50, 59, 62, 63),
    "local_interrupts": numbers(0, 1, 15, 16, 17, 47, 48, 49),
    **dict.fromkeys(("local_interrupts_first", "refetch"), FLAG),
    "reset_state": st.sampled_from(["all", "required", "all", "required", "none", 1]),
    "selection": st.sampled_from(["multiplexed", "one_hot", "multiplexed", "one_hot", "", "lut", 0]),
    **dict.fromkeys(("mvendorid", "marchid", "mimpid", "mconfigptr"), WORD),
    "mhartid": st.one_of(WORD, st.sampled_from([0, 2**32, 2**64, "port", "port", "fixed", ""])),
    "isa": ISA,
    **dict.fromkeys(unit.EXTENSIONS, FLAG),
    **dict.fromkeys(("rnmi_interrupt_vector", "rnmi_exception_vector"), WORD),
    "rnmi_vectors": st.sampled_from(["fixed", "port", "fixed", "port", "ports", "", 0]),
}


@st.composite
def settings_of_a_hart(draw):
    """A profile's fields in either width with some of them changed: few, so that many are harts, or most of them."""
    base = unit.Config.profile(draw(st.sampled_from(list(unit.PROFILES))), draw(st.sampled_from([32, 64])))
    values = {field.name: getattr(base, field.name) for field in fields(base)}
    changed = draw(st.lists(st.sampled_from(list(VALUES)), max_size=5, unique=True))
    return values | {name: draw(VALUES[name]) for name in changed}


def accepted(make, refusal, values):
    """The configuration, or None with a line that says why not."""
    try:
        return make(**values)
    except refusal as error:
        line = str(error)
    assert "\n" not in line
    assert any(line.startswith(name) for name in values), line
    return None


FULL = {field.name: getattr(unit.Config(), field.name) for field in fields(unit.Config)}
MU = {field.name: getattr(unit.Config.profile("mu"), field.name) for field in fields(unit.Config)}


@settings(max_examples=1500, deadline=None)
@given(settings_of_a_hart())
@example(FULL | {"isa": "IMACG"})
@example(FULL | {"isa": "MAIC"})
@example(FULL | {"isa": "IZ"})
@example(FULL | {"isa": "IMAFC", "fs": False})
@example(MU | {"isa": "IMAFDCV", "fs": True, "vs": True})
@example(MU | {"asid_bits": 1})
@example(MU | {"mtvec_reset": "port"})
@example(MU | {"mhartid": 0})
@example(MU | {"mhartid": "fixed"})
@example(MU | {"mtvec_reset": 0, "mtvec_modes": "vectored"})
@example(MU | {"mtvec_reset": 1, "mtvec_modes": "vectored"})
@example(FULL | {"local_interrupts": 48, "local_interrupts_first": True})
@example(FULL | {"tval": "none"})
@example(MU | {"tval": "none", "cause_bits": 4})
@example(MU | {"cause_bits": 4, "smdbltrp": True})
@example(MU | {"cause_bits": 4, "local_interrupts": 1})
@example(MU | {"cause_bits": 5, "local_interrupts": 17})
@example(MU | {"va_bits": 32, "mtvec_reset": 2**64 - 2**32})
@example(MU | {"va_bits": 32, "mtvec_reset": 2**64 - 2**32 - 4})
@example(MU | {"va_bits": 32, "mtvec_reset": 2**32})
@example(MU | {"va_bits": 40, "smrnmi": True, "rnmi_interrupt_vector": 2**40})
@example(FULL | {"va_bits": 49})
@example(FULL | {"va_bits": 50, "mtvec_reset": "port"})
@example(FULL | {"window_max_order": 12})
@example(MU | {"window_max_order": 12})
@example(FULL | {"smrnmi": True, "rnmi_vectors": "port"})
@example(FULL | {"smrnmi": True, "rnmi_vectors": "port", "rnmi_exception_vector": 4})
@example(FULL | {"rnmi_vectors": "port"})
@example(FULL | {"local_interrupts_first": True})
@example(MU | {"vmid_bits": 1})
@example(FULL | {"sstc": True})
@example(MU | {"sstc": True})
@example(FULL | {"sstc": True, "counters": "none"})
def test_unit_and_model_give_the_same_verdict(values):
    ours = accepted(unit.Config, unit.ConfigError, values)
    theirs = accepted(golden.Config, golden.ConfigError, values)
    assert (ours is None) == (theirs is None), values
    if ours is not None:
        assert model_config(ours) == theirs
        assert unit_config(theirs) == ours
        assert unit.Config.from_json(json.loads(json.dumps(ours.to_json()))) == ours
        for document in (theirs.to_json(), ours.to_json()):
            assert golden.Config.from_json(json.loads(json.dumps(document))) == theirs


def test_fields_are_the_same():
    assert [field.name for field in fields(golden.Config)] == [field.name for field in fields(unit.Config)]


def test_profiles_are_the_same():
    for name in unit.PROFILES:
        for xlen in (32, 64):
            assert model_config(unit.Config.profile(name, xlen)) == golden.Config.profile(name, xlen=xlen)
    for name, widths in unit.PRESETS.items():
        for xlen in (32, 64):
            if xlen in widths:
                assert model_config(unit.Config.profile(name, xlen)) == golden.Config.profile(name, xlen=xlen)
            else:
                with pytest.raises(unit.ConfigError, match=f"profile='{name}': it has xlen=64"):
                    unit.Config.profile(name, xlen)
                with pytest.raises(golden.ConfigError, match=f"profile is {name}: it is for xlen 64"):
                    golden.Config.profile(name, xlen=xlen)


@settings(max_examples=60, deadline=None)
@given(settings_of_a_hart())
@example(FULL | {"sstc": True})
def test_what_both_accept_is_the_same_hart(values):
    config = accepted(unit.Config, unit.ConfigError, values)
    if config is None:
        return
    model = model_config(config)
    rules = model.rules
    widths = (config.gpa_bits, config.tval2_bits, config.gppn_bits, config.counter_count, config.vgein_bits)
    assert widths == (
        rules.gpa_bits, rules.tval2.bit_length(), rules.page_bits,
        rules.counteren.bit_length(), rules.vgein.bit_length(),
    )  # fmt: skip
    assert (config.satp_codes, config.hgatp_codes) == (rules.satp_modes, rules.hgatp_modes)
    documents = {csr["address"]: csr for csr in csrs_document(config)["csrs"]}
    rows = {address: row for address, row in rules.csrs.items() if not row.is_placeholder}
    assert documents.keys() == rows.keys()
    after_reset, delegating = golden.reset_state(model), delegating_state(model)
    # What M grants shows some fields, and takes others away (henvcfg.STCE, mip.STIP).
    granting = delegating.replace(menvcfg=rules.menvcfg, henvcfg=rules.henvcfg)
    for address, row in rows.items():
        csr = documents[address]
        assert (csr["name"], int(csr["reset"], 16)) == (row.name, row.read(rules, after_reset))
        writable = sum(int(field["writable_bits"], 16) for field in csr["fields"])
        changed = writable_bits(rules, row, delegating) | writable_bits(rules, row, granting)
        assert (row.name, changed) == (row.name, writable)


def delegating_state(model):
    """The state in which no bit of a view is hidden: everything is delegated as far down as it goes."""
    state = golden.reset_state(model)
    state.hudcfg_en = int(model.shudeleg)
    state.mstatus_mdt = 0  # MIE is writable while it is 0
    for number in range(4):
        setattr(state, f"mstateen{number}", model.rules.mstateen[number])
        setattr(state, f"hstateen{number}", model.rules.hstateen[number])
    rows = {row.name: row for row in model.rules.csrs.values()}
    for name in ("medeleg", "mideleg", "hideleg", "sedeleg", "sideleg"):
        if name in rows:
            rows[name].write(model.rules, state, model.rules.xlen_mask)
    return state


def writable_bits(rules, row, state):
    """The bits that some write changes: each bit alone, and the values of fields that take no others."""
    written = [1 << bit for bit in range(rules.xlen)]
    written += [mode << rules.atp_mode_shift for mode in (*rules.satp_modes, *rules.hgatp_modes)]
    # M in MPP and dcsr.prv, and what else takes no 1 or no 2.
    written += [3 << low for low in (0, 4, 11, 32, 48) if low < rules.xlen]
    zero = state.copy()
    row.write(rules, zero, 0)
    changed = 0
    for value in written:
        after = zero.copy()
        row.write(rules, after, value)
        changed |= row.read(rules, after) ^ row.read(rules, zero)
    return changed
