import shutil
from dataclasses import replace

import pytest

from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.report import error_analysis as module
from promptrec.evaluate.report.error_analysis import MAX_CHARACTERS, worst_queries
from promptrec.evaluate.report.page import pages
from promptrec.evaluate.runs.store import RunStore, read_values

METRIC = "ndcg@10"


def worst_queries_section(worst):
    return pages().get_template("worst_queries.html").render(worst=worst)


@pytest.fixture(scope="module")
def found(sample, evaluation):
    return worst_queries(sample, evaluation)


def _with_model(evaluation, ranker, model, /, **spec):
    """The evaluation as if one ranker alone had read a model of this name."""
    run = next(run for run in evaluation.datasets[0].runs if run.spec.ranker == ranker)
    run = run.model_copy(update={"spec": run.spec.model_copy(update={"model": model, **spec})})
    films = evaluation.datasets[0].model_copy(update={"runs": (run,)})
    config = evaluation.config.model_copy(update={"datasets": evaluation.config.datasets[:1], "models": (model,)})
    return evaluation.model_copy(update={"datasets": (films,), "config": config})


@pytest.mark.slow
def test_they_are_the_worst_of_the_best_system_that_reads_a_model(sample, evaluation, found):
    for dataset in evaluation.datasets:
        run = next(run for run in dataset.runs if not run.baseline)
        values = read_values(sample / run.folder)[1][METRIC]
        worst = found[dataset.name]
        assert worst.system == run.system and not worst.unavailable
        assert [w.value for w in worst.queries] == sorted(values.values())[:5]
        assert all(values[w.query.query_id] == w.value for w in worst.queries)


def test_each_has_its_words_its_right_titles_and_its_ranking(sample, evaluation, found):
    dataset = open_dataset(evaluation.config.datasets[1])
    run = next(run for run in evaluation.datasets[1].runs if not run.baseline)
    for worst in found[dataset.name].queries:
        query_id = worst.query.query_id
        assert worst.query.preferences.startswith("我想看") and worst.query.history == ("旧片",)
        assert set(worst.right) == {(dataset.catalog[i].title, g) for i, g in dataset.relevance[query_id].items()}
        assert worst.ranking == next(RunStore(sample / run.folder).rankings([query_id]))


def test_without_the_model_only_the_prompts_are_missing_and_why_is_said(found):
    worst = found["films-en"]
    assert "unknown model 'tiny-4l'" in worst.no_prompts and len(worst.queries) == 5
    assert "Their prompts cannot be shown: unknown model" in worst_queries_section(worst)
    assert not any(query.prompts for query in worst.queries)


