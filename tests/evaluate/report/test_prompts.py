import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.evaluate.report.error_analysis import first_prompt
from promptrec.recommender import Recommender
from promptrec.testing.bytes_tokenizer import BytesTokenizer

RED, BLUE = (Item(item_id=name, title=name.title(), fields={"text": f"All {name}."}) for name in ("red", "blue"))
ASKED = RankRequest(Query(preferences="a quiet evening", query_id="q"), (RED, BLUE))


@pytest.fixture
def counter():
    return DryRunEngine("bytes", BytesTokenizer(), 10_000)


@pytest.mark.parametrize("ranker", ["query-likelihood", "item-pmi", "yes-no"])
def test_a_pointwise_prompt_is_about_its_first_candidate(counter, ranker):
    recommender = Recommender.load(template="general/en", engine=counter, ranker=ranker)
    prompt = first_prompt(recommender, counter, RankRequest(ASKED.query, (RED,)))
    assert "a quiet evening" in prompt and "All red." in prompt and "blue" not in prompt


@pytest.mark.parametrize("ranker", ["listwise-labels", "listwise-text"])
def test_a_listwise_prompt_is_about_all(counter, ranker):
    recommender = Recommender.load(template="general/en", engine=counter, ranker=ranker)
    prompt = first_prompt(recommender, counter, ASKED)
    assert "a quiet evening" in prompt and "All red." in prompt and "All blue." in prompt
    assert first_prompt(recommender, counter, ASKED) == prompt


def test_a_ranker_that_writes_no_prompt_leaves_none(counter):
    assert first_prompt(Recommender.load(engine=counter, ranker="random"), counter, ASKED) == ""
