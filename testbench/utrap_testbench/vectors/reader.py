"""Reading a file of records, strictly: whatever is not as the format says raises a `ReplayError`."""

from __future__ import annotations

import dataclasses
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from utrap_testbench.golden import (
    Config,
    ConfigError,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Query,
    Resume,
    Retire,
    Return,
    TakeException,
    TakeInterrupt,
    TrapReturn,
)
from utrap_testbench.golden.register_table import REGISTER_NAMES

from . import beyond
from .narrow import narrow
from .record import DEBUG_KINDS, FORMATS, MODE_NUMBERS, OUTSIDE_REGISTERS, SPIKE, Header, Record, ReplayError, kinds_of

_PRE_NAMES = frozenset(REGISTER_NAMES)
_POST_NAMES = _PRE_NAMES | frozenset(OUTSIDE_REGISTERS)
_OPS = {"csrrw": CsrOp.WRITE, "csrrs": CsrOp.SET, "csrrc": CsrOp.CLEAR}
_RETURNS = {insn.value: insn for insn in Return}
_INSNS = {insn.value: insn for insn in Insn}
#: Registers of format 2 that are outside the trap unit, and that nothing in it looks at.
_IGNORED = frozenset(("miselect", "siselect", "vsiselect", "srmcfg", "jvt", "fcsr", "mseccfgh", "ssp"))
_LINES = 1 << 11 | 1 << 9 | 1 << 8 | 1 << 7 | 1 << 3


