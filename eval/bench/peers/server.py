"""A vLLM server of the model on this machine, for peers that talk to one."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from eval.bench.peers.environments import Failed, reason, thread_settings

START_SECONDS = 900


@contextlib.contextmanager
def vllm_server(model: Path, log: Path, threads: int) -> Iterator[str]:
    """Its address. The model is called "served".

    Raises:
        Failed: what it said when it did not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model), "--port", str(port)]
    command += ["--served-model-name", "served", "--host", "127.0.0.1", "--dtype", "float32"]
    command += ["--max-model-len", "4096", "--enforce-eager", "--block-size", "32"]
    # Some peers set no limit, and a small model writes on until its context is full.
    command += ["--override-generation-config", '{"max_new_tokens": 128}']
    # What is compiled even in eager mode needs a compiler, and breaks on a path with a space.
    settings = os.environ | thread_settings(threads) | {"TORCHDYNAMO_DISABLE": "1"}
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=settings, start_new_session=True)  # noqa: S603
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    started = time.monotonic()
    while time.monotonic() - started < START_SECONDS:
        if server.poll() is not None:
            raise Failed("the vLLM server ended: " + reason(log.read_text(encoding="utf-8", errors="replace")))
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(1)
    raise Failed(f"the vLLM server did not answer within {START_SECONDS} s")
