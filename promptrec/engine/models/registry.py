"""Models by name: built-in, added and in folders; adding one."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from promptrec.data.download import home
from promptrec.engine.models.builtin import BUILTIN, Kind, build
from promptrec.engine.models.encoder_folder import check_encoder, has_modules, model_files
from promptrec.engine.models.safetensors import read_header
from promptrec.errors import ModelError, UnknownName, first_line
from promptrec.messages import message

DEFAULT_MODEL = "smollm2-135m"
RECORD = "promptrec.json"


@dataclass(frozen=True)
class ModelInfo:
    """A model by name."""

    name: str
    path: Path | None
    """Its folder; None if it is not added yet."""
    licence: str
    source: str
    """Name of a built-in model, folder, or Hugging Face ID."""
    parameters: int | None = None
    """Number of weights; None if they are not there to be counted."""
    kind: Kind = "language model"
    """Engines read prompts with a language model; a text encoder turns texts into vectors."""

    @property
    def folder(self) -> Path:
        """Its folder.

        Raises:
            ModelError: it is not added yet; the message has the command.
        """
        if self.path is None:
            raise ModelError("model-not-added", name=self.name)
        return self.path


def list_models() -> list[ModelInfo]:
    """All models that have a name: added ones, and built-in ones that can be added."""
    added = {info.name: info for record in sorted(home().glob(f"models/*/{RECORD}")) if (info := _recorded(record))}
    waiting = {
        name: ModelInfo(name, None, package.licence, package.source, package.parameters, package.kind)
        for name, package in BUILTIN.items()
    }
    return list((waiting | added).values())


def resolve(model: str | Path, kind: Kind | None = None) -> ModelInfo:
    """The model of a name or in a folder, checked to be of a kind if one is given.

    Raises:
        UnknownName: no such model; the message lists those that exist.
        ModelError: a built-in model that is not added yet, a folder that is not a model, or one of another kind.
    """
    known = {info.name: info for info in list_models()}
    info = known.get(str(model)) or _in_folder(Path(model))
    if info is None:
        raise UnknownName("model", str(model), [n for n, i in known.items() if kind in (None, i.kind)])
    # An encoder without a list of modules differs from a language model by its settings.
    by_settings = kind == "text encoder" and info.path is not None
    if kind not in (None, info.kind) and not by_settings:
        others = tuple(name for name, other in sorted(known.items()) if other.kind == kind)
        found, needed = (message(f"kind/{each.replace(' ', '-')}") for each in (info.kind, kind))
        raise ModelError("model-of-other-kind", name=info.name, kind=found, needed=needed, others=others)
    check_folder(info.folder)
    if kind == "text encoder":
        check_encoder(info.folder)
    return info


def add(
    source: str,
    *,
    name: str | None = None,
    accept_terms: bool = False,
    notify: Callable[[str], None] = lambda line: None,
) -> ModelInfo:
    """Add a model. One that is added already is left as it is.

    Args:
        source: name of a built-in model, a local folder (not copied), or a Hugging Face ID "org/name".
        name: of the model; None: from the source.
        accept_terms: whether the user accepts its terms of use.
        notify: is called with a line about what takes time.

    Raises:
        ModelError: terms of use that were not accepted, no network, a wrong checksum, a folder that lacks a file, or a
            name that cannot be one or is another model's.
        UnknownName: a source that is none of the three.
    """
    if source not in BUILTIN and Path(source).is_dir():
        source = str(Path(source).resolve())
    name = name or (source if source in BUILTIN else re.sub(r"[^\w.-]", "-", Path(source).name.lower()))
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ModelError("not-a-model-name", name=name)
    present = next((info for info in list_models() if info.name == name and info.path), None)
    if present is not None and source == name and name not in BUILTIN:
        return present
    owner = present.source if present else name if name in BUILTIN else source
    if owner != source:
        raise ModelError("model-name-taken", name=name, owner=owner)
    if present is not None:
        return present
    target = home() / "models" / name
    if source in BUILTIN:
        return _record(target, build(source, target, accept_terms, notify), name, BUILTIN[source].licence, source)
    folder = Path(source)
    if not folder.is_dir():
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
            raise UnknownName("model", source, [info.name for info in list_models()])
        notify(f"downloading {source} from Hugging Face")
        folder = _download(source, target)
    check_folder(folder)
    return _record(target, folder, name, _stated_licence(folder), source)


def check_folder(folder: Path) -> None:
    """Check that a folder is a model; the ModelError names what is missing. Pickled weights are never opened."""
    quantised = next(folder.glob("*.gguf"), None)
    if quantised is not None and not any(folder.glob("*.safetensors")):
        raise ModelError("model-in-gguf", file=quantised)
    if not (folder / "config.json").exists() and (folder / "adapter_config.json").exists():
        raise ModelError("adapter-not-model", folder=folder)
    if not (folder / "config.json").exists() and not has_modules(folder):
        raise ModelError("no-model-settings", folder=folder)
    names = {path.name for path in model_files(folder)}
    if not any(name.endswith(".safetensors") for name in names):
        pickled = any(name.endswith(".bin") for name in names)
        raise ModelError("weights-pickled" if pickled else "no-weights", folder=folder)
    if "tokenizer.json" not in names:
        raise ModelError("no-tokenizer-file", folder=folder)


def _in_folder(folder: Path) -> ModelInfo | None:
    if folder.is_file() and folder.suffix.lower() == ".gguf":
        raise ModelError("model-in-gguf", file=folder)
    if folder.is_file():
        raise ModelError("model-is-a-file", folder=folder)
    if not folder.is_dir():
        return None
    check_folder(folder)
    licence, path = _stated_licence(folder), folder.resolve()
    return ModelInfo(folder.name, path, licence, str(folder), count_parameters(folder), _kind(folder))


def _kind(folder: Path) -> Kind:
    """Kind of the model in a folder: text encoders have a list of modules."""
    return "text encoder" if has_modules(folder) else "language model"


def _record(target: Path, folder: Path, name: str, licence: str, source: str) -> ModelInfo:
    info = ModelInfo(name, folder, licence, source, count_parameters(folder), _kind(folder))
    target.mkdir(parents=True, exist_ok=True)
    path = str(folder) if folder != target else "."
    written = target / f"{RECORD}.part"
    written.write_text(json.dumps({**asdict(info), "path": path}, indent=2) + "\n", encoding="utf-8")
    written.replace(target / RECORD)
    return info


def _recorded(record: Path) -> ModelInfo | None:
    try:
        facts = json.loads(record.read_text(encoding="utf-8"))
        return replace(ModelInfo(**facts), path=(record.parent / facts["path"]).resolve())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError("model-record-unreadable", path=record, why=error) from None


def count_parameters(folder: Path) -> int:
    """Number of weights in all *.safetensors files of a folder, from their headers (tied weights are stored once)."""
    weights = (path for path in model_files(folder) if path.suffix == ".safetensors")
    return sum(math.prod(tensor.shape) for path in weights for tensor in read_header(path).values())


def _stated_licence(folder: Path) -> str:
    """Licence in the front matter of a model card."""
    card = folder / "README.md"
    text = card.read_text(encoding="utf-8", errors="replace")[:4000] if card.exists() else ""
    stated = re.search(r"^license:[ \t]*(\S.*)$", text, re.MULTILINE)
    return stated[1].strip(" \"'") if stated else "not stated"


def _download(repository: str, target: Path) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ModelError("download-needs-hub") from None
    try:
        wanted = ["*.safetensors", "*.json", "*.jinja", "README.md"]
        return Path(snapshot_download(repository, allow_patterns=wanted, local_dir=target / "snapshot"))
    except Exception as error:  # network, authorisation and disk errors of many libraries
        raise ModelError("hub-download-failed", repository=repository, why=first_line(error)) from None
