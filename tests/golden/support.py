"""What the model's tests share: configurations, random legal states and events, short ways to set a state up."""

import random

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Mode, State, reset_state, step
from utrap_testbench.golden.parameters import EXTENSIONS
from utrap_testbench.vectors import generate
from utrap_testbench.vectors.generate import random_state

PROFILES = ("mu", "msu", "msuh", "msun", "full")
CONFIGS = [
    *(Config.profile(name, xlen=xlen) for name in PROFILES for xlen in (32, 64)),
    Config.profile("full", xlen=64, geilen=5, counters="zihpm", vectored_align=4),
    Config.profile("full", xlen=32, geilen=31, ialign=32, windows=8),
    Config.profile("full", xlen=64, windows=0, satp_modes=("bare", "sv39", "sv48", "sv57"), fs=False, vs=False),
    Config.profile("msu", satp_modes=("bare",), asid_bits=0, counters="none"),
    Config.profile("mu", n=True),
]
#: Harts with all of the newer extensions, and one without those that go with N.
EXTENDED = {
    xlen: Config.profile(
        "full", xlen=xlen, counters="zihpm", geilen=3, rnmi_interrupt_vector=0x4000, rnmi_exception_vector=0x5000,
        **{**dict.fromkeys(EXTENSIONS, True), "shtvala": xlen == 64},
    )
    for xlen in (32, 64)
}  # fmt: skip
ALL_CONFIGS = [*CONFIGS, *EXTENDED.values()]
FULL = Config.profile("full")
FULL32 = Config.profile("full", xlen=32)
MODES = {mode.name: mode for mode in Mode}


def config_id(config):
    """A short name for a parameter."""
    name = config.profile_name + "-all" * config.smstateen
    return f"rv{config.xlen}-{name}-{config.geilen}-{config.vectored_align}-{len(config.satp_modes)}"


def state_from_seed(config, seed):
    """A random legal state."""
    return random_state(config, random.Random(seed))


def event_from_seed(config, seed):
    """A random event of any kind."""
    return next(generate(config, 1, seed)).event


def modes_of(config):
    """The modes that a hart has."""
    return [
        mode for mode in Mode if (config.s or mode & 3 != 1) and (config.h or mode < Mode.VU)
    ]  # fmt: skip


def state_in(config, mode, **fields):
    """The state after reset, in another mode and with some fields set."""
    return reset_state(config).replace(prv=mode & 3, v=mode >> 2, **fields)


def mode(state: State) -> Mode:
    """The mode that the state is in."""
    return Mode(state.v << 2 | state.prv)


def address_of(config, name):
    """The address of a CSR of this configuration."""
    return next(row.address for row in config.rules.csrs.values() if row.name == name)


def csr(config, state, name, value=None, op=None, **more):
    """Access a CSR by name: a read, or with a value a write."""
    if op is None:
        op = CsrOp.READ if value is None else CsrOp.WRITE
    address = name if isinstance(name, int) else address_of(config, name)
    return step(config, state, CsrAccess(address=address, op=op, wdata=value or 0, **more))


def write(config, state, name, value):
    """The state after a debugger's write, which every mode allows."""
    state, outcome = csr(config, state, name, value, debug=True)
    assert outcome.fault == 0
    return state


def read(config, state, name):
    """What a debugger reads."""
    return csr(config, state, name, debug=True)[1].rdata


def written_and_read(config, name, value, state=None):
    """What a CSR reads after a write to it."""
    return read(config, write(config, reset_state(config) if state is None else state, name, value), name)
