"""Environment that vLLM is imported in: variables, each set only where the user has not set it, and modules."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = {
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    # In this process: it loads in seconds, needs no __main__ guard, and dies with us.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
}


def set_environment() -> None:
    """To be called before vLLM is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not Path("/dev/nvidiactl").exists():
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
        # The default binds one core of two.
        os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", ",".join(map(str, sorted(os.sched_getaffinity(0)))))
        os.environ.setdefault("VLLM_HOST_IP", "127.0.0.1")
        # Even in eager mode small functions are compiled, which needs a compiler and breaks on paths with a space.
        os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")


@contextmanager
def without_modules(*names: str) -> Iterator[None]:
    """Take modules out of `sys.modules` for the block; code that has imported them already does not notice."""
    taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        sys.modules.update(taken)
