"""Robustness: perturbations of requests that should not change a ranking."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from promptrec.data.query import MAX_CHARACTERS, Query, RankRequest
from promptrec.errors import UnknownName
from promptrec.evaluate.checks.perturbations import add_typos, paraphrase
from promptrec.rank.ordering import seeded_hash

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
