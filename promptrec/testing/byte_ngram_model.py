"""N-gram language model of bytes: phrases of its context are likely to be repeated."""

import math
import re
from collections import Counter, defaultdict

from promptrec.engine.base import Tokens

CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
# Words that are one token each, as in real tokenizers: answers can be read at one position.
WORDS = ("Yes", "No", "是", "否")
_TRUSTED = re.compile("(" + "|".join(map(re.escape, (*CONTROL, *WORDS))) + ")")
_UNTRUSTED = re.compile("(" + "|".join(WORDS) + ")")
_ID = {text: 256 + n for n, text in enumerate((*CONTROL, *WORDS))}
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class BytesTokenizer:
    """Implements `promptrec.prompt.Tokenizer`: IDs 0 to 255 are bytes, then come control tokens and words."""

    chat_template: str | None = CHAT
    bos_id: int | None = None

    def __init__(self) -> None:
        self.special_tokens = {"eos_token": "<|im_end|>"}
        self.vocabulary_size = 256 + len(_ID)

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        """See `promptrec.prompt.Tokenizer.encode`."""
        ids: list[int] = []
        # Every other piece is a captured token.
        for position, piece in enumerate((_TRUSTED if trusted else _UNTRUSTED).split(text)):
            ids += [_ID[piece]] if position % 2 else piece.encode("utf-8")
        return tuple(ids)

    def decode(self, ids: tuple[int, ...]) -> str:
        """Text of token IDs; bytes that are not UTF-8 become replacement characters."""
        texts = (*CONTROL, *WORDS)
        joined = b"".join(bytes([i]) if i < 256 else texts[i - 256].encode() for i in ids)
        return joined.decode("utf-8", errors="replace")


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
