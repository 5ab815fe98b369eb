"""What a model in a folder is, by its settings: a causal language model, or what else, and what may be shared in it."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promptrec.engine.safetensors import read_header
from promptrec.engine.validity import read_config
from promptrec.errors import ModelError

# How the names of classes end, and what such a model is. The longest that fits counts.
KINDS = {
    "ForMaskedLM": "a masked language model",
    "ForPreTraining": "a masked language model",
    "ForSequenceClassification": "a reranker or classifier",
    "ForTokenClassification": "a model that labels words",
    "ForQuestionAnswering": "a model that finds answers in a text",
    "ForMultipleChoice": "a classifier",
    "ForTextEncoding": "a text encoder",
    "EncoderModel": "a text encoder",
    "ForSpeechSeq2Seq": "a speech model",
    "ForCTC": "a speech model",
    "ForImageClassification": "an image model",
    "RewardModel": "a reward model",
}
WANTED = "a language model that writes is needed (…ForCausalLM)"
# Layers that attend. What else there is keeps a state, which cannot be shared.
ATTENTION = {"full_attention", "sliding_attention", "chunked_attention"}
STATE_SETTINGS = (
    "mamba",
    "ssm_",
    "conv_kernel",
    "lru_",
    "linear_num",
    "linear_conv",
    "rwkv",
    "state_size",
    "recurrent",
)


def check_causal(folder: Path) -> None:
    """Refuse a model that does not write text from left to right, with what it is.

    Raises:
        ModelError: an encoder, a reranker, a masked, speech or encoder-decoder model, or an adapter.
    """
    config = read_config(folder)
    names = [str(name) for name in config.get("architectures") or ()]
    for name in names:
        kind = next((k for end, k in sorted(KINDS.items(), key=lambda e: -len(e[0])) if name.endswith(end)), None)
        if config.get("is_encoder_decoder"):
            kind = "an encoder-decoder"
        if kind is not None and not config.get("is_decoder"):
            raise ModelError(f"{folder} is {kind} ({name}): {WANTED}")


def headless(folder: Path) -> str | None:
    """The class of a model that was saved without its head for words; None where it has one or is said to be causal."""
    config = read_config(folder)
    name = next(iter(config.get("architectures") or ()), "")
    if not name.endswith("Model") or name.endswith("LMHeadModel") or config.get("tie_word_embeddings"):
        return None
    tensors = {tensor for path in folder.glob("*.safetensors") for tensor in read_header(path)}
    return None if any(tensor.endswith(("lm_head.weight", "embed_out.weight")) for tensor in tensors) else name


def keeps_state(config: Mapping[str, Any]) -> bool:
    """Whether some layers are recurrent or convolutions: what they keep of a prefix is not shared between prompts."""
    text = config.get("text_config") or config
    layers = text.get("layer_types") or text.get("layers_block_type") or text.get("block_types")
    if layers and not set(layers) <= ATTENTION:
        return True
    return any(str(name).startswith(STATE_SETTINGS) and text[name] for name in text)


def cache_name(forward: Callable[..., Any]) -> str:
    """What a model calls the keys and values of a prefix: transformers 5.24 renamed them, and warns of the old name."""
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"
