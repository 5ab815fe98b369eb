"""The probe and what is chosen from it."""

import random

import pytest

from promptrec.engine.base import Usage
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.errors import EngineError
from promptrec.rank.base import ModelFreeRanker, Setup
from promptrec.rank.baselines.simple import Random
from promptrec.rank.expression import build_ranker, ranker_parts
from promptrec.rank.probe_data import OTHERS, Pairs, probe_pairs
from promptrec.rank.ranking import RankedItem, Ranking
from promptrec.rank.selection.auto import (
    AGREEMENT_REQUESTS,
    LEAST_REQUESTS,
    Probe,
    above_chance,
    auto,
    choose,
    reweight,
)
from promptrec.rank.selection.probe import ProbeResult, ProbeRow, measure_ranker, shares_below
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

PAIRS = probe_pairs("en")


def planted(name, signal, seed, tokens=10.0):
    """A way of ranking whose right items score `signal` standard deviations above the others."""
    draw = random.Random(f"{name} {seed}")
    scores = tuple(
        {i.item_id: draw.gauss(signal * (i.item_id == PAIRS.right[r.query.query_id])) for i in r.candidates}
        for r in PAIRS.requests
    )
    areas = shares_below(PAIRS, scores)
    mean = sum(areas) / len(areas)
    spread = (sum((a - mean) ** 2 for a in areas) / (len(areas) - 1)) ** 0.5
    low = mean - 1.645 * spread / len(areas) ** 0.5
    return ProbeResult(ProbeRow(ranker=name, auc=mean, low=low, prompt_tokens=tokens), scores)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pairs_are_many_and_each_person_has_one_right_item_among_others(language):
    pairs = probe_pairs(language)
    assert len(pairs.requests) == 30
    for request in pairs.requests:
        ids = [item.item_id for item in request.candidates]
        assert len(set(ids)) == OTHERS + 1 and pairs.right[request.query.query_id] in ids
    places = [[i.item_id for i in r.candidates].index(pairs.right[r.query.query_id]) for r in pairs.requests]
    assert len(set(places)) == OTHERS + 1, "the right item must not always be shown in the same place"


def test_both_languages_have_the_same_pairs_in_different_words():
    en, zh = probe_pairs("en"), probe_pairs("zh")
    for one, other in zip(en.catalog, zh.catalog, strict=True):
        assert one.item_id == other.item_id and one.title != other.title


def test_words_and_items_share_too_few_words_to_be_counted():
    found = measure_ranker(build_ranker("bm25", Setup(PAIRS.catalog)), None, PAIRS)
    assert found.row.auc < 0.65


class Reader(ModelFreeRanker):
    """Finds the item whose description fits for a share of the queries; for the others all items are equal."""

    name = "reader"
    understood = 0.0

    def score(self, evidence):
        for n, e in enumerate(evidence):
            description = PAIRS.catalog[PAIRS.right[e.request.query.query_id]].fields["description"]
            for item in e.request.candidates:
                fits = n < self.understood * len(evidence) and item.fields["description"] == description
                e.score(item.item_id, reader=float(fits))


@pytest.mark.parametrize(("understood", "auc"), [(1.0, 1.0), (0.5, 0.75), (0.2, 0.6)])
def test_a_reader_of_descriptions_is_seen(understood, auc):
    reader = Reader(Setup())
    reader.understood = understood
    row = measure_ranker(reader, None, PAIRS).row
    assert row.auc == pytest.approx(auc) and 0.5 < row.low <= row.auc
    assert [r.ranker for r in above_chance([row.model_copy(update={"ranker": "yes-no"})])] == ["yes-no"]


def test_chance_is_seen():
    rows = [measure_ranker(Random(Setup(seed=seed)), None, PAIRS).row for seed in range(100)]
    assert sum(row.auc for row in rows) / len(rows) == pytest.approx(0.5, abs=0.02)
    assert sum(row.low > 0.5 for row in rows) <= 10, "a bound of 95 % lets 5 of 100 pass"


def test_a_planted_bad_ranker_is_never_chosen_in_100_runs():
    for seed in range(100):
        good, bad = planted("query-likelihood", 1.5, seed), planted("yes-no", 0.0, seed)
        weights, name, _ = choose(PAIRS, [bad, good])
        assert "query-likelihood" in name and "yes-no" not in weights, seed


