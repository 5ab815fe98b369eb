"""Robustness: perturbations of requests that should not change a ranking."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from promptrec.data.query import MAX_CHARACTERS, Query, RankRequest
from promptrec.errors import UnknownName
from promptrec.rank.ordering import seeded_hash

SHARE = 0.05

Typo = Callable[[list[str], int], None]


def _swap_letters(letters: list[str], place: int) -> None:
    letters[place : place + 2] = reversed(letters[place : place + 2])


def _drop(letters: list[str], place: int) -> None:
    del letters[place]


def _double(letters: list[str], place: int) -> None:
    letters.insert(place, letters[place])


# Nobody types a Chinese character twice by accident as they would a letter.
TYPOS: dict[str, Sequence[Typo]] = {"en": (_swap_letters, _drop, _double), "zh": (_swap_letters, _drop)}


def add_typos(text: str, language: str, seed: int, query_id: str) -> str:
    """The text with a slip at 5 % of its letters, at least one; digits and punctuation are left alone.

    A text of fewer than two letters stays as it is.
    """
    rng = random.Random(seeded_hash(seed, "typos", query_id))
    letters = list(text)
    places = [place for place, letter in enumerate(letters) if letter.isalpha()]
    if len(places) < 2:
        return text
    chosen = rng.sample(places, max(1, round(SHARE * len(places))))
    for place in sorted(chosen, reverse=True):
        after = letters[place + 1 : place + 2]
        can_swap = bool(after) and after[0].isalpha() and after[0] != letters[place]
        typos = [typo for typo in TYPOS[language] if typo is not _swap_letters or can_swap]
        rng.choice(typos)(letters, place)
    return "".join(letters)


class Rule(NamedTuple):
    """A pattern and what to write for it, where it first matches; a text that the pattern does not match stays."""

    name: str
    pattern: str
    written: str | Callable[[re.Match[str]], str]

    def apply(self, text: str) -> str:
        """The text after this rule."""
        return re.sub(self.pattern, self.written, text, count=1)


def _swap(name: str, words: Mapping[str, str], *, between_words: bool = True) -> Rule:
    """A rule that writes one for the other, whichever of the words comes first."""
    edge = r"\b" if between_words else ""
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return Rule(name, f"{edge}(?:{listed}){edge}", lambda found: words[found[0]])


# A wish that is one plain clause: what follows it, or turns against it, would be caught up in the new sentence.
_CLAUSE = r"((?:(?!\b(?:but|and I|hate|dislike|avoid|not|never|except|because|to)\b)[^.,;:!?\n])+?)"
_START = r"(?:(?<=^)|(?<=[.!?] ))"
_ONE_WISH = r"([^,。;!?\n不但而也还]+?)"

ENGLISH = (
    Rule("love-fronted", _START + rf"I (love|like|enjoy) {_CLAUSE}(?=[.!]|$)", r"What I \1 is \2"),
    Rule("love-closing", _START + r"What I really enjoy: ([^.!?\n]+)", r"I really enjoy \1"),
    Rule(
        "opening",
        _START
        + rf"(?:I am looking for|I'm looking for|I want|I would like|Please find me|Give me) {_CLAUSE}(?=[.,!]|$)",
        r"What I am after is \1",
    ),
    Rule("mood", _START + rf"I(?: am|'m) in the mood for {_CLAUSE}(?=[.!]|$)", r"My mood calls for \1"),
    Rule("tonight-last", _START + r"(Tonight|Today),? (I [^.!?\n]+?)(?=[.!?]|$)", lambda m: f"{m[2]}, {m[1].lower()}"),
    _swap(
        "contraction",
        {
            "I'm": "I am",
            "I am": "I'm",
            "I'd like": "I would like",
            "I would like": "I'd like",
            "don't": "do not",
            "do not": "don't",
            "can't": "cannot",
            "cannot": "can't",
        },
    ),
    _swap("synonym", {"movies": "films", "movie": "film", "films": "movies", "film": "movie", "songs": "tracks"}),
    Rule("opened", r"^(?=.*\w)", "Here is what I can say: "),
    Rule("closed", r"(?<=\w)([.!?]?)$", lambda m: f"{m[1] or '.'} That is what I have in mind."),
)

CHINESE = (
    Rule("喜欢-last", rf"(?:(?<=^)|(?<=[。!?]))我喜欢{_ONE_WISH}(?=[。!]|$)", r"\1是我喜欢的"),
    _swap(
        "wish", {"你希望": "你期望", "我想要": "我希望有", "我想找": "我要找", "我希望": "我期望"}, between_words=False
    ),
    _swap("going", {"你要去": "你打算去", "我要去": "我打算去", "我想去": "我打算去"}, between_words=False),
    _swap("asking", {"请推荐": "请给我推荐", "请给我推荐": "请推荐", "帮我找": "替我找"}, between_words=False),
    Rule("at-least", r"是([0-9.]+)(分|元|星|小时)以上", r"不低于\1\2"),
    Rule("opened", r"^(?=.*\w)", "我的要求如下:"),
    Rule("closed", r"(?<=\w)([。!?]?)$", lambda m: f"{m[1] or '。'}要求就是这些。"),
)

RULES: dict[str, tuple[Rule, ...]] = {"en": ENGLISH, "zh": CHINESE}


def paraphrase(text: str, language: str, seed: int, query_id: str) -> str:
    """The text after one rule, drawn by the seed and the query from those that change it; the text if none does."""
    changed = {rule.name: new for rule in RULES[language] if (new := rule.apply(text)) != text}
    if not changed:
        return text
    return changed[min(changed, key=lambda name: seeded_hash(seed, "paraphrase", query_id, name))]


DISTRACTORS = {
    "en": (
        "By the way, the printer at the office is out of paper.",
        "On another note, my umbrella is drying in the hall.",
        "Also, I changed the bulb in the cellar this morning.",
        "My neighbour's gate squeaks, by the way.",
    ),
    "zh": (
        "顺便说一下,办公室的打印机没纸了。",
        "另外,我的雨伞还晾在门后。",
        "对了,我今天早上换了一个灯泡。",
        "顺便提一句,邻居的门一直在响。",
    ),
}
_ENDS = ".!?。…"


def perturb(requests: Sequence[RankRequest], kind: str, seed: int, language: str) -> tuple[RankRequest, ...]:
    """The requests under one perturbation, by the seed; those that it cannot change are left out.

    So `len(requests) - len(perturb(requests, …))` is how many were skipped. Query IDs stay, to pair the rankings.

    order: the candidates in a random order. Rankers that show many candidates in one prompt put them in an order of
        their own, by their seed (`promptrec.rank.ordering.seeded_order`): to permute it, rank with another seed.
    paraphrase: the person's preferences in other words (`promptrec.evaluate.paraphrase`).
    typos: slips at 5 % of the letters of the preferences.
    distractor: a sentence behind the preferences that has nothing to do with taste.

    Raises:
        UnknownName: no such kind, or a language that there are no rules for.
    """
    if kind not in PERTURBATIONS:
        raise UnknownName("perturbation", kind, PERTURBATIONS)
    if language not in DISTRACTORS:
        raise UnknownName("language", language, DISTRACTORS)
    changed = (PERTURBATIONS[kind](request, seed, language) for request in requests)
    return tuple(new for request, new in zip(requests, changed, strict=True) if new != request)


def _shuffle_candidates(request: RankRequest, seed: int, language: str) -> RankRequest:
    candidates = list(request.candidates)
    random.Random(seeded_hash(seed, "order", request.query.query_id)).shuffle(candidates)
    return replace(request, candidates=tuple(candidates))


def _paraphrase(request: RankRequest, seed: int, language: str) -> RankRequest:
    query = request.query
    return _with_preferences(request, paraphrase(query.preferences, language, seed, query.query_id))


def _add_typos(request: RankRequest, seed: int, language: str) -> RankRequest:
    query = request.query
    return _with_preferences(request, add_typos(query.preferences, language, seed, query.query_id))


def _add_distractor(request: RankRequest, seed: int, language: str) -> RankRequest:
    preferences = request.query.preferences
    if not preferences:
        return request
    draw = seeded_hash(seed, "distractor", request.query.query_id)
    distractor = DISTRACTORS[language][draw % len(DISTRACTORS[language])]
    end = "" if preferences[-1] in _ENDS else {"en": ".", "zh": "。"}[language]
    return _with_preferences(request, f"{preferences}{end}{' ' if language == 'en' else ''}{distractor}")


def _with_preferences(request: RankRequest, preferences: str) -> RankRequest:
    if len(preferences) > MAX_CHARACTERS:
        return request
    return replace(request, query=Query(**(request.query.model_dump() | {"preferences": preferences})))


PERTURBATIONS: dict[str, Callable[[RankRequest, int, str], RankRequest]] = {
    "order": _shuffle_candidates,
    "paraphrase": _paraphrase,
    "typos": _add_typos,
    "distractor": _add_distractor,
}
