"""The Jinja a template may use: sandboxed, strict, and only what prompts need.

Whatever an expression emits is marked as untrusted with two noncharacters that cleaned text cannot hold; the
template's own text is trusted.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptrec.errors import TemplateError
from promptrec.template.filters import in_language
from promptrec.template.spans import Span

OPEN, CLOSE = "\ufdd0", "\ufdd1"
_MARKS = re.compile(f"([{OPEN}{CLOSE}])")
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}")
BLOCKS = ("system", "user", "reply")
LONGEST_OUTPUT = 2_000_000

FORBIDDEN_NODES = {
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.FilterBlock: "filter blocks",
    nodes.CallBlock: "call blocks",
    nodes.Macro: "macros",
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Call: "calls",
}
FILTERS = frozenset(
    "abs capitalize default d escape first float int join last length lower round replace reverse select reject "
    "selectattr rejectattr sort string title trim truncate unique upper list map wordcount".split()
)
TESTS = frozenset("defined undefined none string number sequence mapping even odd in eq ne lt le gt ge".split())


class Trusted(str):
    """Text that promptrec itself puts into a prompt: the instruction of an answer format."""

    __slots__ = ()


def _mark(value: Any) -> str:  # noqa: ANN401 - what an expression may hold
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises: StrictUndefined
    if type(value) in (dict, list, tuple) or isinstance(value, Iterator) or callable(value):
        raise TypeError("a list or table cannot be printed as it is: loop over it, or write | join(', ')")
    text = without_marks(str(value))
    return text if isinstance(value, Trusted) else OPEN + text + CLOSE


def without_marks(text: str) -> str:
    """Text that cannot move the boundary between trusted and untrusted."""
    return text.replace(OPEN, "").replace(CLOSE, "")


class _FieldsFirst(ImmutableSandboxedEnvironment):
    """`item.values` is the field of that name, or an unknown name; never a method of Python's dictionaries."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as in Jinja
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def environment(language: str) -> ImmutableSandboxedEnvironment:
    """A fresh environment with the allowed filters and tests only, for a language ("en" or "zh")."""
    env = _FieldsFirst(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, finalize=_mark
    )
    env.filters = {name: f for name, f in env.filters.items() if name in FILTERS} | in_language(language)
    env.tests = {name: t for name, t in env.tests.items() if name in TESTS}
    env.globals = {}
    return env


def with_line_ends(body: str) -> str:
    """The body with the newline kept behind a tag that ends a line of text.

    `trim_blocks` is meant for tags that stand alone on their line; a condition at the end of a sentence should not
    glue the next line to it.
    """
    return "\n".join(_keep_end(line) for line in body.split("\n"))


def _keep_end(line: str) -> str:
    has_text = _TAG.sub("", line).strip()
    return re.sub(r"(?<![-+])%\}\s*$", "+%}", line) if has_text else line


def check_tree(tree: nodes.Template, path: str, first_line: int, filters: Collection[str]) -> None:
    """Refuse what a template may not do.

    Raises:
        TemplateError: with the line.
    """
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Operand):
            continue  # the right side of a comparison, to which Jinja gives no line; what it holds comes on its own
        line = first_line + node.lineno
        for forbidden, said in FORBIDDEN_NODES.items():
            if isinstance(node, forbidden):
                raise TemplateError(f"{path}:{line}: templates may not use {said}")
        # Jinja itself looks up those that stand in a condition only when it renders them.
        for kind, known in ((nodes.Filter, filters), (nodes.Test, TESTS)):
            if isinstance(node, kind) and node.name not in known:
                said = f"No {kind.__name__.lower()} named {node.name!r}; known: {', '.join(sorted(known))}"
                raise TemplateError(f"{path}:{line}: {said}")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise TemplateError(f"{path}:{line}: templates may not use names that start with _, like {node.attr!r}")
        if isinstance(node, nodes.Name) and node.name.startswith("_"):
            raise TemplateError(f"{path}:{line}: templates may not use names that start with _, like {node.name!r}")


def check_blocks(tree: nodes.Template, path: str, first_line: int, known: Collection[str]) -> None:
    """Refuse text outside of the blocks, which would be dropped, and blocks that nobody asks for.

    Raises:
        TemplateError: with the line.
    """
    for node in tree.body:
        line = first_line + node.lineno
        if isinstance(node, nodes.Block) and node.name not in known:
            raise TemplateError(f"{path}:{line}: unknown block {node.name!r}; known: {', '.join(known)}")
        blank = isinstance(node, nodes.Output) and all(
            isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
        )
        if not (blank or isinstance(node, nodes.Block | nodes.Extends)):
            raise TemplateError(f"{path}:{line}: text outside of the blocks {', '.join(known)}")


def spans(text: str) -> tuple[Span, ...]:
    """Rendered text cut at its marks; what stands inside any mark is untrusted."""
    out: list[Span] = []
    depth = 0
    for piece in _MARKS.split(text):
        if piece in (OPEN, CLOSE):
            depth += 1 if piece == OPEN else -1
        elif piece:
            out.append(Span(piece, depth == 0))
    return tuple(out)


def stripped(parts: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same without white space at both ends."""
    whole = [part for part in parts if part.text]
    while whole and not whole[0].text.lstrip():
        whole.pop(0)
    while whole and not whole[-1].text.rstrip():
        whole.pop()
    if whole:
        whole[0] = Span(whole[0].text.lstrip(), whole[0].trusted)
        whole[-1] = Span(whole[-1].text.rstrip(), whole[-1].trusted)
    return tuple(whole)
