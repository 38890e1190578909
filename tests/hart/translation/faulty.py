"""The translation with a fault in it: a copy of its sources in which one piece of text is another."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import utrap_hart

from .translating import hart_config, module_text

__all__ = ["FAULTS", "Fault", "faulty_verilog"]

_SOURCES = Path(utrap_hart.__file__).parent / "translation"
_MODULES = ("paging.py", "walk.py", "tlb.py", "translate.py")


@dataclass(frozen=True)
class Fault:
    """In a file, `old`, which is there once, becomes `new`; `check` is the name of the test that finds it."""

    file: str
    old: str
    new: str
    check: str


FAULTS = {
    # paging.py
    "Sv39 has 40 bits": Fault("paging.py", "address[_width(at) - 1 :]", "address[_width(at) :]", "signs"),
    "negative addresses are not canonical": Fault("paging.py", "(~high.any() | high.all())", "~high.any()", "halves"),
    "any address is canonical": Fault("paging.py", "(~high.any() | high.all())", "1", "signs"),
    "a guest's address has 39 bits": Fault(
        "paging.py", "address[_width(at) + 2 :]", "address[_width(at) :]", "quarters"
    ),
    "a guest's address has 42 bits": Fault(
        "paging.py", "address[_width(at) + 2 :]", "address[_width(at) + 3 :]", "wide"
    ),
    "a superpage has 4 KiB": Fault("paging.py", "(ppn & ~mask) | (page_number(address) & mask)", "ppn", "sizes"),
    "U is not asked": Fault("paging.py", "Mux(stage.is_user, rights.u, ", "Mux(stage.is_user, 1, ", "users"),
    "supervisors may use users' pages": Fault("paging.py", "~rights.u | (stage.sum & ~is_fetch)", "1", "sum"),
    "SUM is ignored": Fault("paging.py", "~rights.u | (stage.sum & ~is_fetch)", "~rights.u", "sum"),
    "SUM permits fetches": Fault("paging.py", "(stage.sum & ~is_fetch)", "stage.sum", "sum"),
    "HLVX needs R": Fault("paging.py", "Mux(is_hlvx, rights.x, ", "Mux(is_hlvx, rights.r, ", "hlvx"),
    "HLVX may read": Fault("paging.py", "Mux(is_hlvx, rights.x, ", "Mux(is_hlvx, rights.x | rights.r, ", "hlvx"),
    "MXR is ignored": Fault("paging.py", "rights.r | (rights.x & stage.mxr)", "rights.r", "mxr"),
    "MXR is always on": Fault("paging.py", "rights.r | (rights.x & stage.mxr)", "rights.r | rights.x", "mxr"),
    "fetches need R": Fault("paging.py", "Mux(is_fetch, rights.x, ", "Mux(is_fetch, rights.r, ", "rights"),
    "stores need R": Fault("paging.py", "rights.w & rights.d", "rights.r & rights.d", "rights"),
    "D is ignored": Fault("paging.py", "rights.w & rights.d", "rights.w", "dirty"),
    # walk.py
    "tables are read as the access": Fault("walk.py", "access.eq(Access.LOAD), is_hlvx.eq(0), ", "", "table_rights"),
    "tables are read with MXR": Fault("walk.py", ", stage.mxr.eq(0)", "", "table_mxr"),
    "tables are read with HLVX": Fault("walk.py", " is_hlvx.eq(0),", "", "table_hlvx"),
    "the G-stage's root is one page": Fault("walk.py", "[:2], 0)", "[:1], 0)", "quarters"),
    "every root is four pages": Fault(
        "walk.py", "Mux(in_second & (level == second.top), ", "Mux((level == stage.top), ", "halves"
    ),
    "every table of the G-stage is four pages": Fault(
        "walk.py", "in_second & (level == second.top)", "in_second", "whole"
    ),
    "reserved bits are ignored": Fault("walk.py", "pte.reserved.any() | ", "", "reserved"),
    "N is ignored": Fault("walk.py", "pte.reserved.any()", "pte.reserved[:9].any()", "reserved"),
    "PBMT is ignored": Fault("walk.py", "pte.reserved.any()", "(pte.reserved & 0b1001111111).any()", "reserved"),
    "W without R is fine": Fault("walk.py", " | (pte.w & ~pte.r)", "", "w_without_r"),
    "a pointer may have D": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.a | pte.u)", "pointers"),
    "a pointer may have A": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.d | pte.u)", "pointers"),
    "a pointer may have U": Fault("walk.py", "(pte.d | pte.a | pte.u)", "(pte.d | pte.a)", "pointers"),
    "what is executable alone is a pointer": Fault(
        "walk.py", "is_pointer = ~pte.r & ~pte.x", "is_pointer = ~pte.r", "rights"
    ),
    "a superpage need not be aligned": Fault("walk.py", "~is_misaligned & is_permitted", "is_permitted", "aligned"),
    "A is ignored": Fault("walk.py", "pte.a & permits(", "permits(", "accessed"),
    "V is ignored": Fault("walk.py", "is_good = pte.v & ", "is_good = ", "valid"),
    "a pointer at the last level goes on": Fault(
        "walk.py", "Mux(is_pointer, level > 0, ", "Mux(is_pointer, 1, ", "last_level"
    ),
    "a page is as large as its larger leaf": Fault(
        "walk.py", "(first_level < second_level)", "(first_level > second_level)", "sizes"
    ),
    "a page is as large as the second leaf": Fault(
        "walk.py", "~second.is_on | (first.is_on & (first_level < second_level))", "~second.is_on", "sizes"
    ),
    "a page is as large as the first leaf": Fault(
        "walk.py", "~second.is_on | (first.is_on & (first_level < second_level))", "first.is_on", "sizes"
    ),
    "the range of a guest's address is not asked": Fault(
        "walk.py", "~is_guest_physical(self.gpa, second.top, self._second_tops)", "0", "wide"
    ),
    "an entry that cannot be read is a page fault": Fault(
        "walk.py", "fail(Failure.ACCESS)", "fail(Failure.PAGE)", "nowhere"
    ),
    "a bus error is ignored": Fault("walk.py", "m.If(self.bus.error)", "m.If(0)", "nowhere"),
    "guest-page faults are page faults": Fault("walk.py", "m.Elif(~is_good & in_second)", "m.Elif(0)", "guest"),
    "the access itself is implicit": Fault(
        "walk.py", "found), is_implicit=False)", "found), is_implicit=True)", "guest"
    ),
    "the last fault stays": Fault("walk.py", "self.fault.eq(0), ", "", "forgiven"),
    # tlb.py
    "the TLB asks no first stage": Fault("tlb.py", "may[0] & may[1]", "may[1]", "warm_user"),
    "the TLB asks no second stage": Fault("tlb.py", "may[0] & may[1]", "may[0]", "warm_rights"),
    "a guest's address is the host's": Fault("tlb.py", " & (entry.is_guest == self.is_guest)", "", "two_spaces"),
    "invalid entries match": Fault("tlb.py", "entry.valid & (", "(", "fence"),
    "entries are of 4 KiB, with the offset of their superpage": Fault(
        "tlb.py", "offset_mask(found.level, self._highest)", "offset_mask(Const(0, 3), self._highest)", "sizes"
    ),
    "entries are large": Fault(
        "tlb.py",
        "offset_mask(entry.page.level, self._highest)",
        "offset_mask(Const(2, 3), self._highest)",
        "capacity",
    ),
    "the first entry is always replaced": Fault("tlb.py", "turn.eq(turn + ~is_match)", "turn.eq(0)", "capacity"),
    "an entry that matched stays beside the new one": Fault("tlb.py", ", place.eq(i)]", "]", "grown"),
    "a fence does nothing": Fault("tlb.py", "with m.If(self.flush):", "with m.If(0):", "fence"),
    "a fence forgets one entry": Fault(
        "tlb.py", "[entry.valid.eq(0) for entry in entries]", "entries[0].valid.eq(0)", "fence_all"
    ),
    "nothing is remembered": Fault("tlb.py", "m.Elif(self.fill)", "m.Elif(0)", "second_access"),
    # translate.py
    "M-mode is translated": Fault("translate.py", "(core.mode != Mode.M) & ", "", "m_mode"),
    "guests use satp": Fault("translate.py", "Mux(is_guest, self.vsatp, self.satp)", "self.satp", "two_spaces"),
    "everybody is a user": Fault("translate.py", "first.is_user.eq(~core.mode[0])", "first.is_user.eq(1)", "sum"),
    "guests use mstatus.SUM": Fault("translate.py", "Mux(is_guest, self.vs_sum, self.sum)", "self.sum", "guest_sum"),
    "vsstatus.MXR reaches the host": Fault("translate.py", "(is_guest & self.vs_mxr)", "self.vs_mxr", "mxr"),
    "vsstatus.MXR is ignored": Fault("translate.py", "self.mxr | (is_guest & self.vs_mxr)", "self.mxr", "guest_mxr"),
    "vsstatus.MXR reaches the G-stage": Fault(
        "translate.py", "second.mxr.eq(self.mxr)", "second.mxr.eq(self.mxr | self.vs_mxr)", "g_mxr"
    ),
    "mstatus.MXR does not reach the G-stage": Fault(
        "translate.py", "second.mxr.eq(self.mxr)", "second.mxr.eq(0)", "g_mxr"
    ),
    "mstatus.MXR does not reach guests": Fault(
        "translate.py", "self.mxr | (is_guest & self.vs_mxr)", "Mux(is_guest, self.vs_mxr, self.mxr)", "guest_mxr"
    ),
    "hosts have a G-stage": Fault("translate.py", "second.is_on.eq(is_guest & ", "second.is_on.eq(", "host"),
    "the G-stage takes supervisors": Fault(
        "translate.py", "second.is_user.eq(1)", "second.is_user.eq(~core.mode[0])", "g_users"
    ),
    "a new satp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.vsatp, self.hgatp)", "new_satp"
    ),
    "a new vsatp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.satp, self.hgatp)", "new_vsatp"
    ),
    "a new hgatp forgets nothing": Fault(
        "translate.py", "Cat(self.satp, self.vsatp, self.hgatp)", "Cat(self.satp, self.vsatp)", "new_hgatp"
    ),
    "fences do not reach the TLB": Fault("translate.py", "tlb.flush.eq(self.flush | ", "tlb.flush.eq(", "fence"),
    "faults are remembered": Fault("translate.py", "walk.done & ~walk.fault", "walk.done", "forgiven"),
    "wide physical addresses wrap": Fault("translate.py", "core.address[PHYSICAL_BITS:].any()", "0", "bare"),
    "wide guest addresses are cut": Fault("translate.py", "Mux(is_wide, Const(0), ", "Mux(0, Const(0), ", "wide"),
    "a fetch's fault is a load's": Fault(
        "translate.py",
        "Access.FETCH: ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT",
        "Access.FETCH: ExceptionCause.LOAD_GUEST_PAGE_FAULT",
        "guest",
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
