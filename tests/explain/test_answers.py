"""What `utrap explain` says about traps, interrupts, returns, accesses and instructions."""

import sys

import pytest

GUEST = "--mode VS --csr medeleg=0xb00000 --csr huedeleg=0xa00000 --csr hudcfg=3"
UART = "--csr hugpaw1.E=1 --csr hugpaw1.GPPN=0x10000"


def looked_at(steps):
    """What the steps looked at, in order."""
    return [f"{seen['name']}={seen['value']}" for step in steps for seen in step["looked_at"]]


def rules(steps):
    return [step["rule"] for step in steps]


def written(answer):
    """The fields that changed: name -> new value."""
    pairs = {".".join(filter(None, (w["csr"], w["field"]))): w for w in answer["writes"]}
    return {name: int(w["new"], 0) for name, w in pairs.items() if w["new"] != w["old"]}


def test_a_page_of_a_window_goes_to_u_with_everything_that_the_handler_needs(ask):
    """HU-7, HU-12, HU-13, HU-16, HU-18"""
    answer = ask(
        f"{GUEST} {UART} --cause 21 --gpa 0x10000004 --tval 0x5004 --tinst 0x2003 --gva --pc 0x80 --csr utvec=0x4000"
    )
    assert answer["to_mode"] == "U"
    assert looked_at(answer["steps"]) == [
        "mode=VS", "medeleg[21]=1", "V=1", "hedeleg[21]=0", "hudcfg.EN=1", "huedeleg[21]=1", "hudcfg.WEN=1",
        "tinst=0x2003", "page=0x10000",
    ]  # fmt: skip
    assert rules(answer["steps"])[-3:] == ["HU-16", "HU-16", "HU-18"]
    assert [window["matches"] for window in answer["windows"]] == [False, True, False, False]
    assert written(answer) == {
        "uepc": 0x80, "ucause": 21, "utval": 0x5004, "hustatus.UPV": 1, "hustatus.UPVP": 1, "hustatus.GVA": 1,
        "hutval": 0x4000001, "hutinst": 0x2003,
    }  # fmt: skip
    assert answer["pc"] == "0x4000"


def test_a_page_outside_every_window_goes_to_hs(ask):
    """HU-16"""
    answer = ask(f"{GUEST} {UART} --cause store-guest-page-fault --gpa 0x10001000 --csr hugpaw0=0x4000000")
    assert answer["to_mode"] == "HS"
    assert [window["text"] for window in answer["windows"][:2]] == [
        "no match: not enabled (E = 0)",
        "no match: the page numbers differ in bit 0",
    ]
    assert not any(window["matches"] for window in answer["windows"])


@pytest.mark.parametrize(("order", "mask", "target"), [(0, 0x3FFFFFFFFF, "HS"), (1, 0x3FFFFFFFFE, "U"), (63, 0, "U")])
def test_the_order_of_a_window_widens_its_mask(ask, order, mask, target):
    """HU-17"""
    answer = ask(f"{GUEST} {UART} --cause 21 --gpa 0x10001000 --csr hugpaw1.ORDER={order}")
    assert (answer["to_mode"], answer["windows"][1]["mask"]) == (target, hex(mask))


@pytest.mark.parametrize(
    ("change", "target", "last"),
    [
        ("--csr medeleg[21]=0", "M", "medeleg[21]=0"),
        ("--csr hedeleg[2]=1 --csr medeleg[2]=1 --cause 2", "VS", "hedeleg[2]=1"),
        ("--csr hudcfg.EN=0", "HS", "hudcfg.EN=0"),
        ("--csr huedeleg[21]=0", "HS", "huedeleg[21]=0"),
        ("--csr hudcfg.WEN=0", "U", "hudcfg.WEN=0"),
        ("--tinst 0x3000", "HS", "tinst=0x3000"),
    ],
)
def test_the_last_step_names_the_bit_that_decided(ask, change, target, last):
    cause = "" if "--cause" in change else "--cause 21"
    answer = ask(f"{GUEST} {cause} {change}")
    assert (answer["to_mode"], looked_at(answer["steps"])[-1]) == (target, last)
    assert answer["windows"] == []


