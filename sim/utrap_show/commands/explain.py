"""Answers "where does this trap go, and why": the decision step by step, with rules, CSRs written and next pc.

Ask about an exception (--cause), interrupts (--interrupt, or --csr mip=...), an RNMI (--rnmi), a return
(--return), a CSR access (--access), another instruction (--insn), pointer masking (--masking) or how loads and
stores are translated (--translation). What --csr does not set is as after reset. The answer is the golden model's:
every step is one that its own code took.

A guest's access to an emulated UART, straight to the VMM in U-mode:

\b
  utrap explain --mode VS --cause load-guest-page-fault --gpa 0x10000000 \\
    --csr medeleg=0xb00000 --csr huedeleg=0xa00000 --csr hudcfg=3 \\
    --csr hugpaw0.E=1 --csr hugpaw0.GPPN=0x10000

Which of two interrupts is taken in the guest, and as what:

\b
  utrap explain --mode VS --interrupt VSTI --interrupt STI \\
    --csr mideleg[5]=1 --csr hideleg[6]=1 --csr vsstatus.SIE=1

Who may set a guest's timer, and whether it is due:

\b
  utrap explain --set sstc=true --mode VS --access stimecmp --write 0x1000 \\
    --csr menvcfg.STCE=1 --csr mcounteren.TM=1 --csr hcounteren.TM=1
  utrap explain --set sstc=true --mode VS --time 0x1000 --csr mie=0x40 \\
    --csr vstimecmp=0x1000 --csr menvcfg.STCE=1 --csr henvcfg.STCE=1 \\
    --csr hideleg=0x40

What a debugger's request does in the VMM's handler, and a return in Debug Mode:

\b
  utrap explain --set sdext=true --mode U --halt 3 --pc 0x10000
  utrap explain --set sdext=true --mode M --debug --return uret

Who takes a fault in the kernel's handler (SDT=1), and an RNMI in the VMM's:

\b
  utrap explain --set ssdbltrp=true --mode HS --cause load-page-fault \\
    --csr medeleg=0x2000 --csr menvcfg.DTE=1 --csr mstatus.SDT=1
  utrap explain --set smrnmi=true --mode U --rnmi 2 --csr mnstatus.NMIE=1

Through which tables a hypervisor's HLV reads its guest's memory, and whether it sees what may only be executed:

\b
  utrap explain --mode HS --translation hlv --csr hstatus.SPVP=1 \\
    --csr vsatp.MODE=8 --csr hgatp.MODE=8 --csr vsstatus.SUM=1

Why SRET traps, and who may write satp:

\b
  utrap explain --mode HS --return sret --csr mstatus.TSR=1
  utrap explain --mode VS --access satp --write 0 --csr hstatus.VTVM=1
"""

import json
from typing import Any

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config

OPERAND: dict[str, Any] = {"metavar": "[VALUE]", "is_flag": False, "flag_value": "0"}


@click.command(help=__doc__)
@click.option("--mode", metavar="MODE", required=True, help="Where the hart is: M, HS (or S), U, VS or VU.")
@click.option("--cause", metavar="CODE|NAME", help="An exception, as 21 or load-guest-page-fault.")
@click.option(
    "--interrupt",
    "interrupts",
    metavar="CODE|NAME",
    multiple=True,
    help="Pending, and locally enabled unless --csr sets mie or a view of it; may be repeated.",
)
@click.option(
    "--return",
    "returns",
    type=click.Choice(["mret", "sret", "uret", "mnret", "resume"]),
    help="A trap return, or RESUME.",
)
@click.option("--halt", metavar="CAUSE", help="The hart enters Debug Mode; CAUSE as dcsr has it, 1 to 7.")
@click.option("--rnmi", metavar="CAUSE", help="An RNMI is pending, with this cause.")
@click.option(
    "--rnmi-interrupt-vector", metavar="ADDRESS", help="With rnmi_vectors=port: where RNMIs go, as the input says."
)
@click.option("--rnmi-exception-vector", metavar="ADDRESS", help="Likewise where exceptions in M go while NMIE is 0.")
@click.option("--debug", is_flag=True, help="The hart is in Debug Mode, whose mode is M.")
@click.option("--access", metavar="CSR", help="An access to this CSR, by name or address; a read unless it is said.")
@click.option("--write", **OPERAND, help="The access writes.")
@click.option("--set-bits", **OPERAND, help="The access sets bits (CSRRS).")
@click.option("--clear-bits", **OPERAND, help="The access clears bits (CSRRC).")
@click.option("--insn", metavar="NAME", help="WFI, a fence, HLV, HSV, ...: may it execute?")
@click.option(
    "--masking",
    type=click.Choice(["load", "hlv"]),
    help="Which pointer masking holds for loads and stores, or for HLV and HSV?",
)
@click.option(
    "--translation",
    type=click.Choice(["load", "hlv"]),
    help="As which mode do loads and stores, or HLV and HSV, execute, with which translation and permission bits?",
)
@click.option(
    "--csr",
    "csrs",
    metavar="NAME=VALUE",
    multiple=True,
    help="A CSR, a field (mstatus.MIE=1) or a bit (medeleg[21]=1) before the event; may be repeated.",
)
@click.option("--pc", metavar="ADDRESS", help="Of the instruction that traps or is interrupted.")
@click.option("--tval", metavar="VALUE", help="The trap value.")
@click.option("--gpa", metavar="ADDRESS", help="The faulting guest-physical address.")
@click.option("--tinst", metavar="VALUE", help="The trap instruction.")
@click.option("--time", metavar="VALUE", help="What mtime says, with which stimecmp and vstimecmp are compared.")
@click.option("--overflow", metavar="BITS", help="Counters that have overflowed, as scountovf has them.")
@click.option("--gva", is_flag=True, help="The trap value is a guest virtual address.")
@configuration_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/schemas/explain.schema.json).")
def explain(config: Config, as_json: bool, **options: Any) -> None:
    from utrap_show.explain.answer import answer
    from utrap_show.explain.question import Options
    from utrap_show.explain.request import make_request
    from utrap_show.explain.show import show

    told = answer(make_request(config, Options(**options)))
    if as_json:
        print(json.dumps(told.to_json(), indent=2))
    else:
        show(told)
