"""Lint rules on answers: answer words, labels, their tokens, and words that would be read as an answer by mistake."""

import re
from collections.abc import Iterator
from itertools import pairwise

from promptrec.answer.registry import answer_format
from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.rules.content import answers_in_another_language, names_word
from promptrec.authoring.lint.rules.structure import asks_something, question
from promptrec.rank.label_tokens import answer_word, label_names, label_tokens, word_tokens
from promptrec.template.analysis.references import Typed, Use

BRACKETS = "[(<【（"


def labels_are_shown_as_answered(context: LintContext) -> Iterator[Diagnostic]:
    """Report labels shown without the bracket that the reply begins with."""
    mark = context.template.cue[-1:]
    if not context.kind.reads_label or not mark or mark not in BRACKETS:
        return
    for before, piece in pairwise([None, *context.pieces("system", "user")]):
        if not isinstance(piece, Use) or not piece.printed or piece.names != ("item", "label") or piece.of_example:
            continue
        if not (isinstance(before, Typed) and before.text.rstrip().endswith(mark)):
            yield fault("label-mark", piece.place, "warning", mark=mark, written=piece.written)


def space_before_slot(context: LintContext) -> Iterator[Diagnostic]:
    """Report a space before the answer, which is stripped, and a label that follows a word or colon without one."""
    if not context.kind.reads_next_token:
        return
    pieces = [p for p in context.blocks[context.slot] if not isinstance(p, Typed) or p.text.strip("\n")]
    if not pieces or not isinstance(pieces[-1], Typed):
        return
    place, text = context.end(context.slot), pieces[-1].text.rstrip("\n")
    if text != text.rstrip():
        yield fault("space-before-slot", place, "warning", block=context.slot)
    # In a chat format without a cue, the label opens the model's own turn.
    glued = context.slot == "reply" or not context.header.chat
    if context.kind.reads_label and glued and answer_word(text.rstrip(), "A") != "A":
        yield fault("glued-label", place, mark=repr(text.strip()[-1:]))


MARKS = ("[", "(", "<")


def words_are_single_tokens(context: LintContext) -> Iterator[Diagnostic]:
    """Report answer words of more tokens than the shortest, not counting a start that all words share.

    A word of a single character cannot be shorter; where the tokenizer cuts it into bytes, the model is at fault.
    """
    words = context.header.answers
    if context.tokenizer is None or context.kind.words is None:
        return
    lines = context.lines(context.slot)
    ids = word_tokens(context.tokenizer, lines[-1].text.rstrip() if lines else "", words)
    if all(one[:-1] == ids[0][:-1] for one in ids):
        return
    least = min(len(one) for one in ids)
    for word, tokens in zip(words, ids, strict=True):
        if len(word) > 1 and len(tokens) > least:
            place = context.place("answers", word)
            cut = "·".join(context.tokenizer.decode((token,)) for token in tokens).strip()
            yield fault("word-tokens", place, "warning", word=repr(word), count=len(tokens), cut=cut)


def labels_are_single_tokens(context: LintContext) -> Iterator[Diagnostic]:
    """Report a cue after which fewer labels are single tokens than after another bracket."""
    if context.tokenizer is None or not context.kind.reads_label:
        return
    cue = context.template.cue
    counts = {mark: len(label_tokens(context.tokenizer, mark, context.kind.most_candidates)) for mark in (cue, *MARKS)}
    better = max(MARKS, key=counts.__getitem__)
    if counts[cue] < counts[better]:
        yield fault("label-tokens", context.end(context.slot), cue=repr(cue), found=counts[cue], better=repr(better))


def text_is_not_parsed_as_answer(context: LintContext) -> Iterator[Diagnostic]:
    """Report lines of the template that the answer parser would read as an answer."""
    header = context.header
    if not context.kind.writes_answer:
        return
    answer = answer_format(header.answer, header.language)
    if header.answer == "titles":
        choices = tuple(dict.fromkeys(item.title for item in context.catalog or ()))
    else:
        # Labels are letters; a model that is shown numbers writes numbers.
        most = context.kind.most_candidates
        choices = (*label_names(most), *map(str, range(1, most + 1)))
    for line in context.lines():
        read = answer.parse(line.text, choices).order
        if read:
            yield fault("reads-as-answer", line.place, line=repr(line.text.strip()), answer=tuple(read[:5]))


# What a question asks for by itself: "Would it suit them?"
UNDERSTOOD = ({"yes", "no"}, {"是", "否"}, {"是", "不是"}, {"会", "不会"})
_BAD = re.compile(
    r"\b(?:no|not|never|none|false|bad|worst|poor|awful|terrible|hate\w*|dislike\w*|un\w+|reject|wrong)\b|[不否没差坏无]",
    re.I,
)


def answers_are_named(context: LintContext) -> Iterator[Diagnostic]:
    """Report a question that does not name the answer words: both of two, or the ends of a scale."""
    words = context.header.answers
    shown = any(use.of_example and use.printed and use.names == ("answer",) for use in context.uses())
    if context.kind.words is None or shown or not asks_something(context) or any(answers_in_another_language(context)):
        return  # where nothing is asked, or in another language, that is said
    text = "\n".join(line.text for line in context.lines())
    ends = (words[0], words[-1])
    missing = [word for word in ends if not names_word(text, word)]
    understood = {word.lower() for word in words} in UNDERSTOOD
    if missing and not (understood and len(missing) == len(ends)):
        yield fault("unnamed-answer", context.end("user"), word=repr(missing[0]), question=question(context))


def answers_are_ordered(context: LintContext) -> Iterator[Diagnostic]:
    """Report answer words in the wrong order, which would rank upside down: yes comes first, the worst grade first."""
    words, kind = context.header.answers, context.kind
    if kind.words is None:
        return
    good, bad = kind.words.best_and_worst(words)
    falling = all(map(str.isdecimal, words)) and [*map(int, words)] == sorted(map(int, words), reverse=True)
    if (_BAD.search(good) and not _BAD.search(bad)) or (not kind.words.best_first and falling):
        right = ", ".join(reversed(words))
        which = "best-first" if kind.words.best_first else "worst-first"
        yield fault(f"words-order/{which}", context.place("answers"), first=words[0], last=words[-1], right=right)
