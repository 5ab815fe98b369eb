"""A studio with a pack of the author's own and a model that needs no weights; and the real one, in a real browser."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed")
from starlette.testclient import TestClient

from promptrec.studio.app import create_app
from promptrec.studio.model import Model
from promptrec.studio.session import Session
from promptrec.studio.workspace import Workspace
from promptrec.testing.scripted_engine import ScriptedEngine

HOST = "127.0.0.1:8765"
TOKEN = "the-token-of-the-tests"  # noqa: S105
NAME = "wine/en/query-likelihood"
PACK = Path(__file__).parent / "pack"
# A machine that other work shares may take long.
PATIENCE = 60_000


@pytest.fixture
def mine(tmp_path):
    """The author's folder."""
    shutil.copytree(PACK, tmp_path / "mine" / "wine" / "en")
    return tmp_path / "mine"


@pytest.fixture
def engine():
    return ScriptedEngine()


@pytest.fixture
def session(mine, engine):
    return Session(Workspace(mine), Model("scripted", engine))


@pytest.fixture
def app(session):
    return create_app(session, TOKEN, frozenset({HOST}))


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
def form():
    """What the page sends."""

    def fields(source=None, name=NAME, **others):
        source = (PACK / "query-likelihood.jinja").read_text() if source is None else source
        return {"name": name, "source": source, "preferences": "a wine from the Mosel", "candidates": "", **others}

    return fields


@pytest.fixture
def ended(client, session):
    """Start a job, wait for it, and see what the page shows."""

    def run(kind, form):
        started = client.post(f"/start/{kind}", data=form).text
        if "/job/" not in started:
            return started
        job = session.jobs.get(started.partition("/job/")[2].partition('"')[0])
        job.wait(60)
        return client.get(f"/job/{job.job_id}").text

    return run


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine") / "mine"
    shutil.copytree(PACK, folder / "wine" / "en")
    return folder


@pytest.fixture(scope="package")
def link(folder, smollm2):
    """What `promptrec studio` prints."""
    command = [sys.executable, "-m", "promptrec", "studio", "--templates", folder, "--engine", "transformers"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, "--no-browser"], stdout=subprocess.PIPE, text=True, env=environment) as server:
        yield server.stdout.readline().strip()
        server.terminate()


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium on PATH; on Debian: apt-get install --no-install-recommends chromium")
    with playwright.sync_playwright() as started:
        # A container's root may not have the kernel's sandbox; the page is ours.
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, link, folder):
    """Opens the link, and puts the pack back after the test.

    `said` on the tab is what the browser complained of, `asked` every address it asked for.
    """
    contexts = []

    def opened(name="wine/en/query-likelihood", **settings):
        contexts.append(chromium.new_context(**({"viewport": {"width": 1440, "height": 1000}} | settings)))
        tab = contexts[-1].new_page()
        tab.set_default_timeout(PATIENCE)
        tab.said, tab.asked = [], []
        tab.on("console", lambda message: tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.on("dialog", lambda dialog: (tab.said.append(dialog.message), dialog.accept()))
        tab.on("request", lambda asked: tab.asked.append(asked.url))
        tab.goto(f"{link}&open={name}")
        tab.wait_for_selector("#prompt .chip")
        tab.wait_for_selector("#findings h2")
        return tab

    yield opened
    for context in contexts:
        context.close()
    shutil.copytree(PACK, folder / "wine" / "en", dirs_exist_ok=True)


@pytest.fixture
def put():
    """Type at the end of the line that holds some words."""

    def typed(tab, line, text):
        tab.locator(".cm-line", has_text=line).first.click()
        tab.keyboard.press("End")
        tab.keyboard.type(text)

    return typed


@pytest.fixture
def path(folder):
    """The file of the template."""
    return folder / "wine" / "en" / "query-likelihood.jinja"
