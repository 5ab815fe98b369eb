"""Model reader: a language model lists what a request refuses, in the request's own words.

It writes a JSON list that generation is constrained to, and only words that stand in the request count. What a request
requires is read by the rules, which know numbers and units: it is refusals that need understanding ("slow films put me
to sleep"). Whether a model reads them better than the rules is measured by `selection/reader_probe.py`.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from promptrec.data.clean import clean_text
from promptrec.data.intent import Intent
from promptrec.engine.base import Engine, Output, OutputConstraint, Sampling, Tokens, Usage
from promptrec.intent.reader import is_chinese, make_intent, read_intent, read_parts
from promptrec.intent.refusal import Refusal, Span
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.prompt import Prompt, encode
from promptrec.template.chat_format import chat_spans
from promptrec.template.spans import Span as TextSpan

# A list of at most eight strings without quotation marks, brackets and backslashes.
_REPLY = r'\[("[^"\\\[\]\n]{1,60}"(, "[^"\\\[\]\n]{1,60}"){0,7})?\]'
MOST_TOKENS = 120
# Of a request. Longer ones are read by the rules.
MOST_CHARACTERS = 2_000


class ModelReader:
    """Reads requests with the model of an engine.

    Args:
        engine: open with the model.
        settings: what a pack adds to the rules.
        adapter: folder of a LoRA adapter to read with.
    """

    def __init__(self, engine: Engine, settings: IntentSettings = NO_SETTINGS, adapter: str | None = None) -> None:
        self.name = f"model {engine.model_id}"
        self._engine = engine
        self._settings = settings
        self._adapter = adapter

    def read(self, texts: Sequence[str]) -> list[tuple[Intent, Usage]]:
        """The intent of each text, and what reading it cost.

        A text that is too long for the model, or whose prompt the engine refuses, is read by the rules; `Intent.reader`
        says which read it.

        Raises:
            EngineError: the engine cannot answer at all.
        """
        prompts = [self._prompt(text) for text in texts]
        outputs = iter(self._generate([prompt for prompt in prompts if prompt is not None]))
        return [
            (read_intent(text, self._settings), Usage()) if prompt is None else self._intent(text, next(outputs))
            for text, prompt in zip(texts, prompts, strict=True)
        ]

    def _generate(self, prompts: list[Tokens]) -> list[Output[str]]:
        if not prompts:
            return []
        sampling = Sampling(max_tokens=MOST_TOKENS)
        return self._engine.generate(prompts, sampling, OutputConstraint(regex=_REPLY), adapter=self._adapter)

    def _prompt(self, text: str) -> Tokens | None:
        """Tokens of the prompt for a text; None where there is nothing to read, or too much."""
        words = clean_text(text).strip()
        if not words or len(words) > MOST_CHARACTERS:
            return None
        instructions = _instructions()["zh" if is_chinese(words) else "en"]
        shown = "".join(
            f"{instructions['words']}: {_json(request)}\n{instructions['refused']}: {_json(refused)}\n\n"
            for request, refused in instructions["examples"]
        )
        user = (
            TextSpan(f"{shown}{instructions['words']}: ", True),
            TextSpan(_json(words), False),
            TextSpan(f"\n{instructions['refused']}:", True),
        )
        system = (TextSpan(instructions["task"], True),)
        tokenizer = self._engine.tokenizer
        if tokenizer.chat_template:
            context = chat_spans(system, user, tokenizer.chat_template, tokenizer.special_tokens)
        else:
            context = (*system, TextSpan("\n\n", True), *user)
        ids = encode(Prompt(context), tokenizer).ids
        return ids if len(ids) + MOST_TOKENS <= self._engine.context_length else None

    def _intent(self, text: str, output: Output[str]) -> tuple[Intent, Usage]:
        phrases = _phrases(output.value) if output.value is not None else None
        if phrases is None:
            return read_intent(text, self._settings), output.usage
        constraints, by_rules = read_parts(text, self._settings)
        taken = [(c.start, c.end) for c in constraints if c.start is not None and c.end is not None]
        places = _places(text, phrases, taken)
        refusals = [_refusal(place, by_rules) for place in places]
        return make_intent(text, constraints, refusals, self.name), output.usage


@cache
def _instructions() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _phrases(reply: str) -> list[str] | None:
    """The strings of a reply; None for one that broke off."""
    try:
        listed = json.loads(reply)
    except ValueError:
        return None
    return [phrase.strip() for phrase in listed if isinstance(phrase, str)] if isinstance(listed, list) else None


def _places(text: str, phrases: Iterable[str], taken: Iterable[Span]) -> list[Span]:
    """Where the phrases stand in the text, each at its first place that is free; others are not the person's words."""
    occupied = list(taken)
    found: list[Span] = []
    folded = text.lower()
    if len(folded) != len(text):  # some letters are longer in lower case, and offsets would not fit
        folded = text
    for phrase in phrases:
        start = folded.find(phrase.lower())
        while phrase and start >= 0:
            place = (start, start + len(phrase))
            if not any(place[0] < end and begin < place[1] for begin, end in occupied) and _is_whole(text, place):
                occupied.append(place)
                found.append(place)
                break
            start = folded.find(phrase.lower(), start + 1)
    return sorted(found)


def _is_whole(text: str, place: Span) -> bool:
    """Whether no word is cut; Chinese has no gaps between words."""
    edges = ((place[0] - 1, place[0]), (place[1] - 1, place[1]))
    return all(
        a < 0
        or b >= len(text)
        or not (text[a].isascii() and text[a].isalnum() and text[b].isascii() and text[b].isalnum())
        for a, b in edges
    )


def _refusal(place: Span, by_rules: Iterable[Refusal]) -> Refusal:
    """The refusal of a phrase; where the rules know its cue, with that cue, so that it is no word of the likes."""
    for known in by_rules:
        if known.start <= place[0] and place[1] <= known.end:
            return Refusal(known.cue, known.start, known.end, (place,))
    return Refusal(place[0], *place, (place,))
