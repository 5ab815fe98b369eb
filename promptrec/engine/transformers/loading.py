"""Loading of a causal language model with transformers, checked to be complete."""

from pathlib import Path
from typing import Any

from promptrec.engine.models.gguf_conversion import quiet
from promptrec.engine.models.model_type import check_layers, headless
from promptrec.errors import EngineError, ModelError, first_line


def load_pretrained(folder: Path, dtype: str) -> Any:  # noqa: ANN401 - a transformers PreTrainedModel
    """The model in a folder, from safetensors on disk only; code in the folder is never run.

    Args:
        folder: of the model.
        dtype: the number type, by torch's name, or "auto".

    Raises:
        EngineError: transformers cannot load it.
        ModelError: weights are missing or left over.
    """
    import transformers

    try:
        with quiet():
            model, found = transformers.AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=dtype,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except Exception as error:  # damaged or unknown models raise errors of any type
        raise EngineError("transformers-cannot-load", path=folder, why=first_line(error)) from error
    check_layers(folder, found["unexpected_keys"])
    if found["missing_keys"]:
        # They would be initialised at random.
        without = headless(folder)
        if without is not None:
            raise ModelError("model-without-head", folder=folder, without=without)
        first = min(found["missing_keys"])
        raise EngineError("weights-lacking", path=folder, first=first)
    return model
