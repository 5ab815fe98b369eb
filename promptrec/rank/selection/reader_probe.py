"""Reader probe: whether a model lists what requests refuse better than the rules, on bundled requests of either kind.

Each request is scored by the F1 of its refused phrases, 1 where rightly none is found. The model reads requests only if
the lower one-sided 95 % bound of its mean gain is above 0. The rules were not written with these requests in sight.
"""

import json
import statistics
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Self

from pydantic import FiniteFloat

from promptrec.data.download import home
from promptrec.data.intent import Intent
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.intent.reader import READER, read_intent
from promptrec.rank.base import IntentReader
from promptrec.rank.model_reader import ModelReader
from promptrec.rank.probe_data import FOLDER
from promptrec.rank.selection.auto import probe_key
from promptrec.rank.selection.probe import lower_bound


class ReaderProbe(Record):
    """Scores of both readers, and which one is better."""

    model: str
    rules: FiniteFloat
    """Mean F1 of the rules."""
    by_model: FiniteFloat
    """Mean F1 of the model."""
    gain: FiniteFloat
    """Lower one-sided 95 % bound of the model's gain."""
    tokens: FiniteFloat
    """Prompt tokens that the model reads for a request."""
    reader: IntentReader

    @classmethod
    def of(cls, engine: Engine, language: str, adapter: str | None = None) -> Self:
        """Measure a model on the requests of a language ("en" or "zh").

        Raises:
            EngineError: the engine cannot answer at all.
        """
        lines = (FOLDER / f"refusals.{language}.jsonl").read_text(encoding="utf-8").splitlines()
        requests = [json.loads(line) for line in lines]
        words = [request["words"] for request in requests]
        read = ModelReader(engine, adapter=adapter).read(words)
        by_rules = _scores(map(read_intent, words), [r["refused"] for r in requests])
        by_model = _scores((intent for intent, _ in read), [r["refused"] for r in requests])
        gains = [model - rules for model, rules in zip(by_model, by_rules, strict=True)]
        gain = lower_bound(gains)
        return cls(
            model=engine.model_id,
            rules=statistics.fmean(by_rules),
            by_model=statistics.fmean(by_model),
            gain=gain,
            tokens=statistics.fmean(usage.prompt_tokens for _, usage in read),
            reader="model" if gain > 0 else "rules",
        )


def choose_reader(
    engine: Engine,
    info: ModelInfo | None,
    language: str,
    *,
    options: EngineOptions = DEFAULTS,
    adapter: str | None = None,
) -> ReaderProbe:
    """The probe of a model, measured on first use and cached on disk.

    Args:
        engine: open with the model.
        info: of the model; None for an engine whose folder is unknown: nothing is cached.
        language: of the requests.
        options: that the engine was opened with.
        adapter: folder of a LoRA adapter to read with.

    Raises:
        EngineError: the engine cannot answer at all.
    """
    name = info and f"{info.name}-{language}-{READER}-{probe_key(info, engine, '', options, adapter)}.json"
    path = name and home() / "probes" / name
    if path and path.exists():
        with suppress(OSError, ValueError):  # of another version, or truncated: measured again
            return ReaderProbe.model_validate_json(path.read_text(encoding="utf-8"))
    probe = ReaderProbe.of(engine, language, adapter)
    if path:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(probe.model_dump_json(indent=2), encoding="utf-8")
    return probe


def _scores(intents: Iterable[Intent], refused: Sequence[Sequence[str]]) -> list[float]:
    return [
        _f1({clause.text.casefold() for clause in intent.dislikes}, {phrase.casefold() for phrase in right})
        for intent, right in zip(intents, refused, strict=True)
    ]


def _f1(found: set[str], right: set[str]) -> float:
    return 2 * len(found & right) / (len(found) + len(right)) if found or right else 1.0
