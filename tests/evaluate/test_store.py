import resource
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.runs.store import RANKINGS, SPEC, RunStore, replace_text
from promptrec.rank.ranking import RankedItem, Ranking

SPEC_A = RunSpec(dataset="d", dataset_sha256="0" * 64, ranker="bm25")


def ranking(query_id, status="ok", title="T"):
    items = () if status == "failed" else (RankedItem(item_id="i", title=title, rank=1, scores={"bm25": 1.0}),)
    return Ranking(query_id=query_id, status=status, items=items, ranker="bm25", ordered_by="bm25")


def test_what_is_appended_is_there_when_the_folder_is_opened_again(tmp_path):
    RunStore(tmp_path, SPEC_A).append([ranking("q1"), ranking("q2", title="故宫")])
    again = RunStore(tmp_path)
    assert again.spec == SPEC_A and len(again) == 2 and "q2" in again and "q3" not in again
    assert list(again.rankings()) == [ranking("q1"), ranking("q2", title="故宫")]
    assert list(again.rankings(["q2"])) == [ranking("q2", title="故宫")]


def test_the_later_of_two_lines_holds_and_the_file_only_grows(tmp_path):
    store = RunStore(tmp_path, SPEC_A)
    store.append([ranking("q1", "failed"), ranking("q2")])
    before = (tmp_path / RANKINGS).read_bytes()
    assert store.failed == {"q1"}
    store.append([ranking("q1")])
    assert store.failed == frozenset() == RunStore(tmp_path).failed
    assert (tmp_path / RANKINGS).read_bytes().startswith(before)
    assert [r.status for r in RunStore(tmp_path).rankings()] == ["ok", "ok"]


@given(st.integers(min_value=1, max_value=400))
def test_whatever_a_kill_leaves_of_the_last_line_is_cut_off(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("run")
    RunStore(folder, SPEC_A).append([ranking("q1"), ranking("q2")])
    path = folder / RANKINGS
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    torn = whole[: max(last, len(whole) - cut)]
    path.write_bytes(torn)
    store = RunStore(folder)
    assert list(store.rankings()) == [ranking("q1")]
    assert path.read_bytes() == whole[:last]
    store.append([ranking("q2")])
    assert path.read_bytes() == whole


def test_an_empty_file_is_a_run_without_rankings(tmp_path):
    RunStore(tmp_path, SPEC_A)
    (tmp_path / RANKINGS).touch()
    assert list(RunStore(tmp_path).rankings()) == []


def test_a_line_that_is_no_ranking_is_named_and_nothing_is_changed(tmp_path):
    RunStore(tmp_path, SPEC_A).append([ranking("q1")])
    path = tmp_path / RANKINGS
    path.write_bytes(path.read_bytes() + b"{}\n")
    kept = path.read_bytes()
    with pytest.raises(InputError, match=r"rankings\.jsonl:2: not a ranking"):
        RunStore(tmp_path)
    assert path.read_bytes() == kept


def test_a_ranking_that_something_else_changed_is_named_by_its_query(tmp_path):
    RunStore(tmp_path, SPEC_A).append([ranking("q1"), ranking("q2")])
    path = tmp_path / RANKINGS
    path.write_text(path.read_text().replace('"q2","status":"ok"', '"q2","status":"wow"'))
    with pytest.raises(InputError, match=r"rankings\.jsonl: the ranking of query 'q2' cannot be read \(status: "):
        list(RunStore(tmp_path).rankings())


def test_a_folder_belongs_to_one_run(tmp_path):
    RunStore(tmp_path, SPEC_A)
    with pytest.raises(InputError, match="holds another run"):
        RunStore(tmp_path, SPEC_A.model_copy(update={"seed": 1}))


@pytest.mark.parametrize(
    ("text", "why"), [("{}", "dataset: "), ("{", "Invalid JSON"), ('{"dataset": 1}', "dataset: ")], ids=str
)
def test_a_record_that_is_not_of_a_run_is_said_with_what_is_wrong_in_it(tmp_path, text, why):
    (tmp_path / SPEC).write_text(text)
    with pytest.raises(InputError, match=r"run\.json: not the record of a run: .*; evaluate again$") as refused:
        RunStore(tmp_path)
    error = refused.value
    assert (error.code, error.path) == ("run-unreadable", str(tmp_path / SPEC)) and error.slots["why"].startswith(why)


def test_a_folder_without_the_record_of_a_run_is_said(tmp_path):
    with pytest.raises(InputError, match=r"has no run\.json") as refused:
        RunStore(tmp_path)
    assert (refused.value.code, refused.value.path) == ("not-a-run", str(tmp_path))


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    replace_text(path, "新")
    assert path.read_text(encoding="utf-8") == "新" and list(tmp_path.iterdir()) == [path]


WRITES_UNTIL_KILLED = """
import sys
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.runs.store import RunStore
from promptrec.rank.ranking import Ranking

store = RunStore(sys.argv[1], RunSpec(dataset="d", dataset_sha256="0", ranker="bm25"))
for n in range(10**6):
    store.append([Ranking(query_id=f"q{n}-{i}", status="failed", reason="x" * 5000, ranker="bm25") for i in "abcd"])
    print(n, flush=True)
"""


def test_a_disk_that_is_full_is_said_with_the_file_and_costs_one_batch(tmp_path):
    store = RunStore(tmp_path, SPEC_A)
    store.append([ranking("q1")])
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / RANKINGS).stat().st_size + 10, most[1]))
    try:
        with pytest.raises(InputError, match=rf"{RANKINGS} cannot be written \(File too large\)"):
            store.append([ranking("q2")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    again = RunStore(tmp_path)
    again.append([ranking("q3")])
    assert list(RunStore(tmp_path).rankings()) == [ranking("q1"), ranking("q3")]


@pytest.mark.slow
def test_kill_9_loses_nothing_that_was_appended(tmp_path):
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        said = [int(writer.stdout.readline()) for _ in range(5)]
        time.sleep(0.05)
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().split()]
    kept = {r.query_id for r in RunStore(tmp_path).rankings()}
    assert {f"q{n}-{part}" for n in said for part in "abcd"} <= kept
