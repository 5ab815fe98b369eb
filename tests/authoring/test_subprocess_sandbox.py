"""The process of their own that templates of strangers are read in."""

import sys
from pathlib import Path

import pytest

from promptrec.authoring.lint import subprocess_sandbox
from promptrec.authoring.lint.linter import check
from promptrec.authoring.lint.subprocess_sandbox import check_in_subprocess, render_in_subprocess
from promptrec.errors import TemplateError

pytestmark = pytest.mark.slow

HEADER = "---\nkind: yes-no\ndomain: wine\nlanguage: en\nabout: x\ntruncate: [query.preferences]\n---\n"
BODY = "{% block user %}{{ query.preferences }}\nWine: {{ item.title }}\nWould it suit them? Yes or No?{% endblock %}"
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="no limits for processes there")


@pytest.fixture
def path(tmp_path):
    def write(body, header=HEADER):
        file = tmp_path / "yes-no.jinja"
        file.write_text(header + body)
        return file

    return write


@needs_limits
def test_findings_come_back_as_they_were(path):
    file = path("{% block user %}{{ item.titel }}{% endblock %}")
    found = check_in_subprocess(file)
    assert found == check(file) and any("titel" in finding.message for finding in found)


@needs_limits
def test_a_prompt_comes_back_and_a_fault_is_a_template_error(path):
    assert "Would it suit them?" in render_in_subprocess(path(BODY))["user"]
    with pytest.raises(TemplateError, match="yes-no.jinja:8: templates may not use calls"):
        render_in_subprocess(path("{% block user %}{{ range(9) }}{% endblock %}"))


# What a hole in the sandbox would let a template do: the text runs in place of the work, within its limits.
HOLES = {
    "loops for ever": ("while True: pass", "took more than 3 seconds"),
    "sleeps for ever": ("import time; time.sleep(60)", "took more than 3 seconds"),
    "fills the memory": ("x = [bytearray(10**7) for n in range(10**5)]", "needs more than 100 MB of memory"),
    "writes a file": ("open('stolen.txt', 'w').write('x' * 10**6)", "File too large"),
    "ends": ("import os; os._exit(7)", "ended with exit code 7"),
    "sleeps on": ("import signal, time; signal.alarm(0); time.sleep(60)", "took more than 3 seconds"),
    "dies": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ended with signal SIGSEGV"),
    "reads the environment": ("import os; raise ValueError(os.environ.get('TOKEN', 'no such thing'))", "no such thing"),
}


@needs_limits
@pytest.mark.parametrize("hole", HOLES)
def test_what_breaks_out_is_stopped_by_the_process(path, tmp_path, monkeypatch, hole):
    code, said = HOLES[hole]
    if hole == "fills the memory" and not Path("/proc/self/statm").exists():
        pytest.skip("memory is limited on Linux only")
    monkeypatch.setenv("TOKEN", "the-canary")
    monkeypatch.chdir(tmp_path)
    instead = f"subprocess_sandbox.WORK['render'] = lambda *told: exec({code!r})\n"
    monkeypatch.setattr(
        subprocess_sandbox,
        "START",
        subprocess_sandbox.START.replace("subprocess_sandbox.answer()", instead + "subprocess_sandbox.answer()"),
    )
    if hole == "sleeps on":
        monkeypatch.setattr(subprocess_sandbox, "STARTING", 5)
    with pytest.raises(TemplateError, match=said):
        render_in_subprocess(path(BODY), seconds=3, megabytes=100)
    stolen = tmp_path / "stolen.txt"
    assert not stolen.exists() or stolen.stat().st_size == 0


@needs_limits
def test_code_in_the_current_folder_is_not_run(path, tmp_path, monkeypatch):
    for name in ("json", "yaml", "jinja2", "promptrec"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('stolen')")
    monkeypatch.chdir(tmp_path)
    assert render_in_subprocess(path(BODY))["user"]


def test_a_system_without_limits_says_so(path, monkeypatch):
    monkeypatch.setattr(subprocess_sandbox.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(subprocess_sandbox.InputError, match="Windows has none"):
        check_in_subprocess(path(BODY))
