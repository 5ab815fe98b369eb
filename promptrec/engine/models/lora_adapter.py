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

CONFIG, WEIGHTS, PICKLE = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"
PREFIX = "base_model.model."
# Settings that an engine would ignore or that change the base model, with the reason in messages.
UNSUPPORTED = {
    "use_dora": "DoRA's magnitudes are not read",
    "modules_to_save": "whole modules are trained, and would have to replace the model's own",
    "trainable_token_indices": "tokens of the vocabulary are trained",
    "target_parameters": "parameters are trained that are no module's weight",
    "lora_bias": "biases are trained",
    "layer_replication": "layers of the model are repeated",
    "alora_invocation_tokens": "it is switched on by tokens of the prompt",
    "use_qalora": "QA-LoRA groups the inputs",
    "use_bdlora": "its matrices are in blocks",
    "arrow_config": "it is a mixture of adapters",
    "loftq_config": "it belongs to a base model that LoftQ has changed",
    "megatron_config": "it is of a model that Megatron splits",
}
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
        """The adapter in a folder as it is now; one that is new is first read with, see `check_effect`.

        Args:
            source: the folder.
            read: log-probabilities of some labels after an adapter's `probe`, with the adapter or without.

        Raises:
            InputError: no LoRA adapter, one of another model, or one that would not be read as it was trained.
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
            raise InputError(f"{source}: no such folder: {error}") from None
        # A name that is no folder would be looked for on the network.
        if not (folder / CONFIG).is_file():
            below = next(folder.glob(f"*/{CONFIG}"), None)
            where = f"; there is one in {below.parent}" if below else ""
            raise InputError(f"{source}: not a LoRA adapter: it has no {CONFIG}{where}")
        if not (folder / WEIGHTS).is_file():
            why = f"it has no {WEIGHTS}"
            if (folder / PICKLE).exists():
                why = f"its {PICKLE} is a pickle, which can run code: save it as {WEIGHTS} (safe_serialization=True)"
            raise InputError(f"{source}: this LoRA adapter cannot be read: {why}")
        for _ in range(ATTEMPTS):
            try:
                sha256 = _sha256(folder)
                if sha256 in self._known:
                    return self._known[sha256], False
                copy = self._copy(folder, sha256)
            except OSError as error:
                raise InputError(f"{source}: this LoRA adapter cannot be read: {error.strerror}") from None
            if _sha256(copy) == sha256:
                self._known[sha256] = Adapter(sha256, copy, *_checked(source, copy, self._model))
                return self._known[sha256], True
        raise InputError(f"{source}: the adapter is being written to: wait until it is whole")

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
        raise EngineError(f"{source}: reading with this LoRA adapter changed the base model: open the engine again")
    if max(abs(a - b) for a, b in zip(before, adapted, strict=True)) <= NO_DIFFERENCE:
        raise InputError(f"{source}: this LoRA adapter does not change what the model says: its weights did not land")


def _sha256(folder: Path) -> str:
    return files_sha256(folder, (folder / name for name in (CONFIG, WEIGHTS)))


def _checked(source: str, folder: Path, model: Path) -> tuple[int, Tokens]:
    """Greatest rank and probe of an adapter, checked to be read as it was trained.

    Raises:
        InputError: it cannot, with the setting or the tensor that is why.
    """
    refused = f"{source}: this LoRA adapter"
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        header = read_header(folder / WEIGHTS)
    except (OSError, ValueError, ModelError) as error:
        why = f"{CONFIG} is not JSON in UTF-8 without a byte order mark" if isinstance(error, ValueError) else error
        raise InputError(f"{refused} cannot be read: {why}") from None
    if not isinstance(config, dict):
        raise InputError(f"{refused} cannot be read: {CONFIG} holds no settings")
    unsupported = _unsupported(config)
    if unsupported:
        raise InputError(f"{source}: {unsupported}")
    if not header:
        raise InputError(f"{refused} has no tensors")
    base = {name: tensor for path in sorted(model.glob("*.safetensors")) for name, tensor in read_header(path).items()}
    modules = _modules(refused, header)
    rank = 0
    for module, pair in modules.items():
        rank = max(rank, _fit(refused, module, pair, base))
        if pair["A"].shape[0] not in {config.get("r"), *(config.get("rank_pattern") or {}).values()}:
            mismatch = f"r is {config.get('r')}, but {module} has rank {pair['A'].shape[0]}"
            raise InputError(f"{refused} is damaged: its settings and its weights do not go together: {mismatch}")
    return rank, _trained_tokens(refused, folder / WEIGHTS, header)


def _trained_tokens(refused: str, path: Path, header: Mapping[str, Tensor]) -> Tokens:
    """Tokens whose reading an adapter changes: any, or those whose embeddings it trained."""
    unknown = sorted({tensor.dtype for tensor in header.values()} - NUMPY.keys())
    if unknown:
        raise InputError(f"{refused} has weights of the type {unknown[0]}: save them as float32, float16 or bfloat16")
    trained, tokens = False, PROBE
    for name, numbers in values(path):
        if not np.isfinite(numbers).all():
            raise InputError(f"{refused} holds a value that is no number, in {name}")
        trained = trained or ((".lora_B" in name or "lora_embedding_B" in name) and bool(numbers.any()))
        if "lora_embedding_A" in name:
            (changed,) = np.nonzero(numbers.reshape(header[name].shape).any(0))
            tokens = tuple(map(int, changed[: len(PROBE)])) or tokens
    if not trained:
        raise InputError(f"{refused} changes nothing: all its B matrices are zero, as before training")
    return tokens


def _unsupported(config: Mapping[str, Any]) -> str | None:
    """Reason in the settings why an adapter cannot be read as it was trained."""
    kind = str(config.get("peft_type", "none"))
    if kind.upper() != "LORA":
        return f"an adapter of the kind {kind} (peft_type): only LoRA can be read; merge it into the model instead"
    for name, why in UNSUPPORTED.items():
        if config.get(name):
            return f"this LoRA adapter cannot be read: {why} ({name}); merge it into the model instead"
    if config.get("bias", "none") != "none":
        return f"this LoRA adapter cannot be read: it trains biases (bias: {config['bias']}), which would stay changed"
    start = str(config.get("init_lora_weights", "")).lower()
    if start.startswith(CHANGES_BASE):
        return (
            f"this LoRA adapter cannot be read: it belongs to a base model that {start} has changed "
            "(init_lora_weights); save it with path_initial_model_for_weight_conversion"
        )
    return None


def _modules(refused: str, header: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The A and B tensors of each module of an adapter."""
    out: dict[str, dict[str, Tensor]] = {}
    for name, tensor in header.items():
        module, found, part = name.removesuffix(".weight").rpartition(".lora_")
        if not found or part not in ("A", "B", "embedding_A", "embedding_B"):
            raise InputError(f"{refused} holds a tensor that is none of LoRA's: {name}")
        out.setdefault(module.removeprefix(PREFIX), {})[part[-1]] = tensor
    for module, pair in out.items():
        if len(pair) != 2:
            raise InputError(f"{refused} has only the {next(iter(pair))} of {module}, and not its other half")
    return out


def _fit(refused: str, module: str, pair: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> int:
    """Rank of a pair of tensors, checked to fit a module of the model."""
    names = [module, module.removeprefix("model."), f"model.{module}"]
    found = next((n for n in names if any(other.startswith(f"{n}.") for other in base)), None)
    if found is None:
        raise InputError(f"{refused} does not fit the model: it has no module {module}")
    a, b = pair["A"].shape, pair["B"].shape
    if len(a) != 2 or len(b) != 2 or 0 in (*a, *b):
        raise InputError(f"{refused} is damaged: {module} has an A of {a} and a B of {b}")
    weight = base.get(f"{found}.weight")
    # (outputs, inputs); GPT-2's and embeddings' are the other way round, where a is (rank, rows).
    if b[1] != a[0] or (weight is not None and len(weight.shape) == 2 and {a[1], b[0]} != set(weight.shape)):
        shape = "of other sizes" if weight is None else f"of {tuple(weight.shape)}"
        raise InputError(f"{refused} does not fit the model: {module} is {shape}, the adapter's A {a} and B {b}")
    return int(a[0])
