from types import SimpleNamespace

import pytest

from promptrec.cli import studio as command
from promptrec.errors import MissingExtra


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_a_missing_package_is_said_with_what_installs_it(monkeypatch, package):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == package else SimpleNamespace())
    with pytest.raises(MissingExtra, match=rf"{package} is not installed: pip install 'promptrec\[studio\]'"):
        command.studio()


def test_the_command_starts_without_the_web_packages_being_loaded(promptrec):
    done = promptrec("studio", "--help")
    assert done.returncode == 0, done.stderr
    assert all(option in done.stdout for option in ("--templates", "--model", "--engine", "--port", "--no-browser"))


def test_an_engine_nobody_knows_is_said_before_anything_is_served(promptrec):
    done = promptrec("studio", "--no-browser", "--engine", "magic")
    assert done.returncode == 2 and "vllm" in done.stderr and done.stdout == ""


def test_a_file_is_no_folder_of_templates(promptrec, catalog_file):
    done = promptrec("studio", "--no-browser", "--templates", catalog_file)
    assert done.returncode == 2 and "folder of templates" in done.stderr
