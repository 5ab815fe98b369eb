"""The link is one that can be opened from the moment it is printed."""

import socket
import time
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
from promptrec.errors import InputError
from promptrec.studio import app as module


class PageRequest(Exception):
    """Ends the studio as soon as its link is known."""


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_browser_that_is_faster_than_the_server_is_not_refused(session):
    def at_once(link):
        address = urlsplit(link)
        socket.create_connection((address.hostname, address.port), timeout=60).close()
        raise PageRequest

    with pytest.raises(PageRequest):
        module.serve(session, 0, at_once, browser=False)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_port_that_is_taken_is_said(session):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} cannot be used"):
            module.serve(session, port, lambda link: None, browser=False)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_work_has_stopped_before_the_model_is_freed(session, monkeypatch):
    jobs, states = [], []

    def endless(job):
        while True:
            time.sleep(0.2)
            job.note("ranking")

    def working(link):
        jobs.append(session.jobs.start("run", endless))
        raise PageRequest

    monkeypatch.setattr(session.model, "close", lambda: states.append(jobs[0].state))
    with pytest.raises(PageRequest):
        module.serve(session, 0, working, browser=False)
    assert states == ["stopped"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_link_opens_the_file_that_was_asked_for(session):
    links = []

    def at_once(link):
        links.append(parse_qs(urlsplit(link).query))
        raise PageRequest

    with pytest.raises(PageRequest):
        module.serve(session, 0, at_once, browser=False, file="wine/en/query-likelihood")
    assert links[0]["open"] == ["wine/en/query-likelihood"] and links[0]["token"]
