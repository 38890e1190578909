"""The platform's Verilog: the same bytes every time, the parts under their names."""

import json
import re
import subprocess
import sys

from utrap.products.verilog_module import verilog
from utrap_hart.hart import hart_config

from ..core.soc_runs import sources  # noqa: TID252 (the tests are no package)

SCRIPT = """
import json
from utrap_hart.platform.verilog_files import soc_verilog
from utrap_hart.hart import hart_config
print(json.dumps(soc_verilog(hart_config())))
"""


def test_the_trap_unit_is_the_one_that_generate_writes():
    assert sources(hart_config())["trap_unit.v"] == verilog(hart_config())


def test_the_parts_are_instances_under_their_names():
    text = sources(hart_config())["soc.v"]
    assert re.findall(r"^module (\S+?)\(", text, re.MULTILINE)[0] == "soc"
    instances = dict(reversed(pair) for pair in re.findall(r"^  (\w+) +(\w+) \($", text, re.MULTILINE))
    assert instances["hart"] == "soc_hart"
    assert instances["unit"] == "trap_unit"
    assert {"core", "translate", "counters", "clint", "uart", "finisher"} <= set(instances)
    for name in ("stage_state", "pc", "insn", "result", "writes_rd"):
        assert re.search(rf"^  (reg|wire) (\[\d+:0\] )?{name}\b", text, re.MULTILINE), name


def test_the_same_configuration_gives_the_same_bytes(environment):
    child = environment() | {"PYTHONHASHSEED": "1"}
    result = subprocess.run([sys.executable, "-c", SCRIPT], env=child, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == sources(hart_config())
