"""A stranger's template is checked in less than a second of the processor, whatever stands in it."""

import time

import pytest

from promptrec.authoring.lint.linter import check

HEADER = "---\nkind: yes-no\ndomain: x\nlanguage: en\nabout: t\ntruncate: [item.title]\n---\n{% block user %}\n"
BODY = "{{ query.preferences }} {{ item.title }}\nIs it? Answer Yes or No.\n{% endblock %}\n"
# What each takes is the square of its length, for a pattern that goes on looking.
LONG = {
    "no dot": "{{ item" + " " * 45_000 + "? }}",
    "no command": "{{ if" + " " * 45_000 + "x",
    "braces that are text": "{% raw %}" + "{{" * 20_000 + "{% endraw %}",
    "remarks that are text": "{% raw %}" + "{#" * 20_000 + "{% endraw %}",
    "single braces": "{ " * 20_000,
    "wide commands": "{％ if " * 6_000,
    "answers": "answer: " * 6_000,
    "languages": "answer in " * 4_500,
    "examples": "e.g. " * 9_000,
    "headings": "# " * 20_000,
    "spaces": " " * 45_000 + "x",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_a_long_line_takes_no_square_of_its_length(name):
    source = HEADER + LONG[name] + BODY
    check("yes-no.jinja", source=HEADER + BODY)  # what is read and compiled once is no cost of the line
    begun = time.thread_time()  # without the threads that a test before has left
    check("yes-no.jinja", source=source)
    assert time.thread_time() - begun < 1.0