def test_a_dataset_that_changed_or_is_gone_is_said(sample, evaluation, tmp_path):
    folder = tmp_path / "films-en"
    shutil.copytree(evaluation.config.datasets[0], folder)
    config = evaluation.config.model_copy(update={"datasets": (str(folder), evaluation.config.datasets[1])})
    moved = evaluation.model_copy(update={"config": config})
    assert worst_queries(sample, moved)["films-en"].queries
    with (folder / "catalog.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"item_id": "new", "title": "One more"}\n')
    changed = worst_queries(sample, moved)
    assert changed["films-en"].unavailable == f"{folder} has changed since this was measured"
    assert changed["电影_zh"].queries
    shutil.rmtree(folder)
    assert str(folder) in worst_queries(sample, moved)["films-en"].unavailable
    assert "They cannot be shown" in worst_queries_section(changed["films-en"])


def test_datasets_that_the_configuration_does_not_name_are_said_not_to_be_here(sample, evaluation):
    config = evaluation.config.model_copy(update={"datasets": ("planted",)})
    found = worst_queries(sample, evaluation.model_copy(update={"config": config}))
    assert found["films-en"].unavailable == "planted has changed since this was measured"
    assert "unknown dataset folder or name '电影_zh'" in found["电影_zh"].unavailable


def test_a_dataset_that_no_model_was_read_for_has_none(sample, evaluation):
    films = evaluation.datasets[0]
    only = films.model_copy(update={"runs": tuple(run for run in films.runs if run.baseline)})
    config = evaluation.config.model_copy(update={"datasets": evaluation.config.datasets[:1]})
    assert worst_queries(sample, evaluation.model_copy(update={"datasets": (only,), "config": config})) == {}
    assert worst_queries_section(None) == ""


@pytest.mark.slow
@pytest.mark.model
def test_pointwise_prompts_are_of_the_first_and_of_the_best_right_item(sample, evaluation, smollm2):
    worst = worst_queries(sample, _with_model(evaluation, "query-likelihood", smollm2.name))["films-en"]
    assert worst.no_prompts == ""
    dataset = open_dataset(evaluation.config.datasets[0])
    for query in worst.queries:
        (first, text), (other, missed) = query.prompts
        top = dataset.catalog[query.ranking.item_ids[0]]
        assert first == f"Prompt of the first item, {top.title}" and top.fields["description"] in text
        assert other.removeprefix("Prompt of the best right item, ") in dict(query.right)
        assert query.query.preferences in text and query.query.preferences in missed


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("ranker", ["listwise-labels", "listwise-prior"])
def test_a_listwise_prompt_shows_all_candidates(sample, evaluation, smollm2, ranker):
    asked = _with_model(evaluation, "listwise-labels", smollm2.name, ranker=ranker)
    worst = worst_queries(sample, asked, 2)["films-en"]
    dataset = open_dataset(evaluation.config.datasets[0])
    shown = {r.query.query_id: r.candidates for r in dataset.requests}
    for query in worst.queries:
        ((about, text),) = query.prompts
        assert about == "The prompt"
        assert all(item.title in text for item in shown[query.query.query_id])


@pytest.mark.slow
@pytest.mark.model
def test_a_template_that_changed_is_said(sample, evaluation, smollm2):
    asked = _with_model(evaluation, "query-likelihood", smollm2.name)
    other = asked.config.model_copy(update={"template": "books/en"})
    worst = worst_queries(sample, asked.model_copy(update={"config": other}))["films-en"]
    assert "has changed since this was measured" in worst.no_prompts and len(worst.queries) == 5


def test_very_long_prompts_are_cut_where_one_sees_it():
    assert module._truncate("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
    assert module._truncate("x" * (MAX_CHARACTERS + 1500)).endswith("x\n[1,500 more letters are not shown here]")


def test_what_others_wrote_is_escaped(found):
    worst = found["films-en"]
    query = worst.queries[0]
    bad = "<script>alert(1)</script>"
    items = (query.ranking.items[0].model_copy(update={"title": bad}),)
    ranking = query.ranking.model_copy(update={"items": items, "reason": bad, "status": "repaired"})
    told = query.query.model_copy(update={"preferences": bad, "history": (bad,), "attributes": {bad: bad}})
    written = replace(query, query=told, right=((bad, 2),), ranking=ranking, prompts=((bad, bad),))
    section = worst_queries_section(replace(worst, system=bad, no_prompts=bad, queries=(written,)))
    assert "<script" not in section and section.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 11


def test_what_was_right_has_its_grade_and_no_place(found):
    worst = found["films-en"]
    query = replace(worst.queries[0], right=(("Star Drift", 3), ("Slow Train", 1)))
    section = worst_queries_section(replace(worst, queries=(query,)))
    assert (
        '<div>Right<ul><li class="right">Star Drift <small>grade 3</small></li>'
        '<li class="right">Slow Train <small>grade 1</small></li></ul></div>' in section
    )


def test_a_reply_says_what_was_wrong_with_it(sample, evaluation):
    asked = _with_model(evaluation, "listwise-labels", "tiny-4l")
    section = worst_queries_section(worst_queries(sample, asked)["films-en"])
    assert "failed; the prompt is too long; missing in the reply: 3" in section
