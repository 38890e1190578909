"""FuseSoC's generator `utrap`: the unit of the configuration that stands in the user's core file.

FuseSoC calls it with a file that says what the user wants, in the folder where the files go.
"""

import subprocess
import sys
from pathlib import Path

import yaml

KEYS = ("name", "profile", "xlen", "set")


def main() -> int:
    """Run `utrap generate`, and give its core file the name that FuseSoC expects."""
    wanted = yaml.safe_load(Path(sys.argv[1]).read_text())
    parameters = wanted.get("parameters") or {}
    if unknown := [key for key in parameters if key not in KEYS]:
        print(f"utrap: {unknown[0]!r} is no parameter of the generator: there are {', '.join(KEYS)}", file=sys.stderr)
        return 2
    name = str(parameters.get("name", "trap_unit"))
    options = ["--name", name]
    for key in ("profile", "xlen"):
        options += [f"--{key}", str(parameters[key])] if key in parameters else []
    for key, value in (parameters.get("set") or {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        options += ["--set", f"{key}={','.join(value) if isinstance(value, list) else text}"]
    status = subprocess.run([sys.executable, "-m", "utrap", "generate", "-o", ".", *options]).returncode
    if status == 0:
        core = Path(f"{name}.core")
        lines = core.read_text().splitlines()
        named = [f"name: {wanted['vlnv']}" if line.startswith("name:") else line for line in lines]
        core.write_text("\n".join(named) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
