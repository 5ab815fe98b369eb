"""`promptrec studio`: local web page to write templates."""

from importlib.util import find_spec
from typing import Annotated

import typer

from promptrec.cli import options
from promptrec.engine.models.registry import DEFAULT_MODEL
from promptrec.errors import MissingExtra


def studio(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME|PACK|FILE]", help="Template or file to open, such as films/en.")
    ] = None,
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: any free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Open a local page to write templates: diagnostics, the prompt's tokens, rankings, tests, A/B.

    Only the folder of your own templates is written to.
    """
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise MissingExtra(package, "studio")
    from promptrec.studio.app import serve
    from promptrec.studio.model import Model
    from promptrec.studio.session import Session
    from promptrec.studio.workspace import Workspace

    opened = Model(model, engine, options.engine_settings(engine_option))
    workspace = Workspace(options.own_templates(templates))
    session, file = Session(workspace, opened), name and workspace.file_to_open(name)
    serve(session, port, lambda link: print(f"{link}\nCtrl-C ends it.", flush=True), browser=browser, file=file)
