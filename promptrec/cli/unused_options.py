"""Warn about options that have no effect with the chosen rankers."""

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console

from promptrec.rank.expression import caches_item_scores, ranker_parts, template_kinds
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.selection.auto import AUTO


def _reads_model(ranker: str) -> bool:
    return ranker == AUTO or bool(template_kinds(ranker))


# Rankers that use a parameter.
TAKES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("model", "models", "engine", "engine_option", "engine_options"), _reads_model),
    **dict.fromkeys(("template", "templates", "adapter"), _reads_model),
    "position_bias": lambda ranker: ranker != AUTO and ListwisePrior.name in ranker_parts(ranker),
    "score_cache": lambda ranker: ranker == AUTO or caches_item_scores(ranker),
}
# Options whose name differs from their parameter.
OPTIONS = {"models": "--model", "engine_options": "--engine-option"}


def say_unused(given: Iterable[str], rankers: Sequence[str], console: Console) -> None:
    """Print a line about given parameters that none of the rankers uses, if there are any."""
    lost = [name for name in given if name in TAKES and not any(map(TAKES[name], rankers))]
    if lost:
        options = ", ".join(OPTIONS.get(name, f"--{name.replace('_', '-')}") for name in lost)
        verb = "changes" if len(lost) == 1 else "change"
        console.print(f"promptrec: {options} {verb} nothing with {', '.join(rankers) or 'the baselines'}")
