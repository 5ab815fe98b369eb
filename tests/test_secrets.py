"""Secrets that come in by every way there is: they are sent to the server, and stand in nothing that is written."""

import base64
import json
import logging
import os
import subprocess
import sys
import traceback
from urllib.parse import quote

import pytest

from promptrec import Catalog, Item, Query, Recommender
from promptrec.cli.main import main
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import Retry, ServerEngine
from promptrec.errors import EngineError, InputError, PromptrecError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.rank.selection.auto import auto
from promptrec.testing.scripted_engine import ScriptedEngine
from tests.stand_in import MODEL, StandIn, model_folder

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ITEMS = [Item(item_id=str(n), title=title) for n, title in enumerate(("Slow Rain", "Fast Money", "Long Winter"))]


class Planted:
    """A secret, where it may be sent, and everything that is written while it is there."""

    def __init__(self, folder, capfd, caplog, monkeypatch):
        self.secret = "sk-Pl4nted/S3cret+Zq"  # noqa: S105 - it opens nothing
        self.folder, self.capfd, self.caplog, self.monkeypatch = folder, capfd, caplog, monkeypatch
        self.server = StandIn()
        self.model = model_folder(folder / MODEL)
        self.info = ModelInfo(MODEL, self.model, "", "")
        self.seen = []
        monkeypatch.chdir(folder)
        monkeypatch.setenv("PROMPTREC_HOME", str(folder / "home"))
        for name in ("PROMPTREC_SERVER", "PROMPTREC_API_KEY"):
            monkeypatch.delenv(name, raising=False)
        dataset = folder / "mine"
        dataset.mkdir()
        lines = "".join(f"{item.item_id},{item.title}\n" for item in ITEMS)
        (dataset / "catalog.csv").write_text(f"item_id,title\n{lines}")
        (dataset / "queries.csv").write_text("query_id,preferences\nq1,rain\nq2,money\n")
        (dataset / "qrels.txt").write_text("q1 0 0 1\nq2 0 1 1\n")

    @property
    def quoted(self):
        return quote(self.secret, safe="")

    def url(self, user="", query=""):
        return f"http://{user}{self.server.host}/v1{query}"

    def cli(self, *words, **environment):
        """The command, in this process; what it wrote."""
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["promptrec", *map(str, words)])
            for name, value in environment.items():
                patch.setenv(name, value)
            code = 0
            try:
                main()
            except SystemExit as stop:
                code = stop.code
        self._collect()
        return code

    def evaluate(self, *words, **environment):
        base = ("evaluate", "mine", "--ranker", "query-likelihood", *self.served)
        return self.cli(*base, "--out", "out", *words, **environment)

    @property
    def served(self):
        return "--engine", "server", "--model", self.model

    def toml(self, options, top="limit = 2", table="[engine_options]"):
        path = self.folder / "mine.toml"
        path.write_text(f"{top}\n{table}\n{options}\n")
        return path

    def recommend(self, *words):
        shown = ("recommend", "--catalog", "mine/catalog.csv", "-p", "rain", "--ranker", "query-likelihood", "-k", "2")
        return self.cli(*shown, *self.served, *words)

    def load(self, **options):
        loaded = Recommender.load(
            catalog=Catalog(ITEMS), model=self.model, engine="server", ranker="query-likelihood", **options
        )
        ranking = loaded.recommend(Query(preferences="rain"))
        assert ranking.status == "ok"
        self.seen += [repr(loaded), repr(vars(loaded)), repr(vars(loaded.engine)), repr(ranking), str(ranking)]
        self.seen += [ranking.model_dump_json(), repr([vars(client) for client in loaded.engine._clients])]
        loaded.close()

    def evaluated(self, **options):
        about = {"rankers": ("query-likelihood",), "models": (str(self.model),), "engine": "server"}
        config = Config(datasets=("mine",), **about, engine_options=options)
        self.seen += [repr(config), str(config), repr(config.model_dump()), config.model_dump_json()]
        found = evaluate(config, "out", command="mine")
        self.seen += [repr(found), str(found), found.model_dump_json()]

    def raised(self, call, *kinds):
        """What a call raises, with all that is behind it."""
        with pytest.raises(kinds or PromptrecError) as raised:
            call()
        error = raised.value
        self.seen += traceback.format_exception(error)
        while error is not None:
            self.seen += [str(error), repr(error), repr(error.args)]
            error = error.__cause__ or error.__context__
        return raised.value

    def _collect(self):
        said = self.capfd.readouterr()
        self.seen += [said.out, said.err]

    def leaks(self):
        self._collect()
        self.seen += [f"{record.getMessage()} {record.args!r}" for record in self.caplog.records]
        texts = {f"output {n}": text for n, text in enumerate(self.seen)}
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix != ".toml":
                texts[str(path)] = path.read_bytes().decode("utf-8", errors="replace")
            texts[f"name of {path}"] = path.name
        secret = self.secret
        forms = {secret, self.quoted, json.dumps(secret)[1:-1], secret[:12], secret[-9:]}
        forms |= {base64.b64encode(f"{user}:{secret}".encode()).decode() for user in ("bob", "")}
        forms |= {base64.b64encode(f"{secret}:".encode()).decode()}
        return [name for name, text in texts.items() if any(form in text for form in forms)]

    def sent(self):
        """The secret in every form in which a request brought it."""
        basic = base64.b64encode(f"bob:{self.secret}".encode()).decode()
        user = base64.b64encode(f"{self.secret}:".encode()).decode()
        known = {f"Bearer {self.secret}": "bearer", f"Basic {basic}": "basic", f"Basic {user}": "user"}
        found = {known.get(headers.get("Authorization"), "none") for _, headers in self.server.requests}
        return found | {"query" for path, _ in self.server.requests if self.quoted in path}


