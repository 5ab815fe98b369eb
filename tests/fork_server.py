"""Processes of the command line without the seconds in which Python starts and imports it: forks of a prepared one.

A child has the streams, the folder and the settings it is given, and ends as any Python does. What Python reads as it
starts (AT_START) cannot be changed in a fork: each of its settings takes a server of its own.
"""

import io
import json
import os
import resource
import runpy
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import PIPE, STDOUT

ROOT = Path(__file__).parents[1]
AT_START = ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONCOERCECLOCALE")

# Settings of whoever runs the tests that a test of the output makes itself.
QUIET = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI", "TERM", "PYTHONIOENCODING", "PYTHONUTF8")


def usual_environment():
    """The environment without the settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if name not in QUIET}


class ForkServer:
    """A process that has run commands already, so that all they import is there; it forks a child for each command."""

    def __init__(self, environment, *commands):
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fork_server", str(number), json.dumps(commands)],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
                pass_fds=[number],
            )

    def start(self, words, streams, folder, environment, limit=None, session=False):
        """Starts a command.

        Args:
            words: its arguments.
            streams: file numbers of its stdin, stdout and stderr; None for one that is closed.
            folder: where it runs.
            environment: all its variables.
            limit: the most bytes of a file that it may write.
            session: whether it leads a session, as in a terminal of its own.
        """
        given = [n for n, stream in enumerate(streams) if stream is not None]
        told = {"words": list(map(str, words)), "given": given, "folder": str(folder)}
        told |= {"environment": environment, "limit": limit, "session": session}
        sent = [stream for stream in streams if stream is not None]
        socket.send_fds(self._channel, [json.dumps(told).encode()], sent)

    def run(self, words, folder, environment, stdout=PIPE, stderr=PIPE, closed=(), limit=None):
        """Runs a command to its end as `subprocess.run` does; `closed` are the numbers of streams it begins without."""
        pipes = {number: os.pipe() for number, stream in ((1, stdout), (2, stderr)) if stream == PIPE}
        with open(os.devnull) as nothing, ThreadPoolExecutor(2) as threads:  # noqa: PTH123
            streams = [nothing.fileno(), stdout, stderr]
            for number, (_, writer) in pipes.items():
                streams[number] = writer
            if stderr == STDOUT:
                streams[2] = streams[1]
            streams = [None if number in closed else stream for number, stream in enumerate(streams)]
            self.start(words, streams, folder, environment, limit)
            for _, writer in pipes.values():
                os.close(writer)
            written = {number: threads.submit(_read, reader) for number, (reader, _) in pipes.items()}
            code = self.wait()
        out, errors = (written[number].result() if number in written else b"" for number in (1, 2))
        return subprocess.CompletedProcess(list(words), code, out, errors)

    def wait(self):
        """The exit code of the command that was started; below zero for a signal."""
        self._channel.settimeout(300)
        return int(self._channel.recv(100))

    def close(self):
        self._channel.close()
        self._process.wait()


def _read(number):
    with open(number, "rb") as stream:  # noqa: PTH123
        return stream.read()


def run_anew(words, folder, environment, stdout=PIPE, stderr=PIPE, closed=(), limit=None):
    """What `ForkServer.run` does, in a Python that starts anew."""

    def before():
        for number in closed:
            os.close(number)
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "promptrec", *map(str, words)]
    streams = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": stderr}
    return subprocess.run(
        command,
        **streams,
        cwd=folder,
        env=environment,
        timeout=300,
        check=False,
        preexec_fn=before if closed or limit else None,
    )


def serve(channel):
    """Forks a child for each message and answers with its exit code; returns in the child, which has become it."""
    while True:
        message, numbers, _, _ = socket.recv_fds(channel, 1 << 20, 3)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            channel.close()
            become(json.loads(message), numbers)
            return
        for number in numbers:
            os.close(number)
        _, status = os.waitpid(child, 0)
        channel.send(str(os.waitstatus_to_exitcode(status)).encode())


def become(told, numbers):
    if told["session"]:
        os.setsid()
    given = dict(zip(told["given"], numbers, strict=True))
    for number in (0, 1, 2):
        os.dup2(given[number], number) if number in given else os.close(number)
    for number in numbers:
        os.close(number)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, standard_stream(number, getattr(sys, f"__{name}__")) if number in given else None)
        setattr(sys, f"__{name}__", getattr(sys, name))
    if told["limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["limit"], told["limit"]))
    sys.argv = ["", *told["words"]]


def standard_stream(number, ours):
    """The stream as Python makes it at its start (create_stdio of pylifecycle.c)."""
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    if number == 2:
        errors = "backslashreplace"
    elif not encoding and not errors:
        errors = ours.errors
    unbuffered = number > 0 and bool(os.environ.get("PYTHONUNBUFFERED"))
    binary = open(number, "wb" if number else "rb", 0 if unbuffered else -1, closefd=False)  # noqa: SIM115
    lines = not unbuffered and (number == 2 or binary.isatty())
    how = {"newline": "\n", "line_buffering": lines, "write_through": unbuffered}
    return io.TextIOWrapper(binary, encoding or ours.encoding, errors or "strict", **how)


def prepare(commands):
    """Runs commands, of which nothing is kept but what they import."""
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.chdir(folder)
        for words in commands:
            sys.argv = ["", *words]
            with redirect_stdout(nowhere), redirect_stderr(nowhere):
                try:
                    runpy.run_module("promptrec", run_name="__main__", alter_sys=True)
                except SystemExit as end:
                    assert not end.code, words
        os.chdir(ROOT)


if __name__ == "__main__":
    number, commands = sys.argv[1:]
    prepare(json.loads(commands))
    serve(socket.socket(fileno=int(number)))
    runpy.run_module("promptrec", run_name="__main__", alter_sys=True)
