"""What each way of ranking computes, with an engine whose every number is scripted."""

import math

import pytest

from promptrec.data.query import Query, RankRequest
from promptrec.rank.label_tokens import MAX_LABELS, answer_word, label_names, label_tokens, single_token
from promptrec.testing.scripted_engine import ScriptedEngine


def scores(ranking, name):
    return {item.item_id: item.scores[name] for item in ranking.items}


def test_query_likelihood_finds_the_item_whose_words_the_person_uses(build, request_for):
    ranking = build("query-likelihood").rank([request_for("soldiers who hold a bridge")], ScriptedEngine())[0]
    assert ranking.item_ids[0] == "war"
    assert ranking.status == "ok"
    assert all(v < 0 for v in scores(ranking, "query-likelihood").values())


def test_item_pmi_is_the_likelihood_minus_that_under_the_empty_profile(build, request_for):
    ranking = build("item-pmi").rank([request_for("soldiers who hold a bridge")], ScriptedEngine())[0]
    assert ranking.item_ids[0] == "war"
    for item in ranking.items:
        s = item.scores
        assert s["item-pmi"] == pytest.approx(s["log-likelihood"] - s["null-log-likelihood"])


def test_item_likelihood_is_that_of_item_pmi_for_each_token_of_the_item(build, request_for):
    engine, request = ScriptedEngine(), request_for("soldiers who hold a bridge")
    mean, whole = (build(name).rank([request], engine)[0] for name in ("item-likelihood", "item-pmi"))
    texts = {item.item_id: item for item in request.candidates}
    for item_id, score in scores(mean, "item-likelihood").items():
        item = texts[item_id]
        text = f" {item.title} ({item.fields['year']}). {item.fields['description']}"
        assert any(prompt.endswith(text) for prompt in engine.prompts)
        assert score * len(text.encode()) == pytest.approx(scores(whole, "log-likelihood")[item_id])
    assert mean.templates == whole.templates and mean.usage.calls == 5


def test_item_likelihood_keeps_what_is_likely_for_everybody_and_item_pmi_does_not(build, request_for, catalog):
    # This item repeats the template's own words, which are there for everybody.
    common = catalog["war"].model_copy(update={"item_id": "common", "title": "A viewer is looking for a film to watch"})
    common = common.model_copy(update={"fields": {}})
    request = RankRequest(Query(preferences="soldiers who hold a bridge"), (common, catalog["war"], catalog["sea"]))
    likely, pmi = (build(name).rank([request], ScriptedEngine())[0] for name in ("item-likelihood", "item-pmi"))
    assert likely.item_ids[0] == "common" and pmi.item_ids[0] == "war"


def test_scores_of_one_name_are_one_thing_when_rankers_are_added(build, request_for):
    both = build("item-likelihood+item-pmi").rank([request_for()], ScriptedEngine())[0]
    alone = build("item-likelihood").rank([request_for()], ScriptedEngine())[0]
    assert scores(both, "item-likelihood") == scores(alone, "item-likelihood")


def test_the_empty_profile_is_read_once_for_each_item(build, request_for):
    for name in ("item-pmi", "yes-no", "graded"):
        ranker, engine = build(name), ScriptedEngine()
        first, second = (ranker.rank([request_for(query_id=q)], engine)[0] for q in ("a", "b"))
        assert second.usage.calls == len(second.items) < first.usage.calls


def test_yes_no_subtracts_what_the_model_says_to_nobody(build, request_for):
    def next_logprob(text, label):
        # The typhoon gets the highest odds from everybody, so it says nothing about this person.
        odds = 3.0 if "typhoon" in text else 2.0 if "Soldiers" in text and "in the rain" in text else 0.5
        return -6.0 + (odds if label == "Yes" else 0.0)

    engine = ScriptedEngine(next=next_logprob)
    ranking = build("yes-no").rank([request_for("a bridge in the rain")], engine)[0]
    assert ranking.item_ids[0] == "war"
    assert scores(ranking, "yes-no")["sea"] == pytest.approx(0)
    assert max(scores(ranking, "log-odds"), key=scores(ranking, "log-odds").get) == "sea"


def test_listwise_labels_reads_each_label_exactly(build, request_for):
    table = {label: -1.0 - n for n, label in enumerate(label_names(5))}
    engine = ScriptedEngine(next=lambda text, label: table[label.strip()])
    ranking = build("listwise-labels").rank([request_for()], engine)[0]
    assert sorted(scores(ranking, "listwise-labels").values(), reverse=True) == [-1.0, -2.0, -3.0, -4.0, -5.0]
    assert ranking.diagnostics["label-mass"] == pytest.approx(sum(math.exp(v) for v in table.values()))
    assert ranking.usage.calls == 1 and ranking.usage.decoded_tokens <= 1


def test_labels_are_dealt_anew_for_each_person(build, request_for):
    engine = ScriptedEngine(next=lambda text, label: -1.0 if label.strip() == "A" else -9.0)
    rankings = build("listwise-labels").rank([request_for(query_id=f"q{n}") for n in range(30)], engine)
    assert len({r.item_ids[0] for r in rankings}) > 1, "a model that always says A must not always pick one item"


