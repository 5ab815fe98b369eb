"""Text encoder: texts to vectors by sentence-transformers (Reimers and Gurevych 2019)."""

import contextlib
import hashlib
import io
import json
import logging
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from promptrec.data.clean import clean_text
from promptrec.errors import MissingExtra, ModelError, first_line

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Task = Literal["query", "document"]

# Texts read in one go, and vectors kept: 150 MB of them at 384 numbers each.
BATCH = 32
CACHED_TEXTS = 100_000
# The words by which makers name a prompt for a task. Only the first is what sentence-transformers goes by.
PROMPT_NAMES: dict[Task, tuple[str, ...]] = {"query": ("query",), "document": ("document", "passage", "corpus")}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Encoding:
    """Texts as vectors: float32 of shape (texts, dimensions).

    `truncated_to` has a number for each text: how many tokens of it are read, prompt included, where that is not all
    of it, else None.
    """

    vectors: Vectors
    truncated_to: tuple[int | None, ...]


class Encoder:
    """Encode texts with the prompts, pooling and length of the model's folder, as sentence-transformers reads it.

    The folder says what is put before a query and before a document, which layers make the vector and how it is pooled
    and cut (`truncate_dim`), the number type, the longest text, and the similarity of two vectors. Vectors have unit
    length where that is the cosine. A text that was read lately is not read again.

    Args:
        folder: a model folder as sentence-transformers writes it, or that of a plain encoder of transformers.
        model_id: what to call the model in rankings.

    Raises:
        MissingExtra: sentence-transformers is not installed.
        ModelError: a folder that it cannot open, or whose model gives no vectors.
    """

    def __init__(self, folder: Path, model_id: str) -> None:
        self.model_id = model_id
        self._vectors: OrderedDict[bytes, tuple[Vectors, int | None]] = OrderedDict()
        with _quiet():
            try:
                from sentence_transformers import SentenceTransformer
            except ImportError as error:
                raise MissingExtra(error.name or "sentence-transformers", "embeddings") from None
            try:
                self._model: Any = SentenceTransformer(str(folder), local_files_only=True)
                for task in PROMPT_NAMES:
                    self._read(["a"], task)  # modules that do not fit together are found by reading
            except Exception as error:  # damaged files raise errors of any type
                raise ModelError("encoder-unreadable", folder=folder, why=first_line(error)) from None
        for remark in _remarks(folder, self._model.prompts):
            _log.warning("%s: %s", folder, remark)

    def encode_query(self, texts: Sequence[str]) -> Encoding:
        """Encode queries, with the model's prompt for queries."""
        return self._encode(texts, "query")

    def encode_document(self, texts: Sequence[str]) -> Encoding:
        """Encode documents, with the model's prompt for documents."""
        return self._encode(texts, "document")

    def similarity(self, queries: Vectors, documents: Vectors) -> Vectors:
        """Similarity of queries and documents by the model's own measure; shape (queries, documents).

        Higher is nearer: a cosine, a scalar product, or a distance below zero.
        """
        return np.asarray(self._model.similarity(queries, documents), dtype=np.float32)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self._model.get_embedding_dimension())

    def _encode(self, texts: Sequence[str], task: Task) -> Encoding:
        texts = [clean_text(text) for text in texts]
        # The same words are one vector as a query and another as a document.
        keys = [hashlib.sha256(f"{task} {text}".encode()).digest() for text in texts]
        known = {key: self._vectors[key] for key in keys if key in self._vectors}
        unread = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if unread:
            known |= zip(unread, self._read(list(unread.values()), task), strict=True)
        for key in keys:
            self._vectors[key] = known[key]
            self._vectors.move_to_end(key)
        while len(self._vectors) > CACHED_TEXTS:
            self._vectors.popitem(last=False)
        vectors = np.array([known[key][0] for key in keys], dtype=np.float32).reshape(len(keys), self.dimensions)
        return Encoding(vectors, tuple(known[key][1] for key in keys))

    def _read(self, texts: list[str], task: Task) -> list[tuple[Vectors, int | None]]:
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        vectors = np.asarray(encode(texts, batch_size=BATCH, show_progress_bar=False), dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ModelError("encoder-gives-no-numbers", model_id=self.model_id)
        if self._model.similarity_fn_name == "cosine":
            # In float32, whatever the model computes in.
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return list(zip(vectors, self._truncated_to(texts, task), strict=True))

    def _truncated_to(self, texts: list[str], task: Task) -> Iterator[int | None]:
        no_limit = {"processing_kwargs": {"text": {"truncation": False}}}
        prompt = self._model.prompts.get(task)
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            with _quiet():
                read, all_of_it = (self._model.preprocess(batch, prompt=prompt, task=task, **m) for m in ({}, no_limit))
            if "attention_mask" not in read:  # a table of words, which reads all of a text
                yield from (None for _ in batch)
                continue
            for tokens, wanted in zip(read["attention_mask"].sum(1), all_of_it["attention_mask"].sum(1), strict=True):
                yield int(tokens) if tokens < wanted else None


def _remarks(folder: Path, prompts: dict[str, str]) -> Iterator[str]:
    """Warnings about settings in the folder that sentence-transformers ignores."""
    if not (folder / "modules.json").exists():
        yield "no modules.json, so vectors are the mean of the last layer; a model that was not trained for it is weak"
        return
    settings = folder / "config_sentence_transformers.json"
    named = json.loads(settings.read_text(encoding="utf-8")).get("prompts", {}) if settings.exists() else {}
    for task, words in PROMPT_NAMES.items():
        others = [n for n, text in named.items() if text and n != task and any(word in n.lower() for word in words)]
        if task not in named and others:
            yield (
                f"sentence-transformers puts no prompt before a {task}, for none is named {task!r}: if it should be "
                f"{others[0]!r}, give it that name too in {settings.name}"
            )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars or warnings from the libraries."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
