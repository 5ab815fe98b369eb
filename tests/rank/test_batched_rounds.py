from hypothesis import given
from hypothesis import strategies as st

from promptrec.rank.batched_rounds import gather, run


def adding(numbers):
    """Asks about a few numbers at a time, and comes to the sum of the answers and how many rounds there were."""
    total = rounds = 0
    for some in numbers:
        total += sum((yield list(some)))
        rounds += 1
    return total, rounds


def squares(numbers):
    return [n * n for n in numbers]


rounds_of_numbers = st.lists(st.lists(st.integers(0, 99), max_size=3), max_size=5)


@given(st.lists(rounds_of_numbers, max_size=6))
def test_together_each_comes_to_what_it_comes_to_alone(members):
    alone = [run(adding(member), squares) for member in members]
    assert run(gather([adding(member) for member in members]), squares) == alone


@given(st.lists(rounds_of_numbers, max_size=6))
def test_together_they_take_as_many_rounds_as_the_longest(members):
    asked = []

    def note(numbers):
        asked.append(numbers)
        return squares(numbers)

    run(gather([adding(member) for member in members]), note)
    assert len(asked) == max(map(len, members), default=0)
    for n, numbers in enumerate(asked):
        assert numbers == [number for member in members if len(member) > n for number in member[n]]


@given(st.lists(st.lists(rounds_of_numbers, max_size=3), max_size=3))
def test_askings_nest(families):
    nested = gather([gather([adding(member) for member in family]) for family in families])
    assert run(nested, squares) == [[run(adding(m), squares) for m in family] for family in families]
