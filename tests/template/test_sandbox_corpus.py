"""Templates of strangers: none gets out, none takes a second or 200 MB. The cases are in hostile/."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import nodes

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.template import template as template_module
from promptrec.template.sandbox.allowlist import ALLOWED, REFUSED
from promptrec.template.sandbox.budget import Budget, OverBudget
from promptrec.template.spans import joined
from promptrec.template.template import Template

HOSTILE = Path(__file__).parent / "hostile"
# Of the processor, not of the clock: others may be using it.
SECONDS, MEGABYTES = 1.0, 200
# What Python's own things look like where they are printed.
PYTHONS = re.compile(r"<(class|function|built-in|bound|module|jinja2)|object at 0x|_bytes_|/etc/passwd:|root:")


def _corpus():
    spec = importlib.util.spec_from_file_location("hostile_corpus", HOSTILE / "corpus.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


corpus = _corpus()
CASES = {case.name: case for case in corpus.ESCAPES + corpus.BOMBS}


@pytest.fixture(scope="module")
def outcomes():
    """What became of each case, from one process that forks for each."""
    if sys.platform == "win32":
        pytest.skip("there is no fork and there are no limits for processes")
    root = str(Path(template_module.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(HOSTILE / "run.py")],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        env=os.environ | {"PYTHONPATH": root, "CANARY": corpus.CANARY},
    )
    assert done.returncode == 0, done.stderr
    return {told["name"]: told for told in map(json.loads, done.stdout.splitlines())}


def test_the_corpus_is_as_large_as_was_promised():
    assert len(CASES) == len(corpus.ESCAPES) + len(corpus.BOMBS) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_case_escapes_and_each_is_stopped_in_time_and_memory(outcomes, name):
    told, case = outcomes[name], CASES[name]
    text = told.get("shown", "") + told.get("said", "")
    assert "raised" not in told, told["raised"]
    assert corpus.CANARY not in text and not PYTHONS.search(text)
    if case.said is None:
        assert "shown" in told, told["said"]
    else:
        assert re.search(case.said, told.get("said", "")), text[:500]
        assert told["said"].startswith("TemplateError: ")
    assert told["seconds"] < SECONDS and told["megabytes"] < MEGABYTES


def test_a_case_that_takes_too_much_would_be_noticed(outcomes):
    assert outcomes["hoard"]["megabytes"] > MEGABYTES
    assert outcomes["burn"]["seconds"] > SECONDS


def test_harmless_ones_show_what_was_typed_and_nothing_else(outcomes):
    assert outcomes["template in a value"]["shown"] == "{{ 7 - 1 }}"
    assert outcomes["line statement"]["shown"] == "# for a in item.__class__\nx\n# endfor"
    assert outcomes["marks in a value"]["shown"] == "<|im_end|>"


def test_every_piece_of_syntax_of_jinja_is_allowed_by_name_or_refused():
    """One that Jinja adds is refused; this says so, for someone to look at it."""
    concrete = {kind for kind in vars(nodes).values() if isinstance(kind, type) and issubclass(kind, nodes.Node)}
    abstract = {nodes.Node, nodes.Stmt, nodes.Expr, nodes.Helper, nodes.BinExpr, nodes.UnaryExpr, nodes.Literal}
    made_by_extensions = {
        *(nodes.ExprStmt, nodes.EnvironmentAttribute, nodes.ExtensionAttribute, nodes.ImportedName),
        *(nodes.InternalName, nodes.MarkSafe, nodes.MarkSafeIfAutoescape, nodes.ContextReference),
        *(nodes.DerivedContextReference, nodes.OverlayScope, nodes.EvalContextModifier),
        *(nodes.ScopedEvalContextModifier, nodes._FilterTestCommon),
    }
    assert not ALLOWED & set(REFUSED)
    assert concrete - ALLOWED - set(REFUSED) == abstract | made_by_extensions


def test_a_budget_that_is_gone_stays_gone():
    budget = Budget(steps=2)
    budget.spend(2)
    for _ in range(2):
        with pytest.raises(OverBudget):
            budget.spend(1)


def test_a_large_honest_prompt_is_far_from_the_budget():
    """1,000 items with ten fields and their names, twice over: more than any model reads."""
    fields = {f"field{n}": "some words about it" for n in range(10)}
    items = [Item(item_id=str(n), title=f"Item {n}", fields=fields) for n in range(1_000)]
    body = (
        "{% for c in candidates %}[{{ c.label }}] {{ c.title }}{% for name, value in c.facts %}"
        "{% if value %}; {{ name | upper }}: {{ value }}{% endif %}{% endfor %}\n{% endfor %}"
    )
    template = Template("t", corpus.LISTWISE + f"{{% block user %}}{body}{{% endblock %}}")
    labels = [f"L{n}" for n in range(len(items))]
    assert "FIELD9: some words" in joined(template.render(Query(), items, labels).user)


# A small language of allowed templates.
names = st.sampled_from(["a", "b", "item.title", "item.note", "item.many", "query.history", "item", "nobody", "a.b"])
constants = st.sampled_from(["1", "-7", "2.5", "'x'", "''", "'%9d'", "'upper'", "none", "true"])
filters = st.sampled_from(
    "upper lower title trim list sort unique join length first last reverse int float abs string escape year date "
    "price default wordcount capitalize truncate(9) round(2) replace('x','xyz') map('upper') select('eq','x') "
    "join('--') shorten(3) map(attribute='title') trim('xy') replace('','ab')".split()
)
tests = st.sampled_from("defined none string number even odd eq(1) in('x') sequence mapping lt(3)".split())
operators = st.sampled_from("~ + - / // % == < in and or".split())


def _larger(inner):
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, filters).map(lambda t: f"({t[0]} | {t[1]})"),
        st.tuples(inner, tests).map(lambda t: f"({t[0]} is {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        inner.map(lambda e: f"{e}[1:]"),
        st.lists(inner, max_size=3).map(lambda es: f"[{', '.join(es)}]"),
        inner.map(lambda e: f"{{'a': {e}}}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} if {t[1]} else '')"),
    )


expressions = st.recursive(names | constants, _larger, max_leaves=6)
simple = st.one_of(
    st.just("words "),
    expressions.map(lambda e: f"{{{{ {e} }}}}"),
    expressions.map(lambda e: f"{{% set a = {e} %}}"),
    st.just("{% set b = b ~ b %}"),
)
bodies = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(expressions, inner).map(lambda t: f"{{% for a in {t[0]} %}}{t[1]}{{% endfor %}}"),
        st.tuples(names, expressions, inner).map(lambda t: f"{{% for b in {t[0]} if {t[1]} %}}{t[2]}{{% endfor %}}"),
        st.tuples(expressions, inner).map(lambda t: f"{{% if {t[0]} %}}{t[1]}{{% else %}}x{{% endif %}}"),
        inner.map(lambda body: f"{{% set b %}}{body}{{% endset %}}"),
        inner.map(
            lambda body: f"{{% for a in item.note %}}{{% for b in item.note %}}{body}{{% endfor %}}{{% endfor %}}"
        ),
    ),
    max_leaves=8,
)
FEW_STEPS, FEW_CHARACTERS = 5_000, 20_000
# A line of what Jinja compiles is a step or less; names are looked up in lines of their own before.
LINES = 3 * FEW_STEPS


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(bodies)
def test_whatever_is_written_ends_within_the_budget_with_a_prompt_or_a_template_error(body):
    item = Item(item_id="1", title="Jaws", fields={"note": "x" * 200, "many": ("x", "yes", "2024")})
    lines = 0

    def count(frame, event, _):
        nonlocal lines
        if frame.f_code.co_filename != "<template>":
            return None
        lines += event == "line"
        return count

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template_module, "Budget", lambda: Budget(FEW_STEPS, FEW_CHARACTERS))
        before = sys.gettrace()
        try:
            template = Template("t", corpus.HEADER + f"{{% block user %}}{body}{{% endblock %}}")
            sys.settrace(count)
            rendered = template.render(Query(preferences="x", history=("Heidi",)), [item])
            assert len(joined(rendered.user)) <= FEW_CHARACTERS
        except TemplateError as error:
            assert not isinstance(error.__cause__, AttributeError | NameError | jinja2.TemplateAssertionError)
        finally:
            sys.settrace(before)
    assert lines <= LINES
