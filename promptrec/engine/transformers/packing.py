"""Packed reading: sequences of tokens as rows in which every node of their prefix tree (trie) stands once.

In sorted order, sequences are a depth-first walk of their trie: of each one, only what it does not share with the one
before is new. The new tokens are laid side by side in rows of a fixed length, with a mask that lets a token see its
ancestors only (as in tree attention: Miao et al. 2024, SpecInfer). What a row needs of the rows before it is its first
token's ancestors, whose keys and values are kept; so nothing is padded and nothing is read twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeAlias

import numpy as np

from promptrec.engine.base import Tokens
from promptrec.engine.models.architecture import keeps_state

OutputPosition: TypeAlias = tuple[int, int, int]
"""Where a value is wanted: its place in a row, the index of its sequence, its offset from the first that is wanted."""
Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


@dataclass
class Row:
    """Tokens that are read in one go, behind those of the row before that are kept.

    past: which columns of the row before (those it kept, then its own) this row keeps; in the order of their depth.
    ids: the new tokens. positions: the depth of each in the trie, from 0. segments: runs of new tokens that follow one
    another, each as its start, its end and the columns of its ancestors in this row. outputs: the places in `ids`
    behind which something is wanted.
    """

    past: tuple[int, ...] = ()
    ids: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    segments: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    outputs: list[OutputPosition] = field(default_factory=list)

    def mask(self) -> Mask:
        """What each new token sees: shape (new tokens, kept + new tokens)."""
        kept = len(self.past)
        out = np.zeros((len(self.ids), kept + len(self.ids)), dtype=np.bool_)
        for start, end, ancestors in self.segments:
            out[start:end, list(ancestors)] = True
            out[start:end, kept + start : kept + end] |= np.tri(end - start, dtype=np.bool_)
        return out


def pack(sequences: Sequence[Tokens], firsts: Sequence[int], length: int) -> list[Row]:
    """Rows of at most `length` new tokens that hold every sequence.

    Args:
        sequences: what is to be read; none is empty.
        firsts: the first position of each sequence behind which something is wanted; so it is behind all later ones.
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
    """How many tokens of each sequence are read for it: those it does not share with one that is sorted before it."""
    out = [0] * len(sequences)
    before: Tokens = ()
    for i in sorted(range(len(sequences)), key=lambda i: sequences[i]):
        out[i] = len(sequences[i]) - common_prefix(before, sequences[i])
        before = sequences[i]
    return out


def common_prefix(a: Tokens, b: Tokens) -> int:
    """How many tokens two sequences begin with alike."""
    if a == b[: len(a)]:
        return len(a)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def sees_everything(config: Mapping[str, Any]) -> bool:
    """Whether each token of a model attends to all before it, by its config.json: else no mask of ours would do.

    Sliding windows, chunks and layers that are no attention are told by `layer_types`, older settings by a window.
    """
    text = config.get("text_config") or config
    if text.get("layer_types"):
        return set(text["layer_types"]) == {"full_attention"} and not keeps_state(config)
    return (
        not keeps_state(config)
        and not text.get("attention_chunk_size")
        and not (text.get("sliding_window") and text.get("use_sliding_window", True))
    )
