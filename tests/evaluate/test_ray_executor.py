import os

import pytest

from promptrec.errors import EngineError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.runs import execution
from promptrec.testing.scripted_engine import ScriptedEngine

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.enable_socket,
    # Ray's own code, on its own threads.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory):
    """Ray on this machine, with two processors whatever it has."""
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir="/tmp/ray-promptrec")
    yield
    ray.shutdown()


@pytest.fixture(autouse=True)
def no_encoder(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path_factory.mktemp("home")))


def run(data, out, **how):
    config = Config(datasets=("planted",), rankers=("query-likelihood", "item-pmi"), **how)
    return evaluate(config, out, datasets=[data], engine=ScriptedEngine())


@pytest.mark.slow
def test_two_actors_give_the_same_files_to_the_byte_as_one_process(tmp_path, planted_dataset, monkeypatch):
    monkeypatch.setattr(execution, "BATCH", 8)
    data = planted_dataset(users=3 * 8 + 7)
    local = run(data, tmp_path / "local")
    spread = run(data, tmp_path / "ray", executor="ray", workers=2)
    assert [r.folder for r in spread.datasets[0].runs] == [r.folder for r in local.datasets[0].runs]
    for measured in local.datasets[0].runs:
        for name in ("metrics.json", "per_query.csv", "run.trec"):
            one, other = (tmp_path / where / measured.folder / name for where in ("local", "ray"))
            assert one.read_bytes() == other.read_bytes()
    assert spread.datasets[0].comparisons == local.datasets[0].comparisons


class Dying(ScriptedEngine):
    def loglikelihood(self, prompts, continuations, *, adapter=None):
        raise EngineError("the graphics card fell out")


@pytest.mark.slow
def test_an_engine_that_dies_in_an_actor_is_an_engine_error_here(tmp_path, planted_dataset):
    config = Config(datasets=("planted",), rankers=("query-likelihood",), executor="ray", workers=2)
    with pytest.raises(EngineError, match="the graphics card fell out"):
        evaluate(config, tmp_path, datasets=[planted_dataset()], engine=Dying())
