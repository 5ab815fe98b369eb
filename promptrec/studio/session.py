"""State of a running studio, and the templates, queries and candidates of a form."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl

from rapidfuzz import fuzz, process
from starlette.requests import Request

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError, TemplateError
from promptrec.studio.job import Jobs
from promptrec.studio.model import Model
from promptrec.studio.workspace import TemplateFile, Workspace
from promptrec.template.loader import SUFFIX
from promptrec.template.pack import CATALOG, LONGEST_CATALOG, PART, Pack
from promptrec.template.template import Template

LONGEST_FORM = 3_000_000
MOST_FIELDS = 50


@dataclass(frozen=True)
class PageRequest:
    """Values of the form; `fields` has all other fields by name."""

    name: str
    source: str
    preferences: str = ""
    history: tuple[str, ...] = ()
    context: str = ""
    attributes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


async def read_form(request: Request) -> PageRequest:
    """Parse the form of a request; done here because it needs no package.

    Raises:
        InputError: it is longer than any template and its people, or not text.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise InputError("form-too-long", most=LONGEST_FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise InputError("not-a-form") from None
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    return PageRequest(
        name=fields.pop("name", ""),
        source=fields.pop("source", ""),
        preferences=fields.pop("preferences", ""),
        history=_lines(fields.pop("history", "")),
        context=fields.pop("context", ""),
        attributes=_lines(fields.pop("attributes", "")),
        candidates=_lines(fields.pop("candidates", "")),
        fields=fields,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


SHOWN = 8
# Tokens that a prompt may have, as `template check` has it.
BUDGET = 2048
MOST_CANDIDATES = 50
# How alike a title must be, of 100, to be the one that was meant.
NEAR = 60
# A pack without items of its own is tried with those that come along.
BUNDLED = {"en": "films", "zh": "places-zh"}
FIRST = "general/en/query-likelihood"


@dataclass(frozen=True)
class Session:
    """Files of the author, a model to try them with, and running jobs."""

    workspace: Workspace
    model: Model
    jobs: Jobs = field(default_factory=Jobs)

    def first(self) -> str:
        """Name of the template that opens by default: one of the author's own, if there is any."""
        names = (name for pack in self.workspace.names().values() for name in pack)
        own = self.workspace.own_names()
        return next((name for name in names if name in own and self.workspace.open(name).is_template), FIRST)

    def edited_template(self, form: PageRequest) -> Template:
        """The template in the editor; for a part or pack.yaml, the template it is tried with.

        Raises:
            TemplateError: it cannot be used yet. Gone: the file is no longer there.
        """
        template_file = self.workspace.open(form.name)
        if template_file.is_template:
            return Template(f"{form.name} (edited)", form.source, template_file.path)
        with pack_overlay(template_file.path, form.source) as folder:
            return Template.from_file(folder / _template_to_try(template_file, form).name, f"{form.name} (edited)")

    def saved_template(self, form: PageRequest) -> Template:
        """The template on disk; see `edited_template`."""
        template_file = self.workspace.open(form.name)
        path = template_file.path if template_file.is_template else _template_to_try(template_file, form)
        return Template.from_file(path, f"{form.name} (saved)")

    def findings(self, form: PageRequest) -> list[Diagnostic]:
        """Diagnostics of the text in the editor; for a part or pack.yaml, of all templates of the pack."""
        template_file, tokenizer = self.workspace.open(form.name), self.model.tokenizer_if_there
        if template_file.is_template:
            return check(template_file.path, source=form.source, tokenizer=tokenizer, context_length=BUDGET)
        with pack_overlay(template_file.path, form.source) as folder:
            paths = (folder / path.name for path in templates_beside(template_file))
            found = [f for path in paths for f in check(path, tokenizer=tokenizer, context_length=BUDGET)]
        here = [
            f.model_copy(update={"path": f.path.replace(str(folder), str(template_file.path.parent))}) for f in found
        ]
        return sorted(dict.fromkeys(here), key=lambda f: (f.path != str(template_file.path), f.path, f.line))

    def catalog(self, template_file: TemplateFile) -> Catalog:
        """The items to try a template with: those of its pack, else a bundled catalogue.

        Raises:
            TemplateError, InputError: the pack's cannot be read.
        """
        pack = Pack.of(template_file.path)
        if pack.folder is not None and (pack.folder / CATALOG).is_file():
            return pack.catalog()
        return _bundled(language_of(template_file))

    def candidates(self, form: PageRequest) -> tuple[Item, ...]:
        """The candidates of the form, by title or ID; the first items of the catalogue if it has none.

        Raises:
            InputError: no such item, or several of this title, or more than can be tried at once.
        """
        catalog = self.catalog(self.workspace.open(form.name))
        if len(form.candidates) > MOST_CANDIDATES:
            raise InputError("too-many-to-try", count=len(form.candidates), most=MOST_CANDIDATES)
        found = [_item(catalog, words) for words in form.candidates] or list(islice(catalog, SHOWN))
        return tuple({item.item_id: item for item in found}.values())


def templates_beside(template_file: TemplateFile) -> list[Path]:
    """Paths of the templates in the folder of a file."""
    paths = template_file.path.parent.glob(f"*{SUFFIX}")
    return sorted(path for path in paths if path.is_file() and not path.name.startswith(PART))


def _template_to_try(template_file: TemplateFile, form: PageRequest) -> Path:
    """Path of the template that the form has chosen to try a part with, else of the first."""
    paths = templates_beside(template_file)
    if not paths:
        raise InputError("no-template-beside", file=template_file.path.name)
    return next((path for path in paths if path.stem == form.fields.get("with")), paths[0])


def names_of(items: Sequence[Item], catalog: Catalog) -> list[str]:
    """Text that `Session.candidates` resolves to each item: its title, or its ID if several items have the title."""
    return [item.title if catalog.find(item.title) is item else item.item_id for item in items]


def query(form: PageRequest) -> Query:
    """The query of the form.

    Raises:
        InputError: text that no model could read, or an attribute without a name or a value.
    """
    attributes = dict(map(_attribute, form.attributes))
    return Query(preferences=form.preferences, history=form.history, context=form.context, attributes=attributes)


def language_of(template_file: TemplateFile) -> str:
    """Language of a template; guessed from its name if it cannot be loaded."""
    try:
        return Template(template_file.name, template_file.text, template_file.path).header.language
    except TemplateError:
        return "zh" if "zh" in template_file.name.split("/") else "en"


def _attribute(line: str) -> tuple[str, str]:
    name, _, value = (part.strip() for part in line.replace("：", ":", 1).partition(":"))
    if not name or not value:
        raise InputError("attribute-not-name-and-value", words=line)
    return name, value


@cache
def _bundled(language: str) -> Catalog:
    return Catalog.bundled(BUNDLED[language])


def _item(catalog: Catalog, words: str) -> Item:
    found = catalog.find(words)
    if found is None:
        titles = {item.title for item in catalog}
        nearest = process.extractOne(words, titles, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=NEAR)
        code = "title-of-several" if words in titles else "title-near" if nearest else "title-unknown"
        raise InputError(code, words=words, nearest=nearest[0] if nearest else "")
    return found


@contextmanager
def pack_overlay(path: Path, text: str) -> Iterator[Path]:
    """Temporary copy of the folder of a file, in which the file has the given text.

    Templates read all of their files when they are created, so they may outlive the copy.
    """
    with tempfile.TemporaryDirectory(prefix="promptrec-studio-") as scratch:
        folder = Path(scratch)
        for beside in path.parent.iterdir():
            is_long = beside.name == CATALOG and beside.stat().st_size > LONGEST_CATALOG
            if beside.is_file() and beside != path and not is_long:
                shutil.copyfile(beside, folder / beside.name)
        (folder / path.name).write_text(text, encoding="utf-8")
        yield folder
