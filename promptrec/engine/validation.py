"""Validation of prompts before an engine reads them, and bisecting a batch that an engine refuses as a whole."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from promptrec.engine.base import Output, Tokens, Usage
from promptrec.engine.tokenizer import Tokenizer
from promptrec.errors import InputError, ModelError, first_line


def prompt_error(prompt: Tokens, room: int, vocabulary: int) -> str | None:
    """Why a prompt cannot be read: it is empty, longer than `room` tokens, or has an ID the model does not know."""
    if not prompt:
        return "the prompt is empty"
    if len(prompt) > room:
        return f"the prompt has {len(prompt)} tokens; the model has room for {room}"
    if min(prompt) < 0 or max(prompt) >= vocabulary:
        return f"the prompt has a token ID outside the model's {vocabulary}"
    return None


def check_labels(label_ids: Sequence[int], vocabulary: int) -> None:
    """Refuse labels that are not tokens of the model."""
    if label_ids and (min(label_ids) < 0 or max(label_ids) >= vocabulary):
        raise InputError(f"a label's token ID is outside the model's {vocabulary}")


def check_tokenizer(folder: Path, tokenizer: Tokenizer, vocabulary: int) -> None:
    """Refuse a tokenizer that writes tokens of which the model has none.

    Raises:
        ModelError: it is another model's.
    """
    if tokenizer.greatest_id >= vocabulary:
        raise ModelError(
            f"{folder}: its tokenizer has {tokenizer.greatest_id + 1} tokens and the model {vocabulary}: the tokenizer "
            "is another model's"
        )


def log_probabilities(values: tuple[float, ...], usage: Usage) -> Output[tuple[float, ...]]:
    """A reading of them; one that is no number makes it an error: half precision overflows, and weights are damaged."""
    if all(map(math.isfinite, values)):
        return Output(values, usage)
    return Output(None, usage, "the model gave a log-probability that is no number: read it with dtype=float32")


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of the model in a folder.

    Raises:
        ModelError: there are none that can be read.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if not isinstance(config, dict):
            raise ValueError("it holds no settings")
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: its config.json cannot be read: {first_line(error)}") from None
    return config


def longest_sequence(folder: Path) -> int | None:
    """How many tokens a model was made for, by the settings in its folder; None where they do not say."""
    config = read_config(folder)
    longest = config.get("max_position_embeddings") or config.get("text_config", {}).get("max_position_embeddings")
    return None if longest is None else int(longest)


T = TypeVar("T")


class Refused(Exception):
    """What was asked cannot be read; the message says why, and not which prompt is to blame."""


def bisect(read: Callable[[Sequence[int]], list[Output[T]]], places: Sequence[int]) -> list[Output[T]]:
    """A reading for each place; where `read` refuses them, half of them at a time, until one is refused alone."""
    try:
        return read(places)
    except Refused as refused:
        if len(places) == 1:
            return [Output(None, error=str(refused))]
        half = len(places) // 2
        return bisect(read, places[:half]) + bisect(read, places[half:])
