from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.rank.ordering import best_first, seeded_hash, seeded_order

IDS = st.lists(st.text("abcdef0123", min_size=1, max_size=4), min_size=1, max_size=12, unique=True)


def items(ids):
    return tuple(Item(item_id=i, title=f"title {i}") for i in ids)


@given(IDS, st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_shown_never_matters(ids, rng, seed):
    scores = {i: rng.choice([0.0, 1.0, 2.0]) for i in ids if rng.random() < 0.7}
    mixed = list(ids)
    rng.shuffle(mixed)
    assert best_first(items(ids), scores, seed) == best_first(items(mixed), scores, seed)
    assert seeded_order(items(ids), seed, "q") == seeded_order(items(mixed), seed, "q")


@given(IDS, st.data())
def test_every_candidate_once_scores_fall_and_the_unread_come_last(ids, data):
    scores = data.draw(st.dictionaries(st.sampled_from(ids), st.floats(-1e6, 1e6)))
    order, _ = best_first(items(ids), scores, 0)
    assert sorted(i.item_id for i in order) == sorted(ids)
    read = [i.item_id for i in order if i.item_id in scores]
    assert [i.item_id for i in order][: len(read)] == read
    values = [round(scores[i], 6) for i in read]
    assert values == sorted(values, reverse=True)


def test_ties_are_counted_and_a_seed_moves_them():
    ids = [f"i{n}" for n in range(8)]
    scores = dict.fromkeys(ids, 1.0) | {"i0": 2.0}
    order, ties = best_first(items(ids), scores, seed=0)
    assert order[0].item_id == "i0"
    assert ties == 7
    assert best_first(items(ids), scores, seed=1)[0] != order


def test_scores_closer_than_the_noise_of_float32_are_ties():
    order, ties = best_first(items(["a", "b"]), {"a": 1.0, "b": 1.0 + 1e-9}, 0)
    assert ties == 2
    assert order == best_first(items(["a", "b"]), {"a": 1.0 + 1e-9, "b": 1.0}, 0)[0]


def test_the_hash_is_the_same_on_every_machine_and_keeps_words_apart():
    assert seeded_hash(0, "a") == 6852966567523245171
    assert seeded_hash(0, "ab", "c") != seeded_hash(0, "a", "bc")
    assert seeded_hash(0, "a") != seeded_hash(1, "a")


def test_a_shuffle_is_not_the_order_given():
    ids = [f"i{n}" for n in range(20)]
    assert [i.item_id for i in seeded_order(items(ids), 0, "q")] != ids
    assert seeded_order(items(ids), 0, "q") != seeded_order(items(ids), 0, "other")
