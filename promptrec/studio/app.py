"""ASGI application of the studio: its routes."""

import secrets
import socket
import webbrowser
from collections.abc import Awaitable, Callable
from threading import Timer
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from promptrec.errors import InputError, PromptrecError
from promptrec.studio import job_views, page_views, save
from promptrec.studio.auth import AuthMiddleware
from promptrec.studio.html_pages import FOLDER
from promptrec.studio.session import PageRequest, Session, read_form

Endpoint = Callable[[Request], Awaitable[Response]]
FORM_VIEWS: dict[str, Callable[[Request, Session, PageRequest], Response]] = {
    "/check": page_views.findings,
    "/prompt": page_views.prompt,
    "/find": page_views.find,
    "/pick": page_views.pick,
    "/diff": job_views.show_diff,
    "/save/look": save.look,
    "/save": save.save,
    "/new": page_views.create_pack,
    **{f"/start/{kind}": job_views.start(kind) for kind in job_views.KINDS},
}


def create_app(session: Session, token: str, hosts: frozenset[str]) -> Starlette:
    """Build the ASGI application.

    Args:
        session: templates, model and jobs.
        token: see `AuthMiddleware`.
        hosts: see `AuthMiddleware`.
    """
    return Starlette(
        routes=[
            Route("/", _page_endpoint(session)),
            Route("/job/{job_id}", _job_endpoint(session, stop=False)),
            Route("/job/{job_id}/stop", _job_endpoint(session, stop=True), methods=["POST"]),
            *(Route(path, _form_endpoint(session, view), methods=["POST"]) for path, view in FORM_VIEWS.items()),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[Middleware(AuthMiddleware, token=token, hosts=hosts)],
    )


def _page_endpoint(session: Session) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(page_views.studio, request, session)
        except PromptrecError as error:
            return PlainTextResponse(f"{error}\n", 404)

    return endpoint


def _form_endpoint(session: Session, view: Callable[[Request, Session, PageRequest], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(view, request, session, await read_form(request))
        except PromptrecError as error:
            return page_views.problem(request, error)

    return endpoint


def _job_endpoint(session: Session, *, stop: bool) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        job = session.jobs.get(request.path_params["job_id"])
        if job is None:
            return PlainTextResponse("no such job\n", 404)
        if stop:
            job.stop()
        return job_views.progress(request, job, session)

    return endpoint


LOCAL = "127.0.0.1"
SECONDS_TO_START = 0.5
SECONDS_TO_END = 10.0


def serve(
    session: Session, port: int, notify: Callable[[str], None], *, browser: bool, file: str | None = None
) -> None:
    """Serve until Ctrl-C.

    Args:
        session: templates, model and jobs.
        port: 0 for any free port.
        notify: called with the link.
        browser: whether to open the link in a browser.
        file: name of the file that the link opens; None: see `Session.first`.

    Raises:
        InputError: the port is taken.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOCAL, port))
            # From here on a browser waits for the server to begin, and is not refused.
            listening.listen()
        except OSError as error:
            raise InputError("port-cannot-be-used", port=port, why=error.strerror) from None
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        app = create_app(session, token, frozenset({f"{LOCAL}:{port}", f"localhost:{port}"}))
        link = f"http://{LOCAL}:{port}/?{urlencode({'token': token} | ({'open': file} if file else {}), safe='/')}"
        settings = uvicorn.Config(
            app, log_level="warning", access_log=False, proxy_headers=False, server_header=False, lifespan="off"
        )
        try:
            notify(link)
            if browser:
                opening = Timer(SECONDS_TO_START, webbrowser.open, (link,))
                opening.daemon = True
                opening.start()
            uvicorn.Server(settings).run(sockets=[listening])
        finally:
            # A process that ends under a thread that reads a model is aborted, not ended.
            session.jobs.stop_all(SECONDS_TO_END)
            session.model.close()