def test_without_the_hypervisor_nothing_of_it_is_mentioned(explain):
    text = explain("--profile msu --mode U --cause 2 --csr medeleg[2]=1")
    assert "goes to S" in text
    assert not any(word in text for word in ("HS", "hstatus", "hedeleg", "V = ", "hu"))


def test_every_pending_interrupt_is_told_and_the_winner_says_why(ask):
    """HU-26, norm:hsint_priority, norm:intr_mip_mie_op"""
    answer = ask("--mode VS --csr mideleg=0x222 --csr hideleg[6]=1 --csr vsstatus.SIE=1 --csr mip=0xe2 --csr mie=0x62")
    assert [(i["name"], i["target"], i["state"]) for i in answer["interrupts"]] == [
        ("MTI", "M", "blocked"), ("SSI", "HS", "taken"), ("STI", "HS", "waiting"), ("VSTI", "VS", "waiting"),
    ]  # fmt: skip
    blocked, _, same, lower = [i["steps"][-1] for i in answer["interrupts"]]
    assert looked_at([blocked]) == ["mip[7]=1", "mie[7]=0"]
    assert same["text"] == "SSI goes first: the standard order among interrupts for one mode"
    assert lower["text"] == "SSI goes first: it is for a higher mode"
    assert written(answer)["scause"] == 1 << 63 | 1


def test_an_interrupt_for_vs_is_renumbered(ask):
    """norm:hideleg_trans, warl:xtvec"""
    answer = ask("--mode VU --interrupt vseip --csr hideleg[10]=1 --csr vstvec=0x1001")
    assert answer["text"] == "VSEI (10) is taken into VS, as code 9"
    assert answer["interrupts"][0]["steps"][-1]["rule"] == "norm:hideleg_trans"
    assert (answer["pc"], answer["pc_steps"][0]["rule"]) == ("0x1024", "warl:xtvec")


@pytest.mark.parametrize(
    ("tvec", "more", "pc"),
    [("0x1001", "", "0x101c"), ("0x1000", "", "0x1000"), ("0x1005", "--set vectored_align=4", "0x1020")],
)
def test_the_vector_says_how_it_was_formed(ask, tvec, more, pc):
    """norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op"""
    answer = ask(f"--mode U --interrupt 7 --csr mtvec={tvec} {more}")
    assert answer["pc"] == pc
    assert looked_at(answer["pc_steps"]) == [f"mtvec={tvec}"]


def test_an_interrupt_that_is_not_locally_enabled_stays_pending(ask):
    answer = ask("--mode U --interrupt MTI --csr mie=0")
    assert (answer["verdict"], answer["interrupts"][0]["state"]) == ("nothing", "blocked")
    assert answer["writes"] == []


def test_a_guest_external_interrupt_comes_from_hgeip(ask):
    answer = ask("--mode VS --set geilen=3 --interrupt SGEI")
    assert answer["text"] == "SGEI (12) is taken into HS"


