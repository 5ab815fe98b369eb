"""docs/api.md and docs/cli.md are what the docstrings and the help say today."""

import importlib

import pytest

import promptrec
from eval import reference
from promptrec.cli.main import COMMANDS


@pytest.mark.parametrize("name", ["api", "cli"])
def test_the_reference_is_up_to_date(name):
    page = (reference.DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert page == getattr(reference, name)(), "write it again: python -m eval.reference"


def test_every_public_name_and_every_command_has_its_section():
    api, cli = ((reference.DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("api", "cli"))
    assert all(f"\n## {name}\n" in api for name in promptrec.__all__ if not name.startswith("_"))
    assert all(f"\n## promptrec {name}\n" in cli for name in COMMANDS)


@pytest.mark.parametrize("room", reference.ROOMS)
def test_every_name_that_a_room_exports_is_there(room):
    module = importlib.import_module(f"promptrec.{room}")
    assert all(hasattr(module, name) for name in getattr(module, "__all__", ()))
