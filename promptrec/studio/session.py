"""`Desk`: all that one studio works with, and what it makes of what the page says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from rapidfuzz import fuzz, process

from promptrec.authoring.lint.diagnostic import Finding
from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.studio.job import Jobs
from promptrec.studio.messages import Refused
from promptrec.studio.model import Model
from promptrec.studio.overlay import staged
from promptrec.studio.request_form import Told
from promptrec.studio.workspace import Sheet, Shelf
from promptrec.template.loader import SUFFIX
from promptrec.template.pack import CATALOG, PART, Pack
from promptrec.template.template import Template

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
class Desk:
    """The author's templates, a model to try them with, and the work that is going on."""

    shelf: Shelf
    model: Model
    jobs: Jobs = field(default_factory=Jobs)

    def first(self) -> str:
        """The template to open where none is named: one of the author's own if there is any."""
        names = (name for pack in self.shelf.names().values() for name in pack)
        own = self.shelf.own_names()
        return next((name for name in names if name in own and self.shelf.open(name).is_template), FIRST)

    def edited(self, told: Told) -> Template:
        """The template as the editor has it; for a part or settings, the one they are tried with.

        Raises:
            TemplateError: it cannot be used yet. Gone: the file is no longer there.
        """
        sheet = self.shelf.open(told.name)
        if sheet.is_template:
            return Template(f"{told.name} (edited)", told.source, sheet.path)
        with staged(sheet.path, told.source) as folder:
            return Template.from_file(folder / _tried_with(sheet, told).name, f"{told.name} (edited)")

    def saved(self, told: Told) -> Template:
        """The template as it stands on disk; see `edited`."""
        sheet = self.shelf.open(told.name)
        path = sheet.path if sheet.is_template else _tried_with(sheet, told)
        return Template.from_file(path, f"{told.name} (saved)")

    def findings(self, told: Told) -> list[Finding]:
        """What is wrong with what the editor has; for a part or settings, with any template of their pack."""
        sheet, tokenizer = self.shelf.open(told.name), self.model.tokenizer_if_there
        if sheet.is_template:
            return check(sheet.path, source=told.source, tokenizer=tokenizer, context_length=BUDGET)
        with staged(sheet.path, told.source) as folder:
            paths = (folder / path.name for path in templates_beside(sheet))
            found = [f for path in paths for f in check(path, tokenizer=tokenizer, context_length=BUDGET)]
        here = [f.model_copy(update={"path": f.path.replace(str(folder), str(sheet.path.parent))}) for f in found]
        return sorted(dict.fromkeys(here), key=lambda f: (f.path != str(sheet.path), f.path, f.line))

    def catalog(self, sheet: Sheet) -> Catalog:
        """The items to try a template with: its pack's own, else a catalogue that comes along.

        Raises:
            TemplateError, InputError: the pack's cannot be read.
        """
        pack = Pack.of(sheet.path)
        if pack.folder is not None and (pack.folder / CATALOG).is_file():
            return pack.catalog()
        return _bundled(language_of(sheet))

    def candidates(self, told: Told) -> tuple[Item, ...]:
        """The items that the page names by title or ID, one a line; the catalogue's first where it names none.

        Raises:
            Refused: no such item, or several of this title, or more than can be tried at once.
        """
        catalog = self.catalog(self.shelf.open(told.name))
        if len(told.candidates) > MOST_CANDIDATES:
            raise Refused("candidates", count=len(told.candidates), most=MOST_CANDIDATES)
        found = [_item(catalog, words) for words in told.candidates] or list(islice(catalog, SHOWN))
        return tuple({item.item_id: item for item in found}.values())


def templates_beside(sheet: Sheet) -> list[Path]:
    """The templates of a file's pack."""
    return sorted(p for p in sheet.path.parent.glob(f"*{SUFFIX}") if p.is_file() and not p.name.startswith(PART))


def _tried_with(sheet: Sheet, told: Told) -> Path:
    """The template of the pack that the page has chosen, else the first."""
    paths = templates_beside(sheet)
    if not paths:
        raise Refused("pack", name=sheet.path.name)
    return next((path for path in paths if path.stem == told.fields.get("with")), paths[0])


def names_of(items: Sequence[Item], catalog: Catalog) -> list[str]:
    """What to write for each item so that `Desk.candidates` finds it: the title, or the ID where titles are shared."""
    return [item.title if catalog.find(item.title) is item else item.item_id for item in items]


def query(told: Told) -> Query:
    """The person.

    Raises:
        InputError: text that no model could read. Refused: an attribute without a name or a value.
    """
    attributes = dict(map(_attribute, told.attributes))
    return Query(preferences=told.preferences, history=told.history, context=told.context, attributes=attributes)


def language_of(sheet: Sheet) -> str:
    """The language of a template, or a guess from its name while it is broken."""
    try:
        return Template(sheet.name, sheet.text, sheet.path).header.language
    except TemplateError:
        return "zh" if "zh" in sheet.name.split("/") else "en"


def _attribute(line: str) -> tuple[str, str]:
    name, _, value = (part.strip() for part in line.replace("：", ":", 1).partition(":"))
    if not name or not value:
        raise Refused("attribute", line=line)
    return name, value


@cache
def _bundled(language: str) -> Catalog:
    return Catalog.bundled(BUNDLED[language])


def _item(catalog: Catalog, words: str) -> Item:
    found = catalog.find(words)
    if found is None:
        titles = {item.title for item in catalog}
        nearest = process.extractOne(words, titles, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=NEAR)
        name = "several" if words in titles else "nearest" if nearest else "candidate"
        raise Refused(name, words=words, nearest=nearest and nearest[0])
    return found
