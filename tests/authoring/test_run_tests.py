import pytest

from promptrec.authoring.run_tests import rank_with, run_tests
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import InputError
from promptrec.template.template import Template
from promptrec.testing.scripted_engine import ScriptedEngine

CATALOG = Catalog([Item(item_id=str(n), title=title) for n, title in enumerate(("Heidi", "Totoro", "Jaws", "Saw"))])
HEADER = "---\nkind: {}\ndomain: films\nlanguage: en\nabout: a test\ntruncate: [item.title]\n{}---\n"
BODY = "{% block user %}{{ query.preferences }} {{ item.title }}?{% endblock %}"


def template(tests, kind="yes-no"):
    return Template("t", HEADER.format(kind, tests) + BODY, "t.jinja")


def likes(*titles):
    """Says yes to prompts that name these after a person's words, in this order of zeal."""

    def logprob(prompt, label):
        zeal = next((len(titles) - n for n, title in enumerate(titles) if f" {title}?" in prompt), 0)
        return float(zeal) if label.strip() == "Yes" else 0.0

    return ScriptedEngine(next=logprob)


def outcomes(tests, *titles):
    made = template(tests)
    return run_tests(made, rank_with(made, likes(*titles), CATALOG), CATALOG)


TESTS = (
    "tests:\n- {preferences: a gentle one please, exclude: Saw, top: 2}\n"
    "- {preferences: mountains, include: [Heidi], top: 1}\n"
)


def test_tests_pass_and_fail_with_what_is_wrong():
    assert [o.passed for o in outcomes(TESTS, "Heidi", "Totoro")] == [True, True]
    found = outcomes(TESTS, "Saw", "Heidi")
    assert [(o.passed, o.reason) for o in found] == [
        (False, "Saw is at 1"),
        (False, "Heidi is not first: it is at 2"),
    ]


def test_only_the_candidates_named_are_ranked():
    (found,) = outcomes(
        "tests: [{preferences: x, candidates: [Saw, Jaws], include: [Jaws], top: 1}]\n", "Heidi", "Jaws"
    )
    assert found.passed and [item.title for item in found.ranking.items] == ["Jaws", "Saw"]


def test_a_list_the_model_did_not_make_is_no_evidence():
    made = template(TESTS)
    failing = ScriptedEngine(fail=lambda text: "out of memory")
    found = run_tests(made, rank_with(made, failing, CATALOG), CATALOG)
    assert not any(o.passed for o in found) and "out of memory" in found[0].reason


def test_a_title_that_is_not_there_is_said_with_the_nearest():
    with pytest.raises(InputError, match=r":\d+: unknown title in test 1 'Heidy'.*did you mean 'Heidi'"):
        outcomes("tests: [{preferences: x, include: [Heidy]}]\n")


def test_a_template_without_tests_and_one_that_ranks_nothing_are_said():
    with pytest.raises(InputError, match="no tests"):
        outcomes("")
    profile = Template("p", HEADER.format("profile", "") + "{% block user %}x{% endblock %}")
    with pytest.raises(InputError, match="ranks nothing"):
        rank_with(profile, likes())
