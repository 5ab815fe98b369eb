"""Packing of sequences into rows in which every node of their prefix tree (trie) occurs once.

In sorted order, sequences are a depth-first walk of their trie: the tokens that one does not share with the one before
are new. New tokens are laid side by side in rows of a fixed length, with a mask that lets a token attend to its
ancestors only (as in tree attention: Miao et al. 2024, SpecInfer). A row needs of the rows before it only the keys and
values of its first token's ancestors; so nothing is padded and nothing is read twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from promptrec.engine.base import Tokens
from promptrec.engine.batching import common_prefix
from promptrec.engine.models.model_type import keeps_state

OutputPosition: TypeAlias = tuple[int, int, int]
"""Position of an output: place in the row, index of the sequence, offset from its first output."""
Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


@dataclass
class Row:
    """Tokens that are read in one forward pass, after cached ones of the row before."""

    past: tuple[int, ...] = ()
    """Columns of the row before (its cached ones, then its own) that stay cached, in the order of their depth."""
    ids: list[int] = field(default_factory=list)
    """The new tokens."""
    positions: list[int] = field(default_factory=list)
    """Depth of each new token in the trie, from 0."""
    segments: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    """Runs of consecutive new tokens: start, end, and the columns of the ancestors."""
    outputs: list[OutputPosition] = field(default_factory=list)
    """Positions after which logits are needed."""

    def mask(self) -> Mask:
        """Attention mask of shape (new tokens, cached + new tokens)."""
        cached = len(self.past)
        out = np.zeros((len(self.ids), cached + len(self.ids)), dtype=np.bool_)
        for start, end, ancestors in self.segments:
            out[start:end, list(ancestors)] = True
            out[start:end, cached + start : cached + end] |= np.tri(end - start, dtype=np.bool_)
        return out


def pack(sequences: Sequence[Tokens], firsts: Sequence[int], length: int) -> list[Row]:
    """Rows of at most `length` new tokens that hold every sequence.

    Args:
        sequences: token IDs; none is empty.
        firsts: the first position of each sequence after which logits are needed; they are after all later ones.
        length: tokens in a row, at least 1.
    """
    rows = [Row()]
    path: list[int] = []  # the columns in the last row of the present sequence's tokens
    nodes: list[tuple[int, int]] = []  # the number of the row that reads each of them, and the place in it
    before: Tokens = ()
    for i in sorted(range(len(sequences)), key=lambda i: sequences[i]):
        sequence = sequences[i]
        at = common_prefix(before, sequence)
        del path[at:], nodes[at:]
        while at < len(sequence):
            if len(rows[-1].ids) == length:
                rows.append(Row(past=tuple(path)))
                path = list(range(len(path)))
            row = rows[-1]
            start = len(row.ids)
            some = sequence[at : at + length - start]
            row.segments.append((start, start + len(some), tuple(path)))
            row.ids += some
            row.positions += range(at, at + len(some))
            path += range(len(row.past) + start, len(row.past) + len(row.ids))
            nodes += ((len(rows) - 1, place) for place in range(start, len(row.ids)))
            at += len(some)
        for offset, (number, place) in enumerate(nodes[firsts[i] :]):
            rows[number].outputs.append((place, i, offset))
        before = sequence
    return [row for row in rows if row.ids]


def new_tokens(sequences: Sequence[Tokens]) -> list[int]:
    """Number of tokens of each sequence that it does not share with one that is sorted before it."""
    out = [0] * len(sequences)
    before: Tokens = ()
    for i in sorted(range(len(sequences)), key=lambda i: sequences[i]):
        out[i] = len(sequences[i]) - common_prefix(before, sequences[i])
        before = sequences[i]
    return out


def attends_to_all(config: Mapping[str, Any]) -> bool:
    """Whether each token of a model attends to all before it, by its config.json, as packing requires.

    Sliding windows, chunks and other layers than attention are in `layer_types`, or in older settings in a window.
    """
    text = config.get("text_config") or config
    if text.get("layer_types"):
        return set(text["layer_types"]) == {"full_attention"} and not keeps_state(config)
    return (
        not keeps_state(config)
        and not text.get("attention_chunk_size")
        and not (text.get("sliding_window") and text.get("use_sliding_window", True))
    )
