"""A sample evaluation: 8 systems on two datasets, one of them Chinese; ours wins one, a baseline the other.

The rankings are made up, with a known strength for each system; everything after them is measured as in a real run.
"""

import json
import random

import pytest

from promptrec.answer.base import ParseReport
from promptrec.engine.base import Usage
from promptrec.evaluate.baseline_comparison import compare_all, headline
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.folder import load_dataset
from promptrec.evaluate.report.page import write_report
from promptrec.evaluate.results import (
    EVALUATION,
    ComparisonResult,
    DatasetResult,
    Evaluation,
    RobustnessResult,
    RunResult,
    read_evaluation,
)
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.runs.measure import measure_run
from promptrec.evaluate.runs.store import RunStore
from promptrec.rank.ranking import RankedItem, Ranking, TemplateRef
from promptrec.template.loader import load_template
from promptrec.testing.planted_dataset import make_planted_dataset

ATTACK = "<script>alert(1)</script>"
METRICS = ("ndcg@10", "hit@1", "auc")
MODEL = "tiny-4l"
# How much a right item's score is raised over a wrong one's: (English, Chinese).
STRENGTHS = {
    "random": (0.0, 0.0),
    "popular": (0.2, 0.3),
    "bm25": (0.7, 0.5),
    "embedding": (1.1, 2.4),
    "listwise-labels": (0.3, 0.2),
    "yes-no": (0.5, 0.6),
    "item-pmi": (1.5, 0.9),
    "query-likelihood": (2.2, 1.1),
}
KINDS = ("雨夜里的爱情片", "轻松的喜剧片", "太空里的科幻片", "老上海的悬疑片")


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The folder of the sample evaluation, with its two datasets beside it."""
    root = tmp_path_factory.mktemp("sample")
    folders = (_english(root / "films-en"), _chinese(root / "电影_zh"))
    config = Config(
        datasets=tuple(map(str, folders)), rankers=tuple(STRENGTHS)[4:], models=(MODEL,), metrics=METRICS, seed=3
    )
    out = root / "out"
    results = tuple(_result(out, load_dataset(folder), config, n) for n, folder in enumerate(folders))
    evaluation = Evaluation(
        config=config,
        datasets=results,
        command="promptrec evaluate films-en 电影_zh --ranker query-likelihood --seed 3 --out out",
        machine="2 x x86_64, Linux, Python 3.11.2",
        date="2026-11-24T12:00:00+00:00",
        versions={"promptrec": "0.1.0", "numpy": "2.3.5"},
    )
    (out / EVALUATION).write_text(evaluation.model_dump_json(), encoding="utf-8")
    return out


def _english(folder):
    made = make_planted_dataset(users=60, candidates=10, right=2, seed=5)
    items = [{"item_id": item.item_id, "title": item.title, **item.fields} for item in made.catalog]
    hit = min(made.relevant["user-0006"])
    for item in items:
        item["title"] = ATTACK if item["item_id"] == hit else item["title"]
    about = 'domain = "films"\nlicence = "Apache-2.0"\nsource = "generated"\n'
    queries = [{"query_id": r.query.query_id, "preferences": r.query.preferences} for r in made.requests]
    shown = [[item.item_id for item in request.candidates] for request in made.requests]
    return _write(folder, about, items, queries, shown, made.relevant)


def _chinese(folder):
    rng = random.Random(7)
    items = [{"item_id": f"第{n}号", "title": f"{KINDS[n % 4][:3]}{n}", "text": KINDS[n % 4]} for n in range(48)]
    queries, shown, right = [], [], {}
    for n in range(40):
        kind = rng.randrange(4)
        queries.append({"query_id": f"人-{n:02d}", "preferences": f"我想看{KINDS[kind]}。", "history": ["旧片"]})
        right[f"人-{n:02d}"] = {items[kind]["item_id"], items[kind + 4]["item_id"]}
        others = [item["item_id"] for m, item in enumerate(items) if m % 4 != kind]
        shown.append(sorted(right[f"人-{n:02d}"]) + rng.sample(others, 8))
    about = 'language = "zh"\ndomain = "films"\nlicence = "CC BY 4.0"\nsource = "手写"\n'
    return _write(folder, about, items, queries, shown, right)


def _write(folder, about, items, queries, shown, right):
    folder.mkdir()
    (folder / "dataset.toml").write_text(about, encoding="utf-8")
    candidates = [{"query_id": q["query_id"], "candidates": ids} for q, ids in zip(queries, shown, strict=True)]
    for name, rows in (("catalog", items), ("queries", queries), ("candidates", candidates)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    lines = [f"{query} 0 {item} 1\n" for query, ids in right.items() for item in sorted(ids)]
    (folder / "qrels.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def _result(out, dataset, config, place):
    measured = [_run(out, dataset, config, name, STRENGTHS[name][place]) for name in STRENGTHS]
    measured.sort(key=lambda pair: -pair[0].metrics[config.primary].mean)
    runs = tuple(run for run, _ in measured)
    comparisons = compare_all(measured, config.primary, config.seed)
    return DatasetResult(
        **{name: getattr(dataset, name) for name in ("name", "language", "domain", "licence", "source", "sha256")},
        items=len(dataset.catalog),
        queries=len(dataset.queries),
        judged=len(dataset.queries),
        candidates="10 given for each query",
        headline=headline(runs, comparisons, config.primary),
        runs=runs,
        comparisons=comparisons,
        skipped={"item-knn": "the dataset has no training interactions"},
    )


def _run(out, dataset, config, ranker, strength):
    reads = ranker in config.rankers
    about = {}
    if reads:
        template = load_template(f"films/{dataset.language}", kind=ranker)
        stamp = TemplateRef(name=template.name, sha256=template.sha256)
        about = {"model": MODEL, "model_sha256": "ab" * 32, "engine": "transformers", "templates": (stamp,)}
    spec = RunSpec(
        dataset=dataset.name, dataset_sha256=dataset.sha256, ranker=ranker, seed=config.seed, intent="rules-1", **about
    )
    folder = f"{dataset.name}/{spec.folder_name}"
    store = RunStore(out / folder, spec)
    rng = random.Random(f"{ranker} {dataset.name}")
    store.append([_ranking(spec, request, dataset, strength, rng) for request in dataset.requests])
    found = measure_run(store, dataset, None, config.metrics)
    listwise = ranker.startswith("listwise")
    run = RunResult(
        folder=folder,
        spec=spec,
        baseline=not reads,
        queries=len(dataset.queries),
        metrics=found.metrics,
        beyond_accuracy=found.beyond_accuracy,
        validity=found.validity,
        cost=found.cost,
        alarms=("The same 3 items came first for 9 of 10 people.",) if listwise else (),
        memorisation=_checks(config.primary, 0.012) if reads and dataset.language == "en" else {},
        robustness=_moves(config.primary) if reads and dataset.language == "en" else {},
        position_lift=(3.1, 1.7, 1.2, 0.9, 0.8, 0.6, 0.5, 0.4, 0.4, 0.4) if listwise else (),
    )
    return run, found.values


def _ranking(spec, request, dataset, strength, rng):
    right = dataset.relevance[request.query.query_id]
    scored = sorted(((rng.gauss(strength * (i.item_id in right)), i) for i in request.candidates), key=lambda s: -s[0])
    failed = spec.ranker == "listwise-labels" and rng.random() < 0.05
    items = [
        RankedItem(item_id=item.item_id, title=item.title, rank=n, scores={"score": score})
        for n, (score, item) in enumerate(scored, 1)
    ]
    tokens = 900 if spec.model else 0
    return Ranking(
        query_id=request.query.query_id,
        status="failed" if failed else "ok",
        reason="the prompt is too long" if failed else "",
        items=() if failed else tuple(items),
        ranker=spec.ranker,
        model=spec.model,
        templates=spec.templates,
        seed=spec.seed,
        ordered_by="score",
        reply=ParseReport(missing=("3",)) if spec.ranker == "listwise-labels" else None,
        usage=Usage(
            prompt_tokens=tokens, cached_tokens=tokens // 3, calls=bool(tokens), seconds=0.3 if tokens else 0.002
        ),
    )


def _pair(metric, reference, mean):
    return ComparisonResult(
        system="real titles",
        reference=reference,
        metric=metric,
        mean=mean,
        low=mean - 0.02,
        high=mean + 0.02,
        p=0.2,
        p_holm=0.4,
        effect_size=0.1,
        n=50,
        verdict="no difference shown",
    )


def _checks(metric, gap):
    return {kind: _pair(metric, f"{kind} titles", gap) for kind in ("masked", "permuted")}


def _moves(metric):
    drop = _pair(metric, "typos", 0.03)
    return {
        kind: RobustnessResult(kendall_tau=0.71, top1_flips=0.22, drop=drop, queries=50) for kind in ("order", "typos")
    }


@pytest.fixture(scope="session")
def evaluation(sample):
    return read_evaluation(sample)


@pytest.fixture(scope="session")
def films(evaluation):
    """The English dataset, where a system that reads a model won."""
    return evaluation.datasets[0]


@pytest.fixture(scope="session")
def chinese(evaluation):
    """The Chinese dataset, where a baseline won."""
    return evaluation.datasets[1]


@pytest.fixture(scope="session")
def page(sample):
    """The report's page, written."""
    return write_report(sample)
