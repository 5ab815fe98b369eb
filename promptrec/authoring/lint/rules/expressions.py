"""Lint rules on expressions: names in the wrong braces, in signs of other programs, or with no effect inside braces."""

import html
import re
from collections.abc import Iterator

from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.rules.names import QUERY, names_of_item
from promptrec.template.analysis.references import Place, Typed
from promptrec.template.syntax.unclosed_blocks import without_comments

NAMES = ("item", "query", "candidate", "candidates", "instruction")
# A label is also what a model is told to write: "answer with {label}".
NOT_ALONE = {"label", "facts", "others"}
_SINGLE = re.compile(r"[{｛]{1,2}\s*(?P<inside>(?P<name>\w+)\s*(?:[.\[|．][^{}｛｝\n]*)?)[}｝]{1,2}")
_COMMAND = re.compile(r"\{\s*(?P<inside>(?:if|elif|for)\s[^{}\n]*|else|endif|endfor)\s*\}")
# Jinja passes over a command in wide signs; one with a word of its own is no text about a percentage.
_WIDE_COMMAND = re.compile(
    r"(?:[{｛]\s?％|｛\s?%)[-+]?\s*"
    r"(?P<inside>(?:if|elif|else|endif|for|endfor|include|extends|block|endblock|set|with|endwith)\b[^{}｛｝%％\n]*)"
    r"(?:[%％]\s?[}｝])?"
)
# Behind these only what ends them is left to read. Each that is never closed, as between raw and endraw, would be
# looked for to the end of the text, were it not for an end to their length and to what they may hold.
PUT_IN = re.compile(r"\{\{(?:(?!\{[{%]).){0,499}?\}\}|\{%(?:(?!\{[{%]).){0,499}?%\}", re.DOTALL)
_UNOPENED = re.compile(r"(?<![\w.])(?P<inside>(?P<name>\w+)\.\w+)\s*\}\}")
_BARE = re.compile(r"(?:<<|«)?(?<![\w.])(?P<name>\w+)\.(?P<field>[^\W\d]\w*)(?![\w(])(?:>>|»)?")
# As a letter to many people has it in other programs.
_MERGED = re.compile(r"<<(\w+)>>|«(\w+)»|\$(\w+)|%(\w+)%|\[(\w+)\]")


def single_braces(context: LintContext) -> Iterator[Diagnostic]:
    """Report names in single, wide or other programs' braces: only double braces are replaced by a value."""
    known, fields = {*NAMES, *context.loop_names}, {*QUERY, *names_of_item(context)}
    for piece in context.pieces():
        if not isinstance(piece, Typed):
            continue
        # What no brace opens is sought where none is opened, and what stands bare where no braces are.
        rest = _COMMAND.sub(lambda match: " " * len(match[0]), piece.text)
        rest = _WIDE_COMMAND.sub(lambda match: " " * len(match[0]), rest)
        for wide in _WIDE_COMMAND.finditer(piece.text):
            right = f"{{% {wide['inside'].strip()} %}}"
            yield fault("single-brace/wide", piece.at(wide.start()), written=wide[0].strip(), right=right)
        for command in _COMMAND.finditer(piece.text):
            right = f"{{% {command['inside'].strip()} %}}"
            yield fault("single-brace", piece.at(command.start()), written=command[0], right=right)
        for pattern in (_SINGLE, _UNOPENED, _BARE):
            for found in pattern.finditer(rest):
                bare = pattern is _BARE
                inside = f"{found['name']}.{found['field']}" if bare else found["inside"].strip().replace("．", ".")
                right = _alone(context, inside) if pattern is _SINGLE else ""
                if found["name"] in known and (not bare or found["field"] in fields):
                    right = inside
                if right:
                    yield fault(
                        "single-brace", piece.at(found.start()), written=found[0].strip(), right=f"{{{{ {right} }}}}"
                    )
            rest = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), rest)
        yield from _merged(context, piece, rest)


