"""llmranker: its rankers through LiteLLM on a server.

It ranks one person a call, so eight are ranked at a time in threads: a server is fast only when it is asked together.
"""

from concurrent.futures import ThreadPoolExecutor

from llmranker import Candidate, ListwiseRanker, LLMConfig, PairwiseRanker, PointwiseRanker, SetwiseRanker
from timed import run

TOGETHER = 8
# Without a limit a small model writes on until its context is full.
MOST_TOKENS = {"pointwise": 16, "setwise": 16, "pairwise": 16, "listwise": 128}


def build(model, method, server):
    """A ranker for each person, as one keeps counts of what it did; ten places are sorted, as by llm-rankers."""
    del model
    more = {"max_tokens": MOST_TOKENS[method]}
    config = LLMConfig("hosted_vllm/served", api_key="none", api_base=server, timeout=600, extra_kwargs=more)
    kinds = {
        "pointwise": lambda: PointwiseRanker(config, item_label="film", max_concurrency=20),
        "setwise": lambda: SetwiseRanker(config, item_label="film", k=10),
        "pairwise": lambda: PairwiseRanker(config, item_label="film", k=10),
        "listwise": lambda: ListwiseRanker(config, item_label="film"),
    }

    def rank_one(request):
        shown = [Candidate(id=c["id"], text=c["text"]) for c in request["candidates"]]
        return [candidate.id for candidate in kinds[method]().rank(request["query"], shown)]

    def rank(requests):
        with ThreadPoolExecutor(TOGETHER) as threads:
            return list(threads.map(rank_one, requests))

    return rank


if __name__ == "__main__":
    run(build, together=TOGETHER)
