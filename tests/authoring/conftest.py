import shutil

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.template.loader import shipped_folder

HEADER = "---\nkind: yes-no\nabout: a test\ntruncate: [query.preferences]\n{}---\n"
BODY = (
    "{{% block user %}}\n{{{{ query.preferences }}}}\n{}{{{{ item.title }}}}\nWould it suit them?\n{{% endblock %}}\n"
)
SETTINGS = "domain: wine\nlanguage: en\n"


@pytest.fixture
def found(tmp_path):
    """What is found in a template with a header line, a line before the title, and a pack."""

    def run(header="", line="", settings=SETTINGS, catalog=None, tokenizer=None, **parts):
        (tmp_path / "pack.yaml").write_text(settings, encoding="utf-8")
        for name, text in parts.items():
            (tmp_path / f"_{name}.jinja").write_text(text, encoding="utf-8")
        path = tmp_path / "yes-no.jinja"
        path.write_text(HEADER.format(header) + BODY.format(line), encoding="utf-8")
        return check(path, catalog=catalog, tokenizer=tokenizer)

    return run


@pytest.fixture
def mistaken(tmp_path):
    """What is found in a copy of films/en with one change: (rule, file, line) and the suggestion."""

    def run(old, new, file="yes-no.jinja", shown="yes-no.jinja"):
        folder = tmp_path / "films" / "en"
        shutil.copytree(shipped_folder() / "films" / "en", folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        found = check(folder / shown)
        for one in found:
            assert one.text("zh")[0] != one.message and one.text("zh")[1] != one.suggestion, "it is told in Chinese too"
        return [(f.rule, f.path.removeprefix(f"{folder}/"), f.line, f.suggestion) for f in found]

    return run
