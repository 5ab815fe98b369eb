"""Byte tokenizer without files: one token for each byte of UTF-8, control tokens and a few words."""

import re

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
