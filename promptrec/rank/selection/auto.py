"""Which ranker to trust, from what the probe measured; kept on disk, so that a model is probed once.

Only a way of ranking that is surely better than chance is used, with its mean over other people taken off where that is
surely better too (`debiased`). Several are added with the weights of `weigh`, and those that count for little are left
out. For requests at hand, how the rankers agree on the first of them moves the weights.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

import promptrec
from promptrec.data.download import home
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256, folder_sha256
from promptrec.engine.models.registry import ModelInfo, resolve
from promptrec.engine.options import DEFAULTS, NOT_OF_RESULTS, EngineOptions
from promptrec.errors import PromptrecError
from promptrec.rank.expression import template_kinds
from promptrec.rank.fusion.ensemble import member_scores, standardised
from promptrec.rank.ranking import Ranking
from promptrec.rank.registry import AUTO as AUTO
from promptrec.rank.registry import ranker_class
from promptrec.rank.selection.probe import PROBED, Measured, ProbeRow, least, measure, shares_below
from promptrec.rank.selection.probe_data import FOLDER, Pairs, probe_pairs
from promptrec.rank.selection.weights import SHRINKAGE, WEIGHING, agreement, discriminant

BM25 = "bm25"
# What reads the model must add so much to the sum's expected AUC, or it is left out.
TOLERANCE = 0.015
# So many requests are read by every member before any is ranked.
AT_HAND = 20
# With fewer, chance decides who agrees.
LEAST_REQUESTS = 8


class Probe(BaseModel):
    """What was measured of one model, and the ranker that was chosen from it.

    weights: what each ranker that may be in a sum counts for, on the scale of `discriminant`; empty where none may.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    engine: str
    language: str
    chosen: str
    why: str
    weights: Mapping[str, float] = Field(default_factory=dict)
    rows: tuple[ProbeRow, ...]

    @classmethod
    def of(cls, engine: Engine, language: str, pairs: Pairs, found: Sequence[Measured]) -> Self:
        """The choice from what was measured on the pairs."""
        weights, chosen, why = choose(pairs, found)
        return cls(
            model=engine.model_id,
            engine=engine.name,
            language=language,
            chosen=chosen,
            why=why,
            weights=weights,
            rows=tuple(one.row for one in found),
        )


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


def choose(pairs: Pairs, found: Sequence[Measured]) -> tuple[dict[str, float], str, str]:
    """The prior weight of each ranker that passed and of BM25, the ranker's name that follows from them, and why."""
    members = passed([one.row for one in found])
    if not members:
        fallback = "embedding" if any(one.row.ranker == "embedding" and one.scores for one in found) else "bm25"
        return {}, fallback, "no way of asking this model was surely better than chance on the probe"
    right = [pairs.right[request.query.query_id] for request in pairs.requests]
    by_name = {one.row.ranker: one.scores for one in found}
    scores = {row.ranker: by_name[row.ranker] for row in members}
    weights, area = discriminant(scores, right)
    needless = []
    for row in sorted((row for row in members if row.prompt_tokens), key=lambda row: -row.prompt_tokens):
        rest = {name: said for name, said in scores.items() if name != row.ranker}
        if rest and (less := discriminant(rest, right))[1] >= area - TOLERANCE:
            scores, (weights, area) = rest, less
            needless.append(row.ranker)
    weights |= {BM25: WEIGHING.bm25_weight()}
    why = f"on the probe's pairs {_parts(weights)}"
    if needless:
        why += f"; {', '.join(needless)} would read more and add less than {TOLERANCE} to the AUC"
    return weights, sum_name(WEIGHING.joined(weights)), why


