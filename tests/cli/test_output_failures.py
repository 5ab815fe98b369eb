"""What was ranked is never lost: readers that leave, output that cannot be written, disks that are full."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.fork_server import usual_environment

EVALUATE = ("evaluate", "planted", "--ranker", "random", "--limit", "20", "--out", "out")
# More than a disk with room for 90 kB takes.
EVALUATE_MORE = ("evaluate", "planted", "--ranker", "random", "--limit", "256", "--out", "out")
FILES = {"evaluation.json", "report.html", "report.md"}


@pytest.fixture
def left():
    """A pipe whose reader has left."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def rankings(tmp_path):
    return {path.parent.name: path.read_bytes() for path in (tmp_path / "out").rglob("rankings.jsonl")}


def order(written):
    return {
        json.loads(line)["query_id"]: [i["item_id"] for i in json.loads(line)["items"]] for line in written.splitlines()
    }


@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize("settings", [{}, {"PYTHONUNBUFFERED": "1"}, {"PYTHONIOENCODING": "ascii"}])
def test_an_evaluation_is_whole_though_nothing_of_it_can_be_printed(promptrec_process, tmp_path, as_json, settings):
    full = os.open("/dev/full", os.O_WRONLY)
    done = promptrec_process(*EVALUATE, *as_json, given={"stdout": full}, **settings)
    os.close(full)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "promptrec: error: the output cannot be written (No space left on device); the whole evaluation is in out"
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_an_evaluation_is_whole_though_its_readers_left(promptrec_process, tmp_path, left, as_json):
    done = promptrec_process(*EVALUATE, *as_json, given={"stdout": left})
    assert done.returncode == 1 and "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES


@pytest.mark.parametrize("where", ["left", "/dev/full"])
def test_an_evaluation_goes_on_though_nobody_hears_how(promptrec_process, tmp_path, left, where):
    stderr = left if where == "left" else os.open("/dev/full", os.O_WRONLY)
    done = promptrec_process(*EVALUATE, given={"stderr": stderr})
    assert done.returncode == 0 and "report: out/report.html" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES


def test_both_streams_into_a_reader_that_left(promptrec_process, tmp_path, left):
    assert promptrec_process(*EVALUATE, given={"stdout": left, "stderr": subprocess.STDOUT}).returncode == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES


@pytest.mark.parametrize("lines", [0, 1, 3])
@pytest.mark.parametrize(
    "words", ["data list", "template list --json", "recommend --catalog bundled:films -p sea --ranker bm25 -k 999"]
)
def test_a_reader_may_leave_in_the_middle(promptrec_process, words, lines):
    with subprocess.Popen(["head", "-n", f"{lines}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as head:
        done = promptrec_process(*words.split(), given={"stdout": head.stdin.fileno()})
        read, _ = head.communicate()
    assert done.returncode in (0, 1) and done.stderr == "" and len(read.splitlines()) == lines


@pytest.fixture(scope="module")
def unbroken(fork_server, tmp_path_factory):
    """The rankings of an evaluation with room enough."""
    folder = tmp_path_factory.mktemp("unbroken")
    environment = usual_environment() | {"PROMPTREC_HOME": str(folder / "home")}
    assert fork_server(environment).run(EVALUATE_MORE, folder, environment).returncode == 0
    return rankings(folder)


@pytest.mark.parametrize("kilobytes", [2, 60, 90])
def test_a_disk_that_is_full_is_told_with_its_file_and_the_same_command_goes_on(
    promptrec_process, promptrec, unbroken, tmp_path, kilobytes
):
    stopped = promptrec_process(*EVALUATE_MORE, given={"limit": kilobytes * 1024})
    assert stopped.returncode == 2 and "Traceback" not in stopped.stderr
    said = stopped.stderr.splitlines()[-1]
    assert said.startswith("promptrec: error: out/planted/") and "cannot be written (File too large)" in said
    assert "what was ranked before is kept, and the same command goes on from there" in said
    cut = rankings(tmp_path)
    assert any(text and not text.endswith(b"\n") for text in cut.values()), "a line is torn"
    done = promptrec(*EVALUATE_MORE)
    assert done.returncode == 0
    whole = rankings(tmp_path)
    for name, text in cut.items():
        assert whole[name].startswith(text[: text.rfind(b"\n") + 1]), "nothing that was kept is written again"
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES
    assert whole.keys() == unbroken.keys()
    for name, text in whole.items():
        assert order(text) == order(unbroken[name]) and len(order(text)) == 256


def test_a_report_that_has_no_room_is_told_and_the_runs_are_kept(promptrec_process, promptrec, tmp_path):
    assert promptrec(*EVALUATE).returncode == 0
    page = (tmp_path / "out" / "report.html").read_bytes()

    done = promptrec_process("report", "out", given={"limit": 4096})
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "out/report." in done.stderr and "File too large" in done.stderr
    assert (tmp_path / "out" / "report.html").read_bytes() == page, "the old page stands"
    assert promptrec("report", "out").returncode == 0


@pytest.mark.parametrize(
    "words", [("template", "new", "wine/en"), ("template", "new", "wine/zh", "--templates", "mine")]
)
def test_a_pack_that_has_no_room_is_told(promptrec_process, words):
    done = promptrec_process(*words, given={"limit": 200})
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "cannot be written" in done.stderr


def test_a_folder_whose_name_is_no_text_can_be_evaluated(promptrec_process, tmp_path):
    folder = os.fsencode(tmp_path) + b"/donn\xe9es"
    Path(os.fsdecode(folder)).mkdir()
    for name, text in (
        (b"catalog.csv", "item_id,title\na,Sea\nb,War\n"),
        (b"queries.csv", "query_id,preferences\nq,the sea\n"),
        (b"qrels.txt", "q 0 a 1\n"),
    ):
        Path(os.fsdecode(folder + b"/" + name)).write_text(text)
    done = promptrec_process("evaluate", os.fsdecode(folder), "--ranker", "random", "--out", "out")
    assert "Traceback" not in done.stderr and done.returncode in (0, 2)
    assert done.returncode == 2 or {path.name for path in (tmp_path / "out").iterdir()} >= FILES
