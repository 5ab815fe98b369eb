"""Dislikes are scored apart and subtracted."""

import pytest

from promptrec.data.intent import Clause, Intent
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Usage
from promptrec.errors import PromptrecError
from promptrec.messages import reason
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.fusion.dislikes import MOST_DISLIKES, WEIGHT, WITHOUT, SubtractDislikes, split
from promptrec.rank.ranking import RankedItem, Ranking


class WordCount:
    """Scores an item by how many of its words the preferences have; fails for some of them."""

    name = "word-count"
    reads_query = True

    def __init__(self, fails=()):
        self.fails = fails
        self.read = []

    def rank(self, requests, engine=None):
        return [self._ranking(request) for request in requests]

    def _ranking(self, request):
        words = request.query.preferences.casefold()
        self.read.append(words)
        usage = Usage(prompt_tokens=10)
        if words in self.fails:
            return Ranking(query_id="q", status="failed", ranker=self.name, reason=reason("nothing-read"), usage=usage)
        scores = {
            i.item_id: float(sum(word in words.split() for word in i.fields["description"].casefold().split()))
            for i in request.candidates
        }
        items = tuple(
            RankedItem(
                item_id=i.item_id, title=i.title, rank=n, score=scores[i.item_id], scores={self.name: scores[i.item_id]}
            )
            for n, i in enumerate(sorted(request.candidates, key=lambda i: -scores[i.item_id]), 1)
        )
        return Ranking(query_id="q", status="ok", ranker=self.name, items=items, ordered_by=self.name, usage=usage)


def asked(request, words, intent):
    return RankRequest(Query(preferences=words, query_id="q", intent=intent), request.candidates)


def refusing(words, likes, *dislikes):
    clauses = [Clause(text=t, start=words.index(t), end=words.index(t) + len(t)) for t in (*likes, *dislikes)]
    return Intent(likes=clauses[: len(likes)], dislikes=clauses[len(likes) :])


def test_an_item_that_is_refused_falls_behind(request_for):
    words = "a captain or soldiers but not the bridge"
    request = asked(request_for(), words, refusing(words, ["captain or soldiers"], "the bridge"))
    member = WordCount()
    (ranking,) = SubtractDislikes(member).rank([request])
    assert member.read == ["captain or soldiers", "the bridge"]
    assert ranking.item_ids.index("sea") < ranking.item_ids.index("war")
    assert sorted(ranking.item_ids) == sorted(i.item_id for i in request.candidates)
    war = next(item for item in ranking if item.item_id == "war")
    assert set(war.scores) == {"word-count", "word-count-likes", "word-count-dislikes"}
    assert war.score == war.scores["word-count"] < war.scores["word-count-likes"]
    assert ranking.usage.prompt_tokens == 20


def test_without_dislikes_the_member_ranks_the_request_itself(request_for):
    for intent in (None, False, Intent(likes=[Clause(text="a captain", start=0, end=9)])):
        request = asked(request_for(), "a captain", intent)
        assert SubtractDislikes(WordCount()).rank([request]) == WordCount().rank([request])


def test_a_dislike_that_is_the_whole_request_orders_by_it_alone(request_for):
    request = asked(request_for(), "no bridge", refusing("no bridge", [], "bridge"))
    member = WordCount()
    (ranking,) = SubtractDislikes(member).rank([request])
    assert member.read == ["bridge"], "an empty query is not read"
    assert ranking.item_ids[-1] == "war"
    assert ranking.status == "ok"
    assert ranking[-1].score == pytest.approx(-WEIGHT * ranking[-1].scores["word-count-dislikes"])


def test_a_history_is_something_that_is_liked(request_for):
    request = asked(request_for(), "no bridge", refusing("no bridge", [], "bridge"))
    query = request.query.model_copy(update={"history": ("A film",)})
    parts = split(RankRequest(query, request.candidates))
    assert parts.likes.query.history == ("A film",)
    assert [part.query.history for part in parts.dislikes] == [()]


