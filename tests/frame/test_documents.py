"""What the documents point at is there: links, headings, and the paths and modules that they name."""

import ast
import re

import pytest

from .import_graph import PACKAGES, module_files

#: Where a path in a document may begin: at the root, or at a package that the document is about.
BASES = ("", "hdl/utrap", "sim/utrap_hart", "sim/utrap_sim", "formal/utrap_formal", "examples/programs", "tests")
#: What is made or given by users, and so is in no checkout.
MADE = re.compile(r"^(build|dist|\.venv|DIR|OUT|\$|/|~|\.\.?$)|^(tmp|home)/")
SUFFIXES = r"py|md|json|tsv|svg|html|toml|v|c|h|vh|sh|inc|txt"


@pytest.fixture(scope="module")
def documents(root):
    """Every document of the project, as text without its blocks of code."""
    pages = list(root.glob("*.md"))
    for top in ("docs", "formal", "benchmarks", "examples"):
        pages += (root / top).rglob("*.md")
    assert len(pages) > 15
    return {page: page.read_text() for page in sorted(pages)}


def prose(text):
    """Without fenced and indented blocks, which show what is typed and printed."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^(    .*\n)+", "", text, flags=re.MULTILINE)


def anchors(text):
    """The names of a document's headings as links have them."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "")).strip().lower().replace(" ", "-") for title in titles}


def dead_links(page, text, documents):
    """The relative links of a document that lead nowhere."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(documents.get(target) or target.read_text())):
            yield link


def dead_paths(text, root):
    """The paths in a document's code marks that are nowhere in the checkout."""
    files = {path.name for top in root.iterdir() if top.name not in ("build", ".venv", ".git")
             for path in ([top] if top.is_file() else top.rglob("*"))}  # fmt: skip
    for name in re.findall(r"`([^`\n]+)`", prose(text)):
        if not re.fullmatch(rf"[\w.*/-]+/|[\w.*-]*/[\w.*/-]*\.({SUFFIXES})|[a-z_]+\.py|[\w-]+(/[\w-]+)+", name):
            continue
        if MADE.search(name) or (("/" in name) and not _is_of_ours(name, root)):
            continue
        if "/" not in name:
            if name not in files:
                yield name
        elif not any(list((root / base).glob(name.rstrip("/"))) for base in BASES):
            yield name


def _is_of_ours(name, root):
    """Whether a path begins with a folder of ours, so that it is no example of something else."""
    first = name.partition("/")[0]
    return any((root / base / first).is_dir() for base in BASES)


def dead_modules(text, root):
    """The dotted names in a document's code marks that name nothing in our packages."""
    files = module_files(root)
    for name in re.findall(rf"`(?:python -m )?((?:{'|'.join(PACKAGES)})\.[\w.]+)", prose(text)):
        name = name.rstrip(".")
        module = next(known for known in _upwards(name) if known in files)
        rest = name[len(module) + 1 :].partition(".")[0]
        names = {node.name for node in ast.walk(ast.parse(files[module].read_text())) if hasattr(node, "name")}
        if rest and rest not in names:
            yield name


def _upwards(name):
    while name:
        yield name
        name = name.rpartition(".")[0]


def test_every_link_leads_somewhere(documents, root):
    dead = {page.relative_to(root): list(dead_links(page, text, documents)) for page, text in documents.items()}
    assert {page: links for page, links in dead.items() if links} == {}


def test_every_path_in_a_document_is_there(documents, root):
    dead = {page.relative_to(root): list(dead_paths(text, root)) for page, text in documents.items()}
    assert {page: paths for page, paths in dead.items() if paths} == {}


def test_every_module_in_a_document_is_there(documents, root):
    dead = {page.relative_to(root): list(dead_modules(text, root)) for page, text in documents.items()}
    assert {page: modules for page, modules in dead.items() if modules} == {}


@pytest.mark.parametrize(("page", "package"), [("architecture.md", "hdl/utrap"), ("hart.md", "sim/utrap_hart")])
def test_the_files_in_a_drawing_of_parts_are_there(root, page, package):
    blocks = "".join(re.findall(r"^(?:    .*\n)+", (root / "docs" / page).read_text(), re.MULTILINE))
    named = re.findall(r"[\w/]+\.py", blocks)
    assert len(named) > 10
    assert [name for name in named if not list((root / package).rglob(name))] == []


def test_what_is_dead_is_seen(root):
    page = root / "docs" / "README.md"
    text = "[a](nowhere.md) [b](hart.md#no-such-heading) [c](hart.md#the-parts) `docs/nothing.md` `cellar.py` `hdl/`\n"
    text += "`utrap.cellar` `utrap.config.Wine` `utrap.config.Config` `sim/utrap_sim/cellar/` `build/x.md` `CSRRS/C`\n"
    assert list(dead_links(page, text, {})) == ["nowhere.md", "hart.md#no-such-heading"]
    assert list(dead_paths(text, root)) == ["docs/nothing.md", "cellar.py", "sim/utrap_sim/cellar/"]
    assert list(dead_modules(text, root)) == ["utrap.cellar", "utrap.config.Wine"]


def test_the_table_of_rooms_in_the_documents_names_rooms(root):
    from .test_layers import ROOMS

    text = (root / "docs" / "architecture.md").read_text().partition("The rooms inside")[2].partition("\n## ")[0]
    named = re.findall(r"`(utrap\w*\.[\w.]+)`", text)
    assert len(named) > 15
    assert [name for name in named if name not in ROOMS] == []
