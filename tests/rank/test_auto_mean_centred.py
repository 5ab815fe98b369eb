"""What is liked whoever asks is taken off only where the probe shows that it helps."""

import random

import pytest

from promptrec.engine.base import Output
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.ordering import seeded_hash
from promptrec.rank.probe_data import probe_pairs
from promptrec.rank.registry import RANKERS
from promptrec.rank.selection.auto import REFERENCES, above_chance, auto, mean_centred_variant, measure_mean_centred
from promptrec.rank.selection.probe import ProbeResult, ProbeRow, lower_bound, shares_below
from promptrec.testing.scripted_engine import ScriptedEngine

PAIRS = probe_pairs("en")


TITLES = {r.query.preferences: PAIRS.catalog[PAIRS.right[r.query.query_id]].title for r in PAIRS.requests}


class Partial(ScriptedEngine):
    """Finds a person's words a nat likelier after the right item, and any words up to two nats after some items."""

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        out = []
        for asked in zip(prompts, continuations, strict=True):
            prompt, words = map(self.tokenizer.decode, asked)
            right = any(said in words and title in prompt for said, title in TITLES.items())
            out.append(Output((right + seeded_hash(0, prompt) % 1000 / 500 - 3.0,)))
        return out


def row(name, auc, gain=None):
    return ProbeRow(ranker=name, auc=auc, low=auc - 0.1, gain=gain)


def measured(name, signal, seed):
    draw = random.Random(f"{name} {seed}")
    scores = tuple(
        {i.item_id: draw.gauss(signal * (i.item_id == PAIRS.right[r.query.query_id])) for i in r.candidates}
        for r in PAIRS.requests
    )
    areas = shares_below(PAIRS, scores)
    return ProbeResult(ProbeRow(ranker=name, auc=sum(areas) / len(areas), low=lower_bound(areas)), scores)


@pytest.mark.parametrize("name", [name for name in RANKERS if mean_centred_variant(name)])
def test_what_is_debiased_is_a_ranker_that_can_be_built(name):
    assert build_ranker(mean_centred_variant(name), Setup(PAIRS.catalog)).name == mean_centred_variant(name)


def test_of_two_one_is_taken_and_the_debiased_one_only_where_it_gains():
    rows = [row("query-likelihood", 0.9), row(f"query-likelihood~{REFERENCES}", 0.92, gain=-0.01)]
    assert [r.ranker for r in above_chance(rows)] == ["query-likelihood"]
    rows[1] = rows[1].model_copy(update={"gain": 0.01})
    assert [r.ranker for r in above_chance(rows)] == [f"query-likelihood~{REFERENCES}"]
    assert above_chance([row("yes-no", 0.5), ProbeRow(ranker="item-pmi", reason="dead")]) == []


def test_only_what_passes_is_tried():
    asked = []

    def measure(name):
        asked.append(name)
        return measured(name, 1.5, 0)

    found = [measured("query-likelihood", 1.5, 0), measured("yes-no", 0, 0), measured("listwise-labels", 1.2, 0)]
    measure_mean_centred(PAIRS, found, measure)
    assert asked == [f"query-likelihood~{REFERENCES}", "listwise-shifts"]


def test_what_gains_nothing_is_seldom_taken_for_better():
    taken = 0
    for seed in range(100):
        plain, other = measured("query-likelihood", 1.0, seed), measured(f"query-likelihood~{REFERENCES}", 1.0, seed)
        (tried,) = measure_mean_centred(PAIRS, [plain], lambda name, other=other: other)
        taken += tried.row.gain > 0
    assert taken <= 11, "a one-sided test at 5 % has 11 or fewer of 100 in 99.6 % of cases"


def test_a_reader_who_likes_some_items_whoever_asks_is_read_with_that_taken_off(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    told = []
    found = auto(Partial(), None, "en", "minilm", notify=told.append)
    assert told == [r.ranker for r in found.rows]
    rows = {r.ranker: r for r in found.rows}
    centred = rows[f"query-likelihood~{REFERENCES}"]
    assert centred.gain > 0 and centred.auc > rows["query-likelihood"].auc
    assert "query-likelihood~" in found.ranker or "query-likelihood" not in found.ranker
    assert f"query-likelihood~{REFERENCES}" in [r.ranker for r in above_chance(found.rows)]