@pytest.fixture
def planted(tmp_path, capfd, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpcore")  # at DEBUG it writes every header that a server sends
    planted = Planted(tmp_path, capfd, caplog, monkeypatch)
    yield planted
    planted.server.stop()


def option(name, value):
    return "--engine-option", f"{name}={value}"


# How a secret comes in and is sent, and as what.
SENT = {
    "an option": ("bearer", lambda p: p.evaluate(*option("base_url", p.url()), *option("api_key", p.secret))),
    "an option with =": (
        "bearer",
        lambda p: p.evaluate(f"--engine-option=base_url={p.url()}", f"--engine-option=api_key={p.secret}"),
    ),
    "blanks": ("bearer", lambda p: p.evaluate(*option("base_url", p.url()), *option(" api_key ", f" {p.secret}\n"))),
    "a password": ("basic", lambda p: p.evaluate(*option("base_url", p.url(f"bob:{p.quoted}@")))),
    "a user": ("user", lambda p: p.evaluate(*option("base_url", p.url(f"{p.quoted}@")))),
    "a query": ("query", lambda p: p.evaluate(*option("base_url", p.url("", f"?api-version=2&api_key={p.quoted}")))),
    "two addresses": (
        "basic",
        lambda p: p.evaluate(*option("base_url", ",".join([p.url(f"bob:{p.quoted}@")] * 2))),
    ),
    "PROMPTREC_SERVER": ("basic", lambda p: p.evaluate(PROMPTREC_SERVER=p.url(f"bob:{p.quoted}@"))),
    "PROMPTREC_API_KEY": (
        "bearer",
        lambda p: p.evaluate(PROMPTREC_SERVER=p.url(), PROMPTREC_API_KEY=f"{p.secret}\n"),
    ),
    "a file": (
        "bearer",
        lambda p: p.evaluate("--config", p.toml(f'base_url = "{p.url()}"\napi_key = "{p.secret}"')),
    ),
    "a password in a file": (
        "basic",
        lambda p: p.evaluate("--config", p.toml(f'base_url = "{p.url(f"bob:{p.quoted}@")}"')),
    ),
    "recommend": ("basic", lambda p: p.recommend(*option("base_url", p.url(f"bob:{p.quoted}@")))),
    "recommend in JSON": ("query", lambda p: p.recommend("--json", *option("base_url", p.url("", f"?k={p.quoted}")))),
    "a dry run": (
        "bearer",
        lambda p: p.evaluate("--dry-run", *option("base_url", p.url()), *option("api_key", p.secret)),
    ),
    "position-bias": (
        "bearer",
        lambda p: p.cli(
            "position-bias",
            "mine",
            "--out",
            "f.json",
            *p.served,
            *option("base_url", p.url()),
            *option("api_key", p.secret),
        ),
    ),
    "Recommender.load": ("bearer", lambda p: p.load(base_url=p.url(), api_key=p.secret)),
    "Recommender.load with a password": ("basic", lambda p: p.load(base_url=p.url(f"bob:{p.quoted}@"))),
    "evaluate in Python": ("bearer", lambda p: p.evaluated(base_url=p.url(), api_key=p.secret)),
    "evaluate in Python with a query": ("query", lambda p: p.evaluated(base_url=p.url("", f"?sig={p.quoted}"))),
}
# Slips with a secret in them, which the command answers with an error.
SLIPS = {
    "a name that is mistyped": lambda p: p.evaluate(*option("apikey", p.secret)),
    "a colon for =": lambda p: p.evaluate("--engine-option", f"api_key:{p.secret}"),
    "a blank for =": lambda p: p.evaluate("--engine-option", f"api_key {p.secret}"),
    "the key alone": lambda p: p.evaluate("--engine-option", p.secret),
    "a key that ends in =": lambda p: p.evaluate("--engine-option", f"{p.secret}=="),
    "twice": lambda p: p.evaluate(*option("api_key", p.secret), *option("api_key", p.secret)),
    "a blank within": lambda p: p.evaluate(*option("api_key", f"{p.secret} {p.secret}")),
    "letters no header can": lambda p: p.evaluate(*option("api_key", f"{p.secret}…")),
    "an option of its own": lambda p: p.evaluate(f"--api-key={p.secret}"),
    "recommend": lambda p: p.recommend(*option("apikey", p.secret)),
    "plan": lambda p: p.cli("plan", "mine", "--model", p.model, *option("api-key", p.secret)),
    "plan for a server": lambda p: p.cli("plan", "mine", *p.served, *option("api_key", p.secret)),
    "probe": lambda p: p.cli("probe", *p.served, *option("key", p.secret)),
    "position-bias": lambda p: p.cli("position-bias", "mine", "--out", "f", *p.served, *option("apikey", p.secret)),
    "template test": lambda p: p.cli("template", "test", "films/en", *p.served, *option("apikey", p.secret)),
    "template ab": lambda p: p.cli("template", "ab", "films/en", "books/en", *p.served, *option("apikey", p.secret)),
    "studio": lambda p: p.cli("studio", "--no-browser", *p.served, *option("token", p.secret)),
    "another engine": lambda p: p.cli(
        "recommend",
        "--catalog",
        "mine/catalog.csv",
        "-p",
        "rain",
        "--ranker",
        "query-likelihood",
        "--model",
        p.model,
        "--engine",
        "transformers",
        *option("api_key", p.secret),
    ),
    "an engine": lambda p: p.cli("probe", "--engine", p.url(f"bob:{p.quoted}@")),
    "a model": lambda p: p.cli("probe", "--engine", "server", "--model", p.url(f"bob:{p.quoted}@")),
    "model add": lambda p: p.cli("model", "add", p.url(f"bob:{p.quoted}@")),
    "a catalogue": lambda p: p.cli("recommend", "--catalog", p.url(f"bob:{p.quoted}@"), "-p", "rain"),
    "templates": lambda p: p.evaluate("--templates", p.url(f"bob:{p.quoted}@")),
    "a dataset": lambda p: p.cli("evaluate", p.url("", f"?token={p.quoted}")),
    "a file's top": lambda p: p.evaluate("--config", p.toml("", f'api_key = "{p.secret}"')),
    "a file's text": lambda p: p.evaluate("--config", p.toml("", f'engine_options = "api_key={p.secret}"', "")),
    "a file's list": lambda p: p.evaluate("--config", p.toml(f'api_key = ["{p.secret}"]')),
    "a file that is none": lambda p: p.evaluate("--config", p.toml(f'api_key = "{p.secret}')),
    "a stray word": lambda p: p.cli("evaluate", "mine", f"api_key={p.secret}"),
    "a ranker": lambda p: p.evaluate("--ranker", f"password={p.secret}"),
    "nobody there": lambda p: p.evaluate(*option("base_url", f"http://bob:{p.quoted}@127.0.0.1:9/v1")),
    "no v1": lambda p: p.evaluate(*option("base_url", f"http://bob:{p.quoted}@{p.server.host}?k={p.quoted}")),
    "a slash in a password": lambda p: p.evaluate(*option("base_url", f"http://bob:{p.secret}@{p.server.host}/v1")),
    "no scheme": lambda p: p.evaluate(*option("base_url", f"bob:{p.quoted}@{p.server.host}/v1")),
    "another scheme": lambda p: p.evaluate(*option("base_url", f"ftp://bob:{p.quoted}@{p.server.host}/v1")),
    "https": lambda p: p.evaluate(*option("base_url", f"https://bob:{p.quoted}@{p.server.host}/v1")),
}
# What a server may say that repeats what it was sent, in an answer and where it lists its models.
ECHOES = {
    "a header": lambda p, sent: (500, f"no upstream for {sent}"),
    "a refusal": lambda p, sent: (400, {"error": {"message": f"Authorization: {sent} is not known", "code": 400}}),
    "a key": lambda p, sent: (401, {"error": {"message": f"Incorrect API key provided: {p.secret}."}}),
    "half a key": lambda p, sent: (401, {"detail": f"invalid key {p.secret[:12]}****{p.secret[-4:]}"}),
    "a page": lambda p, sent: (403, f"<html><b>{sent}</b> {p.quoted}</html>"),
    "an error with 200": lambda p, sent: (200, {"error": {"message": json.dumps({"key": p.secret})}}),
    "a redirect": lambda p, sent: (302, "", {"Location": f"https://bob:{p.quoted}@x/v1?token={p.quoted}"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", SENT)
def test_a_secret_that_is_used_is_sent_and_written_nowhere(planted, way):
    form, use = SENT[way]
    assert use(planted) in (0, None) or pytest.fail("".join(planted.seen))
    assert form in planted.sent() and planted.server.bodies
    assert planted.leaks() == []


@pytest.mark.slow
@pytest.mark.parametrize("way", SLIPS)
def test_a_slip_is_answered_without_the_secret_in_it(planted, way):
    assert SLIPS[way](planted) == 2
    assert any("rror" in text for text in planted.seen) and not any("Traceback" in text for text in planted.seen)
    assert planted.leaks() == []


@pytest.mark.parametrize("form", ["bearer", "basic"])
@pytest.mark.parametrize("echo", ECHOES)
def test_what_a_server_repeats_is_masked(planted, echo, form):
    user = f"bob:{planted.quoted}@" if form == "basic" else ""
    key = {"api_key": planted.secret} if form == "bearer" else {}
    sent = f"Bearer {planted.secret}"
    if form == "basic":
        sent = "Basic " + base64.b64encode(f"bob:{planted.secret}".encode()).decode()
    said = ECHOES[echo](planted, sent)
    options = EngineOptions(base_url=planted.url(user), **key)
    engine = ServerEngine(planted.info, options, Retry(backoff=(0.01,)))
    planted.server.misbehave = lambda n, body: None if n == 1 else said
    engine.loglikelihood([(1, 2)], [(3,)])
    (failed,) = engine.loglikelihood([(1, 2)], [(4,)])
    planted.seen += [failed.error, repr(failed)]
    engine.close()
    planted.server.models = said
    planted.raised(lambda: ServerEngine(planted.info, options, Retry(backoff=(0.01,))), EngineError)
    assert f"{said[0]}" in failed.error or "redirects" in failed.error
    assert planted.leaks() == [] and form in planted.sent()


@pytest.mark.slow
def test_an_evaluation_that_fails_in_part_keeps_no_secret(planted):
    echo = {"error": {"message": f"Authorization: Bearer {planted.secret} is refused"}}
    planted.server.misbehave = lambda n, body: (400, echo) if n % 3 == 2 else None
    assert planted.evaluate(*option("base_url", planted.url()), *option("api_key", planted.secret)) in (0, 1)
    assert any("is refused" in path.read_text() for path in planted.folder.rglob("rankings.jsonl"))
    assert planted.leaks() == []


def test_objects_that_hold_a_secret_do_not_show_it(planted):
    planted.monkeypatch.chdir(planted.folder)
    options = EngineOptions(
        api_key=planted.secret, base_url=planted.url(f"bob:{planted.quoted}@", f"?k={planted.quoted}")
    )
    assert options.api_key.get_secret_value() == planted.secret
    planted.seen += [repr(options), str(options), f"{options}", repr(options.model_dump()), options.model_dump_json()]
    planted.seen += [repr(options.given()), repr(dict(options)), json.dumps(options.model_dump(mode="json"))]
    planted.raised(lambda: EngineOptions(apikey=planted.secret, api_key=[planted.secret]), ValueError)
    planted.raised(lambda: EngineOptions.parse({"apikey": planted.secret}), InputError)
    planted.raised(lambda: EngineOptions.parse({"api_key": {planted.secret: 1}}))
    planted.raised(lambda: Config(datasets=("x",), engine_options={"apikey": planted.secret}))
    planted.raised(lambda: Config(datasets=("x",), api_key=planted.secret), ValueError)
    planted.raised(lambda: Config.parse({"datasets": ("x",), "engine_options": planted.secret}))
    planted.raised(lambda: Config.parse({"datasets": ("x",), "engine_options": {"base_url": [planted.secret]}}))
    planted.raised(lambda: Recommender.load(catalog=Catalog(ITEMS), apikey=planted.secret))
    planted.raised(lambda: ServerEngine(planted.info, EngineOptions(base_url=f"http://b:{planted.secret}@h/v1")))
    assert planted.leaks() == []


@pytest.mark.slow
def test_a_probe_is_kept_without_the_secret_and_is_the_same_for_another_one(planted):
    for secret in (planted.secret, "another"):
        options = EngineOptions(api_key=secret, base_url=planted.url(f"bob:{quote(secret, safe='')}@"))
        auto(ScriptedEngine(), planted.info, "en", "minilm", options=options)
    assert len(list((planted.folder / "home" / "probes").iterdir())) == 1 and planted.leaks() == []


@pytest.mark.slow
def test_trackers_and_the_whole_command_in_a_process_of_its_own_keep_no_secret(planted):
    command = [sys.executable, "-m", "promptrec", "evaluate", "mine", "--ranker", "query-likelihood", *planted.served]
    command += [*option("api_key", planted.secret), *option("base_url", planted.url("", f"?k={planted.quoted}"))]
    command += [word for name in ("mlflow", "wandb", "tensorboard") for word in ("--tracker", name)]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=os.environ | {"WANDB_SILENT": "true"}, check=False
    )
    assert done.returncode == 0 or pytest.fail(done.stderr)
    planted.seen += [done.stdout, done.stderr]
    written = {path.name for path in planted.folder.rglob("*") if path.is_file()}
    assert {"report.html", "evaluation.json", "run.json", "rankings.jsonl", "log.jsonl", "mlflow.db"} <= written
    assert any(name.endswith(".wandb") for name in written)
    assert planted.leaks() == [] and planted.sent() == {"bearer", "query"}
