"""HTTP server of the studio, on the loopback address only."""

import secrets
import socket
import webbrowser
from collections.abc import Callable
from threading import Timer
from urllib.parse import urlencode

import uvicorn

from promptrec.errors import InputError
from promptrec.studio.app import create_app
from promptrec.studio.session import Session

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
