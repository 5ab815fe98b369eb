"""llm-rankers: its rankers on transformers. Ten places are sorted, its default."""

import torch
from llmrankers.listwise import ListwiseLlmRanker
from llmrankers.pairwise import PairwiseLlmRanker
from llmrankers.rankers import SearchResult
from llmrankers.setwise import SetwiseLlmRanker
from timed import each, run


def build(model, method, server):
    """One of its rankers; setwise compares four at a time, its default."""
    del server
    torch.set_grad_enabled(False)
    if method == "setwise":
        ranker = SetwiseLlmRanker(model, model, "cpu", method="heapsort")
    elif method == "pairwise":
        ranker = PairwiseLlmRanker(model, model, "cpu", method="heapsort")
    else:
        ranker = ListwiseLlmRanker(model, model, "cpu", window_size=20, step_size=10)

    def rank_one(query, candidates):
        shown = [SearchResult(docid=c["id"], score=0.0, text=c["text"]) for c in candidates]
        if method == "listwise":
            # With fewer candidates than its window it asks nothing and gives back what it was shown.
            ranker.window_size = min(20, len(shown))
        return [result.docid for result in ranker.rerank(query, shown)]

    return each(rank_one)


if __name__ == "__main__":
    run(build)
