"""Files that an author can open and save. Only files in the author's own folder are written.

A template is named as elsewhere (films/en/yes-no); a part of a pack and its settings by their files
(films/en/_item.jinja, films/en/pack.yaml).
"""

import hashlib
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from promptrec.authoring.scaffold import new_pack, pack_name
from promptrec.errors import InputError, TemplateError, UnknownName
from promptrec.template.loader import SUFFIX, shipped_folder
from promptrec.template.pack import LONGEST_FILE, PART, SETTINGS, file_text

# What is opened of a pack, where it is there.
FIRST = "query-likelihood"


@dataclass(frozen=True)
class TemplateFile:
    """A file of a pack. `own`: it is in the author's folder. `sha256` is of the file's bytes.

    If it is `gone`, `path` is where it would be written, and `text` is empty.
    """

    name: str
    path: Path
    own: bool
    text: str
    sha256: str
    gone: bool = False

    @property
    def is_template(self) -> bool:
        """Whether it is a template; a part or pack.yaml is tried with a template of the pack."""
        return self.path.suffix == SUFFIX and not self.path.name.startswith(PART)


@dataclass(frozen=True)
class Target:
    """Where a file would be saved, the text there now, and the files of its pack that are copied too.

    `sha256` is of the file's bytes, empty for a new file; `text` is the base of the diff. `gone`: the opened file
    does not exist any more.
    """

    path: Path
    text: str
    sha256: str
    brings: tuple[str, ...]
    gone: bool = False


class Gone(InputError):
    """A file that does not exist (any more)."""

    def __init__(self, path: Path) -> None:
        super().__init__("file-gone", file=path)


class ChangedMeanwhile(InputError):
    """The file was changed since its diff was shown."""


