import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Constraint, Sampling
from promptrec.errors import UnknownName
from promptrec.evaluate.report.prompts import UNREAD, RecordingEngine, first_prompt
from promptrec.recommender import Recommender
from promptrec.testing.bytes_tokenizer import BytesTokenizer

RED, BLUE = (Item(item_id=name, title=name.title(), fields={"text": f"All {name}."}) for name in ("red", "blue"))
ASKED = RankRequest(Query(preferences="a quiet evening", query_id="q"), (RED, BLUE))


@pytest.fixture
def recorder():
    return RecordingEngine("bytes", BytesTokenizer(), 10_000)


def test_every_verb_keeps_the_prompt_and_reads_nothing(recorder):
    ids = [recorder.tokenizer.encode(text, trusted=True) for text in ("one", "two", " and more")]
    readings = [
        *recorder.next_logprobs(ids[:1], [5]),
        *recorder.generate(ids[1:2], Sampling(), Constraint(choice=("a",))),
        *recorder.loglikelihood(ids[:1], ids[2:]),
    ]
    recorder.close()
    assert recorder.prompts == ["one", "two", "one and more"]
    assert {reading.error for reading in readings} == {UNREAD} and {r.value for r in readings} == {None}


@pytest.mark.parametrize("ranker", ["query-likelihood", "item-pmi", "yes-no"])
def test_a_pointwise_prompt_is_about_its_first_candidate(recorder, ranker):
    recommender = Recommender.load("general/en", engine=recorder, ranker=ranker)
    prompt = first_prompt(recommender, recorder, RankRequest(ASKED.query, (RED,)))
    assert "a quiet evening" in prompt and "All red." in prompt and "blue" not in prompt


@pytest.mark.parametrize("ranker", ["listwise-labels", "listwise-text"])
def test_a_listwise_prompt_is_about_all(recorder, ranker):
    recommender = Recommender.load("general/en", engine=recorder, ranker=ranker)
    prompt = first_prompt(recommender, recorder, ASKED)
    assert "a quiet evening" in prompt and "All red." in prompt and "All blue." in prompt
    assert first_prompt(recommender, recorder, ASKED) == prompt


def test_a_ranker_that_writes_no_prompt_leaves_none(recorder):
    assert first_prompt(Recommender.load(engine=recorder, ranker="random"), recorder, ASKED) == ""


def test_a_model_that_is_not_here_is_said():
    with pytest.raises(UnknownName, match="tiny-4l"):
        RecordingEngine.of("tiny-4l")


@pytest.mark.model
def test_the_tokenizer_of_an_added_model_is_its_own(smollm2):
    recorder = RecordingEngine.of(smollm2.name)
    ids = recorder.tokenizer.encode("<|im_start|>user", trusted=True)
    assert recorder.model_id == smollm2.name and recorder.tokenizer.decode(ids) == "<|im_start|>user" and len(ids) == 2