@pytest.mark.parametrize(
    ("question", "verdict", "seen"),
    [
        ("--mode M --return mret --csr mstatus.MPP=1 --csr mstatus.MPV=1", "returns to VS", "mstatus.MPV=1"),
        ("--mode M --xlen 32 --return mret --csr mstatush.MPV=1", "returns to VU", "mstatush.MPV=1"),
        ("--mode HS --return sret --csr mstatus.TSR=1", "raises illegal instruction (2)", "mstatus.TSR=1"),
        ("--mode VS --return sret --csr hstatus.VTSR=1", "raises virtual instruction (22)", "hstatus.VTSR=1"),
        ("--mode U --return uret --csr hudcfg.EN=1 --csr hustatus=0x180", "returns to VS", "hustatus.UPVP=1 (VS)"),
        ("--mode U --return uret --csr hustatus=0x180", "returns to U", "hudcfg.EN=0"),
        ("--mode VS --return uret", "raises virtual instruction (22)", "V=1"),
        ("--mode VS --access satp --write --csr hstatus.VTVM=1", "raises virtual instruction (22)", "hstatus.VTVM=1"),
        ("--mode HS --access satp --csr mstatus.TVM=1", "raises illegal instruction (2)", "mstatus.TVM=1"),
        ("--mode U --access hutval", "raises illegal instruction (2)", "hudcfg.EN=0"),
        ("--mode U --access 0x843 --csr hudcfg.EN=1", "allowed", "hudcfg.EN=1"),
        ("--mode VU --access time --csr mcounteren=2 --csr hcounteren=2", "raises virtual instruction (22)",
         "scounteren[1]=0"),
        ("--mode VU --access time --csr mcounteren=2", "raises virtual instruction (22)", "hcounteren[1]=0"),
        ("--mode U --access cycle", "raises illegal instruction (2)", "mcounteren[0]=0"),
        ("--mode U --insn hlv.w --csr hstatus.HU=1", "allowed", "hstatus.HU=1"),
        ("--mode VS --insn wfi --csr mstatus.TW=1", "raises illegal instruction (2)", "mstatus.TW=1"),
    ],
)  # fmt: skip
def test_the_verdict_on_returns_accesses_and_instructions_names_its_bit(ask, question, verdict, seen):
    answer = ask(question)
    assert answer["text"] == verdict
    assert looked_at(answer["steps"])[-1] == seen


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("--mode M --access mhartid --write 1", "a write, and the address is read-only (bits 11:10 are 11)"),
        ("--mode M --access sstatus --profile mu", "the hart has no such CSR"),
        ("--mode M --access hugpaw7", "the configuration has fewer delegation windows"),
        ("--mode M --access huedelegh", "a high half, which RV64 has in no mode"),
        ("--mode M --access cycleh", "a counter's high half, which RV64 has in no mode"),
    ],
)
def test_an_address_that_refuses_every_mode_says_so(ask, question, text):
    answer = ask(question)
    assert answer["text"] == "raises illegal instruction (2)"
    assert answer["steps"][-1]["text"] == text


def test_a_write_shows_what_is_stored_and_where(ask):
    """norm:H_vscsrs_sub, warl:IALIGN"""
    answer = ask("--mode VS --access sepc --write 0x1001")
    assert written(answer) == {"vsepc": 0x1000}
    assert answer["steps"][-1]["rule"] == "norm:H_vscsrs_sub"


def test_a_value_that_the_csr_cannot_hold_is_noted(ask):
    assert ask("--mode U --cause 2 --csr medeleg=0x800")["notes"] == [
        "medeleg is 0x0 here, not the 0x800 asked for ('utrap csrs' has its WARL rule)"
    ]
    assert ask("--mode U --cause 2 --csr mideleg=0x222")["notes"] == []


def test_views_may_be_set_before_what_they_view(ask):
    """norm:sie_acc, norm:sip_acc"""
    answer = ask("--mode U --csr sip.SSIP=1 --csr sie.SSIE=1 --csr mideleg[1]=1")
    assert answer["text"] == "SSI (1) is taken into HS"


def test_a_halt_saves_where_the_hart_was_and_a_resume_leads_back(ask):
    """HU-35, warl:dcsr"""
    answer = ask("--set sdext=true --mode U --halt 3 --pc 0x4008")
    assert (answer["text"], answer["verdict"], answer["to_mode"]) == ("enters Debug Mode", "halt", "M")
    assert written(answer) == {"dcsr.CAUSE": 3, "dcsr.PRV": 0, "dpc": 0x4008}
    answer = ask("--set sdext=true --mode M --debug --return resume --csr dcsr.PRV=0 --csr dpc=0x4008")
    assert (answer["text"], answer["verdict"], answer["pc"]) == ("returns to U", "return", "0x4008")
    assert ask("--set sdext=true --mode M --return resume")["verdict"] == "illegal instruction"


