import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Usage
from promptrec.errors import InputError
from promptrec.messages import Reason
from promptrec.rank.ranking import RankedItem, Ranking, Run, TemplateRef
from promptrec.retrieve.candidates import Candidates

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "ranking.schema.json"


def ranking(**changes):
    fields = {
        "query_id": "q1",
        "status": "ok",
        "ranker": "query-likelihood",
        "model": "tiny",
        "engine": "scripted",
        "templates": (TemplateRef(name="films/en/query-likelihood", sha256="0" * 64),),
        "items": (
            RankedItem(item_id="a", title="故宫 [bold]&<b>", rank=1, score=-1.25, scores={"query-likelihood": -1.25}),
            RankedItem(item_id="b", title="Second", rank=2, scores={}),
        ),
        "usage": Usage(prompt_tokens=1200, cached_tokens=400, decoded_tokens=3, calls=2, seconds=0.5),
    }
    return Ranking(**(fields | changes))


def test_the_published_schema_is_the_one_the_code_has():
    assert json.loads(SCHEMA.read_text()) == Ranking.model_json_schema(mode="serialization")


def test_it_is_a_sequence_of_its_items():
    found = ranking()
    assert len(found) == 2 and list(found) == list(found.items) and found[0] is found.items[0]
    assert found[-1].item_id == "b" and found[:1] == found.items[:1] and [item.score for item in found] == [-1.25, None]
    assert ranking(items=(), status="failed"), "a failed ranking is a ranking"
    with pytest.raises(IndexError):
        found[2]


def test_a_table_of_pandas_has_a_row_for_each_item():
    table = ranking().to_pandas()
    assert list(table) == ["query_id", "rank", "item_id", "title", "status", "score", "query-likelihood"]
    assert table["item_id"].tolist() == ["a", "b"] and table["score"].fillna(0).tolist() == [-1.25, 0]
    assert list(ranking(items=()).to_pandas()) == ["query_id", "rank", "item_id", "title", "status", "score"]


def test_json_validates_and_comes_back_equal():
    text = ranking().model_dump_json()
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text()))
    assert Ranking.model_validate_json(text) == ranking()


def test_numbers_that_json_cannot_hold_are_refused():
    with pytest.raises(ValidationError):
        RankedItem(item_id="a", title="A", rank=1, scores={"x": float("nan")})


def scored(*scores, ordered_by="bm25"):
    items = tuple(
        RankedItem(item_id=f"i{n}", title="T", rank=n, scores={} if score is None else {"bm25": score})
        for n, score in enumerate(scores, 1)
    )
    return ranking(items=items, ordered_by=ordered_by)


def test_items_that_nothing_tells_apart_are_one_group():
    tied = scored(3.0, 2.0, 2.0 + 1e-9, 1.0, None, None)
    assert tied.tie_groups() == (("i1",), ("i2", "i3"), ("i4",), ("i5", "i6"))


def test_without_scores_that_decided_all_items_are_one_group():
    assert scored(3.0, 2.0, ordered_by=None).tie_groups() == (("i1", "i2"),)
    assert scored(ordered_by=None).tie_groups() == ()


def test_as_text_it_is_a_table_with_status_scores_tokens_and_seconds():
    text = str(ranking(reason="2 of 3 read"))
    for part in (
        "q1: ok",
        "1,200 prompt tokens",
        "400 cached",
        "0.5 s",
        "2 of 3 read",
        "故宫 [bold]&<b>",
        "-1.250",
        "–",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 100


def test_as_html_every_value_is_escaped():
    text = ranking(reason="<script>")._repr_html_()
    assert "故宫 [bold]&amp;&lt;b&gt;" in text
    assert "<script>" not in text and "&lt;script&gt;" in text


def test_a_failed_ranking_prints_its_reason_and_no_table():
    text = str(ranking(status="failed", items=(), reason="the server is gone"))
    assert "failed" in text and "the server is gone" in text and "title" not in text


def test_top_keeps_the_evidence_and_retrieval_adds_its_note_to_the_reason():
    top = ranking().top(1)
    assert top.item_ids == ("a",) and top.usage.prompt_tokens == 1200
    request = RankRequest(Query(preferences="x"), ())
    assert ranking(reason="x").with_retrieval(Candidates(request, Reason("y"))).reason == "x; y"
    assert ranking(reason="x").with_retrieval(Candidates(request)).reason == "x"


def test_a_run_as_a_data_frame():
    frame = Run([ranking(), ranking(query_id="q2", status="failed", items=())]).to_pandas()
    assert list(frame["item_id"]) == ["a", "b"]
    assert frame["query-likelihood"].notna().tolist() == [True, False]
    assert set(frame.columns) >= {"query_id", "rank", "title", "status"}


def test_an_empty_run_is_an_empty_data_frame_with_its_columns():
    assert list(Run([]).to_pandas().columns) == ["query_id", "rank", "item_id", "title", "status", "score"]


def test_a_run_as_trec_keeps_the_order_by_score(tmp_path):
    run = Run([ranking()])
    text = run.to_trec(tmp_path / "run.trec", tag="mine")
    assert text == "q1 Q0 a 1 2 mine\nq1 Q0 b 2 1 mine\n"
    assert (tmp_path / "run.trec").read_text() == text


@pytest.mark.parametrize("bad", ["two words", ""])
def test_trec_refuses_ids_it_cannot_hold_and_writes_nothing(tmp_path, bad):
    with pytest.raises(InputError, match="white space"):
        Run([ranking(query_id=bad)]).to_trec(tmp_path / "run.trec")
    assert not (tmp_path / "run.trec").exists()


def test_a_run_is_a_sequence_that_counts_its_statuses(tmp_path):
    run = Run([ranking(), ranking(query_id="q2", status="failed", items=())])
    assert len(run) == 2 and run[1].query_id == "q2" and [r.status for r in run] == ["ok", "failed"]
    assert run.statuses == {"ok": 1, "failed": 1}
    lines = run.to_jsonl(tmp_path / "run.jsonl").splitlines()
    assert [json.loads(line)["query_id"] for line in lines] == ["q1", "q2"]
