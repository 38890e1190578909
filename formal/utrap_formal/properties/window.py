"""What a property sees: the unit in one cycle, in the next, and in the one after.

A cycle is a copy of the unit's logic. What one copy would put into the
registers is what the next copy finds in them: so a step of the hart is logic
without a clock, and a property about it is a question about one state, the
inputs of its cycles, and nothing that went before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from amaranth.hdl import Const, Instance, Module, Signal, Value

from utrap.config import MAX_ORDER, Config
from utrap_formal.properties.cut import Logic, following
from utrap_formal.properties.manual import CSRS, Mode, Op, place

__all__ = ["LANES", "PLAIN", "UNIT", "Cycle", "Window", "all_of", "any_of", "without_shudeleg"]

#: Modules: the unit, and the same without Shudeleg; and what their cycles are called in a waveform.
UNIT = "trap_unit"
PLAIN = "trap_unit_plain"
LANES = {UNIT: "cycle", PLAIN: "plain"}


class Cycle:
    """The unit in one cycle: inputs, answers, CSRs before the clock edge.

    `cycle[name]` is a port ("answer_target"), a CSR as M reads it ("mip"), a
    field of one ("mstatus.MPP"), or a stored field that reads do not show as
    it is ("hideleg_vsei"). A CSR that the configuration lacks reads as 0.

    Attributes:
        inputs: The inputs, all free.
    """

    def __init__(
        self,
        config: Config,
        unit: Logic,
        name: str,
        state: dict[str, Value],
        inputs: Mapping[str, Signal] | None = None,
    ) -> None:
        own = {port: Signal(width, name=f"{name}_{port}") for port, width in unit.inputs.items()}
        self.inputs = own if inputs is None else {port: inputs[port] for port in own}
        self.config, self._unit, self._name, self._state = config, unit, name, state
        self._seen: dict[str, Signal] = {}
        self._following = {
            register: Signal(declared.width, name=f"{name}_{register}_next")
            for register, declared in unit.registers.items()
        }

    def __getitem__(self, name: str) -> Value:
        if name in self.inputs:
            return self.inputs[name]
        if name in self._state:
            return self._state[name]
        if name in self._unit.outputs:
            return self._wire(name)
        csr, high, low = place(name, self.config.xlen)
        if self._unit.width(csr) is None:
            return Const(0, high - low + 1)
        return self._wire(csr)[low : high + 1]

    def has(self, name: str) -> bool:
        """Whether the configuration has a port, or a CSR."""
        return self._unit.width(name) is not None

    def _wire(self, name: str) -> Value:
        if name not in self._seen:
            width = self._unit.width(name)
            assert width is not None
            self._seen[name] = Signal(width, name=f"{self._name}_{name}")
        return self._seen[name]

    @property
    def outputs(self) -> list[str]:
        """The unit's outputs."""
        return list(self._unit.outputs)

    @property
    def following(self) -> dict[str, Value]:
        """What the registers hold after the clock edge."""
        return dict(self._following)

    def instantiate(self, m: Module, module: str) -> None:
        """Put the copy into the harness."""
        ports: dict[str, Value] = {f"i_{name}": value for name, value in self.inputs.items()}
        ports |= {f"i_{name}": value for name, value in self._state.items()}
        ports |= {f"o_{following(name)}": value for name, value in self._following.items()}
        ports |= {f"o_{name}": value for name, value in self._seen.items()}
        m.submodules[self._name] = Instance(module, i_clk=Const(0), **ports)

    # --- what most properties ask -------------------------------------------

    @property
    def mode(self) -> Value:
        """The hart's mode, a `Mode`."""
        return self["hart_mode"]

    @property
    def v(self) -> Value:
        """The virtualization mode."""
        return self["hart_mode"][2]

    def is_in(self, *modes: Mode) -> Value:
        """Whether the hart is in one of the modes."""
        return any_of(self.mode == mode for mode in modes)

    @property
    def in_debug_mode(self) -> Value:
        """The hart is in Debug Mode."""
        return self["hart_debug"] if self.has("hart_debug") else Const(0)

    @property
    def is_halt(self) -> Value:
        """The hart enters Debug Mode."""
        return (self["commit_op"] == Op.HALT) & ~self.in_debug_mode if self.has("hart_debug") else Const(0)

    @property
    def masks_interrupts(self) -> Value:
        """Debug Mode, or a single step without stepie, lets none in (Sdext: Debug Mode, Step Bit In Dcsr)."""
        return self.in_debug_mode | (self["dcsr.STEP"] & ~self["dcsr.STEPIE"]) | self.nmi_masked

    @property
    def nmi_masked(self) -> Value:
        """NMIE is 0: neither interrupts nor RNMIs are let in (norm:mnstatus_nmie_disable)."""
        return ~self["mnstatus.NMIE"] if self.has("mnstatus") else Const(0)

    @property
    def has_stopped(self) -> Value:
        """A trap that M could not take has stopped the hart, and no debugger has it."""
        shown = self["hart_critical_error"] if self.has("hart_critical_error") else Const(0)
        halts = self["hart_critical_halts"] if self.has("hart_critical_halts") else Const(0)
        return (shown | halts) & ~self.in_debug_mode

    @property
    def may_trap_unexpectedly(self) -> Value:
        """Some handler could not take a trap: SDT, the guest's SDT, MDT, or NMIE=0 in M (norm:trap_exp).

        Which trap each of them keeps out, and what becomes of it, is in the suites `double` and `rnmi`.
        """
        return self["mstatus.SDT"] | self["vsstatus.SDT"] | self["mstatus.MDT"] | (self.is_in(Mode.M) & self.nmi_masked)

    @property
    def has_exception(self) -> Value:
        """An exception comes about: in Debug Mode none does (Sdext: Debug Mode)."""
        return (self["commit_op"] == Op.EXCEPTION) & ~self.in_debug_mode

    @property
    def has_interrupt(self) -> Value:
        """An interrupt comes about: the core says so, and there is one."""
        return (self["commit_op"] == Op.INTERRUPT) & self["interrupt_request"]

    @property
    def has_trap(self) -> Value:
        """A trap comes about, whether or not its handler can take it."""
        return self.has_exception | self.has_interrupt

    @property
    def is_exception(self) -> Value:
        """An exception is taken, by the handler that it is for."""
        return self.has_exception & ~self.may_trap_unexpectedly

    @property
    def is_interrupt(self) -> Value:
        """An interrupt is taken, by the handler that it is for."""
        return self.has_interrupt & ~self.may_trap_unexpectedly

    @property
    def is_trap(self) -> Value:
        """A trap is taken, by the handler that it is for."""
        return self.is_exception | self.is_interrupt

    @property
    def is_rnmi(self) -> Value:
        """An RNMI is taken."""
        return (self["commit_op"] == Op.RNMI) & self["interrupt_rnmi"] if self.has("interrupt_rnmi") else Const(0)

    def returns_by(self, op: Op) -> Value:
        """MRET, SRET, URET, MNRET or RESUME executes."""
        return (self["commit_op"] == op) & (self["answer_fault"] == 0) & ~self.has_stopped

    @property
    def is_return(self) -> Value:
        """A return executes."""
        return any_of(self.returns_by(op) for op in (Op.MRET, Op.SRET, Op.URET))

    @property
    def is_access(self) -> Value:
        """A CSR instruction asks for a CSR; a debugger's access is none."""
        return self["commit_op"] == Op.CSR

    @property
    def prv(self) -> Value:
        """The nominal privilege."""
        return self["hart_mode"][0:2]

    def accesses(self, csr: str) -> Value:
        """A CSR instruction asks for this CSR, by its own address."""
        return self.is_access & (self["commit_csr_address"] == CSRS[csr])

    @property
    def cause(self) -> Value:
        """The exception's cause."""
        return self["commit_cause"]

    def bit(self, csr: str, number: Value) -> Value:
        """A bit of a CSR, by a number that is not constant; 0 beyond its width."""
        return self[csr].bit_select(number, 1)

    def stored(self, *csrs: str) -> list[str]:
        """The registers of CSRs, by the CSRs' names; all where none is named."""
        return [name for name in self._state if not csrs or any(name.startswith(f"{csr}_") for csr in csrs)]

    def keeps(self, after: Cycle, *names: str) -> Value:
        """CSRs, fields or registers read the same in the next cycle.

        LCOFIP the counters set, whatever else happens (norm:LCOFIP_op).
        """
        return all_of(
            (self[name] == after[name]) | (self["counters_lcofi"] if name == "mip_lcofip" else Const(0))
            for name in names
        )


