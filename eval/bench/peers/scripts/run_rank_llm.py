"""rank-llm: its listwise ranker on vLLM in this process, by writing the order or by the first token (FIRST).

Its LiT5 ranker, which it imports and which is not used here, does not load with the transformers that vLLM needs. So
that the rest can be measured, an empty module stands in its place.
"""

import sys
from functools import partial
from types import ModuleType

import vllm
from timed import run

LIT5 = ModuleType("rank_llm.rerank.listwise.lit5.model")
LIT5.FiD = LIT5.FiDCrossAttentionScore = object
sys.modules[LIT5.__name__] = LIT5
# It has no way to ask for a number type, and by itself vLLM would read float32 weights as bfloat16.
vllm.LLM = partial(vllm.LLM, dtype="float32")

from rank_llm.data import Candidate, Query, Request  # noqa: E402
from rank_llm.rerank import Reranker  # noqa: E402
from rank_llm.rerank.listwise import RankListwiseOSLLM  # noqa: E402


def build(model, method, server):
    """All people in one batch, each with one window of 20."""
    del server
    first = method == "first"
    reranker = Reranker(RankListwiseOSLLM(model=model, window_size=20, use_logits=first, use_alpha=first))

    def rank(requests):
        asked = [
            Request(
                Query(text=request["query"], qid=request["query_id"]),
                [Candidate(docid=c["id"], score=0.0, doc={"text": c["text"]}) for c in request["candidates"]],
            )
            for request in requests
        ]
        return [[candidate.docid for candidate in result.candidates] for result in reranker.rerank_batch(asked)]

    return rank


if __name__ == "__main__":
    run(build, together=1000)
