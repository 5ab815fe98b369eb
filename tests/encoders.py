"""Folders of tiny text encoders with random weights, in the layouts that their makers publish."""

import json
import shutil
from functools import partial

SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
ASKED = "a ship on a long and stormy sea, and two friends."
ITEMS = [
    "the ship of friends",
    "a war, and the cold",
    "cooking 9 ways",
    "sea",
    "a long sea voyage that goes on and on.",
]


def modules(folder, *more):
    """The modules of a folder that sentence-transformers opens, and those to put behind them."""
    from sentence_transformers import SentenceTransformer

    return [*SentenceTransformer(str(folder), local_files_only=True), *more]


def saved(parts, folder, **settings):
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(modules=parts, **settings).save_pretrained(str(folder), create_model_card=False)


def edited(tiny, folder, path, **settings):
    """A copy with these settings in a file of JSON."""
    shutil.copytree(tiny, folder)
    file = folder / path
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(before | settings))


def prompts(_default=None, **named):
    more = {"default_prompt_name": _default} if _default else {}
    return lambda tiny, folder: edited(
        tiny,
        folder,
        "config_sentence_transformers.json",
        prompts={k.replace("_", "."): v for k, v in named.items()},
        **more,
    )


def pooling(mode, include_prompt=True):
    def make(tiny, folder):
        from sentence_transformers.sentence_transformer.modules import Pooling

        given = {"query": "find this: ", "document": ""}
        saved([modules(tiny)[0], Pooling(16, mode, include_prompt=include_prompt)], folder, prompts=given)

    return make


def dtype(name):
    def make(tiny, folder):
        import torch
        from sentence_transformers import SentenceTransformer

        SentenceTransformer(str(tiny)).to(getattr(torch, name)).save_pretrained(str(folder), create_model_card=False)

    return make


def similarity(name, **more):
    return lambda tiny, folder: saved(modules(tiny), folder, similarity_fn_name=name, **more)


def dense(tiny, folder):
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize

    saved(modules(tiny, Dense(16, 6), Normalize()), folder)


def router(tiny, folder):
    from sentence_transformers.sentence_transformer.modules import Dense, Router

    saved(modules(tiny, Router.for_query_document([Dense(16, 4)], [Dense(16, 4)])), folder)


def two_towers(tiny, folder):
    from sentence_transformers.sentence_transformer.modules import Dense, Router, StaticEmbedding

    table = StaticEmbedding(fast_tokenizer(tiny), embedding_dim=16)
    saved([Router.for_query_document([table], modules(tiny, Dense(16, 16)))], folder)


def static(tiny, folder):
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    saved([StaticEmbedding(fast_tokenizer(tiny), embedding_dim=8)], folder)


def static_below(tiny, folder):
    """As older versions save it: nothing but the list of modules lies at the top."""
    static(tiny, folder / "0_StaticEmbedding")
    (folder / "0_StaticEmbedding" / "modules.json").unlink()
    listed = [
        {"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}
    ]
    (folder / "modules.json").write_text(json.dumps(listed))


def fast_tokenizer(tiny):
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(tiny / "tokenizer.json"))


def below(tiny, folder):
    """The transformer in a folder of its own, as the first versions saved it."""
    shutil.copytree(tiny, folder)
    (folder / "0_Transformer").mkdir()
    for file in [file for file in folder.iterdir() if file.is_file() and file.name != "modules.json"]:
        file.rename(folder / "0_Transformer" / file.name)
    listed = json.loads((folder / "modules.json").read_text())
    listed[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(listed))


def plain(tiny, folder):
    shutil.copytree(tiny, folder)
    for name in ("modules.json", "sentence_bert_config.json"):
        (folder / name).unlink()


def transformer(class_name, config_name, tiny, folder, **more):
    """A model of transformers as it saves itself."""
    import torch
    import transformers

    torch.manual_seed(3)
    made = getattr(transformers, config_name)(vocab_size=len(fast_tokenizer(tiny).get_vocab()), **SIZES, **more)
    getattr(transformers, class_name)(made).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / name, folder / name)


def decoder(tiny, folder):
    """As Qwen3-Embedding: the state of the last token of a causal model, with an instruction before queries."""
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    more = {"num_key_value_heads": 2, "head_dim": 8, "initializer_range": 0.5, "pad_token_id": 0}
    transformer("Qwen3ForCausalLM", "Qwen3Config", tiny, folder / "causal", **more)
    parts = [Transformer(str(folder / "causal")), Pooling(16, "lasttoken"), Normalize()]
    saved(parts, folder, prompts={"query": "instruct: find it, query:", "document": ""})
    shutil.rmtree(folder / "causal")


READ = {
    "prompts for both": prompts(query="query: ", document="text: "),
    "a prompt for queries": prompts(query="what a sailor asks: "),
    "a prompt for passages": prompts(query="query: ", passage="passage: "),
    "prompts for tasks": prompts(query="task: search, query: ", document="title: none, text: ", clustering="cluster: "),
    "prompts of other names": prompts(retrieval_query="query: ", retrieval_passage="text: "),
    "a default prompt": prompts("query", query="query: ", document=""),
    "a default prompt of another name": prompts("s2p", s2p="find: "),
    "no prompts": prompts(),
    "first token": pooling("cls"),
    "maximum": pooling("max"),
    "mean by root of length": pooling("mean_sqrt_len_tokens"),
    "weighted mean": pooling("weightedmean"),
    "last token": pooling("lasttoken"),
    "two ways of pooling": pooling(("cls", "mean")),
    "prompt left out of the mean": pooling("mean", include_prompt=False),
    "short texts only": lambda tiny, folder: edited(tiny, folder, "sentence_bert_config.json", max_seq_length=9),
    "lower case": lambda tiny, folder: edited(tiny, folder, "sentence_bert_config.json", do_lower_case=True),
    "bfloat16": dtype("bfloat16"),
    "float16": dtype("float16"),
    "scalar product": similarity("dot"),
    "distance": similarity("euclidean"),
    "distance by axes": similarity("manhattan"),
    "fewer dimensions": similarity("cosine", truncate_dim=5),
    "fewer dimensions, scalar product": similarity("dot", truncate_dim=5),
    "a dense layer": dense,
    "a layer for each side": router,
    "a model for each side": two_towers,
    "static": static,
    "static, in a folder below": static_below,
    "transformer in a folder below": below,
    "no list of modules": plain,
    "masked": partial(transformer, "BertForMaskedLM", "BertConfig", initializer_range=0.5),
    "causal": decoder,
}
