import pytest

from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import Retry, ServerEngine
from tests.stand_in import MODEL, StandIn, model_folder

SOON = Retry(backoff=(0.01, 0.02, 0.04), longest_pause=1.0, patience=2.0)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A model whose tokenizer is here, and whose weights are the server's affair."""
    return ModelInfo(MODEL, model_folder(tmp_path_factory.mktemp("models") / MODEL), "", "")


@pytest.fixture
def stand_in():
    """Starts stand-ins, and stops them."""
    started = []

    def start(*args, **kwargs):
        started.append(StandIn(*args, **kwargs))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def open_engine(tiny):
    """Opens engines on addresses, and closes them."""
    opened = []

    def start(url, retry=SOON, **options):
        opened.append(ServerEngine(tiny, EngineOptions(base_url=url, **options), retry))
        return opened[-1]

    yield start
    for engine in opened:
        engine.close()


@pytest.fixture
def serve(stand_in, open_engine):
    """A stand-in and an engine on it."""

    def start(misbehave=lambda n, body: None, retry=SOON, **kwargs):
        server = stand_in(misbehave, **kwargs)
        return open_engine(server.url, retry), server

    return start
