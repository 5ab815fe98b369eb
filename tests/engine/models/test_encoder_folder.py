"""What is given for a text encoder and is none is refused with what it is; what changes vectors changes the digest."""

import json
import shutil
from functools import partial

import pytest

from promptrec.engine.models.fingerprint import folder_sha256
from promptrec.engine.models.registry import add, resolve
from promptrec.engine.registry import open_encoder, open_engine
from promptrec.errors import ModelError
from tests.encoders import READ, dense, edited, modules, plain, pooling, saved, transformer

SETTINGS = "config_sentence_transformers.json"


def listed(*types):
    def make(tiny, folder):
        shutil.copytree(tiny, folder)
        found = [{"idx": n, "name": str(n), "path": f"{n}_x" * bool(n), "type": kind} for n, kind in enumerate(types)]
        (folder / "modules.json").write_text(json.dumps(found))

    return make


def without(*names, of=shutil.copytree):
    def make(tiny, folder):
        of(tiny, folder)
        for name in names:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return make


def text(name, content, of=shutil.copytree):
    def make(tiny, folder):
        of(tiny, folder)
        (folder / name).write_text(content)

    return make


def cross_encoder(tiny, folder):
    from sentence_transformers import CrossEncoder

    transformer("BertForSequenceClassification", "BertConfig", tiny, folder / "causal", num_labels=1)
    CrossEncoder(str(folder / "causal")).save_pretrained(str(folder), create_model_card=False)
    shutil.rmtree(folder / "causal")


def sparse_encoder(tiny, folder):
    from sentence_transformers import SparseEncoder
    from sentence_transformers.sparse_encoder.modules import SparseAutoEncoder

    parts = [*modules(tiny), SparseAutoEncoder(16, 32, k=4)]
    SparseEncoder(modules=parts).save_pretrained(str(folder), create_model_card=False)


def multi_vector(tiny, folder):
    from sentence_transformers import MultiVectorEncoder

    MultiVectorEncoder(str(tiny)).save_pretrained(str(folder), create_model_card=False)


def pickled_layer(tiny, folder):
    dense(tiny, folder)
    place = next(folder.glob("*_Dense"))
    (place / "model.safetensors").rename(place / "pytorch_model.bin")


def half_a_router(tiny, folder):
    from sentence_transformers.sentence_transformer.modules import Dense, Router

    saved(modules(tiny, Router({"document": [Dense(16, 4)]}, allow_empty_key=False)), folder)


def not_numbers(tiny, folder):
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny))
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    model.save_pretrained(str(folder), create_model_card=False)


