"""Options of an engine: what may be set, and what it may be set to."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from promptrec.errors import InputError

Quantization = Literal[
    "awq", "awq_marlin", "bitsandbytes", "compressed-tensors", "fp8", "gptq", "gptq_marlin", "modelopt"
]
# The ranks that vLLM knows. From the command line they come as text.
LoraRank = Annotated[
    Literal[8, 16, 32, 64, 128, 256, 320, 512],
    BeforeValidator(lambda rank: int(rank) if isinstance(rank, str) and rank.isdecimal() else rank),
]

# Options that change nothing that is read: who changes them goes on with what was kept.
NOT_OF_RESULTS = frozenset({"api_key", "threads"})


class EngineOptions(BaseModel):
    """None means the engine's own default.

    dtype: number type of the weights; float32 on a CPU (bfloat16 is several times slower there).
    max_model_len: longest prompt plus answer, in tokens.
    tensor_parallel_size, gpu_memory_utilization, quantization: vLLM's, for GPUs.
    max_lora_rank: the greatest r of the LoRA adapters that vLLM is to read with; None reads with none.
    threads: of the engine transformers on a CPU; None takes the fastest number, timed on opening and from time to time.
    base_url, api_key: of an OpenAI-compatible server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: Literal["auto", "float32", "float16", "bfloat16"] | None = None
    max_model_len: Annotated[int, Field(ge=16)] | None = None
    tensor_parallel_size: Annotated[int, Field(ge=1)] | None = None
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    quantization: Quantization | None = None
    max_lora_rank: LoraRank | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    base_url: str | None = None
    api_key: str | None = None

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> Self:
        """Options from names and values, which may be text.

        Raises:
            InputError: an unknown option or a value it cannot take, in one line.
        """
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            if first["type"] == "extra_forbidden":
                known = ", ".join(cls.model_fields)
                raise InputError(f"unknown engine option {name!r}; known: {known}") from None
            raise InputError(f"engine option {name}={options[name]!r}: {first['msg']}") from None


DEFAULTS = EngineOptions()
