"""Packed rows hold every sequence, every node of their trie once, and each token sees its ancestors alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.batching import common_prefix
from promptrec.engine.transformers.packing import attends_to_all, new_tokens, pack

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=9).map(tuple), max_size=12)
LENGTHS = st.integers(1, 7)


def columns(rows):
    """For each row, the beginning of a sequence (all tokens up to it) that each of its columns stands for."""
    out, before = [], []
    for row in rows:
        kept = [before[column] for column in row.past]
        mask = row.mask()
        assert mask.shape == (len(row.ids), len(kept) + len(row.ids))
        tokens = [path[-1] for path in kept] + row.ids
        new = [tuple(tokens[column] for column in seen.nonzero()[0]) for seen in mask]
        before = kept + new
        out.append(new)
    return out


@given(SEQUENCES, LENGTHS)
def test_each_token_sees_its_own_sequence_and_nothing_else(sequences, length):
    rows = pack(sequences, [0] * len(sequences), length)
    for row, new in zip(rows, columns(rows), strict=True):
        assert [path[-1] for path in new] == row.ids and [len(path) - 1 for path in new] == row.positions
        for place, i, offset in row.outputs:
            assert new[place] == sequences[i][: offset + 1]


@given(SEQUENCES, LENGTHS)
def test_every_node_of_the_trie_is_read_once_and_rows_are_full(sequences, length):
    rows = pack(sequences, [0] * len(sequences), length)
    nodes = [path for new in columns(rows) for path in new]
    wanted = {s[:n] for s in sequences for n in range(1, len(s) + 1)}
    assert len(nodes) == len(wanted) and set(nodes) == wanted
    assert all(len(row.ids) == length for row in rows[:-1]) and all(row.ids for row in rows)
    assert sum(new_tokens(sequences)) == len(wanted)


@pytest.mark.slow
@given(SEQUENCES, LENGTHS, st.data())
def test_everything_wanted_of_a_sequence_comes_out_once_and_in_order(sequences, length, data):
    firsts = [data.draw(st.integers(0, len(s) - 1)) for s in sequences]
    rows = pack(sequences, firsts, length)
    found = {i: [] for i in range(len(sequences))}
    for row in rows:
        for _, i, offset in row.outputs:
            found[i].append(offset)
    assert found == {i: list(range(len(s) - firsts[i])) for i, s in enumerate(sequences)}


@given(SEQUENCES)
def test_the_order_of_sequences_changes_nothing_but_the_names(sequences):
    there, back = new_tokens(sequences), new_tokens(sequences[::-1])
    assert sum(there) == sum(back)
    assert [r.ids for r in pack(sequences, [0] * len(sequences), 5)] == [
        r.ids for r in pack(sequences[::-1], [0] * len(sequences), 5)
    ]


@given(st.lists(st.integers(0, 1), max_size=6).map(tuple), st.lists(st.integers(0, 1), max_size=6).map(tuple))
def test_what_two_begin_with_alike(a, b):
    shared = common_prefix(a, b)
    assert a[:shared] == b[:shared] and (shared in (len(a), len(b)) or a[shared] != b[shared])


@pytest.mark.parametrize(
    ("config", "everything"),
    [
        ({}, True),
        ({"layer_types": ["full_attention"] * 2}, True),
        ({"layer_types": ["full_attention", "sliding_attention"]}, False),
        ({"layer_types": ["conv", "full_attention"]}, False),
        ({"sliding_window": 4096}, False),
        ({"sliding_window": None}, True),
        ({"sliding_window": 32768, "use_sliding_window": False}, True),
        ({"attention_chunk_size": 8192}, False),
        ({"text_config": {"layer_types": ["linear_attention"]}}, False),
    ],
)
def test_windows_chunks_and_other_layers_are_told_by_the_settings(config, everything):
    assert attends_to_all(json.loads(json.dumps(config))) is everything


def test_nothing_makes_no_rows():
    assert pack([], [], 5) == [] and new_tokens([]) == []
