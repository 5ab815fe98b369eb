"""Texts as vectors, by a small model that was trained for it (Reimers and Gurevych 2019, sentence-transformers)."""

import contextlib
import hashlib
import io
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from promptrec.data.clean import clean_text
from promptrec.errors import MissingExtra, ModelError, first_line

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

# Texts read in one go, and vectors kept: 150 MB of them at 384 numbers each.
BATCH = 32
KEPT = 100_000


class Encoder:
    """Turns texts into vectors whose scalar product is their cosine.

    A text that was read lately is not read again. Text beyond the model's length (256 word pieces for MiniLM) is not
    read, as is usual for these models: what matters should come first.

    Args:
        folder: a model folder as sentence-transformers writes it.
        model_id: what to call the model in rankings.

    Raises:
        MissingExtra: sentence-transformers is not installed.
        ModelError: a folder that it cannot open.
    """

    def __init__(self, folder: Path, model_id: str) -> None:
        self.model_id = model_id
        with _quiet():
            try:
                from sentence_transformers import SentenceTransformer
            except ImportError as error:
                raise MissingExtra(error.name or "sentence-transformers", "embeddings") from None
            try:
                self._model: Any = SentenceTransformer(str(folder), local_files_only=True)
            except Exception as error:  # whatever the libraries say of a damaged file
                said = first_line(error)
                raise ModelError(f"{folder} cannot be opened as a text encoder ({said}): get it again") from None
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: float32, shape (number of texts, dimensions of the model)."""
        texts = [clean_text(text) for text in texts]
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        known = {key: self._vectors[key] for key in keys if key in self._vectors}
        unread = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if unread:
            known |= zip(unread, self._read(list(unread.values())), strict=True)
        for key in keys:
            self._vectors[key] = known[key]
            self._vectors.move_to_end(key)
        while len(self._vectors) > KEPT:
            self._vectors.popitem(last=False)
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), self.dimensions)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self._model.get_embedding_dimension())

    def _read(self, texts: list[str]) -> Vectors:
        vectors = self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars or warnings from the libraries."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
