"""Nothing that is written depends on the order of a set: Python hashes texts by another seed in each process."""

import os
import re
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from pathlib import Path
from promptrec.data.interactions import Interactions
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.datasets.registry import planted_dataset
from promptrec.testing.scripted_engine import ScriptedEngine
from dataclasses import replace

data = planted_dataset(users=8, items=32, candidates=5)
rows = [(f"u{n % 5}", item.item_id, 5, n) for n, item in enumerate(data.catalog)]
answers = [(user, item, 5, 1) for user, grades in data.relevance.items() for item in grades]
data = replace(data, training=Interactions.from_tuples([*rows, *answers, ("u1", "nothing", 5, 1)]))
config = Config(datasets=["planted"], rankers=["yes-no", "listwise-labels", "bm25+yes-no"])
evaluate(config, Path(sys.argv[1]), datasets=[data], engine=ScriptedEngine())
"""
# What differs from call to call: times, and what they are summed to.
TIMES = re.compile(rb'"(date|machine|users-per-second|seconds(-p\d+)?)": ?("[^"]*"|[\d.e+-]+)')
WRITTEN = ("run.json", "metrics.json", "per_query.csv", "run.trec", "rankings.jsonl", "evaluation.json")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of the same evaluation in two processes, by their paths."""
    found = []
    for seed in ("1", "2"):
        out = tmp_path_factory.mktemp("out")
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(out)],
            # A home without models: the baseline that reads one is left out, and said to be.
            env=os.environ | {"PYTHONHASHSEED": seed, "PROMPTREC_HOME": str(out / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})
    return found


@pytest.mark.slow
def test_runs_have_one_name_in_every_process(written):
    one, other = written
    assert one.keys() == other.keys() and len(one) > 20


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_the_same_in_every_process(written, name):
    one, other = written
    paths = [path for path in one if path.name == name]
    assert paths
    for path in paths:
        assert TIMES.sub(b"", one[path]) == TIMES.sub(b"", other[path]), path


def test_the_report_is_the_same_but_for_its_times(written):
    one, other = (
        [line for line in files[path].decode().splitlines() if not re.match(r"\| (\S+ · |\*|date|machine)", line)]
        for files in written
        for path in files
        if path.name == "report.md"
    )
    assert one == other and any("ANSWERS IN THE TRAINING DATA" in line for line in one)
