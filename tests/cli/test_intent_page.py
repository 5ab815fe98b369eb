"""docs/intent.md: its commands and programs are run one after the other in a folder, and print what the page shows."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from promptrec.data.intent import FIELDS
from promptrec.intent.reader import MOST_CHARACTERS, MOST_CHINESE_CHARACTERS
from promptrec.intent.selection import RELAXATION_ORDER
from promptrec.rank.registry import RANKERS, ranker_class
from tests.pages import arguments, blocks, shows

PAGE = (Path(__file__).parents[2] / "docs" / "intent.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_examples_print_what_the_page_shows(promptrec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, answer = {}, ""
    for language, text in blocks(PAGE):
        if language == "python":
            printed = StringIO()
            with redirect_stdout(printed):
                exec(text, names)  # noqa: S102 - the page is our own
            answer = printed.getvalue()
        elif language == "yaml":
            with (tmp_path / "templates/wines/en/pack.yaml").open("a", encoding="utf-8") as file:
                file.write(text)
        elif text.startswith("item_id,"):
            (tmp_path / "wines.csv").write_text(text, encoding="utf-8")
        elif text.startswith("promptrec "):
            done = promptrec(*arguments(text)[1:], COLUMNS="400")
            assert done.returncode == 0, done.stderr
            answer = done.stdout
        else:
            assert shows(answer, text) is None, f"{text}\n{answer}"


def test_the_page_names_every_field_in_the_order_in_which_it_is_given_up():
    assert all(f"`{field}`" in PAGE for field in FIELDS)
    assert ", ".join(RELAXATION_ORDER).replace("_", " ") in " ".join(PAGE.split())
    assert all(f"{limit:,}" in PAGE for limit in (MOST_CHARACTERS, MOST_CHINESE_CHARACTERS))


def test_the_page_names_the_rankers_that_subtract_dislikes():
    sentence = next(line for line in " ".join(PAGE.split()).split(". ") if "subtract dislikes" in line)
    able = {name for name in RANKERS if ranker_class(name).subtracts_dislikes}
    assert set(re.findall(r"`([\w-]+)`", sentence)) == able
