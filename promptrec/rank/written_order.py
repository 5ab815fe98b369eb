"""The order of one request's candidates while a model writes it, a window at a time, and what it comes to."""

from collections.abc import Mapping, Sequence
from itertools import chain

from promptrec.answer.base import Parsed
from promptrec.data.item import Item
from promptrec.rank.evidence import Evidence
from promptrec.rank.order import best_first, shuffled
from promptrec.rank.ranking import ReplyReport
from promptrec.rank.windows import windows


class WrittenOrder:
    """`items` are in the order found so far: at first the retriever's, or a seeded random one.

    `parts` are the windows in the order they are asked; a part that nothing is read for stays as it is.
    """

    def __init__(self, evidence: Evidence, seed: int) -> None:
        request = evidence.request
        self.evidence = evidence
        self.items = list(
            best_first(request.candidates, request.retrieved, seed)[0]
            if request.retrieved
            else shuffled(request.candidates, seed, request.query.query_id)
        )
        self.parts = windows(len(self.items))
        self._replies: list[ReplyReport] = []
        self._named = 0
        """How many candidates the replies named, repeats in several windows counted."""
        self._whole = 0
        """How many windows were answered in full."""
        self._unread = len(self.parts)

    def read(self, part: slice, choices: Mapping[str, Item], parsed: Parsed) -> None:
        """Order a part as a reply does: what it named, then what it left out, as that was."""
        report = parsed.report
        self._replies.append(
            ReplyReport(
                missing=tuple(choices[c].item_id for c in report.missing),
                repeated=tuple(choices[c].item_id for c in report.repeated),
                unknown=report.unknown,
            )
        )
        named = [choices[choice] for choice in parsed.order]
        self.items[part] = named + [item for item in self.items[part] if item not in named]
        self._named += len(named)
        self._whole += report.is_clean
        self._unread -= bool(named)

    def conclude(self) -> None:
        """Score the candidates: the place counts n - place; where no reply named any, the order is a fallback."""
        e, n = self.evidence, len(self.items)
        e.reply = _joined(self._replies)
        if not self._named:
            # What the engine could not do at all is a failure; Evidence says so.
            if not e.errors:
                self._fall_back()
            return
        # What the only reply left out has no place; what one of several left out keeps the place it had.
        placed = self.items[: self._named] if len(self.parts) == 1 else self.items
        for place, item in enumerate(placed):
            e.score(item.item_id, listwise_text=float(n - place))
        if self._whole < len(self.parts):
            e.status = "repaired"
            e.notes.append(self._repairs(e.reply or ReplyReport()))

    def _repairs(self, reply: ReplyReport) -> str:
        faults = f"repeated {len(reply.repeated)} and named {len(reply.unknown)} unknown"
        if len(self.parts) == 1:
            left_out = f"{len(reply.missing)} of {len(self.items)} candidates (last, in a seeded random order)"
            return f"the reply left out {left_out}, {faults}"
        said = f"the replies to {len(self.parts)} windows left out {len(reply.missing)} candidates, {faults}; "
        why = f" ({self.evidence.errors[0]})" if self.evidence.errors else ""
        return f"{said}{self._unread} of them could not be read{why}; what was not named stays in the order it had"

    def _fall_back(self) -> None:
        e = self.evidence
        e.status = "fallback"
        e.ordered_by = "retriever"
        retrieved = e.request.retrieved
        for item_id, score in retrieved.items():
            e.score(item_id, retriever=score)
        e.notes.append(
            "no candidate could be read from the reply; the order is "
            + ("the retriever's" if retrieved else "a seeded random one")
        )


def _joined(replies: Sequence[ReplyReport]) -> ReplyReport | None:
    """The faults of all replies, in the order they were read; None where there is no reply.

    They are joined once: a report that grew with every window would be copied as often as there are windows.
    """
    if not replies:
        return None
    return ReplyReport(
        missing=tuple(chain.from_iterable(reply.missing for reply in replies)),
        repeated=tuple(chain.from_iterable(reply.repeated for reply in replies)),
        unknown=tuple(chain.from_iterable(reply.unknown for reply in replies)),
    )
