"""`auto`: selects a weighted sum of rankers for a model from the probe's measurements, which are cached on disk.

Only rankers that are reliably better than chance are used, mean-centred if that is reliably better too. Their weights
come from `discriminant`; rankers with little weight are left out. For the requests to be ranked, the weights are
adjusted by how the rankers agree on the first of them, see `reweight`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from typing import Self

from pydantic import Field

import promptrec
from promptrec.data.download import home
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256, folder_sha256
from promptrec.engine.models.registry import ModelInfo, resolve
from promptrec.engine.options import DEFAULTS, NOT_OF_RESULTS, EngineOptions
from promptrec.errors import PromptrecError
from promptrec.messages import Message, Reason, message, reason
from promptrec.rank.expression import template_kinds
from promptrec.rank.fusion.ensemble import member_scores, standardise
from promptrec.rank.probe_data import FOLDER, Pairs, probe_pairs
from promptrec.rank.ranking import Ranking
from promptrec.rank.registry import AUTO as AUTO
from promptrec.rank.registry import ranker_class
from promptrec.rank.selection.probe import PROBED, ProbeResult, ProbeRow, lower_bound, measure, shares_below
from promptrec.rank.selection.weights import SHRINKAGE, WEIGHTING, agreement, discriminant

BM25 = "bm25"
# A ranker that reads the model must add so much to the expected AUC of the sum, or it is left out.
TOLERANCE = 0.015
# Requests that every member reads before any is ranked, to measure agreement.
AGREEMENT_REQUESTS = 20
# With fewer requests, agreement is chance.
LEAST_REQUESTS = 8
# Reference queries of mean-centring: more cost more, and the mean over eight is near that over all.
REFERENCES = 8
# A ranker whose AUC is this much below the best adds little.
MARGIN = 0.15


class Probe(Record):
    """Measurements of one model, and the ranker selected from them."""

    model: str
    engine: str
    language: str
    ranker: str
    """Expression of the selected ranker."""
    reason: Reason
    """Why it was selected."""
    weights: Mapping[str, float] = Field(default_factory=dict)
    """Prior weight of each ranker that may be in the sum, on the scale of `discriminant`; empty if none may."""
    rows: tuple[ProbeRow, ...]

    @classmethod
    def of(cls, engine: Engine, language: str, pairs: Pairs, results: Sequence[ProbeResult]) -> Self:
        """The selection from measurements on the pairs."""
        weights, ranker, why = choose(pairs, results)
        return cls(
            model=engine.model_id,
            engine=engine.name,
            language=language,
            ranker=ranker,
            reason=why,
            weights=weights,
            rows=tuple(result.row for result in results),
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
    """The probe of a model, measured on first use and cached on disk.

    Args:
        engine: open with the model.
        info: of the model; None for an engine whose folder is unknown: nothing is cached.
        language: of the prompts.
        encoder: name or folder of the text encoder.
        options: that the engine was opened with.
        adapter: folder of a LoRA adapter to read with.
        again: measure even if a probe is cached.
        notify: called with the name of each ranker before it is measured.

    Raises:
        EngineError: the engine cannot answer.
    """
    path = (
        info and home() / "probes" / f"{info.name}-{language}-{probe_key(info, engine, encoder, options, adapter)}.json"
    )
    if path and path.exists() and not again:
        with suppress(OSError, ValueError):  # of another version, truncated, or not text: measured again
            return Probe.model_validate_json(path.read_text(encoding="utf-8"))
    pairs = probe_pairs(language)

    def measure_one(name: str) -> ProbeResult:
        notify(name)
        return measure(name, engine, pairs, language, encoder, adapter)

    plain = [measure_one(name) for name in PROBED]
    results = plain + measure_mean_centred(pairs, plain, measure_one)
    probe = Probe.of(engine, language, pairs, results)
    # A probe in which the model could not be read is not cached: the next one may succeed.
    if path and any(row.auc is not None and template_kinds(row.ranker) for row in probe.rows):
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(probe.model_dump_json(indent=2), encoding="utf-8")
    return probe


def choose(pairs: Pairs, results: Sequence[ProbeResult]) -> tuple[dict[str, float], str, Reason]:
    """Select a ranker from measurements on the pairs.

    Returns:
        Prior weight of each usable ranker and of BM25, the expression of the selected ranker, and the reason.
    """
    members = above_chance([result.row for result in results])
    if not members:
        has_encoder = any(result.row.ranker == "embedding" and result.scores for result in results)
        fallback = "embedding" if has_encoder else "bm25"
        return {}, fallback, reason("probe-found-nothing")
    right = [pairs.right[request.query.query_id] for request in pairs.requests]
    by_name = {result.row.ranker: result.scores for result in results}
    scores = {row.ranker: by_name[row.ranker] for row in members}
    weights, area = discriminant(scores, right)
    dropped = []
    for row in sorted((row for row in members if row.prompt_tokens), key=lambda row: -row.prompt_tokens):
        rest = {name: its_scores for name, its_scores in scores.items() if name != row.ranker}
        if rest and (less := discriminant(rest, right))[1] >= area - TOLERANCE:
            scores, (weights, area) = rest, less
            dropped.append(row.ranker)
    weights |= {BM25: WEIGHTING.bm25_weight()}
    why = [message("weights-of-probe", weights=_describe(weights))]
    if dropped:
        why.append(message("probe-dropped", rankers=tuple(dropped), tolerance=TOLERANCE))
    return weights, sum_name(WEIGHTING.select(weights)), Reason(*why)


def reweight(probe: Probe, read: Callable[[str], Sequence[Ranking]]) -> tuple[str, Reason]:
    """Adjust the weights of a probe to the requests to be ranked, by agreement between the rankers.

    Args:
        probe: of the model.
        read: the rankings of the first `AGREEMENT_REQUESTS` requests by the ranker of a name.

    Returns:
        Expression of the ranker, and the reason.
    """
    if not probe.weights:
        return probe.ranker, probe.reason
    rankings = {}
    for member in sorted(probe.weights, key=lambda name: name != BM25):  # BM25 counts the requests for free
        rankings[member] = read(member)
        if len(rankings[member]) < LEAST_REQUESTS:
            return probe.ranker, Reason(probe.reason, message("too-few-to-weigh", count=len(rankings[member])))
    scores = {member: [standardise(member_scores(r)) for r in each] for member, each in rankings.items()}
    agreed = agreement(scores, probe.weights)
    weights = WEIGHTING.adjust(probe.weights, agreed)
    values = tuple(f"{member} {value:.2f}" for member, value in agreed.items())
    measured = message("agreement", count=len(rankings[BM25]), values=values)
    why = Reason(probe.reason, measured, message("weights-together", weights=_describe(weights)))
    return sum_name(WEIGHTING.select(weights)), why


def sum_name(weights: Mapping[str, float]) -> str:
    """Expression of a weighted sum, or the name of the only ranker."""
    if len(weights) == 1:
        return next(iter(weights))
    return "+".join(f"{weight:.2f}*{name}" for name, weight in weights.items())


def _describe(weights: Mapping[str, float]) -> Message:
    """The relative weights in words, and which rankers are left out for too little weight."""
    selected = WEIGHTING.select(weights)
    out = tuple(name for name in weights if name not in selected)
    counts = tuple(reason("ranker-counts", ranker=name, weight=f"{weight:.2f}") for name, weight in selected.items())
    if not out:
        return message("weights", counts=counts)
    return message("weights-without", counts=counts, least=WEIGHTING.least, rankers=out)


def probe_key(info: ModelInfo, engine: Engine, encoder: str, options: EngineOptions, adapter: str | None) -> str:
    """Eight letters of a hash of all that a probe depends on."""
    try:
        encoder_sha256 = folder_sha256(resolve(encoder, "text encoder").folder)
    except PromptrecError:
        encoder_sha256 = ""
    weights = [folder_sha256(info.folder), adapter_sha256(adapter)]
    relevant_options = options.model_dump(mode="json", exclude=set(NOT_OF_RESULTS))
    constants = [PROBED, REFERENCES, TOLERANCE, SHRINKAGE, astuple(WEIGHTING)]
    parts = [promptrec.__version__, weights, engine.name, relevant_options, encoder_sha256, folder_sha256(FOLDER)]
    return hashlib.sha256(json.dumps(parts + constants).encode()).hexdigest()[:8]


def mean_centred_variant(name: str) -> str | None:
    """Name of the ranker's mean-centred variant, or None."""
    if name == "listwise-labels":
        return "listwise-shifts"
    return f"{name}~{REFERENCES}" if ranker_class(name).pointwise else None


