"""CSRs outside the unit by name: each at its address, none in the unit's place, and accesses to them are judged."""

import pytest

from utrap.config import Config, every_extension
from utrap.csr.configured import csr_rows
from utrap_show.outside import OUTSIDE


def test_none_of_them_is_in_the_unit_and_no_two_share_an_address():
    assert len(set(OUTSIDE.values())) == len(OUTSIDE)
    for xlen in (32, 64):
        rows = csr_rows(Config.profile("full", xlen, windows=8, **every_extension(xlen)))
        assert rows.keys() & OUTSIDE.keys() == set()
        assert {row.address for row in rows.values()} & set(OUTSIDE.values()) == set()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("fcsr", 0x003), ("vlenb", 0xC22), ("pmpcfg15", 0x3AF), ("pmpaddr0", 0x3B0), ("pmpaddr63", 0x3EF),
        ("mcycle", 0xB00), ("minstreth", 0xB82), ("mhpmcounter31h", 0xB9F), ("hpmcounter3h", 0xC83),
        ("mhpmevent3", 0x323), ("mhpmevent31h", 0x73F), ("siselect", 0x150), ("sireg3", 0x153), ("sireg4", 0x155),
        ("vsireg6", 0x257), ("mireg", 0x351), ("stopei", 0x15C), ("hcontext", 0x6A8), ("tdata3", 0x7A3),
    ],
)  # fmt: skip
def test_an_address_is_that_of_the_manual(name, address):
    assert OUTSIDE[name] == address


@pytest.mark.parametrize(("mode", "verdict"), [("M", "has this CSR outside the trap unit"), ("VS", "illegal")])
def test_an_access_by_name_is_judged(utrap, mode, verdict):
    said = utrap("explain", "--mode", mode, "--access", "pmpcfg0").stdout
    assert said.startswith(f"read pmpcfg0 (0x3a0) in {mode}")
    assert verdict in said


OFF = {"FS": ("fflags", "frm", "fcsr"), "VS": ("vstart", "vxsat", "vxrm", "vcsr", "vl", "vtype", "vlenb")}


@pytest.mark.parametrize(("field", "csr"), [(field, csr) for field, csrs in OFF.items() for csr in csrs])
def test_a_floating_point_or_vector_csr_follows_fs_or_vs_in_every_mode_and_both_in_a_guest(ask, field, csr):
    """norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_fs_op, norm:vsstatus_vs_op"""
    other = "VS" if field == "FS" else "FS"
    for mode in ("M", "HS", "U", "VS", "VU"):
        for host in (0, 3):
            for guest in (0, 1):
                set_to = f"--csr mstatus.{field}={host} --csr vsstatus.{field}={guest}"
                answer = ask(f"--mode {mode} --access {csr} {set_to} --csr mstatus.{other}=3 --csr vsstatus.{other}=3")
                is_on = host and (guest or not mode.startswith("V"))
                assert answer["verdict"] == ("allowed" if is_on else "illegal instruction"), (mode, host, guest)


@pytest.mark.parametrize("settings", ["--set fs=false", "--set smstateen=true --set zfinx=true"])
def test_fs_judges_nothing_where_there_is_none_or_floating_point_is_in_the_integer_registers(ask, settings):
    assert ask(f"{settings} --mode M --access fcsr")["verdict"] == "allowed"
    with_f = ask("--set smstateen=true --set zfinx=true --set isa=IMAFC --mode M --access fcsr")
    assert with_f["verdict"] == "illegal instruction"
