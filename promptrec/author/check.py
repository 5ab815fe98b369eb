"""`check`: what is wrong with a template, before anybody asks a model with it."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from promptrec.author.draft import Draft
from promptrec.author.finding import Finding
from promptrec.author.misnamed import misnamed_files
from promptrec.author.refused import refused
from promptrec.author.rules import (
    answers,
    braces,
    called,
    catalogue,
    cue,
    echo,
    expected,
    inside,
    language,
    marks,
    names,
    order,
    parted,
    primed,
    room,
    shown,
    slot_space,
    tokens,
    typed,
    typed_signs,
    unused,
)
from promptrec.author.sample import own_catalog, sample
from promptrec.author.slips import likely_slip
from promptrec.data.catalog import Catalog
from promptrec.errors import PromptrecError, TemplateError
from promptrec.prompt import Tokenizer
from promptrec.template.template import Template

Rule = Callable[[Draft], Iterable[Finding]]
NAMES: tuple[Rule, ...] = (
    names.unknown_names,
    names.printed_lists,
    parted.fields_are_parted,
    braces.single_braces,
    inside.names_do_what_they_look_like,
)
# A misspelt name is also one that is missing: these say something new only where all names are right.
MISSING: tuple[Rule, ...] = (
    unused.unused_fields,
    unused.unused_limits,
    unused.unused_examples,
    unused.unused_names,
    shown.shows_the_person,
    shown.shows_the_items,
    shown.shows_the_instruction,
)
RULES: tuple[Rule, ...] = (
    called.says_what_it_is_for,
    called.is_called_as_it_ranks,
    cue.asks,
    answers.answers_are_named,
    answers.best_word_is_where_it_belongs,
    slot_space.space_before_slot,
    tokens.words_are_single_tokens,
    tokens.labels_are_single_tokens,
    marks.labels_are_shown_as_answered,
    order.same_things_first,
    order.scored_text_is_not_shown_before,
    catalogue.fields_are_in_the_catalogue,
    catalogue.labels_are_of_lists,
    typed.control_tokens,
    typed.typed_titles,
    typed_signs.signs_of_elsewhere,
    braces.stray_braces,
    primed.examples_vary,
    primed.typed_answers,
    echo.is_no_answer_itself,
    language.speaks_its_language,
    room.long_things_have_limits,
    expected.titles_exist,
    expected.tests_agree,
    parted.texts_are_whole,
)


def check(
    template_path: str | Path,
    *,
    source: str | None = None,
    tokenizer: Tokenizer | None = None,
    catalog: Catalog | None = None,
    context_length: int = 2048,
) -> list[Finding]:
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
        draft = Draft(template, tokenizer, catalog or own_catalog(template), context_length)
    except PromptrecError as error:
        told = refused(error, str(path))
        return [likely_slip(told, str(path), source), *found]
    misnamed = [finding for rule in NAMES for finding in rule(draft)]
    found += [finding for rule in (RULES if misnamed else (*MISSING, *RULES)) for finding in rule(draft)]
    found += misnamed or _rendered(draft)
    return sorted(dict.fromkeys(found), key=lambda f: (f.path != str(path), f.path, f.line))


def _rendered(draft: Draft) -> list[Finding]:
    """What only shows when prompts are written: for someone, and for the longest items there are."""
    try:
        told = sample(draft.template, draft.catalog)
        draft.template.render(told.query, told.items, told.labels, instruction=told.instruction)
        return list(room.worst_case_fits(draft, draft.catalog or told.items))
    except TemplateError as error:
        found = refused(error, draft.template.path)
        named = re.match(rf"{re.escape(draft.template.path)}: block (\w+): ", str(error))
        first = draft.blocks.get(named[1], ())[:1] if named else ()
        return [found.model_copy(update={"path": p.place.path, "line": p.place.line}) for p in first] or [found]
