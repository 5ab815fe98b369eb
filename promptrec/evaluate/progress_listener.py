"""`ProgressListener`: callbacks for the progress of an evaluation."""

from collections.abc import Sequence

from promptrec.rank.ranking import Ranking


class ProgressListener:
    """Callbacks that do nothing; the command line has a subclass with progress bars."""

    def on_note(self, message: str) -> None:
        """Something takes time (a download), or a licence forbids something."""

    def on_run_start(self, dataset: str, system: str, done: int, total: int) -> None:
        """A run of `total` queries starts, `done` of which were ranked before."""

    def on_rankings(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """A batch is ranked and kept; `running` is the primary metric's mean over this run's batches so far."""

    def on_read(self, share: float) -> None:
        """Share, up to 1, of the tokens of one engine call that are read; a batch takes one or more calls."""

    def on_run_end(self) -> None:
        """All of a run is ranked and measured."""
