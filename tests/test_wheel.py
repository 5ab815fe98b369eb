"""The wheel, built and installed outside the source tree: what it holds, and that it recommends."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(command, **settings):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **settings)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    built = run([*pip, "--wheel-dir", folder, ROOT])
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """A folder with an environment that has the wheel; its dependencies are borrowed from the one of the tests."""
    folder = tmp_path_factory.mktemp("else where")
    python = folder / "venv" / "bin" / "python"
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", python, "install", "--no-deps", "--no-index"]
    installed = run([*pip, wheel])
    assert installed.returncode == 0, installed.stderr
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture
def promptrec(elsewhere):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PROMPTREC_HOME": str(elsewhere)}

    def call(*arguments):
        command = elsewhere / "venv" / "bin" / "promptrec"
        return run([command, *arguments], cwd=elsewhere, env=environment)

    return call


def test_the_wheel_holds_the_package_its_data_and_templates_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    templates = {p.relative_to(ROOT / "templates").as_posix() for p in (ROOT / "templates").rglob("*.jinja")}
    held = {name.removeprefix("promptrec/templates/") for name in names if name.endswith(".jinja")}
    assert templates
    assert held == templates
    assert {"promptrec/py.typed", "promptrec/data/bundled/films.jsonl.xz"} <= set(names)
    stubs = {p.relative_to(ROOT).as_posix() for p in (ROOT / "promptrec").rglob("*.pyi")}
    assert stubs
    assert {name for name in names if name.endswith(".pyi")} == stubs
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"promptrec"}
    assert wheel.stat().st_size < 2_000_000


def test_the_installed_package_is_the_wheel_and_not_the_source_tree(elsewhere):
    program = "import promptrec; print(promptrec.__file__)"
    said = run([elsewhere / "venv" / "bin" / "python", "-c", program], cwd=elsewhere)
    assert Path(said.stdout.strip()).is_relative_to(elsewhere / "venv"), said.stderr


@pytest.mark.parametrize(
    ("catalog", "words"), [("bundled:films", "slow science fiction about space"), ("bundled:places-zh", "安静的园林")]
)
def test_the_wheel_recommends_from_its_catalogues_without_a_model(promptrec, catalog, words):
    done = promptrec("recommend", "--catalog", catalog, "--preferences", words, "--ranker", "bm25", "-k", "3", "--json")
    assert done.returncode == 0, done.stderr
    ranking = json.loads(done.stdout)
    assert ranking["status"] == "ok"
    assert [item["rank"] for item in ranking["items"]] == [1, 2, 3]
    assert all(item["title"] for item in ranking["items"])


def test_the_wheel_finds_its_templates(promptrec):
    done = promptrec("template", "list")
    assert done.returncode == 0, done.stderr
    assert "films/en" in done.stdout


@pytest.mark.model
@pytest.mark.usefixtures("smollm2")
def test_the_lines_of_the_readme_print_its_list(elsewhere):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program, printed = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", readme, re.DOTALL).groups()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = run([elsewhere / "venv" / "bin" / "python", "-c", program], cwd=elsewhere, env=environment)
    titles, shown = (re.findall(r"^(\d\. .*) \(-", text, re.MULTILINE) for text in (done.stdout, printed))
    assert len(titles) == 5 and titles == shown, done.stderr
    assert len([line for line in program.splitlines() if line]) <= 6


def test_a_mistake_is_one_line_and_exit_code_2(promptrec):
    done = promptrec("recommend", "--catalog", "bundled:films", "--preferences", "x", "--ranker", "astrology")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "bm25" in done.stderr
