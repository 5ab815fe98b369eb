"""The charts of a report. Systems that read a model are coloured, baselines are grey."""

import html
import io
import itertools
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, TypeAlias

from promptrec.errors import MissingExtra
from promptrec.evaluate.results import DatasetResult, RunResult

# They stand for the page's own colours, light or dark, until the picture is put in.
INK, OURS, BASELINE, SECOND = "#010203", "#010204", "#010205", "#010206"
_PAGE_COLOURS = {INK: "currentColor", OURS: "var(--ours)", BASELINE: "var(--baseline)", SECOND: "var(--second)"}
# Inches, of _DPI units each, as SVG has them: on a telephone the letters are still about as large as they are here.
_WIDTH, _DPI = 5.4, 72
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "promptrec",
    "font.size": 10,
    "font.family": "sans-serif",
    "ytick.major.size": 0,
    "grid.color": BASELINE,
    "grid.alpha": 0.3,
    "axes.axisbelow": True,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), INK),
}


def figure(draw: Callable[[Any], None], height: float, caption: str) -> str:
    """A <figure> with a picture and its caption, the same bytes every time.

    Args:
        draw: draws on matplotlib's axes.
        height: in inches.
        caption: what it shows, and what a screen reader reads out.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    picture = _svg(draw, height)
    for drawn, colour in _PAGE_COLOURS.items():
        picture = picture.replace(drawn, colour)
    escaped = html.escape(caption)
    labelled = picture.replace("<svg ", f'<svg role="img" aria-label="{escaped}" ', 1)
    return f"<figure><figcaption>{escaped}</figcaption>{labelled}</figure>"


def require_matplotlib() -> None:
    """Raise MissingExtra where matplotlib is not installed: better before hours of ranking than after them."""
    if find_spec("matplotlib") is None:
        raise MissingExtra("matplotlib", "evaluate")


def _svg(draw: Callable[[Any], None], height: float) -> str:
    require_matplotlib()
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # The page's reader draws the letters, so it does not matter which ones matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawn = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor="none")
        canvas = FigureCanvasSVG(drawn)
        axes = drawn.subplots()
        axes.set_facecolor("none")
        axes.spines[["top", "right", "left"]].set_visible(False)
        draw(axes)
        # Figure.savefig would draw everything once more only to lay it out.
        ConstrainedLayoutEngine().execute(drawn)
        file = io.StringIO()
        canvas.print_svg(file, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    # Names of groups such as axes_1 would stand in the page once for each picture.
    return re.sub(r'<g id="[^"]*"', "<g", text)


Axes: TypeAlias = Any
"""matplotlib.axes.Axes, which is not imported before a chart is drawn."""

# The least distance of two names in a column, in inches.
_APART = 0.21


def forest(dataset: DatasetResult, metric: str) -> str:
    """Each system's mean with its interval, best on top; a line where the best baseline is."""
    runs = [run for run in reversed(dataset.runs) if run.metrics[metric].mean is not None]
    best = next((run.metrics[metric].mean for run in reversed(runs) if run.baseline), None)

    def draw(axes: Axes) -> None:
        if best is not None:
            axes.axvline(best, color=BASELINE, linestyle="--", linewidth=1)
        for place, run in enumerate(runs):
            of, colour = run.metrics[metric], _colour(run)
            if of.low is not None and of.high is not None:
                axes.plot([of.low, of.high], [place, place], color=colour, linewidth=3.5, solid_capstyle="round")
            axes.plot([of.mean], [place], "o", color=colour, markersize=8)
        _label_rows(axes, dataset, runs)
        axes.set_xlabel(f"{metric}, mean and 95 % interval")

    return figure(draw, _height(runs), f"{metric} of each system on {dataset.name}; dashed: the best baseline")


def distributions(dataset: DatasetResult, metric: str, values: Mapping[str, Mapping[str, float]]) -> str:
    """How the metric is spread over queries; `values` are by system and query ID."""
    known = {name: [v for v in by_query.values() if not math.isnan(v)] for name, by_query in values.items()}
    runs = [run for run in reversed(dataset.runs) if known.get(run.system)]

    def draw(axes: Axes) -> None:
        for place, run in enumerate(runs):
            colour = _colour(run)
            line = {"color": colour, "linewidth": 1.3}
            axes.boxplot(
                [known[run.system]],
                positions=[place],
                orientation="horizontal",
                widths=0.5,
                showmeans=True,
                medianprops={"color": INK, "linewidth": 1.6},
                meanprops={"marker": "o", "markerfacecolor": colour, "markeredgecolor": colour, "markersize": 7},
                boxprops=line,
                whiskerprops=line,
                capprops=line,
                flierprops={"marker": ".", "markersize": 4, "markeredgecolor": colour},
            )
        _label_rows(axes, dataset, runs)
        axes.set_xlabel(f"{metric} of single queries: quarters, median, mean (dot)")

    return figure(draw, _height(runs), f"{metric} over the queries of {dataset.name}, by system")


