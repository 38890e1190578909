"""What may stand in each field of a configuration: the tables, and every rule that one can break.

A rule that is broken is a ConfigError, which names the field, its value, what is allowed, and the
other fields that the rule looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = [
    "BASES",
    "CHOICES",
    "COUNTERS",
    "EXTENSIONS",
    "FIRST_LOCAL",
    "GPA_BITS",
    "HGATP_MODES",
    "LETTERS",
    "MAX_ORDER",
    "PAGE_BITS",
    "RANGES",
    "SATP_MODES",
    "STATE_OWNERS",
    "TVEC_MODES",
    "VA_BITS",
    "WORDS",
    "ConfigError",
    "as_setting",
    "check",
    "mode_lists",
    "range_in_words",
]


class ConfigError(ValueError):
    """A configuration that breaks a rule; the message is one line.

    Attributes:
        field: The field that breaks it; "" where the message says it all.
        rule: What is allowed, as the end of a sentence.
        others: The other fields that the rule looks at, with their values.
    """

    def __init__(
        self, message: str, field: str = "", rule: str = "", others: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.field, self.rule, self.others = field, rule, others or {}


#: Address translation modes: name -> (MODE encoding, GPA or VA bits), by XLEN;
#: each needs the one before it, as the manual's chapters on them say.
SATP_MODES: Mapping[int, Mapping[str, int]] = {
    32: {"bare": 0, "sv32": 1},
    64: {"bare": 0, "sv39": 8, "sv48": 9, "sv57": 10},
}
HGATP_MODES: Mapping[int, Mapping[str, int]] = {
    32: {"bare": 0, "sv32x4": 1},
    64: {"bare": 0, "sv39x4": 8, "sv48x4": 9, "sv57x4": 10},
}
#: Bits of a guest-physical address in each guest translation mode.
GPA_BITS: Mapping[str, int] = {"sv32x4": 34, "sv39x4": 41, "sv48x4": 50, "sv57x4": 59}
#: Bits of a virtual address in each translation mode.
VA_BITS: Mapping[str, int] = {"sv32": 32, "sv39": 39, "sv48": 48, "sv57": 57}
#: How many counters `mcounteren` and its like enable.
COUNTERS: Mapping[str, int] = {"none": 0, "zicntr": 3, "zihpm": 32}
PAGE_BITS = 12
#: Bits of the longest instruction, which xtval holds.
_INSTRUCTION_BITS = 32
#: The largest ORDER of a delegation window that its field can hold (HU-17).
MAX_ORDER = 63
#: The number of the first interrupt that is the platform's own.
FIRST_LOCAL = 16
#: Smstateen, and what of the core's state its bits are for.
STATE_OWNERS = (
    "smstateen", "custom_state", "zfinx", "zcmt", "ssqosid", "sdtrig", "smctr", "smcsrind", "sscsrind", "imsic",
    "ssaia",
)  # fmt: skip
#: Extensions with a knob of their own that the named profiles do not have, each with the XLENs for which
#: it exists. What is off does not exist.
EXTENSIONS: Mapping[str, tuple[int, ...]] = {
    "sstc": (32, 64),
    "shtvala": (64,),
    "sscofpmf": (32, 64),
    "shlcofideleg": (32, 64),
    "zicbom": (32, 64),
    "zicboz": (32, 64),
    "zawrs": (32, 64),
    "svinval": (32, 64),
    "svpbmt": (32, 64),
    "svadu": (32, 64),
    "smmpm": (32, 64),
    "smnpm": (32, 64),
    "ssnpm": (32, 64),
    "ssdbltrp": (32, 64),
    "smdbltrp": (32, 64),
    "smrnmi": (32, 64),
    "sdext": (32, 64),
    **dict.fromkeys(STATE_OWNERS, (32, 64)),
}
#: What mtvec.MODE can be: the name, and the values.
TVEC_MODES: Mapping[str, tuple[int, ...]] = {"both": (0, 1), "direct": (0,), "vectored": (1,)}
#: Words that may stand in a number's place.
WORDS: Mapping[str, tuple[str, ...]] = {"mtvec_reset": ("port",), "mhartid": ("port",)}
#: Letters of misa that `isa` may hold after I or E, in the order in which the manual names
#: extensions: S, U, H and N follow from other fields, the rest is reserved (norm:misa_extensions_enc_tbl).
LETTERS = "MAFDQCBVX"
#: The first letter of `isa`.
BASES = ("I", "E")
#: What a letter needs (norm:misa_extensions_dependencies).
_NEEDED_LETTER: Mapping[str, str] = {"D": "F", "Q": "D", "V": "D"}
#: The values of fields that take one of a few.
CHOICES: Mapping[str, tuple[int | str, ...]] = {
    "xlen": (32, 64),
    "ialign": (16, 32),
    "vectored_align": (4, 256),
    "counters": tuple(COUNTERS),
    "mtvec_modes": tuple(TVEC_MODES),
    "tval": ("all", "none"),
    "rnmi_vectors": ("fixed", "port"),
    "reset_state": ("all", "required"),
    "selection": ("multiplexed", "one_hot"),
}


def _word(xlen: int) -> tuple[int, int]:
    return 0, (1 << xlen) - 1


#: The lowest and the highest value of fields that are numbers, by XLEN.
RANGES: Mapping[str, Callable[[int], tuple[int, int]]] = {
    "windows": lambda _: (0, 8),
    "window_max_order": lambda _: (0, MAX_ORDER),
    "geilen": lambda xlen: (0, xlen - 1),
    "asid_bits": lambda xlen: (0, 9 if xlen == 32 else 16),
    "vmid_bits": lambda xlen: (0, 7 if xlen == 32 else 14),
    "mtvec_reset": _word,
    "cause_bits": lambda _: (4, 6),
    # With 63 nothing would be saved.
    "va_bits": lambda xlen: (0, 62 if xlen == 64 else 0),
    "local_interrupts": lambda xlen: (0, xlen - FIRST_LOCAL),
    "mvendorid": lambda _: _word(32),
    **dict.fromkeys(("marchid", "mimpid", "mhartid", "mconfigptr"), _word),
    **dict.fromkeys(("rnmi_interrupt_vector", "rnmi_exception_vector"), _word),
}


def range_in_words(low: int, high: int) -> str:
    """As messages and lists say it; a knob that one XLEN alone has is a single number for the other."""
    return f"{low} to {as_setting(high)}" if low < high else str(low)


#: A field that is not off (false, 0) needs the other to be on.
_NEEDS = (
    ("h", "s"),
    ("shudeleg", "h"),
    ("shudeleg", "n"),
    ("windows", "shudeleg"),
    ("geilen", "h"),
    ("asid_bits", "s"),
    ("vmid_bits", "h"),
    ("local_interrupts_first", "local_interrupts"),
    ("sstc", "s"),
    ("ssdbltrp", "s"),
    ("ssnpm", "s"),
    ("shtvala", "h"),
    ("sscofpmf", "s"),
    ("shlcofideleg", "h"),
    ("shlcofideleg", "sscofpmf"),
    ("rnmi_interrupt_vector", "smrnmi"),
    ("rnmi_exception_vector", "smrnmi"),
)
#: Extensions whose counter enables are in mcounteren: norm:mcounteren_tm_clr, the TM bits judge the timers;
#: norm:scountovf_smode_read_access_control, those of the event counters scountovf.
_NEEDED_COUNTERS = {"sstc": ("zicntr", "zihpm"), "sscofpmf": ("zihpm",)}
_PAGED = ("svinval", "svpbmt", "svadu")


def as_setting(value: object) -> str:
    """Return a value as `--set` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    if isinstance(value, int) and value > 256:
        return f"{value:#x}"
    return str(value)


