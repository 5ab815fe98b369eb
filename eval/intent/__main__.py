"""Precision, recall and F1 of the rules on the corpus: `python -m eval.intent --half dev --language en --show`."""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptrec.data.intent import Constraint, Intent
from promptrec.intent.reader import read_intent

FOLDER = Path(__file__).parent
_ARTICLE = re.compile(r"^(?:the|a|an|any|some|my|his|her)\s+")
_END = re.compile(r"[\s.,!?。，！？]+$")


@dataclass
class Tally:
    """Counts of one kind of finding."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, found: set[Any], wanted: set[Any]) -> None:
        """Count what was found in one request."""
        self.right += len(found & wanted)
        self.wrong += len(found - wanted)
        self.missed += len(wanted - found)

    def __str__(self) -> str:
        precision = self.right / max(1, self.right + self.wrong)
        recall = self.right / max(1, self.right + self.missed)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} ({self.right + self.missed} in all)"


def main() -> None:
    """Print the scores of each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--half", choices=("dev", "test", "later"), default="dev", help="later: set aside on 2026-12-01"
    )
    parser.add_argument("--language", choices=("en", "zh"), action="append")
    parser.add_argument("--show", action="store_true", help="print each request that is read otherwise")
    options = parser.parse_args()
    for language in options.language or ("en", "zh"):
        lines = (FOLDER / f"{options.half}.{language}.jsonl").read_text(encoding="utf-8").splitlines()
        _score([json.loads(line) for line in lines], f"{options.half}.{language}", show=options.show)


def _score(requests: list[dict[str, Any]], name: str, *, show: bool) -> None:
    dislikes, constraints, falsely, without = Tally(), Tally(), 0, 0
    for request in requests:
        intent = read_intent(request["text"])
        found = {_plain(clause.text) for clause in intent.dislikes}, {_key(c) for c in intent.constraints}
        wanted = {_plain(text) for text in request["dislikes"]}, {_listed_key(c) for c in request["constraints"]}
        dislikes.add(found[0], wanted[0])
        constraints.add(found[1], wanted[1])
        without += not wanted[0]
        falsely += bool(found[0]) and not wanted[0]
        if show and found != wanted:
            _show(request["text"], intent, wanted)
    print(f"{name}: {len(requests)} requests")
    print(f"  dislikes: {dislikes}")
    print(f"  constraints: {constraints}")
    print(f"  a dislike read in a request without one: {falsely} of {without} ({falsely / max(1, without):.1%})")


def _show(text: str, intent: Intent, wanted: tuple[set[Any], set[Any]]) -> None:
    print(f"{text}\n    read: {intent.label}\n    right: {sorted(wanted[0])} {sorted(map(str, wanted[1]))}")


def _plain(text: str) -> str:
    return _ARTICLE.sub("", _END.sub("", text.lower().strip()))


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(float, value))
    return float(value) if isinstance(value, int | float) else _plain(value)


def _key(c: Constraint) -> tuple[Any, ...]:
    return (c.field, c.operator, _value(c.value), (c.unit or "").lower())


def _listed_key(c: dict[str, Any]) -> tuple[Any, ...]:
    return (c["field"], c["op"], _value(c["value"]), (c["unit"] or "").lower())


if __name__ == "__main__":
    main()
