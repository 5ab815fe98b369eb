import io
import os
import subprocess
import sys
import warnings

import pytest

from promptrec.cli.main import main

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


@pytest.fixture
def promptrec_process(tmp_path):
    """Runs the command in a process of its own."""

    def run(*words, stdout=subprocess.PIPE, **settings):
        command = [sys.executable, "-m", "promptrec", *map(str, words)]
        streams = {"stdout": stdout, "stderr": subprocess.PIPE, "text": True}
        return subprocess.run(command, **streams, cwd=tmp_path, env=os.environ | settings, timeout=300, check=False)

    return run


@pytest.fixture
def promptrec(tmp_path, socket_enabled):
    """Runs the command in this process, which has imported its packages already; returns what a process would."""

    def run(*words, **settings):
        encoding, _, errors = settings.get("PYTHONIOENCODING", "utf-8").partition(":")
        handlers = {"stdout": errors or "strict", "stderr": "backslashreplace"}
        written = {name: io.TextIOWrapper(io.BytesIO(), encoding, how) for name, how in handlers.items()}
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
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