def test_two_good_ones_that_err_apart_are_added():
    ranker = [choose(PAIRS, [planted("query-likelihood", 1.2, s), planted("item-pmi", 1.2, s)])[1] for s in range(20)]
    assert sum({"query-likelihood", "item-pmi"} <= set(ranker_parts(name)) for name in ranker) > 15


def test_of_two_that_say_the_same_the_cheaper_is_chosen():
    cheap = planted("query-likelihood", 1.5, 1, tokens=5)
    dear = ProbeResult(cheap.row.model_copy(update={"ranker": "item-pmi", "prompt_tokens": 50}), cheap.scores)
    weights, name, why = choose(PAIRS, [dear, cheap])
    assert name == "query-likelihood" and "item-pmi" not in weights
    assert "item-pmi would read more and add less" in why


def test_when_nothing_beats_chance_no_reading_of_the_model_is_chosen():
    rows = [planted("query-likelihood", -1, 0), planted("yes-no", -1, 0)]
    weights, name, why = choose(PAIRS, rows)
    assert name == "bm25" and not weights and "better than chance" in why
    assert choose(PAIRS, [*rows, planted("embedding", -1, 0)])[1] == "embedding"


def test_what_costs_nothing_is_left_out_only_for_counting_too_little():
    for seed in range(20):
        found = [planted("query-likelihood", 2.5, seed), planted("embedding", 2.0, seed, tokens=0)]
        weights, name, why = choose(PAIRS, found)
        assert {"query-likelihood", "embedding"} <= set(weights)
        assert set(ranker_parts(name)) >= {"query-likelihood", "embedding"} or "left out" in why, seed


def test_bm25_joins_where_the_model_is_weak_and_not_where_it_is_good():
    weak, good = (
        [choose(PAIRS, [planted("query-likelihood", signal, seed)])[1] for seed in range(40)] for signal in (0.5, 2.0)
    )
    weak = [name for name in weak if "query-likelihood" in name]  # not where it failed the probe
    assert len(weak) > 5 and sum("bm25" in name for name in weak) > len(weak) / 2
    assert not any("bm25" in name for name in good)


SHARES = {"query-likelihood": 0.8, "item-pmi": 0.6, "embedding": 0.7, "bm25": 0.5}
PROBE = Probe(
    model="m",
    engine="e",
    language="en",
    ranker="query-likelihood",
    reason="the probe",
    weights={"query-likelihood": 1.0, "embedding": 0.9, "item-pmi": 0.8, "bm25": 0.1},
    rows=(),
)


def reads(shares, requests=AGREEMENT_REQUESTS, items=12):
    """Reads rankings whose scores have a known share of one truth."""

    def read(name):
        truth, error = random.Random("truth"), random.Random(name)
        out = []
        for n in range(requests):
            scores = [
                shares[name] * truth.gauss() + (1 - shares[name] ** 2) ** 0.5 * error.gauss() for _ in range(items)
            ]
            best = sorted(range(items), key=lambda i: -scores[i])
            ranked = tuple(
                RankedItem(item_id=f"i{i}", title=f"i{i}", rank=rank, scores={name: scores[i]})
                for rank, i in enumerate(best, 1)
            )
            out.append(Ranking(query_id=f"q{n}", status="ok", ranker=name, items=ranked, usage=Usage(), seed=0))
        return out

    return read


def test_requests_at_hand_take_out_who_disagrees_and_say_so():
    name, why = reweight(PROBE, reads(SHARES | {"embedding": 0.0}))
    assert set(ranker_parts(name)) == {"query-likelihood", "item-pmi"}
    assert "20 requests" in why and "left out: embedding, bm25" in why


def test_only_what_the_probe_found_good_is_read_for_them():
    asked = []

    def read(name):
        asked.append(name)
        return reads(SHARES)(name)

    name, _ = reweight(PROBE, read)
    assert sorted(asked) == sorted(PROBE.weights) and "bm25" not in name
    assert reweight(PROBE.model_copy(update={"weights": {}}), lambda name: []) == ("query-likelihood", "the probe")


@pytest.mark.parametrize("requests", [0, LEAST_REQUESTS - 1])
def test_few_requests_leave_the_choice_to_the_probe_and_cost_nothing(requests):
    asked = []

    def read(name):
        asked.append(name)
        return reads(SHARES, requests)(name)

    name, why = reweight(PROBE, read)
    assert name == "query-likelihood" and "too few" in why and asked == ["bm25"]


