"""Sliding windows over a list that is too long for one prompt (RankGPT, Sun et al. 2023)."""

from promptrec.template.kinds import KINDS

# Candidates per prompt, and distance between the starts of neighbouring windows.
WINDOW = KINDS["listwise-text"].most_candidates
STEP = 10


def windows(n: int) -> tuple[slice, ...]:
    """Slices of a list of `n`, from its end to its beginning, each overlapping the one before.

    If every window is ordered correctly, one pass brings the best `WINDOW - STEP` to the front. A list no longer than
    a window is one slice.
    """
    spans = [slice(max(0, n - WINDOW), n)]
    while spans[-1].start > 0:
        end = spans[-1].stop - STEP
        spans.append(slice(max(0, end - WINDOW), end))
    return tuple(spans)
