"""Differences between two templates: in their files, and in the prompts that a model reads."""

import difflib

from promptrec.authoring.sample_request import Sample, sample
from promptrec.authoring.token_spans import MOST_TOKENS
from promptrec.data.catalog import Catalog
from promptrec.data.record import Record
from promptrec.prompt import Tokenizer, fit
from promptrec.template.template import Template


class Difference(Record):
    """source, prompt: unified diffs, line by line, empty where both are the same. tokens: of the two prompts."""

    names: tuple[str, str]
    source: tuple[str, ...]
    prompt: tuple[str, ...]
    tokens: tuple[int, int]

    @property
    def same(self) -> bool:
        """Whether a model reads the same for the person that was tried."""
        return not self.prompt


def diff_templates(
    a: Template,
    b: Template,
    tokenizer: Tokenizer,
    catalog: Catalog | None = None,
    preferences: str | None = None,
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
    (prompt_a, tokens_a), (prompt_b, tokens_b) = (
        _prompt(template, sample(template, items, preferences), tokenizer) for template in (a, b)
    )
    names = (a.name, b.name) if a.name != b.name else (a.path, b.path)
    return Difference(
        names=names,
        source=_unified(a.source, b.source, names),
        prompt=_unified(prompt_a, prompt_b, names),
        tokens=(tokens_a, tokens_b),
    )


def _prompt(template: Template, args: Sample, tokenizer: Tokenizer) -> tuple[str, int]:
    fitted = fit(template, args.query, args.items, args.labels, tokenizer, MOST_TOKENS, instruction=args.instruction)
    return fitted.prompt.text, len(fitted.encoded.ids)


def _unified(a: str, b: str, names: tuple[str, str]) -> tuple[str, ...]:
    return tuple(difflib.unified_diff(a.splitlines(), b.splitlines(), *names, lineterm=""))
