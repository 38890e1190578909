"""CSRs that show another's state: status, interrupt pending and enable bits, and V=1."""

from random import Random

from utrap.config import Config
from utrap.isa import CsrOp, Mode

from .bench import on
from .configs import ALL, FULL, FULL64, GUESTS, MUN
from .manual import bits, ones

S_LEVEL = bits(1, 5, 9)
U_LEVEL = bits(0, 4, 8)
VS_LEVEL = bits(2, 6, 10)
SGE = bits(12)
N_CONFIGS = [Config.profile("msun", 64), Config.profile("msun", 32), *FULL]
H_CONFIGS = [Config.profile("msuh", 64), *FULL]


class Interrupts:
    """The interrupt bits that exist once, and what every CSR shows of them."""

    def __init__(self, config):
        self.c = config
        self.raw = dict.fromkeys(("mideleg", "hideleg", "sideleg", "mie", "mip", "hvip", "hgeie"), 0)
        self.lines = dict.fromkeys(("meip", "mtip", "msip", "seip", "ueip", "hgeip"), 0)
        self.vgein = 0
        s, h, n = (S_LEVEL if config.s else 0), (VS_LEVEL if config.h else 0), (U_LEVEL if config.n else 0)
        self.sge = SGE if config.geilen else 0
        self.masks = {
            "mideleg": s | n,
            "hideleg": h,
            "sideleg": n if config.s else 0,
            "mie": bits(3, 7, 11) | s | h | n | self.sge,
            "mip": s | n,
            "hvip": h,
            "hgeie": (1 << config.geilen + 1) - 2,
        }

    @property
    def mideleg(self):
        return self.raw["mideleg"] | (VS_LEVEL | SGE if self.c.h else 0)

    @property
    def sideleg(self):
        """norm:medeleg_mideleg_op2, HU-10: without S, what M delegates goes to U."""
        return self.mideleg & U_LEVEL & (self.raw["sideleg"] if self.c.s else ~0)

    def mip(self):
        lines, hgeip = self.lines, self.lines["hgeip"] << 1
        value = self.raw["mip"] | self.raw["hvip"]
        value |= lines["meip"] << 11 | lines["mtip"] << 7 | lines["msip"] << 3
        value |= lines["seip"] << 9 | lines["ueip"] << 8
        value |= (hgeip >> self.vgein & 1 if self.vgein else 0) << 10
        return value | (SGE if hgeip & self.raw["hgeie"] else 0)

    def shown(self):
        """What each CSR reads: norm:mip_mie_alias, norm:sie_hip_hie_mutex, HU-24, HU-27, warl:views."""
        mip, mie, raw = self.mip(), self.raw["mie"], self.raw
        supervisor = self.mideleg & (S_LEVEL | U_LEVEL)
        found = {"mip": mip, "mie": mie}
        if self.c.s or self.c.n:
            found["mideleg"] = self.mideleg
        if self.c.s:
            found |= {"sip": mip & supervisor, "sie": mie & supervisor}
        if self.c.h:
            found |= {"hip": mip & (VS_LEVEL | SGE), "hie": mie & (VS_LEVEL | SGE), "hvip": raw["hvip"]}
            found |= {"vsip": (mip & raw["hideleg"]) >> 1, "vsie": (mie & raw["hideleg"]) >> 1}
            found |= {"hideleg": raw["hideleg"], "hgeie": raw["hgeie"], "hgeip": self.lines["hgeip"] << 1}
        if self.c.n:
            found |= {"uip": mip & self.sideleg, "uie": mie & self.sideleg}
            if self.c.s:
                found["sideleg"] = self.sideleg
        return found

    def _targets(self, name):
        """(storage, bits, shift left): what a write to a CSR reaches."""
        supervisor = self.mideleg & (S_LEVEL | U_LEVEL)
        to_guest = self.raw["hideleg"]
        return {
            "mip": [("mip", ~0, 0), ("hvip", bits(2), 0)],
            "mie": [("mie", ~0, 0)],
            "sip": [("mip", supervisor & bits(0, 1, 8), 0)],
            "sie": [("mie", supervisor, 0)],
            "hip": [("hvip", bits(2), 0)],
            "hie": [("mie", VS_LEVEL | SGE, 0)],
            "hvip": [("hvip", ~0, 0)],
            "vsip": [("hvip", to_guest & bits(2), 1)],
            "vsie": [("mie", to_guest, 1)],
            "uip": [("mip", self.sideleg & bits(0), 0)],
            "uie": [("mie", self.sideleg, 0)],
        }.get(name, [(name, ~0, 0)])

    def write(self, name, kind, value):
        """warl:mip: of SEIP and UEIP only the software bit takes part in a read-modify-write."""
        old = self.shown()[name]
        if name in ("mip", "sip"):
            software = bits(8, 9) if name == "mip" else bits(8)
            old = old & ~software | self.raw["mip"] & software
        new = {CsrOp.WRITE: value, CsrOp.SET: old | value, CsrOp.CLEAR: old & ~value, CsrOp.READ: None}[kind]
        if new is None:
            return
        reached = {}
        for storage, mask, shift in self._targets(name):
            mask &= self.masks[storage]
            reached[storage] = self.raw[storage] & ~mask | new << shift & mask
        self.raw |= reached