class Window:
    """Consecutive cycles of the unit; a property takes as many as it names.

    Attributes:
        config: The configuration.
        memories: Registers that properties have beside the unit, and what follows in each.
    """

    def __init__(self, config: Config, unit: Logic, state: dict[str, Value]) -> None:
        self.config = config
        self.memories: list[tuple[Signal, Value]] = []
        self._lanes = {UNIT: _Lane(UNIT, config, unit, state)}

    def add_plain(self, unit: Logic, state: dict[str, Value]) -> None:
        """Put the unit without Shudeleg beside it; it gets the same inputs."""
        self._lanes[PLAIN] = _Lane(PLAIN, without_shudeleg(self.config), unit, state, self._lanes[UNIT])

    @property
    def now(self) -> Cycle:
        """This cycle."""
        return self._lanes[UNIT].cycle(0)

    @property
    def next(self) -> Cycle:
        """The next cycle."""
        return self._lanes[UNIT].cycle(1)

    @property
    def last(self) -> Cycle:
        """The cycle after the next."""
        return self._lanes[UNIT].cycle(2)

    @property
    def ahead(self) -> list[Cycle]:
        """The cycles after this one that were asked for."""
        return self._lanes[UNIT].cycles[1:]

    @property
    def plain(self) -> Cycle:
        """This cycle of the unit without Shudeleg."""
        return self._lanes[PLAIN].cycle(0)

    def has_been(self, value: Value) -> Value:
        """A bit has been 1 since the last reset, or is now."""
        memory = Signal(name=f"memory{len(self.memories)}", reset_less=True)
        self.memories.append((memory, ~self.now["rst"] & (memory | value)))
        return memory | value

    @property
    def running(self) -> Value:
        """No cycle of the window is one of reset."""
        return all_of(~cycle["rst"] for cycle in self._lanes[UNIT].cycles)

    @property
    def inputs(self) -> list[Signal]:
        """All inputs of all cycles."""
        return [signal for cycle in self._lanes[UNIT].cycles for signal in cycle.inputs.values()]

    def following(self, module: str) -> dict[str, Value]:
        """What the registers hold after this cycle."""
        return self._lanes[module].cycle(0).following

    def instantiate(self, m: Module) -> None:
        """Put all copies into the harness."""
        for module, lane in self._lanes.items():
            for cycle in lane.cycles:
                cycle.instantiate(m, module)


class _Lane:
    """The cycles of one unit."""

    def __init__(
        self, module: str, config: Config, unit: Logic, state: dict[str, Value], leader: _Lane | None = None
    ) -> None:
        self.cycles: list[Cycle] = []
        self._module, self.config, self._unit, self._first, self._leader = module, config, unit, state, leader

    def cycle(self, number: int) -> Cycle:
        while len(self.cycles) <= number:
            state = self.cycles[-1].following if self.cycles else self._first
            name = f"{LANES[self._module]}{len(self.cycles)}"
            inputs = self._leader.cycle(len(self.cycles)).inputs if self._leader else None
            self.cycles.append(Cycle(self.config, self._unit, name, state, inputs))
        return self.cycles[number]


def without_shudeleg(config: Config) -> Config:
    """The same hart without Shudeleg, and so without windows."""
    return config.replace(shudeleg=False, windows=0, window_max_order=MAX_ORDER)


def any_of(values: Iterable[Value]) -> Value:
    """The OR of single bits; 0 of none."""
    result: Value = Const(0)
    for value in values:
        result = result | value
    return result


def all_of(values: Iterable[Value]) -> Value:
    """The AND of single bits; 1 of none."""
    result: Value = Const(1)
    for value in values:
        result = result & value
    return result
