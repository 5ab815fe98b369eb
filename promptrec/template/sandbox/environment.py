"""Jinja environment of templates: sandboxed, strict, with the filters and tests that prompts need.

The output of every expression is marked as untrusted with two noncharacters that cleaned text cannot have; the
template's own text is trusted. `allowlist` has the allowed syntax, `budget` the limits of cost.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptrec.errors import InvalidValue
from promptrec.messages import LANGUAGES, slot_of
from promptrec.template.filters import language_filters
from promptrec.template.sandbox.allowlist import LARGEST_NUMBER, TESTS
from promptrec.template.sandbox.budget import BUDGET, budgeted_filter, budgeted_test, join, to_text
from promptrec.template.sandbox.metering import METERING_FILTERS, add_metering
from promptrec.template.spans import CLOSE, OPEN, Span

_MARKS = re.compile(f"([{OPEN}{CLOSE}])")
BLOCKS = ("system", "user", "reply")
LONGEST_OUTPUT = 2_000_000
MOST_COMPILED_PARTS = 256
FILTERS = frozenset(
    "abs capitalize default d escape first float int last length lower round replace reverse select reject "
    "selectattr rejectattr sort string title trim truncate unique upper list map wordcount".split()
)
INDEXABLE = (str, list, tuple, Mapping, jinja2.Undefined)
LOOP_ATTRIBUTES = frozenset("index index0 revindex revindex0 first last length depth depth0 previtem nextitem".split())


class MissingValue(InvalidValue, jinja2.UndefinedError):
    """Use of a missing name or entry."""

    def __init__(self, code: str, /, **slots: object) -> None:
        jinja2.UndefinedError.__init__(self, code)
        self.code, self.slots = code, {name: slot_of(value) for name, value in slots.items()}


def _refusing(code: str, **slots: object) -> Any:  # noqa: ANN401 - Jinja wants a class
    return lambda _: MissingValue(code, **slots)


class Trusted(str):
    """Text that promptrec itself puts into a prompt: the instruction of an answer format."""

    __slots__ = ()


@jinja2.pass_context
def _mark(context: Context, value: Any) -> str:  # noqa: ANN401 - what an expression may hold
    text = without_marks(value if type(value) is str else to_text(value))
    context.parent[BUDGET].spend(0, len(text))
    return text if isinstance(value, Trusted) else OPEN + text + CLOSE


def without_marks(text: str) -> str:
    """Text without marks, which could move the boundary between trusted and untrusted."""
    return text.replace(OPEN, "").replace(CLOSE, "")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Sandbox of attribute access, subscripts and operators, which charges operations to the budget.

    `item.values` is the field of that name, or an unknown name; never a method of Python's dictionaries.
    """

    intercepted_binops = frozenset({"+", "-", "/", "//", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as in Jinja
        if type(obj) is dict or isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self._missing(obj, attribute)
        if isinstance(obj, jinja2.Undefined) or (isinstance(obj, LoopContext) and attribute in LOOP_ATTRIBUTES):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute, exc=_refusing("python-attribute", name=attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        if isinstance(obj, LoopContext):
            return self.getattr(obj, str(argument))
        if isinstance(argument, str | int) and issubclass(type(obj), INDEXABLE):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        if isinstance(argument, str) and argument.startswith("_"):
            return self.unsafe_undefined(obj, argument)
        return self._missing(obj, argument)

    def _missing(self, obj: Any, name: Any) -> jinja2.Undefined:  # noqa: ANN401
        """Undefined value of a missing name or entry: of a list, of `query.attributes`, or of another value."""
        if isinstance(name, int) and isinstance(obj, str | list | tuple):
            return self.undefined(obj=obj, exc=_refusing("no-entry"))
        if isinstance(name, str) and type(obj) is dict:
            code = "unknown-name-rendered" if obj.keys() & {"item_id", "preferences"} else "no-attribute"
            return self.undefined(obj=obj, name=name, exc=_refusing(code, name=name))
        return self.undefined(obj=obj, name=name)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        for value in (left, right):
            if isinstance(value, jinja2.Undefined):
                str(value)  # raises: StrictUndefined
            if not isinstance(value, int | float):
                raise InvalidValue("sign-for-numbers", sign=operator)
            if abs(value) > LARGEST_NUMBER:
                raise InvalidValue("operand-too-large", sign=operator, most=LARGEST_NUMBER)
        return super().call_binop(context, operator, left, right)

    def call_filter(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        # The filter name of `map` may be computed.
        if name in METERING_FILTERS:
            raise InvalidValue("filter-unavailable", name=name)
        return super().call_filter(name, value, *args, **kwargs)

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        return super()._generate(add_metering(source), *args, **kwargs)


class _CompiledParts(jinja2.BytecodeCache):
    """In-memory cache of compiled parts, which the templates of a pack share."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self._code) >= MOST_COMPILED_PARTS:
            self._code.clear()
        self._code[bucket.key, bucket.checksum] = bucket.code


_compiled_parts = {language: _CompiledParts() for language in LANGUAGES}


def environment(language: str) -> ImmutableSandboxedEnvironment:
    """New environment with the allowed filters and tests, for a language ("en" or "zh")."""
    env = _Sandbox(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        finalize=_mark,
        auto_reload=False,
        bytecode_cache=_compiled_parts[language],
    )
    allowed = {name: f for name, f in env.filters.items() if name in FILTERS} | language_filters(language)
    env.filters = {name: budgeted_filter(name, f) for name, f in allowed.items()} | {"join": join} | METERING_FILTERS
    tests: dict[str, Any] = env.tests
    env.tests = {name: budgeted_test(name, test) for name, test in tests.items() if name in TESTS}
    env.globals = {}
    return env


def can_be_read(expression: str) -> bool:
    """Whether Jinja can parse the text between double braces."""
    try:
        environment("en").parse(f"{{{{ {expression} }}}}")
    except jinja2.TemplateSyntaxError:
        return False
    return True


def known_filters(env: ImmutableSandboxedEnvironment) -> Collection[str]:
    """Names of the filters that templates may use."""
    return env.filters.keys() - METERING_FILTERS.keys()


def with_line_ends(body: str) -> str:
    """Body with the newline kept after a tag that ends a line of text.

    `trim_blocks` is for tags alone on their line; a condition at the end of a sentence should not join it with the
    next line.
    """
    return "\n".join(_keep_end(line) for line in body.split("\n"))


def _keep_end(line: str) -> str:
    if "%}" not in line:
        return line
    has_text = _without(_without(line, "{#", "#}"), "{%", "%}").strip()
    return re.sub(r"(?<![-+])%\}\s*$", "+%}", line) if has_text else line


def _without(line: str, opening: str, closing: str) -> str:
    """A line without the text between two signs. A pattern would take quadratic time for unclosed ones."""
    parts, place = [], 0
    while (start := line.find(opening, place)) >= 0 and (end := line.find(closing, start + len(opening))) >= 0:
        parts.append(line[place:start])
        place = end + len(closing)
    return "".join(parts) + line[place:]


def spans(text: str) -> tuple[Span, ...]:
    """Split rendered text at its marks: text inside a mark is untrusted. Adjacent pieces are merged."""
    out: list[Span] = []
    run: list[str] = []
    depth, trusted = 0, True
    for piece in _MARKS.split(text):
        if piece == OPEN:
            depth += 1
        elif piece == CLOSE:
            depth -= 1
        elif piece:
            if run and trusted != (depth == 0):
                out.append(Span("".join(run), trusted))
                run = []
            trusted = depth == 0
            run.append(piece)
    return (*out, Span("".join(run), trusted)) if run else ()


def stripped(parts: Sequence[Span]) -> tuple[Span, ...]:
    """Spans without white space at both ends."""
    first, end = 0, len(parts)
    while first < end and not parts[first].text.strip():
        first += 1
    while end > first and not parts[end - 1].text.strip():
        end -= 1
    if first == end:
        return ()
    out = list(parts[first:end])
    out[0] = Span(out[0].text.lstrip(), out[0].trusted)
    out[-1] = Span(out[-1].text.rstrip(), out[-1].trusted)
    return tuple(out)
