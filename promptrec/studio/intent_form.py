"""Intent as the page edits it: clauses are switched off, changed and added, or the words are taken literally."""

import re
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from promptrec.data.intent import Clause, Constraint, Intent
from promptrec.data.query import Query, readable
from promptrec.data.record import Record
from promptrec.errors import InputError
from promptrec.intent.reader import read_intent
from promptrec.intent.selection import FilterReport
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.rank.ranking import Ranking
from promptrec.studio.session import PageRequest, query

# What the switch for taking words literally sends in place of the ID of a chip.
LITERAL = "literal"
# Chips of a kind that have a text field; a long text has hundreds, and a form has few fields.
MOST_EDITABLE = 10
_NUMBER = TypeAdapter(FiniteFloat)
_BETWEEN = re.compile(r"\s*[-–—~～至到]\s*")


@dataclass(frozen=True)
class Chip:
    """A dislike or a constraint as the page shows it.

    Attributes:
        chip_id: "dislikes-0", "constraints-2" …; also the name of its text field.
        clause: the dislike or constraint.
        is_on: whether the ranking obeys it.
        is_editable: whether it has a text field.
    """

    chip_id: str
    clause: Clause
    is_on: bool
    is_editable: bool


class IntentForm(Record):
    """What the page knows of an intent between two rankings; its hidden field `intent` holds it as JSON."""

    words: str = ""
    """The preferences that the intent was read from; the intent of other words is read anew."""
    intent: Intent = Intent()
    """Everything that was read or added, what is switched off included."""
    off: frozenset[str] = frozenset()
    """IDs of the chips that are switched off."""
    literal: bool = False
    """Whether the words are taken literally."""

    @classmethod
    def of(cls, form: PageRequest, settings: IntentSettings = NO_SETTINGS) -> Self:
        """The intent of a form, with the changes of its fields.

        `toggle` has the ID of a chip to switch, or "literal"; `dislike` has a dislike to add; a field that is named
        as a chip has its text or value.

        Args:
            form: of the page.
            settings: what the template's pack adds to the rules that read the words.

        Raises:
            InputError: a text or a value that cannot be used.
        """
        words, last, pressed = query(form).preferences, cls._last(form), form.fields.get("toggle")
        off = last.off ^ ({pressed} if pressed and pressed != LITERAL else set())
        if last.words == words:
            likes = last.intent.likes
            dislikes = tuple(_with_text(c.clause, form.fields.get(c.chip_id)) for c in last.dislikes)
            constraints = tuple(
                _with_value(constraint, form.fields.get(chip.chip_id))
                for constraint, chip in zip(last.intent.constraints, last.constraints, strict=True)
            )
        else:
            read, off = read_intent(words, settings), frozenset()
            likes, constraints = read.likes, read.constraints
            # A dislike that was added is the person's, whatever the words are.
            dislikes = (*read.dislikes, *(c.clause for c in last.dislikes if c.is_on and c.clause.start is None))
        if added := form.fields.get("dislike", "").strip():
            dislikes = (*dislikes, Clause(text=readable(added)))
        intent = Intent(likes=likes, dislikes=dislikes, constraints=constraints)
        return cls(words=words, intent=intent, off=off, literal=last.literal != (pressed == LITERAL))

    @classmethod
    def _last(cls, form: PageRequest) -> Self:
        """What the form had after the last ranking."""
        sent = form.fields.get("intent")
        try:
            return cls.model_validate_json(sent) if sent else cls()
        except ValidationError:
            raise InputError("not-a-form") from None

    @property
    def dislikes(self) -> tuple[Chip, ...]:
        """Chips of the dislikes."""
        return self._chips("dislikes", self.intent.dislikes)

    @property
    def constraints(self) -> tuple[Chip, ...]:
        """Chips of the constraints."""
        return self._chips("constraints", self.intent.constraints)

    def _chips(self, kind: str, clauses: tuple[Clause, ...]) -> tuple[Chip, ...]:
        ids = [f"{kind}-{n}" for n in range(len(clauses))]
        return tuple(
            Chip(chip_id, clause, chip_id not in self.off, n < MOST_EDITABLE)
            for n, (chip_id, clause) in enumerate(zip(ids, clauses, strict=True))
        )

    @property
    def obeyed(self) -> Intent | Literal[False]:
        """What the ranking obeys, for `Query.intent`."""
        if self.literal:
            return False
        dislikes = tuple(chip.clause for chip in self.dislikes if chip.is_on)
        constraints = tuple(chip.clause for chip in self.constraints if chip.is_on)
        return Intent(likes=self.intent.likes, dislikes=dislikes, constraints=constraints)

    def reports(self, ranking: Ranking) -> dict[str, FilterReport]:
        """What each chip did in a ranking, by chip ID; a dislike that no column can answer has no report."""
        required = ranking.intent.constraints if ranking.intent else ()
        refused = {(r.constraint.text, r.constraint.start): r for r in ranking.filters if r.constraint not in required}
        met: dict[Clause, FilterReport] = {r.constraint: r for r in ranking.filters if r.constraint in required}
        found = {chip.chip_id: refused.get((chip.clause.text, chip.clause.start)) for chip in self.dislikes}
        found |= {chip.chip_id: met.get(chip.clause) for chip in self.constraints}
        return {chip_id: report for chip_id, report in found.items() if report is not None}


def intent_query(form: PageRequest, settings: IntentSettings = NO_SETTINGS) -> Query:
    """The query of the form, with the intent as its author left it.

    Raises:
        InputError: as `query`, or a text or value of the intent that cannot be used.
    """
    return query(form).model_copy(update={"intent": IntentForm.of(form, settings).obeyed})


def _with_text(dislike: Clause, text: str | None) -> Clause:
    """A dislike with the text of its field; it keeps its place in the words."""
    text = dislike.text if text is None else readable(text)
    if not text:
        raise InputError("dislike-empty", words=dislike.text)
    return dislike.model_copy(update={"text": text})


def _with_value(constraint: Constraint, text: str | None) -> Constraint:
    """A constraint with the value of its field, which stays of the same kind; its words are then its label."""
    if text is None or text.strip() == constraint.value_text:
        return constraint
    changed = Constraint(**{**constraint.model_dump(), "value": _value(constraint, text)})
    return changed.model_copy(update={"text": changed.label})


def _value(constraint: Constraint, text: str) -> float | tuple[float, float] | str:
    old = constraint.value
    if isinstance(old, str):
        if words := readable(text).casefold():
            return words
        raise InputError("value-empty", label=constraint.label)
    parts = _BETWEEN.split(text.strip()) if isinstance(old, tuple) else [text.strip()]
    try:
        numbers = sorted(_NUMBER.validate_python(part) for part in parts)
        low, high = numbers if isinstance(old, tuple) else (*numbers, 0.0)
    except (ValidationError, ValueError):
        code = "value-not-two-numbers" if isinstance(old, tuple) else "value-not-number"
        raise InputError(code, words=text, label=constraint.label) from None
    return (low, high) if isinstance(old, tuple) else low
