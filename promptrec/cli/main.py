"""The `promptrec` command: subcommands and error handling."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

import promptrec
from promptrec.cli import output
from promptrec.errors import PromptrecError, TemplateError, first_line
from promptrec.redaction import redact

# Commands in the order of the help, and the modules of this room that have them.
COMMANDS = {
    "recommend": "recommend:recommend",
    "plan": "plan:plan_",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "evaluate": "evaluate:evaluate",
    "compare": "compare:compare",
    "report": "evaluate:report",
    "probe": "probe:probe",
    "position-bias": "position_bias:position_bias",
    "studio": "studio:studio",
    "data": "data:app",
    "model": "model:app",
    "template": "template.commands:app",
}


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """Build the command with the subcommand that the arguments name, or with all of them.

    Importing the modules of all subcommands takes more than a second, and only the help needs them.
    """
    app = typer.Typer(
        help="Recommend to people nobody has seen before, from what they say in words.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name in [word] if word in COMMANDS else COMMANDS:
        module, _, attribute = COMMANDS[str(name)].partition(":")
        command = getattr(import_module(f"promptrec.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        output.say(f"promptrec {promptrec.__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Recommend to people nobody has seen before, from what they say in words."""


def main() -> None:
    """Run the command. A user's mistake is one line on stderr and exit code 2, without a traceback.

    If the reader of the output closes it, as `head` does, the exit code is 1 without a message.
    """
    output.prepare()
    try:
        try:
            build_app(sys.argv[1:])()
        finally:
            print(end="", flush=True)  # else what cannot be written is found by the interpreter on its way out
    except TemplateError as error:
        from promptrec.authoring.lint.jinja_hints import one_line

        _end_with(one_line(error))
    except PromptrecError as error:
        _end_with(str(error))
    except BrokenPipeError:
        output.drop_output()
        sys.exit(1)
    except OSError as error:
        output.drop_output()
        where = error.filename or "the output or a file"
        _end_with(f"{where} cannot be read or written: {error.strerror or first_line(error)}")
    except KeyboardInterrupt:
        sys.exit(130)


def _end_with(message: str) -> NoReturn:
    output.notes().print(f"promptrec: error: {redact(message)}")
    sys.exit(2)
