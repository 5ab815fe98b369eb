"""Work in the background: it ends, fails, or is stopped, and says which."""

import threading

import pytest

from promptrec.errors import InputError
from promptrec.messages import message
from promptrec.studio.job import MOST_FINISHED, Job, Jobs
from promptrec.studio.messages import error_text


def finished(work):
    job = Job("1", "run", work)
    job.start()
    job.wait(30)
    return job


def test_a_job_has_its_result():
    job = finished(lambda job: {"answer": 42})
    assert (job.state, dict(job.result), job.error) == ("done", {"answer": 42}, None)


def test_a_fault_is_said_whoever_made_it():
    def mistaken(_):
        raise InputError("no-tests-yet")

    def broken(_):
        raise ZeroDivisionError("oh")

    assert (finished(mistaken).state, str(finished(mistaken).error)) == ("failed", message("no-tests-yet").text())
    assert error_text(finished(broken).error, "zh") == "ZeroDivisionError: oh"


@pytest.fixture
def endless():
    begun = threading.Event()

    def work(job):
        for step in range(10**9):
            job.note("comparing", step % 7, 7)
            begun.set()
            threading.Event().wait(0.001)

    return work, begun


def test_it_ends_at_the_next_note_when_stopped(endless):
    work, begun = endless
    job = Job("1", "ab", work)
    job.start()
    assert begun.wait(30)
    assert job.state == "going" and job.stage == "comparing" and job.total == 7
    job.stop()
    job.wait(30)
    assert job.state == "stopped"


def test_a_new_job_stops_the_one_of_its_kind_only(endless):
    work, _ = endless
    jobs = Jobs()
    first, other = jobs.start("run", work), jobs.start("ab", work)
    second = jobs.start("run", work)
    first.wait(30)
    assert (first.state, other.state, second.state) == ("stopped", "going", "going")
    elsewhere = jobs.start("run", work, "another tab")
    assert second.state == "going" and not second.stopping, "one tab does not end what another asked for"
    jobs.stop_all()
    for job in (other, second, elsewhere):
        job.wait(30)
        assert job.state == "stopped"


def test_an_answer_that_came_too_late_is_not_shown():
    job = Job("1", "run", lambda job: {"late": True})
    job.stop()
    job.start()
    job.wait(30)
    assert job.state == "stopped"


def test_old_jobs_are_forgotten():
    jobs = Jobs()
    for _ in range(3 * MOST_FINISHED):
        jobs.start("run", lambda job: {}).wait(30)
    assert jobs.get("1") is None
    assert jobs.get(str(3 * MOST_FINISHED)).state == "done"
