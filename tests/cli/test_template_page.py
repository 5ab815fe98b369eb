"""docs/templates.md is a walk: its commands are run in an empty folder, and say what the page says they do."""

import re
import shutil
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SKIPPED = "…"
"""Stands on the page for what is left out."""


def block(beginning):
    (found,) = [text for text in BLOCKS if text.startswith(beginning)]
    return found


def run(promptrec, beginning):
    """Runs a command as it stands on the page, and looks for each line that the page shows of its answer."""
    command = block(beginning)
    words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', command)]
    done = promptrec(*words[1:])
    assert "Traceback" not in done.stderr
    shown = BLOCKS[BLOCKS.index(command) + 1].splitlines()
    for line in shown:
        parts = [re.escape(" ".join(part.split())) for part in line.strip("─ ").split(SKIPPED)]
        assert re.search(".*".join(parts), " ".join(done.stdout.split())), (
            f"{command}{line}\n{done.stdout}{done.stderr}"
        )
    return done


@pytest.mark.model
def test_the_walk_goes_as_the_page_says(promptrec, tmp_path):
    games, pack, people = tmp_path / "games.csv", tmp_path / "mine/games/en", tmp_path / "people"
    games.write_text(block("item_id,title"))
    assert promptrec(*block("promptrec template new").split()[1:]).returncode == 0
    shutil.copytree(tmp_path / "mine", tmp_path / "before")
    assert run(promptrec, "promptrec template show").returncode == 0

    asks = pack / "query-likelihood.jinja"
    wording = block("Board game:")
    asks.write_text(re.sub(r"(?<=\{% block user %\}\n)[^%]*?\{%.*?\n.*\n(?=\{% endblock)", wording, asks.read_text()))
    assert run(promptrec, "promptrec template check").returncode == 1
    asks.write_text(asks.read_text().replace("titel", "title"))
    assert "0 errors" in promptrec(*block("promptrec template check").split()[1:]).stdout

    with (pack / "pack.yaml").open("a") as file:
        file.write(block("tests:"))
    assert run(promptrec, "promptrec template test").returncode == 0

    people.mkdir()
    shutil.copy(games, people / "catalog.csv")
    (people / "queries.csv").write_text(block("query_id,"))
    (people / "qrels.txt").write_text(block("ann 0"))
    assert run(promptrec, "promptrec template ab").returncode == 0
    assert run(promptrec, "promptrec template diff").returncode == 0
    assert run(promptrec, "promptrec recommend").returncode == 0


def test_the_page_names_every_header_field_and_filter():
    from promptrec.template.filters import in_language
    from promptrec.template.header import Header

    for name in (*Header.model_fields, *in_language("en")):
        assert f"`{name}`" in PAGE or f"`{name}(" in PAGE, name
