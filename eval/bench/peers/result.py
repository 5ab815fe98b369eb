"""From what a script wrote to a line of the results."""

from collections.abc import Mapping

from eval.bench.peers.environments import Failed
from promptrec.evaluate.metrics.ranking import measure


def ndcg(rankings: Mapping[str, list[str]], relevant: Mapping[str, frozenset[str]]) -> float:
    """Mean NDCG@10 of the people ranked."""
    found = [
        measure([[item] for item in ids], dict.fromkeys(relevant[person], 1), ["ndcg@10"])["ndcg@10"]
        for person, ids in rankings.items()
    ]
    return sum(found) / len(found)


def line(
    found: dict, shown: Mapping[str, list[str]], relevant: Mapping[str, frozenset[str]], best: dict | None
) -> dict:
    """The figures of one system, measured against the rankings and speed of `best` (itself, where that is None).

    `same_people_ndcg@10` is the NDCG of `best` over the people that this system got to. `as_shown` is the share of
    people whose candidates came back in the order they were shown in, which is how many peers answer what they could
    not read.

    Raises:
        Failed: rankings that are not the candidates, once each.
    """
    rankings = found["rankings"]
    bad = [person for person, ids in rankings.items() if sorted(ids) != sorted(shown[person])]
    if bad:
        raise Failed(f"{len(bad)} of {len(rankings)} rankings do not hold every candidate once")
    best = best or found
    speed = len(rankings) / found["seconds"]
    return {
        "users": len(rankings),
        "ndcg@10": round(ndcg(rankings, relevant), 4),
        "same_people_ndcg@10": round(ndcg({person: best["rankings"][person] for person in rankings}, relevant), 4),
        "users_per_second": round(speed, 4),
        "promptrec_times_as_fast": round(len(best["rankings"]) / best["seconds"] / speed, 2),
        "as_shown": round(sum(ids == shown[person] for person, ids in rankings.items()) / len(rankings), 3),
        "seconds": round(found["seconds"], 2),
        "versions": found["versions"],
    }
