"""What the forms of the reset cost: flip-flops with a reset, gates of an and-inverter graph, LUTs.

Usage: python benchmarks/reset.py
"""

from utrap.config import Config
from utrap.form import Form
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist
from utrap_documents.gates import count_gates
from utrap_documents.synthesis import synthesise

PROFILES = ("mu", "msuh", "full")
COLUMNS = (
    "profile",
    "`reset_state`",
    "flip-flops with a reset",
    "without",
    "AND gates, synchronous",
    "AND gates, asynchronous",
    "LUTs (area)",
)


def main() -> None:
    """Print the table as benchmarks/RESULTS.md has it."""
    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- | --- |" + " ---: |" * (len(COLUMNS) - 2))
    for profile in PROFILES:
        for state in ("all", "required"):
            unit = TrapUnit(Config.profile(profile, 64, reset_state=state))
            netlist = make_netlist(unit)
            # Without initial values nothing but the reset gives a register its value.
            clocked, unclocked = (
                write_module(unit, netlist, Form(reset=reset, initial_values=False))
                for reset in ("synchronous", "asynchronous")
            )
            with_gates, with_pins = count_gates(clocked), count_gates(unclocked)
            figures = (with_pins.with_pin, with_pins.without_pin, with_gates.nodes, with_pins.nodes)
            luts = synthesise(clocked, for_area=True).luts
            print(f"| {profile} | {state} | " + " | ".join(map(str, (*figures, luts))) + " |", flush=True)


if __name__ == "__main__":
    main()