@on(*ALL)
async def test_interrupt_csrs_show_and_write_the_bits_of_mip_and_mie(bench):
    # norm:mip_mie_std_enc_txt, norm:mip_bits_wr_or_rdonly, norm:mie_bits_wr, norm:mip_meip_rdonly,
    # norm:mip_mtip_rdonly, norm:mip_msip_rdonly, norm:mip_seip_acc, norm:mip_seip_rdcsr, norm:mip_seip_wrcsr,
    # norm:mip_stip_no_stimecmp_acc, norm:mip_ssip_acc, norm:sip_acc, norm:sie_acc, norm:sip_op, norm:mip_mie_vs,
    # norm:mip_mie_alias, norm:mideleg_acc_h, norm:mideleg_hroz, norm:hvip_acc, norm:hip_acc, norm:hie_acc,
    # norm:hip_op, norm:hie_op, norm:sie_hip_hie_mutex, norm:hip_sgeip_sgeie_acc_op, norm:hip_vseip_vseie_op,
    # norm:hip_vstip_vstie_acc_op, norm:hip_vssip_vssie_op, norm:hgeip_hgeie_fields, norm:hgeie_op,
    # norm:hideleg_acc, norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi, HU-24, HU-27
    config, random = bench.config, Random("interrupt CSRs")
    model = Interrupts(config)
    for _ in range(500):
        name = random.choice(list(model.shown()))
        if random.random() < 0.2:
            line = random.choice([line for line in model.lines if bench.has(line)])
            model.lines[line] = random.getrandbits(config.geilen if line == "hgeip" else 1)
            bench.level(**{line: model.lines[line]})
        elif config.geilen and random.random() < 0.1:
            model.vgein = random.randint(0, config.geilen)
            await bench.put("hstatus", model.vgein << 12)
        elif name != "hgeip":
            kind, value = random.choice(list(CsrOp)), random.getrandbits(config.xlen)
            if random.random() < 0.3:
                value = ones(config)
            before = await bench.put(name, value, kind)
            assert before == model.shown()[name], name
            model.write(name, kind, value)
        state = bench.state()
        assert {name: state[name] for name in model.shown()} == model.shown()


@on(*ALL)
async def test_status_views_show_their_fields_of_mstatus(bench):
    # norm:sstatus, norm:sstatus_spp, norm:sstatus_sie, norm:sstatus_spie, norm:sstatus_uxl, norm:vsstatus_v0,
    # norm:mstatus_sd_op1, norm:vsstatus_sd_xs_op, HU-5
    config, random = bench.config, Random("status")
    supervisor = bits(0, 1, 4, 5, 8, (10, 9), (14, 13), 18, 19, config.xlen - 1)
    supervisor |= bits((33, 32)) if config.xlen == 64 else 0
    for _ in range(100):
        names = [name for name in ("mstatus", "sstatus", "ustatus", "vsstatus") if name in bench.state()]
        name, value = random.choice(names), random.getrandbits(config.xlen)
        before = bench.state()
        await bench.put(name, value)
        now = bench.state()
        if "sstatus" in now:
            assert now["sstatus"] == now["mstatus"] & supervisor
        if "ustatus" in now:
            assert now["ustatus"] == now["mstatus"] & bits(0, 4)
        for status in {"mstatus", "sstatus", "vsstatus"} & set(now):
            is_dirty = now[status] >> 13 & 3 == 3 or now[status] >> 9 & 3 == 3
            assert now[status] >> config.xlen - 1 == is_dirty
        reach = {"mstatus": ones(config), "sstatus": supervisor, "ustatus": bits(0, 4), "vsstatus": 0}[name]
        assert (now["mstatus"] ^ before["mstatus"]) & ~reach & ~bits(config.xlen - 1) == 0
        if name != "vsstatus" and "vsstatus" in now:
            assert now["vsstatus"] == before["vsstatus"]


