"""sentence-transformers: a CrossEncoder over a causal model, which reads log P(yes) - log P(no) after a chat prompt.

It maps a pair to a message of the role query and one of the role document, which no chat template of such a model
knows, so it is given one, as its documentation says.
"""

from sentence_transformers import CrossEncoder
from timed import each, run

TEMPLATE = """<|im_start|>user
A person says: {{ messages | selectattr("role", "eq", "query") | map(attribute="content") | first }}
A film: {{ messages | selectattr("role", "eq", "document") | map(attribute="content") | first }}
Would this person like the film? Answer yes or no.<|im_end|>
<|im_start|>assistant
{{ "" }}"""


def build(model, method, server):
    """Its `rank` with its batch of 32, so a person's candidates are read in one batch."""
    del method, server
    encoder = CrossEncoder(model, device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"})
    encoder[0].tokenizer.chat_template = TEMPLATE

    def rank_one(query, candidates):
        ranked = encoder.rank(query, [c["text"] for c in candidates], show_progress_bar=False)
        return [candidates[found["corpus_id"]]["id"] for found in ranked]

    return each(rank_one)


if __name__ == "__main__":
    run(build)