def test_dislikes_that_cannot_be_read_are_said(request_for):
    words = "a captain but no bridge"
    request = asked(request_for(), words, refusing(words, ["a captain"], "bridge"))
    (ranking,) = SubtractDislikes(WordCount(fails=("bridge",))).rank([request])
    assert ranking.status == "repaired"
    assert "refuses" in ranking.reason
    assert ranking[0].item_id == "sea"
    (failed,) = SubtractDislikes(WordCount(fails=("a captain",))).rank([request])
    assert (failed.status, failed.items) == ("failed", ())


def test_many_dislikes_are_read_together(request_for):
    words = " ".join(f"no w{n}." for n in range(200))
    request = asked(request_for(), words, refusing(words, [], *(f"w{n}." for n in range(200))))
    assert len(split(request).requests) == MOST_DISLIKES


def test_the_order_of_the_candidates_changes_nothing(request_for):
    words = "a captain or soldiers but not the bridge"
    intent = refusing(words, ["captain or soldiers"], "the bridge")
    one = asked(request_for(), words, intent)
    other = RankRequest(one.query, one.candidates[::-1])
    ranker = SubtractDislikes(WordCount())
    assert ranker.rank([one])[0].item_ids == ranker.rank([other])[0].item_ids
    assert [r.item_ids for r in ranker.rank([one, other])] == [ranker.rank([one])[0].item_ids] * 2


def test_bm25_obeys_a_dislike(catalog, request_for):
    ranker = build_ranker("bm25", Setup(catalog=catalog))
    request = request_for("soldiers or a captain, but no bridge")
    (ranking,) = ranker.rank([request])
    assert ranking.item_ids.index("sea") < ranking.item_ids.index("war")


def test_no_request_stops_a_ranker(catalog, request_for):
    ranker = build_ranker("bm25", Setup(catalog=catalog))
    for words in ("no horror", "not bad at all", "under 20 euros", "cheap, at least 200 euros, at most 50",
                  "no war " * 200, '{"dislikes": ["x"]}', "\u202eno war\u202c", "🎃 no war", "不要战争"):  # fmt: skip
        try:
            request = request_for(words)
        except PromptrecError as error:
            pytest.fail(f"{words}: {error}")
        (ranking,) = ranker.rank([request])
        assert len(ranking) == len(request.candidates), words
        assert str(ranking)


def test_what_is_like_a_disliked_item_falls_behind(catalog, request_for):
    request = request_for("a captain or soldiers at the bridge")
    disliking = RankRequest(request.query.model_copy(update={"disliked": (catalog["war"].title,)}), request.candidates)
    parts = split(disliking)
    assert parts.likes == disliking and [p.query.history for p in parts.dislikes] == [(catalog["war"].title,)]
    ranker = build_ranker("bm25", Setup(catalog))
    places = [ranker.rank([r])[0].item_ids.index("war") for r in (request, disliking)]
    assert places[0] < places[1], "its own title is most like it"


def test_literal_words_leave_disliked_items_aside(catalog, request_for):
    request = request_for("a captain or soldiers at the bridge")
    disliking = RankRequest(request.query.model_copy(update={"disliked": (catalog["war"].title,)}), request.candidates)
    ranker = build_ranker("bm25", Setup(catalog, intent=False))
    assert ranker.rank([disliking])[0].item_ids == ranker.rank([request])[0].item_ids


def test_what_says_that_it_is_without_is_least_like_what_is_refused():
    cakes = {"flour": "cake with flour", "nuts": "cake with nuts", "less": "cake without flour flour flour"}
    items = tuple(Item(item_id=i, title=i, fields={"description": text}) for i, text in cakes.items())
    words = "cake but without flour"
    request = RankRequest(Query(preferences=words, intent=refusing(words, ["cake"], "flour")), items)
    scores = {
        i.item_id: i.scores["word-count-dislikes"] for i in SubtractDislikes(WordCount()).rank([request])[0].items
    }
    assert scores["less"] == scores["nuts"] - WITHOUT and scores["nuts"] < scores["flour"]
