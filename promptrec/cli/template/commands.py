"""`promptrec template`: list templates, create packs, show exact prompts."""

from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from promptrec.authoring.sample_request import sample, sample_items
from promptrec.authoring.scaffold import new_pack
from promptrec.authoring.token_spans import Part, PromptView, view_prompt
from promptrec.cli import options
from promptrec.cli.output import dump_json, print_table, report_broken, results, say
from promptrec.cli.template.check import check_
from promptrec.cli.template.lookup import one_template
from promptrec.cli.template.trial import ab_, diff_, test_
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import TemplateError
from promptrec.template.loader import list_templates
from promptrec.template.template import Template

app = typer.Typer(
    help="Templates of prompts: create a pack, show, check, test, compare.", no_args_is_help=True, rich_markup_mode=None
)

app.command("check")(check_)
app.command("test")(test_)
app.command("ab")(ab_)
app.command("diff")(diff_)


@app.command("list")
def list_(templates: options.Templates = None, as_json: options.Json = False) -> None:
    """List all templates: name, kind, language and description.

    If one cannot be loaded, the exit code is 2.
    """
    templates = options.own_templates(templates)
    broken: list[TemplateError] = []
    found = list_templates(templates, on_error=broken.append)
    if as_json:
        rows = [{"name": t.name, "sha256": t.sha256, **t.header.model_dump(mode="json")} for t in found]
        dump_json(rows)
    else:
        table = Table(Column("name", no_wrap=True), "kind", "language", Column("about", overflow="fold"))
        for t in found:
            table.add_row(t.name, t.header.kind, t.header.language, t.header.about)
        print_table(table)
    report_broken(map(str, broken))


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="DOMAIN/LANGUAGE", help="Such as wine/en.")],
    templates: Annotated[Path, typer.Option("--templates", help="Folder of your own templates.")] = options.TEMPLATES,
    like: Annotated[str | None, typer.Option("--like", help="Pack to copy. Default: general.")] = None,
    catalog: Annotated[
        str | None, typer.Option("--catalog", metavar="FILE", help="Items to try the templates with.")
    ] = None,
    columns: options.Columns = None,
) -> None:
    """Create a pack of your own from a copy of a shipped pack."""
    written = new_pack(name, templates, like, options.open_catalog(catalog, columns) if catalog is not None else None)
    for path in written:
        say(str(path))
    say(f"next: promptrec template check {templates / name}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name or file of a template.")],
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    catalog: Annotated[str | None, typer.Option("--catalog", help="Show it with items of this catalogue.")] = None,
    columns: options.Columns = None,
    preferences: Annotated[str | None, typer.Option("--preferences", "-p", help="Show it with these words.")] = None,
    as_json: options.Json = False,
) -> None:
    """Print the exact prompt a model reads, and its tokens, for sample items and words."""
    templates = options.own_templates(templates)
    template = one_template(name, templates)
    tokenizer = ModelTokenizer.from_folder(resolve(model, "language model").folder)
    items = options.open_catalog(catalog, columns) if catalog is not None else None
    person = sample(template, items, preferences and options.as_typed(preferences)).query
    seen = view_prompt(template, person, sample_items(template, items), tokenizer, across_people=True)
    if as_json:
        dump_json(_facts(template, seen, tokenizer))
        return
    console = results(soft_wrap=True)
    same, varies, reply = seen.parts
    console.print(f"{template.name} · sha256 {template.sha256[:12]} · {model}")
    console.print(f"{len(seen.ids)} tokens; {len(same.ids)} (dim) are read once for many prompts, the others for each")
    console.print("underlined is what people and items say, the rest is the template's")
    console.rule(f"context, {len(same.ids + varies.ids)} tokens")
    console.print(Text.assemble(*_coloured(same, tokenizer), *_coloured(varies, tokenizer)))
    console.rule(f"{'scored text' if template.kind.scores else 'cue'}, {len(reply.ids)} tokens")
    console.print(Text.assemble(*_coloured(reply, tokenizer)))
    console.rule("tokens")
    console.print("·".join(one.text.replace("\n", "⏎") for part in seen.parts for one in part.token_spans))


def _coloured(part: Part, tokenizer: ModelTokenizer) -> Iterator[tuple[str, str]]:
    style = "dim" if part.name == "same" else "bold"
    for trusted, run in groupby(part.token_spans, key=lambda token_span: token_span.trusted):
        # Token by token, some tokenizers leave out the spaces between words.
        ids = tuple(chain.from_iterable(token_span.ids for token_span in run))
        yield tokenizer.decode(ids), style if trusted else f"{style} underline"


def _facts(template: Template, seen: PromptView, tokenizer: ModelTokenizer) -> dict[str, object]:
    same, varies, reply = seen.parts
    return {
        "name": template.name,
        "sha256": template.sha256,
        "context": tokenizer.decode(same.ids + varies.ids),
        "reply": tokenizer.decode(reply.ids),
        "ids": seen.ids,
        "shared": len(same.ids),
        "tokens": [tokenizer.decode((token,)) for token in seen.ids],
    }