def mode_lists(field: str, xlen: int) -> tuple[tuple[str, ...], ...]:
    """Return the lists of translation modes that a field may hold: beginnings of the known modes."""
    chain = tuple((SATP_MODES if field == "satp_modes" else HGATP_MODES)[xlen])
    # A hypervisor has two stages: hgatp that is always Bare is that of a hart without H.
    first = 1 if field == "satp_modes" else 2
    return tuple(chain[:count] for count in range(first, len(chain) + 1))


class _Checker:
    """The rules, each looking at the fields' values by their names."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def demand(self, holds: object, field: str, rule: str, others: Iterable[str] = ()) -> None:
        """Raise ConfigError where a rule does not hold."""
        if not holds:
            message = f"{field}={as_setting(self.values[field])}: {rule}"
            raise ConfigError(message, field, rule, {name: self.values[name] for name in others})

    def needs(self, field: str, needed: str, wanted: str) -> None:
        """Raise ConfigError because a field is on without another being as it is wanted."""
        self.demand(False, field, f"{field} needs {needed}={wanted}", [needed])

    def check_kinds(self, kinds: Mapping[str, type]) -> None:
        """Check that every value has its field's type."""
        for name, kind in kinds.items():
            words = WORDS.get(name, ())
            either = "".join(f" or {word!r}" for word in words)
            value = self.values[name]
            rule = f"must be of type {kind.__name__}{either}, not {type(value).__name__}"
            self.demand(type(value) is kind or value in words, name, rule)

    def check_values(self) -> None:
        """Check the fields that take one of a few values, or a number."""
        for name, choices in CHOICES.items():
            self.demand(self.values[name] in choices, name, f"must be one of {', '.join(map(str, choices))}")
        for name, limits in RANGES.items():
            low, high = limits(self.values["xlen"])
            value = self.values[name]
            is_inside = value in WORDS.get(name, ()) or low <= value <= high
            self.demand(is_inside, name, f"must be {range_in_words(low, high)}", ["xlen"])

    def check_needs(self) -> None:
        """Check that what a field needs is there."""
        values = self.values
        for name, needed in _NEEDS:
            if values[name] and not values[needed]:
                self.needs(name, needed, "true" if isinstance(values[needed], bool) else "1 or more")
        for name, counters in _NEEDED_COUNTERS.items():
            if values[name] and values["counters"] not in counters:
                self.needs(name, "counters", " or ".join(counters))
        for name, widths in EXTENSIONS.items():
            if values[name] and values["xlen"] not in widths:
                self.needs(name, "xlen", str(widths[0]))

    def check_causes(self) -> None:
        """Check that xcause has the codes of what the configuration brings: exceptions that medeleg names and double
        traps, 16 to 19, and the platform's own interrupts; and that H has an xtval (norm:H_mtval_nrz).
        """
        self.demand(self.values["tval"] == "all" or not self.values["h"], "tval", "must be all with h=true", ["h"])
        values, bits = self.values, self.values["cause_bits"]
        for name in ("s", "smdbltrp"):
            self.demand(bits >= 5 or not values[name], "cause_bits", f"must be 5 or 6 with {name}=true", [name])
        least = (FIRST_LOCAL - 1 + values["local_interrupts"]).bit_length()
        rule = f"must be {least} or more with local_interrupts={values['local_interrupts']}"
        self.demand(bits >= least, "cause_bits", rule, ["local_interrupts"])

    def check_modes(self) -> None:
        """Check the lists of translation modes."""
        for name, by in (("satp_modes", "s"), ("hgatp_modes", "h")):
            modes = self.values[name]
            allowed = mode_lists(name, self.values["xlen"]) if self.values[by] else (("bare",),)
            texts = " or ".join(",".join(choice) for choice in allowed)
            without, others = ("", ["xlen"]) if self.values[by] else (f" without {by}=true", ["xlen", by])
            self.demand(modes in allowed, name, f"must be {texts}{without}", others)
        has_paging = len(self.values["satp_modes"]) > 1
        for name in ("h", *_PAGED):
            if self.values[name] and not has_paging:
                self.needs(name, "satp_modes", ",".join(mode_lists("satp_modes", self.values["xlen"])[1]))

    def check_addresses(self) -> None:
        """Check that xepc, xtvec and xtval hold what they must: every virtual and guest-physical address, in xtval an
        instruction (norm:mtval_vaddr_and_0_sz, norm:mtval_instr_bits_sz), and the hart's own vectors.
        """
        values, bits = self.values, self.values["va_bits"]
        if not bits:
            return
        self.demand(bits >= _INSTRUCTION_BITS, "va_bits", f"must be 0, or {_INSTRUCTION_BITS} or more", ["xlen"])
        for name, widths in (("satp_modes", VA_BITS), ("hgatp_modes", GPA_BITS)):
            least = widths.get(values[name][-1], 0)
            rule = f"must be 0, or {least} or more with {name}={as_setting(values[name])}"
            self.demand(bits >= least, "va_bits", rule, [name])
        for name in ("mtvec_reset", "rnmi_interrupt_vector", "rnmi_exception_vector"):
            above = 0 if values[name] in WORDS.get(name, ()) else values[name] >> bits
            is_address = above in (0, (1 << values["xlen"] - bits) - 1)
            self.demand(is_address, name, f"bits from va_bits={bits} up must be all alike", ["va_bits"])

    def check_windows(self) -> None:
        """Check that there are windows whose ORDER is limited."""
        if self.values["window_max_order"] < MAX_ORDER and not self.values["windows"]:
            self.needs("window_max_order", "windows", "1 or more")

    def check_vectors(self) -> None:
        """Check mtvec after reset, a value that mtvec can hold, and the vectors of RNMIs."""
        values, base = self.values, self.values["mtvec_reset"]
        step, are_inputs = values["ialign"] // 8, values["rnmi_vectors"] == "port"
        if are_inputs and not values["smrnmi"]:
            self.needs("rnmi_vectors", "smrnmi", "true")
        for name in ("rnmi_interrupt_vector", "rnmi_exception_vector"):
            self.demand(values[name] % step == 0, name, f"must be a multiple of {step}", ["ialign"])
            fixed = "must be 0 where an input says it (rnmi_vectors=port)"
            self.demand(not (are_inputs and values[name]), name, fixed, ["rnmi_vectors"])
        if base in WORDS["mtvec_reset"]:
            return
        modes, align = TVEC_MODES[values["mtvec_modes"]], values["vectored_align"]
        fixed = f"with mtvec_modes={values['mtvec_modes']} bit 0 of mtvec_reset is {modes[0]}"
        self.demand(base & 1 in modes, "mtvec_reset", fixed, ["mtvec_modes"])
        self.demand(not base & 2, "mtvec_reset", "bit 1 of mtvec_reset must be 0")
        aligned = f"a vectored table must be at a multiple of vectored_align={align} bytes"
        self.demand(not (base & 1 and base & align - 4), "mtvec_reset", aligned, ["vectored_align"])

    def check_isa(self) -> None:
        """Check that the letters are those of a hart, and go with the other fields."""
        values, isa = self.values, self.values["isa"]
        base, letters = isa[:1], isa[1:]
        is_known = set(letters) <= set(LETTERS) and len(set(letters)) == len(letters)
        self.demand(base in BASES and is_known, "isa", f"must be I or E, then letters of {LETTERS}, each once")
        in_order = base + "".join(letter for letter in LETTERS if letter in letters)
        self.demand(isa == in_order, "isa", f"must be in the manual's order: {in_order}")
        for letter, needed in _NEEDED_LETTER.items():
            self.demand(letter not in letters or needed in letters, "isa", f"{letter} needs {needed}")
        self.demand(not (values["h"] and base == "E"), "isa", "h=true needs I, not E", ["h"])
        self.demand("C" not in letters or values["ialign"] == 16, "isa", "C needs ialign=16", ["ialign"])
        for name, letter in (("fs", "F"), ("vs", "V")):
            has_state, is_listed = values[name], letter in letters
            self.demand(not is_listed or has_state, "isa", f"{letter} needs {name}=true", [name])
            needed = f"{name}=true without s=true needs {letter} in isa"
            self.demand(not has_state or values["s"] or is_listed, name, needed, ["s", "isa"])


def check(values: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Check the values of all fields.

    Args:
        values: The values by the fields' names.
        kinds: The fields' types.

    Raises:
        ConfigError: For the first rule that the values break.
    """
    checker = _Checker(values)
    checker.check_kinds(kinds)
    checker.check_values()
    checker.check_needs()
    checker.check_causes()
    checker.check_modes()
    checker.check_vectors()
    checker.check_addresses()
    checker.check_windows()
    checker.check_isa()
