"""`ProgressListener`: who wants to know how an evaluation goes on."""

from collections.abc import Sequence

from promptrec.rank.ranking import Ranking


class ProgressListener:
    """Told what happens; does nothing. The command line has one that draws progress bars."""

    def on_note(self, message: str) -> None:
        """Something takes time (a download), or a licence forbids something."""

    def on_run_start(self, dataset: str, system: str, done: int, total: int) -> None:
        """A run of `total` queries starts, `done` of which were ranked before."""

    def on_rankings(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """A batch is ranked and kept; `running` is the primary metric's mean over this run's batches so far."""

    def on_read(self, share: float) -> None:
        """A model has read this share, up to 1, of what it was given in one call; a batch takes one call or several."""

    def on_run_end(self) -> None:
        """All of a run is ranked and measured."""
