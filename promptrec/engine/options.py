"""Options of an engine: what may be set, and what it may be set to."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Secret, SecretStr, ValidationError

from promptrec.errors import InputError, UnknownName
from promptrec.redaction import MASK, redact_address

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


class Address(Secret[str]):
    """Where a server listens. Shown without credentials, whether printed, logged or written to a file."""

    def _display(self) -> str:
        return redact_address(self.get_secret_value())


def _sendable(key: SecretStr) -> SecretStr:
    """A key without the blanks and line ends around it that files bring."""
    value = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]*", value):
        raise ValueError("it holds blanks or letters that no HTTP header can")
    return SecretStr(value)


class EngineOptions(BaseModel):
    """None means the engine's own default.

    dtype: number type of the weights; float32 on a CPU (bfloat16 is several times slower there).
    max_model_len: longest prompt plus answer, in tokens.
    tensor_parallel_size, gpu_memory_utilization, quantization: vLLM's, for GPUs.
    max_lora_rank: the greatest r of the LoRA adapters that vLLM is to read with; None reads with none.
    threads: of the engine transformers on a CPU; None takes the fastest number, timed on opening and from time to time.
    base_url, api_key: of an OpenAI-compatible server. Without them `PROMPTREC_SERVER` and `PROMPTREC_API_KEY` of the
    environment hold. The key is never shown or dumped, of an address only what is no secret: read them with
    `get_secret_value`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dtype: Literal["auto", "float32", "float16", "bfloat16"] | None = None
    max_model_len: Annotated[int, Field(ge=16)] | None = None
    tensor_parallel_size: Annotated[int, Field(ge=1)] | None = None
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    quantization: Quantization | None = None
    max_lora_rank: LoraRank | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    base_url: Address | None = None
    api_key: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(None, exclude=True)

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> Self:
        """Options from names and values, which may be text.

        Raises:
            InputError: an unknown option or a value it cannot take, in one line.
        """
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            # What was given is in what pydantic knows of an error, so none of it becomes the context of ours.
            faults = [
                (str(fault["loc"][0]), fault["type"], fault["msg"]) for fault in error.errors(include_input=False)
            ]
        name, kind, reason = faults[0]
        if kind == "extra_forbidden":
            # What reads like no name may be a key that was put in the place of one.
            shown = name if re.fullmatch(r"[A-Za-z_-]{1,30}", name) else MASK
            raise InputError(str(UnknownName("engine option", shown, cls.model_fields)))
        shown = "" if name in SECRET else f"={options[name]!r}"
        raise InputError(f"engine option {name}{shown}: {reason}")

    def given(self) -> dict[str, Any]:
        """The options that are set, secrets among them."""
        return {name: value for name, value in self if value is not None}


# Options whose value no message repeats.
SECRET = ("base_url", "api_key")
DEFAULTS = EngineOptions()
