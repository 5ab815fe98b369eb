"""Which ranker to trust, from what the probe measured; kept on disk, so that a model is probed once.

Only a way of ranking that is surely better than chance is used. Several are added with weights in proportion to their
area above chance, shrunk because there are few pairs. Whatever the sum does not need is left out, the dearest first.
What is liked whoever asks is taken off where that is surely better too (`debiased`).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from statistics import fmean
from typing import Self

from pydantic import BaseModel, ConfigDict

import promptrec
from promptrec.data.download import home
from promptrec.engine.base import Engine
from promptrec.engine.fingerprint import adapter_sha256, folder_sha256
from promptrec.engine.models import ModelInfo, resolve
from promptrec.engine.options import DEFAULTS, NOT_OF_RESULTS, EngineOptions
from promptrec.errors import PromptrecError
from promptrec.rank.debiased import REFERENCES, passed, try_debiased
from promptrec.rank.ensemble import added
from promptrec.rank.names import template_kinds
from promptrec.rank.probe import PROBED, Measured, ProbeRow, measure, shares_below
from promptrec.rank.probe_set import FOLDER, Pairs, probe_pairs
from promptrec.rank.table import AUTO as AUTO

# As many people as the prior of "no better than chance" counts for.
PRIOR = 10
# What a sum of scores may lose on the pairs by leaving a member out.
TOLERANCE = 0.005


class Probe(BaseModel):
    """What was measured of one model, and the ranker that was chosen from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    engine: str
    language: str
    chosen: str
    why: str
    rows: tuple[ProbeRow, ...]

    @classmethod
    def of(cls, engine: Engine, language: str, pairs: Pairs, found: Sequence[Measured]) -> Self:
        """The choice from what was measured on the pairs."""
        chosen, why = choose(pairs, found)
        rows = tuple(one.row for one in found)
        return cls(model=engine.model_id, engine=engine.name, language=language, chosen=chosen, why=why, rows=rows)


def auto(
    engine: Engine,
    info: ModelInfo | None,
    language: str,
    encoder: str,
    *,
    options: EngineOptions = DEFAULTS,
    adapter: str | None = None,
    again: bool = False,
    notify: Callable[[str], None] = lambda ranker: None,
) -> Probe:
    """The probe of a model, measured on first use; `info` is None for an engine that is open and knows no folder.

    `options` are those the engine was opened with, `adapter` is what it will read with. `notify` is told which way of
    ranking is measured next. A file that cannot be read or written costs no more than another probe.

    Raises:
        EngineError: the engine cannot answer.
    """
    path = info and home() / "probes" / f"{info.name}-{language}-{_key(info, engine, encoder, options, adapter)}.json"
    if path and path.exists() and not again:
        with suppress(OSError, ValueError):  # of another version, cut short, or no text: measured anew
            return Probe.model_validate_json(path.read_text(encoding="utf-8"))
    pairs = probe_pairs(language)
    found = Probe.of(engine, language, pairs, _measure_all(engine, language, encoder, adapter, pairs, notify))
    # Where nothing of the model could be read, the next call may have more luck.
    if path and any(row.auc is not None and template_kinds(row.ranker) for row in found.rows):
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found.model_dump_json(indent=2), encoding="utf-8")
    return found


def _measure_all(
    engine: Engine, language: str, encoder: str, adapter: str | None, pairs: Pairs, notify: Callable[[str], None]
) -> list[Measured]:
    """Every way of ranking that is probed, and what passes debiased."""

    def one(name: str) -> Measured:
        notify(name)
        return measure(name, engine, pairs, language, encoder, adapter)

    plain = [one(name) for name in PROBED]
    return plain + try_debiased(pairs, plain, one)


def choose(pairs: Pairs, found: Sequence[Measured]) -> tuple[str, str]:
    """A ranker's name and why: the best sum of those that are surely better than chance, or the best alone."""
    names = [row.ranker for row in passed([one.row for one in found])]
    members = sorted((one for one in found if one.row.ranker in names), key=lambda one: names.index(one.row.ranker))
    if not members:
        known = {one.row.ranker for one in found if one.row.auc is not None}
        fallback = "embedding" if "embedding" in known else "bm25"
        return fallback, "no way of asking this model was surely better than chance on the probe"
    best = members[0]
    members = _without_the_needless(pairs, members)
    together = _area_of_sum(pairs, members)
    if together < (best.row.auc or 0) - TOLERANCE:
        members = [best]
    if len(members) == 1:
        return members[0].row.ranker, f"alone as good as any sum on the probe, AUC {members[0].row.auc:.3f}"
    name = "+".join(f"{weight(one.row, len(pairs.requests)):.3g}*{one.row.ranker}" for one in members)
    return name, f"their sum has AUC {together:.3f} on the probe, the best alone {best.row.auc:.3f}"


def _without_the_needless(pairs: Pairs, members: Sequence[Measured]) -> list[Measured]:
    """Members without those, the dearest first, whose leaving costs the sum nothing."""
    kept = list(members)
    for one in sorted(members, key=lambda one: -one.row.prompt_tokens):
        rest = [other for other in kept if other is not one]
        if rest and _area_of_sum(pairs, rest) >= _area_of_sum(pairs, kept) - TOLERANCE:
            kept = rest
    return kept


def weight(row: ProbeRow, people: int) -> float:
    """What a member's scores count for: 0 at chance, below 1 where it is always right."""
    return 2 * ((row.auc or 0.5) - 0.5) * people / (people + PRIOR)


def _area_of_sum(pairs: Pairs, members: Sequence[Measured]) -> float:
    """Mean share of other items that the weighted sum puts below the right one."""
    weights = [weight(one.row, len(pairs.requests)) for one in members]
    sums = [added(person, weights) for person in zip(*(one.scores for one in members), strict=True)]
    return fmean(shares_below(pairs, sums))


def _key(info: ModelInfo, engine: Engine, encoder: str, options: EngineOptions, adapter: str | None) -> str:
    """What a probe depends on, in eight letters."""
    try:
        other = folder_sha256(resolve(encoder, "text encoder").folder)
    except PromptrecError:
        other = ""
    weights = [folder_sha256(info.folder), adapter and adapter_sha256(adapter)]
    asked = options.model_dump(mode="json", exclude=set(NOT_OF_RESULTS))
    told = [promptrec.__version__, weights, engine.name, asked, other, folder_sha256(FOLDER), PROBED, REFERENCES]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]
