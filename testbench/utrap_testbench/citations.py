"""Which rule is cited where: rule of the manual or of our specifications -> RTL, model, test, property.

`python -m utrap_testbench.citations` in a checkout prints the table; `--uncited` prints the rules that
nothing cites and that may bind a trap unit. A citation is `norm:` and a tag of docs/spec/norm-tags.tsv,
`HU-` and a number of docs/spec/shudeleg.md, or `warl:` and a word of docs/spec/warl.md: of a table's first
column or a sentence.
"""

import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

CITATION = re.compile(r"\bnorm:\w[\w-]*|\bwarl:\w+|\bHU-\d+")

#: What a file is, by where it is: the first prefix that fits.
LAYERS = {
    "hdl/": "RTL",
    "sim/utrap_hart/": "RTL",
    "testbench/utrap_testbench/golden/": "model",
    "testbench/": "test",
    "sim/": "test",
    "tests/": "test",
    "formal/": "property",
}
#: The layers in the order of the table's columns.
COLUMNS = tuple(dict.fromkeys(LAYERS.values()))
#: These are about citations, not about traps.
EXEMPT = ("tests/frame/", "testbench/utrap_testbench/citations.py")


class Rule(NamedTuple):
    """A row of docs/spec/norm-tags.tsv.

    Attributes:
        chapter: The manual's chapter.
        section: Its section there.
        tag: Its name.
        why_not: Why it binds no trap unit; "" where it may.
    """

    chapter: str
    section: str
    tag: str
    why_not: str = ""


def manual(root: Path) -> list[Rule]:
    """The rules of the manual, in the document's order."""
    lines = (root / "docs" / "spec" / "norm-tags.tsv").read_text().splitlines()
    return [Rule(*line.split("\t")) for line in lines if not line.startswith("#")]


def rules(root: Path) -> list[str]:
    """Every rule of the manual and of the extension, in the documents' order."""
    spec = root / "docs" / "spec"
    tags = [f"norm:{rule.tag}" for rule in manual(root)]
    ours = re.findall(r"^(?:- )?(HU-\d+)\. ", (spec / "shudeleg.md").read_text(), re.MULTILINE)
    return list(dict.fromkeys([*tags, *ours]))


def choices(root: Path) -> set[str]:
    """What a citation of a choice may be: a row by a word of its subject, a sentence by one of its words."""
    lines = (root / "docs" / "spec" / "warl.md").read_text().splitlines()
    subjects = [line.split("|")[1] if line.startswith("|") else line for line in lines]
    return {f"warl:{word}" for subject in subjects for word in re.findall(r"\w+", subject)}


def citations(root: Path) -> dict[str, dict[str, list[str]]]:
    """Rule -> layer -> the places "file:line" that cite it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for prefix, layer in LAYERS.items():
        for path in sorted((root / prefix).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if name.startswith(EXEMPT) or next(p for p in LAYERS if name.startswith(p)) != prefix:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for rule in CITATION.findall(line):
                    found[rule][layer].append(f"{name}:{number}")
    return found


def unknown(root: Path) -> dict[str, list[str]]:
    """What is cited but is no rule -> the places that cite it."""
    known = {*rules(root), *choices(root)}
    return {
        rule: [place for places in layers.values() for place in places]
        for rule, layers in citations(root).items()
        if rule not in known
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m utrap_testbench.citations", description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=Path(), help="the checkout (default: here)")
    parser.add_argument("--uncited", action="store_true", help="print the rules that nothing cites")
    options = parser.parse_args()
    if not (options.root / "docs" / "spec" / "norm-tags.tsv").is_file():
        parser.error(f"{options.root} is not a checkout of utrap: docs/spec/norm-tags.tsv is missing")

    found = citations(options.root)
    listed = rules(options.root)
    if options.uncited:
        free = {f"norm:{rule.tag}" for rule in manual(options.root) if rule.why_not}
        print("\n".join(rule for rule in listed if rule not in found and rule not in free))
        return 0
    shown = [rule for rule in [*listed, *sorted(choices(options.root))] if rule in found]
    width = max(map(len, listed))
    print(f"{'rule':{width}}", *(f"{column:>8}" for column in COLUMNS))
    for rule in shown:
        print(f"{rule:{width}}", *(f"{len(found[rule][column]) or '-':>8}" for column in COLUMNS))
    bad = unknown(options.root)
    for rule, places in bad.items():
        print(f"{places[0]}: {rule} is no rule of docs/spec", file=sys.stderr)
    print(f"{sum(rule in found for rule in listed)} of {len(listed)} rules are cited")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