def test_in_debug_mode_nothing_traps_and_no_return_executes(ask):
    """HU-35"""
    there = "--set sdext=true --mode M --debug"
    answer = ask(f"{there} --cause 2")
    assert (answer["verdict"], answer["writes"], rules(answer["steps"])) == ("nothing", [], ["Sdext: Debug Mode"])
    answer = ask(f"{there} --return uret")
    assert (answer["verdict"], rules(answer["steps"])) == ("illegal instruction", ["Sdext: Debug Mode"])
    (interrupt,) = ask(f"{there} --interrupt MEI --csr mstatus.MIE=1")["interrupts"]
    assert (interrupt["state"], rules(interrupt["steps"])[-1]) == ("blocked", "Sdext: Debug Mode")
    for debug, verdict in (("", "illegal instruction"), ("--debug", "allowed")):
        assert ask(f"--set sdext=true --mode M {debug} --access dcsr")["verdict"] == verdict


def test_a_single_step_masks_interrupts_without_stepie(ask):
    question = "--set sdext=true --mode U --interrupt MTI --csr dcsr.STEP=1 --csr dcsr.STEPIE={}"
    (masked,) = ask(question.format(0))["interrupts"]
    assert (masked["state"], rules(masked["steps"])[-1]) == ("blocked", "Sdext: Step Bit In Dcsr")
    assert ask(question.format(1))["text"] == "MTI (7) is taken into M"


READY = "--csr mstatus.MDT=0 --csr mnstatus.NMIE=1"


def test_a_trap_that_its_handler_cannot_take_becomes_a_double_trap_with_its_cause_in_mtval2(ask):
    """norm:sstatus_sdt_trap, norm:mtval2_trapval"""
    sdt = f"--profile max {READY} --csr menvcfg.DTE=1 --csr mstatus.SDT=1"
    answer = ask(f"{sdt} --mode HS --cause 13 --pc 0x80 --tval 0x1008 --csr medeleg[13]=1")
    assert (answer["text"], answer["to_mode"]) == ("becomes a double trap (16) and goes to M", "M")
    assert (looked_at(answer["steps"])[-1], rules(answer["steps"])[-1]) == ("mstatus.SDT=1", "norm:sstatus_sdt_trap")
    changed = written(answer)
    assert {name: changed[name] for name in ("mcause", "mtval2", "mtval", "mstatus.MPP", "mstatus.MDT")} == {
        "mcause": 16, "mtval2": 13, "mtval": 0x1008, "mstatus.MPP": 1, "mstatus.MDT": 1,
    }  # fmt: skip
    meanings = {write["csr"]: write["meaning"] for write in answer["writes"]}
    assert (meanings["mcause"], meanings["mtval2"]) == ("double trap", "load page fault")


def test_an_interrupt_too_and_those_that_wait_are_for_the_mode_that_it_was_for(ask):
    """norm:sstatus_sdt_trap, HU-26, warl:double"""
    answer = ask(
        f"--profile max {READY} --csr menvcfg.DTE=1 --csr mstatus.SDT=1 --mode U --interrupt STI --interrupt SSI"
        " --csr mideleg=0x22"
    )
    assert answer["text"] == "SSI (1) becomes a double trap (16) and goes to M"
    assert [(i["name"], i["target"], i["state"]) for i in answer["interrupts"]] == [
        ("SSI", "HS", "taken"), ("STI", "HS", "waiting"),
    ]  # fmt: skip
    assert answer["interrupts"][1]["steps"][-1]["rule"] == "norm:hsint_priority"
    assert written(answer)["mtval2"] == 1 << 63 | 1


@pytest.mark.parametrize(
    ("given", "text", "rule", "verdict"),
    [
        ("", "nobody can take it: a critical error, the hart stops", "norm:trap_unexp_hndl_no_rnmi", "critical error"),
        ("--csr mnstatus.NMIE=1", "goes to the handler of RNMIs, in M", "norm:trap_unexp_hndl_rnmi", "trap"),
        ("--csr mstatus.MDT=0", "nobody can take it: a critical error, the hart stops",
         "norm:trap_unexp_hndl_no_rnmi", "critical error"),
        (READY, "goes to M", "norm:trap_never_trans_lower", "trap"),
    ],
)  # fmt: skip
def test_what_m_cannot_take_goes_to_the_handler_of_rnmis_or_stops_the_hart(ask, given, text, rule, verdict):
    """norm:trap_unexp_mdt_1, norm:trap_unexp_mnstatus_nmie_0; what reset leaves so is noted."""
    answer = ask(f"--profile max --set rnmi_interrupt_vector=0x8000 --mode M --cause 5 {given}")
    assert (answer["text"], answer["verdict"], rules(answer["steps"])[-1]) == (text, verdict, rule)
    assert ("mstatus.MDT is 1 after reset: --csr mstatus.MDT=0 changes it" in answer["notes"]) == ("MDT" not in given)
    assert (answer["pc"] == "0x8000") == ("RNMIs" in text)
    assert (answer["writes"] == []) == (verdict == "critical error")


