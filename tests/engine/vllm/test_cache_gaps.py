"""What a cache swallowed comes back as what it was, and nothing is asked for that some sequence has read."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.vllm.scoring import fill_gaps

# Few tokens, so that continuations begin alike.
TOKENS = st.integers(0, 2)
SEQUENCES = st.lists(
    st.tuples(
        st.lists(TOKENS, min_size=1, max_size=2).map(tuple), st.lists(TOKENS, min_size=1, max_size=5).map(tuple)
    ).flatmap(lambda pc: st.tuples(st.just(pc[0]), st.just(pc[1]), st.integers(0, len(pc[1])))),
    max_size=12,
)


def value(sequence):
    """A number that depends on all of the tokens up to the last."""
    return -int.from_bytes(hashlib.blake2b(bytes(sequence), digest_size=4).digest(), "little") / 2**32


def told(prompt, continuation):
    return [value((*prompt, *continuation[:n])) for n in range(1, len(continuation) + 1)]


@given(SEQUENCES)
def test_every_token_has_its_own_value_and_only_what_nobody_read_is_asked_for(sequences):
    prompts, continuations = [p for p, _, _ in sequences], [c for _, c, _ in sequences]
    read = [[None] * lost + told(p, c)[lost:] for p, c, lost in sequences]
    # A place is a prompt and what is behind it: two prompts may come to the same sequence.
    seen = {(p, c[: n + 1]) for p, c, lost in sequences for n in range(lost, len(c))}
    missing = {(p, c[: n + 1]) for p, c, lost in sequences for n in range(lost)} - seen
    calls = []

    def ask(wanted):
        calls.append(wanted)
        return [value((*before, token)) for before, token in wanted]

    assert fill_gaps(prompts, continuations, read, ask) == [tuple(told(p, c)) for p, c, _ in sequences]
    assert len(calls) == bool(missing)
    asked = [(*before, token) for before, token in calls[0]] if calls else []
    assert sorted(asked) == sorted(p + c for p, c in missing)


def test_what_one_sequence_lacks_another_has():
    prompts, continuations = [(1,), (1,), (2,)], [(5, 6, 7), (5, 6, 8), (5, 6)]
    read = [[-0.1, -0.2, -0.3], [None, None, -0.4], [-0.7, -0.8]]
    assert fill_gaps(prompts, continuations, read, score=None)[1] == (-0.1, -0.2, -0.4)


def test_the_token_behind_the_cache_is_asked_for():
    read = [[-0.1, -0.2, -0.3], [None, None, -0.4]]
    found = fill_gaps([(1,)] * 2, [(5, 6, 7), (5, 9, 8)], read, lambda wanted: [-5.0 for _ in wanted])
    assert found == [(-0.1, -0.2, -0.3), (-0.1, -5.0, -0.4)]
