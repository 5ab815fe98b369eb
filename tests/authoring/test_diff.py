from promptrec.authoring.diff import diff_templates
from promptrec.template.loader import load_template
from promptrec.template.template import Template
from promptrec.testing.bytes_tokenizer import BytesTokenizer

SHIPPED = load_template("films/en/yes-no")


def changed(name, old, new):
    assert old in SHIPPED.source
    return Template(name, SHIPPED.source.replace(old, new), SHIPPED.path)


def test_what_differs_in_the_files_and_in_the_prompts_is_shown():
    found = diff_templates(SHIPPED, changed("b", "Answer Yes", "Say Yes"), BytesTokenizer())
    assert any(line.startswith("+") and "Say Yes" in line for line in found.source)
    assert any(line.startswith("-") and "Answer Yes" in line for line in found.prompt)
    assert found.tokens[0] - found.tokens[1] == len("Answer") - len("Say") and found.prompt


def test_a_change_that_a_model_does_not_see_is_no_difference_in_prompts():
    found = diff_templates(SHIPPED, changed("b", "about: ", "about: now "), BytesTokenizer())
    assert found.source and not found.prompt and found.tokens[0] == found.tokens[1]


def test_the_persons_words_are_those_asked_for():
    found = diff_templates(
        SHIPPED, changed("b", "Answer Yes", "Say Yes"), BytesTokenizer(), preferences="a very odd wish"
    )
    assert any("Say Yes" in line for line in found.prompt)
    same = diff_templates(SHIPPED, changed("b", "Answer Yes", "Say Yes"), BytesTokenizer())
    assert found.tokens != same.tokens
