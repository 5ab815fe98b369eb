"""Tokenizer of a model, read from its folder with the light `tokenizers` library.

Control tokens are recognised only in trusted text, which the author of a template typed.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from promptrec.errors import ModelError, first_line

CACHED_TEXTS = 50_000
_LONGEST_CACHED = 4_000


class ModelTokenizer:
    """Implements `promptrec.prompt.Tokenizer`. Build it with `from_folder`."""

    def __init__(self, definition: dict[str, Any], config: dict[str, Any], chat_template: str | None) -> None:
        import tokenizers

        plain = {**definition, "truncation": None, "padding": None}
        self._trusted = tokenizers.Tokenizer.from_str(json.dumps(plain))
        self._untrusted = tokenizers.Tokenizer.from_str(json.dumps(_without_control_tokens(plain)))
        self.chat_template = chat_template
        named = {name: config[name] for name in ("bos_token", "eos_token", "pad_token") if config.get(name)}
        self.special_tokens = {n: token if isinstance(token, str) else token["content"] for n, token in named.items()}
        self.added_ids = frozenset(int(token["id"]) for token in definition.get("added_tokens", []))
        self.eos_id = self._id("eos_token")
        self.bos_id = self._bos(config)
        self._encode_cached = lru_cache(CACHED_TEXTS)(self._encode)

    @classmethod
    def from_folder(cls, folder: str | Path) -> Self:
        """Read tokenizer.json, tokenizer_config.json and the chat template of a model folder.

        Raises:
            ModelError: no tokenizer.json there, or one that cannot be read.
        """
        folder = Path(folder)
        definition = folder / "tokenizer.json"
        if not definition.exists():
            raise ModelError("no-tokenizer-file", folder=folder)
        config_file, chat_file = folder / "tokenizer_config.json", folder / "chat_template.jinja"
        try:
            config = json.loads(config_file.read_text(encoding="utf-8")) if config_file.exists() else {}
            chat = chat_file.read_text(encoding="utf-8") if chat_file.exists() else config.get("chat_template")
            if isinstance(chat, list):  # several named ones
                chat = next((entry["template"] for entry in chat if entry["name"] == "default"), None)
            return cls(json.loads(definition.read_text(encoding="utf-8")), config, chat)
        except Exception as error:  # the library raises bare Exceptions
            raise ModelError("tokenizer-unreadable", path=folder, why=first_line(error)) from error

    @property
    def vocabulary_size(self) -> int:
        """Number of token IDs."""
        return int(self._trusted.get_vocab_size(with_added_tokens=True))

    @property
    def greatest_id(self) -> int:
        """Greatest ID of plain text; control tokens, for which some models have no embedding, do not count."""
        return max(self._trusted.get_vocab(with_added_tokens=False).values(), default=0)

    def check_vocabulary(self, folder: Path, vocabulary_size: int) -> None:
        """Check that the model in a folder knows every token of this tokenizer.

        Raises:
            ModelError: the tokenizer is another model's.
        """
        if self.greatest_id >= vocabulary_size:
            found = self.greatest_id + 1
            raise ModelError("tokenizer-too-large", path=folder, tokens=found, vocabulary_size=vocabulary_size)

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        """See `promptrec.prompt.Tokenizer.encode`. Short texts are cached, since items recur across queries."""
        return self._encode_cached(text, trusted) if len(text) <= _LONGEST_CACHED else self._encode(text, trusted)

    def decode(self, ids: tuple[int, ...]) -> str:
        """The text of these ids, control tokens included."""
        return str(self._trusted.decode(list(ids), skip_special_tokens=False))

    def _encode(self, text: str, trusted: bool) -> tuple[int, ...]:
        tokenizer = self._trusted if trusted else self._untrusted
        return tuple(tokenizer.encode(text, add_special_tokens=False).ids)

    def _id(self, name: str) -> int | None:
        token = self.special_tokens.get(name)
        return None if token is None else self._trusted.token_to_id(token)

    def _bos(self, config: dict[str, Any]) -> int | None:
        """BOS token if the tokenizer adds it, or if its settings say so."""
        bos = self._id("bos_token")
        starts = self._trusted.encode("", add_special_tokens=True).ids[:1]
        return bos if bos is not None and (starts == [bos] or config.get("add_bos_token")) else None


def _without_control_tokens(definition: dict[str, Any]) -> dict[str, Any]:
    """The same tokenizer without control tokens, so that no text can produce one."""
    # Added tokens may also be pieces of the model's vocabulary, which a text can spell: those are renamed to contain
    # NUL, which no cleaned text has, and the merges that lead to them go. Tokens of white space are ordinary text.
    control = {token["id"] for token in definition.get("added_tokens", []) if token["content"].strip(" \t\r\n\u2581")}
    model = dict(definition["model"])
    vocabulary = model.get("vocab", {})
    scored = isinstance(vocabulary, list)  # of a Unigram model: (piece, score), each at the place of its ID
    pieces = {piece: n for n, (piece, _) in enumerate(vocabulary)} if scored else vocabulary
    hidden = {piece: f"\0{n}\0" for piece, n in pieces.items() if n in control}
    if scored:
        model["vocab"] = [(hidden.get(piece, piece), score) for piece, score in vocabulary]
    else:
        model["vocab"] = {hidden.get(piece, piece): n for piece, n in vocabulary.items()}
    if "merges" in model:
        pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
        model["merges"] = [(a, b) for a, b in pairs if not hidden.keys() & {a, b, a + b}]
    if "unk_token" in model:
        model["unk_token"] = hidden.get(model["unk_token"], model["unk_token"])
    return {**definition, "model": model, "added_tokens": [], "post_processor": None}
