"""`Pack`: a folder of templates for one domain and language, with shared settings, parts and a catalogue.

`pack.yaml` has header fields of all templates of the folder: domain, language, chat, truncate, fields, examples,
columns, refusals, tests. The header of a template overrides them. Files with names that begin with _ are parts that
templates of the folder extend or include. `catalog.jsonl` has items to try the templates with; tests name its titles.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from promptrec.data.catalog import Catalog
from promptrec.data.readers import text_of
from promptrec.data.record import Record
from promptrec.errors import InputError, TemplateError
from promptrec.intent.settings import check_refusals
from promptrec.template.front_matter import (
    Columns,
    Fields,
    Language,
    Refusals,
    Tests,
    Truncate,
    check_truncate,
    first_error,
)
from promptrec.template.syntax.yaml_loader import read_yaml

SETTINGS = "pack.yaml"
CATALOG = "catalog.jsonl"
PART = "_"
# Limit of a file of a pack, which is read as a whole.
LONGEST_FILE = 200_000
LONGEST_CATALOG = 2_000_000


# First bytes of word processor files.
_PACKED = {
    b"PK\x03\x04": "a Word file or another packed one",
    b"\xd0\xcf\x11\xe0": "a Word file or another of Office",
    b"%PDF": "a PDF file",
}


def not_text(path: Path) -> TemplateError:
    """Error for a file that is not text."""
    data = path.read_bytes()
    if data.endswith(b"\x00"):
        return TemplateError("ends-in-nul", path=path)
    what = _PACKED.get(data[:4])
    return TemplateError("not-plain-text" if what else "template-not-utf-eight", path=path, what=what or "")


def file_text(path: Path) -> str:
    """Read the text of a template or of a file beside it, with any byte order mark and line ends.

    Raises:
        TemplateError: too long, or not text.
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    if size > LONGEST_FILE:
        raise TemplateError("file-too-large", path=path, most=LONGEST_FILE)
    try:
        return text_of(path).replace("\r\n", "\n").replace("\r", "\n") if size else ""
    except InputError:
        raise not_text(path) from None


class Shared(Record):
    """Settings of `pack.yaml`; `Header` documents the fields."""

    domain: str | None = None
    language: Language | None = None
    chat: bool | None = None
    fields: Fields | None = None
    truncate: Truncate | None = None
    examples: str | None = None
    columns: Columns = Field(default_factory=dict)
    refusals: Refusals = ()
    tests: Tests = ()

    @field_validator("truncate")
    @classmethod
    def _can_be_truncated(cls, names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        check_truncate(names or (), info.data.get("fields") or ())
        return names

    @field_validator("refusals")
    @classmethod
    def _are_phrases(cls, phrases: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if language := info.data.get("language"):  # else the header of a template has it, and checks
            check_refusals(phrases, language)
        return phrases


class Pack:
    """Files beside a template; a template from text has no folder and no files."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def of(cls, path: str | Path) -> "Pack":
        """Pack of a template file."""
        parent = Path(path).parent
        return cls(parent if parent.is_dir() and Path(path).suffix else None)

    def shared(self) -> dict[str, Any]:
        """Settings of `pack.yaml`, as in a header; empty if there is no such file.

        Raises:
            TemplateError: invalid settings, with file and line.
        """
        if self.folder is None or not (self.folder / SETTINGS).is_file():
            return {}
        return dict(_settings(self.read(SETTINGS), str(self.folder / SETTINGS)))

    def read(self, name: str) -> str:
        """Read a file of the pack.

        Raises:
            TemplateError: the file is outside the folder, cannot be read, or is too long.
        """
        path = self._own(name)
        try:
            return file_text(path)
        except OSError as error:
            raise TemplateError("cannot-be-read", path=path, why=error.strerror or str(error)) from None
        except ValueError:  # not a valid file name
            raise not_text(path) from None

    def part_names(self) -> list[str]:
        """Names of the files that templates may extend or include."""
        return sorted(path.name for path in self.folder.glob(f"{PART}*.jinja")) if self.folder else []

    def catalog(self) -> Catalog:
        """Catalogue of the pack.

        Raises:
            TemplateError: the pack has none.
        """
        if self.folder is None or not (self.folder / CATALOG).is_file():
            raise TemplateError("pack-without-catalogue", path=self.folder or "", file=CATALOG)
        path = self._own(CATALOG)
        if path.stat().st_size > LONGEST_CATALOG:
            raise TemplateError("catalogue-too-large", path=path, most=LONGEST_CATALOG)
        return Catalog.from_file(path)

    def _own(self, name: str) -> Path:
        """Path of a file in the folder itself.

        Raises:
            TemplateError: the path leads elsewhere, also by a link, or is not a file.
        """
        if self.folder is None:
            raise TemplateError("no-file-beside", path=name)
        path = self.folder / name
        try:
            inside = Path(name).name == name and path.resolve().parent == self.folder.resolve()
        except (ValueError, OSError, RuntimeError):  # not a valid file name, or a circular link
            inside = False
        if not inside:
            raise TemplateError("file-outside-pack", name=name, folder=self.folder)
        # Reading a pipe or a device could block for ever.
        if path.exists() and not path.is_file():
            raise TemplateError("not-a-file", path=path)
        return path


@lru_cache(64)  # once for all templates of a pack
def _settings(text: str, path: str) -> dict[str, Any]:
    settings = read_yaml(text, path)
    try:
        Shared.model_validate(settings)
    except ValidationError as error:
        raise first_error(path, text, error, Shared) from None
    return settings