def stray_braces(context: LintContext) -> Iterator[Diagnostic]:
    """Report a third } after a name, unless a { was typed before it."""
    for path, source in context.files.items():
        text, opened, place = without_comments(source), 0, 0
        for found in PUT_IN.finditer(text):
            typed = text[place : found.start()]
            inside = "".join(re.findall(r"[{}]", found[0][2:-2]))
            opened = max(0, opened + typed.count("{") - typed.count("}"))
            balanced, place = inside.count("{") == inside.count("}"), found.end()
            # A brace in quotes may be the one that is closed here.
            opened += inside.count("{") if not balanced else 0
            if found[0].startswith("{{") and text[place : place + 1] == "}" and balanced and not opened:
                line = text[: found.start()].count("\n") + 1
                yield fault("stray-brace", Place(path, line), "warning", written=found[0])


def _merged(context: LintContext, piece: Typed, rest: str) -> Iterator[Diagnostic]:
    """Fields in another program's merge syntax that the template does not show otherwise."""
    shown = {use.names[-1] for use in context.uses() if use.printed}
    for found in _MERGED.finditer(rest):
        name = next(filter(None, found.groups()))
        right = _alone(context, name)
        if right and name not in shown:
            yield fault(
                "single-brace", piece.at(found.start()), "warning", written=found[0], right=f"{{{{ {right} }}}}"
            )


def _alone(context: LintContext, name: str) -> str:
    """The full form of a bare name, as in `item.title` for `title`; empty if it is not a name."""
    if name in QUERY:
        return f"query.{name}"
    if not context.kind.ranks or name in NOT_ALONE or name not in names_of_item(context):
        return ""
    return f"candidate.{name}" if context.listwise else f"item.{name}"


_BRACES = re.compile(r"\{([{%])(?P<inside>.*?)[}%]\}", re.DOTALL)
_QUOTED = re.compile(r"(?P<quote>[\"'])\s*(?P<name>(?P<owner>\w+)\.\w+)\s*(?P=quote)")
_NAME = r"[^\W\d]\w*\.\w+"
_SEVERAL = re.compile(rf"[-+]?\s*{_NAME}(?:\s*(?:(?P<sign>,)|\b(?:and)\b)\s*{_NAME})+\s*[-+]?")


def quoted_and_joined_names(context: LintContext) -> Iterator[Diagnostic]:
    """Report names in quotes, which are plain texts, and several names in one pair of braces."""
    known = {*NAMES, *context.loop_names}
    for path, text in context.files.items():
        plain = without_comments(text)
        for braces in _BRACES.finditer(plain):
            place = Place(path, text[: braces.start("inside")].count("\n") + 1)
            for quoted in _QUOTED.finditer(braces["inside"]):
                if quoted["owner"] in known:
                    yield fault("quoted-name", place, written=quoted[0], name=quoted["name"])
            several = _SEVERAL.fullmatch(braces["inside"]) if braces[1] == "{" else None
            if several:
                sign = ", " if several["sign"] else " "
                right = sign.join(f"{{{{ {name} }}}}" for name in re.findall(_NAME, several[0]))
                which = "comma" if several["sign"] else "and"
                yield fault(f"several-names/{which}", place, written=several[0].strip(" +-"), right=right)


_REMARK = re.compile(
    r"\s*(<!--|//|/\*"
    # A # begins a heading too, and a prompt may well have headings: only what is surely meant for people is told.
    r"|#+\s*(?:note|todo|fixme|remark|comment|reminder)\b|#+\s*(?:注意|注|备注|注释|待办)[:：])",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"(?<!\\)\\[nt](?![a-z])")
_WEB = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,5});")


def foreign_syntax(context: LintContext) -> Iterator[Diagnostic]:
    """Report comments, escapes and entities of HTML and of programming languages."""
    for line in context.lines():
        remark = _REMARK.match(line.text)
        if remark:
            yield fault("remark", line.place, "warning", written=remark[1])
        for sign in dict.fromkeys(_ESCAPED.findall(line.text)):
            yield fault("escaped-sign", line.place, "warning", written=sign)
        for web in dict.fromkeys(_WEB.findall(line.text)):
            right = html.unescape(web).replace("\xa0", " ")
            yield fault("web-sign", line.place, "warning", written=web, right=repr(right))
