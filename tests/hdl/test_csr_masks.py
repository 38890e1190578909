"""Which bits of each CSR can change, and to what, by every kind of access."""

from random import Random

from utrap.isa import CsrOp, Fault

from .bench import on
from .configs import ALL, FULL, PROFILES
from .manual import bits, csrs_of, ones

#: CSRs that show the same state: writing one may change what others of its group read.
GROUPS = (
    {"mstatus", "sstatus", "ustatus"},
    {"mie", "sie", "hie", "vsie", "uie"},
    {"mip", "sip", "hip", "hvip", "vsip", "uip"},
    # norm:medeleg_mideleg_op2, HU-9, HU-24: what a delegation register masks.
    {"medeleg", "sedeleg"},
    {"mideleg", "sideleg", "sie", "sip", "uie", "uip"},
    {"hideleg", "vsie", "vsip"},
    {"sideleg", "uie", "uip"},
)


def walk(xlen):
    """Each bit alone, and all but each."""
    for bit in range(xlen):
        yield 1 << bit
        yield (1 << xlen) - 1 ^ 1 << bit


def patterns(xlen):
    """Values that tell every bit from every other."""
    yield from ((1 << xlen) - 1, 0)
    for stride in range(xlen.bit_length() - 1):
        yield sum(1 << bit for bit in range(xlen) if bit >> stride & 1)
        yield sum(1 << bit for bit in range(xlen) if not bit >> stride & 1)


def is_read_only(csr):
    return csr.address >> 10 == 3


def after(csr, config, now, kind, value):
    """What the CSR reads after an access."""
    if kind is CsrOp.READ:
        return now
    new = {CsrOp.WRITE: value, CsrOp.SET: now | value, CsrOp.CLEAR: now & ~value}[kind]
    return csr.written(config, now, new)


@on(*ALL)
async def test_each_csr_keeps_its_writable_bits_and_no_others(bench):
    # norm:mstatus_sz_acc, norm:mstatush_sz_acc, norm:mtvec_sz_warl_acc, norm:medeleg_sz_acc, norm:mideleg_sz_acc,
    # norm:medelegh_sz_acc_enc_xlen32, norm:mie_sz_acc, norm:mip_sz_acc, norm:mcounteren_sz, norm:mscratch_sz_acc,
    # norm:mepc_sz_acc, norm:mcause_sz_acc, norm:mtval_sz_acc, norm:menvcfg_sz_acc, norm:menvcfgh_sz_acc_op,
    # norm:mtval2_sz_acc_op, norm:mtinst_sz_acc_op, norm:hstatus_sz_acc_op, norm:hedeleg_sz_acc,
    # norm:hedelegh_sz_acc_op, norm:hideleg_sz_acc, norm:hvip_sz_op, norm:hip_hie_sz_acc, norm:hgeie_sz_acc_op,
    # norm:henvcfg_sz_acc_op, norm:henvcfgh_sz_acc_op, norm:hcounteren_sz, norm:htimedelta_sz_acc_op,
    # norm:htimedeltah_sz_acc_op, norm:htval_sz_acc_op, norm:htinst_sz_acc_op, norm:hgatp_sz_acc_op,
    # norm:vsstatus_sz_acc_op, norm:vsip_vsie_sz_acc_op, norm:vstvec_sz_acc_op, norm:vsscratch_sz_acc_op,
    # norm:vspec_sz_acc_op, norm:vscause_sz_acc_op, norm:vstval_sz_acc_op, norm:vsatp_sz_acc_op, norm:misa_acc,
    # norm:medeleg_mideleg_warl, norm:stvec, norm:sip_sie, norm:scounteren, norm:sscratch, norm:sepc, norm:senvcfg
    config = bench.config
    for csr in csrs_of(config):
        if is_read_only(csr):
            continue
        await bench.reset()
        await bench.delegate_everything()
        now = bench.get(csr.name)
        for value in (*patterns(config.xlen), *(walk(config.xlen) if config in FULL else ())):
            before = await bench.put(csr.name, value)
            assert before == now, (csr.name, hex(before), hex(now))
            now = csr.written(config, now, value)
        assert bench.get(csr.name) == now, csr.name


@on(*ALL)
async def test_set_and_clear_change_the_given_bits_and_a_read_none(bench):
    # norm:misa_acc
    config, random = bench.config, Random("set and clear")
    for csr in csrs_of(config):
        if is_read_only(csr):
            continue
        await bench.reset()
        await bench.delegate_everything()
        now = bench.get(csr.name)
        accesses = [(CsrOp.SET, ones(config)), (CsrOp.CLEAR, ones(config)), (CsrOp.READ, ones(config))]
        accesses += [(random.choice(list(CsrOp)), random.getrandbits(config.xlen)) for _ in range(24)]
        for kind, value in accesses:
            before = await bench.put(csr.name, value, kind)
            assert before == now, (csr.name, hex(before), hex(now))
            now = after(csr, config, now, kind, value)
        assert bench.get(csr.name) == now, csr.name


@on(*ALL)
async def test_a_write_changes_no_csr_but_the_aliases(bench):
    # norm:sstatus, norm:mip_mie_alias, norm:H_vscsrs_v0, HU-27
    config = bench.config
    for csr in csrs_of(config):
        if is_read_only(csr):
            continue
        await bench.reset()
        await bench.delegate_everything()
        related = {csr.name}.union(*(group for group in GROUPS if csr.name in group))
        for value in (ones(config), 0, bits(*range(0, config.xlen, 2)), 0):
            before, own = bench.state(), bench.get(csr.name)
            await bench.put(csr.name, value)
            now = bench.state()
            changed = {name for name in now if now[name] != before[name]}
            assert changed <= related, (csr.name, changed)
            assert (csr.name in changed) == (csr.written(config, own, value) != own), csr.name


@on(*ALL)
async def test_read_only_csrs_refuse_writes_and_keep_their_value(bench):
    # norm:mvendorid_sz_acc_op, norm:marchid_sz_acc_op, norm:mimpid_op, norm:mhartid_sz_acc_op, norm:mconfigptr_sz_acc,
    # norm:hgeip_sz_acc_op
    config = bench.config
    for csr in csrs_of(config):
        if not is_read_only(csr):
            continue
        for debug in (False, True):
            for kind in (CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR):
                before = bench.state()
                seen = await bench.csr(csr.name, ones(config), kind, debug=debug)
                assert seen.fault == Fault.ILLEGAL, csr.name
                assert bench.state() == before
            assert bench.peek(csr.name, ones(config), CsrOp.READ, debug=debug).fault == Fault.NONE
            assert bench.get(csr.name) == csr.after_reset(config), csr.name


@on(*PROFILES)
async def test_software_in_m_mode_accesses_csrs_as_the_debugger_does(bench):
    config, random = bench.config, Random("software")
    for csr in csrs_of(config):
        if is_read_only(csr):
            continue
        await bench.reset()
        await bench.delegate_everything()
        now = bench.get(csr.name)
        for kind in (CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR, CsrOp.READ):
            value = random.getrandbits(config.xlen)
            seen = await bench.csr(csr.name, value, kind)
            assert (seen.fault, seen.rdata) == (Fault.NONE, now), csr.name
            now = after(csr, config, now, kind, value)
        assert bench.get(csr.name) == now, csr.name
