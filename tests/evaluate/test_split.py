import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.data.interactions import Interaction, Interactions
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.split import SCHEMES, SUPPORT_SIZES, checksum, items_by_user, split

few = settings(max_examples=25)
ids = st.integers(0, 12).map(str)
moments = st.integers(0, 9).map(float)
many = st.lists(st.tuples(ids, ids, st.integers(1, 5).map(float), moments), min_size=1, max_size=60)


def interactions(rows):
    return Interactions.from_interactions(Interaction(*row) for row in rows)


def grid(users=40, items=15):
    """Everybody meets every item, one a second, each from another one on."""
    return interactions(
        (f"u{u}", f"i{(u + n) % items}", float(n % 5 + 1), float(100 * u + n))
        for u in range(users)
        for n in range(items)
    )


def parts(rows, scheme, share=0.4):
    """The split, or None where it leaves no test users."""
    try:
        return split(interactions(rows), scheme, share=share)
    except InputError as error:
        assert "leaves no test users" in str(error)
        return None


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
@few
@given(rows=many)
def test_the_laws_of_every_split(scheme, rows):
    made = parts(rows, scheme)
    if made is None:
        return
    train = {(one.user_id, one.item_id) for one in made.train}
    support = {(one.user_id, one.item_id) for row in made.support.values() for one in row}
    test = {(one.user_id, one.item_id) for row in made.test.values() for one in row}
    everything = {(user, item) for user, item, *_ in rows}
    assert not test & train and not test & support
    assert train | support | test <= everything
    assert len(made.train) == len(train) and sum(map(len, made.test.values())) == len(test)
    assert all(user == one.user_id for row in (made.support, made.test) for user, met in row.items() for one in met)
    assert all(row for row in made.test.values()) and set(made.support) <= set(made.test)


@few
@given(rows=many)
def test_of_cold_users_nothing_is_known(rows):
    made = parts(rows, "cold-user")
    if made is not None:
        assert not made.train.users & set(made.test) and made.support == {}
        assert made.train.users | set(made.test) == {user for user, *_ in rows}


@pytest.mark.parametrize("visible", SUPPORT_SIZES)
@few
@given(rows=many)
def test_of_near_cold_users_the_first_few_are_visible(visible, rows):
    made = parts(rows, f"near-cold-{visible}")
    if made is not None:
        assert not made.train.users & set(made.test)
        for user, asked in made.test.items():
            assert len(made.support[user]) == visible
            assert made.support[user][-1].timestamp <= min(one.timestamp for one in asked)


@pytest.mark.parametrize("visible", SUPPORT_SIZES)
def test_who_has_no_more_than_is_visible_is_neither_trained_on_nor_tested(visible):
    few_items = interactions(("few", f"i{n}", 1.0, float(n)) for n in range(visible))
    rows = [*grid(), *few_items]
    made = split(Interactions.from_interactions(rows), f"near-cold-{visible}", share=0.99)
    assert "few" not in made.test and "few" not in made.train.users
    assert len(made.test) > 30 and {len(row) for row in made.support.values()} == {visible}


@few
@given(rows=many)
def test_with_cold_items_nobody_had_a_training_interaction(rows):
    made = parts(rows, "cold-item")
    if made is not None:
        cold = {one.item_id for row in made.test.values() for one in row}
        assert not made.train.items & cold
        assert not {one.item_id for row in made.support.values() for one in row} & cold


@few
@given(rows=many)
def test_a_temporal_split_has_one_moment_for_everybody(rows):
    made = parts(rows, "temporal")
    if made is not None and len(made.train):
        first_asked = min(one.timestamp for row in made.test.values() for one in row)
        assert max(one.timestamp for one in made.train) < first_asked


@few
@given(rows=many)
def test_the_last_of_everybody_is_left_out(rows):
    made = parts(rows, "leave-last-out")
    if made is not None:
        for user, (asked,) in made.test.items():
            assert all(one.timestamp <= asked.timestamp for one in made.support[user])
            assert len([1 for one in made.train if one.user_id == user]) == len(made.support[user]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
@few
@given(rows=many, random=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(scheme, rows, random):
    rows = list({(user, item): (user, item, rating, moment) for user, item, rating, moment in rows}.values())
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = parts(rows, scheme), parts(mixed, scheme)
    assert (one is None) == (other is None)
    if one is not None:
        assert one.manifest == other.manifest and one.test == other.test and one.support == other.support


@pytest.mark.slow
def test_a_share_is_tested_and_a_person_who_comes_later_moves_nobody():
    tested = set(split(grid(users=400), "cold-user", share=0.25).test)
    assert 70 <= len(tested) <= 130
    assert set(split(grid(users=200), "cold-user", share=0.25).test) == {u for u in tested if int(u[1:]) < 200}


def test_another_seed_is_another_split():
    one, other = (split(grid(), "cold-user", seed=seed) for seed in (0, 1))
    assert set(one.test) != set(other.test) and one.manifest["test_sha256"] != other.manifest["test_sha256"]


def test_the_manifest_counts_and_checks_the_parts():
    made = split(grid(), "near-cold-3", seed=7, share=0.3)
    tested = len(made.test)
    assert made.manifest == {
        "scheme": "near-cold-3",
        "seed": 7,
        "share": 0.3,
        "order": "time",
        "interactions": 600,
        "repeated": 0,
        "train_users": 40 - tested,
        "train_interactions": (40 - tested) * 15,
        "support_interactions": 3 * tested,
        "test_users": tested,
        "test_interactions": 12 * tested,
        "train_sha256": made.train.sha256,
        "support_sha256": checksum(made.support),
        "test_sha256": checksum(made.test),
    }
    user = next(iter(made.test))
    n = int(user[1:])
    assert items_by_user(made.support)[user] == [f"i{(n + k) % 15}" for k in range(3)]


def test_meeting_an_item_again_does_not_count():
    rows = [("u", "a", 1.0, 1.0), ("u", "b", 2.0, 2.0), ("u", "a", 5.0, 3.0)]
    made = split(interactions(rows), "leave-last-out")
    assert items_by_user(made.test) == {"u": ["b"]} and made.manifest["repeated"] == 1


def test_without_times_a_hash_orders_and_says_so():
    rows = [("u", item, 5.0, math.nan) for item in "abcdef"]
    made = split(interactions(rows), "leave-last-out")
    assert made.manifest["order"] == "hash"
    assert split(interactions(rows[::-1]), "leave-last-out").test.keys() == made.test.keys()
    assert items_by_user(split(interactions(rows[::-1]), "leave-last-out").test) == items_by_user(made.test)
    with pytest.raises(InputError, match="the split temporal needs a timestamp in every row"):
        split(interactions(rows), "temporal")


def test_what_cannot_be_split():
    with pytest.raises(UnknownName, match="unknown split 'cold'.*near-cold-10"):
        split(grid(), "cold")
    with pytest.raises(InputError, match="share must lie between 0 and 1, got 1"):
        split(grid(), "cold-user", share=1)
    with pytest.raises(InputError, match="leave-last-out leaves no test users"):
        split(interactions([("u", "a", 1.0, 1.0)]), "leave-last-out")
