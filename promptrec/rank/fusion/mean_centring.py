"""Mean-centring, `A~8`: the score of A for a query, minus its mean over reference queries that want different things.

It removes what an item scores for any query: popularity, fluency, length, and words stuffed into its description.
Subtracting the score of the empty profile (PMI) is the case of one reference query that wants nothing. The reference
queries come with promptrec; their scores are read once for each item, see `ItemScoreCache`.
"""

from collections.abc import Sequence
from statistics import fmean

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import BaseRanker, Setup
from promptrec.rank.fusion.base import CompositeRanker, add_scores
from promptrec.rank.fusion.ensemble import member_scores
from promptrec.rank.item_score_cache import ItemScoreCache, Key
from promptrec.rank.probe_data import probe_pairs
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder, cause
from promptrec.template.loader import default_pack

MAX_REFERENCES = 30


class MeanCentred(CompositeRanker):
    """A pointwise ranker whose scores are centred on their mean over reference queries.

    A query with the very words of a reference query is compared with the other references only.
    """

    def __init__(self, name: str, member: BaseRanker, references: Sequence[Query], setup: Setup) -> None:
        super().__init__(name, (member,), setup.seed)
        self._member, self._references = member, tuple(references)
        kind = member.template_kind
        template = setup.templates.get(kind) if kind else None
        self._template = template and template.sha256
        # Without a model, scores depend on the whole catalogue or cost little: they are not stored.
        self._cache = ItemScoreCache(setup.score_cache if kind else None)

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> list[Ranking]:
        """See `CompositeRanker.score`. The cost of the reference queries is booked to the first request."""
        rankings = self._member.rank([e.request for e in evidence], engine)
        read, known = self._reference_scores([item for e in evidence for item in e.request.candidates], engine)
        for ranking in read:
            evidence[0].usage += ranking.usage
        errors = [cause(ranking) for ranking in read if ranking.status != "ok"]
        for e, ranking in zip(evidence, rankings, strict=True):
            add_scores(e, ranking)
            if ranking.status != "ok":
                e.errors.append(cause(ranking))
            scores, words = member_scores(ranking), e.request.query.preferences
            references = [q for q in self._references if q.preferences != words] or self._references
            for item in e.request.candidates:
                by_reference = [known.get(self._key(query, item, engine)) for query in references]
                found = [score for score in by_reference if score is not None]
                # Means over different references could not be compared.
                if len(found) < len(references):
                    e.errors += errors[:1]
                elif item.item_id in scores:
                    mean = fmean(found)
                    e.scores[item.item_id] |= {"to-anybody": mean, self.name: scores[item.item_id] - mean}
        return [*rankings, *read]

    def _reference_scores(self, items: Sequence[Item], engine: Engine | None) -> tuple[list[Ranking], dict[Key, float]]:
        """Rankings of the items that the cache lacks for the reference queries, and the scores of all of them."""
        distinct = {item.model_dump_json(): item for item in items}.values()
        references = list(enumerate(self._references))
        keys = {(n, item.item_id): self._key(query, item, engine) for n, query in references for item in distinct}
        known = self._cache.get(keys.values())
        requests, numbers = [], []
        for n, query in references:
            new = [item for item in distinct if keys[n, item.item_id] not in known]
            if new:
                requests.append(RankRequest(query, tuple(new)))
                numbers.append(n)
        read = self._member.rank(requests, engine) if requests else []
        scores = {
            keys[n, item_id]: score
            for n, ranking in zip(numbers, read, strict=True)
            for item_id, score in member_scores(ranking).items()
        }
        self._cache.update(scores)
        return read, known | scores

    def _key(self, query: Query, item: Item, engine: Engine | None) -> Key:
        model = engine.model_id if engine else None
        return self._member.name, model, self._template, query.preferences, item.model_dump_json()


def reference_queries(setup: Setup, n: int) -> list[Query]:
    """`n` queries that want different things, in the language of the templates or else of the catalogue.

    They are taken evenly from a list that goes from one kind of item to the next. Medoids by the queries' words, which
    have hardly one in common, come on the whole no nearer to the mean over all of them where there are eight or more.
    """
    template_language = next((template.header.language for template in setup.templates.values()), None)
    language = template_language or default_pack(setup.catalog).rpartition("/")[2]
    queries = [request.query for request in probe_pairs(language).requests]
    return [queries[place * len(queries) // n] for place in range(n)]
