"""A picture as SVG that stands in the page: no script, no network, in the page's own colours and letters."""

import html
import io
import re
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from promptrec.errors import MissingExtra

# They stand for the page's own colours, light or dark, until the picture is put in.
INK, OURS, BASELINE, SECOND = "#010203", "#010204", "#010205", "#010206"
_PAGE_COLOURS = {INK: "currentColor", OURS: "var(--ours)", BASELINE: "var(--baseline)", SECOND: "var(--second)"}
# Inches, of 72 units each: on a telephone the letters are still about as large as they are here.
_WIDTH = 5.4
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
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # The page's reader draws the letters, so it does not matter which ones matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawn = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = drawn.subplots()
        axes.spines[["top", "right", "left"]].set_visible(False)
        draw(axes)
        file = io.StringIO()
        drawn.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    # Names of groups such as axes_1 would stand in the page once for each picture.
    return re.sub(r'<g id="[^"]*"', "<g", text)