def test_an_interrupt_that_nobody_can_take_stays_pending(ask):
    answer = ask("--set smdbltrp=true --mode U --interrupt MTI --csr mstatus.MDT=1")
    assert (answer["verdict"], answer["interrupts"][0]["state"]) == ("critical error", "blocked")
    assert rules(answer["interrupts"][0]["steps"])[-1] == "norm:trap_unexp_hndl_no_rnmi"


def test_nmie_masks_interrupts_and_rnmis(ask):
    """norm:mnstatus_nmie_disable, norm:rnmi_entry"""
    masked = ask("--profile max --mode U --interrupt MTI")
    assert (masked["verdict"], looked_at(masked["interrupts"][0]["steps"])[-1]) == ("nothing", "mnstatus.NMIE=0")
    assert masked["notes"] == ["mnstatus.NMIE is 0 after reset: --csr mnstatus.NMIE=1 changes it"]
    masked = ask("--profile max --mode U --rnmi 2")
    assert (masked["text"], rules(masked["steps"])) == ("no RNMI is taken", ["norm:mnstatus_nmie_disable"])
    assert rules(ask(f"--profile max {READY} --mode M --debug --rnmi 2")["steps"]) == ["Sdext: Debug Mode"]


def test_an_rnmi_saves_where_the_hart_was_and_mnret_leads_back(ask):
    """norm:rnmi_entry, norm:rnmi_trap_addr, norm:mnret_restore"""
    there = "--set smrnmi=true --set rnmi_interrupt_vector=0x8000"
    answer = ask(f"{there} --mode VU --rnmi 2 --pc 0x4008 --csr mnstatus.NMIE=1")
    assert (answer["text"], answer["pc"]) == ("RNMI 2 is taken into M", "0x8000")
    assert looked_at(answer["pc_steps"]) == ["rnmi_interrupt_vector=0x8000"]
    assert written(answer) == {"mnepc": 0x4008, "mncause": 1 << 63 | 2, "mnstatus.MNPV": 1, "mnstatus.NMIE": 0}
    answer = ask(f"{there} --mode M --return mnret --csr mnepc=0x4008 --csr mnstatus.MNPV=1")
    assert (answer["text"], answer["pc"], written(answer)) == ("returns to VU", "0x4008", {"mnstatus.NMIE": 1})
    assert looked_at(answer["steps"]) == ["mode=M", "mnstatus.MNPP=0 (U)", "mnstatus.MNPV=1"]
    assert ask("--mode M --return mnret")["verdict"] == "illegal instruction"


def test_where_inputs_say_it_the_vectors_are_asked_for(ask):
    """norm:rnmi_trap_addr, norm:rnmi_exc_trap_addr, warl:RNMI: bit 0 of them counts as 0."""
    there = "--set smrnmi=true --set rnmi_vectors=port"
    answer = ask(f"{there} --mode U --rnmi 2 --csr mnstatus.NMIE=1 --rnmi-interrupt-vector 0x8001")
    assert (answer["pc"], looked_at(answer["pc_steps"])) == ("0x8000", ["rnmi_interrupt_vector=0x8000"])
    assert answer["notes"] == []
    answer = ask(f"{there} --mode M --cause 2 --rnmi-exception-vector 0x9000")
    assert (answer["pc"], looked_at(answer["pc_steps"])) == ("0x9000", ["rnmi_exception_vector=0x9000"])
    answer = ask(f"{there} --mode U --rnmi 2 --csr mnstatus.NMIE=1")
    assert answer["pc"] == "0x0"
    assert answer["notes"] == ["rnmi_interrupt_vector is an input, taken to be 0: --rnmi-interrupt-vector changes it"]


