"""The rules of the house, which no linter checks: sizes, names, import time, pins."""

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import promptrec

ROOT = Path(__file__).parents[1]
SOURCE = sorted((ROOT / "promptrec").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
EVAL = sorted((ROOT / "eval").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
HEAVY = {"torch", "transformers", "vllm", "pandas", "bm25s", "httpx", "pyarrow", "tokenizers", "xgrammar"}
IMPORT_SECONDS = 0.3
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def relative(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return path.read_text(encoding="utf-8").count("\n")


def files_in_git():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def pins(lock):
    """Name to version, of one lock file without those it includes."""
    found = {}
    for line in (ROOT / "requirements" / lock).read_text().splitlines():
        if not line or line.startswith(("#", "-r ")):
            continue
        name, version = re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)", line).groups()
        assert canonicalize_name(name) not in found, f"{lock} pins {name} twice"
        found[canonicalize_name(name)] = version
    return found


def unmet(requirements, locked):
    wanted = [Requirement(requirement) for requirement in requirements]
    return [str(r) for r in wanted if not r.specifier.contains(locked.get(canonicalize_name(r.name), "0"))]


def test_files_and_functions_are_short():
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE + TESTS + EVAL}
    assert [relative(path) for path in trees if lines(path) > 450] == []
    functions = ((path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, FUNCTIONS))
    assert [f"{relative(p)}:{f.name}" for p, f in functions if f.end_lineno - f.lineno + 1 > 60] == []


def test_the_library_never_prints_nor_sets_up_logging():
    library = [path for path in SOURCE if "cli" not in path.parts]
    nodes = ((path, node) for path in library for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [(path, ast.unparse(node.func)) for path, node in nodes if isinstance(node, ast.Call)]
    assert [relative(path) for path, name in calls if name in ("print", "logging.basicConfig")] == []


def test_no_file_is_named_for_what_it_is_not():
    vague = re.compile(r"(^|_)(managers?|handlers?|coordinators?|processors?|utils?|helpers?|common|misc)(_|$)")
    assert [relative(p) for p in SOURCE + TESTS if vague.search(p.stem)] == []


def test_no_name_is_a_retired_word():
    """What they meant was only known to those who wrote them."""
    words = r"(^|_)(told|kept|asked|said|shelf|desk|swallowed|charged|metered|lockstep)(_|$)"
    retired = re.compile(words, re.IGNORECASE)
    names = ((path, token) for path in SOURCE for token in tokens(path) if token.type == tokenize.NAME)
    assert [f"{relative(p)}:{t.start[0]}: {t.string}" for p, t in names if retired.search(t.string)] == []


def test_no_two_classes_have_one_name_and_no_modules_import_one_another_in_a_circle():
    trees = {".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text()) for path in SOURCE}
    classes = [node.name for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [name for name, count in Counter(classes).items() if count > 1 and not name.startswith("_")] == []
    modules = {name: tree for name, tree in trees.items() if not name.endswith("__init__")}
    imported = {name: {m for n in ast.walk(tree) for m in imports(n) if m in modules} for name, tree in modules.items()}
    TopologicalSorter(imported).prepare()  # raises CycleError, which names the circle


def tokens(path):
    return tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)


def imports(node):
    """The modules that a statement may import, also inside of a function and for type checkers."""
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return []
    return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]


def test_every_room_of_the_package_has_its_layer_in_the_contract():
    contract = PROJECT["tool"]["importlinter"]["contracts"][0]
    rooms = {p.relative_to(ROOT / "promptrec").parts[0].removesuffix(".py") for p in SOURCE}
    assert contract["exhaustive"] is True
    assert rooms - {"__init__"} == set(contract["layers"])


def modules_after(statement):
    program = f"import sys, time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t, *sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *modules = said.stdout.split()
    return float(seconds), set(modules)


def test_import_promptrec_is_light():
    runs = [modules_after("import promptrec") for _ in range(5)]
    assert min(seconds for seconds, _ in runs) < IMPORT_SECONDS
    assert not runs[0][1] & (HEAVY | {"jinja2", "numpy", "pydantic"})


def test_the_public_names_load_no_heavy_package():
    _, modules = modules_after(f"from promptrec import {', '.join(set(promptrec.__all__) - {'__version__'})}")
    assert not modules & HEAVY


def test_every_public_name_of_a_room_resolves_and_is_listed():
    rooms = [".".join(p.relative_to(ROOT).parent.parts) for p in SOURCE if p.name == "__init__.py"]
    faces = [face for room in rooms if hasattr(face := importlib.import_module(room), "__all__")]
    assert len(faces) >= 2
    for face in faces:
        assert len(set(face.__all__)) == len(face.__all__)
        assert [name for name in face.__all__ if not hasattr(face, name)] == []
        assert set(face.__all__) - {"__version__"} <= set(dir(face))


def test_the_locks_name_no_package_twice():
    assert "-r demo.lock" in (ROOT / "requirements" / "test.lock").read_text().splitlines()
    assert not pins("demo.lock").keys() & pins("test.lock").keys()


def test_the_locks_satisfy_what_the_package_asks_for():
    extras = PROJECT["project"]["optional-dependencies"]
    asked = PROJECT["project"]["dependencies"] + extras["transformers"] + PROJECT["build-system"]["requires"]
    assert unmet(asked, pins("demo.lock")) == []
    tested = [requirement for extra in (extras.keys() - {"transformers", "vllm"}) for requirement in extras[extra]]
    assert unmet(tested, pins("demo.lock") | pins("test.lock")) == []


def test_a_package_that_is_missing_or_too_old_is_noticed():
    assert unmet(["numpy>=2", "pandas>=2"], {"numpy": "1.9"}) == ["numpy>=2", "pandas>=2"]


def test_no_file_in_git_is_larger_than_a_megabyte():
    assert [relative(p) for p in files_in_git() if p.stat().st_size >= 1_000_000] == []


def test_nothing_is_marked_as_left_undone():
    mark = re.compile(rb"\b(TO" + rb"DO|FIX" + rb"ME|XX" + rb"X)\b")
    text = [p for p in files_in_git() if p.suffix in {".py", ".md", ".toml", ".jinja", ".yml", ".yaml", ""}]
    assert [relative(p) for p in text if mark.search(p.read_bytes())] == []


def test_the_version_is_said_once_and_has_its_entry_in_the_changelog():
    assert PROJECT["project"]["version"] == promptrec.__version__
    assert f"## [{promptrec.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
