import pytest

from promptrec.evaluate.report import tables
from promptrec.evaluate.results import Estimate


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [
        (0.4123, 0.371, 0.4551, "0.412 [0.371, 0.455]"),
        (0.4123, None, None, "0.412"),
        (None, None, None, "–"),
        (0.0, 0.0, 0.0, "0.000 [0.000, 0.000]"),
    ],
)
def test_an_estimate_is_rounded_to_three_places(mean, low, high, said):
    assert tables.interval(Estimate(mean=mean, low=low, high=high, n=9)) == said


@pytest.mark.parametrize(("p", "said"), [(0.0004, "< .001"), (0.0312, "= .031"), (1.0, "= 1.000"), (0.4, "= .400")])
def test_a_p_is_never_written_as_0(p, said):
    assert tables.probability(p) == said


def test_a_difference_shows_its_sign_interval_and_corrected_p(films):
    pair = films.comparisons[0].model_copy(
        update={"mean": 0.0412, "low": -0.01, "high": 0.0719, "p": 0.01, "p_holm": 0.04}
    )
    assert tables.difference(pair) == "+0.041 [-0.010, +0.072], p = .040"
    assert tables.difference(pair.model_copy(update={"mean": None})) == tables.difference(None) == "–"


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ({}, "–"),
        ({"prompt-tokens": 0.0}, "–"),
        ({"prompt-tokens": 54000.0}, "54,000"),
        (
            {"prompt-tokens": 54000.0, "cached-tokens": 18000.0, "decoded-tokens": 900.0},
            "54,000 [18,000 cached; 900 written]",
        ),
    ],
)
def test_tokens(cost, said):
    assert tables.tokens(cost) == said


def test_seconds_and_shares():
    assert [tables.seconds(s) for s in (None, 0.1234, 9.4, 1234.5)] == ["–", "0.12", "9.40", "1,234"]
    assert [tables.percent(p) for p in (None, 0.0, 0.0167)] == ["–", "0.0%", "1.7%"]


def test_accuracy_has_a_row_for_each_run_and_every_metric(films, evaluation):
    table = tables.accuracy(films, evaluation.config.metrics)
    assert [row[0] for row in table.rows] == [run.system for run in films.runs]
    assert table.columns[:4] == ("system", *evaluation.config.metrics)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert {table.rows[n][0] for n in table.baselines} == {"random", "popular", "bm25", "embedding"}


def test_the_difference_is_to_the_best_baseline(films, evaluation):
    table = tables.accuracy(films, evaluation.config.metrics)
    column = table.columns.index("against embedding")
    pair = next(c for c in films.comparisons if (c.system, c.reference) == (table.rows[0][0], "embedding"))
    assert table.rows[0][column] == tables.difference(pair)
    assert {table.rows[n][column] for n in table.baselines} == {"–"}


def test_the_memorisation_gap_stands_beside_accuracy_where_it_was_measured_of_anything(films, chinese, evaluation):
    table = tables.accuracy(films, evaluation.config.metrics)
    column = table.columns.index("memorisation gap")
    assert {row[column] for n, row in enumerate(table.rows) if n not in table.baselines} == {
        "+0.012 [-0.008, +0.032], p = .400"
    }
    assert {table.rows[n][column] for n in table.baselines} == {"not measured"}
    assert "The gap is" in table.note
    other = tables.accuracy(chinese, evaluation.config.metrics)
    assert "memorisation gap" not in other.columns and "The gap is" not in other.note
    assert {len(row) for row in other.rows} == {len(other.columns)}


@pytest.mark.parametrize(
    ("retrieve", "metrics", "said"), [(50, ("auc",), True), (None, ("auc",), False), (50, ("mrr",), False)]
)
def test_where_candidates_are_retrieved_the_chance_of_auc_is_said_to_be_below_a_half(films, retrieve, metrics, said):
    runs = tuple(
        run.model_copy(
            update={
                "spec": run.spec.model_copy(update={"retrieve": retrieve}),
                "metrics": {**run.metrics, "mrr": run.metrics["auc"]},
            }
        )
        for run in films.runs
    )
    note = tables.accuracy(films.model_copy(update={"runs": runs}), metrics).note
    assert ("chance is below .5" in note) is said


def test_memorisation_and_robustness_have_the_rows_that_were_measured(films, chinese):
    memorisation = tables.memorisation(films)
    assert memorisation.columns == ("system", "real minus masked titles", "real minus permuted titles", "queries")
    assert len(memorisation.rows) == 4 and memorisation.rows[0][-1] == "50"
    robustness = tables.robustness(films)
    assert [row[1] for row in robustness.rows] == ["order", "typos"] * 4
    assert robustness.rows[0][2:] == ("0.710", "22.0%", "+0.030 [+0.010, +0.050], p = .400", "50")
    assert tables.memorisation(chinese).rows == tables.robustness(chinese).rows == ()


def test_a_number_that_a_run_does_not_have_is_a_dash_and_counts_are_whole(films):
    table = tables.beyond_accuracy(films)
    assert {row[table.columns.index("novelty@10")] for row in table.rows} == {"–"}
    assert all(row[table.columns.index("distinct-firsts")].isdigit() for row in table.rows)
    assert {row[table.columns.index("coverage@10")] for row in table.rows} <= {"0.847", "0.844"}
    collapsed = films.runs[0].model_copy(
        update={"beyond_accuracy": {**films.runs[0].beyond_accuracy, "distinct-firsts": 1.0}}
    )
    table = tables.beyond_accuracy(films.model_copy(update={"runs": (collapsed, *films.runs[1:])}))
    assert table.rows[0][table.columns.index("distinct-firsts")] == "1"
    validity = tables.validity(films)
    replies = {row[0]: row[validity.columns.index("reply-missing")] for row in validity.rows}
    assert replies["listwise-labels · tiny-4l"] == "1.000" and replies["bm25"] == "–"


def test_all_that_repeating_needs_is_there(evaluation):
    rows = dict(tables.repeat(evaluation).rows)
    assert rows["command"] == evaluation.command and rows["seed"] == "3" and rows["date"] == evaluation.date
    assert rows["machine"] == evaluation.machine and rows["versions"] == "promptrec 0.1.0, numpy 2.3.5"
    for dataset in evaluation.datasets:
        assert dataset.sha256 in rows[f"dataset {dataset.name}"]
        for run in dataset.runs:
            assert run.spec.key in rows[run.folder]
            for template in run.spec.templates:
                assert run.spec.model_sha256 in rows[run.folder] and template.sha256 in rows[run.folder]
