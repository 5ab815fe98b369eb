"""rerankers: its class that reads a causal model's two answers, and RankGPT by LiteLLM on a server."""

import os

from rerankers import Reranker
from timed import each, run


def build(model, method, server):
    """One of its rankers. RankGPT must be told where to stop: by default it sends no document at all."""
    if method == "mxbai-v2":
        ranker, more = Reranker(model, model_type="mxbaiv2", device="cpu", dtype="float32", verbose=0), {}
    else:
        os.environ["HOSTED_VLLM_API_BASE"] = server
        ranker = Reranker("hosted_vllm/served", model_type="rankgpt", api_key="none", verbose=0)
        more = {"rank_end": 20}

    def rank_one(query, candidates):
        texts, ids = [c["text"] for c in candidates], [c["id"] for c in candidates]
        return [result.document.doc_id for result in ranker.rank(query, texts, doc_ids=ids, **more).results]

    return each(rank_one)


if __name__ == "__main__":
    run(build)
