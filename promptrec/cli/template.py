"""`promptrec template`: which prompts there are, and exactly what one of them says to the model."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from promptrec.answer.table import answer_format
from promptrec.cli.options import JsonOption, ModelOption, open_catalog
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.engine.models import DEFAULT_MODEL, resolve
from promptrec.engine.tokenizer import Tokenizer
from promptrec.prompt import EncodedPrompt, fit
from promptrec.rank.slots import label_names
from promptrec.template.store import list_templates, load_template

app = typer.Typer(help="Prompts as files: list them, show one.", no_args_is_help=True, rich_markup_mode=None)

FolderOption = Annotated[
    Path | None, typer.Option("--templates", help="A folder of your own templates, looked into first.")
]
SAMPLE_WORDS = {"en": "I like slow, thoughtful stories with a happy ending.", "zh": "我喜欢节奏舒缓、结局温暖的作品。"}
SAMPLE_PERSON = {
    "en": Query(attributes={"age": "40"}, history=("The Silent Garden",)),
    "zh": Query(attributes={"age": "40"}, history=("寂静的花园",)),
}
SAMPLE_ITEMS = 3


@app.command("list")
def list_(templates: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show every template: its name, the way of ranking that asks with it, language and what it is for."""
    found = list_templates(templates)
    if as_json:
        rows = [{"name": t.name, "sha256": t.sha256, **t.header.model_dump(mode="json")} for t in found]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("name", "ranks", "language", "about")
    for t in found:
        table.add_row(t.name, t.header.ranks, t.header.language, t.header.about)
    Console().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name or file of a template.")],
    templates: FolderOption = None,
    model: ModelOption = DEFAULT_MODEL,
    catalog: Annotated[str | None, typer.Option("--catalog", help="Show it with items of this catalogue.")] = None,
    preferences: Annotated[str | None, typer.Option("--preferences", "-p", help="Show it with these words.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the exact prompt a model reads, and its tokens, for sample items and words."""
    template = load_template(name, folder=templates)
    tokenizer = Tokenizer.from_folder(resolve(model, "language model").folder)
    header = template.header
    items = _sample(catalog, header.domain, header.language)
    listwise = header.ranks.startswith("listwise")
    shown = items if listwise else items[:1]
    labels = label_names(len(shown)) if listwise else ()
    told = answer_format(header.answer, header.language).instruction(labels) if header.ranks == "listwise-text" else ""
    spoken = Query(preferences=preferences or SAMPLE_WORDS[header.language])
    query = SAMPLE_PERSON[header.language] if header.ranks == "profile" else spoken
    fitted = fit(template, query, shown, labels, tokenizer, 10**6, instruction=told)
    pieces = [tokenizer.decode((i,)) for i in fitted.encoded.ids]
    if as_json:
        print(json.dumps(_facts(template.name, template.sha256, fitted.encoded, tokenizer, pieces), ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"{template.name} · sha256 {template.sha256[:12]} · {model}")
    console.rule(f"context, {len(fitted.encoded.context)} tokens")
    console.print(tokenizer.decode(fitted.encoded.context))
    console.rule(
        f"{'scored text' if 'likelihood' in header.ranks or 'pmi' in header.ranks else 'cue'}, "
        f"{len(fitted.encoded.reply)} tokens"
    )
    console.print(tokenizer.decode(fitted.encoded.reply))
    console.rule("tokens")
    console.print("·".join(piece.replace("\n", "⏎") for piece in pieces))


def _facts(
    name: str, sha256: str, encoded: EncodedPrompt, tokenizer: Tokenizer, pieces: list[str]
) -> dict[str, object]:
    return {
        "name": name,
        "sha256": sha256,
        "context": tokenizer.decode(encoded.context),
        "reply": tokenizer.decode(encoded.reply),
        "ids": list(encoded.ids),
        "tokens": pieces,
    }


def _sample(catalog: str | None, domain: str, language: str) -> list[Item]:
    """A few items to show a template with: of the catalogue asked for, or of a bundled one that fits."""
    if catalog is not None:
        chosen = open_catalog(catalog)
    elif domain == "films" and language == "en":
        chosen = Catalog.bundled("films")
    elif domain == "general" and language == "zh":
        chosen = Catalog.bundled("places-zh")
    else:
        title = {"en": "The Silent Garden", "zh": "寂静的花园"}[language]
        told = {
            "en": "A widower plants a garden with the children next door.",
            "zh": "一位老人和邻家的孩子们一起种下花园。",
        }
        chosen = Catalog(
            [Item(item_id=str(n), title=f"{title} {n}", fields={"description": told[language]}) for n in (1, 2, 3)]
        )
    return list(chosen)[:SAMPLE_ITEMS]
