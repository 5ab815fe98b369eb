"""The `promptrec` command: its subcommands, and what becomes of errors."""

import sys
from typing import NoReturn

import typer

import promptrec
from promptrec.cli import (
    compare,
    data,
    demo,
    doctor,
    evaluate,
    model,
    output,
    plan,
    probe,
    recommend,
    report,
    slot_prior,
    studio,
    template,
)
from promptrec.errors import PromptrecError, TemplateError, first_line
from promptrec.redaction import redact

app = typer.Typer(
    help="Recommend to people nobody has seen before, from what they say in words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("recommend")(recommend.recommend)
app.command("plan")(plan.plan_)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("probe")(probe.probe)
app.command("slot-prior")(slot_prior.slot_prior)
app.command("studio")(studio.studio)
app.add_typer(data.app, name="data")
app.add_typer(model.app, name="model")
app.add_typer(template.app, name="template")


def _print_version(wanted: bool) -> None:
    if wanted:
        output.say(f"promptrec {promptrec.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Recommend to people nobody has seen before, from what they say in words."""


def main() -> None:
    """Run the command; a user's mistake is one line on stderr and exit code 2, never a traceback.

    A reader who has seen enough, as `head` has, ends it quietly with 1.
    """
    output.prepare()
    try:
        try:
            app()
        finally:
            print(end="", flush=True)  # else what cannot be written is found by the interpreter on its way out
    except TemplateError as error:
        from promptrec.author.refused import plainly  # only a mistake pays for importing it

        _end_with(plainly(error))
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


def _end_with(said: str) -> NoReturn:
    output.notes().print(f"promptrec: error: {redact(said)}")
    sys.exit(2)
