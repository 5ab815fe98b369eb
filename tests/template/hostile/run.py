"""Run it: each case of the corpus in a process of its own, and two controls that the test must notice.

Prints a line of JSON for each: what was said or shown, seconds of the processor, megabytes of memory.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from corpus import BOMBS, CANARY, ESCAPES, QUERY, Case

from promptrec.errors import PromptrecError
from promptrec.template.spans import joined
from promptrec.template.template import Template


def attempt(case: Case, folder: Path) -> dict[str, object]:
    """What the case says or shows."""
    header = case.header
    body = case.body if case.blocks else f"{{% block user %}}{case.body}{{% endblock %}}"
    path = folder / "yes-no.jinja"
    path.write_text(header + body, encoding="utf-8")
    try:
        template = Template.from_file(path)
        if case.body == "CATALOG":
            template.pack.catalog()
        return {"shown": joined(template.render(QUERY, [case.item]).user)}
    except PromptrecError as error:
        return {"said": f"{type(error).__name__}: {error}"}


def lay_out(case: Case, folder: Path) -> None:
    (folder.parent / "secret.jinja").write_text(CANARY)
    for name, text in case.files.items():
        (folder / name).write_text(text)
    for name, target in case.links.items():
        if target == "PIPE":
            os.mkfifo(folder / name)
        else:
            (folder / name).symlink_to(target)


def hoard(case: Case, folder: Path) -> dict[str, object]:
    """What the test must notice: 300 MB."""
    return {"shown": str(len(bytearray(300_000_000).replace(b"\0", b"x")))}


def burn(case: Case, folder: Path) -> dict[str, object]:
    """What the test must notice: more than a second."""
    until = time.process_time() + 1.5
    while time.process_time() < until:
        pass
    return {"shown": "burnt"}


def measured(case: Case, attempt: Callable[[Case, Path], dict[str, object]] = attempt) -> dict[str, object]:
    """The outcome of a case in a process of its own, with the time of the processor and all its memory."""
    root = Path(tempfile.mkdtemp())
    folder = root / "pack"
    folder.mkdir()
    lay_out(case, folder)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
        try:
            outcome = attempt(case, folder)
        except BaseException as error:
            outcome = {"raised": repr(error)[:500]}
        with os.fdopen(write, "w") as out:
            json.dump(outcome, out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        text = told.read()
    _, status, used = os.wait4(child, 0)
    shutil.rmtree(root)
    outcome = json.loads(text) if text else {"raised": f"died with {status}"}
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000
    return {"name": case.name, "seconds": seconds, "megabytes": megabytes, **outcome}


if __name__ == "__main__":
    for case in ESCAPES + BOMBS:
        sys.stdout.write(json.dumps(measured(case)) + "\n")
    for control in (hoard, burn):
        sys.stdout.write(json.dumps(measured(Case(control.__name__, "", None), control)) + "\n")
