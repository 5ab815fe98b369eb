"""Lint rules on content: the language of the text, biased examples, and text that only data may contain."""

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from promptrec.authoring.lint.context import Line, LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.messages import Slot, message
from promptrec.template.analysis.references import Place
from promptrec.template.few_shot import rotate_items

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"en": message("english"), "zh": message("chinese")}
# Another language that an answer is asked for in, by the name it has in English and Chinese.
_LANGUAGE_REQUEST = re.compile(
    r"\b(?i:answer|reply|respond|write)\b[^.!?\n]{0,99}?\bin "
    r"(English|Chinese|French|German|Spanish|Japanese|Korean|Russian)\b"
    r"|用(英文|英语|中文|汉语|法语|德语|西班牙语|日语|韩语|俄语)(?:来)?(?:回答|作答|回复)"
)
_CODES = {"English": "en", "英文": "en", "英语": "en", "Chinese": "zh", "中文": "zh", "汉语": "zh"}
# Two Chinese characters are about a word.
HAN_A_WORD = 2
FEWEST = 4


def language_matches_header(context: LintContext) -> Iterator[Diagnostic]:
    """Most of the author's words are in the language of the header, and so are the answer words."""
    language = context.header.language
    text = "\n".join(line.text for line in context.lines())
    words = {"zh": len(_HAN.findall(text)) / HAN_A_WORD, "en": float(len(_LATIN.findall(text)))}
    other = "zh" if language == "en" else "en"
    if words[other] > words[language] and words[other] >= FEWEST:
        place = context.place("language")
        yield fault("language/text", place, code=language, meant=other, name=NAMES[language], other=NAMES[other])
    else:
        yield from answers_in_another_language(context)
        yield from requests_another_language(context)


def answers_in_another_language(context: LintContext) -> Iterator[Diagnostic]:
    """Answer words that are not in the language of the header; digits are in both."""
    wrong = _LATIN if context.header.language == "zh" else _HAN
    for word in context.header.answers:
        if context.kind.words and wrong.search(word):
            place = context.place("answers", word)
            yield fault("language/word", place, "warning", word=repr(word), name=NAMES[context.header.language])


def requests_another_language(context: LintContext) -> Iterator[Diagnostic]:
    """A request to answer in a language that is not the header's, in which the answer is looked for."""
    for line in context.lines():
        request = _LANGUAGE_REQUEST.search(line.text)
        if request and _CODES.get(request[1] or request[2]) != context.header.language:
            name = NAMES[context.header.language]
            yield fault("language/asked", line.place, "warning", written=repr(request[0]), name=name)


_SUCH_AS = re.compile(
    r"(?:for example|for instance|e\.\s?g\.|such as|like this|like so|example:|例如|比如|譬如|举例|如：|如下："
    r"|(?:like|像|如)(?=\s*[\[【(（\"“'‘]))"
    r"([^.!?。！？\n]*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\[【(（]\s*([A-Z]{1,2}|\d{1,2})\s*[\]】)）]|[\"“'‘`]([A-Z]|\d{1,2})[\"”'’`]")

_ANSWERED = re.compile(r"(?:answer|label|回答|答案)\s*[:：]\s*(.+)", re.IGNORECASE)


def examples_vary(context: LintContext) -> Iterator[Diagnostic]:
    """There are examples where some are promised, and their right answer is not always the same."""
    examples = context.template.examples
    if context.header.examples and not examples:
        yield fault("no-examples", Place(str(Path(context.template.path).parent / context.header.examples), 1))
    if not examples or not any(use.of_example for use in context.uses()):
        return
    if context.listwise:
        slots = {rotate_items(example, turn).index(example.ordered()[0]) for turn, example in enumerate(examples)}
        always: Slot = message("in-slot", slot=chr(ord("A") + min(slots))) if len(slots) == 1 else ""
    else:
        words = context.kind.words
        always = words.best_and_worst(context.header.answers)[0] if words and len(examples) == 1 else ""
    if always:
        least, file = 3 if context.listwise else 2, context.header.examples or ""
        yield fault("one-answer", context.place("examples"), always=always, least=least, file=file)


def typed_answers(context: LintContext) -> Iterator[Diagnostic]:
    """An answer typed as an example makes a model give that answer; so do typed examples that all have one answer."""
    if not context.kind.reads_next_token:
        return
    such = message("with-its-label") if context.listwise else _either(context.header.answers)
    answered = []
    for line in context.lines():
        named = [found for found in _SUCH_AS.finditer(line.text) if len(_answers(found[1], context)) == 1]
        for found in named:
            yield fault("typed-answer", line.place, words=repr(found[0].strip()), such=such)
        answer = None if named else _ANSWERED.search(line.text)
        if answer and (given := _answers(answer[1], context)):
            answered.append((line.place, answer[0].strip(), given))
    if answered and len(set.union(*(given for _, _, given in answered))) == 1:
        place, words, _ = answered[0]
        yield fault("typed-answer", place, words=repr(words), such=such)


def _either(words: tuple[str, ...]) -> Slot:
    first: Slot = words[0]
    return reduce(lambda one, other: message("or", one=one, other=other), words[1:], first)


def _answers(text: str, context: LintContext) -> set[str]:
    if context.listwise:
        return {a or b for a, b in _LABEL.findall(text)}
    return {word for word in context.header.answers if names_word(text, word)}


def names_word(text: str, word: str) -> bool:
    """Whether a text has an answer word, and not only as a part of another word."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None


_CONTROL = re.compile(r"<\|[^|<>\s]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|<(?:bos|eos|pad)>")
# Shorter ones may be words of the question itself.
SHORTEST = 8
SHORTEST_WIDE = 4


def control_tokens(context: LintContext) -> Iterator[Diagnostic]:
    """Control tokens in the author's text end the prompt, or begin another turn, where nobody expects it."""
    for line in context.lines():
        found = _CONTROL.search(line.text)
        if found or _is_read_otherwise(context, line):
            yield fault("control-token", line.place, token=found[0] if found else message("a-control-token"))


def _is_read_otherwise(context: LintContext, line: Line) -> bool:
    """Whether the model's tokenizer finds a control token in it."""
    if context.tokenizer is None:
        return False
    return context.tokenizer.encode(line.text, trusted=True) != context.tokenizer.encode(line.text, trusted=False)


def typed_titles(context: LintContext) -> Iterator[Diagnostic]:
    """A title or a person's words typed in: they stand in every prompt, and pass for the author's own words."""
    titles = {item.title: "title-of-the-catalogue" for item in context.catalog or ()}
    people = {test.preferences.strip(): "person-of-a-test" for test in context.header.tests}
    people |= {one.preferences.strip(): "person-of-an-example" for one in context.template.examples}
    for line in context.lines():
        for words, what in {**titles, **people}.items():
            # A title of one word may be a word of the question, but not a name in the middle of its sentence.
            before = r"(?<!\w)" if _long_enough(words) else r"(?<=[a-z,] )"
            if (_long_enough(words) or _is_name(words)) and re.search(rf"{before}{re.escape(words)}(?!\w)", line.text):
                yield fault("typed-value", line.place, "warning", words=repr(words), what=message(what))


def _long_enough(words: str) -> bool:
    wide = any(c >= "\u2e80" for c in words)
    return len(words) >= SHORTEST_WIDE if wide else len(words) >= SHORTEST and " " in words


def _is_name(words: str) -> bool:
    return len(words) >= SHORTEST_WIDE and words.isalpha() and words.istitle()