class Workspace:
    """Files of all packs. `own` is the author's folder, created if missing; without one nothing can be saved."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own
        self._saving = threading.Lock()
        if own is not None:
            try:
                own.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError("not-a-folder-of-templates", path=own, why=error.strerror) from None

    def names(self) -> dict[str, list[str]]:
        """Names of all files by pack, in order, including templates that cannot be loaded."""
        packs: dict[str, list[str]] = {}
        for name in sorted(self._paths()):
            packs.setdefault(name.rpartition("/")[0], []).append(name)
        return packs

    def own_names(self) -> set[str]:
        """Names of the files in the author's folder."""
        return set(_files(self.own)) if self.own else set()

    def open(self, name: str) -> TemplateFile:
        """Read the file of a name.

        Raises:
            Gone: there is none. UnknownName: no file could be called so. TemplateError: it cannot be read.
        """
        template_file = self.find(name)
        if template_file.gone:
            raise Gone(template_file.path)
        return template_file

    def file_to_open(self, name: str) -> str:
        """Name of a file, given its name or path, or those of a pack, whose first template is taken.

        Raises:
            UnknownName: nothing is called so.
        """
        packs = self.names()
        known = {file: path.resolve() for file, path in self._paths().items()}
        named = Path(name).resolve() if Path(name).is_dir() else None
        pack = next((p for p in packs if name.rstrip("/") == p or named == known[packs[p][0]].parent), None)
        if name not in known and pack is not None:
            templates = [file for file in packs[pack] if _file_of(file) == f"{file}{SUFFIX}"]
            return next((file for file in templates if file.endswith(f"/{FIRST}")), (templates or packs[pack])[0])
        found = next((file for file, path in known.items() if name == file or Path(name).resolve() == path), None)
        if found is None:
            raise UnknownName("template, pack or file of a pack", name, [*packs, *known], "`promptrec template list`")
        return found

    def find(self, name: str) -> TemplateFile:
        """Read the file of a name; if it does not exist, the result says where it would be.

        Raises:
            UnknownName, TemplateError: as `open`.
        """
        paths = self._paths()
        if name in paths:
            text, sha256 = _read(paths[name])
            return TemplateFile(name, paths[name], name in self.own_names(), text, sha256)
        file = _file_of(name)
        if file is None:
            raise UnknownName("template or file of a pack", name, paths)
        return TemplateFile(name, (self.own or shipped_folder()) / file, self.own is not None, "", "", gone=True)

    def target(self, name: str) -> Target:
        """Where a file is saved. A shipped file is copied with its pack.

        Raises:
            InputError: there is no folder to save in, or a link leads out of it.
            UnknownName: no file could be called so.
        """
        template_file = self.find(name)
        path = self._inside(Path(name).parent / template_file.path.name)
        if template_file.own:
            return Target(path, template_file.text, template_file.sha256, (), template_file.gone)
        there = {p.name for p in path.parent.glob("*")}
        files = {p.name for p in template_file.path.parent.glob("*") if p.is_file()} - there - {template_file.path.name}
        # The whole pack where the author has none of it; else what a template may read of it and theirs lacks.
        brings = sorted(n for n in files if not there or n.startswith(PART) or not n.endswith(SUFFIX))
        return Target(path, template_file.text, "", tuple(brings))

    def save(self, name: str, text: str, seen: str) -> TemplateFile:
        """Write a file atomically, with the line ends that it had.

        Args:
            name: name of the file.
            text: its new text.
            seen: `Target.sha256` of the diff that the author has confirmed.

        Raises:
            ChangedMeanwhile: the file was changed since.
            InputError: as `target`, it cannot be written, or it is too long to be opened again.
        """
        with self._saving:
            return self._save(name, text, seen)

    def _save(self, name: str, text: str, seen: str) -> TemplateFile:
        target, template_file = self.target(name), self.find(name)
        if target.sha256 != seen:
            raise ChangedMeanwhile("file-changed-meanwhile", file=target.path)
        try:
            text = text.replace("\n", _line_end(target.path))
            if len(text.encode()) > LONGEST_FILE:
                raise InputError("too-long-to-save", most=LONGEST_FILE)
            target.path.parent.mkdir(parents=True, exist_ok=True)
            for beside in target.brings:
                shutil.copyfile(template_file.path.parent / beside, target.path.parent / beside)
            _write(target.path, text)
        except OSError as error:
            raise InputError("file-cannot-be-written", path=target.path, why=error.strerror) from None
        return self.open(name)

    def create_pack(self, pack: str) -> None:
        """Create a pack: see `promptrec.authoring.scaffold.new_pack`.

        Raises:
            NoPackName, PackIsThere, InputError: as there, or as `target`.
        """
        pack_name(pack)
        new_pack(pack, self._inside(Path(pack)).parent.parent)

    def _inside(self, path: Path) -> Path:
        """Path of a file or folder in the author's folder."""
        if self.own is None:
            raise InputError("no-folder-to-save-in")
        full = self.own / path
        if not full.resolve().is_relative_to(self.own.resolve()):
            raise InputError("link-out-of-folder", path=full, own=self.own)
        return full

    def _paths(self) -> dict[str, Path]:
        return _files(shipped_folder()) | (_files(self.own) if self.own else {})


def _files(root: Path) -> dict[str, Path]:
    found = (path for pattern in (f"*{SUFFIX}", SETTINGS) for path in root.rglob(pattern) if path.is_file())
    return {_name(path.relative_to(root)): path for path in found}


def _name(path: Path) -> str:
    is_template = path.suffix == SUFFIX and not path.name.startswith(PART)
    return (path.with_suffix("") if is_template else path).as_posix()


def _file_of(name: str) -> str | None:
    """Relative path of the file of a name; None if the name is not valid."""
    last = name.rpartition("/")[2]
    is_file = last == SETTINGS or (last.startswith(PART) and last.endswith(SUFFIX))
    file = name if is_file else f"{name}{SUFFIX}"
    plain = all(part.strip(". ") and not set(part) & set("\0\\") for part in name.split("/"))
    return file if plain and _name(Path(file)) == name else None


def _line_end(path: Path) -> str:
    """Line end of most lines of a file; a line feed for a new file."""
    content = path.read_bytes() if path.exists() else b""
    return "\r\n" if 2 * content.count(b"\r\n") > content.count(b"\n") else "\n"


def _read(path: Path) -> tuple[str, str]:
    try:
        return file_text(path), hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise TemplateError("cannot-be-read", path=path, why=error.strerror) from None


def _write(path: Path, text: str) -> None:
    """Write to a temporary file and rename it, so that a full disk or a power cut leaves the old file."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(part).chmod(mode)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