def measure_mean_centred(
    pairs: Pairs, plain: Sequence[ProbeResult], measure_one: Callable[[str], ProbeResult]
) -> list[ProbeResult]:
    """Measure the mean-centred variants of the usable rankers, with their gain over the plain ones."""
    measured = []
    by_name = {result.row.ranker: result for result in plain}
    for row in above_chance([result.row for result in plain]):
        name = mean_centred_variant(row.ranker)
        if name is not None:
            measured.append(_with_gain(measure_one(name), by_name[row.ranker], pairs))
    return measured


def above_chance(rows: Sequence[ProbeRow]) -> list[ProbeRow]:
    """The rows of rankers that are reliably better than chance and not far below the best, best first.

    Of a ranker and its mean-centred variant there is only one: the variant if its gain is reliable, else the ranker.
    """
    gaining = {row.ranker for row in rows if row.gain is not None and row.gain > 0}
    better = [row for row in rows if row.low is not None and row.low > 0.5]
    usable = [r for r in better if (mean_centred_variant(r.ranker) not in gaining if r.gain is None else r.gain > 0)]
    usable.sort(key=lambda row: -(row.auc or 0))
    return [row for row in usable if (row.auc or 0) >= (usable[0].auc or 0) - MARGIN]


def _with_gain(result: ProbeResult, plain: ProbeResult, pairs: Pairs) -> ProbeResult:
    if result.row.auc is None:
        return result
    both = zip(shares_below(pairs, result.scores), shares_below(pairs, plain.scores), strict=True)
    gain = lower_bound([after - before for after, before in both])
    return ProbeResult(result.row.model_copy(update={"gain": gain}), result.scores)
