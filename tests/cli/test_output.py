"""What commands print comes through any encoding, width and reader, and does nothing to a terminal."""

import fcntl
import json
import os
import pty
import re
import struct
import termios
from functools import cache

import pytest

from tests.fork_server import QUIET, usual_environment

LONG_ID = "B" + "0123456789" * 9
CYCLES = "https://example.org/" + "very/" * 60
CATALOG = [
    {"item_id": "zh", "title": "太空漂流记", "description": "an astronaut on a ship"},
    {"item_id": "emoji🚀", "title": "Lost 👩‍🚀 in space 🇫🇷", "description": "an astronaut on a ship"},
    {"item_id": "combined", "title": "Cafe\u0301 of the ship", "description": "a ship"},
    {"item_id": "rtl", "title": "سفينة \u202eship\u202c הספינה", "description": "a ship"},
    {"item_id": "colours", "title": "\x1b[31mRed ship\x1b[2J\x07\x9b1m", "description": "a ship"},
    {"item_id": "lines", "title": "A ship\nin two\r\nlines\tand a tab", "description": "a ship"},
    {"item_id": "mark[up]", "title": "[bold red]A ship[/] :rocket:", "description": "a ship"},
    {"item_id": LONG_ID, "title": CYCLES, "description": "a ship"},
    {"item_id": "half", "title": "half a pair \ud83d of a ship", "description": "a ship"},
]
IDS = [item["item_id"] for item in CATALOG]
ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "strict ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "cp437": {"PYTHONIOENCODING": "cp437"},
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "shift_jis": {"PYTHONIOENCODING": "shift_jis"},
    "koi8-r": {"PYTHONIOENCODING": "koi8-r"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "utf-8": {"PYTHONIOENCODING": "utf-8:strict"},
    # Of standard output under the last of these.
    "surrogates": {"PYTHONIOENCODING": "ascii:surrogateescape"},
    "LANG=C": {"LANG": "C", "LC_ALL": ""},
    "POSIX": {"LC_ALL": "POSIX"},
    "POSIX, not UTF-8": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
# What would do something to a terminal, colours of our own aside.
DOES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e]|\x1b(?!\\[[0-9;]*m)")


def codec(name):
    return ENCODINGS[name].get("PYTHONIOENCODING", "ascii" if "not" in name else "utf-8").partition(":")[0]


@pytest.fixture
def ships(tmp_path):
    path = tmp_path / "ships.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in CATALOG))
    return path


@pytest.fixture
def asked(ships):
    return ("recommend", "--catalog", ships, "-p", "a ship", "--ranker", "bm25", "-k", 20)


# What Python reads as it starts takes a process of its own; so does one of the others, for comparison.
IN_PROCESS = {"LANG=C", "POSIX", "POSIX, not UTF-8", "strict ascii"}


@pytest.fixture
def run(promptrec, monkeypatch):
    """Runs the command in this process, without the settings of whoever runs the tests."""
    for name in QUIET:
        monkeypatch.delenv(name, raising=False)
    return promptrec


@pytest.fixture
def run_encoded(run, promptrec_process):
    """Runs the command with an encoding of ENCODINGS; returns its exit code and the texts that it wrote."""

    def call(name, *words):
        if name in IN_PROCESS:
            done = promptrec_process(*words, encoding=codec(name), **ENCODINGS[name])
        else:
            done = run(*words, **ENCODINGS[name])
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture
def terminal(tmp_path, fork_server):
    """Runs the command in a terminal of so many columns; returns its exit code and all that it wrote."""

    def call(*words, columns, **settings):
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = usual_environment() | {"TERM": "xterm-256color"} | settings
        server = fork_server(environment)
        server.start(words, [other] * 3, tmp_path, environment, session=True)
        os.close(other)
        written = b""
        while True:
            try:
                block = os.read(main, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not block:
                break
            written += block
        os.close(main)
        return server.wait(), written.decode("utf-8")

    return call


def told_ids(text):
    return [i for i in IDS if i in text]


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_table_comes_through_every_encoding(run_encoded, asked, name):
    code, text, errors = run_encoded(name, *asked)
    assert (code, errors) == (0, "")
    shown = [i for i in IDS if i.isascii()]
    assert [i for i in shown if i in text] == shown, "no ID is cut or broken"
    assert not DOES.search(text)
    assert "Cafe" in text or "Café" in text or "Caf\\u00e9" in text
    title = "太空漂流记" if codec(name) in ("utf-8", "gbk") else r"\u592a\u7a7a"
    assert title in text or codec(name) == "shift_jis"


@pytest.mark.parametrize("name", ENCODINGS)
def test_json_is_json_in_every_encoding(run_encoded, asked, name):
    code, text, errors = run_encoded(name, *asked, "--json")
    assert (code, errors) == (0, "")
    assert codec(name) == "utf-8" or text.isascii()
    found = json.loads(text)
    assert sorted(item["item_id"] for item in found["items"]) == sorted(IDS)
    assert "太空漂流记" in {item["title"] for item in found["items"]}
    assert not DOES.search(text)


@pytest.mark.parametrize("name", ["ascii", "cp1252", "surrogates"])
@pytest.mark.parametrize(
    "words", [("data", "list"), ("data", "info", "planted"), ("model", "list"), ("template", "list")]
)
def test_other_commands_come_through_too(run_encoded, name, words):
    code, text, errors = run_encoded(name, *words)
    assert (code, errors) == (0, "") and len(text.splitlines()) > 5
    _, text, _ = run_encoded(name, *words, "--json")
    assert json.loads(text) and text.isascii()


@pytest.mark.parametrize("name", ["ascii", "cp1252", "POSIX, not UTF-8"])
def test_words_and_mistakes_come_through_too(run_encoded, ships, name):
    words = ("recommend", "--catalog", ships, "-p", "太空", "--ranker", "bm25", "--json")
    assert json.loads(run_encoded(name, *words)[1])["items"][0]["item_id"] == "zh"
    code, _, said = run_encoded(name, "recommend", "--catalog", ships, "-p", "x", "--ranker", "b\x1b[31m太")
    assert code == 2 and said.startswith("promptrec: error: ") and len(said.splitlines()) == 1
    assert "\x1b" not in said


@pytest.mark.parametrize("columns", ["1", "20", "40", "300", "", "no number"])
def test_an_id_is_whole_in_a_pipe_of_any_width(run, asked, columns):
    done = run(*asked, COLUMNS=columns)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert told_ids(done.stdout) == IDS
    rows = [line.rstrip() for line in lines if re.match(r" *\d+ +\S", line)]
    assert sorted(i for i in IDS for row in rows if row.split()[1] == i) == sorted(IDS)
    assert "".join(line[len(LONG_ID) :].strip() for line in lines if "very" in line) or columns
    assert all(re.search(r"\d\.\d{3}$", row) for row in rows), "scores are whole"


@pytest.mark.parametrize("columns", [40, 80, 300])
@pytest.mark.parametrize(
    "settings", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"LANG": "C", "PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_of_any_width(terminal, asked, columns, settings):
    code, text = terminal(*asked, columns=columns, **settings)
    assert code == 0 and LONG_ID in text and "mark[up]" in text and "[bold red]" in text
    shown = text if "TERM" not in settings else re.sub("\x1b", "!", text)
    bare = re.sub(r"\x1b\[\??[0-9;]*[A-Za-z]", "", shown)
    assert not DOES.search(bare.replace("\r\n", "\n").replace("\r", ""))
    assert "\x1b[31m" not in text and "\x1b[2J" not in text, "no title colours or clears the terminal"
    if "NO_COLOR" in settings:
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", text)


@pytest.fixture(scope="module")
def listed(fork_server, tmp_path_factory):
    """The names that a command lists, in JSON."""

    @cache
    def names(*words):
        environment = usual_environment()
        done = fork_server(environment).run((*words, "--json"), tmp_path_factory.mktemp("listed"), environment)
        return [row["name"] for row in json.loads(done.stdout)]

    return names


@pytest.mark.parametrize("words", [("data", "list"), ("model", "list"), ("template", "list")])
@pytest.mark.parametrize("columns", [1, 40, 300])
def test_names_in_tables_are_whole_in_every_terminal(terminal, listed, words, columns):
    names = listed(*words)
    code, text = terminal(*words, columns=columns)
    assert code == 0 and [name for name in names if name not in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"FORCE_COLOR": "1"}, {"CI": "true", "FORCE_COLOR": "1"}, {"CI": "true"}, {}])
def test_a_pipe_gets_no_bars_and_colours_only_if_they_are_forced(run, asked, settings):
    done = run(*asked, **settings)
    text = done.stdout
    assert done.returncode == 0 and done.stderr == ""
    assert ("\x1b[1m" in text) == ("FORCE_COLOR" in settings)
    evaluated = run("evaluate", "planted", "--ranker", "random", "--limit", "20", "--out", "out", **settings)
    assert evaluated.returncode == 0 and "\r" not in evaluated.stderr + evaluated.stdout
    assert not re.search(r"\x1b\[[0-9;?]*[A-KST-Zhl]", evaluated.stderr), "nothing moves a cursor"


@pytest.mark.parametrize("numbers", [(1,), (2,), (0,), (1, 2), (0, 1, 2)])
def test_streams_that_are_closed_are_sent_nowhere(promptrec_process, asked, numbers):
    done = promptrec_process(*asked, "--json", given={"closed": numbers})
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert (done.stdout == "") == (1 in numbers)
    words = ("evaluate", "planted", "--ranker", "random", "--limit", "20", "--out", "out")
    done = promptrec_process(*words, given={"closed": numbers})
    assert done.returncode == 0 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "given", "code"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, {}, 0),
        ({}, {"closed": (0, 1)}, 0),
        ({"PYTHONUNBUFFERED": "1"}, {"stdout": "/dev/full"}, 2),
        ({"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"stdout": "left"}, 1),
    ],
)
def test_a_fork_does_what_a_python_does_that_starts_anew(promptrec_process, ships, settings, given, code):
    words = ("recommend", "--catalog", ships, "-p", "太空", "--ranker", "bm25", "--template", "films/en")
    done = []
    for anew in (True, False):
        reader, left = os.pipe()
        os.close(reader)
        full = os.open("/dev/full", os.O_WRONLY)
        streams = given | ({"stdout": {"left": left, "/dev/full": full}[given["stdout"]]} if "stdout" in given else {})
        done.append(promptrec_process(*words, anew=anew, encoding="latin-1", given=streams, **settings))
        os.close(left)
        os.close(full)
    assert done[0].returncode == code
    assert vars(done[0]) == vars(done[1])
