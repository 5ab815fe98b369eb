"""`check`: what is wrong with a template, before anybody asks a model with it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from promptrec.authoring.lint.context import LintContext
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.file_names import misnamed_files
from promptrec.authoring.lint.jinja_hints import diagnostic_of, likely_slip
from promptrec.authoring.lint.rules import answers, content, expressions, header, length, names, pack_tests, structure
from promptrec.authoring.sample_request import sample
from promptrec.data.catalog import Catalog
from promptrec.errors import PromptrecError, TemplateError
from promptrec.prompt import Tokenizer
from promptrec.template.template import Template

Rule = Callable[[LintContext], Iterable[Diagnostic]]
NAMES: tuple[Rule, ...] = (
    names.unknown_names,
    names.printed_lists,
    header.fields_are_separated,
    expressions.single_braces,
    expressions.quoted_and_joined_names,
)
# A misspelt name is also one that is missing: these say something new only where all names are right.
MISSING: tuple[Rule, ...] = (
    header.unused_fields,
    header.unused_limits,
    header.unused_examples,
    header.unused_names,
    structure.preferences_are_shown,
    structure.items_are_shown,
    structure.instruction_is_shown,
)
RULES: tuple[Rule, ...] = (
    header.about_and_domain_are_filled,
    header.file_name_matches_kind,
    structure.prompt_asks_something,
    answers.answers_are_named,
    answers.answers_are_ordered,
    answers.space_before_slot,
    answers.words_are_single_tokens,
    answers.labels_are_single_tokens,
    answers.labels_are_shown_as_answered,
    structure.stable_part_first,
    structure.scored_text_not_in_context,
    names.fields_are_in_the_catalogue,
    names.columns_are_in_the_catalogue,
    names.labels_only_in_lists,
    content.control_tokens,
    content.typed_titles,
    expressions.foreign_syntax,
    expressions.stray_braces,
    content.examples_vary,
    content.typed_answers,
    answers.text_is_not_parsed_as_answer,
    content.language_matches_header,
    length.long_fields_are_truncated,
    pack_tests.titles_exist,
    pack_tests.tests_agree,
    header.unquoted_comments,
)


def check(
    template_path: str | Path,
    *,
    source: str | None = None,
    tokenizer: Tokenizer | None = None,
    catalog: Catalog | None = None,
    context_length: int = 2048,
) -> list[Diagnostic]:
    """What is wrong with a template, in the order of its lines. A fault of the template is never raised.

    Args:
        template_path: the file; its folder is its pack.
        source: its text where it is not saved yet.
        tokenizer: of the model that will read it; without one, tokens are not looked at.
        catalog: items to try it with; its pack's own by default. Without any, fields and titles are not looked up.
        context_length: tokens that the model has room for.
    """
    path = Path(template_path)
    found = list(misnamed_files(path.parent))
    try:
        template = Template(path.stem, source, path) if source is not None else Template.from_file(path)
        context = LintContext(template, tokenizer, catalog, context_length)
    except PromptrecError as error:
        return [likely_slip(diagnostic_of(error, str(path)), str(path), source), *found]
    misnamed = [finding for rule in NAMES for finding in rule(context)]
    found += [finding for rule in (RULES if misnamed else (*MISSING, *RULES)) for finding in rule(context)]
    found += misnamed or _rendered(context)
    return sorted(dict.fromkeys(found), key=lambda f: (f.path != str(path), f.path, f.line))


def _rendered(context: LintContext) -> list[Diagnostic]:
    """What only shows when prompts are written: for someone, and for the longest items there are."""
    try:
        args = sample(context.template, context.catalog)
        context.template.render(args.query, args.items, args.labels, instruction=args.instruction)
        return list(length.longest_prompt_fits(context, context.catalog or args.items))
    except TemplateError as error:
        found = diagnostic_of(error, context.template.path)
        first = context.blocks.get(str(error.slots.get("block")), ())[:1] if error.line is None else ()
        return [found.model_copy(update={"path": p.place.path, "line": p.place.line}) for p in first] or [found]
