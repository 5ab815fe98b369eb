import io
import subprocess
import sys
import warnings
from types import MappingProxyType

import pytest

from promptrec.cli.main import main
from tests.fork_server import AT_START, ForkServer, run_anew, usual_environment
from tests.open_models import OpenModels

CSV = """id,name,plot
space,Star Drift,An astronaut drifts beyond the last planet in a silent ship.
love,Slow Train,Two strangers fall in love on a slow train to Paris.
war,The Bridge,Soldiers hold a bridge for three long days.
"""


@pytest.fixture
def catalog_file(tmp_path):
    path = tmp_path / "stories.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def home_without_models(request, tmp_path, monkeypatch):
    """For tests that load no weights: with a text encoder there, `evaluate` would open it for the dense baseline."""
    if not request.node.get_closest_marker("model") and not {"smollm2", "minilm"} & set(request.fixturenames):
        monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory):
    """Finds the process that forks commands with an environment."""
    servers = {}
    home = {"PROMPTREC_HOME": str(tmp_path_factory.mktemp("home"))}
    ranks = ("recommend", "--catalog", "bundled:films", "-p", "sea", "--ranker", "bm25")
    evaluates = ("evaluate", "planted", "--ranker", "random", "--limit", "2", "--out", "out")

    def find(environment):
        usual = usual_environment()
        at_start = {name: environment[name] for name in AT_START if name in environment}
        as_usual = all(environment.get(name) == usual.get(name) for name in AT_START)
        if (key := tuple(at_start.items())) not in servers:
            unlike = {name: value for name, value in usual.items() if name not in AT_START}
            servers[key] = ForkServer(
                unlike | at_start | home, *([ranks, evaluates, ("--help",)] if as_usual else [ranks])
            )
        return servers[key]

    yield find
    for server in servers.values():
        server.close()


@pytest.fixture
def promptrec_process(tmp_path, fork_server):
    """Runs the command in a process of its own, without the settings of whoever runs the tests.

    `anew` starts a Python for it; usually it is a fork of one that has started. `given` goes to `ForkServer.run`.
    """

    def run(*words, anew=False, encoding="utf-8", given=MappingProxyType({}), **settings):
        environment = usual_environment() | settings
        how = run_anew if anew else fork_server(environment).run
        done = how(words, tmp_path, environment, **given)
        texts = {name: (getattr(done, name) or b"").decode(encoding) for name in ("stdout", "stderr")}
        return subprocess.CompletedProcess(list(words), done.returncode, **texts)

    return run


@pytest.fixture(scope="module")
def open_models():
    models = OpenModels()
    yield models
    models.close()


@pytest.fixture
def promptrec(tmp_path, open_models, socket_enabled):
    """Runs the command in this process, which has imported its packages already; returns what a process would."""

    def run(*words, **settings):
        encoding, _, errors = settings.get("PYTHONIOENCODING", "utf-8").partition(":")
        handlers = {"stdout": errors or "strict", "stderr": "backslashreplace"}
        written = {name: io.TextIOWrapper(io.BytesIO(), encoding, how) for name, how in handlers.items()}
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            open_models.put_into(patch)
            patch.chdir(tmp_path)
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["promptrec", *map(str, words)])
            for name, stream in written.items():
                patch.setattr(sys, name, stream)
            code = 0
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
        for stream in written.values():
            stream.flush()
        texts = {name: stream.buffer.getvalue().decode(encoding) for name, stream in written.items()}
        return subprocess.CompletedProcess(list(words), code, **texts)

    return run
