"""PEFT LoRA adapters: checked without torch, and copied so that an engine reads the files that were checked.

An engine names an adapter by the SHA-256 of its content, never by its folder: vLLM keys its cache by name and path, so
an adapter that was trained again into the same folder would be read from the cache of the old weights.
"""

import json
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from promptrec.engine.base import Tokens
from promptrec.engine.models.fingerprint import files_sha256
from promptrec.engine.models.safetensors import NUMPY, Tensor, read_header, values
from promptrec.errors import EngineError, InputError, ModelError
from promptrec.messages import Message, Slot, message

CONFIG, WEIGHTS, PICKLE = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"
PREFIX = "base_model.model."
# Settings that an engine would ignore or that change the base model; the reasons are messages `lora-setting/NAME`.
UNSUPPORTED = (
    "use_dora modules_to_save trainable_token_indices target_parameters lora_bias layer_replication "
    "alora_invocation_tokens use_qalora use_bdlora arrow_config loftq_config megatron_config"
).split()
# Initialisations that subtract a part from the base model; unless converted, it is missing at inference.
CHANGES_BASE = ("pissa", "olora", "loftq", "corda", "lora_ga")
# Tokens of the probe of an adapter (or as many that it trained), and the labels that are compared.
PROBE: Tokens = (1, 2, 3, 4, 5, 6, 7, 8)
PROBE_LABELS = tuple(range(32))
# Greatest difference (nats) between two kernels with the same weights.
NO_DIFFERENCE = 2e-6
# Attempts to copy a folder that is being written.
ATTEMPTS = 5


@dataclass(frozen=True)
class Adapter:
    """A checked adapter."""

    sha256: str
    """Of its settings and weights."""
    folder: Path
    """The copy that engines read."""
    rank: int
    """Greatest rank of its matrices."""
    probe: Tokens = PROBE
    """Tokens after which its log-probabilities differ from the base model's."""


