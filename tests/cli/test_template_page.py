"""docs/templates.md is a walk: its commands are run in an empty folder, and say what the page says they do."""

import shutil
from pathlib import Path

import pytest

from tests.pages import arguments, blocks, shows

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
BLOCKS = [text for _, text in blocks(PAGE)]


def block(beginning):
    (found,) = [text for text in BLOCKS if text.startswith(beginning)]
    return found


def run(promptrec, beginning):
    """Runs a command as it stands on the page, and looks for each line that the page shows of its answer."""
    command = block(beginning)
    done = promptrec(*arguments(command)[1:], COLUMNS="120")
    assert "Traceback" not in done.stderr
    missing = shows(done.stderr + done.stdout, BLOCKS[BLOCKS.index(command) + 1])
    assert missing is None, f"{command}{missing}\n{done.stdout}{done.stderr}"
    return done


def with_lines(path, beginning):
    """Puts the two lines of a block in place of the last two of the user block."""
    text = path.read_text()
    lines = text[: text.index("{% endblock")].splitlines(keepends=True)
    path.write_text("".join(lines[:-2]) + block(beginning) + text[text.index("{% endblock") :])


def test_a_line_that_is_not_printed_is_found():
    answer = "── tokens ──\n 1   3   Azul   -4.930 \n2 of 2 passed\n"
    assert shows(answer, "── tokens ──\n1 3 Azul …\n2 of 2 passed\n") is None
    assert shows(answer, "1 3 Azul -4.93\n") == "1 3 Azul -4.93"
    assert shows(answer, "2 of 2 passed\n── tokens ──\n") == "tokens"
    assert shows(answer, "2 of 2\n") == "2 of 2"


@pytest.mark.model
def test_the_walk_goes_as_the_page_says(promptrec, tmp_path):
    games, pack, people = tmp_path / "games.csv", tmp_path / "templates/games/en", tmp_path / "people"
    games.write_text(block("item_id,title"))
    assert run(promptrec, "promptrec template new").returncode == 0
    shutil.copytree(tmp_path / "templates", tmp_path / "before")
    assert run(promptrec, "promptrec template show games/en/query").returncode == 0

    asks = pack / "query-likelihood.jinja"
    with_lines(asks, "Board game:")
    assert run(promptrec, "promptrec template check").returncode == 1
    asks.write_text(asks.read_text().replace("titel", "title"))
    assert "0 errors, 0 warnings" in promptrec(*block("promptrec template check").split()[1:]).stdout

    with (pack / "pack.yaml").open("a") as file:
        file.write(block("tests:"))
    assert run(promptrec, "promptrec template test").returncode == 0

    people.mkdir()
    shutil.copy(pack / "catalog.jsonl", people)
    (people / "queries.csv").write_text(block("query_id,"))
    (people / "qrels.txt").write_text(block("ann 0"))
    assert run(promptrec, "promptrec template ab").returncode == 0
    assert run(promptrec, "promptrec template diff").returncode == 0
    assert run(promptrec, "promptrec recommend").returncode == 0

    assert run(promptrec, "promptrec template show games/en/yes-no").returncode == 0
    with_lines(pack / "yes-no.jinja", "Game:")
    checked = promptrec("template", "check", pack / "yes-no.jinja").stdout
    assert "0 errors, 0 warnings" in checked, checked


def test_the_page_names_every_header_field_and_filter():
    from promptrec.template.filters import language_filters
    from promptrec.template.front_matter import Header

    for name in (*Header.model_fields, *language_filters("en")):
        assert f"`{name}`" in PAGE or f"`{name}(" in PAGE, name
