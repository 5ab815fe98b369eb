"""N-gram language model of bytes: phrases of its context are likely to be repeated."""

import math
from collections import Counter, defaultdict

from promptrec.engine.base import Tokens

# Probability mass of tokens that followed the last few before, of tokens of the context, and of any token.
FOLLOWS, OCCURS, ANY = 0.7, 0.2, 0.1
ORDER = 4


class BytesModel:
    """Next-token probabilities after a context, by counting; they sum to 1 at every position."""

    def __init__(self, context: Tokens, vocabulary: int) -> None:
        self._context = context
        self._vocabulary = vocabulary
        self._occurs = Counter(context)
        self._follows: dict[Tokens, Counter[int]] = defaultdict(Counter)
        for at in range(ORDER, len(context)):
            self._follows[context[at - ORDER : at]][context[at]] += 1

    def logprobs(self, continuation: Tokens) -> tuple[float, ...]:
        """Log-probability of each token of a continuation, given all tokens before it."""
        occurs: Counter[int] = Counter()
        follows: dict[Tokens, Counter[int]] = defaultdict(Counter)
        text = [*self._context[-ORDER:]]
        out = []
        for token in continuation:
            last = tuple(text[-ORDER:])
            before, now = self._follows.get(last), follows.get(last)
            seen = (before.total() if before else 0) + (now.total() if now else 0)
            hits = (before[token] if before else 0) + (now[token] if now else 0)
            size = len(self._context) + occurs.total()
            common = (self._occurs[token] + occurs[token]) / size if size else 1 / self._vocabulary
            share = FOLLOWS * (hits / seen if seen else common)
            out.append(math.log(share + OCCURS * common + ANY / self._vocabulary))
            if len(last) == ORDER:
                follows[last][token] += 1
            occurs[token] += 1
            text.append(token)
        return tuple(out)

    def greedy(self, length: int) -> Tokens:
        """Greedy continuation; the smaller token ID wins a tie."""
        written: Tokens = ()
        candidates = sorted(self._occurs)
        for _ in range(length):
            model = BytesModel((*self._context, *written), self._vocabulary)
            written += (max(candidates, key=lambda t: (model.logprobs((t,))[0], -t)),)
        return written
