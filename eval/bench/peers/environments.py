"""A virtual environment for each peer, and running a script in it."""

import os
import re
import signal
import subprocess
import sys
import venv
from pathlib import Path

from eval.bench.peers.systems import SCRIPTS, System

ROOT = Path(__file__).parents[3]
DONE = "installed.txt"


class Failed(Exception):
    """A peer that cannot be installed or does not run; the reason in one line."""


def python_of(system: System, work: Path, pip_args: list[str]) -> Path:
    """The interpreter that has the system; its environment is made where it is not there yet.

    Raises:
        Failed: pip's own reason.
    """
    if not system.steps:
        return Path(sys.executable)
    folder = work / system.name.replace(" ", "-")
    python = folder / "bin" / "python"
    done, wanted = folder / DONE, repr(system.steps)
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    for step in system.steps:
        # Compiling ahead what is never imported takes longer than the rest of the installation.
        more = ["--no-compile", *pip_args] if step[0] == "install" else []
        called([str(python), "-m", "pip", *step, *more], folder / "pip.log", dict(os.environ), None)
    done.write_text(wanted, encoding="utf-8")
    return python


def run_script(python: Path, system: System, options: list[str], log: Path, threads: int, seconds: float) -> None:
    """Run the system's script to its end.

    Raises:
        Failed: what the script said last, or that it did not end in time.
    """
    own = {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
    if not system.steps:
        own["PYTHONPATH"] = str(ROOT)
    command = [str(python), str(SCRIPTS / system.script), *options]
    called(command, log, os.environ | own | thread_settings(threads), seconds)


def thread_settings(threads: int) -> dict[str, str]:
    """Settings that hold torch and vLLM to this many threads, and everybody off the network."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    return {
        "OMP_NUM_THREADS": str(threads),
        "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, cores)),
        "VLLM_CPU_KVCACHE_SPACE": "2",
        "VLLM_HOST_IP": "127.0.0.1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def called(command: list[str], log: Path, settings: dict[str, str], seconds: float | None) -> None:
    """Run a command, with all it says going to `log`."""
    with log.open("w", encoding="utf-8") as out:
        started = subprocess.Popen(command, stdout=out, stderr=out, env=settings, start_new_session=True)  # noqa: S603
        try:
            code = started.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            raise Failed(f"did not end within {seconds:.0f} s") from None
    if code:
        raise Failed(reason(log.read_text(encoding="utf-8", errors="replace")))


def reason(said: str) -> str:
    """pip's first error, else the exception that ended it, else its last line.

    300 characters at most, without folders of this machine.
    """
    lines = [re.sub(r"^\[rank\d+\]:", "", line).strip() for line in said.splitlines() if line.strip()]
    of_pip = [line for line in lines if line.startswith("ERROR: ")]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    named = of_pip[0] if of_pip else (raised or lines or ["it said nothing"])[-1]
    return re.sub(r"(/[\w.-]+){2,}", "FOLDER", named)[:300]
