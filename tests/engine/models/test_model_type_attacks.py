"""Folders that people give as a model, on the embedded engine: read exactly, or refused with what they are."""

import json

import pytest

from promptrec.engine.registry import open_engine
from promptrec.errors import PromptrecError
from tests.engine.conftest import byte_tokenizer

SIZES = {"vocab_size": 258, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
SIZES |= {"num_attention_heads": 4, "max_position_embeddings": 256}
T5 = {"vocab_size": 258, "d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4}
DISTIL = {"vocab_size": 258, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48}
TIED = {"tie_word_embeddings": True}


def saved(folder, name, config, sizes=SIZES, drop=(), say=None, edit=None):
    """A random model of this class, its settings changed, its tensors edited."""
    import torch
    import transformers
    from safetensors.torch import load_file, save_file

    torch.manual_seed(0)
    model = getattr(transformers, name)(getattr(transformers, config)(**sizes))
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder)
    byte_tokenizer(folder)
    settings = json.loads((folder / "config.json").read_text()) | (say or {})
    (folder / "config.json").write_text(json.dumps({k: v for k, v in settings.items() if k not in drop}))
    if edit:
        tensors = edit(load_file(folder / "model.safetensors"))
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    return folder


def with_score(tensors):
    import torch

    return tensors | {"score.weight": torch.ones(1, 32)}


def no_numbers(tensors):
    return {n: t * float("nan") if "norm" in n else t for n, t in tensors.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "config", "more", "reason"),
    [
        ("BertModel", "BertConfig", {}, "encoder"),
        ("BertModel", "BertConfig", {"drop": ["architectures"]}, "encoder"),
        ("BertForMaskedLM", "BertConfig", {"drop": ["architectures"]}, "causal|masked|encoder"),
        ("DistilBertModel", "DistilBertConfig", {"sizes": DISTIL}, "encoder"),
        ("T5ForConditionalGeneration", "T5Config", {"sizes": T5, "drop": ["architectures"]}, "encoder-decoder"),
        ("LlamaModel", "LlamaConfig", {}, "head"),
        (
            "Qwen2ForSequenceClassification",
            "Qwen2Config",
            {"sizes": SIZES | TIED, "drop": ["architectures"]},
            "score|classifier|reranker",
        ),
        ("LlamaForCausalLM", "LlamaConfig", {"edit": with_score}, "score"),
        ("LlamaForCausalLM", "LlamaConfig", {"edit": no_numbers}, "not finite|damaged"),
        (
            "LlamaForCausalLM",
            "LlamaConfig",
            {"sizes": SIZES | {"num_hidden_layers": 3}, "say": {"num_hidden_layers": 2, "layer_types": None}},
            r"layers\.2",
        ),
        ("LlamaForCausalLM", "LlamaConfig", {"sizes": SIZES | {"vocab_size": 200}}, "tokenizer"),
        ("LlamaForCausalLM", "LlamaConfig", {"say": {"hidden_size": 64}}, "size|shape"),
    ],
)
def test_what_is_no_language_model_is_refused_on_opening_with_what_it_is(tmp_path, name, config, more, reason):
    folder = saved(tmp_path / "model", name, config, **more)
    with pytest.raises(PromptrecError, match=reason) as raised:
        open_engine(folder, "transformers")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"weights.Q4_K_M.gguf": "GGUF"}, "GGUF"),
        ({"weights.gguf": "GGUF", "config.json": "{}"}, "GGUF"),
        ({"adapter_config.json": "{}", "adapter_model.safetensors": ""}, "adapter"),
        ({"config.json": "{", "tokenizer.json": "{}", "model.safetensors": "\2\0\0\0\0\0\0\0{}"}, "config.json"),
        ({"config.json": "[]", "tokenizer.json": "{}", "model.safetensors": "\2\0\0\0\0\0\0\0{}"}, "config.json"),
    ],
)
def test_a_folder_that_is_something_else_is_called_what_it_is(tmp_path, files, reason):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(PromptrecError, match=reason) as raised:
        open_engine(tmp_path, "transformers")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "marks", [{"modules.json": "[]"}, {"config_sentence_transformers.json": "{}"}, {"1_Pooling/config.json": "{}"}]
)
def test_a_text_encoder_is_no_language_model_even_where_its_words_are_tied(tmp_path, marks):
    folder = saved(tmp_path / "model", "LlamaModel", "LlamaConfig", sizes=SIZES | TIED)
    for name, content in marks.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    with pytest.raises(PromptrecError, match="text encoder"):
        open_engine(folder, "transformers")


@pytest.mark.parametrize("drop", [[], ["tie_word_embeddings"]])
def test_gpt2_whose_head_is_its_embeddings_is_no_headless_model(tmp_path, drop):
    from promptrec.engine.models.model_type import check_causal, headless

    sizes = {"vocab_size": 258, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}
    folder = saved(tmp_path / "model", "GPT2LMHeadModel", "GPT2Config", sizes=sizes, drop=drop)
    check_causal(folder)
    assert headless(folder) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "config", "sizes"),
    [
        ("RwkvForCausalLM", "RwkvConfig", {"vocab_size": 258, "hidden_size": 32, "num_hidden_layers": 2}),
        ("OpenAIGPTLMHeadModel", "OpenAIGPTConfig", {"vocab_size": 258, "n_embd": 32, "n_layer": 2, "n_head": 4}),
        ("MistralForCausalLM", "MistralConfig", SIZES | {"num_key_value_heads": 2, "sliding_window": 8}),
    ],
)
def test_what_a_model_has_no_place_for_is_not_taken_for_read(tmp_path, name, config, sizes):
    import torch
    from transformers import AutoModelForCausalLM

    folder = saved(tmp_path / "model", name, config, sizes)
    engine, _ = open_engine(folder, "transformers")
    alone = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    stem = tuple((3 + 31 * n) % 256 for n in range(40))
    prompts, ends = [(*stem, *range(n)) for n in range(4)], [(9, 8, 7)] * 4
    for prompt, end, reading in zip(prompts, ends, engine.loglikelihood(prompts, ends), strict=True):
        with torch.inference_mode():
            rows = alone(torch.tensor([[*prompt, *end]])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        assert reading.get() == pytest.approx([rows[n, token].item() for n, token in enumerate(end)], abs=1e-3)
