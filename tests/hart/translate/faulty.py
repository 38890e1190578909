"""The translation with a fault in it: a copy of its sources in which one piece of text is another."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import utrap_hart

from .translating import hart_config, module_text

__all__ = ["FAULTS", "Fault", "faulty_verilog"]

_SOURCES = Path(utrap_hart.__file__).parent
_MODULES = ("bus.py", "paging.py", "walk.py", "tlb.py", "translate.py")


@dataclass(frozen=True)
class Fault:
    """In a file, `old`, which is there once, becomes `new`."""

    file: str
    old: str
    new: str


FAULTS = {
    # paging.py
    "Sv39's sign is bit 37": Fault("paging.py", "address[_width(at) - 1 :]", "address[_width(at) :]"),
    "negative addresses are not canonical": Fault("paging.py", "(~high.any() | high.all())", "~high.any()"),
    "any address is canonical": Fault("paging.py", "(~high.any() | high.all())", "1"),
    "a guest's address has 39 bits": Fault("paging.py", "address[_width(at) + 2 :]", "address[_width(at) :]"),
    "a guest's address has 42 bits": Fault("paging.py", "address[_width(at) + 2 :]", "address[_width(at) + 3 :]"),
    "a superpage has 4 KiB": Fault("paging.py", "(ppn & ~mask) | (page_number(address) & mask)", "ppn"),
    "U is not asked": Fault("paging.py", "Mux(stage.is_user, rights.u, ", "Mux(stage.is_user, 1, "),
    "supervisors may use users' pages": Fault("paging.py", "~rights.u | (stage.sum & ~is_fetch)", "1"),
    "SUM is ignored": Fault("paging.py", "~rights.u | (stage.sum & ~is_fetch)", "~rights.u"),
    "SUM permits fetches": Fault("paging.py", "(stage.sum & ~is_fetch)", "stage.sum"),
    "HLVX needs R": Fault("paging.py", "Mux(is_hlvx, rights.x, ", "Mux(is_hlvx, rights.r, "),
    "HLVX may read": Fault("paging.py", "Mux(is_hlvx, rights.x, ", "Mux(is_hlvx, rights.x | rights.r, "),
    "MXR is ignored": Fault("paging.py", "rights.r | (rights.x & stage.mxr)", "rights.r"),
    "MXR is always on": Fault("paging.py", "rights.r | (rights.x & stage.mxr)", "rights.r | rights.x"),
    "fetches need R": Fault("paging.py", "Mux(is_fetch, rights.x, ", "Mux(is_fetch, rights.r, "),
    "stores need R": Fault("paging.py", "rights.w & rights.d", "rights.r & rights.d"),
    "D is ignored": Fault("paging.py", "rights.w & rights.d", "rights.w"),
    # walk.py
    "tables are read as the access": Fault("walk.py", "access.eq(Access.LOAD), is_hlvx.eq(0), ", ""),
    "tables are read with MXR": Fault("walk.py", ", stage.mxr.eq(0)", ""),
    "tables are read with HLVX": Fault("walk.py", " is_hlvx.eq(0),", ""),
    "the G-stage's root is one page": Fault("walk.py", "[:2], 0)", "[:1], 0)"),
    "every root is four pages": Fault(
        "walk.py", "Mux(in_second & (level == second.top), ", "Mux((level == stage.top), "
    ),
    "every table of the G-stage is four pages": Fault("walk.py", "in_second & (level == second.top)", "in_second"),
    "reserved bits are ignored": Fault("walk.py", "pte.reserved.any() | ", ""),
    "N is ignored": Fault("walk.py", "pte.reserved.any()", "pte.reserved[:9].any()"),
    "PBMT is ignored": Fault("walk.py", "pte.reserved.any()", "(pte.reserved & 0b1001111111).any()"),
    "W without R is fine": Fault("walk.py", " | (pte.w & ~pte.r)", ""),
    "a pointer may have D": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.a | pte.u)"),
    "a pointer may have A": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.d | pte.u)"),
    "a pointer may have U": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.d | pte.a)"),
    "what is executable alone is a pointer": Fault("walk.py", "is_pointer = ~pte.r & ~pte.x", "is_pointer = ~pte.r"),
    "a superpage need not be aligned": Fault("walk.py", "~is_misaligned & is_permitted", "is_permitted"),
    "A is ignored": Fault("walk.py", "pte.a & permits(", "permits("),
    "V is ignored": Fault("walk.py", "is_good = pte.v & ", "is_good = "),
    "a pointer at the last level goes on": Fault("walk.py", "Mux(is_pointer, level > 0, ", "Mux(is_pointer, 1, "),
    "a page is as large as its larger leaf": Fault(
        "walk.py", "(first_level < second_level)", "(first_level > second_level)"
    ),
    "a page is as large as the second leaf": Fault(
        "walk.py", "~second.is_on | (first.is_on & (first_level < second_level))", "~second.is_on"
    ),
    "a page is as large as the first leaf": Fault(
        "walk.py", "~second.is_on | (first.is_on & (first_level < second_level))", "first.is_on"
    ),
    "the range of a guest's address is not asked": Fault(
        "walk.py", "~is_guest_physical(self.gpa, second.top, self._second_tops)", "0"
    ),
    "an entry that cannot be read is a page fault": Fault("walk.py", "fail(Failure.ACCESS)", "fail(Failure.PAGE)"),
    "a bus error is ignored": Fault("walk.py", "m.If(self.bus.error)", "m.If(0)"),
    "guest-page faults are page faults": Fault("walk.py", "m.Elif(~is_good & in_second)", "m.Elif(0)"),
    "the access itself is implicit": Fault("walk.py", "found), is_implicit=False)", "found), is_implicit=True)"),
    "the last fault stays": Fault("walk.py", "self.fault.eq(0), ", ""),
    # tlb.py
    "the TLB asks no first stage": Fault("tlb.py", "may[0] & may[1]", "may[1]"),
    "the TLB asks no second stage": Fault("tlb.py", "may[0] & may[1]", "may[0]"),
    "a guest's address is the host's": Fault("tlb.py", " & (entry.is_guest == self.is_guest)", ""),
    "invalid entries match": Fault("tlb.py", "entry.valid & (", "("),
    "entries are of 4 KiB, with the offset of their superpage": Fault(
        "tlb.py", "offset_mask(found.level, self._highest)", "offset_mask(Const(0, 3), self._highest)"
    ),
    "entries are large": Fault(
        "tlb.py", "offset_mask(entry.page.level, self._highest)", "offset_mask(Const(2, 3), self._highest)"
    ),
    "the first entry is always replaced": Fault("tlb.py", "turn.eq(turn + ~is_match)", "turn.eq(0)"),
    "an entry that matched stays beside the new one": Fault("tlb.py", ", place.eq(i)]", "]"),
    "a fence does nothing": Fault("tlb.py", "with m.If(self.flush):", "with m.If(0):"),
    "a fence forgets one entry": Fault("tlb.py", "[entry.valid.eq(0) for entry in entries]", "entries[0].valid.eq(0)"),
    "nothing is remembered": Fault("tlb.py", "m.Elif(self.fill)", "m.Elif(0)"),
    # translate.py
    "M-mode is translated": Fault("translate.py", "(core.mode != Mode.M) & ", ""),
    "guests use satp": Fault("translate.py", "Mux(is_guest, self.vsatp, self.satp)", "self.satp"),
    "everybody is a user": Fault("translate.py", "first.is_user.eq(~core.mode[0])", "first.is_user.eq(1)"),
    "guests use mstatus.SUM": Fault("translate.py", "Mux(is_guest, self.vs_sum, self.sum)", "self.sum"),
    "vsstatus.MXR reaches the host": Fault("translate.py", "(is_guest & self.vs_mxr)", "self.vs_mxr"),
    "vsstatus.MXR is ignored": Fault("translate.py", "self.mxr | (is_guest & self.vs_mxr)", "self.mxr"),
    "vsstatus.MXR reaches the G-stage": Fault(
        "translate.py", "second.mxr.eq(self.mxr)", "second.mxr.eq(self.mxr | self.vs_mxr)"
    ),
    "mstatus.MXR does not reach the G-stage": Fault("translate.py", "second.mxr.eq(self.mxr)", "second.mxr.eq(0)"),
    "mstatus.MXR does not reach guests": Fault(
        "translate.py", "self.mxr | (is_guest & self.vs_mxr)", "Mux(is_guest, self.vs_mxr, self.mxr)"
    ),
    "hosts have a G-stage": Fault("translate.py", "second.is_on.eq(is_guest & ", "second.is_on.eq("),
    "the G-stage takes supervisors": Fault("translate.py", "second.is_user.eq(1)", "second.is_user.eq(~core.mode[0])"),
    "any access may be HLVX": Fault("translate.py", "core.is_hlvx & (core.access == Access.LOAD)", "core.is_hlvx"),
    "a new satp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.vsatp, self.hgatp)"
    ),
    "a new vsatp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.satp, self.hgatp)"
    ),
    "a new hgatp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.satp, self.vsatp)"
    ),
    "fences do not reach the TLB": Fault("translate.py", "tlb.flush.eq(self.flush | ", "tlb.flush.eq("),
    "faults are remembered": Fault("translate.py", "walk.done & ~walk.fault", "walk.done"),
    "wide physical addresses wrap": Fault("translate.py", "core.address[PHYSICAL_BITS:].any()", "0"),
    "wide guest addresses are cut": Fault("translate.py", "Mux(is_wide, Const(0), ", "Mux(0, Const(0), "),
    "a fetch's fault is a load's": Fault(
        "translate.py",
        "Access.FETCH: ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT",
        "Access.FETCH: ExceptionCause.LOAD_GUEST_PAGE_FAULT",
    ),
}


def faulty_verilog(fault: Fault, folder: Path) -> str:
    """The module `translate` with a fault."""
    name = f"faulty_{folder.name}"
    package = folder / name
    package.mkdir()
    (package / "__init__.py").touch()
    for file in _MODULES:
        text = (_SOURCES / file).read_text()
        if file == fault.file:
            assert text.count(fault.old) == 1, fault
            text = text.replace(fault.old, fault.new)
            if "Const(" in fault.new and "import Const" not in text:
                text = text.replace("import Cat, ", "import Cat, Const, ")
        (package / file).write_text(text)
    sys.path.insert(0, str(folder))
    try:
        translate = importlib.import_module(f"{name}.translate")
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == name]:
            del sys.modules[module]
    return module_text(translate.Translate(hart_config()))
