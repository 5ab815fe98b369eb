"""NVIDIA GPUs of this machine, as its driver lists them."""

import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Gpu:
    """One GPU."""

    name: str
    memory: float | None
    """In bytes; None if it has none of its own, or the driver does not say."""


def nvidia_gpus() -> list[Gpu]:
    """The GPUs that the driver's `nvidia-smi` lists; none if it is missing, fails or takes longer than 20 s."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    rows = (line.rpartition(", ") for line in listed.splitlines())
    return [Gpu(name, float(size) * 2**20 if size.isdigit() else None) for name, _, size in rows if name]