@pytest.mark.slow
def test_where_nothing_agrees_the_prior_stays():
    name, why = reweight(PROBE, reads(dict.fromkeys(SHARES, 0.0), requests=2000))
    assert set(ranker_parts(name)) <= set(SHARES) and why


def test_what_cannot_be_measured_is_a_row_that_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    found = auto(ScriptedEngine(fail=lambda text: "CUDA out of memory"), None, "en", "minilm")
    rows = {row.ranker: row for row in found.rows}
    assert rows["query-likelihood"].auc is None and "CUDA" in rows["query-likelihood"].reason
    assert "model add minilm" in rows["embedding"].reason
    assert found.ranker == "bm25"


class Dead(ScriptedEngine):
    def loglikelihood(self, *asked, **more):
        raise EngineError("the server is gone")


def test_a_dead_engine_is_an_error_and_no_finding():
    with pytest.raises(EngineError, match="the server is gone"):
        auto(Dead(), None, "en", "minilm")


@pytest.mark.slow
def test_what_could_not_be_read_is_not_kept_and_what_could_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    info = ModelInfo("scripted", tmp_path / "weights", "none", "test")
    lost = auto(ScriptedEngine(fail=lambda text: "CUDA out of memory"), info, "en", "minilm")
    assert lost.ranker == "bm25" and not list(tmp_path.glob("probes/*"))
    found = auto(ScriptedEngine(), info, "en", "minilm")
    assert len(list(tmp_path.glob("probes/*"))) == 1
    assert auto(Dead(), info, "en", "minilm") == found, "a model is probed once"


def test_a_weight_is_never_written_as_nothing():
    for seed in range(200):
        _, name, _ = choose(PAIRS, [planted("query-likelihood", 0.35, seed), planted("item-pmi", 0.3, seed)])
        assert build_ranker(name, Setup(PAIRS.catalog))


@pytest.mark.slow
def test_a_model_that_knows_words_is_read_by_likelihood(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    found = auto(ScriptedEngine(), None, "en", "minilm")
    assert Probe.model_validate_json(found.model_dump_json()) == found
    assert {row.ranker for row in found.rows} >= {"query-likelihood", "item-pmi", "yes-no", "listwise-labels"}
    labels = next(row for row in found.rows if row.ranker == "listwise-labels")
    assert labels.first_position is not None and labels.prompt_tokens > 0


@pytest.mark.slow
@pytest.mark.model
def test_a_small_model_knows_more_than_it_says(transformers_engine):
    few = Pairs(PAIRS.catalog, PAIRS.requests[:5], PAIRS.right)
    rows = {}
    for name in ("query-likelihood", "yes-no"):
        templates = {name: load_template(f"general/en/{name}")}
        rows[name] = measure_ranker(build_ranker(name, Setup(PAIRS.catalog, templates)), transformers_engine, few).row
    assert rows["query-likelihood"].auc > rows["yes-no"].auc + 0.15
    assert rows["yes-no"].yes is not None


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["no text", "cut short", "folder", "a file for the folder"])
def test_a_kept_probe_that_cannot_be_read_or_written_costs_another_probe(tmp_path, monkeypatch, fault):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    info = ModelInfo("scripted", tmp_path / "weights", "none", "test")
    found = auto(ScriptedEngine(), info, "en", "minilm")
    (kept,) = tmp_path.glob("probes/*")
    if fault == "no text":
        kept.write_bytes(b"\xff\xfe\x00")
    elif fault == "cut short":
        kept.write_text(kept.read_text()[:100])
    else:
        kept.unlink()
        kept.mkdir()
    if fault == "a file for the folder":
        kept.rmdir()
        kept.parent.rmdir()
        kept.parent.write_text("")
    again = auto(ScriptedEngine(), info, "en", "minilm")
    assert again.ranker == found.ranker


@pytest.mark.slow
def test_a_probe_with_other_options_or_an_adapter_is_another(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    info = ModelInfo("scripted", tmp_path / "weights", "none", "test")
    auto(ScriptedEngine(), info, "en", "minilm")
    auto(ScriptedEngine(), info, "en", "minilm", options=EngineOptions(max_model_len=150))
    auto(ScriptedEngine(), info, "en", "minilm", adapter="films")
    assert len(list(tmp_path.glob("probes/*"))) == 3