TRANSFORMER, OWN = "sentence_transformers.models.Transformer", "custom_st.Pooling"
REFUSED = {
    "cross-encoder": (cross_encoder, r"is a cross-encoder, which reranks: a text encoder .* is needed"),
    "sparse encoder": (sparse_encoder, "is a sparse encoder: a text encoder"),
    "multi-vector": (multi_vector, "is a multi-vector encoder .late interaction.: a text encoder"),
    "colbert by pylate": (listed(TRANSFORMER, "pylate.models.Dense.Dense"), r"is a multi-vector encoder .*\(pylate"),
    "splade of old": (
        listed(TRANSFORMER, "sentence_transformers.sparse_encoder.models.SpladePooling"),
        "is a sparse encoder .sentence_transformers.sparse_encoder.models.SpladePooling",
    ),
    "a type of tomorrow": (text(SETTINGS, '{"model_type": "AudioEncoder"}'), "is AudioEncoder: a text encoder"),
    "reranker": (
        partial(transformer, "BertForSequenceClassification", "BertConfig"),
        "is a reranker or classifier .BertForSequenceClassification.: a text encoder",
    ),
    "tagger": (partial(transformer, "BertForTokenClassification", "BertConfig"), "is a model that labels words"),
    "reader": (partial(transformer, "BertForQuestionAnswering", "BertConfig"), "is a model that finds answers"),
    "causal": (
        partial(transformer, "LlamaForCausalLM", "LlamaConfig"),
        "is a language model .LlamaForCausalLM.: a text encoder",
    ),
    "colbert of old": (text("config.json", '{"architectures": ["HF_ColBERT"]}', plain), "is a multi-vector encoder"),
    "code of its own": (listed(TRANSFORMER, OWN), r"needs code of its own \(custom_st.Pooling\), which is never run"),
    "pooling is missing": (without("pooling"), "has no folder pooling, which its modules.json names: get it again"),
    "layer is missing": (without("2_Dense", of=dense), "has no folder 2_Dense"),
    "tokenizer is missing": (without("tokenizer.json"), "has no tokenizer.json"),
    "weights are missing": (without("model.safetensors"), "has no .*safetensors"),
    "static weights are missing": (
        without("0_StaticEmbedding/model.safetensors", of=READ["static, in a folder below"]),
        "has no .*safetensors",
    ),
    "settings are missing": (without("config.json"), "cannot be opened as a text encoder .*: get it again, or another"),
    "a pickle below": (pickled_layer, "2_Dense has weights that are pickles, which are never opened"),
    "no modules": (text("modules.json", "[]"), "modules.json lists no modules"),
    "modules are cut off": (text("modules.json", '[{"idx": 0, '), "modules.json cannot be read .*: get it again"),
    "modules are a table": (text("modules.json", '{"type": 1}'), "modules.json holds no list"),
    "a module without a path": (text("modules.json", '[{"type": "x"}]'), "each module needs a type and a path"),
    "settings are cut off": (text(SETTINGS, "{"), "config_sentence_transformers.json cannot be read"),
    "settings are a list": (text(SETTINGS, "[]"), "config_sentence_transformers.json holds no settings"),
    "an unknown default": (text(SETTINGS, '{"default_prompt_name": "zz"}'), "cannot be opened .*'zz' not found"),
    "no pooling is listed": (listed(TRANSFORMER), "cannot be opened as a text encoder"),
    "an empty route": (half_a_router, "cannot be opened as a text encoder .*query"),
    "no numbers": (not_numbers, "gives vectors that are not finite"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_encoder_is_refused_with_what_it_is(tiny_encoder, tmp_path, name):
    make, said = REFUSED[name]
    make(tiny_encoder, tmp_path / "given")
    with pytest.raises(ModelError, match=said) as raised:
        open_encoder(tmp_path / "given")
    assert str(tmp_path / "given") in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["cross-encoder", "sparse encoder", "colbert by pylate"])
def test_one_that_was_added_by_name_is_refused_as_well(tiny_encoder, tmp_path, monkeypatch, name):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    make, said = REFUSED[name]
    make(tiny_encoder, tmp_path / "given")
    add(str(tmp_path / "given"), name="mine")
    with pytest.raises(ModelError, match=said):
        resolve("mine", "text encoder")


def test_a_plain_encoder_is_still_no_language_model(tiny_encoder, tmp_path):
    plain(tiny_encoder, tmp_path / "plain")
    assert open_encoder(tmp_path / "plain").dimensions == 16
    with pytest.raises(ModelError):
        open_engine(tmp_path / "plain", "transformers")


@pytest.mark.parametrize(
    "other",
    [
        pooling("cls"),
        lambda tiny, folder: edited(tiny, folder, "pooling/config.json", include_prompt=False),
        lambda tiny, folder: edited(tiny, folder, SETTINGS, prompts={"query": "query: "}),
        lambda tiny, folder: edited(tiny, folder, SETTINGS, similarity_fn_name="dot"),
        lambda tiny, folder: edited(tiny, folder, "sentence_bert_config.json", max_seq_length=8),
        text("pooling/more.json", "{}"),
    ],
)
def test_whatever_changes_vectors_changes_the_digest(tiny_encoder, tmp_path, other):
    other(tiny_encoder, tmp_path / "other")
    shutil.copytree(tiny_encoder, tmp_path / "same")
    assert folder_sha256(tmp_path / "same") == folder_sha256(tiny_encoder) != folder_sha256(tmp_path / "other")


def test_a_route_two_levels_down_and_a_linked_folder_are_in_the_digest(tiny_encoder, tmp_path):
    READ["a layer for each side"](tiny_encoder, tmp_path / "router")
    before = folder_sha256(tmp_path / "router")
    weights = next((tmp_path / "router").glob("*/query*/model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert folder_sha256(tmp_path / "router") != before
    linked = tmp_path / "linked"
    linked.mkdir()
    for path in tiny_encoder.iterdir():
        (linked / path.name).symlink_to(path)
    assert folder_sha256(linked) == folder_sha256(tiny_encoder)


def test_what_lies_below_a_language_model_or_is_hidden_is_no_part_of_it(tiny_encoder, tmp_path):
    plain(tiny_encoder, tmp_path / "model")
    before = folder_sha256(tmp_path / "model")
    (tmp_path / "model" / "original").mkdir()
    (tmp_path / "model" / "original" / "weights").write_text("x")
    assert folder_sha256(tmp_path / "model") == before
    shutil.copytree(tiny_encoder, tmp_path / "encoder")
    (tmp_path / "encoder" / ".cache" / "huggingface").mkdir(parents=True)
    (tmp_path / "encoder" / ".cache" / "huggingface" / "when").write_text("now")
    assert folder_sha256(tmp_path / "encoder") == folder_sha256(tiny_encoder)
