"""A sample query and items to render a template with."""

from functools import cache
from itertools import islice
from typing import NamedTuple

from promptrec.answer.registry import answer_format
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import Fitted, Tokenizer, fit
from promptrec.rank.label_tokens import label_names
from promptrec.template.pack import CATALOG
from promptrec.template.template import Template

SAMPLE_WORDS = {"en": "I like slow, thoughtful stories with a happy ending.", "zh": "我喜欢节奏舒缓、结局温暖的作品。"}
SAMPLE_PERSON = {
    "en": Query(attributes={"age": "40"}, history=("The Silent Garden",)),
    "zh": Query(attributes={"age": "40"}, history=("寂静的花园",)),
}
SAMPLE_ITEMS = 3
BUNDLED = {("films", "en"): "films", ("general", "zh"): "places-zh"}


class Sample(NamedTuple):
    """The arguments of `Template.render`: a query, the items shown, a label for each (listwise), the instruction."""

    query: Query
    items: tuple[Item, ...]
    labels: tuple[str, ...]
    instruction: str

    def fit(self, template: Template, tokenizer: Tokenizer, budget: int) -> Fitted:
        """The prompt of these arguments in at most `budget` tokens; see `promptrec.prompt.fit`."""
        return fit(template, self.query, self.items, self.labels, tokenizer, budget, instruction=self.instruction)


def sample(template: Template, catalog: Catalog | None = None, preferences: str | None = None) -> Sample:
    """A sample query, and the first items of a catalogue: the one given, else the pack's own, else a bundled one.

    Raises:
        InputError: the pack's own catalogue cannot be read.
    """
    language = template.header.language
    person = SAMPLE_PERSON[language] if not template.kind.ranks else None
    query = person or Query(preferences=preferences or SAMPLE_WORDS[language])
    return render_args(template, query, sample_items(template, catalog))


def sample_items(template: Template, catalog: Catalog | None = None) -> list[Item]:
    """The first items of a catalogue: see `sample`."""
    header = template.header
    items = catalog or own_catalog(template) or _fallback_catalog(header.domain, header.language)
    return list(islice(items, SAMPLE_ITEMS))


def render_args(template: Template, query: Query, items: list[Item]) -> Sample:
    """The arguments to render a template of this kind with: all items with labels, the first item, or none."""
    header, kind = template.header, template.kind
    if not kind.lists_candidates:
        return Sample(query, tuple(items[:1]) if kind.ranks else (), (), "")
    labels = label_names(len(items))
    choices = tuple(item.title for item in items) if header.answer == "titles" else labels
    instruction = answer_format(header.answer, header.language).instruction(choices) if kind.writes_answer else ""
    return Sample(query, tuple(items), labels, instruction)


def own_catalog(template: Template) -> Catalog | None:
    """The catalogue in the template's pack, if it has one.

    Raises:
        InputError: it cannot be read.
    """
    folder = template.pack.folder
    return template.pack.catalog() if folder is not None and (folder / CATALOG).is_file() else None


@cache
def _fallback_catalog(domain: str, language: str) -> Catalog:
    """A bundled catalogue that fits, or a few made-up items."""
    if (domain, language) in BUNDLED:
        return Catalog.bundled(BUNDLED[domain, language])
    title = {"en": "The Silent Garden", "zh": "寂静的花园"}[language]
    description = {
        "en": "A widower plants a garden with the children next door.",
        "zh": "一位老人和邻家的孩子们一起种下花园。",
    }[language]
    return Catalog([Item(item_id=str(n), title=f"{title} {n}", fields={"description": description}) for n in (1, 2, 3)])
