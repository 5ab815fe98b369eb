"""Write docs/api.md from the docstrings of the public names, and docs/cli.md from the help of every command.

python -m eval.reference
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path

import click
import typer

from promptrec.cli.main import COMMANDS, build_app

DOCS = Path(__file__).parents[1] / "docs"
ROOMS = (
    "data",
    "retrieve",
    "template",
    "engine",
    "answer",
    "rank",
    "evaluate",
    "authoring",
    "serve",
    "testing",
    "studio",
)
WIDTH = 100


def api() -> str:
    """The reference of the package: all of its public names, then what each room exports, in one line each."""
    import promptrec

    parts = ["# API reference", "Written by `python -m eval.reference` from the docstrings; a test compares."]
    parts += [text for name in promptrec.__all__ if not name.startswith("_") for text in _entry(promptrec, name)]
    for room in ROOMS:
        module = import_module(f"promptrec.{room}")
        names = getattr(module, "__all__", ())
        if names:
            lines = [f"- `{name}`: {_first_line(getattr(module, name))}" for name in sorted(names)]
            parts += [f"## promptrec.{room}", _first_line(module), "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def cli() -> str:
    """The help of every command, as `--help` prints it."""
    parts = ["# Commands", "Written by `python -m eval.reference` from `--help`; a test compares."]
    root = typer.main.get_command(build_app(["--help"]))
    assert set(root.commands) == set(COMMANDS)
    for name, command in _commands("promptrec", root):
        context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
        parts += [f"## {name}", f"```\n{command.get_help(context)}\n```"]
    return "\n\n".join(parts) + "\n"


def _entry(module: object, name: str) -> Iterator[str]:
    """A section for a class or function: its signature, its docstring, its fields and its methods."""
    value = getattr(module, name)
    if not inspect.isclass(value):
        yield f"## {name}"
        yield f"```python\n{name}{_signature(value)}\n```"
        yield _doc(value)
        return
    yield f"## {name}"
    yield _doc(value)
    fields = list(_fields(value))
    if fields:
        yield "\n".join(fields)
    elif not issubclass(value, Exception | Enum):
        yield f"```python\n{name}{_signature(value)}\n```"
    for member, method in vars(value).items():
        function = method.__func__ if isinstance(method, classmethod | staticmethod) else method
        if member.startswith("_") or not (inspect.isfunction(function) or isinstance(function, property)):
            continue
        title = member if isinstance(function, property) else f"{member}{_signature(function)}"
        yield f"### {name}.{member}"
        yield f"```python\n{title}\n```"
        yield _doc(function)


def _fields(model: type) -> Iterator[str]:
    """The fields of a pydantic model, each with the docstring under it."""
    if not hasattr(model, "model_fields"):
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(tree, ast.ClassDef)
    texts = {
        one.target.id: textwrap.dedent(other.value.value).strip().replace("\n", " ")
        for one, other in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(other, ast.Expr)
        and isinstance(other.value, ast.Constant)
        and isinstance(other.value.value, str)
    }
    kinds = {one.target.id: ast.unparse(one.annotation) for one in tree.body if isinstance(one, ast.AnnAssign)}
    for name in model.model_fields:
        yield f"- `{name}: {kinds.get(name, 'inherited')}`" + (
            f": {' '.join(texts[name].split())}" if name in texts else ""
        )


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for word, each in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {word}", each)


def _signature(value: object) -> str:
    """The parameters without `self` and without the modules of types; those of a long one each on a line."""
    signature = inspect.signature(value)  # type: ignore[arg-type]
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    signature = signature.replace(parameters=parameters)
    short = _unqualified(signature)
    if len(short) <= WIDTH:
        return short
    lines, star = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            lines.append("    *,")
            star = True
        lines.append(f"    {_unqualified(parameter)},")
    returned = short.rpartition(" -> ")[2] if " -> " in short else ""
    return "(\n" + "\n".join(lines) + "\n)" + (f" -> {returned}" if returned else "")


def _unqualified(value: object) -> str:
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])", "", str(value)).replace("'pd.DataFrame'", "DataFrame")


def _doc(value: object) -> str:
    text = inspect.getdoc(value) or ""
    # Sections of the docstring as lists, so that Markdown keeps their lines.
    lines, in_section = [], False
    for line in text.splitlines():
        if line in ("Args:", "Raises:", "Returns:", "Yields:", "Example:", "Examples:"):
            in_section = line in ("Args:", "Raises:")
            lines.append(f"**{line[:-1]}**\n")
        elif in_section and line.startswith("    ") and not line.startswith("     "):
            lines.append(f"- {line.strip()}")
        else:
            in_section = in_section and (not line or line.startswith(" "))
            lines.append(line.strip() if in_section else line)
    return "\n".join(lines)


def _first_line(value: object) -> str:
    own = getattr(value, "__doc__", None) if not isinstance(value, dict | tuple | str | frozenset) else None
    return (inspect.cleandoc(own).splitlines() or [""])[0] if own else "a constant"


if __name__ == "__main__":
    (DOCS / "api.md").write_text(api(), encoding="utf-8")
    (DOCS / "cli.md").write_text(cli(), encoding="utf-8")
