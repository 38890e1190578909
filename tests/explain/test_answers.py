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
