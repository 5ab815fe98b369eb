"""`check`: what is wrong with a template, before anybody asks a model with it."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from promptrec.authoring.lint.context import LintContext
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.file_names import misnamed_files
from promptrec.authoring.lint.from_error import refused
from promptrec.authoring.lint.jinja_hints import likely_slip
from promptrec.authoring.lint.rules import answers, content, expressions, header, length, names, pack_tests, structure
from promptrec.authoring.sample_request import own_catalog, sample
from promptrec.data.catalog import Catalog
from promptrec.errors import PromptrecError, TemplateError
from promptrec.prompt import Tokenizer
from promptrec.template.template import Template

Rule = Callable[[LintContext], Iterable[Diagnostic]]
NAMES: tuple[Rule, ...] = (
    names.unknown_names,
    names.printed_lists,
    header.fields_are_parted,
    expressions.single_braces,
    expressions.names_do_what_they_look_like,
)
# A misspelt name is also one that is missing: these say something new only where all names are right.
MISSING: tuple[Rule, ...] = (
    header.unused_fields,
    header.unused_limits,
    header.unused_examples,
    header.unused_names,
    structure.shows_the_person,
    structure.shows_the_items,
    structure.shows_the_instruction,
)
RULES: tuple[Rule, ...] = (
    header.says_what_it_is_for,
    header.is_called_as_it_ranks,
    structure.asks,
    answers.answers_are_named,
    answers.best_word_is_where_it_belongs,
    answers.space_before_slot,
    answers.words_are_single_tokens,
    answers.labels_are_single_tokens,
    answers.labels_are_shown_as_answered,
    structure.same_things_first,
    structure.scored_text_is_not_shown_before,
    names.fields_are_in_the_catalogue,
    names.labels_are_of_lists,
    content.control_tokens,
    content.typed_titles,
    expressions.signs_of_elsewhere,
    expressions.stray_braces,
    content.examples_vary,
    content.typed_answers,
    answers.is_no_answer_itself,
    content.speaks_its_language,
    length.long_things_have_limits,
    pack_tests.titles_exist,
    pack_tests.tests_agree,
    header.texts_are_whole,
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
        draft = LintContext(template, tokenizer, catalog or own_catalog(template), context_length)
    except PromptrecError as error:
        told = refused(error, str(path))
        return [likely_slip(told, str(path), source), *found]
    misnamed = [finding for rule in NAMES for finding in rule(draft)]
    found += [finding for rule in (RULES if misnamed else (*MISSING, *RULES)) for finding in rule(draft)]
    found += misnamed or _rendered(draft)
    return sorted(dict.fromkeys(found), key=lambda f: (f.path != str(path), f.path, f.line))


def _rendered(draft: LintContext) -> list[Diagnostic]:
    """What only shows when prompts are written: for someone, and for the longest items there are."""
    try:
        told = sample(draft.template, draft.catalog)
        draft.template.render(told.query, told.items, told.labels, instruction=told.instruction)
        return list(length.worst_case_fits(draft, draft.catalog or told.items))
    except TemplateError as error:
        found = refused(error, draft.template.path)
        named = re.match(rf"{re.escape(draft.template.path)}: block (\w+): ", str(error))
        first = draft.blocks.get(named[1], ())[:1] if named else ()
        return [found.model_copy(update={"path": p.place.path, "line": p.place.line}) for p in first] or [found]
