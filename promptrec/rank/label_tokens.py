"""Single tokens a model can answer with, verified for its tokenizer in the place where the answer goes.

Labels come in the order of the alphabet for every model. Those that a model finds equally probable after a prompt
without content were tried instead (eval/bench/flips.py) and were no better: that evens out the labels there and not in
the prompts that are read, where the place counts too. It also makes the words of a prompt depend on the weights: two
models would no longer read the same, and no template could be shown without a model. What a model likes about a slot is
taken off afterwards, whatever its label: see `listwise_shifts` and `position_bias`.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from string import ascii_uppercase

from promptrec.engine.base import Tokens
from promptrec.prompt import Tokenizer

# vLLM reads at most this many chosen log-probabilities in one request.
MAX_LABELS = 128


def label_tokens(tokenizer: Tokenizer, cue: str, n: int) -> dict[str, int]:
    """The first `n` labels (A to Z, then AA, AB …) that are one token of their own right behind `cue`.

    Fewer come back where the tokenizer has fewer; never more than 128.
    """
    found: dict[str, int] = {}
    for label in _names():
        if len(found) == min(n, MAX_LABELS):
            break
        token = slot_token(tokenizer, cue, label)
        if token is not None and token not in found.values():
            found[label] = token
    return found


def slot_token(tokenizer: Tokenizer, cue: str, word: str) -> int | None:
    """The one token that stands for `word` behind `cue`, or None where the tokenizer would not cut there."""
    ids = tokenizer.encode(word, trusted=True)
    head = tokenizer.encode(cue, trusted=True)
    whole = tokenizer.encode(cue + word, trusted=True)
    return ids[0] if len(ids) == 1 and whole == head + ids else None


def answer_word(prompt_text: str, word: str) -> str:
    """`word` as it would be written next: with a leading space unless the text ends in white space or a wide mark."""
    last = prompt_text[-1:]
    return word if not last or last.isspace() or last >= "\u2e80" or last in "([<\"'" else " " + word


def word_tokens(tokenizer: Tokenizer, prompt_text: str, words: Sequence[str]) -> list[Tokens]:
    """The tokens of each word as the next thing after a prompt."""
    return [tokenizer.encode(answer_word(prompt_text, word), trusted=True) for word in words]


def label_names(n: int) -> tuple[str, ...]:
    """The first `n` labels, whatever tokens they take: for answers that are written out."""
    return tuple(islice(_names(), n))


def _names() -> Iterator[str]:
    yield from ascii_uppercase
    yield from ("".join(pair) for pair in product(ascii_uppercase, repeat=2))
