"""The documentation names modules, commands and options that are there."""

import pkgutil
import re
from pathlib import Path

import pytest

from promptrec.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
    *(ROOT / "docs").glob("*.md"),
]
# Groups of entry points, which look like modules.
GROUPS = {f"promptrec.{group}" for group in ("engines", "rankers", "retrievers", "answers")}
OTHER_PROGRAMS = {"--extra-index-url", "--served-model-name"}


def found(name):
    """Whether a dotted name is a module or an attribute of one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"`([\w/]+\.py)`", text) if "NAME" not in path]
    assert [path for path in paths if not any((base / path).exists() for base in (ROOT, ROOT / "promptrec"))] == []
    assert [
        name for name in re.findall(r"`(promptrec(?:\.\w+)+)[`(]", text) if name not in GROUPS and not found(name)
    ] == []
    links = [link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text)]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_and_options_of_a_page_are_there(page):
    text = page.read_text(encoding="utf-8")
    assert [name for name in re.findall(r"`promptrec ([a-z][\w-]*)", text) if name not in COMMANDS] == []
    lines = "\n".join(line for line in text.splitlines() if "promptrec " in line and "eval." not in line)
    known = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", lines)) - OTHER_PROGRAMS
    assert [option for option in sorted(options) if option not in known] == []
