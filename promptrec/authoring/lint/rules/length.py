"""Whether the longest prompt fits into the model, and whether what can be long may be cut."""

from collections.abc import Iterable, Iterator
from itertools import cycle, islice

from promptrec.answer.registry import answer_format
from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.sample_request import SAMPLE_PERSON, SAMPLE_WORDS, Sample, render_args
from promptrec.data.item import Item
from promptrec.messages import message
from promptrec.prompt import PromptTooLong, Tokenizer
from promptrec.rank.pointwise.calibrated_answers import RESERVE
from promptrec.template.context import lengths

# A field of which an item has more characters than this can make a prompt too long.
LONG = 200
PERSON = ("query.preferences", "query.context", "query.history")
SHORTENING = {"shorten", "truncate", "first", "last", "length", "wordcount", "year", "date", "price"}


def longest_prompt_fits(context: LintContext, items: Iterable[Item]) -> Iterator[Diagnostic]:
    """The longest of the items, as many as are ever shown at once, with all that `truncate` lets be cut."""
    if context.tokenizer is None:
        return
    sample = _longest(context, items)
    budget = context.context_length - _reserve(context, sample, context.tokenizer)
    try:
        sample.fit(context.template, context.tokenizer, budget)
    except PromptTooLong as too_long:
        many = message("with-candidates", number=len(sample.items)) if context.listwise else ""
        also = message("or-limit", name=uncut[0]) if (uncut := _uncut(context)) else ""
        yield fault("too-long", context.place("truncate"), many=many, why=too_long.message, also=also)


def long_fields_are_truncated(context: LintContext) -> Iterator[Diagnostic]:
    """What a person or a catalogue can make long is named under `truncate`, or shortened where it is shown."""
    long = {name for name, n in _lengths(context).items() if n > LONG} | set(PERSON)
    seen: set[str] = set()
    for use in context.uses():
        name = ".".join(use.names[:2])
        if name in long and use.printed and not use.of_example and name not in seen:
            seen.add(name)
            if name not in context.header.truncate and not SHORTENING & set(use.filters):
                yield fault("no-limit", use.place, "warning", name=name, written=use.written)


def _uncut(context: LintContext) -> list[str]:
    """What is shown and not under `truncate`, the longest first."""
    long = _lengths(context)
    names = {".".join(use.names[:2]) for use in context.uses() if use.printed} - set(context.header.truncate)
    return [name for name in sorted(names & long.keys(), key=lambda name: -long[name]) if long[name]]


def _lengths(context: LintContext) -> dict[str, int]:
    """Characters of the longest value of each thing that can be cut."""
    return lengths(SAMPLE_PERSON["en"], list(context.catalog or ()), context.header)


def _longest(context: LintContext, items: Iterable[Item]) -> Sample:
    """Someone, and the longest items, again and again until there are as many as are shown at once."""
    language = context.header.language
    query = SAMPLE_PERSON[language].model_copy(update={"preferences": SAMPLE_WORDS[language]})
    by_length = sorted(items, key=_characters, reverse=True)
    return render_args(context.template, query, list(islice(cycle(by_length), context.kind.most_candidates)))


def _characters(item: Item) -> int:
    return len(item.title) + sum(len(str(value)) for value in item.fields.values())


def _reserve(context: LintContext, sample: Sample, tokenizer: Tokenizer) -> int:
    """Tokens that the answer takes, as the rankers keep them free."""
    if not context.kind.writes_answer:
        return RESERVE
    header = context.header
    choices = tuple(item.title for item in sample.items) if header.answer == "titles" else sample.labels
    return RESERVE + len(tokenizer.encode(answer_format(header.answer).write(choices), trusted=False))