def test_an_exception_in_the_handler_of_rnmis_has_a_vector_of_its_own(ask):
    """norm:rnmi_exc_trap_addr"""
    answer = ask("--set smrnmi=true --set rnmi_exception_vector=0x9000 --mode M --cause 2")
    assert (answer["pc"], looked_at(answer["pc_steps"])) == ("0x9000", ["rnmi_exception_vector=0x9000"])


@pytest.mark.parametrize(
    ("question", "verdict", "seen"),
    [
        ("--mode HS --insn cbo.zero", "raises illegal instruction (2)", "menvcfg.CBZE=0"),
        ("--mode VS --insn cbo.clean --csr menvcfg.CBCFE=1", "raises virtual instruction (22)", "henvcfg.CBCFE=0"),
        ("--mode VU --insn cbo.flush --csr menvcfg.CBCFE=1 --csr henvcfg.CBCFE=1",
         "raises virtual instruction (22)", "senvcfg.CBCFE=0"),
        ("--mode HS --insn cbo.inval --csr menvcfg.CBIE=1", "allowed", "menvcfg.CBIE=1"),
        ("--mode HS --insn cbo.inval --csr menvcfg.CBIE=3", "allowed", "mode=HS"),
        ("--mode VS --insn wrs.nto --csr hstatus.VTW=1", "raises virtual instruction (22)", "hstatus.VTW=1"),
        ("--mode U --insn wrs.nto --csr mstatus.TW=1", "raises illegal instruction (2)", "mstatus.TW=1"),
        ("--mode U --insn sfence.w.inval", "raises illegal instruction (2)", "mode=U"),
        ("--mode VS --access senvcfg --csr mstateen0[62]=1", "raises virtual instruction (22)", "hstateen0[62]=0"),
        ("--mode U --access jvt --csr mstateen0[2]=1", "raises illegal instruction (2)", "sstateen0[2]=0"),
        ("--mode VU --insn cm.jalt --csr mstateen0[2]=1 --csr hstateen0[2]=1", "raises virtual instruction (22)",
         "sstateen0[2]=0"),
        ("--mode U --insn ebreak --csr dcsr.EBREAKU=1", "enters Debug Mode", "dcsr.EBREAKU=1"),
        ("--mode VS --access scountovf --csr mcounteren=8 --csr hcounteren=16", "allowed", "hcounteren=0x10"),
    ],
)  # fmt: skip
def test_the_verdicts_of_the_newer_extensions_name_their_bit(ask, question, verdict, seen):
    answer = ask(f"--profile max {question}")
    assert answer["text"] == verdict
    assert looked_at(answer["steps"])[-1] == seen


@pytest.mark.parametrize(
    ("question", "bits", "rule"),
    [
        ("--mode M --masking load --csr mseccfg.PMM=3", 16, "norm:smmpm_definition"),
        ("--mode HS --masking load --csr menvcfg.PMM=2", 7, "norm:smnpm_definition"),
        ("--mode VU --masking load --csr senvcfg.PMM=2", 7, "norm:ssnpm_definition"),
        ("--mode M --masking load --csr mstatus.MPRV=1 --csr menvcfg.PMM=3 --csr mstatus.MPP=1 --csr mnstatus.NMIE=1",
         16, "norm:smnpm_definition"),
        ("--mode HS --masking hlv --csr hstatus.SPVP=1 --csr henvcfg.PMM=2", 7, "norm:henvcfg_pmm_op"),
        ("--mode U --masking hlv --csr hstatus.HUPMM=3", 16, "HU-34"),
        ("--mode U --masking load --csr senvcfg.PMM=3 --csr mstatus.MXR=1", 0, "norm:pm_mxr_exception"),
    ],
)  # fmt: skip
def test_the_pointer_masking_that_holds_names_its_register(ask, question, bits, rule):
    answer = ask(f"--profile max {question}")
    said = f"the upper {bits} bits of an address are ignored" if bits else "no bit is ignored"
    assert (answer["verdict"], answer["text"], rules(answer["steps"])[-1]) == ("masking", said, rule)


