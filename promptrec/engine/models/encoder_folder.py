"""Folders of text encoders in the layout of sentence-transformers, and models that are mistaken for one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from promptrec.engine.models.model_type import KINDS, read_config
from promptrec.errors import ModelError, first_line
from promptrec.messages import message

MODULES, SETTINGS = "modules.json", "config_sentence_transformers.json"
# What models of sentence-transformers and PyLate are that give no single vector for a text, by their saved type.
OTHER_TYPES = {
    "SparseEncoder": "model-kind/sparse-encoder",
    "CrossEncoder": "model-kind/cross-encoder",
    "MultiVectorEncoder": "model-kind/multi-vector-encoder",
    "ColBERT": "model-kind/multi-vector-encoder",
}
OTHER_MODULES = {
    "sentence_transformers.sparse_encoder.": "SparseEncoder",
    "sentence_transformers.cross_encoder.": "CrossEncoder",
    "sentence_transformers.multi_vector_encoder.": "MultiVectorEncoder",
    "pylate.": "ColBERT",
}
# Kinds of models that need no list of modules: sentence-transformers takes the mean of their last layer.
PLAIN = ("model-kind/masked-language-model", "model-kind/text-encoder")
# Modules that may have no files. Those of the first may lie beside the list.
WITHOUT_FILES = ("Normalize", "Dropout")


def has_modules(folder: Path) -> bool:
    """Whether a folder has the list of modules that sentence-transformers saves."""
    return (folder / MODULES).is_file()


def model_files(folder: Path) -> Iterator[Path]:
    """Files of a model folder and, if it lists modules, of the folders that these may lie in."""
    yield from (path for path in folder.iterdir() if path.is_file())
    if has_modules(folder):
        # Two levels: the folder of a module, and those of a router's routes in it. Links to folders are followed.
        for pattern in ("*/*", "*/*/*"):
            below = (path for path in folder.glob(pattern) if path.is_file())
            yield from (path for path in below if not path.relative_to(folder).parts[0].startswith("."))


def check_encoder(folder: Path) -> None:
    """Check that sentence-transformers opens a folder as the dense encoder that it is.

    Raises:
        ModelError: a sparse, multi-vector or cross-encoder, a language model, a classifier, a module that needs code
            of its own, that lacks its folder, or whose weights are a pickle.
    """
    if not has_modules(folder):
        _check_plain(folder)
        return
    saved_as = _json(folder / SETTINGS, dict).get("model_type", "SentenceTransformer")
    if saved_as != "SentenceTransformer":
        kind = message(OTHER_TYPES[saved_as]) if saved_as in OTHER_TYPES else saved_as
        raise ModelError("encoder-of-other-type", folder=folder, kind=kind)
    modules = _json(folder / MODULES, list)
    if not modules:
        raise ModelError("no-modules-listed", file=folder / MODULES)
    for module in modules:
        try:
            kind, path = str(module["type"]), str(module["path"])
        except (TypeError, KeyError):
            raise ModelError("module-without-type-or-path", path=folder / MODULES) from None
        _check_module(folder, kind, path)


def _check_module(folder: Path, kind: str, path: str) -> None:
    other = next((name for start, name in OTHER_MODULES.items() if kind.startswith(start)), None)
    if other is not None:
        raise ModelError("encoder-of-other-class", folder=folder, kind=message(OTHER_TYPES[other]), sign=kind)
    if not kind.startswith("sentence_transformers."):
        raise ModelError("module-needs-code", folder=folder, kind=kind)
    place = folder / path
    if not place.is_dir() and not kind.endswith(WITHOUT_FILES):
        raise ModelError("module-folder-missing", folder=folder, missing=path, modules=MODULES)
    if path and (place / "pytorch_model.bin").exists() and not any(place.glob("*.safetensors")):
        raise ModelError("pickled-module", folder=place)


def _check_plain(folder: Path) -> None:
    names = [str(name) for name in read_config(folder).get("architectures") or ()]
    for name in names:
        if "ColBERT" in name:
            raise ModelError("encoder-of-other-class", folder=folder, kind=message(OTHER_TYPES["ColBERT"]), sign=name)
        ends = [end for end in KINDS if name.endswith(end)]
        other = "model-kind/text-encoder" if name.endswith("Model") else "model-kind/language-model"
        kind = KINDS[max(ends, key=len)] if ends else other
        if kind not in PLAIN:
            raise ModelError("encoder-of-other-class", folder=folder, kind=message(kind), sign=name)


def _json(path: Path, kind: type) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Content of a settings file; empty if there is none."""
    if not path.exists():
        return kind()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("settings-file-unreadable", file=path, why=first_line(error)) from None
    if not isinstance(found, kind):
        raise ModelError("file-holds-no-list" if kind is list else "file-holds-no-settings", file=path)
    return found
