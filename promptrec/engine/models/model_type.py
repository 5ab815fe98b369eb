"""Architecture of the model in a folder, by its settings: causal or not, with recurrent state or not, how long."""

import inspect
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from promptrec.engine.models.safetensors import read_header
from promptrec.errors import ModelError, first_line
from promptrec.messages import message

# Kinds of models, as codes of the message catalogue, by the endings of their class names. The longest match counts.
KINDS = {
    "ForMaskedLM": "model-kind/masked-language-model",
    "ForPreTraining": "model-kind/masked-language-model",
    "ForSequenceClassification": "model-kind/classifier-or-reranker",
    "ForTokenClassification": "model-kind/token-classifier",
    "ForQuestionAnswering": "model-kind/question-answering-model",
    "ForMultipleChoice": "model-kind/classifier",
    "ForTextEncoding": "model-kind/text-encoder",
    "EncoderModel": "model-kind/text-encoder",
    "ForSpeechSeq2Seq": "model-kind/speech-model",
    "ForCTC": "model-kind/speech-model",
    "ForImageClassification": "model-kind/image-model",
    "RewardModel": "model-kind/reward-model",
}
# Tensors and files that only such a model has, whatever its settings say.
TENSORS = {
    "score.weight": "model-kind/classifier-or-reranker",
    "classifier.weight": "model-kind/classifier-or-reranker",
    "classifier.dense.weight": "model-kind/classifier-or-reranker",
    "qa_outputs.weight": "model-kind/question-answering-model",
    "v_head.summary.weight": "model-kind/reward-model",
}
FILES = dict.fromkeys(("modules.json", "config_sentence_transformers.json", "1_Pooling"), "model-kind/text-encoder")
# Attention layers. All others keep a state, which cannot be shared between prompts.
ATTENTION = {"full_attention", "sliding_attention", "chunked_attention"}
# Settings that only models with a state have, by how their names begin.
STATE_SETTINGS = tuple("mamba ssm_ conv_kernel lru_ linear_num linear_conv rwkv state_size recurrent".split())


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of the model in a folder.

    Raises:
        ModelError: there are none that can be read.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("model-settings-unreadable", path=folder, why=first_line(error)) from None
    if not isinstance(config, dict):
        raise ModelError("model-settings-unreadable", path=folder, why=message("no-settings"))
    return config


def longest_sequence(folder: Path) -> int | None:
    """Longest sequence that a model was made for, by the settings in its folder; None where they do not say."""
    config = read_config(folder)
    longest = config.get("max_position_embeddings") or config.get("text_config", {}).get("max_position_embeddings")
    return None if longest is None else int(longest)


def check_causal(folder: Path) -> None:
    """Check that a model is a causal language model.

    Raises:
        ModelError: an encoder, a reranker, a masked, speech or encoder-decoder model, or an adapter.
    """
    config = read_config(folder)
    signs = [*_by_settings(config), *((name, kind) for name, kind in FILES.items() if (folder / name).exists())]
    if not signs:
        tensors = {tensor for path in folder.glob("*.safetensors") for tensor in read_header(path)}
        signs = [(name, kind) for name, kind in TENSORS.items() if name in tensors]
    for name, kind in signs:
        raise ModelError("model-not-causal", folder=folder, kind=message(kind), sign=name)


def _by_settings(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """By the settings: the names that show that a model is not causal, and what it is."""
    if config.get("is_decoder") and not config.get("is_encoder_decoder"):
        return
    names = [str(name) for name in config.get("architectures") or ()]
    for name in names:
        kind = next((k for end, k in sorted(KINDS.items(), key=lambda e: -len(e[0])) if name.endswith(end)), None)
        kind = "model-kind/encoder-decoder" if config.get("is_encoder_decoder") else kind
        if kind is not None:
            yield name, kind
    # Saved without a head, or before folders named their class.
    if all(name.endswith("Model") and not name.endswith("LMHeadModel") for name in names):
        kind = _by_type(str(config.get("model_type")))
        if kind is not None:
            yield next(iter(names), str(config.get("model_type"))), kind


def _by_type(model_type: str) -> str | None:
    """What models of a family are by default; None if they are causal or unknown."""
    from transformers.models.auto import modeling_auto as families

    if model_type in families.MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        return "model-kind/text-encoder"
    if model_type in families.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return None
    if model_type in families.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        return "model-kind/encoder-decoder"
    return "model-kind/no-language-model" if model_type in families.MODEL_MAPPING_NAMES else None


def check_layers(folder: Path, unexpected: Iterable[str]) -> None:
    """Check that the weights have no more layers than the settings, because the last would be missing.

    Args:
        folder: of the model.
        unexpected: names of tensors that are not in the model.

    Raises:
        ModelError: there is a further layer.
    """
    config = read_config(folder)
    layers = (config.get("text_config") or config).get("num_hidden_layers", math.inf)
    for name in sorted(unexpected):
        found = re.match(r"(?:model\.|transformer\.|language_model\.)*(?:layers|h|blocks)\.(\d+)\.", name)
        if found and int(found[1]) >= layers:
            raise ModelError("layers-left-over", path=folder, name=name, layers=layers)


def headless(folder: Path) -> str | None:
    """Class of a model that was saved without its language model head; None if it has one."""
    config = read_config(folder)
    name = next(iter(config.get("architectures") or ()), "")
    if not name.endswith("Model") or name.endswith("LMHeadModel") or config.get("tie_word_embeddings"):
        return None
    tensors = {tensor for path in folder.glob("*.safetensors") for tensor in read_header(path)}
    return None if any(tensor.endswith(("lm_head.weight", "embed_out.weight")) for tensor in tensors) else name


def keeps_state(config: Mapping[str, Any]) -> bool:
    """Whether some layers are recurrent or convolutional, so that prompts cannot share a prefix."""
    text = config.get("text_config") or config
    layers = text.get("layer_types") or text.get("layers_block_type") or text.get("block_types")
    if layers and not set(layers) <= ATTENTION:
        return True
    return any(str(name).startswith(STATE_SETTINGS) and text[name] for name in text)


def cache_name(forward: Callable[..., Any]) -> str:
    """Name of the argument for cached keys and values, which transformers 5.24 renamed."""
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"