@on(*ALL)
async def test_delegation_by_s_shows_only_what_m_delegates_and_keeps_the_rest(bench):
    # norm:medeleg_mideleg_op2, HU-9, HU-24, warl:chain
    if "sedeleg" not in bench.state():
        return
    for lower, upper, mask in (
        ("sedeleg", "medeleg", bits((8, 1), 12, 13, 15) | (bits(0) if bench.config.ialign == 32 else 0)),
        ("sideleg", "mideleg", U_LEVEL),
    ):
        await bench.put(lower, ones(bench.config))
        assert bench.get(lower) == 0
        for position in range(24):
            await bench.put(upper, bits(position))
            assert bench.get(lower) == mask & bits(position)
        # A read-modify-write writes back what it read.
        await bench.put(upper, bits(4))
        await bench.put(lower, bits(4), CsrOp.SET)
        await bench.put(upper, ones(bench.config))
        assert bench.get(lower) == bits(4)


@on(*FULL)
async def test_huedeleg_and_hedeleg_read_back_what_was_written(bench):
    # norm:hedeleg_acc, HU-9
    await bench.put("huedeleg", ones(bench.config))
    await bench.put("hedeleg", ones(bench.config))
    assert bench.get("medeleg") == 0
    assert bench.get("huedeleg") == bits((8, 0), 10, 12, 13, 15, 18, (23, 20))
    assert bench.get("hedeleg") == bits((8, 0), 12, 13, 15, 18, 19)


@on(*ALL)
async def test_pending_external_interrupts_read_the_line_or_the_software_bit(bench):
    # norm:mip_seip_rdcsr, norm:mip_seip_wrcsr, HU-27
    await bench.delegate_everything()
    lines = {"seip": (9, ("mip",)), "ueip": (8, ("mip", "sip"))}
    for line, (code, registers) in lines.items():
        if not bench.has(line):
            continue
        for name in registers:
            if name not in bench.state():
                continue
            await bench.put("mip", 0)
            bench.level(**{line: 1})
            # The line shows, and setting another bit does not make it stick.
            assert await bench.put(name, bits(0), CsrOp.SET) & bits(code)
            assert await bench.put(name, bits(0), CsrOp.CLEAR) & bits(code)
            bench.level(**{line: 0})
            assert bench.get("mip") & bits(code) == 0, (line, name)
            # The software bit alone.
            await bench.put(name, bits(code), CsrOp.SET)
            assert bench.get("mip") & bits(code)
            # Clearing it clears the software bit, not the line.
            bench.level(**{line: 1})
            await bench.put(name, bits(code), CsrOp.CLEAR)
            assert bench.get(name) & bits(code)
            bench.level(**{line: 0})
            assert bench.get(name) & bits(code) == 0


@on(*N_CONFIGS, *MUN)
async def test_uip_lets_u_mode_write_usip_alone_and_only_if_it_was_delegated(bench):
    # HU-27
    for delegated in (0, U_LEVEL):
        await bench.enter(Mode.U)
        await bench.put("mip", 0)
        await bench.put("mideleg", delegated)
        if bench.config.s:
            await bench.put("sideleg", ones(bench.config))
        await bench.csr("uip", ones(bench.config))
        assert bench.get("mip") & U_LEVEL == delegated & bits(0)
        await bench.csr("uie", ones(bench.config))
        assert bench.get("mie") & U_LEVEL == delegated


@on(*N_CONFIGS)
async def test_what_m_delegates_but_s_does_not_stays_out_of_uip_and_uie(bench):
    # HU-24, HU-27
    await bench.put("mideleg", U_LEVEL)
    await bench.put("sideleg", bits(4))
    await bench.put("mip", U_LEVEL)
    await bench.put("mie", U_LEVEL)
    assert (bench.get("sip"), bench.get("sie")) == (U_LEVEL, U_LEVEL)
    assert (bench.get("uip"), bench.get("uie")) == (bits(4), bits(4))


VS_NAMES = ("status", "ie", "tvec", "scratch", "epc", "cause", "tval", "ip", "atp")


@on(*H_CONFIGS)
async def test_in_vs_mode_the_supervisor_addresses_reach_the_vs_csrs(bench):
    # norm:H_vscsrs_sub, norm:H_vscsrs_v1, norm:vsstatus_sz_acc_op, norm:vsip_vsie_sz_acc_op,
    # norm:vstvec_sz_acc_op, norm:vsscratch_sz_acc_op, norm:vspec_sz_acc_op, norm:vscause_sz_acc_op,
    # norm:vstval_sz_acc_op, norm:vsatp_sz_acc_op
    await bench.enter(Mode.VS)
    await bench.delegate_everything()
    for number, name in enumerate(VS_NAMES):
        for value in (0b10, 0b100010, 0):
            before = bench.state()
            seen = await bench.csr(f"s{name}", value)
            assert seen.rdata == before[f"vs{name}"]
            after = bench.state()
            kept = {"sstatus", "sie", "stvec", "sscratch", "sepc", "scause", "stval", "sip", "satp"}
            assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
            expected = value & {"ie": S_LEVEL, "ip": bits(1), "tvec": ~bits(1)}.get(name, ~0)
            if name == "status":
                expected |= after["vsstatus"] & ~bits(1, 5)
            assert after[f"vs{name}"] == expected, (number, name)


