"""Splits of interactions into train, support and test, by a hash of the IDs."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, filterfalse

from promptrec.data.interactions import Interaction, Interactions
from promptrec.errors import InputError, UnknownName
from promptrec.rank.ordering import seeded_hash

ByUser = dict[str, tuple[Interaction, ...]]
DEFAULT_SHARE = 0.2
SUPPORT_SIZES = (1, 3, 5, 10)


@dataclass(frozen=True)
class Split:
    """Train, support and test interactions: for training, for the queries of test users, and for judgements.

    Each person's interactions are in the order of time. `manifest` has the scheme, the seed, counts, and the SHA-256
    of the three parts.
    """

    train: Interactions
    support: ByUser
    test: ByUser
    manifest: Mapping[str, object] = field(default_factory=dict)


def split(interactions: Interactions, scheme: str, *, seed: int = 0, share: float = DEFAULT_SHARE) -> Split:
    """Split interactions by a scheme. Of a user's several interactions with one item only the first counts.

    - cold-user: a share of the people is tested; nothing of theirs is in train, nor visible.
    - near-cold-1, -3, -5, -10: the same people; their first 1, 3, 5 or 10 interactions are support, later ones test.
    - cold-item: a share of the items is tested; no interaction with them is in train. Support: a person's others.
    - temporal: the latest share of all interactions is test, cut at one moment for everybody.
    - leave-last-out: everybody's last interaction is test.

    Args:
        interactions: all of them.
        scheme: one of the names above.
        seed: decides who and what is tested, and the order of what happened at one moment.
        share: of the people, items or interactions that is tested; leave-last-out does not ask.

    Raises:
        UnknownName: no such scheme.
        InputError: missing timestamps, a share that is not between 0 and 1, or no test users.
    """
    if scheme not in SCHEMES:
        raise UnknownName("split", scheme, SCHEMES)
    if not 0 < share < 1:
        raise InputError("split-share", share=share)
    people = _in_time(interactions, seed)
    if scheme in _NEED_TIMES and any(math.isnan(one.timestamp) for one in interactions):
        raise InputError("split-needs-times", scheme=scheme)
    plan = SCHEMES[scheme](people, seed, share)
    if not plan.test:
        raise InputError("split-without-test", scheme=scheme)
    parameters = {"scheme": scheme, "seed": seed, "share": share}
    return replace(plan, manifest=parameters | _counts(interactions, people, plan))


def items_by_user(part: ByUser) -> dict[str, list[str]]:
    """The item IDs of each person, in the order of time."""
    return {user: [one.item_id for one in row] for user, row in sorted(part.items())}


def checksum(part: ByUser) -> str:
    """SHA-256 of the item IDs of each user in the order of time, as JSON."""
    return hashlib.sha256(json.dumps(items_by_user(part), ensure_ascii=False).encode()).hexdigest()


def _counts(interactions: Interactions, people: ByUser, plan: Split) -> dict[str, object]:
    timed = any(not math.isnan(one.timestamp) for one in interactions)
    return {
        "order": "time" if timed else "hash",
        "interactions": len(interactions),
        "repeated": len(interactions) - sum(map(len, people.values())),
        "train_users": len(plan.train.users),
        "train_interactions": len(plan.train),
        "support_interactions": sum(map(len, plan.support.values())),
        "test_users": len(plan.test),
        "test_interactions": sum(map(len, plan.test.values())),
        "train_sha256": plan.train.sha256,
        "support_sha256": checksum(plan.support),
        "test_sha256": checksum(plan.test),
    }


def _in_time(interactions: Interactions, seed: int) -> ByUser:
    """Everybody's interactions in the order of time, ties and unknown times by a hash; each item once."""

    def place(one: Interaction) -> tuple[float, int]:
        return (math.inf if math.isnan(one.timestamp) else one.timestamp), seeded_hash(seed, one.user_id, one.item_id)

    people: dict[str, dict[str, Interaction]] = defaultdict(dict)
    for one in sorted(interactions, key=place):
        people[one.user_id].setdefault(one.item_id, one)
    return {user: tuple(met.values()) for user, met in people.items()}


def _draw(ids: Iterable[str], kind: str, seed: int, share: float) -> set[str]:
    """A share of the IDs; whether one is drawn does not depend on the others."""
    return {i for i in ids if seeded_hash(seed, kind, i) < share * 2**64}


def _cold_user(people: ByUser, seed: int, share: float) -> Split:
    tested = _draw(people, "user", seed, share)
    train = [one for user, row in people.items() if user not in tested for one in row]
    return Split(Interactions.from_interactions(train), {}, {u: row for u, row in people.items() if u in tested})


def _near_cold(visible: int) -> Callable[[ByUser, int, float], Split]:
    def near_cold(people: ByUser, seed: int, share: float) -> Split:
        plan = _cold_user(people, seed, share)
        known = {user: row for user, row in plan.test.items() if len(row) > visible}
        support = {user: row[:visible] for user, row in known.items()}
        return Split(plan.train, support, {user: row[visible:] for user, row in known.items()})

    return near_cold


def _cold_item(people: ByUser, seed: int, share: float) -> Split:
    tested = _draw({one.item_id for row in people.values() for one in row}, "item", seed, share)
    return _split_by(people, lambda one: one.item_id in tested)


def _temporal(people: ByUser, seed: int, share: float) -> Split:
    times = sorted(one.timestamp for row in people.values() for one in row)
    cut = times[min(math.ceil((1 - share) * len(times)), len(times) - 1)] if times else 0.0
    return _split_by(people, lambda one: one.timestamp >= cut)


def _leave_last_out(people: ByUser, seed: int, share: float) -> Split:
    last = {row[-1] for row in people.values() if len(row) > 1}
    return _split_by(people, lambda one: one in last)


def _split_by(people: ByUser, is_test: Callable[[Interaction], bool]) -> Split:
    """Some interactions of everybody are test; the rest is train, and support of those who are tested."""
    test = {user: tested for user, row in people.items() if (tested := tuple(filter(is_test, row)))}
    support = {user: tuple(filterfalse(is_test, people[user])) for user in test}
    train = filterfalse(is_test, chain.from_iterable(people.values()))
    return Split(Interactions.from_interactions(train), support, test)


_NEED_TIMES = ("temporal",)
SCHEMES: dict[str, Callable[[ByUser, int, float], Split]] = {
    "cold-user": _cold_user,
    **{f"near-cold-{k}": _near_cold(k) for k in SUPPORT_SIZES},
    "cold-item": _cold_item,
    "temporal": _temporal,
    "leave-last-out": _leave_last_out,
}
