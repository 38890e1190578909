"""How a unit's Verilog is written: what it is called, and how its registers are reset. The hart is the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from utrap.limits import ConfigError, as_setting

__all__ = ["FORMS", "PLAIN", "Form"]

#: The fields that `--set` takes, with their values; the first is the default.
FORMS: Mapping[str, tuple[str | bool, ...]] = {
    "reset": ("synchronous", "asynchronous"),
    "reset_active": ("high", "low"),
    "initial_values": (True, False),
}
#: Words that a module cannot be called (IEEE 1800-2023, table B.1).
_WORDS = """
accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
endpackage endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually expect
export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
"""
_KEYWORDS = frozenset(_WORDS.split())
_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
_OUR_NAME = "trap_unit"
#: What macros and guards of the unit with the default name begin with.
_OUR_PREFIX = "UTRAP"


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form of one unit's files.

    Attributes:
        name: The module's name, with which the names of files, packages and macros begin too.
        reset: "synchronous": registers take their reset value at a rising edge of `clk`; "asynchronous":
            as soon as the reset is active. Then the core commits nothing while it is.
        reset_active: "high": the port is `rst`, active at 1; "low": it is `rst_n`, active at 0.
        initial_values: A register's declaration has its reset value, so that simulations and FPGAs start
            with it; false for ASICs, where nothing is known before the first reset.

    Raises:
        ConfigError: When a field breaks a rule.
    """

    name: str = _OUR_NAME
    reset: str = "synchronous"
    reset_active: str = "high"
    initial_values: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(_IDENTIFIER, self.name):
            raise ConfigError(f"name {self.name!r}: it must be an identifier of Verilog: letters, digits and _")
        if self.name in _KEYWORDS:
            raise ConfigError(f"name {self.name!r}: it is a keyword of Verilog or SystemVerilog")
        if self.name.upper() == _OUR_PREFIX:
            raise ConfigError(f"name {self.name!r}: its macros would be those of {_OUR_NAME}")
        for field, values in FORMS.items():
            value = getattr(self, field)
            if not any(type(value) is type(known) and value == known for known in values):
                rule = f"must be one of {', '.join(map(as_setting, values))}"
                raise ConfigError(f"{field}={as_setting(value)}: {rule}", field, rule)

    @property
    def prefix(self) -> str:
        """What the names of macros begin with."""
        return _OUR_PREFIX if self.name == _OUR_NAME else self.name.upper()

    @property
    def header(self) -> str:
        """The name of the header for C, without its suffix."""
        return "utrap_csr" if self.name == _OUR_NAME else f"{self.name}_csr"

    @property
    def is_asynchronous(self) -> bool:
        """Whether registers are reset without the clock."""
        return self.reset == "asynchronous"

    @property
    def reset_port(self) -> str:
        """The reset's name."""
        return "rst" if self.reset_active == "high" else "rst_n"

    @property
    def changes(self) -> dict[str, str | bool]:
        """The fields of `FORMS` that are not as ever."""
        values = {field: getattr(self, field) for field in FORMS}
        return {field: value for field, value in values.items() if value != FORMS[field][0]}


#: As `utrap generate` writes it when nothing else is asked for.
PLAIN = Form()
