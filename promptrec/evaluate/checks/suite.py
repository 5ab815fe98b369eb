"""Checks of one system: memorisation of titles, and robustness to perturbations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from promptrec.data.query import RankRequest
from promptrec.evaluate.baseline_comparison import comparison_results
from promptrec.evaluate.checks.memorisation import title_variants
from promptrec.evaluate.checks.robustness import PERTURBATIONS, perturb
from promptrec.evaluate.checks.stability import mean_stability, position_lift
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.results import ComparisonResult, RobustnessResult, none_if_nan
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.measure import Measurement
from promptrec.evaluate.runs.runner import Runner
from promptrec.evaluate.runs.store import RunStore
from promptrec.evaluate.stats.significance import PairedDifference, paired_difference
from promptrec.rank.label_tokens import MAX_LABELS
from promptrec.rank.listwise.generation import WINDOW
from promptrec.rank.ordering import seeded_order

ORDERS = 5
# Rankers that show every candidate in one slot, dealt as `seeded_order` does, and the most candidates they do so with.
SHOWN_ONCE = {"listwise-labels": MAX_LABELS, "listwise-prior": MAX_LABELS, "listwise-text": WINDOW}


def memorisation(
    runner: Runner, system: System, dataset: Dataset, real: Mapping[str, float]
) -> dict[str, ComparisonResult]:
    """Memorisation gap in the primary metric, over masked and permuted titles, on the first `check_limit` queries.

    Args:
        runner: ranks the variants, each in a run of its own.
        system: what is checked.
        dataset: with its real titles.
        real: the metric by query ID under real titles.
    """
    limit = _limit(runner)
    differences: dict[tuple[str, str], PairedDifference] = {}
    for name, variant in title_variants(dataset, system.seed).items():
        if name != "real":
            _, found = runner.run(system, variant, limit)
            other = found.values[runner.config.primary]
            pair = ("real titles", f"{name} titles")
            differences[pair] = paired_difference(_restrict_to(real, other), other, system.seed)
    return {p.reference.removesuffix(" titles"): p for p in comparison_results(differences, runner.config.primary)}


def robustness(
    runner: Runner, system: System, dataset: Dataset, store: RunStore, unperturbed: Mapping[str, float]
) -> dict[str, RobustnessResult]:
    """Effect on rankings and on the primary metric of each perturbation that applies to the dataset.

    `order` is the mean over five other orders, which rankers that show many candidates at once take from the seed.

    Args:
        runner: ranks the perturbed requests, each kind in a run of its own.
        system: what is checked.
        dataset: as it is.
        store: the rankings of the dataset as it is.
        unperturbed: the metric by query ID of these.
    """
    out = {}
    for kind in PERTURBATIONS:
        if kind == "order" and not dataset.candidates_given:
            continue
        runs = []
        for n in range(ORDERS if kind == "order" else 1):
            changed = _perturb_dataset(runner, dataset, kind, system.seed + n)
            reseeded = replace(system, seed=system.seed + n + 1) if kind == "order" else system
            runs += [runner.run(reseeded, changed, None)] if changed.queries else []
        if runs:
            out[kind] = _stability(runner, store, unperturbed, runs, kind)
    return out


def position_curve(system: System, dataset: Dataset, store: RunStore) -> tuple[float, ...]:
    """Rate at which the item shown in each slot came first, over chance.

    Empty for rankers that show one item, shifts or windows: there an item has no slot, or several.
    """
    most = SHOWN_ONCE.get(system.ranker, 0)
    inputs = [request for request in dataset.requests if request.query.query_id in store]
    if not dataset.candidates_given or any(len(request.candidates) > most for request in inputs):
        return ()
    dealt = {r.query.query_id: seeded_order(r.candidates, system.seed, r.query.query_id) for r in inputs}
    shown = {query_id: [item.item_id for item in items] for query_id, items in dealt.items()}
    return tuple(position_lift(store.rankings(shown), shown))


def _limit(runner: Runner) -> int:
    return min(runner.config.check_limit, runner.config.limit or runner.config.check_limit)


def _perturb_dataset(runner: Runner, dataset: Dataset, kind: str, seed: int) -> Dataset:
    """The dataset's first queries under one perturbation, those it cannot change left out."""
    inputs = dataset.requests if dataset.candidates_given else [RankRequest(query, ()) for query in dataset.queries]
    requests = perturb(inputs[: _limit(runner)], kind, seed, dataset.language)
    name = f"{dataset.name}-{kind}" + (f"-{seed}" if kind == "order" else "")
    shown = requests if dataset.candidates_given else ()
    return replace(dataset, name=name, requests=shown, queries=tuple(request.query for request in requests))


def _stability(
    runner: Runner,
    store: RunStore,
    unperturbed: Mapping[str, float],
    runs: Sequence[tuple[RunStore, Measurement]],
    kind: str,
) -> RobustnessResult:
    """Means over runs of one kind; the drop is of each query's mean over them."""
    primary = runner.config.primary
    moved = {
        query_id: [run.values[primary][query_id] for _, run in runs if query_id in run.values[primary]]
        for query_id in unperturbed
    }
    other = {query_id: sum(values) / len(values) for query_id, values in moved.items() if values}
    moves = mean_stability((next(store.rankings([r.query_id])), r) for changed, _ in runs for r in changed.rankings())
    difference = paired_difference(_restrict_to(unperturbed, other), other, store.spec.seed)
    (drop,) = comparison_results({("as asked", kind): difference}, primary)
    tau, flips = none_if_nan(moves.kendall_tau), none_if_nan(moves.top1_flip)
    return RobustnessResult(kendall_tau=tau, top1_flips=flips, drop=drop, queries=len(other))


def _restrict_to(values: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The values of the queries that `other` has too."""
    return {query_id: value for query_id, value in values.items() if query_id in other}
