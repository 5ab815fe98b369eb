"""`A~8`: what A says of an item for this person, minus its mean over people who want other things.

It takes off what an item is told by everybody: popularity, fluency, length, and words that were stuffed into its
description. Subtracting the score of the empty profile (PMI) is the case of one person who wants nothing. Those people
come with promptrec. The mean of an item is read once and kept for the life of the ranker.
"""

from collections.abc import Sequence
from statistics import fmean

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.combined import Combined, book, spend
from promptrec.rank.ensemble import member_scores
from promptrec.rank.evidence import Evidence
from promptrec.rank.probe_set import LANGUAGES, probe_pairs
from promptrec.rank.ranking import Ranking
from promptrec.template.store import default_pack

MOST_PEOPLE = 30


class Centred(Combined):
    """The member must judge each item by itself: its score may not depend on the other candidates."""

    def __init__(self, name: str, member: Ranker, people: Sequence[Query], seed: int = 0) -> None:
        super().__init__(name, (member,), seed)
        self._member, self._people = member, tuple(people)
        self._means: dict[tuple[str | None, str], float] = {}

    def gather(self, evidence: Sequence[Evidence], engine: Engine | None) -> list[Ranking]:
        """See `Combined.gather`. What the means cost is booked to the first request."""
        rankings = self._member.rank([e.request for e in evidence], engine)
        read = self._read_means([item for e in evidence for item in e.request.candidates], engine)
        for ranking in read:
            spend(evidence[0], ranking)
        lost = [ranking.reason for ranking in read if ranking.status != "ok"]
        for e, ranking in zip(evidence, rankings, strict=True):
            book(e, ranking)
            scores = member_scores(ranking)
            for item in e.request.candidates:
                score, mean = scores.get(item.item_id), self._means.get(_key(item, engine))
                if score is not None and mean is not None:
                    e.scores[item.item_id] |= {"to-anybody": mean, self.name: score - mean}
                elif mean is None:
                    e.errors += lost[:1]
        return [*rankings, *read]

    def _read_means(self, items: Sequence[Item], engine: Engine | None) -> list[Ranking]:
        """Rank what is new for the people of reference, and keep the means of what all of them could be asked about."""
        new = {i.item_id: i for i in items if _key(i, engine) not in self._means}
        requests = [RankRequest(person, tuple(new.values())) for person in self._people] if new else []
        read = self._member.rank(requests, engine)
        by_person = [member_scores(ranking) for ranking in read]
        for item in new.values():
            said = [scores[item.item_id] for scores in by_person if item.item_id in scores]
            # Means over different people could not be compared.
            if len(said) == len(self._people):
                self._means[_key(item, engine)] = fmean(said)
        return read


def _key(item: Item, engine: Engine | None) -> tuple[str | None, str]:
    """What a mean depends on: who reads, and all that is told of the item."""
    return engine.model_id if engine else None, item.model_dump_json()


def reference_people(setup: Setup, n: int) -> list[Query]:
    """`n` people who want different things, in the language of the templates or else of the catalogue.

    They are taken evenly from a list that goes from one kind of thing to the next. Medoids by the people's words, which
    have hardly one in common, come on the whole no nearer to the mean over all of them where there are eight or more.
    """
    spoken = next((template.header.language for template in setup.templates.values()), None)
    language = spoken or default_pack(setup.catalog).rpartition("/")[2]
    words = [request.query for request in probe_pairs(language if language in LANGUAGES else "en").requests]
    return [words[n_th * len(words) // n] for n_th in range(n)]