PAGED = "--csr satp.MODE=8 --csr vsatp.MODE=8 --csr hgatp.MODE=8"
MPRV = "--mode M --csr mstatus.MPRV=1"
BITS = "--csr mstatus.SUM=1 --csr mstatus.MXR=1 --csr vsstatus.SUM=1 --csr vsstatus.MXR=1"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (f"--mode M --translation load {PAGED} {BITS}", "as M, not translated"),
        (f"--mode HS --translation load {PAGED}", "as HS, translated by satp"),
        (f"--mode HS --translation load {PAGED} {BITS}", "as HS, translated by satp, with SUM, MXR"),
        (f"--mode U --translation load {PAGED} {BITS}", "as U, translated by satp, with MXR"),
        (f"--mode U --translation load {BITS}", "as U, not translated"),
        (f"--mode VS --translation load {PAGED} {BITS}",
         "as VS, translated by vsatp and hgatp, with guest's SUM, MXR, guest's MXR"),
        (f"--mode VU --translation load {PAGED} {BITS}",
         "as VU, translated by vsatp and hgatp, with MXR, guest's MXR"),
        (f"--mode VS --translation load --csr hgatp.MODE=8 {BITS}", "as VS, translated by hgatp, with MXR"),
        (f"--mode VS --translation load --csr vsatp.MODE=8 {BITS}",
         "as VS, translated by vsatp, with guest's SUM, MXR, guest's MXR"),
        (f"--mode VS --translation load --csr satp.MODE=8 {BITS}", "as VS, not translated"),
        (f"{MPRV} --csr mstatus.MPP=1 --translation load {PAGED}", "as HS, translated by satp"),
        (f"{MPRV} --csr mstatus.MPP=3 --csr mstatus.MPV=1 --translation load {PAGED}", "as M, not translated"),
        (f"{MPRV} --csr mstatus.MPV=1 --translation load {PAGED}", "as VU, translated by vsatp and hgatp"),
        (f"{MPRV} --translation hlv --csr hstatus.SPVP=1 {PAGED}", "as VS, translated by vsatp and hgatp"),
        (f"--mode HS --translation hlv {PAGED}", "as VU, translated by vsatp and hgatp"),
        (f"--mode U --csr hstatus.HU=1 --csr hudcfg.EN=1 --csr hustatus.UPVP=1 --translation hlv {PAGED}",
         "as VS, translated by vsatp and hgatp"),
        ("--xlen 32 --mode HS --translation load --csr satp.MODE=1", "as HS, translated by satp"),
        ("--profile mu --mode U --translation load", "as U, not translated"),
    ],
)  # fmt: skip
def test_as_which_mode_through_which_tables_with_which_bits(ask, question, text):
    """norm:mstatus_mprv_hypervisor, norm:hlsv_priv, norm:hlsv_trans, norm:sstatus_mxr_vm, norm:vsstatus_mxr_vm,
    HU-28"""
    answer = ask(question)
    assert (answer["verdict"], answer["text"]) == ("translation", f"execute {text}")


@pytest.mark.parametrize(("mode", "verdict"), [("U", "illegal instruction"), ("VS", "virtual instruction")])
def test_how_hlv_is_translated_where_it_may_not_execute_is_its_fault(ask, mode, verdict):
    assert ask(f"--mode {mode} --translation hlv")["verdict"] == verdict


def test_whose_overflows_scountovf_shows_is_told(ask):
    """norm:scountovf_smode_read_access"""
    answer = ask("--profile max --mode HS --access scountovf --overflow 0x18 --csr mcounteren=8")
    assert (answer["read"], rules(answer["steps"])[-1]) == ("0x8", "norm:scountovf_smode_read_access")


def test_colours_are_for_a_terminal_that_wants_them(explain, monkeypatch):
    question = "--mode U --cause 2"
    plain = explain(question)
    assert "\x1b" not in plain
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True, raising=False)
    assert "\x1b[" in explain(question)
    monkeypatch.setenv("NO_COLOR", "1")
    assert explain(question) == plain
