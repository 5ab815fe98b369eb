"""Answer format contract: laws of every answer format. Subclass `AnswerContract` with a fixture named `build`.

Example:
    class TestMyFormat(AnswerContract):
        @pytest.fixture
        def build(self):  # called with a language, "en" or "zh"
            return MyFormat
"""

import random
import re
from collections.abc import Callable, Iterator

import pytest

from promptrec.answer.base import AnswerFormat

Build = Callable[[str], AnswerFormat]
Order = tuple[tuple[str, ...], tuple[str, ...]]

LABELS = tuple("ABCDEFGHIJ")
TITLES = ("[REC]", "(500) Days", "1984", "1. Up", "A, B", "a > b", '"Quoted"', "《活着》", "三体II", "a|b", "x{2}")


@pytest.mark.parametrize("language", ["en", "zh"])
class AnswerContract:
    """The three laws of `AnswerFormat`, for 50 random orders of each list of choices in both languages."""

    choices: tuple[tuple[str, ...], ...] = (LABELS[:1], LABELS, TITLES)
    """Lists of distinct choices to try. A format for other choices, such as two answer words, overrides it."""
    longest_order: int | None = None
    """Number of choices that one answer names at most; None for all."""

    def orders(self) -> Iterator[Order]:
        """Choices and a random order of them; the same every time."""
        rng = random.Random(0)
        for choices in self.choices:
            for _ in range(50):
                order = tuple(rng.sample(choices, len(choices)))
                yield choices, order[: self.longest_order]

    def test_an_ideal_answer_is_parsed_as_its_order(self, build: Build, language: str) -> None:
        answer = build(language)
        for choices, order in self.orders():
            parsed = answer.parse(answer.write(order), choices)
            assert parsed.order == order and parsed.report.is_clean

    def test_of_an_answer_that_ends_early_the_rest_is_missing(self, build: Build, language: str) -> None:
        answer = build(language)
        for choices, order in self.orders():
            part = order[: (len(order) + 1) // 2]
            parsed = answer.parse(answer.write(part), choices)
            missing = set(choices) - set(part) if self.longest_order is None else set()
            assert parsed.order == part and set(parsed.report.missing) == missing

    def test_an_ideal_answer_and_nothing_longer_matches_the_pattern(self, build: Build, language: str) -> None:
        answer = build(language)
        for choices, order in self.orders():
            pattern, ideal = answer.pattern(choices), answer.write(order)
            assert re.fullmatch(pattern, ideal)
            assert not re.fullmatch(pattern, f"{ideal}\n\n") and not re.fullmatch(pattern, f"\n{ideal}")

    def test_an_echoed_instruction_names_nothing(self, build: Build, language: str) -> None:
        answer = build(language)
        for choices in self.choices:
            instruction = answer.instruction(choices)
            for echo in (instruction, f"  {instruction}\n", f"{instruction}\n{instruction}"):
                assert answer.parse(echo, choices).order == ()

    def test_replies_that_name_no_choice_are_parsed_as_no_order(self, build: Build, language: str) -> None:
        answer = build(language)
        for choices in self.choices:
            assert [answer.parse(reply, choices).order for reply in ("", " \n", "…", "?!")] == [()] * 4

    def test_the_instruction_is_in_its_language(self, build: Build, language: str) -> None:
        assert bool(re.search("[\u4e00-\u9fff]", build(language).instruction(("A", "B")))) == (language == "zh")
