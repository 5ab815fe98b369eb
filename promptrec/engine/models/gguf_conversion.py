"""Conversion of a GGUF file to a model folder: float32 safetensors, tokenizer and chat template."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

from promptrec.errors import MissingExtra


def convert_gguf(source: Path, target: Path, *, add_bos: bool = False) -> None:
    """Write the model of a GGUF file as a folder. Takes about half a minute and 2 GB of memory for 135M parameters.

    A model loaded from GGUF cannot be saved as it is ("not serializable"), so a fresh one is built from its
    settings and given its weights, which must match one for one.

    Raises:
        MissingExtra: torch, transformers, gguf or accelerate is not installed.
    """
    try:
        import accelerate  # type: ignore[import-untyped]  # noqa: F401 - transformers needs it to read GGUF
        import gguf  # noqa: F401
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
    except ImportError as error:
        raise MissingExtra(error.name or "transformers", "transformers") from None
    with quiet():
        loaded = AutoModelForCausalLM.from_pretrained(
            source.parent, gguf_file=source.name, dtype=torch.float32, local_files_only=True
        )
        config = loaded.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        config.dtype = torch.float32
        fresh = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        fresh.load_state_dict(loaded.state_dict(), strict=True)
        fresh.tie_weights()
        fresh.generation_config = GenerationConfig(bos_token_id=config.bos_token_id, eos_token_id=config.eos_token_id)
        fresh.save_pretrained(target, safe_serialization=True)
        tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name, local_files_only=True)
        if add_bos:
            tokenizer.add_bos_token = True
            tokenizer.init_kwargs["add_bos_token"] = True
        tokenizer.save_pretrained(target)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Context without progress bars, warnings or log lines of the libraries."""
    from transformers.utils import logging as hf_logging

    bars, level = hf_logging.is_progress_bar_enabled(), hf_logging.get_verbosity()
    hf_logging.disable_progress_bar()
    hf_logging.set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        hf_logging.set_verbosity(level)
        if bars:
            hf_logging.enable_progress_bar()
