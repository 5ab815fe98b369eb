"""Differences between two templates: in their files, and in the prompts that a model reads."""

import difflib

from promptrec.authoring.sample_request import sample
from promptrec.authoring.token_spans import MOST_TOKENS
from promptrec.data.catalog import Catalog
from promptrec.data.record import Record
from promptrec.prompt import Tokenizer
from promptrec.template.template import Template


class Difference(Record):
    """source, prompt: unified diffs, line by line, empty where both are the same. tokens: of the two prompts."""

    names: tuple[str, str]
    source: tuple[str, ...]
    prompt: tuple[str, ...]
    tokens: tuple[int, int]


def diff_templates(
    a: Template, b: Template, tokenizer: Tokenizer, catalog: Catalog | None = None, preferences: str | None = None
) -> Difference:
    """Compare two templates, and their prompts for one person and the same items.

    Args:
        a: one template.
        b: another.
        tokenizer: of the model that would read them.
        catalog: whose first items are shown; those of the first template's pack if None.
        preferences: the person's words; a sample if None.
    """
    # Both are shown the same items: what differs is the templates.
    items = catalog or Catalog(sample(a).items)
    one, other = (sample(t, items, preferences).fit(t, tokenizer, MOST_TOKENS) for t in (a, b))
    names = (a.name, b.name) if a.name != b.name else (a.path, b.path)
    return Difference(
        names=names,
        source=_unified(a.source, b.source, names),
        prompt=_unified(one.prompt.text, other.prompt.text, names),
        tokens=(len(one.encoded.ids), len(other.encoded.ids)),
    )


def _unified(a: str, b: str, names: tuple[str, str]) -> tuple[str, ...]:
    return tuple(difflib.unified_diff(a.splitlines(), b.splitlines(), *names, lineterm=""))
