"""The benchmark against peers: what becomes of a peer's rankings, of its failures, and what is timed."""

import json
import subprocess
import sys

import pytest

from eval.bench.peers.environments import Failed, called, reason
from eval.bench.peers.result import line
from eval.bench.peers.systems import PEERS, PROMPTREC, SCRIPTS
from promptrec.rank.expression import ranker_parts

SHOWN = {"ann": ["a", "b", "c"], "bob": ["d", "e", "f"]}
RELEVANT = {"ann": frozenset({"c"}), "bob": frozenset({"d"})}
BEST = {"rankings": {"ann": ["c", "a", "b"], "bob": ["d", "e", "f"]}, "seconds": 1.0, "versions": {}}


def test_a_peer_is_measured_over_the_people_it_got_to():
    slow = {"rankings": {"ann": ["a", "b", "c"]}, "seconds": 2.0, "versions": {"torch": "2"}}

    got = line(slow, SHOWN, RELEVANT, BEST)

    assert got["users"] == 1 and got["users_per_second"] == 0.5 and got["promptrec_times_as_fast"] == 4.0
    assert got["ndcg@10"] == 0.5, "its only right item is third: 1 / log2(4)"
    assert got["same_people_ndcg@10"] == 1.0
    assert got["as_shown"] == 1.0


def test_the_first_is_measured_against_itself():
    got = line(BEST, SHOWN, RELEVANT, None)

    assert got["promptrec_times_as_fast"] == 1.0 and got["ndcg@10"] == got["same_people_ndcg@10"] == 1.0
    assert got["as_shown"] == 0.5


@pytest.mark.parametrize("ids", [["a", "b"], ["a", "b", "b"], ["a", "b", "z"]])
def test_what_is_not_an_order_of_the_candidates_has_no_figures(ids):
    with pytest.raises(Failed, match="1 of 1 rankings do not hold every candidate once"):
        line({"rankings": {"ann": ids}, "seconds": 1.0, "versions": {}}, SHOWN, RELEVANT, BEST)


def test_a_failure_says_why(tmp_path):
    with pytest.raises(Failed, match="^ValueError: no such model: FOLDER$"):
        called([sys.executable, "-c", "raise ValueError('no such model: /some/where')"], tmp_path / "log", {}, 60)
    with pytest.raises(Failed, match="did not end within 0 s"):
        called([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", {}, 0.01)


def test_of_what_pip_says_the_first_error_is_the_cause():
    assert reason("Collecting x\nERROR: needs Python >=3.12\nERROR: No match for x\n") == "ERROR: needs Python >=3.12"


@pytest.mark.slow
def test_the_warm_up_is_not_among_the_rankings_and_the_time_allowed_ends_a_run(tmp_path):
    requests = [{"query_id": str(n), "query": "q", "candidates": [{"id": "a"}, {"id": "b"}]} for n in range(4)]
    (tmp_path / "requests.json").write_text(json.dumps(requests))
    (tmp_path / "toy.py").write_text(
        "import time\nfrom timed import each, run\n"
        "def build(model, method, server):\n"
        "    def rank_one(query, candidates):\n"
        "        time.sleep(0.2)\n"
        "        return [candidate['id'] for candidate in reversed(candidates)]\n"
        "    return each(rank_one)\n"
        "run(build)\n"
    )
    options = ["--requests", "requests.json", "--model", "m", "--method", "x", "--out", "out.json"]

    def ranked(seconds):
        command = [sys.executable, "toy.py", *options, "--seconds", str(seconds)]
        subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(SCRIPTS)}, check=True)
        return json.loads((tmp_path / "out.json").read_text())

    everybody = ranked(60)
    assert everybody["rankings"] == {str(n): ["b", "a"] for n in range(3)}
    assert everybody["seconds"] >= 0.6, "three people, of whom each takes 0.2 s"
    assert list(ranked(0.1)["rankings"]) == ["0"]


def test_every_script_is_there_and_every_method_of_ours_is_a_ranker():
    assert {SCRIPTS / system.script for system in (PROMPTREC, *PEERS)} <= set(SCRIPTS.glob("run_*.py"))
    assert all(ranker_parts(method) for method in PROMPTREC.methods)
    assert all(set(peer.on_server) <= set(peer.methods) for peer in PEERS)