class Adapters:
    """Adapters of an engine, as copies in a temporary folder that is removed with the engine.

    Args:
        model: the folder of the model that they are for.
        vocabulary_size: of that model.
    """

    def __init__(self, model: Path, vocabulary_size: int) -> None:
        self._model = model
        self._labels = [label for label in PROBE_LABELS if label < vocabulary_size]
        self._copies = Path(tempfile.mkdtemp(prefix="promptrec-adapters-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._copies, ignore_errors=True)
        self._known: dict[str, Adapter] = {}

    def get(self, source: str, read: Callable[[Adapter, Sequence[int], bool], Sequence[float]]) -> Adapter:
        """The adapter in a folder at present. A new one is tried first, see `check_effect`.

        Args:
            source: the folder.
            read: log-probabilities of some labels after an adapter's `probe`, with the adapter or without.

        Raises:
            InputError: not a LoRA adapter, one of another model, or one that would not be read as it was trained.
        """
        adapter, new = self._find(source)
        if new:
            try:
                check_effect(source, lambda adapted: read(adapter, self._labels, adapted))
            except BaseException:
                del self._known[adapter.sha256]
                raise
        return adapter

    def _find(self, source: str) -> tuple[Adapter, bool]:
        """The adapter in a folder, and whether its content was never seen before."""
        try:
            folder = Path(source).expanduser()
        except RuntimeError as error:
            raise InputError("no-such-folder", path=source, why=error) from None
        # peft would look for a name that is not a folder on the network.
        if not (folder / CONFIG).is_file():
            below = next(folder.glob(f"*/{CONFIG}"), None)
            if below:
                raise InputError("not-an-adapter-but", path=source, file=CONFIG, folder=below.parent)
            raise InputError("not-an-adapter", path=source, file=CONFIG)
        if not (folder / WEIGHTS).is_file():
            why: Slot = message("file-missing", file=WEIGHTS)
            if (folder / PICKLE).exists():
                why = message("adapter-pickled", pickle=PICKLE, file=WEIGHTS)
            raise InputError("adapter-unreadable", path=source, why=why)
        for _ in range(ATTEMPTS):
            try:
                sha256 = _sha256(folder)
                if sha256 in self._known:
                    return self._known[sha256], False
                copy = self._copy(folder, sha256)
            except OSError as error:
                raise InputError("adapter-unreadable", path=source, why=error.strerror) from None
            if _sha256(copy) == sha256:
                self._known[sha256] = Adapter(sha256, copy, *_checked(source, copy, self._model))
                return self._known[sha256], True
        raise InputError("adapter-being-written", path=source)

    def _copy(self, folder: Path, sha256: str) -> Path:
        copy = self._copies / sha256
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in (CONFIG, WEIGHTS):
            shutil.copyfile(folder / name, copy / name)
        return copy

    def close(self) -> None:
        """Remove the copies. Calling it twice is harmless."""
        self._remove()


def check_effect(source: str, read: Callable[[bool], Sequence[float]]) -> None:
    """Check that an adapter changes log-probabilities, and that the base model is unchanged after it.

    Args:
        source: the adapter in messages.
        read: log-probabilities of `PROBE_LABELS` after the adapter's `probe`, with the adapter or without.

    Raises:
        InputError: it changes nothing.
        EngineError: the base model was changed, and must not be read any more.
    """
    before, adapted, after = read(False), read(True), read(False)
    if max(abs(a - b) for a, b in zip(before, after, strict=True)) > NO_DIFFERENCE:
        raise EngineError("adapter-changed-base", path=source)
    if max(abs(a - b) for a, b in zip(before, adapted, strict=True)) <= NO_DIFFERENCE:
        raise InputError("adapter-without-effect", path=source)


def _sha256(folder: Path) -> str:
    return files_sha256(folder, (folder / name for name in (CONFIG, WEIGHTS)))


def _checked(source: str, folder: Path, model: Path) -> tuple[int, Tokens]:
    """Greatest rank and probe of an adapter, checked to be read as it was trained."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        header = read_header(folder / WEIGHTS)
    except ValueError:
        raise InputError("adapter-unreadable", path=source, why=message("settings-not-json", file=CONFIG)) from None
    except OSError as error:
        raise InputError("adapter-unreadable", path=source, why=error) from None
    except ModelError as error:
        raise InputError("adapter-unreadable", path=source, why=error.reason) from None
    if not isinstance(config, dict):
        raise InputError("adapter-unreadable", path=source, why=message("no-settings-in", file=CONFIG))
    unsupported = _unsupported(config)
    if unsupported:
        raise InputError(unsupported, path=source)
    if not header:
        raise InputError("adapter-without-tensors", path=source)
    base = {name: tensor for path in sorted(model.glob("*.safetensors")) for name, tensor in read_header(path).items()}
    modules = _modules(source, header)
    rank = 0
    for module, pair in modules.items():
        rank = max(rank, _fit(source, module, pair, base))
        if pair["A"].shape[0] not in {config.get("r"), *(config.get("rank_pattern") or {}).values()}:
            stated, found = config.get("r"), pair["A"].shape[0]
            raise InputError("adapter-rank-differs", path=source, stated=stated, module=module, found=found)
    return rank, _trained_tokens(source, folder / WEIGHTS, header)


def _trained_tokens(source: str, path: Path, header: Mapping[str, Tensor]) -> Tokens:
    """Tokens whose reading an adapter changes: any, or those whose embeddings it trained."""
    unknown = sorted({tensor.dtype for tensor in header.values()} - NUMPY.keys())
    if unknown:
        raise InputError("adapter-number-type", path=source, type=unknown[0])
    trained, tokens = False, PROBE
    for name, numbers in values(path):
        if not np.isfinite(numbers).all():
            raise InputError("adapter-value-not-finite", path=source, name=name)
        trained = trained or ((".lora_B" in name or "lora_embedding_B" in name) and bool(numbers.any()))
        if "lora_embedding_A" in name:
            (changed,) = np.nonzero(numbers.reshape(header[name].shape).any(0))
            tokens = tuple(map(int, changed[: len(PROBE)])) or tokens
    if not trained:
        raise InputError("adapter-untrained", path=source)
    return tokens


def _unsupported(config: Mapping[str, Any]) -> Message | None:
    """Reason in the settings why an adapter cannot be read as it was trained."""
    kind = str(config.get("peft_type", "none"))
    if kind.upper() != "LORA":
        return message("adapter-not-lora", kind=kind)
    for name in UNSUPPORTED:
        if config.get(name):
            why = message(f"lora-setting/{name.replace('_', '-')}")
            return message("adapter-setting-unsupported", why=why, setting=name)
    if config.get("bias", "none") != "none":
        return message("adapter-trains-biases", bias=config["bias"])
    start = str(config.get("init_lora_weights", "")).lower()
    if start.startswith(CHANGES_BASE):
        return message("adapter-of-changed-base", start=start)
    return None


def _modules(source: str, header: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    out: dict[str, dict[str, Tensor]] = {}
    for name, tensor in header.items():
        module, found, part = name.removesuffix(".weight").rpartition(".lora_")
        if not found or part not in ("A", "B", "embedding_A", "embedding_B"):
            raise InputError("adapter-tensor-unknown", path=source, name=name)
        out.setdefault(module.removeprefix(PREFIX), {})[part[-1]] = tensor
    for module, pair in out.items():
        if len(pair) != 2:
            raise InputError("adapter-tensor-alone", path=source, half=next(iter(pair)), module=module)
    return out


def _fit(source: str, module: str, pair: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> int:
    """Rank of a pair of tensors, checked to fit a module of the model."""
    names = [module, module.removeprefix("model."), f"model.{module}"]
    found = next((n for n in names if any(other.startswith(f"{n}.") for other in base)), None)
    if found is None:
        raise InputError("adapter-module-unknown", path=source, module=module)
    a, b = pair["A"].shape, pair["B"].shape
    if len(a) != 2 or len(b) != 2 or 0 in (*a, *b):
        raise InputError("adapter-shapes", path=source, module=module, a=str(a), b=str(b))
    weight = base.get(f"{found}.weight")
    # (outputs, inputs); GPT-2's and embeddings' are the other way round, where a is (rank, rows).
    if b[1] != a[0] or (weight is not None and len(weight.shape) == 2 and {a[1], b[0]} != set(weight.shape)):
        shape = message("other-sizes") if weight is None else str(tuple(weight.shape))
        raise InputError("adapter-shape-differs", path=source, module=module, shape=shape, a=str(a), b=str(b))
    return int(a[0])
