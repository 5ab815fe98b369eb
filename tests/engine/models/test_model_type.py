"""Models that are no plain causal decoders: read as they are read alone, or refused with what they are."""

import json

import pytest

from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.engine.models.model_type import check_causal, keeps_state
from promptrec.engine.models.registry import resolve
from promptrec.engine.transformers.engine import TransformersEngine
from promptrec.errors import ModelError
from tests.engine.conftest import LAYERS, SIZES, byte_tokenizer
from tests.engine.transformers.test_engine import families, plain

LINEAR = {"linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8}
HYBRID = {
    "lfm2": ("Lfm2Config", {**LAYERS, "layer_types": ["conv", "full_attention"], "block_multiple_of": 8}),
    "qwen3_5": (
        "Qwen3_5TextConfig",
        {**LAYERS, **LINEAR, "head_dim": 8, "layer_types": ["linear_attention", "full_attention"]},
    ),
    "falcon_h1": (
        "FalconH1Config",
        {**LAYERS, "head_dim": 8, "mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_n_groups": 1}
        | {"mamba_d_state": 8},
    ),
    "mamba": ("MambaConfig", {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 8}),
}


def saved(folder, model):
    import torch

    torch.manual_seed(5)
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder)
    byte_tokenizer(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", HYBRID)
def test_recurrent_models_are_read_without_sharing_and_exactly(tmp_path, kind):
    import torch
    import transformers

    name, settings = HYBRID[kind]
    model = transformers.AutoModelForCausalLM.from_config(getattr(transformers, name)(**SIZES, **settings))
    folder = saved(tmp_path / kind, model)
    engine = TransformersEngine(resolve(folder))
    alone = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompts, ends = families(seed=6, count=12)
    readings = engine.loglikelihood(prompts, ends)
    for prompt, end, reading in zip(prompts, ends, readings, strict=True):
        assert reading.get() == pytest.approx(plain(alone, prompt, end), abs=2e-3)
    counted = DryRunEngine.of(folder, "transformers").loglikelihood(prompts, ends)
    assert [r.usage for r in counted] == [r.usage for r in readings]
    assert {r.usage.cached_tokens for r in readings} == {1}
    engine.close()


@pytest.mark.parametrize(
    ("class_name", "config", "what"),
    [
        ("BertForMaskedLM", "BertConfig", "a masked language model"),
        ("RobertaForMaskedLM", "RobertaConfig", "a masked language model"),
        ("BertForSequenceClassification", "BertConfig", "a reranker or classifier"),
        ("LlamaForSequenceClassification", "LlamaConfig", "a reranker or classifier"),
        ("BertForTokenClassification", "BertConfig", "labels words"),
        ("LlamaModel", "LlamaConfig", "without its head"),
    ],
)
def test_other_models_are_refused_with_what_they_are(tmp_path, class_name, config, what):
    import transformers

    sizes = {k: v for k, v in LAYERS.items() if config == "LlamaConfig" or k != "num_key_value_heads"}
    sizes["max_position_embeddings"] = 512
    model = getattr(transformers, class_name)(getattr(transformers, config)(**SIZES, **sizes))
    folder = saved(tmp_path / "model", model)
    with pytest.raises(ModelError, match=what) as raised:
        TransformersEngine(resolve(folder))
    assert class_name in str(raised.value) and "\n" not in str(raised.value)


def test_a_model_that_looks_ahead_is_found_out_whatever_it_is_called(tmp_path):
    import transformers

    sizes = {k: v for k, v in LAYERS.items() if k != "num_key_value_heads"}
    folder = saved(tmp_path / "model", transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, **sizes)))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertLMHeadModel"]}))
    with pytest.raises(ModelError, match="not a causal language model"):
        TransformersEngine(resolve(folder))


@pytest.mark.parametrize(
    ("names", "more", "what"),
    [
        (["T5ForConditionalGeneration"], {"is_encoder_decoder": True}, "an encoder-decoder"),
        (["XLMRobertaForSequenceClassification"], {}, "a reranker or classifier"),
        (["WhisperForConditionalGeneration"], {"is_encoder_decoder": True}, "an encoder-decoder"),
        (["Gemma3TextModel", "ModernBertForMaskedLM"], {}, "a masked language model"),
    ],
)
def test_the_settings_tell_what_a_model_is(tmp_path, names, more, what):
    (tmp_path / "config.json").write_text(json.dumps({"architectures": names} | more))
    with pytest.raises(ModelError, match=what):
        check_causal(tmp_path)


@pytest.mark.parametrize(
    "config", [{"architectures": ["LlamaForCausalLM"]}, {"architectures": ["GPT2LMHeadModel"]}, {}]
)
def test_causal_models_are_let_through(tmp_path, config):
    (tmp_path / "config.json").write_text(json.dumps(config))
    check_causal(tmp_path)


def test_an_adapter_is_no_model(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="is an adapter, not a model"):
        resolve(tmp_path)


@pytest.mark.parametrize(
    ("config", "keeps"),
    [
        ({"layer_types": ["full_attention", "sliding_attention"]}, False),
        ({"layer_types": ["mamba", "attention"]}, True),
        ({"layers_block_type": ["mamba", "attention"]}, True),
        ({"text_config": {"layer_types": ["linear_attention"]}}, True),
        ({"state_size": 16}, True),
        ({"num_attention_heads": 4}, False),
    ],
)
def test_states_are_told_by_the_settings(config, keeps):
    assert keeps_state(config) is keeps
