"""ASGI application of the studio: its routes."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from promptrec.errors import PromptrecError
from promptrec.studio import job_views, new_pack, page_views, save
from promptrec.studio.auth import AuthMiddleware
from promptrec.studio.html_pages import FOLDER
from promptrec.studio.request_form import PageRequest, read_form
from promptrec.studio.session import Session

Endpoint = Callable[[Request], Awaitable[Response]]
FORM_VIEWS: dict[str, Callable[[Request, Session, PageRequest], Response]] = {
    "/check": page_views.findings,
    "/prompt": page_views.prompt,
    "/find": page_views.find,
    "/pick": page_views.pick,
    "/diff": job_views.show_diff,
    "/save/look": save.look,
    "/save": save.save,
    "/new": new_pack.create,
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