def weigh(found: Probe, read: Callable[[str], Sequence[Ranking]]) -> tuple[str, str]:
    """A ranker's name and why, for requests whose right answers nobody knows.

    Args:
        found: the probe of the model.
        read: the rankings of the first `AT_HAND` requests by the ranker of a name.
    """
    if not found.weights:
        return found.chosen, found.why
    rankings = {}
    for member in sorted(found.weights, key=lambda name: name != BM25):  # it costs nothing to see how many there are
        rankings[member] = read(member)
        if len(rankings[member]) < LEAST_REQUESTS:
            few = f"{len(rankings[member])} requests are too few to weigh by agreement"
            return found.chosen, f"{found.why}; {few}"
    agreed = agreement(
        {m: [standardised(member_scores(r)) for r in each] for m, each in rankings.items()}, found.weights
    )
    weights = WEIGHING.moved(found.weights, agreed)
    told = ", ".join(f"{member} {value:.2f}" for member, value in agreed.items())
    why = (
        f"{found.why}; agreement with the others on {len(rankings[BM25])} requests: {told}; together {_parts(weights)}"
    )
    return sum_name(WEIGHING.joined(weights)), why


def sum_name(weights: Mapping[str, float]) -> str:
    """The name of a weighted sum, or of the only ranker there is."""
    if len(weights) == 1:
        return next(iter(weights))
    return "+".join(f"{weight:.2f}*{name}" for name, weight in weights.items())


def _parts(weights: Mapping[str, float]) -> str:
    """What each ranker counts for beside the first, and which are left out for counting too little."""
    joined = WEIGHING.joined(weights)
    out = [name for name in weights if name not in joined]
    told = ", ".join(f"{name} counts {weight:.2f}" for name, weight in joined.items())
    return told + (f" (less than {WEIGHING.least}, left out: {', '.join(out)})" if out else "")


def _key(info: ModelInfo, engine: Engine, encoder: str, options: EngineOptions, adapter: str | None) -> str:
    """What a probe depends on, in eight letters."""
    try:
        other = folder_sha256(resolve(encoder, "text encoder").folder)
    except PromptrecError:
        other = ""
    weights = [folder_sha256(info.folder), adapter and adapter_sha256(adapter)]
    asked = options.model_dump(mode="json", exclude=set(NOT_OF_RESULTS))
    chosen_by = [PROBED, REFERENCES, TOLERANCE, SHRINKAGE, astuple(WEIGHING)]
    told = [promptrec.__version__, weights, engine.name, asked, other, folder_sha256(FOLDER), *chosen_by]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


# People of reference: more of them cost more, and the mean over eight is near that over all.
REFERENCES = 8
# A way of ranking this much worse than the best says little that the best does not.
MARGIN = 0.15


def debiased(name: str) -> str | None:
    """The same way of ranking with what is liked whoever asks taken off; None where there is no such way."""
    if name == "listwise-labels":
        return "listwise-shifts"
    return f"{name}~{REFERENCES}" if ranker_class(name).pointwise else None


def try_debiased(pairs: Pairs, found: Sequence[Measured], measure: Callable[[str], Measured]) -> list[Measured]:
    """What passed, debiased, with what it gains at least over the plain way."""
    tried = []
    plain = {one.row.ranker: one for one in found}
    for row in passed([one.row for one in found]):
        name = debiased(row.ranker)
        if name is not None:
            tried.append(_with_gain(measure(name), plain[row.ranker], pairs))
    return tried


def passed(rows: Sequence[ProbeRow]) -> list[ProbeRow]:
    """The rows of rankers that are surely better than chance and not far below the best, best first.

    Of a way of ranking and the same debiased only one is there: the second where it is surely better, else the first.
    """
    gaining = {row.ranker for row in rows if row.gain is not None and row.gain > 0}
    better = [row for row in rows if row.low is not None and row.low > 0.5]
    stand = [r for r in better if (debiased(r.ranker) not in gaining if r.gain is None else r.gain > 0)]
    stand.sort(key=lambda row: -(row.auc or 0))
    return [row for row in stand if (row.auc or 0) >= (stand[0].auc or 0) - MARGIN]


def _with_gain(one: Measured, plain: Measured, pairs: Pairs) -> Measured:
    if one.row.auc is None:
        return one
    both = zip(shares_below(pairs, one.scores), shares_below(pairs, plain.scores), strict=True)
    gain = least([after - before for after, before in both])
    return Measured(one.row.model_copy(update={"gain": gain}), one.scores)
