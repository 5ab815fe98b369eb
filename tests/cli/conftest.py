import os
import subprocess
import sys

import pytest

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
def promptrec(tmp_path):
    """Runs the command as a user would; returns what it did."""

    def run(*words, stdout=subprocess.PIPE, **settings):
        command = [sys.executable, "-m", "promptrec", *map(str, words)]
        streams = {"stdout": stdout, "stderr": subprocess.PIPE, "text": True}
        return subprocess.run(command, **streams, cwd=tmp_path, env=os.environ | settings, timeout=300, check=False)

    return run
