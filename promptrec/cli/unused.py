"""Options that were given and change nothing: they are said, so that nobody believes they did."""

from collections.abc import Callable, Iterable, Sequence

from promptrec.rank.auto import AUTO
from promptrec.rank.listwise_prior import ListwisePrior
from promptrec.rank.names import keeps_numbers, ranker_parts, template_kinds


def _reads_model(ranker: str) -> bool:
    return ranker == AUTO or bool(template_kinds(ranker))


# Which rankers an option is for.
TAKES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        ("--model", "--engine", "--engine-option", "--template", "--templates", "--adapter"),
        _reads_model,
    ),
    "--slot-prior": lambda ranker: ranker != AUTO and ListwisePrior.name in ranker_parts(ranker),
    "--item-scores": lambda ranker: ranker == AUTO or keeps_numbers(ranker),
}


def unused(given: Iterable[str], rankers: Sequence[str]) -> str | None:
    """A line about those of the given options that none of the rankers takes; None where each has its ranker."""
    lost = [option for option in given if option in TAKES and not any(map(TAKES[option], rankers))]
    if not lost:
        return None
    verb = "changes" if len(lost) == 1 else "change"
    return f"promptrec: {', '.join(lost)} {verb} nothing with {', '.join(rankers) or 'the baselines'}"