def read_records(path: str | Path) -> tuple[Header, Iterator[tuple[int, Record]]]:
    """The header of the file at `path`, and its records with their line numbers."""
    lines = _lines(Path(path))
    number, first = next(lines, (1, ""))
    header = _header(str(path), number, first)
    return header, _records(str(path), header, lines)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a plain or gzip file; the content decides, not the name."""
    number = 0
    try:
        with path.open("rb") as probe:
            is_gzip = probe.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rt", encoding="utf-8") if is_gzip else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield number, line
    except UnicodeDecodeError:
        raise ReplayError(str(path), number + 1, "not text in UTF-8") from None
    except EOFError:
        raise ReplayError(str(path), number + 1, "the compressed file ends too early") from None
    except OSError as error:
        raise ReplayError(str(path), number + 1, f"cannot be read: {error.strerror or error}") from None
    except zlib.error as error:
        raise ReplayError(str(path), number + 1, f"cannot be unpacked: {error}") from None


def _object(file: str, number: int, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise ReplayError(file, number, f"not JSON: {reason}") from None
    if not isinstance(value, dict):
        raise ReplayError(file, number, "not a JSON object")
    return value


def _header(file: str, number: int, text: str) -> Header:
    if not text.strip():
        raise ReplayError(file, number, "the first line must state the configuration")
    line = _object(file, number, text)
    if line.get("kind") != "config":
        raise ReplayError(file, number, "the first line must have kind config")
    if line.get("format") not in FORMATS:
        allowed = " and ".join(map(str, FORMATS))
        raise ReplayError(file, number, f"format is {line.get('format')!r}: allowed are {allowed}")
    if "xlen" not in line:
        raise ReplayError(file, number, "the key xlen is missing")
    without = _beyond(line)
    try:
        config = Config.from_json(line)
    except ConfigError as error:
        raise ReplayError(file, number, str(error)) from None
    external = line.get("external", [])
    if not isinstance(external, list):
        raise ReplayError(file, number, "external is not a list of CSR addresses")
    parse = _Line(file, number, config, frozenset())
    addresses = frozenset(parse.hex("external", item, 12) for item in external)
    header = Header(config=config, source=str(line.get("source", "")), external=addresses, beyond=without)
    if line["format"] == 2 and header.is_spike:
        outside = _recorded(config) | beyond.addresses(without, config)
        return dataclasses.replace(header, external=addresses | outside)
    return header


def _beyond(line: dict[str, Any]) -> frozenset[str]:
    """Take the extensions that have no part in the unit from the header of a recorded hart."""
    names = line.get("extensions")
    if not isinstance(names, list) or not str(line.get("source", "")).startswith(SPIKE):
        return frozenset()
    found = frozenset(name for name in names if isinstance(name, str)) & beyond.EXTENSIONS
    line["extensions"] = [name for name in names if name not in found]
    return found


def _recorded(config: Config) -> frozenset[int]:
    """CSRs outside the trap unit that Spike records as registers in format 2, and so does not list as external."""
    found = {0xC01} if config.xlen == 64 else {0xC01, 0xC81}
    if config.sscofpmf:
        found |= {*range(0x323, 0x340), *(range(0x723, 0x740) if config.xlen == 32 else ())}
    if config.zfinx:
        found |= {1, 2, 3}
    if config.zcmt:
        found |= {0x17}
    if config.ssqosid:
        found |= {0x181}
    if config.smcsrind:
        found |= {*range(0x350, 0x358)} - {0x354}
    if config.sscsrind:
        found |= {*range(0x150, 0x158), *range(0x250, 0x258)} - {0x154, 0x254}
    return frozenset(found)


def _records(file: str, header: Header, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Record]]:
    for number, text in lines:
        line = _object(file, number, text)
        if line.get("kind") == "reset":
            continue  # format 2: what the recording simulator resets to, which is its own choice
        parse = _Line(file, number, header.config, header.external)
        if header.beyond:
            for part in ("pre", "event", "post", "result"):
                parse.part(line, part)
            held, names = beyond.take_out(line, header.config)
            record = dataclasses.replace(parse.record(line), beyond=held, narrowed=names)
        else:
            record = parse.record(line)
        if header.is_spike:
            narrow(header.config, record)
        yield number, record


class _Line:
    """Parses one line; knows where it stands, for messages."""

    def __init__(self, file: str, number: int, config: Config, external: frozenset[int]) -> None:
        self.file, self.number, self.config, self.external = file, number, config, external

    def fail(self, reason: str) -> NoReturn:
        raise ReplayError(self.file, self.number, reason)

    # Values.

    def hex(self, name: str, text: object, width: int) -> int:
        if not isinstance(text, str) or text[:2] != "0x":
            self.fail(f"{name} is {text!r}: allowed is a hexadecimal string")
        try:
            value = int(text[2:], 16)
        except ValueError:
            self.fail(f"{name} is {text!r}: allowed is a hexadecimal string")
        if value >> width or text[2:3] in "+-_":
            self.fail(f"{name} is {text}: wider than {width} bits")
        return value

    def number_in(self, name: str, value: object, allowed: tuple[int, ...]) -> int:
        if type(value) is not int or value not in allowed:
            self.fail(f"{name} is {value!r}: allowed are {', '.join(map(str, allowed))}")
        return value

    def key(self, where: str, values: dict[str, Any], name: str) -> Any:
        if name not in values:
            self.fail(f"the key {where}.{name} is missing")
        return values[name]

    def part(self, line: dict[str, Any], name: str) -> dict[str, Any]:
        if name not in line:
            self.fail(f"the key {name} is missing")
        if not isinstance(line[name], dict):
            self.fail(f"{name} is not an object")
        part: dict[str, Any] = line[name]
        return part

    def registers(self, where: str, values: dict[str, Any], names: frozenset[str]) -> tuple[int, dict[str, int]]:
        out: dict[str, int] = {}
        xlen = self.config.xlen
        pc = self.hex(f"{where}.pc", self.key(where, values, "pc"), xlen)
        for name in ("prv", "v"):
            self.key(where, values, name)
        for name, value in values.items():
            if (
                name.startswith("mhpmevent")
                and self.config.sscofpmf
                and name.removeprefix("mhpmevent").strip("h").isdecimal()
            ):
                self.overflow(where, name, value, out)
            elif name == "prv":
                out[name] = self.number_in(f"{where}.prv", value, (0, 1, 3))
            elif name == "v":
                out[name] = self.number_in(f"{where}.v", value, (0, 1))
            elif name in _IGNORED or (name in ("time", "timeh") and not self.config.sstc):
                self.hex(f"{where}.{name}", value, xlen)  # recorded on every hart, and nothing looks at it
            elif name in names:
                out[name] = self.hex(f"{where}.{name}", value, xlen)
            elif name != "pc":
                self.fail(f"{where}.{name}: unknown CSR name")
        return pc, out

    def overflow(self, where: str, name: str, value: object, out: dict[str, int]) -> None:
        """OF of a counter's event register, which format 2 records and which is an input here."""
        number, is_high = int(name.removeprefix("mhpmevent").removesuffix("h")), name.endswith("h")
        of = self.hex(f"{where}.{name}", value, self.config.xlen) >> self.config.xlen - 1
        if where == "pre" and of and (is_high or self.config.xlen == 64):
            out["counter_overflow"] = out.get("counter_overflow", 0) | 1 << number

    # The record.

    def record(self, line: dict[str, Any]) -> Record:
        kind = line.get("kind")
        allowed = kinds_of(self.config)
        if kind not in allowed:
            why = "the hart has no Debug Mode (sdext)" if kind in DEBUG_KINDS else f"allowed are {', '.join(allowed)}"
            self.fail(f"kind is {kind!r}: {why}")
        pc, pre = self.registers("pre", self.part(line, "pre"), _PRE_NAMES)
        details = self.part(line, "event")
        post_pc, post = self.registers("post", self.part(line, "post"), _POST_NAMES)
        event = _EVENT[kind](self, details, pc)
        result = self.result(kind, self.part(line, "result"))
        opt = line.get("opt", [])
        if not isinstance(opt, list) or not all(isinstance(tag, str) for tag in opt):
            self.fail("opt is not a list of strings")
        return Record(
            kind=kind, pc=pc, pre=pre, event=event, details=details,
            post_pc=post_pc, post=post, result=result, opt=tuple(opt),
        )  # fmt: skip

    def flag(self, details: dict[str, Any], name: str) -> int:
        return self.number_in(f"event.{name}", details.get(name, 0), (0, 1))

    def exception(self, details: dict[str, Any], pc: int) -> Event:
        cause = self.key("event", details, "cause")
        if type(cause) is not int or not 0 <= cause <= 63:
            self.fail(f"event.cause is {cause!r}: allowed are 0 to 63")
        xlen = self.config.xlen
        return TakeException(
            cause=cause,
            pc=pc,
            tval=self.hex("event.tval", self.key("event", details, "tval"), xlen),
            gva=self.number_in("event.gva", self.key("event", details, "gva"), (0, 1)),
            tval2=self.hex("event.tval2", self.key("event", details, "tval2"), xlen),
            tinst=self.hex("event.tinst", self.key("event", details, "tinst"), xlen),
        )

    def interrupt(self, details: dict[str, Any], pc: int) -> Event:
        lines = self.hex("event.lines", self.key("event", details, "lines"), 16)
        if lines & _LINES != lines:
            self.fail(f"event.lines is {lines:#x}: allowed are bits 11, 9, 8, 7, 3")
        hgeip = None
        if "hgeip" in details:
            hgeip = self.hex("event.hgeip", details["hgeip"], self.config.xlen)
        time = None
        if "time" in details:
            time = self.hex("event.time", details["time"], 64)
        return TakeInterrupt(pc=pc, lines=lines, hgeip=hgeip, time=time, lcofi=self.flag(details, "lcofi"))

    def xret(self, details: dict[str, Any], pc: int) -> Event:
        name = self.key("event", details, "insn")
        if name not in _RETURNS:
            self.fail(f"event.insn is {name!r}: allowed are {', '.join(_RETURNS)}")
        self.bits(details)
        return TrapReturn(insn=_RETURNS[name])

    def legality(self, details: dict[str, Any], pc: int) -> Event:
        name = self.key("event", details, "insn")
        if name not in _INSNS:
            self.fail(f"event.insn is {name!r}: no such instruction")
        self.bits(details)
        if name in _RETURNS:
            return TrapReturn(insn=_RETURNS[name])
        return Query(insn=_INSNS[name])

    def bits(self, details: dict[str, Any]) -> int:
        return self.hex("event.bits", self.key("event", details, "bits"), 32)

    def csr(self, details: dict[str, Any], pc: int) -> Event:
        op = self.key("event", details, "op")
        if not isinstance(op, str) or op.removesuffix("i") not in _OPS:
            self.fail(f"event.op is {op!r}: allowed are csrrw, csrrs, csrrc, each with or without i")
        address = self.hex("event.csr", self.key("event", details, "csr"), 12)
        owned = self.config.rules.csrs.get(address)
        name = details.get("name")
        if owned is not None and name is not None and name != owned.name and not owned.is_placeholder:
            self.fail(f"event.name is {name!r}: the CSR at {address:#x} is {owned.name}")
        self.bits(details)
        self.number_in("event.ren", self.key("event", details, "ren"), (0, 1))
        self.number_in("event.tracked", details.get("tracked", 1), (0, 1))
        wen = self.number_in("event.wen", self.key("event", details, "wen"), (0, 1))
        wdata = self.hex("event.wdata", details.get("wdata", "0x0"), self.config.xlen)
        exists = self.flag(details, "ext_exists") if "ext_exists" in details else int(address in self.external)
        return CsrAccess(
            address=address,
            op=_OPS[op.removesuffix("i")] if wen else CsrOp.READ,
            wdata=wdata,
            debug=self.flag(details, "debug") == 1,
            ext_exists=exists,
            ext_rdata=self.hex("event.ext_rdata", details.get("ext_rdata", "0x0"), self.config.xlen),
            fs_dirty=self.flag(details, "fs_dirty"),
            vs_dirty=self.flag(details, "vs_dirty"),
        )

    def retire(self, details: dict[str, Any], pc: int) -> Event:
        return Retire(fs_dirty=self.flag(details, "fs_dirty"), vs_dirty=self.flag(details, "vs_dirty"))

    def halt(self, details: dict[str, Any], pc: int) -> Event:
        cause = self.number_in("event.cause", self.key("event", details, "cause"), tuple(range(8)))
        return Halt(pc=pc, cause=cause, nmip=self.flag(details, "nmip"))

    def resume(self, details: dict[str, Any], pc: int) -> Event:
        self.bits(details)
        return Resume()

    def result(self, kind: str, values: dict[str, Any]) -> dict[str, int | None]:
        out: dict[str, int | None] = {}
        for name in _NEEDED_RESULTS[kind]:
            self.key("result", values, name)
        for name, value in values.items():
            if name in ("tval", "mip", "rdata", "written", "readback"):
                out[name] = self.hex(f"result.{name}", value, self.config.xlen)
            elif name in ("taken", "wake", "double", "halted"):
                out[name] = self.number_in(f"result.{name}", value, (0, 1))
            elif name == "irq":
                if type(value) is not int or not 0 <= value <= 63:
                    self.fail(f"result.irq is {value!r}: allowed are 0 to 63")
                out[name] = value
            elif name == "to":
                if value not in MODE_NUMBERS:
                    self.fail(f"result.to is {value!r}: allowed are {', '.join(MODE_NUMBERS)}")
                out[name] = MODE_NUMBERS[value]
            elif name == "fault":
                if value is not None and (type(value) is not int or not 0 <= value <= 63):
                    self.fail(f"result.fault is {value!r}: allowed are null and 0 to 63")
                out[name] = value
            else:
                self.fail(f"result.{name}: unknown key")
        return out


_NEEDED_RESULTS = {
    "exception": ("to",),
    "interrupt": ("taken", "wake", "mip"),
    "xret": ("fault",),
    "legality": ("fault",),
    "csr": ("fault",),
    "retire": (),
    "halt": ("halted",),
    "resume": ("fault",),
}

_EVENT: dict[str, Callable[[_Line, dict[str, Any], int], Event]] = {
    "exception": _Line.exception,
    "interrupt": _Line.interrupt,
    "xret": _Line.xret,
    "legality": _Line.legality,
    "csr": _Line.csr,
    "retire": _Line.retire,
    "halt": _Line.halt,
    "resume": _Line.resume,
}
