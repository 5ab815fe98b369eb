"""docs/extending.md: the package of its examples is written, installed and tested."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from promptrec import Catalog, Query
from promptrec.template.loader import load_template, shipped_folder

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))


def install(folder, name, entry_points, version="0.1"):
    """A distribution as pip installs it, without pip."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, names in entry_points.items():
        lines += [f"[{group}]", *(f"{component} = {place}" for component, place in names.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toys")
    for path, text in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    install(folder, project["name"], project["entry-points"], project["version"])
    return folder


@pytest.mark.slow
def test_the_examples_pass_the_contracts_and_are_found_by_name(toys):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(toys), "test_toys.py"]
    path = os.pathsep.join([str(toys), str(ROOT)])
    done = subprocess.run(
        command, cwd=toys, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"[3-9]\d passed", done.stdout)


def apply_diff(diff, folder):
    """Replaces the old lines of each file by the new ones."""
    for path, hunk in re.findall(r"^\+\+\+ b/(\S+)\n((?:[ +-](?!--|\+\+).*\n)+)", diff, re.MULTILINE):
        lines = hunk.splitlines()
        old = "\n".join(line[1:] for line in lines if line[0] in " -")
        new = "\n".join(line[1:] for line in lines if line[0] in " +")
        text = (folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, path
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def test_a_field_of_a_pack_gets_its_place_in_all_prompts(tmp_path):
    diff = re.findall(r"```diff\n(.*?)```", PAGE.partition("## A field of a pack")[2], re.DOTALL)[0]
    shutil.copytree(shipped_folder() / "books" / "en", tmp_path / "books" / "en")
    table = tmp_path / "books.csv"
    table.write_text("item_id,title,author\n1,The Glass Ferry,Ana Sorel\n", encoding="utf-8")

    def prompts():
        (item,) = Catalog.from_csv(table)
        templates = [load_template("books/en", folder=tmp_path, kind=kind) for kind in ("query-likelihood", "yes-no")]
        rendered = [template.render(Query(preferences="a river"), [item]) for template in templates]
        return ["".join(span.text for span in one.user) for one in rendered]

    before = prompts()
    apply_diff(diff, tmp_path)
    line = "The Glass Ferry by Ana Sorel, translated by Ida Holm"
    assert prompts() == [text.replace("The Glass Ferry by Ana Sorel", line) for text in before]
    assert "translated" not in "".join(before) and f"`{line}`" in PAGE
