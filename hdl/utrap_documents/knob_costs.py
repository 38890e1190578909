"""What each knob costs: which change of which profile is measured, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from utrap.config import Config, as_setting
from utrap.knobs import Cost
from utrap.products.verilog_module import verilog
from utrap.registers.state import state_bits
from utrap_documents.synthesis import synthesise

__all__ = ["CHANGES", "Change", "cost", "flip_flops", "luts"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of one knob in an RV64 profile.

    Attributes:
        profile: The profile.
        value: What the knob is changed to.
        others: What else is changed, on both sides.
    """

    profile: str
    value: object
    others: Mapping[str, Any] = field(default_factory=dict)

    def sides(self, key: str) -> tuple[Config, Config]:
        """Return the configurations without the change and with it."""
        before = Config.profile(self.profile, 64, **self.others)
        return before, Config.profile(self.profile, 64, **self.others, **{key: self.value})


_EVENTS = {"counters": "zihpm"}
_GATED = {"smstateen": True}
#: Each key of the configuration whose hardware differs: where what is its own stands out.
CHANGES: Mapping[str, Change] = {
    "s": Change(profile="mu", value=True),
    "h": Change(profile="msu", value=True),
    "n": Change(profile="msu", value=True),
    "shudeleg": Change(profile="msuh", value=True, others={"n": True, "windows": 0}),
    "windows": Change(profile="full", value=8),
    "window_max_order": Change(profile="full", value=9),
    "satp_modes": Change(profile="msu", value=("bare", "sv39", "sv48", "sv57")),
    "hgatp_modes": Change(profile="msuh", value=("bare", "sv39x4", "sv48x4", "sv57x4")),
    "geilen": Change(profile="msuh", value=8),
    "ialign": Change(profile="msu", value=32, others={"isa": "IMA"}),
    "vectored_align": Change(profile="msu", value=4),
    "asid_bits": Change(profile="msu", value=0),
    "vmid_bits": Change(profile="msuh", value=0),
    "counters": Change(profile="msu", value="zihpm"),
    "mtvec_reset": Change(profile="mu", value="port"),
    "mtvec_modes": Change(profile="mu", value="direct"),
    "tval": Change(profile="mu", value="none"),
    "cause_bits": Change(profile="mu", value=4),
    "va_bits": Change(profile="msu", value=48),
    "local_interrupts": Change(profile="mu", value=16),
    "local_interrupts_first": Change(profile="mu", value=True, others={"local_interrupts": 16}),
    "mvendorid": Change(profile="mu", value=0x123),
    "marchid": Change(profile="mu", value=0x123),
    "mimpid": Change(profile="mu", value=0x123),
    "mhartid": Change(profile="mu", value=0),
    "mconfigptr": Change(profile="mu", value=0x1000),
    "fs": Change(profile="msu", value=False),
    "vs": Change(profile="msu", value=False),
    "sstc": Change(profile="msuh", value=True),
    "shtvala": Change(profile="msuh", value=True),
    "sscofpmf": Change(profile="msuh", value=True, others=_EVENTS),
    "shlcofideleg": Change(profile="msuh", value=True, others=_EVENTS | {"sscofpmf": True}),
    **{
        name: Change(profile="msuh", value=True) for name in ("zicbom", "zicboz", "zawrs", "svinval", "svpbmt", "svadu")
    },
    "smmpm": Change(profile="mu", value=True),
    "smnpm": Change(profile="msuh", value=True),
    "ssnpm": Change(profile="msuh", value=True),
    "ssdbltrp": Change(profile="msuh", value=True),
    "smdbltrp": Change(profile="mu", value=True),
    "smrnmi": Change(profile="mu", value=True),
    "sdext": Change(profile="mu", value=True),
    "smstateen": Change(profile="msuh", value=True),
    **{
        name: Change(profile="msuh", value=True, others=_GATED)
        for name in (
            "custom_state",
            "zfinx",
            "zcmt",
            "ssqosid",
            "sdtrig",
            "smctr",
            "smcsrind",
            "sscsrind",
            "imsic",
            "ssaia",
        )
    },
    "rnmi_interrupt_vector": Change(profile="mu", value=0x1000, others={"smrnmi": True}),
    "rnmi_exception_vector": Change(profile="mu", value=0x1000, others={"smrnmi": True}),
    "rnmi_vectors": Change(profile="mu", value="port", others={"smrnmi": True}),
    "refetch": Change(profile="msuh", value=True),
    "reset_state": Change(profile="msuh", value="required"),
    "selection": Change(profile="msuh", value="one_hot"),
    "isa": Change(profile="msu", value="IMAFDC"),
}


def flip_flops(key: str) -> int:
    """Return how many flip-flops more a change takes."""
    before, after = CHANGES[key].sides(key)
    return state_bits(after) - state_bits(before)


def luts(config: Config) -> int:
    """Return the six-input LUTs of a configuration, mapped for area."""
    return synthesise(verilog(config), for_area=True).luts


def cost(key: str, more_luts: int) -> Cost:
    """Put a measured change into words."""
    change = CHANGES[key]
    others = "".join(f" {name}={as_setting(value)}" for name, value in change.others.items())
    return Cost(
        change=f"{key}={as_setting(change.value)}",
        of=f"{change.profile}{others}",
        flip_flops=flip_flops(key),
        luts=more_luts,
    )
