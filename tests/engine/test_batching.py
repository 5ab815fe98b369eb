from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.batching import batches, shared_prefix_groups, sharing_chunks

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12).map(tuple), max_size=12)


@given(SEQUENCES, st.data())
def test_every_sequence_is_in_one_group_and_its_prefix_is_common_and_allowed(sequences, data):
    limits = [data.draw(st.integers(0, len(s) - 1)) for s in sequences]
    groups = shared_prefix_groups(sequences, limits, least=2)
    assert sorted(i for group in groups for i in group.members) == list(range(len(sequences)))
    for group in groups:
        heads = {sequences[i][: group.prefix] for i in group.members}
        assert len(heads) == 1 and all(group.prefix <= limits[i] for i in group.members)
        assert group.prefix == 0 or (group.prefix >= 2 and len(group.members) > 1)
    assert sum(group.prefix == 0 for group in groups) <= 1


def test_sharers_are_found_wherever_they_stand():
    a, b = tuple(range(40)), tuple(range(100, 140))
    sequences = [(*a, 1), (*b, 1), (*a, 2), (7, 7, 7), (*b, 2), (*a, 3)]
    groups = shared_prefix_groups(sequences, [len(s) - 1 for s in sequences])
    assert sorted((g.prefix, sorted(g.members)) for g in groups) == [(0, [3]), (40, [0, 2, 5]), (40, [1, 4])]


def test_a_short_common_opening_does_not_shorten_a_long_one():
    opening = tuple(range(20))
    one, two = (*opening, *range(100, 180)), (*opening, *range(200, 280))
    sequences = [(*one, 1), (*one, 2), (*two, 1), (*two, 2)]
    groups = shared_prefix_groups(sequences, [len(s) - 1 for s in sequences])
    assert sorted(g.prefix for g in groups) == [100, 100]


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 120))
def test_batches_hold_every_index_once_and_stay_within_their_cost(lengths, limit):
    made = batches(lengths, limit)
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= limit


def test_batches_put_like_lengths_together():
    made = batches([10, 1, 10, 1], 20)
    assert [sorted(batch) for batch in made] == [[1, 3], [0, 2]]


@given(st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=4).map(tuple), max_size=20), st.integers(0, 12))
def test_chunks_keep_twins_together_within_what_a_cache_holds(prompts, most):
    chunks = list(sharing_chunks(dict(enumerate(prompts)), most))
    assert sorted(i for chunk in chunks for i in chunk) == list(range(len(prompts)))
    for chunk in chunks:
        held = {prompts[i] for i in chunk}
        assert sum(prompts[i] in held for i in range(len(prompts))) == len(chunk)
        shared = [p for p in held if prompts.count(p) > 1]
        assert len(shared) <= 1 or sum(map(len, shared)) <= most


def test_prompts_without_a_twin_are_not_split():
    assert list(sharing_chunks({5: (1, 2), 6: (3,), 7: (1, 2), 9: (4,)}, 2)) == [[5, 7, 6, 9]]


def test_nothing_to_read_makes_nothing():
    assert shared_prefix_groups([], []) == [] and batches([], 10) == [] and list(sharing_chunks({}, 10)) == []


PROMPTS = st.dictionaries(st.integers(0, 99), st.lists(st.integers(0, 1), max_size=4).map(tuple), max_size=20)


@given(PROMPTS, st.integers(0, 12))
def test_chunks_hold_every_prompt_once_its_twins_beside_it_and_keep_within_the_cache(prompts, most):
    chunks = list(sharing_chunks(prompts, most))
    assert sorted(i for chunk in chunks for i in chunk) == sorted(prompts) and all(chunks)
    for chunk in chunks:
        texts = [prompts[i] for i in chunk]
        assert all([prompts[i] for i in prompts].count(text) == texts.count(text) for text in texts)
        shared = {text for text in texts if texts.count(text) > 1}
        assert len(shared) <= 1 or sum(map(len, shared)) <= most


def test_prompts_without_a_twin_take_no_room_of_the_cache():
    twins, lone = {0: (1,) * 8, 1: (1,) * 8, 2: (2,) * 8, 3: (2,) * 8}, {9: (3,) * 50, 10: (4,) * 50}
    assert list(sharing_chunks(twins | lone, 10)) == [[0, 1], [2, 3, 9, 10]]
    assert list(sharing_chunks(lone | twins, 16)) == [[0, 1, 2, 3, 9, 10]]