def pareto(dataset: DatasetResult, metric: str) -> str:
    """Accuracy against seconds a query; the line joins systems that no other beats in both."""
    points = [
        (run.cost["seconds"] / run.queries, run.metrics[metric].mean or 0.0, run)
        for run in dataset.runs
        if run.cost.get("seconds") and run.metrics[metric].mean is not None
    ]
    height = max(3.2, 0.8 + _APART * len(points))

    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        front = frontier([(x, y) for x, y, _ in points])
        axes.plot([x for x, _ in front], [y for _, y in front], color=SECOND, linewidth=2, zorder=0)
        for x, y, run in points:
            axes.plot([x], [y], "o", color=_colour(run), markersize=8)
        axes.margins(x=0.08, y=0.1)
        _label_points(axes, dataset, points, height)
        axes.set_xlabel("seconds a query (logarithmic)")
        axes.set_ylabel(metric)
        axes.grid()

    return figure(draw, height, f"{metric} against cost on {dataset.name}; the line joins the unbeaten")


def positions(dataset: DatasetResult) -> str:
    """How often the item shown in each slot came first, over chance."""
    runs = [run for run in dataset.runs if run.position_lift]

    def draw(axes: Axes) -> None:
        axes.axhline(1, color=BASELINE, linestyle="--", linewidth=1)
        for n, run in enumerate(runs):
            look = {"color": (OURS, SECOND, INK)[n % 3], "marker": "os^D"[n % 4], "linewidth": 2}
            slots = range(1, len(run.position_lift) + 1)
            axes.plot(slots, run.position_lift, markersize=6, label=_label(dataset, run), **look)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("slot in which the item was shown")
        axes.set_ylabel("times first, over chance")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, labelcolor=INK)
        axes.grid(axis="y")

    return figure(draw, 3.2, f"Position bias on {dataset.name}: a flat line at 1 is none")


def frontier(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that no other is both cheaper and better than, cheapest first (cost, accuracy)."""
    best, front = -math.inf, []
    for cost, accuracy in sorted(points, key=lambda point: (point[0], -point[1])):
        if accuracy > best:
            front.append((cost, accuracy))
            best = accuracy
    return front


def spread(places: Sequence[float], apart: float) -> list[float]:
    """The places, those moved up that are less than `apart` above the next lower one."""
    moved = list(places)
    order = sorted(range(len(places)), key=places.__getitem__)
    for below, above in itertools.pairwise(order):
        moved[above] = max(moved[above], moved[below] + apart)
    return moved


def _label_points(
    axes: Axes, dataset: DatasetResult, points: Sequence[tuple[float, float, RunResult]], height: float
) -> None:
    """The names of points in a column beside the axes, clear of one another, each with a line to its point."""
    low, high = axes.get_ylim()
    places = spread([(y - low) / (high - low) for _, y, _ in points], _APART / height)
    for (x, y, run), place in zip(points, places, strict=True):
        axes.annotate(
            _label(dataset, run, " · "),
            (x, y),
            (1.06, place),
            textcoords="axes fraction",
            va="center",
            color=_colour(run),
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": BASELINE, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkB": 4},
        )


def _label_rows(axes: Axes, dataset: DatasetResult, runs: Sequence[RunResult]) -> None:
    axes.set_yticks(range(len(runs)), [_label(dataset, run) for run in runs])
    for label, run in zip(axes.get_yticklabels(), runs, strict=True):
        label.set_color(_colour(run))
    axes.grid(axis="x")


def _height(runs: Sequence[RunResult]) -> float:
    return 0.7 + 0.36 * len(runs)


def _label(dataset: DatasetResult, run: RunResult, joined: str = "\n") -> str:
    """The ranker alone, and its model too where the ranker reads more than one."""
    one = sum(other.spec.ranker == run.spec.ranker for other in dataset.runs) == 1
    return run.spec.ranker if one else run.system.replace(" · ", joined)


def _colour(run: RunResult) -> str:
    return BASELINE if run.baseline else OURS
