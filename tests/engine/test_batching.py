import os

from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.batching import batches, shared_prefix_groups

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
    assert os.path.commonprefix([made[0], made[1]]) == ()
