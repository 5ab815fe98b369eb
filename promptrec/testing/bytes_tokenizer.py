"""A tokenizer without weights: one token for each byte of UTF-8, and a few control tokens."""

import re

CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
# Words that are one token each, as they are to real tokenizers: answers can be read off a single place.
WORDS = ("Yes", "No", "是", "否")
_TRUSTED = re.compile("(" + "|".join(map(re.escape, (*CONTROL, *WORDS))) + ")")
_UNTRUSTED = re.compile("(" + "|".join(WORDS) + ")")
_ID = {text: 256 + n for n, text in enumerate((*CONTROL, *WORDS))}
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class BytesTokenizer:
    """Implements `promptrec.prompt.Tokenizer`: bytes are 0 to 255, control tokens and a few words come after."""

    chat_template: str | None = CHAT
    bos_id: int | None = None

    def __init__(self) -> None:
        self.special_tokens = {"eos_token": "<|im_end|>"}
        self.vocabulary_size = 256 + len(_ID)

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        """See `promptrec.prompt.Tokenizer.encode`."""
        ids: list[int] = []
        # Every other piece is one that the expression captured.
        for place, piece in enumerate((_TRUSTED if trusted else _UNTRUSTED).split(text)):
            ids += [_ID[piece]] if place % 2 else piece.encode("utf-8")
        return tuple(ids)

    def decode(self, ids: tuple[int, ...]) -> str:
        """The text of these ids; bytes that are no UTF-8 become replacement characters."""
        texts = (*CONTROL, *WORDS)
        joined = b"".join(bytes([i]) if i < 256 else texts[i - 256].encode() for i in ids)
        return joined.decode("utf-8", errors="replace")
