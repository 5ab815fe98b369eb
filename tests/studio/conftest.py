"""A studio with a pack of the author's own, a model that needs no weights, and a browser's manners."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed")
from starlette.testclient import TestClient

from promptrec.studio.app import create_app
from promptrec.studio.desk import Desk
from promptrec.studio.model import Model
from promptrec.studio.shelf import Shelf
from promptrec.testing.scripted import ScriptedEngine

HOST = "127.0.0.1:8765"
TOKEN = "the-token-of-the-tests"  # noqa: S105
NAME = "wine/en/query-likelihood"
PACK = Path(__file__).parent / "pack"


@pytest.fixture
def mine(tmp_path):
    """The author's folder."""
    shutil.copytree(PACK, tmp_path / "mine" / "wine" / "en")
    return tmp_path / "mine"


@pytest.fixture
def engine():
    return ScriptedEngine()


@pytest.fixture
def desk(mine, engine):
    return Desk(Shelf(mine), Model("scripted", engine))


@pytest.fixture
def app(desk):
    return create_app(desk, TOKEN, frozenset({HOST}))


@pytest.fixture
def stranger(app):
    """A client without the token."""
    return TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)


@pytest.fixture
def client(app):
    """A browser that has opened the link."""
    browser = TestClient(app, base_url=f"http://{HOST}")
    assert browser.get(f"/?token={TOKEN}").status_code == 200
    return browser


@pytest.fixture
def told():
    """What the page sends."""

    def fields(source=None, name=NAME, **others):
        source = (PACK / "query-likelihood.jinja").read_text() if source is None else source
        return {"name": name, "source": source, "preferences": "a wine from the Mosel", "candidates": "", **others}

    return fields


@pytest.fixture
def ended(client, desk):
    """Start a job, wait for it, and see what the page shows."""

    def run(kind, told):
        started = client.post(f"/start/{kind}", data=told).text
        if "/job/" not in started:
            return started
        job = desk.jobs.get(started.partition("/job/")[2].partition('"')[0])
        job.wait(60)
        return client.get(f"/job/{job.job_id}").text

    return run