def test_more_candidates_than_labels_is_said_not_guessed(build, catalog):
    from promptrec.data.item import Item

    many = tuple(Item(item_id=f"i{n}", title=f"T{n}") for n in range(MAX_LABELS + 1))
    ranking = build("listwise-labels").rank([RankRequest(Query(preferences="x"), many)], ScriptedEngine())[0]
    assert ranking.status == "failed" and str(MAX_LABELS + 1) in ranking.reason


def reply_with(choose):
    """An engine that writes `choose(labels)`, the labels being those of five candidates."""
    return ScriptedEngine(reply=lambda text: choose(label_names(5)))


def test_listwise_text_takes_the_order_written(build, request_for):
    engine = reply_with(lambda labels: " > ".join(f"[{x}]" for x in reversed(labels)))
    ranking = build("listwise-text").rank([request_for()], engine)[0]
    assert ranking.status == "ok"
    assert list(scores(ranking, "listwise-text").values()) == [5.0, 4.0, 3.0, 2.0, 1.0]


def test_listwise_text_says_what_was_missing_and_repeated(build, request_for):
    engine = reply_with(lambda labels: "[B] > [A] > [B]")
    ranking = build("listwise-text").rank([request_for()], engine)[0]
    assert ranking.status == "repaired"
    assert len(ranking.reply.missing) == 3 and len(ranking.reply.repeated) == 1
    assert len(set(ranking.item_ids)) == 5
    assert "left out 3 of 5" in ranking.reason
    assert [i.scores.get("listwise-text") for i in ranking.items][:2] == [5.0, 4.0]


def test_a_number_in_prose_is_not_a_rank(build, request_for):
    engine = reply_with(lambda labels: "Here are the top 3: [E] > [A]")
    ranking = build("listwise-text").rank([request_for()], engine)[0]
    assert len(ranking.reply.missing) == 3
    read = [i for i in ranking.items if i.scores]
    assert len(read) == 2


def test_an_error_written_as_text_is_no_ranking(build, request_for):
    said = "Error code: 429 - rate limit reached, retry after 7 s; limit is 12 requests"
    unread = build("listwise-text").rank([request_for()], ScriptedEngine(reply=lambda text: said))[0]
    assert unread.status == "fallback"
    assert "seeded random" in unread.reason
    known = build("listwise-text").rank([request_for(love=9.0, war=3.0)], ScriptedEngine(reply=lambda text: said))[0]
    assert known.status == "fallback" and known.item_ids[:2] == ("love", "war") and "retriever" in known.reason


def test_a_fallback_is_never_the_order_shown(build, request_for):
    ids = ("space", "love", "war", "food", "sea")
    silent = ScriptedEngine(reply=lambda text: "")
    orders = {build("listwise-text", seed=s).rank([request_for(ids=ids)], silent)[0].item_ids for s in range(6)}
    assert len(orders) > 1


def test_random_is_uniform_and_seeded(build, request_for):
    rankings = build("random").rank([request_for(query_id=f"q{n}") for n in range(600)])
    first = [r.item_ids[0] for r in rankings]
    assert all(80 <= first.count(i) <= 165 for i in set(first)) and len(set(first)) == 5
    assert (
        build("random", seed=1).rank([request_for()])[0].item_ids != build("random").rank([request_for()])[0].item_ids
    )


def test_popular_is_by_popularity_and_says_when_there_is_none(build, request_for, catalog):
    assert build("popular").rank([request_for()])[0].item_ids == ("sea", "food", "war", "love", "space")
    bare = tuple(catalog[i].model_copy(update={"popularity": None}) for i in ("war", "sea"))
    unknown = build("popular").rank([RankRequest(Query(), bare)])[0]
    assert unknown.status == "fallback" and "2 candidates have no popularity" in unknown.reason
    partly = build("popular").rank([RankRequest(Query(), (bare[0], catalog["sea"]))])[0]
    assert partly.status == "repaired" and partly.item_ids == ("sea", "war")


def test_bm25_counts_shared_words(build, request_for):
    ranking = build("bm25").rank([request_for("grandmother's recipes")])[0]
    assert ranking.item_ids[0] == "food" and ranking.items[0].scores["bm25"] > 0
    assert ranking.ties == 4


def test_labels_are_single_tokens_in_their_slot():
    tokenizer = ScriptedEngine().tokenizer
    labels = label_tokens(tokenizer, "[", 200)
    assert len(labels) <= MAX_LABELS and len(set(labels.values())) == len(labels)
    assert all(single_token(tokenizer, "[", label) == token for label, token in labels.items())
    assert single_token(tokenizer, "[", "two words") is None


@pytest.mark.parametrize(
    ("before", "word"), [("Answer:", " Yes"), ("assistant\n", "Yes"), ("答案：", "Yes"), ("[", "Yes"), ("", "Yes")]
)
def test_a_word_brings_its_own_space(before, word):
    assert answer_word(before, "Yes") == word
