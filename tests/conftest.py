"""Real models and real engines, each opened once for all tests."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from hypothesis import settings

from promptrec.engine.models import registry
from promptrec.engine.options import EngineOptions

MODEL = "smollm2-135m"
VLLM_CACHE = 2**28
"""Bytes: some 5,800 tokens of this model."""
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
CORES = sorted(os.sched_getaffinity(0))
SLOW = {"fork_server", "chromium", "wheel"}
"""Fixtures that start processes: tests with one of them are marked `slow`."""
CLOSE = {}
"""What closes vLLM and its server, by the group of the tests that read with it."""
if WORKERS > 1:
    # Workers that each took all cores would stand in each other's way. Processes that tests start inherit it.
    CORES = CORES[int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) % WORKERS :: WORKERS] or CORES
    os.environ.setdefault("OMP_NUM_THREADS", str(len(CORES)))
os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", ",".join(map(str, CORES)))
# A machine that other work shares has no use for deadlines in milliseconds.
settings.register_profile("promptrec", deadline=None)
settings.load_profile("promptrec")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of several workers, one opens vLLM and one its server for all; the tests of any other file stay together."""
    for item in items:
        if not SLOW.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.slow)
        if WORKERS > 1:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """vLLM and its server hold some gigabytes each, and no worker needs them after the last test of their group."""
    if WORKERS > 1 and (group := _group(item)) in CLOSE and (nextitem is None or _group(nextitem) != group):
        CLOSE.pop(group)()


def _group(item):
    for shared in ("vllm_server", "chromium"):
        if shared in item.fixturenames:
            return shared
    return "vllm_engine" if item.get_closest_marker("vllm") else str(item.path)


def pytest_collection_finish(session):
    """Where the mark has no effect (pytest 9.2 with pytest-xdist 3.8), each worker opens every engine for itself."""
    if session.config.getoption("loadgroup", False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("this pytest and this pytest-xdist do not group tests: take the pinned versions")


@pytest.fixture(scope="session")
def smollm2():
    """The real SmolLM2-135M, added once by `make test`."""
    return registry.resolve(MODEL)


@pytest.fixture(scope="session")
def minilm():
    """The real all-MiniLM-L6-v2, downloaded by the first test that needs it."""
    return registry.add("minilm")


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """The folder of a text encoder of one layer with random weights, which reads letters, 30 at most."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("encoders") / "tiny"
    (folder / "pooling").mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,'"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(7)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(pieces), initializer_range=0.5, **sizes)).save_pretrained(folder)
    types = [("Transformer", ""), ("Pooling", "pooling")]
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{name}"}
        for n, (name, path) in enumerate(types)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 32, "do_lower_case": false}')
    (folder / "pooling" / "config.json").write_text(
        '{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true}'
    )
    return folder


@pytest.fixture(scope="session")
def transformers_engine(smollm2):
    from promptrec.engine.transformers.engine import TransformersEngine

    engine = TransformersEngine(smollm2, EngineOptions(max_model_len=512))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def small_vllm_cache():
    """Two engines of vLLM may be open at once: each reserves its cache when it starts, for users 1 GiB."""
    from promptrec.engine.vllm import engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "CPU_CACHE_BYTES", VLLM_CACHE)
        yield


@pytest.fixture(scope="session")
def vllm_engine(smollm2, small_vllm_cache):
    from promptrec.engine.vllm.engine import VllmEngine

    engine = VllmEngine(smollm2, EngineOptions(max_model_len=512))
    CLOSE["vllm_engine"] = engine.close
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def vllm_server(smollm2, tmp_path_factory):
    """The address of a real vLLM server on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(smollm2.folder)]
    command += ["--served-model-name", MODEL, "--host", "127.0.0.1", "--port", str(port), "--dtype", "float32"]
    command += ["--max-model-len", "512", "--enforce-eager", "--block-size", "32"]
    command += ["--kv-cache-memory-bytes", str(VLLM_CACHE)]
    settings = {"HF_HUB_OFFLINE": "1", "TORCHDYNAMO_DISABLE": "1"}
    # One process fewer, each of which imports vLLM: that of the engine reads the model itself.
    settings |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | settings, start_new_session=True)

    def stop():
        if server.poll() is None:
            os.killpg(server.pid, 9)
            server.wait()

    CLOSE["vllm_server"] = stop
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        stop()


@pytest.fixture(scope="session")
def server_engine(smollm2, vllm_server):
    from promptrec.engine.server import ServerEngine

    engine = ServerEngine(smollm2, EngineOptions(base_url=vllm_server))
    yield engine
    engine.close()


def _wait(address, server, log, seconds=600):
    for _ in range(seconds):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(1)
    pytest.fail(f"the vLLM server did not start: {log.read_text()[-2000:]}")
