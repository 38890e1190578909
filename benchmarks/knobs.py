"""What each knob of the configuration costs: hdl/utrap/knob_costs.json, for `utrap generate --list` and docs/knobs.md.

Usage: python benchmarks/knobs.py [KEY ...]
"""

import json
import sys
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path

from utrap.command_line.files import write_atomically
from utrap.knobs import COSTS
from utrap_documents.knob_costs import CHANGES, cost, luts


def main() -> None:
    """Measure all knobs, or some, and write what they cost beside what the others did."""
    path = Path(str(files("utrap") / COSTS))
    measure = cache(luts)
    found = json.loads(path.read_text()) if path.exists() else {}
    for key in sys.argv[1:] or CHANGES:
        before, after = CHANGES[key].sides(key)
        measured = cost(key, measure(after) - measure(before))
        print(measured.text, flush=True)
        found[key] = asdict(measured)
        # What is measured stays, should the next be cut short.
        ordered = {each: found[each] for each in CHANGES if each in found}
        write_atomically(path.parent, {path.name: (json.dumps(ordered, indent=1) + "\n").encode()})


if __name__ == "__main__":
    main()
