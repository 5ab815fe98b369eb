import pytest

from promptrec.author.check import check

HEADER = "---\nranks: yes-no\nabout: a test\nlimits: [query.preferences]\n{}---\n"
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
