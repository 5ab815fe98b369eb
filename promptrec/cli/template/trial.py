"""`promptrec template test|ab|diff`: test templates with a model, and compare two."""

from pathlib import Path
from typing import Annotated, Any

import typer

from promptrec.authoring.ab_test import compare_templates
from promptrec.authoring.diff import diff_templates
from promptrec.authoring.run_tests import Outcome, rank_with, run_tests
from promptrec.cli import options
from promptrec.cli.output import bars, dump_json, print_json, results, say
from promptrec.cli.template.lookup import inside, one_template
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.messages import message
from promptrec.rank.registry import default_ranker
from promptrec.template.template import Template

NameArgument = Annotated[str, typer.Argument(metavar="NAME|FILE", help="Name or file of a template.")]
OtherArgument = Annotated[str, typer.Argument(metavar="NAME|FILE", help="Another template.")]
CatalogFile = Annotated[str | None, typer.Option("--catalog", metavar="FILE", help="Items in place of the pack's.")]

ALL = "all"


def test_(
    name: Annotated[str, typer.Argument(metavar="NAME|PACK|FILE", help="A template, or all of a pack.")],
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="Of a pack, the templates of this kind; repeat it; all for every kind. "
            "Default: the kind that `recommend` uses with this model.",
        ),
    ] = None,
    catalog: CatalogFile = None,
    columns: options.Columns = None,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Run the tests of a template with a real model. Exit code 1 if any fails."""
    templates = options.own_templates(templates)
    chosen = _chosen(name, templates, kinds, default_ranker(resolve(model, "language model").parameters))
    rows: list[dict[str, Any]] = []
    with options.loaded_engine(model, engine, options.engine_settings(engine_option)) as opened:
        for template in chosen:
            items = options.open_catalog(catalog, columns) if catalog is not None else template.pack.catalog()
            outcomes = run_tests(template, rank_with(template, opened, items, seed), items)
            rows += [_row(template, outcome) for outcome in outcomes]
            if not as_json:
                _show(template, outcomes)
    failed = sum(not outcome["passed"] for outcome in rows)
    if as_json:
        dump_json(rows)
    else:
        say(f"{len(rows) - failed} of {len(rows)} tests passed, with {model}")
    raise typer.Exit(1 if failed else 0)


def ab_(
    a: NameArgument,
    b: OtherArgument,
    dataset: Annotated[str, typer.Option("--dataset", help="A folder, or a name of `promptrec data list`.")],
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    metric: Annotated[str, typer.Option("--metric", help="Metric of the comparison.")] = "ndcg@10",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N queries.")] = None,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Rank the same queries with two templates, and test which is significantly better."""
    templates = options.own_templates(templates)
    one, other = one_template(a, templates), one_template(b, templates)
    data = open_dataset(dataset)
    people = min(limit or len(data.queries), len(data.queries))
    with options.loaded_engine(model, engine, options.engine_settings(engine_option)) as opened, bars() as bar:
        task = bar.add_task(f"{data.name}, {people} people, twice", total=2 * people)

        def progress(ranked: int) -> None:
            bar.update(task, completed=ranked)

        found = compare_templates(one, other, data, opened, metric=metric, limit=limit, seed=seed, on_progress=progress)
    if as_json:
        print_json(found.model_dump_json(indent=2))
        return
    for side in found.sides:
        mean = "undefined" if side.mean is None else f"{side.mean:.3f}"
        failed = f", {side.failed} failed, the first {side.first_failure}" if side.failed else ""
        say(f"{side.name}: {metric} {mean}, {side.prompt_tokens:,} prompt tokens{failed}")
    say(found.conclusion)


def diff_(
    a: NameArgument,
    b: OtherArgument,
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    catalog: CatalogFile = None,
    columns: options.Columns = None,
    preferences: Annotated[str | None, typer.Option("--preferences", "-p", help="Try them with these words.")] = None,
    as_json: options.Json = False,
) -> None:
    """Show the diff of two templates and of their prompts for the same query and items."""
    templates = options.own_templates(templates)
    tokenizer = ModelTokenizer.from_folder(resolve(model, "language model").folder)
    one, other = one_template(a, templates), one_template(b, templates)
    words = preferences and options.as_typed(preferences)
    items = options.open_catalog(catalog, columns) if catalog is not None else None
    found = diff_templates(one, other, tokenizer, items, words)
    if as_json:
        print_json(found.model_dump_json(indent=2))
        return
    console = results(soft_wrap=True)
    for title, lines in (("files", found.source), ("prompts", found.prompt)):
        console.rule(title)
        for line in lines or ("no difference",):
            console.print(line, style={"+": "green", "-": "red"}.get(line[:1]))
    console.print(f"tokens: {found.tokens[0]} and {found.tokens[1]}")


def _chosen(name: str, folder: Path | None, kinds: list[str] | None, default: str) -> list[Template]:
    """The template of a name; of a pack, those of the given kinds, else of the default kind, else all."""
    pack = inside(name, folder)
    held = [one_template(name, folder)] if pack is None else pack
    able = [t for t in held if t.kind.ranks]
    if not able:
        raise InputError("nothing-to-test", name=name)
    if pack is None:
        return able
    known = [template.header.kind for template in able]
    chosen = kinds or ([default] if default in known else [ALL])
    for kind in chosen:
        if kind not in (*known, ALL):
            raise UnknownName(message("kind/kind-of-template-in-pack", pack=name), kind, [*known, ALL])
    return [template for template in able if ALL in chosen or template.header.kind in chosen]


def _row(template: Template, outcome: Outcome) -> dict[str, Any]:
    return {
        "template": template.name,
        "test": outcome.test.model_dump(mode="json"),
        "passed": outcome.passed,
        "reason": outcome.reason,
        "titles": [item.title for item in outcome.ranking.items],
    }


def _show(template: Template, outcomes: list[Outcome]) -> None:
    passed = sum(outcome.passed for outcome in outcomes)
    say(f"{template.name}: {passed} of {len(outcomes)}")
    for outcome in outcomes:
        mark = "passed" if outcome.passed else "FAILED"
        person = outcome.test.preferences or "(no words)"
        say(f"  {mark}: {person}" + (f" - {outcome.reason}" if outcome.reason else ""))
