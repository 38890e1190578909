"""--profile, --xlen and --set: what they make, and one line for each way to get them wrong."""

import re

import pytest

from utrap.command_line.errors import UserError
from utrap.command_line.options import make_config
from utrap.config import PRESETS, PROFILES, Config


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ([], {}),
        (["windows=8"], {"windows": 8}),
        (["windows=0x8"], {"windows": 8}),
        (["windows=08"], {"windows": 8}),
        (["mtvec_reset=0x8000_0000"], {"mtvec_reset": 0x80000000}),
        ([" windows = 8 "], {"windows": 8}),
        *(([f"fs={text}"], {"fs": True}) for text in ("true", "1", "yes", "True")),
        *(([f"fs={text}"], {"fs": False}) for text in ("false", "0", "no", "NO")),
        (["satp_modes=bare,sv39"], {"satp_modes": ("bare", "sv39")}),
        (["satp_modes=bare, sv39"], {"satp_modes": ("bare", "sv39")}),
        (["counters=zihpm"], {"counters": "zihpm"}),
        (["isa=IMA", "ialign=32"], {"isa": "IMA", "ialign": 32}),
        (["shudeleg=false"], {"shudeleg": False}),
    ],
)
def test_settings_are_read_as_their_fields_type(settings, changes):
    assert make_config("full", 64, settings) == Config.profile("full", 64, **changes)


def test_a_profile_and_a_width():
    assert make_config("msu", 32) == Config.profile("msu", 32)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["windows"], "--set windows: write it as KEY=VALUE, for example --set windows=8"),
        (["windws=8"], "--set windws=8: 'windws' is no field of the configuration; do you mean windows?"),
        (["=8"], "--set =8: '' is no field of the configuration; there are s, h, n, shudeleg, windows, "),
        (["colour=red"], "--set colour=red: 'colour' is no field of the configuration; "),
        (["windows=many"], "--set windows=many: windows is a number, as in 16 or 0x10"),
        (["windows="], "--set windows=: windows is a number, as in 16 or 0x10"),
        (["windows=1.5"], "--set windows=1.5: windows is a number, as in 16 or 0x10"),
        (["fs=maybe"], "--set fs=maybe: fs is true or false"),
        (["fs="], "--set fs=: fs is true or false"),
        (["fs=1", "fs=0"], "--set fs=0: fs is set twice"),
        (["xlen=32"], "--set xlen=32: write --xlen 32"),
        (["profile=mu"], "--set profile=mu: write --profile mu"),
        (["windows=9"], "--set windows=9: must be 0 to 8"),
        (["windows=-1"], "--set windows=-1: must be 0 to 8"),
        (["satp_modes="], "--set satp_modes=: must be bare or bare,sv39"),
        (["satp_modes=sv39"], "--set satp_modes=sv39: must be bare or bare,sv39"),
        (["counters=some"], "--set counters=some: must be one of none, zicntr, zihpm"),
        (["mvendorid=0x1ffffffff"], "--set mvendorid=0x1ffffffff: must be 0 to 0xffffffff"),
        (["marchid=18446744073709551616"], "--set marchid=18446744073709551616: must be 0 to 0xffffffffffffffff"),
        (["windows=a\nb"], "--set windows=a b: windows is a number, as in 16 or 0x10"),
    ],
)
def test_a_wrong_setting_is_one_line(settings, message):
    with pytest.raises(UserError) as error:
        make_config("full", 64, settings)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("profile", "xlen", "settings", "message"),
    [
        ("msu", 32, ["va_bits=39"], "--set va_bits=39: must be 0"),
        ("mu", 64, ["sstc=true"], "--set sstc=true: sstc needs s=true, and profile mu has s=false"),
        ("mu", 64, ["sstc=yes"], "--set sstc=yes: sstc needs s=true, and profile mu has s=false"),
        ("mu", 64, ["sstc=true", "s=no"], "--set sstc=true: sstc needs s=true"),
        ("full", 64, ["s=false"], "--set s=false: profile full has h=true, and h needs s=true"),
        ("full", 64, ["satp_modes=bare"], "--set satp_modes=bare: profile full has h=true, and h needs satp_modes="),
        ("full", 64, ["ialign=32"], "--set ialign=32: profile full has isa=IMAC, and C needs ialign=16"),
        ("full", 64, ["counters=none", "sstc=true"], "--set sstc=true: sstc needs counters=zicntr or zihpm"),
        ("full", 32, ["shtvala=true"], "--set shtvala=true: shtvala needs xlen=64"),
        ("full", 32, ["satp_modes=bare,sv39"], "--set satp_modes=bare,sv39: must be bare or bare,sv32"),
        ("msu", 64, ["vmid_bits=1"], "--set vmid_bits=1: vmid_bits needs h=true, and profile msu has h=false"),
        ("mu", 64, ["local_interrupts_first=1"], "--set local_interrupts_first=1: local_interrupts_first needs local_"),
        ("mu", 64, ["fs=true"], "--set fs=true: fs=true without s=true needs F in isa, and profile mu has s=false and"),
        ("mu", 64, ["mtvec_modes=vectored"], "--set mtvec_modes=vectored: profile mu has mtvec_reset=0, and "),
    ],
)  # fmt: skip
def test_a_rule_is_told_by_what_was_typed_and_by_what_the_profile_has(profile, xlen, settings, message):
    with pytest.raises(UserError) as error:
        make_config(profile, xlen, settings)
    assert str(error.value).startswith(message)
    assert not re.search("True|False", str(error.value))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--profile", "big"],
            f"Invalid value for '--profile': 'big' is not one of {', '.join(map(repr, (*PROFILES, *PRESETS)))}",
        ),
        (["--xlen", "48"], "Invalid value for '--xlen': '48' is not one of '32', '64'"),
        (["--xlen"], "Option '--xlen' requires an argument."),
        (["--set", "windows=9"], "--set windows=9: must be 0 to 8"),
        (["--profil", "mu"], "No such option '--profil'"),
        (["surplus"], "Got unexpected extra argument (surplus)"),
    ],
)
@pytest.mark.parametrize("command", ["generate", "csrs"])
def test_a_wrong_option_is_one_line_and_status_2(utrap, tmp_path, command, arguments, says):
    result = utrap(command, *arguments, cwd=tmp_path)
    assert re.fullmatch(r"utrap[^\n]*\n", result.stderr), result.stderr
    assert says in result.stderr
    assert (result.stdout, result.returncode) == ("", 2)
    assert list(tmp_path.iterdir()) == []
