"""The pictures of a report, as SVG that stands in the page: no script, no network, in the page's own colours."""

import html
import io
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from promptrec.errors import MissingExtra
from promptrec.evaluate.evaluation import DatasetResult, Measured

# Stands for the page's text colour, light or dark, until the picture is put in.
INK = "#010203"
# Okabe and Ito's blue and orange, which colour-blind people can tell apart; baselines are grey.
OURS, LINE, BASELINE = "#0072b2", "#e69f00", "#8a8a8a"
WIDTH = 7.6


def forest(dataset: DatasetResult, metric: str) -> str:
    """Each system's mean with its interval, best on top."""
    runs = [run for run in reversed(dataset.runs) if run.metrics[metric].mean is not None]

    def draw(axes: Any) -> None:  # noqa: ANN401 - matplotlib's axes
        for place, run in enumerate(runs):
            of, colour = run.metrics[metric], _colour(run)
            if of.low is not None and of.high is not None:
                axes.plot([of.low, of.high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
            axes.plot([of.mean], [place], "o", color=colour, markersize=6)
        axes.set_yticks(range(len(runs)), [run.system for run in runs])
        axes.set_xlabel(f"{metric}, mean and 95 % interval")
        axes.grid(axis="x", alpha=0.25)

    return _svg(draw, 0.6 + 0.32 * len(runs), f"{metric} of each system on {dataset.name}, with intervals")


def distributions(dataset: DatasetResult, metric: str, values: Mapping[str, Mapping[str, float]]) -> str:
    """How the metric is spread over queries; `values` are by system and query ID."""
    runs = [run for run in reversed(dataset.runs) if values.get(run.system)]
    known = [[v for v in values[run.system].values() if not math.isnan(v)] for run in runs]

    def draw(axes: Any) -> None:  # noqa: ANN401
        for place, (run, numbers) in enumerate(zip(runs, known, strict=True)):
            colour = _colour(run)
            axes.boxplot(
                [numbers],
                positions=[place],
                orientation="horizontal",
                widths=0.55,
                showmeans=True,
                medianprops={"color": INK},
                meanprops={"marker": "o", "markerfacecolor": colour, "markeredgecolor": colour, "markersize": 5},
                boxprops={"color": colour},
                whiskerprops={"color": colour},
                capprops={"color": colour},
                flierprops={"marker": ".", "markersize": 3, "markeredgecolor": colour},
            )
        axes.set_yticks(range(len(runs)), [run.system for run in runs])
        axes.set_xlabel(f"{metric} of single queries: quarters, and the mean as a dot")
        axes.grid(axis="x", alpha=0.25)

    return _svg(draw, 0.6 + 0.36 * len(runs), f"{metric} over the queries of {dataset.name}, by system")


def pareto(dataset: DatasetResult, metric: str) -> str:
    """Accuracy against seconds a query; the line joins systems that no other beats in both."""
    points = [
        (run.cost["seconds"] / run.queries, run.metrics[metric].mean or 0.0, run)
        for run in dataset.runs
        if run.cost.get("seconds") and run.metrics[metric].mean is not None
    ]

    def draw(axes: Any) -> None:  # noqa: ANN401
        front = frontier([(x, y) for x, y, _ in points])
        axes.plot([x for x, _ in front], [y for _, y in front], color=LINE, linewidth=1.5, zorder=0)
        for x, y, run in points:
            axes.plot([x], [y], "o", color=_colour(run), markersize=6)
            axes.annotate(run.system, (x, y), (6, 4), textcoords="offset points", fontsize=8, color=INK)
        axes.set_xscale("log")
        axes.margins(x=0.25, y=0.12)
        axes.set_xlabel("seconds a query (logarithmic)")
        axes.set_ylabel(metric)
        axes.grid(alpha=0.25)

    return _svg(draw, 3.6, f"{metric} against seconds a query on {dataset.name}")


def positions(dataset: DatasetResult) -> str:
    """How often the item shown in each slot came first, over chance."""
    runs = [run for run in dataset.runs if run.position_lift]

    def draw(axes: Any) -> None:  # noqa: ANN401
        for n, run in enumerate(runs):
            places = range(1, len(run.position_lift) + 1)
            axes.plot(
                places, run.position_lift, marker="o", markersize=4, color=(OURS, LINE, INK)[n % 3], label=run.system
            )
        axes.axhline(1, color=BASELINE, linestyle="--", linewidth=1)
        axes.set_xlabel("slot in which the item was shown")
        axes.set_ylabel("came first, over chance")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)
        axes.grid(alpha=0.25)

    return _svg(draw, 3.0, f"position bias on {dataset.name}: a flat line at 1 is none")


def frontier(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that no other is both cheaper and better than, cheapest first (cost, accuracy)."""
    best, front = -math.inf, []
    for cost, accuracy in sorted(points, key=lambda point: (point[0], -point[1])):
        if accuracy > best:
            front.append((cost, accuracy))
            best = accuracy
    return front


def _colour(run: Measured) -> str:
    return BASELINE if run.baseline else OURS


def _svg(draw: Callable[[Any], None], height: float, says: str) -> str:
    """A picture as an <svg> element, the same bytes every time; `says` is what a screen reader reads out."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("matplotlib", "evaluate") from None
    # The page's reader draws the letters, so it does not matter which ones matplotlib's own font lacks.
    style = {"svg.fonttype": "none", "svg.hashsalt": "promptrec", "font.size": 9, "font.family": "sans-serif"}
    inks = dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), INK)
    with matplotlib.rc_context(style | inks), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    picture = drawn.getvalue()
    picture = picture[picture.index("<svg") :].replace(INK, "currentColor")
    picture = re.sub(r"<metadata>.*?</metadata>", "", picture, flags=re.DOTALL)
    named = f'<svg role="img" aria-label="{html.escape(says)}" '
    return picture.replace("<svg ", named, 1)
