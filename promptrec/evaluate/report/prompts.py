"""The prompts a ranker would write for a request, without a model to read them."""

from promptrec.data.query import RankRequest
from promptrec.engine.counting import CountingEngine
from promptrec.recommender import Recommender


def first_prompt(recommender: Recommender, engine: CountingEngine, request: RankRequest) -> str:
    """What the model reads first for a request: of its first candidate, or of all of them at once.

    `recommender` reads with `engine`. Empty where the ranker writes no prompt for it.
    """
    engine.forget()
    recommender.rank_many([request])
    return engine.tokenizer.decode(engine.prompts[0]) if engine.prompts else ""
