"""promptrec itself, on vLLM in this process, all people in one call."""

from timed import run

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.registry import open_engine
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.template.loader import load_template


def build(model, method, server):
    """The ranker of a name, with the films template."""
    del server
    engine, _ = open_engine(model, "vllm")
    templates = {kind: load_template("films/en", kind=kind) for kind in template_kinds(method)}

    def rank(requests):
        asked = [
            RankRequest(
                Query(query_id=request["query_id"], preferences=request["query"]),
                tuple(
                    Item(item_id=c["id"], title=c["title"], fields={"description": c["description"]})
                    for c in request["candidates"]
                ),
            )
            for request in requests
        ]
        items = {item.item_id: item for request in asked for item in request.candidates}
        ranker = build_ranker(method, Setup(Catalog(list(items.values()), name="planted"), templates))
        return [list(ranking.item_ids) for ranking in ranker.rank(asked, engine)]

    return rank


if __name__ == "__main__":
    run(build, together=1000)
