"""Label tokens: single tokens a model can answer with, verified for its tokenizer at the position of the answer.

Labels are in alphabetical order for every model. Labels that a model finds equally probable after a prompt without
content were tried instead (eval/bench/flips.py) and were no better: the preference depends on the prompt and on the
position too. They would also make the prompts depend on the weights. Position bias is removed afterwards instead: see
`cyclic_shifts` and `position_bias`.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from string import ascii_uppercase

from promptrec.engine.base import Tokens
from promptrec.prompt import Tokenizer

# Most log-probabilities that vLLM returns in one request.
MAX_LABELS = 128


def label_tokens(tokenizer: Tokenizer, cue: str, n: int) -> dict[str, int]:
    """The first `n` labels (A to Z, then AA, AB …) that are a token of their own after `cue`, with their token IDs.

    Args:
        tokenizer: of the model.
        cue: text before the answer.
        n: number of labels; fewer come back where the tokenizer has fewer, and never more than 128.
    """
    found: dict[str, int] = {}
    for label in _names():
        if len(found) == min(n, MAX_LABELS):
            break
        token = single_token(tokenizer, cue, label)
        if token is not None and token not in found.values():
            found[label] = token
    return found


def single_token(tokenizer: Tokenizer, cue: str, word: str) -> int | None:
    """The token ID of `word` after `cue`; None if it is not one token there."""
    ids = tokenizer.encode(word, trusted=True)
    head = tokenizer.encode(cue, trusted=True)
    both = tokenizer.encode(cue + word, trusted=True)
    return ids[0] if len(ids) == 1 and both == head + ids else None


def answer_word(prompt_text: str, word: str) -> str:
    """`word` with a leading space, unless the prompt ends in white space, a bracket, a quote or a CJK character."""
    last = prompt_text[-1:]
    return word if not last or last.isspace() or last >= "\u2e80" or last in "([<\"'" else " " + word


def word_tokens(tokenizer: Tokenizer, prompt_text: str, words: Sequence[str]) -> list[Tokens]:
    """Token IDs of each word as the text after a prompt."""
    return [tokenizer.encode(answer_word(prompt_text, word), trusted=True) for word in words]


def label_names(n: int) -> tuple[str, ...]:
    """The first `n` labels, of any number of tokens: for generated answers."""
    return tuple(islice(_names(), n))


def _names() -> Iterator[str]:
    yield from ascii_uppercase
    yield from ("".join(pair) for pair in product(ascii_uppercase, repeat=2))
