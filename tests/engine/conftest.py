"""Models with random weights, small enough to be made in a moment, of several architectures."""

import pytest

from promptrec.engine.models.registry import resolve
from promptrec.engine.options import EngineOptions
from tests.stand_in import byte_tokenizer

SIZES = {"vocab_size": 258, "bos_token_id": 256, "eos_token_id": 257, "pad_token_id": 257}
LAYERS = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
LAYERS |= {"num_key_value_heads": 2, "max_position_embeddings": 256}


def random_model(architecture, folder):
    """A model of this architecture whose weights are large enough for every token of its prompt to matter."""
    import torch
    import transformers as hf

    config = {
        "llama": lambda: hf.LlamaConfig(**SIZES, **LAYERS, initializer_range=0.3),
        # Only every other layer sees further back than eight tokens.
        "gemma3": lambda: hf.Gemma3TextConfig(
            **SIZES,
            **LAYERS,
            initializer_range=0.3,
            head_dim=8,
            sliding_window=8,
            layer_types=["sliding_attention", "full_attention"],
        ),
        "gpt2": lambda: hf.GPT2Config(**SIZES, n_embd=32, n_layer=2, n_head=4, n_positions=256, initializer_range=0.3),
    }[architecture]()
    torch.manual_seed(7)
    folder.mkdir()
    hf.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    byte_tokenizer(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    return random_model("llama", tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny_engine(tiny_folder):
    from promptrec.engine.transformers.engine import TransformersEngine

    return TransformersEngine(resolve(tiny_folder), EngineOptions())


@pytest.fixture(scope="session", params=["llama", "gemma3", "gpt2"])
def any_engine(request, tmp_path_factory):
    """An engine and the same model as Hugging Face has it."""
    import torch
    from transformers import AutoModelForCausalLM

    from promptrec.engine.transformers.engine import TransformersEngine

    folder = random_model(request.param, tmp_path_factory.mktemp("models") / request.param)
    engine = TransformersEngine(resolve(folder), EngineOptions())
    return engine, AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