@on(*H_CONFIGS)
async def test_supervisor_csrs_without_a_vs_counterpart_are_the_same_in_vs_mode(bench):
    # norm:H_scsrs_nomatch
    await bench.enter(Mode.VS)
    for name in ("scounteren", "senvcfg"):
        await bench.csr(name, 1)
        assert bench.get(name) == 1
        assert bench.peek(name).rdata == 1
        await bench.csr(name, 1, CsrOp.CLEAR)
        assert bench.get(name) == 0


@on(*FULL)
async def test_sstatus_as_seen_in_vs_mode_has_no_uie_and_upie(bench):
    # HU-5
    await bench.enter(Mode.VS)
    await bench.put("mstatus", bits(0, 4), CsrOp.SET)
    assert bench.peek("sstatus").rdata & bits(0, 4) == 0
    await bench.csr("sstatus", bits(0, 4), CsrOp.SET)
    assert bench.peek("sstatus").rdata & bits(0, 4) == 0
    await bench.csr("sstatus", bits(0, 4), CsrOp.CLEAR)
    assert bench.get("mstatus") & bits(0, 4) == bits(0, 4)


@on(*H_CONFIGS)
async def test_interrupts_for_the_guest_show_one_place_lower_where_delegated(bench):
    # norm:hideleg_trans, norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi
    await bench.put("hvip", VS_LEVEL)
    await bench.put("hie", VS_LEVEL)
    for mask in range(8):
        delegated = sum(1 << code for i, code in enumerate((2, 6, 10)) if mask >> i & 1)
        await bench.put("hideleg", delegated)
        assert bench.get("vsip") == delegated >> 1
        assert bench.get("vsie") == delegated >> 1
        # norm:hip_vssip_vssie_op: VSSIP alone can be written by the guest.
        await bench.put("vsip", 0)
        assert bench.get("hvip") == VS_LEVEL & ~(delegated & bits(2))
        await bench.put("hvip", VS_LEVEL)


@on(*GUESTS)
async def test_hstatus_vgein_selects_the_guest_interrupt_that_vseip_shows(bench):
    # norm:hstatus_vgein_op, norm:hgeip_hgeie_fields, norm:hip_vseip_vseie_op, norm:geilen, warl:GEILEN
    geilen = bench.config.geilen
    for vgein in range(geilen + 1):
        await bench.put("hstatus", vgein << 12)
        assert bench.get("hstatus") >> 12 & 63 == vgein
        for line in (0, vgein - 1, vgein, 1, geilen):
            level = 1 << line - 1 if line > 0 else 0
            bench.level(hgeip=level)
            assert bench.get("hgeip") == level << 1
            assert bench.get("hip") & bits(10) == (bits(10) if vgein and line == vgein else 0)
    # The software bit of hvip shows beside it.
    bench.level(hgeip=0)
    await bench.put("hvip", bits(10))
    assert bench.get("hip") & bits(10)
    assert bench.get("hvip") & bits(10)
    bench.level(hgeip=1 << geilen - 1)
    await bench.put("hstatus", geilen << 12)
    await bench.put("hvip", 0)
    assert bench.get("hip") & bits(10)
    assert bench.get("hvip") == 0


@on(*GUESTS)
async def test_sgeip_is_set_by_any_enabled_guest_interrupt(bench):
    # norm:hip_sgeip_sgeie_acc_op, norm:hgeie_op
    geilen = bench.config.geilen
    for line in {1, 2, geilen // 2 + 1, geilen} & set(range(1, geilen + 1)):
        bench.level(hgeip=1 << line - 1)
        for enabled in {1, 2, line, geilen} & set(range(1, geilen + 1)):
            await bench.put("hgeie", bits(enabled))
            assert bench.get("hip") & SGE == (SGE if line == enabled else 0)
            assert bench.get("mip") & SGE == bench.get("hip") & SGE
    await bench.put("hip", 0)
    await bench.put("mip", 0)
    await bench.put("hgeie", ones(bench.config))
    assert bench.get("mip") & SGE


@on(FULL64)
async def test_without_guest_interrupts_sgeie_and_vgein_are_zero(bench):
    # norm:hstatus_vgein_op, warl:GEILEN
    await bench.put("mie", ones(bench.config))
    await bench.put("hstatus", ones(bench.config))
    assert bench.get("mie") & SGE == 0
    assert bench.get("hstatus") & bits((17, 12)) == 0
