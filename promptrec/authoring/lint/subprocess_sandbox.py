"""Templates of strangers, in a process of their own that can be stopped.

A template cannot read files, call Python, loop for ever or fill the memory: see `promptrec.template.budget`. This is
the second wall, for a hole in the first, in Jinja or in Python. The process has limits of its own on memory and time,
writes no files, is told nothing of the environment's secrets, and does not look for code in the current folder. On
systems without /proc (macOS) memory is not limited.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.linter import check
from promptrec.authoring.sample_request import sample
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import InputError, PromptrecError, TemplateError
from promptrec.messages import Message, message
from promptrec.template.spans import joined
from promptrec.template.template import Template

SECONDS = 20
# For Python to start, on a busy machine; the limits count from then on.
STARTING = 60
MEGABYTES = 500
# What Python and promptrec need to start; the rest of the environment may hold secrets.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PROMPTREC_HOME", "PROMPTREC_TEMPLATES")
START = """
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from promptrec.authoring.lint import subprocess_sandbox
subprocess_sandbox.answer()
"""


def check_in_subprocess(
    template_path: str | Path,
    *,
    model_folder: str | Path | None = None,
    context_length: int = 2048,
    seconds: int = SECONDS,
    megabytes: int = MEGABYTES,
) -> list[Diagnostic]:
    """The findings of `check` on a template that nobody trusts, with its pack's own catalogue.

    Args:
        template_path: the file; what it uses of its pack is read in the other process too.
        model_folder: the model whose tokenizer it is checked with; without it, as `check` without a tokenizer.
        context_length: tokens that a prompt may have.
        seconds: of the processor, and on the clock, once the process has started (which takes about 2).
        megabytes: of memory, beyond what promptrec itself takes.

    Raises:
        TemplateError: the process was stopped, or ended by itself.
        InputError: this system has no such limits.
    """
    job = {"model_folder": model_folder and str(model_folder), "context_length": context_length}
    return [Diagnostic(**found) for found in _run_in_subprocess("check", template_path, job, seconds, megabytes)]


def render_in_subprocess(
    template_path: str | Path, *, seconds: int = SECONDS, megabytes: int = MEGABYTES
) -> dict[str, str]:
    """The text of each block for the sample person and items; see `check_in_subprocess`.

    Raises:
        TemplateError: it cannot be used, or the process was stopped, or ended by itself.
        InputError: this system has no such limits.
    """
    return dict(_run_in_subprocess("render", template_path, {}, seconds, megabytes))


def answer() -> None:
    """What the other process does: one piece of work from stdin, its result to stdout, as JSON."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no answer
    job = json.loads(sys.stdin.read())
    tokenizer = ModelTokenizer.from_folder(Path(job["model_folder"])) if job.get("model_folder") else None
    _limit(job["seconds"], job["megabytes"])
    try:
        result = {"result": WORK[job["work"]](job, tokenizer)}
    except PromptrecError as error:
        slots = {name: str(slot) if isinstance(slot, Message) else slot for name, slot in error.slots.items()}
        result = {"code": error.code, "path": error.path, "line": error.line, **slots}
    except MemoryError:
        result = {"code": "too-much-memory", "path": job["path"], "megabytes": job["megabytes"]}
    json.dump(result, out)
    out.close()


def _check(job: Mapping[str, Any], tokenizer: ModelTokenizer | None) -> list[dict[str, Any]]:
    found = check(job["path"], tokenizer=tokenizer, context_length=job["context_length"])
    return [finding.model_dump(mode="json") | {"chinese": finding.chinese} for finding in found]


def _render(job: Mapping[str, Any], _: ModelTokenizer | None) -> dict[str, str]:
    template = Template.from_file(job["path"])
    shown = sample(template)
    rendered = template.render(shown.query, shown.items, shown.labels, instruction=shown.instruction)
    return {name: joined(getattr(rendered, name)) for name in ("system", "user", "reply")}


WORK: dict[str, Callable[[Mapping[str, Any], ModelTokenizer | None], Any]] = {"check": _check, "render": _render}


def _run_in_subprocess(work: str, path: str | Path, job: Mapping[str, Any], seconds: int, megabytes: int) -> Any:  # noqa: ANN401
    if importlib.util.find_spec("resource") is None:
        raise InputError("no-process-limits")
    request = {"work": work, "path": str(path), "seconds": seconds, "megabytes": megabytes, **job}
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    package = str(Path(__file__).resolve().parents[3])
    try:
        done = subprocess.run(  # noqa: S603 - this Python, with promptrec's own code
            [sys.executable, "-P", "-B", "-c", START, package],
            input=json.dumps(request),
            capture_output=True,
            encoding="utf-8",
            timeout=STARTING + seconds,
            env=environment | {"TOKENIZERS_PARALLELISM": "false"},
        )
    except subprocess.TimeoutExpired:
        raise TemplateError("stopped-after-seconds", path=path, seconds=seconds) from None
    if done.returncode != 0:
        raise TemplateError(_exit_reason(done.returncode, done.stderr, seconds), path=path)
    answered = json.loads(done.stdout)
    if "code" in answered:
        raise TemplateError(answered.pop("code"), **answered)
    return answered["result"]


def _exit_reason(code: int, stderr: str, seconds: int) -> Message:
    """How the process ended, and its last words."""
    if code in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL):
        return message("stopped-after-seconds", seconds=seconds)
    last = stderr.strip().rpartition("\n")[2]
    ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return message("process-ended", how=f"{ended}: {last}" if last else ended)


def _limit(seconds: int, megabytes: int) -> None:
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = Path("/proc/self/statm")
    if pages.exists():
        most = int(pages.read_text().split()[0]) * resource.getpagesize() + megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
