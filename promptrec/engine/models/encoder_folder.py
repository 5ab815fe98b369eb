"""Folders of text encoders in the layout of sentence-transformers, and models that are mistaken for one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from promptrec.engine.models.model_type import KINDS, read_config
from promptrec.errors import ModelError, first_line

MODULES, SETTINGS = "modules.json", "config_sentence_transformers.json"
# Models of sentence-transformers and PyLate that give no single vector for a text, by their saved type.
OTHER_TYPES = {
    "SparseEncoder": "a sparse encoder",
    "CrossEncoder": "a cross-encoder, which reranks",
    "MultiVectorEncoder": "a multi-vector encoder (late interaction)",
    "ColBERT": "a multi-vector encoder (late interaction)",
}
OTHER_MODULES = {
    "sentence_transformers.sparse_encoder.": "SparseEncoder",
    "sentence_transformers.cross_encoder.": "CrossEncoder",
    "sentence_transformers.multi_vector_encoder.": "MultiVectorEncoder",
    "pylate.": "ColBERT",
}
# Models without a list of modules, of which sentence-transformers takes the mean of the last layer.
PLAIN = ("a masked language model", "a text encoder")
# Modules that may have no files. Those of the first may lie beside the list.
WITHOUT_FILES = ("Normalize", "Dropout")
WANTED = "a text encoder that gives one vector for a text is needed, such as minilm"


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
        raise ModelError(f"{folder} is {OTHER_TYPES.get(saved_as, saved_as)}: {WANTED}")
    modules = _json(folder / MODULES, list)
    if not modules:
        raise ModelError(f"{folder / MODULES} lists no modules: get the folder again")
    for module in modules:
        try:
            kind, path = str(module["type"]), str(module["path"])
        except (TypeError, KeyError):
            raise ModelError(f"{folder / MODULES}: each module needs a type and a path: get the folder again") from None
        _check_module(folder, kind, path)


def _check_module(folder: Path, kind: str, path: str) -> None:
    other = next((name for start, name in OTHER_MODULES.items() if kind.startswith(start)), None)
    if other is not None:
        raise ModelError(f"{folder} is {OTHER_TYPES[other]} ({kind}): {WANTED}")
    if not kind.startswith("sentence_transformers."):
        raise ModelError(f"{folder} needs code of its own ({kind}), which is never run: {WANTED}")
    place = folder / path
    if not place.is_dir() and not kind.endswith(WITHOUT_FILES):
        raise ModelError(f"{folder} has no folder {path}, which its {MODULES} names: get it again, with its subfolders")
    if path and (place / "pytorch_model.bin").exists() and not any(place.glob("*.safetensors")):
        raise ModelError(f"{place} has weights that are pickles, which are never opened: convert them to safetensors")


def _check_plain(folder: Path) -> None:
    names = [str(name) for name in read_config(folder).get("architectures") or ()]
    for name in names:
        if "ColBERT" in name:
            raise ModelError(f"{folder} is {OTHER_TYPES['ColBERT']} ({name}): {WANTED}")
        ends = [end for end in KINDS if name.endswith(end)]
        kind = KINDS[max(ends, key=len)] if ends else "a text encoder" if name.endswith("Model") else "a language model"
        if kind not in PLAIN:
            raise ModelError(f"{folder} is {kind} ({name}): {WANTED}")


def _json(path: Path, kind: type) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Content of a settings file; empty if there is none."""
    if not path.exists():
        return kind()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({first_line(error)}): get it again") from None
    if not isinstance(found, kind):
        raise ModelError(f"{path} holds no {'list' if kind is list else 'settings'}: get it again")
    return found
