"""`A~8`: what A says of an item for this person, minus its mean over people who want other things.

It takes off what an item is told by everybody: popularity, fluency, length, and words that were stuffed into its
description. Subtracting the score of the empty profile (PMI) is the case of one person who wants nothing. Those people
come with promptrec. What they are told of an item is read once, see `ItemScoreCache`.
"""

from collections.abc import Sequence
from statistics import fmean

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import ModelFree, Prompting, Setup
from promptrec.rank.fusion.base import Combined, add_scores
from promptrec.rank.fusion.ensemble import member_scores
from promptrec.rank.item_score_cache import ItemScoreCache, Key
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder, cause
from promptrec.rank.selection.probe_data import probe_pairs
from promptrec.template.loader import default_pack

MOST_PEOPLE = 30


class Centred(Combined):
    """The member must judge each item by itself: its score may not depend on the other candidates.

    Whoever says the very words of a person of reference is compared with the others of them alone.
    """

    def __init__(self, name: str, member: ModelFree | Prompting, people: Sequence[Query], setup: Setup) -> None:
        super().__init__(name, (member,), setup.seed)
        self._member, self._people = member, tuple(people)
        kind = member.template_kind
        template = setup.templates.get(kind) if kind else None
        self._template = template and template.sha256
        # What reads no model depends on the whole catalogue, or costs little.
        self._told = ItemScoreCache(setup.kept if kind else None)

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> list[Ranking]:
        """See `Combined.gather`. What the people of reference cost is booked to the first request."""
        rankings = self._member.rank([e.request for e in evidence], engine)
        read, told = self._ask_people([item for e in evidence for item in e.request.candidates], engine)
        for ranking in read:
            evidence[0].usage += ranking.usage
        lost = [cause(ranking) for ranking in read if ranking.status != "ok"]
        for e, ranking in zip(evidence, rankings, strict=True):
            add_scores(e, ranking)
            if ranking.status != "ok":
                e.errors.append(cause(ranking))
            scores, words = member_scores(ranking), e.request.query.preferences
            people = [p for p in self._people if p.preferences != words] or self._people
            for item in e.request.candidates:
                said = [told.get(self._key(person, item, engine)) for person in people]
                known = [score for score in said if score is not None]
                # Means over different people could not be compared.
                if len(known) < len(people):
                    e.errors += lost[:1]
                elif item.item_id in scores:
                    mean = fmean(known)
                    e.scores[item.item_id] |= {"to-anybody": mean, self.name: scores[item.item_id] - mean}
        return [*rankings, *read]

    def _ask_people(self, items: Sequence[Item], engine: Engine | None) -> tuple[list[Ranking], dict[Key, float]]:
        """What each person of reference is told of each item; what is not known yet is ranked for them."""
        distinct = {item.model_dump_json(): item for item in items}.values()
        keys = {(n, item.item_id): self._key(p, item, engine) for n, p in enumerate(self._people) for item in distinct}
        told = self._told.known(keys.values())
        requests, asked = [], []
        for n, person in enumerate(self._people):
            new = [item for item in distinct if keys[n, item.item_id] not in told]
            if new:
                requests.append(RankRequest(person, tuple(new)))
                asked.append(n)
        read = self._member.rank(requests, engine) if requests else []
        said = {
            keys[n, item_id]: score
            for n, ranking in zip(asked, read, strict=True)
            for item_id, score in member_scores(ranking).items()
        }
        self._told.keep(said.items())
        return read, told | said

    def _key(self, person: Query, item: Item, engine: Engine | None) -> Key:
        """What a score depends on: who reads, with which words, and all that is told of the person and the item."""
        model = engine.model_id if engine else None
        return self._member.name, model, self._template, person.preferences, item.model_dump_json()


def reference_people(setup: Setup, n: int) -> list[Query]:
    """`n` people who want different things, in the language of the templates or else of the catalogue.

    They are taken evenly from a list that goes from one kind of thing to the next. Medoids by the people's words, which
    have hardly one in common, come on the whole no nearer to the mean over all of them where there are eight or more.
    """
    spoken = next((template.header.language for template in setup.templates.values()), None)
    language = spoken or default_pack(setup.catalog).rpartition("/")[2]
    words = [request.query for request in probe_pairs(language).requests]
    return [words[n_th * len(words) // n] for n_th in range(n)]
